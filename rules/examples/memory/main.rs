//! What a pack costs in memory, on the ordinary chain of the other benchmarks. A program of its
//! own, since the allocator that counts what is in use costs the fold a tenth of its speed.
//! `cargo xtask bench rules memory [PACKS]` runs it in release; prints one JSON line a figure.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a benchmark at the rim: prints its result, stops on any error"
)]

#[path = "../bench/chain.rs"]
#[allow(dead_code, reason = "parts that only other benchmarks use")]
mod chain;
#[path = "../bench/measure.rs"]
#[allow(dead_code, reason = "no clock here")]
mod measure;

use cap::Cap;
use mimalloc::MiMalloc;
use rules::{Engine, Profile};

use chain::{Chain, LOT_PACKS};
use measure::figure;

/// The allocator of the node, so that figures are those of the node; it counts what is in use.
#[global_allocator]
static ALLOCATOR: Cap<MiMalloc> = Cap::new(MiMalloc, usize::MAX);

fn main() {
    let packs = std::env::args().nth(1);
    let packs = packs.map_or(1_000_000, |word| word.parse().expect("a number of packs"));
    let mut chain = Chain::default();
    let mut engine = Engine::new(Profile::default());
    for record in chain.masters() {
        engine.apply(&record);
    }
    let before = (ALLOCATOR.allocated(), resident());
    let mut findings = 0;
    for number in 0..packs / LOT_PACKS {
        let records = chain.lot(number);
        findings += records
            .iter()
            .map(|it| engine.apply(it).len())
            .sum::<usize>();
    }
    assert_eq!(findings, 0, "an ordinary chain says nothing");
    let each = |bytes: usize| bytes as f64 / packs as f64;
    let used = ALLOCATOR.allocated().saturating_sub(before.0);
    let held = resident().saturating_sub(before.1);
    figure("memory in use", each(used), "bytes/pack", None);
    figure("memory resident", each(held), "bytes/pack", None);
}

/// Bytes of memory this process has now; what the allocator holds back counts.
fn resident() -> usize {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1));
    kib.and_then(|kib| kib.parse::<usize>().ok()).unwrap_or(0) * 1024
}
