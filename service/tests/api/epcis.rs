//! The EPCIS 2.0 interface beside plain queries: forms in and out, capture jobs, single events,
//! the top-level resources, tokens of pages, hierarchies, discovery.
use gs1::BizStep;
use serde_json::{Value, json};
use service::auth::Role;
use service::client::segment;

use crate::lab::{
    Answer, GTIN, Lab, MAKER, NOW_MS, SSCC, WHOLESALER, commission, document, move_to, pack_id,
};

const XML: [(&str, &str); 1] = [("Accept", "application/xml")];

fn text(answer: &Answer) -> String {
    String::from_utf8(answer.body.clone()).unwrap()
}

/// The elements of XML within its root, in their order.
fn elements(xml: &str) -> Vec<&str> {
    let tags = xml
        .split('<')
        .filter_map(|part| part.split(['>', ' ']).next());
    let begun = tags.filter(|tag| !tag.is_empty() && !tag.starts_with(['/', '?']));
    begun.skip(1).collect()
}

fn capture_xml(lab: &Lab, xml: &str) -> Answer {
    let headers = [("Content-Type", "application/xml")];
    lab.ask(
        Role::Manufacturer,
        ("POST", "/epcis/capture"),
        &headers,
        xml.as_bytes(),
    )
}

/// Waits for a job that was not waited for.
pub(crate) fn done(lab: &Lab, location: &str) -> Value {
    for _ in 0..600 {
        let job = lab.get(Role::Manufacturer, location).expect(200).json();
        if job["running"] == false {
            return job;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("{location} never ended");
}

#[test]
fn xml_of_both_versions_goes_in_and_comes_out() {
    let lab = Lab::new();
    lab.capture(Role::Manufacturer, &[commission(&["X1"], "LOT1", NOW_MS)])
        .expect(202);
    for (max, namespace) in [
        ("2.0", "urn:epcglobal:epcis-query:xsd:2"),
        ("1.2", "urn:epcglobal:epcis-query:xsd:1"),
    ] {
        let headers = [XML[0], ("GS1-EPCIS-Max", max)];
        let answer = lab
            .ask(Role::Manufacturer, ("GET", "/epcis/events"), &headers, &[])
            .expect(200);
        let xml = text(&answer);
        assert!(answer.headers["content-type"].starts_with("application/xml"));
        assert_eq!(answer.headers["gs1-epcis-version"], max);
        assert!(xml.contains(namespace) && xml.contains("X1"), "{xml}");
        let verdict = gs1::epcis::validate(xml.as_bytes());
        assert!(
            verdict.schema_valid,
            "{max}: {:#?}\n{xml}",
            verdict.problems
        );
        // What came out goes in again, and is the same event.
        let other = Lab::new();
        capture_xml(&other, &xml).expect(202);
        let found = other
            .get(Role::Manufacturer, "/epcis/events")
            .expect(200)
            .events();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0]["epcList"], json!([pack_id("X1")]));
        assert_eq!(found[0]["bizStep"], "commissioning");
    }
    let json = lab.ask(
        Role::Manufacturer,
        ("GET", "/epcis/events"),
        &[("GS1-EPCIS-Max", "1.2"), ("Accept", "application/json")],
        &[],
    );
    assert_eq!(
        json.expect(406).json()["type"],
        "epcisException:NotAcceptableException"
    );
    let problem = capture_xml(&lab, "<epcis/>");
    assert_eq!(problem.status, 400);
    let wrong = lab
        .ask(
            Role::Manufacturer,
            ("GET", "/epcis/events?EQ_colour=x"),
            &XML,
            &[],
        )
        .expect(400);
    assert_eq!(wrong.headers["content-type"], "application/problem+xml");
    assert!(text(&wrong).contains("<type>epcisException:QueryParameterException</type>"));
    let order = ["type", "title", "status", "detail", "instance"];
    let own = [
        "theriac:code",
        "theriac:errors",
        "theriac:pointer",
        "theriac:detail",
    ];
    assert_eq!(elements(&text(&wrong)), [&order[..], &own].concat());
    assert!(text(&wrong).contains("xmlns:theriac=\"urn:theriac:problem\""));
}

