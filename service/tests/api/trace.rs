//! The trace of a lot over HTTP: its sum is the reconciliation, its parts list their packs, and
//! nobody learns from it of packs that are not theirs to see.
use std::collections::BTreeSet;

use gs1::BizStep;
use serde_json::{Value, json};
use service::auth::Role;
use service::client::segment;

use crate::lab::{
    Answer, GTIN, HOSPITAL, Lab, MAKER, NOW_MS, SSCC, WHOLESALER, commission, pack_id,
};

const TRACE: &str = "/api/v1/lots/09506000134352/LOT1/trace";
const UNITS: &str = "/api/v1/lots/09506000134352/LOT1/units";
/// Another pallet than the one of `Lab::play`.
const OTHER: &str = "https://id.gs1.org/00/395060000000000023";

/// Packs B1 to B3 of the same lot go to the hospital, on a pallet of their own.
fn story() -> Lab {
    let lab = Lab::new();
    lab.play();
    let places = json!([
        { "type": "location", "id": MAKER, "party": MAKER, "name": "Plant",
          "latitude_e7": 508_021_000, "longitude_e7": 87_668_000, "country": "DE" },
        { "type": "location", "id": WHOLESALER, "party": WHOLESALER, "name": "Depot" },
    ]);
    lab.post(Role::Admin, "/api/v1/master-data", &places)
        .expect(201);
    let made = commission(&["B1", "B2", "B3"], "LOT1", NOW_MS - 86_000_000);
    let to_hospital = |event: &Value| -> Value {
        serde_json::from_str(&event.to_string().replace(WHOLESALER, HOSPITAL)).unwrap()
    };
    let moved =
        |event: Value| serde_json::from_str::<Value>(&event.to_string().replace(SSCC, OTHER));
    let packed = moved(crate::lab::pack(&["B1", "B2", "B3"], NOW_MS - 79_000_000)).unwrap();
    let shipped = crate::lab::move_to(BizStep::Shipping, MAKER, NOW_MS - 69_000_000);
    // To the hospital: who is named as the end of a movement sees it.
    let shipped = to_hospital(&moved(shipped).unwrap());
    lab.capture(Role::Manufacturer, &[made, packed, shipped])
        .expect(202);
    let received = crate::lab::move_to(BizStep::Receiving, HOSPITAL, NOW_MS - 59_000_000);
    let received = to_hospital(&moved(received).unwrap());
    lab.capture(Role::Hospital, &[received]).expect(202);
    lab
}

fn list<'a>(told: &'a Value, name: &str) -> &'a Vec<Value> {
    told[name].as_array().unwrap()
}

fn parties(told: &Value) -> BTreeSet<String> {
    let lanes = list(told, "lanes").iter();
    let glns = lanes.filter_map(|lane| lane["party"]["gln"].as_str());
    glns.map(ToOwned::to_owned).collect()
}

