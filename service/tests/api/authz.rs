//! Who may call what: every operation of the description times every role (and no key at all),
//! against the policies, with requests that would do something. A new operation is tested the day
//! it is described: without a policy, or without a request in `every`, it fails here.
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use service::auth::Role;
use service::auth::policy::roles_of;
use service::http::router::ROUTES;

use crate::every::{Every, Operation, operations};
use crate::lab::{Answer, Lab};
use crate::request::Request;

/// Operations that anybody may call, and why. An entry that is closed, or gone, fails.
const OPEN: [(&str, &str, &str); 12] = [
    (
        "GET",
        "/healthz",
        "a supervisor has no key, and learns that the node runs",
    ),
    (
        "GET",
        "/readyz",
        "a balancer has no key, and learns whether to send requests",
    ),
    (
        "GET",
        "/status",
        "shares of answers in time, for a page that anybody may see",
    ),
    (
        "GET",
        "/metrics",
        "counters and times, no identifiers; a proxy keeps it inside",
    ),
    (
        "GET",
        "/api/openapi.json",
        "the description is the same for everybody, and in the source",
    ),
    (
        "POST",
        "/api/v1/devices/enrolment/challenge",
        "a device that enrols has no key; random words, made of nothing that is kept",
    ),
    (
        "POST",
        "/api/v1/devices/enrolment",
        "a device that enrols has no key; its one-time code lets it in",
    ),
    (
        "POST",
        "/api/v1/shared",
        "who has a share link has no key; the link's token lets it see one shipment",
    ),
    ("GET", "/auth/login", "who signs in has not signed in"),
    ("GET", "/auth/callback", "who signs in has not signed in"),
    (
        "GET",
        "/auth/me",
        "tells a browser whether somebody has signed in at it",
    ),
    (
        "POST",
        "/auth/logout",
        "ends what the browser holds, and nothing else",
    ),
];

/// Whom the policies let in, and who is refused by what is asked for. An entry that is let in,
/// or is not let in by the policies either, fails.
const REFUSED_LATER: [(&str, &str, Role, &str); 4] = [
    (
        "POST",
        "/api/v1/operations",
        Role::ThirdPartyLogistics,
        "it owns nothing, so it ends nothing",
    ),
    ("GET", "/vrs/checkConnectivity", Role::Admin, PARTNERS),
    (
        "GET",
        "/vrs/gtin/{gtin}/lot/{lot}/ser/{serial}",
        Role::Admin,
        PARTNERS,
    ),
    (
        "GET",
        "/vrs/verify/gtin/{gtin}/lot/{lot}/ser/{serial}",
        Role::Admin,
        PARTNERS,
    ),
];
const PARTNERS: &str = "partners ask in the name of their GLN, and it has none";

/// The action of each operation, from the router's own table.
fn actions() -> BTreeMap<Operation, Option<&'static str>> {
    let row =
        |it: &service::http::router::Route| ((it.method.to_owned(), it.path.to_owned()), it.action);
    ROUTES.iter().map(row).collect()
}

fn is_open(operation: &Operation) -> bool {
    let (method, path) = (operation.0.as_str(), operation.1.as_str());
    // What a path takes is said to everybody; it is the same whatever the path names.
    let asks_for_methods = method == "OPTIONS" && path.starts_with("/epcis");
    asks_for_methods || OPEN.iter().any(|row| (row.0, row.1) == (method, path))
}

#[test]
fn every_operation_has_a_policy_and_a_request_or_is_open_with_a_reason() {
    let described = operations();
    let (actions, every) = (actions(), Every::new());
    let requests = every.by_operation();
    for operation in &described {
        let action = actions.get(operation);
        let action = action.unwrap_or_else(|| panic!("{operation:?} has no policy"));
        assert_eq!(action.is_none(), is_open(operation), "{operation:?}");
        assert_eq!(
            action.is_some(),
            requests.contains_key(operation),
            "{operation:?} needs a request in `every`"
        );
    }
    for row in OPEN {
        let operation = (row.0.to_owned(), row.1.to_owned());
        assert!(described.contains(&operation), "{row:?} is gone");
    }
    for operation in requests.keys() {
        assert!(described.contains(operation), "{operation:?} is gone");
    }
}

/// A problem without what is of one request alone.
fn told(answer: &Answer) -> Value {
    let mut body = answer.json();
    if let Some(fields) = body.as_object_mut() {
        fields.remove("instance");
    }
    body
}

/// Names like those of a request, of nothing that is there.
fn other_names(request: &Request) -> Vec<String> {
    let mut names = request.names.clone();
    if request.pattern.starts_with("/fhir") {
        // What FHIR calls its kinds of resources is no secret.
        names.truncate(2);
        names.resize(request.names.len(), "nothing".to_owned());
        return names;
    }
    names.iter().map(|_| "nothing".to_owned()).collect()
}

/// Who may not is told so in the same words whatever the request names, and nothing else.
fn is_refused(lab: &Lab, request: &Request, role: Role, action: &'static str) {
    let what = format!("{} {} as {role}", request.method, request.pattern);
    let bearer = format!("Bearer {}", lab.keys[&role]);
    let headers = [("Authorization", bearer.as_str())];
    let answer = request.send_to(lab, &request.path(role), &headers);
    assert_eq!(answer.status, 403, "{what}");
    let nothing = request.path_with(&other_names(request), role);
    let of_nothing = request.send_to(lab, &nothing, &headers);
    assert_eq!(of_nothing.status, 403, "{what}");
    assert_eq!(told(&of_nothing), told(&answer), "{what}");
    let acts = ["change_state", "comment", "decide", "grant"].contains(&action);
    let detail = if role == Role::Admin && acts {
        "the key speaks for no party".to_owned()
    } else {
        let roles: Vec<_> = roles_of(action).into_iter().map(Role::as_str).collect();
        let roles = roles.join(", ");
        format!("the key's roles do not allow {action}: one of {roles} is needed")
    };
    says_only(&answer, &detail, &what);
}

