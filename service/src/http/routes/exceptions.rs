//! The inbox of exceptions between trading partners, and evidence bundles.
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::Parameters;
use crate::app::evidence;
use crate::app::exceptions::{
    self, ContactInformation, ExceptionCase, ExceptionReport, ExceptionResponse,
};
use crate::app::failure::Code;
use crate::auth::actions;
use crate::http::body::{self, answer, blocking};
use crate::http::error::{Problem, ProblemBody};
use crate::http::guard::Guarded;
use crate::http::once::{Once, said};
use crate::node::Node;

/// Exception cases of one's own party.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ExceptionCases)]
pub struct CasesDto {
    /// Those that changed last first.
    cases: Vec<ExceptionCase>,
}

/// Exception cases from and to one's own party
#[utoipa::path(
    tag = "exceptions",
    responses(
        (status = 200, body = CasesDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/exceptions")]
pub(crate) async fn get_exceptions(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    Parameters::of(&request, &[])?;
    let cases = blocking(move || exceptions::cases(&node, &guard.0)).await?;
    Ok(answer(&CasesDto { cases }))
}

/// One exception case
#[utoipa::path(
    tag = "exceptions",
    params(("id" = String, Path, description = "`exception_case_uuid`")),
    responses(
        (status = 200, body = ExceptionCase),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/exceptions/{id}")]
pub(crate) async fn get_exception(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    id: web::Path<String>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    Parameters::of(&request, &[])?;
    let case = blocking(move || exceptions::case(&node, &guard.0, &id)).await?;
    Ok(answer(&case))
}

/// Report exceptions to a trading partner
///
/// The body is an exception report of the PDG schema. A report with the `exception_case_uuid` of a
/// case of one's own goes on with it; one with a `message_uuid` that came before changes nothing.
#[utoipa::path(
    tag = "exceptions",
    params(("to" = String, Query, description = "GLN of who is to answer")),
    request_body = ExceptionReport,
    responses(
        (status = 201, body = ExceptionCase),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/api/v1/exceptions")]
pub(crate) async fn post_exception(
    guard: Guarded<actions::ChangeState>,
    request: HttpRequest,
    payload: web::Payload,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::of(&request, &["to"])?;
    let to = parameters.text("to").map(ToOwned::to_owned);
    let to = to.ok_or_else(|| Problem::new(Code::QueryParameter, "to is needed: a GLN"))?;
    let (report, bytes): (ExceptionReport, _) = body::json(&request, payload).await?;
    let once = Once::of(&request, &guard.0, &bytes)?;
    let behind = node.clone();
    once.answer(&node, move || {
        said(201, &exceptions::report(&behind, &guard.0, &to, report)?)
    })
    .await
}

/// Respond to an exception case
///
/// The body is an exception response of the PDG schema.
#[utoipa::path(
    tag = "exceptions",
    params(("id" = String, Path, description = "`exception_case_uuid`")),
    request_body = ExceptionResponse,
    responses(
        (status = 201, body = ExceptionCase),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/api/v1/exceptions/{id}/responses")]
pub(crate) async fn post_exception_response(
    guard: Guarded<actions::ChangeState>,
    request: HttpRequest,
    payload: web::Payload,
    id: web::Path<String>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let (response, bytes): (ExceptionResponse, _) = body::json(&request, payload).await?;
    let once = Once::of(&request, &guard.0, &bytes)?;
    let behind = node.clone();
    once.answer(&node, move || {
        said(201, &exceptions::respond(&behind, &guard.0, &id, response)?)
    })
    .await
}

/// Draw up an exception report from what a shipment lacks or has too much
///
/// Nothing is sent: the report is for a person to complete.
#[utoipa::path(
    tag = "exceptions",
    params(
        ("id" = String, Path, description = "Any form of the shipment's identifier, \
            percent-encoded"),
        ("email" = String, Query, description = "Whom to ask")
    ),
    responses(
        (status = 200, body = ExceptionReport),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/shipments/{id}/exception-report")]
pub(crate) async fn get_exception_draft(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    id: web::Path<String>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::of(&request, &["email"])?;
    let email = parameters.text("email").map(ToOwned::to_owned);
    let email = email.ok_or_else(|| Problem::new(Code::QueryParameter, "email is needed"))?;
    let contact = ContactInformation {
        vp: None,
        gln: guard.0.principal().party.clone(),
        email,
        phone: None,
    };
    let report = blocking(move || exceptions::draft(&node, &guard.0, &id, contact)).await?;
    Ok(answer(&report))
}

macro_rules! evidence {
    ($name:ident, $make:path, $path:literal, $file:literal) => {
        /// Everything about it in one file, to be checked offline
        ///
        /// Events, blocks' proofs, checkpoint and a summary; `theriac verify-evidence` checks it
        /// with public keys only.
        #[utoipa::path(
            tag = "packs",
            params(("id" = String, Path, description = "Any form of the identifier, \
                percent-encoded")),
            responses(
                (status = 200, body = Object),
                (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
            )
        )]
        #[get($path)]
        pub(crate) async fn $name(
            guard: Guarded<actions::Query>,
            request: HttpRequest,
            id: web::Path<String>,
            node: web::Data<Node>,
        ) -> Result<HttpResponse, Problem> {
            Parameters::of(&request, &[])?;
            let bundle = blocking(move || $make(&node, &guard.0, &id)).await?;
            let name = concat!("attachment; filename=\"", $file, "\"");
            Ok(HttpResponse::Ok()
                .insert_header(("Content-Disposition", name))
                .json(&bundle))
        }
    };
}

evidence!(
    get_pack_evidence,
    evidence::evidence,
    "/api/v1/packs/{id}/evidence",
    "pack.evidence.json"
);
evidence!(
    get_shipment_evidence,
    evidence::evidence,
    "/api/v1/shipments/{id}/evidence",
    "shipment.evidence.json"
);
evidence!(
    get_case_evidence,
    evidence::of_case,
    "/api/v1/cases/{id}/evidence",
    "case.evidence.json"
);
