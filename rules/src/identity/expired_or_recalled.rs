//! C11: goods that are out of date or recalled are still shipped, received or dispensed. This holds
//! the goods and says nothing about their being genuine.
//!
//! The last day of use is a whole day where the event happened. A recall counts from the moment the
//! ledger ordered it. Late facts: a recall or an expiry that becomes known later is weighed at the
//! next event of the pack; the counter always asks the present state.

use crate::finding::{RuleId, Severity};
use crate::judge_thing::{Case, Draft};
use crate::say::{Chain, words};
use crate::state::{LotState, Step};

pub(crate) fn check(case: &Case<'_>, out: &mut Vec<Draft>) {
    let Some(birth) = case.birth() else { return };
    let moved = || {
        case.moments
            .iter()
            .map(|moment| moment.entry.event)
            .filter(|event| {
                let step = event.step;
                step.ships() || step.receives() || step == Step::Dispensing
            })
    };
    let lot = case.state.decided_lot_of(case.id, birth);
    let extended = lot.and_then(LotState::extended);
    let last_day = birth.told().expiry.max(extended).map(i64::from);
    if let Some(last_day) = last_day
        && let Some(event) = moved().find(|event| event.local_day() > last_day)
    {
        let say = Chain::MovedAfterExpiry {
            place: case.place(event.place()),
            at_ms: event.time_ms,
            last_day,
        };
        out.push(
            Draft::new(RuleId::C11, Severity::S2, event, "expired".to_owned(), say)
                .resting_on(Some(birth))
                .fact("expiry", words::iso_day(last_day)),
        );
    }
    let recall = lot.and_then(|lot| lot.recall.as_ref());
    let withdrawn = case
        .gtin()
        .and_then(|gtin| case.state.decisions.withdrawals.get(gtin));
    let recall = recall.or(withdrawn);
    if let Some(recall) = recall
        && let Some(event) = moved().find(|event| event.time_ms > recall.record.at_ms)
    {
        let say = Chain::MovedAfterRecall {
            place: case.place(event.place()),
            at_ms: event.time_ms,
            recalled_ms: recall.record.at_ms,
        };
        let mut draft = Draft::new(RuleId::C11, Severity::S2, event, "recalled".to_owned(), say);
        draft.evidence.insert(0, recall.record.record);
        out.push(draft.fact("reason", &recall.reason));
    }
}
