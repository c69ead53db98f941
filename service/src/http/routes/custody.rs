//! Changing the state of packs, judging returns, looking into cases.
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::Parameters;
use crate::app::cases::{self, Ruling};
use crate::app::custody::{self, Asked};
use crate::app::failure::Code;
use crate::app::returns;
use crate::auth::actions;
use crate::http::body::{self, answer, blocking};
use crate::http::dto::custody::{
    CaseDetailDto, CaseDto, CasesDto, CommentDto, DoneDto, NewCommentDto, OperationDto,
    RecordedBlocksDto, ReturnedListDto, ReturnsDto, RulingDto,
};
use crate::http::error::{Problem, ProblemBody};
use crate::http::guard::Guarded;
use crate::http::lang;
use crate::http::once::{Once, said};
use crate::http::step_up::StepUp;
use crate::node::Node;

/// Supply, export, destroy, sample, lock or undo packs
///
/// Each pack is answered for itself with its state and the reason; what changes is on record when
/// the answer is sent. A pack is only supplied when it would be called genuine.
#[utoipa::path(
    tag = "custody",
    request_body = OperationDto,
    responses(
        (status = 200, body = DoneDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/api/v1/operations")]
pub(crate) async fn post_operation(
    guard: Guarded<actions::ChangeState>,
    request: HttpRequest,
    payload: web::Payload,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let (wanted, bytes): (OperationDto, _) = body::json(&request, payload).await?;
    if let Some(zone) = wanted
        .time_zone_offset
        .as_deref()
        .filter(|it| !is_offset(it))
    {
        let text = format!("time_zone_offset: {zone:?} is no offset from UTC such as +01:00");
        return Err(Problem::new(Code::Unprocessable, text));
    }
    let asked = Asked {
        act: wanted.operation.into(),
        scans: wanted.scans,
        location: wanted.location,
        zone: wanted.time_zone_offset,
        lang: lang::of(&request, wanted.lang.as_deref()),
    };
    let once = Once::of(&request, &guard.0, &bytes)?;
    let behind = node.clone();
    once.answer(&node, move || {
        let done = custody::operate(&behind, &guard.0, &asked)?;
        said(200, &DoneDto::from(done))
    })
    .await
}

/// Whether a text is an offset of local time as events hold it, `-14:00` to `+14:00`.
fn is_offset(text: &str) -> bool {
    let Some((hours, minutes)) = text
        .strip_prefix(['+', '-'])
        .and_then(|it| it.split_once(':'))
    else {
        return false;
    };
    let number = |digits: &str| {
        let fits = digits.len() == 2 && digits.bytes().all(|it| it.is_ascii_digit());
        fits.then(|| digits.parse::<u8>().ok()).flatten()
    };
    matches!(
        (number(hours), number(minutes)),
        (Some(0..=13), Some(0..=59)) | (Some(14), Some(0))
    )
}

/// May returned packs be sold again?
#[utoipa::path(
    tag = "custody",
    request_body = ReturnsDto,
    responses(
        (status = 200, body = ReturnedListDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/api/v1/returns/check")]
pub(crate) async fn post_returns_check(
    guard: Guarded<actions::Verify>,
    request: HttpRequest,
    payload: web::Payload,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let (wanted, _): (ReturnsDto, _) = body::json(&request, payload).await?;
    let lang = lang::of(&request, wanted.lang.as_deref());
    let found = blocking(move || {
        let location = wanted.location.as_deref();
        returns::check(&node, &guard.0, &wanted.scans, location, lang)
    })
    .await?;
    Ok(answer(&ReturnedListDto::from(found)))
}

/// Mounts what is of cases.
pub(crate) fn configure_cases(config: &mut ServiceConfig<'_>) {
    config
        .service(get_cases)
        .service(get_case)
        .service(post_case_ruling)
        .service(post_case_comment);
}

/// Open findings as cases, gravest first
#[utoipa::path(
    tag = "alerts",
    params(("lang" = Option<String>, Query, description = "`en`, `de`, `fr` or `es`")),
    responses(
        (status = 200, body = CasesDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/cases")]
pub(crate) async fn get_cases(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::of(&request, &["lang"])?;
    let lang = lang::of(&request, parameters.text("lang"));
    let cases = blocking(move || Ok(cases::cases(&node, &guard.0, lang))).await?;
    Ok(answer(&CasesDto {
        cases: cases.into_iter().map(CaseDto::from).collect(),
    }))
}

/// One case with its findings
#[utoipa::path(
    tag = "alerts",
    params(
        ("id" = String, Path, description = "Id of the case, percent-encoded"),
        ("lang" = Option<String>, Query, description = "`en`, `de`, `fr` or `es`")
    ),
    responses(
        (status = 200, body = CaseDetailDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/cases/{id}")]
pub(crate) async fn get_case(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    id: web::Path<String>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::of(&request, &["lang"])?;
    let lang = lang::of(&request, parameters.text("lang"));
    let case = blocking(move || cases::case(&node, &guard.0, &id, lang)).await?;
    Ok(answer(&CaseDetailDto::from(case)))
}

/// Assign, resolve or de-escalate a case
///
/// Decides about every finding in it, with a reason and the meaning of the signature. A person who
/// resolves or de-escalates one signs with a passkey (header `Theriac-Signature`).
#[utoipa::path(
    tag = "alerts",
    params(("id" = String, Path, description = "Id of the case, percent-encoded")),
    request_body = RulingDto,
    responses(
        (status = 201, body = RecordedBlocksDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/api/v1/cases/{id}/rulings")]
pub(crate) async fn post_case_ruling(
    guard: Guarded<actions::Decide>,
    request: HttpRequest,
    payload: web::Payload,
    id: web::Path<String>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let (ruling, bytes): (RulingDto, _) = body::json(&request, payload).await?;
    let mut ruling: Ruling = ruling.into();
    let once = Once::of(&request, &guard.0, &bytes)?;
    let step_up = StepUp::of(&request, &bytes)?;
    let behind = node.clone();
    once.answer(&node, move || {
        if ruling.is_signed_by_people()
            && let Some(signed) = step_up.sign(&behind, guard.0.principal())?
        {
            ruling.sign(&signed)?;
        }
        let blocks = cases::rule(&behind, &guard.0, &id, &ruling)?;
        let blocks = blocks.iter().map(ToString::to_string).collect();
        said(201, &RecordedBlocksDto { blocks })
    })
    .await
}

/// Say something about a case, to everybody who sees it
///
/// It is added to the ledger, signed for the key's party, and stays.
#[utoipa::path(
    tag = "alerts",
    params(("id" = String, Path, description = "Id of the case, percent-encoded")),
    request_body = NewCommentDto,
    responses(
        (status = 201, body = CommentDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/api/v1/cases/{id}/comments")]
pub(crate) async fn post_case_comment(
    guard: Guarded<actions::Comment>,
    request: HttpRequest,
    payload: web::Payload,
    id: web::Path<String>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let (new, bytes): (NewCommentDto, _) = body::json(&request, payload).await?;
    let once = Once::of(&request, &guard.0, &bytes)?;
    let behind = node.clone();
    once.answer(&node, move || {
        let said_now = cases::comment(&behind, &guard.0, &id, &new.text)?;
        said(201, &CommentDto::from(said_now))
    })
    .await
}
