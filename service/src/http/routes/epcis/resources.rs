//! The top-level resources: what there is, and the events of each.
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde_json::{Value, json};

use super::params::{EventParams, PageParams};
use super::{CONTEXT, collection, events, link};
use crate::app::epcis::ask::Paging;
use crate::app::epcis::collect::{Collection, Part};
use crate::app::epcis::token::{self, Further, Question};
use crate::auth::{Permit, actions};
use crate::http::body::blocking;
use crate::http::error::{Problem, ProblemBody};
use crate::http::guard::Guarded;
use crate::http::negotiate::Agreed;
use crate::http::routes::pairs;
use crate::node::Node;

/// What this EPCIS service has
#[utoipa::path(
    tag = "epcis",
    responses(
        (status = 200, description = "The top-level resources",
            content((Object = "application/json"), (String = "application/xml"))),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
#[get("/epcis")]
pub(crate) async fn get_epcis(
    guard: Guarded<actions::ReadPublic>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    root(guard, request).await
}

/// The top-level resources: also where the base path is written with a slash at its end.
pub(crate) async fn root(
    guard: Guarded<actions::ReadPublic>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    drop(guard);
    let agreed = Agreed::of(&request)?;
    let member = [
        "events",
        "eventTypes",
        "epcs",
        "bizSteps",
        "bizLocations",
        "readPoints",
        "dispositions",
        "capture",
        "queries",
    ];
    Ok(collection(&agreed, &member.map(ToOwned::to_owned)))
}

/// A page of the elements of a top-level resource.
async fn list(
    permit: Permit<actions::Query>,
    request: HttpRequest,
    node: web::Data<Node>,
    kind: Collection,
) -> Result<HttpResponse, Problem> {
    let agreed = Agreed::json(&request)?;
    let parameters = pairs(&request)?;
    let (path, read) = (request.path().to_owned(), parameters.clone());
    let epc = agreed.form.epc;
    let (members, next) = blocking(move || {
        let principal = permit.principal();
        let paging = Paging::only(&read)?;
        let question = Question::new(&principal.key_id, &path, &read);
        let further = paging
            .token
            .map(|text| token::take(&node, &question, &text));
        let part = Part {
            mark: further.transpose()?.map(|it| it.mark),
            wanted: paging.per_page,
            epc,
        };
        let (members, mark) = kind.list(&node, principal, &part)?;
        let next = mark.map(|mark| token::give(&node, &question, &Further { mark, left: None }));
        Ok((members, next))
    })
    .await?;
    let mut response = agreed.ok();
    link(&mut response, request.path(), &parameters, next.as_ref());
    Ok(response.body(body(&members).to_string()))
}

/// The sub-resources of an element.
async fn one(
    permit: Permit<actions::Query>,
    request: HttpRequest,
    node: web::Data<Node>,
    kind: Collection,
    id: String,
) -> Result<HttpResponse, Problem> {
    let agreed = Agreed::json(&request)?;
    blocking(move || kind.parameter(&node, permit.principal(), &id)).await?;
    Ok(agreed.ok().body(body(&["events".to_owned()]).to_string()))
}

fn body(members: &[String]) -> Value {
    json!({ "@context": CONTEXT, "type": "Collection", "member": members })
}

macro_rules! resources {
    ($($kind:ident $all:ident $all_path:tt $all_doc:tt $one:ident $one_path:tt $one_doc:tt
       $events:ident $events_path:tt $events_doc:tt;)+) => {$(
        #[doc = $all_doc]
        #[utoipa::path(
            tag = "epcis",
            params(PageParams),
            responses(
                (status = 200, body = Object, description = "A Collection",
                    content_type = "application/json"),
                (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
            )
        )]
        #[get($all_path)]
        pub(crate) async fn $all(
            guard: Guarded<actions::Query>,
            request: HttpRequest,
            node: web::Data<Node>,
        ) -> Result<HttpResponse, Problem> {
            list(guard.0, request, node, Collection::$kind).await
        }

        #[doc = $one_doc]
        #[utoipa::path(
            tag = "epcis",
            params(("id" = String, Path, description = "Percent-encoded")),
            responses(
                (status = 200, body = Object, description = "Its sub-resources",
                    content_type = "application/json"),
                (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
            )
        )]
        #[get($one_path)]
        pub(crate) async fn $one(
            guard: Guarded<actions::Query>,
            request: HttpRequest,
            node: web::Data<Node>,
            id: web::Path<String>,
        ) -> Result<HttpResponse, Problem> {
            one(guard.0, request, node, Collection::$kind, id.into_inner()).await
        }

        #[doc = $events_doc]
        #[utoipa::path(
            tag = "epcis",
            params(("id" = String, Path, description = "Percent-encoded"), EventParams),
            responses(
                (status = 200, description = "An EPCISQueryDocument",
                    content((Object = "application/json"), (String = "application/xml"))),
                (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
            )
        )]
        #[get($events_path)]
        pub(crate) async fn $events(
            guard: Guarded<actions::Query>,
            request: HttpRequest,
            node: web::Data<Node>,
            id: web::Path<String>,
        ) -> Result<HttpResponse, Problem> {
            let fixed = Some((Collection::$kind, id.into_inner()));
            events::answer(guard.0, &request, node, fixed).await
        }
    )+};
}

resources! {
    EventTypes get_event_types "/epcis/eventTypes" "The event types"
        get_event_type "/epcis/eventTypes/{id}" "An event type"
        get_event_type_events "/epcis/eventTypes/{id}/events" "The events of a type";
    Epcs get_epcs "/epcis/epcs" "The things that events have named"
        get_epc "/epcis/epcs/{id}" "A thing"
        get_epc_events "/epcis/epcs/{id}/events" "The events of a thing";
    BizSteps get_biz_steps "/epcis/bizSteps" "The business steps: those of the CBV and others"
        get_biz_step "/epcis/bizSteps/{id}" "A business step"
        get_biz_step_events "/epcis/bizSteps/{id}/events" "The events of a business step";
    BizLocations get_biz_locations "/epcis/bizLocations" "The business locations of events"
        get_biz_location "/epcis/bizLocations/{id}" "A business location"
        get_biz_location_events "/epcis/bizLocations/{id}/events" "The events at a location";
    ReadPoints get_read_points "/epcis/readPoints" "The read points of events"
        get_read_point "/epcis/readPoints/{id}" "A read point"
        get_read_point_events "/epcis/readPoints/{id}/events" "The events at a read point";
    Dispositions get_dispositions "/epcis/dispositions" "The dispositions: of the CBV and others"
        get_disposition "/epcis/dispositions/{id}" "A disposition"
        get_disposition_events "/epcis/dispositions/{id}/events" "The events with a disposition";
}
