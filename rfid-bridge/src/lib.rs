//! The edge of the ledger: tag reads and temperature loggers become signed blocks that wait on
//! disk until the service has them.
//!
//! ```text
//! source --Raw--> locate, smooth --Observation--> direction, expect, capture --Event-->
//!        --values--> samples --Event-->  --lost time--> gap --Event-->
//!        spool --(sign: blocks, chain)--> uplink --> service
//! ```
//!
//! [`llrp`], [`smooth`], [`capture`], [`sign`] and [`sensor`] are functions of values: bytes and
//! times in, values out. [`reader`], [`sim::server`], [`spool`], [`uplink`], [`pipeline`] and the
//! binaries touch sockets, disks and clocks. A read that was turned into an event survives the
//! death of the process; an event leaves the disk only against a receipt.

pub mod api;
pub mod board;
pub mod capture;
pub mod config;
pub mod courier;
pub mod direction;
pub mod doctor;
pub mod enrol;
pub mod expect;
pub mod gap;
pub mod health;
pub mod import;
pub mod keyfile;
pub mod llrp;
pub mod locate;
pub mod ndef;
pub mod payload;
pub mod pipeline;
pub mod read_logger;
pub mod reader;
pub mod recording;
pub mod reload;
pub mod replay;
pub mod samples;
pub mod scan;
pub mod sensor;
pub mod sign;
pub mod sim;
pub mod smooth;
pub mod source;
pub mod spool;
pub mod timekeeping;
pub mod tpm;
pub mod uplink;

/// An error and its causes in one line.
pub(crate) fn causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// Prints a line of a command's result.
fn print(line: &str) -> anyhow::Result<()> {
    use anyhow::Context as _;
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .context("printing")
}
