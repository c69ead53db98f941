//! Permission as an extractor: a handler that asks for `Guarded<actions::X>` is only called with a
//! permit for X. The key comes in `Authorization: Bearer` or `X-API-Key`, never in the URL, where
//! logs would keep it.
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};

use super::error::Problem;
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
        ready(principal(request).and_then(|principal| {
            let permit = Permit::check(principal).map_err(Failure::from)?;
            Ok(Self(permit))
        }))
    }
}

fn principal(request: &HttpRequest) -> Result<Principal, Problem> {
    let nobody = |text: &str| Problem::new(Code::Unauthenticated, text);
    let text = key_text(request).ok_or_else(|| {
        nobody("send the API key as `Authorization: Bearer thr_...` or as `X-API-Key`")
    })?;
    let key = ApiKey::parse(text).map_err(|error| nobody(&error.to_string()))?;
    let node = request
        .app_data::<web::Data<Node>>()
        .ok_or_else(|| Problem(Failure::internal("no node behind this server")))?;
    node.store()
        .principal(&key, node.world().now_ms())
        .ok_or_else(|| nobody("the API key is not known here, or has ended"))
}

fn key_text(request: &HttpRequest) -> Option<&str> {
    let headers = request.headers();
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let (scheme, key) = value.to_str().ok()?.split_once(' ')?;
        return scheme.eq_ignore_ascii_case("bearer").then(|| key.trim());
    }
    headers.get("X-API-Key")?.to_str().ok().map(str::trim)
}
