//! Verifying a scanned pack: memory only, never behind the writer. A scan that cannot be read is
//! an answer (read again), not an error.
use std::time::Duration;

use gs1::Epc;
use rules::verdict::{self, Counter, Verdict};
use rules::{Lang, Purpose, Verification};

use crate::app::blocks::Finality;
use crate::app::failure::{Code, Failure};
use crate::app::pack::finality_of;
use crate::app::visible::{Subject, visible};
use crate::app::{findings, identify};
use crate::auth::{Permit, Principal, actions};
use crate::limits::{SCAN_CHARS_MAX, VERIFY_BATCH_MAX};
use crate::node::Node;

/// The answer to a scan.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What the person is told.
    pub verdict: Verdict,
    /// How long judging took.
    pub took: Duration,
    /// When, Unix milliseconds.
    pub checked_ms: i64,
    /// How far the pack's latest record has come; `None` when it has none.
    pub finality: Option<Finality>,
}

/// A question at the counter.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// What was read.
    pub scan: &'a str,
    /// Where: a GLN or any identifier of a place.
    pub location: Option<&'a str>,
    /// What for.
    pub purpose: Purpose,
    /// Language of the answer.
    pub lang: Lang,
}

/// Judges a scan for the permit's party, and has the question recorded without waiting for it.
///
/// # Errors
/// `unprocessable` when the location is no place.
pub fn verify(
    node: &Node,
    permit: &Permit<actions::Verify>,
    question: Question<'_>,
) -> Result<Answer, Failure> {
    let location = question.location.map(place).transpose()?;
    Ok(ask(node, permit.principal(), question, location))
}

/// As [`verify`], for many scans at one place; one answer for each, in order.
///
/// # Errors
/// As [`verify`], and `too_large` for more than [`VERIFY_BATCH_MAX`] scans.
pub fn verify_all(
    node: &Node,
    permit: &Permit<actions::Verify>,
    scans: &[String],
    question: Question<'_>,
) -> Result<Vec<Answer>, Failure> {
    if scans.len() > VERIFY_BATCH_MAX {
        let text = format!("a batch may hold {VERIFY_BATCH_MAX} scans");
        return Err(Failure::new(Code::TooLarge, text));
    }
    let location = question.location.map(place).transpose()?;
    let answer = |scan: &String| {
        let question = Question { scan, ..question };
        ask(node, permit.principal(), question, location.clone())
    };
    Ok(scans.iter().map(answer).collect())
}

/// Judges for a principal and records the question.
pub(crate) fn ask(
    node: &Node,
    principal: &Principal,
    question: Question<'_>,
    location: Option<Epc>,
) -> Answer {
    let mut answer = judge(node, Some(principal), question.scan, location.clone());
    let code = word(&answer.verdict.code);
    record(
        node,
        principal,
        question,
        (answer.checked_ms, location),
        code,
    );
    answer.verdict = answer.verdict.spoken(question.lang);
    answer
}

/// Leaves a question asked at a time and a place, and its answer, to the recorder. Exercises and
/// questions of nobody are none.
pub(crate) fn record(
    node: &Node,
    principal: &Principal,
    question: Question<'_>,
    (at_ms, location): (i64, Option<Epc>),
    answer: String,
) {
    let readable = question.scan.len() <= SCAN_CHARS_MAX && !question.scan.is_empty();
    let Some(party) = principal.party.as_deref().filter(|_| readable) else {
        return;
    };
    if question.purpose == Purpose::Training {
        return;
    }
    let asked = Verification {
        scan: question.scan.to_owned(),
        at_ms,
        location,
        answer: Some(answer),
        purpose: question.purpose,
    };
    node.record_question(party, asked);
}

/// Judges a scan and records nothing.
pub(crate) fn judge(
    node: &Node,
    principal: Option<&Principal>,
    scan: &str,
    location: Option<Epc>,
) -> Answer {
    let began = node.world().elapsed();
    let checked_ms = node.world().now_ms();
    let party = principal.and_then(|principal| principal.party.clone());
    let counter = Counter {
        now_ms: checked_ms,
        party,
        location,
    };
    let mut finality = None;
    let read = gs1::scan::parse(scan);
    let fold = node.fold();
    let mut verdict = verdict::judge_read(&fold.engine, scan, &read, &counter);
    let named = read.ok().and_then(|scan| scan.epc());
    if let Some(epc) = named {
        let size = node.checkpoint().map(|signed| signed.checkpoint.size);
        let latest = fold.engine.latest(&epc);
        finality = latest.and_then(|item| finality_of(&fold, item, size));
        let seen =
            principal.is_none_or(|principal| visible(&fold, principal, Subject::Thing(&epc)));
        if !seen {
            // Whoever never had it learns what to do with it, not who has it.
            verdict.pack.holder = None;
            verdict.evidence.clear();
            for finding in &mut verdict.findings {
                findings::outline(finding, &epc, &verdict.say);
            }
        }
    }
    drop(fold);
    let took = node.world().elapsed().saturating_sub(began);
    node.metrics().judged(&word(&verdict.verdict), took);
    Answer {
        verdict,
        took,
        checked_ms,
        finality,
    }
}

/// The place that a text names.
pub(crate) fn place(text: &str) -> Result<Epc, Failure> {
    match identify(text) {
        Some(place @ Epc::Sgln(_)) => Ok(place),
        _ => Err(Failure::new(
            Code::Unprocessable,
            "the location must be a GLN or an identifier of a place",
        )),
    }
}

/// The stable word of a class or a code.
pub(crate) fn word<T: serde::Serialize>(value: &T) -> String {
    let word = serde_json::to_value(value).ok();
    word.and_then(|word| word.as_str().map(ToOwned::to_owned))
        .unwrap_or_default()
}

impl Node {
    /// Judges a scan for nobody in particular; for callers in this process.
    pub fn verify(&self, scan: &str) -> Answer {
        judge(self, None, scan, None)
    }
}
