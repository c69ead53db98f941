//! The parameters of the event query, as a table: each row a query and the events it finds.
use gs1::BizStep;
use serde_json::{Value, json};
use service::auth::Role;
use service::client::segment;

use crate::lab::{GTIN, Lab, MAKER, NOW_MS, SSCC, WHOLESALER, commission, move_to, pack, pack_id};

/// c1, c2: commissioned; p: packed; s: shipped; r: received.
fn corpus() -> Vec<(&'static str, Value)> {
    let mut second = commission(&["Q2", "Q3"], "LOT2", NOW_MS + 1_000);
    second["epcList"] = json!([
        "urn:epc:id:sgtin:9506000.013435.Q2",
        "urn:epc:id:sgtin:9506000.013435.Q3"
    ]);
    vec![
        ("c1", commission(&["Q1"], "LOT1", NOW_MS)),
        ("c2", second),
        ("p", pack(&["Q1", "Q2"], NOW_MS + 2_000)),
        ("s", move_to(BizStep::Shipping, MAKER, NOW_MS + 3_000)),
        ("r", move_to(BizStep::Receiving, WHOLESALER, NOW_MS + 4_000)),
    ]
}

#[test]
fn every_parameter_finds_what_it_should() {
    let lab = Lab::new();
    let corpus = corpus();
    let name = |event: &Value| {
        let known = corpus
            .iter()
            .find(|(_, it)| it["eventID"] == event["eventID"]);
        known.map_or("?", |(name, _)| name).to_owned()
    };
    for (_, event) in &corpus {
        lab.capture(Role::Manufacturer, std::slice::from_ref(event))
            .expect(202);
    }
    let maker = format!("https://id.gs1.org/414/{MAKER}");
    let q1 = pack_id("Q1");
    let c1 = corpus[0].1["eventID"].as_str().unwrap();
    let rows: Vec<(Vec<(&str, String)>, &str)> = vec![
        (vec![], "c1 c2 p s r"),
        (vec![("eventType", "AggregationEvent".into())], "p"),
        (
            vec![("eventType", "ObjectEvent|AggregationEvent".into())],
            "c1 c2 p s r",
        ),
        (vec![("eventType", "TransformationEvent".into())], ""),
        (vec![("EQ_bizStep", "shipping|receiving".into())], "s r"),
        (
            vec![(
                "EQ_bizStep",
                "https://ref.gs1.org/cbv/BizStep-shipping".into(),
            )],
            "s",
        ),
        (
            vec![("EQ_bizStep", "urn:epcglobal:cbv:bizstep:shipping".into())],
            "s",
        ),
        (vec![("EQ_bizStep", "dispensing".into())], ""),
        (vec![("EQ_action", "ADD".into())], "c1 c2 p"),
        (vec![("EQ_action", "OBSERVE|DELETE".into())], "s r"),
        (vec![("MATCH_epc", q1.clone())], "c1 p"),
        (
            vec![("MATCH_epc", "urn:epc:id:sgtin:9506000.013435.Q1".into())],
            "c1 p",
        ),
        (
            vec![(
                "MATCH_epc",
                format!("https://shop.example/x/01/{GTIN}/21/Q1"),
            )],
            "c1 p",
        ),
        (vec![("MATCH_epc", pack_id("Q3"))], "c2"),
        (
            vec![("MATCH_epc", format!("{}|{q1}", pack_id("Q3")))],
            "c1 c2 p",
        ),
        (
            vec![("MATCH_epc", "urn:epc:idpat:sgtin:9506000.013435.*".into())],
            "c1 c2 p",
        ),
        (vec![("MATCH_epc", SSCC.into())], "s r"),
        (vec![("MATCH_epc", pack_id("Q4"))], ""),
        (vec![("MATCH_parentID", SSCC.into())], "p"),
        (
            vec![(
                "MATCH_parentID",
                "urn:epc:id:sscc:9506000.3000000001".into(),
            )],
            "p",
        ),
        (vec![("MATCH_anyEPC", SSCC.into())], "p s r"),
        (vec![("MATCH_anyEPC", SSCC.into()), ("MATCH_epc", q1)], "p"),
        (
            vec![("MATCH_epcClass", format!("https://id.gs1.org/01/{GTIN}"))],
            "",
        ),
        (vec![("EQ_readPoint", maker.clone())], "c1 c2 p s"),
        (vec![("EQ_bizLocation", maker.clone())], "c1 c2 s"),
        (
            vec![("EQ_bizLocation", maker), ("EQ_bizStep", "shipping".into())],
            "s",
        ),
        (vec![("EQ_eventID", c1.into())], "c1"),
        (vec![("EQ_eventID", format!("{c1}|urn:uuid:none"))], "c1"),
        (
            vec![("GE_eventTime", "2026-11-21T08:00:02Z".into())],
            "p s r",
        ),
        (
            vec![("GE_eventTime", "2026-11-21T09:00:02+01:00".into())],
            "p s r",
        ),
        (
            vec![("LT_eventTime", "2026-11-21T08:00:02Z".into())],
            "c1 c2",
        ),
        (
            vec![("GE_recordTime", "2026-11-21T08:00:00Z".into())],
            "c1 c2 p s r",
        ),
        (vec![("LT_recordTime", "2026-11-21T08:00:00Z".into())], ""),
    ];
    for (parameters, expected) in rows {
        let query: Vec<_> = parameters
            .iter()
            .map(|(name, value)| format!("{name}={}", segment(value)))
            .collect();
        let answer = lab.get(
            Role::Regulator,
            &format!("/epcis/events?{}", query.join("&")),
        );
        let found: Vec<_> = answer.expect(200).events().iter().map(name).collect();
        assert_eq!(found.join(" "), expected, "{parameters:?}");
    }
}

