//! A line of a GPIO chip by the character device of Linux, for the library that moves the select
//! line of the reader itself.

use std::path::Path;

use embedded_hal::digital::{self, OutputPin};
use gpiocdev::Request;
use gpiocdev::line::{Offset, Value};

use super::Fault;

/// A select line.
#[derive(Debug)]
pub(super) struct Line {
    request: Request,
    line: Offset,
}

impl Line {
    /// Takes a line of a chip; it begins high, where no reader is selected.
    pub(super) fn open(chip: &Path, line: Offset) -> Result<Self, Fault> {
        let request = Request::builder()
            .on_chip(chip)
            .with_line(line)
            .as_output(Value::Active)
            .with_consumer("rfid-bridge")
            .request();
        let request = request.map_err(|error| {
            Fault::Reader(format!("line {line} of {}: {error}", chip.display()))
        })?;
        Ok(Self { request, line })
    }

    fn set(&self, value: Value) -> Result<(), Stuck> {
        let set = self.request.set_value(self.line, value);
        set.map(drop).map_err(|_| Stuck)
    }
}

/// The kernel did not move the line.
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
        self.set(Value::Inactive)
    }

    fn set_high(&mut self) -> Result<(), Stuck> {
        self.set(Value::Active)
    }
}
