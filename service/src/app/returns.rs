//! May a returned pack be sold again? The identifier must be verified (FDCA 582(c)(4)(D)), the pack
//! must have been sold by whoever takes it back, recently, and kept as it should be all the while
//! (EU guidelines on good distribution practice 2013/C 343/01, 6.3). Red and amber are told apart:
//! what may never be sold again, and what a person has to decide.
use std::collections::BTreeSet;

use gs1::Epc;
use rules::say::Doing;
use rules::verdict::Class;
use rules::{FindingStatus, FindingView, Lang, Purpose, Severity};

use crate::app::failure::Failure;
use crate::app::verify::{self, Answer, Question, word};
use crate::app::visible::makes;
use crate::auth::{Permit, actions};
use crate::node::Node;

/// Days within which a pharmacy's return is resaleable (2013/C 343/01, 6.3 (iii)).
pub const RETURN_DAYS_MAX: i64 = 10;
const DAY_MS: i64 = 86_400_000;

/// The answer about one returned pack.
#[derive(Clone, Debug)]
pub struct Returned {
    /// The scan.
    pub scan: String,
    /// May it be sold again?
    pub saleable: Saleable,
    /// Why not, gravest first; empty when it may.
    pub reasons: Vec<String>,
    /// When the asker shipped it last, Unix milliseconds.
    pub sold_ms: Option<i64>,
    /// The verdict on the pack.
    pub answer: Answer,
}

/// May it be sold again?
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Saleable {
    /// Yes.
    Yes,
    /// A person has to decide.
    Ask,
    /// No.
    No,
}

/// Judges returned packs for the permit's party.
///
/// # Errors
/// As [`verify::verify_all`].
pub fn check(
    node: &Node,
    permit: &Permit<actions::Verify>,
    scans: &[String],
    location: Option<&str>,
    lang: Lang,
) -> Result<Vec<Returned>, Failure> {
    let question = Question {
        scan: "",
        location,
        purpose: Purpose::Return,
        lang,
    };
    let answers = verify::verify_all(node, permit, scans, question)?;
    let party = permit.principal().party.as_deref();
    let pairs = scans.iter().zip(answers);
    Ok(pairs
        .map(|(scan, answer)| judged(node, party, scan, answer))
        .collect())
}

fn judged(node: &Node, party: Option<&str>, scan: &str, answer: Answer) -> Returned {
    let mut reasons: Vec<(Saleable, String)> = Vec::new();
    let verdict = &answer.verdict;
    match verdict.verdict {
        Class::Genuine => {}
        Class::DoNotDispense => reasons.push((Saleable::No, word(&verdict.code))),
        Class::SeenHere | Class::ReadAgain | Class::Hold | Class::NotChecked => {
            reasons.push((Saleable::Ask, word(&verdict.code)));
        }
    }
    let mut sold_ms = None;
    let pack = gs1::scan::parse(scan).ok().and_then(|scan| scan.sgtin());
    if let Some(sgtin) = pack {
        let fold = node.fold();
        let own = party.is_some_and(|party| makes(&fold.engine, party, &sgtin.gtin));
        let history = fold.engine.history(&Epc::Sgtin(sgtin.clone()));
        sold_ms = party.and_then(|party| sold(&history, party));
        if fold.engine.is_opened(&sgtin) {
            reasons.push((Saleable::No, "OPENED".to_owned()));
        }
        match sold_ms {
            None if !own => reasons.push((Saleable::Ask, "NOT_SOLD_BY_YOU".to_owned())),
            Some(sold) if answer.checked_ms.saturating_sub(sold) > RETURN_DAYS_MAX * DAY_MS => {
                reasons.push((Saleable::Ask, "RETURNED_TOO_LATE".to_owned()));
            }
            None | Some(_) => {}
        }
        let cold = fold.engine.cold_chain(&sgtin);
        let stored = fold.engine.product(&sgtin.gtin).map(|it| {
            let named = it.storage.as_deref().is_some_and(|it| it != "CRT");
            named || it.conditions.is_some()
        });
        match (stored, cold.status.as_str()) {
            (_, "excursion") => {
                let reason = "COLD_CHAIN_EXCURSION".to_owned();
                reasons.extend(excursion(&verdict.findings).map(|it| (it, reason)));
            }
            // Nobody watched it at the customer's: cold goods need proof.
            (Some(true), "no_data" | "indeterminate") => {
                reasons.push((Saleable::Ask, "COLD_CHAIN_NOT_PROVEN".to_owned()));
            }
            _ => {}
        }
    }
    reasons.sort_by(|(a, _), (b, _)| b.cmp(a));
    let mut told = BTreeSet::new();
    reasons.retain(|(_, reason)| told.insert(reason.clone()));
    let saleable = reasons.first().map_or(Saleable::Yes, |(worst, _)| *worst);
    Returned {
        scan: scan.to_owned(),
        saleable,
        reasons: reasons.into_iter().map(|(_, reason)| reason).collect(),
        sold_ms,
        answer,
    }
}

/// When a party shipped something last, unless it called that off.
fn sold(history: &[rules::HistoryEntry], party: &str) -> Option<i64> {
    let mut sold = Vec::new();
    for entry in history {
        let by = entry.party.as_ref().map(|it| it.gln.as_str());
        match entry.say.doing {
            Doing::Shipped if by == Some(party) => sold.push(entry.time),
            Doing::ShipmentVoided if by == Some(party) => drop(sold.pop()),
            _ => {}
        }
    }
    sold.last().copied()
}

/// What it was too warm or too cold means for its sale: what stands is gone with the verdict, what
/// quality assurance released is released, and the rest a person has to look at.
fn excursion(findings: &[FindingView]) -> Option<Saleable> {
    let mut cold = findings.iter().filter(|it| it.rule.is_temperature());
    let held = |it: &FindingView| it.status == FindingStatus::Open && it.severity >= Severity::S2;
    if cold.clone().any(held) {
        return Some(Saleable::No);
    }
    let released = cold.clone().any(|it| it.status == FindingStatus::Released);
    let open = cold.any(|it| it.status == FindingStatus::Open);
    (open || !released).then_some(Saleable::Ask)
}
