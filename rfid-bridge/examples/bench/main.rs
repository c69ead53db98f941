//! How fast the bridge is. `decode` takes tags from bytes to reads, as one reader's task does,
//! beside a checksum over the same bytes; `doors` runs the released programs, `reader-sim` before
//! `rfid-bridge` with its spool on the disk and no service to deliver to; `spool` fills a spool
//! with three days of observations. One JSON line a figure; `cargo xtask bench rfid [NAME]` runs it
//! in release.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    reason = "a benchmark at the rim: reads the clock, prints its result, stops on any error"
)]

mod decode;
mod doors;
#[path = "../../tests/common/offline.rs"]
mod offline;
mod spool;

fn main() {
    let only = std::env::args().nth(1);
    let wants = |name: &str| only.as_deref().is_none_or(|only| name.contains(only));
    if wants("decode") {
        decode::bench();
    }
    if wants("doors") {
        doors::bench();
    }
    if wants("spool") {
        spool::bench();
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn now() -> std::time::Instant {
    std::time::Instant::now()
}
