//! Named queries and what hangs on them: their events, subscriptions by webhook, and by WebSocket.
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::params::PageParams;
use super::{Sending, link, stream};
use crate::app::epcis::ask::{Asked, Paging};
use crate::app::epcis::queries::{self, Named};
use crate::app::epcis::schedule::Fields;
use crate::app::epcis::subscriptions::{self, Subscription, Wanted};
use crate::app::epcis::token::{self, Question};
use crate::app::epcis::{search, show};
use crate::app::failure::{Code, Failure};
use crate::app::time_text;
use crate::auth::actions;
use crate::client::segment;
use crate::http::body::{self, blocking};
use crate::http::error::{Problem, ProblemBody};
use crate::http::guard::Guarded;
use crate::http::negotiate::{self, Agreed};
use crate::http::once::Once;
use crate::http::routes::pairs;
use crate::node::Node;
use crate::store::idempotency::Answer;

/// A named query.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[schema(as = NamedQuery)]
pub(crate) struct NamedDto {
    /// Its name, unique within the party.
    #[schema(min_length = 1, max_length = 200)]
    pub(crate) name: String,
    /// Parameters of the query language: lists are arrays.
    #[schema(value_type = Object)]
    #[serde(deserialize_with = "crate::distinct::value")]
    pub(crate) query: Value,
}

/// A subscription, as it is asked for.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NewSubscription)]
pub(crate) struct NewSubscriptionDto {
    /// Address of the receiver.
    dest: String,
    /// Secret with which what is sent is signed (HMAC-SHA-256, hexadecimal, `GS1-Signature`).
    signature_token: Option<String>,
    /// The name of the same in the standard's schema.
    #[schema(ignore)]
    secret: Option<String>,
    /// As events are recorded; or else a schedule.
    stream: Option<bool>,
    /// `second`, `minute`, `hour`, `dayOfMonth`, `month`, `dayOfWeek` in UTC.
    #[schema(value_type = Option<Object>)]
    schedule: Option<Fields>,
    /// Send even when there is nothing new.
    #[serde(default)]
    report_if_empty: bool,
    /// Events recorded from then on; from now on without it.
    #[schema(format = DateTime)]
    initial_record_time: Option<String>,
}

/// A subscription.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Subscription)]
pub(crate) struct SubscriptionDto {
    /// Its id.
    #[serde(rename = "subscriptionID")]
    subscription_id: String,
    /// Name of its query.
    query_name: String,
    /// Address of the receiver.
    dest: String,
    /// When it was made.
    created_at: String,
    /// When the receiver last took something.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_notified_at: Option<String>,
    /// From which record time on it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    initial_record_time: Option<String>,
    /// Everything recorded before then was sent.
    min_record_time: String,
    /// Whether it is sent even when there is nothing new.
    report_if_empty: bool,
    /// As events are recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<bool>,
    /// At set times.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    schedule: Option<Fields>,
    /// Spelling of identifiers.
    epc_format: String,
}

impl From<Subscription> for SubscriptionDto {
    fn from(it: Subscription) -> Self {
        Self {
            subscription_id: it.id,
            query_name: it.query,
            dest: it.dest,
            created_at: time_text(it.created_ms),
            last_notified_at: it.last_notified_ms.map(time_text),
            initial_record_time: it.initial_record_ms.map(time_text),
            min_record_time: time_text(it.min_record_ms),
            report_if_empty: it.report_if_empty,
            stream: it.schedule.is_none().then_some(true),
            schedule: it.schedule,
            epc_format: it.epc_format,
        }
    }
}

/// A time of RFC 3339 as Unix milliseconds.
pub(super) fn time(name: &str, text: &str) -> Result<i64, Problem> {
    let time = chrono::DateTime::parse_from_rfc3339(&text.replace(' ', "+"));
    time.map(|time| time.timestamp_millis()).map_err(|_| {
        let text = format!("{name} is no time with a zone (RFC 3339)");
        Problem::new(Code::Validation, text)
    })
}

