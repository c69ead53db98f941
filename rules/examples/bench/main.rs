//! How fast records fold and are judged, beside what the same machine does in the same run. Prints
//! one JSON line a figure. `cargo xtask bench rules [WHAT] [PACKS]` runs it in release; WHAT is
//! fold, lot, shipment, cold or doubt (and memory, which is the example of that name).
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a benchmark at the rim: reads the clock, prints its result, stops on any error"
)]

mod chain;
mod cold;
mod doubt;
mod fold;
mod lot;
mod measure;
mod shipment;

use mimalloc::MiMalloc;

/// The allocator of the node, so that figures are those of the node.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let only = words.first().map(String::as_str);
    let packs = words.get(1).and_then(|word| word.parse().ok());
    if only.is_none_or(|only| only == "fold") {
        fold::bench(packs.unwrap_or(1_000_000));
    }
    if only.is_none_or(|only| only == "lot") {
        lot::bench();
    }
    if only.is_none_or(|only| only == "shipment") {
        shipment::bench();
    }
    if only.is_none_or(|only| only == "cold") {
        cold::bench();
    }
    if only.is_none_or(|only| only == "doubt") {
        doubt::bench();
    }
}
