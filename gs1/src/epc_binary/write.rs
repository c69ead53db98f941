//! Writing tags: from a tag URI for the codings that have one, from element strings for those
//! since TDS 2.0. Nothing is rounded, cut or filled in: what does not fit is an error.

use super::bits::Writer;
use super::error::BinaryError;
use super::table::{self, Coding, Layout};
use super::{EPC_BITS_MAX, Scheme, classic, plus, upper_hex};
use crate::element_string::Element;
use crate::key::{Sgtin, Sscc};

/// The EPC memory, in whole words, of an EPC tag URI such as
/// `urn:epc:tag:sgtin-96:3.0614141.812345.6789`, in upper-case hexadecimal.
///
/// # Errors
/// [`BinaryError`] for text that is no tag URI, and for parts that the coding cannot hold.
pub fn encode(tag_uri: &str) -> Result<String, BinaryError> {
    Ok(upper_hex(&encode_bytes(tag_uri)?))
}

/// [`encode`] to bytes.
///
/// # Errors
/// As [`encode`].
pub fn encode_bytes(tag_uri: &str) -> Result<Vec<u8>, BinaryError> {
    let wrong = |problem: &str| BinaryError::TagUri {
        text: tag_uri.chars().take(80).collect(),
        problem: problem.to_owned(),
    };
    if tag_uri.len() > crate::limits::URI_BYTES_MAX {
        return Err(wrong("it is too long"));
    }
    let rest = tag_uri.strip_prefix("urn:epc:tag:");
    let rest = rest.ok_or_else(|| wrong("it does not begin with urn:epc:tag:"))?;
    let (name, body) = rest
        .split_once(':')
        .ok_or_else(|| wrong("it has no parts"))?;
    let coding = table::by_name(name).ok_or_else(|| wrong("its coding is not known"))?;
    let Layout::Classic { fields, .. } = coding.layout else {
        return Err(wrong("codings since tds 2.0 have no tag uri"));
    };
    let filtered = fields
        .iter()
        .any(|field| matches!(field, table::Field::Filter(_)));
    let (filter, body) = match body.split_once('.') {
        Some((filter, body)) if filtered => (filter, body),
        None if filtered => return Err(wrong("it has no parts")),
        _ => ("0", body),
    };
    let canonical = filter == "0" || !filter.starts_with(['0', '+']);
    let filter: Option<u8> = filter.parse().ok().filter(|_| canonical);
    let filter = filter.ok_or_else(|| wrong("its filter is no number"))?;
    let count = fields.iter().map(table::Field::parts).sum();
    let parts: Vec<String> = body
        .splitn(count, '.')
        .map(|part| unescape_part(part).ok_or_else(|| wrong("a part is not escaped rightly")))
        .collect::<Result<_, _>>()?;
    if parts.len() != count {
        return Err(wrong(&format!(
            "it has {} parts, expected {count}",
            parts.len()
        )));
    }
    let mut out = Writer::default();
    out.push(u64::from(coding.header), 8);
    classic::write(&mut out, fields, filter, &parts)?;
    Ok(out.into_words())
}

/// Undoes escapes; None where a character stands bare that must be escaped (TDS 6.3).
fn unescape_part(part: &str) -> Option<String> {
    let bare = |c: char| matches!(c, '"' | '#' | '&' | '/' | '<' | '>' | '?');
    if part.chars().any(bare) {
        return None;
    }
    crate::uri::decode_component(part).ok()
}

/// The EPC memory, in whole words, of element strings in a coding since TDS 2.0: key and serial in
/// their places, a date in that of DSGTIN+, everything else appended. `host` is for `++` codings.
///
/// # Errors
/// [`BinaryError`] when an element is missing, wrong, or has no form in a tag; when the coding has
/// a tag URI instead; when the whole exceeds [`EPC_BITS_MAX`].
pub fn encode_elements(
    scheme: Scheme,
    filter: u8,
    elements: &[Element],
    host: Option<&str>,
) -> Result<Vec<u8>, BinaryError> {
    let unfit = |field: &str, value: &str, problem: &str| BinaryError::Unfit {
        field: field.to_owned(),
        value: value.to_owned(),
        problem: problem.to_owned(),
    };
    let coding = table::of(scheme).filter(|coding| matches!(coding.layout, Layout::Plus { .. }));
    let Some(Coding {
        header,
        layout:
            Layout::Plus {
                dated,
                ais,
                host: hosted,
            },
        ..
    }) = coding
    else {
        return Err(unfit("coding", scheme.name(), "is written from a tag uri"));
    };
    match host {
        None if *hosted => return Err(unfit("host name", "", "is missing")),
        Some(name) if !hosted => return Err(unfit("host name", name, "has no place")),
        _ => {}
    }
    let mut out = Writer::default();
    out.push(u64::from(*header), 8);
    plus::write(&mut out, (*dated, ais), filter, elements, host)?;
    if out.len() > EPC_BITS_MAX {
        let got = u64::from(out.len());
        return Err(BinaryError::TooLong {
            got,
            max: EPC_BITS_MAX,
        });
    }
    Ok(out.into_words())
}

/// Writes a pack's tag.
///
/// # Errors
/// [`BinaryError`] when the serial number does not fit 38 bits, or filter or prefix length are
/// out of range.
pub fn encode_sgtin96(sgtin: &Sgtin, gcp_len: u8, filter: u8) -> Result<[u8; 12], BinaryError> {
    let (prefix, item) = sgtin
        .gtin
        .to_epc_parts(gcp_len)
        .ok_or(BinaryError::PrefixLength { got: gcp_len })?;
    let serial = sgtin.serial.to_string();
    match encode_96(Scheme::Sgtin96, filter, &[prefix, item, serial]) {
        Err(BinaryError::Unfit { value: serial, .. }) => Err(BinaryError::Serial { serial }),
        other => other,
    }
}

/// Writes a logistic unit's tag.
///
/// # Errors
/// [`BinaryError`] when filter or prefix length are out of range.
pub fn encode_sscc96(sscc: &Sscc, gcp_len: u8, filter: u8) -> Result<[u8; 12], BinaryError> {
    let (prefix, serial) = sscc
        .to_epc_parts(gcp_len)
        .ok_or(BinaryError::PrefixLength { got: gcp_len })?;
    encode_96(Scheme::Sscc96, filter, &[prefix, serial])
}

fn encode_96(scheme: Scheme, filter: u8, parts: &[String]) -> Result<[u8; 12], BinaryError> {
    let mut out = Writer::default();
    if let Some(Coding {
        header,
        layout: Layout::Classic { fields, .. },
        ..
    }) = table::of(scheme)
    {
        out.push(u64::from(*header), 8);
        classic::write(&mut out, fields, filter, parts)?;
    }
    let got = u64::from(out.len());
    let bytes = out.into_words().try_into();
    bytes.map_err(|_| BinaryError::TooLong { got, max: 96 })
}
