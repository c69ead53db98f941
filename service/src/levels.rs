//! What a public status page says of the node: by day, for how many of its minutes the node took
//! reads and writes, and which share of answers came within 300 ms. Counted in memory, kept by day,
//! so that a restart forgets nothing but the last moments; nothing in it is about anybody.
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::store::shelf::Shelf;
use crate::store::{Change, Durably, Store, StoreError};

/// An answer that takes longer is felt at a counter.
pub const TARGET: Duration = Duration::from_millis(300);
/// Days that are looked back on, today among them.
pub const DAYS: i64 = 30;

const DAY_MS: i64 = 86_400_000;
const MINUTE_MS: i64 = 60_000;
const DAY_MINUTES: i64 = 1_440;

/// The counts of a node.
#[derive(Debug, Default)]
pub struct ServiceLevels {
    answers: AtomicU64,
    quick: AtomicU64,
    days: Mutex<BTreeMap<i64, Day>>,
}

/// One day (UTC).
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Day {
    /// The first minute counted, of the day: a node begins somewhen.
    from: i64,
    /// Minutes in which the node took reads and writes.
    up: i64,
    /// The latest of them.
    latest: Option<i64>,
    answers: u64,
    quick: u64,
}

/// What is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Share of answers within [`TARGET`], of all that were given; none without an answer.
    pub quick: Option<f64>,
    /// Share of minutes in which the node took reads and writes; none without a minute.
    pub up: Option<f64>,
    /// The same for each day, oldest first.
    pub days: Vec<DayReport>,
}

/// What is told of a day.
#[derive(Clone, Debug, PartialEq)]
pub struct DayReport {
    /// Its start, Unix milliseconds.
    pub start_ms: i64,
    /// As in [`Report`].
    pub quick: Option<f64>,
    /// As in [`Report`].
    pub up: Option<f64>,
}

impl ServiceLevels {
    /// Those kept in a store.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a record does not read back.
    pub fn kept(store: &Store) -> Result<Self, StoreError> {
        let mut days = BTreeMap::new();
        for (key, day) in store.all::<Day>(Shelf::Days)? {
            days.extend(key.parse().ok().map(|number: i64| (number, day)));
        }
        Ok(Self {
            days: Mutex::new(days),
            ..Self::default()
        })
    }