#[test]
fn identifiers_come_in_the_spelling_asked_for() {
    let lab = Lab::new();
    let mut urn = commission(&["U1"], "LOT1", NOW_MS);
    urn["epcList"] = json!(["urn:epc:id:sgtin:9506000.013435.U1"]);
    lab.capture(
        Role::Manufacturer,
        &[urn, commission(&["U2"], "LOT1", NOW_MS + 1)],
    )
    .expect(202);
    let epcs = |format: Option<&str>| -> Vec<Value> {
        let headers: Vec<_> = format
            .map(|it| ("GS1-EPC-Format", it))
            .into_iter()
            .collect();
        let answer = lab
            .ask(Role::Manufacturer, ("GET", "/epcis/events"), &headers, &[])
            .expect(200);
        answer
            .events()
            .iter()
            .map(|it| it["epcList"][0].clone())
            .collect()
    };
    let (urn, link) = ("urn:epc:id:sgtin:9506000.013435.U1", pack_id("U2"));
    assert_eq!(epcs(None), [json!(urn), json!(link)]);
    assert_eq!(epcs(Some("Never_Translates")), [json!(urn), json!(link)]);
    assert_eq!(
        epcs(Some("Always_GS1_Digital_Link")),
        [json!(pack_id("U1")), json!(link)]
    );
    // The length of the company prefix was learned from the URN of another event.
    assert_eq!(
        epcs(Some("Always_EPC_URN")),
        [json!(urn), json!(urn.replace("U1", "U2"))]
    );
    let headers = [XML[0], ("GS1-CBV-XML-Format", "Always_Web_URI")];
    let xml = lab
        .ask(Role::Manufacturer, ("GET", "/epcis/events"), &headers, &[])
        .expect(200);
    assert!(text(&xml).contains("https://ref.gs1.org/cbv/BizStep-commissioning"));
    assert_eq!(xml.headers["gs1-cbv-xml-format"], "Always_Web_URI");
}

#[test]
fn proceed_records_what_is_right_and_tells_what_is_not() {
    let lab = Lab::new();
    let mut bad = commission(&["B2"], "LOT1", NOW_MS);
    bad["action"] = json!("CREATE");
    let body = document(&[
        commission(&["B1"], "LOT1", NOW_MS),
        bad,
        commission(&["B3"], "LOT1", NOW_MS),
    ]);
    let headers = [
        ("Content-Type", "application/json"),
        ("GS1-Capture-Error-Behaviour", "proceed"),
    ];
    let send = || {
        lab.ask(
            Role::Manufacturer,
            ("POST", "/epcis/capture"),
            &headers,
            body.to_string().as_bytes(),
        )
    };
    let location = send().expect(202).headers["location"].clone();
    let job = lab.get(Role::Manufacturer, &location).expect(200).json();
    assert_eq!(
        (&job["success"], &job["running"]),
        (&json!(false), &json!(false)),
        "{job:#}"
    );
    assert_eq!(job["captureErrorBehaviour"], "proceed");
    assert_eq!(
        job["errors"][0]["type"], "epcisException:ValidationException",
        "{job:#}"
    );
    assert!(
        job["errors"][0]["detail"]
            .as_str()
            .unwrap()
            .starts_with("event 1:"),
        "{job:#}"
    );
    assert_eq!(lab.get(Role::Regulator, "/epcis/events").events().len(), 2);
    let xml = lab
        .ask(Role::Manufacturer, ("GET", &location), &XML, &[])
        .expect(200);
    assert!(text(&xml).contains("success=\"false\""), "{}", text(&xml));
    // As EPCglobal-epcis-2_0.xsd has it: EPCISCaptureJobType, RFC7807ProblemResponseBodyType.
    let of_job = [
        "captureErrorBehaviour",
        "createdAt",
        "finishedAt",
        "errors",
        "error",
    ];
    let of_error = ["type", "title", "status", "detail"];
    let found = elements(&text(&xml)).join(" ");
    let wanted = [&of_job[..], &of_error, &["theriac:errors"]]
        .concat()
        .join(" ");
    assert!(found.starts_with(&wanted), "{found}");
    // Somebody else has no such job, and the same document records nothing twice.
    assert_eq!(lab.get(Role::Wholesaler, &location).status, 404);
    send().expect(202);
    assert_eq!(lab.get(Role::Regulator, "/epcis/events").events().len(), 2);
}

