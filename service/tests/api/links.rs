//! Share links: what one shows to whoever has it, how long, and that nothing else is learned from
//! one: not whether it was ever there, nor more than its scope, nor more than its maker sees.
use serde_json::{Value, json};
use service::auth::Role;
use service::client::segment;

use crate::lab::{Answer, GTIN, Lab, MAKER, NOW_MS, PHARMACY, SSCC, pack_id};

const DAY_MS: i64 = 86_400_000;

fn links() -> String {
    format!("/api/v1/shipments/{}/links", segment(SSCC))
}

fn make(lab: &Lab, role: Role, wish: &Value) -> Answer {
    lab.post(role, &links(), wish)
}

/// The id and the token of a fresh link by the manufacturer.
fn made(lab: &Lab, wish: &Value) -> (String, String) {
    let made = make(lab, Role::Manufacturer, wish).expect(201).json();
    let text = |pointer: &str| made.pointer(pointer).unwrap().as_str().unwrap().to_owned();
    assert_eq!(text("/path"), format!("/shared#{}", text("/token")));
    (text("/link/id"), text("/token"))
}

fn open(lab: &Lab, token: &str) -> Answer {
    let body = json!({ "token": token }).to_string();
    let headers = [("Content-Type", "application/json")];
    lab.send("POST", "/api/v1/shared", &headers, body.as_bytes())
}

fn listed(lab: &Lab, role: Role) -> Vec<Value> {
    let told = lab.get(role, &links()).expect(200).json();
    told["links"].as_array().unwrap().clone()
}

fn delete(lab: &Lab, role: Role, id: &str) -> Answer {
    lab.ask(role, ("DELETE", &format!("{}/{id}", links())), &[], &[])
}

/// A refusal without what is of one request alone.
fn refusal(answer: Answer) -> Value {
    let mut body = answer.expect(404).json();
    body.as_object_mut().unwrap().remove("instance");
    body
}

fn story() -> Lab {
    let lab = Lab::new();
    lab.play();
    lab
}

