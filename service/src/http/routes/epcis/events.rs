//! Events: by query, by id, and those of one thing, place, step, disposition or type.
use actix_web::{HttpRequest, HttpResponse, get, web};

use super::link;
use super::params::EventParams;
use crate::app::epcis::ask::Asked;
use crate::app::epcis::collect::Collection;
use crate::app::epcis::search;
use crate::app::epcis::show;
use crate::app::epcis::token::Question;
use crate::auth::{Permit, actions};
use crate::http::body::blocking;
use crate::http::error::{Problem, ProblemBody};
use crate::http::guard::Guarded;
use crate::http::negotiate::{self, Agreed};
use crate::http::routes::pairs;
use crate::node::Node;

/// Query events
///
/// Parameters are joined by AND, values of a list (separated by `|`) by OR. Identifiers are equal
/// whatever their spelling: EPC URN or Digital Link. Beside the parameters listed there are those
/// whose names hold a type, a unit or a name: `EQ_bizTransaction_po`, `EQ_source_owning_party`,
/// `EQ_destination_location`, `GE_quantity_KGM`, `GT_maxValue_CEL`, `EQ_ILMD_cbvmda:lotNumber`,
/// `EXISTS_INNER_ex:name`, `EQATTR_bizLocation_cbvmda:city`.
#[utoipa::path(
    tag = "epcis",
    params(EventParams),
    responses(
        (status = 200, description = "An EPCISQueryDocument; `Link: rel=next` leads to the next page",
            content((Object = "application/json"), (String = "application/xml"))),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/epcis/events")]
pub(crate) async fn get_events(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    answer(guard.0, &request, node, None).await
}

/// The events with an id
#[utoipa::path(
    tag = "epcis",
    params(("id" = String, Path, description = "Event id, percent-encoded")),
    responses(
        (status = 200, description = "An EPCISQueryDocument",
            content((Object = "application/json"), (String = "application/xml"))),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/epcis/events/{id}")]
pub(crate) async fn get_event(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    id: web::Path<String>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let agreed = Agreed::of(&request)?;
    let form = agreed.form;
    let body = blocking(move || {
        let hits = search::named(&node, guard.0.principal(), &id)?;
        show::document(&node, &hits, form, QUERY, None)
    })
    .await?;
    Ok(agreed.ok().body(body))
}

/// Name of a query that has none.
const QUERY: &str = "SimpleEventQuery";

/// A page of events; `fixed` is what the path itself asks for.
pub(super) async fn answer(
    permit: Permit<actions::Query>,
    request: &HttpRequest,
    node: web::Data<Node>,
    fixed: Option<(Collection, String)>,
) -> Result<HttpResponse, Problem> {
    let agreed = Agreed::of(request)?;
    let (context, units) = (negotiate::context(request)?, negotiate::units(request)?);
    let parameters = pairs(request)?;
    let path = request.path().to_owned();
    let form = agreed.form;
    let read = parameters.clone();
    let (body, next) = blocking(move || {
        let principal = permit.principal();
        let fixed = match fixed {
            Some((kind, text)) => Some(kind.parameter(&node, principal, &text)?),
            None => None,
        };
        let fixed = fixed.as_ref().map(|(name, value)| (*name, value.as_str()));
        let asked = Asked::of(&read, fixed, context.as_ref(), units)?;
        let question = Question::new(&principal.key_id, &path, &read);
        let page = search::page(&node, principal, &question, &asked)?;
        let body = show::document(&node, &page.hits, form, QUERY, None)?;
        Ok((body, page.next))
    })
    .await?;
    let mut response = agreed.ok();
    link(&mut response, request.path(), &parameters, next.as_ref());
    Ok(response.body(body))
}
