//! HTTP push as a source: readers and clouds that post what they saw (webhooks). Each feed has a
//! path; a request is answered when what it says is on disk, so that a client that retries until
//! it hears 200 loses nothing. 401 without the token, 404 for another path, 413 above the bound,
//! 422 with the reason for what is not the feed's format, 503 with `Retry-After` when the bridge
//! cannot keep it now.
//!
//! Plain HTTP: behind a gateway's own network or a proxy that speaks TLS.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot, watch};

use super::{Caps, Driver, Letter, Outcome, Outlet, Receipt, Running};
use crate::payload::BYTES_MAX;
use crate::reader::clock::Clock;

/// A listener and its paths.
pub struct Push {
    /// Where it listens; bound already, so that a port in use is told at the start.
    pub listener: TcpListener,
    /// What a request must carry as bearer token.
    pub token: String,
    /// Paths, and which source each is.
    pub paths: BTreeMap<String, usize>,
    /// Times.
    pub clock: Clock,
}

impl std::fmt::Debug for Push {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Push")
            .field("paths", &self.paths)
            .finish_non_exhaustive()
    }
}

/// Connections at one time.
const CONNECTIONS_MAX: usize = 64;
/// How long a client may take for its request's head, and for its body.
const REQUEST_MAX: Duration = Duration::from_secs(10);
/// How long a letter may take to be on disk before the client is told to come again.
const KEEP_MAX: Duration = Duration::from_secs(20);
/// When a client that was told 503 should come again, seconds.
const RETRY_S: u16 = 30;

impl Driver for Push {
    fn caps(&self) -> Caps {
        Caps {
            kind: "push",
            acknowledges: true,
        }
    }

    fn run(self: Box<Self>, outlet: Outlet, mut stop: watch::Receiver<bool>) -> Running {
        Box::pin(async move {
            let gate = Arc::new(Gate {
                token: self.token,
                paths: self.paths,
                clock: self.clock,
                outlet,
            });
            let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
            loop {
                let slot = Arc::clone(&slots).acquire_owned();
                let accepted = tokio::select! {
                    accepted = async { (slot.await, self.listener.accept().await) } => accepted,
                    _ = stop.wait_for(|stop| *stop) => return,
                };
                let (Ok(slot), Ok((stream, _))) = accepted else {
                    // Out of descriptors, or the client is gone: others will come.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                };
                let (gate, mut stop) = (Arc::clone(&gate), stop.clone());
                tokio::spawn(async move {
                    tokio::select! {
                        () = serve(stream, gate) => {}
                        _ = stop.wait_for(|stop| *stop) => {}
                    }
                    drop(slot);
                });
            }
        })
    }
}

/// What every connection needs.
struct Gate {
    token: String,
    paths: BTreeMap<String, usize>,
    clock: Clock,
    outlet: Outlet,
}

async fn serve(stream: TcpStream, gate: Arc<Gate>) {
    let service = service_fn(move |request| {
        let gate = Arc::clone(&gate);
        async move { Ok::<_, Infallible>(gate.answer(request).await) }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(REQUEST_MAX)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "push connection ended");
    }
}

impl Gate {
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        if !self.is_allowed(&request) {
            return told(StatusCode::UNAUTHORIZED, "a bearer token is needed");
        }
        let path = request.uri().path().to_owned();
        let Some(source) = self.paths.get(&path) else {
            return told(StatusCode::NOT_FOUND, "no feed has this path");
        };
        if !matches!(*request.method(), Method::POST | Method::PUT) {
            return told(StatusCode::METHOD_NOT_ALLOWED, "POST what was seen");
        }
        let body = Limited::new(request.into_body(), BYTES_MAX).collect();
        let body = match tokio::time::timeout(REQUEST_MAX, body).await {
            Ok(Ok(body)) => body.to_bytes().to_vec(),
            Ok(Err(_)) => return told(StatusCode::PAYLOAD_TOO_LARGE, "too long, or broken off"),
            Err(_) => return told(StatusCode::REQUEST_TIMEOUT, "the body did not come"),
        };
        let (tell, outcome) = oneshot::channel();
        let letter = Letter {
            topic: path,
            body,
            at: self.clock.now(),
            // A client that heard no answer sends the same again, and does not say so.
            again: false,
            receipt: Receipt::new(move |outcome| {
                // The client may be gone.
                let _heard = tell.send(outcome);
            }),
        };
        if self.outlet.hand(*source, letter).await.is_err() {
            return later("the bridge stops");
        }
        match tokio::time::timeout(KEEP_MAX, outcome).await {
            Ok(Ok(Outcome::Kept)) => told(StatusCode::OK, "kept"),
            Ok(Ok(Outcome::Known)) => told(StatusCode::OK, "known"),
            Ok(Ok(Outcome::Unreadable(why))) => told(StatusCode::UNPROCESSABLE_ENTITY, &why),
            Ok(Ok(Outcome::Later)) => later("no room, come again"),
            Ok(Err(_)) | Err(_) => later("not kept, come again"),
        }
    }

    fn is_allowed(&self, request: &Request<Incoming>) -> bool {
        let header = request.headers().get(AUTHORIZATION);
        let token = header
            .and_then(|value| value.as_bytes().strip_prefix(b"Bearer "))
            .unwrap_or_default();
        // Hashes are compared, so that the time says nothing about the token.
        blake3::hash(token) == blake3::hash(self.token.as_bytes())
    }
}

fn later(text: &str) -> Response<Full<Bytes>> {
    let mut response = told(StatusCode::SERVICE_UNAVAILABLE, text);
    let headers = response.headers_mut();
    headers.insert(RETRY_AFTER, HeaderValue::from(RETRY_S));
    response
}

fn told(status: StatusCode, text: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(format!("{text}\n"))));
    *response.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, plain);
    response
}
