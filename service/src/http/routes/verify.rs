//! `POST /api/v1/verify`: the question at the counter, for one scan or for a box of them.
use actix_web::{HttpRequest, HttpResponse, post, web};

use crate::app::outward;
use crate::app::verify::{self, Question};
use crate::auth::actions;
use crate::http::body::{self, blocking};
use crate::http::dto::verdict::{VerdictDto, VerdictsDto, VerifyBatchDto, VerifyDto};
use crate::http::error::{Problem, ProblemBody};
use crate::http::guard::Guarded;
use crate::http::lang;
use crate::limits::SMALL_BODY_BYTES;
use crate::node::Node;

/// Verify a scanned pack
///
/// A scan that cannot be read is answered with `read_again`, not with an error. A body with `scans`
/// is answered as by `/api/v1/verify/batch`. Questions of parties are recorded a moment later. Of a
/// product that is not recorded here its manufacturer's own system is asked, where one is named in
/// the settings (`manufacturer` in the answer).
#[utoipa::path(
    tag = "verify",
    request_body = VerifyDto,
    responses(
        (status = 200, body = VerdictDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/api/v1/verify")]
pub(crate) async fn post_verify(
    guard: Guarded<actions::Verify>,
    request: HttpRequest,
    payload: web::Payload,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let bytes = body::read(&request, payload, &["application/json"], SMALL_BODY_BYTES).await?;
    let asked: VerifyDto = match serde_json::from_slice(&bytes) {
        Ok(asked) => asked,
        Err(_) if serde_json::from_slice::<VerifyBatchDto>(&bytes).is_ok() => {
            return batch(guard, &request, body::parse(&bytes)?, node).await;
        }
        Err(_) => body::parse(&bytes)?,
    };
    let lang = lang::of(&request, asked.lang.as_deref());
    let outside = outward::concerns(&node, guard.0.principal(), &asked.scan);
    let ask = move || {
        let question = Question {
            scan: &asked.scan,
            location: asked.location.as_deref(),
            purpose: asked.purpose.into(),
            lang,
        };
        verify::verify(&node, &guard.0, question)
    };
    // Memory only: not worth another thread. A manufacturer's system is waited for.
    let answer = if outside {
        blocking(ask).await?
    } else {
        ask()?
    };
    Ok(body::answer(&VerdictDto::from(answer)))
}

/// Verify up to 1,000 scanned packs
///
/// One verdict for each scan, in order; one that fails does not keep the others from an answer.
#[utoipa::path(
    tag = "verify",
    request_body = VerifyBatchDto,
    responses(
        (status = 200, body = VerdictsDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/api/v1/verify/batch")]
pub(crate) async fn post_verify_batch(
    guard: Guarded<actions::Verify>,
    request: HttpRequest,
    payload: web::Payload,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let bytes = body::read(&request, payload, &["application/json"], SMALL_BODY_BYTES).await?;
    batch(guard, &request, body::parse(&bytes)?, node).await
}

async fn batch(
    guard: Guarded<actions::Verify>,
    request: &HttpRequest,
    asked: VerifyBatchDto,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let lang = lang::of(request, asked.lang.as_deref());
    let answers = blocking(move || {
        let question = Question {
            scan: "",
            location: asked.location.as_deref(),
            purpose: asked.purpose.into(),
            lang,
        };
        verify::verify_all(&node, &guard.0, &asked.scans, question)
    })
    .await?;
    Ok(body::answer(&VerdictsDto::from(answers)))
}
