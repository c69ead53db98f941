//! `ROSpec` (177): what a reader shall do and when it shall tell. The outline (triggers, antennas,
//! report spec) is typed because both the session and the simulated reader act on it; radio
//! parameters inside `InventoryParameterSpec` belong to the vendor's tuning and are carried as
//! they are.

use super::parameter::{Tlv, tlv};
use super::wire::{Cursor, Malformed, Writer};

/// A reader operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoSpec {
    /// 1 or above; 0 means "all" in commands.
    pub id: u32,
    /// 0 is the highest.
    pub priority: u8,
    /// 0 disabled, 1 inactive, 2 active; a client adds it disabled.
    pub state: u8,
    /// When it starts.
    pub start: StartTrigger,
    /// When it ends.
    pub stop: StopTrigger,
    /// What it does, in order.
    pub specs: Vec<Spec>,
    /// How it reports.
    pub report: Option<RoReportSpec>,
    /// Custom parameters after all others.
    pub custom: Vec<Tlv>,
}

/// `ROSpecStartTrigger` (179).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartTrigger {
    /// 0 null (waits for `START_ROSPEC`), 1 immediate, 2 periodic, 3 GPI.
    pub kind: u8,
    /// Values of the periodic and GPI triggers.
    pub values: Vec<Tlv>,
}

/// `ROSpecStopTrigger` (182).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopTrigger {
    /// 0 null, 1 duration, 2 GPI with timeout.
    pub kind: u8,
    /// Milliseconds, for kind 1.
    pub duration_ms: u32,
    /// Value of the GPI trigger.
    pub values: Vec<Tlv>,
}

/// One step of an `ROSpec`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spec {
    /// 183: inventory on some antennas.
    Antennas(AiSpec),
    /// Survey, loop and custom specs.
    Other(Tlv),
}

/// `AISpec` (183).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AiSpec {
    /// Ports from 1; 0 stands for all.
    pub antennas: Vec<u16>,
    /// Stop trigger: 0 null, 1 duration, 2 GPI, 3 tag observation.
    pub stop: u8,
    /// Milliseconds, for stop trigger 1.
    pub duration_ms: u32,
    /// Values of the other stop triggers.
    pub stop_values: Vec<Tlv>,
    /// Air protocols and radio parameters.
    pub inventory: Vec<InventoryParameterSpec>,
    /// Custom parameters.
    pub custom: Vec<Tlv>,
}

/// `InventoryParameterSpec` (186).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventoryParameterSpec {
    /// 1 or above.
    pub id: u16,
    /// 1 is `EPCglobal` Class 1 Gen 2.
    pub protocol: u8,
    /// `AntennaConfiguration` and custom parameters.
    pub parameters: Vec<Tlv>,
}

/// `ROReportSpec` (237).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoReportSpec {
    /// 0 only when asked, 1 upon N tags or the end of the `AISpec`, 2 or the end of the `ROSpec`.
    pub trigger: u8,
    /// Tags per report, for triggers 1 and 2; 0 means no limit.
    pub every_n: u16,
    /// Which parameters a tag report shall carry.
    pub content: ContentSelector,
    /// Custom parameters.
    pub custom: Vec<Tlv>,
}

/// `TagReportContentSelector` (238): a set of flags, high bit first, and what follows them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContentSelector {
    /// The ten flags and six reserved bits as they stand on the wire.
    pub flags: u16,
    /// `C1G2EPCMemorySelector` and custom parameters.
    pub parameters: Vec<Tlv>,
}

impl ContentSelector {
    /// `EnableROSpecID`.
    pub const ROSPEC_ID: u16 = 0x8000;
    /// `EnableSpecIndex`.
    pub const SPEC_INDEX: u16 = 0x4000;
    /// `EnableInventoryParameterSpecID`.
    pub const INVENTORY_PARAMETER_SPEC_ID: u16 = 0x2000;
    /// `EnableAntennaID`.
    pub const ANTENNA_ID: u16 = 0x1000;
    /// `EnableChannelIndex`.
    pub const CHANNEL_INDEX: u16 = 0x0800;
    /// `EnablePeakRSSI`.
    pub const PEAK_RSSI: u16 = 0x0400;
    /// `EnableFirstSeenTimestamp`.
    pub const FIRST_SEEN: u16 = 0x0200;
    /// `EnableLastSeenTimestamp`.
    pub const LAST_SEEN: u16 = 0x0100;
    /// `EnableTagSeenCount`.
    pub const SEEN_COUNT: u16 = 0x0080;
    /// `EnableAccessSpecID`.
    pub const ACCESS_SPEC_ID: u16 = 0x0040;

    /// Whether all of `flags` are asked for.
    pub fn wants(&self, flags: u16) -> bool {
        self.flags & flags == flags
    }
}

