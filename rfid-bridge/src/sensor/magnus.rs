//! Axzon Magnus S3 temperature tags: the chip measures with its own oscillator while it is read
//! and gives a raw code; the maker's two-point calibration is in USER memory, with a checksum.
//! Formula and memory map: Axzon's application notes, ON Semiconductor AND9213. A code, a field
//! strength or a checksum out of bounds is a bad read and gives no temperature.

use thiserror::Error;

/// Why there is no temperature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MagnusError {
    /// Checksum of the calibration words.
    #[error("calibration CRC mismatch")]
    Checksum,
    /// A layout of the calibration that is not 0.
    #[error("calibration of version {0}, 0 is read")]
    Version(u8),
    /// Two equal points.
    #[error("calibration points coincide")]
    Points,
    /// Code outside 1,000..=3,500: the chip lost power while measuring.
    #[error("temp code {0} out of range (bad read)")]
    Code(u16),
    /// On-chip signal outside 3..=31.
    #[error("on-chip RSSI {0} too low or too high")]
    Signal(u16),
}

/// A tag's calibration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calibration {
    /// Code at the first point.
    pub code1: u16,
    /// First temperature, tenths of a degree above -80 degrees Celsius.
    pub temp1: u16,
    /// Code at the second point.
    pub code2: u16,
    /// Second temperature, likewise.
    pub temp2: u16,
}

/// First word of the calibration in USER memory.
pub const CALIBRATION_WORD: u16 = 8;
/// Codes of a good read.
const CODES: std::ops::RangeInclusive<u16> = 1_000..=3_500;
/// On-chip signal of a good read.
const SIGNALS: std::ops::RangeInclusive<u16> = 3..=31;

impl Calibration {
    /// Reads USER words 8..=11.
    ///
    /// # Errors
    /// [`MagnusError::Checksum`], [`MagnusError::Version`], [`MagnusError::Points`].
    pub fn read(words: [u16; 4]) -> Result<Self, MagnusError> {
        let [crc, a, b, c] = words;
        if checksum([a, b, c]) != crc {
            return Err(MagnusError::Checksum);
        }
        let version = u8::try_from(c & 3).unwrap_or(3);
        if version != 0 {
            return Err(MagnusError::Version(version));
        }
        let read = Self {
            code1: a >> 4,
            temp1: (a & 0xf) << 7 | b >> 9,
            code2: (b & 0x1ff) << 3 | c >> 13,
            temp2: (c >> 2) & 0x7ff,
        };
        if read.code1 == read.code2 {
            return Err(MagnusError::Points);
        }
        Ok(read)
    }

    /// Thousandths of a degree Celsius of the temperature code (RESERVED word 0xE), rounded half
    /// away from zero, with the on-chip signal (word 0xD) when it was read.
    ///
    /// # Errors
    /// [`MagnusError::Code`], [`MagnusError::Signal`].
    pub fn milli_c(&self, code: u16, signal: Option<u16>) -> Result<i32, MagnusError> {
        let code = code & 0x0fff;
        if !CODES.contains(&code) {
            return Err(MagnusError::Code(code));
        }
        if let Some(signal) = signal
            .map(|word| word & 0x1f)
            .filter(|it| !SIGNALS.contains(it))
        {
            return Err(MagnusError::Signal(signal));
        }
        // T = 0.1 ((temp2 - temp1) / (code2 - code1) (C - code1) + temp1 - 800), in thousandths.
        let [code1, code2, temp1, temp2] =
            [self.code1, self.code2, self.temp1, self.temp2].map(i64::from);
        let run = code2 - code1;
        let rise = 100 * (temp2 - temp1) * (i64::from(code) - code1) + 100 * (temp1 - 800) * run;
        let (rise, run) = if run < 0 { (-rise, -run) } else { (rise, run) };
        let half = if rise < 0 { -(run / 2) } else { run / 2 };
        Ok(i32::try_from((rise + half) / run).unwrap_or(i32::MAX))
    }
}

/// CRC-16 of Gen2 (polynomial 0x1021, all ones before and after) over words, high byte first.
fn checksum(words: [u16; 3]) -> u16 {
    let mut crc = 0xffff_u16;
    for byte in words.iter().flat_map(|word| word.to_be_bytes()) {
        crc ^= u16::from(byte) << 8;
        for _ in 0..8 {
            let carry = crc & 0x8000 != 0;
            crc <<= 1;
            if carry {
                crc ^= 0x1021;
            }
        }
    }
    !crc
}

#[cfg(test)]
mod tests;
