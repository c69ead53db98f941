//! T06: a product that must not freeze was frozen.
//!
//! Condition: one stay at or below the profile's freezing limit (-0.5 degrees) for its time (one
//! hour), crossings interpolated. Source: WHO PQS E006 freeze alarm; WHO shake-test practice for
//! adsorbed vaccines. Severity S2. Irreversible: no warm time afterwards offsets it and no shorter
//! mean excuses it; only quality assurance decides, or the readings are taken back.
//!
//! False positives: a probe on a cold pack. Triage: many stays shorter than the time do not add up
//! to freezing (a device stays silent too); they are T01 and shown.
//!
//! Late facts: readings that arrive late can complete or interrupt the stay.

use super::{Reading, threshold_alarm};
use crate::cold_chain::{Alarm, AlarmKind, Side};
use crate::finding::RuleId;
use crate::judge_thing::Draft;
use crate::say::Cold;

pub(crate) fn check(reading: &Reading<'_>, out: &mut Vec<Draft>) {
    let Some(freeze) = reading.storage.freeze else {
        return;
    };
    let alarm = Alarm {
        side: Side::Below,
        limit_mc: freeze.limit_mc,
        reaching: true,
        kind: AlarmKind::Single,
        ms: freeze.ms,
    };
    if let Some((found, certainty)) = threshold_alarm::weigh(reading, &alarm) {
        let mut draft = threshold_alarm::draft(reading, RuleId::T06, &alarm, &found, certainty);
        draft.say = Cold::Frozen {
            limit_mc: freeze.limit_mc,
            ms: found.ms,
            from_ms: found.span.from_ms,
        }
        .into();
        out.push(draft);
    }
}
