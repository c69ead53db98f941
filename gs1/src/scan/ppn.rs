//! The Pharmacy Product Number of the IFA (PPN code specification, appendix B): a national product
//! number made unique in the world by the code of the agency that gave it, with check digits.

use std::fmt;

use crate::check_digit;
use crate::key::Gtin;

/// A Pharmacy Product Number, such as `110375286414`: agency 11, PZN 03752864, check digits 14.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ppn(String);

/// Why a text is no Pharmacy Product Number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PpnError {
    /// Shorter or longer than agency code, number and check digits can be.
    #[error("product number has {got} characters, expected 5 to 22")]
    Length {
        /// Characters given.
        got: usize,
    },
    /// A character that is neither digit nor capital letter.
    #[error("product number holds {found:?}, expected digits and capital letters")]
    Character {
        /// The character.
        found: char,
    },
    /// Wrong check digits, modulo 97.
    #[error("product number has check digits {got}, expected {expected}")]
    Check {
        /// The digits that would be right.
        expected: String,
        /// The digits given.
        got: String,
    },
    /// Agency 11 with a number that is no Pharmazentralnummer: eight digits, the last one checks.
    #[error("product number holds {found:?}, which is no pzn")]
    Pzn {
        /// The number found.
        found: String,
    },
}

/// Agency code of the German IFA.
const GERMANY: &str = "11";
/// Company prefix under which a PZN is a trade item number (NTIN), filled to 14 digits.
const NTIN: &str = "04150";

impl Ppn {
    /// Reads a number.
    ///
    /// # Errors
    /// [`PpnError`] for a wrong length, character, check digits, or PZN.
    pub fn parse(text: &str) -> Result<Self, PpnError> {
        if let Some(found) = text
            .chars()
            .find(|c| !c.is_ascii_digit() && !c.is_ascii_uppercase())
        {
            return Err(PpnError::Character { found });
        }
        if !(5..=22).contains(&text.len()) {
            return Err(PpnError::Length { got: text.len() });
        }
        let (payload, got) = text.split_at_checked(text.len() - 2).unwrap_or_default();
        let expected = format!("{:02}", modulo_97(payload));
        if got != expected {
            return Err(PpnError::Check {
                expected,
                got: got.to_owned(),
            });
        }
        let ppn = Self(text.to_owned());
        if ppn.agency() == GERMANY && !is_pzn(ppn.number()) {
            return Err(PpnError::Pzn {
                found: ppn.number().to_owned(),
            });
        }
        Ok(ppn)
    }

    /// The number as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The code of the agency, two characters; 11 is the German IFA.
    pub fn agency(&self) -> &str {
        self.0.get(..2).unwrap_or_default()
    }

    /// The national number: for agency 11 the PZN of eight digits.
    pub fn number(&self) -> &str {
        self.0.get(2..self.0.len() - 2).unwrap_or_default()
    }

    /// The same product as a GTIN, where that is defined: for agency 11 the NTIN, company prefix
    /// 4150 and the PZN.
    pub fn gtin(&self) -> Option<Gtin> {
        if self.agency() != GERMANY {
            return None;
        }
        let payload = format!("{NTIN}{}", self.number());
        let check = check_digit::of(payload.as_bytes());
        Gtin::parse(&format!("{payload}{check}")).ok()
    }

    /// The number of a GTIN that is a German NTIN.
    pub fn from_ntin(gtin: &Gtin) -> Option<Self> {
        let pzn = gtin.as_str().strip_prefix(NTIN)?.get(..8)?;
        let payload = format!("{GERMANY}{pzn}");
        Self::parse(&format!("{payload}{:02}", modulo_97(&payload))).ok()
    }
}

impl fmt::Display for Ppn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// ASCII codes weighted 2, 3, 4 and so on from the left, modulo 97.
fn modulo_97(payload: &str) -> usize {
    let weighted = payload
        .bytes()
        .zip(2..)
        .map(|(b, weight)| usize::from(b) * weight);
    weighted.sum::<usize>() % 97
}

/// Eight digits of which the last is the sum of the others, weighted 1 to 7, modulo 11; a sum of
/// 10 is not given out.
fn is_pzn(number: &str) -> bool {
    let digits: Vec<u32> = number.chars().filter_map(|c| c.to_digit(10)).collect();
    let [payload @ .., check] = digits.as_slice() else {
        return false;
    };
    let sum: u32 = payload
        .iter()
        .zip(1..)
        .map(|(digit, weight)| digit * weight)
        .sum();
    number.len() == 8 && digits.len() == 8 && sum % 11 == *check
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_their_gtin() {
        for (text, pzn, gtin) in [
            ("110375286414", "03752864", "04150037528643"),
            ("111234567842", "12345678", "04150123456782"),
        ] {
            let ppn = Ppn::parse(text).unwrap();
            assert_eq!(
                (ppn.agency(), ppn.number(), ppn.as_str()),
                ("11", pzn, text)
            );
            let ntin = ppn.gtin().unwrap();
            assert_eq!(ntin.as_str(), gtin);
            assert_eq!(Ppn::from_ntin(&ntin), Some(ppn));
        }
        assert_eq!(
            Ppn::from_ntin(&Gtin::parse("09506000134352").unwrap()),
            None
        );
    }

    #[test]
    fn wrong_numbers_are_told_apart() {
        for (text, part) in [
            ("1103752864", "check digits 64, expected"),
            ("110375286415", "check digits 15, expected 14"),
            ("11", "has 2 characters"),
            ("11037528641a", "holds 'a'"),
            ("11\u{663}", "holds"),
            ("11123456790000000000000", "has 23 characters"),
        ] {
            let error = Ppn::parse(text).unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
        let payload = "1112345679";
        let error = Ppn::parse(&format!("{payload}{:02}", modulo_97(payload))).unwrap_err();
        assert!(matches!(error, PpnError::Pzn { .. }));
    }
}
