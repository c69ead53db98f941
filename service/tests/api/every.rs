//! A request for every operation that the description names, each with real identifiers of a story
//! and a body that does something, and the role for which it succeeds. What is held against every
//! operation (who may, what is noted, what strangers learn) takes its requests from here, and an
//! operation without one fails.
use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::Receiver;

use serde_json::{Value, json};
use service::auth::{Role, Scope};
use service::client::segment;

use crate::gateway;
use crate::lab::{
    self, Answer, GTIN, HOSPITAL, Lab, MAKER, NOW_MS, PHARMACY, SSCC, WHOLESALER, commission,
    device_of, document, pack_id, place,
};
use crate::request::Request;
use crate::subscribe::{Sent, receiver};

/// A method and a path with `{name}` for segments.
pub(crate) type Operation = (String, String);

const CASE: &str = "0190a6b5-0000-7000-8000-00000000000c";
const ITEM: &str = "0190a6b5-0000-7000-8000-000000000011";
const SPKI: [&str; 2] = [
    "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1",
    "b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2",
];
const VRS: &str = "linkType=verificationService&context=dscsaSaleableReturn\
    &reqGLN=(asker)&corrUUID=0190a6b5-0000-7000-8000-000000000001";

/// Every operation of the description.
pub(crate) fn operations() -> BTreeSet<Operation> {
    let described: Value = serde_json::from_str(&service::openapi_json()).unwrap();
    let methods = ["get", "post", "put", "delete", "options", "patch", "head"];
    let mut found = BTreeSet::new();
    for (path, item) in described["paths"].as_object().unwrap() {
        let named = item.as_object().unwrap().keys();
        for method in named.filter(|it| methods.contains(&it.as_str())) {
            found.insert((method.to_uppercase(), path.clone()));
        }
    }
    found
}

/// A story with something of everything in it, and the requests.
pub(crate) struct Every {
    pub(crate) lab: Lab,
    /// One for each operation that is not open, in an order in which each finds what it names.
    pub(crate) requests: Vec<Request>,
    /// Where the subscription delivers to.
    _sent: Receiver<Sent>,
}

/// What the story left.
struct Story {
    event: String,
    block: String,
    job: String,
    case: String,
    notice: String,
    grant: String,
    link: String,
    trace_node: String,
    spare_key: String,
    bound_key: String,
    subscriptions: [String; 2],
    token: String,
    upload: Vec<u8>,
}

impl Every {
    pub(crate) fn new() -> Self {
        let lab = Lab::new();
        let (url, sent) = receiver(vec![]);
        let story = play(&lab, &url);
        let requests = [
            epcis(&story, &url),
            counter(&story),
            records(&story),
            recalls(&story),
            exceptions(),
            machines(&story),
            manage(&story),
            people(),
            ends(&story),
        ];
        Self {
            lab,
            requests: requests.into_iter().flatten().collect(),
            _sent: sent,
        }
    }

    /// The request of each operation.
    pub(crate) fn by_operation(&self) -> BTreeMap<Operation, &Request> {
        let all = self.requests.iter().map(|it| (it.operation(), it));
        let map: BTreeMap<_, _> = all.collect();
        assert_eq!(map.len(), self.requests.len(), "one for each operation");
        map
    }
}

