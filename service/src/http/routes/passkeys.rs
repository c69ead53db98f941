//! Passkeys of people who signed in, and what people signed with them.
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};

use super::Parameters;
use crate::app::failure::{Code, Failure};
use crate::app::passkeys;
use crate::auth::actions;
use crate::auth::oidc::SignIn;
use crate::http::body::{self, answer, blocking};
use crate::http::cookie;
use crate::http::dto::passkey::{
    CreationDto, NewPasskeyDto, NewSignatureDto, PasskeyDto, PasskeysDto, SignaturesDto, SigningDto,
};
use crate::http::error::{Problem, ProblemBody};
use crate::http::guard::Guarded;
use crate::node::Node;

/// Begin to make a passkey
///
/// For a person who has signed in within the last ten minutes. The answer goes to
/// `navigator.credentials.create`.
#[utoipa::path(
    tag = "sign-in",
    responses(
        (status = 200, body = CreationDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/auth/passkeys/challenge")]
pub(crate) async fn post_passkey_challenge(
    guard: Guarded<actions::ReadPublic>,
    request: HttpRequest,
    node: web::Data<Node>,
    sign_in: web::Data<SignIn>,
) -> Result<HttpResponse, Problem> {
    passkeys::person(guard.0.principal())?;
    let session = cookie::session(&request, &node, node.world().now_ms())?;
    let ended = || Problem::new(Code::Unauthenticated, "the session has ended");
    let (_, session) = session.ok_or_else(ended)?;
    let begun = move || passkeys::begin(&node, &sign_in, guard.0.principal(), &session);
    Ok(answer(&CreationDto::from(blocking(begun).await?)))
}

/// Keep a passkey that was made
#[utoipa::path(
    tag = "sign-in",
    request_body = NewPasskeyDto,
    responses(
        (status = 201, body = PasskeyDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/auth/passkeys")]
pub(crate) async fn post_passkey(
    guard: Guarded<actions::ReadPublic>,
    (request, payload): (HttpRequest, web::Payload),
    node: web::Data<Node>,
    sign_in: web::Data<SignIn>,
) -> Result<HttpResponse, Problem> {
    let (new, _): (NewPasskeyDto, _) = body::json(&request, payload).await?;
    let unreadable = || Problem::new(Code::Malformed, "the credential is not in base64url");
    let new = new.read().ok_or_else(unreadable)?;
    let made = move || passkeys::add(&node, &sign_in, guard.0.principal(), &new);
    Ok(HttpResponse::Created().json(PasskeyDto::from(blocking(made).await?)))
}

/// One's own passkeys
#[utoipa::path(
    tag = "sign-in",
    responses(
        (status = 200, body = PasskeysDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/auth/passkeys")]
pub(crate) async fn get_passkeys(
    guard: Guarded<actions::ReadPublic>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let own = blocking(move || passkeys::list(&node, guard.0.principal())).await?;
    Ok(answer(&PasskeysDto {
        passkeys: own.into_iter().map(PasskeyDto::from).collect(),
    }))
}

/// Take a passkey of one's own away
///
/// It signs nothing any more; what it signed stays.
#[utoipa::path(
    tag = "sign-in",
    params(("id" = String, Path, description = "Id of the credential, base64url")),
    responses(
        (status = 204, description = "It signs nothing any more"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[delete("/auth/passkeys/{id}")]
pub(crate) async fn delete_passkey(
    guard: Guarded<actions::ReadPublic>,
    id: web::Path<String>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    blocking(move || passkeys::remove(&node, guard.0.principal(), &id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Begin to sign a request
///
/// The answer goes to `navigator.credentials.get`, and what comes of it, as JSON in base64url, into
/// the header `Theriac-Signature` of the request that is signed.
#[utoipa::path(
    tag = "sign-in",
    request_body = NewSignatureDto,
    responses(
        (status = 200, body = SigningDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/auth/signatures/challenge")]
pub(crate) async fn post_signature_challenge(
    guard: Guarded<actions::ReadPublic>,
    (request, payload): (HttpRequest, web::Payload),
    node: web::Data<Node>,
    sign_in: web::Data<SignIn>,
) -> Result<HttpResponse, Problem> {
    let (new, _): (NewSignatureDto, _) = body::json(&request, payload).await?;
    let mut sha256 = [0; 32];
    hex::decode_to_slice(&new.sha256, &mut sha256)
        .map_err(|_| Failure::new(Code::Unprocessable, "sha256 must be 64 hex digits"))?;
    let asked = move || {
        let what = (new.request.as_str(), sha256, new.meaning);
        passkeys::ask(&node, &sign_in, guard.0.principal(), what)
    };
    Ok(answer(&SigningDto::from(blocking(asked).await?)))
}

/// Electronic signatures, the oldest first
///
/// Each with all that checks it again: `challenge` is BLAKE3 in derive-key mode (context `theriac
/// electronic signature v1`) over nonce, SHA-256 of the body, and signer, request and meaning, each
/// of the three after its length in 8 bytes, the lowest first.
#[utoipa::path(
    tag = "operation",
    params(
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
        ("per_page" = Option<usize>, Query, description = "Signatures, 1 to 1000; 100 without")
    ),
    responses(
        (status = 200, body = SignaturesDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/signatures")]
pub(crate) async fn get_signatures(
    guard: Guarded<actions::ReadAccesses>,
    request: HttpRequest,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let given = Parameters::of(&request, &["cursor", "per_page"])?;
    let count = given.number("per_page")?.unwrap_or(100);
    let found = move || passkeys::signatures(&node, &guard.0, given.text("cursor"), count);
    Ok(answer(&SignaturesDto::from(blocking(found).await?)))
}
