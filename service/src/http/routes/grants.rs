//! Grants of sight over HTTP.
use actix_web::{HttpRequest, HttpResponse, get, post, web};

use super::Parameters;
use crate::app::grants;
use crate::auth::actions;
use crate::http::body::{self, answer};
use crate::http::dto::grant::{GrantDto, GrantsDto, NewGrantDto, RevocationDto};
use crate::http::error::{Problem, ProblemBody};
use crate::http::guard::Guarded;
use crate::http::once::{Once, said};
use crate::node::Node;

/// Grants that the caller gave, or that were given to it
#[utoipa::path(
    tag = "grants",
    responses(
        (status = 200, body = GrantsDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/grants")]
pub(crate) async fn get_grants(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    Parameters::of(&request, &[])?;
    let grants = grants::list(&node, &guard.0);
    Ok(answer(&GrantsDto {
        grants: grants.into_iter().map(GrantDto::from).collect(),
    }))
}

/// Give another party, or all regulators or auditors, sight of what one sees
///
/// To read, and nothing else; from and until a time, for a purpose. It is a record of the ledger.
#[utoipa::path(
    tag = "grants",
    request_body = NewGrantDto,
    responses(
        (status = 201, body = GrantDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/api/v1/grants")]
pub(crate) async fn post_grant(
    guard: Guarded<actions::Grant>,
    request: HttpRequest,
    payload: web::Payload,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let (new, bytes): (NewGrantDto, _) = body::json(&request, payload).await?;
    let once = Once::of(&request, &guard.0, &bytes)?;
    let grant = new.read(node.world().now_ms())?;
    let behind = node.clone();
    once.answer(&node, move || {
        let given = grants::give(&behind, &guard.0, grant)?;
        said(201, &GrantDto::from(given))
    })
    .await
}

/// Take a grant back from now on
#[utoipa::path(
    tag = "grants",
    params(("id" = String, Path, description = "Id of the grant")),
    request_body = RevocationDto,
    responses(
        (status = 200, body = GrantDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/api/v1/grants/{id}/revoke")]
pub(crate) async fn post_grant_revocation(
    guard: Guarded<actions::Grant>,
    request: HttpRequest,
    payload: web::Payload,
    id: web::Path<String>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let (why, bytes): (RevocationDto, _) = body::json(&request, payload).await?;
    let once = Once::of(&request, &guard.0, &bytes)?;
    let behind = node.clone();
    once.answer(&node, move || {
        let given = grants::revoke(&behind, &guard.0, &id, &why.reason)?;
        said(200, &GrantDto::from(given))
    })
    .await
}
