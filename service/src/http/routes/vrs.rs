//! The verification router service's side of GS1 Lightweight Verification Messaging 1.1: paths and
//! bodies are the standard's, so names are in its case. The Digital Link form, the form with
//! `/verify` before it, and `checkConnectivity`.
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::Parameters;
use crate::app::failure::Code;
use crate::app::time_text;
use crate::app::vrs::{self, Asked, Response};
use crate::auth::actions;
use crate::http::body::{answer, blocking};
use crate::http::error::{Problem, ProblemBody};
use crate::http::guard::Guarded;
use crate::node::Node;

/// Parameters of a request, and no others.
const NAMES: [&str; 5] = ["exp", "linkType", "context", "reqGLN", "corrUUID"];

/// The answer to a verification request.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = VrsResponse)]
pub struct VrsDto {
    /// When.
    verification_timestamp: String,
    /// GLN of the manufacturer in whose name it is answered.
    #[serde(rename = "responderGLN")]
    responder_gln: String,
    /// The request's id, as it came.
    #[serde(rename = "corrUUID")]
    corr_uuid: String,
    /// What was found.
    data: VrsData,
}

/// What was found. `verified` never means that a pack is safe to dispense.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = VrsData)]
pub struct VrsData {
    /// Whether the manufacturer assigned this identifier, with this lot and expiry.
    verified: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    verification_failure_reason: Option<&'static str>,
    /// `Expired`, `ExpirationExtended`, `Recalled`, `Suspect` or `Illegitimate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_info: Option<&'static str>,
}

/// Who answers for a product.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VrsConnectivity)]
pub struct VrsConnectivity {
    /// GLN of the responder.
    #[serde(rename = "responderGLN")]
    responder_gln: String,
}

macro_rules! request {
    ($name:ident, $path:literal) => {
        /// Verify an identifier for a trading partner
        ///
        /// The manufacturer's answer whether it assigned the identifier. `verified` with
        /// `additionalInfo` is no leave to sell or dispense.
        #[utoipa::path(
            tag = "vrs",
            params(
                ("gtin" = String, Path, description = "GTIN-14"),
                ("serial" = String, Path, description = "Serial number, percent-encoded"),
                ("lot" = String, Path, description = "Lot, percent-encoded"),
                ("exp" = Option<String>, Query, description = "Expiry, YYMMDD"),
                ("linkType" = String, Query, description = "`verificationService`"),
                ("context" = String, Query, description = "`dscsaSaleableReturn`"),
                ("reqGLN" = String, Query, description = "GLN of who asks"),
                ("corrUUID" = String, Query, description = "UUID of the request")
            ),
            responses(
                (status = 200, body = VrsDto),
                (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
            )
        )]
        #[get($path)]
        pub(crate) async fn $name(
            guard: Guarded<actions::Verify>,
            request: HttpRequest,
            path: web::Path<(String, String, String)>,
            node: web::Data<Node>,
        ) -> Result<HttpResponse, Problem> {
            verification(guard, &request, path.into_inner(), node).await
        }
    };
}

request!(get_vrs, "/vrs/gtin/{gtin}/lot/{lot}/ser/{serial}");
request!(
    get_vrs_verify,
    "/vrs/verify/gtin/{gtin}/lot/{lot}/ser/{serial}"
);

/// Is a product answered for here?
#[utoipa::path(
    tag = "vrs",
    params(
        ("gtin" = String, Query, description = "GTIN-14"),
        ("reqGLN" = String, Query, description = "GLN of who asks"),
        ("context" = Option<String>, Query, description = "`dscsaSaleableReturn`")
    ),
    responses(
        (status = 200, body = VrsConnectivity),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/vrs/checkConnectivity")]
pub(crate) async fn get_vrs_connectivity(
    guard: Guarded<actions::Verify>,
    request: HttpRequest,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::of(&request, &["gtin", "reqGLN", "context"])?;
    if let Some(context) = parameters.text("context") {
        fixed("context", context, "dscsaSaleableReturn")?;
    }
    let gtin = needed(&parameters, "gtin")?;
    let requester = needed(&parameters, "reqGLN")?;
    let found = move || vrs::check_connectivity(&node, &guard.0, &gtin, &requester);
    let responder_gln = blocking(found).await?;
    Ok(answer(&VrsConnectivity { responder_gln }))
}

async fn verification(
    guard: Guarded<actions::Verify>,
    request: &HttpRequest,
    // Taken apart as values, not as text of the path: there, escapes of `/`, `+` and `%` stay.
    (gtin, lot, serial): (String, String, String),
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::of(request, &NAMES)?;
    fixed(
        "linkType",
        &needed(&parameters, "linkType")?,
        "verificationService",
    )?;
    fixed(
        "context",
        &needed(&parameters, "context")?,
        "dscsaSaleableReturn",
    )?;
    let corr_uuid = needed(&parameters, "corrUUID")?;
    if uuid::Uuid::parse_str(&corr_uuid).is_err() {
        return Err(Problem::new(Code::Malformed, "corrUUID must be a UUID"));
    }
    let asked = Asked {
        gtin,
        serial,
        lot,
        expiry: parameters.text("exp").map(ToOwned::to_owned),
        requester: needed(&parameters, "reqGLN")?,
    };
    let found = blocking(move || vrs::respond(&node, &guard.0, &asked)).await?;
    Ok(answer(&dto(found, corr_uuid)))
}

fn dto(it: Response, corr_uuid: String) -> VrsDto {
    VrsDto {
        verification_timestamp: time_text(it.at_ms),
        responder_gln: it.responder,
        corr_uuid,
        data: VrsData {
            verified: it.verified,
            verification_failure_reason: it.reason,
            additional_info: it.info,
        },
    }
}

fn needed(parameters: &Parameters, name: &str) -> Result<String, Problem> {
    let value = parameters.text(name).filter(|value| !value.is_empty());
    let missing = || Problem::new(Code::QueryParameter, format!("{name} is needed"));
    value.map(ToOwned::to_owned).ok_or_else(missing)
}

fn fixed(name: &str, value: &str, wanted: &str) -> Result<(), Problem> {
    if value == wanted {
        return Ok(());
    }
    let text = format!("{name} must be {wanted}");
    Err(Problem::new(Code::QueryParameter, text))
}
