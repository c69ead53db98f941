//! C25 probing. Condition: a cumulative sum of log-likelihood ratios (CUSUM) over the questions of
//! one source, and over those about one (gtin, lot): a serial number nobody made adds
//! ln((1 - 1e-4) / 0.002) = +6.215, one that was made adds ln(1e-4 / 0.998) = -9.208, never below
//! 0, and it trips at 13.8 (alpha 1e-6, beta 1e-3): three misses in a row. Source: catalogue C25,
//! with the legal guess limit of 1 in 10,000 (EU 2016/161 article 4). Severity S3, about the source
//! or the lot.
//!
//! Counted are distinct serial numbers inside a lot that was made, the last [`QUESTIONS_MAX`]
//! questions. False positives: a batch not yet uploaded (its lot is unknown, C02 has it); a scanner
//! that is set wrongly: what a fault of scanners explains is not counted, and a source whose misses
//! spread over several products without one hit is a scanner and no guesser. Triage of late files:
//! a commissioning that arrives later turns its misses into hits, and the sum is taken anew.

use std::collections::BTreeSet;

use gs1::Epc;

use crate::finding::{EVIDENCE_MAX, Finding, RuleId, Severity};
use crate::judge_thing::{Anchor, Draft};
use crate::say::{LotSay, Say};
use crate::state::verified::{Sighting, VerId};
use crate::state::{State, ThingId};

/// Questions of one source that are weighed, the newest.
pub(crate) const QUESTIONS_MAX: usize = 256;

/// One counted question.
struct Guess {
    seen: Sighting,
    thing: ThingId,
    sgtin: gs1::Sgtin,
    hit: bool,
    /// By a scanner's fault.
    explained: bool,
}

/// What the questions of a source (`Pgln`) or about a lot (`Lgtin`) say.
pub(crate) fn check(state: &State, about: &Epc, asked: &[VerId], out: &mut Vec<Draft>) {
    if !can_trip(state, asked) {
        return;
    }
    let guesses = guesses(state, asked);
    let thresholds = &state.profile.lots;
    let tripped = trip(state, &guesses).filter(|_| !is_scanner(state, &guesses));
    let Some(tripped) = tripped else {
        return;
    };
    let Some(last) = tripped.last() else { return };
    let misses = guesses.iter().filter(|guess| !guess.hit).count();
    let number = u32::try_from(misses).unwrap_or(u32::MAX);
    let say = match about {
        Epc::Lgtin { lot, .. } => LotSay::LotProbed {
            lot: lot.to_string(),
            misses: number,
        },
        _ => LotSay::Probing {
            source: state.party_name(last.party),
            misses: number,
        },
    };
    let key = "probing".to_owned();
    let mut draft = Draft::on(RuleId::C25, Severity::S3, Anchor::from(last), key, say);
    let newest = tripped.iter().rev().take(EVIDENCE_MAX);
    draft.evidence = newest.map(|seen| seen.record).collect();
    draft.evidence.reverse();
    out.push(
        draft
            .fact("misses", misses)
            .fact("hits", guesses.len() - misses)
            .fact("trip", thresholds.probe_trip),
    );
}

/// Whether there are misses enough to trip at all: nearly always there are not, and every question
/// asks.
fn can_trip(state: &State, asked: &[VerId]) -> bool {
    let thresholds = &state.profile.lots;
    let unmade = |id: &&VerId| {
        let thing = state
            .verification(**id)
            .and_then(|it| state.thing(it.thing));
        thing.is_some_and(|thing| thing.birth.is_none())
    };
    let from = asked.len().saturating_sub(QUESTIONS_MAX);
    let misses = asked.iter().skip(from).filter(unmade).count();
    let misses = i64::try_from(misses).unwrap_or(i64::MAX);
    misses.saturating_mul(thresholds.probe_miss) >= thresholds.probe_trip
}

/// The misses that trip the sum first. What a fault of a scanner explains is no guess.
fn trip(state: &State, guesses: &[Guess]) -> Option<Vec<Sighting>> {
    let thresholds = &state.profile.lots;
    let (mut sum, mut rests_on) = (0_i64, Vec::new());
    for guess in guesses.iter().filter(|guess| !guess.explained) {
        let step = if guess.hit {
            thresholds.probe_hit
        } else {
            rests_on.push(guess.seen);
            thresholds.probe_miss
        };
        sum = sum.saturating_add(step).max(0);
        if sum == 0 {
            rests_on.clear();
        }
        if sum >= thresholds.probe_trip {
            return Some(rests_on);
        }
    }
    None
}

/// Whether C01, which is judged first, found a scanner's fault that explains a pack nobody made.
fn is_explained(state: &State, thing: ThingId) -> bool {
    let fault = |it: &Finding| matches!(it.say, Say::Lot(LotSay::ScannerFault { .. }));
    let mut found = state.own_findings(thing);
    found.any(|it| it.rule == RuleId::C01 && it.resolved_by.is_none() && fault(it))
}

/// The questions that count, in ledger order: each pack once, in a lot that was made.
fn guesses(state: &State, asked: &[VerId]) -> Vec<Guess> {
    let from = asked.len().saturating_sub(QUESTIONS_MAX);
    let mut counted = BTreeSet::new();
    let mut found = Vec::new();
    for id in asked.iter().skip(from) {
        let Some(asked) = state.verification(*id) else {
            continue;
        };
        let sgtin = state.sgtin(asked.thing);
        let Some(sgtin) = sgtin.filter(|_| !counted.contains(&asked.thing)) else {
            continue;
        };
        let made = |thing: ThingId| state.thing(thing).is_some_and(|t| t.birth.is_some());
        let hit = made(asked.thing);
        if !hit && !state.is_lot_made(&sgtin.gtin, asked.lot) {
            continue;
        }
        let seen = Sighting {
            time_ms: asked.time_ms,
            place: asked.place,
            party: asked.party,
            lot: asked.lot,
            expiry: asked.expiry,
            record: asked.record.record,
            position: asked.record.position,
        };
        counted.insert(asked.thing);
        found.push(Guess {
            seen,
            thing: asked.thing,
            sgtin,
            hit,
            explained: !hit && is_explained(state, asked.thing),
        });
    }
    found
}

/// Misses over many products and nothing right: nobody guesses like that.
fn is_scanner(state: &State, guesses: &[Guess]) -> bool {
    let products: BTreeSet<_> = guesses.iter().map(|guess| &guess.sgtin.gtin).collect();
    let things: BTreeSet<_> = guesses.iter().map(|guess| guess.thing).collect();
    let no_hit = guesses.iter().all(|guess| !guess.hit);
    no_hit
        && products.len() >= state.profile.lots.probe_products
        && things.len() < products.len().saturating_mul(3)
}
