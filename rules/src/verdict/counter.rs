//! The questions asked about a scanned pack, gravest first; the first one with an answer gives the
//! verdict.

use chrono::{DateTime, Datelike};
use gs1::scan::Scan;
use gs1::{Lot, Sgtin};

use super::dress::{Known, dress};
use super::{Class, Code, Counter, Verdict, custody, label};
use crate::engine::Engine;
use crate::finding::{RuleId, Severity};
use crate::item::Life;
use crate::judge_thing::Case;
use crate::lots::repair::meant_by;
use crate::say::chain::End;
use crate::say::{LotSay, Say, Told, words};
use crate::state::decided::Ruling;
use crate::state::intern::premises;
use crate::state::{EventRec, State};

/// An answer before it is dressed with the pack and its findings.
pub(super) struct Answer(pub(super) Class, pub(super) Code, pub(super) Say);

impl Answer {
    fn new(class: Class, code: Code, told: Told) -> Self {
        Self(class, code, told.into())
    }
}

/// Everything the questions look at.
struct Question<'a> {
    state: &'a State,
    scan: &'a Scan,
    at: &'a Counter,
    case: &'a Case<'a>,
    known: &'a Known<'a>,
}

pub(super) fn judge(engine: &Engine, scan: &Scan, at: &Counter) -> Verdict {
    let state = &engine.state;
    let known = Known::of(state, scan.sgtin(), at);
    let answer = answer(state, scan, &known, at);
    dress(engine, scan, &known, answer, at)
}

fn answer(state: &State, scan: &Scan, known: &Known<'_>, at: &Counter) -> Answer {
    let Some(sgtin) = &known.sgtin else {
        let (code, told) = match (&scan.gtin, &scan.sscc) {
            (Some(_), _) => (Code::NoSerial, Told::NoSerial),
            _ => (Code::NotAPack, Told::NotAPack),
        };
        return Answer::new(Class::ReadAgain, code, told);
    };
    let case = known.case.as_ref();
    let Some(case) = case.filter(|case| case.now.birth.is_some()) else {
        return listed(state, scan, sgtin, None)
            .or_else(|| recalled_label(state, scan, sgtin))
            .unwrap_or_else(|| unknown(state, scan, sgtin, at));
    };
    let question = Question {
        state,
        scan,
        at,
        case,
        known,
    };
    let questions = [
        known_fake,
        recalled,
        stolen_or_gone,
        rejected,
        suspect,
        label_differs,
        expired,
        ended_elsewhere,
        damaged,
        on_hold,
        held,
        ended_here,
        locked,
        held_elsewhere,
    ];
    questions
        .iter()
        .find_map(|ask| ask(&question))
        .unwrap_or_else(|| {
            let product = state.masters.products.get(&sgtin.gtin);
            let product = product.map(|product| product.name.clone());
            let cold = known.cold == Some("within");
            Answer::new(
                Class::Genuine,
                Code::Genuine,
                Told::Genuine { product, cold },
            )
        })
}

/// A pack that was never made: is the scanner to blame, or the pack?
fn unknown(state: &State, scan: &Scan, sgtin: &Sgtin, at: &Counter) -> Answer {
    let gtin = &sgtin.gtin;
    if !state.knows_product(gtin) {
        let gtin = gtin.to_string();
        let told = Told::UnknownProduct { gtin };
        return Answer::new(Class::DoNotDispense, Code::UnknownProduct, told);
    }
    if let Some((_, faults)) = meant_by(state, scan, at.now_ms) {
        let told = Told::ScannerFault { faults };
        return Answer::new(Class::ReadAgain, Code::ScannerFault, told);
    }
    let lot = scan.lot.as_ref().filter(|lot| {
        let known = state.lots.get(&(gtin.clone(), (*lot).clone()));
        known.is_none_or(|lot| lot.packs.is_empty())
    });
    let (code, told) = if let Some(lot) = lot {
        let lot = lot.to_string();
        (Code::UnknownLot, Told::UnknownLot { lot })
    } else {
        let serial = sgtin.serial.to_string();
        (Code::UnknownSerial, Told::UnknownSerial { serial })
    };
    Answer::new(Class::DoNotDispense, code, told)
}

