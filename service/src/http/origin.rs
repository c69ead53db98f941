//! What a browser sends by itself, a certificate or a cookie, proves who asks but not that they
//! meant to: another site's page may have made the browser ask. A request that changes something
//! and comes with nothing else must therefore be of the node's own pages, which the browser tells
//! by `Origin` (RFC 6454) and `Sec-Fetch-Site`. A client that is no browser sends neither.
use actix_web::HttpRequest;
use actix_web::http::header;
use actix_web::http::uri::Authority;

use super::error::Problem;
use crate::app::failure::Code;

/// Refuses a request that changes something and comes from another site's page.
///
/// # Errors
/// `forbidden`.
pub(super) fn same(request: &HttpRequest) -> Result<(), Problem> {
    if request.method().is_safe() {
        return Ok(());
    }
    let text = |name: &str| request.headers().get(name).map(|it| it.to_str().ok());
    same_site(request)?;
    match text(header::ORIGIN.as_str()) {
        None => Ok(()),
        Some(Some(origin)) if is_ours(request, origin) => Ok(()),
        Some(_) => Err(foreign()),
    }
}

fn foreign() -> Problem {
    let text = "the request comes from another site's page";
    Problem::new(Code::Forbidden, text)
}

/// What the browser says of a request that changes something.
fn same_site(request: &HttpRequest) -> Result<(), Problem> {
    let site = request.headers().get("Sec-Fetch-Site");
    let site = site.and_then(|it| it.to_str().ok());
    let own = site.is_none_or(|site| matches!(site, "same-origin" | "none"));
    if own || request.method().is_safe() {
        return Ok(());
    }
    Err(foreign())
}

/// Refuses a request with a session's cookie that changes something, or opens a connection, and is
/// not of the node's own pages at `ours` (RFC 6454). Unlike [`same`] it takes no silence for an
/// answer: only browsers have cookies, and a browser tells where such a request comes from.
///
/// # Errors
/// `forbidden`.
pub(super) fn of_page(request: &HttpRequest, ours: &str) -> Result<(), Problem> {
    let origin = request.headers().get(header::ORIGIN);
    let is_ours = origin.map(|it| it.as_bytes() == ours.as_bytes());
    let fits = is_ours.unwrap_or_else(|| request.method().is_safe());
    if !fits {
        let text = "a request with a session's cookie must come from the node's own pages";
        return Err(Problem::new(Code::Forbidden, text));
    }
    same_site(request)
}

/// Whether an origin is the one that the request was sent to.
fn is_ours(request: &HttpRequest, origin: &str) -> bool {
    let host = request.headers().get(header::HOST);
    let host = host.and_then(|it| it.to_str().ok());
    let host = host.or_else(|| request.uri().authority().map(Authority::as_str));
    let given = origin.split_once("://").map(|(_, rest)| rest);
    host.is_some() && given == host
}
