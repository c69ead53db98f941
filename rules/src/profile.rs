//! The thresholds of every rule, in one versioned value: two nodes with the same profile and the
//! same records say the same things, and each finding names the version it was judged by.

mod chain;

use serde::{Deserialize, Serialize};

pub use chain::ChainProfile;

use crate::cold_chain::StorageProfile;
pub use crate::lots::thresholds::LotThresholds;
pub use crate::telemetry::thresholds::SensorThresholds;

/// Every number a rule compares with. Times are ms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Profile {
    /// Counts up with every change of a threshold.
    pub version: u32,
    /// Storage conditions by name.
    pub storage: Vec<StorageProfile>,
    /// Condition assumed for a product without master data: the strictest common label, so that
    /// missing data leads to a question and not to a silent pass. `None` judges no temperature.
    pub storage_by_default: Option<String>,
    /// C12: fastest road transport, km/h.
    pub road_kmh: u32,
    /// C12: fastest air transport, km/h.
    pub air_kmh: u32,
    /// C12: time lost to handling in any air transport.
    pub air_handling_ms: i64,
    /// C12: how far two recorders' clocks may disagree.
    pub clock_tolerance_ms: i64,
    /// C12: radius of a location around its coordinates, km, counted at both ends.
    pub location_radius_km: u32,
    /// C09 and the counter: how long after dispensing the same premises may see the pack again
    /// (EU 2016/161 article 13: ten days).
    pub same_place_ms: i64,
    /// C06: two commissionings this close by the same actor are a line restart, not a finding.
    /// Zero finds every one.
    pub recommission_tolerance_ms: i64,
    /// C09 to C24: the way through the supply chain.
    pub chain: ChainProfile,
    /// T08: a gap is an interval longer than this many programmed intervals.
    pub gap_intervals: u32,
    /// T08: programmed interval supposed where neither the device nor its readings tell it.
    pub interval_by_default_ms: i64,
    /// T08: silence tolerated between departure and first reading, last reading and arrival.
    pub silent_end_ms: i64,
    /// T01, T09 to T13: what loggers can do and how far they are believed.
    pub sensors: SensorThresholds,
    /// Rules about lots, labels and questions.
    pub lots: LotThresholds,
}

impl Default for Profile {
    fn default() -> Self {
        let (minute, hour) = (60_000, 3_600_000);
        Self {
            version: 1,
            storage: StorageProfile::known(),
            storage_by_default: Some("2-8C".to_owned()),
            road_kmh: 120,
            air_kmh: 1_000,
            air_handling_ms: 3 * hour,
            clock_tolerance_ms: 10 * minute,
            location_radius_km: 2,
            same_place_ms: 10 * 24 * hour,
            recommission_tolerance_ms: 0,
            chain: ChainProfile::default(),
            gap_intervals: 2,
            interval_by_default_ms: 10 * minute,
            silent_end_ms: hour,
            sensors: SensorThresholds::default(),
            lots: LotThresholds::default(),
        }
    }
}

impl Profile {
    /// The storage condition of this name.
    pub fn storage(&self, id: &str) -> Option<&StorageProfile> {
        self.storage.iter().find(|storage| storage.id == id)
    }
}
