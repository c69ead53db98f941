//! Storage conditions printed on a product, as numbers: the band beyond which goods are held, the
//! alarms that a logger for it carries, the mean-kinetic-temperature gate that USP <1079.2> allows,
//! how much of its stability the product may spend outside the band over its whole life, when it
//! freezes, and what an unmeasured hour may have been at worst.
//!
//! Limits are inclusive unless the profile says otherwise: exactly 8.000 degrees is inside 2 to 8,
//! exactly 45.0 is an alarm of a WHO shipping device. Readings are whole thousandths, so an
//! exclusive limit is the inclusive one a thousandth further in.

use serde::{Deserialize, Serialize};

use super::alarm::{Alarm, AlarmKind};
use super::budget::{BudgetBand, EquivalentBudget};
use super::excursion::Side;
use super::kinetic::{Activation, HOUR_MS};
use super::vvm::Vvm;

/// Temperature of "excessive heat" (USP <659>): goods seen warmer are never fit without a study.
const EXCESSIVE_MC: i32 = 40_000;
const MINUTE_MS: i64 = 60_000;

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

/// When a product that must not freeze counts as frozen: one stay at or below the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freeze {
    /// At or below this, milli-degrees Celsius (WHO PQS E006: -0.5).
    pub limit_mc: i32,
    /// For at least this long without interruption, ms (WHO PQS E006: one hour).
    pub ms: i64,
}

/// One storage condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StorageProfile {
    /// Name used in product master data: `2-8C`, `CRT`, ...
    pub id: String,
    /// Lowest temperature without a hold, milli-degrees Celsius.
    pub low_mc: i32,
    /// Highest temperature without a hold, milli-degrees Celsius.
    pub high_mc: i32,
    /// The lowest temperature itself is outside.
    #[serde(default)]
    pub low_excluded: bool,
    /// The highest temperature itself is outside.
    #[serde(default)]
    pub high_excluded: bool,
    /// A stay outside the band is told (S1) and only an alarm holds: shipping devices whose alarms
    /// were set from the stability of the product. Without it every stay outside holds (S2).
    #[serde(default)]
    pub alarms_decide: bool,
    /// Single-event and cumulative alarms (T02, T03).
    #[serde(default)]
    pub alarms: Vec<Alarm>,
    /// The kinetic gate; `None` for frozen and ultra-cold goods, for which there is none.
    #[serde(default)]
    pub mkt: Option<MktGate>,
    /// Activation energy of the product's degradation.
    #[serde(default)]
    pub activation: Activation,
    /// Time allowed in each band over the whole life (T05); empty when nobody told it.
    #[serde(default)]
    pub budget: Vec<BudgetBand>,
    /// Equivalent time at a reference temperature allowed over the whole life (T05).
    #[serde(default)]
    pub equivalent: Option<EquivalentBudget>,
    /// The vaccine vial monitor on the product (T05).
    #[serde(default)]
    pub vvm: Option<Vvm>,
    /// The product must not freeze (T06).
    #[serde(default)]
    pub freeze: Option<Freeze>,
    /// Above this nothing excuses (T07), milli-degrees Celsius.
    #[serde(default)]
    pub max_ever_mc: Option<i32>,
    /// What an unmeasured hour may have been at worst, milli-degrees Celsius (ambient).
    pub ambient_mc: i32,
}

impl StorageProfile {
    /// The conditions known by name. Refrigerated: 2 to 8 degrees, gate 24 h at 8, up to 15 for
    /// 24 h. Controlled room temperature: hold outside 15 to 30, gate 30 d at 25, spikes up to 40
    /// for 24 h. Frozen and ultra-cold have no gate (USP <1079.2>). `WHO-I` and `WHO-II` are the
    /// alarms of the WHO international shipping devices (type I for vaccines that must not freeze,
    /// type II for oral polio and freeze-dried vaccines).
    pub fn known() -> Vec<Self> {
        vec![
            fridge(),
            Self::new("8-15C", 8_000, 15_000),
            room(),
            Self::new("FROZEN", -25_000, -10_000),
            Self::new("ULTRA-COLD", -90_000, -60_000),
            who_type_1(),
            who_type_2(),
        ]
    }

