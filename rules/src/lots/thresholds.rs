//! Thresholds of the rules about lots, labels and questions.

use serde::{Deserialize, Serialize};

/// Numbers the rules of [`super`] compare with. Times are ms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LotThresholds {
    /// C02: an unknown lot is told (S1) this long after the first sighting and held (S2) after it:
    /// three business days, what partners get to send a late file.
    pub upload_grace_ms: i64,
    /// C08: packs beyond the authorised quantity that are still no finding, in 1/10,000.
    pub over_issue_tolerance: u32,
    /// C20: how long after its end a licence or a calibration still counts, because old and new
    /// papers overlap.
    pub overlap_ms: i64,
    /// C25: added for a serial number nobody made, 1/1000 of ln((1 - 1e-4) / 0.002).
    pub probe_miss: i64,
    /// C25: taken off for one that was made, 1/1000 of ln(1e-4 / 0.998).
    pub probe_hit: i64,
    /// C25: where it trips (alpha 1e-6, beta 1e-3).
    pub probe_trip: i64,
    /// C25: as many products with misses and no hit are a scanner that is set wrongly.
    pub probe_products: usize,
    /// C26: questions count together for this long.
    pub storm_window_ms: i64,
    /// C26: as many places outside the pack's own way are a finding.
    pub storm_places: usize,
    /// C26: questions expected about one pack in the window, 1/1000.
    pub storm_expected: u32,
    /// C26: products whose packs are for show or training.
    pub storm_exempt: Vec<String>,
    /// C27: packs a site may be short of without a finding.
    pub balance_tolerance: i64,
}

impl Default for LotThresholds {
    fn default() -> Self {
        let day = 86_400_000;
        Self {
            upload_grace_ms: 3 * day,
            over_issue_tolerance: 0,
            overlap_ms: 7 * day,
            probe_miss: 6_215,
            probe_hit: -9_208,
            probe_trip: 13_800,
            probe_products: 3,
            storm_window_ms: 30 * day,
            storm_places: 3,
            storm_expected: 1_000,
            storm_exempt: Vec::new(),
            balance_tolerance: 0,
        }
    }
}
