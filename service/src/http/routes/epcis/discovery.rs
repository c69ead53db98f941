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
    discovery("GET, OPTIONS")
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
    options_epcis "/epcis" "GET, OPTIONS";
    options_capture "/epcis/capture" "GET, POST, OPTIONS";
    options_events "/epcis/events" "GET, POST, OPTIONS";
    options_event_types "/epcis/eventTypes" "GET, OPTIONS";
    options_epcs "/epcis/epcs" "GET, OPTIONS";
    options_biz_steps "/epcis/bizSteps" "GET, OPTIONS";
    options_biz_locations "/epcis/bizLocations" "GET, OPTIONS";
    options_read_points "/epcis/readPoints" "GET, OPTIONS";
    options_dispositions "/epcis/dispositions" "GET, OPTIONS";
    options_queries "/epcis/queries" "GET, POST, OPTIONS";
}

discoveries_of_one! {
    options_job "/epcis/capture/{id}" "GET, OPTIONS";
    options_event "/epcis/events/{id}" "GET, OPTIONS";
    options_event_type "/epcis/eventTypes/{id}" "GET, OPTIONS";
    options_event_type_events "/epcis/eventTypes/{id}/events" "GET, OPTIONS";
    options_epc "/epcis/epcs/{id}" "GET, OPTIONS";
    options_epc_events "/epcis/epcs/{id}/events" "GET, OPTIONS";
    options_biz_step "/epcis/bizSteps/{id}" "GET, OPTIONS";
    options_biz_step_events "/epcis/bizSteps/{id}/events" "GET, OPTIONS";
    options_biz_location "/epcis/bizLocations/{id}" "GET, OPTIONS";
    options_biz_location_events "/epcis/bizLocations/{id}/events" "GET, OPTIONS";
    options_read_point "/epcis/readPoints/{id}" "GET, OPTIONS";
    options_read_point_events "/epcis/readPoints/{id}/events" "GET, OPTIONS";
    options_disposition "/epcis/dispositions/{id}" "GET, OPTIONS";
    options_disposition_events "/epcis/dispositions/{id}/events" "GET, OPTIONS";
    options_query "/epcis/queries/{id}" "GET, DELETE, OPTIONS";
    options_query_events "/epcis/queries/{id}/events" "GET, OPTIONS";
    options_subscriptions "/epcis/queries/{id}/subscriptions" "GET, POST, OPTIONS";
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
    discovery("GET, DELETE, OPTIONS")
}
