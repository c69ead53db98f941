//! What one device's readings show in the light of one storage condition, worked out once for all
//! rules that look at it, so that judging a shipment of forty thousand readings stays a matter of
//! milliseconds.

use super::Series;
use crate::cold_chain::{
    Excursion, MktRefusal, OutOfRange, Side, StorageProfile, WindowMkt, excursion, out_of_range,
    worst_window,
};
use crate::record::Sensor;
use crate::state::{NameId, State};

/// One series against one storage condition.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// Stays outside the band, of samples and summaries.
    pub(crate) out: OutOfRange,
    /// The worst kinetic mean over the legal window; `None` where nothing was sampled.
    pub(crate) kinetic: Option<Result<WindowMkt, MktRefusal>>,
    /// The warmest reading, milli-degrees Celsius.
    pub(crate) hottest_mc: Option<i32>,
}

impl Seen {
    pub(crate) fn of(series: &Series, storage: &StorageProfile) -> Self {
        let (low, high) = (storage.lowest_inside(), storage.highest_inside());
        let mut out = out_of_range(&series.samples, low, high, series.break_ms);
        excursion::add_summaries(&mut out, &series.summaries, low, high);
        let samples = &series.samples;
        let kinetic = (!samples.is_empty())
            .then(|| worst_window(samples, storage, series.break_ms, storage.activation));
        let summaries = series.summaries.iter().map(|summary| summary.max_mc);
        let hottest_mc = samples
            .iter()
            .map(|sample| sample.mc)
            .chain(summaries)
            .max();
        Self {
            out,
            kinetic,
            hottest_mc,
        }
    }
}

/// Stays of one series beyond a limit, of samples and summaries.
pub(crate) fn stays_beyond(series: &Series, side: Side, last_inside_mc: i32) -> Vec<Excursion> {
    let (samples, break_ms) = (&series.samples, series.break_ms);
    let mut stays = excursion::one_side(samples, side, last_inside_mc, break_ms);
    let mut out = OutOfRange::default();
    let (low, high) = match side {
        Side::Above => (i32::MIN, last_inside_mc),
        Side::Below => (last_inside_mc, i32::MAX),
    };
    excursion::add_summaries(&mut out, &series.summaries, low, high);
    stays.extend(out.excursions);
    stays
}

/// What a sensor can do: told by master data, else supposed by the profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Able {
    pub(crate) guard_mc: i32,
    pub(crate) count_mc: i32,
    pub(crate) low_mc: i32,
    pub(crate) high_mc: i32,
    pub(crate) rate_mc_per_min: i32,
    pub(crate) buffered: bool,
}

impl State {
    /// What a device's sensor can do.
    pub(crate) fn able(&self, device: Option<NameId>) -> Able {
        let supposed = &self.profile.sensors;
        let sensor = self.device_of(device).and_then(|it| it.sensor.as_deref());
        let told = |get: fn(&Sensor) -> Option<i32>, supposed: i32| {
            sensor.and_then(get).unwrap_or(supposed)
        };
        Able {
            guard_mc: told(|it| it.guard_mc, supposed.guard_mc).max(0),
            count_mc: told(|it| it.count_mc, supposed.count_mc).max(1),
            low_mc: told(|it| it.low_mc, supposed.low_mc),
            high_mc: told(|it| it.high_mc, supposed.high_mc),
            rate_mc_per_min: told(|it| it.rate_mc_per_min, supposed.rate_mc_per_min).max(1),
            buffered: sensor.is_some_and(|it| it.buffered),
        }
    }

    /// The widest guard band of several devices: where one of them may be wrong by it, so may what
    /// they say together.
    pub(crate) fn guard_mc(&self, series: &[Series]) -> i32 {
        let guards = series.iter().map(|it| self.able(it.device).guard_mc);
        guards.max().unwrap_or(self.profile.sensors.guard_mc)
    }
}
