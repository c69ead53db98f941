//! Permission as an extractor: a handler that asks for `Guarded<actions::X>` is only called with a
//! permit for X. The key comes in `Authorization: Bearer` or `X-API-Key`, or as the password of
//! `Authorization: Basic` (EPCIS clients know no other way), never in the URL, where logs would
//! keep it.
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::error::Problem;
use super::rate::Rates;
use crate::app::failure::{Code, Failure};
use crate::auth::{Action, ApiKey, Permit, Principal};
use crate::node::Node;

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
            let permit = Permit::check(principal).map_err(Failure::from)?;
            Ok(Self(permit))
        }))
    }
}

/// The action that a handler asked permission for, left for the access log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked(pub(crate) &'static str);

/// Who asks. Keys are counted by themselves, and whoever has none that opens anything by address.
fn principal(request: &HttpRequest) -> Result<Principal, Problem> {
    let rates = request.app_data::<web::Data<Rates>>();
    match known(request) {
        Ok(principal) => {
            rates.map_or(Ok(()), |rates| rates.of_key(&principal.key_id))?;
            Ok(principal)
        }
        Err(problem) => {
            let address = request.peer_addr().map(|peer| peer.ip());
            rates.map_or(Ok(()), |rates| rates.of_stranger(address))?;
            Err(problem)
        }
    }
}

fn known(request: &HttpRequest) -> Result<Principal, Problem> {
    let nobody = |text: &str| Problem::new(Code::Unauthenticated, text);
    let text = key_text(request).ok_or_else(|| {
        nobody(
            "send the API key as `Authorization: Bearer thr_...`, as `X-API-Key`, or as the password \
             of HTTP Basic",
        )
    })?;
    let key = ApiKey::parse(&text).map_err(|error| nobody(&error.to_string()))?;
    let node = request
        .app_data::<web::Data<Node>>()
        .ok_or_else(|| Problem(Failure::internal("no node behind this server")))?;
    node.store()
        .principal(&key, node.world().now_ms())
        .ok_or_else(|| nobody("the API key is not known here, or has ended"))
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
