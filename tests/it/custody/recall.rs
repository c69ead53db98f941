//! A recall from its decision to the last confirmation: scope, holders with quantities, notices,
//! coverage, and who sees what of it.

use serde_json::{Value, json};
use tests::trade::{Trade, WARM, gln, id, path, scan};

use super::{number, rows, text};

const PALLET: &str = "https://id.gs1.org/00/395060001000000105";

/// Six packs: three at the wholesaler, two at a pharmacy of which one was dispensed, one destroyed.
fn spread() -> Trade {
    let trade = Trade::new();
    trade.deliver(WARM, &["A1", "A2", "A3", "A4", "A5", "A6"], "L1", PALLET);
    let handed: Vec<String> = ["A1", "A2"].map(|serial| id(WARM, serial)).to_vec();
    trade.hand_on(&handed, "pharmacy", 1);
    drop(trade.operate("pharmacy", "dispense", &[scan(WARM, "A1", "L1")]));
    drop(trade.operate("wholesaler", "destroy", &[scan(WARM, "A3", "L1")]));
    trade
}

fn recall(trade: &Trade) {
    let decision = json!({ "type": "recall", "gtin": WARM, "lot": "L1", "reason": "broken seal",
        "level": "pharmacy" });
    drop(
        trade
            .post("maker", "/api/v1/decisions", &decision)
            .expect(201),
    );
}

fn status(trade: &Trade, who: &str) -> Value {
    let path = format!("/api/v1/recalls/{WARM}/L1");
    trade.get(who, &path).expect(200).json()
}

#[test]
fn a_recall_names_its_holders_tells_them_and_counts_what_is_reached() {
    let trade = spread();
    let here = format!("/api/v1/recalls/{WARM}/L1");
    drop(trade.get("maker", &here).expect(404));
    recall(&trade);
    let told = status(&trade, "maker");
    assert_eq!(text(&told, "/recall/level"), "pharmacy");
    assert_eq!(text(&told, "/recall/reason"), "broken seal");
    assert_eq!(number(&told, "/made"), 6);
    // Party, in hand, given out, removed.
    let parties: Vec<(String, u64, u64, u64)> = rows(&told, "/parties")
        .iter()
        .map(|it| {
            let n = |name: &str| number(it, &format!("/{name}"));
            (
                text(it, "/party").to_owned(),
                n("in_hand"),
                n("given_out"),
                n("removed"),
            )
        })
        .collect();
    let row = |who: &str, a, b, c| (gln(who).to_owned(), a, b, c);
    assert_eq!(
        parties,
        [row("wholesaler", 3, 0, 1), row("pharmacy", 1, 1, 0)],
        "{told:#}"
    );
    let coverage = |name: &str| number(&status(&trade, "maker"), &format!("/coverage/{name}"));
    assert_eq!(
        (coverage("parties"), coverage("notified"), coverage("packs")),
        (2, 0, 4)
    );

    let notices = format!("{here}/notices");
    drop(trade.post("wholesaler", &notices, &json!({})).expect(403));
    let made = trade.post("maker", &notices, &json!({})).expect(201).json();
    assert_eq!(rows(&made, "/notices").len(), 2);
    let again = trade.post("maker", &notices, &json!({})).expect(201).json();
    assert!(rows(&again, "/notices").is_empty(), "nobody is told twice");
    assert_eq!((coverage("notified"), coverage("acknowledged")), (2, 0));
    assert_eq!(status(&trade, "maker")["coverage"]["reached"], 1.0);

    let inbox = trade.get("pharmacy", "/api/v1/notices").expect(200).json();
    assert_eq!(rows(&inbox, "/notices").len(), 1, "{inbox:#}");
    assert_eq!(number(&inbox, "/notices/0/packs"), 1);
    assert_eq!(number(&inbox, "/notices/0/given_out"), 1);
    let confirm = path("notices", text(&inbox, "/notices/0/id"), "/confirmation");
    let said = json!({ "quarantined": 1, "comment": "in the safe" });
    drop(trade.post("wholesaler", &confirm, &said).expect(404));
    // One that it has and one that it gave out and may get back.
    let many = trade.post("pharmacy", &confirm, &json!({ "quarantined": 3 }));
    assert!(many.expect(422).text().contains("about 2 packs"));
    let notice = trade.post("pharmacy", &confirm, &said).expect(200).json();
    assert!(notice["acknowledged_at"].is_string(), "{notice:#}");
    assert_eq!(
        (coverage("acknowledged"), coverage("packs_quarantined")),
        (1, 1)
    );
    assert_eq!(
        (coverage("packs_removed"), coverage("packs_given_out")),
        (1, 1)
    );
    drop(trade.get("third", "/api/v1/notices").expect(200));
}

