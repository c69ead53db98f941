//! Permission as an extractor: a handler that asks for `Guarded<actions::X>` is only called with a
//! permit for X. The key comes in `Authorization: Bearer` or `X-API-Key`, or as the password of
//! `Authorization: Basic` (EPCIS clients know no other way), never in the URL, where logs would
//! keep it. Without one, a client certificate that is bound to a key stands for it, and without
//! that the session of a person who signed in.
use std::any::Any;
use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::cookie;
use super::error::Problem;
use super::origin;
use super::rate::Rates;
use crate::app::failure::{Code, Failure};
use crate::auth::{Action, ApiKey, Permit, Principal, Ruling};
use crate::node::Node;
use crate::store::SessionHash;
use crate::tls::pair::Certificate;

/// A permit for `A`, taken from the request's key.
#[derive(Debug)]
pub(crate) struct Guarded<A: Action>(pub(crate) Permit<A>);

impl<A: Action> FromRequest for Guarded<A> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        request.extensions_mut().insert(Asked(A::NAME));
        ready(principal(request).and_then(|principal| {
            request.extensions_mut().insert(principal.clone());
            let permit = Permit::check(principal);
            let ruling = match &permit {
                Ok(permit) => permit.ruling(),
                Err(denied) => denied.ruling(),
            };
            request.extensions_mut().insert(Ruled(Arc::clone(ruling)));
            Ok(Self(permit.map_err(Failure::from)?))
        }))
    }
}

/// What the policies said to that, left for the access log.
#[derive(Clone, Debug)]
pub(crate) struct Ruled(pub(crate) Arc<Ruling>);

/// The action that a handler asked permission for, left for the access log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked(pub(crate) &'static str);

/// Who asks. Keys are counted by themselves, and whoever has none that opens anything by address.
fn principal(request: &HttpRequest) -> Result<Principal, Problem> {
    match known(request) {
        Ok(principal) => {
            rates(request).map_or(Ok(()), |rates| rates.of_key(&principal.key_id))?;
            Ok(principal)
        }
        Err(problem) => {
            stranger(request)?;
            Err(problem)
        }
    }
}

/// Counts a request of somebody who is not known.
pub(super) fn stranger(request: &HttpRequest) -> Result<(), Problem> {
    let address = request.peer_addr().map(|peer| peer.ip());
    rates(request).map_or(Ok(()), |rates| rates.of_stranger(address))
}

/// Counts a request of a device that enrols.
pub(super) fn enrolling(request: &HttpRequest) -> Result<(), Problem> {
    let address = request.peer_addr().map(|peer| peer.ip());
    rates(request).map_or(Ok(()), |rates| rates.of_enrolling(address))
}

/// How often callers ask; none in a test without a server.
pub(super) fn rates(request: &HttpRequest) -> Option<&web::Data<Rates>> {
    request.app_data::<web::Data<Rates>>()
}

/// Who is at the other end of a connection, by its certificate; kept with the connection.
#[derive(Clone, Debug)]
pub(crate) struct Peer(Certificate);

impl Peer {
    /// Of a connection that has just been made; `None` without TLS or without a certificate.
    pub(super) fn of(connection: &dyn Any) -> Option<Self> {
        type Stream = actix_tls::accept::rustls_0_23::TlsStream<actix_web::rt::net::TcpStream>;
        let (_, session) = connection.downcast_ref::<Stream>()?.get_ref();
        let first = session.peer_certificates()?.first()?;
        Certificate::of(first).map(Self)
    }
}

fn nobody(text: &str) -> Problem {
    Problem::new(Code::Unauthenticated, text)
}

fn known(request: &HttpRequest) -> Result<Principal, Problem> {
    let node = request
        .app_data::<web::Data<Node>>()
        .ok_or_else(|| Problem(Failure::internal("no node behind this server")))?;
    let now_ms = node.world().now_ms();
    if says_a_key(request) {
        let text = key_text(request).ok_or_else(|| nobody(HOW))?;
        let key = ApiKey::parse(&text).map_err(|error| nobody(&error.to_string()))?;
        return node
            .store()
            .principal(&key, now_ms)
            .ok_or_else(|| nobody("the API key is not known here, or has ended"));
    }
    if let Some(Peer(certificate)) = request.conn_data::<Peer>() {
        return of_certificate(request, node, certificate, now_ms);
    }
    let session = cookie::session(request, node, now_ms)?;
    session.map(|it| it.0).ok_or_else(|| nobody(HOW))
}

const HOW: &str = "send the API key as `Authorization: Bearer thr_...`, as `X-API-Key`, or as the \
    password of HTTP Basic";

fn says_a_key(request: &HttpRequest) -> bool {
    let headers = request.headers();
    headers.contains_key(header::AUTHORIZATION) || headers.contains_key("X-API-Key")
}

/// What let somebody in, for an answer that outlasts its request and must ask again: a key that was
/// revoked, a certificate that has ended and a session that is over open nothing any more.
#[derive(Clone, Debug)]
pub(crate) enum Pass {
    /// An API key, by its public id.
    Key(String),
    /// A client certificate.
    Certificate(Certificate),
    /// The session of a person.
    Session(SessionHash),
}

impl Pass {
    /// Of a request that was let in as `principal`; `None` for one that nothing let in.
    pub(crate) fn of(request: &HttpRequest, principal: &Principal) -> Option<Self> {
        if says_a_key(request) {
            return Some(Self::Key(principal.key_id.clone()));
        }
        if let Some(Peer(certificate)) = request.conn_data::<Peer>() {
            return Some(Self::Certificate(certificate.clone()));
        }
        let node = request.app_data::<web::Data<Node>>()?;
        let cookie = cookie::value(request)?;
        node.store().session_hash_of(&cookie).map(Self::Session)
    }

    /// A permit as it would be given now; `None` when none would be.
    pub(crate) fn permit<A: Action>(&self, node: &Node) -> Option<Permit<A>> {
        let now_ms = node.world().now_ms();
        let principal = match self {
            Self::Key(id) => node.store().principal_of(id, now_ms),
            Self::Certificate(certificate) => by_certificate(node, certificate, now_ms),
            Self::Session(hash) => node.store().principal_of_session(hash, now_ms),
        };
        Permit::check(principal?).ok()
    }
}

fn by_certificate(node: &Node, certificate: &Certificate, now_ms: i64) -> Option<Principal> {
    let spki = hex::encode(certificate.spki);
    let valid = certificate.is_valid_at(now_ms);
    valid.then(|| node.store().principal_by_certificate(&spki, now_ms))?
}

/// The connection may be older than the certificate's end, and so is asked at each request.
fn of_certificate(
    request: &HttpRequest,
    node: &Node,
    certificate: &Certificate,
    now_ms: i64,
) -> Result<Principal, Problem> {
    if !certificate.is_valid_at(now_ms) {
        return Err(nobody("the client certificate has ended"));
    }
    origin::same(request)?;
    by_certificate(node, certificate, now_ms)
        .ok_or_else(|| nobody("the client certificate stands for no API key here"))
}

fn key_text(request: &HttpRequest) -> Option<String> {
    let headers = request.headers();
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        let key = headers.get("X-API-Key")?.to_str().ok()?;
        return Some(key.trim().to_owned());
    };
    let (scheme, given) = value.to_str().ok()?.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(given.trim().to_owned());
    }
    if scheme.eq_ignore_ascii_case("basic") {
        let pair = STANDARD.decode(given.trim()).ok()?;
        let (_, password) = std::str::from_utf8(&pair).ok()?.split_once(':')?;
        return Some(password.to_owned());
    }
    None
}