    /// An answer was given. What failed on the node's side was not quick, however soon it came.
    pub fn answered(&self, status: u16, took: Duration) {
        self.answers.fetch_add(1, Ordering::Relaxed);
        if status < 500 && took < TARGET {
            self.quick.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The node lives; `ready` when it takes reads and writes. Forgets days out of sight.
    pub fn beat(&self, now_ms: i64, ready: bool) {
        let (number, minute) = (
            now_ms.div_euclid(DAY_MS),
            now_ms.rem_euclid(DAY_MS) / MINUTE_MS,
        );
        let mut days = self.days();
        days.retain(|day, _| *day > number.saturating_sub(DAYS));
        // Only the first day of all begins in its middle.
        let from = if days.is_empty() { minute } else { 0 };
        let day = days.entry(number).or_insert(Day {
            from,
            ..Day::default()
        });
        // The clock of a machine may be set back: a minute counts once.
        if ready && day.latest.is_none_or(|latest| latest < minute) {
            day.up += 1;
            day.latest = Some(minute);
        }
        day.answers += self.answers.swap(0, Ordering::Relaxed);
        day.quick += self.quick.swap(0, Ordering::Relaxed);
    }

    /// Writes the latest days.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn keep(&self, store: &Store) -> Result<(), StoreError> {
        let days = self.days().clone();
        let mut changes = Vec::new();
        for (number, day) in days.iter().rev().take(2) {
            changes.push(Change::put(Shelf::Days, &number.to_string(), day)?);
        }
        let first = days.keys().next().copied().unwrap_or(i64::MIN);
        for (key, _) in store.all::<Day>(Shelf::Days)? {
            if key.parse().is_ok_and(|number: i64| number < first) {
                changes.push(Change::remove(Shelf::Days, &key));
            }
        }
        store.change(&changes, Durably::Yes)
    }

    /// What is told now.
    pub fn report(&self, now_ms: i64) -> Report {
        let today = now_ms.div_euclid(DAY_MS);
        let minute = now_ms.rem_euclid(DAY_MS) / MINUTE_MS;
        let days = self.days();
        let Some(first) = days.keys().next().copied() else {
            return Report {
                quick: None,
                up: None,
                days: Vec::new(),
            };
        };
        let (mut all, mut minutes, mut told) = (Day::default(), 0, Vec::new());
        for number in first.max(today.saturating_sub(DAYS - 1))..=today {
            // A day without a record is one on which the node did not run.
            let day = days.get(&number).copied().unwrap_or_default();
            let end = if number == today {
                minute + 1
            } else {
                DAY_MINUTES
            };
            let length = (end - day.from).max(0);
            told.push(DayReport {
                start_ms: number.saturating_mul(DAY_MS),
                quick: share(day.quick, day.answers),
                up: up(day.up, length),
            });
            minutes += length;
            all.up += day.up;
            all.answers += day.answers;
            all.quick += day.quick;
        }
        Report {
            quick: share(all.quick, all.answers),
            up: up(all.up, minutes),
            days: told,
        }
    }

    fn days(&self) -> MutexGuard<'_, BTreeMap<i64, Day>> {
        self.days.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn up(minutes: i64, of: i64) -> Option<f64> {
    share(
        u64::try_from(minutes).unwrap_or(0),
        u64::try_from(of).unwrap_or(0),
    )
}

/// A share rounded down to a millionth: what is not all does not read as all.
#[expect(
    clippy::cast_precision_loss,
    reason = "a millionth part of a count is below 2^53"
)]
fn share(part: u64, of: u64) -> Option<f64> {
    let millionths = u128::from(part.min(of)) * 1_000_000;
    let millionths = millionths.checked_div(u128::from(of))?;
    Some(u64::try_from(millionths).unwrap_or(1_000_000) as f64 / 1_000_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON_MS: i64 = 20_000 * DAY_MS + 720 * MINUTE_MS;

    #[test]
    fn minutes_without_a_beat_are_down_and_days_go_out_of_sight() {
        let levels = ServiceLevels::default();
        for minute in 0..60 {
            let ready = !(30..45).contains(&minute);
            levels.beat(NOON_MS + minute * MINUTE_MS, ready);
            levels.beat(NOON_MS + minute * MINUTE_MS + 1, ready);
        }
        let report = levels.report(NOON_MS + 59 * MINUTE_MS);
        assert_eq!(report.up, Some(0.75), "45 of 60 minutes since it began");
        // A day later, at the same time: in between it did not run.
        levels.beat(NOON_MS + DAY_MS, true);
        let report = levels.report(NOON_MS + DAY_MS);
        assert_eq!(report.days.len(), 2);
        assert_eq!(report.days[0].up, Some(0.0625), "45 of 720 minutes");
        assert_eq!(report.days[1].up, share(1, 721));
        levels.beat(NOON_MS + 3 * DAY_MS, true);
        let report = levels.report(NOON_MS + 3 * DAY_MS);
        assert_eq!(report.days[2].up, Some(0.0), "a day without a record");
        levels.beat(NOON_MS + 40 * DAY_MS, true);
        let report = levels.report(NOON_MS + 40 * DAY_MS);
        assert_eq!(report.days.len(), 1);
    }

    #[test]
    fn an_answer_is_quick_when_it_is_one_and_in_time() {
        let levels = ServiceLevels::default();
        assert_eq!(levels.report(NOON_MS).quick, None);
        for (status, ms) in [(200, 1), (404, 299), (200, 300), (503, 1)] {
            levels.answered(status, Duration::from_millis(ms));
        }
        levels.beat(NOON_MS, true);
        let report = levels.report(NOON_MS);
        assert_eq!(report.quick, Some(0.5));
        assert_eq!(report.days[0].quick, Some(0.5));
        assert_eq!(share(999_999_999, 1_000_000_000), Some(0.999_999));
    }
}
