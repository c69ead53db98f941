//! The harness proves itself: over a disk whose syncs lie, and over a store with a bug put in on
//! purpose, the same code that passes must report violations.

use std::sync::Arc;

use tangle::store::bugs::{Bug, plant};

use super::power::explore;
use super::rot::rotten;
use crate::kit::script;

/// Crashes within which a violation must have been seen.
const CYCLES: u64 = 2000;

fn power(lying: bool) -> Vec<String> {
    explore(1, CYCLES, &Arc::new(script(120)), lying).failures
}

#[test]
fn a_disk_that_lies_about_syncs_is_found_out() {
    let failures = power(true);
    assert!(!failures.is_empty());
    eprintln!("{failures:#?}");
}

#[test]
fn an_acknowledgement_before_the_sync_is_found_out() {
    let _bug = plant(Bug::AcknowledgedBeforeSync);
    let failures = power(false);
    assert!(!failures.is_empty());
    eprintln!("{failures:#?}");
}

#[test]
fn a_mark_written_before_its_rows_is_found_out() {
    let _bug = plant(Bug::MarkBeforeRows);
    let failures = power(false);
    let gone = failures.iter().any(|what| what.contains("index"));
    assert!(gone, "{failures:#?}");
}

#[test]
fn a_recovery_that_cuts_in_the_middle_is_found_out() {
    let _bug = plant(Bug::CutInTheMiddle);
    let failures = rotten(500, 1);
    let wrong = failures.iter().any(|what| what.contains("silently wrong"));
    assert!(wrong, "{failures:#?}");
}
