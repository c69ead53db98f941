//! Invitations of devices for administrators, and enrolment for whoever has a code: the two routes
//! of enrolment ask for no key, because a device has none yet. They are counted by address as
//! devices that enrol, wrong codes also by the invitation they name, and stand in the access log
//! with the API key that came of them.
use std::collections::BTreeSet;

use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, delete, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::failure::Code;
use crate::app::invitations::{self, Request};
use crate::auth::{InvitationCode, Principal, Role, Scope, actions};
use crate::http::body::{self, answer, blocking};
use crate::http::dto::invitation::{
    CreatedInvitationDto, EnrolledDto, EnrolmentChallengeDto, EnrolmentDto, EnrolmentStartDto,
    InvitationDto, InvitationsDto, NewInvitationDto,
};
use crate::http::error::{Problem, ProblemBody};
use crate::http::guard::{Asked, Guarded, enrolling, rates};
use crate::http::once::{Once, said};
use crate::node::Node;

/// Mounts them.
pub(crate) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(get_invitations)
        .service(post_invitation)
        .service(delete_invitation)
        .service(post_enrolment_challenge)
        .service(post_enrolment);
}

/// Invite a device: a code with which it registers itself, once; it is shown this once
#[utoipa::path(
    tag = "registry",
    request_body = NewInvitationDto,
    responses(
        (status = 201, body = CreatedInvitationDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/api/v1/devices/invitations")]
pub(crate) async fn post_invitation(
    guard: Guarded<actions::ManageKeys>,
    request: HttpRequest,
    payload: web::Payload,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let (new, bytes): (NewInvitationDto, _) = body::json(&request, payload).await?;
    let once = Once::of(&request, &guard.0, &bytes)?;
    let behind = node.clone();
    once.answer_secret(&node, move || {
        let (code, made) = invitations::invite(&behind, &guard.0, new.wish())?;
        let expires_at = crate::app::time_text(made.expires_ms);
        let id = made.id;
        said(
            201,
            &CreatedInvitationDto {
                id,
                code,
                expires_at,
            },
        )
    })
    .await
}

/// Invitations of devices, without their codes
#[utoipa::path(
    tag = "registry",
    responses(
        (status = 200, body = InvitationsDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/devices/invitations")]
pub(crate) async fn get_invitations(
    guard: Guarded<actions::ManageKeys>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let now_ms = node.world().now_ms();
    let all = blocking(move || invitations::list(&node, &guard.0)).await?;
    let all = all.into_iter().map(|it| InvitationDto::at(it, now_ms));
    let invitations = all.collect();
    Ok(answer(&InvitationsDto { invitations }))
}

/// Take an invitation back
///
/// From now on its code opens nothing. A device that has enrolled with it stays registered, and
/// its API key stays good: take that back by itself.
#[utoipa::path(
    tag = "registry",
    params(("id" = String, Path, description = "Public id: three symbols")),
    responses(
        (status = 204, description = "Its code opens nothing any more"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[delete("/api/v1/devices/invitations/{id}")]
pub(crate) async fn delete_invitation(
    guard: Guarded<actions::ManageKeys>,
    id: web::Path<String>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    blocking(move || invitations::revoke(&node, &guard.0, &id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Begin to enrol: what the device is to sign
#[utoipa::path(
    tag = "registry",
    security(()),
    request_body = EnrolmentStartDto,
    responses(
        (status = 200, body = EnrolmentChallengeDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/api/v1/devices/enrolment/challenge")]
pub(crate) async fn post_enrolment_challenge(
    request: HttpRequest,
    payload: web::Payload,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    enrolling(&request)?;
    let (start, _): (EnrolmentStartDto, _) = body::json(&request, payload).await?;
    let challenge = invitations::challenge(&node, &device(&start.key)?);
    Ok(answer(&EnrolmentChallengeDto::from(challenge)))
}

/// Enrol a device with its code
///
/// Registers the device and answers with its API key. Sent again by the same device while the code
/// is valid, the answer is the same.
#[utoipa::path(
    tag = "registry",
    security(()),
    request_body = EnrolmentDto,
    responses(
        (status = 200, body = EnrolledDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/api/v1/devices/enrolment")]
pub(crate) async fn post_enrolment(
    request: HttpRequest,
    payload: web::Payload,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    enrolling(&request)?;
    let (asked, _): (EnrolmentDto, _) = body::json(&request, payload).await?;
    request.extensions_mut().insert(Asked("enrol"));
    let unreadable = || Problem::new(Code::Malformed, "signature must be 128 hex digits");
    let mut signature = [0; 64];
    hex::decode_to_slice(&asked.signature, &mut signature).map_err(|_| unreadable())?;
    let asked = Request {
        device: device(&asked.key)?,
        code: asked.code,
        challenge: asked.challenge,
        signature,
    };
    let named = InvitationCode::parse(&asked.code)
        .ok()
        .map(|code| code.id());
    let address = request.peer_addr().map(|peer| peer.ip());
    let trying = rates(&request).zip(address).zip(named);
    let now_ms = node.world().now_ms();
    if let Some(((rates, address), id)) = &trying {
        rates.wrong_codes.check(*address, id, now_ms)?;
    }
    let enrolled = blocking(move || Ok(invitations::enrol(&node, &asked))).await?;
    if let Some(((rates, address), id)) = &trying {
        match &enrolled {
            Ok(_) => rates.wrong_codes.right(*address, id),
            Err(it) if it.is_wrong_code => rates.wrong_codes.wrong(*address, id, now_ms),
            Err(_) => {}
        }
    }
    let enrolled = enrolled.map_err(|it| Problem(it.failure))?;
    // For the access log: who it has become.
    request.extensions_mut().insert(Principal {
        key_id: enrolled.id.clone(),
        party: Some(enrolled.author.organisation.clone()),
        roles: BTreeSet::from([Role::Device]),
        person: None,
        scope: Scope {
            mandate: None,
            device: Some(enrolled.author.key.to_string()),
        },
    });
    Ok(answer(&EnrolledDto::from(enrolled)))
}

fn device(text: &str) -> Result<tangle::KeyId, Problem> {
    let key = text.parse();
    key.map_err(|_| Problem::new(Code::Malformed, "key must be 64 hex digits"))
}
