//! The EPCIS 2.0 REST binding: capture, capture jobs, events. What is captured is given back as it
//! was captured, so identifiers are never translated.
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, get, options, post, web};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::pairs;
use crate::app::events::Page;
use crate::app::failure::Code;
use crate::app::query::Query;
use crate::app::{capture, events, time_text};
use crate::auth::actions;
use crate::client::segment;
use crate::http::body::{self, blocking};
use crate::http::error::{Problem, ProblemBody};
use crate::http::guard::Guarded;
use crate::http::once::Once;
use crate::limits::{CAPTURE_BODY_BYTES, CAPTURE_EVENTS_MAX};
use crate::node::Node;
use crate::store::idempotency::Answer;

const CONTEXT: &str = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld";
const JSON: [&str; 2] = ["application/json", "application/ld+json"];

/// A capture job.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CaptureJob)]
pub struct JobDto {
    /// Its id: the block that holds the events.
    #[serde(rename = "captureID")]
    pub capture_id: String,
    /// When it began.
    pub created_at: String,
    /// When it ended.
    pub finished_at: String,
    /// Always false: a capture is answered when it is done.
    pub running: bool,
    /// Whether the events were recorded.
    pub success: bool,
    /// `rollback`: all events of a document or none.
    pub capture_error_behaviour: &'static str,
    /// What was wrong.
    #[schema(value_type = Vec<Object>)]
    pub errors: Vec<Value>,
}

