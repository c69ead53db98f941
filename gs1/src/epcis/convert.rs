//! Documents from one form into another: JSON, XML 2.0, XML 1.2. The form of what comes in is
//! recognised, the form of what goes out is asked for, and what is lost on the way is listed.

use super::document::{Document, Validation, parse_document, validate_json};
use super::problem::ParseError;
use super::time;
use super::translate::CbvFormat;
use super::xml::{self, Loss, Note, Version};

/// The forms of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// EPCIS 2.0 in JSON.
    Json,
    /// EPCIS 2.0 or 1.2 in XML.
    Xml(Version),
}

/// A document in another form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converted {
    /// Its text in UTF-8.
    pub bytes: Vec<u8>,
    /// What the new form cannot say.
    pub losses: Vec<Loss>,
    /// What reading left out.
    pub notes: Vec<Note>,
}

impl Target {
    /// Reads `json`, `xml2.0` or `xml1.2`.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "json" => Self::Json,
            "xml2.0" => Self::Xml(Version::V2_0),
            "xml1.2" => Self::Xml(Version::V1_2),
            _ => return None,
        })
    }
}

/// Whether a document is XML: it begins with `<`, or as UTF-16 does.
pub fn is_xml(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    first == Some(&b'<') || bytes.starts_with(b"\xfe\xff") || bytes.starts_with(b"\xff\xfe")
}

/// Reads a document in JSON or XML of any version.
///
/// # Errors
/// [`ParseError`] with every problem found.
pub fn parse_any(bytes: &[u8]) -> Result<Document, ParseError> {
    if is_xml(bytes) {
        return xml::parse(bytes);
    }
    parse_document(bytes)
}

/// Judges a document in JSON or XML of any version: the schema that it claims, the standard, and
/// whether [`parse_any`] accepts it.
pub fn validate(bytes: &[u8]) -> Validation {
    if is_xml(bytes) {
        return xml::validate_xml(bytes);
    }
    validate_json(bytes)
}

/// Converts a document, CBV terms as the new form has them by default.
///
/// # Errors
/// [`ParseError`] when the document cannot be read.
pub fn convert(bytes: &[u8], target: Target) -> Result<Converted, ParseError> {
    let (document, notes) = if is_xml(bytes) {
        let reading = xml::read(bytes)?;
        (reading.document, reading.notes)
    } else {
        (parse_document(bytes)?, Vec::new())
    };
    let (bytes, losses) = match target {
        Target::Json => {
            let mut text = format!("{:#}", document.to_json());
            text.push('\n');
            (text.into_bytes(), Vec::new())
        }
        Target::Xml(version) => xml::write(&document, version, CbvFormat::default()),
    };
    Ok(Converted {
        bytes,
        losses,
        notes,
    })
}

impl Document {
    /// The date of the document; else the latest time that its events give.
    pub(super) fn creation_date(&self) -> String {
        let times = self.events.iter();
        let latest = times.map(|event| event.record_time_ms.unwrap_or(event.event_time_ms));
        let ms = self.header.creation_date_ms.or_else(|| latest.max());
        time::format(ms.unwrap_or(0)).unwrap_or_else(|| "1970-01-01T00:00:00.000Z".to_owned())
    }
}
