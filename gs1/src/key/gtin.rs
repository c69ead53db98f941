//! GTIN: which trade item. All lengths of the key are one value, its 14-digit form.

use super::{KeyError, all_digits, checked_digits, digits_str, key_text};

/// Global Trade Item Number, kept as 14 digits (GS1 General Specifications 2.1, 3.3.2).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gtin([u8; 14]);

key_text!(Gtin);

impl Gtin {
    /// Reads a GTIN-8, -12, -13 or -14; the shorter ones are filled with zeros on the left.
    ///
    /// # Errors
    /// [`KeyError`] for another length, a character that is no digit, or a wrong check digit.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        const EXPECTED: &str = "8, 12, 13 or 14";
        all_digits(text, "GTIN")?;
        if !matches!(text.len(), 8 | 12 | 13 | 14) {
            return Err(KeyError::Length {
                key: "GTIN",
                expected: EXPECTED,
                got: text.len(),
            });
        }
        checked_digits(&format!("{text:0>14}"), "GTIN", EXPECTED).map(Self)
    }

    /// The GTIN of a company prefix and the indicator-and-item-reference digits of an EPC URN
    /// (TDS 7.3.1): `indicator + prefix + reference + check digit`. None unless there are 13.
    pub(crate) fn from_epc_parts(prefix: &str, indicator_and_item: &str) -> Option<Self> {
        let (indicator, item) = indicator_and_item.split_at_checked(1)?;
        if prefix.len() + item.len() != 12 {
            return None;
        }
        let mut digits = [b'0'; 14];
        let mut rest = digits.as_mut_slice();
        for part in [indicator, prefix, item] {
            let (to, after) = rest.split_at_mut_checked(part.len())?;
            to.copy_from_slice(part.as_bytes());
            rest = after;
        }
        let (check, payload) = digits.split_last_mut()?;
        if !payload.iter().all(u8::is_ascii_digit) {
            return None;
        }
        *check = b'0' + crate::check_digit::of(payload);
        Some(Self(digits))
    }

    /// The 14 digits, as ASCII.
    pub fn digits(&self) -> &[u8; 14] {
        &self.0
    }

    /// The GTIN of 14 digits that end in their check digit.
    pub(crate) fn from_digits(digits: &[u8; 14]) -> Option<Self> {
        let fits = digits.iter().all(u8::is_ascii_digit) && crate::check_digit::holds(digits);
        fits.then_some(Self(*digits))
    }

    /// The parts of [`Gtin::from_epc_parts`] for a company prefix of `prefix_len` digits (6..=12).
    pub(crate) fn to_epc_parts(&self, prefix_len: u8) -> Option<(String, String)> {
        if !(6..=12).contains(&prefix_len) {
            return None;
        }
        let (indicator, rest) = self.text().split_at_checked(1)?;
        let (prefix, rest) = rest.split_at_checked(usize::from(prefix_len))?;
        let item = rest.get(..rest.len().checked_sub(1)?)?;
        Some((prefix.to_owned(), format!("{indicator}{item}")))
    }

    fn text(&self) -> &str {
        digits_str(&self.0)
    }
}