fn play(lab: &Lab, url: &str) -> Story {
    lab.play();
    let made = |serials: &[&str], lot: &str, ago: i64| {
        let made = [commission(serials, lot, NOW_MS - ago)];
        lab.capture(Role::Manufacturer, &made).expect(202)
    };
    let job = made(&["C1", "C2"], "LOT2", 50_000_000).headers["location"].clone();
    // A pack is made twice: a finding, and a case.
    made(&["A1"], "LOT1", 1_000);
    let text = |answer: Answer, pointer: &str| {
        let told = answer.json();
        let found = told.pointer(pointer).and_then(Value::as_str);
        found
            .unwrap_or_else(|| panic!("no {pointer} in {told:#}"))
            .to_owned()
    };
    let admin = |path: &str| lab.get(Role::Admin, path).expect(200);
    let recall = json!({ "type": "recall", "gtin": GTIN, "lot": "LOT1", "reason": "seal" });
    lab.post(Role::Manufacturer, "/api/v1/decisions", &recall)
        .expect(201);
    let notices = format!("/api/v1/recalls/{GTIN}/LOT1/notices");
    let notice = lab
        .post(Role::Manufacturer, &notices, &json!({}))
        .expect(201);
    let to = format!("/api/v1/exceptions?to={MAKER}");
    lab.post(Role::Wholesaler, &to, &report(1)).expect(201);
    let mut subscriptions = Vec::new();
    for name in ["mine", "spare"] {
        let query = json!({ "name": name, "query": { "EQ_bizStep": ["inspecting"] } });
        lab.post(Role::Manufacturer, "/epcis/queries", &query)
            .expect(201);
    }
    for _ in 0..2 {
        let path = "/epcis/queries/mine/subscriptions";
        let made = lab
            .post(Role::Manufacturer, path, &subscription(url))
            .expect(201);
        let location = &made.headers["location"];
        subscriptions.push(location.rsplit('/').next().unwrap().to_owned());
    }
    let grant = lab.post(Role::Manufacturer, "/api/v1/grants", &grant_of(PHARMACY));
    let links = format!("/api/v1/shipments/{}/links", segment(SSCC));
    let link = lab.post(Role::Manufacturer, &links, &json!({}));
    let trace = format!("/api/v1/lots/{GTIN}/LOT1/trace");
    let page = lab
        .get(Role::Manufacturer, "/epcis/events?perPage=1")
        .expect(200);
    let token = page.headers["link"].split("nextPageToken=").nth(1).unwrap();
    let token = token.split(['>', '&']).next().unwrap().to_owned();
    let key = || {
        let made = lab.made_key(Some(WHOLESALER), Role::Gateway, Scope::default(), None);
        made.split('_').nth(1).unwrap().to_owned()
    };
    let (spare_key, bound_key) = (key(), key());
    let bind = format!("/api/v1/keys/{bound_key}/certificates");
    let first = json!({ "spki_sha256": SPKI[0] });
    lab.post(Role::Admin, &bind, &first).expect(201);
    Story {
        event: text(
            admin("/epcis/events"),
            "/epcisBody/queryResults/resultsBody/eventList/0/eventID",
        ),
        block: text(admin(&lab::pack_path("A1", "history")), "/events/0/block"),
        job: job.rsplit('/').next().unwrap().to_owned(),
        case: text(admin("/api/v1/cases"), "/cases/0/id"),
        notice: text(notice, "/notices/0/id"),
        grant: text(grant.expect(201), "/id"),
        link: text(link.expect(201), "/link/id"),
        trace_node: text(lab.get(Role::Wholesaler, &trace).expect(200), "/nodes/0/id"),
        spare_key,
        bound_key,
        subscriptions: subscriptions.try_into().unwrap(),
        token,
        upload: gateway::a_block(lab, device_of(1)),
    }
}

fn report(message: u32) -> Value {
    json!({
        "message_uuid": format!("0190a6b5-0000-7000-8000-{message:012}"),
        "exception_case_uuid": CASE,
        "timestamp": NOW_MS / 1000,
        "po_number": "PO-1",
        "sender_information": { "gln": WHOLESALER, "email": "receiving@example.com" },
        "exceptions": { "missing_product_data": [{
            "exception_item_uuid": ITEM,
            "product_gtin": GTIN,
            "product_serial": "A1",
            "observation_source": "Packing Slip",
            "resolution_request": "Send new data",
        }] },
        "case_resolved": false,
    })
}

fn subscription(url: &str) -> Value {
    json!({ "dest": url, "stream": true, "signatureToken": "s3cret" })
}

