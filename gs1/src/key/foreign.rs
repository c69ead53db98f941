//! Identifiers that are EPCs but no GS1 keys: they have a URN and nothing else, and are kept so
//! that what a reader or a partner sends is checked and compared like any other identifier.

use super::{KeyError, all_digits};

/// General Identifier (TDS 6.3.8): manager below 2^28, class below 2^24, serial below 2^36.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gid {
    manager: u32,
    class: u32,
    serial: u64,
}

impl Gid {
    /// Reads three decimal numbers without leading zeros.
    ///
    /// # Errors
    /// [`KeyError`] for another text or a number out of range.
    pub fn new(manager: &str, class: &str, serial: &str) -> Result<Self, KeyError> {
        let small = |text, key, bits| {
            let number = number(text, key, bits)?;
            u32::try_from(number).map_err(|_| KeyError::Range { key, bits })
        };
        Ok(Self {
            manager: small(manager, "GID manager number", 28)?,
            class: small(class, "GID object class", 24)?,
            serial: number(serial, "GID serial number", 36)?,
        })
    }
}

impl std::fmt::Display for Gid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.manager, self.class, self.serial)
    }
}

/// US Department of Defense identifier (TDS 6.3.9): a CAGE code (5) or DODAAC (6) and a serial
/// number below 2^36.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Usdod {
    cage: String,
    serial: u64,
}

impl Usdod {
    /// Reads code and decimal serial number.
    ///
    /// # Errors
    /// [`KeyError`] for a code of another form or a number out of range.
    pub fn new(cage: &str, serial: &str) -> Result<Self, KeyError> {
        let serial = number(serial, "USDOD serial number", 36)?;
        let cage = checked_cage(cage)?;
        Ok(Self { cage, serial })
    }
}

impl std::fmt::Display for Usdod {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.cage, self.serial)
    }
}

/// Aerospace and Defense identifier (TDS 6.3.11): CAGE code or DODAAC, original part number (may
/// be empty) and serial number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Adi {
    cage: String,
    part: String,
    serial: String,
}

impl Adi {
    /// Code, part number of up to 32 and serial number of up to 30 characters (capitals, digits,
    /// `-` and `/`; the serial number may begin with `#`), all unescaped.
    ///
    /// # Errors
    /// [`KeyError`] for a code of another form, a text too long, or another character.
    pub fn new(cage: &str, part: &str, serial: &str) -> Result<Self, KeyError> {
        adi_text(part, "ADI part number", 0, 32)?;
        let body = serial.strip_prefix('#').unwrap_or(serial);
        adi_text(body, "ADI serial number", 1, 30 + body.len() - serial.len())?;
        Ok(Self {
            cage: checked_cage(cage)?,
            part: part.to_owned(),
            serial: serial.to_owned(),
        })
    }
}

/// Parts as in the URN, escaped.
impl std::fmt::Display for Adi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let escape = crate::epc::escape;
        let (part, serial) = (escape(&self.part), escape(&self.serial));
        write!(f, "{}.{part}.{serial}", self.cage)
    }
}

/// BIC container code (ISO 6346): three letters of the owner, `J`, `U` or `Z`, six digits and a
/// check digit.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bic(String);

super::key_text!(Bic);

impl Bic {
    /// Reads the eleven characters.
    ///
    /// # Errors
    /// [`KeyError`] for another form or a wrong check digit.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        const KEY: &str = "container code";
        let form = |expected| KeyError::Form { key: KEY, expected };
        let (owner, digits) = text
            .split_at_checked(4)
            .ok_or(form("4 letters and 7 digits"))?;
        let letters = owner.bytes().all(|b| b.is_ascii_uppercase());
        if !letters || digits.len() != 7 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(form("4 letters and 7 digits"));
        }
        if !owner.ends_with(['J', 'U', 'Z']) {
            return Err(form("category J, U or Z as fourth letter"));
        }
        let sum: u32 = text
            .bytes()
            .take(10)
            .zip(0_u32..)
            .map(|(byte, place)| container_value(byte) << place)
            .sum();
        checked(text, sum % 11 % 10, KEY).map(|()| Self(text.to_owned()))
    }

    fn text(&self) -> &str {
        &self.0
    }
}

/// ISO 6346: letters count from 10 upwards, leaving out the multiples of 11.
fn container_value(byte: u8) -> u32 {
    if byte.is_ascii_digit() {
        return u32::from(byte - b'0');
    }
    let plain = u32::from(byte.saturating_sub(b'A')) + 10;
    plain + (plain - 1) / 10
}

/// IMO vessel number: seven digits, the last of them a check digit (TDS 6.3.16).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Imovn(String);

super::key_text!(Imovn);

impl Imovn {
    /// Reads the seven digits.
    ///
    /// # Errors
    /// [`KeyError`] for another form or a wrong check digit.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        const KEY: &str = "IMO vessel number";
        all_digits(text, KEY)?;
        if text.len() != 7 {
            let (expected, got) = ("7", text.len());
            let key = KEY;
            return Err(KeyError::Length { key, expected, got });
        }
        let sum: u32 = text
            .bytes()
            .zip((2_u32..=7).rev())
            .map(|(byte, weight)| u32::from(byte - b'0') * weight)
            .sum();
        checked(text, sum % 10, KEY).map(|()| Self(text.to_owned()))
    }

    fn text(&self) -> &str {
        &self.0
    }
}

fn checked(text: &str, expected: u32, key: &'static str) -> Result<(), KeyError> {
    let got = text
        .bytes()
        .last()
        .map_or(0, |byte| byte.wrapping_sub(b'0'));
    if u32::from(got) == expected {
        return Ok(());
    }
    let expected = u8::try_from(expected).unwrap_or(0);
    Err(KeyError::CheckDigit { key, expected, got })
}

fn number(text: &str, key: &'static str, bits: u32) -> Result<u64, KeyError> {
    all_digits(text, key)?;
    if text.len() > 1 && text.starts_with('0') {
        return Err(KeyError::LeadingZero { key });
    }
    if text.is_empty() {
        let expected = "at least 1";
        return Err(KeyError::Length {
            key,
            expected,
            got: 0,
        });
    }
    text.parse()
        .ok()
        .filter(|number| number >> bits == 0)
        .ok_or(KeyError::Range { key, bits })
}

fn checked_cage(text: &str) -> Result<String, KeyError> {
    let letter = |b: u8| b.is_ascii_digit() || b.is_ascii_uppercase() && !matches!(b, b'I' | b'O');
    if matches!(text.len(), 5 | 6) && text.bytes().all(letter) {
        return Ok(text.to_owned());
    }
    Err(KeyError::Form {
        key: "CAGE code or DODAAC",
        expected: "5 or 6 digits and capitals without I and O",
    })
}

fn adi_text(text: &str, key: &'static str, min: usize, max: usize) -> Result<(), KeyError> {
    let fits = |c: char| c.is_ascii_digit() || c.is_ascii_uppercase() || matches!(c, '-' | '/');
    if let Some((at, found)) = text.chars().enumerate().find(|(_, c)| !fits(*c)) {
        return Err(KeyError::OutsideSet39 { key, at, found });
    }
    if (min..=max).contains(&text.len()) {
        return Ok(());
    }
    let expected = if min == 0 { "0 to 32" } else { "1 to 30" };
    let got = text.len();
    Err(KeyError::Length { key, expected, got })
}
