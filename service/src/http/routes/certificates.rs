//! Which client certificates stand for which API keys.
use actix_web::{HttpRequest, HttpResponse, delete, post, web};

use super::manage::instant;
use crate::app::failure::Code;
use crate::app::keys::{self, Given};
use crate::auth::actions;
use crate::http::body::{self, blocking};
use crate::http::dto::manage::{BoundDto, NewBindingDto};
use crate::http::error::{Problem, ProblemBody};
use crate::http::guard::Guarded;
use crate::http::once::{Once, said};
use crate::node::Node;

/// Let a client certificate stand for an API key
///
/// A connection with this certificate, or with any other for the same public key, then needs no
/// API key. Binding it again changes when it ends.
#[utoipa::path(
    tag = "keys",
    request_body = NewBindingDto,
    params(("id" = String, Path, description = "Public id of the key: 8 hex digits")),
    responses(
        (status = 201, body = BoundDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/api/v1/keys/{id}/certificates")]
pub(crate) async fn post_certificate(
    guard: Guarded<actions::ManageKeys>,
    id: web::Path<String>,
    (request, payload): (HttpRequest, web::Payload),
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let (new, bytes): (NewBindingDto, _) = body::json(&request, payload).await?;
    let once = Once::of(&request, &guard.0, &bytes)?;
    let given = match (new.certificate, new.spki_sha256) {
        (Some(pem), None) => Given::Certificate(pem),
        (None, Some(hash)) => Given::Hash(hash),
        _ => {
            let text = "give either certificate or spki_sha256";
            return Err(Problem::new(Code::Unprocessable, text));
        }
    };
    let expires_ms = new.expires_at.as_deref().map(instant).transpose()?;
    let behind = node.clone();
    once.answer(&node, move || {
        let spki_sha256 = keys::bind(&behind, &guard.0, (&id, &given), expires_ms)?;
        let id = id.into_inner();
        said(201, &BoundDto { id, spki_sha256 })
    })
    .await
}

/// Take a client certificate back from an API key
///
/// From now on it opens nothing, also on connections that are open. It stays in the list and can
/// not be bound again.
#[utoipa::path(
    tag = "keys",
    params(
        ("id" = String, Path, description = "Public id of the key: 8 hex digits"),
        ("certificate" = String, Path, description = "SHA-256 of its public key: 64 hex digits")
    ),
    responses(
        (status = 204, description = "It opens nothing any more"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[delete("/api/v1/keys/{id}/certificates/{certificate}")]
pub(crate) async fn delete_certificate(
    guard: Guarded<actions::ManageKeys>,
    path: web::Path<(String, String)>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let (id, spki) = path.into_inner();
    blocking(move || keys::unbind(&node, &guard.0, &id, &spki)).await?;
    Ok(HttpResponse::NoContent().finish())
}
