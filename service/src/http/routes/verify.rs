//! `POST /api/v1/verify`: the question at the counter.
use actix_web::{HttpRequest, HttpResponse, post, web};

use crate::app::verify;
use crate::auth::actions;
use crate::http::body;
use crate::http::dto::verdict::{VerdictDto, VerifyDto};
use crate::http::error::{Problem, ProblemBody};
use crate::http::guard::Guarded;
use crate::node::Node;

/// Verify a scanned pack
///
/// A scan that cannot be read is answered with `read_again`, not with an error.
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
    let (asked, _): (VerifyDto, _) = body::json(&request, payload).await?;
    // Memory only: not worth another thread.
    let mut answer = verify::verify(&node, &guard.0, &asked.scan, asked.location.as_deref())?;
    let lang = asked.lang.as_deref().and_then(rules::Lang::parse);
    answer.verdict = answer.verdict.spoken(lang.unwrap_or_default());
    Ok(body::answer(&VerdictDto::from(answer)))
}
