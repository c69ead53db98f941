//! The table of routes and how they are mounted. A route without a row here, or a row without a
//! route, fails a test; so does a route that lets somebody in whom the policy does not.
use actix_web::{HttpRequest, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::error::Problem;
use super::fhir;
use super::openapi::swagger;
use super::portal;
use super::routes::{
    accesses, blocks, certificates, custody, devices, epcis, exceptions, grants, invitations, keep,
    ledger, links, manage, operate, packs, people, readings, recall, stream, trace, verify, vrs,
};
use crate::app::failure::Code;
use crate::auth::{Action, actions};

/// One route.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// Method.
    pub method: &'static str,
    /// Path, with `{name}` for segments.
    pub path: &'static str,
    /// Action that is needed; `None` is open to everybody.
    pub action: Option<&'static str>,
}

const fn open(method: &'static str, path: &'static str) -> Route {
    Route {
        method,
        path,
        action: None,
    }
}

const fn needs<A: Action>(method: &'static str, path: &'static str) -> Route {
    Route {
        method,
        path,
        action: Some(A::NAME),
    }
}

/// Every route of the API.
pub const ROUTES: &[Route] = &[
    needs::<actions::ReadPublic>("GET", "/epcis"),
    open("OPTIONS", "/epcis"),
    needs::<actions::Capture>("POST", "/epcis/capture"),
    needs::<actions::Capture>("GET", "/epcis/capture"),
    open("OPTIONS", "/epcis/capture"),
    needs::<actions::Capture>("GET", "/epcis/capture/{id}"),
    open("OPTIONS", "/epcis/capture/{id}"),
    needs::<actions::Query>("GET", "/epcis/events"),
    needs::<actions::Capture>("POST", "/epcis/events"),
    open("OPTIONS", "/epcis/events"),
    needs::<actions::Query>("GET", "/epcis/events/{id}"),
    open("OPTIONS", "/epcis/events/{id}"),
    needs::<actions::Query>("GET", "/epcis/eventTypes"),
    open("OPTIONS", "/epcis/eventTypes"),
    needs::<actions::Query>("GET", "/epcis/eventTypes/{id}"),
    open("OPTIONS", "/epcis/eventTypes/{id}"),
    needs::<actions::Query>("GET", "/epcis/eventTypes/{id}/events"),
    open("OPTIONS", "/epcis/eventTypes/{id}/events"),
    needs::<actions::Query>("GET", "/epcis/epcs"),
    open("OPTIONS", "/epcis/epcs"),
    needs::<actions::Query>("GET", "/epcis/epcs/{id}"),
    open("OPTIONS", "/epcis/epcs/{id}"),
    needs::<actions::Query>("GET", "/epcis/epcs/{id}/events"),
    open("OPTIONS", "/epcis/epcs/{id}/events"),
    needs::<actions::Query>("GET", "/epcis/bizSteps"),
    open("OPTIONS", "/epcis/bizSteps"),
    needs::<actions::Query>("GET", "/epcis/bizSteps/{id}"),
    open("OPTIONS", "/epcis/bizSteps/{id}"),
    needs::<actions::Query>("GET", "/epcis/bizSteps/{id}/events"),
    open("OPTIONS", "/epcis/bizSteps/{id}/events"),
    needs::<actions::Query>("GET", "/epcis/bizLocations"),
    open("OPTIONS", "/epcis/bizLocations"),
    needs::<actions::Query>("GET", "/epcis/bizLocations/{id}"),
    open("OPTIONS", "/epcis/bizLocations/{id}"),
    needs::<actions::Query>("GET", "/epcis/bizLocations/{id}/events"),
    open("OPTIONS", "/epcis/bizLocations/{id}/events"),
    needs::<actions::Query>("GET", "/epcis/readPoints"),
    open("OPTIONS", "/epcis/readPoints"),
    needs::<actions::Query>("GET", "/epcis/readPoints/{id}"),
    open("OPTIONS", "/epcis/readPoints/{id}"),
    needs::<actions::Query>("GET", "/epcis/readPoints/{id}/events"),
    open("OPTIONS", "/epcis/readPoints/{id}/events"),
    needs::<actions::Query>("GET", "/epcis/dispositions"),
    open("OPTIONS", "/epcis/dispositions"),
    needs::<actions::Query>("GET", "/epcis/dispositions/{id}"),
    open("OPTIONS", "/epcis/dispositions/{id}"),
    needs::<actions::Query>("GET", "/epcis/dispositions/{id}/events"),
    open("OPTIONS", "/epcis/dispositions/{id}/events"),
    needs::<actions::Query>("GET", "/epcis/queries"),
    needs::<actions::Subscribe>("POST", "/epcis/queries"),
    open("OPTIONS", "/epcis/queries"),
    needs::<actions::Query>("GET", "/epcis/queries/{id}"),
    needs::<actions::Subscribe>("DELETE", "/epcis/queries/{id}"),
    open("OPTIONS", "/epcis/queries/{id}"),
    needs::<actions::Query>("GET", "/epcis/queries/{id}/events"),
    open("OPTIONS", "/epcis/queries/{id}/events"),
    needs::<actions::Query>("GET", "/epcis/queries/{id}/subscriptions"),
    needs::<actions::Subscribe>("POST", "/epcis/queries/{id}/subscriptions"),
    open("OPTIONS", "/epcis/queries/{id}/subscriptions"),
    needs::<actions::Query>("GET", "/epcis/queries/{id}/subscriptions/{subscription}"),
    needs::<actions::Subscribe>("DELETE", "/epcis/queries/{id}/subscriptions/{subscription}"),
    open(
        "OPTIONS",
        "/epcis/queries/{id}/subscriptions/{subscription}",
    ),
    needs::<actions::Query>("DELETE", "/epcis/nextPageToken/{token}"),
    needs::<actions::Verify>("POST", "/api/v1/verify"),
    needs::<actions::Verify>("POST", "/api/v1/verify/batch"),
    needs::<actions::ChangeState>("POST", "/api/v1/operations"),
    needs::<actions::Verify>("POST", "/api/v1/returns/check"),
    needs::<actions::Query>("GET", "/api/v1/cases"),
    needs::<actions::Query>("GET", "/api/v1/cases/{id}"),
    needs::<actions::Decide>("POST", "/api/v1/cases/{id}/rulings"),
    needs::<actions::Comment>("POST", "/api/v1/cases/{id}/comments"),
    needs::<actions::Query>("GET", "/api/v1/cases/{id}/evidence"),
    needs::<actions::Query>("GET", "/api/v1/packs/{id}/history"),
    needs::<actions::Query>("GET", "/api/v1/packs/{id}/genealogy"),
    needs::<actions::Query>("GET", "/api/v1/packs/{id}/proof"),
    needs::<actions::Query>("GET", "/api/v1/packs/{id}/readings"),
    needs::<actions::Query>("GET", "/api/v1/lots/{gtin}/{lot}"),
    needs::<actions::Query>("GET", "/api/v1/lots/{gtin}/{lot}/reconciliation"),
    needs::<actions::Query>("GET", "/api/v1/lots/{gtin}/{lot}/trace"),
    needs::<actions::Query>("GET", "/api/v1/lots/{gtin}/{lot}/trace/packs"),
    needs::<actions::Query>("GET", "/api/v1/lots/{gtin}/{lot}/units"),
    needs::<actions::Query>("GET", "/api/v1/shipments"),
    needs::<actions::Query>("GET", "/api/v1/shipments/{id}"),
    needs::<actions::Query>("GET", "/api/v1/shipments/{id}/readings"),
    needs::<actions::Query>("GET", "/api/v1/shipments/{id}/links"),
    needs::<actions::Grant>("POST", "/api/v1/shipments/{id}/links"),
    needs::<actions::Grant>("DELETE", "/api/v1/shipments/{id}/links/{link}"),
    open("POST", "/api/v1/shared"),
    needs::<actions::Query>("GET", "/api/v1/recalls"),
    needs::<actions::Query>("GET", "/api/v1/recall-list"),
    needs::<actions::Query>("GET", "/api/v1/recalls/{gtin}/{lot}"),
    needs::<actions::Decide>("POST", "/api/v1/recalls/{gtin}/{lot}/notices"),
    needs::<actions::Query>("GET", "/api/v1/notices"),
    needs::<actions::ChangeState>("POST", "/api/v1/notices/{id}/confirmation"),
    needs::<actions::Verify>("GET", "/vrs/gtin/{gtin}/lot/{lot}/ser/{serial}"),
    needs::<actions::Verify>("GET", "/vrs/verify/gtin/{gtin}/lot/{lot}/ser/{serial}"),
    needs::<actions::Verify>("GET", "/vrs/checkConnectivity"),
    needs::<actions::Query>("GET", "/api/v1/exceptions"),
    needs::<actions::ChangeState>("POST", "/api/v1/exceptions"),
    needs::<actions::Query>("GET", "/api/v1/exceptions/{id}"),
    needs::<actions::ChangeState>("POST", "/api/v1/exceptions/{id}/responses"),
    needs::<actions::Query>("GET", "/api/v1/shipments/{id}/exception-report"),
    needs::<actions::Query>("GET", "/api/v1/packs/{id}/evidence"),
    needs::<actions::Query>("GET", "/api/v1/shipments/{id}/evidence"),
    needs::<actions::Query>("GET", "/api/v1/stream"),
    needs::<actions::ReadPublic>("GET", "/fhir/{version}/metadata"),
    needs::<actions::Query>("GET", "/fhir/{version}/{resource}"),
    needs::<actions::Query>("GET", "/fhir/{version}/{resource}/{id}"),
    needs::<actions::SubmitBlocks>("POST", "/api/v1/blocks"),
    needs::<actions::SubmitBlocks>("GET", "/api/v1/tips"),
    needs::<actions::Query>("GET", "/api/v1/ledger"),
    needs::<actions::Query>("GET", "/api/v1/blocks"),
    needs::<actions::Query>("GET", "/api/v1/blocks/{id}"),
    needs::<actions::Query>("GET", "/api/v1/blocks/{id}/proof"),
    needs::<actions::ReadPublic>("GET", "/api/v1/checkpoint"),
    needs::<actions::Decide>("POST", "/api/v1/decisions"),
    needs::<actions::PublishMaster>("POST", "/api/v1/master-data"),
    needs::<actions::Query>("GET", "/api/v1/alerts"),
    needs::<actions::ReadPublic>("GET", "/api/v1/me"),
    needs::<actions::ManageKeys>("GET", "/api/v1/keys"),
    needs::<actions::ManageKeys>("POST", "/api/v1/keys"),
    needs::<actions::ManageKeys>("DELETE", "/api/v1/keys/{id}"),
    needs::<actions::ManageKeys>("POST", "/api/v1/keys/{id}/certificates"),
    needs::<actions::ManageKeys>("DELETE", "/api/v1/keys/{id}/certificates/{certificate}"),
    needs::<actions::ManageKeys>("GET", "/api/v1/sessions"),
    needs::<actions::ManageKeys>("DELETE", "/api/v1/sessions/{id}"),
    needs::<actions::ReadPublic>("POST", "/auth/passkeys/challenge"),
    needs::<actions::ReadPublic>("POST", "/auth/passkeys"),
    needs::<actions::ReadPublic>("GET", "/auth/passkeys"),
    needs::<actions::ReadPublic>("DELETE", "/auth/passkeys/{id}"),
    needs::<actions::ReadPublic>("POST", "/auth/signatures/challenge"),
    needs::<actions::ReadAccesses>("GET", "/api/v1/signatures"),
    open("GET", "/auth/login"),
    open("GET", "/auth/callback"),
    open("POST", "/auth/logout"),
    open("GET", "/auth/me"),
    needs::<actions::ManageKeys>("POST", "/api/v1/parties"),
    needs::<actions::Query>("GET", "/api/v1/devices"),
    needs::<actions::ManageKeys>("POST", "/api/v1/devices"),
    needs::<actions::ManageKeys>("GET", "/api/v1/devices/invitations"),
    needs::<actions::ManageKeys>("POST", "/api/v1/devices/invitations"),
    needs::<actions::ManageKeys>("DELETE", "/api/v1/devices/invitations/{id}"),
    open("POST", "/api/v1/devices/enrolment/challenge"),
    open("POST", "/api/v1/devices/enrolment"),
    needs::<actions::Query>("GET", "/api/v1/grants"),
    needs::<actions::Grant>("POST", "/api/v1/grants"),
    needs::<actions::Grant>("POST", "/api/v1/grants/{id}/revoke"),
    needs::<actions::Operate>("POST", "/api/v1/backups"),
    needs::<actions::Operate>("POST", "/api/v1/ledger/import"),
    needs::<actions::Operate>("POST", "/api/v1/ledger/erase"),
    needs::<actions::Operate>("GET", "/api/v1/witnesses"),
    needs::<actions::ReadAccesses>("GET", "/api/v1/accesses"),
    open("GET", "/healthz"),
    open("GET", "/readyz"),
    open("GET", "/metrics"),
    open("GET", "/status"),
    open("GET", "/api/openapi.json"),
];