/// The body is a problem with this text and no more.
fn says_only(answer: &Answer, detail: &str, what: &str) {
    let body = told(answer);
    if body["resourceType"] == "OperationOutcome" {
        assert_eq!(
            body["issue"].as_array().map(Vec::len),
            Some(1),
            "{what}: {body}"
        );
        assert_eq!(body["issue"][0]["diagnostics"], detail, "{what}");
        return;
    }
    let fields = body.as_object().unwrap().keys().map(String::as_str);
    let fields: BTreeSet<&str> = fields.collect();
    let known = ["code", "detail", "status", "title", "type"];
    assert_eq!(fields, BTreeSet::from(known), "{what}");
    assert_eq!(body["detail"], detail, "{what}");
}

/// Without a key, with half a key, with a wrong key, with a key in the address.
fn strangers_are_refused(lab: &Lab, request: &Request) {
    let what = format!("{} {}", request.method, request.pattern);
    let path = request.path(request.role);
    let admin = &lab.keys[&Role::Admin];
    let no_key = "send the API key as `Authorization: Bearer thr_...`, as `X-API-Key`, or as the \
        password of HTTP Basic";
    let unknown = "the API key is not known here, or has ended";
    let never = format!("thr_00000000_{}", "A".repeat(43));
    for (name, value, detail) in [
        ("X-Nothing", String::new(), Some(no_key)),
        ("Authorization", "Bearer".to_owned(), Some(no_key)),
        ("Authorization", format!("Basic {admin}"), Some(no_key)),
        ("Authorization", "Bearer thr_00000000_AAAA".to_owned(), None),
        ("X-API-Key", never, Some(unknown)),
    ] {
        let answer = request.send_to(lab, &path, &[(name, &value)]);
        assert_eq!(answer.status, 401, "{what} {name}: {value}");
        let detail = detail.map_or_else(|| told(&answer)["detail"].clone(), Value::from);
        if request.pattern.starts_with("/fhir") {
            continue;
        }
        says_only(&answer, detail.as_str().unwrap(), &what);
    }
    let sign = if path.contains('?') { '&' } else { '?' };
    let answer = request.send_to(lab, &format!("{path}{sign}key={admin}"), &[]);
    assert_eq!(answer.status, 401, "{what} with a key in the address");
}

#[test]
fn every_operation_answers_each_role_as_the_policies_say() {
    let every = Every::new();
    let (lab, actions) = (&every.lab, actions());
    let action = |request: &Request| actions[&request.operation()].unwrap();
    // First those who may not: everything is still there that the requests name.
    for request in &every.requests {
        strangers_are_refused(lab, request);
        let may = roles_of(action(request));
        for role in Role::ALL.into_iter().filter(|role| !may.contains(role)) {
            is_refused(lab, request, role, action(request));
        }
    }
    let mut refused = BTreeSet::new();
    for request in &every.requests {
        let what = format!("{} {}", request.method, request.pattern);
        let may = roles_of(action(request));
        let answer = request.send_as(lab, request.role);
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert_eq!(answer.status, request.status, "{what}: {text}");
        for role in may.into_iter().filter(|role| *role != request.role) {
            let status = request.send_as(lab, role).status;
            assert!(status < 500, "{what} as {role}: {status}");
            if status == 401 || status == 403 {
                refused.insert((request.method, request.pattern, role));
            }
        }
    }
    let listed = REFUSED_LATER.map(|(method, path, role, _)| (method, path, role));
    assert_eq!(refused, BTreeSet::from(listed));
}

#[test]
fn what_is_open_says_nothing_of_what_the_node_holds() {
    let every = Every::new();
    for (method, path) in operations().into_iter().filter(is_open) {
        let path = path.replace("{id}", &crate::lab::pack_id("A1").replace('/', "%2F"));
        let path = path.replace("{subscription}", "nothing");
        let answer = every.lab.send(&method, &path, &[], &[]);
        // Without an identity provider nobody signs in, without a code nobody enrols, and without a
        // token nothing is shared.
        let takes_secret = path.contains("/enrolment") || path == "/api/v1/shared";
        let refuses = path.starts_with("/auth/") || takes_secret;
        let most = if refuses { 500 } else { 300 };
        assert!(answer.status < most, "{method} {path}: {}", answer.status);
        let body = String::from_utf8_lossy(&answer.body);
        if method == "OPTIONS" {
            assert_eq!(body, "", "{path}");
        }
        for secret in [crate::lab::MAKER, crate::lab::WHOLESALER, "/21/A1", "LOT1"] {
            // The description has examples of its own.
            let described = path == "/api/openapi.json";
            assert!(described || !body.contains(secret), "{path} tells {secret}");
        }
    }
}

#[test]
fn a_key_is_taken_from_either_header_and_tells_who_it_is() {
    let lab = Lab::new();
    let key = lab.keys[&Role::Pharmacy].clone();
    let me = lab
        .send("GET", "/api/v1/me", &[("X-API-Key", &key)], &[])
        .expect(200)
        .json();
    assert_eq!(me["party"]["gln"], crate::lab::PHARMACY);
    assert_eq!(me["party"]["name"], "The pharmacy");
    assert_eq!(me["roles"], serde_json::json!(["pharmacy"]));
    assert_eq!(me["network"].as_str().unwrap().len(), 64);
    assert!(
        me["log_key"]
            .as_str()
            .unwrap()
            .starts_with("example.com/lab+"),
        "{me}"
    );
}
