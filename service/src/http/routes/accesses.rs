//! The access log over HTTP: for the administrator and the regulator.
use actix_web::{HttpRequest, HttpResponse, get, web};

use super::Parameters;
use crate::app::accesses;
use crate::app::failure::Code;
use crate::audit::Wanted;
use crate::auth::actions;
use crate::http::body::{answer, blocking};
use crate::http::dto::access::AccessesDto;
use crate::http::error::{Problem, ProblemBody};
use crate::http::guard::Guarded;
use crate::node::Node;

/// Who asked for what
///
/// Newest first. Every line carries its hash and the hash of the line before it.
#[utoipa::path(
    tag = "operation",
    params(
        ("from" = Option<String>, Query, description = "From this time on, RFC 3339"),
        ("before" = Option<String>, Query, description = "Before this time, RFC 3339"),
        ("key" = Option<String>, Query, description = "Public id of the API key"),
        ("party" = Option<String>, Query, description = "GLN of the key's party"),
        ("action" = Option<String>, Query, description = "Action of the policy"),
        ("status" = Option<u16>, Query, description = "HTTP status"),
        ("contains" = Option<String>, Query, description = "Part of the path or query"),
        ("cursor" = Option<u64>, Query, description = "`next` of the page before"),
        ("per_page" = Option<usize>, Query, description = "Lines, 1 to 1000; 100 without")
    ),
    responses(
        (status = 200, body = AccessesDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/accesses")]
pub(crate) async fn get_accesses(
    guard: Guarded<actions::ReadAccesses>,
    request: HttpRequest,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let known = [
        "from", "before", "key", "party", "action", "status", "contains", "cursor", "per_page",
    ];
    let given = Parameters::of(&request, &known)?;
    let own = |name: &str| given.text(name).map(ToOwned::to_owned);
    let wanted = Wanted {
        from_ms: given.text("from").map(time).transpose()?,
        before_ms: given.text("before").map(time).transpose()?,
        key: own("key"),
        party: own("party"),
        action: own("action"),
        status: given.number("status")?,
        contains: own("contains"),
        before_seq: given.number("cursor")?,
    };
    let count = given.number("per_page")?.unwrap_or(100);
    let found = move || accesses::search(&node, &guard.0, &wanted, count);
    let page = blocking(found).await?;
    Ok(answer(&AccessesDto::from(page)))
}

fn time(text: &str) -> Result<i64, Problem> {
    chrono::DateTime::parse_from_rfc3339(text)
        .map(|time| time.timestamp_millis())
        .map_err(|_| {
            Problem::new(
                Code::QueryParameter,
                format!("{text:?} is no RFC 3339 time"),
            )
        })
}
