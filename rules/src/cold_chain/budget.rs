//! The stability budget: how much of what a product can bear outside its band has been spent. The
//! manufacturer allows a time in each band of temperature over the whole life (`c = sum(t_j/B_j)`,
//! spent at 1), or an equivalent time at a reference temperature; temperatures beyond every band
//! are covered by no study and spend it at once.
//!
//! Shares of bands are integers (thousand-millionths), so they add up the same in any order. What
//! summaries and gaps leave open is carried as the least and the most that may have been spent.

use serde::{Deserialize, Serialize};

use super::{Sample, StorageProfile, Summary};

/// A whole budget, in thousand-millionths.
pub const WHOLE: i64 = 1_000_000_000;

/// Time allowed in a band of temperature: above `low_mc`, up to and including `high_mc`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BudgetBand {
    /// Colder is another band; milli-degrees Celsius, exclusive.
    pub low_mc: i32,
    /// Warmest temperature of the band, milli-degrees Celsius, inclusive.
    pub high_mc: i32,
    /// Time allowed over the whole life, ms.
    pub allowed_ms: i64,
}

/// Equivalent time allowed over the whole life at a reference temperature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EquivalentBudget {
    /// Reference temperature, milli-degrees Celsius.
    pub reference_mc: i32,
    /// Time allowed at it, ms.
    pub allowed_ms: i64,
}

/// Time spent in the bands of a budget.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spent {
    /// Least time in each band, in the order of the profile, ms.
    pub least_ms: Vec<i64>,
    /// Most time in each band, ms.
    pub most_ms: Vec<i64>,
    /// Least time outside the storage band and every band of the budget, ms.
    pub uncovered_least_ms: i64,
    /// Most such time, ms.
    pub uncovered_most_ms: i64,
}

/// Where a temperature is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Free,
    Band(usize),
    Uncovered,
}

impl Spent {
    /// Nothing spent yet of a profile's budget.
    pub fn new(storage: &StorageProfile) -> Self {
        Self {
            least_ms: vec![0; storage.budget.len()],
            most_ms: vec![0; storage.budget.len()],
            ..Self::default()
        }
    }

    /// Least share spent, in thousand-millionths of the budget; [`i64::MAX`] when a temperature was
    /// met that no band covers.
    pub fn least(&self, storage: &StorageProfile) -> i64 {
        share(storage, &self.least_ms, self.uncovered_least_ms)
    }

    /// Most share that may have been spent.
    pub fn most(&self, storage: &StorageProfile) -> i64 {
        share(storage, &self.most_ms, self.uncovered_most_ms)
    }

    /// Adds the time of samples in time order; neighbours farther apart than `break_ms` are not
    /// joined. Between samples the temperature is a straight line.
    pub fn add_samples(&mut self, storage: &StorageProfile, samples: &[Sample], break_ms: i64) {
        for (left, right) in samples.iter().zip(samples.iter().skip(1)) {
            let step = right.t_ms.saturating_sub(left.t_ms);
            if step <= 0 || step > break_ms {
                continue;
            }
            let (low, high) = (left.mc.min(right.mc), left.mc.max(right.mc));
            let place = place_of(storage, left.mc);
            if place == place_of(storage, right.mc) && !passes_more(storage, low, high) {
                self.add(place, step, step);
            } else {
                self.add_ramp(storage, low, high, step);
            }
        }
    }

    /// Adds a span of which only the extremes are known.
    pub fn add_summary(&mut self, storage: &StorageProfile, summary: &Summary, ms: i64) {
        let (low, high) = (summary.min_mc, summary.max_mc);
        let place = place_of(storage, low);
        if place == place_of(storage, high) && !passes_more(storage, low, high) {
            self.add(place, ms, ms);
            return;
        }
        for place in places_between(storage, low, high) {
            self.add(place, 0, ms);
        }
    }

    /// Adds unmeasured time: at best it spent nothing, at worst it was at one of these.
    pub fn add_unmeasured(&mut self, storage: &StorageProfile, ms: i64, suppositions: &[i32]) {
        let worst = suppositions
            .iter()
            .map(|mc| place_of(storage, *mc))
            .max_by_key(|place| price(storage, *place));
        if let Some(worst) = worst {
            self.add(worst, 0, ms);
        }
    }

