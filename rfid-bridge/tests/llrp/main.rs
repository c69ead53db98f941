//! The codec as a stranger sees it: every message and parameter of the standard made up from a
//! seed and read back, and every recorded message of independent implementations.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test may stop at the first surprise"
)]

mod everything;
mod recordings;
mod sample;
