//! The MFRC522 by the crate `mfrc522`: the select line is the bus driver's own.

use std::fmt::Debug;

use embedded_hal::spi::SpiDevice;
use mfrc522::comm::blocking::spi::{DummyDelay, SpiInterface};
use mfrc522::{AtqA, Error, Initialized, Mfrc522};

use super::chip::Chip;
use super::spi::{Deadline, Timed};
use super::{Fault, READ_BYTES};

/// How long one operation may take, ms: the chip gives a card 25 ms, the rest is the bus's.
pub const OPERATION_MS: u64 = 300;

/// The chip, ready for cards.
pub struct Reader<D: SpiDevice> {
    chip: Mfrc522<SpiInterface<Timed<D>, DummyDelay>, Initialized>,
    deadline: Deadline,
}

impl<D: SpiDevice> Debug for Reader<D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reader")
    }
}

impl<D: SpiDevice> Reader<D> {
    /// Resets the chip behind `device` and looks whether one is there.
    ///
    /// # Errors
    /// [`Fault::Reader`].
    pub fn open(device: D, deadline: Deadline) -> Result<Self, Fault> {
        deadline.arm(OPERATION_MS);
        let bus = SpiInterface::new(Timed::new(device, deadline.clone()));
        let mut chip = Mfrc522::new(bus).init().map_err(fault)?;
        let version = chip.version().map_err(fault)?;
        super::chip::check_version(version)?;
        Ok(Self { chip, deadline })
    }
}

impl<D: SpiDevice> Chip for Reader<D> {
    fn check(&mut self) -> Result<(), Fault> {
        self.deadline.arm(OPERATION_MS);
        let version = self.chip.version().map_err(fault)?;
        super::chip::check_version(version)
    }

    fn select(&mut self, asleep: bool) -> Result<Option<Vec<u8>>, Fault> {
        self.deadline.arm(OPERATION_MS);
        let answer: Result<AtqA, _> = if asleep {
            self.chip.wupa()
        } else {
            self.chip.reqa()
        };
        let answer = match answer {
            Ok(answer) => answer,
            Err(Error::Timeout) => return Ok(None),
            // Two cards at once may answer in different bits: they collide, and are there.
            Err(error) => return Err(fault(error)),
        };
        let uid = self.chip.select(&answer).map_err(fault)?;
        Ok(Some(uid.as_bytes().to_vec()))
    }

    fn read(&mut self, page: u8) -> Result<[u8; READ_BYTES], Fault> {
        self.deadline.arm(OPERATION_MS);
        self.chip.mf_read(page).map_err(fault)
    }

    fn halt(&mut self) -> Result<(), Fault> {
        self.deadline.arm(OPERATION_MS);
        self.chip.hlta().map_err(fault)
    }
}

/// Whose fault an error is: without the bus, or in an overheated chip, the reader's.
fn fault<E: Debug>(error: Error<E>) -> Fault {
    match error {
        Error::Comm(error) => Fault::Reader(format!("the bus to the reader: {error:?}")),
        Error::Overheating => Fault::Reader("the reader is too hot".to_owned()),
        error => Fault::Card(format!("the card did not answer well: {error:?}")),
    }
}
