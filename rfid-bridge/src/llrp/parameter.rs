//! Parameters, the nested parts of a message. Two encodings exist: TV (high bit, 7-bit type, a
//! fixed length known from the type alone) and TLV (10-bit type and a length). The difference
//! decides what may be unknown: a TLV of another vendor or a later version is skipped by its
//! length and kept byte for byte, an unknown TV ends the message, because nobody can tell where it
//! ends (LLRP 1.1 section 17.1).

use super::wire::{Cursor, Malformed, Writer};

/// A parameter this codec does not interpret, kept to be written again as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tlv {
    /// 10-bit parameter type.
    pub kind: u16,
    /// What stood after the four bytes of type and length.
    pub body: Vec<u8>,
}

/// A parameter of fixed length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tv {
    /// Antenna port, counted from 1.
    AntennaId(u16),
    /// First sighting of this report, microseconds since the Unix epoch by the reader's clock.
    FirstSeenUtc(u64),
    /// The same by the reader's uptime.
    FirstSeenUptime(u64),
    /// Last sighting, microseconds since the Unix epoch by the reader's clock.
    LastSeenUtc(u64),
    /// The same by the reader's uptime.
    LastSeenUptime(u64),
    /// Strongest signal in dBm.
    PeakRssi(i8),
    /// Index in the frequency table.
    ChannelIndex(u16),
    /// Sightings accumulated in this report.
    TagSeenCount(u16),
    /// The `ROSpec` that read it.
    RoSpecId(u32),
    /// The inventory parameters used.
    InventoryParameterSpecId(u16),
    /// CRC of the tag's EPC bank.
    C1g2Crc(u16),
    /// Protocol control word.
    C1g2Pc(u16),
    /// An EPC of 96 bits.
    Epc96([u8; 12]),
    /// Position of the spec inside the `ROSpec`.
    SpecIndex(u16),
    /// Result of an operation asked of the client.
    ClientRequestOpSpecResult(u16),
    /// The `AccessSpec` that ran.
    AccessSpecId(u32),
    /// The operation that ran.
    OpSpecId(u16),
    /// Collision and empty slots of the round.
    C1g2SingulationDetails(u16, u16),
    /// First extended protocol control word.
    C1g2Xpcw1(u16),
    /// Second extended protocol control word.
    C1g2Xpcw2(u16),
}

/// An EPC of any length: `EPCData`, a bit array padded with zero bits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EpcBits {
    /// Length in bits, 0..=65,535.
    pub bits: u16,
    /// `bits` rounded up to whole octets; the padding bits are zero.
    pub bytes: Vec<u8>,
}

/// A parameter of a tag report or of a reader exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parameter {
    /// Fixed length.
    Tv(Tv),
    /// The EPC as a bit array, type 241.
    Epc(EpcBits),
    /// Anything else: custom parameters, access results, later versions.
    Other(Tlv),
}

/// Type of `EPCData`.
const EPC_DATA: u16 = 241;

impl Parameter {
    /// Reads one parameter.
    pub fn decode(from: &mut Cursor<'_>) -> Result<Self, Malformed> {
        if from.peek().is_some_and(|first| first & 0x80 != 0) {
            return Tv::decode(from).map(Self::Tv);
        }
        let (kind, mut body) = tlv(from)?;
        if kind == EPC_DATA {
            let epc = EpcBits::decode(&mut body)?;
            body.finish("bytes after the bits of EPCData")?;
            return Ok(Self::Epc(epc));
        }
        Ok(Self::Other(Tlv {
            kind,
            body: body.take_rest().to_vec(),
        }))
    }

    /// Writes the parameter.
    pub fn encode(&self, to: &mut Writer) {
        match self {
            Self::Tv(tv) => tv.encode(to),
            Self::Epc(epc) => to.tlv(EPC_DATA, "EPCData", |to| epc.encode(to)),
            Self::Other(other) => other.encode(to),
        }
    }
}

impl Tlv {
    /// Reads one TLV; a TV where none is allowed is malformed.
    pub fn decode(from: &mut Cursor<'_>) -> Result<Self, Malformed> {
        let (kind, mut body) = tlv(from)?;
        Ok(Self {
            kind,
            body: body.take_rest().to_vec(),
        })
    }

    /// Reads TLVs to the end.
    pub fn decode_all(from: &mut Cursor<'_>) -> Result<Vec<Self>, Malformed> {
        let mut all = Vec::new();
        while !from.is_empty() {
            all.push(Self::decode(from)?);
        }
        Ok(all)
    }

    /// Writes the parameter as it came.
    pub fn encode(&self, to: &mut Writer) {
        to.tlv(self.kind, "parameter", |to| to.put(&self.body));
    }
}

/// Reads the head of a TLV and returns its type and a cursor over its body.
pub(super) fn tlv<'a>(from: &mut Cursor<'a>) -> Result<(u16, Cursor<'a>), Malformed> {
    let at = from.offset();
    let head = from.u16("parameter type")?;
    if head & 0x8000 != 0 {
        return Err(Malformed {
            what: "TV parameter where only TLV may stand",
            offset: at,
        });
    }
    let len = from.u16("parameter length")?;
    let body = len.checked_sub(4).ok_or(Malformed {
        what: "parameter length below its own header",
        offset: at,
    })?;
    let body = from.sub(usize::from(body), "parameter longer than what holds it")?;
    Ok((head & 0x03ff, body))
}

