//! The one integration binary: whole-system tests and the house rules. One binary links once, so
//! that adding a test file costs no link step; each module is one subject.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stderr,
    reason = "tests fail by panicking, and say why on stderr"
)]

mod accesses;
mod api_keys;
mod cli;
mod contract;
mod crash;
mod custody;
mod deploy;
mod doctor;
mod documents;
mod enrolment;
mod keep;
mod kept_state;
mod logs;
mod power;
mod round_trips;
mod story;
mod subscriptions;
mod tidy;
mod tls;
mod tools;
mod upkeep;
mod witness;
