//! What is around every request: an id, the refusal of compressed bodies, security headers, the
//! problem body of a failure, one log line and the counters. Paths are counted by their pattern
//! and never logged with identifiers in them.
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpResponse, web};

use super::csp::{FIXED, Policies};
use super::error::Problem;
use super::guard::{Asked, Ruled};
use super::negotiate::{joined, wants_xml};
use super::step_up::Noted;
use crate::app::failure::Code;
use crate::audit::Access;
use crate::audit::line::TARGET_CHARS_MAX;
use crate::auth::{Person, Principal};
use crate::limits::{METHOD_CHARS_MAX, REQUEST_ID_CHARS_MAX, TEXT_CHARS_MAX};
use crate::node::Node;

/// The middleware.
pub(super) async fn frame<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(node) = request.app_data::<web::Data<Node>>().cloned() else {
        return next
            .call(request)
            .await
            .map(ServiceResponse::map_into_boxed_body);
    };
    let began = node.world().elapsed();
    let id = request_id(&request).unwrap_or_else(|| node.world().uuid().to_string());
    let path = request.path().to_owned();
    let method = request.method().clone();
    let encoded = request.headers().get(header::CONTENT_ENCODING);
    let encoded = encoded.is_some_and(|value| value != "identity");

    let accept = joined(request.headers(), header::ACCEPT.as_str());
    let accept = accept.ok().flatten();
    let xml = path.starts_with("/epcis") && wants_xml(accept.as_deref());
    let about = About {
        id: &id,
        path: &path,
        xml,
    };

    if method == Method::HEAD && path.starts_with("/epcis") {
        // As GET (RFC 9110, 9.3.2): the server leaves the body away.
        request.head_mut().method = Method::GET;
    }
    let answered = if encoded {
        let problem = Problem::new(Code::MediaType, "compressed bodies are not read");
        request.into_response(about.answer(&problem))
    } else {
        // Handlers and extractors answer for themselves: what arrives as an error here is of the
        // framework. Nothing may hold the request meanwhile, because routing writes to it.
        next.call(request).await?.map_into_boxed_body()
    };
    let mut response = with_problem(answered, &about);
    let took = node.world().elapsed().saturating_sub(began);
    let route = response
        .request()
        .match_pattern()
        .unwrap_or_else(|| other(&path).to_owned());
    let status = response.status().as_u16();
    if is_access(&path) {
        note(&node, &response, (&method, &route), &id);
    }
    if is_answer(&path) {
        node.levels().answered(status, took);
    }
    node.metrics()
        .answered(known_method(&method), &route, status, took);
    tracing::info!(
        http.method = known_method(&method),
        http.route = %route,
        http.status = status,
        duration_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        request.id = %id,
        "answered a request"
    );
    head(&mut response, &id, &path);
    Ok(response)
}

/// Whether a path is asked for on somebody's behalf: not the portal's own files, and not what
/// machines poll.
fn is_access(path: &str) -> bool {
    ["/api/", "/auth/", "/epcis", "/fhir", "/vrs"]
        .iter()
        .any(|root| path.starts_with(root))
}

/// A line in the access log for an answer.
fn note(
    node: &Node,
    response: &ServiceResponse<BoxBody>,
    (method, route): (&Method, &str),
    id: &str,
) {
    let request = response.request();
    let (key, party, person, action, policy, signature) = {
        let left = request.extensions();
        let who = left.get::<Principal>();
        (
            who.map(|who| who.key_id.clone()),
            who.and_then(|who| who.party.clone()),
            who.and_then(|who| who.person.as_ref()).map(Person::said),
            left.get::<Asked>().map(|asked| asked.0.to_owned()),
            left.get::<Ruled>().map(|ruled| ruled.0.policy.clone()),
            left.get::<Noted>().and_then(Noted::text),
        )
    };
    let short = |text: &str, most: usize| match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => text.split_at(end).0.to_owned(),
    };
    let whole = request.uri().path_and_query().map_or("/", |it| it.as_str());
    // The query of a sign-in holds its code and its state.
    let secret = request.path().starts_with("/auth/");
    let target = if secret { request.path() } else { whole };
    let why = request.headers().get("X-Purpose");
    let why = why.and_then(|value| value.to_str().ok());
    node.access_log().note(Access {
        at_ms: node.world().now_ms(),
        key,
        party,
        signature,
        person: person.map(|text| short(&text, TEXT_CHARS_MAX)),
        action,
        policy,
        method: short(method.as_str(), METHOD_CHARS_MAX),
        route: route.to_owned(),
        target: short(target, TARGET_CHARS_MAX),
        why: why.map(|text| short(text, TEXT_CHARS_MAX)),
        status: response.status().as_u16(),
        request: id.to_owned(),
    });
}

/// The client's request id, when it is short and plain.
fn request_id(request: &ServiceRequest) -> Option<String> {
    let text = request.headers().get("X-Request-Id")?.to_str().ok()?;
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    (plain && (1..=REQUEST_ID_CHARS_MAX).contains(&text.len())).then(|| text.to_owned())
}

/// What a problem's body needs of its request.
struct About<'r> {
    id: &'r str,
    path: &'r str,
    xml: bool,
}

impl About<'_> {
    fn answer(&self, problem: &Problem) -> HttpResponse {
        problem.answer(self.id, self.path, self.xml)
    }
}

/// Writes the body of a failure.
fn with_problem(response: ServiceResponse<BoxBody>, about: &About<'_>) -> ServiceResponse<BoxBody> {
    let error = response.response().error();
    let failed = error.is_some();
    let status = response.status();
    let answer = match error.and_then(|error| error.as_error::<Problem>()) {
        Some(problem) => {
            if let Some(inside) = problem.0.inside() {
                tracing::error!(request.id = %about.id, error = %inside, "a request failed");
            }
            about.answer(problem)
        }
        // The framework's own errors: an unreadable path or query string.
        None if failed && status.is_client_error() => about.answer(&Problem::new(
            Code::Malformed,
            "the path or the query string cannot be read",
        )),
        None if failed => about.answer(&Problem(crate::Failure::internal(
            "the HTTP framework failed",
        ))),
        None => return response,
    };
    let (request, _) = response.into_parts();
    ServiceResponse::new(request, answer)
}

fn head(response: &mut ServiceResponse<BoxBody>, id: &str, path: &str) {
    let policy = response
        .request()
        .app_data::<web::Data<Policies>>()
        .map(|policies| policies.of(path).clone());
    let refused = response.status() == StatusCode::METHOD_NOT_ALLOWED;
    let allowed = refused.then(|| super::router::methods(path).join(", "));
    let headers = response.headers_mut();
    if let Some(allowed) = allowed.and_then(|list| HeaderValue::from_str(&list).ok()) {
        headers.insert(header::ALLOW, allowed);
    }
    for (name, value) in &*FIXED {
        headers.insert(name.clone(), value.clone());
    }
    if let Some(policy) = policy {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    let answers = is_answer(path);
    if answers && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// Whether a path is of the interfaces, and not of the portal.
fn is_answer(path: &str) -> bool {
    let roots = ["/api/", "/auth/", "/epcis", "/vrs/", "/fhir/"];
    roots.iter().any(|root| path.starts_with(root))
}

fn other(path: &str) -> &'static str {
    if is_answer(path) {
        "(none)"
    } else {
        "(portal)"
    }
}

fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}
