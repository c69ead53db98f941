//! The events of a named query on a WebSocket, as they are recorded or at set times. The
//! connection is the subscription: it keeps its place in memory and ends with its client, its key
//! or its query. Who cannot read as fast as events come is not buffered for.
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, rt, web};
use actix_ws::{CloseCode, CloseReason, Message, MessageStream, Session};

use gs1::query::Query;

use super::queries::time;
use crate::app::epcis::jobs::problem;
use crate::app::epcis::queries::{self, Named};
use crate::app::epcis::schedule::{Fields, Schedule};
use crate::app::epcis::search;
use crate::app::epcis::show::{self, Form};
use crate::app::epcis::subscriptions::{UNBOUNDED, first_event};
use crate::app::epcis::workers::is_told;
use crate::app::failure::{Code, Failure};
use crate::app::time_text;
use crate::auth::{Permit, Principal, actions};
use crate::http::body::blocking;
use crate::http::error::Problem;
use crate::http::negotiate::Agreed;
use crate::http::routes::pairs;
use crate::limits::{STREAMS_MAX, WEBHOOK_EVENTS_MAX};
use crate::node::Node;

/// Parameters of a stream or a schedule.
pub(super) const CONTROLS: [&str; 9] = [
    "stream",
    "second",
    "minute",
    "hour",
    "dayOfMonth",
    "month",
    "dayOfWeek",
    "reportIfEmpty",
    "initialRecordTime",
];

/// How often it is looked whether there is something new.
const TICK: Duration = Duration::from_millis(100);
/// So often it is looked whether the key and the query are still there, in ticks; and before
/// anything is sent.
const LOOK_TICKS: u32 = 5;
/// So often the client is asked whether it is still there, in ticks.
const PING_TICKS: u32 = 300;

/// Connections that are open.
static OPEN: AtomicUsize = AtomicUsize::new(0);

/// One open connection; dropping it makes room for another.
struct Room;

