//! Impinj's additions to LLRP, as far as their numbers are published (IANA enterprise 25882): the
//! switch that turns them on, serialised TIDs, phase and signal in hundredths of a dBm. Custom
//! parameters nest, each with vendor and subtype in front.

use super::message::{Body, MessageType};
use super::parameter::{Parameter, Tlv};
use super::status::LlrpStatus;
use super::tree::{Element, Misfit, Node, Value};
use super::wire::{Cursor, Malformed};

/// IANA private enterprise number.
pub const VENDOR: u32 = 25_882;
/// `CUSTOM_MESSAGE` subtype `IMPINJ_ENABLE_EXTENSIONS`.
pub const ENABLE_EXTENSIONS: u8 = 21;
/// `CUSTOM_MESSAGE` subtype `IMPINJ_ENABLE_EXTENSIONS_RESPONSE`.
pub const ENABLE_EXTENSIONS_RESPONSE: u8 = 22;
/// Parameter `ImpinjInventorySearchMode`.
pub const SEARCH_MODE: u32 = 23;
/// Parameter `ImpinjTagReportContentSelector`.
pub const CONTENT_SELECTOR: u32 = 50;
/// Parameter `ImpinjEnableSerializedTID`.
pub const ENABLE_TID: u32 = 51;
/// Parameter `ImpinjEnableRFPhaseAngle`.
pub const ENABLE_PHASE: u32 = 52;
/// Parameter `ImpinjEnablePeakRSSI`.
pub const ENABLE_RSSI: u32 = 53;
/// Parameter `ImpinjSerializedTID`.
pub const TID: u32 = 55;
/// Parameter `ImpinjRFPhaseAngle`.
pub const PHASE: u32 = 56;
/// Parameter `ImpinjPeakRSSI`.
pub const RSSI: u32 = 57;
/// Parameter `ImpinjRFDopplerFrequency`.
pub const DOPPLER: u32 = 68;

const CUSTOM: u16 = 1023;

/// What to ask of a reader of this make.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Extensions {
    /// Have the TID of each tag reported (the reader reads it within the inventory).
    pub tid: bool,
    /// Have the phase reported.
    pub phase: bool,
    /// Have the signal reported in 1/100 dBm.
    pub rssi: bool,
    /// `ImpinjInventorySearchMode`: 0 the reader's choice, 1 single target, 2 dual target,
    /// 3 single target with suppression.
    pub search_mode: Option<u16>,
}

/// What such a reader says of a tag beyond the standard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extra {
    /// The TID.
    Tid(Vec<u8>),
    /// Phase, 4,096 steps to the turn.
    Phase(u16),
    /// Signal in 1/100 dBm.
    Rssi(i16),
    /// Doppler shift, 1/16 Hz.
    Doppler(i16),
}

/// The message that turns the additions on.
///
/// # Errors
/// Never; the values are those of the table.
pub fn enable() -> Result<Body, Misfit> {
    message(ENABLE_EXTENSIONS, vec![0; 4])
}

/// A `CUSTOM_MESSAGE` of this vendor.
///
/// # Errors
/// Never; the values are those of the table.
pub fn message(subtype: u8, data: Vec<u8>) -> Result<Body, Misfit> {
    let values = vec![
        Value::Number(u64::from(VENDOR)),
        Value::Number(u64::from(subtype)),
        Value::Octets(data),
    ];
    Body::tree(MessageType::CUSTOM_MESSAGE, values, Vec::new())
}

/// The subtype and data of a message of this vendor.
pub fn subtype(node: &Node) -> Option<(u8, &[u8])> {
    let ours = node.number("VendorIdentifier") == Some(u64::from(VENDOR));
    match (ours, node.value("Data")) {
        (true, Some(Value::Octets(data))) => {
            let subtype = node.number("MessageSubtype")?;
            Some((u8::try_from(subtype).ok()?, data))
        }
        _ => None,
    }
}

/// The outcome told by the answer to [`enable`], when the message is one.
pub fn outcome(node: &Node) -> Option<LlrpStatus> {
    let (ENABLE_EXTENSIONS_RESPONSE, data) = subtype(node)? else {
        return None;
    };
    LlrpStatus::decode(&mut Cursor::new(data, 15)).ok()
}

/// A custom parameter of this vendor.
pub fn parameter(subtype: u32, data: &[u8]) -> Tlv {
    let mut body = VENDOR.to_be_bytes().to_vec();
    body.extend(subtype.to_be_bytes());
    body.extend(data);
    Tlv { kind: CUSTOM, body }
}

