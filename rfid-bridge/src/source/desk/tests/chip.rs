//! An MFRC522 as its bus sees it: registers, FIFO, CRC coprocessor, timer and the answers of the
//! cards in its field, by NXP's data sheet (rev. 3.9). Its time is that of the bus: a byte takes
//! eight microseconds, so tests end after the same number of bytes each time.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use embedded_hal::digital::{self, OutputPin};
use embedded_hal::spi::{ErrorType, Operation, SpiBus, SpiDevice};

use super::card::{Card, Reply};
use crate::source::desk::spi::Ticks;

const BYTE_US: u64 = 8;
/// The timeout both libraries set.
const TIMER_US: u64 = 25_000;

/// Registers (data sheet, table 20).
const COMMAND: usize = 0x01;
const COM_IRQ: usize = 0x04;
const DIV_IRQ: usize = 0x05;
const ERROR: usize = 0x06;
const FIFO_DATA: usize = 0x09;
const FIFO_LEVEL: usize = 0x0a;
const CONTROL: usize = 0x0c;
const BIT_FRAMING: usize = 0x0d;
const COLL: usize = 0x0e;
const CRC_HIGH: usize = 0x21;
const CRC_LOW: usize = 0x22;
const VERSION: usize = 0x37;

const RX_IRQ: u8 = 0x20;
const ERR_IRQ: u8 = 0x02;
const TIMER_IRQ: u8 = 0x01;
const CRC_IRQ: u8 = 0x04;
const COLL_ERR: u8 = 0x08;

/// How chip or bus misbehave.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Broken {
    /// The line to us stays at this.
    Dead(u8),
    /// Frames are answered with a receive interrupt and an empty FIFO.
    EmptyAnswers,
    /// Anticollision is answered with a collision, always at the same bit.
    Collides,
    /// Anticollision brings five bytes, however many bits are known.
    Long,
    /// The answers to READ have a bit wrong.
    Garbles,
}

/// The chip and its field.
pub(super) struct Chip {
    registers: [u8; 64],
    fifo: VecDeque<u8>,
    pub(super) cards: Vec<Card>,
    pub(super) broken: Option<Broken>,
    /// Address of a transaction that has begun, and whether it reads.
    address: Option<(bool, usize)>,
    timer_at: Option<u64>,
    pub(super) now_us: u64,
    /// The line goes dead at this time, at this level.
    pub(super) dies_at: Option<(u64, u8)>,
    /// The select line cannot be moved.
    pub(super) stuck: bool,
}

fn crc_a(bytes: &[u8]) -> [u8; 2] {
    let crc = bytes.iter().fold(0x6363_u16, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte), |crc, _| {
            if crc & 1 == 1 {
                crc >> 1 ^ 0x8408
            } else {
                crc >> 1
            }
        })
    });
    crc.to_le_bytes()
}

impl Chip {
    fn new(cards: Vec<Card>) -> Self {
        let mut chip = Self {
            registers: [0; 64],
            fifo: VecDeque::new(),
            cards,
            broken: None,
            address: None,
            timer_at: None,
            now_us: 0,
            dies_at: None,
            stuck: false,
        };
        chip.reset();
        chip
    }

    fn reset(&mut self) {
        self.registers = [0; 64];
        self.registers[COMMAND] = 0x20;
        self.registers[VERSION] = 0x92;
        self.fifo.clear();
        self.timer_at = None;
    }

    /// One byte each way.
    fn byte(&mut self, sent: u8) -> u8 {
        self.now_us += BYTE_US;
        if let Some((at, level)) = self.dies_at
            && at <= self.now_us
        {
            self.broken = Some(Broken::Dead(level));
        }
        if let Some(Broken::Dead(level)) = self.broken {
            return level;
        }
        let address = usize::from(sent >> 1 & 0x3f);
        match self.address {
            None => {
                self.address = Some((sent & 0x80 != 0, address));
                0
            }
            Some((true, register)) => {
                self.address = Some((true, address));
                self.read(register)
            }
            Some((false, register)) => {
                self.write(register, sent);
                0
            }
        }
    }

    fn read(&mut self, register: usize) -> u8 {
        match register {
            FIFO_DATA => self.fifo.pop_front().unwrap_or(0),
            FIFO_LEVEL => u8::try_from(self.fifo.len()).unwrap(),
            COM_IRQ => {
                if self.timer_at.is_some_and(|at| at <= self.now_us) {
                    self.timer_at = None;
                    self.registers[COM_IRQ] |= TIMER_IRQ;
                }
                self.registers[COM_IRQ]
            }
            _ => self.registers[register],
        }
    }