#[test]
fn a_link_shows_its_scope_and_nothing_beside() {
    let lab = story();
    let (_, plain) = made(&lab, &json!({}));
    let told = open(&lab, &plain).expect(200).json();
    assert_eq!(told["id"], SSCC);
    assert_eq!(told["state"], "received");
    assert_eq!(
        (&told["expected"], &told["received"]),
        (&json!(2), &json!(2))
    );
    assert_eq!(
        (&told["missing"], &told["unexpected"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(told["shared_by"]["gln"], MAKER);
    assert_eq!(told["legs"].as_array().unwrap().len(), 1);
    let goods = json!([{ "gtin": GTIN, "product": "Insulin 100 IU", "lot": "LOT1",
        "expiry": "2028-01-31", "packs": 2 }]);
    assert_eq!(told["goods"], goods);
    for hidden in ["contents", "cold_chain"] {
        assert!(told.get(hidden).is_none(), "{hidden}");
    }
    let text = told.to_string();
    for serial in ["A1", "A2"] {
        assert!(!text.contains(&pack_id(serial)), "{text}");
    }
    let (_, whole) = made(&lab, &json!({ "serials": true, "cold_chain": true }));
    let told = open(&lab, &whole).expect(200).json();
    assert_eq!(told["contents"][0]["id"], pack_id("A1"));
    assert_eq!(told["cold_chain"]["status"], "no_data");
}

#[test]
fn what_is_unknown_ended_or_taken_back_is_one_answer() {
    let lab = story();
    let (gone, revoked) = made(&lab, &json!({}));
    let (_, ended) = made(&lab, &json!({ "valid_s": 60 }));
    let (_, good) = made(&lab, &json!({}));
    delete(&lab, Role::Manufacturer, &gone).expect(204);
    let first = refusal(open(&lab, &revoked));
    lab.world.advance(60_000);
    assert_eq!(refusal(open(&lab, &ended)), first, "ended");
    open(&lab, &good).expect(200);
    let (id, secret) = good.split_once('.').unwrap();
    let other = revoked.split_once('.').unwrap().1;
    for token in [
        format!("{id}.{other}"),
        format!("00000000.{secret}"),
        format!("{id}.{}", "A".repeat(43)),
        id.to_owned(),
        String::new(),
    ] {
        assert_eq!(refusal(open(&lab, &token)), first, "{token}");
    }
    // Taken back twice is taken back.
    delete(&lab, Role::Manufacturer, &gone).expect(204);
}

#[test]
fn a_link_and_its_end_survive_a_restart() {
    let mut lab = story();
    let (_, kept) = made(&lab, &json!({ "label": "the carrier" }));
    let (gone, revoked) = made(&lab, &json!({}));
    delete(&lab, Role::Manufacturer, &gone).expect(204);
    open(&lab, &kept).expect(200);
    lab.crash();
    lab.start();
    open(&lab, &kept).expect(200);
    open(&lab, &revoked).expect(404);
    let all = listed(&lab, Role::Manufacturer);
    let states: Vec<&Value> = all.iter().map(|it| &it["state"]).collect();
    assert_eq!(states.len(), 2);
    assert!(states.contains(&&json!("active")) && states.contains(&&json!("revoked")));
    lab.world.advance(7 * DAY_MS);
    open(&lab, &kept).expect(404);
}

#[test]
fn the_list_counts_and_tells_no_secret_and_the_log_names_the_link() {
    let lab = story();
    let (id, token) = made(&lab, &json!({ "label": "the carrier" }));
    open(&lab, &token).expect(200);
    open(&lab, &token).expect(200);
    let row = listed(&lab, Role::Manufacturer).remove(0);
    assert_eq!(
        (&row["uses"], &row["label"]),
        (&json!(2), &json!("the carrier"))
    );
    assert_eq!(row["last_used_at"], service::app::time_text(NOW_MS));
    let secret = token.split_once('.').unwrap().1;
    assert!(!row.to_string().contains(secret));
    delete(&lab, Role::Manufacturer, &id).expect(204);
    open(&lab, &token).expect(404);
    let path = format!("/api/v1/accesses?key=link-{id}");
    let log = lab.get(Role::Regulator, &path).expect(200).json();
    let lines = log["accesses"].as_array().unwrap();
    let statuses: Vec<&Value> = lines.iter().map(|it| &it["status"]).collect();
    assert_eq!(statuses, [404, 200, 200]);
    assert!(
        lines
            .iter()
            .all(|it| it["action"] == "open_link" && it["party"] == MAKER)
    );
    assert!(!log.to_string().contains(secret));
}

#[test]
fn only_who_has_a_part_in_the_shipment_shares_it_and_only_its_own_links_are_its_to_see() {
    let lab = story();
    make(&lab, Role::Pharmacy, &json!({})).expect(404);
    make(&lab, Role::Regulator, &json!({})).expect(403);
    let (id, token) = made(&lab, &json!({}));
    let own = make(&lab, Role::Wholesaler, &json!({})).expect(201).json();
    let seen = listed(&lab, Role::Wholesaler);
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0]["id"], own["link"]["id"]);
    delete(&lab, Role::Wholesaler, &id).expect(404);
    open(&lab, &token).expect(200);
    assert_eq!(listed(&lab, Role::Auditor).len(), 2);
    lab.get(Role::Pharmacy, &links()).expect(404);
    // Granted sight is not one's own: it is not shared on.
    let grant = json!({ "to": { "party": PHARMACY }, "of": { "kind": "all" }, "purpose": "help" });
    lab.post(Role::Manufacturer, "/api/v1/grants", &grant)
        .expect(201);
    make(&lab, Role::Pharmacy, &json!({})).expect(404);
    assert!(listed(&lab, Role::Pharmacy).is_empty());
    for bad in [
        json!({ "valid_s": 59 }),
        json!({ "valid_s": 30 * 86_400 + 1 }),
        json!({ "label": "x".repeat(501) }),
    ] {
        make(&lab, Role::Manufacturer, &bad).expect(422);
    }
}

#[test]
fn a_link_is_a_grant_on_the_ledger_and_ends_with_it() {
    let lab = story();
    let (id, token) = made(&lab, &json!({ "label": "Mr Person" }));
    let grants = lab.get(Role::Manufacturer, "/api/v1/grants").expect(200);
    let given = grants.json()["grants"][0].clone();
    assert_eq!(given["to"], json!({ "link": id }));
    assert_eq!(given["of"], json!({ "kind": "shipment", "id": SSCC }));
    assert_eq!(given["id"], listed(&lab, Role::Manufacturer)[0]["grant"]);
    assert!(
        !given.to_string().contains("Person"),
        "no names on the ledger"
    );
    // Nobody asks for a link as a grant.
    let asked = json!({ "to": { "link": id }, "of": { "kind": "all" }, "purpose": "more" });
    lab.post(Role::Manufacturer, "/api/v1/grants", &asked)
        .expect(422);
    let path = format!("/api/v1/grants/{}/revoke", given["id"].as_str().unwrap());
    lab.post(Role::Manufacturer, &path, &json!({ "reason": "closed" }))
        .expect(200);
    open(&lab, &token).expect(404);
    assert_eq!(listed(&lab, Role::Manufacturer)[0]["state"], "revoked");
}
