//! EPCs as RFID tags hold them: every coding of the Tag Data Standard (TDS 2.3), from SGTIN-96 to
//! the `+` codings of whole element strings and the `++` codings with a host name.
//!
//! | codings | layout after the header of 8 bits |
//! |---|---|
//! | before TDS 2.0 | filter 3, partition 3, company prefix 20..40, reference, serial |
//! | `+`, since 2.0 | toggle 1, filter 3, key of 4 bits a digit, serial, appended elements |
//! | `++`, since 2.3 | as `+`, with a host name before what is appended |
//!
//! Decoding is strict: a number with more digits than its field stands for, a reserved partition,
//! bits after the end of a text or of the EPC that are not zero are errors that name the field and
//! its bit, because a tag that no conforming printer wrote is a sign worth seeing.
//!
//! ```
//! let tag = gs1::epc_binary::describe("FB342CDE795211411234538566CB0AFC4").unwrap();
//! assert_eq!(tag.scheme, "dsgtin+");
//! let text = tag.element_string.unwrap();
//! assert_eq!(text, "(01)79521141123453(21)32a/b(17)220630");
//! ```

mod aidc;
mod bits;
mod calendar;
mod classic;
mod error;
mod fast;
mod filter;
mod host;
mod keys;
mod memory;
mod plus;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod value;
mod view;
mod write;

pub use bits::EPC_BITS_MAX;
pub use error::BinaryError;
pub use fast::{Sgtin96, decode_sgtin96};
pub use memory::{Memory, MemoryError, Pc, Xpc};
pub(crate) use view::upper_hex;
pub use view::{TagView, describe, from_hex};
pub use write::{encode, encode_bytes, encode_elements, encode_sgtin96, encode_sscc96};

use crate::element_string::Element;
use crate::epc::{Epc, escape};
use bits::Reader;
use table::{Coding, Layout};

/// A coding of the Tag Data Standard (TDS 2.3, table 14-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// `gdti-96`, header 0x2c.
    Gdti96,
    /// `gsrn-96`, header 0x2d.
    Gsrn96,
    /// `gsrnp-96`, header 0x2e.
    Gsrnp96,
    /// `usdod-96`, header 0x2f.
    Usdod96,
    /// `sgtin-96`, header 0x30.
    Sgtin96,
    /// `sscc-96`, header 0x31.
    Sscc96,
    /// `sgln-96`, header 0x32.
    Sgln96,
    /// `grai-96`, header 0x33.
    Grai96,
    /// `giai-96`, header 0x34.
    Giai96,
    /// `gid-96`, header 0x35.
    Gid96,
    /// `sgtin-198`, header 0x36.
    Sgtin198,
    /// `grai-170`, header 0x37.
    Grai170,
    /// `giai-202`, header 0x38.
    Giai202,
    /// `sgln-195`, header 0x39.
    Sgln195,
    /// `gdti-113`, header 0x3a.
    Gdti113,
    /// `adi-var`, header 0x3b.
    AdiVar,
    /// `cpi-96`, header 0x3c.
    Cpi96,
    /// `cpi-var`, header 0x3d.
    CpiVar,
    /// `gdti-174`, header 0x3e.
    Gdti174,
    /// `sgcn-96`, header 0x3f.
    Sgcn96,
    /// `itip-110`, header 0x40.
    Itip110,
    /// `itip-212`, header 0x41.
    Itip212,
    /// `cpi+`, header 0xf0.
    CpiPlus,
    /// `grai+`, header 0xf1.
    GraiPlus,
    /// `sgln+`, header 0xf2.
    SglnPlus,
    /// `itip+`, header 0xf3.
    ItipPlus,
    /// `gsrn+`, header 0xf4.
    GsrnPlus,
    /// `gsrnp+`, header 0xf5.
    GsrnpPlus,
    /// `gdti+`, header 0xf6.
    GdtiPlus,
    /// `sgtin+`, header 0xf7.
    SgtinPlus,
    /// `sgcn+`, header 0xf8.
    SgcnPlus,
    /// `sscc+`, header 0xf9.
    SsccPlus,
    /// `giai+`, header 0xfa.
    GiaiPlus,
    /// `dsgtin+`, header 0xfb.
    DsgtinPlus,
    /// `cpi++`, header 0xe6.
    CpiPlusPlus,
    /// `grai++`, header 0xeb.
    GraiPlusPlus,
    /// `sgln++`, header 0xe9.
    SglnPlusPlus,
    /// `itip++`, header 0xed.
    ItipPlusPlus,
    /// `gsrn++`, header 0xe7.
    GsrnPlusPlus,
    /// `gsrnp++`, header 0xe8.
    GsrnpPlusPlus,
    /// `gdti++`, header 0xea.
    GdtiPlusPlus,
    /// `sgtin++`, header 0xfd.
    SgtinPlusPlus,
    /// `sgcn++`, header 0xec.
    SgcnPlusPlus,
    /// `sscc++`, header 0xef.
    SsccPlusPlus,
    /// `giai++`, header 0xee.
    GiaiPlusPlus,
    /// `dsgtin++`, header 0xfc.
    DsgtinPlusPlus,
}

