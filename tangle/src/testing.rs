//! Things for tests, here and in other crates (feature `testing`): DAGs written as text, authors
//! with fixed keys, a disk that loses power. Nothing here is used by the ledger itself.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test helper that is used wrongly is to stop the test"
)]

pub mod dag_text;
pub mod disk;
pub mod raw;
pub mod world;
