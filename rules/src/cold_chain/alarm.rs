//! Alarms as loggers carry them: one stay beyond a limit that is long enough, or many stays that
//! add up. Judged twice: by what the temperature did between the samples (crossings interpolated,
//! with the least and the most that the sampling allows), and as a device does, which counts the
//! samples beyond the limit and multiplies by its interval.

use serde::{Deserialize, Serialize};

use super::Sample;
use super::coverage::{Span, union};
use super::excursion::{Excursion, Side};

/// Whether stays add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlarmKind {
    /// The longest stay without interruption counts.
    Single,
    /// All stays since the start count together.
    Cumulative,
}

/// One alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alarm {
    /// Above or below the limit.
    pub side: Side,
    /// The limit, milli-degrees Celsius.
    pub limit_mc: i32,
    /// The limit itself counts as beyond it ("at or above 45").
    pub reaching: bool,
    /// Whether stays add up.
    pub kind: AlarmKind,
    /// Time beyond the limit from which it is an alarm, ms.
    pub ms: i64,
}

impl Alarm {
    /// The last whole thousandth that is not beyond the limit, on the side of the band.
    pub fn last_inside(&self) -> i32 {
        match (self.side, self.reaching) {
            (_, false) => self.limit_mc,
            (Side::Above, true) => self.limit_mc.saturating_sub(1),
            (Side::Below, true) => self.limit_mc.saturating_add(1),
        }
    }

    /// The same a guard band further out: what is beyond it is beyond the limit whatever the
    /// device's error.
    pub fn guarded(&self, guard_mc: i32) -> i32 {
        let limit = self.last_inside();
        match self.side {
            Side::Above => limit.saturating_add(guard_mc),
            Side::Below => limit.saturating_sub(guard_mc),
        }
    }

    /// Whether a reading is beyond the limit.
    pub fn is_beyond(&self, mc: i32) -> bool {
        match self.side {
            Side::Above => mc > self.last_inside(),
            Side::Below => mc < self.last_inside(),
        }
    }
}

/// What an alarm has to say about some stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beyond {
    /// Time beyond the limit that counts, crossings interpolated, ms.
    pub ms: i64,
    /// The least that sampling allows, ms.
    pub least_ms: i64,
    /// The most, ms.
    pub most_ms: i64,
    /// From the beginning of what counts to its end.
    pub span: Span,
    /// The reading farthest beyond, milli-degrees Celsius.
    pub peak_mc: i32,
    /// When it became an alarm, if it did.
    pub since_ms: Option<i64>,
}

/// Weighs stays beyond an alarm's limit, of any number of devices; `None` without any. Where two
/// devices tell of the same time it counts once.
pub fn beyond(alarm: &Alarm, stays: &[Excursion]) -> Option<Beyond> {
    let known: Vec<Excursion> = joined(alarm.side, stays);
    match alarm.kind {
        AlarmKind::Single => known
            .iter()
            .map(|stay| single(alarm, stay))
            .max_by_key(|found| (found.ms, found.most_ms, -found.span.from_ms)),
        AlarmKind::Cumulative => cumulative(alarm, &known),
    }
}

/// Stays of all devices, those that overlap or touch as one.
fn joined(side: Side, stays: &[Excursion]) -> Vec<Excursion> {
    let mut stays: Vec<Excursion> = stays
        .iter()
        .filter(|stay| stay.side == side)
        .copied()
        .collect();
    stays.sort_unstable();
    let mut known: Vec<Excursion> = Vec::new();
    for stay in stays {
        match known.last_mut() {
            Some(last) if stay.from_ms <= last.to_ms => last.join(&stay),
            _ => known.push(stay),
        }
    }
    known
}

fn single(alarm: &Alarm, stay: &Excursion) -> Beyond {
    let reached = stay.certain_ms >= alarm.ms;
    Beyond {
        ms: stay.certain_ms,
        least_ms: stay.least_ms,
        most_ms: stay.most_ms,
        span: stay.span(),
        peak_mc: stay.peak_mc,
        since_ms: reached.then(|| stay.from_ms.saturating_add(alarm.ms)),
    }
}

fn cumulative(alarm: &Alarm, stays: &[Excursion]) -> Option<Beyond> {
    let (first, last) = (stays.first()?, stays.last()?);
    let mut sum = Beyond {
        ms: 0,
        least_ms: 0,
        most_ms: 0,
        span: Span {
            from_ms: first.from_ms,
            to_ms: last.to_ms,
        },
        peak_mc: first.peak_mc,
        since_ms: None,
    };
    for stay in stays {
        let before = sum.ms;
        sum.ms = sum.ms.saturating_add(stay.certain_ms);
        sum.least_ms = sum.least_ms.saturating_add(stay.least_ms);
        sum.most_ms = sum.most_ms.saturating_add(stay.most_ms);
        sum.peak_mc = stay.side.farther(sum.peak_mc, stay.peak_mc);
        if before < alarm.ms && sum.ms >= alarm.ms {
            let missing = alarm.ms.saturating_sub(before);
            sum.since_ms = Some(stay.from_ms.saturating_add(missing));
        }
    }
    Some(sum)
}

/// What a device would have said: it counts samples beyond the limit and takes each for one
/// interval. `None` when it would have stayed silent, else how long it counted, ms.
pub fn device_alarm(alarm: &Alarm, samples: &[Sample], interval_ms: i64) -> Option<i64> {
    let (mut run, mut longest, mut total) = (0_i64, 0_i64, 0_i64);
    for sample in samples {
        if alarm.is_beyond(sample.mc) {
            run = run.saturating_add(1);
            total = total.saturating_add(1);
            longest = longest.max(run);
        } else {
            run = 0;
        }
    }
    let count = match alarm.kind {
        AlarmKind::Single => longest,
        AlarmKind::Cumulative => total,
    };
    let counted = count.saturating_mul(interval_ms);
    (count > 0 && counted >= alarm.ms).then_some(counted)
}

/// Time a device would say was spent beyond a limit: samples times interval, ms.
pub fn device_time(alarm: &Alarm, samples: &[Sample], interval_ms: i64) -> i64 {
    let counted = samples
        .iter()
        .filter(|sample| alarm.is_beyond(sample.mc))
        .map(|_| interval_ms);
    counted.fold(0, i64::saturating_add)
}

/// Time that stays cover, counted once where they overlap, ms.
pub(crate) fn covered_ms(stays: &[Excursion]) -> i64 {
    let spans = stays.iter().filter(|stay| stay.certain_ms > 0);
    union(spans.map(Excursion::span).collect())
        .into_iter()
        .fold(0, |sum, span| sum.saturating_add(span.length_ms()))
}
