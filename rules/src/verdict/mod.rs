//! From what the records say to what the person at the counter is told: one of six classes, the
//! cause in one sentence, what to do next and who does it.
//!
//! The order of the questions is the order of harm: a recalled, stolen, copied, unknown or expired
//! pack is never called anything milder because something else about it is in order.

mod counter;
mod label;
mod scan_fault;
mod text;

use gs1::Epc;
use gs1::scan::{Scan, ScanError};
use serde::Serialize;

use crate::engine::Engine;
use crate::finding::FindingView;
use crate::views::PartyRef;
pub use text::Code;

/// What to do with the pack, in six classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Known, active, in date, kept as it should be.
    Genuine,
    /// Already handled at this place within the allowed time; no alarm.
    SeenHere,
    /// The code was not read well enough to judge.
    ReadAgain,
    /// Set aside until somebody has decided.
    Hold,
    /// Must not reach a patient.
    DoNotDispense,
    /// Nobody could be asked.
    NotChecked,
}

/// Where and when the question is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counter {
    /// Now, ms since the Unix epoch.
    pub now_ms: i64,
    /// GLN of the party that asks.
    pub party: Option<String>,
    /// The place it asks from.
    pub location: Option<Epc>,
}

/// What the person is told.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// The class.
    pub verdict: Class,
    /// The cause, stable, for machines.
    pub code: Code,
    /// The cause in one plain English sentence.
    pub sentence: String,
    /// What to do next, in order, and who does it.
    pub steps: Vec<String>,
    /// The pack as far as it is known.
    pub pack: PackSummary,
    /// Everything ever found about it, newest first.
    pub findings: Vec<FindingView>,
    /// Status of the pack, in CBV terms (`recalled` and `expired` override).
    pub pack_status: String,
    /// Status of the alert: `none`, `under_review` or `suspect`. Independent of the pack's.
    pub alert_status: String,
}

/// The pack in a verdict.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PackSummary {
    /// Canonical id.
    pub id: Option<String>,
    /// Product.
    pub gtin: Option<String>,
    /// Serial number.
    pub serial: Option<String>,
    /// Lot: as commissioned, else as read.
    pub lot: Option<String>,
    /// Last day of use, `yyyy-mm-dd`: as commissioned, else as read.
    pub expiry: Option<String>,
    /// Status in CBV terms.
    pub status: Option<String>,
    /// Status in the words of the European system.
    pub eu_status: Option<String>,
    /// Product name.
    pub product: Option<String>,
    /// Who holds it.
    pub holder: Option<PartyRef>,
    /// Its lot is recalled.
    pub recalled: bool,
    /// Cold chain: `within`, `excursion`, `indeterminate`, `no_data`.
    pub cold_chain: Option<String>,
}

/// Judges a scan. Pure: the engine's state, what was read, and where and when it is asked.
pub fn judge(engine: &Engine, scan: &Scan, at: &Counter) -> Verdict {
    counter::judge(engine, scan, at)
}

/// The verdict on a text that is no scan: names the element that is wrong.
pub fn unreadable(error: &ScanError) -> Verdict {
    plain(Class::ReadAgain, Code::Unreadable, text::unreadable(error))
}

/// The verdict when nobody could be asked.
pub fn not_checked() -> Verdict {
    plain(Class::NotChecked, Code::NotChecked, text::not_checked())
}

fn plain(verdict: Class, code: Code, sentence: String) -> Verdict {
    Verdict {
        verdict,
        code,
        sentence,
        steps: text::steps(code),
        pack: PackSummary::default(),
        findings: Vec::new(),
        pack_status: "unknown".to_owned(),
        alert_status: "none".to_owned(),
    }
}

#[cfg(test)]
mod tests;