    /// Adds what another stretch of the same life spent.
    pub fn add_all(&mut self, other: &Self) {
        for (mine, more) in [
            (&mut self.least_ms, &other.least_ms),
            (&mut self.most_ms, &other.most_ms),
        ] {
            for (sum, more) in mine.iter_mut().zip(more) {
                *sum = sum.saturating_add(*more);
            }
        }
        let uncovered = &mut self.uncovered_least_ms;
        *uncovered = uncovered.saturating_add(other.uncovered_least_ms);
        let uncovered = &mut self.uncovered_most_ms;
        *uncovered = uncovered.saturating_add(other.uncovered_most_ms);
    }

    fn add(&mut self, place: Place, least_ms: i64, most_ms: i64) {
        let (least, most) = match place {
            Place::Free => return,
            Place::Band(i) => match (self.least_ms.get_mut(i), self.most_ms.get_mut(i)) {
                (Some(least), Some(most)) => (least, most),
                _ => return,
            },
            Place::Uncovered => (&mut self.uncovered_least_ms, &mut self.uncovered_most_ms),
        };
        *least = least.saturating_add(least_ms);
        *most = most.saturating_add(most_ms);
    }

    /// A straight line from `low` to `high` (or back): time in a part is its share of the height.
    fn add_ramp(&mut self, storage: &StorageProfile, low: i32, high: i32, ms: i64) {
        let mut from = low;
        for to in borders(storage)
            .into_iter()
            .filter(|border| low < *border && *border < high)
            .chain([high])
        {
            let part = part_of(ms, to, from, high.abs_diff(low));
            let middle = i32::midpoint(from, to).saturating_add(1).min(to);
            self.add(place_of(storage, middle), part, part);
            from = to;
        }
    }
}

fn part_of(ms: i64, to: i32, from: i32, height: u32) -> i64 {
    let part = i128::from(ms) * i128::from(to.abs_diff(from)) / i128::from(height.max(1));
    i64::try_from(part).unwrap_or(i64::MAX)
}

fn share(storage: &StorageProfile, times: &[i64], uncovered_ms: i64) -> i64 {
    if uncovered_ms > 0 {
        return i64::MAX;
    }
    let mut sum = 0_i128;
    for (band, ms) in storage.budget.iter().zip(times) {
        match (band.allowed_ms, *ms) {
            (_, 0) => {}
            (..=0, _) => return i64::MAX,
            (allowed, ms) => sum += i128::from(ms) * i128::from(WHOLE) / i128::from(allowed),
        }
    }
    i64::try_from(sum).unwrap_or(i64::MAX)
}

fn place_of(storage: &StorageProfile, mc: i32) -> Place {
    let inside = |band: &BudgetBand| band.low_mc < mc && mc <= band.high_mc;
    if let Some(i) = storage.budget.iter().position(inside) {
        return Place::Band(i);
    }
    let band = storage.lowest_inside()..=storage.highest_inside();
    if band.contains(&mc) || storage.budget.is_empty() {
        Place::Free
    } else {
        Place::Uncovered
    }
}

/// How dear a place is, to find the worst.
fn price(storage: &StorageProfile, place: Place) -> i64 {
    match place {
        Place::Free => 0,
        Place::Uncovered => i64::MAX,
        Place::Band(i) => storage
            .budget
            .get(i)
            .map_or(0, |band| i64::MAX / band.allowed_ms.max(1)),
    }
}

/// Temperatures up to and including which one place reaches, lowest first.
fn borders(storage: &StorageProfile) -> Vec<i32> {
    let bands = storage.budget.iter();
    let mut all: Vec<i32> = bands
        .flat_map(|band| [band.low_mc, band.high_mc])
        .chain([
            storage.lowest_inside().saturating_sub(1),
            storage.highest_inside(),
        ])
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Whether another place lies between two temperatures of the same place.
fn passes_more(storage: &StorageProfile, low: i32, high: i32) -> bool {
    let bands = storage.budget.iter();
    let crossed = |border: i32| low <= border && border < high;
    bands
        .flat_map(|band| [band.low_mc, band.high_mc])
        .any(crossed)
}

fn places_between(storage: &StorageProfile, low: i32, high: i32) -> Vec<Place> {
    let mut found = vec![place_of(storage, low), place_of(storage, high)];
    for border in borders(storage)
        .into_iter()
        .filter(|border| low <= *border && *border < high)
    {
        found.push(place_of(storage, border));
        found.push(place_of(storage, border.saturating_add(1).min(high)));
    }
    let mut places: Vec<Place> = Vec::new();
    for place in found {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places
}
