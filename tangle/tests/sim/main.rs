//! The ledger as a whole under everything that can go wrong: disks that lose power, fail, run
//! full or rot (`faults`), authors who lie (`attacks`), and both at once with a lossy network,
//! skewed clocks and crashes, from a seed (`simulator`). One binary, so that adding a scenario
//! costs no link step. Only the public interface is used, and the file traits below it: the
//! store may change inside as it likes.
//!
//! What runs by default is what CI runs. `cargo xtask faults` and `cargo xtask sim` run the same
//! code longer, by environment variables that `kit::times` reads.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "tests fail by panicking, and say why on stderr"
)]

mod attacks;
mod faults;
mod kit;
mod simulator;
