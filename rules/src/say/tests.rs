//! Every message in every language: each has an example, each example is a sentence, and no two
//! languages say the same.

use std::collections::BTreeSet;
use std::fmt::Debug;

use super::steps::Task;
use super::*;
use crate::finding::RuleId;

/// Names of the variants of an enum, read from its source.
fn variants(source: &str, name: &str) -> BTreeSet<String> {
    let body = source.split(&format!("pub enum {name} {{")).nth(1).unwrap();
    let body = body.split("\n}").next().unwrap();
    let variant = |line: &str| {
        let word = line.strip_prefix("    ")?;
        let starts = word.starts_with(|c: char| c.is_ascii_uppercase());
        starts.then(|| word.split([' ', ',', '(', '{']).next().unwrap().to_owned())
    };
    body.lines().filter_map(variant).collect()
}

/// Names of the variants of values.
fn names<T: Debug>(values: &[T]) -> BTreeSet<String> {
    let name = |value: &T| {
        let text = format!("{value:?}");
        text.split([' ', ',', '(', '{']).next().unwrap().to_owned()
    };
    values.iter().map(name).collect()
}

fn samples() -> Vec<Say> {
    let chain = Chain::samples().into_iter().map(Say::from);
    let lot = LotSay::samples().into_iter().map(Say::from);
    let cold = Cold::samples().into_iter().map(Say::from);
    let sensors = Sensors::samples().into_iter().map(Say::from);
    let told = Told::samples().into_iter().map(Say::from);
    let way = Way::samples().into_iter().map(Say::from);
    let partner = PartnerSay::samples().into_iter().map(Say::from);
    chain
        .chain(way)
        .chain(lot)
        .chain(cold)
        .chain(sensors)
        .chain(told)
        .chain(partner)
        .collect()
}

fn faults() -> Vec<lot::Fault> {
    use gs1::repair::Cause;
    let causes = [
        Cause::CapsLock,
        Cause::AllCapitals,
        Cause::AllSmall,
        Cause::KeyboardLayout("German"),
        Cause::SymbologyPrefix,
        Cause::ScannerPrefix,
        Cause::ScannerSuffix,
        Cause::EanAppended,
        Cause::Doubled,
        Cause::GroupSeparatorLost,
        Cause::GroupSeparatorReplaced,
        Cause::LetterForDigit,
        Cause::LookAlike,
        Cause::ShortGtin,
        Cause::Truncated,
    ];
    let faults = causes.into_iter().map(lot::Fault::from);
    faults.chain([lot::Fault::WrongCase]).collect()
}

#[test]
fn every_message_has_an_example() {
    assert_eq!(
        names(&Chain::samples()),
        variants(include_str!("chain.rs"), "Chain")
    );
    assert_eq!(
        names(&Way::samples()),
        variants(include_str!("way.rs"), "Way")
    );
    assert_eq!(
        names(&LotSay::samples()),
        variants(include_str!("lot.rs"), "LotSay")
    );
    assert_eq!(names(&faults()), variants(include_str!("lot.rs"), "Fault"));
    assert_eq!(
        names(&Cold::samples()),
        variants(include_str!("cold.rs"), "Cold")
    );
    assert_eq!(
        names(&Sensors::samples()),
        variants(include_str!("sensors.rs"), "Sensors")
    );
    assert_eq!(
        names(&PartnerSay::samples()),
        variants(include_str!("partner.rs"), "PartnerSay")
    );
    assert_eq!(
        names(&Told::samples()),
        variants(include_str!("counter.rs"), "Told")
    );
}

