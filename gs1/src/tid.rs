//! The tag identification memory of a chip (TDS 2.3, section 16): who designed it, which model it
//! is and, since chips are serialised, which chip. A pack's EPC can be copied onto any tag; the
//! identity of the chip it was commissioned with cannot, so the two belong together.

#[cfg(test)]
mod tests;

/// Longest TID memory read, in bytes: two words, the header and every segment of the standard at
/// its longest take 34.
pub const TID_BYTES_MAX: usize = 64;

/// Allocation class of tags that follow the Tag Data Standard.
const CLASS: u8 = 0xe2;

/// TID memory taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tid {
    /// Whether the chip can authenticate itself or be challenged (S).
    pub security: bool,
    /// Whether the chip has files (F).
    pub files: bool,
    /// Mask designer, 9 bits, assigned by GS1.
    pub designer: u16,
    /// Model, 12 bits, assigned by the designer.
    pub model: u16,
    /// What the chip tells of itself beyond that.
    pub extended: Option<Extended>,
}

/// The extended tag identification.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extended {
    /// Serial number of the chip, 6..=18 bytes; empty when it has none.
    pub serial: Vec<u8>,
    /// The optional command support word (TDS 16.2.3).
    pub commands: Option<u16>,
    /// The block write and block erase segment (16.2.4).
    pub blocks: Option<u64>,
    /// Words of user memory and of a block that can be locked (16.2.5).
    pub user_memory: Option<(u16, u16)>,
    /// The lock bits word (16.2.6).
    pub locks: Option<u16>,
}

/// Why memory is no TID. Bits count from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TidError {
    /// The memory ends within a field.
    #[error("{field} at bit {bit} is not there: tid memory holds {got} bytes")]
    Short {
        /// The field.
        field: &'static str,
        /// Its first bit.
        bit: usize,
        /// Bytes given.
        got: usize,
    },
    /// More than [`TID_BYTES_MAX`].
    #[error("tid memory holds {got} bytes, at most {max} are read")]
    TooLong {
        /// Bytes given.
        got: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// Another allocation class: a chip that does not follow the Tag Data Standard.
    #[error("allocation class {class:02x} at bit 0, expected e2")]
    Class {
        /// The first byte.
        class: u8,
    },
    /// A header that promises what the standard does not define yet.
    #[error("extended header {header:04x} at bit 32 sets reserved bits")]
    Reserved {
        /// The header.
        header: u16,
    },
}

/// Reads TID memory. What follows the segments that the header announces is left: designers keep
/// data of their own there.
///
/// # Errors
/// [`TidError`] naming the field that is missing or wrong.
pub fn parse(bytes: &[u8]) -> Result<Tid, TidError> {
    if bytes.len() > TID_BYTES_MAX {
        return Err(TidError::TooLong {
            got: bytes.len(),
            max: TID_BYTES_MAX,
        });
    }
    let mut rest = Words { bytes, at: 0 };
    let first = rest.take::<4>("mask designer and model")?;
    let [class, high, middle, low] = first;
    if class != CLASS {
        return Err(TidError::Class { class });
    }
    Ok(Tid {
        security: high & 0x40 != 0,
        files: high & 0x20 != 0,
        designer: u16::from(high & 0x1f) << 4 | u16::from(middle >> 4),
        model: u16::from(middle & 0x0f) << 8 | u16::from(low),
        extended: if high & 0x80 != 0 {
            Some(rest.extended()?)
        } else {
            None
        },
    })
}

impl Tid {
    /// Whether two tags are the same chip. None when one of them has no serial number.
    pub fn same_chip(&self, other: &Self) -> Option<bool> {
        let serial = |tid: &Self| tid.extended.as_ref().map(|own| own.serial.clone());
        let (own, others) = (serial(self)?, serial(other)?);
        let known = !own.is_empty() && !others.is_empty();
        let model = |tid: &Self| (tid.designer, tid.model);
        known.then(|| own == others && model(self) == model(other))
    }

    /// The serialised tag identification as a URI (TDS 16.3), such as
    /// `urn:epc:stid:xE00.x112.x383257C3D000`. None without a serial number.
    pub fn stid(&self) -> Option<String> {
        let serial = &self.extended.as_ref()?.serial;
        if serial.is_empty() {
            return None;
        }
        // The twelve bits before the model: X, S and F stand above the designer (TDS 16.3.2).
        let flag = |set: bool, bit: u16| if set { bit } else { 0 };
        let head = 0x800 | flag(self.security, 0x400) | flag(self.files, 0x200) | self.designer;
        let digits = crate::epc_binary::upper_hex(serial);
        Some(format!(
            "urn:epc:stid:x{head:03X}.x{:03X}.x{digits}",
            self.model
        ))
    }
}

struct Words<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Words<'_> {
    fn take<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], TidError> {
        let found = self.slice(field, N)?;
        found.try_into().map_err(|_| self.short(field))
    }

    fn slice(&mut self, field: &'static str, len: usize) -> Result<&[u8], TidError> {
        let short = self.short(field);
        let found = self.bytes.get(self.at..self.at + len).ok_or(short)?;
        self.at += len;
        Ok(found)
    }

    fn short(&self, field: &'static str) -> TidError {
        TidError::Short {
            field,
            bit: self.at * 8,
            got: self.bytes.len(),
        }
    }

    fn word(&mut self, field: &'static str) -> Result<u16, TidError> {
        self.take::<2>(field).map(u16::from_be_bytes)
    }

    fn extended(&mut self) -> Result<Extended, TidError> {
        let header = self.word("extended header")?;
        // Bits 8 to 1 and the extension of the header itself are reserved (table 16-3).
        if header & 0x01ff != 0 {
            return Err(TidError::Reserved { header });
        }
        let mut out = Extended::default();
        let size = usize::from(header >> 13);
        if size > 0 {
            out.serial = self.slice("serial number", 6 + (size - 1) * 2)?.to_vec();
        }
        if header & 0x1000 != 0 {
            out.commands = Some(self.word("optional command support")?);
        }
        if header & 0x0800 != 0 {
            let segment = self.take::<8>("block write and block erase")?;
            out.blocks = Some(u64::from_be_bytes(segment));
        }
        if header & 0x0400 != 0 {
            let block = self.word("lockable block size")?;
            out.user_memory = Some((self.word("user memory size")?, block));
        }
        if header & 0x0200 != 0 {
            out.locks = Some(self.word("lock bits")?);
        }
        Ok(out)
    }
}
