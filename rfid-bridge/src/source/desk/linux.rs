//! The rim of desk readers on Linux: an SPI bus by `spidev`, and a GPIO line by the character
//! device where a library moves the select line itself.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use embedded_hal::digital::{self, OutputPin};
use embedded_hal::spi::{self, ErrorType, Operation, SpiBus, SpiDevice};
use gpiocdev::Request;
use gpiocdev::line::{Offset, Value};
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
pub fn rfid_rs(device: PathBuf, (chip, line): (PathBuf, Offset), clock: Clock) -> Open {
    Box::new(move || {
        let flags = SpiModeFlags::SPI_MODE_0 | SpiModeFlags::SPI_NO_CS;
        let spi = Spi::open(&device, flags)?;
        let request = Request::builder()
            .on_chip(&chip)
            .with_line(line)
            .as_output(Value::Active)
            .with_consumer("rfid-bridge")
            .request();
        let request = request.map_err(|error| {
            Fault::Reader(format!("line {line} of {}: {error}", chip.display()))
        })?;
        let line = Line { request, line };
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

/// A select line.
#[derive(Debug)]
struct Line {
    request: Request,
    line: Offset,
}

/// The kernel did not move the line.
#[derive(Debug)]
struct Stuck;

impl digital::Error for Stuck {
    fn kind(&self) -> digital::ErrorKind {
        digital::ErrorKind::Other
    }
}

impl digital::ErrorType for Line {
    type Error = Stuck;
}

impl Line {
    fn set(&self, value: Value) -> Result<(), Stuck> {
        let set = self.request.set_value(self.line, value);
        set.map(drop).map_err(|_| Stuck)
    }
}

impl OutputPin for Line {
    fn set_low(&mut self) -> Result<(), Stuck> {
        self.set(Value::Inactive)
    }

    fn set_high(&mut self) -> Result<(), Stuck> {
        self.set(Value::Active)
    }
}
