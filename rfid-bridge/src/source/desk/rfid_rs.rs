//! The MFRC522 by the crate `rfid-rs`, which moves the select line itself: wire it to a free GPIO,
//! and let the bus leave its own alone. Its author recommends the crate `mfrc522` for new work.

use std::fmt::Debug;

use embedded_hal::digital::OutputPin;
use embedded_hal::spi::SpiBus;
use rfid_rs::{AtqA, Error, Mfrc522};

use super::chip::Chip;
use super::spi::Deadline;
use super::{Fault, READ_BYTES};

mod old;

use old::{Old, OldPin, split};

/// How long one operation may take, ms.
pub const OPERATION_MS: u64 = 300;

/// The chip, ready for cards.
pub struct Reader<B, P> {
    chip: Mfrc522<Old<B>, OldPin<P>>,
    deadline: Deadline,
}

impl<B, P> Debug for Reader<B, P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reader")
    }
}

impl<B: SpiBus, P: OutputPin> Reader<B, P> {
    /// Resets the chip and looks whether one is there.
    ///
    /// # Errors
    /// [`Fault::Reader`].
    pub fn open(bus: B, pin: P, deadline: Deadline) -> Result<Self, Fault> {
        deadline.arm(OPERATION_MS);
        let (bus, pin) = split(bus, pin, deadline.clone());
        let mut chip = Mfrc522::new(bus, pin).map_err(|error| fault(Error::Spi(error)))?;
        let version = chip.version().map_err(|error| fault(Error::Spi(error)))?;
        super::chip::check_version(version)?;
        Ok(Self { chip, deadline })
    }
}

impl<B: SpiBus, P: OutputPin> Chip for Reader<B, P> {
    fn check(&mut self) -> Result<(), Fault> {
        self.deadline.arm(OPERATION_MS);
        let version = self.chip.version();
        let version = version.map_err(|error| fault(Error::Spi(error)))?;
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
        Error::Spi(error) => Fault::Reader(format!("the bus to the reader: {error:?}")),
        Error::Overheating => Fault::Reader("the reader is too hot".to_owned()),
        error => Fault::Card(format!("the card did not answer well: {error:?}")),
    }
}