#[test]
fn a_capture_that_is_not_waited_for_is_done_later_and_survives_a_crash() {
    let mut lab = Lab::new();
    let headers = [
        ("Content-Type", "application/json"),
        ("Prefer", "respond-async"),
    ];
    let send = |lab: &Lab, body: &Value| {
        let answer = lab.ask(
            Role::Manufacturer,
            ("POST", "/epcis/capture"),
            &headers,
            body.to_string().as_bytes(),
        );
        let answer = answer.expect(202);
        assert_eq!(answer.headers["preference-applied"], "respond-async");
        answer.headers["location"].clone()
    };
    let good = send(&lab, &document(&[commission(&["A1"], "LOT1", NOW_MS)]));
    assert_eq!(done(&lab, &good)["success"], true);
    let mut event = commission(&["A2"], "LOT1", NOW_MS);
    event["action"] = json!("CREATE");
    let bad = done(&lab, &send(&lab, &document(&[event])));
    assert_eq!(bad["success"], false, "{bad:#}");
    assert!(
        bad["errors"][0]["errors"][0]["pointer"].is_string(),
        "{bad:#}"
    );
    let late: Vec<_> = (0..40)
        .map(|n| {
            send(
                &lab,
                &document(&[commission(&[&format!("L{n}")], "LOT1", NOW_MS)]),
            )
        })
        .collect();
    lab.crash();
    lab.start();
    for location in &late {
        assert_eq!(done(&lab, location)["success"], true, "{location}");
    }
    assert_eq!(
        lab.get(Role::Regulator, "/epcis/events?perPage=100")
            .events()
            .len(),
        41
    );
    // The list of jobs, page by page.
    let mut path = "/epcis/capture?perPage=15".to_owned();
    let mut jobs = Vec::new();
    loop {
        let answer = lab.get(Role::Manufacturer, &path).expect(200);
        jobs.extend(answer.json().as_array().unwrap().clone());
        let Some(link) = answer.headers.get("link") else {
            break;
        };
        path = link.split(['<', '>']).nth(1).unwrap().to_owned();
    }
    assert_eq!(jobs.len(), 42);
    assert_eq!(
        lab.get(Role::Wholesaler, "/epcis/capture")
            .expect(200)
            .json(),
        json!([])
    );
}

#[test]
fn a_single_event_has_an_id_of_its_own() {
    let lab = Lab::new();
    let mut event = commission(&["S1"], "LOT1", NOW_MS);
    event["@context"] = json!(["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"]);
    let answer = lab
        .post(Role::Manufacturer, "/epcis/events", &event)
        .expect(201);
    assert_eq!(answer.json()["eventID"], event["eventID"]);
    assert_eq!(answer.json()["epcList"], event["epcList"]);
    let found = lab
        .get(Role::Manufacturer, &answer.headers["location"])
        .expect(200)
        .events();
    assert_eq!(found[0]["eventID"], event["eventID"]);
    let again = lab
        .post(Role::Manufacturer, "/epcis/events", &event)
        .expect(409)
        .json();
    assert_eq!(
        again["type"],
        "epcisException:ResourceAlreadyExistsException"
    );
    event["errorDeclaration"] =
        json!({ "declarationTime": "2026-11-21T09:00:00Z", "reason": "incorrect_data" });
    lab.post(Role::Manufacturer, "/epcis/events", &event)
        .expect(201);
    let both = lab
        .get(Role::Manufacturer, &answer.headers["location"])
        .expect(200)
        .events();
    assert_eq!(both.len(), 2);
    // Without an id it gets one that is found again.
    event.as_object_mut().unwrap().remove("eventID");
    event.as_object_mut().unwrap().remove("errorDeclaration");
    let nameless = lab
        .post(Role::Manufacturer, "/epcis/events", &event)
        .expect(201);
    assert!(nameless.json()["eventID"].is_string());
    assert_eq!(
        lab.get(Role::Manufacturer, &nameless.headers["location"])
            .expect(200)
            .events()
            .len(),
        1
    );
    let two = document(&[
        commission(&["S2"], "LOT1", NOW_MS),
        commission(&["S3"], "LOT1", NOW_MS),
    ]);
    assert_eq!(
        lab.post(Role::Manufacturer, "/epcis/events", &two)
            .expect(400)
            .json()["code"],
        "validation"
    );
}

