//! What is supposed of loggers that master data does not tell, and from when on their readings are
//! doubted (T09 to T13).

use serde::{Deserialize, Serialize};

/// Thresholds of the rules about sensors. Temperatures in milli-degrees, times in ms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SensorThresholds {
    /// Guard band: how far a reading may be wrong (EN 12830 class 1: half a degree).
    pub guard_mc: i32,
    /// One count of a sensor.
    pub count_mc: i32,
    /// Lowest temperature a sensor can measure.
    pub low_mc: i32,
    /// Highest temperature a sensor can measure.
    pub high_mc: i32,
    /// T11: fastest believable change, per minute.
    pub rate_mc_per_min: i32,
    /// T11: how far two sensors on one thing may differ.
    pub differ_mc: i32,
    /// T11: for how many samples in a row they may differ more.
    pub differ_samples: u32,
    /// T09: a run this improbable is a flatline, one in so many.
    pub flatline_one_in: u32,
    /// T09: how many standard deviations a second sensor must have moved meanwhile.
    pub flatline_sigmas: u32,
    /// T10: over how many counts a repeated stretch must move.
    pub replay_counts: u32,
    /// T10: how many hashes of earlier stretches are remembered; the oldest are forgotten first.
    pub replay_memory: u32,
    /// T12: how far a device's clock may jump between two batches.
    pub clock_jump_ms: i64,
}

impl Default for SensorThresholds {
    fn default() -> Self {
        Self {
            guard_mc: 500,
            count_mc: 100,
            low_mc: -100_000,
            high_mc: 100_000,
            rate_mc_per_min: 4_000,
            differ_mc: 2_000,
            differ_samples: 3,
            flatline_one_in: 1_000_000,
            flatline_sigmas: 3,
            replay_counts: 3,
            replay_memory: 1 << 20,
            clock_jump_ms: 60_000,
        }
    }
}
