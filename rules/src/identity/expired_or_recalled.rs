//! C11: goods that are out of date or recalled are still shipped, received or dispensed. This holds
//! the goods and says nothing about their being genuine.
//!
//! The last day of use is a whole day where the event happened. A recall counts from the moment the
//! ledger ordered it. Late facts: a recall or an expiry that becomes known later is weighed at the
//! next event of the pack; the counter always asks the present state.

use crate::finding::{RuleId, Severity};
use crate::judge_thing::{Case, Draft};
use crate::state::Step;
use crate::texts;

pub(crate) fn check(case: &Case<'_>, out: &mut Vec<Draft>) {
    let Some(birth) = case.birth() else { return };
    let moved = || {
        case.moments
            .iter()
            .map(|moment| moment.entry.event)
            .filter(|event| {
                matches!(
                    event.step,
                    Step::Shipping | Step::Receiving | Step::Dispensing
                )
            })
    };
    let last_day = birth.expiry.map(i64::from);
    if let Some(last_day) = last_day
        && let Some(event) = moved().find(|event| event.local_day() > last_day)
    {
        let place = case.place(event.place());
        out.push(
            Draft::new(RuleId::C11, Severity::S2, event, "expired".to_owned())
                .resting_on(Some(birth))
                .saying(texts::moved_after_expiry(&place, event.time_ms, last_day))
                .fact("expiry", texts::day(last_day)),
        );
    }
    let recall = case
        .state
        .lot_of(case.thing, birth)
        .and_then(|lot| lot.recall.as_ref());
    if let Some(recall) = recall
        && let Some(event) = moved().find(|event| event.time_ms > recall.record.at_ms)
    {
        let place = case.place(event.place());
        let mut draft = Draft::new(RuleId::C11, Severity::S2, event, "recalled".to_owned());
        draft.evidence.insert(0, recall.record.record);
        out.push(
            draft
                .saying(texts::moved_after_recall(
                    &place,
                    event.time_ms,
                    recall.record.at_ms,
                ))
                .fact("reason", &recall.reason),
        );
    }
}
