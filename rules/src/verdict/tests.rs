//! The catalogue of texts is whole, and what needs no engine is answered without one.

use std::collections::BTreeSet;

use super::code::steps;
use super::*;

#[test]
fn every_code_has_steps_that_are_numbered_and_say_who_acts() {
    let mut words = BTreeSet::new();
    for code in Code::ALL {
        let steps = spoken_steps(&steps(code, None), Lang::En);
        assert!(!steps.is_empty(), "{code:?}");
        for (i, step) in steps.iter().enumerate() {
            assert!(step.starts_with(&format!("{}. ", i + 1)), "{step}");
            assert!(step.contains(": "), "{step}: who acts?");
            assert!(step.ends_with('.'), "{step}");
        }
        let word = serde_json::to_value(code).unwrap();
        let word = word.as_str().unwrap().to_owned();
        assert!(
            word.chars().all(|c| c.is_ascii_uppercase() || c == '_'),
            "{word}"
        );
        assert!(words.insert(word), "{code:?} twice");
    }
    assert_eq!(words.len(), Code::ALL.len());
}

#[test]
fn scans_that_name_no_pack_ask_to_read_again() {
    let engine = Engine::new(crate::Profile::default());
    let at = Counter {
        now_ms: 0,
        party: None,
        location: None,
    };
    for (text, code) in [
        ("(01)09506000134352", Code::NoSerial),
        ("(01)09506000134352(17)271231(10)L1", Code::NoSerial),
        ("(00)195060000000000012", Code::NotAPack),
    ] {
        let scan = gs1::scan::parse(text).unwrap();
        let verdict = judge(&engine, &scan, &at);
        assert_eq!(
            (verdict.verdict, verdict.code),
            (Class::ReadAgain, code),
            "{text}"
        );
    }
    let error = gs1::scan::parse("(01)09506000134353(21)A").unwrap_err();
    let verdict = unreadable(&error);
    assert_eq!(
        (verdict.verdict, verdict.code),
        (Class::ReadAgain, Code::Unreadable)
    );
    assert!(verdict.sentence.contains("01"), "{}", verdict.sentence);
    assert_eq!(not_checked().verdict, Class::NotChecked);
}

#[test]
fn scanner_faults_are_named() {
    for (seen, known, named) in [
        ("abc1", "ABC1", true),
        ("AbC1", "aBc1", true),
        ("LOTZ", "LOTY", true),
        ("lotz", "LOTY", true),
        ("AO1", "A01", true),
        ("L117271231", "L1", true),
        ("L2", "L1", false),
        ("L1X", "L1", false),
    ] {
        assert_eq!(
            scan_fault::explains(seen, known).is_some(),
            named,
            "{seen} for {known}"
        );
    }
}
