//! What a scanner or a person types, read whatever its form: the one entry for verification.
//!
//! Scanners differ: some send the symbology identifier, some replace FNC1 (ASCII 29) by a
//! printable stand-in, most end with a line break. All of that is undone here, and offsets in
//! errors still point into the text as it came.

#[cfg(test)]
mod tests;

use crate::element_string::{self, Element, ElementError, FNC1};
use crate::epc::{Epc, EpcError};
use crate::expiry::ExpiryDate;
use crate::key::{Gtin, Lot, Serial, Sgtin, Sscc};
use crate::{digital_link, limits};

/// The content of one symbol, tag or typed line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scan {
    /// Product, AI 01.
    pub gtin: Option<Gtin>,
    /// Serial number, AI 21.
    pub serial: Option<Serial>,
    /// Lot, AI 10.
    pub lot: Option<Lot>,
    /// Expiry, AI 17, as printed.
    pub expiry: Option<ExpiryDate>,
    /// Logistic unit, AI 00.
    pub sscc: Option<Sscc>,
    /// Every application identifier with its value, in the order of the symbol.
    pub elements: Vec<Element>,
    /// The symbology identifier that the scanner sent, such as `]d2`.
    pub carrier: Option<String>,
}

/// Why a scan could not be read. Offsets count characters of the text given, from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// Nothing but white space or a symbology identifier.
    #[error("scan is empty")]
    Empty,
    /// Longer than [`limits::SCAN_BYTES_MAX`].
    #[error("scan has {got} bytes, at most {max} are read")]
    TooLong {
        /// Bytes given.
        got: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// A symbology identifier of a code that carries no GS1 data.
    #[error("symbology identifier {found:?} is not one of a gs1 code")]
    Symbology {
        /// The identifier found.
        found: String,
    },
    /// A symbol of a fixed number of digits that holds something else.
    #[error("retail code {found:?} is not a gtin with a right check digit")]
    Retail {
        /// The text found.
        found: String,
    },
    /// The element string cannot be cut or holds a wrong value.
    #[error("element string: {0}")]
    Elements(#[from] ElementError),
    /// A Digital Link or EPC URN that is malformed.
    #[error("identifier: {0}")]
    Identifier(#[from] EpcError),
    /// A well-formed address that holds no GS1 identifier.
    #[error("{found:?} holds no gs1 identifier")]
    NotGs1 {
        /// The text found, shortened.
        found: String,
    },
}

/// Reads a scan: a raw element string (FNC1 as ASCII 29, or typed as `^`, `{GS}` or U+241D), a
/// bracketed one, a Digital Link or an EPC URN, with or without a symbology identifier; a lone
/// GTIN is taken too. White space and line breaks around it are dropped.
///
/// # Errors
/// [`ScanError`], naming the element and the offset where there is one.
pub fn parse(text: &str) -> Result<Scan, ScanError> {
    if text.len() > limits::SCAN_BYTES_MAX {
        return Err(ScanError::TooLong {
            got: text.len(),
            max: limits::SCAN_BYTES_MAX,
        });
    }
    let symbols = symbols(text);
    let (carrier, symbols) = split_carrier(trim(&symbols))?;
    if symbols.is_empty() {
        return Err(ScanError::Empty);
    }
    let content: String = symbols.iter().map(|(_, c)| *c).collect();
    let mut scan = match carrier.as_deref() {
        Some("]E0") => retail(&content, &[13])?,
        Some("]E4") => retail(&content, &[8])?,
        Some("]I1") => retail(&content, &[14])?,
        Some(gs1) if GS1_CARRIERS.contains(&gs1) => from_elements(elements(symbols)?),
        _ => any(&content, symbols)?,
    };
    scan.carrier = carrier;
    Ok(scan)
}

impl Scan {
    /// The pack, where product and serial number are both there.
    pub fn sgtin(&self) -> Option<Sgtin> {
        Some(Sgtin::new(self.gtin.clone()?, self.serial.clone()?))
    }

    /// What was scanned, the finest identifier first: pack, logistic unit, lot, product, place.
    pub fn epc(&self) -> Option<Epc> {
        Epc::from_elements(&self.elements)
    }

    /// The value of one application identifier.
    pub fn value(&self, ai: &str) -> Option<&str> {
        self.elements
            .iter()
            .find(|(key, _)| key == ai)
            .map(|(_, value)| value.as_str())
    }
}

impl ScanError {
    /// The application identifier at fault, where one was recognised.
    pub fn ai(&self) -> Option<&str> {
        match self {
            Self::Elements(error) => error.ai(),
            Self::Identifier(EpcError::Element { ai, .. }) => Some(ai),
            _ => None,
        }
    }

    /// Where in the text the fault stands, in characters from 0.
    pub fn at(&self) -> Option<usize> {
        match self {
            Self::Elements(error) => error.at(),
            _ => None,
        }
    }

    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "EMPTY",
            Self::TooLong { .. } => "TOO_LONG",
            Self::Symbology { .. } => "SYMBOLOGY",
            Self::Retail { .. } => "RETAIL_CODE",
            Self::Elements(error) => match error {
                ElementError::UnknownAi { .. } => "UNKNOWN_AI",
                ElementError::Value { .. } => "ELEMENT_VALUE",
                ElementError::Conflict { .. } => "ELEMENT_CONFLICT",
                ElementError::Bracket { .. } => "BRACKET",
                ElementError::TooMany { .. } => "TOO_MANY_ELEMENTS",
            },
            Self::Identifier(_) => "IDENTIFIER",
            Self::NotGs1 { .. } => "NOT_GS1",
        }
    }
}