/// What a tag says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagEpc {
    /// The coding.
    pub scheme: Scheme,
    /// Filter value: the packaging level (TDS 10), not part of the identity. None for GID-96,
    /// which has none.
    pub filter: Option<u8>,
    /// Digits of the company prefix, 6..=12. None where the coding does not tell it.
    pub gcp_len: Option<u8>,
    /// The identity.
    pub epc: Epc,
    /// The identity as element strings, then a date and data appended to the EPC. Empty for
    /// identifiers that are no GS1 keys (GID, `DoD`, ADI).
    pub elements: Vec<Element>,
    /// How many of the elements, counted from the end, were appended to the EPC (TDS 15.3).
    pub appended: usize,
    /// The toggle bit of `+` codings: whether the tag promises appended data. Readers select by
    /// it; it does not always keep its promise.
    pub toggle: bool,
    /// The host name of `++` codings.
    pub host: Option<String>,
    /// The 24 reserved bits that end an SSCC-96, GSRN-96 or GSRNP-96. TDS has them zero; another
    /// value is read, and is a sign of a tag that no conforming printer wrote.
    pub reserved: u32,
    /// Parts of the pure-identity URN, escaped and joined; none for codings since TDS 2.0.
    body: Option<String>,
}

/// Reads a tag's EPC of whole bytes: the EPC and at most the zeros that fill its last word.
///
/// # Errors
/// [`BinaryError`] naming the field and its bit.
pub fn decode(bytes: &[u8]) -> Result<TagEpc, BinaryError> {
    let bits = u64::try_from(bytes.len())
        .unwrap_or(u64::MAX)
        .saturating_mul(8);
    decode_bits(bytes, u32::try_from(bits).unwrap_or(u32::MAX))
}

/// Reads a tag's EPC of the first `bits` bits of `bytes`.
///
/// # Errors
/// [`BinaryError`] naming the field and its bit; `bits` above [`EPC_BITS_MAX`] or above what
/// `bytes` holds included.
pub fn decode_bits(bytes: &[u8], bits: u32) -> Result<TagEpc, BinaryError> {
    let (tag, rest) = decode_prefix(bytes, bits)?;
    let end = bits - rest;
    let filling = end.next_multiple_of(16) - end;
    if rest > filling {
        let scheme = tag.scheme.name();
        let extra = rest;
        return Err(BinaryError::Trailing { scheme, end, extra });
    }
    Ok(tag)
}

/// The EPC and how many bits follow it. What fills its last word must be zero.
fn decode_prefix(bytes: &[u8], bits: u32) -> Result<(TagEpc, u32), BinaryError> {
    let held = u64::try_from(bytes.len())
        .unwrap_or(u64::MAX)
        .saturating_mul(8);
    if bits > EPC_BITS_MAX || u64::from(bits) > held {
        let max = u32::try_from(held).unwrap_or(u32::MAX).min(EPC_BITS_MAX);
        return Err(BinaryError::TooLong {
            got: bits.into(),
            max,
        });
    }
    let mut reader = Reader::new(bytes, bits);
    if bits == 0 {
        return Err(BinaryError::Empty);
    }
    let header = reader.take_u8("header", 8)?;
    let Some(coding) = table::by_header(header) else {
        let name = table::header_name(header);
        return Err(BinaryError::Header { header, name });
    };
    let tag = decode_body(coding, &mut reader)?;
    let filling = reader.at().next_multiple_of(16) - reader.at();
    let mut rest = reader.clone();
    rest.limit(filling);
    if let Some(bit) = rest.first_set() {
        let field = "filling after the epc";
        return Err(BinaryError::NotZero { field, bit });
    }
    Ok((tag, reader.left()))
}

