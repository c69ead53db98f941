//! The ledger for people: how it stands, and its blocks, the newest first.
use actix_web::{HttpRequest, HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::Parameters;
use crate::app::ledger;
use crate::auth::actions;
use crate::http::body::{answer, blocking};
use crate::http::dto::ledger::{LedgerBlocksDto, LedgerDto};
use crate::http::error::{Problem, ProblemBody};
use crate::http::guard::Guarded;
use crate::limits::PAGE_DEFAULT;
use crate::node::Node;

/// Mounts them.
pub(crate) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get_ledger).service(get_blocks);
}

/// How it stands with the tangle: size, tips, rate, finality, witnesses
#[utoipa::path(
    tag = "blocks",
    responses(
        (status = 200, body = LedgerDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/ledger")]
pub(crate) async fn get_ledger(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    Parameters::of(&request, &[])?;
    let found = blocking(move || ledger::overview(&node, &guard.0)).await?;
    Ok(answer(&LedgerDto::from(found)))
}

/// Blocks in the total order, the newest first
///
/// Of a block that the key sees nothing of, its shape is told: what it approves, when it was
/// ordered, under which milestone.
#[utoipa::path(
    tag = "blocks",
    params(
        ("before" = Option<u64>, Query,
            description = "Position below which to begin: `next` of the page before"),
        ("per_page" = Option<usize>, Query, description = "1 to 100; 30 without")
    ),
    responses(
        (status = 200, body = LedgerBlocksDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/blocks")]
pub(crate) async fn get_blocks(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::of(&request, &["before", "per_page"])?;
    let before = parameters.number("before")?;
    let count = parameters.number("per_page")?.unwrap_or(PAGE_DEFAULT);
    let page = blocking(move || ledger::blocks(&node, &guard.0, before, count)).await?;
    Ok(answer(&LedgerBlocksDto::from(page)))
}
