//! Capture: documents and single events in, jobs out.
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::link;
use super::params::PageParams;
use crate::app::capture::hold_strictly;
use crate::app::epcis::ask::Paging;
use crate::app::epcis::jobs::{self, Behaviour, Job};
use crate::app::epcis::show::Body;
use crate::app::epcis::token::Question;
use crate::app::failure::{Code, Failure};
use crate::app::time_text;
use crate::auth::actions;
use crate::http::body::{self, blocking};
use crate::http::error::{OWN, Problem, ProblemBody, element, fault_to_xml};
use crate::http::guard::Guarded;
use crate::http::negotiate::{self, Agreed};
use crate::http::once::Once;
use crate::http::routes::pairs;
use crate::limits::CAPTURE_BODY_BYTES;
use crate::node::Node;
use crate::store::idempotency::Answer;

/// Media types of documents.
const DOCUMENTS: [&str; 4] = [
    "application/json",
    "application/ld+json",
    "application/xml",
    "text/xml",
];

/// A capture job.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CaptureJob)]
pub(crate) struct JobDto {
    /// Its id.
    #[serde(rename = "captureID")]
    pub capture_id: String,
    /// When it began.
    pub created_at: String,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<String>,
    /// Whether it waits or works still.
    pub running: bool,
    /// Whether nothing was wrong so far.
    pub success: bool,
    /// `rollback`: all events of a document or none; `proceed`: whatever can be recorded.
    pub capture_error_behaviour: &'static str,
    /// What was wrong, as problems (RFC 7807).
    #[schema(value_type = Vec<Object>)]
    pub errors: Vec<Value>,
}

impl From<Job> for JobDto {
    fn from(job: Job) -> Self {
        Self {
            capture_id: job.id,
            created_at: time_text(job.created_ms),
            finished_at: job.finished_ms.map(time_text),
            running: job.finished_ms.is_none(),
            success: job.success,
            capture_error_behaviour: job.behaviour.as_str(),
            errors: job.errors,
        }
    }
}

impl JobDto {
    fn to_xml(&self) -> String {
        let mut xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<epcis:EPCISCaptureJob \
             xmlns:epcis=\"urn:epcglobal:epcis:xsd:2\" xmlns:theriac=\"{OWN}\" captureID=\"{}\" running=\"{}\" \
             success=\"{}\">",
            self.capture_id, self.running, self.success
        );
        element(
            &mut xml,
            "captureErrorBehaviour",
            self.capture_error_behaviour,
        );
        element(&mut xml, "createdAt", &self.created_at);
        if let Some(time) = &self.finished_at {
            element(&mut xml, "finishedAt", time);
        }
        if !self.errors.is_empty() {
            xml.push_str("<errors>");
            for error in &self.errors {
                error_to_xml(&mut xml, error);
            }
            xml.push_str("</errors>");
        }
        xml.push_str("</epcis:EPCISCaptureJob>\n");
        xml
    }
}

/// An entry of `errors` in the order of the standard's schema; what is ours comes after it.
fn error_to_xml(xml: &mut String, error: &Value) {
    xml.push_str("<error>");
    for name in ["type", "title", "status", "detail", "instance"] {
        match error.get(name) {
            Some(Value::String(text)) => element(xml, name, text),
            Some(other) => element(xml, name, &other.to_string()),
            None => {}
        }
    }
    let faults = error.get("errors").and_then(Value::as_array);
    for fault in faults.into_iter().flatten() {
        let text = |name| fault.get(name).and_then(Value::as_str).unwrap_or_default();
        fault_to_xml(xml, text("pointer"), text("detail"));
    }
    xml.push_str("</error>");
}

/// Capture an EPCIS document
///
/// EPCIS 2.0 in JSON or XML, or 1.2 in XML. The events are on disk, ordered and judged when the
/// answer is sent; with `Prefer: respond-async` the document is on disk, and the job tells when
/// its events are recorded. A document sent again is recorded once.
#[utoipa::path(
    tag = "epcis",
    request_body(content((Object = "application/json"), (String = "application/xml"))),
    params(
        ("GS1-Capture-Error-Behaviour" = Option<String>, Header,
            description = "`rollback` (all or nothing) or `proceed` (what can be recorded)"),
        ("GS1-EPCIS-Version" = Option<String>, Header, description = "1.2 or 2.0"),
        ("Prefer" = Option<String>, Header,
            description = "`respond-async`; `handling=strict`: nothing is tolerated"),
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
    negotiate::sent_version(&request)?;
    let behaviour = behaviour(&request)?;
    let prefer = Prefer::of(&request)?;
    let document = body::read(&request, payload, &DOCUMENTS, CAPTURE_BODY_BYTES).await?;
    let once = Once::of(&request, &guard.0, &document)?;
    let behind = node.clone();
    let mut response = once
        .answer(&node, move || {
            prefer.hold(&document)?;
            let job = if prefer.later {
                let job = jobs::accept(&behind, &guard.0, &document, behaviour)?;
                behind.wake_workers();
                job
            } else {
                jobs::capture(&behind, &guard.0, &document, behaviour)?
            };
            Ok(Answer {
                status: 202,
                location: Some(jobs::location(&job)),
                body: String::new(),
            })
        })
        .await?;
    negotiate::mark(&mut response);
    prefer.applied(&mut response);
    Ok(response)
}

/// What the client prefers (RFC 7240).
#[derive(Clone, Copy)]
struct Prefer {
    /// `respond-async`.
    later: bool,
    /// `handling=strict`.
    strict: bool,
}

