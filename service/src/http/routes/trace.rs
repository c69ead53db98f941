//! The trace of a lot over HTTP: the graph, the packs behind a part of it, what packs are packed
//! in. The graph and its packs take the same parameters, by which the same graph is drawn again.
use actix_web::{HttpRequest, HttpResponse, get, web};
use rules::TraceAsk;
use rules::views::trace::{Between, TRACE_NODES_MAX};
use utoipa_actix_web::service_config::ServiceConfig;

use super::Parameters;
use crate::app::failure::Code;
use crate::app::lot::Slice;
use crate::app::trace::{self, Named};
use crate::auth::actions;
use crate::http::body::{answer, blocking};
use crate::http::dto::trace::{LotTraceDto, LotUnitsDto, TracePackDto, TracePacksDto};
use crate::http::error::{Problem, ProblemBody};
use crate::http::guard::Guarded;
use crate::limits::TRACE_NODES;
use crate::node::Node;

/// Mounts them.
pub(crate) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(get_lot_trace)
        .service(get_lot_trace_packs)
        .service(get_lot_units);
}

const ASK: [&str; 6] = ["as_of", "from", "before", "holder", "nodes", "bucket_ms"];

/// A lot through time: who held how many of its packs when, and how they moved
///
/// A graph of few nodes however many packs there are; a window of time or one holder shows a part
/// of it finer.
#[utoipa::path(
    tag = "packs",
    params(
        ("gtin" = String, Path, description = "GTIN of the product"),
        ("lot" = String, Path, description = "Lot, percent-encoded"),
        ("as_of" = Option<String>, Query, description = "Of events up to this time, RFC 3339"),
        ("from" = Option<String>, Query, description = "What ended before is left out"),
        ("before" = Option<String>, Query, description = "What began later is left out"),
        ("holder" = Option<String>, Query, description = "GLN of one holder"),
        ("nodes" = Option<usize>, Query, description = "Most nodes, 1 to 2000; 400 unless said"),
        ("bucket_ms" = Option<i64>, Query, description = "Shortest time bucket")
    ),
    responses(
        (status = 200, body = LotTraceDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/lots/{gtin}/{lot}/trace")]
pub(crate) async fn get_lot_trace(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let ask = asked(&Parameters::of(&request, &ASK)?)?;
    let (gtin, lot) = path.into_inner();
    let traced = blocking(move || {
        let named = Named {
            gtin: &gtin,
            lot: &lot,
        };
        trace::trace(&node, &guard.0, named, &ask)
    })
    .await?;
    Ok(answer(&LotTraceDto::from(traced)))
}

/// The packs behind a node or an edge of a lot's trace
///
/// Takes the parameters of the trace, with its `bucket_ms`, and the ids of its nodes.
#[utoipa::path(
    tag = "packs",
    params(
        ("gtin" = String, Path, description = "GTIN of the product"),
        ("lot" = String, Path, description = "Lot, percent-encoded"),
        ("at" = String, Query, description = "Id of the node"),
        ("to" = Option<String>, Query, description = "A node, or `on_the_way`"),
        ("limit" = Option<usize>, Query, description = "Packs in a page, 1 to 1000"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
        ("as_of" = Option<String>, Query, description = "As of the trace"),
        ("from" = Option<String>, Query, description = "As of the trace"),
        ("before" = Option<String>, Query, description = "As of the trace"),
        ("holder" = Option<String>, Query, description = "As of the trace"),
        ("nodes" = Option<usize>, Query, description = "As of the trace"),
        ("bucket_ms" = Option<i64>, Query, description = "As the trace answered")
    ),
    responses(
        (status = 200, body = TracePacksDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/lots/{gtin}/{lot}/trace/packs")]
pub(crate) async fn get_lot_trace_packs(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let known: Vec<&str> = ASK
        .into_iter()
        .chain(["at", "to", "limit", "cursor"])
        .collect();
    let given = Parameters::of(&request, &known)?;
    let ask = asked(&given)?;
    let slice = Slice::parse(given.number("limit")?, given.text("cursor"))?;
    let at = given.text("at");
    let at =
        at.ok_or_else(|| Problem::new(Code::QueryParameter, "at names a node of the trace"))?;
    let between = Between {
        at: at.to_owned(),
        to: given.text("to").map(ToOwned::to_owned),
        from: slice.from,
        limit: slice.limit,
    };
    let (gtin, lot) = path.into_inner();
    let (packs, count) = blocking(move || {
        let named = Named {
            gtin: &gtin,
            lot: &lot,
        };
        trace::packs(&node, &guard.0, named, (&ask, &between))
    })
    .await?;
    let seen = slice.from + packs.len();
    Ok(answer(&TracePacksDto {
        next: (seen < count && !packs.is_empty()).then(|| format!("p{seen}")),
        packs: packs.into_iter().map(TracePackDto::from).collect(),
        count,
    }))
}

/// What the packs of a lot are packed in now, level by level
///
/// Without `in` the outermost containers with the packs of the lot in each; with it what is
/// directly in that one.
#[utoipa::path(
    tag = "packs",
    params(
        ("gtin" = String, Path, description = "GTIN of the product"),
        ("lot" = String, Path, description = "Lot, percent-encoded"),
        ("in" = Option<String>, Query, description = "Any form of a container's identifier")
    ),
    responses(
        (status = 200, body = LotUnitsDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/lots/{gtin}/{lot}/units")]
pub(crate) async fn get_lot_units(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let given = Parameters::of(&request, &["in"])?;
    let inside = given.text("in").map(ToOwned::to_owned);
    let (gtin, lot) = path.into_inner();
    let units = blocking(move || {
        let named = Named {
            gtin: &gtin,
            lot: &lot,
        };
        trace::units(&node, &guard.0, named, inside.as_deref())
    })
    .await?;
    Ok(answer(&LotUnitsDto::from(units)))
}

fn asked(given: &Parameters) -> Result<TraceAsk, Problem> {
    let wrong = |text: String| Problem::new(Code::QueryParameter, text);
    let nodes = given.number("nodes")?.unwrap_or(TRACE_NODES);
    if !(1..=TRACE_NODES_MAX).contains(&nodes) {
        return Err(wrong(format!(
            "nodes is a number from 1 to {TRACE_NODES_MAX}"
        )));
    }
    let bucket_ms: Option<i64> = given.number("bucket_ms")?;
    if bucket_ms.is_some_and(|it| it <= 0) {
        return Err(wrong("bucket_ms is a number above 0".to_owned()));
    }
    Ok(TraceAsk {
        as_of_ms: time(given, "as_of")?,
        from_ms: time(given, "from")?,
        before_ms: time(given, "before")?,
        holder: given.text("holder").map(ToOwned::to_owned),
        nodes,
        bucket_ms,
    })
}

fn time(given: &Parameters, name: &str) -> Result<Option<i64>, Problem> {
    let read = |text: &str| {
        let time = chrono::DateTime::parse_from_rfc3339(text);
        time.map(|time| time.timestamp_millis()).map_err(|_| {
            let text = format!("{name} must be an RFC 3339 time, not {text:?}");
            Problem::new(Code::QueryParameter, text)
        })
    };
    given.text(name).map(read).transpose()
}
