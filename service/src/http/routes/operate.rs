//! For those who operate the node: is it alive, is it ready, its metrics, its API description.
use actix_web::{HttpResponse, get, web};

use crate::app::failure::{Code, Failure};
use crate::http::body::answer;
use crate::http::dto::operate::StatusDto;
use crate::http::error::{Problem, ProblemBody};
use crate::node::Node;
use crate::telemetry::Levels;

/// Media type of the metrics.
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The process is alive
#[utoipa::path(tag = "operation", security(()), responses((status = 200, body = String)))]
#[get("/healthz")]
pub(crate) async fn get_healthz() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body("alive\n")
}

/// The node takes reads and writes
#[utoipa::path(
    tag = "operation",
    security(()),
    responses(
        (status = 200, body = String),
        (status = 503, body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/readyz")]
pub(crate) async fn get_readyz(node: web::Data<Node>) -> Result<HttpResponse, Problem> {
    if node.stop_reason().is_some() {
        let text = "a write to disk failed; the node reads but does not record until restarted";
        return Err(Problem::new(Code::StorageStopped, text));
    }
    if node.access_log().has_failed() {
        let text =
            "a write to the access log failed; who asks for what is not noted until restarted";
        return Err(Problem::new(Code::StorageStopped, text));
    }
    if let Some(ms) = node.clock_behind_ms() {
        let text = format!(
            "the node's clock is {ms} ms behind what its ledger holds; the node reads but does not \
             record until that is right"
        );
        return Err(Problem::new(Code::ClockBehind, text));
    }
    if !node.ready() {
        return Err(Problem::new(
            Code::ShuttingDown,
            "the node is shutting down",
        ));
    }
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body("ready\n"))
}

/// Metrics in the Prometheus text format
#[utoipa::path(
    tag = "operation",
    security(()),
    responses((status = 200, body = String, content_type = OPENMETRICS))
)]
#[get("/metrics")]
pub(crate) async fn get_metrics(node: web::Data<Node>) -> Result<HttpResponse, Problem> {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let levels = {
        let (accesses_kept, accesses_expired) = node.access_log().counts();
        let fold = node.fold();
        Levels {
            accesses_kept,
            accesses_expired,
            events: count(fold.catalog.event_count()),
            findings: fold.findings,
            leaves: node.checkpoint().map_or(0, |signed| signed.checkpoint.size),
            milestones: u64::from(fold.milestones),
            questions_lost: node.lost_questions(),
            stopped: node.stop_reason().is_some(),
        }
    };
    let text = node
        .metrics()
        .render(levels)
        .map_err(|error| Problem(Failure::internal(error)))?;
    Ok(HttpResponse::Ok().content_type(OPENMETRICS).body(text))
}

/// How the node served lately, for a public status page
///
/// By day of the last 30: the share of minutes in which the node took reads and writes, and the
/// share of answers of the interfaces that came within 300 ms. No key is needed, nothing in it is
/// about anybody, and a restart forgets none of it.
#[utoipa::path(tag = "operation", security(()), responses((status = 200, body = StatusDto)))]
#[get("/status")]
pub(crate) async fn get_status(node: web::Data<Node>) -> HttpResponse {
    let report = node.levels().report(node.world().now_ms());
    answer(&StatusDto::new(node.ready(), report))
}

/// This description
#[utoipa::path(tag = "operation", security(()), responses((status = 200, body = Object)))]
#[get("/api/openapi.json")]
pub(crate) async fn get_openapi() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(crate::http::openapi::openapi_json())
}
