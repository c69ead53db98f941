//! The parts of a cold chain's view that a quality assurance person decides by: what has been spent
//! of the product's budget, what each logger would have said itself beside what we say, whether it
//! was calibrated, and between which bounds the kinetic mean lies where nobody measured.

use serde::Serialize;

use crate::cold_chain::budget::WHOLE;
use crate::cold_chain::kinetic::{HOUR_MS, float};
use crate::cold_chain::{
    AlarmKind, Gap, Segment, Side, Span, StorageProfile, beyond, device_alarm, mkt_equal_interval,
    mkt_trapezoid, mkt_with_gap,
};
use crate::state::{Marks, State, ThingId};
use crate::telemetry::Series;
use crate::telemetry::account::{Account, share};
use crate::telemetry::seen::stays_beyond;
use crate::telemetry::stability_budget::Measure;

/// What has been spent of an allowance for the whole life.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BudgetView {
    /// `bands`, `equivalent` or `vvm`.
    pub measure: String,
    /// Share spent for certain; none when a temperature was met that no band covers.
    pub spent_least: Option<f64>,
    /// Share that may have been spent, with what nobody measured at its worst.
    pub spent_most: Option<f64>,
    /// It is spent.
    pub exhausted: bool,
    /// Time in each band, of the measure `bands`.
    pub bands: Vec<BandView>,
}

/// Time in one band of a budget.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BandView {
    /// Above this, degrees Celsius.
    pub above_c: f64,
    /// Up to this, degrees Celsius.
    pub up_to_c: f64,
    /// Time allowed over the whole life, seconds.
    pub allowed_s: i64,
    /// Time spent for certain, seconds.
    pub spent_s: i64,
    /// Time that may have been spent, seconds.
    pub spent_most_s: i64,
}

/// One logger: what it would have said itself, what we say, and whether it may be believed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LoggerView {
    /// Its id.
    pub device: Option<String>,
    /// Calibration over the time of its readings: `valid`, `lapsed` or `unknown`.
    pub calibration: String,
    /// Programmed interval: told, else inferred, seconds.
    pub interval_s: i64,
    /// The plain kinetic mean of all its samples, cut to a tenth as a device prints it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_mkt_c: Option<f64>,
    /// The kinetic mean of all its samples with the rate joined by straight lines, three decimals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mkt_c: Option<f64>,
    /// Each alarm of the storage condition.
    pub alarms: Vec<AlarmView>,
}

/// One alarm, as the device counts it and as we do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AlarmView {
    /// `above` or `below`.
    pub side: String,
    /// `single` or `cumulative`.
    pub kind: String,
    /// The limit, degrees Celsius.
    pub limit_c: f64,
    /// Time allowed, seconds.
    pub allowed_s: i64,
    /// The device would have alarmed: samples beyond the limit times its interval.
    pub device: bool,
    /// We alarm: crossings interpolated between samples.
    pub ours: bool,
    /// Time beyond the limit as we count it, seconds.
    pub beyond_s: i64,
    /// The least that the sampling allows, seconds.
    pub beyond_least_s: i64,
    /// The most, seconds.
    pub beyond_most_s: i64,
}

/// Between what the kinetic mean lies when unmeasured time is supposed to have been mild or harsh.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MktBounds {
    /// Had every gap kept the last temperature before it, degrees Celsius, three decimals.
    pub held_c: f64,
    /// Had every gap gone to ambient.
    pub ambient_c: f64,
    /// What ambient was supposed to be.
    pub supposed_ambient_c: f64,
}

impl State {
    /// What a thing has spent up to a moment; empty where its product has no budget.
    pub(super) fn budget_views(
        &self,
        id: ThingId,
        storage: &StorageProfile,
        until_ms: i64,
    ) -> Vec<BudgetView> {
        if !storage.has_budget() {
            return Vec::new();
        }
        let until = Span {
            from_ms: i64::MIN,
            to_ms: until_ms,
        };
        let past = self.past(id).into_iter();
        let past = past.filter_map(|(on, span)| Some((on, span.overlap(until)?)));
        let Some(account) = self.account(storage, &past.collect()) else {
            return Vec::new();
        };
        let measures = Measure::ALL.into_iter();
        let views = measures.filter_map(|measure| budget_view(&account, storage, measure));
        views.collect()
    }

    /// What a logger would have said, and what we say.
    pub(super) fn logger_view(&self, series: &Series, storage: &StorageProfile) -> LoggerView {
        let plain = mkt_equal_interval(&series.samples, storage.activation).ok();
        let ours = mkt_trapezoid(&series.samples, storage.activation).ok();
        let frozen = storage.mkt.is_none();
        LoggerView {
            device: series.device.map(|id| self.names.text(id).to_owned()),
            calibration: self.calibration_word(series).to_owned(),
            interval_s: series.interval_ms / 1000,
            device_mkt_c: plain
                .filter(|_| !frozen)
                .map(|mkt| libm::floor(mkt.celsius * 10.0) / 10.0),
            mkt_c: ours.filter(|_| !frozen).map(|mkt| milli(mkt.celsius)),
            alarms: alarm_views(series, storage),
        }
    }

    fn calibration_word(&self, series: &Series) -> &'static str {
        let device = self.device_name(series.device);
        let valid = self.loggers.calibrations(device);
        if valid.is_empty() {
            let lapsed = series.flags & Marks::LAPSED != 0;
            return if lapsed { "lapsed" } else { "unknown" };
        }
        let covered = |t_ms: i64| {
            let mut valid = valid.iter();
            valid.any(|it| it.from_ms <= t_ms && t_ms <= it.to_ms)
        };
        let samples = series.samples.iter().map(|sample| sample.t_ms);
        let summaries = series.summaries.iter();
        let mut times = samples.chain(summaries.flat_map(|it| [it.from_ms, it.to_ms]));
        if times.all(covered) {
            "valid"
        } else {
            "lapsed"
        }
    }
}

