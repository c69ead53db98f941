//! Logger files: what a temperature logger recorded, whether the device's own signature over it
//! holds, and the readings as EPCIS events. Bytes in, values out; the file's bytes are hashed into
//! every event, so that what was sent can be held against the file later.

pub mod berlinger;
mod events;
pub mod seal;

#[cfg(test)]
mod tests;

pub use events::{Trip, events};

/// What a logger file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggerFile {
    /// Kind of device as the file names it, such as `Q-tag Fridge-tag 2 L`.
    pub device: String,
    /// The device's serial number.
    pub serial: String,
    /// Lot of the device, whose key signs its files.
    pub lot: Option<String>,
    /// Offset of the device's clock from UTC, in minutes.
    pub zone_minutes: i32,
    /// Programmed interval between readings, in seconds.
    pub interval_s: Option<u32>,
    /// The device's own mean kinetic temperature, in thousandths of a degree Celsius.
    pub device_mkt_milli_c: Option<i32>,
    /// Energy that the device's MKT was computed with, in J/mol.
    pub mkt_energy_j_mol: Option<i64>,
    /// The device's own average, in thousandths of a degree Celsius.
    pub device_average_milli_c: Option<i32>,
    /// Readings in the order of the file.
    pub readings: Vec<Reading>,
    /// Whether the device signed exactly these bytes.
    pub seal: seal::Seal,
    /// SHA-256 of the file's bytes.
    pub sha256: [u8; 32],
}

/// One reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// When, in milliseconds since the Unix epoch (the file's local time less its zone).
    pub time_ms: i64,
    /// Thousandths of a degree Celsius.
    pub milli_c: i32,
    /// The device marked it as out of its limits.
    pub out_of_limits: bool,
}

/// Why a logger file cannot be read. The signature is no part of this: a forged file can be
/// perfectly readable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoggerError {
    /// Larger than [`FILE_BYTES_MAX`].
    #[error("reading a logger file of {bytes} bytes: at most {FILE_BYTES_MAX} are read")]
    TooLarge {
        /// Size of the file.
        bytes: usize,
    },
    /// Not text of this kind.
    #[error("reading a logger file: line {line}: expected {expected}")]
    Line {
        /// Number of the line, from 1.
        line: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// A field that every file has is missing.
    #[error("reading a logger file: it has no `{field}`")]
    Missing {
        /// Name of the field as the device writes it.
        field: &'static str,
    },
}

/// Largest logger file that is read: a year of one-minute readings has about 14 MB.
pub const FILE_BYTES_MAX: usize = 32 * 1024 * 1024;
