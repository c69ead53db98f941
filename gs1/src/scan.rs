//! What a scanner or a person types, read whatever its form: the one entry for verification.
//!
//! Scanners differ: some send the symbology identifier, some replace FNC1 (ASCII 29) by a
//! printable stand-in, most end with a line break. All of that is undone here, and offsets in
//! errors still point into the text as it came. What cannot be undone without knowing the pack is
//! for [`crate::repair`].

mod carrier;
mod envelope;
mod ppn;
#[cfg(test)]
mod tests;
mod transmit;

pub use envelope::EnvelopeError;
pub use ppn::{Ppn, PpnError};
pub use transmit::{Content, Symbol, TransmitError, transmit};

use carrier::Promise;

use crate::element_string::{self, Element, ElementError};
use crate::epc::{Epc, EpcError};
use crate::expiry::ExpiryDate;
use crate::key::{Gtin, Lot, Serial, Sgtin, Sscc};
use crate::{digital_link, epc_binary, limits};

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
    /// Every ASC data identifier with its value, in the order of the symbol: what codes of the IFA
    /// (PPN) on German packs are written in. Their meaning is among `elements` too.
    pub data_identifiers: Vec<Element>,
    /// The Pharmacy Product Number, data identifier 9N.
    pub ppn: Option<Ppn>,
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
    /// A message in the envelope of ISO/IEC 15434 that cannot be read.
    #[error("message: {0}")]
    Envelope(#[from] EnvelopeError),
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
/// bracketed one, a message of ISO/IEC 15434 (macro 05 with element strings, macro 06 with a PPN
/// of the IFA), a Digital Link, an EPC URN, with or without a symbology identifier; the EPC memory
/// of a tag in hexadecimal or its tag URI; a lone GTIN is taken too, with its add-on or without.
/// White space and line breaks around it are dropped.
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
    as_it_is(text).map_or_else(|| undone(text), Ok)
}

/// An element string that is written with nothing but its own characters, as nearly all are: read
/// in place. `None` for every other text, and for one that [`undone`] has to say more about.
fn as_it_is(text: &str) -> Option<Scan> {
    let stands_in = |byte: u8| !byte.is_ascii() || matches!(byte, b'^' | b'{' | b'<');
    if text.bytes().any(stands_in) {
        return None;
    }
    let text = text.trim_matches(['\r', '\n', '\t', ' ']);
    let (carrier, content) = carrier::of_elements(text);
    let elements = match content.as_bytes().first()? {
        b'(' => element_string::parse_bracketed(content),
        b'0'..=b'9' | b'\x1d' if carrier.is_some() || !is_bare_gtin(content) => {
            element_string::parse_raw(content)
        }
        _ => return None,
    };
    let mut scan = from_elements(elements.ok()?);
    scan.carrier = carrier.map(ToOwned::to_owned);
    Some(scan)
}

/// Reads a scan of any form, with everything undone that a scanner may do to it.
fn undone(text: &str) -> Result<Scan, ScanError> {
    let symbols = carrier::symbols(text);
    let (carrier, symbols) = carrier::split(carrier::trim(&symbols))?;
    if symbols.is_empty() {
        return Err(ScanError::Empty);
    }
    let content: String = symbols.iter().map(|(_, c)| *c).collect();
    let promise = carrier
        .as_ref()
        .map_or(Promise::Anything, |(_, promise)| *promise);
    let mut scan = match promise {
        Promise::Elements => match envelope::read(symbols) {
            Some(message) => message?,
            None => from_elements(elements(symbols)?),
        },
        Promise::Retail(lengths) => retail(&content, lengths)?,
        Promise::WithAddOn => retail(without_add_on(&content), &[13])?,
        Promise::AddOn => {
            return Err(ScanError::Retail {
                found: shortened(&content),
            });
        }
        Promise::Anything => any(&content, symbols)?,
    };
    let carrier = carrier.map(|(name, _)| name.to_owned());
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

    /// Whether this is a product and nothing else, as a retail code names it.
    pub(crate) fn is_lone_gtin(&self) -> bool {
        matches!(self.elements.as_slice(), [(ai, _)] if ai == "01")
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
            Self::Elements(error) | Self::Envelope(EnvelopeError::Elements(error)) => error.ai(),
            Self::Identifier(EpcError::Element { ai, .. }) => Some(ai),
            _ => None,
        }
    }

    /// Where in the text the fault stands, in characters from 0.
    pub fn at(&self) -> Option<usize> {
        match self {
            Self::Elements(error) => error.at(),
            Self::Envelope(error) => error.at(),
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
            Self::Envelope(_) => "MESSAGE",
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
        if let Some(scan) = tag(content) {
            return Ok(scan);
        }
        return from_epc(&Epc::parse(content)?).ok_or_else(|| not_gs1(content));
    }
    if let Some(message) = envelope::read(symbols) {
        return Ok(message?);
    }
    match elements(symbols).map(from_elements) {
        Ok(scan) if scan.epc().is_some() || !is_bare_gtin(content) => Ok(scan),
        Ok(_) => retail(content, &[12, 13, 14]),
        Err(error) => retail(content, &[8, 12, 13, 14])
            .or_else(|_| tag(content).ok_or_else(|| ScanError::from(error))),
    }
}

/// What an RFID reader prints of a tag: its EPC memory in hexadecimal, of 96 bits at least, or the
/// EPC tag URI. A tag of a pack tells product and serial number.
fn tag(content: &str) -> Option<Scan> {
    const DIGITS_MIN: usize = 24;
    let is_uri = content.starts_with("urn:epc:tag:");
    let hex = if is_uri {
        epc_binary::encode(content).ok()?
    } else {
        content.to_owned()
    };
    if hex.len() < DIGITS_MIN {
        return None;
    }
    let elements = epc_binary::from_hex(&hex).ok()?.element_string()?;
    let elements = element_string::parse_bracketed(&elements).ok()?;
    Some(from_elements(elements))
}

/// A retail code without symbology identifier can be read as an element string by chance, but
/// hardly as one that identifies anything.
fn is_bare_gtin(content: &str) -> bool {
    matches!(content.len(), 12..=14) && Gtin::parse(content).is_ok()
}

/// A retail code before its add-on of two or five digits.
fn without_add_on(content: &str) -> &str {
    match content.len() {
        15 | 18 => content.get(..13).unwrap_or(content),
        _ => content,
    }
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
pub(crate) fn from_elements(elements: Vec<Element>) -> Scan {
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
