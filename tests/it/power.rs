//! The power goes and takes everything that was not synced, of the whole data directory: ledger,
//! keys, databases, settings. The real binary runs on a file system of our own that knows what
//! was synced, is killed at a random moment of the demo, and finds its files as a disk would have
//! them: what was not synced gone, there, or half there.

use std::fs;
use std::path::Path;

use tests::power::{PowerDisk, Unsynced};
use tests::process::finish;

use crate::crash::{acknowledged, everything_is_there, mix, number, play_and_kill, whole_run_ms};

/// How often the power goes, unless `THERIAC_POWER_ROUNDS` says otherwise.
const ROUNDS: u64 = 10;

/// A disk of our own below `holder`, or `None` where FUSE cannot be had, which is said.
fn disk(holder: &Path) -> Option<PowerDisk> {
    let at = holder.join("disk");
    fs::create_dir(&at).expect("a folder");
    match PowerDisk::mount(&at) {
        Ok(disk) => Some(disk),
        Err(error) => {
            eprintln!("SKIPPED: no file system of our own can be mounted here: {error}");
            None
        }
    }
}

#[test]
fn nothing_acknowledged_is_lost_with_the_power_slow() {
    let seed = number("THERIAC_SEED").unwrap_or(1);
    let rounds = number("THERIAC_POWER_ROUNDS").unwrap_or(ROUNDS);
    eprintln!("seed {seed} (THERIAC_SEED), {rounds} rounds (THERIAC_POWER_ROUNDS)");
    let span_ms = whole_run_ms();
    let (mut count, mut nodes) = (0, 0);
    for round in 0..rounds {
        let luck = mix(seed ^ (round << 32));
        let holder = tempfile::tempdir().expect("a temporary folder");
        let Some(mut disk) = disk(holder.path()) else {
            return;
        };
        let at = holder.path().join("disk");
        let (dir, log) = (at.join("node"), holder.path().join("acknowledged"));
        play_and_kill(&dir, &log, round, luck % (2 * span_ms));
        let unsynced = match luck >> 40 & 3 {
            0 => Unsynced::Gone,
            1 => Unsynced::Kept,
            _ => Unsynced::Torn(luck),
        };
        let syncs = disk.syncs();
        disk.lose_power(&at, unsynced);
        let context = format!("round {round}, seed {seed}, {unsynced:?} after {syncs} syncs");
        no_key_is_half_written(&dir, &context);
        if dir.join("ledger/genesis.cbor").exists() {
            count += everything_is_there(&dir, &log, &context);
            nodes += 1;
        } else {
            assert_eq!(acknowledged(&log).len(), 0, "{context}: a node is lost");
            first_start_survives(&dir, &context);
        }
    }
    eprintln!("{count} acknowledged by {nodes} nodes in {rounds} rounds");
    assert!(count > 0, "the runs acknowledge something");
}

/// Seeds are 64 hex digits and a line feed, or not there.
fn no_key_is_half_written(dir: &Path, context: &str) {
    let Ok(keys) = fs::read_dir(dir.join("keys")) else {
        return;
    };
    for key in keys {
        let path = key.expect("an entry").path();
        if path.extension().is_some_and(|it| it == "seed") {
            let text = fs::read_to_string(&path).expect("text");
            let whole =
                text.len() == 65 && text.trim_end().bytes().all(|it| it.is_ascii_hexdigit());
            assert!(
                whole,
                "{context}: {} is half written: {text:?}",
                path.display()
            );
        }
    }
}

/// Where making the node was interrupted, it can be made.
fn first_start_survives(dir: &Path, context: &str) {
    let data = dir.to_string_lossy().into_owned();
    let init = finish("theriac", &["init", "--data", &data]);
    assert_eq!(init.code, 0, "{context}: {}{}", init.out, init.err);
    let check = finish("theriac", &["check", "--data", &data, "--rebuild"]);
    assert_eq!(check.code, 0, "{context}: {}{}", check.out, check.err);
}

#[test]
fn making_a_node_survives_the_loss_of_power_at_any_moment_slow() {
    let seed = number("THERIAC_SEED").unwrap_or(1);
    for round in 0..number("THERIAC_POWER_ROUNDS").unwrap_or(ROUNDS) {
        let luck = mix(seed ^ 0x5eed ^ (round << 32));
        let holder = tempfile::tempdir().expect("a temporary folder");
        let Some(mut disk) = disk(holder.path()) else {
            return;
        };
        let at = holder.path().join("disk");
        let dir = at.join("node");
        let data = dir.to_string_lossy().into_owned();
        let init = tests::process::Running::start("theriac", &["init", "--data", &data]);
        std::thread::sleep(std::time::Duration::from_millis(luck % 400));
        init.kill();
        disk.lose_power(&at, Unsynced::Torn(luck));
        let context = format!("round {round}, seed {seed}");
        no_key_is_half_written(&dir, &context);
        if dir.join("ledger/genesis.cbor").exists() {
            let check = finish("theriac", &["check", "--data", &data, "--rebuild"]);
            assert_eq!(check.code, 0, "{context}: {}{}", check.out, check.err);
            let log = holder.path().join("none");
            assert_eq!(everything_is_there(&dir, &log, &context), 0);
        } else {
            first_start_survives(&dir, &context);
        }
    }
}

/// The test sees a loss: on a disk whose syncs do nothing, a node that answered is gone.
#[test]
fn a_disk_that_lies_loses_a_node_slow() {
    let holder = tempfile::tempdir().expect("a temporary folder");
    let Some(mut disk) = disk(holder.path()) else {
        return;
    };
    disk.lie();
    let at = holder.path().join("disk");
    let dir = at.join("node");
    let data = dir.to_string_lossy().into_owned();
    let init = finish("theriac", &["init", "--data", &data]);
    assert_eq!(init.code, 0, "{}{}", init.out, init.err);
    assert!(dir.join("ledger/genesis.cbor").exists());
    disk.lose_power(&at, Unsynced::Gone);
    assert!(!dir.join("ledger/genesis.cbor").exists());
}
