//! Share links for parties, and the one door for whoever has one: that route asks for no key. It
//! is counted by address as whoever is not known, takes the token in the body (never in an address,
//! where logs would keep it), and stands in the access log under the link's id.
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, delete, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::Parameters;
use crate::app::links;
use crate::auth::actions;
use crate::http::body::{self, answer, blocking};
use crate::http::dto::link::{
    CreatedLinkDto, LinkDto, LinkTokenDto, LinksDto, NewLinkDto, SharedShipmentDto,
};
use crate::http::error::{Problem, ProblemBody};
use crate::http::guard::{Asked, Guarded, stranger};
use crate::http::once::{Once, said};
use crate::node::Node;

/// Mounts them.
pub(crate) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(get_links)
        .service(post_link)
        .service(delete_link)
        .service(post_shared);
}

/// Share a shipment by a link: whoever has it reads, without a key, until it ends; it is shown
/// this once
#[utoipa::path(
    tag = "grants",
    params(("id" = String, Path, description = "Any form of the shipment's identifier, \
        percent-encoded")),
    request_body = NewLinkDto,
    responses(
        (status = 201, body = CreatedLinkDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/api/v1/shipments/{id}/links")]
pub(crate) async fn post_link(
    guard: Guarded<actions::Grant>,
    request: HttpRequest,
    payload: web::Payload,
    id: web::Path<String>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let (new, bytes): (NewLinkDto, _) = body::json(&request, payload).await?;
    let once = Once::of(&request, &guard.0, &bytes)?;
    let behind = node.clone();
    once.answer_secret(&node, move || {
        let (token, link) = links::make(&behind, &guard.0, &id, &new.wish())?;
        let now_ms = behind.world().now_ms();
        said(
            201,
            &CreatedLinkDto {
                path: format!("/shared#{token}"),
                token,
                link: LinkDto::at(link, now_ms),
            },
        )
    })
    .await
}

/// Links to a shipment that the caller's party made, without their tokens
#[utoipa::path(
    tag = "grants",
    params(("id" = String, Path, description = "Any form of the shipment's identifier, \
        percent-encoded")),
    responses(
        (status = 200, body = LinksDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/shipments/{id}/links")]
pub(crate) async fn get_links(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    id: web::Path<String>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    Parameters::of(&request, &[])?;
    let now_ms = node.world().now_ms();
    let links = blocking(move || links::list(&node, &guard.0, &id)).await?;
    let links = links.into_iter().map(|it| LinkDto::at(it, now_ms));
    Ok(answer(&LinksDto {
        links: links.collect(),
    }))
}

/// Take a link back: it opens nothing from now on
#[utoipa::path(
    tag = "grants",
    params(
        ("id" = String, Path, description = "Any form of the shipment's identifier, \
            percent-encoded"),
        ("link" = String, Path, description = "Public id of the link")
    ),
    responses(
        (status = 204, description = "It opens nothing any more"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[delete("/api/v1/shipments/{id}/links/{link}")]
pub(crate) async fn delete_link(
    guard: Guarded<actions::Grant>,
    path: web::Path<(String, String)>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let (id, link) = path.into_inner();
    blocking(move || links::revoke(&node, &guard.0, &id, &link)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What a link shows
///
/// Open: the token is in the body. An unknown link, one that has ended and one that was taken back
/// are answered alike.
#[utoipa::path(
    tag = "grants",
    security(()),
    request_body = LinkTokenDto,
    responses(
        (status = 200, body = SharedShipmentDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/api/v1/shared")]
pub(crate) async fn post_shared(
    request: HttpRequest,
    payload: web::Payload,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    stranger(&request)?;
    let (given, _): (LinkTokenDto, _) = body::json(&request, payload).await?;
    request.extensions_mut().insert(Asked("open_link"));
    let opening = blocking(move || Ok(links::open(&node, &given.token))).await?;
    if let Some(who) = opening.who {
        request.extensions_mut().insert(who);
    }
    Ok(answer(&SharedShipmentDto::from(opening.outcome?)))
}
