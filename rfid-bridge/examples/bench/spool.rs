//! Three days without the service at 50 observations a second: what that takes of the disk, and
//! how it goes away again.

use rfid_bridge::spool::Spool;
use rfid_bridge::uplink::{UPLOAD_BLOCKS_MAX, UPLOAD_BYTES_MAX};

use super::offline::{EVENT_S, Offline, RATE};

/// How long the service is away unless told otherwise, hours.
const OFFLINE_H: u64 = 72;

/// `spool [HOURS]`.
pub(super) fn bench() {
    let told = std::env::args().nth(2);
    let hours = told.map_or(OFFLINE_H, |hours| hours.parse().expect("hours"));
    for with_tid in [true, false] {
        fill(hours * 3_600, with_tid);
    }
}

fn fill(offline_s: u64, with_tid: bool) {
    let folder = tempfile::tempdir().expect("a folder");
    let spool = Spool::open(&folder.path().join("spool.redb")).expect("a spool");
    let start = super::now();
    let raw_bytes = Offline::new(with_tid).pass(offline_s, &spool);
    let filled_s = start.elapsed().as_secs_f64();
    report((offline_s, with_tid), (raw_bytes, filled_s), &spool);
}

/// Prints what a full spool takes, empties it, and prints what that takes.
fn report((offline_s, with_tid): (u64, bool), (raw_bytes, filled): (usize, f64), spool: &Spool) {
    let full = spool.figures();
    let observations = offline_s * RATE;
    let (drained, tidied) = drain(spool);
    let line = serde_json::json!({
        "bench": "spool",
        "hours": offline_s / 3_600,
        "tids": with_tid,
        "value": (full.file_bytes as f64 / 1e6).round(),
        "unit": "MB of the disk",
        "cap_mb": (full.bytes_max as f64 / 1e6).round(),
        "stage": full.stage.word(),
        "weight_mb": (full.bytes as f64 / 1e6).round(),
        "observations": observations,
        "events_mb": (raw_bytes as f64 / 1e6).round(),
        "bytes_per_observation": (full.file_bytes as f64 / observations as f64 * 10.0).round() / 10.0,
        "fill_s": filled.round(),
        "observations_per_s": (observations as f64 / filled).round(),
        "commits_per_s": ((offline_s / EVENT_S * 2) as f64 / filled).round(),
        "drain_s": drained.round(),
        "compact_s": (tidied * 100.0).round() / 100.0,
        "file_mb_after": (spool.figures().file_bytes as f64 / 1e6 * 10.0).round() / 10.0,
        "rss_mb": (f64::from(super::doors::high_water(std::process::id()).unwrap_or(0)) / 102.4)
            .round() / 10.0,
    });
    println!("{line}");
}

/// The service is back and takes everything: how long the spool takes for it, and for giving its
/// pages back, in seconds.
fn drain(spool: &Spool) -> (f64, f64) {
    let start = super::now();
    loop {
        let waiting = spool.waiting(UPLOAD_BLOCKS_MAX, UPLOAD_BYTES_MAX);
        let blocks = waiting.expect("blocks");
        if blocks.is_empty() {
            break;
        }
        let serials: Vec<u64> = blocks.iter().map(|block| block.serial).collect();
        spool.settle(&serials, &[]).expect("a commit");
    }
    let drained = start.elapsed().as_secs_f64();
    let start = super::now();
    // A small file is left as it is.
    let _paid = spool.tidy().expect("it compacts");
    (drained, start.elapsed().as_secs_f64())
}
