//! `OPTIONS` of every path: which methods it takes, the versions and bounds of the service, and
//! the spellings it can write.
use actix_web::http::header;
use actix_web::{HttpResponse, options};

use crate::http::negotiate::answer;

fn discovery(allow: &'static str) -> HttpResponse {
    answer(HttpResponse::NoContent())
        .insert_header((header::ALLOW, allow))
        .insert_header(("GS1-EPC-Format", "Never_Translates"))
        .insert_header(("GS1-CBV-XML-Format", "Always_URN"))
        .insert_header(("GS1-Capture-Error-Behaviour", "all"))
        .finish()
}

/// As `OPTIONS /epcis`.
pub(crate) async fn root() -> HttpResponse {
    discovery("GET, HEAD, OPTIONS")
}

macro_rules! discoveries {
    ($($name:ident $path:tt $allow:tt;)+) => {$(
        /// Methods, versions and bounds
        #[utoipa::path(
            tag = "epcis",
            security(()),
            responses((status = 204, description = "See the headers"))
        )]
        #[options($path)]
        pub(crate) async fn $name() -> HttpResponse {
            discovery($allow)
        }
    )+};
}

macro_rules! discoveries_of_one {
    ($($name:ident $path:tt $allow:tt;)+) => {$(
        /// Methods, versions and bounds
        #[utoipa::path(
            tag = "epcis",
            security(()),
            params(("id" = String, Path, description = "Percent-encoded")),
            responses((status = 204, description = "See the headers"))
        )]
        #[options($path)]
        pub(crate) async fn $name() -> HttpResponse {
            discovery($allow)
        }
    )+};
}

discoveries! {
    options_epcis "/epcis" "GET, HEAD, OPTIONS";
    options_capture "/epcis/capture" "GET, HEAD, POST, OPTIONS";
    options_events "/epcis/events" "GET, HEAD, POST, OPTIONS";
    options_event_types "/epcis/eventTypes" "GET, HEAD, OPTIONS";
    options_epcs "/epcis/epcs" "GET, HEAD, OPTIONS";
    options_biz_steps "/epcis/bizSteps" "GET, HEAD, OPTIONS";
    options_biz_locations "/epcis/bizLocations" "GET, HEAD, OPTIONS";
    options_read_points "/epcis/readPoints" "GET, HEAD, OPTIONS";
    options_dispositions "/epcis/dispositions" "GET, HEAD, OPTIONS";
    options_queries "/epcis/queries" "GET, HEAD, POST, OPTIONS";
}

discoveries_of_one! {
    options_job "/epcis/capture/{id}" "GET, HEAD, OPTIONS";
    options_event "/epcis/events/{id}" "GET, HEAD, OPTIONS";
    options_event_type "/epcis/eventTypes/{id}" "GET, HEAD, OPTIONS";
    options_event_type_events "/epcis/eventTypes/{id}/events" "GET, HEAD, OPTIONS";
    options_epc "/epcis/epcs/{id}" "GET, HEAD, OPTIONS";
    options_epc_events "/epcis/epcs/{id}/events" "GET, HEAD, OPTIONS";
    options_biz_step "/epcis/bizSteps/{id}" "GET, HEAD, OPTIONS";
    options_biz_step_events "/epcis/bizSteps/{id}/events" "GET, HEAD, OPTIONS";
    options_biz_location "/epcis/bizLocations/{id}" "GET, HEAD, OPTIONS";
    options_biz_location_events "/epcis/bizLocations/{id}/events" "GET, HEAD, OPTIONS";
    options_read_point "/epcis/readPoints/{id}" "GET, HEAD, OPTIONS";
    options_read_point_events "/epcis/readPoints/{id}/events" "GET, HEAD, OPTIONS";
    options_disposition "/epcis/dispositions/{id}" "GET, HEAD, OPTIONS";
    options_disposition_events "/epcis/dispositions/{id}/events" "GET, HEAD, OPTIONS";
    options_query "/epcis/queries/{id}" "GET, HEAD, DELETE, OPTIONS";
    options_query_events "/epcis/queries/{id}/events" "GET, HEAD, OPTIONS";
    options_subscriptions "/epcis/queries/{id}/subscriptions" "GET, HEAD, POST, OPTIONS";
}

/// Methods, versions and bounds
#[utoipa::path(
    tag = "epcis",
    security(()),
    params(
        ("id" = String, Path, description = "Percent-encoded"),
        ("subscription" = String, Path, description = "Id of the subscription")
    ),
    responses((status = 204, description = "See the headers"))
)]
#[options("/epcis/queries/{id}/subscriptions/{subscription}")]
pub(crate) async fn options_subscription() -> HttpResponse {
    discovery("GET, HEAD, DELETE, OPTIONS")
}