/// The list of known fakes, by the lot on the label or the one the pack was made with.
fn listed(state: &State, scan: &Scan, sgtin: &Sgtin, born: Option<&str>) -> Option<Answer> {
    let printed = scan.lot.as_ref().map(Lot::as_str);
    let lots = printed.into_iter().chain(born);
    let serial = sgtin.serial.as_str();
    let entry = lots.into_iter().find_map(|lot| {
        let mut list = state.masters.known_bad.values();
        list.find(|entry| entry.names(&sgtin.gtin, lot, serial))
    })?;
    let say = LotSay::KnownBad {
        serial: serial.to_owned(),
        lot: entry.lot.to_string(),
        notice: entry.notice.clone(),
    };
    Some(Answer(Class::DoNotDispense, Code::KnownFake, say.into()))
}

fn known_fake(q: &Question<'_>) -> Option<Answer> {
    let born = q.case.birth().and_then(|birth| birth.told().lot);
    let born = born.map(|lot| q.state.names.text(lot));
    listed(q.state, q.scan, q.known.sgtin.as_ref()?, born)
}

/// A recall holds for whatever claims to be of the lot.
fn recalled_label(state: &State, scan: &Scan, sgtin: &Sgtin) -> Option<Answer> {
    let recall = state.recall_of(&sgtin.gtin, scan.lot.as_ref()?.as_str())?;
    let (at_ms, reason) = (recall.at, recall.reason);
    let told = Told::Recalled { at_ms, reason };
    Some(Answer::new(Class::DoNotDispense, Code::Recalled, told))
}

fn recalled(q: &Question<'_>) -> Option<Answer> {
    let gtin = q.case.gtin()?;
    let lots = [
        q.case
            .birth()
            .and_then(|birth| birth.told().lot)
            .map(|lot| q.state.names.text(lot)),
        q.scan.lot.as_ref().map(Lot::as_str),
    ];
    if let Some(all) = q.state.decisions.withdrawals.get(gtin) {
        let (at_ms, reason) = (all.record.at_ms, all.reason.clone());
        let told = Told::Withdrawn { at_ms, reason };
        return Some(Answer::new(Class::DoNotDispense, Code::Withdrawn, told));
    }
    let recall = lots
        .into_iter()
        .flatten()
        .find_map(|lot| q.state.recall_of(gtin, lot))?;
    let (at_ms, reason) = (recall.at, recall.reason);
    let told = Told::Recalled { at_ms, reason };
    Some(Answer::new(Class::DoNotDispense, Code::Recalled, told))
}

fn stolen_or_gone(q: &Question<'_>) -> Option<Answer> {
    let code = match q.case.now.life {
        Life::Stolen => Code::Stolen,
        Life::Destroyed => Code::Destroyed,
        _ => return None,
    };
    Some(Answer::new(Class::DoNotDispense, code, q.ended(q.end()?)))
}

fn rejected(q: &Question<'_>) -> Option<Answer> {
    let ruling = q.state.ruling_on(q.case.id);
    let last = ruling.filter(|last| last.ruling == Ruling::Reject)?;
    let reason = last.decided.reason.clone();
    let told = Told::Rejected { reason };
    Some(Answer::new(Class::DoNotDispense, Code::QaRejected, told))
}

fn on_hold(q: &Question<'_>) -> Option<Answer> {
    let ruling = q.state.ruling_on(q.case.id);
    let last = ruling.filter(|last| last.ruling == Ruling::Hold)?;
    let reason = last.decided.reason.clone();
    let told = Told::OnHold { reason };
    Some(Answer::new(Class::Hold, Code::OnHold, told))
}

fn suspect(q: &Question<'_>) -> Option<Answer> {
    let (finding, _) = q
        .known
        .standing
        .iter()
        .find(|(_, severity)| *severity >= Severity::S3)?;
    Some(Answer(
        Class::DoNotDispense,
        Code::Suspect,
        finding.say.clone(),
    ))
}

fn label_differs(q: &Question<'_>) -> Option<Answer> {
    let found = label::mismatch(q.case, q.scan, q.at.now_ms)?;
    if let Some(fault) = found.fault {
        let faults = vec![fault];
        let told = Told::ScannerFault { faults };
        return Some(Answer::new(Class::ReadAgain, Code::ScannerFault, told));
    }
    let code = if matches!(found.told, Told::LotMismatch { .. }) {
        Code::LotMismatch
    } else {
        Code::ExpiryMismatch
    };
    Some(Answer::new(Class::DoNotDispense, code, found.told))
}

