//! Every exception of the EPCIS 2.0 REST binding, provoked, with its status, in JSON and in XML;
//! and documents of others that are invalid, each refused with the right one, nothing recorded.
use std::collections::BTreeSet;

use serde_json::json;
use service::auth::Role;

use crate::corpus::fixtures;
use crate::lab::{Lab, NOW_MS, commission, document};

/// What to send: as whom, method and path, media type of the body, the body.
type Request<'a> = (Option<Role>, &'a str, String, &'a str, Vec<u8>);

const JSON: &str = "application/json";

/// One request for each exception, and the status it has.
fn table() -> Vec<(&'static str, u16, Request<'static>)> {
    let maker = Some(Role::Manufacturer);
    let get = |path: &str| (maker, "GET", path.to_owned(), "", Vec::new());
    let post = |path: &str, media: &'static str, body: String| {
        (maker, "POST", path.to_owned(), media, body.into_bytes())
    };
    let mut event = commission(&["X1"], "LOT1", NOW_MS);
    event["@context"] = json!(["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"]);
    let event = event.to_string();
    let events: Vec<_> = (0..=8_192).map(|_| json!({})).collect();
    let many: Vec<_> = (0..=100).map(|n| format!("EQ_x:field{n}=1")).collect();
    let taken = json!({ "name": "taken", "query": {} }).to_string();
    let unknown = json!({ "name": "other", "query": [] }).to_string();
    let never = json!({ "dest": "http://127.0.0.1:9/", "schedule": { "second": "61" } });
    let long = format!("/epcis/events?EQ_eventID=urn:x:{}", "a".repeat(17_000));
    vec![
        (
            "ValidationException",
            400,
            post("/epcis/capture", JSON, "{}".to_owned()),
        ),
        (
            "QueryValidationException",
            400,
            post("/epcis/queries", JSON, unknown),
        ),
        (
            "QueryParameterException",
            400,
            get("/epcis/events?EQ_colour=red"),
        ),
        (
            "SubscriptionControlsException",
            400,
            post(
                "/epcis/queries/taken/subscriptions",
                JSON,
                never.to_string(),
            ),
        ),
        (
            "SecurityException",
            401,
            (None, "GET", "/epcis/events".to_owned(), "", Vec::new()),
        ),
        (
            "SecurityException",
            403,
            (
                Some(Role::Regulator),
                "POST",
                "/epcis/capture".to_owned(),
                JSON,
                b"{}".to_vec(),
            ),
        ),
        (
            "NoSuchResourceException",
            404,
            get("/epcis/events/urn:uuid:none"),
        ),
        ("NoSuchNameException", 404, get("/epcis/queries/none")),
        (
            "ImplementationException",
            405,
            (maker, "PUT", "/epcis/events".to_owned(), "", Vec::new()),
        ),
        ("NotAcceptableException", 406, get("/epcis/events#epc")),
        (
            "ResourceAlreadyExistsException",
            409,
            post("/epcis/queries", JSON, taken),
        ),
        (
            "ResourceAlreadyExistsException",
            409,
            post("/epcis/events", JSON, event),
        ),
        (
            "CaptureLimitExceededException",
            413,
            post("/epcis/capture", JSON, " ".repeat(5 * 1024 * 1024)),
        ),
        (
            "ValidationException",
            400,
            post("/epcis/capture", JSON, document(&events).to_string()),
        ),
        (
            "QueryTooLargeException",
            413,
            get("/epcis/events?maxEventCount=1"),
        ),
        (
            "QueryTooComplexException",
            413,
            get(&format!("/epcis/events?{}", many.join("&"))),
        ),
        ("URITooLongException", 414, get(&long)),
        (
            "UnsupportedMediaTypeException",
            415,
            post("/epcis/capture", "text/plain", "x".to_owned()),
        ),
    ]
}