/// Symbology identifiers that promise an element string: GS1-128, GS1 DataMatrix, GS1 `DataBar` and
/// composite, GS1 QR Code, GS1 `DotCode` (General Specifications, figure 5.1.2-2).
const GS1_CARRIERS: [&str; 5] = ["]C1", "]d2", "]e0", "]Q3", "]J1"];

/// Symbology identifiers of the same codes without that promise: plain text, often a web address.
const PLAIN_CARRIERS: [&str; 5] = ["]C0", "]d1", "]Q1", "]J0", "]d0"];

/// Symbology identifiers of the retail codes EAN-13/UPC, EAN-8 and ITF-14.
const RETAIL_CARRIERS: [&str; 3] = ["]E0", "]E4", "]I1"];

/// The characters with their offsets; every stand-in of FNC1 becomes FNC1.
fn symbols(text: &str) -> Vec<(usize, char)> {
    let chars: Vec<char> = text.chars().collect();
    let mut out = Vec::with_capacity(chars.len());
    let mut at = 0;
    while let Some(c) = chars.get(at) {
        let typed = matches!(chars.get(at..at + 4),
            Some(['{', g, s, '}']) if g.eq_ignore_ascii_case(&'g') && s.eq_ignore_ascii_case(&'s'));
        let stand_in = typed || matches!(c, '^' | '\u{241d}');
        out.push((at, if stand_in { FNC1 } else { *c }));
        at += if typed { 4 } else { 1 };
    }
    out
}

fn trim(symbols: &[(usize, char)]) -> &[(usize, char)] {
    let outside = |c: char| matches!(c, '\r' | '\n' | '\t' | ' ' | '\u{feff}');
    let mut rest = symbols;
    while let Some(((_, c), tail)) = rest.split_first() {
        if !outside(*c) {
            break;
        }
        rest = tail;
    }
    while let Some(((_, c), head)) = rest.split_last() {
        if !outside(*c) {
            break;
        }
        rest = head;
    }
    rest
}

type Carried<'a> = (Option<String>, &'a [(usize, char)]);

fn split_carrier(symbols: &[(usize, char)]) -> Result<Carried<'_>, ScanError> {
    if !matches!(symbols.first(), Some((_, ']'))) {
        return Ok((None, symbols));
    }
    let (head, rest) = symbols.split_at_checked(3).unwrap_or((symbols, &[]));
    let found: String = head.iter().map(|(_, c)| *c).collect();
    let known = [&GS1_CARRIERS[..], &PLAIN_CARRIERS, &RETAIL_CARRIERS]
        .iter()
        .any(|list| list.contains(&found.as_str()));
    if known {
        Ok((Some(found), rest))
    } else {
        Err(ScanError::Symbology { found })
    }
}

/// A typed line, or a code that does not say what it holds.
fn any(content: &str, symbols: &[(usize, char)]) -> Result<Scan, ScanError> {
    let scheme = content.split_once(':').map(|(scheme, _)| scheme);
    if scheme.is_some_and(digital_link::is_web_scheme) {
        return match digital_link::parse(content)? {
            Some(link) => Ok(from_elements(link.elements().cloned().collect())),
            None => Err(not_gs1(content)),
        };
    }
    if scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("urn")) {
        return from_epc(&Epc::parse(content)?).ok_or_else(|| not_gs1(content));
    }
    match elements(symbols).map(from_elements) {
        Ok(scan) if scan.epc().is_some() || !is_bare_gtin(content) => Ok(scan),
        Ok(_) => retail(content, &[12, 13, 14]),
        Err(error) => retail(content, &[8, 12, 13, 14]).map_err(|_| ScanError::from(error)),
    }
}

/// A retail code without symbology identifier can be read as an element string by chance, but
/// hardly as one that identifies anything.
fn is_bare_gtin(content: &str) -> bool {
    matches!(content.len(), 12..=14) && Gtin::parse(content).is_ok()
}

fn elements(symbols: &[(usize, char)]) -> Result<Vec<Element>, ElementError> {
    if matches!(symbols.first(), Some((_, '('))) {
        element_string::bracketed(symbols)
    } else {
        element_string::raw(symbols)
    }
}

/// A lone GTIN with one of these numbers of digits.
fn retail(content: &str, lengths: &[usize]) -> Result<Scan, ScanError> {
    match Gtin::parse(content) {
        Ok(gtin) if lengths.contains(&content.len()) => {
            Ok(from_elements(vec![("01".to_owned(), gtin.to_string())]))
        }
        _ => Err(ScanError::Retail {
            found: shortened(content),
        }),
    }
}

fn from_epc(epc: &Epc) -> Option<Scan> {
    epc.to_elements().map(from_elements)
}

/// The typed fields. Every value has been checked against its format, which is also the key's.
fn from_elements(elements: Vec<Element>) -> Scan {
    let mut scan = Scan::default();
    for (ai, value) in &elements {
        match ai.as_str() {
            "00" => scan.sscc = Sscc::parse(value).ok(),
            "01" => scan.gtin = Gtin::parse(value).ok(),
            "10" => scan.lot = Lot::parse(value).ok(),
            "17" => scan.expiry = ExpiryDate::parse_yymmdd(value).ok(),
            "21" => scan.serial = Serial::parse(value).ok(),
            _ => {}
        }
    }
    scan.elements = elements;
    scan
}

fn not_gs1(content: &str) -> ScanError {
    ScanError::NotGs1 {
        found: shortened(content),
    }
}

fn shortened(content: &str) -> String {
    content.chars().take(80).collect()
}
