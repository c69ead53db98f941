//! Simulated tags: their four memory banks as a reader sees them. Unless told otherwise a tag has
//! a TID with a serial number of its own and sixteen octets of USER memory, so that two tags with
//! one EPC (a copied pack) are two chips.

/// One tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// The EPC, without CRC and protocol control word.
    pub epc: Vec<u8>,
    /// TID bank.
    pub tid: Vec<u8>,
    /// USER bank.
    pub user: Vec<u8>,
}

/// Class E2, the mask designer of the standard's examples, a model, and that a serial follows.
const TID_HEAD: [u8; 6] = [0xe2, 0x80, 0x11, 0x05, 0x20, 0x00];

impl Tag {
    /// A tag of an EPC; `number` makes its chip unlike the others.
    pub fn new(epc: Vec<u8>, number: u64) -> Self {
        let [_, _, serial @ ..] = number.to_be_bytes();
        let tid = [TID_HEAD, serial].concat();
        let user = [number.to_be_bytes(), number.wrapping_mul(31).to_be_bytes()].concat();
        Self { epc, tid, user }
    }

    /// Protocol control word: the EPC's length in words in the high five bits, T = 0.
    pub fn pc(&self) -> u16 {
        let words = u16::try_from(self.epc.len().div_ceil(2)).unwrap_or(0x1f);
        words.min(0x1f) << 11
    }

    /// CRC-16 over PC and EPC as a tag keeps it (ISO/IEC 13239: polynomial 1021, preset ffff,
    /// inverted).
    pub fn crc(&self) -> u16 {
        let pc = self.pc().to_be_bytes();
        let mut crc = 0xffff_u16;
        for byte in pc.iter().chain(&self.epc) {
            crc ^= u16::from(*byte) << 8;
            for _ in 0..8 {
                let carry = crc & 0x8000 != 0;
                crc <<= 1;
                if carry {
                    crc ^= 0x1021;
                }
            }
        }
        !crc
    }

    /// A bank's octets: 0 reserved (two passwords of zero), 1 CRC, PC and EPC, 2 TID, 3 USER.
    pub fn bank(&self, bank: u64) -> Vec<u8> {
        match bank {
            0 => vec![0; 8],
            1 => {
                let mut octets = self.crc().to_be_bytes().to_vec();
                octets.extend(self.pc().to_be_bytes());
                octets.extend(&self.epc);
                octets
            }
            2 => self.tid.clone(),
            _ => self.user.clone(),
        }
    }

    /// So many words of a bank from a word on, 0 for all; `None` beyond its end.
    pub fn read(&self, bank: u64, first: usize, words: usize) -> Option<Vec<u8>> {
        let octets = self.bank(bank);
        let end = if words == 0 {
            octets.len()
        } else {
            (first + words) * 2
        };
        octets.get(first * 2..end).map(<[u8]>::to_vec)
    }

    /// Writes words to USER memory; false beyond its end or in another bank, which are locked.
    pub fn write(&mut self, bank: u64, first: usize, words: &[u16]) -> bool {
        let octets: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        let place = self.user.get_mut(first * 2..first * 2 + octets.len());
        match place.filter(|_| bank == 3) {
            Some(place) => {
                place.copy_from_slice(&octets);
                true
            }
            None => false,
        }
    }

    /// Whether the bits of a bank from a bit on are `bits` of `data`, as far as `mask` counts.
    pub fn matches(&self, bank: u64, pointer: usize, mask: &[bool], data: &[bool]) -> bool {
        let octets = self.bank(bank);
        let bit = |at: usize| {
            octets
                .get(at / 8)
                .map(|octet| octet >> (7 - at % 8) & 1 == 1)
        };
        (pointer..)
            .zip(mask.iter().zip(data))
            .all(|(at, (counts, wanted))| !counts || bit(at) == Some(*wanted))
    }
}
