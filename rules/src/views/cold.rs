//! How warm a thing was: its own readings and those of every container while it was inside, judged
//! against the storage condition of its product.

use gs1::{Epc, Sgtin};
use serde::Serialize;

use crate::cold_chain::{
    Activation, Excursion, Gap, MktRefusal, OutOfRange, Sample, Span, StorageProfile, WindowMkt,
    excursion, out_of_range, union, worst_window,
};
use crate::engine::Engine;
use crate::finding::{RuleId, Severity};
use crate::state::{State, ThingId};
use crate::telemetry::ends::{loose_ends, unmeasured_ways};
use crate::telemetry::load::too_warm_together;
use crate::telemetry::{Leg, Series, clip_legs, covered, legs, unwatched};

pub use super::cold_account::{AlarmView, BandView, BudgetView, LoggerView, MktBounds, WindowView};
use super::cold_account::{celsius, milli, mkt_bounds};
use super::journey::Journey;
use super::readings::{self, ALWAYS};

/// Most readings listed in a view; when there are more, each series (one logger on one thing) keeps
/// its first, its last, and the lowest and the highest of equally many in a row.
pub const READINGS_MAX: usize = 5_000;

/// The status where nothing was measured.
const NO_DATA: &str = "no_data";
const EXCURSION: &str = "excursion";
const INDETERMINATE: &str = "indeterminate";

/// How warm a thing was.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColdChainView {
    /// `within`, `excursion` (outside a band, too warm on the kinetic mean, or a budget spent),
    /// `indeterminate` (a gap, or only part of it known) or `no_data`.
    pub status: String,
    /// Storage condition it is judged by; of several, the one it does worst by.
    pub profile: Option<String>,
    /// Lowest permitted temperature, degrees Celsius.
    pub low_c: Option<f64>,
    /// Highest permitted temperature, degrees Celsius.
    pub high_c: Option<f64>,
    /// Worst mean kinetic temperature over the legal window, degrees Celsius, three decimals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mkt_c: Option<f64>,
    /// The legal window that number was taken over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mkt_window: Option<WindowView>,
    /// Why there is no such number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mkt_refusal: Option<String>,
    /// Between what it lies where part of the time was not measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mkt_bounds: Option<MktBounds>,
    /// Activation energy the mean was taken with, J/mol.
    pub activation_j_mol: f64,
    /// Time certainly outside the band, seconds.
    pub out_of_range_s: i64,
    /// What was measured, oldest first, at most [`READINGS_MAX`].
    pub readings: Vec<ReadingView>,
    /// How many readings there are in all; [`Engine::readings_of`] gives every one.
    pub readings_total: usize,
    /// Unwatched time.
    pub gaps: Vec<GapView>,
    /// Stays outside the band; where there are several conditions, outside any of their bands.
    pub excursions: Vec<ExcursionView>,
    /// What has been spent of the product's budget over its whole life.
    pub budget: Vec<BudgetView>,
    /// Each logger: its own verdict, ours, and its calibration.
    pub loggers: Vec<LoggerView>,
}

/// One reading.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReadingView {
    /// When, ms since the Unix epoch.
    pub t: i64,
    /// Degrees Celsius, three decimals.
    pub c: f64,
    /// The device.
    pub device: Option<String>,
    /// Canonical id of what it was measured on.
    pub shipment: String,
}

/// Unwatched time, ms since the Unix epoch; `from` equals `to` where the beginning is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GapView {
    /// Last moment watched.
    pub from: i64,
    /// First moment watched again.
    pub to: i64,
}

/// A stay outside the band.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExcursionView {
    /// When the band was left, ms since the Unix epoch.
    pub from: i64,
    /// When it was entered again.
    pub to: i64,
    /// The reading farthest outside, degrees Celsius.
    pub peak_c: f64,
    /// Time certainly outside, seconds.
    pub seconds: i64,
}

/// Readings of one source with the ways they were taken on.
struct Source {
    on: ThingId,
    /// The time that counts.
    during: Span,
    series: Vec<Series>,
    legs: Vec<Leg>,
    /// Silence at ends of ways that are not on record.
    loose: Vec<Span>,
}

/// Time that nobody watched.
struct Unwatched {
    gaps: Vec<Gap>,
    /// Ways, and ends of ways, that are not wholly on record.
    ways: Vec<Span>,
    /// Nobody may say that the goods were kept as they should be.
    holds: bool,
    /// A device raised an alarm, and nobody knows how warm it was.
    alarmed: bool,
}

/// What one storage condition says.
struct Judged {
    view: ColdChainView,
    status: &'static str,
    /// Stays outside the band.
    stays: Vec<Excursion>,
}

