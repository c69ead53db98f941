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
    let refused = || {
        Problem::new(
            Code::Forbidden,
            "the request comes from another site's page",
        )
    };
    let site = text("Sec-Fetch-Site").flatten();
    if site.is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return Err(refused());
    }
    match text(header::ORIGIN.as_str()) {
        None => Ok(()),
        Some(Some(origin)) if is_ours(request, origin) => Ok(()),
        Some(_) => Err(refused()),
    }
}

/// Whether an origin is the one that the request was sent to.
fn is_ours(request: &HttpRequest, origin: &str) -> bool {
    let host = request.headers().get(header::HOST);
    let host = host.and_then(|it| it.to_str().ok());
    let host = host.or_else(|| request.uri().authority().map(Authority::as_str));
    let given = origin.split_once("://").map(|(_, rest)| rest);
    host.is_some() && given == host
}
