//! Messages in the envelope of ISO/IEC 15434, which Data Matrix writes as macro 05 and macro 06:
//! `[)>` RS format GS data RS EOT. Format 05 holds GS1 element strings; format 06 holds ASC data
//! identifiers (ANS MH10.8.2), as German packs with a PPN do.
//!
//! | identifier | content | as |
//! |---|---|---|
//! | 9N | Pharmacy Product Number | 01, where the number is also a trade item number |
//! | 8P | GTIN | 01 |
//! | S | serial number | 21 |
//! | 1T | lot | 10 |
//! | D | expiry, `YYMMDD` | 17 |
//! | 16D | date of manufacture, `YYYYMMDD` | 11 |

use super::carrier::{EOT, RS};
use super::{Ppn, PpnError, Scan, from_elements};
use crate::ai::{self, ValueError};
use crate::element_string::{self, Element, ElementError, FNC1};
use crate::key::Gtin;
use crate::limits::SCAN_ELEMENTS_MAX;

/// Why a message cannot be read. Offsets count characters of the text given, from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// A format that holds neither element strings nor data identifiers.
    #[error("format {found:?} at offset {at}, expected 05 or 06")]
    Format {
        /// Offset of the format.
        at: usize,
        /// What stands there.
        found: String,
    },
    /// Element strings of format 05.
    #[error("element string: {0}")]
    Elements(#[from] ElementError),
    /// No data identifier: up to three digits and a capital letter.
    #[error("no data identifier at offset {at}")]
    Identifier {
        /// Offset of what stands there instead.
        at: usize,
    },
    /// A Pharmacy Product Number that is none.
    #[error("data identifier 9N at offset {at}: {source}")]
    Ppn {
        /// Offset of the value.
        at: usize,
        /// What is wrong.
        source: PpnError,
    },
    /// A value that does not fit its data identifier.
    #[error("data identifier {identifier} at offset {at}: {source}")]
    Value {
        /// The identifier.
        identifier: String,
        /// Offset of the value.
        at: usize,
        /// What is wrong.
        source: ValueError,
    },
    /// The same data identifier twice.
    #[error("data identifier {identifier} at offset {at} contradicts an earlier value")]
    Conflict {
        /// The identifier.
        identifier: String,
        /// Offset of the second value.
        at: usize,
    },
    /// More than [`SCAN_ELEMENTS_MAX`] values.
    #[error("more than {max} values")]
    TooMany {
        /// How many are read.
        max: usize,
    },
}

impl EnvelopeError {
    /// Where in the text, counted in characters.
    pub fn at(&self) -> Option<usize> {
        match self {
            Self::Elements(error) => error.at(),
            Self::Format { at, .. }
            | Self::Identifier { at }
            | Self::Ppn { at, .. }
            | Self::Value { at, .. }
            | Self::Conflict { at, .. } => Some(*at),
            Self::TooMany { .. } => None,
        }
    }
}

type Symbol = (usize, char);

/// Reads a message; none for a text without envelope. A PPN without its envelope, as scanners
/// that strip it send it, is read too.
pub(super) fn read(symbols: &[Symbol]) -> Option<Result<Scan, EnvelopeError>> {
    let mut rest = symbols;
    for mark in ['[', ')', '>'] {
        match rest.split_first() {
            Some(((_, c), tail)) if *c == mark => rest = tail,
            _ => return bare(symbols).then(|| message(&[], symbols)),
        }
    }
    Some(message(rest, &[]))
}

/// `9N` and a digit: no application identifier begins like that.
fn bare(symbols: &[Symbol]) -> bool {
    matches!(symbols, [(_, '9'), (_, 'N'), (_, '0'..='9'), ..])
}

/// Records after the mark, or the data of format 06 alone.
fn message(records: &[Symbol], data: &[Symbol]) -> Result<Scan, EnvelopeError> {
    let mut out = Found::default();
    out.read_data(data)?;
    for record in records.split(|(_, c)| matches!(*c, RS | EOT)) {
        let Some((at, _)) = record.first() else {
            continue;
        };
        let (format, rest) = record.split_at_checked(2).unwrap_or((record, &[]));
        let format: String = format.iter().map(|(_, c)| *c).collect();
        let rest = match rest.split_first() {
            Some(((_, FNC1), tail)) => tail,
            _ => rest,
        };
        match format.as_str() {
            "05" => out.elements.extend(element_string::raw(rest)?),
            "06" => out.read_data(rest)?,
            _ => {
                return Err(EnvelopeError::Format {
                    at: *at,
                    found: format,
                });
            }
        }
    }
    if out.elements.len() > SCAN_ELEMENTS_MAX {
        return Err(EnvelopeError::TooMany {
            max: SCAN_ELEMENTS_MAX,
        });
    }
    Ok(out.into_scan())
}