#[test]
fn every_message_is_a_sentence_in_every_language() {
    for say in samples() {
        let mut said = BTreeSet::new();
        for lang in Lang::ALL {
            let text = say.text(lang);
            assert!(text.ends_with('.'), "{lang:?}: {text}");
            assert!(!text.contains(['{', '}', '_']), "{lang:?}: {text}");
            assert!(!text.contains("  "), "{lang:?}: {text}");
            let first = text.chars().next().unwrap();
            assert!(first.is_uppercase() || first.is_numeric(), "{text}");
            assert!(said.insert(text.clone()), "said twice: {text}");
        }
    }
    for fault in faults() {
        let said: BTreeSet<String> = Lang::ALL.map(|lang| fault.text(lang)).into();
        assert_eq!(said.len(), 4, "{said:?}");
    }
}

#[test]
fn every_rule_has_its_name_in_every_language() {
    let source = include_str!("../finding.rs");
    let source = source.split("pub enum RuleId {").nth(1).unwrap();
    let rules = source.split("\n}").next().unwrap().lines().count();
    let mut said = BTreeSet::new();
    for rule in RuleId::ALL {
        for lang in Lang::ALL {
            assert!(said.insert(title(rule, lang)), "{rule}: said twice");
        }
    }
    assert_eq!(said.len(), RuleId::ALL.len() * 4);
    assert!(rules >= RuleId::ALL.len(), "{rules}");
}

#[test]
fn every_step_says_who_acts_in_every_language() {
    for code in crate::Code::ALL {
        for step in crate::verdict::steps_of(code) {
            for lang in Lang::ALL {
                let by = Some(0);
                let text = NextStep { by, ..step }.text(2, lang);
                let start = format!("2. {}, ", step.who.text(lang));
                assert!(text.starts_with(&start), "{text}");
                assert!(text.contains(" UTC: ") && text.ends_with('.'), "{text}");
            }
        }
    }
    let said: BTreeSet<&str> = Lang::ALL.map(|lang| Task::Quarantine.text(lang)).into();
    assert_eq!(said.len(), 4);
}

#[test]
fn statuses_are_said_in_every_language() {
    for status in ["active", "recalled", "withdrawn", "locked", "unknown"] {
        let said: BTreeSet<&str> = Lang::ALL.map(|lang| pack_sentence(status, lang)).into();
        assert_eq!(said.len(), 4, "{said:?}");
    }
    for status in ["none", "under_review", "suspect"] {
        let said: BTreeSet<&str> = Lang::ALL.map(|lang| alert_sentence(status, lang)).into();
        assert_eq!(said.len(), 4, "{said:?}");
    }
}

#[test]
fn histories_are_told_in_every_language() {
    for doing in Doing::ALL {
        let line = Happened {
            doing,
            place: Some("Dock".to_owned()),
            party: None,
        };
        let said: BTreeSet<String> = Lang::ALL.map(|lang| line.text(lang)).into();
        assert_eq!(said.len(), 4, "{said:?}");
    }
}

#[test]
fn numbers_and_days_as_each_language_writes_them() {
    assert_eq!(words::degrees(Lang::En, -600), "-0.60 \u{b0}C");
    assert_eq!(words::degrees(Lang::De, 8_285), "8,28 \u{b0}C");
    assert_eq!(words::time(Lang::De, 0), "01.01.1970 00:00 UTC");
    assert_eq!(words::day(Lang::Fr, 31), "01/02/1970");
    assert_eq!(words::iso_day(31), "1970-02-01");
    assert_eq!(words::duration(3_900_000), "1 h 05 min");
}

#[test]
fn the_reader_chooses_the_language() {
    for (header, lang) in [
        ("de", Lang::De),
        ("fr-CA,fr;q=0.8,en;q=0.5", Lang::Fr),
        ("it, es;q=0.7, de;q=0.9", Lang::De),
        ("en;q=0.1, es;q=0.10", Lang::En),
        ("de;q=0, es", Lang::Es),
        ("ja", Lang::En),
        ("", Lang::En),
        (";;q=,,", Lang::En),
    ] {
        assert_eq!(Lang::negotiate(header), lang, "{header}");
    }
    for lang in Lang::ALL {
        assert_eq!(Lang::parse(lang.code()), Some(lang));
    }
}