impl EpcBits {
    /// An EPC of whole octets.
    ///
    /// # Errors
    /// When there are more than 65,535 bits.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, super::wire::TooLong> {
        let bits =
            u16::try_from(bytes.len() * 8).map_err(|_| super::wire::TooLong { what: "EPCData" })?;
        Ok(Self {
            bits,
            bytes: bytes.to_vec(),
        })
    }

    pub(super) fn decode(from: &mut Cursor<'_>) -> Result<Self, Malformed> {
        let bits = from.u16("bit count of EPCData")?;
        let mut bytes = from
            .take(usize::from(bits).div_ceil(8), "bits of EPCData")?
            .to_vec();
        // Two spellings of the padding must not make two tags.
        let padding = (8 - bits % 8) % 8;
        if let Some(last) = bytes.last_mut() {
            *last &= 0xff_u8 << padding;
        }
        Ok(Self { bits, bytes })
    }

    /// Whether there are as many octets as the bits need, and the padding is zero.
    pub fn is_canonical(&self) -> bool {
        let padding = (8 - self.bits % 8) % 8;
        let last = self.bytes.last().copied().unwrap_or_default();
        self.bytes.len() == usize::from(self.bits).div_ceil(8) && last & !(0xff_u8 << padding) == 0
    }

    pub(super) fn encode(&self, to: &mut Writer) {
        to.u16(self.bits);
        to.put(&self.bytes);
    }
}

impl Tv {
    fn decode(from: &mut Cursor<'_>) -> Result<Self, Malformed> {
        let at = from.offset();
        let kind = from.u8("parameter type")? & 0x7f;
        Ok(match kind {
            1 => Self::AntennaId(from.u16("AntennaID")?),
            2 => Self::FirstSeenUtc(from.u64("FirstSeenTimestampUTC")?),
            3 => Self::FirstSeenUptime(from.u64("FirstSeenTimestampUptime")?),
            4 => Self::LastSeenUtc(from.u64("LastSeenTimestampUTC")?),
            5 => Self::LastSeenUptime(from.u64("LastSeenTimestampUptime")?),
            6 => Self::PeakRssi(i8::from_be_bytes(from.array("PeakRSSI")?)),
            7 => Self::ChannelIndex(from.u16("ChannelIndex")?),
            8 => Self::TagSeenCount(from.u16("TagSeenCount")?),
            9 => Self::RoSpecId(from.u32("ROSpecID")?),
            10 => Self::InventoryParameterSpecId(from.u16("InventoryParameterSpecID")?),
            11 => Self::C1g2Crc(from.u16("C1G2_CRC")?),
            12 => Self::C1g2Pc(from.u16("C1G2_PC")?),
            13 => Self::Epc96(from.array("EPC_96")?),
            14 => Self::SpecIndex(from.u16("SpecIndex")?),
            15 => Self::ClientRequestOpSpecResult(from.u16("ClientRequestOpSpecResult")?),
            16 => Self::AccessSpecId(from.u32("AccessSpecID")?),
            17 => Self::OpSpecId(from.u16("OpSpecID")?),
            18 => {
                let what = "C1G2SingulationDetails";
                Self::C1g2SingulationDetails(from.u16(what)?, from.u16(what)?)
            }
            19 => Self::C1g2Xpcw1(from.u16("C1G2XPCW1")?),
            20 => Self::C1g2Xpcw2(from.u16("C1G2XPCW2")?),
            _ => {
                return Err(Malformed {
                    what: "unknown TV parameter",
                    offset: at,
                });
            }
        })
    }

    fn encode(&self, to: &mut Writer) {
        let mut short = |kind: u8, value: u16| {
            to.u8(0x80 | kind);
            to.u16(value);
        };
        match *self {
            Self::AntennaId(value) => short(1, value),
            Self::ChannelIndex(value) => short(7, value),
            Self::TagSeenCount(value) => short(8, value),
            Self::InventoryParameterSpecId(value) => short(10, value),
            Self::C1g2Crc(value) => short(11, value),
            Self::C1g2Pc(value) => short(12, value),
            Self::SpecIndex(value) => short(14, value),
            Self::ClientRequestOpSpecResult(value) => short(15, value),
            Self::OpSpecId(value) => short(17, value),
            Self::C1g2Xpcw1(value) => short(19, value),
            Self::C1g2Xpcw2(value) => short(20, value),
            Self::C1g2SingulationDetails(collisions, empty) => {
                short(18, collisions);
                to.u16(empty);
            }
            Self::FirstSeenUtc(value) => long(to, 2, value),
            Self::FirstSeenUptime(value) => long(to, 3, value),
            Self::LastSeenUtc(value) => long(to, 4, value),
            Self::LastSeenUptime(value) => long(to, 5, value),
            Self::PeakRssi(value) => {
                to.u8(0x86);
                to.put(&value.to_be_bytes());
            }
            Self::RoSpecId(value) => word(to, 9, value),
            Self::AccessSpecId(value) => word(to, 16, value),
            Self::Epc96(value) => {
                to.u8(0x8d);
                to.put(&value);
            }
        }
    }
}

fn word(to: &mut Writer, kind: u8, value: u32) {
    to.u8(0x80 | kind);
    to.u32(value);
}

fn long(to: &mut Writer, kind: u8, value: u64) {
    to.u8(0x80 | kind);
    to.u64(value);
}
