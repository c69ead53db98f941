//! Recalls, notices, the sum of a lot, the list of shipments.
use actix_web::{HttpRequest, HttpResponse, get, post, web};

use super::Parameters;
use crate::app::{lot, recall, recall_list, shipment};
use crate::auth::actions;
use crate::http::body::{self, answer, blocking};
use crate::http::cached;
use crate::http::dto::pack::ShipmentsDto;
use crate::http::dto::recall::{
    ConfirmedDto, NoticeDto, NoticesDto, RecallStatusDto, RecallsDto, ReconciliationDto,
};
use crate::http::error::{Problem, ProblemBody};
use crate::http::guard::Guarded;
use crate::http::once::{Once, said};
use crate::limits::SHIPMENTS_PAGE_MAX;
use crate::node::Node;

/// Recalled lots and how far each recall has come
#[utoipa::path(
    tag = "recalls",
    responses(
        (status = 200, body = RecallsDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/recalls")]
pub(crate) async fn get_recalls(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    Parameters::of(&request, &[])?;
    let recalls = blocking(move || recall::recalls(&node, &guard.0)).await?;
    Ok(answer(&RecallsDto {
        recalls: recalls.into_iter().map(RecallStatusDto::from).collect(),
    }))
}

/// Every recalled lot, signed by the node's log, for counters without a connection
///
/// A C2SP signed note: the line `theriac recall list v1`, a line of JSON (`log`, `issued_at`,
/// `valid_until`, `size`, `lots` with `gtin`, `lot`, `at`, `level`, `reason`, withdrawn
/// `products` alike without `lot`), an empty line, the signature by `log_key` of `GET /api/v1/me`.
/// `If-None-Match` is heeded.
#[utoipa::path(
    tag = "recalls",
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = 304, description = "It is the one of `If-None-Match`"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/recall-list")]
pub(crate) async fn get_recall_list(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    Parameters::of(&request, &[])?;
    let list = blocking(move || recall_list::recall_list(&node, &guard.0)).await?;
    let media = "text/plain; charset=utf-8";
    Ok(cached::answer(&request, &list.hash, media, list.note))
}

/// A recall: scope, who has how many packs, who was told, coverage
#[utoipa::path(
    tag = "recalls",
    params(
        ("gtin" = String, Path, description = "GTIN of the product"),
        ("lot" = String, Path, description = "Lot, percent-encoded")
    ),
    responses(
        (status = 200, body = RecallStatusDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/recalls/{gtin}/{lot}")]
pub(crate) async fn get_recall(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    Parameters::of(&request, &[])?;
    let (gtin, lot) = path.into_inner();
    let recall = blocking(move || recall::recall(&node, &guard.0, &gtin, &lot)).await?;
    Ok(answer(&RecallStatusDto::from(recall)))
}

/// Tell every party concerned by a recall that was not told yet
#[utoipa::path(
    tag = "recalls",
    params(
        ("gtin" = String, Path, description = "GTIN of the product"),
        ("lot" = String, Path, description = "Lot, percent-encoded")
    ),
    responses(
        (status = 201, body = NoticesDto, description = "The notices made now"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/api/v1/recalls/{gtin}/{lot}/notices")]
pub(crate) async fn post_recall_notices(
    guard: Guarded<actions::Decide>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    Parameters::of(&request, &[])?;
    let once = Once::of(&request, &guard.0, &[])?;
    let (gtin, lot) = path.into_inner();
    let behind = node.clone();
    once.answer(&node, move || {
        let notices = recall::notify(&behind, &guard.0, &gtin, &lot)?;
        let notices = notices.into_iter().map(NoticeDto::from).collect();
        said(201, &NoticesDto { notices })
    })
    .await
}

/// Notices of recalls to one's own party
#[utoipa::path(
    tag = "recalls",
    responses(
        (status = 200, body = NoticesDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/notices")]
pub(crate) async fn get_notices(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    Parameters::of(&request, &[])?;
    let notices = blocking(move || recall::notices(&node, &guard.0)).await?;
    Ok(answer(&NoticesDto {
        notices: notices.into_iter().map(NoticeDto::from).collect(),
    }))
}

/// Confirm a notice, and say how many packs were set aside
#[utoipa::path(
    tag = "recalls",
    params(("id" = String, Path, description = "Id of the notice, percent-encoded")),
    request_body = ConfirmedDto,
    responses(
        (status = 200, body = NoticeDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/api/v1/notices/{id}/confirmation")]
pub(crate) async fn post_confirmation(
    guard: Guarded<actions::ChangeState>,
    request: HttpRequest,
    payload: web::Payload,
    id: web::Path<String>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let (confirmed, bytes): (ConfirmedDto, _) = body::json(&request, payload).await?;
    let once = Once::of(&request, &guard.0, &bytes)?;
    let behind = node.clone();
    once.answer(&node, move || {
        let notice = recall::confirm(&behind, &guard.0, &id, confirmed.into())?;
        said(200, &NoticeDto::from(notice))
    })
    .await
}

/// The sum of a lot: made is located plus terminal plus unknown
#[utoipa::path(
    tag = "packs",
    params(
        ("gtin" = String, Path, description = "GTIN of the product"),
        ("lot" = String, Path, description = "Lot, percent-encoded")
    ),
    responses(
        (status = 200, body = ReconciliationDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/lots/{gtin}/{lot}/reconciliation")]
pub(crate) async fn get_reconciliation(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    Parameters::of(&request, &[])?;
    let (gtin, number) = path.into_inner();
    let sum = blocking(move || lot::reconcile(&node, &guard.0, &gtin, &number)).await?;
    Ok(answer(&ReconciliationDto::from(sum)))
}

/// Shipments, the latest first
#[utoipa::path(
    tag = "packs",
    params(("cursor" = Option<String>, Query, description = "`next` of the page before")),
    responses(
        (status = 200, body = ShipmentsDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/shipments")]
pub(crate) async fn get_shipments(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::of(&request, &["cursor"])?;
    let rows = move || {
        let page = (parameters.text("cursor"), SHIPMENTS_PAGE_MAX);
        shipment::shipments(&node, &guard.0, page)
    };
    Ok(answer(&ShipmentsDto::from(blocking(rows).await?)))
}
