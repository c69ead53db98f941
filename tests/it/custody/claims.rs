//! Whose a place, a product and a box are: nobody comes to see or to decide about what is
//! another's by describing it as its own.

use gs1::BizStep;
use serde_json::{Value, json};
use service::auth::Role;
use service::store::NewApiKey;
use tests::http::Client;
use tests::trade::{DAY_MS, NOW_MS, Trade, WARM, commission, gln, id, moved, path, place};

use super::rows;

const PALLET: &str = "https://id.gs1.org/00/395060001000000105";
/// A product that no master data describes.
const NEW: &str = "09506000134376";

const RIVAL: &str = "9506000200019";

/// With another manufacturer, which has nothing to do with anything.
fn trade() -> Trade {
    let mut trade = Trade::new();
    let key = manufacturer(&trade, RIVAL);
    trade.clients.insert("rival", key);
    trade
}

fn manufacturer(trade: &Trade, gln: &str) -> Client {
    let party = service::NewParty {
        gln: gln.to_owned(),
        name: "A rival".to_owned(),
        role: Role::Manufacturer,
    };
    trade.node().register_party(&party).expect("a party");
    let new = NewApiKey {
        party: Some(gln.to_owned()),
        roles: [Role::Manufacturer].into(),
        label: gln.to_owned(),
        expires_ms: None,
        scope: service::auth::Scope::default(),
    };
    let made = trade.node().create_api_key(new).expect("a key");
    Client::new(&trade.url()).with_key(&made.key)
}

fn of(who: &str) -> &'static str {
    if who == "rival" { RIVAL } else { gln(who) }
}

fn claim(trade: &Trade, who: &str, place: &str) -> u16 {
    let record = json!([{ "type": "location", "id": place, "party": of(who), "name": "Ours" }]);
    trade.post(who, "/api/v1/master-data", &record).status
}

fn product(trade: &Trade, who: &str, maker: &str) -> u16 {
    let record = json!([{ "type": "product", "gtin": NEW, "name": "New", "mah": of(maker),
        "storage": "CRT" }]);
    trade.post(who, "/api/v1/master-data", &record).status
}

fn seen(trade: &Trade, who: &str) -> usize {
    let all = trade
        .get(who, "/epcis/events?perPage=100")
        .expect(200)
        .json();
    rows(&all, "/epcisBody/queryResults/resultsBody/eventList").len()
}

/// A look at a pack at a place.
fn looked(at: &str) -> Value {
    let mut event = moved(
        ("maker", "wholesaler"),
        BizStep::Inspecting,
        &[PALLET],
        5,
        None,
    );
    for end in ["sourceList", "destinationList", "eventID"] {
        event.as_object_mut().unwrap().remove(end);
    }
    event["readPoint"] = json!({ "id": at });
    event["bizLocation"] = json!({ "id": at });
    event
}

#[test]
fn a_place_is_not_claimed_from_whose_it_is() {
    let trade = trade();
    trade.deliver(WARM, &["A1"], "L1", PALLET);
    let own = place("wholesaler").canonical();
    let dock = format!("{own}/254/dock1");
    let depot = "https://id.gs1.org/414/9506000299990";
    trade.capture("maker", &[looked(depot)]);
    assert_eq!(seen(&trade, "rival"), 0);
    // By its GLN, with or without a part of it, and where somebody recorded before.
    let gate = format!("{depot}/254/gate");
    for at in [own.as_str(), &dock, depot, &gate] {
        assert_eq!(claim(&trade, "rival", at), 403, "{at}");
    }
    assert_eq!(seen(&trade, "rival"), 0);
    let said = json!([{ "type": "location", "id": own, "party": RIVAL, "name": "x" }]);
    let refused = trade.post("rival", "/api/v1/master-data", &said);
    let refused = refused.expect(403).text();
    assert!(
        refused.contains("the place is another party's"),
        "{refused}"
    );
    for at in [place("maker").canonical().as_str(), depot, &gate] {
        assert_eq!(claim(&trade, "maker", at), 201, "{at}");
    }
    // What is nobody's is free for who comes first.
    let free = "https://id.gs1.org/414/9506000299983";
    assert_eq!(claim(&trade, "rival", free), 201);
    assert_eq!(claim(&trade, "maker", &format!("{free}/254/hall")), 403);
    let hall = "https://id.gs1.org/414/9506000299976/254/hall";
    assert_eq!(claim(&trade, "maker", hall), 201);
    let whole = "https://id.gs1.org/414/9506000299976";
    assert_eq!(claim(&trade, "rival", whole), 403);
}

