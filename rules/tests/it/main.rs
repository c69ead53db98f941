//! The rules as their users see them: scenarios written as text, the public corpus, properties of
//! replay. One binary, because it links once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "test code: a failure should stop it where it happens"
)]

mod cast;
mod cold;
mod cold_mixed;
mod cold_rows;
mod cold_traces;
mod corpus;
mod decisions;
mod honest;
mod journeys;
mod oracles;
mod order;
mod partner;
mod pasts;
mod readings;
mod replay;
mod scenario;
mod scenario_chain;
mod scenario_lots;
mod scenarios;
mod size;
mod trace;
mod views;