#[test]
fn others_see_of_a_recall_what_is_theirs() {
    let trade = spread();
    recall(&trade);
    let whole = status(&trade, "regulator");
    assert_eq!(rows(&whole, "/parties").len(), 2);
    let own = status(&trade, "pharmacy");
    assert_eq!(rows(&own, "/parties").len(), 1, "{own:#}");
    assert_eq!(text(&own, "/parties/0/party"), gln("pharmacy"));
    drop(
        trade
            .get("other", &format!("/api/v1/recalls/{WARM}/L1"))
            .expect(404),
    );
    let list = |who: &str| {
        let all = trade.get(who, "/api/v1/recalls").expect(200).json();
        rows(&all, "/recalls").len()
    };
    assert_eq!((list("maker"), list("pharmacy"), list("other")), (1, 1, 0));
}

/// Packs that were on their way when the recall came concern who is to get them.
#[test]
fn goods_on_the_way_concern_the_receiver_and_more_goods_are_told_again() {
    let trade = spread();
    recall(&trade);
    let notices = format!("/api/v1/recalls/{WARM}/L1/notices");
    drop(trade.post("maker", &notices, &json!({})).expect(201));
    let pack = id(WARM, "A4");
    let sent = tests::trade::moved(
        ("wholesaler", "third"),
        gs1::BizStep::Shipping,
        &[&pack],
        0,
        None,
    );
    trade.capture("wholesaler", &[sent]);
    let told = status(&trade, "maker");
    let third = rows(&told, "/parties")
        .iter()
        .find(|it| it["party"] == gln("third"));
    assert_eq!(
        number(third.unwrap_or_else(|| panic!("{told:#}")), "/on_the_way"),
        1
    );
    // Each pack once: three at the wholesaler and one at the pharmacy, one of them on its way.
    let packs = |told: &Value| {
        let n = |name: &str| number(told, &format!("/coverage/{name}"));
        (n("packs"), n("packs_notified"))
    };
    assert_eq!(packs(&told), (4, 3), "{told:#}");
    let made = trade.post("maker", &notices, &json!({})).expect(201).json();
    assert_eq!(rows(&made, "/notices").len(), 1, "{made:#}");
    assert_eq!(text(&made, "/notices/0/party"), gln("third"));
    assert_eq!(packs(&status(&trade, "maker")), (4, 4));
}

/// A recall stops the lot it names; who decides is told what else its goods are in.
#[test]
fn a_recall_tells_what_the_packs_were_made_into() {
    let trade = spread();
    let made = id(WARM, "B1");
    let place = json!({ "id": tests::trade::place("wholesaler").canonical() });
    let event = json!({
        "type": "TransformationEvent",
        "eventTime": tests::trade::time_text(tests::trade::NOW_MS),
        "eventTimeZoneOffset": "+00:00",
        "inputEPCList": [id(WARM, "A4"), id(WARM, "A5")],
        "outputEPCList": [made],
        "bizStep": "creating_class_instance",
        "readPoint": place,
        "bizLocation": place,
        "ilmd": { "cbvmda:lotNumber": "R/7", "cbvmda:itemExpirationDate": "2029-12-31" },
    });
    trade.capture("wholesaler", &[event]);
    recall(&trade);
    let told = status(&trade, "maker");
    let into = rows(&told, "/made_into");
    assert_eq!(into.len(), 1, "{told:#}");
    assert_eq!(text(&into[0], "/gtin"), WARM);
    assert_eq!(text(&into[0], "/lot"), "R/7");
    assert_eq!(number(&into[0], "/packs"), 1);
    assert_eq!(into[0]["recalled"], false);
    let decision = json!({ "type": "recall", "gtin": WARM, "lot": "R/7", "reason": "of L1" });
    let decided = trade.post("maker", "/api/v1/decisions", &decision);
    drop(decided.expect(201));
    assert_eq!(status(&trade, "maker")["made_into"][0]["recalled"], true);
    // Who does not see the whole lot is not told what others made of it.
    assert!(rows(&status(&trade, "pharmacy"), "/made_into").is_empty());
}

/// A lot's name may hold a slash (GS1 General Specifications, figure 7.11-1).
#[test]
fn a_notice_of_a_lot_is_not_one_of_a_lot_that_begins_alike() {
    let trade = spread();
    trade.deliver(
        WARM,
        &["C1"],
        "L1/A",
        "https://id.gs1.org/00/395060001000000204",
    );
    recall(&trade);
    let other = json!({ "type": "recall", "gtin": WARM, "lot": "L1/A", "reason": "label" });
    drop(trade.post("maker", "/api/v1/decisions", &other).expect(201));
    let notices = format!("/api/v1/recalls/{WARM}/L1%2FA/notices");
    let told = trade.post("maker", &notices, &json!({})).expect(201).json();
    assert_eq!(rows(&told, "/notices").len(), 1, "{told:#}");
    let ours = status(&trade, "maker");
    assert_eq!(number(&ours, "/coverage/notified"), 0, "{ours:#}");
    let theirs = format!("/api/v1/recalls/{WARM}/L1%2FA");
    let theirs = trade.get("maker", &theirs).expect(200).json();
    assert_eq!(number(&theirs, "/coverage/notified"), 1, "{theirs:#}");
}
