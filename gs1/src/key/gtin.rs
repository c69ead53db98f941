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
        let payload: [u8; 13] = format!("{indicator}{prefix}{item}")
            .into_bytes()
            .try_into()
            .ok()?;
        if !payload.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let mut digits = [b'0' + crate::check_digit::of(&payload); 14];
        digits
            .iter_mut()
            .zip(payload)
            .for_each(|(to, from)| *to = from);
        Some(Self(digits))
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