    fn write(&mut self, register: usize, value: u8) {
        match register {
            FIFO_DATA => self.fifo.push_back(value),
            FIFO_LEVEL if value & 0x80 != 0 => self.fifo.clear(),
            // Set1 says whether the marked bits are set or cleared.
            COM_IRQ | DIV_IRQ if value & 0x80 != 0 => self.registers[register] |= value & 0x7f,
            COM_IRQ | DIV_IRQ => self.registers[register] &= !value,
            COMMAND => {
                self.registers[COMMAND] = 0x20 | value & 0x0f;
                match value & 0x0f {
                    0x0f => self.reset(),
                    0x03 => {
                        let bytes: Vec<u8> = self.fifo.drain(..).collect();
                        let [low, high] = crc_a(&bytes);
                        self.registers[CRC_LOW] = low;
                        self.registers[CRC_HIGH] = high;
                        self.registers[DIV_IRQ] |= CRC_IRQ;
                    }
                    _ => {}
                }
            }
            BIT_FRAMING => {
                self.registers[BIT_FRAMING] = value & 0x7f;
                if value & 0x80 != 0 && self.registers[COMMAND] & 0x0f == 0x0c {
                    self.transceive();
                }
            }
            _ => self.registers[register] = value,
        }
    }

    /// Sends the FIFO to the field and takes its answer.
    fn transceive(&mut self) {
        let frame: Vec<u8> = self.fifo.drain(..).collect();
        self.registers[ERROR] = 0;
        if self.broken == Some(Broken::EmptyAnswers) {
            self.registers[COM_IRQ] |= RX_IRQ;
            return;
        }
        let last_bits = self.registers[BIT_FRAMING] & 7;
        match (frame.as_slice(), last_bits) {
            ([wake @ (0x26 | 0x52)], 7) => self.wake(*wake == 0x52),
            ([level @ (0x93 | 0x95 | 0x97), 0x70, rest @ ..], 0) => {
                self.select(usize::from((level - 0x93) / 2), rest, &frame);
            }
            ([level @ (0x93 | 0x95 | 0x97), count, known @ ..], _) => {
                let bits = (usize::from(count >> 4) - 2) * 8 + usize::from(count & 7);
                self.anticollide(usize::from((level - 0x93) / 2), bits, known);
            }
            ([command @ .., low, high], 0) if crc_a(command) == [*low, *high] => {
                self.command(command);
            }
            _ => self.silence(),
        }
    }

    fn silence(&mut self) {
        self.timer_at = Some(self.now_us + TIMER_US);
    }

    /// Bits of an answer, put behind those of the last byte that was sent.
    fn answer(&mut self, bits: &[bool]) {
        let align = usize::from(self.registers[BIT_FRAMING] >> 4 & 7);
        let mut bytes = vec![0_u8; (align + bits.len()).div_ceil(8)];
        for (at, bit) in (align..).zip(bits) {
            bytes[at / 8] |= u8::from(*bit) << (at % 8);
        }
        self.registers[CONTROL] = u8::try_from((align + bits.len()) % 8).unwrap();
        self.fifo = bytes.into();
        self.registers[COM_IRQ] |= RX_IRQ;
    }