/// Capture an EPCIS document
///
/// The events are on disk, ordered and judged when the answer is sent. A document sent again is
/// recorded once.
#[utoipa::path(
    tag = "epcis",
    request_body(content = Object, content_type = "application/json"),
    params(
        ("GS1-Capture-Error-Behaviour" = Option<String>, Header, description = "`rollback`"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repetition harmless")
    ),
    responses(
        (status = 202, description = "Captured; `Location` is the capture job"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/epcis/capture")]
pub(crate) async fn post_capture(
    guard: Guarded<actions::Capture>,
    request: HttpRequest,
    payload: web::Payload,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    match text(&request, "GS1-Capture-Error-Behaviour") {
        None | Some("rollback") => {}
        Some("proceed") => {
            let text = "this node captures all events of a document or none (rollback)";
            return Err(Problem::new(Code::NotImplemented, text));
        }
        Some(_) => {
            let text = "GS1-Capture-Error-Behaviour is rollback or proceed";
            return Err(Problem::new(Code::Malformed, text));
        }
    }
    let document = body::read(&request, payload, &JSON, CAPTURE_BODY_BYTES).await?;
    let once = Once::of(&request, &guard.0, &document)?;
    let behind = node.clone();
    let mut response = once
        .answer(&node, move || {
            let captured = capture::capture(&behind, &guard.0, &document)?;
            tracing::info!(
                block.id = %captured.job,
                events = captured.events,
                known = captured.known,
                "captured a document"
            );
            let location = Some(format!("/epcis/capture/{}", captured.job));
            Ok(Answer {
                status: 202,
                location,
                body: String::new(),
            })
        })
        .await?;
    for (name, value) in versions() {
        let value = header::HeaderValue::from_str(&value);
        if let (Ok(name), Ok(value)) = (header::HeaderName::try_from(name), value) {
            response.headers_mut().insert(name, value);
        }
    }
    Ok(response)
}

/// A capture job
#[utoipa::path(
    tag = "epcis",
    params(("id" = String, Path, description = "Id of the job")),
    responses(
        (status = 200, body = JobDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/epcis/capture/{id}")]
pub(crate) async fn get_capture(
    guard: Guarded<actions::Capture>,
    request: HttpRequest,
    id: web::Path<String>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    acceptable(&request)?;
    let job = blocking(move || capture::job(&node, &guard.0, &id)).await?;
    Ok(ok().json(JobDto {
        capture_id: job.id.to_string(),
        created_at: time_text(job.created_ms),
        finished_at: time_text(job.finished_ms),
        running: false,
        success: true,
        capture_error_behaviour: "rollback",
        errors: Vec::new(),
    }))
}

/// Query events
///
/// Parameters are joined by AND, values of a list (separated by `|`) by OR. Identifiers are equal
/// whatever their spelling: EPC URN or Digital Link.
#[utoipa::path(
    tag = "epcis",
    params(
        ("eventType" = Option<String>, Query, description = "`ObjectEvent|AggregationEvent` ..."),
        ("GE_eventTime" = Option<String>, Query, description = "From this time on"),
        ("LT_eventTime" = Option<String>, Query, description = "Before this time"),
        ("GE_recordTime" = Option<String>, Query, description = "Recorded from this time on"),
        ("LT_recordTime" = Option<String>, Query, description = "Recorded before this time"),
        ("EQ_action" = Option<String>, Query, description = "`ADD|OBSERVE|DELETE`"),
        ("EQ_bizStep" = Option<String>, Query, description = "Words or URIs"),
        ("EQ_disposition" = Option<String>, Query, description = "Words or URIs"),
        ("EQ_readPoint" = Option<String>, Query, description = "Places"),
        ("EQ_bizLocation" = Option<String>, Query, description = "Places"),
        ("EQ_eventID" = Option<String>, Query, description = "Event ids"),
        ("MATCH_epc" = Option<String>, Query, description = "What was observed or packed"),
        ("MATCH_parentID" = Option<String>, Query, description = "Containers"),
        ("MATCH_inputEPC" = Option<String>, Query, description = "Inputs of a transformation"),
        ("MATCH_outputEPC" = Option<String>, Query, description = "Outputs of a transformation"),
        ("MATCH_anyEPC" = Option<String>, Query, description = "Any of those"),
        ("MATCH_epcClass" = Option<String>, Query, description = "Classes in quantity lists"),
        ("MATCH_anyEPCClass" = Option<String>, Query, description = "Classes anywhere"),
        ("perPage" = Option<usize>, Query, description = "Events in a page, 1 to 1000"),
        ("nextPageToken" = Option<String>, Query, description = "From the header `Link`")
    ),
    responses(
        (status = 200, body = Object, description = "An EPCISQueryDocument; `Link: rel=next` \
            leads to the next page"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/epcis/events")]
pub(crate) async fn get_events(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    acceptable(&request)?;
    let pairs = pairs(&request)?;
    let query = Query::parse(&pairs)?;
    let now_ms = node.world().now_ms();
    let page = blocking(move || events::events(&node, &guard.0, &query)).await?;
    let mut response = ok();
    if let Some(token) = &page.next {
        response.insert_header((header::LINK, next_link(&pairs, token)));
    }
    Ok(response.json(document(&page, now_ms)))
}

/// The events with an id
#[utoipa::path(
    tag = "epcis",
    params(("id" = String, Path, description = "Event id, percent-encoded")),
    responses(
        (status = 200, body = Object, description = "An EPCISQueryDocument"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/epcis/events/{id}")]
pub(crate) async fn get_event(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    id: web::Path<String>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    acceptable(&request)?;
    let now_ms = node.world().now_ms();
    let page = blocking(move || events::event(&node, &guard.0, &id)).await?;
    Ok(ok().json(document(&page, now_ms)))
}

/// What this EPCIS service has
#[utoipa::path(
    tag = "epcis",
    responses(
        (status = 200, body = Object),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/epcis")]
pub(crate) async fn get_epcis(
    guard: Guarded<actions::ReadPublic>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    drop(guard);
    acceptable(&request)?;
    let member = ["events", "capture"];
    Ok(ok().json(json!({ "@context": CONTEXT, "type": "Collection", "member": member })))
}

/// Versions and bounds of this EPCIS service
#[utoipa::path(
    tag = "epcis",
    security(()),
    params(("tail" = String, Path, description = "A path of the service")),
    responses((status = 204, description = "See the headers"))
)]
#[options("/epcis{tail:.*}")]
pub(crate) async fn options_epcis(tail: web::Path<String>) -> HttpResponse {
    let allow = match tail.as_str() {
        "/capture" => "POST, OPTIONS",
        _ => "GET, OPTIONS",
    };
    let mut response = HttpResponse::NoContent();
    for pair in versions() {
        response.insert_header(pair);
    }
    response.insert_header((header::ALLOW, allow)).finish()
}

fn ok() -> HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    for pair in versions() {
        response.insert_header(pair);
    }
    response
}

fn versions() -> [(&'static str, String); 7] {
    [
        ("GS1-EPCIS-Version", "2.0".to_owned()),
        ("GS1-EPCIS-Min", "2.0".to_owned()),
        ("GS1-EPCIS-Max", "2.0".to_owned()),
        ("GS1-CBV-Version", "2.0".to_owned()),
        (
            "GS1-Vendor-Version",
            concat!("theriac/", env!("CARGO_PKG_VERSION")).to_owned(),
        ),
        ("GS1-EPCIS-Capture-Limit", CAPTURE_EVENTS_MAX.to_string()),
        (
            "GS1-EPCIS-Capture-File-Size-Limit",
            CAPTURE_BODY_BYTES.to_string(),
        ),
    ]
}

fn text<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    request
        .headers()
        .get(name)
        .map(|value| value.to_str().unwrap_or("?"))
}

/// Whether the client takes what there is: JSON, identifiers as captured.
fn acceptable(request: &HttpRequest) -> Result<(), Problem> {
    let json = |part: &str| {
        let essence = part.split(';').next().unwrap_or_default().trim();
        matches!(essence, "*/*" | "application/*") || JSON.contains(&essence)
    };
    let accepted = text(request, "Accept").is_none_or(|accept| accept.split(',').any(json));
    if !accepted {
        return Err(Problem::new(
            Code::NotAcceptable,
            "answers are application/json",
        ));
    }
    match text(request, "GS1-EPC-Format") {
        None | Some("No_Preference" | "Never_Translates") => Ok(()),
        Some(_) => Err(Problem::new(
            Code::NotAcceptable,
            "events are given as they were captured; GS1-EPC-Format may be Never_Translates",
        )),
    }
}

fn next_link(pairs: &[(String, String)], token: &str) -> String {
    let asked = pairs.iter().filter(|(name, _)| name != "nextPageToken");
    let mut query: Vec<String> = asked
        .map(|(name, value)| format!("{}={}", segment(name), segment(value)))
        .collect();
    query.push(format!("nextPageToken={token}"));
    format!("</epcis/events?{}>; rel=\"next\"", query.join("&"))
}

/// An `EPCISQueryDocument`. Each event carries its own context, as it was captured with.
fn document(page: &Page, now_ms: i64) -> Value {
    json!({
        "@context": CONTEXT,
        "type": "EPCISQueryDocument",
        "schemaVersion": "2.0",
        "creationDate": time_text(now_ms),
        "epcisBody": {
            "queryResults": {
                "queryName": "SimpleEventQuery",
                "resultsBody": { "eventList": page.events }
            }
        }
    })
}
