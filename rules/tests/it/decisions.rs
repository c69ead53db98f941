//! Decisions, questions, profiles and languages as their users see them: JSON bodies, what is shown
//! of an alert, thresholds that change, verdicts in four languages.

use rules::{
    AlertState, Class, Counter, Decision, Engine, FindingStatus, GtinAuthority, Lang, MasterData,
    Profile, Severity, Verification,
};
use serde_json::{Value, json};

use super::cast;
use super::scenario;

fn records(rows: &str) -> Vec<rules::Record> {
    scenario::parse(&format!("== decisions\n{rows}"))
        .remove(0)
        .play()
}

fn engine(rows: &str) -> Engine {
    let mut engine = Engine::new(Profile::default());
    for record in records(rows) {
        engine.apply(&record);
    }
    engine
}

fn same<T: serde::de::DeserializeOwned + serde::Serialize>(body: &Value) {
    let read: T = serde_json::from_value(body.clone()).unwrap();
    assert_eq!(&serde_json::to_value(&read).unwrap(), body);
}

#[test]
fn decisions_have_one_json_form() {
    let finding = "00112233445566778899aabbccddeeff";
    let block = "11".repeat(32);
    for body in [
        json!({"type":"recall","gtin":"09506000134352","lot":"L1","reason":"r"}),
        json!({"type":"recall","gtin":"09506000134352","lot":"L1","reason":"r","level":"patient"}),
        json!({"type":"withdraw","gtin":"09506000134352","reason":"r","level":"pharmacy"}),
        json!({"type":"qa_hold","subject":cast::thing("s1"),"reason":"r"}),
        json!({"type":"extend_expiry","gtin":"09506000134352","lot":"L1","expiry":"2028-01-31",
            "reason":"r"}),
        json!({"type":"assign_alert","finding":finding,"to":"9506000000028","reason":"r"}),
        json!({"type":"resolve_alert","finding":finding,"outcome":"false_alarm","reason":"r"}),
        json!({"type":"de_escalate_alert","finding":finding,"severity":"S1","reason":"r"}),
        json!({"type":"undo","decision":{"block":block,"item":3},"reason":"r"}),
        json!({"type":"signed",
            "decision":{"type":"qa_release","subject":cast::thing("s1"),"reason":"r"},
            "signature":{"signer":"staff-7","signed_at_ms":1,"meaning":"approval"}}),
    ] {
        same::<Decision>(&body);
    }
}

#[test]
fn questions_and_registry_facts_have_one_json_form() {
    let least = json!({"scan":"(01)09506000134352(21)A","at_ms":5});
    let read: Verification = serde_json::from_value(least).unwrap();
    assert_eq!(read.location, None);
    same::<Verification>(&json!({
        "scan":"x", "at_ms":1, "location":cast::place_of('P'), "answer":"GENUINE",
        "purpose":"return",
    }));
    let glns = json!({"scan":"x","at_ms":1,"location":cast::gln_of('P')});
    let read: Verification = serde_json::from_value(glns).unwrap();
    assert_eq!(read.location, Some(cast::place_of('P')));
    for wrong in [
        json!({"scan":"x"}),
        json!({"scan":"x","at_ms":1,"who":"somebody"}),
        json!({"scan":"x","at_ms":1,"location":"https://id.gs1.org/01/09506000134352"}),
    ] {
        assert!(serde_json::from_value::<Verification>(wrong).is_err());
    }
    let least = json!({"type":"authority","prefix":"0950600","party":"9506000000011"});
    let MasterData::Authority(right) = serde_json::from_value(least).unwrap() else {
        panic!("an authority")
    };
    let open = GtinAuthority {
        prefix: "0950600".to_owned(),
        party: "9506000000011".to_owned(),
        delegated_by: None,
        from_ms: None,
        until_ms: None,
    };
    assert_eq!(right, open);
}

const MISREAD: &str = "
1 08:00 | M | commission lot=LotA | p1 p2 |
2 08:00 | P | ask lot=LotB exp=271231 | p1 | C03:S2
";

#[test]
fn an_alert_is_assigned_signed_and_closed_and_opens_again_on_news() {
    let closed = format!(
        "{MISREAD}2 09:00 | M | assign C03 W | p1 |
2 10:00 | M | signed resolve C03 false_alarm | p1 |
"
    );
    let one = engine(&closed).findings_for(&cast::thing("p1")).remove(0);
    assert_eq!(one.status, FindingStatus::Closed);
    assert_eq!(one.alert.state, AlertState::Closed);
    assert_eq!(one.alert.assigned_to, Some(cast::gln_of('W')));
    assert_eq!(one.alert.records.len(), 2);
    assert_eq!(one.alert.by.unwrap().name.as_deref(), Some("Maker"));
    let signature = one.alert.signature.unwrap();
    assert_eq!(signature.signer, "staff-7f3a");
    let again = format!("{closed}3 08:00 | Q | ask lot=LotB exp=271231 | p1 | C03:S2\n");
    let one = engine(&again).findings_for(&cast::thing("p1")).remove(0);
    assert_eq!(one.status, FindingStatus::Open);
    assert_eq!(one.alert.state, AlertState::Assigned);
}

