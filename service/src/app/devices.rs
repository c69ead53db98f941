//! Devices with what is known of their health: keys that sign (gateways, devices), and loggers,
//! readers and lines that master data or readings name. A device needs attention for reasons that
//! are computed here, from records and the time alone, so that every client says the same. A party
//! sees its own devices; who sees everything sees all.
use std::collections::BTreeSet;

use tangle::registry::{Author, Reason as Withdrawn, Role};

use crate::app::failure::{Code, Failure};
use crate::auth::{Permit, Principal, actions};
use crate::limits::DEVICES_PAGE_MAX;
use crate::node::fleet::{Battery, Clock, Gaps, Machine};
use crate::node::{Node, View};

/// Silence after which a device needs attention, milliseconds.
pub const SILENT_MS: i64 = 24 * 3_600 * 1_000;
/// So long a gap is news, milliseconds.
pub const GAP_NEWS_MS: i64 = 7 * 24 * 3_600 * 1_000;
/// So long before its end a calibration or a key needs attention, milliseconds.
pub const DUE_MS: i64 = 30 * 24 * 3_600 * 1_000;
/// A reader's clock that is off by more needs attention, milliseconds.
pub const OFFSET_MS: i64 = 1_000;
/// A battery below this needs attention, thousandths of a percent.
pub const BATTERY_MILLI_PERCENT: i64 = 20_000;

/// A device.
#[derive(Clone, Debug)]
pub struct Device {
    /// Its key (64 hex digits), or how events name it (`deviceID`).
    pub id: String,
    /// Its name.
    pub label: String,
    /// `gateway`, `device`, or what master data say: `logger`, `reader`, `line`; `sensor` when only
    /// readings tell of it.
    pub kind: String,
    /// GLN of the party it works for.
    pub party: String,
    /// Name of the party.
    pub party_name: Option<String>,
    /// How it stands with its key; `None` for one that signs nothing itself.
    pub key: Option<KeyState>,
    /// When it was heard last, Unix milliseconds.
    pub seen_ms: Option<i64>,
    /// What its blocks told.
    pub machine: Option<Machine>,
    /// Events with readings of it.
    pub readings: u64,
    /// Its battery.
    pub battery: Option<Battery>,
    /// End of its calibration, Unix milliseconds.
    pub calibrated_until_ms: Option<i64>,
    /// Why it needs attention; empty when it does not.
    pub attention: Vec<Reason>,
}

/// How it stands with a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyState {
    /// It may sign, until some moment, Unix milliseconds.
    Active(Option<u64>),
    /// Its time is over.
    Ended,
    /// Another key took its place.
    Replaced,
    /// It was withdrawn.
    Withdrawn,
}

impl KeyState {
    /// Its name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active(_) => "active",
            Self::Ended => "ended",
            Self::Replaced => "replaced",
            Self::Withdrawn => "withdrawn",
        }
    }

    fn of(view: &View<'_>, author: &Author) -> Self {
        let withdrawal = view.registry().withdrawal(&author.key);
        match withdrawal.filter(|it| it.from_milestone <= view.milestones) {
            Some(it) if it.reason == Withdrawn::Replaced => Self::Replaced,
            Some(_) => Self::Withdrawn,
            None => {
                let now_ms = u64::try_from(view.now_ms()).unwrap_or(0);
                match author.valid_to_ms {
                    Some(end) if end <= now_ms => Self::Ended,
                    end => Self::Active(end),
                }
            }
        }
    }
}

/// Why a device needs attention.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reason {
    /// It was enrolled and never heard.
    NeverSeen,
    /// It was not heard for [`SILENT_MS`].
    Silent,
    /// It signed a gap lately.
    Gap,
    /// Its spool ran over lately.
    Spool,
    /// Its clock follows no reference, or a reader's is off.
    Clock,
    /// Its battery is low.
    Battery,
    /// Its calibration is over.
    CalibrationOver,
    /// Its calibration ends soon.
    CalibrationDue,
    /// Its key has ended.
    KeyEnded,
    /// Its key ends soon.
    KeyEnds,
}

