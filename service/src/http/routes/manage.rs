//! Decisions, master data, alerts, parties, devices, API keys, and who one is.
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use rules::{Decision, MasterData};
use serde_json::json;

use super::Parameters;
use crate::app::failure::{Code, Failure};
use crate::app::{alerts, decide, keys, master, me};
use crate::auth::{Scope, actions};
use crate::http::body::{self, answer, blocking};
use crate::http::dto::finding::{AlertsDto, findings};
use crate::http::dto::manage::{
    CreatedKeyDto, DecisionDto, DeviceDto, DeviceRole, KeyDto, KeysDto, MasterDataDto, MeDto,
    NewDeviceDto, NewKeyDto, NewPartyDto,
};
use crate::http::dto::{PartyDto, RecordedDto};
use crate::http::error::{Problem, ProblemBody};
use crate::http::guard::Guarded;
use crate::http::lang;
use crate::http::once::{Once, said};
use crate::http::step_up::StepUp;
use crate::node::{NewDevice, NewParty, Node};
use crate::store::NewApiKey;
use crate::store::idempotency::Answer;

/// Decide: recall a lot, release or reject after quality review
///
/// A person's decision is an electronic signature: it needs a passkey's answer in the header
/// `Theriac-Signature` (`POST /auth/signatures/challenge`).
#[utoipa::path(
    tag = "decisions",
    request_body = DecisionDto,
    responses(
        (status = 201, body = RecordedDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/api/v1/decisions")]
pub(crate) async fn post_decision(
    guard: Guarded<actions::Decide>,
    request: HttpRequest,
    payload: web::Payload,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let (decision, bytes): (Decision, _) = body::json(&request, payload).await?;
    let once = Once::of(&request, &guard.0, &bytes)?;
    let step_up = StepUp::of(&request, &bytes)?;
    let behind = node.clone();
    once.answer(&node, move || {
        let decision = match step_up.sign(&behind, guard.0.principal())? {
            Some(signed) => signed.on(decision)?,
            None => decision,
        };
        recorded(&decide::decide(&behind, &guard.0, &decision)?)
    })
    .await
}

/// Publish parties, locations, products and devices
#[utoipa::path(
    tag = "master data",
    request_body = MasterDataDto,
    responses(
        (status = 201, body = RecordedDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/api/v1/master-data")]
pub(crate) async fn post_master_data(
    guard: Guarded<actions::PublishMaster>,
    request: HttpRequest,
    payload: web::Payload,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let (records, bytes): (Vec<MasterData>, _) = body::json(&request, payload).await?;
    let once = Once::of(&request, &guard.0, &bytes)?;
    let behind = node.clone();
    once.answer(&node, move || {
        recorded(&master::publish(&behind, &guard.0, &records)?)
    })
    .await
}

fn recorded(block: &tangle::BlockId) -> Result<Answer, Failure> {
    let body = serde_json::to_string(&RecordedDto {
        block: block.to_string(),
    });
    Ok(Answer {
        status: 201,
        location: Some(format!("/api/v1/blocks/{block}")),
        body: body.map_err(Failure::internal)?,
    })
}

/// Findings, newest first
#[utoipa::path(
    tag = "alerts",
    params(
        ("status" = Option<String>, Query,
            description = "`open`, `resolved`, `released` or `closed`"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
        ("lang" = Option<String>, Query, description = "`en`, `de`, `fr` or `es`")
    ),
    responses(
        (status = 200, body = AlertsDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/alerts")]
pub(crate) async fn get_alerts(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::of(&request, &["status", "cursor", "lang"])?;
    let lang = lang::of(&request, parameters.text("lang"));
    let page = blocking(move || {
        alerts::alerts(
            &node,
            &guard.0,
            parameters.text("status"),
            parameters.text("cursor"),
        )
    })
    .await?;
    Ok(answer(&AlertsDto {
        alerts: findings(page.alerts.into_iter().map(|it| it.spoken(lang)).collect()),
        next: page.next,
    }))
}

/// Who the key stands for
#[utoipa::path(
    tag = "keys",
    responses(
        (status = 200, body = MeDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/me")]
pub(crate) async fn get_me(
    guard: Guarded<actions::ReadPublic>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let me = me::me(&node, &guard.0);
    Ok(answer(&MeDto {
        party: me.party.map(|(gln, name)| PartyDto { gln, name }),
        roles: me.roles,
        network: me.network,
        node: me.log,
        log_key: me.log_key,
        version: env!("CARGO_PKG_VERSION"),
        device: me.device.map(DeviceDto::from),
    }))
}

/// Make an API key; it is shown this once
#[utoipa::path(
    tag = "keys",
    request_body = NewKeyDto,
    responses(
        (status = 201, body = CreatedKeyDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/api/v1/keys")]
pub(crate) async fn post_key(
    guard: Guarded<actions::ManageKeys>,
    request: HttpRequest,
    payload: web::Payload,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let (new, bytes): (NewKeyDto, _) = body::json(&request, payload).await?;
    let once = Once::of(&request, &guard.0, &bytes)?;
    let expires_ms = new.expires_at.as_deref().map(instant).transpose()?;
    let new = NewApiKey {
        party: new.party,
        roles: new.roles,
        label: new.label,
        expires_ms,
        scope: Scope {
            mandate: new.mandate,
            device: new.device,
        },
    };
    let behind = node.clone();
    once.answer_secret(&node, move || {
        let made = keys::create(&behind, &guard.0, new)?;
        let (id, key) = (made.id, made.key);
        said(201, &CreatedKeyDto { id, key })
    })
    .await
}

pub(super) fn instant(text: &str) -> Result<i64, Problem> {
    chrono::DateTime::parse_from_rfc3339(text)
        .map(|time| time.timestamp_millis())
        .map_err(|_| Problem::new(Code::Unprocessable, "expires_at must be an RFC 3339 time"))
}

/// All API keys, without their secrets
#[utoipa::path(
    tag = "keys",
    responses(
        (status = 200, body = KeysDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/keys")]
pub(crate) async fn get_keys(
    guard: Guarded<actions::ManageKeys>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let keys = keys::list(&node, &guard.0)
        .into_iter()
        .map(KeyDto::from)
        .collect();
    Ok(answer(&KeysDto { keys }))
}

/// Take an API key back
///
/// From now on it opens nothing. It stays in the list; taking it back again changes nothing.
#[utoipa::path(
    tag = "keys",
    params(("id" = String, Path, description = "Public id of the key: 8 hex digits")),
    responses(
        (status = 204, description = "It opens nothing any more"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[delete("/api/v1/keys/{id}")]
pub(crate) async fn delete_key(
    guard: Guarded<actions::ManageKeys>,
    id: web::Path<String>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    blocking(move || keys::revoke(&node, &guard.0, &id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Register a party: its organisation on the ledger and the key with which this node records for it
#[utoipa::path(
    tag = "registry",
    request_body = NewPartyDto,
    responses(
        (status = 201, description = "Registered; repeating it is harmless"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/api/v1/parties")]
pub(crate) async fn post_party(
    guard: Guarded<actions::ManageKeys>,
    request: HttpRequest,
    payload: web::Payload,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let (new, bytes): (NewPartyDto, _) = body::json(&request, payload).await?;
    let once = Once::of(&request, &guard.0, &bytes)?;
    let gln = new.gln.clone();
    let party = NewParty {
        gln: new.gln,
        name: new.name,
        role: new.role,
    };
    let behind = node.clone();
    once.answer(&node, move || {
        behind.register_party(&party)?;
        said(201, &json!({ "gln": gln }))
    })
    .await
}

/// Register the key of a device or gateway
#[utoipa::path(
    tag = "registry",
    request_body = NewDeviceDto,
    responses(
        (status = 201, body = RecordedDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/api/v1/devices")]
pub(crate) async fn post_device(
    guard: Guarded<actions::ManageKeys>,
    request: HttpRequest,
    payload: web::Payload,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let (new, bytes): (NewDeviceDto, _) = body::json(&request, payload).await?;
    let once = Once::of(&request, &guard.0, &bytes)?;
    let unfit = |text: &str| Problem::new(Code::Unprocessable, text);
    let key = new
        .key
        .parse()
        .map_err(|_| unfit("key must be 64 hex digits"))?;
    let device = NewDevice {
        key,
        party: new.party,
        label: new.label,
        role: match new.role {
            DeviceRole::Gateway => tangle::Role::Gateway,
            DeviceRole::Device => tangle::Role::Device,
        },
        attributes: new.attributes,
    };
    let behind = node.clone();
    once.answer(&node, move || {
        let block = behind.register_device(device)?.to_string();
        said(201, &RecordedDto { block })
    })
    .await
}
