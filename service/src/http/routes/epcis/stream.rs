//! The events of a named query on a WebSocket, as they are recorded or at set times. The
//! connection is the subscription: it keeps its place in memory and ends with its client, its key
//! or its query. Who cannot read as fast as events come is not buffered for.
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, rt, web};
use actix_ws::{CloseCode, CloseReason, Message, MessageStream, Session};

use super::queries::time;
use crate::app::epcis::schedule::{Fields, Schedule};
use crate::app::epcis::show::{self, Form};
use crate::app::epcis::subscriptions::first_event;
use crate::app::epcis::{queries, search};
use crate::app::failure::{Code, Failure};
use crate::app::time_text;
use crate::auth::{Permit, actions};
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
    blocking(move || queries::question(&behind, &own, &asked)).await?;
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
        permit,
        name,
        form,
        controls,
    };
    rt::spawn(async move {
        serve(place, session, messages).await;
        drop(room);
    });
    Ok(response)
}

/// Where a connection stands.
struct Place {
    node: web::Data<Node>,
    permit: Permit<actions::Query>,
    name: String,
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
        let node = self.node.clone();
        let (permit, name, form) = (self.permit.clone(), self.name.clone(), self.form);
        let from = self.cursor;
        let work = move || {
            let key_id = &permit.principal().key_id;
            let gone = || Failure::new(Code::Unauthenticated, "the API key has ended");
            let now_ms = node.world().now_ms();
            let principal = node.store().principal_of(key_id, now_ms).ok_or_else(gone)?;
            let query = queries::question(&node, &permit, &name)?;
            let batch = WEBHOOK_EVENTS_MAX;
            let (hits, next) = search::since(&node, &principal, &query, from, batch)?;
            if hits.is_empty() {
                return Ok((None, next));
            }
            let body = show::document(&node, &hits, form, &name, None)?;
            Ok((
                Some(String::from_utf8(body).map_err(Failure::internal)?),
                next,
            ))
        };
        blocking(work).await.map_err(|problem| problem.0)
    }

    fn empty(&self) -> Result<String, Failure> {
        let body = show::document(&self.node, &[], self.form, &self.name, None)?;
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
                if place.is_due() {
                    match send(&mut place, &mut session).await {
                        Ok(true) => {}
                        Ok(false) => break None,
                        Err(failure) => break Some(CloseReason {
                            code: CloseCode::Policy,
                            description: Some(failure.code().row().epcis.to_owned()),
                        }),
                    }
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
    while place.cursor < end {
        let (document, next) = place.next().await?;
        if let Some(document) = document {
            sent = true;
            if session.text(document).await.is_err() {
                return Ok(false);
            }
        }
        place.cursor = next;
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
