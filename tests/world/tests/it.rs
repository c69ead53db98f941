//! A small world holds what the large one is measured for: the same seed gives the same bytes,
//! labels are complete, documents are valid, honest people are left alone and cheats are not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use world::{Kind, Params, Step, Truth, World, score, write};

fn small() -> Params {
    Params {
        seed: 7,
        packs: 2_400,
        centres: 4,
        pharmacies: 200,
        ..Params::default()
    }
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b, c) = (
        folder.path().join("a"),
        folder.path().join("b"),
        folder.path().join("c"),
    );
    let written = write(small(), &a).unwrap();
    assert_eq!(write(small(), &b).unwrap(), written);
    write(Params { seed: 8, ..small() }, &c).unwrap();
    let names = |dir: &Path| -> Vec<PathBuf> {
        let all = files(dir);
        all.iter()
            .map(|path| path.strip_prefix(dir).unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(&a), names(&b));
    for name in names(&a) {
        assert_eq!(
            fs::read(a.join(&name)).unwrap(),
            fs::read(b.join(&name)).unwrap(),
            "{name:?}"
        );
    }
    let labels = |dir: &Path| fs::read(dir.join("labels.jsonl")).unwrap();
    assert_ne!(labels(&a), labels(&c));
}

#[test]
fn documents_are_valid_and_hold_every_event() {
    let folder = tempfile::tempdir().unwrap();
    let written = write(small(), folder.path()).unwrap();
    let mut events = 0;
    let documents = files(&folder.path().join("epcis"));
    for path in &documents {
        let document = gs1::epcis::parse_document_strictly(&fs::read(path).unwrap());
        events += document
            .unwrap_or_else(|e| panic!("{path:?}: {e}"))
            .events
            .len();
    }
    assert_eq!(events, written.events as usize);
    assert_eq!(documents.len(), written.documents as usize);
    assert!(written.loggers > 20, "{written:?}");
    for path in files(&folder.path().join("loggers")) {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("number,time_ms,celsius\n0,"), "{path:?}");
    }
}

/// Everything that a world does, with nobody stopped.
fn open_loop(params: Params) -> (World, Vec<(Truth, String)>, BTreeMap<String, u32>) {
    let mut world = World::new(params);
    let (mut visits, mut events) = (Vec::new(), BTreeMap::new());
    let mut last_ms = i64::MIN;
    while let Some(step) = world.advance() {
        match step {
            Step::Record(record) => {
                assert!(record.stamp.recorded_ms >= last_ms, "records come in order");
                last_ms = record.stamp.recorded_ms;
                if let rules::Fact::Event(event) = &record.fact {
                    let word = event.biz_step.as_ref().map_or("", |step| step.as_str());
                    *events.entry(word.to_owned()).or_default() += 1;
                }
            }
            Step::Visit(visit) => {
                visits.push((visit.truth, visit.subject.clone()));
                world.answer(visit, true);
            }
        }
    }
    (world, visits, events)
}

#[test]
fn labels_are_complete() {
    let (world, visits, events) = open_loop(small());
    let mut labels: BTreeMap<&str, BTreeSet<Kind>> = BTreeMap::new();
    for planted in world.planted() {
        labels
            .entry(&planted.subject)
            .or_default()
            .insert(planted.kind);
    }
    let mut seen = BTreeSet::new();
    for (truth, subject) in &visits {
        if let Truth::Planted(kind) | Truth::Marked(kind) = truth {
            assert!(
                labels[subject.as_str()].contains(kind),
                "{subject} {kind:?}"
            );
            seen.insert(*kind);
        }
    }
    let planted: BTreeSet<Kind> = world.planted().iter().map(|planted| planted.kind).collect();
    for kind in Kind::ALL.into_iter().filter(|kind| kind.is_fake()) {
        assert!(planted.contains(&kind), "{kind:?} is not planted");
        assert!(seen.contains(&kind), "{kind:?} comes to no counter");
    }
    for kind in [
        Kind::Lost,
        Kind::Late,
        Kind::Resent,
        Kind::Garbled,
        Kind::Recalled,
        Kind::Warm,
    ] {
        assert!(planted.contains(&kind), "{kind:?} is not planted");
    }
    for step in [
        "commissioning",
        "packing",
        "unpacking",
        "shipping",
        "receiving",
        "dispensing",
    ] {
        assert!(events[step] > 0, "{step}");
    }
}

#[test]
fn in_an_honest_world_without_loss_nobody_is_stopped() {
    let params = Params {
        honest: true,
        loss: 0.0,
        scanner_faults: 0.0,
        ..small()
    };
    let score = score::play(params);
    assert!(score.visits.genuine > 1_500, "{score}");
    assert_eq!(score.visits.alarms, 0, "{score}");
    assert!(
        score.visits.fakes().visits == 0 && score.visits.scanners.is_empty(),
        "{score}"
    );
}

#[test]
fn a_small_world_meets_its_bounds() {
    let score = score::play(small());
    let fakes = score.visits.fakes();
    assert!(fakes.visits > 30, "{score}");
    assert!(fakes.stopped * 100 >= fakes.visits * 99, "{score}");
    assert!(fakes.stopped >= fakes.stopped_by_state, "{score}");
    // One alarm is more than the budget of so few scans; two would be a fault.
    assert!(score.visits.alarms <= 1, "{score}\n{}", score.wrong());
    let (garbled, right) = score.visits.diagnosed();
    assert!(right * 100 >= garbled * 95, "{score}\n{}", score.wrong());
    let (planted, found) = score.excursions();
    assert!(planted > 0 && found == planted, "{score}");
    assert_eq!(
        score.visits.passes_over_gaps,
        0,
        "{score}\n{}",
        score.wrong()
    );
}

#[test]
fn every_rule_finds_or_stops_what_it_is_there_for() {
    let score = score::play(small());
    let rules = &score.findings.rules;
    for rule in [
        "C01", "C02", "C03", "C04", "C05", "C06", "C07", "C08", "C10", "C11", "C12", "C13", "C14",
        "C17", "C18", "C19", "C23", "C24", "C25", "C26", "T01", "T02", "T03", "T04", "T05", "T06",
        "T07", "T08",
    ] {
        let tally = &rules[rule];
        assert!(tally.meant > 0, "nothing is planted for {rule}: {score}");
        let missed = tally.meant - tally.found - tally.stopped;
        assert_eq!(missed, 0, "{rule}: {score}");
    }
}

#[test]
fn a_larger_world_meets_the_goals_slow() {
    let params = Params {
        packs: 12_000,
        pharmacies: 600,
        ..Params::default()
    };
    let score = score::play(params);
    let fakes = score.visits.fakes();
    assert!(fakes.stopped * 100 >= fakes.visits * 99, "{score}");
    // One in ten thousand scans; a single one is no rate.
    let most = (score.visits.genuine / 10_000).max(1);
    assert!(score.visits.alarms <= most, "{score}\n{}", score.wrong());
    let (garbled, right) = score.visits.diagnosed();
    assert!(right * 100 >= garbled * 95, "{score}\n{}", score.wrong());
    assert_eq!(
        score.visits.passes_over_gaps,
        0,
        "{score}\n{}",
        score.wrong()
    );
    let (planted, found) = score.excursions();
    assert!(planted > 0 && found == planted, "{score}");
}