    /// A band with nothing else known about it: every stay outside holds, 40 degrees is excessive.
    pub fn new(id: &str, low_mc: i32, high_mc: i32) -> Self {
        Self {
            id: id.to_owned(),
            low_mc,
            high_mc,
            low_excluded: false,
            high_excluded: false,
            alarms_decide: false,
            alarms: Vec::new(),
            mkt: None,
            activation: Activation::USP,
            budget: Vec::new(),
            equivalent: None,
            vvm: None,
            freeze: None,
            max_ever_mc: Some(EXCESSIVE_MC),
            ambient_mc: 25_000,
        }
    }

    /// Whether the whole band lies below the freezing point of water.
    pub fn is_frozen(&self) -> bool {
        self.high_mc < 0
    }

    /// The lowest whole thousandth that is inside.
    pub fn lowest_inside(&self) -> i32 {
        self.low_mc.saturating_add(i32::from(self.low_excluded))
    }

    /// The highest whole thousandth that is inside.
    pub fn highest_inside(&self) -> i32 {
        self.high_mc.saturating_sub(i32::from(self.high_excluded))
    }

    /// Whether anything counts up over the life of the product.
    pub fn has_budget(&self) -> bool {
        !self.budget.is_empty() || self.equivalent.is_some() || self.vvm.is_some()
    }
}

fn fridge() -> StorageProfile {
    let day = 24 * HOUR_MS;
    StorageProfile {
        alarms: vec![
            alarm(Side::Above, 8_000, false, AlarmKind::Single, 10 * HOUR_MS),
            alarm(Side::Above, 8_000, false, AlarmKind::Cumulative, day),
        ],
        mkt: Some(MktGate {
            window_ms: day,
            limit_mc: 8_000,
            ceiling_mc: 15_000,
            time_above_ms_max: day,
        }),
        freeze: Some(Freeze {
            limit_mc: -500,
            ms: HOUR_MS,
        }),
        ..StorageProfile::new("2-8C", 2_000, 8_000)
    }
}

fn room() -> StorageProfile {
    let day = 24 * HOUR_MS;
    StorageProfile {
        alarms: vec![alarm(
            Side::Above,
            30_000,
            false,
            AlarmKind::Cumulative,
            day,
        )],
        mkt: Some(MktGate {
            window_ms: 30 * day,
            limit_mc: 25_000,
            ceiling_mc: 40_000,
            time_above_ms_max: day,
        }),
        ..StorageProfile::new("CRT", 15_000, 30_000)
    }
}

/// WHO PQS shipping indicator for freeze-sensitive vaccines (DTP, hepatitis B, IPV).
fn who_type_1() -> StorageProfile {
    let (hour, single, sum) = (60 * MINUTE_MS, AlarmKind::Single, AlarmKind::Cumulative);
    StorageProfile {
        low_excluded: true,
        high_excluded: true,
        alarms_decide: true,
        alarms: vec![
            alarm(Side::Above, 45_000, true, single, hour),
            alarm(Side::Above, 30_000, true, sum, 10 * hour),
            alarm(Side::Below, -500, true, single, hour),
        ],
        freeze: Some(Freeze {
            limit_mc: -500,
            ms: hour,
        }),
        max_ever_mc: None,
        ..StorageProfile::new("WHO-I", -500, 30_000)
    }
}

/// WHO PQS shipping indicator for oral polio and freeze-dried vaccines.
fn who_type_2() -> StorageProfile {
    let (hour, single, sum) = (60 * MINUTE_MS, AlarmKind::Single, AlarmKind::Cumulative);
    StorageProfile {
        high_excluded: true,
        alarms_decide: true,
        alarms: vec![
            alarm(Side::Above, 45_000, true, single, hour),
            alarm(Side::Above, 30_000, true, sum, 10 * hour),
            alarm(Side::Above, 10_000, true, sum, 20 * hour),
        ],
        max_ever_mc: None,
        ..StorageProfile::new("WHO-II", -80_000, 10_000)
    }
}

fn alarm(side: Side, limit_mc: i32, reaching: bool, kind: AlarmKind, ms: i64) -> Alarm {
    Alarm {
        side,
        limit_mc,
        reaching,
        kind,
        ms,
    }
}