#[test]
fn the_top_level_resources_tell_what_there_is_to_those_who_may_see_it() {
    let lab = Lab::new();
    lab.play();
    let members = |role: Role, path: &str| -> Vec<String> {
        let mut path = format!("{path}?perPage=7");
        let mut all = Vec::new();
        loop {
            let answer = lab.get(role, &path).expect(200);
            let page: Vec<String> =
                serde_json::from_value(answer.json()["member"].clone()).unwrap();
            assert!(page.len() <= 7);
            all.extend(page);
            let Some(link) = answer.headers.get("link") else {
                return all;
            };
            path = link.split(['<', '>']).nth(1).unwrap().to_owned();
        }
    };
    assert_eq!(members(Role::Pharmacy, "/epcis/eventTypes").len(), 5);
    assert_eq!(members(Role::Pharmacy, "/epcis/bizSteps").len(), 41);
    assert_eq!(members(Role::Pharmacy, "/epcis/dispositions").len(), 33);
    let maker = format!("https://id.gs1.org/414/{MAKER}");
    let wholesaler = format!("https://id.gs1.org/414/{WHOLESALER}");
    assert_eq!(
        members(Role::Regulator, "/epcis/readPoints"),
        [maker.clone(), wholesaler.clone()]
    );
    assert_eq!(
        members(Role::Wholesaler, "/epcis/bizLocations"),
        [maker.clone(), wholesaler]
    );
    assert_eq!(
        members(Role::Regulator, "/epcis/epcs"),
        [pack_id("A1"), pack_id("A2"), SSCC.to_owned()]
    );
    for path in ["/epcis/readPoints", "/epcis/bizLocations", "/epcis/epcs"] {
        assert!(members(Role::Pharmacy, path).is_empty(), "{path}");
    }
    let of = |role: Role, path: &str| {
        let answer = lab.get(role, path);
        (
            answer.status,
            if answer.status == 200 {
                answer.events().len()
            } else {
                0
            },
        )
    };
    for (path, count) in [
        ("/epcis/eventTypes/AggregationEvent/events".to_owned(), 1),
        ("/epcis/bizSteps/shipping/events".to_owned(), 1),
        (
            format!(
                "/epcis/bizSteps/{}/events",
                segment("urn:epcglobal:cbv:bizstep:receiving")
            ),
            1,
        ),
        (
            format!(
                "/epcis/epcs/{}/events",
                segment("urn:epc:id:sgtin:9506000.013435.A1")
            ),
            2,
        ),
        (format!("/epcis/readPoints/{}/events", segment(&maker)), 3),
        (
            format!(
                "/epcis/bizLocations/{}/events?EQ_action=ADD",
                segment(&maker)
            ),
            1,
        ),
        ("/epcis/dispositions/recalled/events".to_owned(), 0),
    ] {
        assert_eq!(of(Role::Regulator, &path), (200, count), "{path}");
        let item = path.split("/events").next().unwrap();
        assert_eq!(
            lab.get(Role::Regulator, item).expect(200).json()["member"],
            json!(["events"])
        );
    }
    // Unknown and not yours are one answer.
    for path in [
        format!("/epcis/epcs/{}/events", segment(&pack_id("A1"))),
        format!("/epcis/epcs/{}", segment(&pack_id("NONE"))),
        format!("/epcis/readPoints/{}/events", segment(&maker)),
        "/epcis/eventTypes/SalesEvent".to_owned(),
        "/epcis/bizSteps/dancing".to_owned(),
    ] {
        let problem = lab.get(Role::Pharmacy, &path).expect(404).json();
        assert_eq!(
            problem["type"], "epcisException:NoSuchResourceException",
            "{path}"
        );
    }
    let twice = format!("/epcis/epcs/{}/events?MATCH_anyEPC=x", segment(SSCC));
    assert_eq!(lab.get(Role::Regulator, &twice).status, 400);
}

#[test]
fn tokens_of_pages_end_and_are_good_for_their_question_only() {
    let lab = Lab::new();
    let events: Vec<_> = (0..5)
        .map(|n| commission(&[&format!("T{n}")], "LOT1", NOW_MS + n))
        .collect();
    lab.capture(Role::Manufacturer, &events).expect(202);
    let next = || {
        let answer = lab
            .get(Role::Manufacturer, "/epcis/events?perPage=2&EQ_action=ADD")
            .expect(200);
        answer.headers["link"]
            .split(['<', '>'])
            .nth(1)
            .unwrap()
            .to_owned()
    };
    let path = next();
    lab.get(Role::Manufacturer, &path).expect(200);
    assert_eq!(lab.get(Role::Regulator, &path).status, 400, "another key");
    assert_eq!(
        lab.get(Role::Manufacturer, &path.replace("ADD", "OBSERVE"))
            .status,
        400
    );
    assert_eq!(
        lab.get(Role::Manufacturer, &path.replace("perPage=2", "perPage=3"))
            .status,
        200
    );
    let token = path.rsplit('=').next().unwrap();
    let given_back = format!("/epcis/nextPageToken/{token}");
    lab.ask(Role::Manufacturer, ("DELETE", &given_back), &[], &[])
        .expect(204);
    assert_eq!(lab.get(Role::Manufacturer, &path).status, 400, "given back");
    let path = next();
    let other = path.clone();
    lab.world.advance(service::limits::PAGE_TOKEN_MS - 1);
    lab.get(Role::Manufacturer, &path).expect(200);
    lab.world.advance(1);
    let ended = lab.get(Role::Manufacturer, &other).expect(400).json();
    assert_eq!(
        ended["type"], "epcisException:QueryParameterException",
        "{ended}"
    );
}

