//! The verdict with everything that is shown beside it: the pack as far as it is known, its
//! findings, how sure the answer is and what it rests on. What is known of a pack is looked up
//! once, before the first question, for the counter asks more often than anybody.

use chrono::{DateTime, Datelike};
use gs1::scan::Scan;
use gs1::{Epc, Sgtin};

use super::counter::Answer;
use super::{Code, Confidence, Counter, PackSummary, Verdict, bare, custody};
use crate::engine::Engine;
use crate::finding::{EVIDENCE_MAX, EvidenceRef, Finding, Severity};
use crate::judge_thing::Case;
use crate::say::{Lang, alert_sentence, pack_sentence, words};
use crate::state::{EventRec, State};
use crate::views::pack::eu_word;
use crate::views::status_word;

/// A scanned pack as far as it is known.
pub(super) struct Known<'a> {
    pub(super) sgtin: Option<Sgtin>,
    /// Of whatever any fact has named.
    pub(super) case: Option<Case<'a>>,
    /// Findings that stand, gravest first.
    pub(super) standing: Vec<(&'a Finding, Severity)>,
    /// Everything ever found.
    found: Vec<&'a Finding>,
    /// How warm it was as far as its records reach.
    pub(super) cold: Option<&'static str>,
}

impl<'a> Known<'a> {
    pub(super) fn of(state: &'a State, sgtin: Option<Sgtin>, at: &Counter) -> Self {
        let id = sgtin.clone().and_then(|it| state.find(&Epc::Sgtin(it)));
        let case = id.and_then(|id| Case::of(state, id));
        let found = id.map(|id| state.findings_about(id)).unwrap_or_default();
        Self {
            standing: id.map_or_else(Vec::new, |id| state.standing_of(id, &found)),
            cold: case.as_ref().map(|case| cold_chain(case, at)),
            sgtin,
            case,
            found,
        }
    }

    /// Its commissioning.
    fn birth(&self) -> Option<&'a EventRec> {
        let case = self.case.as_ref()?;
        case.state.event(case.thing.birth?)
    }
}

pub(super) fn dress(
    engine: &Engine,
    scan: &Scan,
    known: &Known<'_>,
    answer: Answer,
    at: &Counter,
) -> Verdict {
    let Answer(verdict, code, say) = answer;
    let state = &engine.state;
    let (case, sgtin) = (known.case.as_ref(), known.sgtin.as_ref());
    let born = case.and_then(Case::birth).map(EventRec::told);
    let lot = born
        .and_then(|told| told.lot)
        .map(|lot| state.names.text(lot));
    let recalled = sgtin
        .zip(lot)
        .is_some_and(|(it, lot)| state.is_recalled(&it.gtin, lot));
    let year = DateTime::from_timestamp_millis(at.now_ms).map_or(2000, |now| now.year());
    let printed = scan
        .expiry
        .as_ref()
        .map(|expiry| expiry.resolve(year).to_string());
    let born_day = born.and_then(|told| told.expiry);
    let own_day = case
        .and_then(|case| state.last_day_of(case.id, born_day))
        .map(|day| words::iso_day(day.into()));
    let pack = PackSummary {
        id: sgtin.map(ToString::to_string),
        gtin: scan.gtin.as_ref().map(ToString::to_string),
        serial: scan.serial.as_ref().map(ToString::to_string),
        lot: lot
            .map(ToOwned::to_owned)
            .or_else(|| scan.lot.as_ref().map(ToString::to_string)),
        expiry: own_day.or(printed),
        status: case.map(|case| status_word(&case.now).to_owned()),
        eu_status: case.map(|case| eu_word(case, recalled).to_owned()),
        product: scan
            .gtin
            .as_ref()
            .and_then(|gtin| engine.product(gtin))
            .map(|product| product.name.clone()),
        holder: case
            .and_then(|case| case.now.holder)
            .map(|id| state.party_ref(id)),
        recalled: recalled || code == Code::Recalled,
        cold_chain: known.cold.map(ToOwned::to_owned),
    };
    let pack_status = match code {
        Code::Recalled => "recalled".to_owned(),
        Code::Withdrawn => "withdrawn".to_owned(),
        Code::Expired => "expired".to_owned(),
        _ => pack.status.clone().unwrap_or_else(|| "unknown".to_owned()),
    };
    let alert_status = match known.standing.first().map(|(_, severity)| *severity) {
        Some(Severity::S3 | Severity::S4) => "suspect",
        Some(Severity::S2) => "under_review",
        _ => "none",
    };
    Verdict {
        pack,
        findings: case.map_or_else(Vec::new, |case| {
            state.views_of(case.id, known.found.clone(), &known.standing)
        }),
        confidence: confidence(code, known),
        evidence: evidence(known),
        pack_sentence: pack_sentence(&pack_status, Lang::En),
        pack_status,
        alert_status: alert_status.to_owned(),
        alert_sentence: alert_sentence(alert_status, Lang::En),
        ..bare(verdict, code, say, Some(at.now_ms))
    }
}

/// How warm the pack was as far as its records reach; nothing is *within* over a way that is not on
/// record.
fn cold_chain(case: &Case<'_>, at: &Counter) -> &'static str {
    match case.state.cold_status(case.id) {
        "within" if !custody::is_here(case, at) => "indeterminate",
        status => status,
    }
}

/// How sure the answer is.
fn confidence(code: Code, known: &Known<'_>) -> Confidence {
    let watched = known.cold == Some("within");
    let told = !known.standing.is_empty();
    match code {
        Code::Genuine if watched => Confidence::High,
        Code::Genuine
        | Code::ScannerFault
        | Code::UnderReview
        | Code::ColdChainGap
        | Code::LotMismatch
        | Code::ExpiryMismatch => Confidence::Medium,
        Code::UnknownSerial if told => Confidence::Medium,
        Code::UnknownSerial
        | Code::UnknownLot
        | Code::UnknownProduct
        | Code::NotChecked
        | Code::Unreadable
        | Code::NoSerial
        | Code::NotAPack => Confidence::Low,
        _ if known.birth().is_some() => Confidence::High,
        _ => Confidence::Medium,
    }
}

/// The records an answer rests on: those of standing findings, gravest first, else the
/// commissioning.
fn evidence(known: &Known<'_>) -> Vec<EvidenceRef> {
    let mut found: Vec<EvidenceRef> = Vec::new();
    for (finding, _) in &known.standing {
        for record in &finding.evidence {
            if found.len() < EVIDENCE_MAX && !found.contains(record) {
                found.push(*record);
            }
        }
    }
    if found.is_empty() {
        found.extend(known.birth().map(EventRec::evidence));
    }
    found
}
