//! For those who operate the node: is it alive, is it ready, its metrics, its API description.
use actix_web::{HttpResponse, get, web};

use crate::app::failure::{Code, Failure};
use crate::http::error::{Problem, ProblemBody};
use crate::node::Node;
use crate::telemetry::Levels;

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
#[utoipa::path(tag = "operation", security(()), responses((status = 200, body = String)))]
#[get("/metrics")]
pub(crate) async fn get_metrics(node: web::Data<Node>) -> Result<HttpResponse, Problem> {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let levels = {
        let fold = node.fold();
        Levels {
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
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(HttpResponse::Ok().content_type(kind).body(text))
}

/// This description
#[utoipa::path(tag = "operation", security(()), responses((status = 200, body = Object)))]
#[get("/api/openapi.json")]
pub(crate) async fn get_openapi() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(crate::http::openapi::openapi_json())
}
