//! The question at the counter: its language, its record, many at a time; cases that follow.

use serde_json::json;
use tests::http::segment;
use tests::trade::{COLD, NOW_MS, Trade, WARM, commission, gln, scan};

use super::{number, rows, text};

/// Sends a question with an `Accept-Language` header.
fn ask_in(trade: &Trade, body: &serde_json::Value, header: &str) -> serde_json::Value {
    let mut answer = ureq::post(format!("{}/api/v1/verify", trade.url()))
        .header(
            "authorization",
            format!("Bearer {}", trade.keys["pharmacy"]),
        )
        .header("content-type", "application/json")
        .header("accept-language", header)
        .send(body.to_string().as_bytes())
        .expect("an answer");
    let bytes = answer.body_mut().read_to_vec().expect("a body");
    serde_json::from_slice(&bytes).expect("JSON")
}

#[test]
fn the_answer_is_in_the_language_asked_for() {
    let trade = Trade::new();
    trade.deliver(
        WARM,
        &["A1"],
        "L1",
        "https://id.gs1.org/00/395060001000000013",
    );
    let good = scan(WARM, "A1", "L1");
    for (header, lang, words) in [
        ("en", None, "in stock"),
        ("de", None, "im Bestand"),
        ("fr-CA, en;q=0.5", None, "en stock"),
        ("xx, es;q=0.2", None, "en existencias"),
        ("xx", None, "in stock"),
        ("de", Some("fr"), "en stock"),
        ("de", Some("klingon"), "in stock"),
    ] {
        let mut body = json!({ "scan": good, "location": gln("wholesaler") });
        if let Some(lang) = lang {
            body["lang"] = json!(lang);
        }
        let verdict = ask_in(&trade, &body, header);
        assert!(
            text(&verdict, "/pack_sentence").contains(words),
            "{header} {lang:?}: {verdict:#}"
        );
    }
    let history = |lang: &str| {
        let path = tests::trade::path("packs", &tests::trade::id(WARM, "A1"), "/history");
        let history = trade
            .get("maker", &format!("{path}?lang={lang}"))
            .expect(200)
            .json();
        text(&history, "/events/0/sentence").to_owned()
    };
    assert_ne!(history("en"), history("de"));
    // A finding speaks, too: the same pack commissioned again.
    let again = commission(WARM, &["A1"], "L1", NOW_MS - 1_000);
    trade.capture("maker", &[again]);
    let titles: std::collections::BTreeSet<String> = ["en", "de", "fr", "es"]
        .map(|lang| {
            let alerts = trade.get("maker", &format!("/api/v1/alerts?lang={lang}"));
            text(&alerts.expect(200).json(), "/alerts/0/sentence").to_owned()
        })
        .into();
    assert_eq!(titles.len(), 4, "{titles:?}");
}

#[test]
fn a_box_of_scans_gets_one_verdict_each_and_the_failing_are_named() {
    let trade = Trade::new();
    trade.deliver(
        WARM,
        &["B1", "B2"],
        "L2",
        "https://id.gs1.org/00/395060001000000020",
    );
    let scans = [
        scan(WARM, "B1", "L2"),
        scan(WARM, "NOPE", "L2"),
        "garbage".to_owned(),
        scan(WARM, "B2", "L2"),
        scan(WARM, "B2", "OTHER"),
    ];
    let body = json!({ "scans": scans, "location": gln("wholesaler") });
    for path in ["/api/v1/verify/batch", "/api/v1/verify"] {
        let answer = trade.post("wholesaler", path, &body).expect(200).json();
        assert_eq!(answer["genuine"], 2, "{answer:#}");
        assert_eq!(answer["failing"], json!([1, 2, 4]), "{answer:#}");
        let codes: Vec<&str> = rows(&answer, "/verdicts")
            .iter()
            .map(|it| text(it, "/code"))
            .collect();
        let expected = [
            "GENUINE",
            "UNKNOWN_SERIAL",
            "UNREADABLE",
            "GENUINE",
            "LOT_MISMATCH",
        ];
        assert_eq!(codes, expected);
    }
    let many = vec![scan(WARM, "B1", "L2"); 1_001];
    let body = json!({ "scans": many });
    drop(
        trade
            .post("wholesaler", "/api/v1/verify/batch", &body)
            .expect(413),
    );
    let body = json!({ "scans": many[..1_000], "location": gln("wholesaler") });
    let answer = trade
        .post("wholesaler", "/api/v1/verify/batch", &body)
        .expect(200)
        .json();
    assert_eq!(number(&answer, "/genuine"), 1_000);
}

#[test]
fn questions_are_recorded_and_three_foreign_places_make_a_storm() {
    let trade = Trade::new();
    trade.deliver(
        WARM,
        &["C1", "C2"],
        "L3",
        "https://id.gs1.org/00/395060001000000037",
    );
    let before = trade.node().fold().engine.applied();
    let ask = |who: &str, serial: &str, purpose: &str| {
        let body = json!({ "scan": scan(WARM, serial, "L3"), "purpose": purpose,
            "location": gln(who) });
        drop(trade.post(who, "/api/v1/verify", &body).expect(200));
    };
    ask("pharmacy", "C2", "training");
    trade.node().flush_questions();
    let after = trade.node().fold().engine.applied();
    assert_eq!(before, after, "an exercise leaves no record");
    for who in ["pharmacy", "other", "third"] {
        ask(who, "C1", "dispense");
        // A trigger pulled twice is one question.
        ask(who, "C1", "dispense");
    }
    trade.node().flush_questions();
    let storm = trade
        .get("maker", "/api/v1/alerts?status=open")
        .expect(200)
        .json();
    let rules: Vec<&str> = rows(&storm, "/alerts")
        .iter()
        .map(|it| text(it, "/rule"))
        .collect();
    assert!(rules.contains(&"C26"), "{storm:#}");
    assert_eq!(trade.node().lost_questions(), 0);
    let verdict = trade.post(
        "pharmacy",
        "/api/v1/verify",
        &json!({ "scan": scan(WARM, "C1", "L3") }),
    );
    let verdict = verdict.expect(200).json();
    assert_eq!(
        verdict["verdict"], "hold",
        "one suspicion alone holds: {verdict:#}"
    );
}