impl Reason {
    /// Its name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NeverSeen => "never_seen",
            Self::Silent => "silent",
            Self::Gap => "gap",
            Self::Spool => "spool",
            Self::Clock => "clock",
            Self::Battery => "battery",
            Self::CalibrationOver => "calibration_over",
            Self::CalibrationDue => "calibration_due",
            Self::KeyEnded => "key_ended",
            Self::KeyEnds => "key_ends",
        }
    }
}

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Only those that need attention.
    pub attention: bool,
    /// Begin after the device with this id.
    pub after: Option<String>,
    /// How many.
    pub count: usize,
}

/// A page of devices.
#[derive(Clone, Debug)]
pub struct Page {
    /// By party and name.
    pub devices: Vec<Device>,
    /// All that the principal sees.
    pub total: usize,
    /// Of these, those that need attention.
    pub attention: usize,
    /// `after` of the next page.
    pub next: Option<String>,
}

/// Devices that the principal sees.
///
/// # Errors
/// `query_parameter` for an `after` that names none of them.
pub fn devices(
    node: &Node,
    permit: &Permit<actions::Query>,
    wanted: &Wanted,
) -> Result<Page, Failure> {
    let count = wanted.count.clamp(1, DEVICES_PAGE_MAX);
    let mut all = all(&node.fold(), permit.principal());
    all.sort_by(|a, b| order(a).cmp(&order(b)));
    let total = all.len();
    let attention = all.iter().filter(|it| !it.attention.is_empty()).count();
    if let Some(after) = &wanted.after {
        let Some(at) = all.iter().position(|it| it.cursor() == *after) else {
            let text = "after is not one this node gave";
            return Err(Failure::new(Code::QueryParameter, text));
        };
        all.drain(..=at);
    }
    all.retain(|it| !wanted.attention || !it.attention.is_empty());
    let more = all.len() > count;
    all.truncate(count);
    Ok(Page {
        next: all.last().filter(|_| more).map(Device::cursor),
        devices: all,
        total,
        attention,
    })
}

impl Device {
    /// Two parties may name a sensor alike.
    fn cursor(&self) -> String {
        format!("{}/{}", self.party, self.id)
    }
}

fn order(it: &Device) -> (&str, &str, &str) {
    (&it.party, &it.label, &it.id)
}

fn all(view: &View<'_>, principal: &Principal) -> Vec<Device> {
    let own = principal.party.as_deref();
    let sees = |party: &str| principal.sees_all() || own == Some(party);
    let mut found = Vec::new();
    // Names under which readings and master data are found at a key already.
    let mut merged: BTreeSet<(&str, &str)> = BTreeSet::new();
    let machine = |it: &&Author| matches!(it.role, Role::Gateway | Role::Device);
    let authors = view.registry().authors().filter(machine);
    for author in authors.filter(|it| sees(&it.organisation)) {
        if KeyState::of(view, author) != KeyState::Replaced {
            merged.insert((&author.organisation, &author.label));
        }
        found.push(of_key(view, author));
    }
    for known in view.engine.devices().filter(|it| sees(&it.party)) {
        if merged.insert((&known.party, &known.id)) {
            found.push(of_name(view, &known.party, &known.id));
        }
    }
    for (party, id, _) in view.fleet.sensors().filter(|(party, ..)| sees(party)) {
        // A logger that somebody else describes is that party's.
        let described = view.engine.device(id).is_some_and(|it| it.party != party);
        if !described && merged.insert((party, id)) {
            found.push(of_name(view, party, id));
        }
    }
    for device in &mut found {
        device.party_name = view.engine.party(&device.party).map(|it| it.name.clone());
        device.attention = reasons(device, view.now_ms());
    }
    found
}

fn of_key(view: &View<'_>, author: &Author) -> Device {
    let machine = view.fleet.machine(&author.key).cloned();
    let mut device = of_name(view, &author.organisation, &author.label);
    let heard = machine.as_ref().and_then(|it| it.seen_ms);
    device.id = author.key.to_string();
    device.kind = match author.role {
        Role::Gateway => "gateway".to_owned(),
        _ => "device".to_owned(),
    };
    device.key = Some(KeyState::of(view, author));
    device.seen_ms = device.seen_ms.max(heard);
    device.machine = machine;
    device
}