fn grant_of(to: &str) -> Value {
    json!({ "to": { "party": to }, "of": { "kind": "lot", "gtin": GTIN, "lot": "LOT2" },
        "purpose": "complaint" })
}

fn scan(serial: &str, lot: &str) -> String {
    format!("(01){GTIN}(21){serial}(17)280131(10){lot}")
}

fn get(pattern: &'static str, role: Role, names: &[&str]) -> Request {
    Request::new("GET", pattern, role).of(names)
}

fn post(pattern: &'static str, role: Role, names: &[&str]) -> Request {
    Request::new("POST", pattern, role).of(names)
}

fn delete(pattern: &'static str, role: Role, names: &[&str]) -> Request {
    Request::new("DELETE", pattern, role).of(names)
}

fn epcis(story: &Story, url: &str) -> Vec<Request> {
    use Role::{Manufacturer, Wholesaler};
    let here = place(MAKER).canonical();
    let pack = pack_id("A1");
    let mut all = vec![
        get("/epcis", Wholesaler, &[]),
        get("/epcis/capture", Manufacturer, &[]),
        get("/epcis/capture/{id}", Manufacturer, &[&story.job]),
        get("/epcis/events", Wholesaler, &[]),
        get("/epcis/events/{id}", Wholesaler, &[&story.event]),
    ];
    for (list, one, events, name) in [
        (
            "/epcis/eventTypes",
            "/epcis/eventTypes/{id}",
            "/epcis/eventTypes/{id}/events",
            "ObjectEvent",
        ),
        (
            "/epcis/epcs",
            "/epcis/epcs/{id}",
            "/epcis/epcs/{id}/events",
            pack.as_str(),
        ),
        (
            "/epcis/bizSteps",
            "/epcis/bizSteps/{id}",
            "/epcis/bizSteps/{id}/events",
            "commissioning",
        ),
        (
            "/epcis/bizLocations",
            "/epcis/bizLocations/{id}",
            "/epcis/bizLocations/{id}/events",
            here.as_str(),
        ),
        (
            "/epcis/readPoints",
            "/epcis/readPoints/{id}",
            "/epcis/readPoints/{id}/events",
            here.as_str(),
        ),
        (
            "/epcis/dispositions",
            "/epcis/dispositions/{id}",
            "/epcis/dispositions/{id}/events",
            "active",
        ),
    ] {
        all.push(get(list, Wholesaler, &[]));
        all.push(get(one, Wholesaler, &[name]));
        all.push(get(events, Wholesaler, &[name]));
    }
    let mut event = commission(&["E1"], "LOT2", NOW_MS - 5_000);
    event["@context"] = document(&[])["@context"].clone();
    let captured = document(&[commission(&["D1"], "LOT2", NOW_MS - 6_000)]);
    let query = json!({ "name": "more", "query": { "EQ_bizStep": ["inspecting"] } });
    all.extend([
        post("/epcis/capture", Manufacturer, &[]).says(&captured, 202),
        post("/epcis/events", Manufacturer, &[]).says(&event, 201),
        get("/epcis/queries", Manufacturer, &[]),
        post("/epcis/queries", Manufacturer, &[]).says(&query, 201),
        get("/epcis/queries/{id}", Manufacturer, &["mine"]),
        get("/epcis/queries/{id}/events", Manufacturer, &["mine"]),
        get("/epcis/queries/{id}/subscriptions", Manufacturer, &["mine"]),
        post("/epcis/queries/{id}/subscriptions", Manufacturer, &["mine"])
            .says(&subscription(url), 201),
        get(
            "/epcis/queries/{id}/subscriptions/{subscription}",
            Manufacturer,
            &["mine", &story.subscriptions[0]],
        ),
    ]);
    all
}