#[test]
fn a_lesser_alert_holds_nothing_until_that_is_taken_back() {
    let lesser = format!("{MISREAD}2 09:00 | M | deescalate C03 S1 @it | p1 |\n");
    let shown = |rows: &str| engine(rows).findings_for(&cast::thing("p1"))[0].severity;
    assert_eq!(shown(&lesser), Severity::S1);
    let back = format!("{lesser}2 10:00 | M | undo it | |\n");
    assert_eq!(shown(&back), Severity::S2);
    let others = format!("{lesser}2 10:00 | W | undo it | |\n");
    assert_eq!(
        shown(&others),
        Severity::S1,
        "only who decided takes it back"
    );
}

#[test]
fn a_hold_by_quality_assurance_holds_until_it_is_released_or_taken_back() {
    let rows = "
1 08:00 | M | commission | p1 |
1 09:00 | M | pack s1    | p1 |
1 10:00 | M | signed hold @it | s1 |
1 11:00 | P | verify     | p1 | hold ON_HOLD
1 12:00 | W | undo it    | |
1 13:00 | P | verify     | p1 | hold ON_HOLD
1 14:00 | M | undo it    | |
1 15:00 | P | verify     | p1 | genuine GENUINE
1 16:00 | M | hold       | s1 |
1 17:00 | M | release    | s1 |
1 18:00 | P | verify     | p1 | genuine GENUINE
";
    assert!(records(rows).len() > 5);
}

#[test]
fn a_profile_holds_from_a_record_time_on_and_findings_name_it() {
    let rows = "
1 07:00 | M | quantity lot=L1 packs=2 | |
1 08:00 | M | commission lot=L1 | p1 p2 |
1 09:00 | M | commission lot=L1 | p3 | C08:S3
3 09:00 | M | commission lot=L1 | p4 | C08:S3
";
    let records = records(rows);
    let mut lenient = Profile {
        version: 2,
        ..Profile::default()
    };
    lenient.lots.over_issue_tolerance = 10_000;
    let from_ms = records.last().unwrap().stamp.recorded_ms;
    let mut engine = Engine::with_profiles(Profile::default(), vec![(from_ms, lenient)]);
    let changes: Vec<_> = records.iter().map(|record| engine.apply(record)).collect();
    let third = &changes[changes.len() - 2];
    assert_eq!(
        (third[0].version, third[0].resolved_by.is_none()),
        (1, true)
    );
    // Twice two packs are within the tolerance that holds now: the finding is resolved.
    let fourth = changes.last().unwrap();
    assert!(fourth[0].resolved_by.is_some());
    assert_eq!(engine.profile().version, 2);
    let restored = Engine::restore(&engine.snapshot()).unwrap();
    assert_eq!(restored, engine);
}

#[test]
fn a_verdict_speaks_the_language_of_whoever_asks() {
    let engine = engine(MISREAD);
    let scan = "(01)09506000134352(21)SER1(10)LotB(17)271231";
    let scan = gs1::scan::parse(scan).unwrap();
    let at = Counter {
        now_ms: scenario::DAY_1_MS + 3 * 86_400_000,
        party: None,
        location: None,
    };
    let english = rules::verdict::judge(&engine, &scan, &at);
    assert_eq!(english.verdict, Class::DoNotDispense);
    assert_eq!(english.evidence.len(), 2);
    let german = english.clone().spoken(Lang::De);
    assert!(
        german.sentence.starts_with("Auf dem Etikett steht"),
        "{}",
        german.sentence
    );
    assert!(
        german.steps[0].starts_with("1. Sie: "),
        "{:?}",
        german.steps
    );
    assert!(
        german.steps[2].contains(", bis 05.03.2026"),
        "{:?}",
        german.steps
    );
    assert_eq!(german.pack_sentence, "Die Packung ist im Bestand.");
    assert_eq!(german.findings[0].title, "Charge weicht vom Etikett ab");
    for lang in Lang::ALL {
        let spoken = english.clone().spoken(lang);
        assert_eq!(spoken.steps.len(), english.next.len());
        assert_eq!(spoken.code, english.code);
    }
    assert_eq!(german.spoken(Lang::En), english);
}

#[test]
fn a_case_has_an_owner_and_counts_whole() {
    let rows = "
1 08:00 | M | commission lot=L1 | p1 |
2 08:00 | P | ask lot=NEW exp=271231 | p7 | C01:S2 C02:S1
2 08:10 | Q | ask lot=NEW exp=271231 | p8 | C01:S2 C02:S1
";
    let cases = engine(rows).cases();
    assert_eq!(cases.len(), 1);
    let case = &cases[0];
    assert_eq!((case.rule.to_string().as_str(), case.count), ("C02", 3));
    assert_eq!(case.owner.as_ref().unwrap().gln, cast::gln_of('M'));
    assert_eq!(case.title, "Unknown lot");
    assert!(case.from < case.until);
}