impl Prefer {
    fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let text = negotiate::list(request, "Prefer")?.unwrap_or_default();
        Ok(Self::read(&text))
    }

    /// Preferences are separated by commas; what follows a semicolon belongs to one of them. Names
    /// are the same in any case, values may stand in quotes, and of a preference that is given
    /// twice the first counts.
    fn read(text: &str) -> Self {
        let value_of = |wanted: &str| {
            text.split(',').find_map(|part| {
                let preference = part.split(';').next().unwrap_or_default();
                let (name, value) = preference.split_once('=').unwrap_or((preference, ""));
                let value = value.trim().trim_matches('"').trim();
                name.trim().eq_ignore_ascii_case(wanted).then_some(value)
            })
        };
        let strict = value_of("handling");
        Self {
            later: value_of("respond-async").is_some(),
            strict: strict.is_some_and(|value| value.eq_ignore_ascii_case("strict")),
        }
    }

    fn hold(self, document: &[u8]) -> Result<(), Failure> {
        if self.strict {
            hold_strictly(document)?;
        }
        Ok(())
    }

    fn applied(self, response: &mut HttpResponse) {
        let applied = match (self.later, self.strict) {
            (true, true) => "respond-async, handling=strict",
            (true, false) => "respond-async",
            (false, true) => "handling=strict",
            (false, false) => return,
        };
        let applied = header::HeaderValue::from_static(applied);
        let name = header::HeaderName::from_static("preference-applied");
        response.headers_mut().insert(name, applied);
    }
}

fn behaviour(request: &HttpRequest) -> Result<Behaviour, Problem> {
    match negotiate::text(request, "GS1-Capture-Error-Behaviour")? {
        None | Some("rollback") => Ok(Behaviour::Rollback),
        Some("proceed") => Ok(Behaviour::Proceed),
        Some(_) => {
            let text = "GS1-Capture-Error-Behaviour is rollback or proceed";
            Err(Problem::new(Code::Malformed, text))
        }
    }
}

/// The capture jobs of the key's party, oldest first
#[utoipa::path(
    tag = "epcis",
    params(PageParams),
    responses(
        (status = 200, body = [JobDto]),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/epcis/capture")]
pub(crate) async fn get_captures(
    guard: Guarded<actions::Capture>,
    request: HttpRequest,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let agreed = Agreed::json(&request)?;
    let parameters = pairs(&request)?;
    let (path, read) = (request.path().to_owned(), parameters.clone());
    let (jobs, next) = blocking(move || {
        let paging = Paging::only(&read)?;
        let question = Question::new(&guard.0.principal().key_id, &path, &read);
        jobs::jobs(&node, &guard.0, &question, &paging)
    })
    .await?;
    let jobs: Vec<JobDto> = jobs.into_iter().map(JobDto::from).collect();
    let mut response = agreed.ok();
    link(&mut response, request.path(), &parameters, next.as_ref());
    Ok(response.body(serde_json::to_vec(&jobs).unwrap_or_default()))
}

/// A capture job
#[utoipa::path(
    tag = "epcis",
    params(("id" = String, Path, description = "Id of the job")),
    responses(
        (status = 200, content((JobDto = "application/json"), (String = "application/xml"))),
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
    let agreed = Agreed::of(&request)?;
    let job = JobDto::from(blocking(move || jobs::job(&node, &guard.0, &id)).await?);
    Ok(match agreed.form.body {
        Body::Json => agreed
            .ok()
            .body(serde_json::to_vec(&job).unwrap_or_default()),
        Body::Xml(_) => agreed.ok().body(job.to_xml()),
    })
}

/// Capture one event
///
/// The event is on disk, ordered and judged when the answer is sent.
#[utoipa::path(
    tag = "epcis",
    request_body(content((Object = "application/json"), (String = "application/xml"))),
    params(
        ("GS1-EPCIS-Version" = Option<String>, Header, description = "1.2 or 2.0"),
        ("Prefer" = Option<String>, Header, description = "`handling=strict`"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repetition harmless")
    ),
    responses(
        (status = 201, body = Object, content_type = "application/json",
            description = "The event under its id; `Location` is where it can be read"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/epcis/events")]
pub(crate) async fn post_event(
    guard: Guarded<actions::Capture>,
    request: HttpRequest,
    payload: web::Payload,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    negotiate::sent_version(&request)?;
    let prefer = Prefer::of(&request)?;
    let document = body::read(&request, payload, &DOCUMENTS, CAPTURE_BODY_BYTES).await?;
    let once = Once::of(&request, &guard.0, &document)?;
    let behind = node.clone();
    let mut response = once
        .answer(&node, move || {
            prefer.hold(&document)?;
            let event = jobs::capture_one(&behind, &guard.0, &document)?;
            Ok(Answer {
                status: 201,
                location: Some(jobs::event_location(&event.event_id_or_hash())),
                body: event.to_json().to_string(),
            })
        })
        .await?;
    negotiate::mark(&mut response);
    Prefer {
        later: false,
        ..prefer
    }
    .applied(&mut response);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferences_are_read_as_rfc_7240_writes_them() {
        for (text, later, strict) in [
            ("", false, false),
            ("respond-async", true, false),
            ("Respond-Async", true, false),
            ("respond-async; wait=10", true, false),
            ("handling=strict", false, true),
            ("handling=\"strict\"", false, true),
            ("Handling = Strict ; x=1 , RESPOND-ASYNC", true, true),
            ("handling=lenient, handling=strict", false, false),
            ("wait=10;handling=strict", false, false),
            ("respond-asynchronously", false, false),
        ] {
            let read = Prefer::read(text);
            assert_eq!((read.later, read.strict), (later, strict), "{text:?}");
        }
    }
}