impl Judged {
    /// The worse of two, with what the other adds.
    fn with(self, other: Self) -> Self {
        let grade = |it: &Self| match it.status {
            EXCURSION => 2,
            INDETERMINATE => 1,
            _ => 0,
        };
        let (mut worse, other) = if grade(&other) > grade(&self) {
            (other, self)
        } else {
            (self, other)
        };
        worse.stays.extend(other.stays);
        for budget in other.view.budget {
            let mut known = worse.view.budget.iter_mut();
            match known.find(|known| known.measure == budget.measure) {
                Some(known) if is_more(&budget, known) => *known = budget,
                Some(_) => {}
                None => worse.view.budget.push(budget),
            }
        }
        worse
    }
}

/// Whether more of one budget is spent than of another.
fn is_more(one: &BudgetView, other: &BudgetView) -> bool {
    // Nothing is said of a share where no study covers what was met: that is more than any.
    let share = |it: &BudgetView| it.spent_least.unwrap_or(f64::INFINITY);
    match one.exhausted.cmp(&other.exhausted) {
        std::cmp::Ordering::Equal => share(one) > share(other),
        order => order.is_gt(),
    }
}

impl Engine {
    /// How warm a pack was.
    pub fn cold_chain(&self, sgtin: &Sgtin) -> ColdChainView {
        self.cold_chain_of(&Epc::Sgtin(sgtin.clone()))
    }

    /// How warm any thing was.
    pub fn cold_chain_of(&self, epc: &Epc) -> ColdChainView {
        match self.state.find(epc) {
            Some(id) => self.state.cold_chain(id),
            None => empty(None),
        }
    }
}

impl State {
    pub(crate) fn cold_chain(&self, id: ThingId) -> ColdChainView {
        let (mut view, status) = self.judged(id, None);
        status.clone_into(&mut view.status);
        view
    }

    /// How warm a thing was on a journey, judged by what was in it then. Of its budget is told what
    /// had been spent when it came; it speaks against the journey where it ran out on it.
    pub(super) fn cold_chain_on(&self, id: ThingId, journey: &Journey) -> ColdChainView {
        let (mut view, status) = self.judged(id, Some(journey));
        status.clone_into(&mut view.status);
        view
    }

    /// The view of a journey, or of the whole life, and the status that is to be written into it.
    /// Where products of several storage conditions travel together it is that of the worst judged,
    /// with the stays outside any of them and what is spent of any.
    fn judged(&self, id: ThingId, journey: Option<&Journey>) -> (ColdChainView, &'static str) {
        let within = journey.map_or(ALWAYS, Journey::span);
        let storages = match journey {
            Some(journey) => self.storages_of(journey.inside().iter().chain([&id])),
            None => self.storages(id),
        };
        let sources = self.sources_around(id, within);
        if sources.is_empty() {
            let first = storages.into_iter().map(|(storage, _)| storage).next();
            return (empty(first), NO_DATA);
        }
        let unwatched = self.unwatched_around(id, &sources, within);
        let all = storages.into_iter();
        let all =
            all.map(|(storage, _)| self.judged_by((id, storage), &sources, &unwatched, within));
        let Some(worst) = all.reduce(Judged::with) else {
            return (empty(None), NO_DATA);
        };
        let Judged {
            mut view,
            status,
            mut stays,
        } = worst;
        stays.sort_unstable();
        stays.dedup();
        view.out_of_range_s = certain_ms(&stays) / 1000;
        view.excursions = stays.iter().map(excursion_view).collect();
        self.list_readings(&mut view, &sources);
        (view, status)
    }

    /// What one storage condition says about what was measured.
    fn judged_by(
        &self,
        (id, storage): (ThingId, &StorageProfile),
        sources: &[Source],
        unwatched: &Unwatched,
        within: Span,
    ) -> Judged {
        let mut view = empty(Some(storage));
        let mut stays = Vec::new();
        let (low, high) = (storage.lowest_inside(), storage.highest_inside());
        for series in sources.iter().flat_map(|source| &source.series) {
            let out = out_of_range(&series.samples, low, high, series.break_ms);
            stays.extend(out.excursions);
            let mut out = OutOfRange::default();
            excursion::add_summaries(&mut out, &series.summaries, low, high);
            stays.extend(out.excursions);
            view.loggers.push(self.logger_view(series, storage));
        }
        view.gaps = gap_views(&unwatched.gaps, &unwatched.ways);
        let mut series: Vec<Series> = Vec::new();
        for source in sources {
            // What was measured of a container is already cut to the time the thing was inside.
            let gate = storage.mkt.filter(|_| source.on == id);
            let loaded = self.while_loaded(source.on, &source.series, gate);
            series.extend(loaded.into_owned());
        }
        let too_warm = mean(&mut view, &series, storage);
        view.mkt_bounds = mkt_bounds(&series, &unwatched.gaps, storage);
        view.budget = self.budget_views(id, storage, within.to_ms);
        let spent = self.ran_out(&view.budget, (id, storage), within);
        let beyond = !stays.is_empty() || spent || too_warm || unwatched.alarmed;
        let status = match (!beyond, unwatched.holds) {
            (false, _) => EXCURSION,
            (true, true) => INDETERMINATE,
            (true, false) => "within",
        };
        Judged {
            view,
            status,
            stays,
        }
    }

