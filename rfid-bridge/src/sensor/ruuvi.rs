//! Ruuvi data format 5 ("RAWv2"): 24 bytes of manufacturer data, big-endian, each field with a
//! value that means "not measured" (Ruuvi's published description of the format). Integers
//! throughout.

use thiserror::Error;

/// What one advertisement says; absent is not measured.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ruuvi {
    /// Thousandths of a degree Celsius, in steps of 5.
    pub temperature_milli_c: Option<i32>,
    /// Relative humidity in parts per million, in steps of 25; above 1,000,000 the sensor is wet
    /// or broken.
    pub humidity_ppm: Option<u32>,
    /// Pascals.
    pub pressure_pa: Option<u32>,
    /// Thousandths of standard gravity along x, y, z.
    pub acceleration_mg: [Option<i16>; 3],
    /// Millivolts of the battery.
    pub battery_mv: Option<u16>,
    /// dBm of the transmitter.
    pub tx_dbm: Option<i8>,
    /// How often it was moved, modulo 255.
    pub moves: Option<u8>,
    /// Number of the measurement, modulo 65,535.
    pub sequence: Option<u16>,
    /// Bluetooth address.
    pub address: Option<[u8; 6]>,
}

/// Not data format 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RuuviError {
    /// Shorter than the format.
    #[error("{0} bytes, 24 needed")]
    Short(usize),
    /// Another data format.
    #[error("data format {0}, 5 is read")]
    Format(u8),
}

/// Company number of Ruuvi Innovations (Bluetooth SIG), as it stands in an advertisement.
const COMPANY: [u8; 2] = [0x99, 0x04];
/// AD type of manufacturer data.
const MANUFACTURER: u8 = 0xff;

/// Reads manufacturer data after the company number; more bytes than the format has are padding.
///
/// # Errors
/// [`RuuviError`].
pub fn decode(bytes: &[u8]) -> Result<Ruuvi, RuuviError> {
    let fields: &[u8; 24] = bytes.first_chunk().ok_or(RuuviError::Short(bytes.len()))?;
    let [
        format,
        t0,
        t1,
        h0,
        h1,
        p0,
        p1,
        x0,
        x1,
        y0,
        y1,
        z0,
        z1,
        b0,
        b1,
        moves,
        s0,
        s1,
        mac @ ..,
    ] = *fields;
    if format != 5 {
        return Err(RuuviError::Format(format));
    }
    let known_i16 = |high, low| Some(i16::from_be_bytes([high, low])).filter(|it| *it != i16::MIN);
    let known_u16 = |high, low| Some(u16::from_be_bytes([high, low])).filter(|it| *it != u16::MAX);
    let power = u16::from_be_bytes([b0, b1]);
    let (battery, tx) = (power >> 5, i8::try_from(power & 0x1f).unwrap_or(0x1f));
    Ok(Ruuvi {
        temperature_milli_c: known_i16(t0, t1).map(|steps| i32::from(steps) * 5),
        humidity_ppm: known_u16(h0, h1).map(|steps| u32::from(steps) * 25),
        pressure_pa: known_u16(p0, p1).map(|above| u32::from(above) + 50_000),
        acceleration_mg: [known_i16(x0, x1), known_i16(y0, y1), known_i16(z0, z1)],
        battery_mv: (battery != 0x7ff).then_some(battery + 1600),
        tx_dbm: (tx != 0x1f).then(|| tx * 2 - 40),
        moves: Some(moves).filter(|it| *it != u8::MAX),
        sequence: known_u16(s0, s1),
        address: Some(mac).filter(|it| *it != [0xff; 6]),
    })
}

/// Ruuvi's manufacturer data in a Bluetooth advertisement (Core Specification, vol. 3 part C 11:
/// length, AD type, data).
pub fn manufacturer_data(advertisement: &[u8]) -> Option<&[u8]> {
    let mut rest = advertisement;
    while let Some((length, after)) = rest.split_first() {
        let (structure, next) = after.split_at_checked(usize::from(*length))?;
        if let Some((MANUFACTURER, data)) = structure.split_first().map(|(kind, it)| (*kind, it))
            && let Some(payload) = data.strip_prefix(&COMPANY)
        {
            return Some(payload);
        }
        rest = next;
    }
    None
}

#[cfg(test)]
mod tests;
