//! Things for tests, here and in other crates (feature `testing`): DAGs written as text, authors
//! with fixed keys, a disk that loses power. Nothing here is used by the ledger itself.

pub mod dag_text;
pub mod disk;
pub mod world;
