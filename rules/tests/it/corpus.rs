//! The labelled pharma corpus: two serials that were never commissioned and two excursions are
//! planted in it; exactly these are suspected or held for temperature.

use std::collections::BTreeSet;
use std::path::PathBuf;

use gs1::epcis::parse_document;
use gs1::{BizStep, Epc};
use rules::{Engine, Fact, FindingView, Profile, RuleId, Severity};

use super::cast::Clerk;

/// Test data that is not ours to copy.
pub(crate) fn fixtures() -> Option<PathBuf> {
    let default = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures");
    let folder = std::env::var_os("THERIAC_FIXTURES").map_or(default, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: no fixtures at {}", folder.display());
    None
}

fn replay(folder: &std::path::Path) -> Engine {
    let mut engine = Engine::new(Profile::default());
    let mut clerk = Clerk::default();
    for i in 0..3 {
        let bytes = std::fs::read(folder.join(format!("epcis/query/corpus-0{i}.jsonld"))).unwrap();
        for event in parse_document(&bytes).unwrap().events {
            let at = event.event_time_ms;
            engine.apply(&clerk.record('-', at, Fact::Event(event)));
        }
    }
    engine
}

fn subjects(findings: &[FindingView], rule: RuleId) -> BTreeSet<String> {
    findings
        .iter()
        .filter(|f| f.rule == rule)
        .map(|f| f.subjects[0].clone())
        .collect()
}

#[test]
fn the_planted_anomalies_are_found_and_nothing_else_is_suspected() {
    let Some(folder) = fixtures() else { return };
    let engine = replay(&folder);
    let labels = std::fs::read(folder.join("epcis/query/anomalies.json")).unwrap();
    let labels: serde_json::Value = serde_json::from_slice(&labels).unwrap();
    let planted = |kind: &str| -> BTreeSet<String> {
        let labels = labels
            .as_array()
            .unwrap()
            .iter()
            .filter(|label| label["kind"] == kind);
        let epcs = labels.flat_map(|label| label["epcs"].as_array().unwrap());
        epcs.map(|epc| Epc::parse(epc.as_str().unwrap()).unwrap().canonical())
            .collect()
    };
    let findings: Vec<FindingView> = engine.findings().collect();
    let unknown = planted("never_commissioned");
    assert_eq!(unknown.len(), 2);
    assert_eq!(subjects(&findings, RuleId::C01), unknown);
    assert_eq!(
        subjects(&findings, RuleId::T01),
        planted("temperature_excursion_2_8C")
    );
    let others: Vec<_> = findings
        .iter()
        .filter(|f| !matches!(f.rule, RuleId::C01 | RuleId::T01))
        .map(|f| {
            (
                f.rule,
                f.rule_severity,
                f.subjects[0].clone(),
                f.sentence.clone(),
            )
        })
        .collect();
    let grave: Vec<_> = others
        .iter()
        .filter(|other| other.1 >= Severity::S3)
        .collect();
    assert!(grave.is_empty(), "{grave:#?}");
    // Shipments to receivers who report nothing: told, not held.
    let others: Vec<_> = others
        .into_iter()
        .filter(|other| (other.0, other.1) != (RuleId::C16, Severity::S1))
        .collect();
    // Two loggers that reported summaries fell silent hours before the receipt: told, not held.
    let told: Vec<_> = others
        .iter()
        .map(|(rule, severity, ..)| (*rule, *severity))
        .collect();
    assert_eq!(told, [(RuleId::T08, Severity::S1); 2], "{others:#?}");
}

#[test]
fn every_pack_of_the_corpus_has_a_lot_that_adds_up() {
    let Some(folder) = fixtures() else { return };
    let engine = replay(&folder);
    let mut made = 0;
    for (gtin, lot) in engine.lots() {
        let view = engine.lot(gtin, lot).unwrap();
        assert_eq!(view.made, view.located + view.terminal + view.unknown);
        assert_eq!(view.by_status.values().sum::<usize>(), view.made);
        made += view.made;
    }
    assert_eq!(made, 6 * 8);
    assert!(BizStep::parse("commissioning").is_ok());
}
