//! Plays every file of `fixtures/scenarios`, and holds each one's replay against its snapshot.

use std::path::PathBuf;

use rules::{Engine, Profile};

use super::scenario::{Scenario, parse};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fixtures/scenarios")
}

/// Names and texts of all files, by name.
pub(crate) fn files() -> Vec<(String, String)> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let read = |path: PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, std::fs::read_to_string(path).unwrap())
    };
    files.into_iter().map(read).collect()
}

/// All scenarios of all files.
pub(crate) fn all() -> Vec<Scenario> {
    files().iter().flat_map(|(_, text)| parse(text)).collect()
}

#[test]
fn every_scenario_says_what_it_is_expected_to() {
    let scenarios = all();
    assert!(scenarios.len() > 30, "only {} scenarios", scenarios.len());
    let failed: Vec<_> = scenarios
        .into_iter()
        .filter(|scenario| std::panic::catch_unwind(|| scenario.play()).is_err())
        .map(|scenario| scenario.title)
        .collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn a_snapshot_anywhere_continues_like_the_whole_replay() {
    for scenario in all() {
        let records = scenario.play();
        let mut whole = Engine::new(Profile::default());
        let mut parts = Engine::new(Profile::default());
        for record in &records {
            let expected = whole.apply(record);
            assert_eq!(parts.apply(record), expected, "{}", scenario.title);
            let bytes = whole.snapshot();
            assert_eq!(parts.snapshot(), bytes, "{}", scenario.title);
            parts = Engine::restore(&bytes).unwrap();
            assert_eq!(parts, whole, "{}", scenario.title);
        }
    }
}
