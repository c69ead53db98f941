//! Benchmarks of the ledger, each beside a yardstick measured in the same run. Prints JSON lines;
//! `cargo xtask bench NAME` runs them, `docs/benchmarks.md` keeps the figures.
//!
//! ```text
//! ledger-bench ingest [BLOCKS] [ITEMS]   durable, signatures checked, beside signatures alone
//! ledger-bench storage [BLOCKS]          the writer alone, beside redb, SQLite and PostgreSQL
//! ledger-bench ledger [BLOCKS]           one ledger of that size: memory while it grows, look-up,
//!                                        order, proof, and opening after a crash
//! ledger-bench capture [DOCUMENTS]       the node under load, beside PostgreSQL (feature `served`)
//! ledger-bench blocks [REQUESTS]         signed blocks to the node, beside a bare handler
//! ledger-bench verify [PACKS]            questions at the counter, beside a bare handler
//! ledger-bench query [PACKS]             queries and lots, and memory
//! ledger-bench open [PACKS]              opening from the kept state, beside folding the log
//! ledger-bench soak [MINUTES] [SECONDS]  mixed load, a kill every so many seconds, nothing lost
//! ```
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    clippy::format_push_string,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a benchmark at the rim: reads the clock, prints its result, stops on any error"
)]

mod grown;
mod ingest;
mod rivals;
#[cfg(feature = "served")]
mod served;
mod storage;
mod world;

use std::path::PathBuf;

/// The allocator of the node, so that figures are those of the node.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, usual: usize| {
        words
            .get(at)
            .map_or(usual, |text| text.parse().expect("a number"))
    };
    match words.first().map(String::as_str) {
        Some("ingest") => ingest::ingest(number(1, 100_000), number(2, 1)),
        Some("storage") => storage::storage(number(1, 1_000_000)),
        Some("ledger") => grown::grown(number(1, 1_000_000)),
        #[cfg(feature = "served")]
        Some(name) if served::run(name, number) => {}
        _ => eprintln!(
            "ledger-bench: say ingest, storage or ledger; with the feature `served` also capture, \
             blocks, verify, query, open or soak"
        ),
    }
}

/// An empty directory of ours for one run; removed when dropped.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        let base = std::env::var_os("LEDGER_BENCH_DIR").map(PathBuf::from);
        let base = base.unwrap_or_else(std::env::temp_dir);
        let dir = base.join(format!("ledger-bench-{name}-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&dir));
        std::fs::create_dir_all(&dir).expect("a directory");
        Self(dir)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}
