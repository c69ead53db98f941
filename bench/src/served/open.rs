//! Opening a node, at several sizes of its ledger: right after a kill under load, from a state that
//! was kept whole, and with everything folded from the log, which is the yardstick.

use std::time::Duration;

use super::goods::{EVENTS, PACKS};
use super::node::{Site, Start};
use super::wire::{Wire, request};
use crate::world::load as machine;

/// Sizes at which it is measured, as shares of the largest.
const STEPS: usize = 3;
/// Time in which a quiet node keeps its state.
const REST: Duration = Duration::from_secs(12);

/// Opens a node of up to so many packs.
pub(crate) fn open(packs: usize) {
    let mut site = Site::fresh();
    let mut grown = 0;
    for step in 1..=STEPS {
        let to = (packs * step / STEPS).next_multiple_of(EVENTS * PACKS);
        site.grow_on(grown, to);
        grown = to;
        let killed = site.kill_and_serve(Start::Kept);
        std::thread::sleep(REST);
        let kept = site.kill_and_serve(Start::Kept);
        let bytes = site.kept_bytes();
        let folded = site.kill_and_serve(Start::Folded);
        let events = metric(&site, "theriac_events ");
        println!(
            "{{\"bench\":\"open\",\"packs\":{to},\"events\":{events},\"kept_mib\":{:.1},\
             \"open_s\":{kept:.3},\"open_after_kill_s\":{killed:.3},\"open_folding_s\":{folded:.3},\
             \"folding_to_kept\":{:.2},\"folding_to_killed\":{:.2},\"load\":{}}}",
            bytes as f64 / f64::from(1 << 20),
            folded / kept.max(1e-9),
            folded / killed.max(1e-9),
            machine(),
        );
        // The next load finds a node as it usually is.
        site.kill_and_serve(Start::Kept);
    }
}

/// A number of the node's metrics.
fn metric(site: &Site, name: &str) -> u64 {
    let mut wire = Wire::connect(site.process.address);
    let answer = wire.ask(&request(
        ("GET", "/metrics"),
        &site.admin,
        "text/plain",
        b"",
    ));
    let text = String::from_utf8_lossy(answer.body).into_owned();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|it| it.trim().parse().ok()).unwrap_or(0)
}
