//! The public status: nobody needs a key for it, it tells nothing of anybody, and what it counted
//! is still there after a crash.
use std::time::Duration;

use serde_json::Value;
use service::auth::Role;

use crate::lab::{GTIN, Lab, MAKER};

const MINUTE_MS: i64 = 60_000;

fn status(lab: &Lab) -> Value {
    lab.send("GET", "/status", &[], &[]).expect(200).json()
}

/// Waits until the status tells it.
fn until(lab: &Lab, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..6_000 {
        let told = status(lab);
        if holds(&told) {
            return told;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("never {what}: {:#}", status(lab));
}

#[test]
fn it_is_open_counts_minutes_and_answers_and_survives_a_crash() {
    let mut lab = Lab::new();
    lab.play();
    let first = until(&lab, "counted", |it| it["quick_share"].is_number());
    assert_eq!(first["availability"], 1.0, "{first:#}");
    assert_eq!(
        (&first["window_days"], &first["target_ms"]),
        (&30.into(), &300.into())
    );
    assert_eq!(first["ready"], true);
    assert_eq!(first["days"].as_array().unwrap().len(), 1);
    assert_eq!(first["days"][0]["date"], "2026-11-21");
    assert_eq!(
        first["quick_share"], 1.0,
        "the clock stands still: {first:#}"
    );
    lab.crash();
    // Nine minutes without a node, then one with it: 2 of 11 minutes.
    lab.world.advance(10 * MINUTE_MS);
    lab.start();
    let share = |of: &Value| of["availability"].as_f64().unwrap();
    let again = until(&lab, "the minute after", |it| share(it) > 0.1);
    assert_eq!(again["availability"], 0.181_818, "{again:#}");
    assert_eq!(again["quick_share"], 1.0, "{again:#}");
    lab.stop();
    lab.start();
    let kept = until(&lab, "kept", |it| share(it) > 0.1);
    assert_eq!(kept["days"], again["days"]);
}

#[test]
fn it_tells_nothing_of_anybody_and_is_no_access() {
    let lab = Lab::new();
    lab.play();
    lab.verify(Role::Pharmacy, "A1");
    let told = until(&lab, "counted", |it| it["quick_share"].is_number());
    let names = told.as_object().unwrap().keys().map(String::as_str);
    let names: std::collections::BTreeSet<_> = names.collect();
    assert_eq!(
        names,
        std::collections::BTreeSet::from([
            "availability",
            "days",
            "quick_share",
            "ready",
            "target_ms",
            "window_days"
        ])
    );
    let text = told.to_string();
    for secret in [MAKER, GTIN, "thr_", "LOT1"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    let bearer = format!("Bearer {}", lab.keys[&Role::Admin]);
    let accesses = lab.send(
        "GET",
        "/api/v1/accesses?per_page=1000",
        &[("Authorization", &bearer)],
        &[],
    );
    let text = String::from_utf8(accesses.expect(200).body).unwrap();
    assert!(!text.contains("/status"), "polling is no access");
}