impl Extensions {
    /// `ImpinjTagReportContentSelector`, for the report spec.
    pub fn selector(&self) -> Tlv {
        let mut data = Vec::new();
        for (wanted, subtype) in [
            (self.tid, ENABLE_TID),
            (self.phase, ENABLE_PHASE),
            (self.rssi, ENABLE_RSSI),
        ] {
            let inner = parameter(subtype, &u16::from(wanted).to_be_bytes());
            let len = u16::try_from(inner.body.len() + 4).unwrap_or_default();
            data.extend(CUSTOM.to_be_bytes());
            data.extend(len.to_be_bytes());
            data.extend(inner.body);
        }
        parameter(CONTENT_SELECTOR, &data)
    }

    /// `AntennaConfiguration` of all antennas with the search mode, when one is set.
    ///
    /// # Errors
    /// Never; the values are those of the tables.
    pub fn antenna_configuration(&self) -> Result<Option<Element>, Misfit> {
        let Some(mode) = self.search_mode else {
            return Ok(None);
        };
        let mode = vec![
            Value::Number(u64::from(VENDOR)),
            Value::Number(u64::from(SEARCH_MODE)),
            Value::Octets(mode.to_be_bytes().to_vec()),
        ];
        let mode = Element::new("Custom", mode, Vec::new())?;
        let command = Element::new("C1G2InventoryCommand", vec![Value::Number(0)], vec![mode])?;
        let all = vec![Value::Number(0)];
        Element::new("AntennaConfiguration", all, vec![command]).map(Some)
    }
}

/// Which of the three a content selector asks for.
///
/// # Errors
/// When the parameters in it are not.
pub fn selected(selector: &Tlv) -> Result<Option<Extensions>, Malformed> {
    let mut from = Cursor::new(&selector.body, 4);
    if selector.kind != CUSTOM
        || from.u32("VendorIdentifier")? != VENDOR
        || from.u32("ParameterSubtype")? != CONTENT_SELECTOR
    {
        return Ok(None);
    }
    let mut wanted = Extensions::default();
    for inner in Tlv::decode_all(&mut from)? {
        let mut inner = Cursor::new(&inner.body, 0);
        let (_vendor, subtype) = (inner.u32("Vendor")?, inner.u32("ParameterSubtype")?);
        let on = inner.u16("mode")? != 0;
        match subtype {
            ENABLE_TID => wanted.tid = on,
            ENABLE_PHASE => wanted.phase = on,
            ENABLE_RSSI => wanted.rssi = on,
            _ => {}
        }
    }
    Ok(Some(wanted))
}

impl Extra {
    /// What a parameter of a tag report says, when it is one of these.
    pub fn of(parameter: &Parameter) -> Option<Self> {
        let Parameter::Other(Tlv { kind: CUSTOM, body }) = parameter else {
            return None;
        };
        let mut from = Cursor::new(body, 0);
        if from.u32("VendorIdentifier").ok()? != VENDOR {
            return None;
        }
        let subtype = from.u32("ParameterSubtype").ok()?;
        let signed = |from: &mut Cursor<'_>| from.array("value").ok().map(i16::from_be_bytes);
        Some(match subtype {
            TID => {
                let words = usize::from(from.u16("TID").ok()?);
                Self::Tid(from.take(words * 2, "TID").ok()?.to_vec())
            }
            PHASE => Self::Phase(from.u16("PhaseAngle").ok()?),
            RSSI => Self::Rssi(signed(&mut from)?),
            DOPPLER => Self::Doppler(signed(&mut from)?),
            _ => return None,
        })
    }

    /// The parameter that says it.
    pub fn parameter(&self) -> Parameter {
        Parameter::Other(match self {
            Self::Tid(tid) => {
                let words = u16::try_from(tid.len() / 2).unwrap_or(0);
                let mut data = words.to_be_bytes().to_vec();
                data.extend(tid.iter().take(usize::from(words) * 2));
                parameter(TID, &data)
            }
            Self::Phase(phase) => parameter(PHASE, &phase.to_be_bytes()),
            Self::Rssi(rssi) => parameter(RSSI, &rssi.to_be_bytes()),
            Self::Doppler(shift) => parameter(DOPPLER, &shift.to_be_bytes()),
        })
    }
}
