//! SSCC: which logistic unit (case, pallet, parcel).

use super::{KeyError, checked_digits, digits_str, key_text};

/// Serial Shipping Container Code, 18 digits (GS1 General Specifications 2.2.1).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sscc([u8; 18]);

key_text!(Sscc);

impl Sscc {
    /// Reads 18 digits, the last of them the check digit.
    ///
    /// # Errors
    /// [`KeyError`] for another length, a character that is no digit, or a wrong check digit.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        checked_digits(text, "SSCC", "18").map(Self)
    }

    /// The SSCC of a company prefix and the extension-and-serial digits of an EPC URN
    /// (TDS 7.3.2). None unless together they are 17 digits.
    pub(crate) fn from_epc_parts(prefix: &str, extension_and_serial: &str) -> Option<Self> {
        let (extension, serial) = extension_and_serial.split_at_checked(1)?;
        let payload: [u8; 17] = format!("{extension}{prefix}{serial}")
            .into_bytes()
            .try_into()
            .ok()?;
        if !payload.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let mut digits = [b'0' + crate::check_digit::of(&payload); 18];
        digits
            .iter_mut()
            .zip(payload)
            .for_each(|(to, from)| *to = from);
        Some(Self(digits))
    }

    /// The parts of [`Sscc::from_epc_parts`] for a company prefix of `prefix_len` digits (6..=12).
    pub(crate) fn to_epc_parts(&self, prefix_len: u8) -> Option<(String, String)> {
        if !(6..=12).contains(&prefix_len) {
            return None;
        }
        let (extension, rest) = self.text().split_at_checked(1)?;
        let (prefix, rest) = rest.split_at_checked(usize::from(prefix_len))?;
        let serial = rest.get(..rest.len().checked_sub(1)?)?;
        Some((prefix.to_owned(), format!("{extension}{serial}")))
    }

    fn text(&self) -> &str {
        digits_str(&self.0)
    }
}
