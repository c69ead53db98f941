//! A bus as `rfid-rs` wants it: by the traits of embedded-hal 0.2, which no Linux crate implements
//! any more, with the select line beside it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use embedded_hal::digital::OutputPin;
use embedded_hal::spi::SpiBus;
use embedded_hal_old::blocking::spi::{Transfer, Write};
use embedded_hal_old::digital::v2;

use super::super::spi::{BusError, Deadline};

/// A bus and the select line of the one device on it, as `rfid-rs` wants them: by the traits of
/// embedded-hal 0.2, and moving the line itself. It ignores faults of the line, so the line notes
/// them and the bus tells.
pub(super) fn split<B: SpiBus, P: OutputPin>(
    bus: B,
    pin: P,
    deadline: Deadline,
) -> (Old<B>, OldPin<P>) {
    let is_stuck = Arc::new(AtomicBool::new(false));
    let line = OldPin {
        pin,
        is_stuck: Arc::clone(&is_stuck),
    };
    let old = Old {
        bus,
        is_stuck,
        deadline,
    };
    (old, line)
}

/// A bus by the old traits, with a deadline.
#[derive(Debug)]
pub(super) struct Old<B> {
    bus: B,
    is_stuck: Arc<AtomicBool>,
    deadline: Deadline,
}

/// Its select line.
#[derive(Debug)]
pub(super) struct OldPin<P> {
    pin: P,
    is_stuck: Arc<AtomicBool>,
}

impl<B: SpiBus> Old<B> {
    fn check(&self) -> Result<(), BusError<B::Error>> {
        if self.is_stuck.load(Ordering::Relaxed) {
            return Err(BusError::Select);
        }
        self.deadline.check()
    }
}

impl<B: SpiBus> Transfer<u8> for Old<B> {
    type Error = BusError<B::Error>;

    fn transfer<'w>(&mut self, words: &'w mut [u8]) -> Result<&'w [u8], Self::Error> {
        self.check()?;
        self.bus.transfer_in_place(words).map_err(BusError::Bus)?;
        self.bus.flush().map_err(BusError::Bus)?;
        Ok(words)
    }
}

impl<B: SpiBus> Write<u8> for Old<B> {
    type Error = BusError<B::Error>;

    fn write(&mut self, words: &[u8]) -> Result<(), Self::Error> {
        self.check()?;
        self.bus.write(words).map_err(BusError::Bus)?;
        self.bus.flush().map_err(BusError::Bus)
    }
}

impl<P: OutputPin> OldPin<P> {
    fn note(&self, moved: Result<(), P::Error>) -> Result<(), P::Error> {
        if moved.is_err() {
            self.is_stuck.store(true, Ordering::Relaxed);
        }
        moved
    }
}

impl<P: OutputPin> v2::OutputPin for OldPin<P> {
    type Error = P::Error;

    fn set_low(&mut self) -> Result<(), Self::Error> {
        let moved = self.pin.set_low();
        self.note(moved)
    }

    fn set_high(&mut self) -> Result<(), Self::Error> {
        let moved = self.pin.set_high();
        self.note(moved)
    }
}
