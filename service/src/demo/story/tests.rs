//! The story against itself: nothing lost, nothing out of order, bounds kept, seeds obeyed.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

const NOW_MS: i64 = 1_790_000_000_000;

fn events(story: &Story) -> Vec<&Value> {
    let mut all = Vec::new();
    for step in story.chapters.iter().flat_map(|chapter| &chapter.steps) {
        match step {
            Step::Capture { document, .. } => {
                all.extend(document["epcisBody"]["eventList"].as_array().unwrap());
            }
            Step::Readings { events, .. } => all.extend(events),
            Step::MasterData { .. } | Step::Decision { .. } => {}
        }
    }
    all
}

fn strings<'a>(event: &'a Value, field: &str) -> Vec<&'a str> {
    let list = event[field]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    list.iter().filter_map(Value::as_str).collect()
}

#[test]
fn the_same_seed_time_and_size_write_the_same_story() {
    let render = |seed, now| format!("{:?}", Story::new(seed, now, 100));
    assert_eq!(render(1, NOW_MS), render(1, NOW_MS));
    assert_ne!(render(1, NOW_MS), render(2, NOW_MS));
    assert_ne!(render(1, NOW_MS), render(1, NOW_MS + 1));
}

#[test]
fn every_pack_is_commissioned_and_packed_exactly_once() {
    for packs in [10, 57, 1_000, 2_345] {
        let story = Story::new(4, NOW_MS, packs);
        let mut seen: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for event in events(&story) {
            let step = event["bizStep"].as_str().unwrap();
            for epc in strings(event, "epcList")
                .into_iter()
                .chain(strings(event, "childEPCs"))
            {
                if epc.contains("/21/") {
                    *seen.entry((step, epc)).or_default() += 1;
                }
            }
        }
        for (at, pack) in story.packs.iter().enumerate() {
            let id = format!("https://id.gs1.org/01/{}/21/{}", story.gtin, pack.serial);
            for step in ["commissioning", "packing"] {
                assert_eq!(
                    seen.get(&(step, id.as_str())),
                    Some(&1),
                    "{step} of pack {at}"
                );
            }
            let dispensed = matches!(pack.fate, Fate::Dispensed(_) | Fate::Copied);
            assert_eq!(
                seen.contains_key(&("dispensing", id.as_str())),
                dispensed,
                "pack {at}"
            );
        }
        let recalled = story
            .packs
            .iter()
            .filter(|pack| pack.fate == Fate::Recalled)
            .count();
        assert_eq!(story.packs.len() - recalled, packs);
        assert!(recalled > 0);
    }
}

#[test]
fn exactly_one_identifier_is_copied_and_the_unknown_serial_is_nobodys() {
    for seed in 0..20 {
        let story = Story::new(seed, NOW_MS, 200);
        assert_eq!(
            story
                .packs
                .iter()
                .filter(|pack| pack.fate == Fate::Copied)
                .count(),
            1
        );
        let serials: BTreeSet<&str> = story
            .packs
            .iter()
            .map(|pack| pack.serial.as_str())
            .collect();
        assert_eq!(serials.len(), story.packs.len());
        assert!(!serials.contains(story.unknown_serial.as_str()));
    }
}

#[test]
fn event_ids_are_unique_and_times_lie_in_the_last_five_days() {
    let story = Story::new(9, NOW_MS, 3_000);
    let mut ids = BTreeSet::new();
    for event in events(&story) {
        assert!(ids.insert(event["eventID"].as_str().unwrap()));
        let time = event["eventTime"].as_str().unwrap();
        let at = chrono::DateTime::parse_from_rfc3339(time)
            .unwrap()
            .timestamp_millis();
        assert!((NOW_MS - 121 * HOUR_MS..NOW_MS).contains(&at), "{time}");
    }
}

#[test]
fn documents_keep_within_the_bounds_of_a_capture_interface() {
    let story = Story::new(1, NOW_MS, 12_000);
    for step in story.chapters.iter().flat_map(|chapter| &chapter.steps) {
        match step {
            Step::Capture {
                document,
                event_ids,
                ..
            } => {
                let events = document["epcisBody"]["eventList"].as_array().unwrap();
                assert_eq!(events.len(), event_ids.len());
                assert!(events.len() <= DOCUMENT_EVENTS_MAX);
                let epcs: usize = events.iter().map(epcs_of).sum();
                assert!(epcs <= DOCUMENT_EPCS_MAX, "{epcs} EPCs");
            }
            Step::Readings { logger, events } => {
                assert!(*logger < story.loggers);
                assert!(serde_json::to_vec(events).unwrap().len() < 500_000);
            }
            Step::MasterData { records } => assert!(records.len() <= 40, "{}", records.len()),
            Step::Decision { body, .. } => {
                assert_eq!(
                    body["lot"].as_str(),
                    story.recalled_lot().map(|lot| lot.lot.as_str())
                );
            }
        }
    }
}

#[test]
fn a_scan_is_the_four_elements_of_the_law() {
    let story = Story::new(1, NOW_MS, 10);
    let pack = story.first(Fate::is_sound).unwrap();
    let scan = story.scan(pack);
    let (product, rest) = scan.split_once('\u{1d}').unwrap();
    assert_eq!(product, format!("010950600013435221{}", pack.serial));
    let lot = &story.lots[pack.lot];
    let yymmdd: String = lot.expiry.replace('-', "").split_off(2);
    assert_eq!(rest, format!("17{yymmdd}10{}", lot.lot));
}

#[test]
fn readings_up_to_an_arrival_leave_no_gap() {
    let story = Story::new(1, NOW_MS, 100);
    let Step::Readings { events, .. } = story.arrival.readings(NOW_MS + 7_000) else {
        panic!("readings")
    };
    let mut times = Vec::new();
    for event in &events {
        for report in event["sensorElementList"][0]["sensorReport"]
            .as_array()
            .unwrap()
        {
            let time = report["time"].as_str().unwrap();
            times.push(
                chrono::DateTime::parse_from_rfc3339(time)
                    .unwrap()
                    .timestamp_millis(),
            );
        }
    }
    assert!(
        times
            .windows(2)
            .all(|pair| (1..=climate::INTERVAL_MS).contains(&(pair[1] - pair[0])))
    );
    assert!(times[0] <= story.arrival.shipped_ms);
    assert_eq!(*times.last().unwrap(), NOW_MS + 7_000);
}
