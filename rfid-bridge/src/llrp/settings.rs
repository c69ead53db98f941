//! What is asked of a reader and told by it about itself: capabilities and configuration. An
//! inventory needs the keepalive and the name of the device; the regulatory tables around them
//! are carried untouched.

use super::parameter::{Tlv, tlv};
use super::status::{LlrpStatus, Text};
use super::wire::{Cursor, Malformed, TooLong, Writer};

/// One parameter of `SET_READER_CONFIG`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigParameter {
    /// 220.
    Keepalive(KeepaliveSpec),
    /// Antennas, event notifications, reports and whatever else.
    Other(Tlv),
}

/// `KeepaliveSpec` (220).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeepaliveSpec {
    /// 0 none, 1 periodic.
    pub trigger: u8,
    /// Milliseconds between keepalives, for trigger 1.
    pub period_ms: u32,
}

/// `GET_READER_CONFIG`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigRequest {
    /// 0 for all antennas.
    pub antenna_id: u16,
    /// 0 for everything, otherwise which part.
    pub requested: u8,
    /// 0 for all inputs.
    pub gpi_port: u16,
    /// 0 for all outputs.
    pub gpo_port: u16,
    /// Custom parameters.
    pub custom: Vec<Tlv>,
}

/// `GET_READER_CAPABILITIES_RESPONSE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// Whether the request succeeded.
    pub status: LlrpStatus,
    /// The device itself, when told (it comes first).
    pub general: Option<GeneralDeviceCapabilities>,
    /// `LLRPCapabilities`, `RegulatoryCapabilities`, air protocol, custom.
    pub others: Vec<Tlv>,
}

/// `GeneralDeviceCapabilities` (137).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneralDeviceCapabilities {
    /// Ports the reader can drive.
    pub antennas_max: u16,
    /// Bit 15: can set antenna properties; bit 14: has a UTC clock.
    pub flags: u16,
    /// IANA private enterprise number.
    pub manufacturer: u32,
    /// The manufacturer's number of the model.
    pub model: u32,
    /// Firmware version.
    pub firmware: Text,
    /// Sensitivity tables, GPIO, protocols per antenna.
    pub parameters: Vec<Tlv>,
}

pub(super) const KEEPALIVE_SPEC: u16 = 220;
const GENERAL_DEVICE_CAPABILITIES: u16 = 137;

impl ConfigParameter {
    pub(super) fn decode(from: &mut Cursor<'_>) -> Result<Self, Malformed> {
        let (kind, mut body) = tlv(from)?;
        if kind != KEEPALIVE_SPEC {
            return Ok(Self::Other(Tlv {
                kind,
                body: body.take_rest().to_vec(),
            }));
        }
        let spec = KeepaliveSpec {
            trigger: body.u8("KeepaliveTriggerType")?,
            period_ms: body.u32("PeriodicTriggerValue")?,
        };
        body.finish("bytes after KeepaliveSpec")?;
        Ok(Self::Keepalive(spec))
    }

    pub(super) fn encode(&self, to: &mut Writer) {
        match self {
            Self::Keepalive(spec) => to.tlv(KEEPALIVE_SPEC, "KeepaliveSpec", |to| {
                to.u8(spec.trigger);
                to.u32(spec.period_ms);
            }),
            Self::Other(other) => other.encode(to),
        }
    }
}

impl ConfigRequest {
    pub(super) fn decode(from: &mut Cursor<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            antenna_id: from.u16("AntennaID")?,
            requested: from.u8("RequestedData")?,
            gpi_port: from.u16("GPIPortNum")?,
            gpo_port: from.u16("GPOPortNum")?,
            custom: Tlv::decode_all(from)?,
        })
    }

    pub(super) fn encode(&self, to: &mut Writer) {
        to.u16(self.antenna_id);
        to.u8(self.requested);
        to.u16(self.gpi_port);
        to.u16(self.gpo_port);
        for custom in &self.custom {
            custom.encode(to);
        }
    }
}

impl Capabilities {
    pub(super) fn decode(from: &mut Cursor<'_>) -> Result<Self, Malformed> {
        let status = LlrpStatus::decode(from)?;
        let (mut general, mut others) = (None, Vec::new());
        while !from.is_empty() {
            let (kind, mut body) = tlv(from)?;
            if kind == GENERAL_DEVICE_CAPABILITIES && general.is_none() && others.is_empty() {
                general = Some(GeneralDeviceCapabilities::decode(&mut body)?);
            } else {
                others.push(Tlv {
                    kind,
                    body: body.take_rest().to_vec(),
                });
            }
        }
        Ok(Self {
            status,
            general,
            others,
        })
    }

    pub(super) fn encode(&self, to: &mut Writer) {
        self.status.encode(to);
        if let Some(general) = &self.general {
            to.tlv(
                GENERAL_DEVICE_CAPABILITIES,
                "GeneralDeviceCapabilities",
                |to| {
                    general.encode(to);
                },
            );
        }
        for other in &self.others {
            other.encode(to);
        }
    }
}

impl GeneralDeviceCapabilities {
    fn decode(body: &mut Cursor<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            antennas_max: body.u16("MaxNumberOfAntennaSupported")?,
            flags: body.u16("GeneralDeviceCapabilities")?,
            manufacturer: body.u32("DeviceManufacturerName")?,
            model: body.u32("ModelName")?,
            firmware: Text(body.bytes_u16("ReaderFirmwareVersion")?.to_vec()),
            parameters: Tlv::decode_all(body)?,
        })
    }

    fn encode(&self, to: &mut Writer) {
        to.u16(self.antennas_max);
        to.u16(self.flags);
        to.u32(self.manufacturer);
        to.u32(self.model);
        to.bytes_u16(&self.firmware.0, "ReaderFirmwareVersion");
        self.parameters
            .iter()
            .for_each(|parameter| parameter.encode(to));
    }
}

impl Tlv {
    /// A parameter whose body is what `body` writes.
    ///
    /// # Errors
    /// When the body is longer than a parameter may be.
    pub fn build(kind: u16, body: impl FnOnce(&mut Writer)) -> Result<Self, TooLong> {
        let mut writer = Writer::new();
        body(&mut writer);
        Ok(Self {
            kind,
            body: writer.finish()?,
        })
    }
}
