//! Sign-in of people: out to the identity provider, back from it, who is signed in, out again; and
//! an administrator's view of the sessions.
use actix_web::http::header::{LOCATION, SET_COOKIE};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, delete, get, post, web};

use utoipa_actix_web::service_config::ServiceConfig;

use super::{Parameters, pairs, passkeys};
use crate::app::failure::{Code, Failure};
use crate::app::people;
use crate::auth::actions;
use crate::auth::oidc::{Returned, Settings, SignIn};
use crate::http::body::{answer, blocking};
use crate::http::cookie::{self, Cookie};
use crate::http::dto::people::{SessionsDto, SignedInDto, SignedOutDto};
use crate::http::error::{Problem, ProblemBody};
use crate::http::guard::{Guarded, stranger};
use crate::node::Node;

/// Mounts everything that people need.
pub(in crate::http) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(get_signed_in)
        .service(get_login)
        .service(get_callback)
        .service(post_logout)
        .service(get_sessions)
        .service(delete_session)
        .service(passkeys::post_passkey_challenge)
        .service(passkeys::post_passkey)
        .service(passkeys::get_passkeys)
        .service(passkeys::delete_passkey)
        .service(passkeys::post_signature_challenge)
        .service(passkeys::get_signatures);
}

const LOGIN: &str = "/auth/login";

/// Sign in: leads to the identity provider
///
/// A page for browsers. `return_to` is the path of this node to which the sign-in leads back.
#[utoipa::path(
    tag = "sign-in",
    security(()),
    params(("return_to" = Option<String>, Query, description = "Path of this node")),
    responses(
        (status = 303, description = "To the identity provider"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/auth/login")]
pub(crate) async fn get_login(
    request: HttpRequest,
    node: web::Data<Node>,
    sign_in: web::Data<SignIn>,
) -> Result<HttpResponse, Problem> {
    stranger(&request)?;
    let parameters = Parameters::of(&request, &["return_to"])?;
    let return_to = parameters.text("return_to").map(str::to_owned);
    let behind = sign_in.clone();
    let begun = blocking(move || people::begin(&node, &behind, return_to.as_deref())).await?;
    let kept = Cookie::SignIn.set(settings(&sign_in)?, &begun.cookie);
    Ok(HttpResponse::SeeOther()
        .insert_header((LOCATION, begun.url))
        .insert_header((SET_COOKIE, kept))
        .finish())
}

/// Come back from the identity provider
///
/// A page for browsers. Redeems the code, checks who it is and begins a session.
#[utoipa::path(
    tag = "sign-in",
    security(()),
    params(
        ("code" = Option<String>, Query, description = "RFC 6749, 4.1.2"),
        ("state" = Option<String>, Query, description = "RFC 6749, 4.1.2"),
        ("iss" = Option<String>, Query, description = "RFC 9207"),
        ("error" = Option<String>, Query, description = "RFC 6749, 4.1.2.1")
    ),
    responses(
        (status = 303, description = "To the path that was wanted"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/auth/callback")]
pub(crate) async fn get_callback(
    request: HttpRequest,
    node: web::Data<Node>,
    sign_in: web::Data<SignIn>,
) -> Result<HttpResponse, Problem> {
    stranger(&request)?;
    let behind = sign_in.clone();
    let settings = settings(&sign_in)?;
    // Providers add parameters of their own; those that are known come once.
    let pairs = pairs(&request)?;
    let text = |name: &str| {
        let mut found = pairs.iter().filter(|(given, _)| given == name);
        let first = found.next().map(|(_, value)| value.clone());
        first.filter(|_| found.next().is_none())
    };
    let back = Returned {
        cookie: Cookie::SignIn.of(&request, settings),
        state: text("state"),
        code: text("code"),
        iss: text("iss"),
        error: text("error"),
    };
    let done = blocking(move || people::finish(&node, &behind, &back)).await?;
    request.extensions_mut().insert(done.principal);
    Ok(HttpResponse::SeeOther()
        .insert_header((LOCATION, done.return_to))
        .append_header((SET_COOKIE, Cookie::Session.set(settings, &done.cookie)))
        .append_header((SET_COOKIE, Cookie::SignIn.forget(settings)))
        .finish())
}

/// Who is signed in, and whether people can sign in
///
/// Asking does not make a session last longer than any other request does.
#[utoipa::path(
    tag = "sign-in",
    security(()),
    responses(
        (status = 200, body = SignedInDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/auth/me")]
pub(crate) async fn get_signed_in(
    request: HttpRequest,
    node: web::Data<Node>,
    sign_in: web::Data<SignIn>,
) -> Result<HttpResponse, Problem> {
    let found = cookie::session(&request, &node, node.world().now_ms())?;
    let session = found.map(|(principal, session)| {
        request.extensions_mut().insert(principal);
        session.into()
    });
    Ok(answer(&SignedInDto {
        sign_in: sign_in.settings().map(|_| LOGIN),
        session,
    }))
}

/// Sign out: ends the session of this browser
///
/// Signing out twice changes nothing. Must come from the node's own pages.
#[utoipa::path(
    tag = "sign-in",
    security(()),
    responses(
        (status = 200, body = SignedOutDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/auth/logout")]
pub(crate) async fn post_logout(
    request: HttpRequest,
    node: web::Data<Node>,
    sign_in: web::Data<SignIn>,
) -> Result<HttpResponse, Problem> {
    let settings = settings(&sign_in)?;
    let found = cookie::session(&request, &node, node.world().now_ms())?;
    if let Some((principal, session)) = found {
        request.extensions_mut().insert(principal);
        blocking(move || {
            let ended = node.store().end_session(&session.id);
            ended.map_err(Failure::internal)
        })
        .await?;
    }
    let mut response = answer(&SignedOutDto {
        end_session_url: sign_in.end_url(),
    });
    let forget = Cookie::Session.forget(settings).parse();
    let forget = forget.map_err(|_| Problem(Failure::internal("a cookie is no header")))?;
    response.headers_mut().insert(SET_COOKIE, forget);
    Ok(response)
}

/// Sessions of people, the latest first
#[utoipa::path(
    tag = "sign-in",
    responses(
        (status = 200, body = SessionsDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/api/v1/sessions")]
pub(crate) async fn get_sessions(
    guard: Guarded<actions::ManageKeys>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let sessions = people::sessions(&node, &guard.0);
    Ok(answer(&SessionsDto {
        sessions: sessions.into_iter().map(Into::into).collect(),
    }))
}

/// End a person's session
///
/// From now on it opens nothing. Whether the person may sign in again is the identity provider's
/// to say.
#[utoipa::path(
    tag = "sign-in",
    params(("id" = String, Path, description = "Public id of the session: 16 hex digits")),
    responses(
        (status = 204, description = "It opens nothing any more"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[delete("/api/v1/sessions/{id}")]
pub(crate) async fn delete_session(
    guard: Guarded<actions::ManageKeys>,
    id: web::Path<String>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    blocking(move || people::end_session(&node, &guard.0, &id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn settings(sign_in: &SignIn) -> Result<&Settings, Problem> {
    let off = || Problem::new(Code::NotFound, "this node has no sign-in");
    sign_in.settings().ok_or_else(off)
}
