//! T10: recorded readings played again.
//!
//! Condition: at least 32 readings in a row, moving over at least three counts, equal those of an
//! earlier stretch, of this device at another time or of any other device, on any goods. Found by
//! rolling hashes ([`crate::cold_chain::replay`]); the samples themselves are compared before
//! anything is said. Source: replay of sensor data is the classical attack on telemetry (ISO/IEC
//! 27001 A.8 practice); chance is below `(1/levels)^31`. Severity S3; temperatures are no evidence
//! about being genuine, so alone it holds the goods like an S2.
//!
//! False positives: none realistic. The same readings of the same device at the same time, sent for
//! a pallet and for a case on it, are no replay; nor are those of the same goods at the same times
//! under another name of the device (sent live, and read out as a file). Limits: a replay with
//! noise added is not found, nor one of readings whose hashes were forgotten (the memory is
//! bounded, oldest first).
//!
//! Late facts: what the ledger had first is the original, whatever times the readings claim.

use std::collections::BTreeMap;

use super::{Reading, Series};
use crate::cold_chain::replay::{LONG, Print, equal_around, range_mc};
use crate::cold_chain::{Sample, Span};
use crate::finding::{RuleId, Severity};
use crate::judge_thing::Draft;
use crate::say::Sensors;
use crate::state::loggers::Place;
use crate::state::{NameId, State, ThingId};

/// Most replays told of one device on one thing.
const FINDINGS_MAX: usize = 8;
/// Other series looked at for one thing; hints beyond that are left alone.
const SERIES_MAX: usize = 64;

/// A stretch that was there before.
struct Replay {
    from: usize,
    count: usize,
    span: Span,
    other: Place,
}

pub(crate) fn check(reading: &Reading<'_>, out: &mut Vec<Draft>) {
    if !reading.first {
        return;
    }
    let mut known: BTreeMap<(ThingId, Option<NameId>), Vec<Sample>> = BTreeMap::new();
    for (series, prints) in reading.series.iter().zip(reading.prints) {
        let mut found: Vec<Replay> = Vec::new();
        for print in prints {
            if found.len() >= FINDINGS_MAX {
                break;
            }
            let told = |replay: &Replay| print.at < replay.from.saturating_add(replay.count);
            if found.last().is_some_and(told) {
                continue;
            }
            let Some(sample) = series.samples.get(print.at) else {
                continue;
            };
            let own = Place {
                thing: reading.thing,
                device: series.device,
                t_ms: sample.t_ms,
            };
            let seen = reading.state.loggers.seen(print.hash).iter();
            let mut earlier = seen.take_while(|place| **place != own);
            found.extend(earlier.find_map(|place| {
                let key = (place.thing, place.device);
                if known.len() < SERIES_MAX || known.contains_key(&key) {
                    let load = || samples_of(reading.state, *place);
                    let other = known.entry(key).or_insert_with(load);
                    return equal(reading, series, print.at, *place, other);
                }
                None
            }));
        }
        out.extend(found.iter().map(|replay| draft(reading, series, replay)));
    }
}

/// Remembers the stretches of a thing's readings, after they were judged.
pub(crate) fn remember(
    state: &mut State,
    thing: ThingId,
    series: &[Series],
    prints: &[Vec<Print>],
) {
    let memory = usize::try_from(state.profile.sensors.replay_memory).unwrap_or(usize::MAX);
    for (series, prints) in series.iter().zip(prints) {
        for print in prints {
            let Some(sample) = series.samples.get(print.at) else {
                continue;
            };
            let place = Place {
                thing,
                device: series.device,
                t_ms: sample.t_ms,
            };
            state.loggers.remember(print.hash, place, memory);
        }
    }
}

fn samples_of(state: &State, place: Place) -> Vec<Sample> {
    let always = Span {
        from_ms: i64::MIN,
        to_ms: i64::MAX,
    };
    let all = state.series(place.thing, always);
    let of_device = all.into_iter().find(|it| it.device == place.device);
    of_device.map(|it| it.samples).unwrap_or_default()
}

fn equal(
    reading: &Reading<'_>,
    series: &Series,
    at: usize,
    place: Place,
    other: &[Sample],
) -> Option<Replay> {
    let there = other
        .binary_search_by_key(&place.t_ms, |sample| sample.t_ms)
        .ok()?;
    let t_ms = series.samples.get(at)?.t_ms;
    let same_device = place.device == series.device;
    if place.t_ms == t_ms && (same_device || are_same_goods(reading, place.thing)) {
        return None;
    }
    let (from, mut count) = equal_around(&series.samples, at, other, there);
    if same_device && place.thing == reading.thing {
        // A stretch that overlaps itself is a cycle and no replay.
        count = count.min(at.abs_diff(there));
    }
    let stretch = series.samples.get(from..from.saturating_add(count))?;
    let counts = reading.state.profile.sensors.replay_counts;
    let one = reading.state.able(series.device).count_mc.unsigned_abs();
    let moves = range_mc(stretch) >= counts.saturating_mul(one);
    let (first, last) = (stretch.first()?, stretch.last()?);
    let other_from = there.checked_sub(at.saturating_sub(from))?;
    (count >= LONG && moves).then_some(Replay {
        from,
        count,
        span: Span {
            from_ms: first.t_ms,
            to_ms: last.t_ms,
        },
        other: Place {
            t_ms: other.get(other_from)?.t_ms,
            ..place
        },
    })
}

/// Whether another thing is the one that was measured, was in it, or had it inside.
fn are_same_goods(reading: &Reading<'_>, other: ThingId) -> bool {
    let (state, thing) = (reading.state, reading.thing);
    let around = |inner, outer| state.containers(inner).iter().any(|(id, _)| *id == outer);
    other == thing || around(other, thing) || around(thing, other)
}

fn draft(reading: &Reading<'_>, series: &Series, replay: &Replay) -> Draft {
    let state = reading.state;
    let device = state.device_name(series.device);
    let other = state.device_name(replay.other.device);
    let on = state.epc(replay.other.thing).map(|epc| epc.canonical());
    Draft {
        rule: RuleId::T10,
        key: format!("{device} {}", replay.span.from_ms),
        severity: Severity::S3,
        conclusive: false,
        at_ms: replay.span.from_ms,
        until_ms: replay.span.to_ms,
        evidence: reading.evidence(replay.span),
        say: Sensors::Replayed {
            count: replay.count,
            device: device.to_owned(),
            from_ms: replay.span.from_ms,
            other: other.to_owned(),
            other_from_ms: replay.other.t_ms,
        }
        .into(),
        facts: BTreeMap::new(),
    }
    .fact("device", device)
    .fact("samples", replay.count)
    .fact("other", other)
    .fact("other_on", on.unwrap_or_default())
    .fact("other_from_ms", replay.other.t_ms)
}
