//! Verifying a scanned pack: memory only, never behind the writer. A scan that cannot be read is
//! an answer (read again), not an error.
use std::time::Duration;

use gs1::Epc;
use rules::verdict::{self, Counter, Verdict};

use crate::app::blocks::Finality;
use crate::app::failure::{Code, Failure};
use crate::app::identify;
use crate::app::pack::finality_of;
use crate::app::visible::{Subject, visible};
use crate::auth::{Permit, Principal, actions};
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

/// Judges a scan for the permit's party at `location` (a GLN or any identifier of a place).
///
/// # Errors
/// `unprocessable` when the location is no place.
pub fn verify(
    node: &Node,
    permit: &Permit<actions::Verify>,
    scan: &str,
    location: Option<&str>,
) -> Result<Answer, Failure> {
    let location = location.map(place).transpose()?;
    Ok(judge(node, Some(permit.principal()), scan, location))
}

/// As [`verify`], for a caller in this process.
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
    let verdict = match gs1::scan::parse(scan) {
        Err(error) => verdict::unreadable(&error),
        Ok(scan) => {
            let fold = node.fold();
            let mut verdict = verdict::judge(&fold.engine, &scan, &counter);
            if let Some(epc) = scan.epc() {
                let size = node.checkpoint().map(|signed| signed.checkpoint.size);
                let latest = fold
                    .engine
                    .history(&epc)
                    .into_iter()
                    .map(|it| it.position)
                    .max();
                finality = latest.and_then(|item| finality_of(&fold, item, size));
                let seen = principal
                    .is_none_or(|principal| visible(&fold, principal, Subject::Thing(&epc)));
                if !seen {
                    // Whoever never had it learns what to do with it, not who has it.
                    verdict.pack.holder = None;
                }
            }
            verdict
        }
    };
    let took = node.world().elapsed().saturating_sub(began);
    node.metrics().judged(&class_word(&verdict), took);
    Answer {
        verdict,
        took,
        checked_ms,
        finality,
    }
}

fn place(text: &str) -> Result<Epc, Failure> {
    match identify(text) {
        Some(place @ Epc::Sgln(_)) => Ok(place),
        _ => Err(Failure::new(
            Code::Unprocessable,
            "the location must be a GLN or an identifier of a place",
        )),
    }
}

fn class_word(verdict: &Verdict) -> String {
    let word = serde_json::to_value(verdict.verdict).ok();
    word.and_then(|word| word.as_str().map(ToOwned::to_owned))
        .unwrap_or_default()
}

impl Node {
    /// Judges a scan for nobody in particular; for callers in this process.
    pub fn verify(&self, scan: &str) -> Answer {
        judge(self, None, scan, None)
    }
}
