//! T13: a reading that no valid calibration stands behind, or that was taken of other goods.
//!
//! Condition: no calibration certificate ever told of the device covers the time of the reading
//! (where none was told: the bridge that read it says `expired`, `theriac:logger`, `calibration`);
//! or the device was bound to other goods (an aggregation or association of the device) at that
//! time. Source: EU GDP 2013/C 343/01 chapter 9 (calibrated at least once a year), EN 13486
//! (periodic verification); the commonest audit finding. Severity S2: what the device says may be
//! right, and nobody can know.
//!
//! False positives: the certificate is uploaded late, the binding was not recorded. Triage: a
//! device of which no certificate was ever told is *unknown* in the cold chain's view and no
//! finding; a device that nobody ever bound to anything but an asset (a reusable box, a vehicle:
//! what travels in it is seldom recorded) is no finding either; readings before it was bound are
//! none when it was bound to these goods later.
//!
//! Late facts: a certificate or a binding that arrives late resolves it. A certificate that begins
//! after the reading does not.

use std::collections::BTreeSet;

use gs1::Epc;

use super::{Reading, Series};
use crate::cold_chain::Span;
use crate::finding::{RuleId, Severity};
use crate::judge_thing::Draft;
use crate::say::Sensors;
use crate::state::{Marks, ThingId};

/// Which rule says it, and how grave it is.
const SAYS: (RuleId, Severity) = (RuleId::T13, Severity::S2);

pub(crate) fn check(reading: &Reading<'_>, out: &mut Vec<Draft>) {
    if !reading.first {
        return;
    }
    for series in reading.series.iter().filter(|it| it.device.is_some()) {
        out.extend(calibration(reading, series));
        out.extend(assignment(reading, series));
    }
}

fn calibration(reading: &Reading<'_>, series: &Series) -> Option<Draft> {
    let state = reading.state;
    let device = state.device_name(series.device);
    let valid = state.loggers.calibrations(device);
    if valid.is_empty() {
        return told_lapsed(reading, series);
    }
    let at = |t_ms: i64| {
        valid
            .iter()
            .any(|it| it.from_ms <= t_ms && t_ms <= it.to_ms)
    };
    let span = outside(series, at)?;
    let ended = valid.iter().map(|it| it.to_ms);
    let lapsed = ended.filter(|end| *end < span.from_ms).max();
    let device = device.to_owned();
    let at_ms = span.from_ms;
    let say = match lapsed {
        Some(until_ms) => Sensors::CalibrationLapsed {
            device,
            until_ms,
            at_ms,
        },
        None => Sensors::NotCalibrated { device, at_ms },
    };
    let draft = reading.of_device(SAYS, (series, "calibration"), span, say);
    Some(match lapsed {
        Some(until_ms) => draft.fact("calibrated_until_ms", until_ms),
        None => draft,
    })
}

/// The calibration had ended, says who read the logger out; where certificates are on record they
/// are asked instead.
fn told_lapsed(reading: &Reading<'_>, series: &Series) -> Option<Draft> {
    let batches = reading.state.measured(reading.thing, series.device);
    let lapsed = batches.filter(|(batch, _)| batch.marks().is(Marks::LAPSED));
    let spans = lapsed.filter_map(|(batch, _)| batch.span());
    let span = spans.reduce(Span::hull)?;
    let say = Sensors::CalibrationToldLapsed {
        device: reading.state.device_name(series.device).to_owned(),
        at_ms: span.from_ms,
    };
    Some(reading.of_device(SAYS, (series, "calibration"), span, say))
}

fn assignment(reading: &Reading<'_>, series: &Series) -> Option<Draft> {
    let state = reading.state;
    let name = state.device_name(series.device);
    let device = state.find(&Epc::parse(name).ok()?)?;
    let mut stays = state.stays(device);
    let mut here: BTreeSet<ThingId> = BTreeSet::from([reading.thing]);
    here.extend(
        state
            .containers(reading.thing)
            .into_iter()
            .map(|(id, _)| id),
    );
    here.extend(state.ever_inside(reading.thing));
    // A box or a vehicle the logger is built into says nothing about what travels in it.
    let is_asset = |id: ThingId| matches!(state.epc(id), Some(Epc::Grai(_) | Epc::Giai(_)));
    stays.retain(|stay| here.contains(&stay.parent) || !is_asset(stay.parent));
    if stays.is_empty() {
        return None;
    }
    let during = |t_ms: i64, with: &dyn Fn(ThingId) -> bool| {
        let mut then = stays
            .iter()
            .filter(|stay| stay.span.from_ms <= t_ms && t_ms <= stay.span.to_ms);
        then.any(|stay| with(stay.parent))
    };
    let ever_here = stays.iter().any(|stay| here.contains(&stay.parent));
    let span = outside(series, |t_ms| {
        let bound_here = during(t_ms, &|parent| here.contains(&parent));
        let bound_away = during(t_ms, &|parent| !here.contains(&parent));
        bound_here || (ever_here && !bound_away)
    })?;
    let say = Sensors::NotAssigned {
        device: name.to_owned(),
        at_ms: span.from_ms,
    };
    Some(reading.of_device(SAYS, (series, "assignment"), span, say))
}

/// From the first to the last reading at a time that is not good.
fn outside(series: &Series, good: impl Fn(i64) -> bool) -> Option<Span> {
    let samples = series
        .samples
        .iter()
        .map(|sample| (sample.t_ms, sample.t_ms));
    let summaries = series.summaries.iter().map(|it| (it.from_ms, it.to_ms));
    let bad = samples
        .chain(summaries)
        .filter(|(from_ms, to_ms)| !(good(*from_ms) && good(*to_ms)));
    bad.map(|(from_ms, to_ms)| Span { from_ms, to_ms })
        .reduce(Span::hull)
}
