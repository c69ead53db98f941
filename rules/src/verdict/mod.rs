//! From what the records say to what the person at the counter is told: one of six classes, the
//! cause in one sentence, what to do next and who does it.
//!
//! The order of the questions is the order of harm: a recalled, stolen, copied, unknown or expired
//! pack is never called anything milder because something else about it is in order.

mod code;
mod counter;
mod custody;
mod dress;
mod garbled;
mod label;
mod maker;
pub(crate) mod scan_fault;

use gs1::Epc;
use gs1::scan::{Scan, ScanError};
use serde::Serialize;

use crate::engine::Engine;
use crate::finding::{EvidenceRef, FindingView};
use crate::say::{Lang, NextStep, Say, Told, alert_sentence, pack_sentence};
use crate::views::PartyRef;
pub use code::Code;
pub use maker::is_printed_over;

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
    /// The cause in one plain sentence, English unless [`Verdict::spoken`] otherwise.
    pub sentence: String,
    /// What the sentence says, for any language.
    #[serde(skip)]
    pub say: Say,
    /// What to do next, in order and numbered, and who does it, in the language of the sentence.
    pub steps: Vec<String>,
    /// The same steps for machines, with who acts and by when.
    pub next: Vec<NextStep>,
    /// The pack as far as it is known.
    pub pack: PackSummary,
    /// Everything ever found about it, newest first.
    pub findings: Vec<FindingView>,
    /// How sure the class is.
    pub confidence: Confidence,
    /// Records the answer rests on, at most eight.
    pub evidence: Vec<EvidenceRef>,
    /// Status of the pack, in CBV terms (`recalled` and `expired` override).
    pub pack_status: String,
    /// The status of the pack in one sentence.
    pub pack_sentence: &'static str,
    /// Status of the alert: `none`, `under_review` or `suspect`. Independent of the pack's.
    pub alert_status: String,
    /// The status of the alert in one sentence.
    pub alert_sentence: &'static str,
}

impl Verdict {
    /// The same verdict with everything people read in a language.
    #[must_use]
    pub fn spoken(mut self, lang: Lang) -> Self {
        self.sentence = self.say.text(lang);
        self.steps = spoken_steps(&self.next, lang);
        self.pack_sentence = pack_sentence(&self.pack_status, lang);
        self.alert_sentence = alert_sentence(&self.alert_status, lang);
        self.findings = self
            .findings
            .into_iter()
            .map(|finding| finding.spoken(lang))
            .collect();
        self
    }
}

/// The steps of a code without their times.
#[cfg(test)]
pub(crate) fn steps_of(code: Code) -> Vec<NextStep> {
    code::steps(code, None)
}

fn spoken_steps(steps: &[NextStep], lang: Lang) -> Vec<String> {
    let numbered = steps.iter().zip(1..);
    numbered.map(|(step, n)| step.text(n, lang)).collect()
}

/// How sure a class is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Little is known: nothing on record, or one suspicion that nothing corroborates.
    Low,
    /// The records agree, but not everything was watched or corroborated.
    Medium,
    /// It stands on the records, or a conclusive finding or two independent kinds of evidence.
    High,
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

/// Judges what a scanner sent, read or unreadable: where it names no pack that was made, or another
/// lot than the pack's, the whole text is searched for the fault of the scanner that explains it.
pub fn judge_text(engine: &Engine, text: &str, at: &Counter) -> Verdict {
    judge_read(engine, text, &gs1::scan::parse(text), at)
}

/// As [`judge_text`], of a text and what [`gs1::scan::parse`] made of it.
pub fn judge_read(
    engine: &Engine,
    text: &str,
    read: &Result<Scan, ScanError>,
    at: &Counter,
) -> Verdict {
    let verdict = match read {
        Ok(scan) => judge(engine, scan, at),
        Err(error) => unreadable(error),
    };
    let doubtful = matches!(
        verdict.code,
        Code::Unreadable
            | Code::UnknownProduct
            | Code::UnknownLot
            | Code::UnknownSerial
            | Code::LotMismatch
            | Code::ScannerFault
            | Code::NoSerial
            | Code::NotAPack
    );
    let faults = doubtful.then(|| garbled::faults(&engine.state, text));
    match faults.flatten() {
        None => verdict,
        Some(faults) => {
            let told = Told::ScannerFault { faults };
            plain(Class::ReadAgain, Code::ScannerFault, told)
        }
    }
}

/// The verdict on a text that is no scan: names the element that is wrong.
pub fn unreadable(error: &ScanError) -> Verdict {
    let error = error.to_string();
    plain(
        Class::ReadAgain,
        Code::Unreadable,
        Told::Unreadable { error },
    )
}

/// The verdict when nobody could be asked.
pub fn not_checked() -> Verdict {
    plain(Class::NotChecked, Code::NotChecked, Told::NotChecked)
}

fn plain(verdict: Class, code: Code, told: Told) -> Verdict {
    bare(verdict, code, told.into(), None)
}

/// A verdict with what it says and nothing beside it; steps have times from `now_ms` on.
fn bare(verdict: Class, code: Code, say: Say, now_ms: Option<i64>) -> Verdict {
    let next = code::steps(code, now_ms);
    Verdict {
        verdict,
        code,
        sentence: say.text(Lang::En),
        say,
        steps: spoken_steps(&next, Lang::En),
        next,
        pack: PackSummary::default(),
        findings: Vec::new(),
        confidence: Confidence::Low,
        evidence: Vec::new(),
        pack_status: "unknown".to_owned(),
        pack_sentence: pack_sentence("unknown", Lang::En),
        alert_status: "none".to_owned(),
        alert_sentence: alert_sentence("none", Lang::En),
    }
}

#[cfg(test)]
mod tests;