fn counter(story: &Story) -> Vec<Request> {
    use Role::{Manufacturer, Wholesaler};
    let one = json!({ "scan": scan("A1", "LOT1"), "purpose": "training" });
    let two = json!({ "scans": [scan("A1", "LOT1"), scan("A2", "LOT1")], "purpose": "training" });
    let destroyed = json!({ "operation": "destroy", "scans": [scan("C1", "LOT2")] });
    let returned = json!({ "scans": [scan("A2", "LOT1")] });
    let assigned = json!({ "act": { "assign": MAKER }, "reason": "upload" });
    let comment = json!({ "text": "We keep the carton." });
    let pack = [GTIN, "LOT1", "A1"];
    let partners = format!("gtin={GTIN}&reqGLN=(asker)");
    vec![
        post("/api/v1/verify", Wholesaler, &[]).says(&one, 200),
        post("/api/v1/verify/batch", Wholesaler, &[]).says(&two, 200),
        post("/api/v1/operations", Manufacturer, &[]).says(&destroyed, 200),
        post("/api/v1/returns/check", Wholesaler, &[]).says(&returned, 200),
        get("/api/v1/cases", Manufacturer, &[]),
        get("/api/v1/cases/{id}", Manufacturer, &[&story.case]),
        post("/api/v1/cases/{id}/rulings", Manufacturer, &[&story.case]).says(&assigned, 201),
        post("/api/v1/cases/{id}/comments", Wholesaler, &[&story.case]).says(&comment, 201),
        get("/api/v1/cases/{id}/evidence", Manufacturer, &[&story.case]),
        get("/vrs/gtin/{gtin}/lot/{lot}/ser/{serial}", Wholesaler, &pack).query(VRS),
        get(
            "/vrs/verify/gtin/{gtin}/lot/{lot}/ser/{serial}",
            Wholesaler,
            &pack,
        )
        .query(VRS),
        get("/vrs/checkConnectivity", Wholesaler, &[]).query(&partners),
    ]
}

fn records(story: &Story) -> Vec<Request> {
    use Role::Wholesaler;
    let pack = pack_id("A1");
    let medication = format!("{GTIN}-{}", hex::encode("LOT1"));
    vec![
        get("/api/v1/packs/{id}/history", Wholesaler, &[&pack]),
        get("/api/v1/packs/{id}/genealogy", Wholesaler, &[&pack]),
        get("/api/v1/packs/{id}/proof", Wholesaler, &[&pack]),
        get("/api/v1/packs/{id}/evidence", Wholesaler, &[&pack]),
        get("/api/v1/lots/{gtin}/{lot}", Wholesaler, &[GTIN, "LOT1"]),
        get(
            "/api/v1/lots/{gtin}/{lot}/reconciliation",
            Role::Manufacturer,
            &[GTIN, "LOT1"],
        ),
        get(
            "/api/v1/lots/{gtin}/{lot}/trace",
            Wholesaler,
            &[GTIN, "LOT1"],
        ),
        get(
            "/api/v1/lots/{gtin}/{lot}/trace/packs",
            Wholesaler,
            &[GTIN, "LOT1"],
        )
        .query(&format!("at={}", story.trace_node)),
        get(
            "/api/v1/lots/{gtin}/{lot}/units",
            Wholesaler,
            &[GTIN, "LOT1"],
        ),
        get("/api/v1/shipments/{id}/links", Wholesaler, &[SSCC]),
        get("/api/v1/shipments", Wholesaler, &[]),
        get("/api/v1/shipments/{id}", Wholesaler, &[SSCC]),
        get("/api/v1/shipments/{id}/readings", Wholesaler, &[SSCC]),
        get("/api/v1/packs/{id}/readings", Wholesaler, &[&pack]),
        get("/api/v1/shipments/{id}/evidence", Wholesaler, &[SSCC]),
        get(
            "/api/v1/shipments/{id}/exception-report",
            Wholesaler,
            &[SSCC],
        )
        .query("email=receiving@example.com")
        // Nothing is wrong with this one.
        .ends(422),
        get("/api/v1/stream", Wholesaler, &[]),
        get("/fhir/{version}/metadata", Wholesaler, &["r4"]),
        get(
            "/fhir/{version}/{resource}",
            Wholesaler,
            &["r5", "Medication"],
        )
        .query(&format!("identifier={}", segment(&pack))),
        get(
            "/fhir/{version}/{resource}/{id}",
            Wholesaler,
            &["r4", "Medication", &medication],
        ),
        get("/api/v1/ledger", Wholesaler, &[]),
        get("/api/v1/blocks", Wholesaler, &[]).query("per_page=5"),
        get("/api/v1/blocks/{id}", Wholesaler, &[&story.block]),
        get("/api/v1/blocks/{id}/proof", Wholesaler, &[&story.block]).query("item=0"),
        get("/api/v1/checkpoint", Wholesaler, &[]),
        get("/api/v1/alerts", Wholesaler, &[]),
        get("/api/v1/me", Wholesaler, &[]),
        get("/api/v1/grants", Wholesaler, &[]),
        get("/api/v1/devices", Wholesaler, &[]),
    ]
}