/// Mounts everything: the API, its documentation page and the portal.
pub(super) fn configure(config: &mut web::ServiceConfig) {
    let mut described = ServiceConfig::new(config);
    api(&mut described);
    epcis::configure_root(config);
    config.service(swagger());
    config.service(web::redirect("/api/docs", "/api/docs/"));
    config.default_service(web::to(portal::portal));
}

/// Mounts the described routes.
pub(super) fn api(config: &mut ServiceConfig<'_>) {
    // Routes are tried in this order, those with a `{name}` by a pattern: what is asked most often
    // comes first.
    config
        .service(verify::post_verify)
        .service(blocks::post_blocks)
        .service(verify::post_verify_batch)
        .configure(epcis::configure)
        .service(custody::post_operation)
        .service(custody::post_returns_check)
        .configure(custody::configure_cases)
        .configure(packs::configure)
        .configure(readings::configure)
        .service(recall::get_reconciliation)
        .configure(trace::configure)
        .service(recall::get_shipments)
        .service(recall::get_recalls)
        .service(recall::get_recall_list)
        .service(recall::get_recall)
        .service(recall::post_recall_notices)
        .service(recall::get_notices)
        .service(recall::post_confirmation)
        .service(vrs::get_vrs)
        .service(vrs::get_vrs_verify)
        .service(vrs::get_vrs_connectivity)
        .service(exceptions::get_exceptions)
        .service(exceptions::post_exception)
        .service(exceptions::get_exception)
        .service(exceptions::post_exception_response)
        .service(exceptions::get_exception_draft)
        .service(exceptions::get_pack_evidence)
        .service(exceptions::get_shipment_evidence)
        .service(exceptions::get_case_evidence)
        .service(stream::get_stream)
        .service(fhir::get_fhir_metadata)
        .service(fhir::get_fhir_search)
        .service(fhir::get_fhir_resource)
        .service(blocks::get_tips)
        .configure(ledger::configure)
        .service(blocks::get_block)
        .service(blocks::get_block_proof)
        .service(blocks::get_checkpoint)
        .service(manage::post_decision)
        .service(manage::post_master_data)
        .service(manage::get_alerts)
        .service(manage::get_me)
        .service(manage::get_keys)
        .service(manage::post_key)
        .service(manage::delete_key)
        .service(certificates::post_certificate)
        .service(certificates::delete_certificate)
        .configure(people::configure)
        .service(manage::post_party)
        .service(manage::post_device)
        .service(devices::get_devices)
        .configure(invitations::configure)
        .service(grants::get_grants)
        .service(grants::post_grant)
        .service(grants::post_grant_revocation)
        .configure(links::configure)
        .service(keep::post_backup)
        .service(keep::post_import)
        .service(keep::post_erase)
        .service(keep::get_witnesses)
        .service(accesses::get_accesses)
        .service(operate::get_healthz)
        .service(operate::get_readyz)
        .service(operate::get_metrics)
        .service(operate::get_status)
        .service(operate::get_openapi);
}

