//! The node: what companies talk to. It admits signed blocks and EPCIS events, writes them through
//! one thread into the tangle, folds the rules over the order, and answers: is this pack genuine,
//! where was it, how warm was it, prove it.
//!
//! | module | what it knows |
//! |---|---|
//! | [`world`], [`config`], [`limits`] | the rim: clock, entropy, settings, bounds |
//! | [`keys`], [`store`], [`copy`] | secrets and API keys on disk, copies of a node |
//! | [`tls`] | the server's certificate, and those of clients |
//! | [`doctor`] | a look at the node and its machine |
//! | [`witness`] | a witness of other nodes' logs |
//! | [`evidence`] | a bundle that anybody checks offline |
//! | [`levels`] | what a public status page says |
//! | [`auth`] | who may do what; permits |
//! | [`audit`] | who did what: the chained access log |
//! | [`node`] | the one writer and the folded state |
//! | [`app`] | use cases, without HTTP |
//! | [`http`] | routes, bodies, problems, the portal |
//!
//! Arrows: `http -> app -> {node, store, auth} -> {rules, tangle, gs1}`; nothing points back.
pub mod app;
pub mod audit;
pub mod auth;
pub mod client;
pub mod config;
pub mod copy;
pub mod demo;
mod distinct;
pub mod doctor;
pub mod evidence;
pub mod http;
pub mod keys;
pub mod levels;
pub mod limits;
pub mod node;
pub mod setup;
pub mod store;
pub mod telemetry;
pub mod tls;
pub mod witness;
pub mod world;

pub use app::failure::{Code, Failure};
pub use config::Config;
pub use http::openapi::openapi_json;
pub use http::server::{ServeError, Server, serve};
pub use node::{Admission, NewDevice, NewParty, Node, OpenError, check, open_ledger};
pub use setup::{InitReport, init};
pub use world::World;

/// An error and its causes as one line, for the log and the terminal.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}