fn recalls(story: &Story) -> Vec<Request> {
    use Role::{Manufacturer, Wholesaler};
    let said = json!({ "quarantined": 1 });
    let decision = json!({ "type": "recall", "gtin": GTIN, "lot": "LOT2", "reason": "seal" });
    vec![
        get("/api/v1/recalls", Wholesaler, &[]),
        get("/api/v1/recall-list", Wholesaler, &[]),
        get("/api/v1/recalls/{gtin}/{lot}", Wholesaler, &[GTIN, "LOT1"]),
        post(
            "/api/v1/recalls/{gtin}/{lot}/notices",
            Manufacturer,
            &[GTIN, "LOT1"],
        )
        .says(&json!({}), 201),
        get("/api/v1/notices", Wholesaler, &[]),
        post(
            "/api/v1/notices/{id}/confirmation",
            Wholesaler,
            &[&story.notice],
        )
        .says(&said, 200),
        post("/api/v1/decisions", Manufacturer, &[]).says(&decision, 201),
    ]
}

fn exceptions() -> Vec<Request> {
    use Role::{Manufacturer, Wholesaler};
    let response = json!({
        "message_uuid": "0190a6b5-0000-7000-8000-000000000003",
        "exception_case_uuid": CASE,
        "timestamp": NOW_MS / 1000,
        "po_number": "PO-1",
        "sender_information": { "email": "edi@example.com" },
        "response_items": [{ "exception_item_uuid": ITEM, "resolution_response": "Accept" }],
    });
    vec![
        get("/api/v1/exceptions", Manufacturer, &[]),
        post("/api/v1/exceptions", Wholesaler, &[])
            .query(&format!("to={MAKER}"))
            .says(&report(2), 201),
        get("/api/v1/exceptions/{id}", Manufacturer, &[CASE]),
        post("/api/v1/exceptions/{id}/responses", Manufacturer, &[CASE]).says(&response, 201),
    ]
}

fn machines(story: &Story) -> Vec<Request> {
    let author = format!("author={}", device_of(1).key_id());
    vec![
        post("/api/v1/blocks", Role::Device, &[]).sends(
            "application/cbor",
            story.upload.clone(),
            200,
        ),
        get("/api/v1/tips", Role::Device, &[]).query(&author),
    ]
}

