//! The running server: a node behind an address. Starts from a sync caller and lives in threads
//! of its own, so that the command line, the demo and tests all use it the same way.
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};

use super::body::Patience;
use super::csp::Policies;
use super::guard::Peer;
use super::rate::Rates;
use super::routes::epcis::Sending;
use super::{portal, router};
use crate::app::epcis::workers::Workers;
use crate::auth::cedar::{self, PolicyError};
use crate::auth::oidc::{SettingsError, SignIn};
use crate::config::Config;
use crate::node::{Node, OpenError};
use crate::tls::Tls;
use crate::tls::pair::PairError;
use crate::world::World;

/// How often the end of the access log is recorded in the ledger, besides at every stop.
const ANCHOR_EVERY: Duration = Duration::from_hours(1);

/// A running server. Dropping it without [`Server::stop`] is what a crash looks like.
#[derive(Debug)]
pub struct Server {
    /// The address it is bound to.
    pub addr: SocketAddr,
    /// The node behind it.
    pub node: Node,
    /// TLS, unless it speaks plain HTTP.
    pub tls: Option<Tls>,
    workers: Workers,
    handle: ServerHandle,
    thread: JoinHandle<io::Result<()>>,
}

/// Why a server does not run, or did not stop in good order.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The node does not open.
    #[error("opening the node")]
    Open(#[from] OpenError),
    /// The policies are not valid: nobody could be let in.
    #[error("reading the policies of access")]
    Policies(#[from] PolicyError),
    /// The address cannot be bound.
    #[error("listening on {0}")]
    Listen(SocketAddr, #[source] io::Error),
    /// The certificate or its settings cannot be used.
    #[error("setting up TLS")]
    Tls(#[from] PairError),
    /// The settings of the sign-in cannot be used.
    #[error("setting up the sign-in of people")]
    SignIn(#[from] SettingsError),
    /// The server failed.
    #[error("running the HTTP server")]
    Run(#[source] io::Error),
    /// A server's thread ended by a panic.
    #[error("the server's thread ended unexpectedly")]
    Thread,
    /// The ledger did not close cleanly; the next opening recovers from its log.
    #[error("closing the ledger")]
    Close(#[source] crate::Failure),
}

/// Opens the node and serves it.
///
/// # Errors
/// [`ServeError::Policies`], [`ServeError::Open`], [`ServeError::Listen`], [`ServeError::Tls`] or
/// [`ServeError::SignIn`]; then nothing runs.
pub fn serve(config: &Config, world: World) -> Result<Server, ServeError> {
    cedar::prepare()?;
    let tls = Tls::open(&config.tls, &world)?;
    let sign_in = SignIn::open(&config.oidc)?;
    let listen = config.http.listen;
    let listener = TcpListener::bind(listen).map_err(|error| ServeError::Listen(listen, error))?;
    let addr = listener
        .local_addr()
        .map_err(|error| ServeError::Listen(listen, error))?;
    let node = Node::open(config, world)?;
    let workers = Workers::start(&node, &config.subscriptions).map_err(ServeError::Run)?;
    let (sender, started) = std::sync::mpsc::sync_channel(1);
    let (config, behind, secure) = (config.clone(), node.clone(), tls.clone());
    let thread = std::thread::Builder::new()
        .name("http".to_owned())
        .spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = run(listener, &config, (secure.as_ref(), sign_in), &behind)?;
                actix_web::rt::spawn(anchor_accesses(behind));
                if let Some(tls) = secure {
                    actix_web::rt::spawn(refresh(tls));
                }
                // The receiver waits for it; it cannot be gone.
                drop(sender.send(server.handle()));
                server.await
            })
        })
        .map_err(ServeError::Run)?;
    match started.recv() {
        Ok(handle) => Ok(Server {
            addr,
            node,
            tls,
            workers,
            handle,
            thread,
        }),
        Err(_) => match thread.join() {
            Ok(Err(error)) => Err(ServeError::Run(error)),
            Ok(Ok(())) | Err(_) => Err(ServeError::Thread),
        },
    }
}

/// Lets the ledger vouch for the access log now and then, and what is old in it go, until the
/// server ends.
async fn anchor_accesses(node: Node) {
    let mut timer = actix_web::rt::time::interval(ANCHOR_EVERY);
    timer.tick().await;
    loop {
        let own = node.clone();
        if web::block(move || forget_accesses(&own)).await.is_err() {
            return;
        }
        timer.tick().await;
        let own = node.clone();
        match web::block(move || own.anchor_access_log()).await {
            Ok(Ok(_)) => {}
            Ok(Err(failure)) => tracing::warn!(error = %failure, "anchoring the access log"),
            Err(_) => return,
        }
    }
}

fn forget_accesses(node: &Node) {
    if let Err(failure) = node.expire_accesses() {
        tracing::warn!(error = %failure, "removing old accesses");
    }
}

/// Reads the certificate again when its files change, until the server ends.
async fn refresh(tls: Tls) {
    let Some(every) = tls.refresh_every() else {
        return;
    };
    let mut timer = actix_web::rt::time::interval(every);
    timer.tick().await;
    loop {
        timer.tick().await;
        let tls = tls.clone();
        if web::block(move || tls.refresh()).await.is_err() {
            return;
        }
    }
}

fn run(
    listener: TcpListener,
    config: &Config,
    (tls, sign_in): (Option<&Tls>, SignIn),
    node: &Node,
) -> io::Result<actix_web::dev::Server> {
    let policies = web::Data::new(Policies::new(portal::start_page().as_deref()));
    let data = web::Data::new(node.clone());
    let rates = web::Data::new(Rates::new(&config.limits));
    let sign_in = web::Data::new(sign_in);
    let patience = web::Data::new(Patience::new(&config.http));
    let sending = web::Data::new(Sending {
        private: config.subscriptions.allow_private,
    });
    let server = HttpServer::new(move || {
        App::new()
            .app_data(data.clone())
            .app_data(policies.clone())
            .app_data(rates.clone())
            .app_data(sign_in.clone())
            .app_data(sending.clone())
            .app_data(patience.clone())
            .wrap(actix_web::middleware::Compress::default())
            .wrap(from_fn(super::frame::frame))
            // The outermost: `frame` writes bodies anew.
            .wrap(from_fn(super::unread::hold))
            .configure(router::configure)
    });
    let config = &config.http;
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZeroUsize::get);
    let workers = if config.workers == 0 {
        cores
    } else {
        config.workers
    };
    let server = server
        .workers(workers)
        .keep_alive(Duration::from_secs(config.keep_alive_s))
        .client_request_timeout(Duration::from_secs(config.request_head_timeout_s))
        .shutdown_timeout(config.shutdown_timeout_s)
        .max_connections(config.connections_max.div_ceil(workers))
        .tls_handshake_timeout(Duration::from_secs(config.request_head_timeout_s))
        .on_connect(|connection, kept| {
            if let Some(peer) = Peer::of(connection) {
                kept.insert(peer);
            }
        })
        .disable_signals();
    let server = match tls {
        Some(tls) => {
            let secure = tls.server_config().map_err(io::Error::other)?;
            server.listen_rustls_0_23(listener, secure)?
        }
        None => server.listen(listener)?,
    };
    Ok(server.run())
}

impl Server {
    /// Its address as a URL without a path.
    pub fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.addr)
    }

    /// Lets running requests finish, ends the server and closes the ledger cleanly.
    ///
    /// # Errors
    /// [`ServeError`]; nothing acknowledged is lost by it.
    pub fn stop(self) -> Result<(), ServeError> {
        let Self {
            node,
            workers,
            handle,
            thread,
            ..
        } = self;
        drop(workers);
        node.announce_end();
        // The command is queued when the future is made; its end is the thread's end.
        drop(handle.stop(true));
        match thread.join() {
            Ok(ended) => ended.map_err(ServeError::Run)?,
            Err(_) => return Err(ServeError::Thread),
        }
        node.close().map_err(ServeError::Close)
    }

    /// Ends at once, leaving the ledger as a crash would. For tests of recovery.
    pub fn abandon(self) {
        let Self {
            node,
            workers,
            handle,
            thread,
            ..
        } = self;
        drop(workers);
        node.announce_end();
        drop(handle.stop(false));
        drop(thread.join());
        node.abandon();
    }

    /// Serves until the process is told to stop (SIGINT or SIGTERM), then stops in good order.
    /// SIGHUP reads the certificate again.
    /// `announce` is called once the signals are listened for: whoever hears of the server may
    /// stop it.
    ///
    /// # Errors
    /// As [`Server::stop`].
    pub fn run_until_signal(self, announce: impl FnOnce()) -> Result<(), ServeError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(ServeError::Run)?;
        let ended = runtime.block_on(async {
            let hangups = tokio::spawn(reload_at_hangup(hangup()?, self.tls.clone()));
            until_signal(announce).await?;
            hangups.abort();
            Ok(())
        });
        ended.map_err(ServeError::Run)?;
        tracing::info!("stopping");
        self.stop()
    }
}

fn hangup() -> io::Result<tokio::signal::unix::Signal> {
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())
}

async fn reload_at_hangup(mut hangups: tokio::signal::unix::Signal, tls: Option<Tls>) {
    while hangups.recv().await.is_some() {
        if let Some(tls) = &tls {
            tls.reload_or_say();
        } else {
            tracing::info!("SIGHUP: there is no certificate to read again");
        }
    }
}

/// Returns when the process is told to stop (SIGINT or SIGTERM).
pub(super) async fn until_signal(announce: impl FnOnce()) -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    announce();
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}