    /// Time that nobody watched, whatever the storage condition.
    fn unwatched_around(&self, id: ThingId, sources: &[Source], within: Span) -> Unwatched {
        let gaps = sources.iter();
        let gaps: Vec<Gap> = gaps
            .flat_map(|source| unwatched(self, &source.series, &source.legs))
            .collect();
        let mut ways: Vec<Span> = sources.iter().flat_map(|it| it.loose.clone()).collect();
        ways.extend(self.unmeasured(id, sources, within));
        let told = gaps
            .iter()
            .any(|gap| !gap.at_an_end || has_samples(sources));
        // Where a rule doubts the readings, nothing that they show may pass.
        let holds = told || !ways.is_empty() || self.doubts_readings(id, within);
        let alarmed = sources.iter().any(|source| {
            let alarms = self.bare_alarms((source.on, source.during), &source.series);
            !alarms.is_empty()
        });
        Unwatched {
            gaps,
            ways,
            holds,
            alarmed,
        }
    }

    /// The status of that view alone: of nearly all packs at a counter there are no readings.
    pub(crate) fn cold_status(&self, id: ThingId) -> &'static str {
        if self.sources_around(id, ALWAYS).is_empty() {
            return NO_DATA;
        }
        self.judged(id, None).1
    }

    /// Whether a budget was used up, and was not before.
    fn ran_out(
        &self,
        now: &[BudgetView],
        (id, storage): (ThingId, &StorageProfile),
        within: Span,
    ) -> bool {
        if !now.iter().any(|budget| budget.exhausted) {
            return false;
        }
        let before = if within.from_ms > i64::MIN {
            self.budget_views(id, storage, within.from_ms)
        } else {
            Vec::new()
        };
        let over = |of: &BudgetView| {
            let mut before = before.iter();
            before.any(|it| it.measure == of.measure && it.exhausted)
        };
        now.iter().any(|budget| budget.exhausted && !over(budget))
    }

    /// Readings of the thing itself and of the containers it was in, each for its time.
    fn sources_around(&self, id: ThingId, within: Span) -> Vec<Source> {
        let source = |(on, span): (ThingId, Span)| {
            let series = self.series(on, span);
            if series.is_empty() {
                return None;
            }
            let timeline = self.timeline(on);
            let mut legs = legs(&timeline);
            let untold = |leg: &&Leg| leg.received.is_some() && leg.to_ms.is_none();
            let untold: Vec<_> = legs.iter().filter(untold).map(|leg| leg.shipped).collect();
            clip_legs(&mut legs, span);
            // Where nobody knows when it came, the journey's end is no end that must be watched.
            let ends = Some(within.to_ms);
            for leg in legs.iter_mut().filter(|leg| leg.to_ms == ends) {
                leg.to_ms = ends.filter(|_| !untold.contains(&leg.shipped));
            }
            let loose = loose_ends(self, &timeline, &series, span);
            Some(Source {
                on,
                during: span,
                series,
                legs,
                loose,
            })
        };
        let spans = self.spans_around(id, within);
        spans.into_iter().filter_map(source).collect()
    }

    /// Ways on which nothing was measured, neither of the thing nor of what it was in.
    fn unmeasured(&self, id: ThingId, sources: &[Source], within: Span) -> Vec<Span> {
        let watched = sources.iter().flat_map(|it| covered(&it.series)).collect();
        unmeasured_ways(self, &self.timeline(id), &union(watched), within)
    }

    /// Whether a finding about a time within stands that says that readings are missing or cannot
    /// be believed.
    fn doubts_readings(&self, id: ThingId, within: Span) -> bool {
        let doubts = RuleId::T08..=RuleId::T13;
        self.findings_about(id).into_iter().any(|finding| {
            let meets = finding.at_ms <= within.to_ms && within.from_ms <= finding.until_ms;
            doubts.contains(&finding.rule)
                && meets
                && finding.severity >= Severity::S2
                && finding.resolved_by.is_none()
        })
    }

    /// Lists what shows the shape of every series, and counts all of them.
    fn list_readings(&self, view: &mut ColdChainView, sources: &[Source]) {
        let sources = sources.iter();
        let series = sources.flat_map(|it| it.series.iter().map(|series| (it.on, series)));
        let (from, all): (Vec<_>, Vec<_>) = series
            .map(|(on, series)| ((on, series.device), readings::readings(series)))
            .unzip();
        view.readings_total = all.iter().fold(0, |sum, series| sum + series.len());
        for ((on, device), kept) in from.into_iter().zip(readings::thinned(&all)) {
            let device = device.map(|id| self.names.text(id).to_owned());
            let shipment = self.canonical(on);
            let reading = |sample: Sample| ReadingView {
                t: sample.t_ms,
                c: celsius(sample.mc),
                device: device.clone(),
                shipment: shipment.clone(),
            };
            view.readings.extend(kept.into_iter().map(reading));
        }
        view.readings.sort_by(|a, b| {
            (a.t, &a.device)
                .cmp(&(b.t, &b.device))
                .then(a.c.total_cmp(&b.c))
        });
    }
}