#[test]
fn pages_follow_the_ledger_and_stand_still_while_it_grows() {
    let lab = Lab::new();
    let all: Vec<Value> = (0..7)
        .map(|n| commission(&[&format!("P{n}")], "LOT1", NOW_MS + n))
        .collect();
    lab.capture(Role::Manufacturer, &all[..4]).expect(202);
    lab.capture(Role::Manufacturer, &all[4..]).expect(202);
    let mut path = "/epcis/events?EQ_bizStep=commissioning&perPage=2".to_owned();
    let mut found = Vec::new();
    loop {
        let answer = lab.get(Role::Regulator, &path).expect(200);
        assert!(answer.events().len() <= 2);
        found.extend(answer.events().iter().map(|it| it["eventID"].clone()));
        let late = format!("L{}", found.len());
        lab.capture(Role::Manufacturer, &[commission(&[&late], "LATE", NOW_MS)])
            .expect(202);
        let Some(link) = answer.headers.get("link").filter(|_| found.len() < 8) else {
            break;
        };
        assert!(link.ends_with(">; rel=\"next\""), "{link}");
        path = link.split(['<', '>']).nth(1).unwrap().to_owned();
    }
    let sent: Vec<_> = all.iter().map(|it| it["eventID"].clone()).collect();
    assert_eq!(found[..7], sent[..]);
}

#[test]
fn a_query_that_cannot_be_answered_is_refused() {
    let lab = Lab::new();
    for (query, status, code) in [
        ("EQ_colour=red", 400, "query_parameter"),
        ("perPage=0", 400, "query_parameter"),
        ("EQ_action=ADD&EQ_action=DELETE", 400, "query_parameter"),
        ("nextPageToken=x", 400, "query_parameter"),
        ("nextPageToken=forged", 400, "query_parameter"),
        ("eventCountLimit=1&maxEventCount=1", 400, "query_parameter"),
        ("MATCH_epc=urn:epc:id:sgtin:1.2.3", 400, "query_parameter"),
    ] {
        let answer = lab
            .get(Role::Regulator, &format!("/epcis/events?{query}"))
            .expect(status);
        let problem = answer.json();
        assert_eq!(problem["code"], code, "{query}");
        assert_eq!(
            problem["type"], "epcisException:QueryParameterException",
            "{query}"
        );
        assert_eq!(answer.headers["content-type"], "application/problem+json");
    }
    let long = format!("/epcis/events?EQ_eventID={}", "x".repeat(20_000));
    assert_eq!(
        lab.get(Role::Regulator, &long).expect(414).json()["code"],
        "uri_too_long"
    );
    assert_eq!(
        lab.get(Role::Regulator, "/epcis/events/none")
            .expect(404)
            .json()["code"],
        "not_found"
    );
}
