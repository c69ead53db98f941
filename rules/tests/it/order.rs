//! The order in which facts reach the ledger does not matter: facts about different goods may come
//! in any interleaving, and facts about the same goods in any order at all, because every rule
//! looks at what happened when, and not at when it was told.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use proptest::prelude::*;
use rules::{Engine, Fact, FindingStatus, Profile, Record};

use super::scenario;
use super::scenarios;

/// Files of rules over one thing's timeline.
const FILES: [&str; 9] = [
    "c09_", "c12_", "c13_", "c14_", "c15_", "c17_", "c18_", "c19_", "c24_",
];
/// Words of stories that are about more than their own goods, or about the order of records.
const SKIPPED: [&str; 10] = [
    "recall", "release", "lane", "delegate", "tick", "void", "resend", "dev=", "undo", "declared",
];

/// Stories told about goods of their own: nothing but serial numbers tells two of them apart.
fn stories() -> &'static [Vec<Record>] {
    static STORIES: OnceLock<Vec<Vec<Record>>> = OnceLock::new();
    STORIES.get_or_init(tell)
}

fn tell() -> Vec<Vec<Record>> {
    let mut texts = Vec::new();
    for (name, text) in scenarios::files() {
        if FILES.iter().any(|start| name.starts_with(start)) {
            texts.extend(text.split("\n==").skip(1).map(str::to_owned));
        }
    }
    let own = |text: &String| SKIPPED.iter().all(|word| !text.contains(word));
    let mut found = Vec::new();
    for (number, text) in texts.into_iter().filter(own).enumerate() {
        let text = renumbered(&text, 1_000 * (number + 1));
        let scenario = scenario::parse(&format!("=={text}")).remove(0);
        let events = scenario.play().into_iter();
        found.push(
            events
                .filter(|it| matches!(it.fact, Fact::Event(_)))
                .collect(),
        );
    }
    found
}

/// The story with other serial numbers.
fn renumbered(text: &str, add: usize) -> String {
    let word = |word: &str| -> String {
        let part = |part: &str| -> Option<String> {
            let kind = part.chars().next().filter(|kind| "prsc".contains(*kind))?;
            let number: usize = part.get(1..)?.parse().ok()?;
            Some(format!("{kind}{}", number + add))
        };
        let parts: Option<Vec<String>> = word.split("..").map(part).collect();
        parts.map_or_else(|| word.to_owned(), |parts| parts.join(".."))
    };
    let line = |line: &str| line.split(' ').map(word).collect::<Vec<_>>().join(" ");
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// What stands about what, without the places in the ledger.
fn told(records: &[Record]) -> BTreeSet<String> {
    let mut engine = Engine::new(Profile::default());
    for record in records {
        engine.apply(record);
    }
    let open = engine
        .findings()
        .filter(|finding| finding.status == FindingStatus::Open);
    open.map(|finding| {
        format!(
            "{} {:?} {:?} {}",
            finding.rule, finding.rule_severity, finding.subjects, finding.sentence
        )
    })
    .collect()
}

/// Records behind the cast's master data, all ordered at one moment.
fn at_once(facts: Vec<Record>) -> Vec<Record> {
    let recorded_ms = facts
        .iter()
        .map(|it| it.stamp.recorded_ms)
        .max()
        .unwrap_or(0);
    let mut records = super::cast::Clerk::default().masters();
    records.extend(facts);
    for (position, record) in records.iter_mut().enumerate() {
        record.stamp.position = position as u64;
        record.stamp.block[..8].copy_from_slice(&(position as u64).to_be_bytes());
        record.stamp.recorded_ms = recorded_ms;
    }
    records
}

/// Takes the next record of one story after the other, as the picks say.
fn interleaved(stories: &[Vec<Record>], picks: &[usize]) -> Vec<Record> {
    let mut left: Vec<_> = stories.iter().map(|story| story.iter()).collect();
    let mut picks = picks.iter().cycle();
    let mut facts = Vec::new();
    while !left.is_empty() {
        let at = picks.next().unwrap() % left.len();
        match left[at].next() {
            Some(record) => facts.push(record.clone()),
            None => drop(left.remove(at)),
        }
    }
    at_once(facts)
}

fn event_time(record: &Record) -> i64 {
    match &record.fact {
        Fact::Event(event) => event.event_time_ms,
        _ => 0,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn stories_about_different_goods_may_interleave(
        seeds in prop::collection::vec(any::<prop::sample::Index>(), 2..6),
        picks in prop::collection::vec(any::<usize>(), 1..40),
        others in prop::collection::vec(any::<usize>(), 1..40),
    ) {
        let all = stories();
        prop_assert!(all.len() > 25, "only {} stories", all.len());
        let at: BTreeSet<usize> = seeds.iter().map(|index| index.index(all.len())).collect();
        let some: Vec<Vec<Record>> = at.into_iter().map(|i| all[i].clone()).collect();
        prop_assert_eq!(
            told(&interleaved(&some, &picks)),
            told(&interleaved(&some, &others))
        );
    }

    #[test]
    fn facts_may_arrive_in_any_order(
        story in any::<prop::sample::Index>(),
        keys in prop::collection::vec(any::<u64>(), 40),
    ) {
        let all = stories();
        let story = &all[story.index(all.len())];
        let mut times: Vec<i64> = story.iter().map(event_time).collect();
        times.sort_unstable();
        times.dedup();
        // Facts of one minute keep their order: nothing else tells which came first.
        let key = |record: &Record| {
            let at = times.binary_search(&event_time(record)).unwrap();
            keys[at % keys.len()]
        };
        let mut shuffled = story.clone();
        shuffled.sort_by_key(key);
        prop_assert_eq!(told(&at_once(story.clone())), told(&at_once(shuffled)));
    }
}