/// By the name that master data and readings give.
fn of_name(view: &View<'_>, party: &str, id: &str) -> Device {
    let told = view.engine.device(id).filter(|it| it.party == party);
    let sensor = view.fleet.sensor(party, id);
    Device {
        id: id.to_owned(),
        label: id.to_owned(),
        kind: told.map_or_else(|| "sensor".to_owned(), |it| it.kind.clone()),
        party: party.to_owned(),
        party_name: None,
        key: None,
        seen_ms: sensor.and_then(|it| it.seen_ms),
        machine: None,
        readings: sensor.map_or(0, |it| it.observations),
        battery: sensor.and_then(|it| it.battery.clone()),
        calibrated_until_ms: told.and_then(|it| it.calibrated_until_ms),
        attention: Vec::new(),
    }
}

/// Why a device needs attention, the gravest first. One whose key was withdrawn is out of service.
fn reasons(device: &Device, now_ms: i64) -> Vec<Reason> {
    if matches!(device.key, Some(KeyState::Replaced | KeyState::Withdrawn)) {
        return Vec::new();
    }
    let soon = |end_ms: i64| end_ms.saturating_sub(now_ms) < DUE_MS;
    let machine = device.machine.as_ref();
    let enrolled = machine.and_then(|it| it.enrolled_ms);
    let long_ago = |ms: i64| now_ms.saturating_sub(ms) >= SILENT_MS;
    let news = |gaps: Option<&Gaps>| {
        let last = gaps.and_then(|it| it.last.as_ref());
        last.is_some_and(|it| now_ms.saturating_sub(it.to_ms) < GAP_NEWS_MS)
    };
    let spool = news(machine.map(|it| &it.overflows));
    let until_ms = device.calibrated_until_ms;
    let key_ends = match device.key {
        Some(KeyState::Active(Some(end))) => i64::try_from(end).is_ok_and(soon),
        _ => false,
    };
    let rows = [
        (device.key == Some(KeyState::Ended), Reason::KeyEnded),
        (
            device.seen_ms.is_none() && enrolled.is_some_and(long_ago),
            Reason::NeverSeen,
        ),
        (device.seen_ms.is_some_and(long_ago), Reason::Silent),
        (spool, Reason::Spool),
        (!spool && news(machine.map(|it| &it.gaps)), Reason::Gap),
        (
            machine.and_then(|it| it.clock.as_ref()).is_some_and(is_off),
            Reason::Clock,
        ),
        (device.battery.as_ref().is_some_and(is_low), Reason::Battery),
        (
            until_ms.is_some_and(|end| end <= now_ms),
            Reason::CalibrationOver,
        ),
        (
            until_ms.is_some_and(|end| end > now_ms && soon(end)),
            Reason::CalibrationDue,
        ),
        (key_ends, Reason::KeyEnds),
    ];
    let held = rows.into_iter().filter(|(holds, _)| *holds);
    held.map(|(_, reason)| reason).collect()
}

fn is_off(clock: &Clock) -> bool {
    clock.synchronised != Some(true)
        || clock
            .offset_ms
            .is_some_and(|it| it.saturating_abs() > OFFSET_MS)
}