#[test]
fn every_exception_has_its_status_in_json_and_in_xml() {
    let lab = Lab::new();
    let two = [
        commission(&["X1"], "LOT1", NOW_MS),
        commission(&["X2"], "LOT1", NOW_MS),
    ];
    lab.capture(Role::Manufacturer, &two).expect(202);
    let kept = json!({ "name": "taken", "query": {} });
    lab.post(Role::Manufacturer, "/epcis/queries", &kept)
        .expect(201);
    let mut seen = BTreeSet::new();
    for (name, status, (role, method, path, media, body)) in table() {
        seen.insert(name);
        for accept in [JSON, "application/xml", "application/problem+xml"] {
            let bearer = role.map(|role| format!("Bearer {}", lab.keys[&role]));
            let mut headers = vec![("Accept", accept)];
            headers.extend(bearer.iter().map(|it| ("Authorization", it.as_str())));
            headers.extend((!media.is_empty()).then_some(("Content-Type", media)));
            let path = match path.split_once("#epc") {
                Some((path, _)) => {
                    headers.push(("GS1-EPC-Format", "Sometimes"));
                    path
                }
                None => &path,
            };
            let answer = lab.send(method, path, &headers, &body);
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            let about = format!("{name} {accept}: {} {text:.300}", answer.status);
            // What is only in JSON cannot be asked for in XML: then that is what is wrong.
            let only_json = status != 401 && answer.status == 406 && accept != JSON;
            if only_json && name != "NotAcceptableException" {
                assert!(
                    text.contains("epcisException:NotAcceptableException"),
                    "{about}"
                );
                continue;
            }
            assert_eq!(answer.status, status, "{about}");
            let kind = &answer.headers["content-type"];
            if accept == JSON {
                assert_eq!(kind, "application/problem+json", "{about}");
                let problem = answer.json();
                assert_eq!(problem["type"], format!("epcisException:{name}"), "{about}");
                assert_eq!(problem["status"], status, "{about}");
                assert!(problem["title"].is_string() && problem["detail"].is_string());
            } else {
                assert_eq!(kind, "application/problem+xml", "{about}");
                let wanted = format!("<type>epcisException:{name}</type>");
                assert!(text.contains(&wanted), "{about}");
                assert!(
                    text.contains(&format!("<status>{status}</status>")),
                    "{about}"
                );
            }
        }
    }
    let known: BTreeSet<_> = service::Code::ALL.iter().map(|it| it.row().epcis).collect();
    assert_eq!(seen, known, "every exception there is, and no other");
    assert_eq!(seen.len(), 15);
}

#[test]
fn invalid_documents_of_others_are_validation_exceptions_and_record_nothing() {
    let Some(base) = fixtures("epcis/documents/openepcis/2.0/EPCIS") else {
        return;
    };
    let lab = Lab::new();
    let mut refused = 0;
    for (dir, media) in [
        ("JSON/Capture/Invalid", JSON),
        ("JSON/Query/Invalid", JSON),
        ("XML/Capture/Invalid", "application/xml"),
        ("XML/Query/Invalid", "application/xml"),
    ] {
        let entries = std::fs::read_dir(base.join(dir)).unwrap();
        for path in entries.map(|it| it.unwrap().path()) {
            let bytes = std::fs::read(&path).unwrap();
            for (accept, kind) in [
                (JSON, "application/problem+json"),
                ("application/xml", "application/problem+xml"),
            ] {
                let headers = [("Content-Type", media), ("Accept", accept)];
                let answer = lab.ask(Role::Admin, ("POST", "/epcis/capture"), &headers, &bytes);
                let text = String::from_utf8_lossy(&answer.body).into_owned();
                assert_eq!(answer.status, 400, "{}: {text}", path.display());
                assert_eq!(answer.headers["content-type"], kind);
                assert!(
                    text.contains("epcisException:ValidationException"),
                    "{text}"
                );
                let place = text.contains("pointer");
                assert!(place, "{} names no place: {text}", path.display());
            }
            refused += 1;
        }
    }
    assert!(refused >= 14, "{refused} documents only");
    let left = lab
        .get(Role::Regulator, "/epcis/events")
        .expect(200)
        .events();
    assert!(left.is_empty(), "{left:#?}");
}