fn manage(story: &Story) -> Vec<Request> {
    use Role::Admin;
    let party = json!({ "gln": "9506000100081", "name": "One more", "role": "wholesaler" });
    let device = json!({ "key": device_of(9).key_id().to_string(), "party": WHOLESALER,
        "label": "dock-9", "role": "device" });
    let invited = json!({ "party": WHOLESALER, "label": "dock-8", "role": "gateway" });
    let product = json!([{ "type": "product", "gtin": "09506000134369", "name": "Metformin",
        "mah": MAKER, "storage": "CRT" }]);
    let key = json!({ "party": WHOLESALER, "roles": ["wholesaler"], "label": "till 2" });
    let erased = json!({ "retention": [{ "media": "epcis_event", "keep_days": 9_999 }],
        "reason": "age" });
    vec![
        post("/api/v1/master-data", Admin, &[]).says(&product, 201),
        get("/api/v1/keys", Admin, &[]),
        post("/api/v1/keys", Admin, &[]).says(&key, 201),
        post("/api/v1/keys/{id}/certificates", Admin, &[&story.bound_key])
            .says(&json!({ "spki_sha256": SPKI[1] }), 201),
        post("/api/v1/parties", Admin, &[]).says(&party, 201),
        post("/api/v1/devices", Admin, &[]).says(&device, 201),
        get("/api/v1/devices/invitations", Admin, &[]),
        post("/api/v1/devices/invitations", Admin, &[]).says(&invited, 201),
        post("/api/v1/grants", Role::Manufacturer, &[]).says(&grant_of(HOSPITAL), 201),
        post("/api/v1/shipments/{id}/links", Role::Wholesaler, &[SSCC]).says(&json!({}), 201),
        // Neither has the story a folder for copies, nor a bundle of its network, nor anything old.
        post("/api/v1/backups", Admin, &[]).says(&json!({ "name": "one" }), 422),
        post("/api/v1/ledger/import", Admin, &[]).sends(
            "application/octet-stream",
            b"no bundle".to_vec(),
            400,
        ),
        post("/api/v1/ledger/erase", Admin, &[]).says(&erased, 422),
        get("/api/v1/witnesses", Admin, &[]),
        get("/api/v1/accesses", Admin, &[]),
    ]
}

/// What is of people who sign in, and of nobody else.
fn people() -> Vec<Request> {
    use Role::Admin;
    let signed = json!({ "request": "POST /api/v1/decisions", "sha256": SPKI[0],
        "meaning": "approval" });
    let made = json!({ "label": "phone", "credential": {} });
    let no_session = [
        post("/auth/passkeys/challenge", Admin, &[]).says(&json!({}), 422),
        post("/auth/passkeys", Admin, &[]).says(&made, 400),
        get("/auth/passkeys", Admin, &[]).ends(422),
        delete("/auth/passkeys/{id}", Admin, &["nothing"]).ends(422),
        post("/auth/signatures/challenge", Admin, &[]).says(&signed, 422),
    ];
    let overseen = [
        get("/api/v1/signatures", Admin, &[]),
        get("/api/v1/sessions", Admin, &[]),
        delete("/api/v1/sessions/{id}", Admin, &["nothing"]).ends(404),
    ];
    no_session.into_iter().chain(overseen).collect()
}

/// What takes away what others name comes last.
fn ends(story: &Story) -> Vec<Request> {
    use Role::Manufacturer;
    vec![
        delete(
            "/epcis/nextPageToken/{token}",
            Manufacturer,
            &[&story.token],
        ),
        delete(
            "/epcis/queries/{id}/subscriptions/{subscription}",
            Manufacturer,
            &["mine", &story.subscriptions[1]],
        ),
        delete("/epcis/queries/{id}", Manufacturer, &["spare"]),
        post("/api/v1/grants/{id}/revoke", Manufacturer, &[&story.grant])
            .says(&json!({ "reason": "closed" }), 200),
        delete(
            "/api/v1/shipments/{id}/links/{link}",
            Manufacturer,
            &[SSCC, &story.link],
        ),
        delete(
            "/api/v1/keys/{id}/certificates/{certificate}",
            Role::Admin,
            &[&story.bound_key, SPKI[0]],
        ),
        delete("/api/v1/keys/{id}", Role::Admin, &[&story.spare_key]),
        delete(
            "/api/v1/devices/invitations/{id}",
            Role::Admin,
            &["nothing"],
        )
        .ends(404),
    ]
}
