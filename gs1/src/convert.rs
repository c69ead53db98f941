//! One identifier in all its spellings at once: EPC URN, element string, Digital Link and bare
//! key. What cannot be known from the text is left out and said, never guessed.

#[cfg(test)]
mod tests;

use crate::digital_link::Reading;
use crate::element_string::{self, Element};
use crate::epc::{Epc, EpcError};
use crate::scan::{self, ScanError};
use crate::{digital_link, key::KeyError, uri};

/// The spellings of what a text identifies. Serialises as an object of these four names, `null`
/// for a spelling that does not exist or cannot be known.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Identity {
    /// The EPC URN.
    pub urn: Option<String>,
    /// The bracketed element string, with everything the text held.
    pub element_string: Option<String>,
    /// The Digital Link on `id.gs1.org`, with everything the text held.
    pub digital_link: Option<String>,
    /// The bare key, such as the GTIN of a serialised item.
    pub gs1_key: Option<String>,
    /// What is identified.
    #[serde(skip)]
    pub epc: Option<Epc>,
    /// Why there is no URN.
    #[serde(skip)]
    pub no_urn: Option<NoUrn>,
}

/// Why an identifier is not given as URN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoUrn {
    /// A URN parts the key after its company prefix, whose length no key tells.
    #[error("length of the company prefix is not known, give it to get the urn")]
    UnknownPrefixLength,
    /// The key is too short for the company prefix length given.
    #[error("key has no {0} digits of company prefix and a reference after them")]
    PrefixTooLong(u8),
    /// There is no EPC scheme for it.
    #[error("no epc scheme exists for this identifier")]
    NoScheme,
}

/// Why a text is not described.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConvertError {
    /// A company prefix has 4 to 12 digits, and 6 to 12 in an EPC.
    #[error("company prefix length is {0}, expected 6 to 12")]
    PrefixLength(u8),
    /// A URN tells the length of its company prefix; another one was asked for.
    #[error("urn has a company prefix of {urn} digits, but {asked} were asked for")]
    Contradiction {
        /// Digits of the company prefix in the URN.
        urn: u8,
        /// The length given.
        asked: u8,
    },
    /// A URI that is not well formed.
    #[error(transparent)]
    Uri(#[from] EpcError),
    /// No element string.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// A web address without a GS1 key in its path.
    #[error("web address holds no gs1 key")]
    NoLink,
    /// Elements none of which identifies anything.
    #[error("element string holds no gs1 key")]
    NoKey,
    /// A key that its element's format allows and that is still wrong.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Describes the thing that a URN, a Digital Link of any host, an element string (bracketed, raw
/// with FNC1 as group separator or `^`, as a scanner sends it) or a bare GTIN identifies.
///
/// `gcp_length` is the number of digits of its GS1 company prefix (6..=12). Without it the URN of
/// a Digital Link or element string is left out with [`NoUrn::UnknownPrefixLength`].
///
/// # Errors
/// [`ConvertError`] for a text that is none of these or identifies nothing.
pub fn describe(text: &str, gcp_length: Option<u8>) -> Result<Identity, ConvertError> {
    if let Some(length) = gcp_length.filter(|length| !(6..=12).contains(length)) {
        return Err(ConvertError::PrefixLength(length));
    }
    match uri::split(text) {
        Some((scheme, _)) if digital_link::is_web_scheme(scheme) => {
            // Who asks what an address identifies means it as a Digital Link.
            let reading = Reading {
                short_names: true,
                ..Reading::USUAL
            };
            let link = match digital_link::parse_with(text, reading)? {
                Some(link) => link,
                None => digital_link::decompress(text).map_err(|_| ConvertError::NoLink)?,
            };
            let elements: Vec<Element> = link.elements().cloned().collect();
            of_elements(&elements, link.epc(), gcp_length)
        }
        Some((scheme, _)) if scheme.eq_ignore_ascii_case("urn") => of_urn(text, gcp_length),
        _ => {
            let scan = match text.strip_prefix('^') {
                Some(raw) => scan::parse(&format!("]d2{}", raw.replace('^', "\u{1d}"))),
                None => scan::parse(text),
            }?;
            let epc = Epc::from_elements(&scan.elements);
            of_elements(&scan.elements, epc, gcp_length)
        }
    }
}

fn of_urn(text: &str, asked: Option<u8>) -> Result<Identity, ConvertError> {
    let epc = Epc::parse(text)?;
    let Some(elements) = epc.to_elements() else {
        return Ok(Identity {
            urn: Some(epc.canonical()),
            element_string: None,
            digital_link: None,
            gs1_key: None,
            epc: Some(epc),
            no_urn: None,
        });
    };
    let parts = text.splitn(5, ':').nth(4).unwrap_or_default();
    let prefix = parts.split('.').next().unwrap_or_default();
    let urn = u8::try_from(prefix.len()).unwrap_or(0);
    match asked {
        Some(asked) if asked != urn => Err(ConvertError::Contradiction { urn, asked }),
        _ => of_elements(&elements, Some(epc), Some(urn)),
    }
}

fn of_elements(
    elements: &[Element],
    epc: Option<Epc>,
    gcp_length: Option<u8>,
) -> Result<Identity, ConvertError> {
    let identified = epc.as_ref().and_then(Epc::to_elements);
    let primary = identified.iter().flatten().next();
    let primary = primary.or_else(|| elements.iter().find(|(ai, _)| digital_link::is_primary(ai)));
    let Some((key, value)) = primary else {
        return Err(ConvertError::NoKey);
    };
    let urn = match (&epc, gcp_length) {
        (None, _) => Err(NoUrn::NoScheme),
        (Some(_), None) => Err(NoUrn::UnknownPrefixLength),
        (Some(epc), Some(length)) => epc.to_urn(length).ok_or(NoUrn::PrefixTooLong(length)),
    };
    Ok(Identity {
        element_string: Some(element_string::to_bracketed(elements)),
        digital_link: digital_link::write(digital_link::RESOLVER, key, elements).ok(),
        gs1_key: Some(match key.as_str() {
            "8003" => value.strip_prefix('0').unwrap_or(value).to_owned(),
            _ => value.clone(),
        }),
        no_urn: urn.as_ref().err().copied(),
        urn: urn.ok(),
        epc,
    })
}
