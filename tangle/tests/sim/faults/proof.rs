//! The harness proves itself: over a disk whose syncs lie, and over a store with a bug put in on
//! purpose, the same code that passes must report violations.

use std::sync::Arc;

use tangle::store::bugs::{Bug, plant};
use tangle::store::files::Files;
use tangle::testing::disk::{Disk, Fault};

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

/// What is in the file after these, over many power losses: always, sometimes or never `new`.
fn survives(before: impl Fn(&Disk) -> Disk) -> [bool; 2] {
    let mut seen = [false; 2];
    for seed in 0..60 {
        let disk = Disk::new();
        let file = disk.create("f").unwrap();
        file.write_at(0, b"old").unwrap();
        file.sync().unwrap();
        disk.sync_dir("").unwrap();
        let disk = before(&disk);
        let bytes = disk.after_power_loss(seed).bytes("f").unwrap();
        assert!(bytes == b"old" || bytes == b"new", "{bytes:?}");
        seen[usize::from(bytes == b"new")] = true;
    }
    seen
}

#[test]
fn the_disk_loses_what_a_disk_may_lose() {
    let file = |disk: &Disk| disk.open("f").unwrap().unwrap();
    let write = |disk: &Disk| file(disk).write_at(0, b"new").unwrap();
    let sync = |disk: &Disk| file(disk).sync();
    let unsynced = survives(|disk| {
        write(disk);
        disk.clone()
    });
    let synced = survives(|disk| {
        write(disk);
        sync(disk).unwrap();
        disk.clone()
    });
    // A kill alone does not make durable, nor does another sync after one that failed.
    let killed = survives(|disk| {
        write(disk);
        let disk = disk.after_kill();
        assert_eq!(disk.bytes("f").unwrap(), b"new");
        disk
    });
    let refused = survives(|disk| {
        write(disk);
        disk.plan(0, Fault::Refused);
        sync(disk).unwrap_err();
        sync(disk).unwrap();
        assert_eq!(disk.bytes("f").unwrap(), b"new");
        disk.clone()
    });
    let lying = survives(|disk| {
        disk.lie();
        write(disk);
        sync(disk).unwrap();
        disk.clone()
    });
    let wanted = [
        [true, true],
        [false, true],
        [true, true],
        [true, false],
        [true, true],
    ];
    assert_eq!([unsynced, synced, killed, refused, lying], wanted);
}
