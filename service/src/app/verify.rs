//! Verifying a scanned pack: memory only, never behind the writer, unless its product is another
//! system's ([`outward`]). A scan that cannot be read is
//! an answer (read again), not an error.
use std::time::Duration;

use gs1::Epc;
use rules::verdict::{self, Counter, Verdict, is_printed_over, not_checked};
use rules::{Lang, Purpose, Verification};

use crate::app::blocks::Finality;
use crate::app::failure::{Code, Failure};
use crate::app::outward::{self, Outward, Pack};
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
    /// What the manufacturer's own system said, where it was asked.
    pub outward: Option<Outward>,
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
/// Where the product is not known here and the directory names who answers for it, that one is
/// asked, and the answer is recorded before this returns: then it waits for the network (see
/// [`outward::concerns`]).
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
    let scans: Vec<&str> = scans.iter().map(String::as_str).collect();
    Ok(ask_all(
        node,
        permit.principal(),
        &scans,
        question,
        location.as_ref(),
    ))
}

/// Judges for a principal and records the question.
pub(crate) fn ask(
    node: &Node,
    principal: &Principal,
    question: Question<'_>,
    location: Option<Epc>,
) -> Answer {
    let scans = [question.scan];
    let mut answers = ask_all(node, principal, &scans, question, location.as_ref());
    // One scan has one answer.
    answers
        .pop()
        .unwrap_or_else(|| judge(node, Some(principal), question.scan, location))
}

/// Judges scans for a principal, asks outside about those that concern somebody else, and records
/// all questions.
fn ask_all(
    node: &Node,
    principal: &Principal,
    scans: &[&str],
    question: Question<'_>,
    location: Option<&Epc>,
) -> Vec<Answer> {
    let judged = scans
        .iter()
        .map(|scan| judge(node, Some(principal), scan, location.cloned()));
    let mut answers: Vec<Answer> = judged.collect();
    if question.purpose != Purpose::Training {
        ask_outside(node, principal, scans, &mut answers);
    }
    let mut outside = Vec::new();
    for (at, (scan, answer)) in scans.iter().zip(&answers).enumerate() {
        let (at_ms, code) = (answer.checked_ms, word(&answer.verdict.code));
        let question = Question { scan, ..question };
        match &answer.outward {
            None => record(node, principal, question, (at_ms, location.cloned()), code),
            Some(it) => outside.push((
                at,
                Verification {
                    scan: (*scan).to_owned(),
                    at_ms,
                    location: location.cloned(),
                    answer: Some(code),
                    purpose: question.purpose,
                    maker: Some(it.answer.clone()),
                },
            )),
        }
    }
    let (places, asked): (Vec<usize>, Vec<Verification>) = outside.into_iter().unzip();
    let party = principal.party.as_deref().filter(|_| !asked.is_empty());
    let blocks = party.map(|party| outward::record(node, party, &asked));
    for (at, block) in places.into_iter().zip(blocks.into_iter().flatten()) {
        if let Some(it) = answers.get_mut(at).and_then(|it| it.outward.as_mut()) {
            it.record = block;
        }
    }
    // Judging speaks English.
    if question.lang != Lang::En {
        for answer in &mut answers {
            let verdict = std::mem::replace(&mut answer.verdict, not_checked());
            answer.verdict = verdict.spoken(question.lang);
        }
    }
    answers
}

/// Asks manufacturers' systems about the packs of products that are not known here.
fn ask_outside(node: &Node, principal: &Principal, scans: &[&str], answers: &mut [Answer]) {
    if node.directory().all().is_empty() {
        return;
    }
    let read: Vec<_> = scans
        .iter()
        .zip(answers.iter())
        .map(|(scan, answer)| {
            let concerned = answer.verdict.is_for_maker() && scan.len() <= SCAN_CHARS_MAX;
            concerned.then(|| gs1::scan::parse(scan).ok()).flatten()
        })
        .collect();
    let packs: Vec<_> = read.iter().map(|it| Pack::of(it.as_ref()?)).collect();
    let said = outward::ask_all(node, principal, &packs);
    for ((answer, scan), outward) in answers.iter_mut().zip(&read).zip(said) {
        let (Some(outward), Some(scan)) = (outward, scan) else {
            continue;
        };
        let now_ms = answer.checked_ms;
        let over = is_printed_over(scan, now_ms);
        let verdict = std::mem::replace(&mut answer.verdict, not_checked());
        answer.verdict = verdict.told_by_maker(outward.said, over, now_ms);
        answer.took = answer.took.saturating_add(outward.took);
        answer.outward = Some(outward);
    }
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
        maker: None,
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
        outward: None,
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
