//! `GET /api/v1/stream`: what happens, as server-sent events (WHATWG HTML, 9.2). Alerts carry their
//! place in the ledger as id, so that a client that comes back with `Last-Event-ID` misses none and
//! gets none twice; notices of recalls come until they are confirmed, and the ledger's size tells
//! that something was recorded. A client sees what its key may see, which is asked at every look;
//! with its key, certificate or session the stream ends.
use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, MessageBody};
use actix_web::{HttpRequest, HttpResponse, get, web};
use rules::Lang;
use serde_json::{Value, json};
use tokio::time::{Interval, MissedTickBehavior, interval};
use utoipa::ToSchema;

use super::Parameters;
use crate::app::alerts::{self, Place};
use crate::app::failure::Code;
use crate::app::recall;
use crate::auth::{Permit, actions};
use crate::http::dto::finding::FindingDto;
use crate::http::dto::recall::NoticeDto;
use crate::http::error::{Problem, ProblemBody};
use crate::http::guard::{Guarded, Pass};
use crate::http::lang;
use crate::limits::NEWS_STREAMS_MAX;
use crate::node::Node;

/// How often the state is looked at.
const TICK: Duration = Duration::from_millis(250);
/// Ticks without news after which a comment keeps the connection.
const QUIET_TICKS: u32 = 60;

/// Streams open now.
static OPEN: AtomicUsize = AtomicUsize::new(0);

/// Alerts, notices and the ledger's growth as they happen
///
/// Server-sent events: `alert` (id: its place in the ledger), `notice` and `ledger`. Without
/// `Last-Event-ID` the stream begins now. It ends with the key, certificate or session that opened
/// it.
#[utoipa::path(
    tag = "alerts",
    params(
        ("Last-Event-ID" = Option<String>, Header, description = "Id of the last alert received"),
        ("lang" = Option<String>, Query, description = "`en`, `de`, `fr` or `es`")
    ),
    responses(
        (status = 200, body = NewsBody, content_type = "text/event-stream"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/stream")]
pub(crate) async fn get_stream(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::of(&request, &["lang"])?;
    let lang = lang::of(&request, parameters.text("lang"));
    let last = match request.headers().get("Last-Event-ID") {
        None => None,
        Some(value) => {
            let place = value.to_str().ok().and_then(|text| text.parse().ok());
            let wrong = || Problem::new(Code::Malformed, "Last-Event-ID is no id of this stream");
            Some(place.ok_or_else(wrong)?)
        }
    };
    let unknown = || Problem::new(Code::Unauthenticated, "nothing let this request in");
    let pass = Pass::of(&request, guard.0.principal()).ok_or_else(unknown)?;
    let slot = Slot::take()?;
    let last = last.unwrap_or_else(|| alerts::newest(&node));
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let body = Stream {
        node: node.get_ref().clone(),
        pass,
        lang,
        last,
        seen: None,
        told: BTreeSet::new(),
        quiet: 0,
        ticks,
        _slot: slot,
    };
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        // Compressed, news would wait for a buffer to fill.
        .insert_header(("Content-Encoding", "identity"))
        .insert_header(("X-Accel-Buffering", "no"))
        .body(body))
}

/// A place among the open streams.
struct Slot;

impl Slot {
    fn take() -> Result<Self, Problem> {
        if OPEN.fetch_add(1, Ordering::AcqRel) < NEWS_STREAMS_MAX {
            return Ok(Self);
        }
        OPEN.fetch_sub(1, Ordering::AcqRel);
        Err(Problem::new(Code::Overloaded, "too many streams are open"))
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        OPEN.fetch_sub(1, Ordering::AcqRel);
    }
}

struct Stream {
    node: Node,
    pass: Pass,
    lang: Lang,
    /// Place of the last alert sent.
    last: Place,
    /// Events, findings and blocks when it was looked last.
    seen: Option<(u64, u64, usize)>,
    /// Notices sent.
    told: BTreeSet<String>,
    quiet: u32,
    ticks: Interval,
    _slot: Slot,
}

impl Stream {
    /// What there is to say since the last look to whom that is permitted.
    fn news(&mut self, permit: &Permit<actions::Query>) -> String {
        let mut text = String::new();
        let now = {
            let fold = self.node.fold();
            let events = u64::try_from(fold.catalog.event_count()).unwrap_or(u64::MAX);
            (events, fold.findings, fold.catalog.block_count())
        };
        let before = self.seen.replace(now);
        if before != Some(now) {
            for (place, finding) in alerts::since(&self.node, permit, &self.last) {
                let finding = FindingDto::from(finding.spoken(self.lang));
                let data = serde_json::to_value(&finding).unwrap_or_default();
                NewsBody::new("alert", Some(&place), &data).write(&mut text);
                self.last = place;
            }
            let size = self.node.checkpoint().map(|it| it.checkpoint.size);
            let data = json!({ "events": now.0, "findings": now.1, "checkpoint_size": size });
            NewsBody::new("ledger", None, &data).write(&mut text);
        }
        let notices = recall::notices(&self.node, permit).unwrap_or_default();
        for notice in notices {
            let open = notice.acknowledged_ms.is_none();
            let key = format!("{} {}", notice.id, notice.notified_ms);
            if open && self.told.insert(key) {
                let data = serde_json::to_value(NoticeDto::from(notice)).unwrap_or_default();
                NewsBody::new("notice", None, &data).write(&mut text);
            }
        }
        text
    }
}

/// One event of the stream.
#[derive(Debug, ToSchema)]
#[schema(as = News)]
pub(crate) struct NewsBody {
    /// `alert`, `notice` or `ledger`.
    event: &'static str,
    /// Place of an alert in the ledger, for `Last-Event-ID`: a number, and with all alerts of one
    /// record but the last a dot and the alert's id.
    id: Option<String>,
    /// The alert, the notice or the size of the ledger as JSON text.
    data: String,
}

impl NewsBody {
    fn new(event: &'static str, id: Option<&Place>, data: &Value) -> Self {
        Self {
            event,
            id: id.map(ToString::to_string),
            data: data.to_string(),
        }
    }

    fn write(&self, text: &mut String) {
        text.extend(["event: ", self.event, "\n"]);
        if let Some(id) = &self.id {
            text.extend(["id: ", id, "\n"]);
        }
        // JSON text has no line break.
        text.extend(["data: ", &self.data, "\n\n"]);
    }
}

impl MessageBody for Stream {
    type Error = std::convert::Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<web::Bytes, Self::Error>>> {
        let stream = self.get_mut();
        loop {
            if stream.ticks.poll_tick(context).is_pending() {
                return Poll::Pending;
            }
            if stream.node.is_ending() || !stream.node.ready() {
                return Poll::Ready(None);
            }
            let Some(permit) = stream.pass.permit(&stream.node) else {
                return Poll::Ready(None);
            };
            let news = stream.news(&permit);
            if !news.is_empty() {
                stream.quiet = 0;
                return Poll::Ready(Some(Ok(web::Bytes::from(news))));
            }
            stream.quiet += 1;
            if stream.quiet >= QUIET_TICKS {
                stream.quiet = 0;
                return Poll::Ready(Some(Ok(web::Bytes::from_static(b": \n\n"))));
            }
        }
    }
}
