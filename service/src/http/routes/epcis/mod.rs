//! The EPCIS 2.0 REST binding: one file for each kind of resource. What is captured is given back
//! as it was captured, unless the client asks for another spelling.
mod capture;
mod discovery;
mod events;
mod params;
mod queries;
mod resources;
mod stream;

use actix_web::http::{Method, header};
use actix_web::{HttpResponse, HttpResponseBuilder, web};
use serde_json::json;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::epcis::show::Body;
use crate::app::epcis::token::Token;
use crate::app::time_text;
use crate::client::segment;
use crate::http::error::element;
use crate::http::negotiate::Agreed;

const CONTEXT: &str = gs1::epcis::EPCIS_CONTEXT;

/// Where the node may send what subscribers ask for.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct Sending {
    /// Also to addresses that are not of the public internet.
    pub(in crate::http) private: bool,
}

/// Mounts the base path as clients write it that put every path behind a slash.
pub(crate) fn configure_root(config: &mut web::ServiceConfig) {
    config.route("/epcis/", web::get().to(resources::root));
    config.route("/epcis/", web::method(Method::OPTIONS).to(discovery::root));
}

/// Mounts the described routes.
pub(crate) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(resources::get_epcis)
        .service(capture::post_capture)
        .service(capture::get_captures)
        .service(capture::get_capture)
        .service(events::get_events)
        .service(capture::post_event)
        .service(events::get_event);
    config.configure(configure_resources);
    config
        .service(queries::get_queries)
        .service(queries::post_query)
        .service(queries::get_query)
        .service(queries::delete_query)
        .service(queries::get_query_events)
        .service(queries::get_subscriptions)
        .service(queries::post_subscription)
        .service(queries::get_subscription)
        .service(queries::delete_subscription)
        .service(queries::delete_token);
    config.configure(configure_discovery);
}

fn configure_resources(config: &mut ServiceConfig<'_>) {
    config
        .service(resources::get_event_types)
        .service(resources::get_event_type)
        .service(resources::get_event_type_events)
        .service(resources::get_epcs)
        .service(resources::get_epc)
        .service(resources::get_epc_events)
        .service(resources::get_biz_steps)
        .service(resources::get_biz_step)
        .service(resources::get_biz_step_events)
        .service(resources::get_biz_locations)
        .service(resources::get_biz_location)
        .service(resources::get_biz_location_events)
        .service(resources::get_read_points)
        .service(resources::get_read_point)
        .service(resources::get_read_point_events)
        .service(resources::get_dispositions)
        .service(resources::get_disposition)
        .service(resources::get_disposition_events);
}

fn configure_discovery(config: &mut ServiceConfig<'_>) {
    use discovery as d;
    config
        .service(d::options_epcis)
        .service(d::options_capture)
        .service(d::options_job)
        .service(d::options_events)
        .service(d::options_event)
        .service(d::options_event_types)
        .service(d::options_event_type)
        .service(d::options_event_type_events)
        .service(d::options_epcs)
        .service(d::options_epc)
        .service(d::options_epc_events)
        .service(d::options_biz_steps)
        .service(d::options_biz_step)
        .service(d::options_biz_step_events)
        .service(d::options_biz_locations)
        .service(d::options_biz_location)
        .service(d::options_biz_location_events)
        .service(d::options_read_points)
        .service(d::options_read_point)
        .service(d::options_read_point_events)
        .service(d::options_dispositions)
        .service(d::options_disposition)
        .service(d::options_disposition_events)
        .service(d::options_queries)
        .service(d::options_query)
        .service(d::options_query_events)
        .service(d::options_subscriptions)
        .service(d::options_subscription);
}

/// A collection in the form agreed on.
fn collection(agreed: &Agreed, members: &[String]) -> HttpResponse {
    let body = match agreed.form.body {
        Body::Json => {
            json!({ "@context": CONTEXT, "type": "Collection", "member": members }).to_string()
        }
        Body::Xml(_) => {
            let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
                <epcis:Collection xmlns:epcis=\"urn:epcglobal:epcis:xsd:2\">"
                .to_owned();
            for member in members {
                element(&mut xml, "member", member);
            }
            xml.push_str("</epcis:Collection>\n");
            xml
        }
    };
    agreed.ok().body(body)
}

/// Tells where the next page is and how long it can be asked for.
fn link(
    response: &mut HttpResponseBuilder,
    path: &str,
    parameters: &[(String, String)],
    next: Option<&Token>,
) {
    let Some(token) = next else { return };
    let asked = parameters
        .iter()
        .filter(|(name, _)| name != "nextPageToken");
    let mut query: Vec<String> = asked
        .map(|(name, value)| format!("{}={}", segment(name), segment(value)))
        .collect();
    query.push(format!("nextPageToken={}", token.text));
    let link = format!("<{path}?{}>; rel=\"next\"", query.join("&"));
    response.insert_header((header::LINK, link));
    response.insert_header(("GS1-Next-Page-Token-Expires", time_text(token.until_ms)));
}
