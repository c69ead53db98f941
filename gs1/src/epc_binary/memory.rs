//! The EPC memory around the EPC: the protocol control word that says how long it is and whether it
//! is one at all (TDS 2.3, 9.3), the extended words, and control fields of a raw URI (15.2).

use super::{BinaryError, TagEpc, decode_prefix, upper_hex};

/// The protocol control word, bits 0x10 to 0x1f of the EPC memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pc {
    /// Words of 16 bits that the EPC takes, 0..=31.
    pub words: u8,
    /// Whether user memory holds data (UMI; RUM since Gen2v3).
    pub user_memory: bool,
    /// Whether an extended protocol control word follows (XI).
    pub extended: bool,
    /// The numbering system toggle (T): true when the tag holds no EPC but an ISO identifier.
    pub iso: bool,
    /// AFI of an ISO identifier, or the attribute bits of an EPC.
    pub low: u8,
}

/// The extended protocol control words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Xpc {
    /// The first word, bits 0x210 to 0x21f.
    pub w1: u16,
    /// The second, where the first promises it.
    pub w2: Option<u16>,
}

/// What a reader gets of the EPC memory: control words and what they say is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memory {
    /// The protocol control word.
    pub pc: Pc,
    /// Extended words, where announced.
    pub xpc: Option<Xpc>,
    /// The bits of the EPC, or of the ISO identifier.
    pub epc: Vec<u8>,
}

/// Why memory holds no EPC.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MemoryError {
    /// Shorter than its own control word says.
    #[error("epc memory holds {got} bytes, its control words take {need}")]
    Short {
        /// Bytes needed.
        need: usize,
        /// Bytes given.
        got: usize,
    },
    /// The T bit is set: an ISO identifier of this application family, no EPC.
    #[error("tag holds an iso identifier of application family {afi:02x}, no epc")]
    Iso {
        /// The application family identifier.
        afi: u8,
    },
    /// The control word says that there is no EPC.
    #[error("tag is not written: its epc takes no words")]
    Unwritten,
    /// The EPC is wrong.
    #[error(transparent)]
    Epc(#[from] BinaryError),
}

impl Pc {
    /// Takes the word apart.
    pub fn new(word: u16) -> Self {
        let [high, low] = word.to_be_bytes();
        Self {
            words: high >> 3,
            user_memory: high & 4 != 0,
            extended: high & 2 != 0,
            iso: high & 1 != 0,
            low,
        }
    }

    /// The word.
    pub fn word(self) -> u16 {
        let flag = |set: bool, bit: u8| if set { bit } else { 0 };
        let high = self.words << 3
            | flag(self.user_memory, 4)
            | flag(self.extended, 2)
            | flag(self.iso, 1);
        u16::from_be_bytes([high, self.low])
    }

    /// Bits that the EPC takes.
    pub fn bits(self) -> u32 {
        u32::from(self.words) * 16
    }
}

impl Xpc {
    /// Whether a bit of the first word is set, by its number in the map of TDS 9.4 (0x210..=0x21f).
    fn bit(self, number: u16) -> bool {
        self.w1 >> (0x21f - number) & 1 == 1
    }

    /// A sensor of the tag reports an alarm (SA, Gen2v3).
    pub fn sensor_alarm(self) -> bool {
        self.bit(0x214)
    }

    /// The tag has a battery (B).
    pub fn battery(self) -> bool {
        self.bit(0x218)
    }

    /// The tag hides parts of its memory (U).
    pub fn untraceable(self) -> bool {
        self.bit(0x21c)
    }

    /// The tag can be killed (K).
    pub fn killable(self) -> bool {
        self.bit(0x21d)
    }

    /// The tag cannot be taken off its item (NR).
    pub fn non_removable(self) -> bool {
        self.bit(0x21e)
    }

    /// The item is hazardous (H).
    pub fn hazardous(self) -> bool {
        self.bit(0x21f)
    }
}

impl Memory {
    /// Reads what a reader backscatters: the control word, extended words where it announces them,
    /// then the EPC; what follows (a CRC) is left.
    ///
    /// # Errors
    /// [`MemoryError::Short`] when there is less than the control word says.
    pub fn parse(bytes: &[u8]) -> Result<Self, MemoryError> {
        let mut words = bytes.chunks_exact(2).map(|pair| match pair {
            [high, low] => u16::from_be_bytes([*high, *low]),
            _ => 0,
        });
        let short = |need| MemoryError::Short {
            need,
            got: bytes.len(),
        };
        let pc = Pc::new(words.next().ok_or_else(|| short(2))?);
        let mut start = 2;
        let mut xpc = None;
        if pc.extended {
            let w1 = words.next().ok_or_else(|| short(4))?;
            start += 2;
            let second = w1 & 0x8000 != 0;
            let w2 = if second {
                start += 2;
                Some(words.next().ok_or_else(|| short(6))?)
            } else {
                None
            };
            xpc = Some(Xpc { w1, w2 });
        }
        let end = start + usize::from(pc.words) * 2;
        let epc = bytes.get(start..end).ok_or_else(|| short(end))?;
        Ok(Self {
            pc,
            xpc,
            epc: epc.to_vec(),
        })
    }

    /// The EPC. Words beyond a coding of known length are left, as TDS 14.4 has it, because the
    /// control word vouches for them.
    ///
    /// # Errors
    /// [`MemoryError`] for an ISO identifier, an unwritten tag, and a wrong EPC.
    pub fn decode(&self) -> Result<TagEpc, MemoryError> {
        if self.pc.iso {
            return Err(MemoryError::Iso { afi: self.pc.low });
        }
        if self.pc.words == 0 {
            return Err(MemoryError::Unwritten);
        }
        Ok(decode_prefix(&self.epc, self.pc.bits())?.0)
    }

    /// The raw URI of the memory (TDS 15.2.1), for a tag that holds no EPC.
    pub fn raw_uri(&self) -> String {
        let attributes = if self.pc.iso || self.pc.low == 0 {
            String::new()
        } else {
            format!("[att=x{:02X}]", self.pc.low)
        };
        let user_memory = if self.pc.user_memory { "[umi=1]" } else { "" };
        let extended = match self.xpc {
            Some(Xpc { w1, w2: Some(w2) }) => format!("[xpc=x{w1:04X}{w2:04X}]"),
            Some(Xpc { w1, w2: None }) => format!("[xpc-w1=x{w1:04X}]"),
            None => String::new(),
        };
        let mut control = format!("{attributes}{user_memory}{extended}");
        if !control.is_empty() {
            control.push(':');
        }
        let afi = if self.pc.iso {
            format!("x{:02X}.", self.pc.low)
        } else {
            String::new()
        };
        let payload = upper_hex(&self.epc);
        format!("urn:epc:raw:{control}{}.{afi}x{payload}", self.pc.bits())
    }
}
