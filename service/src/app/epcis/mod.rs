//! The use cases of the EPCIS 2.0 interface: what is asked (`ask`), which events can be an answer
//! (`plan`), the answer page by page (`search`, `token`), how it is written (`show`), and what is
//! listed, stored and sent on beside it. HTTP knows none of this and this knows no HTTP.
pub mod ask;
pub mod collect;
mod facts;
mod greedy;
pub mod jobs;
mod plan;
pub mod queries;
pub mod schedule;
pub mod search;
pub mod show;
pub mod subscriptions;
pub mod token;
pub mod webhook;
pub mod workers;
