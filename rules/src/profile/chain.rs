//! Thresholds of the rules over one thing's way through the supply chain (C09 to C24). Times are
//! ms unless the name says otherwise.

use serde::{Deserialize, Serialize};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Every number those rules compare with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChainProfile {
    /// C09: repeats at the same premises that are only told; the next one is an alert.
    pub soft_repeats: u32,
    /// C09: scans this close together are one scan (a doubled trigger, a retry).
    pub same_scan_ms: i64,
    /// C13: sightings this close at two sites overlap.
    pub overlap_ms: i64,
    /// C13: mean reads of a tag below which a reader may have heard a neighbour's tag.
    pub read_quorum: u32,
    /// C15 and the counter: who gives packs to patients records their receipt. False where that
    /// last step is on nobody's record (the European system asks for none): a dispensing without a
    /// shipment is then one missing record, and not two.
    pub last_leg_recorded: bool,
    /// C15: business days that data may lag behind goods (HDA exceptions: three).
    pub grace_days: u32,
    /// C16: the 99th percentile of the way, where master data tells no lane.
    pub lane_p99_ms: i64,
    /// C16: silence after which a shipment is supposed lost and its goods are held.
    pub lost_ms: i64,
    /// C18: a second shipment or receipt this soon is the first one sent again.
    pub resend_ms: i64,
    /// C22: an event may be this far ahead of its record.
    pub future_ms: i64,
    /// C22: an event recorded later than this is backdated.
    pub backdated_ms: i64,
    /// C22: furthest that a wrong time zone moves an event.
    pub zone_ms: i64,
    /// C22: a receipt before its shipment is looked for this far back.
    pub order_ms: i64,
    /// C24: symbols of a tail that write errors may have changed.
    pub tail_errors: u32,
}

impl Default for ChainProfile {
    fn default() -> Self {
        Self {
            soft_repeats: 2,
            same_scan_ms: 2 * MINUTE,
            overlap_ms: 10 * MINUTE,
            read_quorum: 3,
            last_leg_recorded: true,
            grace_days: 3,
            lane_p99_ms: 5 * DAY,
            lost_ms: 60 * DAY,
            resend_ms: DAY,
            future_ms: 5 * MINUTE,
            backdated_ms: 30 * DAY,
            zone_ms: 14 * HOUR,
            order_ms: 5 * DAY,
            tail_errors: 1,
        }
    }
}
