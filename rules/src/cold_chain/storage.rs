//! Storage conditions printed on a product, as numbers: the band beyond which goods are held, the
//! mean-kinetic-temperature gate that USP <1079.2> allows for it, and what an unmeasured hour may
//! have been at worst.

use serde::{Deserialize, Serialize};

use super::kinetic::HOUR_MS;

/// The gate of a mean kinetic temperature: over any window of exactly this length that contains the
/// high excursion, the mean may not exceed the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MktGate {
    /// Consecutive time the mean is taken over, ms (24 h refrigerated, 30 d room temperature).
    pub window_ms: i64,
    /// Highest permitted mean, milli-degrees Celsius.
    pub limit_mc: i32,
    /// Highest single temperature for which the gate may be used at all.
    pub ceiling_mc: i32,
    /// Longest total time above the band, ms, for which the gate may be used at all.
    pub time_above_ms_max: i64,
}

/// One storage condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StorageProfile {
    /// Name used in product master data: `2-8C`, `CRT`, ...
    pub id: String,
    /// Lowest temperature without a hold, inclusive, milli-degrees Celsius.
    pub low_mc: i32,
    /// Highest temperature without a hold, inclusive, milli-degrees Celsius.
    pub high_mc: i32,
    /// The kinetic gate; `None` for frozen and ultra-cold goods, for which there is none.
    pub mkt: Option<MktGate>,
    /// What an unmeasured hour may have been at worst, milli-degrees Celsius (ambient).
    pub ambient_mc: i32,
}

impl StorageProfile {
    /// The conditions known by name. Refrigerated: 2 to 8 degrees, gate 24 h at 8, up to 15 for
    /// 24 h. Controlled room temperature: hold outside 15 to 30, gate 30 d at 25, spikes up to 40
    /// for 24 h. Frozen and ultra-cold have no gate (USP <1079.2>).
    pub fn known() -> Vec<Self> {
        let day = 24 * HOUR_MS;
        let fridge = MktGate {
            window_ms: day,
            limit_mc: 8_000,
            ceiling_mc: 15_000,
            time_above_ms_max: day,
        };
        let room = MktGate {
            window_ms: 30 * day,
            limit_mc: 25_000,
            ceiling_mc: 40_000,
            time_above_ms_max: day,
        };
        vec![
            Self::new("2-8C", 2_000, 8_000, Some(fridge)),
            Self::new("8-15C", 8_000, 15_000, None),
            Self::new("CRT", 15_000, 30_000, Some(room)),
            Self::new("FROZEN", -25_000, -10_000, None),
            Self::new("ULTRA-COLD", -90_000, -60_000, None),
        ]
    }

    fn new(id: &str, low_mc: i32, high_mc: i32, mkt: Option<MktGate>) -> Self {
        Self {
            id: id.to_owned(),
            low_mc,
            high_mc,
            mkt,
            ambient_mc: 25_000,
        }
    }

    /// Whether the whole band lies below the freezing point of water.
    pub fn is_frozen(&self) -> bool {
        self.high_mc < 0
    }
}
