//! The bus to an MFRC522, with an end to every wait. The chip's libraries ask a register until a
//! bit changes, and on a dead bus it never does: their loops are broken by a bus that refuses once
//! an operation's time is up. One refusal ends the operation; the reader is then opened anew.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use embedded_hal::spi::{self, Operation, SpiDevice};

/// Time that never goes back, ms.
pub type Ticks = Arc<dyn Fn() -> u64 + Send + Sync>;

/// When the operation at work must be done.
#[derive(Clone)]
pub struct Deadline {
    until: Arc<AtomicU64>,
    ticks: Ticks,
}

impl std::fmt::Debug for Deadline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Deadline").field(&self.until).finish()
    }
}

impl Deadline {
    /// No operation may begin before [`Deadline::arm`].
    pub fn new(ticks: Ticks) -> Self {
        Self {
            until: Arc::default(),
            ticks,
        }
    }

    /// Lets the next operation take `ms`.
    pub fn arm(&self, ms: u64) {
        self.until.store((self.ticks)() + ms, Ordering::Relaxed);
    }

    pub(super) fn check<E>(&self) -> Result<(), BusError<E>> {
        if (self.ticks)() < self.until.load(Ordering::Relaxed) {
            Ok(())
        } else {
            Err(BusError::Late)
        }
    }
}

/// The bus failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BusError<E> {
    /// The operation's time is up: nothing answers.
    Late,
    /// The select line could not be moved.
    Select,
    /// The operating system refused.
    Bus(E),
}

impl<E: std::fmt::Debug> spi::Error for BusError<E> {
    fn kind(&self) -> spi::ErrorKind {
        match self {
            Self::Late | Self::Bus(_) => spi::ErrorKind::Other,
            Self::Select => spi::ErrorKind::ChipSelectFault,
        }
    }
}

/// A device on a bus, with a deadline. `rfid-rs` has a bus of its own kind.
#[derive(Debug)]
pub struct Timed<D> {
    device: D,
    deadline: Deadline,
}

impl<D> Timed<D> {
    /// Holds `device` to `deadline`.
    pub fn new(device: D, deadline: Deadline) -> Self {
        Self { device, deadline }
    }
}

impl<D: SpiDevice> spi::ErrorType for Timed<D> {
    type Error = BusError<D::Error>;
}

impl<D: SpiDevice> SpiDevice for Timed<D> {
    fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), Self::Error> {
        self.deadline.check()?;
        self.device.transaction(operations).map_err(BusError::Bus)
    }
}