#[derive(Default)]
struct Found {
    elements: Vec<Element>,
    identifiers: Vec<Element>,
    ppn: Option<Ppn>,
}

impl Found {
    fn read_data(&mut self, data: &[Symbol]) -> Result<(), EnvelopeError> {
        let values = data.split(|(_, c)| *c == FNC1);
        for value in values.filter(|value| !value.is_empty()) {
            self.read_value(value)?;
            if self.identifiers.len() > SCAN_ELEMENTS_MAX {
                return Err(EnvelopeError::TooMany {
                    max: SCAN_ELEMENTS_MAX,
                });
            }
        }
        Ok(())
    }

    /// One identifier with its value.
    fn read_value(&mut self, symbols: &[Symbol]) -> Result<(), EnvelopeError> {
        let start = symbols.first().map_or(0, |(at, _)| *at);
        let digits = symbols
            .iter()
            .take_while(|(_, c)| c.is_ascii_digit())
            .count();
        let letter = symbols.get(digits).filter(|(_, c)| c.is_ascii_uppercase());
        if digits > 3 || letter.is_none() {
            return Err(EnvelopeError::Identifier { at: start });
        }
        let text = |symbols: &[Symbol]| symbols.iter().map(|(_, c)| *c).collect::<String>();
        let (identifier, value) = symbols.split_at_checked(digits + 1).unwrap_or_default();
        let at = value.first().map_or(start, |(at, _)| *at);
        let (identifier, value) = (text(identifier), text(value));
        match self
            .identifiers
            .iter()
            .find(|(earlier, _)| *earlier == identifier)
        {
            Some((_, earlier)) if *earlier == value => return Ok(()),
            Some(_) => return Err(EnvelopeError::Conflict { identifier, at }),
            None => {}
        }
        if identifier == "9N" {
            let ppn = Ppn::parse(&value).map_err(|source| EnvelopeError::Ppn { at, source })?;
            self.ppn = Some(ppn);
        } else if let Some((ai, value)) = meaning(&identifier, &value) {
            if let Some(rule) = ai::rule(ai) {
                let identifier = identifier.clone();
                rule.check(&value).map_err(|source| EnvelopeError::Value {
                    identifier,
                    at,
                    source,
                })?;
            }
            self.elements.push((ai.to_owned(), value));
        }
        self.identifiers.push((identifier, value));
        Ok(())
    }

    /// The product first, as element strings have it.
    fn into_scan(mut self) -> Scan {
        let known = self.elements.iter().any(|(ai, _)| ai == "01");
        let gtin = self.ppn.as_ref().and_then(Ppn::gtin).filter(|_| !known);
        if let Some(gtin) = gtin {
            self.elements.insert(0, ("01".to_owned(), gtin.to_string()));
        }
        if let Some(at) = self.elements.iter().position(|(ai, _)| ai == "01") {
            self.elements
                .get_mut(..=at)
                .unwrap_or_default()
                .rotate_right(1);
        }
        let mut scan = from_elements(self.elements);
        scan.data_identifiers = self.identifiers;
        scan.ppn = self.ppn;
        scan
    }
}

/// The application identifier that says the same as a data identifier.
fn meaning(identifier: &str, value: &str) -> Option<(&'static str, String)> {
    Some(match identifier {
        // Shorter ones are filled up where they are GTINs; a wrong one fails by its AI.
        "8P" => (
            "01",
            Gtin::parse(value).map_or_else(|_| value.to_owned(), |g| g.to_string()),
        ),
        "S" => ("21", value.to_owned()),
        "1T" => ("10", value.to_owned()),
        "D" => ("17", value.to_owned()),
        "16D" => ("11", value.get(2..).unwrap_or(value).to_owned()),
        _ => return None,
    })
}