#[test]
fn questions_outlive_an_orderly_stop() {
    let mut trade = Trade::new();
    trade.deliver(
        WARM,
        &["D1"],
        "L4",
        "https://id.gs1.org/00/395060001000000044",
    );
    for who in ["pharmacy", "other", "third"] {
        let body = json!({ "scan": scan(WARM, "D1", "L4"), "location": gln(who) });
        drop(trade.post(who, "/api/v1/verify", &body).expect(200));
    }
    trade.restart();
    let alerts = trade.get("maker", "/api/v1/alerts").expect(200).json();
    let rules: Vec<&str> = rows(&alerts, "/alerts")
        .iter()
        .map(|it| text(it, "/rule"))
        .collect();
    assert!(rules.contains(&"C26"), "{alerts:#}");
}

/// Unknown serials of a lot that was never uploaded are one case of its manufacturer.
#[test]
fn a_case_is_grouped_assigned_and_resolved_with_a_signature() {
    let trade = Trade::new();
    trade.deliver(
        COLD,
        &["E0"],
        "KNOWN",
        "https://id.gs1.org/00/395060001000000051",
    );
    for serial in ["E1", "E2", "E3"] {
        let body = json!({ "scan": scan(COLD, serial, "NEVER"), "location": gln("pharmacy") });
        drop(trade.post("pharmacy", "/api/v1/verify", &body).expect(200));
    }
    trade.node().flush_questions();
    let cases = trade.get("maker", "/api/v1/cases").expect(200).json();
    let case = rows(&cases, "/cases")
        .iter()
        .find(|case| text(case, "/rule") == "C02")
        .unwrap_or_else(|| panic!("no case of an unknown lot: {cases:#}"));
    assert!(number(case, "/count") >= 1, "{case:#}");
    assert_eq!(text(case, "/owner/gln"), gln("maker"));
    let id = segment(text(case, "/id"));
    let one = trade
        .get("maker", &format!("/api/v1/cases/{id}?lang=de"))
        .expect(200)
        .json();
    assert!(!rows(&one, "/findings").is_empty());
    assert_ne!(
        text(&one, "/case/title"),
        text(case, "/title"),
        "the title is in German"
    );
    // Somebody without a part in it sees no case.
    drop(
        trade
            .get("other", &format!("/api/v1/cases/{id}"))
            .expect(404),
    );
    let rulings = format!("/api/v1/cases/{id}/rulings");
    let signature = json!({ "signer": "qp-17", "meaning": "approval" });
    for (who, body, status) in [
        (
            "pharmacy",
            json!({ "act": { "assign": gln("maker") }, "reason": "x" }),
            403,
        ),
        (
            "maker",
            json!({ "act": { "assign": gln("maker") }, "reason": " " }),
            422,
        ),
        (
            "maker",
            json!({ "act": { "assign": "123" }, "reason": "x" }),
            422,
        ),
        // The last digit is none that checks.
        (
            "maker",
            json!({ "act": { "assign": "9506000100013" }, "reason": "x" }),
            422,
        ),
        (
            "maker",
            json!({ "act": { "resolve": "perhaps" }, "reason": "x" }),
            400,
        ),
        (
            "maker",
            json!({ "act": { "resolve": "false_alarm" }, "reason": "x",
                "signature": { "signer": "Jane Doe", "meaning": "approval" } }),
            422,
        ),
        (
            "maker",
            json!({ "act": { "assign": gln("maker") }, "reason": "upload" }),
            201,
        ),
    ] {
        let answer = trade.post(who, &rulings, &body);
        assert_eq!(answer.status, status, "{who} {body}: {}", answer.text());
    }
    let one = trade
        .get("maker", &format!("/api/v1/cases/{id}"))
        .expect(200)
        .json();
    assert_eq!(text(&one, "/findings/0/alert"), "assigned");
    let body = json!({ "act": { "de_escalate": "S1" }, "reason": "upload is late",
        "signature": signature });
    drop(trade.post("maker", &rulings, &body).expect(201));
    let one = trade
        .get("maker", &format!("/api/v1/cases/{id}"))
        .expect(200)
        .json();
    assert_eq!(text(&one, "/findings/0/signature/signer"), "qp-17");
    assert_eq!(text(&one, "/findings/0/signature/meaning"), "approval");
    assert!(text(&one, "/findings/0/severity") <= "S1", "{one:#}");
    let body = json!({ "act": { "resolve": "false_alarm" }, "reason": "uploaded",
        "signature": signature });
    drop(trade.post("maker", &rulings, &body).expect(201));
    drop(
        trade
            .get("maker", &format!("/api/v1/cases/{id}"))
            .expect(404),
    );
}
