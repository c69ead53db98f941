//! T02: one stay beyond a limit that lasted too long.
//!
//! Condition: the longest stay without interruption beyond the alarm's limit, crossings
//! interpolated, is at least the alarm's time. Stays of several devices that overlap are one.
//! Source: WHO PQS E006 and the international shipping indicators (45 degrees for one hour); the
//! alarms are the storage profile's. Severity S2; the sentence says when the logger's accuracy or
//! the sampling leaves it open (*indeterminate*), which is for quality assurance to decide too.
//!
//! False positives: a probe in the air of a loading bay. Triage: the least and the most time that
//! the sampling allows and the guard band are among the facts.
//!
//! Late facts: readings that fill a hole in the middle can join two stays into one, or part them
//! when they show that it had been cool between; the finding follows.

use super::{Reading, threshold_alarm};
use crate::cold_chain::AlarmKind;
use crate::finding::RuleId;
use crate::judge_thing::Draft;

pub(crate) fn check(reading: &Reading<'_>, out: &mut Vec<Draft>) {
    threshold_alarm::check(reading, RuleId::T02, AlarmKind::Single, out);
}
