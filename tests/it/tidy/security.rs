//! The list of what may be tried against a node names tests: those that were renamed or taken away
//! would leave a protection that nobody holds.

use std::fs;

use super::root;

/// The tests that docs/security.md names, as (file, function).
fn named() -> Vec<(String, String)> {
    let text = fs::read_to_string(root().join("docs/security.md")).expect("the list");
    let quoted = text.split('`').skip(1).step_by(2);
    quoted
        .filter_map(|word| word.split_once(".rs::"))
        .map(|(file, function)| (format!("{file}.rs"), function.to_owned()))
        .collect()
}

#[test]
fn every_test_of_the_security_list_exists() {
    let named = named();
    assert!(named.len() > 30, "{}", named.len());
    for (file, function) in named {
        let text = fs::read_to_string(root().join(&file));
        let text = text.unwrap_or_else(|error| panic!("{file}: {error}"));
        let found = text.contains(&format!("#[test]\n    fn {function}("))
            || text.contains(&format!("#[test]\nfn {function}("));
        assert!(found, "docs/security.md names {file}::{function}");
    }
}

#[test]
fn every_risk_of_the_list_has_a_test() {
    let text = fs::read_to_string(root().join("docs/security.md")).expect("the list");
    for number in 1..=10 {
        let row = text
            .lines()
            .find(|line| line.starts_with(&format!("| API{number} ")));
        let row = row.unwrap_or_else(|| panic!("API{number} is not in the list"));
        assert!(row.contains(".rs::"), "{row}");
    }
}
