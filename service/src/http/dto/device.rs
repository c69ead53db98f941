//! Devices and their health.
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::devices::{Device, KeyState, Page};
use crate::app::time_text;
use crate::node::fleet::{Battery, Clock, Gaps};

/// Devices.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Devices)]
pub struct DevicesDto {
    /// By party and name.
    pub devices: Vec<DeviceDto>,
    /// All that the key sees.
    pub total: usize,
    /// Of these, those that need attention.
    pub attention: usize,
    /// `after` of the next page.
    pub next: Option<String>,
}

/// A device.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Device)]
pub struct DeviceDto {
    /// Its key (64 hex digits), or how events name it (`deviceID`).
    pub id: String,
    /// Its name.
    pub label: String,
    /// `gateway`, `device`, `logger`, `reader`, `line`, ...; `sensor` when only readings tell of
    /// it.
    pub kind: String,
    /// GLN of the party it works for.
    pub party: String,
    /// Name of the party.
    pub party_name: Option<String>,
    /// `active`, `ended`, `replaced` or `withdrawn`; none for one that signs nothing itself.
    pub key: Option<&'static str>,
    /// When its key ends.
    pub key_until: Option<String>,
    /// When its key was registered.
    pub enrolled_at: Option<String>,
    /// When it was heard last.
    pub seen_at: Option<String>,
    /// Blocks that it signed.
    pub blocks: u64,
    /// Events in them.
    pub observations: u64,
    /// Events with readings of it, whoever signed them.
    pub readings: u64,
    /// Gaps that it signed: times in which something may have been missed.
    pub gaps: GapsDto,
    /// Of these, gaps in which its spool or a reader's memory ran over.
    pub spool: GapsDto,
    /// Its clock; none when no mark says that it is wrong or not known to be right.
    pub clock: Option<ClockDto>,
    /// Its battery, where reports tell of it.
    pub battery: Option<BatteryDto>,
    /// End of its calibration.
    pub calibrated_until: Option<String>,
    /// Why it needs attention: `key_ended`, `never_seen`, `silent`, `spool`, `gap`, `clock`,
    /// `battery`, `calibration_over`, `calibration_due`, `key_ends`; empty when it does not.
    pub attention: Vec<&'static str>,
}

/// Times in which something may have been missed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DeviceGaps)]
pub struct GapsDto {
    /// How many.
    pub count: u64,
    /// Observations that are known to be lost.
    pub lost: u64,
    /// Why, in the one that ended last: `overflow`, `disconnected`, `paused`, `spool_full`, ...
    pub cause: Option<String>,
    /// When that began.
    pub from: Option<String>,
    /// When that ended.
    pub to: Option<String>,
}

/// A clock that is wrong, or of which nobody can tell.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DeviceClock)]
pub struct ClockDto {
    /// Whether the gateway's own clock follows a reference; none where it could not tell.
    pub synchronised: Option<bool>,
    /// How far a reader's clock is behind the gateway's, milliseconds.
    pub offset_ms: Option<i64>,
    /// Time of the event that says so.
    pub at: String,
}

/// How full a battery is.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DeviceBattery)]
pub struct BatteryDto {
    /// In thousandths of the unit.
    pub milli: i64,
    /// Unit (UN/ECE Rec. 20): `P1` percent, `VLT` volt.
    pub uom: String,
    /// Whoever read it says that it is low.
    pub low: bool,
    /// When it was read.
    pub at: String,
}

impl From<Page> for DevicesDto {
    fn from(it: Page) -> Self {
        Self {
            devices: it.devices.into_iter().map(DeviceDto::from).collect(),
            total: it.total,
            attention: it.attention,
            next: it.next,
        }
    }
}

impl From<Device> for DeviceDto {
    fn from(it: Device) -> Self {
        let machine = it.machine.unwrap_or_default();
        let until = match it.key {
            Some(KeyState::Active(Some(end))) => i64::try_from(end).ok(),
            _ => None,
        };
        Self {
            id: it.id,
            label: it.label,
            kind: it.kind,
            party: it.party,
            party_name: it.party_name,
            key: it.key.map(KeyState::as_str),
            key_until: until.map(time_text),
            enrolled_at: machine.enrolled_ms.map(time_text),
            seen_at: it.seen_ms.map(time_text),
            blocks: machine.blocks,
            observations: machine.observations,
            readings: it.readings,
            gaps: machine.gaps.into(),
            spool: machine.overflows.into(),
            clock: machine.clock.map(ClockDto::from),
            battery: it.battery.map(BatteryDto::from),
            calibrated_until: it.calibrated_until_ms.map(time_text),
            attention: it.attention.iter().map(|it| it.as_str()).collect(),
        }
    }
}

impl From<Gaps> for GapsDto {
    fn from(it: Gaps) -> Self {
        let last = it.last.as_ref();
        Self {
            count: it.count,
            lost: it.lost,
            cause: last.map(|last| last.cause.clone()),
            from: last.map(|last| time_text(last.from_ms)),
            to: last.map(|last| time_text(last.to_ms)),
        }
    }
}

impl From<Clock> for ClockDto {
    fn from(it: Clock) -> Self {
        Self {
            synchronised: it.synchronised,
            offset_ms: it.offset_ms,
            at: time_text(it.at_ms),
        }
    }
}

impl From<Battery> for BatteryDto {
    fn from(it: Battery) -> Self {
        Self {
            milli: it.milli,
            uom: it.uom,
            low: it.low,
            at: time_text(it.at_ms),
        }
    }
}