impl RoSpec {
    /// The inventory a dock door runs: at once when enabled, for ever, on `antennas` (empty for
    /// all), a report after every `every_n` tags with antenna, signal, times and count.
    pub fn inventory(id: u32, antennas: &[u16], every_n: u16) -> Self {
        let antennas = if antennas.is_empty() {
            vec![0]
        } else {
            antennas.to_vec()
        };
        let flags = ContentSelector::ANTENNA_ID
            | ContentSelector::PEAK_RSSI
            | ContentSelector::FIRST_SEEN
            | ContentSelector::LAST_SEEN
            | ContentSelector::SEEN_COUNT;
        let inventory = InventoryParameterSpec {
            id: 1,
            protocol: GEN2,
            parameters: Vec::new(),
        };
        let spec = AiSpec {
            antennas,
            stop: 0,
            duration_ms: 0,
            stop_values: Vec::new(),
            inventory: vec![inventory],
            custom: Vec::new(),
        };
        Self {
            id,
            priority: 0,
            state: 0,
            start: StartTrigger {
                kind: 1,
                values: Vec::new(),
            },
            stop: StopTrigger {
                kind: 0,
                duration_ms: 0,
                values: Vec::new(),
            },
            specs: vec![Spec::Antennas(spec)],
            report: Some(RoReportSpec {
                trigger: 1,
                every_n,
                content: ContentSelector {
                    flags,
                    parameters: Vec::new(),
                },
                custom: Vec::new(),
            }),
            custom: Vec::new(),
        }
    }

    /// Adds a parameter (an `AntennaConfiguration`) to each inventory of the spec.
    pub fn tune(&mut self, parameter: &Tlv) {
        for spec in &mut self.specs {
            if let Spec::Antennas(spec) = spec {
                for inventory in &mut spec.inventory {
                    inventory.parameters.push(parameter.clone());
                }
            }
        }
    }

    pub(super) fn decode(from: &mut Cursor<'_>) -> Result<Self, Malformed> {
        let mut body = expect(from, ROSPEC, "ROSpec expected")?;
        let (id, priority, state) = (
            body.u32("ROSpecID")?,
            body.u8("Priority")?,
            body.u8("CurrentState")?,
        );
        let mut boundary = expect(&mut body, BOUNDARY_SPEC, "ROBoundarySpec expected")?;
        let start = StartTrigger::decode(&mut boundary)?;
        let stop = StopTrigger::decode(&mut boundary)?;
        boundary.finish("bytes after the triggers of ROBoundarySpec")?;
        let (mut specs, mut report, mut custom) = (Vec::new(), None, Vec::new());
        while !body.is_empty() {
            let (kind, mut inner) = tlv(&mut body)?;
            match kind {
                AI_SPEC => specs.push(Spec::Antennas(AiSpec::decode(&mut inner)?)),
                REPORT_SPEC if report.is_none() => {
                    report = Some(RoReportSpec::decode(&mut inner)?);
                }
                _ => {
                    let other = Tlv {
                        kind,
                        body: inner.take_rest().to_vec(),
                    };
                    if report.is_none() {
                        specs.push(Spec::Other(other));
                    } else {
                        custom.push(other);
                    }
                }
            }
        }
        Ok(Self {
            id,
            priority,
            state,
            start,
            stop,
            specs,
            report,
            custom,
        })
    }

    /// Writes the parameter.
    pub fn encode(&self, to: &mut Writer) {
        to.tlv(ROSPEC, "ROSpec", |to| {
            to.u32(self.id);
            to.u8(self.priority);
            to.u8(self.state);
            to.tlv(BOUNDARY_SPEC, "ROBoundarySpec", |to| {
                to.tlv(START_TRIGGER, "ROSpecStartTrigger", |to| {
                    to.u8(self.start.kind);
                    for value in &self.start.values {
                        value.encode(to);
                    }
                });
                to.tlv(STOP_TRIGGER, "ROSpecStopTrigger", |to| {
                    to.u8(self.stop.kind);
                    to.u32(self.stop.duration_ms);
                    for value in &self.stop.values {
                        value.encode(to);
                    }
                });
            });
            for spec in &self.specs {
                match spec {
                    Spec::Antennas(spec) => spec.encode(to),
                    Spec::Other(other) => other.encode(to),
                }
            }
            if let Some(report) = &self.report {
                report.encode(to);
            }
            for custom in &self.custom {
                custom.encode(to);
            }
        });
    }
}

/// `ProtocolID` of `EPCglobal` Class 1 Gen 2.
const GEN2: u8 = 1;
const ROSPEC: u16 = 177;
const BOUNDARY_SPEC: u16 = 178;
const START_TRIGGER: u16 = 179;
const STOP_TRIGGER: u16 = 182;
const AI_SPEC: u16 = 183;
const AI_STOP_TRIGGER: u16 = 184;
const INVENTORY_PARAMETER_SPEC: u16 = 186;
const REPORT_SPEC: u16 = 237;
const CONTENT_SELECTOR: u16 = 238;