/// The problem of a path below the API that no route answers.
pub(super) fn no_route(request: &HttpRequest) -> Problem {
    let methods = methods(request.path());
    if methods.is_empty() {
        return Problem(crate::Failure::not_found("path"));
    }
    let text = format!("this path takes {}", methods.join(", "));
    Problem::new(Code::MethodNotAllowed, text)
}

/// The methods that a path takes.
pub(super) fn methods(path: &str) -> Vec<&'static str> {
    let path = if path == "/epcis/" { "/epcis" } else { path };
    let routes = ROUTES.iter().filter(|route| fits(route.path, path));
    let with_head = |route: &Route| match route.method {
        "GET" if path.starts_with("/epcis") => vec!["GET", "HEAD"],
        method => vec![method],
    };
    routes.flat_map(with_head).collect()
}

/// Whether a path fits a pattern, segment by segment.
fn fits(pattern: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) if wanted == given || wanted.starts_with('{') => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_segment_by_segment() {
        assert!(fits("/api/v1/blocks/{id}", "/api/v1/blocks/ab"));
        assert!(!fits("/api/v1/blocks/{id}", "/api/v1/blocks/ab/proof"));
        assert!(!fits("/api/v1/blocks/{id}", "/api/v1/blocks"));
        assert!(fits("/epcis", "/epcis"));
    }
}
