//! `Idempotency-Key`: a client that lost an answer sends the request again with the same key and
//! gets the same answer, instead of doing the thing twice.
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};

use super::body::blocking;
use super::error::Problem;
use crate::app::failure::{Code, Failure};
use crate::auth::{Action, Permit};
use crate::limits::IDEMPOTENCY_KEY_CHARS_MAX;
use crate::node::Node;
use crate::store::idempotency::{Answer, Remembered, fingerprint};

/// What identifies the repetition of a request.
pub(super) struct Once {
    key: Option<String>,
    request: Option<blake3::Hash>,
}

/// Status under which it is remembered that an answer was given which is not kept.
const NOT_KEPT: u16 = 410;

impl Once {
    /// Reads the header; a key of another API key is another key.
    pub(super) fn of<A: Action>(
        request: &HttpRequest,
        permit: &Permit<A>,
        body: &[u8],
    ) -> Result<Self, Problem> {
        let Some(value) = request.headers().get("Idempotency-Key") else {
            return Ok(Self {
                key: None,
                request: None,
            });
        };
        let text = value.to_str().ok().filter(|text| {
            !text.is_empty()
                && text.len() <= IDEMPOTENCY_KEY_CHARS_MAX
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_graphic() || byte == b' ')
        });
        let text = text.ok_or_else(|| {
            let most = IDEMPOTENCY_KEY_CHARS_MAX;
            Problem::new(
                Code::Malformed,
                format!("an Idempotency-Key has 1 to {most} characters"),
            )
        })?;
        let key = format!("{}/{text}", permit.principal().key_id);
        let fingerprint = fingerprint(request.method().as_str(), request.path(), body);
        Ok(Self {
            key: Some(key),
            request: Some(fingerprint),
        })
    }

    /// Whether the client asked for it at all.
    pub(super) fn is_asked(&self) -> bool {
        self.key.is_some()
    }

    /// Gives the remembered answer, or does the work and remembers its answer. Failures are not
    /// remembered: they did nothing, and may succeed the next time.
    pub(super) async fn answer(
        self,
        node: &Node,
        work: impl FnOnce() -> Result<Answer, Failure> + Send + 'static,
    ) -> Result<HttpResponse, Problem> {
        self.carry_out(node, true, work).await
    }

    /// As [`Once::answer`] for an answer that holds a secret: it is given once and not kept. The
    /// same request with the same key is then a conflict.
    pub(super) async fn answer_secret(
        self,
        node: &Node,
        work: impl FnOnce() -> Result<Answer, Failure> + Send + 'static,
    ) -> Result<HttpResponse, Problem> {
        self.carry_out(node, false, work).await
    }

    async fn carry_out(
        self,
        node: &Node,
        keep: bool,
        work: impl FnOnce() -> Result<Answer, Failure> + Send + 'static,
    ) -> Result<HttpResponse, Problem> {
        let node = node.clone();
        let answer = blocking(move || {
            let (Some(key), Some(request)) = (self.key, self.request) else {
                return work();
            };
            let Some(_claim) = node.store().claim(&key) else {
                let text = "a request with this Idempotency-Key is being carried out";
                return Err(Failure::new(Code::Conflict, text));
            };
            let now_ms = node.world().now_ms();
            let found = node.store().remembered(&key, &request, now_ms);
            match found.map_err(Failure::internal)? {
                Remembered::Same(answer) if answer.status == NOT_KEPT => {
                    let text = "this was done before, and its answer holds a secret shown once";
                    return Err(Failure::new(Code::Conflict, text));
                }
                Remembered::Same(answer) => return Ok(answer),
                Remembered::Other => {
                    let text = "this Idempotency-Key was used with another request";
                    return Err(Failure::new(Code::IdempotencyMismatch, text));
                }
                Remembered::Nothing => {}
            }
            let answer = work()?;
            let mark = Answer {
                status: NOT_KEPT,
                location: None,
                body: String::new(),
            };
            let kept = if keep { &answer } else { &mark };
            let kept = node.store().remember(&key, &request, kept, now_ms);
            kept.map_err(Failure::internal)?;
            Ok(answer)
        })
        .await?;
        Ok(respond(&answer))
    }
}

/// A JSON answer that can be given again.
pub(super) fn said<T: serde::Serialize>(status: u16, body: &T) -> Result<Answer, Failure> {
    Ok(Answer {
        status,
        location: None,
        body: serde_json::to_string(body).map_err(Failure::internal)?,
    })
}

fn respond(answer: &Answer) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = HttpResponse::build(status);
    if let Some(location) = &answer.location {
        response.insert_header(("Location", location.as_str()));
    }
    if answer.body.is_empty() {
        return response.finish();
    }
    response
        .content_type("application/json")
        .body(answer.body.clone())
}
