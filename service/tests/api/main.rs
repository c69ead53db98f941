//! The node over HTTP, in process: a real server on a free port, a manual clock, a directory that
//! cleans up. One binary, one module per subject.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stderr,
    reason = "tests fail by panicking"
)]
#![allow(
    clippy::too_many_lines,
    clippy::type_complexity,
    reason = "a test is a table of the domain"
)]

mod accesses;
mod authenticator;
mod authz;
mod capture;
mod cases;
mod conformance;
mod contract;
mod corpus;
mod counts;
mod devices;
mod enrolment;
mod epcis;
mod every;
mod exceptions;
mod executions;
mod gateway;
mod genealogy;
mod grants;
mod lab;
mod ledger;
mod limits;
mod links;
mod misuse;
mod oidc;
mod outward;
mod passkeys;
mod query;
mod readings;
mod recall_list;
mod recovery;
mod request;
mod snapshot;
mod status;
mod subscribe;
mod trace;
mod upkeep;
mod visibility;
