//! Histories of packs, lots, shipments, proofs of packs.
use actix_web::{HttpRequest, HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::Parameters;
use crate::app::lot::Slice;
use crate::app::{genealogy, lot, pack, proofs, shipment};
use crate::auth::actions;
use crate::http::body::{answer, blocking};
use crate::http::dto::genealogy::GenealogyDto;
use crate::http::dto::pack::{HistoryDto, LotDto, ShipmentDto};
use crate::http::error::{Problem, ProblemBody};
use crate::http::guard::Guarded;
use crate::http::lang;
use crate::limits::GENEALOGY_DEPTH;
use crate::node::Node;

/// Mounts the routes.
pub(crate) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(get_history)
        .service(get_genealogy)
        .service(get_pack_proof)
        .service(get_lot)
        .service(get_shipment);
}

/// The history of a pack
#[utoipa::path(
    tag = "packs",
    params(
        ("id" = String, Path, description = "Any form of the pack's identifier, percent-encoded"),
        ("lang" = Option<String>, Query, description = "`en`, `de`, `fr` or `es`")
    ),
    responses(
        (status = 200, body = HistoryDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/packs/{id}/history")]
pub(crate) async fn get_history(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    id: web::Path<String>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::of(&request, &["lang"])?;
    let lang = lang::of(&request, parameters.text("lang"));
    let history = blocking(move || pack::history(&node, &guard.0, &id)).await?;
    Ok(answer(&HistoryDto::from(history.spoken(lang))))
}

/// What a thing was made from and what was made from it, through transformations
#[utoipa::path(
    tag = "packs",
    params(
        ("id" = String, Path, description = "Any form of the identifier, percent-encoded"),
        ("depth" = Option<usize>, Query, description = "Steps each way, 1 to 32; 8 unless said")
    ),
    responses(
        (status = 200, body = GenealogyDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/packs/{id}/genealogy")]
pub(crate) async fn get_genealogy(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    id: web::Path<String>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::of(&request, &["depth"])?;
    let depth = parameters.number("depth")?.unwrap_or(GENEALOGY_DEPTH);
    let found = blocking(move || genealogy::genealogy(&node, &guard.0, &id, depth)).await?;
    Ok(answer(&GenealogyDto::from(found)))
}

/// The proof of a pack's latest event, to be checked offline
#[utoipa::path(
    tag = "packs",
    params(
        ("id" = String, Path, description = "Any form of the pack's identifier, percent-encoded"),
        ("event" = Option<String>, Query, description = "Id of an event of the pack")
    ),
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/packs/{id}/proof")]
pub(crate) async fn get_pack_proof(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    id: web::Path<String>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::of(&request, &["event"])?;
    let event = parameters.text("event").map(ToOwned::to_owned);
    let proof = blocking(move || {
        let epc = gs1::Epc::Sgtin(pack::pack_of(&id)?);
        proofs::of_pack(&node, &guard.0, &epc, event.as_deref())
    })
    .await?;
    Ok(proof_file("pack.proof", proof))
}

/// A proof as a file to keep.
pub(super) fn proof_file(name: &str, proof: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header((
            "Content-Disposition",
            format!("attachment; filename=\"{name}\""),
        ))
        .body(proof)
}

/// A lot: numbers, holders, packs
#[utoipa::path(
    tag = "packs",
    params(
        ("gtin" = String, Path, description = "GTIN of the product"),
        ("lot" = String, Path, description = "Lot, percent-encoded"),
        ("limit" = Option<usize>, Query, description = "Packs in a page, 1 to 1000"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
        ("lang" = Option<String>, Query, description = "`en`, `de`, `fr` or `es`")
    ),
    responses(
        (status = 200, body = LotDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/lots/{gtin}/{lot}")]
pub(crate) async fn get_lot(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::of(&request, &["limit", "cursor", "lang"])?;
    let lang = lang::of(&request, parameters.text("lang"));
    let slice = Slice::parse(parameters.number("limit")?, parameters.text("cursor"))?;
    let (gtin, number) = path.into_inner();
    let mut page = blocking(move || lot::lot(&node, &guard.0, &gtin, &number, slice)).await?;
    let findings = page.findings.into_iter();
    page.findings = findings.map(|finding| finding.spoken(lang)).collect();
    Ok(answer(&LotDto::from(page)))
}

/// A logistic unit: contents, ways, cold chain
#[utoipa::path(
    tag = "packs",
    params(("id" = String, Path, description = "Any form of the unit's identifier, \
        percent-encoded")),
    responses(
        (status = 200, body = ShipmentDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/shipments/{id}")]
pub(crate) async fn get_shipment(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    id: web::Path<String>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    Parameters::of(&request, &[])?;
    let shipment = blocking(move || shipment::shipment(&node, &guard.0, &id)).await?;
    Ok(answer(&ShipmentDto::from(shipment)))
}
