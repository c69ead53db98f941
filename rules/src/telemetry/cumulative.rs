//! T03: stays beyond a limit that together lasted too long.
//!
//! Condition: the time beyond the alarm's limit since the first reading, crossings interpolated and
//! time of overlapping devices counted once, is at least the alarm's time. Source: WHO PQS
//! international shipping indicators (30 degrees for ten hours in all, 10 degrees for twenty); for
//! refrigerated goods the 24 hours of USP <1079.2>. Severity S2, *indeterminate* as T02.
//!
//! False positives: a reused container whose loggers go back to earlier journeys. Triage: the span
//! of the finding is that of the stays, and packs take it over only for the time they were inside;
//! what a pack itself has spent over all containers is T05.
//!
//! Late facts: added up anew with every upload; readings taken back reduce the sum.

use super::{Reading, threshold_alarm};
use crate::cold_chain::AlarmKind;
use crate::finding::RuleId;
use crate::judge_thing::Draft;

pub(crate) fn check(reading: &Reading<'_>, out: &mut Vec<Draft>) {
    threshold_alarm::check(reading, RuleId::T03, AlarmKind::Cumulative, out);
}
