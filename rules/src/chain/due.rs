//! The due queue: some rules speak because nothing happened. The engine has no clock; time passes
//! with the ledger, whose newest record time is the clock. A judgement of a thing says when its
//! silence becomes telling; when a later record carries the clock past that moment, the thing is
//! judged again and the finding bears that record's place.
//!
//! Deterministic: the queue is part of the state, sorted by time and thing, and what was queued is
//! a function of the records applied so far. An entry that is no longer needed costs one judgement.

use std::collections::BTreeSet;

use super::{missing_shipment, overdue};
use crate::finding::RuleId;
use crate::judge_thing::{Case, Draft};
use crate::state::{State, ThingId};

const DAY_MS: i64 = 86_400_000;

/// When this thing has to be judged again if nothing more is heard of it.
pub(crate) fn deadlines(case: &Case<'_>) -> Vec<i64> {
    let mut deadlines = overdue::deadlines(case);
    deadlines.extend(missing_shipment::deadlines(case));
    deadlines
}

impl State {
    /// Queues what a judgement asked for, and remembers whether a shipment is overdue.
    pub(crate) fn note_deadlines(&mut self, id: ThingId, deadlines: Vec<i64>, drafts: &[Draft]) {
        let clock_ms = self.clock_ms;
        let ahead = deadlines.into_iter().filter(|due_ms| *due_ms > clock_ms);
        self.due.extend(ahead.map(|due_ms| (due_ms, id)));
        if drafts.iter().any(|draft| draft.rule == RuleId::C16) {
            self.overdue.insert(id);
        } else if !self.overdue.is_empty() {
            self.overdue.remove(&id);
        }
    }

    /// Takes what is due off the queue, each thing once.
    pub(crate) fn take_due(&mut self) -> BTreeSet<ThingId> {
        let mut found = BTreeSet::new();
        while let Some((due_ms, id)) = self.due.first().copied() {
            if due_ms > self.clock_ms {
                break;
            }
            self.due.pop_first();
            found.insert(id);
        }
        found
    }

    /// Overdue containers around things that were just heard of.
    pub(crate) fn overdue_around(&self, touched: &[ThingId]) -> BTreeSet<ThingId> {
        if self.overdue.is_empty() {
            return BTreeSet::new();
        }
        let around = touched.iter().flat_map(|id| self.containers(*id));
        let mut found: BTreeSet<ThingId> = around
            .map(|(container, _)| container)
            .filter(|id| self.overdue.contains(id))
            .collect();
        for id in touched {
            found.remove(id);
        }
        found
    }
}

/// The end of a number of business days after a moment, Saturdays and Sundays (UTC) not counted:
/// the same time of day on the last of them. Public holidays are not known here.
pub(crate) fn business_days_after(from_ms: i64, days: u32) -> i64 {
    // 1970-01-01 was a Thursday: day 0 has weekday 3, Monday being 0.
    let mut day = from_ms.div_euclid(DAY_MS);
    let clock_ms = from_ms.rem_euclid(DAY_MS);
    let weekday = |day: i64| day.saturating_add(3).rem_euclid(7);
    let mut left = days.min(366);
    while left > 0 {
        day = day.saturating_add(1);
        if weekday(day) < 5 {
            left -= 1;
        }
    }
    day.saturating_mul(DAY_MS).saturating_add(clock_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn business_days_leave_weekends_out() {
        // 2026-03-02 is a Monday (day 20,514).
        let day = |number: i64| (20_514 + number) * DAY_MS + 9 * 3_600_000;
        for (from, days, until) in [
            (0, 3, 3), // Monday to Thursday
            (1, 3, 4), // Tuesday to Friday
            (2, 3, 7), // Wednesday to Monday
            (4, 3, 9), // Friday to Wednesday
            (5, 3, 9), // Saturday to Wednesday
            (6, 1, 7), // Sunday to Monday
            (0, 0, 0),
            (0, 10, 14),
        ] {
            assert_eq!(
                business_days_after(day(from), days),
                day(until),
                "{from} {days}"
            );
        }
    }
}