fn is_low(battery: &Battery) -> bool {
    battery.low || (battery.uom == "P1" && battery.milli < BATTERY_MILLI_PERCENT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::fleet::Gap;

    const NOW_MS: i64 = 1_795_248_000_000;
    const HOUR_MS: i64 = 3_600_000;

    fn device() -> Device {
        Device {
            id: "a".to_owned(),
            label: "a".to_owned(),
            kind: "gateway".to_owned(),
            party: "p".to_owned(),
            party_name: None,
            key: Some(KeyState::Active(None)),
            seen_ms: Some(NOW_MS - HOUR_MS),
            machine: Some(Machine {
                enrolled_ms: Some(NOW_MS - 900 * HOUR_MS),
                ..Machine::default()
            }),
            readings: 0,
            battery: None,
            calibrated_until_ms: None,
            attention: Vec::new(),
        }
    }

    fn gaps(ago_ms: i64) -> Gaps {
        Gaps {
            count: 1,
            lost: 0,
            last: Some(Gap {
                cause: "stopped".to_owned(),
                from_ms: 0,
                to_ms: NOW_MS - ago_ms,
            }),
        }
    }

    fn clock(synchronised: Option<bool>, offset_ms: Option<i64>) -> Clock {
        let at_ms = NOW_MS;
        Clock {
            synchronised,
            offset_ms,
            at_ms,
        }
    }

    fn battery(milli: i64, uom: &str) -> Battery {
        let uom = uom.to_owned();
        let at_ms = NOW_MS;
        Battery {
            milli,
            uom,
            low: false,
            at_ms,
        }
    }

    /// One change to a device that needs nothing, and what it then needs.
    type Row = (&'static str, fn(&mut Device), &'static [Reason]);

    fn hold(rows: &[Row]) {
        for (name, change, expected) in rows {
            let mut device = device();
            change(&mut device);
            assert_eq!(reasons(&device, NOW_MS), *expected, "{name}");
        }
    }

    fn machine(device: &mut Device) -> &mut Machine {
        device.machine.as_mut().unwrap()
    }

    #[test]
    fn silence_gaps_and_clocks_have_their_bounds() {
        use Reason::{Clock, Gap, NeverSeen, Silent, Spool};
        hold(&[
            ("well", |_| {}, &[]),
            ("day", |it| it.seen_ms = Some(NOW_MS - SILENT_MS), &[Silent]),
            ("less", |it| it.seen_ms = Some(NOW_MS - SILENT_MS + 1), &[]),
            ("never", |it| it.seen_ms = None, &[NeverSeen]),
            ("gap", |it| machine(it).gaps = gaps(HOUR_MS), &[Gap]),
            ("old gap", |it| machine(it).gaps = gaps(GAP_NEWS_MS), &[]),
            (
                "spool",
                |it| {
                    machine(it).gaps = gaps(HOUR_MS);
                    machine(it).overflows = gaps(HOUR_MS);
                },
                &[Spool],
            ),
            (
                "no reference",
                |it| machine(it).clock = Some(clock(Some(false), None)),
                &[Clock],
            ),
            (
                "nobody can tell",
                |it| machine(it).clock = Some(clock(None, None)),
                &[Clock],
            ),
            (
                "off",
                |it| machine(it).clock = Some(clock(Some(true), Some(-1_001))),
                &[Clock],
            ),
            (
                "hardly off",
                |it| machine(it).clock = Some(clock(Some(true), Some(1_000))),
                &[],
            ),
        ]);
    }

    #[test]
    fn batteries_calibrations_and_keys_have_their_bounds() {
        use Reason::{Battery, CalibrationDue, CalibrationOver, KeyEnded};
        hold(&[
            (
                "low",
                |it| it.battery = Some(battery(19_999, "P1")),
                &[Battery],
            ),
            (
                "not low",
                |it| it.battery = Some(battery(20_000, "P1")),
                &[],
            ),
            ("volts", |it| it.battery = Some(battery(2_900, "VLT")), &[]),
            (
                "low volts",
                |it| {
                    let low = true;
                    let volts = battery(2_400, "VLT");
                    it.battery = Some(crate::node::fleet::Battery { low, ..volts });
                },
                &[Battery],
            ),
            (
                "over",
                |it| it.calibrated_until_ms = Some(NOW_MS),
                &[CalibrationOver],
            ),
            (
                "due",
                |it| it.calibrated_until_ms = Some(NOW_MS + DUE_MS - 1),
                &[CalibrationDue],
            ),
            (
                "not due",
                |it| it.calibrated_until_ms = Some(NOW_MS + DUE_MS),
                &[],
            ),
            ("ended", |it| it.key = Some(KeyState::Ended), &[KeyEnded]),
            (
                "withdrawn",
                |it| {
                    it.key = Some(KeyState::Withdrawn);
                    it.seen_ms = None;
                },
                &[],
            ),
        ]);
        let key = |end_ms: i64| Some(KeyState::Active(Some(u64::try_from(end_ms).unwrap())));
        let mut ends = device();
        ends.key = key(NOW_MS + HOUR_MS);
        assert_eq!(reasons(&ends, NOW_MS), [Reason::KeyEnds]);
        ends.key = key(NOW_MS + DUE_MS);
        assert_eq!(reasons(&ends, NOW_MS), []);
    }

    #[test]
    fn a_device_that_was_enrolled_a_moment_ago_is_waited_for() {
        let mut fresh = device();
        fresh.seen_ms = None;
        fresh.machine = Some(Machine {
            enrolled_ms: Some(NOW_MS - HOUR_MS),
            ..Machine::default()
        });
        assert_eq!(reasons(&fresh, NOW_MS), []);
    }
}
