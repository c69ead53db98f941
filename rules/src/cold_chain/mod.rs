//! Cold-chain mathematics: pure functions of readings, with no engine around them.
//!
//! Temperatures are milli-degrees Celsius (`i32`), times and durations are milliseconds (`i64`).
//! Floating point appears only inside kinetic means, and there `exp` and `ln` come from `libm`, so
//! every platform computes the same bits. Each function says which part of the practice it stands
//! for: USP <1079.2> for the mean kinetic temperature and its windows, interpolation between
//! samples for time out of range, twice the programmed interval for a telemetry gap.

pub mod alarm;
pub mod budget;
pub mod coverage;
pub mod excursion;
pub mod kinetic;
pub mod replay;
pub mod storage;
pub mod vvm;
pub mod window;

pub use alarm::{Alarm, AlarmKind, Beyond, beyond, device_alarm, device_time};
pub use budget::{BudgetBand, EquivalentBudget, Spent};
pub use coverage::{Gap, Span, gaps, median_interval_ms, union};
pub use excursion::{Excursion, OutOfRange, Side, out_of_range};
pub use kinetic::{
    Activation, Mkt, MktRefusal, Segment, equivalent_hours, equivalent_hours_over, hours_to_limit,
    mkt, mkt_equal_interval, mkt_trapezoid, mkt_with_gap,
};
pub use storage::{Freeze, MktGate, StorageProfile};
pub use vvm::Vvm;
pub use window::{WindowMkt, worst_window};

use serde::{Deserialize, Serialize};

/// Lowest temperature accepted as a reading: just above absolute zero.
pub const COLDEST_MC: i32 = -273_149;
/// Highest temperature accepted as a reading: nothing in a supply chain is hotter than this.
pub const HOTTEST_MC: i32 = 1_000_000;

/// One point measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Sample {
    /// When it was measured, ms since the Unix epoch, UTC.
    pub t_ms: i64,
    /// Milli-degrees Celsius.
    pub mc: i32,
}

/// A summary over a time span, as loggers report it when they do not report each sample:
/// the extremes are known, the moments are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Summary {
    /// First moment of the span, ms since the Unix epoch.
    pub from_ms: i64,
    /// Last moment of the span, ms since the Unix epoch.
    pub to_ms: i64,
    /// Lowest temperature in the span, milli-degrees Celsius.
    pub min_mc: i32,
    /// Highest temperature in the span, milli-degrees Celsius.
    pub max_mc: i32,
    /// Mean temperature in the span, when told.
    pub mean_mc: Option<i32>,
}

/// Whether a number can be a temperature at all ([`COLDEST_MC`]..=[`HOTTEST_MC`]).
pub fn plausible(mc: i32) -> bool {
    (COLDEST_MC..=HOTTEST_MC).contains(&mc)
}

#[cfg(test)]
mod tests;
