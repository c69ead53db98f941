//! `AccessSpec`s that read tag memory while the inventory runs: the TID (who made the chip, and
//! its serial number, which a copied EPC does not bring along) and USER memory. LLRP 1.1
//! sections 12 and 15.2; memory banks are those of EPC Gen2.

use super::parameter::{EpcBits, Parameter, Tlv};
use super::tree::{Element, Misfit, Value};
use super::wire::Cursor;

/// Memory bank: kill and access passwords.
pub const BANK_RESERVED: u8 = 0;
/// Memory bank: CRC, PC and EPC.
pub const BANK_EPC: u8 = 1;
/// Memory bank: tag identification.
pub const BANK_TID: u8 = 2;
/// Memory bank: what the user stores.
pub const BANK_USER: u8 = 3;

/// `OpSpecID` of our reading of the TID.
pub const OP_TID: u16 = 1;
/// `OpSpecID` of our reading of USER memory.
pub const OP_USER: u16 = 2;

/// One reading of memory for each tag that is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryRead {
    /// `OpSpecID`, 1 or above; the result bears it.
    pub op: u16,
    /// One of the four banks.
    pub bank: u8,
    /// First 16-bit word.
    pub first: u16,
    /// Words; 0 for all to the end of the bank.
    pub words: u16,
}

impl MemoryRead {
    /// So many words of the TID from its start. Six are the 96-bit TID with a serial number.
    pub fn tid(words: u16) -> Self {
        Self {
            op: OP_TID,
            bank: BANK_TID,
            first: 0,
            words,
        }
    }

    /// So many words of USER memory from its start.
    pub fn user(words: u16) -> Self {
        Self {
            op: OP_USER,
            bank: BANK_USER,
            first: 0,
            words,
        }
    }
}

/// What became of a reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpResult {
    /// `OpSpecID` of the reading.
    pub op: u16,
    /// 0 success, 1 non-specific error of the tag, 2 no response, 3 non-specific error of the
    /// reader, 4 memory overrun, 5 memory locked (1.1).
    pub result: u8,
    /// The memory, high octet first; empty when the reading failed.
    pub data: Vec<u8>,
}

/// Type of `C1G2ReadOpSpecResult`.
const READ_RESULT: u16 = 349;
/// Type of `AccessSpec`.
pub const ACCESS_SPEC: u16 = 207;
/// `ProtocolID` of `EPCglobal` Class 1 Gen 2.
const GEN2: u64 = 1;

/// `AccessSpec` (207), disabled, on all antennas, for every tag the `ROSpec` finds, for ever.
///
/// # Errors
/// When a bank is none of the four.
pub fn spec(id: u32, ro_spec: u32, reads: &[MemoryRead]) -> Result<Element, Misfit> {
    let number = Value::Number;
    let none = || {
        Value::Bits(EpcBits {
            bits: 0,
            bytes: Vec::new(),
        })
    };
    let stop = Element::new(
        "AccessSpecStopTrigger",
        vec![number(0), number(0)],
        Vec::new(),
    )?;
    // An empty mask fits any tag.
    let target = vec![
        number(u64::from(BANK_EPC)),
        number(1),
        number(0),
        none(),
        none(),
    ];
    let target = Element::new("C1G2TargetTag", target, Vec::new())?;
    let mut command = vec![Element::new("C1G2TagSpec", Vec::new(), vec![target])?];
    for read in reads {
        let values = [
            u64::from(read.op),
            0,
            u64::from(read.bank),
            u64::from(read.first),
            u64::from(read.words),
        ];
        let values = values.map(number).to_vec();
        command.push(Element::new("C1G2Read", values, Vec::new())?);
    }
    let command = Element::new("AccessCommand", Vec::new(), command)?;
    // Results come with the report of the inventory.
    let report = Element::new("AccessReportSpec", vec![number(0)], Vec::new())?;
    let values = [u64::from(id), 0, GEN2, 0, u64::from(ro_spec)];
    Element::new(
        "AccessSpec",
        values.map(number).to_vec(),
        vec![stop, command, report],
    )
}

impl OpResult {
    /// The result of a reading, when the parameter is one.
    pub fn of(parameter: &Parameter) -> Option<Self> {
        let Parameter::Other(Tlv {
            kind: READ_RESULT,
            body,
        }) = parameter
        else {
            return None;
        };
        let mut from = Cursor::new(body, 0);
        let (result, op) = (from.u8("Result").ok()?, from.u16("OpSpecID").ok()?);
        let words = usize::from(from.u16("ReadData").ok()?);
        let data = from.take(words * 2, "ReadData").ok()?.to_vec();
        Some(Self { op, result, data })
    }

    /// The parameter that tells it.
    pub fn parameter(&self) -> Parameter {
        let words = u16::try_from(self.data.len() / 2).unwrap_or(0);
        let mut body = vec![self.result];
        body.extend(self.op.to_be_bytes());
        body.extend(words.to_be_bytes());
        body.extend(self.data.iter().take(usize::from(words) * 2));
        Parameter::Other(Tlv {
            kind: READ_RESULT,
            body,
        })
    }
}
