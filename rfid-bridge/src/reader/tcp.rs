//! An LLRP session over TCP or TLS: connects when the session asks, carries bytes, wakes it in
//! time, and hands reads on. A full channel stops the reading of the socket, so that a slow disk
//! pushes back on the reader instead of filling memory.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio::time::{Duration, timeout};

use super::clock::Clock;
use super::tls::{Tls, Wire};
use crate::llrp::session::{Input, Notice, Output, Read, Session};
use crate::spool::pressure::Stage;

/// A reader to talk to.
#[derive(Debug, Clone)]
pub struct Target {
    /// Which, by its place in the configuration.
    pub reader: usize,
    /// Host and port.
    pub address: String,
    /// How to encrypt; plain TCP without.
    pub tls: Option<Tls>,
}

/// What a reader's task tells the pipeline.
#[derive(Debug)]
pub struct Told {
    /// Which reader, by its place in the configuration.
    pub reader: usize,
    /// What.
    pub what: What,
}

/// Reads or news.
#[derive(Debug)]
pub enum What {
    /// Tags were read.
    Reads(Vec<Read>),
    /// Something an operator should see.
    Notice(Notice),
}

/// What a reader's task obeys.
#[derive(Debug)]
pub struct Control {
    /// Turns true when it is to end.
    pub stop: watch::Receiver<bool>,
    /// How full the spool is: from [`Stage::Held`] on the inventory is paused.
    pub stage: Option<watch::Receiver<Stage>>,
}

impl From<watch::Receiver<bool>> for Control {
    fn from(stop: watch::Receiver<bool>) -> Self {
        Self { stop, stage: None }
    }
}

/// Bytes taken from the socket at once.
const READ_BYTES: usize = 64 * 1024;
/// How long a write may take before the reader is taken for dead.
const WRITE_MAX: Duration = Duration::from_secs(5);

/// Runs one reader's session until `stop` turns true (then it says good-bye to the reader) or the
/// receiving side is gone.
pub async fn run(
    target: Target,
    mut session: Session,
    clock: Clock,
    to: mpsc::Sender<Told>,
    control: impl Into<Control>,
) {
    let Control { mut stop, stage } = control.into();
    let mut held = Held {
        stage,
        is_held: false,
    };
    let reader = target.reader;
    let mut stream: Option<Box<dyn Wire>> = None;
    let mut buffer = vec![0; READ_BYTES];
    let mut stopping = false;
    loop {
        let wake_at = match session.poll(clock.now()) {
            Output::Connect => {
                stream = connect(&target, &mut stop).await;
                let input = if stream.is_some() {
                    Input::Connected
                } else {
                    Input::Closed
                };
                session.handle(input, clock.now());
                continue;
            }
            Output::Send(bytes) => {
                if !write(stream.as_deref_mut(), &bytes).await {
                    stream = None;
                    session.handle(Input::Closed, clock.now());
                }
                continue;
            }
            Output::Close => {
                stream = None;
                continue;
            }
            Output::Report(reads) => {
                if !tell(&to, reader, What::Reads(reads)).await {
                    return;
                }
                continue;
            }
            Output::Notice(notice) => {
                if !tell(&to, reader, What::Notice(notice)).await {
                    return;
                }
                continue;
            }
            Output::Stopped => return,
            Output::WakeAt(at) => at,
        };
        tokio::select! {
            read = receive(stream.as_deref_mut(), &mut buffer) => {
                if let Some(bytes) = read {
                    session.handle(Input::Bytes(bytes), clock.now());
                } else {
                    stream = None;
                    session.handle(Input::Closed, clock.now());
                }
            }
            () = clock.sleep_until(wake_at) => session.handle(Input::Wake, clock.now()),
            hold = held.changed() => session.handle(Input::Hold(hold), clock.now()),
            _ = stop.wait_for(|stop| *stop), if !stopping => {
                stopping = true;
                session.handle(Input::Stop, clock.now());
            }
        }
    }
}

/// Whether the inventory is to be paused.
struct Held {
    stage: Option<watch::Receiver<Stage>>,
    is_held: bool,
}

impl Held {
    /// Waits until that changes.
    async fn changed(&mut self) -> bool {
        let was = self.is_held;
        let stage = match &mut self.stage {
            Some(stage) => stage
                .wait_for(|it| (*it >= Stage::Held) != was)
                .await
                .is_ok(),
            None => false,
        };
        if !stage {
            return std::future::pending().await;
        }
        self.is_held = !was;
        self.is_held
    }
}

/// False when nobody listens any more.
async fn tell(to: &mpsc::Sender<Told>, reader: usize, what: What) -> bool {
    to.send(Told { reader, what }).await.is_ok()
}

/// Connects, unless that takes too long or the bridge is being stopped.
async fn connect(target: &Target, stop: &mut watch::Receiver<bool>) -> Option<Box<dyn Wire>> {
    let connecting = async {
        let stream = TcpStream::connect(&target.address).await?;
        // Failing to set it costs latency, nothing else.
        let _without_delay = stream.set_nodelay(true);
        match &target.tls {
            Some(tls) => tls.connect(stream).await,
            None => Ok(Box::new(stream) as Box<dyn Wire>),
        }
    };
    let connected: std::io::Result<Box<dyn Wire>> = tokio::select! {
        connected = timeout(WRITE_MAX, connecting) => connected.ok()?,
        _ = stop.wait_for(|stop| *stop) => return None,
    };
    connected
        .inspect_err(|error| tracing::warn!(address = target.address, %error, "no connection"))
        .ok()
}

async fn write(stream: Option<&mut (dyn Wire + '_)>, bytes: &[u8]) -> bool {
    let Some(stream) = stream else { return false };
    let written = async {
        stream.write_all(bytes).await?;
        stream.flush().await
    };
    matches!(timeout(WRITE_MAX, written).await, Ok(Ok(())))
}

/// Bytes of the reader; `None` when it is gone. Never ready without a connection.
async fn receive<'a>(
    stream: Option<&mut (dyn Wire + '_)>,
    buffer: &'a mut [u8],
) -> Option<&'a [u8]> {
    match stream {
        None => std::future::pending().await,
        Some(stream) => match stream.read(buffer).await {
            Ok(0) | Err(_) => None,
            Ok(len) => buffer.get(..len),
        },
    }
}