fn decode_body(coding: &Coding, reader: &mut Reader<'_>) -> Result<TagEpc, BinaryError> {
    match coding.layout {
        Layout::Classic { urn, fields, key } => {
            let read = classic::read(reader, fields)?;
            let escaped: Vec<String> = read.texts.iter().map(|part| escape_part(part)).collect();
            let body = escaped.join(".");
            let elements = key.and_then(|key| keys::elements(key, &read.texts));
            Ok(TagEpc {
                scheme: coding.scheme,
                filter: read.filter,
                gcp_len: read.gcp_len,
                epc: identify(&format!("urn:epc:id:{urn}:{body}")),
                elements: elements.unwrap_or_default(),
                appended: 0,
                toggle: false,
                host: None,
                reserved: read.reserved,
                body: Some(body),
            })
        }
        Layout::Plus { dated, ais, host } => {
            let read = plus::read(reader, (dated, ais, host))?;
            let identity: Vec<Element> = read
                .elements
                .iter()
                .filter(|(ai, _)| ais.contains(&ai.as_str()))
                .cloned()
                .collect();
            let link = keys::digital_link("id.gs1.org", &identity).unwrap_or_default();
            Ok(TagEpc {
                scheme: coding.scheme,
                filter: Some(read.filter),
                gcp_len: None,
                epc: identify(&link),
                elements: read.elements,
                appended: read.appended,
                toggle: read.toggle,
                host: read.host,
                reserved: 0,
                body: None,
            })
        }
    }
}

/// The identifier of a URI that was made of checked parts; kept as it is should no key be known
/// that has this form.
fn identify(uri: &str) -> Epc {
    Epc::parse(uri).unwrap_or_else(|_| Epc::Other(uri.to_owned()))
}

/// Escapes a part of a URN; `#` occurs in component references and serials of aircraft parts.
fn escape_part(part: &str) -> String {
    escape(part).replace('#', "%23")
}

impl Scheme {
    /// The name of tag URIs, such as `sgtin-96` or `dsgtin++`.
    pub fn name(self) -> &'static str {
        table::of(self).map_or("", |coding| coding.name)
    }

    /// The coding with this name.
    pub fn by_name(name: &str) -> Option<Self> {
        table::by_name(name).map(|coding| coding.scheme)
    }
}

impl TagEpc {
    /// The EPC tag URI (TDS 12), such as `urn:epc:tag:sgtin-96:3.0614141.812345.6789`. None for
    /// codings since TDS 2.0, which have none.
    pub fn tag_uri(&self) -> Option<String> {
        let (name, body) = (self.scheme.name(), self.body.as_ref()?);
        Some(match self.filter {
            Some(filter) => format!("urn:epc:tag:{name}:{filter}.{body}"),
            None => format!("urn:epc:tag:{name}:{body}"),
        })
    }

    /// The pure-identity URN (TDS 6). None for codings since TDS 2.0, which do not tell how long
    /// the company prefix is; [`Epc::to_urn`] takes it as an argument.
    pub fn urn(&self) -> Option<String> {
        let body = self.body.as_ref()?;
        match table::of(self.scheme)?.layout {
            Layout::Classic { urn, .. } => Some(format!("urn:epc:id:{urn}:{body}")),
            Layout::Plus { .. } => None,
        }
    }

    /// All elements in brackets, dates and appended data included. None without elements.
    pub fn element_string(&self) -> Option<String> {
        (!self.elements.is_empty()).then(|| crate::element_string::to_bracketed(&self.elements))
    }

    /// All elements as a Digital Link, on the host of the tag or else on `id.gs1.org`. None
    /// without elements.
    pub fn digital_link(&self) -> Option<String> {
        keys::digital_link(self.host.as_deref().unwrap_or("id.gs1.org"), &self.elements)
    }

    /// What the filter value means (TDS 10), none where it is reserved.
    pub fn filter_meaning(&self) -> Option<&'static str> {
        filter::meaning(self.scheme, self.filter?)
    }
}
