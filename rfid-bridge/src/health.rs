//! The bridge's own page on the gateway: `/` for people, `/healthz` and `/readyz` for whoever
//! watches it, `/metrics` for Prometheus. It is off unless `[health]` names an address, needs no
//! key, shows nothing secret and takes nothing in; keep it on the loopback interface all the same.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue,
    X_CONTENT_TYPE_OPTIONS,
};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

use crate::board::{Board, Figures};
use crate::reader::clock;
use crate::reload::Active;
use crate::spool::{self, Spool, Stock};

mod metrics;
mod page;

/// `[health]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HealthEntry {
    /// Address and port to listen on, such as `127.0.0.1:9180`.
    pub listen: String,
}

/// Connections at one time.
const CONNECTIONS_MAX: usize = 16;
/// How long a client may take for its request.
const REQUEST_MAX: Duration = Duration::from_secs(5);

/// What is shown.
#[derive(Debug)]
pub struct Health {
    /// What the others do.
    pub board: Arc<Board>,
    /// What waits.
    pub spool: Arc<Spool>,
    /// The configuration at work.
    pub active: watch::Receiver<Active>,
    /// Key id of the device, hex.
    pub device: String,
    /// What people call it.
    pub label: String,
    /// Where blocks go.
    pub service: String,
}

/// Everything at one moment.
#[derive(Debug, Clone)]
struct Snapshot {
    now_ms: i64,
    figures: Figures,
    /// What is in the spool, or why that cannot be told.
    stock: Result<Stock, String>,
    /// How full it is.
    spool: spool::Figures,
    active: Active,
    device: String,
    label: String,
    service: String,
}

impl Health {
    /// Answers until `stop` turns true.
    pub async fn serve(self, listener: TcpListener, mut stop: watch::Receiver<bool>) {
        if listener.local_addr().is_ok_and(|it| !it.ip().is_loopback()) {
            tracing::warn!("[health] listens on an address that other machines reach");
        }
        let health = Arc::new(self);
        let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        loop {
            let slot = Arc::clone(&slots).acquire_owned();
            let accepted = tokio::select! {
                accepted = async { (slot.await, listener.accept().await) } => accepted,
                _ = stop.wait_for(|stop| *stop) => return,
            };
            let (Ok(slot), Ok((stream, _))) = accepted else {
                // Out of descriptors, or the client is gone: others will come.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            let health = Arc::clone(&health);
            tokio::spawn(async move {
                let service = service_fn(move |request| {
                    let health = Arc::clone(&health);
                    async move { Ok::<_, Infallible>(health.answer(&request).await) }
                });
                let served = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(REQUEST_MAX)
                    .keep_alive(false)
                    .serve_connection(TokioIo::new(stream), service);
                if let Ok(Err(error)) = tokio::time::timeout(2 * REQUEST_MAX, served).await {
                    tracing::debug!(%error, "health connection ended");
                }
                drop(slot);
            });
        }
    }

    async fn answer(self: &Arc<Self>, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut refused = said(
                StatusCode::METHOD_NOT_ALLOWED,
                PLAIN,
                "GET only\n".to_owned(),
            );
            let allowed = HeaderValue::from_static("GET, HEAD");
            refused.headers_mut().insert(ALLOW, allowed);
            return refused;
        }
        let health = Arc::clone(self);
        let snapshot = tokio::task::spawn_blocking(move || health.snapshot()).await;
        let Ok(snapshot) = snapshot else {
            return said(
                StatusCode::SERVICE_UNAVAILABLE,
                PLAIN,
                "the bridge stops\n".to_owned(),
            );
        };
        match request.uri().path() {
            "/" => said(StatusCode::OK, HTML, page::page(&snapshot)),
            "/metrics" => said(StatusCode::OK, METRICS, metrics::text(&snapshot)),
            "/healthz" => said(StatusCode::OK, PLAIN, "alive\n".to_owned()),
            "/readyz" => match snapshot.fault() {
                None => said(StatusCode::OK, PLAIN, "ready\n".to_owned()),
                Some(why) => said(StatusCode::SERVICE_UNAVAILABLE, PLAIN, format!("{why}\n")),
            },
            _ => said(StatusCode::NOT_FOUND, PLAIN, "nothing here\n".to_owned()),
        }
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot {
            now_ms: clock::unix_ms(),
            figures: self.board.read(),
            stock: self.spool.stock().map_err(|error| error.to_string()),
            spool: self.spool.figures(),
            active: self.active.borrow().clone(),
            device: self.device.clone(),
            label: self.label.clone(),
            service: self.service.clone(),
        }
    }
}

impl Snapshot {
    /// Why the bridge does not record, if it does not. Without the service it does: it stores.
    fn fault(&self) -> Option<String> {
        if let Err(why) = &self.stock {
            return Some(why.clone());
        }
        let told = self.figures.sources.iter().map(|it| it.state.as_ref());
        let is_deaf = !self.figures.sources.is_empty() && told.clone().all(is_down);
        is_deaf.then(|| "no source is heard".to_owned())
    }
}

fn is_down(state: Option<&Result<String, String>>) -> bool {
    matches!(state, Some(Err(_)))
}

const PLAIN: &str = "text/plain; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
const METRICS: &str = "text/plain; version=0.0.4; charset=utf-8";

fn said(status: StatusCode, media: &'static str, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let policy = HeaderValue::from_str(&page::policy());
    if let Ok(policy) = policy {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    let referrer = HeaderName::from_static("referrer-policy");
    headers.insert(referrer, HeaderValue::from_static("no-referrer"));
    response
}

#[cfg(test)]
mod tests;
