//! What the whole-system tests share: the real binaries started on ports of their own, folders
//! that clean up, and a small HTTP client. A process started here ends with its handle.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test support fails by panicking"
)]
#![allow(
    clippy::disallowed_methods,
    clippy::missing_panics_doc,
    reason = "test support watches real processes and gives up after a while"
)]

pub mod demo;
pub mod fixtures;
pub mod http;
pub mod power;
pub mod process;
pub mod site;
pub mod trade;