/// Bounds of the kinetic mean over everything measured of a thing and its gaps; none without gaps
/// or where no mean applies.
pub(super) fn mkt_bounds(
    series: &[Series],
    gaps: &[Gap],
    storage: &StorageProfile,
) -> Option<MktBounds> {
    storage.mkt?;
    let unmeasured = gaps
        .iter()
        .fold(0_i64, |sum, gap| sum.saturating_add(gap.span.length_ms()));
    let longest = |series: &&Series| series.samples.len();
    let longest = series.iter().max_by_key(longest)?;
    if unmeasured == 0 || longest.samples.is_empty() {
        return None;
    }
    let measured = joined(longest);
    let at_end = gaps.iter().map(|gap| gap.span.from_ms).max()?;
    let mut before = longest.samples.iter();
    let held = before.rfind(|sample| sample.t_ms <= at_end);
    let held_mc = held.or(longest.samples.first())?.mc;
    let mean = |mc| {
        mkt_with_gap(&measured, unmeasured, mc, storage.activation)
            .ok()
            .map(|mkt| milli(mkt.celsius))
    };
    Some(MktBounds {
        held_c: mean(held_mc)?,
        ambient_c: mean(storage.ambient_mc)?,
        supposed_ambient_c: celsius(storage.ambient_mc),
    })
}

/// Joined neighbours as stays, half of the way at each one's temperature.
fn joined(series: &Series) -> Vec<Segment> {
    let pairs = series.samples.iter().zip(series.samples.iter().skip(1));
    let joined = pairs.filter_map(|(left, right)| {
        let ms = right.t_ms.saturating_sub(left.t_ms);
        (ms <= series.break_ms).then_some((left, right, ms / 2))
    });
    joined
        .flat_map(|(left, right, ms)| [left.mc, right.mc].map(|mc| Segment { mc, ms }))
        .collect()
}

fn budget_view(account: &Account, storage: &StorageProfile, of: Measure) -> Option<BudgetView> {
    let (least, most) = match of {
        Measure::Bands => {
            if storage.budget.is_empty() {
                return None;
            }
            let (least, most) = (account.bands.least(storage), account.bands.most(storage));
            (
                share(least.min(WHOLE.saturating_mul(1_000_000))),
                share(most),
            )
        }
        Measure::Equivalent => {
            let allowed = float(storage.equivalent?.allowed_ms.max(1)) / float(HOUR_MS);
            let hours = account.equivalent_hours;
            (hours.least / allowed, hours.most / allowed)
        }
        Measure::Vvm => {
            storage.vvm?;
            (account.vvm.least, account.vvm.most)
        }
    };
    let uncovered = of == Measure::Bands && account.bands.uncovered_least_ms > 0;
    let bands = match of {
        Measure::Bands => band_views(account, storage),
        Measure::Equivalent | Measure::Vvm => Vec::new(),
    };
    Some(BudgetView {
        measure: of.word().to_owned(),
        spent_least: (!uncovered).then(|| milli(least)),
        spent_most: most.is_finite().then(|| milli(most)),
        exhausted: account.is_spent(storage, of).is_some(),
        bands,
    })
}

fn band_views(account: &Account, storage: &StorageProfile) -> Vec<BandView> {
    let spent = account.bands.least_ms.iter().zip(&account.bands.most_ms);
    let view = |(band, (least, most)): (&crate::cold_chain::BudgetBand, (&i64, &i64))| BandView {
        above_c: celsius(band.low_mc),
        up_to_c: celsius(band.high_mc),
        allowed_s: band.allowed_ms / 1000,
        spent_s: least / 1000,
        spent_most_s: most / 1000,
    };
    storage.budget.iter().zip(spent).map(view).collect()
}

fn alarm_views(series: &Series, storage: &StorageProfile) -> Vec<AlarmView> {
    let alarms = storage.alarms.iter();
    let view = |alarm: &crate::cold_chain::Alarm| {
        let stays = stays_beyond(series, alarm.side, alarm.last_inside());
        let ours = beyond(alarm, &stays);
        let ms = |get: fn(&crate::cold_chain::Beyond) -> i64| ours.as_ref().map_or(0, get);
        AlarmView {
            side: match alarm.side {
                Side::Above => "above".to_owned(),
                Side::Below => "below".to_owned(),
            },
            kind: match alarm.kind {
                AlarmKind::Single => "single".to_owned(),
                AlarmKind::Cumulative => "cumulative".to_owned(),
            },
            limit_c: celsius(alarm.limit_mc),
            allowed_s: alarm.ms / 1000,
            device: device_alarm(alarm, &series.samples, series.interval_ms).is_some(),
            ours: ms(|it| it.ms) >= alarm.ms,
            beyond_s: ms(|it| it.ms) / 1000,
            beyond_least_s: ms(|it| it.least_ms) / 1000,
            beyond_most_s: ms(|it| it.most_ms) / 1000,
        }
    };
    alarms.map(view).collect()
}

/// Milli-degrees as degrees.
pub(super) fn celsius(mc: i32) -> f64 {
    f64::from(mc) / 1000.0
}

/// Three decimals.
pub(super) fn milli(value: f64) -> f64 {
    libm::round(value * 1000.0) / 1000.0
}

/// First and last moment of a legal window, ms since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct WindowView {
    /// Where the window begins.
    pub from: i64,
    /// Where it ends.
    pub to: i64,
}

impl From<Span> for WindowView {
    fn from(span: Span) -> Self {
        Self {
            from: span.from_ms,
            to: span.to_ms,
        }
    }
}