/// The operator's word about a place counts more than who was first, and a party's own GLN more
/// than whoever described the place before it was registered.
#[test]
fn a_place_that_was_taken_comes_back() {
    let trade = trade();
    trade.deliver(WARM, &["A1"], "L1", PALLET);
    let depot = "https://id.gs1.org/414/9506000299990";
    trade.capture("maker", &[looked(depot)]);
    let said = json!([{ "type": "location", "id": depot, "party": RIVAL, "name": "x" }]);
    drop(
        trade
            .post("admin", "/api/v1/master-data", &said)
            .expect(201),
    );
    assert_eq!(claim(&trade, "maker", depot), 403);
    assert_eq!(claim(&trade, "rival", &format!("{depot}/254/gate")), 201);
    assert_eq!(seen(&trade, "rival"), 1);

    let late = "https://id.gs1.org/414/9506000299983";
    assert_eq!(claim(&trade, "rival", late), 201);
    let owner = manufacturer(&trade, "9506000299983");
    trade.capture("maker", &[looked(late)]);
    assert_eq!(
        seen(&trade, "rival"),
        1,
        "not what happens at a party's own place"
    );
    let own = json!([{ "type": "location", "id": late, "party": "9506000299983", "name": "x" }]);
    drop(owner.post("/api/v1/master-data", &own).expect(201));
}

/// A company prefix that a URN has shown belongs to the parties whose GLNs begin with it.
#[test]
fn a_place_under_anothers_company_prefix_is_not_claimed() {
    let trade = trade();
    let inside = "https://id.gs1.org/414/9506000200187";
    trade.capture("maker", &[looked("urn:epc:id:sgln:95060002.0002.0")]);
    assert_eq!(claim(&trade, "maker", inside), 403);
    assert_eq!(claim(&trade, "rival", inside), 201);
    let outside = "https://id.gs1.org/414/9506000399997";
    assert_eq!(claim(&trade, "maker", outside), 201);
}

#[test]
fn a_product_is_not_claimed_from_who_makes_it() {
    let trade = trade();
    let made = |serial| commission(NEW, &[serial], "N1", NOW_MS - 3 * DAY_MS);
    trade.capture("maker", &[made("N1")]);
    assert_eq!(product(&trade, "rival", "rival"), 403);
    let history = path("packs", &id(NEW, "N1"), "/history");
    drop(trade.get("rival", &history).expect(404));
    let recall = json!({ "type": "recall", "gtin": NEW, "lot": "N1", "reason": "x" });
    drop(
        trade
            .post("rival", "/api/v1/decisions", &recall)
            .expect(403),
    );
    assert_eq!(product(&trade, "maker", "maker"), 201);

    // The operator says otherwise; and packs that somebody else made later change nothing.
    assert_eq!(product(&trade, "admin", "rival"), 201);
    trade.capture("maker", &[made("N2")]);
    assert_eq!(product(&trade, "maker", "maker"), 403);
    assert_eq!(product(&trade, "rival", "rival"), 201);
}

/// Who may judge a box follows from what was ever in it: its maker also when it was unpacked, and
/// no maker alone when another's pack was in it.
#[test]
fn a_box_is_judged_for_all_that_was_ever_in_it() {
    let trade = trade();
    assert_eq!(product(&trade, "admin", "rival"), 201);
    let rule = |who: &str, what: &str| {
        let said = json!({ "type": what, "subject": PALLET, "reason": "looked at" });
        trade.post(who, "/api/v1/decisions", &said).status
    };
    let unpack = |gtin: &str, serial: &str, days: i64| {
        let mut event = tests::trade::pack(PALLET, gtin, &[serial], NOW_MS - days * DAY_MS);
        event["action"] = json!("DELETE");
        event["bizStep"] = json!("unpacking");
        event.as_object_mut().unwrap().remove("eventID");
        event
    };
    trade.deliver(WARM, &["A1"], "L1", PALLET);
    assert_eq!(rule("maker", "qa_hold"), 201);
    trade.capture("wholesaler", &[unpack(WARM, "A1", 4)]);
    assert_eq!(rule("maker", "qa_release"), 201, "its own, also unpacked");

    let made = commission(NEW, &["B1"], "N1", NOW_MS - 9 * DAY_MS);
    let packed = tests::trade::pack(PALLET, NEW, &["B1"], NOW_MS - 3 * DAY_MS);
    trade.capture("rival", &[made, packed]);
    assert_eq!(rule("maker", "qa_hold"), 403);
    trade.capture("wholesaler", &[unpack(NEW, "B1", 2)]);
    assert_eq!(rule("maker", "qa_release"), 403, "another's pack was in it");
    assert_eq!(rule("regulator", "qa_release"), 201);
}