fn expect<'a>(
    from: &mut Cursor<'a>,
    wanted: u16,
    what: &'static str,
) -> Result<Cursor<'a>, Malformed> {
    let missing = from.malformed(what);
    let (kind, body) = tlv(from)?;
    if kind == wanted {
        Ok(body)
    } else {
        Err(missing)
    }
}

impl StartTrigger {
    fn decode(from: &mut Cursor<'_>) -> Result<Self, Malformed> {
        let mut body = expect(from, START_TRIGGER, "ROSpecStartTrigger expected")?;
        Ok(Self {
            kind: body.u8("ROSpecStartTriggerType")?,
            values: Tlv::decode_all(&mut body)?,
        })
    }
}

impl StopTrigger {
    fn decode(from: &mut Cursor<'_>) -> Result<Self, Malformed> {
        let mut body = expect(from, STOP_TRIGGER, "ROSpecStopTrigger expected")?;
        Ok(Self {
            kind: body.u8("ROSpecStopTriggerType")?,
            duration_ms: body.u32("DurationTriggerValue")?,
            values: Tlv::decode_all(&mut body)?,
        })
    }
}

impl AiSpec {
    fn decode(body: &mut Cursor<'_>) -> Result<Self, Malformed> {
        let count = body.u16("AntennaIDs")?;
        let mut ids = body.sub(usize::from(count) * 2, "AntennaIDs")?;
        let mut antennas = Vec::with_capacity(usize::from(count));
        while !ids.is_empty() {
            antennas.push(ids.u16("AntennaIDs")?);
        }
        let mut trigger = expect(body, AI_STOP_TRIGGER, "AISpecStopTrigger expected")?;
        let stop = trigger.u8("AISpecStopTriggerType")?;
        let duration_ms = trigger.u32("DurationTrigger")?;
        let stop_values = Tlv::decode_all(&mut trigger)?;
        let (mut inventory, mut custom) = (Vec::new(), Vec::new());
        while !body.is_empty() {
            let (kind, mut inner) = tlv(body)?;
            if kind == INVENTORY_PARAMETER_SPEC {
                inventory.push(InventoryParameterSpec {
                    id: inner.u16("InventoryParameterSpecID")?,
                    protocol: inner.u8("ProtocolID")?,
                    parameters: Tlv::decode_all(&mut inner)?,
                });
            } else {
                custom.push(Tlv {
                    kind,
                    body: inner.take_rest().to_vec(),
                });
            }
        }
        Ok(Self {
            antennas,
            stop,
            duration_ms,
            stop_values,
            inventory,
            custom,
        })
    }

    fn encode(&self, to: &mut Writer) {
        to.tlv(AI_SPEC, "AISpec", |to| {
            to.count(self.antennas.len(), "AntennaIDs");
            for id in &self.antennas {
                to.u16(*id);
            }
            to.tlv(AI_STOP_TRIGGER, "AISpecStopTrigger", |to| {
                to.u8(self.stop);
                to.u32(self.duration_ms);
                for value in &self.stop_values {
                    value.encode(to);
                }
            });
            for spec in &self.inventory {
                to.tlv(INVENTORY_PARAMETER_SPEC, "InventoryParameterSpec", |to| {
                    to.u16(spec.id);
                    to.u8(spec.protocol);
                    spec.parameters
                        .iter()
                        .for_each(|parameter| parameter.encode(to));
                });
            }
            for custom in &self.custom {
                custom.encode(to);
            }
        });
    }
}

impl RoReportSpec {
    fn decode(body: &mut Cursor<'_>) -> Result<Self, Malformed> {
        let (trigger, every_n) = (body.u8("ROReportTrigger")?, body.u16("N")?);
        let mut inner = expect(body, CONTENT_SELECTOR, "TagReportContentSelector expected")?;
        let content = ContentSelector {
            flags: inner.u16("TagReportContentSelector")?,
            parameters: Tlv::decode_all(&mut inner)?,
        };
        Ok(Self {
            trigger,
            every_n,
            content,
            custom: Tlv::decode_all(body)?,
        })
    }

    fn encode(&self, to: &mut Writer) {
        to.tlv(REPORT_SPEC, "ROReportSpec", |to| {
            to.u8(self.trigger);
            to.u16(self.every_n);
            to.tlv(CONTENT_SELECTOR, "TagReportContentSelector", |to| {
                to.u16(self.content.flags);
                self.content
                    .parameters
                    .iter()
                    .for_each(|parameter| parameter.encode(to));
            });
            for custom in &self.custom {
                custom.encode(to);
            }
        });
    }
}