    fn answer_bytes(&mut self, bytes: &[u8]) {
        let bits = bytes
            .iter()
            .flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1 == 1));
        let bits: Vec<bool> = bits.collect();
        self.answer(&bits);
    }

    fn wake(&mut self, asleep: bool) {
        let answers: Vec<_> = self
            .cards
            .iter_mut()
            .filter_map(|card| card.wake(asleep))
            .collect();
        match answers.first() {
            Some(answer) => self.answer_bytes(answer),
            None => self.silence(),
        }
    }

    fn anticollide(&mut self, level: usize, bits: usize, known: &[u8]) {
        let bit = |at: usize| known[at / 8] >> (at % 8) & 1 == 1;
        let known: Vec<bool> = (0..bits).map(bit).collect();
        if self.broken == Some(Broken::Long) && bits > 0 {
            self.fifo = VecDeque::from([0xff; 5]);
            self.registers[COM_IRQ] |= RX_IRQ;
            return;
        }
        let cards = self.cards.iter();
        let all: Vec<Vec<bool>> = cards
            .filter_map(|it| it.anticollide(level, &known))
            .collect();
        let Some(first) = all.first() else {
            return self.silence();
        };
        let differs = |at: &usize| all.iter().any(|other| other[*at] != first[*at]);
        let mut collision = (bits..32).find(differs);
        if matches!(self.broken, Some(Broken::Collides | Broken::Long)) {
            collision = Some(7);
        }
        match collision {
            None => self.answer(&first[bits..]),
            Some(at) => {
                let sure = first[bits..at.max(bits)].to_vec();
                self.answer(&sure);
                self.registers[ERROR] = COLL_ERR;
                self.registers[COM_IRQ] |= ERR_IRQ;
                self.registers[COLL] = u8::try_from((at + 1) % 32).unwrap();
                if self.fifo.is_empty() {
                    // The bit that collided is received, too.
                    self.fifo.push_back(0);
                }
            }
        }
    }

    fn select(&mut self, level: usize, rest: &[u8], frame: &[u8]) {
        let (Some(bytes), Some((body, crc))) = (rest.get(..4), frame.split_last_chunk::<2>())
        else {
            return self.silence();
        };
        if crc_a(body) != *crc {
            return self.silence();
        }
        let mut answers = self.cards.iter_mut().map(|card| card.select(level, bytes));
        // Every card hears it: those not meant fall back.
        match answers.by_ref().fold(None, Option::or) {
            Some(sak) => {
                let [low, high] = crc_a(&[sak]);
                self.answer_bytes(&[sak, low, high]);
            }
            None => self.silence(),
        }
    }

    fn command(&mut self, command: &[u8]) {
        let replies: Vec<Reply> = self
            .cards
            .iter_mut()
            .map(|card| card.command(command))
            .collect();
        for reply in replies {
            match reply {
                Reply::Silence => {}
                Reply::Bytes(mut bytes) => {
                    bytes.extend(crc_a(&bytes));
                    if self.broken == Some(Broken::Garbles) {
                        bytes[5] ^= 1;
                    }
                    return self.answer_bytes(&bytes);
                }
                Reply::Nak => return self.answer(&[false; 4]),
            }
        }
        self.silence();
    }
}

/// A chip on a bus, shared with the test that looks on.
#[derive(Clone)]
pub(super) struct Bus(pub(super) Arc<Mutex<Chip>>);

impl Bus {
    pub(super) fn with(cards: Vec<Card>) -> Self {
        Self(Arc::new(Mutex::new(Chip::new(cards))))
    }

    /// The bus's time.
    pub(super) fn ticks(&self) -> Ticks {
        let chip = Arc::clone(&self.0);
        Arc::new(move || chip.lock().unwrap().now_us / 1_000)
    }
}

impl ErrorType for Bus {
    type Error = Infallible;
}

impl SpiDevice for Bus {
    fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), Infallible> {
        for operation in operations {
            match operation {
                Operation::Read(words) => SpiBus::read(self, words)?,
                Operation::Write(words) => SpiBus::write(self, words)?,
                Operation::Transfer(read, write) => SpiBus::transfer(self, read, write)?,
                Operation::TransferInPlace(words) => SpiBus::transfer_in_place(self, words)?,
                Operation::DelayNs(_) => {}
            }
        }
        self.0.lock().unwrap().address = None;
        Ok(())
    }
}

impl SpiBus for Bus {
    fn read(&mut self, words: &mut [u8]) -> Result<(), Infallible> {
        words.fill(0);
        SpiBus::transfer_in_place(self, words)
    }

    fn write(&mut self, words: &[u8]) -> Result<(), Infallible> {
        let mut chip = self.0.lock().unwrap();
        for word in words {
            chip.byte(*word);
        }
        Ok(())
    }

    fn transfer(&mut self, read: &mut [u8], write: &[u8]) -> Result<(), Infallible> {
        let mut chip = self.0.lock().unwrap();
        for at in 0..read.len().max(write.len()) {
            let got = chip.byte(write.get(at).copied().unwrap_or(0));
            if let Some(slot) = read.get_mut(at) {
                *slot = got;
            }
        }
        Ok(())
    }

    fn transfer_in_place(&mut self, words: &mut [u8]) -> Result<(), Infallible> {
        let mut chip = self.0.lock().unwrap();
        for word in words {
            *word = chip.byte(*word);
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// The select line of the chip, moved by software.
pub(super) struct Line(pub(super) Bus);

/// The line cannot be moved.
#[derive(Debug)]
pub(super) struct Stuck;

impl digital::Error for Stuck {
    fn kind(&self) -> digital::ErrorKind {
        digital::ErrorKind::Other
    }
}

impl digital::ErrorType for Line {
    type Error = Stuck;
}

impl OutputPin for Line {
    fn set_low(&mut self) -> Result<(), Stuck> {
        if self.0.0.lock().unwrap().stuck {
            Err(Stuck)
        } else {
            Ok(())
        }
    }

    fn set_high(&mut self) -> Result<(), Stuck> {
        self.0.0.lock().unwrap().address = None;
        self.set_low()
    }
}