/// The named queries of the key's party
#[utoipa::path(
    tag = "epcis",
    params(PageParams),
    responses(
        (status = 200, body = [NamedDto]),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/epcis/queries")]
pub(crate) async fn get_queries(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let agreed = Agreed::json(&request)?;
    let parameters = pairs(&request)?;
    let (path, read) = (request.path().to_owned(), parameters.clone());
    let (found, next) = blocking(move || {
        let paging = Paging::only(&read)?;
        let question = Question::new(&guard.0.principal().key_id, &path, &read);
        queries::list(&node, &guard.0, &question, &paging)
    })
    .await?;
    let found: Vec<NamedDto> = found.into_iter().map(dto).collect();
    let mut response = agreed.ok();
    link(&mut response, request.path(), &parameters, next.as_ref());
    Ok(response.body(serde_json::to_vec(&found).unwrap_or_default()))
}

fn dto(named: Named) -> NamedDto {
    NamedDto {
        name: named.name,
        query: named.query,
    }
}

/// Keep a query under a name
#[utoipa::path(
    tag = "epcis",
    request_body = NamedDto,
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repetition harmless")
    ),
    responses(
        (status = 201, description = "Kept; `Location` is the query"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/epcis/queries")]
pub(crate) async fn post_query(
    guard: Guarded<actions::Subscribe>,
    request: HttpRequest,
    payload: web::Payload,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    Agreed::json(&request)?;
    let (given, bytes): (NamedDto, _) = body::json(&request, payload).await?;
    let named = Named::new(given.name, given.query);
    let once = Once::of(&request, &guard.0, &bytes)?;
    let behind = node.clone();
    let mut response = once
        .answer(&node, move || {
            queries::create(&behind, &guard.0, &named)?;
            Ok(Answer {
                status: 201,
                location: Some(format!("/epcis/queries/{}", segment(&named.name))),
                body: String::new(),
            })
        })
        .await?;
    negotiate::mark(&mut response);
    Ok(response)
}

/// A named query
#[utoipa::path(
    tag = "epcis",
    params(("id" = String, Path, description = "Its name, percent-encoded")),
    responses(
        (status = 200, body = NamedDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/epcis/queries/{id}")]
pub(crate) async fn get_query(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    id: web::Path<String>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let agreed = Agreed::json(&request)?;
    let found = blocking(move || queries::get(&node, &guard.0, &id)).await?;
    Ok(agreed
        .ok()
        .body(serde_json::to_vec(&dto(found)).unwrap_or_default()))
}

/// Forget a named query and the subscriptions to it
#[utoipa::path(
    tag = "epcis",
    params(("id" = String, Path, description = "Its name, percent-encoded")),
    responses(
        (status = 204, description = "Forgotten"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[delete("/epcis/queries/{id}")]
pub(crate) async fn delete_query(
    guard: Guarded<actions::Subscribe>,
    request: HttpRequest,
    id: web::Path<String>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    Agreed::json(&request)?;
    blocking(move || queries::delete(&node, &guard.0, &id)).await?;
    Ok(negotiate::answer(HttpResponse::NoContent()).finish())
}

/// The events of a named query, or a WebSocket on which they come
///
/// With `Upgrade: websocket` and either `stream=true` or a schedule (`second`, `minute`, `hour`,
/// `dayOfMonth`, `month`, `dayOfWeek`) every new event is sent in a query document.
#[utoipa::path(
    tag = "epcis",
    params(
        ("id" = String, Path, description = "Its name, percent-encoded"),
        PageParams,
        ("stream" = Option<bool>, Query, description = "As events are recorded"),
        ("second" = Option<String>, Query, description = "0 to 59"),
        ("minute" = Option<String>, Query, description = "0 to 59"),
        ("hour" = Option<String>, Query, description = "0 to 23, UTC"),
        ("dayOfMonth" = Option<String>, Query, description = "1 to 31"),
        ("month" = Option<String>, Query, description = "1 to 12"),
        ("dayOfWeek" = Option<String>, Query, description = "1 (Monday) to 7"),
        ("reportIfEmpty" = Option<bool>, Query, description = "Send even when nothing is new"),
        ("initialRecordTime" = Option<String>, Query, description = "Recorded from then on")
    ),
    responses(
        (status = 101, description = "A WebSocket"),
        (status = 200, description = "An EPCISQueryDocument",
            content((Object = "application/json"), (String = "application/xml"))),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/epcis/queries/{id}/events")]
pub(crate) async fn get_query_events(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    payload: web::Payload,
    id: web::Path<String>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let upgrade = negotiate::text(&request, header::UPGRADE.as_str())?;
    if upgrade.is_some_and(|value| value.eq_ignore_ascii_case("websocket")) {
        return stream::open(guard.0, &request, payload, node, id.into_inner()).await;
    }
    let agreed = Agreed::of(&request)?;
    let units = negotiate::units(&request)?;
    let parameters = pairs(&request)?;
    if parameters
        .iter()
        .any(|(name, _)| stream::CONTROLS.contains(&name.as_str()))
    {
        let text = "a stream or a schedule needs a WebSocket (Upgrade: websocket)";
        return Err(Problem::new(Code::SubscriptionControls, text));
    }
    let (path, read) = (request.path().to_owned(), parameters.clone());
    let form = agreed.form;
    let (body, next) = blocking(move || {
        let paging = Paging::only(&read)?;
        let query = queries::question(&node, &guard.0, &id)?.with_units(units);
        let principal = guard.0.principal();
        let question = Question::new(&principal.key_id, &path, &read);
        let page = search::page(&node, principal, &question, &Asked { query, paging })?;
        let body = show::document(&node, &page.hits, form, &id, None)?;
        Ok((body, page.next))
    })
    .await?;
    let mut response = agreed.ok();
    link(&mut response, request.path(), &parameters, next.as_ref());
    Ok(response.body(body))
}

/// The subscriptions to a query
#[utoipa::path(
    tag = "epcis",
    params(("id" = String, Path, description = "Name of the query"), PageParams),
    responses(
        (status = 200, body = [SubscriptionDto]),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/epcis/queries/{id}/subscriptions")]
pub(crate) async fn get_subscriptions(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    id: web::Path<String>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let agreed = Agreed::json(&request)?;
    let parameters = pairs(&request)?;
    let (path, read) = (request.path().to_owned(), parameters.clone());
    let (found, next) = blocking(move || {
        let paging = Paging::only(&read)?;
        let question = Question::new(&guard.0.principal().key_id, &path, &read);
        subscriptions::list(&node, &guard.0, &id, &question, &paging)
    })
    .await?;
    let found: Vec<SubscriptionDto> = found.into_iter().map(SubscriptionDto::from).collect();
    let mut response = agreed.ok();
    link(&mut response, request.path(), &parameters, next.as_ref());
    Ok(response.body(serde_json::to_vec(&found).unwrap_or_default()))
}

/// Have the events of a query sent on
///
/// To `dest`, as query documents by POST, as they are recorded or at set times. What is not
/// taken (2xx) is sent again later; 413 makes what is sent smaller.
#[utoipa::path(
    tag = "epcis",
    request_body = NewSubscriptionDto,
    params(
        ("id" = String, Path, description = "Name of the query"),
        ("GS1-EPC-Format" = Option<String>, Header, description = "How identifiers are spelled"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repetition harmless")
    ),
    responses(
        (status = 201, body = SubscriptionDto, description = "`Location` is the subscription"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[post("/epcis/queries/{id}/subscriptions")]
pub(crate) async fn post_subscription(
    guard: Guarded<actions::Subscribe>,
    request: HttpRequest,
    payload: web::Payload,
    id: web::Path<String>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let agreed = Agreed::json(&request)?;
    let (given, bytes): (NewSubscriptionDto, _) = body::json(&request, payload).await?;
    let initial = given.initial_record_time.as_deref();
    let initial = initial
        .map(|text| time("initialRecordTime", text))
        .transpose()?;
    let wanted = Wanted {
        dest: given.dest,
        signature_token: given.signature_token.or(given.secret),
        stream: given.stream,
        schedule: given.schedule,
        report_if_empty: given.report_if_empty,
        initial_record_ms: initial,
        form: agreed.form,
    };
    let once = Once::of(&request, &guard.0, &bytes)?;
    let sending = request.app_data::<web::Data<Sending>>();
    let private = sending.is_some_and(|it| it.private);
    let behind = node.clone();
    let mut response = once
        .answer(&node, move || {
            let made = subscriptions::create(&behind, &guard.0, &id, &wanted, private)?;
            let location = format!("/epcis/queries/{}/subscriptions/{}", segment(&id), made.id);
            let body = serde_json::to_string(&SubscriptionDto::from(made));
            Ok(Answer {
                status: 201,
                location: Some(location),
                body: body.map_err(Failure::internal)?,
            })
        })
        .await?;
    negotiate::mark(&mut response);
    Ok(response)
}

/// A subscription
#[utoipa::path(
    tag = "epcis",
    params(
        ("id" = String, Path, description = "Name of the query"),
        ("subscription" = String, Path, description = "Id of the subscription")
    ),
    responses(
        (status = 200, body = SubscriptionDto),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/epcis/queries/{id}/subscriptions/{subscription}")]
pub(crate) async fn get_subscription(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let agreed = Agreed::json(&request)?;
    let (query, id) = path.into_inner();
    let found = blocking(move || subscriptions::get(&node, &guard.0, &query, &id)).await?;
    let found = SubscriptionDto::from(found);
    Ok(agreed
        .ok()
        .body(serde_json::to_vec(&found).unwrap_or_default()))
}

/// End a subscription
#[utoipa::path(
    tag = "epcis",
    params(
        ("id" = String, Path, description = "Name of the query"),
        ("subscription" = String, Path, description = "Id of the subscription")
    ),
    responses(
        (status = 204, description = "Ended"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[delete("/epcis/queries/{id}/subscriptions/{subscription}")]
pub(crate) async fn delete_subscription(
    guard: Guarded<actions::Subscribe>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    Agreed::json(&request)?;
    let (query, id) = path.into_inner();
    blocking(move || subscriptions::delete(&node, &guard.0, &query, &id)).await?;
    Ok(negotiate::answer(HttpResponse::NoContent()).finish())
}

/// End the token of a further page before its time
#[utoipa::path(
    tag = "epcis",
    params(("token" = String, Path, description = "The token")),
    responses(
        (status = 204, description = "It is good no longer"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[delete("/epcis/nextPageToken/{token}")]
pub(crate) async fn delete_token(
    guard: Guarded<actions::Query>,
    token: web::Path<String>,
    node: web::Data<Node>,
) -> HttpResponse {
    drop(guard);
    token::give_back(&node, &token);
    negotiate::answer(HttpResponse::NoContent()).finish()
}
