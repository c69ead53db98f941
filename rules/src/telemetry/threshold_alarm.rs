//! T02 and T03 share the weighing of an alarm; each has its file for what it is.

use super::Reading;
use super::seen::stays_beyond;
use crate::cold_chain::{Alarm, AlarmKind, Beyond, Excursion, Side, beyond};
use crate::finding::{RuleId, Severity};
use crate::judge_thing::Draft;
use crate::say::{Cold, Say};

/// How sure an alarm is, given the sampling and the device's error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Certainty {
    Definite,
    Indeterminate,
}

impl Certainty {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Definite => "definite",
            Self::Indeterminate => "indeterminate",
        }
    }
}

/// What an alarm has to say about everything measured, and how sure that is; `None` when it does
/// not go off. It goes off when the time beyond the limit, crossings interpolated, is long enough;
/// it is definite when the least time that sampling allows, a guard band farther out, is. Where
/// summaries leave open how long it was, the most it may have been counts, indeterminate.
pub(crate) fn weigh(reading: &Reading<'_>, alarm: &Alarm) -> Option<(Beyond, Certainty)> {
    let stays = |last_inside_mc: i32| -> Vec<Excursion> {
        let series = reading.series.iter();
        series
            .flat_map(|series| stays_beyond(series, alarm.side, last_inside_mc))
            .collect()
    };
    let found = beyond(alarm, &stays(alarm.last_inside()))?;
    let sampling_ms = reading.series.iter().map(|series| series.break_ms).max()?;
    let open_ms = found.most_ms.saturating_sub(found.ms);
    let possible = found.most_ms >= alarm.ms && open_ms > sampling_ms;
    if found.ms < alarm.ms && !possible {
        return None;
    }
    let guard_mc = reading.state.guard_mc(reading.series);
    let surely = beyond(alarm, &stays(alarm.guarded(guard_mc)));
    let certainty = if surely.is_some_and(|surely| surely.least_ms >= alarm.ms) {
        Certainty::Definite
    } else {
        Certainty::Indeterminate
    };
    Some((found, certainty))
}

/// The finding of an alarm.
pub(crate) fn draft(
    reading: &Reading<'_>,
    rule: RuleId,
    alarm: &Alarm,
    found: &Beyond,
    certainty: Certainty,
) -> Draft {
    let storage = reading.storage;
    Draft {
        rule,
        key: format!("{} {:?} {}", storage.id, alarm.side, alarm.limit_mc),
        severity: Severity::S2,
        conclusive: false,
        at_ms: found.span.from_ms,
        until_ms: found.span.to_ms,
        evidence: reading.evidence(found.span),
        say: say(alarm, found, certainty),
        facts: std::collections::BTreeMap::new(),
    }
    .fact("storage", &storage.id)
    .fact("limit_mc", alarm.limit_mc)
    .fact("allowed_ms", alarm.ms)
    .fact("beyond_ms", found.ms)
    .fact("beyond_least_ms", found.least_ms)
    .fact("beyond_most_ms", found.most_ms)
    .fact("peak_mc", found.peak_mc)
    .fact("guard_mc", reading.state.guard_mc(reading.series))
    .fact("certainty", certainty.word())
}

fn say(alarm: &Alarm, found: &Beyond, certainty: Certainty) -> Say {
    Say::Cold(Cold::Alarm {
        above: alarm.side == Side::Above,
        limit_mc: alarm.limit_mc,
        in_all: alarm.kind == AlarmKind::Cumulative,
        ms: found.ms,
        allowed_ms: alarm.ms,
        certain: certainty == Certainty::Definite,
    })
}

/// Findings of the profile's alarms of one kind.
pub(crate) fn check(reading: &Reading<'_>, rule: RuleId, kind: AlarmKind, out: &mut Vec<Draft>) {
    let freeze = reading.storage.freeze.map(|freeze| freeze.limit_mc);
    let alarms = reading.storage.alarms.iter();
    for alarm in alarms.filter(|alarm| alarm.kind == kind) {
        // What T06 says, with more to it, is not said twice.
        let frozen = alarm.side == Side::Below && freeze == Some(alarm.limit_mc);
        if frozen {
            continue;
        }
        if let Some((found, certainty)) = weigh(reading, alarm) {
            out.push(draft(reading, rule, alarm, &found, certainty));
        }
    }
}