#[test]
fn master_data_of_a_document_answers_hierarchies_and_attributes() {
    let lab = Lab::new();
    lab.play();
    let (site, hall) = (
        format!("https://id.gs1.org/414/{MAKER}"),
        "https://id.gs1.org/414/9506000100098",
    );
    let mut sent = document(&[move_to(BizStep::Storing, MAKER, NOW_MS)]);
    sent["epcisHeader"] = json!({ "epcisMasterData": { "vocabularyList": [{
        "type": "urn:epcglobal:epcis:vtype:BusinessLocation",
        "vocabularyElementList": [{
            "id": hall,
            "attributes": [{ "id": "urn:epcglobal:cbv:mda#city", "attribute": "Basel" }],
            "children": ["urn:epc:id:sgln:9506000.10001.0"]
        }, { "id": site, "attributes": [{ "id": "urn:epcglobal:cbv:mda#city", "attribute": "Bern" }] }]
    }]}});
    lab.post(Role::Manufacturer, "/epcis/capture", &sent)
        .expect(202);
    let count = |query: &str| {
        let answer = lab
            .get(Role::Regulator, &format!("/epcis/events?{query}"))
            .expect(200);
        answer.events().len()
    };
    let below = format!("WD_bizLocation={}", segment(hall));
    assert_eq!(
        count(&below),
        3,
        "commissioned, shipped and stored at the site below the hall"
    );
    assert_eq!(count(&format!("EQ_bizLocation={}", segment(hall))), 0);
    assert_eq!(count("HASATTR_bizLocation=urn:epcglobal:cbv:mda%23city"), 3);
    assert_eq!(count("EQATTR_bizLocation_cbvmda:city=Bern"), 3);
    assert_eq!(count("EQATTR_bizLocation_cbvmda:city=Basel"), 0);
}

#[test]
fn every_path_tells_its_methods_and_refuses_the_others() {
    let lab = Lab::new();
    let mut paths: Vec<&str> = service::http::router::ROUTES
        .iter()
        .map(|it| it.path)
        .collect();
    paths.retain(|path| path.starts_with("/epcis") && !path.contains("nextPageToken"));
    paths.dedup();
    assert_eq!(paths.len(), 28);
    for path in paths {
        let real = path.replace("{id}", "x").replace("{subscription}", "y");
        let answer = lab.send("OPTIONS", &real, &[], &[]).expect(204);
        let mut allowed: Vec<_> = answer.headers["allow"].split(", ").collect();
        let mut methods: Vec<_> = service::http::router::ROUTES
            .iter()
            .filter(|it| it.path == path)
            .map(|it| it.method)
            .chain(["HEAD"])
            .collect();
        allowed.sort_unstable();
        methods.sort_unstable();
        assert_eq!(allowed, methods, "{path}");
        assert_eq!(answer.headers["gs1-epcis-max"], "2.0", "{path}");
        let put = lab.ask(Role::Admin, ("PUT", &real), &[], &[]).expect(405);
        assert!(put.headers["allow"].contains("OPTIONS"), "{path}");
    }
    assert_eq!(GTIN.len(), 14);
    let put = ("PUT", "/epcis/");
    let put = lab.ask(Role::Admin, put, &[], &[]).expect(405);
    assert_eq!(put.headers["allow"], "GET, HEAD, OPTIONS");
}

#[test]
fn head_is_answered_as_get_without_a_body() {
    let lab = Lab::new();
    lab.play();
    for (path, status) in [
        ("/epcis", 200),
        ("/epcis/", 200),
        ("/epcis/events", 200),
        ("/epcis/events?EQ_colour=x", 400),
        ("/epcis/capture/none", 404),
        ("/epcis/none", 404),
    ] {
        let get = lab.get(Role::Manufacturer, path).expect(status);
        let head = ("HEAD", path);
        let head = lab.ask(Role::Manufacturer, head, &[], &[]).expect(status);
        assert!(head.body.is_empty(), "{path}");
        for name in ["content-type", "content-length"] {
            assert_eq!(
                head.headers.get(name),
                get.headers.get(name),
                "{path} {name}"
            );
        }
    }
    assert_eq!(lab.send("HEAD", "/epcis/events", &[], &[]).status, 401);
    let noted = lab
        .get(Role::Auditor, "/api/v1/accesses")
        .expect(200)
        .json();
    assert!(noted.to_string().contains("\"HEAD\""), "{noted:#}");
}
