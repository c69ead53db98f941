//! `LLRPStatus` (287): the reader's answer to a request. Codes are kept as numbers because
//! readers invent their own; the text is kept as bytes because not every reader writes UTF-8.

use std::fmt;

use super::parameter::{Tlv, tlv};
use super::wire::{Cursor, Malformed, Writer};

/// A string of the protocol: meant to be UTF-8, kept as it came.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text(pub Vec<u8>);

/// Outcome of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LlrpStatus {
    /// `StatusCode`; 0 is success.
    pub code: u16,
    /// `ErrorDescription`.
    pub description: Text,
    /// `FieldError`, `ParameterError` and whatever else explains it.
    pub details: Vec<Tlv>,
}

/// Type of `LLRPStatus`.
const LLRP_STATUS: u16 = 287;

impl LlrpStatus {
    /// `M_Success`.
    pub const SUCCESS: u16 = 0;
    /// `M_ParameterError`.
    pub const PARAMETER_ERROR: u16 = 100;
    /// `M_FieldError`.
    pub const FIELD_ERROR: u16 = 101;
    /// `M_UnexpectedParameter`.
    pub const UNEXPECTED_PARAMETER: u16 = 102;
    /// `M_MissingParameter`.
    pub const MISSING_PARAMETER: u16 = 103;
    /// `M_UnsupportedMessage`.
    pub const UNSUPPORTED_MESSAGE: u16 = 109;
    /// `M_UnsupportedVersion`.
    pub const UNSUPPORTED_VERSION: u16 = 110;
    /// `M_UnsupportedParameter`.
    pub const UNSUPPORTED_PARAMETER: u16 = 111;

    /// A status with a sentence.
    pub fn new(code: u16, description: &str) -> Self {
        Self {
            code,
            description: Text::from(description),
            details: Vec::new(),
        }
    }

    /// Success.
    pub fn success() -> Self {
        Self::new(Self::SUCCESS, "")
    }

    /// Whether the request was carried out.
    pub fn is_success(&self) -> bool {
        self.code == Self::SUCCESS
    }

    pub(super) fn decode(from: &mut Cursor<'_>) -> Result<Self, Malformed> {
        let at = from.offset();
        let (kind, mut body) = tlv(from)?;
        if kind != LLRP_STATUS {
            return Err(Malformed {
                what: "LLRPStatus expected first",
                offset: at,
            });
        }
        Ok(Self {
            code: body.u16("StatusCode")?,
            description: Text(body.bytes_u16("ErrorDescription")?.to_vec()),
            details: Tlv::decode_all(&mut body)?,
        })
    }

    pub(super) fn encode(&self, to: &mut Writer) {
        to.tlv(LLRP_STATUS, "LLRPStatus", |to| {
            to.u16(self.code);
            to.bytes_u16(&self.description.0, "ErrorDescription");
            for detail in &self.details {
                detail.encode(to);
            }
        });
    }
}

impl fmt::Display for LlrpStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "status {}", self.code)?;
        if !self.description.0.is_empty() {
            write!(f, " ({})", self.description)?;
        }
        Ok(())
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}
