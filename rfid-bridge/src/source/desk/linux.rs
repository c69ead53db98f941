//! The rim of desk readers on Linux: an SPI bus by `spidev`, and the select line where a library
//! moves it itself.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use embedded_hal::spi::{self, ErrorType, Operation, SpiBus, SpiDevice};
use spidev::{SpiModeFlags, Spidev, SpidevOptions, SpidevTransfer};

use super::chip::Polled;
use super::spi::Deadline;
use super::{Fault, Open, Station};
use crate::reader::clock::Clock;

/// Bits a second: the chip bears ten times as much, long wires do not.
const SPEED_HZ: u32 = 1_000_000;

/// A reader by the crate `mfrc522`; the bus moves the select line.
#[cfg(feature = "mfrc522")]
pub fn mfrc522(device: PathBuf, clock: Clock) -> Open {
    Box::new(move || {
        let spi = Spi::open(&device, SpiModeFlags::SPI_MODE_0)?;
        let reader = super::mfrc522::Reader::open(spi, deadline(clock))?;
        Ok(Box::new(Polled(reader)) as Box<dyn Station>)
    })
}

/// A reader by the crate `rfid-rs`; `line` of the GPIO chip `chip` is its select line.
#[cfg(feature = "mfrc522-rfid-rs")]
pub fn rfid_rs(device: PathBuf, (chip, line): (PathBuf, u32), clock: Clock) -> Open {
    Box::new(move || {
        let flags = SpiModeFlags::SPI_MODE_0 | SpiModeFlags::SPI_NO_CS;
        let spi = Spi::open(&device, flags)?;
        let line = super::line::Line::open(&chip, line)?;
        let reader = super::rfid_rs::Reader::open(spi, line, deadline(clock))?;
        Ok(Box::new(Polled(reader)) as Box<dyn Station>)
    })
}

fn deadline(clock: Clock) -> Deadline {
    Deadline::new(Arc::new(move || clock.now().mono_ms))
}

/// An SPI device of the kernel.
#[derive(Debug)]
struct Spi(Spidev);

/// The kernel refused a transfer.
#[derive(Debug)]
#[expect(
    dead_code,
    reason = "shown by Debug, which is all the libraries ask for"
)]
struct Refused(io::Error);

impl spi::Error for Refused {
    fn kind(&self) -> spi::ErrorKind {
        spi::ErrorKind::Other
    }
}

impl Spi {
    fn open(device: &PathBuf, flags: SpiModeFlags) -> Result<Self, Fault> {
        let failed = |error: io::Error| Fault::Reader(format!("{}: {error}", device.display()));
        let mut spi = Spidev::open(device).map_err(failed)?;
        let options = SpidevOptions::new()
            .bits_per_word(8)
            .max_speed_hz(SPEED_HZ)
            .mode(flags)
            .build();
        spi.configure(&options).map_err(failed)?;
        Ok(Self(spi))
    }
}

impl ErrorType for Spi {
    type Error = Refused;
}

impl SpiDevice for Spi {
    fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), Refused> {
        let mut transfers = Vec::with_capacity(operations.len());
        for operation in operations {
            match operation {
                Operation::Read(words) => transfers.push(SpidevTransfer::read(words)),
                Operation::Write(words) => transfers.push(SpidevTransfer::write(words)),
                Operation::TransferInPlace(words) => {
                    transfers.push(SpidevTransfer::read_write_in_place(words));
                }
                Operation::Transfer(read, write) if read.len() == write.len() => {
                    transfers.push(SpidevTransfer::read_write(write, read));
                }
                Operation::Transfer(..) => {
                    return Err(Refused(io::ErrorKind::Unsupported.into()));
                }
                Operation::DelayNs(ns) => {
                    let us = u16::try_from(ns.div_ceil(1_000)).unwrap_or(u16::MAX);
                    transfers.push(SpidevTransfer::delay(us));
                }
            }
        }
        self.0.transfer_multiple(&mut transfers).map_err(Refused)
    }
}

impl SpiBus for Spi {
    fn read(&mut self, words: &mut [u8]) -> Result<(), Refused> {
        let mut transfer = SpidevTransfer::read(words);
        self.0.transfer(&mut transfer).map_err(Refused)
    }

    fn write(&mut self, words: &[u8]) -> Result<(), Refused> {
        let mut transfer = SpidevTransfer::write(words);
        self.0.transfer(&mut transfer).map_err(Refused)
    }

    fn transfer(&mut self, read: &mut [u8], write: &[u8]) -> Result<(), Refused> {
        SpiDevice::transaction(self, &mut [Operation::Transfer(read, write)])
    }

    fn transfer_in_place(&mut self, words: &mut [u8]) -> Result<(), Refused> {
        let mut transfer = SpidevTransfer::read_write_in_place(words);
        self.0.transfer(&mut transfer).map_err(Refused)
    }

    fn flush(&mut self) -> Result<(), Refused> {
        // The kernel returns when the last bit is out.
        Ok(())
    }
}