fn empty(storage: Option<&StorageProfile>) -> ColdChainView {
    ColdChainView {
        status: NO_DATA.to_owned(),
        profile: storage.map(|storage| storage.id.clone()),
        low_c: storage.map(|storage| celsius(storage.low_mc)),
        high_c: storage.map(|storage| celsius(storage.high_mc)),
        mkt_c: None,
        mkt_window: None,
        mkt_refusal: None,
        mkt_bounds: None,
        activation_j_mol: storage
            .map_or(Activation::USP, |it| it.activation)
            .joule_per_mol(),
        out_of_range_s: 0,
        readings: Vec::new(),
        readings_total: 0,
        gaps: Vec::new(),
        excursions: Vec::new(),
        budget: Vec::new(),
        loggers: Vec::new(),
    }
}

fn has_samples(sources: &[Source]) -> bool {
    sources
        .iter()
        .flat_map(|source| &source.series)
        .any(|series| !series.samples.is_empty())
}

/// Certain time outside, counted once where two devices agree.
fn certain_ms(excursions: &[Excursion]) -> i64 {
    let spans = excursions.iter().filter(|stay| stay.certain_ms > 0);
    let spans = spans.map(|stay| Span {
        from_ms: stay.from_ms,
        to_ms: stay.to_ms,
    });
    union(spans.collect())
        .into_iter()
        .fold(0, |sum, span| sum.saturating_add(span.length_ms()))
}

fn excursion_view(stay: &Excursion) -> ExcursionView {
    ExcursionView {
        from: stay.from_ms,
        to: stay.to_ms,
        peak_c: celsius(stay.peak_mc),
        seconds: stay.certain_ms / 1000,
    }
}

fn gap_views(gaps: &[Gap], loose: &[Span]) -> Vec<GapView> {
    let spans = gaps.iter().map(|gap| gap.span).chain(loose.iter().copied());
    union(spans.collect())
        .into_iter()
        .map(|span| GapView {
            from: span.from_ms,
            to: span.to_ms,
        })
        .collect()
}

/// The worst legal mean of any device, or of all together, or the first reason why there is none.
/// Tells whether it is above the limit.
fn mean(view: &mut ColdChainView, series: &[Series], storage: &StorageProfile) -> bool {
    let mut worst: Option<WindowMkt> = None;
    let mut note = |found: WindowMkt| {
        if worst.is_none_or(|worst| found.celsius > worst.celsius) {
            worst = Some(found);
        }
    };
    for series in series.iter().filter(|it| !it.samples.is_empty()) {
        let (samples, break_ms) = (&series.samples, series.break_ms);
        match worst_window(samples, storage, break_ms, storage.activation) {
            Ok(found) => note(found),
            Err(refusal) => {
                view.mkt_refusal.get_or_insert_with(|| refusal.to_string());
            }
        }
    }
    if let Some(found) = too_warm_together(series, storage) {
        note(found);
        view.mkt_refusal = None;
    }
    view.mkt_c = worst.map(|worst| milli(worst.celsius));
    view.mkt_window = worst.map(|worst| WindowView {
        from: worst.from_ms,
        to: worst.to_ms,
    });
    if worst.is_none() && view.mkt_refusal.is_none() {
        let summaries = series.iter().any(|it| !it.summaries.is_empty());
        view.mkt_refusal = Some(if summaries {
            "only summaries were reported".to_owned()
        } else {
            MktRefusal::NoReadings.to_string()
        });
    }
    let limit_mc = storage.mkt.map(|gate| gate.limit_mc);
    let limit = limit_mc.map(|mc| f64::from(mc) / 1000.0);
    worst
        .zip(limit)
        .is_some_and(|(worst, limit)| worst.celsius > limit)
}
