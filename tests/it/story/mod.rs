//! The life of a pack as ARCHITECTURE.md tells it, played by `theriac demo` on the real binaries:
//! made, read at the dock door, dispensed, caught. One world serves every check here, because it
//! takes seconds to play.

use serde_json::Value;
use tests::demo::Demo;
use tests::http::segment;

mod proofs;
mod views;

/// Packs in the story: enough for every planted case, small enough for a debug build.
const PACKS: usize = 300;

#[test]
fn a_world_is_played_and_every_question_is_answered() {
    let demo = Demo::play(PACKS, 7);
    planted_cases_are_caught(&demo);
    nobody_without_a_key_or_role(&demo);
    views::all_other_packs_are_spared(&demo);
    views::history_tells_the_whole_way(&demo);
    views::the_lot_adds_up(&demo);
    views::shipments_carry_their_readings(&demo);
    views::the_dock_door_was_read_by_llrp(&demo);
    proofs::every_answer_can_be_checked_offline(&demo);
    let (dir, _holder) = demo.stop();
    proofs::what_is_derived_can_be_rebuilt(&dir);
    proofs::a_changed_byte_in_log_or_index_is_found(&dir);
}

/// The four planted cases, with cause and next steps.
fn planted_cases_are_caught(demo: &Demo) {
    let cases = [
        ("genuine", "genuine"),
        ("clone", "do_not_dispense"),
        ("unknown", "do_not_dispense"),
        ("recalled", "do_not_dispense"),
        ("excursion", "hold"),
    ];
    for (scan, class) in cases {
        let verdict = demo.verify("regulator", demo.text(&format!("/scans/{scan}")));
        assert_eq!(verdict["verdict"], class, "{scan}: {verdict:#}");
        let said = |field: &str| verdict[field].as_str().is_some_and(|text| !text.is_empty());
        assert!(
            said("code") && said("sentence"),
            "{scan} tells its cause: {verdict:#}"
        );
        assert!(verdict["took_ms"].is_number(), "{scan}: {verdict:#}");
        if class != "genuine" {
            assert!(
                !steps(&verdict).is_empty(),
                "{scan} tells what to do: {verdict:#}"
            );
        }
        // Only these two follow from records of the pack; the others from what is missing or
        // from a decision about the lot, which the sentence tells.
        if ["clone", "excursion"].contains(&scan) {
            let found = verdict["findings"].as_array().map_or(0, Vec::len);
            assert!(found > 0, "{scan} names its findings: {verdict:#}");
        }
    }
    let codes: std::collections::BTreeSet<_> = cases
        .iter()
        .map(|(scan, _)| demo.verify("regulator", demo.text(&format!("/scans/{scan}"))))
        .map(|verdict| verdict["code"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(
        codes.len(),
        cases.len(),
        "each case has a code of its own: {codes:?}"
    );
    for unreadable in ["", "hello", "(01)09506000134353(21)X", "]d2"] {
        let verdict = demo.verify("pharmacy_a", unreadable);
        assert_eq!(
            verdict["verdict"], "read_again",
            "{unreadable:?}: {verdict:#}"
        );
    }
}

fn steps(verdict: &Value) -> Vec<&str> {
    verdict["steps"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

/// No anonymous reads or writes; a pharmacy may not capture a gateway's blocks or recall a lot.
fn nobody_without_a_key_or_role(demo: &Demo) {
    let scan = serde_json::json!({ "scan": demo.text("/scans/genuine") });
    let document = serde_json::json!({ "type": "EPCISDocument" });
    assert_eq!(demo.client.post("/api/v1/verify", &scan).status, 401);
    assert_eq!(demo.client.post("/epcis/capture", &document).status, 401);
    assert_eq!(demo.client.get("/epcis/events").status, 401);
    let wrong = demo
        .client
        .with_key("thr_00000000_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    assert_eq!(wrong.post("/api/v1/verify", &scan).status, 401);
    let pharmacy = demo.of("pharmacy_a");
    let recall = serde_json::json!({
        "type": "recall", "gtin": demo.text("/lot/gtin"), "lot": demo.text("/lot/lot"),
        "reason": "not mine to recall",
    });
    assert_eq!(pharmacy.post("/api/v1/decisions", &recall).status, 403);
    let refused = pharmacy.post_bytes("/api/v1/blocks", "application/cbor", b"\x80");
    assert_eq!(refused.status, 403, "{}", refused.text());
    let problem = demo.client.get("/epcis/events");
    assert_eq!(
        problem.content_type.as_deref(),
        Some("application/problem+json")
    );
    assert!(
        problem.json()["code"].is_string(),
        "a problem has a stable code"
    );
}

/// The path of a pack's sub-resource, from its scan.
fn pack_path(scan: &str, below: &str) -> String {
    format!("/api/v1/packs/{}/{below}", segment(scan))
}
