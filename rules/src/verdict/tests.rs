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

/// A lot of three packs with serials of mixed letters, and what scanners make of one.
#[test]
fn a_text_that_a_scanner_garbled_is_explained() {
    use crate::engine::Engine;
    use crate::record::{Fact, Record, Stamp};
    use gs1::epcis::{Action, Event};
    use gs1::{BizStep, Epc, Gtin, Lot, Serial, Sgtin};

    let pack = |serial: &str| {
        let gtin = Gtin::parse("09506000134352").unwrap();
        Epc::Sgtin(Sgtin::new(gtin, Serial::parse(serial).unwrap()))
    };
    let packs = ["aB7yQ0", "xk2ZZ9", "Tq41m"].map(pack);
    let made = Event::object(Action::Add, packs, 0, BizStep::Commissioning).with_ilmd(
        &Lot::parse("LE850k").unwrap(),
        "2027-12-31".parse().unwrap(),
    );
    let stamp = Stamp {
        position: 0,
        block: [0; 32],
        item: 0,
        recorded_ms: 0,
        actor: None,
        device: None,
    };
    let mut engine = Engine::new(crate::Profile::default());
    let fact = Fact::Event(made.build().unwrap());
    engine.apply(&Record { stamp, fact });
    let clean = "]d2010950600013435221aB7yQ0\u{1d}1727123110LE850k";
    let rows = [
        (clean.to_owned(), "GENUINE", ""),
        (clean.replace('y', "z"), "SCANNER_FAULT", "keyboard"),
        (
            clean.replace(']', "+").replace('y', "z"),
            "SCANNER_FAULT",
            "keyboard",
        ),
        (format!("{clean}9506000134352"), "SCANNER_FAULT", "bar code"),
        (clean.to_ascii_uppercase(), "SCANNER_FAULT", "capitals"),
        (clean.to_ascii_lowercase(), "SCANNER_FAULT", "small letters"),
        (
            clean.replace('\u{1d}', ""),
            "SCANNER_FAULT",
            "group separator",
        ),
        (clean.replace("aB7yQ0", "aB7yQ9"), "UNKNOWN_SERIAL", ""),
        ("hello".to_owned(), "UNREADABLE", ""),
    ];
    let at = Counter {
        now_ms: 1_772_323_200_000,
        party: None,
        location: None,
    };
    for (text, code, word) in rows {
        let verdict = judge_text(&engine, &text, &at);
        let got = serde_json::to_value(verdict.code).unwrap();
        assert_eq!(got, code, "{text:?} {}", verdict.sentence);
        assert!(
            verdict.sentence.contains(word),
            "{text:?} {}",
            verdict.sentence
        );
    }
}
