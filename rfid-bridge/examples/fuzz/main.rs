//! The long run of this crate's fuzz targets, started by `cargo xtask fuzz`.
#![allow(
    clippy::expect_used,
    reason = "a tool: the targets assert and name their fixtures"
)]

#[path = "../../tests/fuzz/targets/mod.rs"]
mod targets;

use std::process::ExitCode;

fn main() -> ExitCode {
    fuzz_frame::long::run(targets::all())
}