impl Room {
    fn take() -> Option<Self> {
        let room = Self;
        (OPEN.fetch_add(1, Ordering::Relaxed) < STREAMS_MAX).then_some(room)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        OPEN.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What a client asked for.
struct Controls {
    schedule: Option<Schedule>,
    report_if_empty: bool,
    initial_ms: Option<i64>,
}

fn controls(parameters: &[(String, String)]) -> Result<Controls, Problem> {
    let wrong = |why: &str| Problem::new(Code::SubscriptionControls, why.to_owned());
    let (mut fields, mut stream) = (Fields::default(), false);
    let (mut report_if_empty, mut initial_ms) = (false, None);
    for (name, value) in parameters {
        let text = Some(value.clone());
        match name.as_str() {
            "stream" => stream = flag(value).ok_or_else(|| wrong("stream is true"))?,
            "reportIfEmpty" => {
                let flag = flag(value);
                report_if_empty = flag.ok_or_else(|| wrong("reportIfEmpty is true or false"))?;
            }
            "initialRecordTime" => initial_ms = Some(time(name, value)?),
            "second" => fields.second = text,
            "minute" => fields.minute = text,
            "hour" => fields.hour = text,
            "dayOfMonth" => fields.day_of_month = text,
            "month" => fields.month = text,
            "dayOfWeek" => fields.day_of_week = text,
            other => {
                let text = format!("{other} is not a parameter of a stream");
                return Err(Problem::new(Code::QueryParameter, text));
            }
        }
    }
    let schedule = match (stream, fields.is_empty()) {
        (true, true) => None,
        (false, false) => Some(fields.read().map_err(|why| wrong(&why))?),
        (true, false) => return Err(wrong("give stream or a schedule, not both")),
        (false, true) => return Err(wrong("give stream=true or a schedule")),
    };
    Ok(Controls {
        schedule,
        report_if_empty,
        initial_ms,
    })
}

fn flag(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// Opens a WebSocket.
pub(super) async fn open(
    permit: Permit<actions::Query>,
    request: &HttpRequest,
    payload: web::Payload,
    node: web::Data<Node>,
    name: String,
) -> Result<HttpResponse, Problem> {
    let controls = controls(&pairs(request)?)?;
    let form = Agreed::json(request)?.form;
    let (behind, asked, own) = (node.clone(), name.clone(), permit.clone());
    let found = move || {
        let named = queries::get(&behind, &own, &asked)?;
        let query = search::stored(&named.query)?;
        Ok((named, query))
    };
    let (named, query) = blocking(found).await?;
    let bounded = search::is_bounded(&query);
    if bounded && controls.schedule.is_none() {
        let text = format!("the subscription {UNBOUNDED}");
        return Err(Problem::new(Code::SubscriptionControls, text));
    }
    let full = || Problem::new(Code::Overloaded, "too many streams are open");
    let room = Room::take().ok_or_else(full)?;
    let (mut response, session, messages) = actix_ws::handle(request, payload)
        .map_err(|_| Problem::new(Code::Malformed, "this is no handshake of a WebSocket"))?;
    let now_ms = node.world().now_ms();
    let from = time_text(controls.initial_ms.unwrap_or(now_ms));
    if let Ok(from) = from.parse() {
        let name = actix_web::http::header::HeaderName::from_static("gs1-query-min-record-time");
        response.headers_mut().insert(name, from);
    }
    let place = Place {
        cursor: first_event(&node, controls.initial_ms),
        due_ms: controls
            .schedule
            .as_ref()
            .and_then(|it| it.next_after(now_ms)),
        node,
        standing: Standing {
            permit,
            named,
            query,
        },
        bounded,
        form,
        controls,
    };
    rt::spawn(async move {
        serve(place, session, messages).await;
        drop(room);
    });
    Ok(response)
}

/// What a connection may go on by: it ends when either is gone.
#[derive(Clone)]
struct Standing {
    permit: Permit<actions::Query>,
    /// The query as it was when the connection was opened.
    named: Named,
    /// What it asks.
    query: Query,
}

impl Standing {
    /// With whose rights it goes on.
    ///
    /// # Errors
    /// `unauthenticated` when the key has ended, `no_such_name` when the query was deleted, also
    /// where there is another one of the same name.
    fn principal(&self, node: &Node) -> Result<Principal, Failure> {
        let key_id = &self.permit.principal().key_id;
        let ended = || Failure::new(Code::Unauthenticated, "the API key has ended");
        let now_ms = node.world().now_ms();
        let principal = node
            .store()
            .principal_of(key_id, now_ms)
            .ok_or_else(ended)?;
        let now = queries::get(node, &self.permit, &self.named.name)?;
        if now.id() != self.named.id() {
            let text = "the query was deleted; there is another one of the same name";
            return Err(Failure::new(Code::NoSuchName, text));
        }
        Ok(principal)
    }
}

/// Where a connection stands.
struct Place {
    node: web::Data<Node>,
    standing: Standing,
    /// Whether each execution of the query gives so many events only.
    bounded: bool,
    form: Form,
    controls: Controls,
    cursor: u64,
    due_ms: Option<i64>,
}

impl Place {
    fn is_due(&self) -> bool {
        match &self.controls.schedule {
            Some(_) => self
                .due_ms
                .is_some_and(|due| due <= self.node.world().now_ms()),
            None => self.cursor < first_event(&self.node, None),
        }
    }

    /// The next document, if there is one, and where the connection stands behind it.
    async fn next(&self) -> Result<(Option<String>, u64), Failure> {
        let (node, standing) = (self.node.clone(), self.standing.clone());
        let (form, from) = (self.form, self.cursor);
        let work = move || {
            let principal = standing.principal(&node)?;
            let query = &standing.query;
            let batch = WEBHOOK_EVENTS_MAX;
            let (hits, next) = search::since(&node, &principal, query, from, batch)?;
            if hits.is_empty() {
                return Ok((None, next));
            }
            let body = show::document(&node, &hits, form, &standing.named.name, None)?;
            Ok((
                Some(String::from_utf8(body).map_err(Failure::internal)?),
                next,
            ))
        };
        blocking(work).await.map_err(|problem| problem.0)
    }

    /// Whether it may go on.
    async fn goes_on(&self) -> Result<(), Failure> {
        let (node, standing) = (self.node.clone(), self.standing.clone());
        let looked = blocking(move || standing.principal(&node)).await;
        looked.map(drop).map_err(|problem| problem.0)
    }

    /// The documents of one execution of a query that bounds how much it gives, or the problem
    /// that it gives nothing.
    async fn execution(&self, end: u64) -> Result<Vec<String>, Failure> {
        let (node, standing) = (self.node.clone(), self.standing.clone());
        let (form, from) = (self.form, self.cursor);
        let work = move || {
            let principal = standing.principal(&node)?;
            let hits = search::execution(&node, &principal, &standing.query, (from, end));
            let hits = match hits {
                Ok(hits) => hits,
                Err(failure) if is_told(&failure) => {
                    return Ok(vec![problem(&failure).to_string()]);
                }
                Err(failure) => return Err(failure),
            };
            let name = &standing.named.name;
            let documents = hits.chunks(WEBHOOK_EVENTS_MAX).map(|hits| {
                let body = show::document(&node, hits, form, name, None)?;
                String::from_utf8(body).map_err(Failure::internal)
            });
            documents.collect()
        };
        blocking(work).await.map_err(|problem| problem.0)
    }

    fn empty(&self) -> Result<String, Failure> {
        let name = &self.standing.named.name;
        let body = show::document(&self.node, &[], self.form, name, None)?;
        String::from_utf8(body).map_err(Failure::internal)
    }
}

async fn serve(mut place: Place, mut session: Session, mut messages: MessageStream) {
    let mut ticks = 0_u32;
    let mut timer = rt::time::interval(TICK);
    let reason = loop {
        tokio::select! {
            message = messages.recv() => match message {
                Some(Ok(Message::Ping(bytes))) => {
                    if session.pong(&bytes).await.is_err() {
                        break None;
                    }
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => break None,
                Some(Ok(_)) => {}
            },
            _ = timer.tick() => {
                ticks = ticks.wrapping_add(1);
                if ticks.is_multiple_of(PING_TICKS) && session.ping(b"").await.is_err() {
                    break None;
                }
                let gone_on = if place.is_due() {
                    send(&mut place, &mut session).await
                } else if ticks.is_multiple_of(LOOK_TICKS) {
                    place.goes_on().await.map(|()| true)
                } else {
                    Ok(true)
                };
                match gone_on {
                    Ok(true) => {}
                    Ok(false) => break None,
                    Err(failure) => break Some(CloseReason {
                        code: CloseCode::Policy,
                        description: Some(failure.code().row().epcis.to_owned()),
                    }),
                }
            }
        }
    };
    drop(session.close(reason).await);
}

/// Sends what is new; `false` when the client is gone.
async fn send(place: &mut Place, session: &mut Session) -> Result<bool, Failure> {
    let end = first_event(&place.node, None);
    let mut sent = false;
    if place.bounded {
        for document in place.execution(end).await? {
            sent = true;
            if session.text(document).await.is_err() {
                return Ok(false);
            }
        }
        place.cursor = end;
    }
    // Once at least: what it goes on by is looked at before an empty report, too.
    while !place.bounded {
        let (document, next) = place.next().await?;
        if let Some(document) = document {
            sent = true;
            if session.text(document).await.is_err() {
                return Ok(false);
            }
        }
        place.cursor = next;
        if place.cursor >= end {
            break;
        }
    }
    let Some(schedule) = &place.controls.schedule else {
        return Ok(true);
    };
    place.due_ms = schedule.next_after(place.node.world().now_ms());
    if !sent && place.controls.report_if_empty {
        let document = place.empty()?;
        return Ok(session.text(document).await.is_ok());
    }
    Ok(true)
}
