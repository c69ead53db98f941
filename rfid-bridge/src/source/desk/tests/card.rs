//! An `NTAG21x` as its reader sees it: states of ISO/IEC 14443-3 type A, anticollision, READ.

/// What a card does with a frame.
pub(super) enum Reply {
    /// Nothing.
    Silence,
    /// These bytes, with a CRC of their own when they need one.
    Bytes(Vec<u8>),
    /// Four bits.
    Nak,
}

/// States of ISO/IEC 14443-3, 6.2.
#[derive(Clone, Copy, PartialEq, Debug)]
enum State {
    Idle,
    Ready(usize),
    Active,
    Halt,
}

/// A card in the field.
pub(super) struct Card {
    uid: [u8; 7],
    pub(super) memory: Vec<u8>,
    state: State,
    /// READ commands it still answers before it is taken away.
    pub(super) reads_left: u32,
    /// READ commands it has answered.
    pub(super) reads: u32,
    /// It says that its UID goes on for ever.
    pub(super) endless: bool,
}

impl Card {
    /// An NTAG213 (45 pages, 144 bytes of data) with these bytes as data area.
    pub(super) fn ntag213(serial: u8, area: &[u8]) -> Self {
        let uid = [0x04, 0xa1, 0xb2, serial, 0xd4, 0xe5, 0x80];
        let mut memory = vec![0; 180];
        memory[..3].copy_from_slice(&uid[..3]);
        memory[3] = 0x88 ^ uid[0] ^ uid[1] ^ uid[2];
        memory[4..8].copy_from_slice(&uid[3..]);
        memory[8] = uid[3] ^ uid[4] ^ uid[5] ^ uid[6];
        memory[12..16].copy_from_slice(&[0xe1, 0x10, 0x12, 0x00]);
        memory[16..16 + area.len()].copy_from_slice(area);
        Self {
            uid,
            memory,
            state: State::Idle,
            reads_left: u32::MAX,
            reads: 0,
            endless: false,
        }
    }

    pub(super) fn uid(&self) -> [u8; 7] {
        self.uid
    }

    /// The four bytes of a cascade level.
    fn level(&self, level: usize) -> [u8; 4] {
        let [first, second, third, rest @ ..] = self.uid;
        match level {
            0 => [0x88, first, second, third],
            _ if self.endless => [0x88, rest[0], rest[1], rest[2]],
            _ => rest,
        }
    }

    /// REQA or WUPA; answers when it listens.
    pub(super) fn wake(&mut self, asleep: bool) -> Option<[u8; 2]> {
        match self.state {
            State::Halt if !asleep => None,
            // A command that does not belong to the state.
            State::Ready(_) | State::Active => {
                self.state = State::Idle;
                None
            }
            State::Idle | State::Halt => {
                self.state = State::Ready(0);
                Some([0x44, 0x00])
            }
        }
    }

    /// The bits it would send in anticollision, when the known ones are its own: level and check
    /// byte, least significant bit first.
    pub(super) fn anticollide(&self, level: usize, known: &[bool]) -> Option<Vec<bool>> {
        if self.state != State::Ready(level) {
            return None;
        }
        let bytes = self.level(level);
        let check = bytes.iter().fold(0, |sum, byte| sum ^ byte);
        let all = bytes.iter().chain([&check]);
        let bits: Vec<bool> = all
            .flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1 == 1))
            .collect();
        bits.starts_with(known).then_some(bits)
    }

    /// SELECT with four bytes; the answer, if it is this card.
    pub(super) fn select(&mut self, level: usize, bytes: &[u8]) -> Option<u8> {
        if self.state != State::Ready(level) {
            return None;
        }
        if bytes != self.level(level) {
            self.state = State::Idle;
            return None;
        }
        let goes_on = level == 0 || self.endless;
        self.state = if goes_on {
            State::Ready(level + 1)
        } else {
            State::Active
        };
        Some(if goes_on { 0x04 } else { 0x00 })
    }

    /// Any other frame, its CRC taken off.
    pub(super) fn command(&mut self, frame: &[u8]) -> Reply {
        if self.state != State::Active {
            return Reply::Silence;
        }
        match *frame {
            [0x50, 0x00] => {
                self.state = State::Halt;
                Reply::Silence
            }
            [0x30, page] if usize::from(page) * 4 < self.memory.len() => {
                if self.reads_left == 0 {
                    self.state = State::Idle;
                    return Reply::Silence;
                }
                self.reads_left -= 1;
                self.reads += 1;
                let from = usize::from(page) * 4;
                let bytes = self.memory.iter().cycle().skip(from).take(16);
                Reply::Bytes(bytes.copied().collect())
            }
            _ => {
                self.state = State::Idle;
                Reply::Nak
            }
        }
    }
}