fn packs_of(answer: &Answer) -> Vec<String> {
    let told = answer.json();
    let ids = list(&told, "packs").iter();
    ids.map(|pack| pack["serial"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn its_sum_is_the_reconciliation_and_its_lanes_have_places() {
    let lab = story();
    let told = lab.get(Role::Manufacturer, TRACE).expect(200).json();
    let path = TRACE.replace("trace", "reconciliation");
    let sum = lab.get(Role::Manufacturer, &path).expect(200).json();
    for field in ["made", "located", "terminal", "unknown", "by_status"] {
        assert_eq!(told["sum"][field], sum[field], "{field}");
    }
    assert_eq!(told["whole"], true);
    assert_eq!(list(&told, "lanes").len(), 3);
    let maker = &told["lanes"][0];
    assert_eq!(maker["party"]["gln"], MAKER);
    assert_eq!(maker["place_name"], "Plant");
    assert_eq!(maker["country"], "DE");
    assert_eq!(maker["latitude"], 50.8021);
    let hospital = list(&told, "lanes").iter();
    let hospital = hospital.filter(|it| it["party"]["gln"] == HOSPITAL);
    assert_eq!(hospital.filter(|it| it["latitude"].is_null()).count(), 1);
    let edges: Vec<(u64, u64)> = list(&told, "edges")
        .iter()
        .map(|it| {
            (
                it["packs"].as_u64().unwrap(),
                it["unit_count"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(edges.iter().map(|it| it.0).sum::<u64>(), 5);
    assert!(
        edges.contains(&(2, 1)) && edges.contains(&(3, 1)),
        "{edges:?}"
    );
}

#[test]
fn another_partys_movements_do_not_leak() {
    let lab = story();
    let told = |role| lab.get(role, TRACE).expect(200).json();
    let wholesaler = told(Role::Wholesaler);
    assert_eq!(wholesaler["whole"], false);
    assert_eq!(wholesaler["sum"]["made"], 2);
    let own = BTreeSet::from([MAKER.to_owned(), WHOLESALER.to_owned()]);
    assert_eq!(parties(&wholesaler), own);
    let text = wholesaler.to_string();
    assert!(!text.contains(HOSPITAL) && !text.contains(OTHER), "{text}");
    let units = lab.get(Role::Wholesaler, UNITS).expect(200).json();
    assert_eq!(
        (&units["packs"], &units["unit_count"]),
        (&json!(2), &json!(1))
    );
    let foreign = format!("{UNITS}?in={}", segment(OTHER));
    lab.get(Role::Wholesaler, &foreign).expect(404);
    lab.get(Role::Hospital, &foreign).expect(200);
    // The maker's node of the wholesaler's trace is not a way to the packs of the others.
    for node in list(&told(Role::Manufacturer), "nodes") {
        let at = node["id"].as_str().unwrap();
        let answer = lab.get(Role::Wholesaler, &format!("{TRACE}/packs?at={at}"));
        if answer.status == 200 {
            let serials = packs_of(&answer);
            assert!(serials.iter().all(|it| it.starts_with('A')), "{serials:?}");
        }
    }
    let all = lab.get(Role::Auditor, TRACE).expect(200).json();
    assert_eq!(
        (&all["whole"], &all["sum"]["made"]),
        (&json!(true), &json!(5))
    );
}

#[test]
fn an_unknown_lot_is_answered_as_one_that_is_not_yours() {
    let lab = story();
    let told = |path: &str| {
        let answer = lab.get(Role::Pharmacy, path).expect(404);
        let mut body = answer.json();
        body.as_object_mut().unwrap().remove("instance");
        body
    };
    for what in ["trace", "trace/packs?at=x-0", "units"] {
        let path = |lot: &str| format!("/api/v1/lots/{GTIN}/{lot}/{what}");
        assert_eq!(told(&path("LOT1")), told(&path("NONE")), "{what}");
    }
}

#[test]
fn nodes_edges_and_containers_list_their_packs() {
    let lab = story();
    let told = lab.get(Role::Manufacturer, TRACE).expect(200).json();
    let nodes = list(&told, "nodes");
    let id = |at: &Value| nodes[usize::try_from(at.as_u64().unwrap()).unwrap()]["id"].clone();
    let bucket = told["bucket_ms"].as_i64().unwrap();
    let mut seen = Vec::new();
    for edge in list(&told, "edges") {
        let (from, to) = (id(&edge["from"]), id(&edge["to"]));
        let (from, to) = (from.as_str().unwrap(), to.as_str().unwrap());
        let path = format!("{TRACE}/packs?at={from}&to={to}&bucket_ms={bucket}");
        let answer = lab.get(Role::Manufacturer, &path).expect(200);
        assert_eq!(answer.json()["count"], edge["packs"]);
        seen.extend(packs_of(&answer));
        let first = lab
            .get(Role::Manufacturer, &format!("{path}&limit=1"))
            .expect(200);
        let next = first.json()["next"].as_str().unwrap().to_owned();
        let second = lab.get(Role::Manufacturer, &format!("{path}&limit=1&cursor={next}"));
        assert_ne!(packs_of(&first), packs_of(&second.expect(200)));
    }
    seen.sort();
    assert_eq!(seen, ["A1", "A2", "B1", "B2", "B3"]);
    lab.get(Role::Manufacturer, &format!("{TRACE}/packs?at=none-0"))
        .expect(404);
    let units = lab.get(Role::Manufacturer, UNITS).expect(200).json();
    assert_eq!(units["units"][0]["id"], OTHER);
    assert_eq!(units["units"][0]["packs"], 3);
    let inside = format!("{UNITS}?in={}", segment(SSCC));
    let inside = lab.get(Role::Manufacturer, &inside).expect(200).json();
    assert_eq!(inside["loose"][0]["id"], pack_id("A1"));
}

#[test]
fn parameters_are_checked_and_narrow_what_is_told() {
    let lab = story();
    for bad in [
        "nodes=0",
        "nodes=2001",
        "as_of=yesterday",
        "bucket_ms=0",
        "from=1",
        "colour=red",
    ] {
        let answer = lab.get(Role::Manufacturer, &format!("{TRACE}?{bad}"));
        assert_eq!(
            answer.expect(400).json()["code"],
            "query_parameter",
            "{bad}"
        );
    }
    let at = |ms: i64| segment(&service::app::time_text(ms));
    let get = |query: String| {
        lab.get(Role::Manufacturer, &format!("{TRACE}?{query}"))
            .json()
    };
    let then = get(format!("as_of={}", at(NOW_MS - 69_500_000)));
    assert_eq!(then["sum"]["by_status"]["in_transit"], 2);
    let one = get("nodes=1".to_owned());
    assert_eq!(
        (list(&one, "nodes").len(), &one["sum"]["made"]),
        (1, &json!(5))
    );
    let only = get(format!("holder={HOSPITAL}"));
    assert_eq!(
        parties(&only),
        BTreeSet::from([MAKER.to_owned(), HOSPITAL.to_owned()])
    );
    let late = get(format!("from={}", at(NOW_MS - 59_500_000)));
    assert_eq!(parties(&late).len(), 2);
}