/// The last day of use is a whole day where the question is asked: by the zone that the place last
/// told its events in, in UTC where it has told none.
fn expired(q: &Question<'_>) -> Option<Answer> {
    let last_day = q.last_day()?;
    let told = Told::Expired { last_day };
    (q.state.today(q.at) > last_day).then(|| Answer::new(Class::DoNotDispense, Code::Expired, told))
}

fn held(q: &Question<'_>) -> Option<Answer> {
    let (finding, _) = q
        .known
        .standing
        .iter()
        .find(|(_, severity)| *severity >= Severity::S2)?;
    let code = match finding.rule {
        rule if rule.is_temperature() => Code::ColdChainExcursion,
        // Nobody measured, or what was measured cannot be believed.
        RuleId::T08 | RuleId::T09 | RuleId::T10 | RuleId::T11 | RuleId::T12 | RuleId::T13 => {
            Code::ColdChainGap
        }
        _ => Code::UnderReview,
    };
    Some(Answer(Class::Hold, code, finding.say.clone()))
}

/// A life that ended at somebody else's.
fn ended_elsewhere(q: &Question<'_>) -> Option<Answer> {
    let end = q.end().filter(|_| q.case.now.life.is_over())?;
    let code = Code::AlreadyDispensedElsewhere;
    (!q.is_here(end)).then(|| Answer::new(Class::DoNotDispense, code, q.ended(end)))
}

/// A life that ended here: a moment ago, when the pack is still on the table, or before.
fn ended_here(q: &Question<'_>) -> Option<Answer> {
    let end = q.end().filter(|_| q.case.now.life.is_over())?;
    let recent = q.at.now_ms.saturating_sub(end.time_ms) <= q.state.profile.same_place_ms;
    if !recent {
        let code = Code::AlreadyDispensed;
        return Some(Answer::new(Class::DoNotDispense, code, q.ended(end)));
    }
    let told = Told::EndedHere {
        end: End::of(q.case.now.life),
        at_ms: end.time_ms,
    };
    let code = Code::AlreadyHandledHere;
    Some(Answer::new(Class::SeenHere, code, told))
}

fn damaged(q: &Question<'_>) -> Option<Answer> {
    (q.case.now.life == Life::Damaged)
        .then(|| Answer::new(Class::DoNotDispense, Code::Damaged, Told::Damaged))
}

fn locked(q: &Question<'_>) -> Option<Answer> {
    let say = custody::locked(q.case)?;
    Some(Answer(Class::Hold, Code::UnderReview, say.into()))
}

fn held_elsewhere(q: &Question<'_>) -> Option<Answer> {
    let say = custody::held_elsewhere(q.case, q.at)?;
    Some(Answer(Class::Hold, Code::UnderReview, say.into()))
}

impl State {
    /// The day it is where a question is asked, days since 1970-01-01.
    pub(crate) fn today(&self, at: &Counter) -> i64 {
        let here = at.location.as_ref();
        let zone_min = here.map_or(0, |here| self.places.zone(here));
        let local_ms = at.now_ms.saturating_add(i64::from(zone_min) * 60_000);
        local_ms.div_euclid(86_400_000)
    }
}

impl<'a> Question<'a> {
    fn end(&self) -> Option<&'a EventRec> {
        self.case.now.end.and_then(|id| self.case.event(id))
    }

    fn ended(&self, end: &EventRec) -> Told {
        Told::Ended {
            end: End::of(self.case.now.life),
            place: self.case.place(end.place()),
            at_ms: end.time_ms,
        }
    }

    /// The pack's own last day, else the printed one.
    fn last_day(&self) -> Option<i64> {
        let born = self.case.birth().and_then(|birth| birth.told().expiry);
        if let Some(day) = self.state.last_day_of(self.case.id, born) {
            return Some(day.into());
        }
        let year = DateTime::from_timestamp_millis(self.at.now_ms)?.year();
        Some(words::days(self.scan.expiry.as_ref()?.resolve(year)).into())
    }

    /// Whether the life of the pack ended where it is asked about now: the same premises, or (when
    /// the counter does not say where it stands) the same party.
    fn is_here(&self, end: &EventRec) -> bool {
        let there = end.place().and_then(|place| self.state.places.epc(place));
        if let (Some(here), Some(there)) = (&self.at.location, there) {
            return premises(here) == premises(there);
        }
        let party = self.state.party_of(end).map(|id| self.state.names.text(id));
        party.is_some() && party == self.at.party.as_deref()
    }
}
