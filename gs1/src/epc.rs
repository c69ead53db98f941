//! One identifier, whatever its spelling: an EPC URN, a GS1 Digital Link on any host and an
//! element string of the same thing are equal here, so that a pack commissioned in one syntax is
//! recognised when it is scanned in another. What is no GS1 key of ours stays as the URI it was.

mod elements;
mod pattern;
#[cfg(test)]
mod schemes_tests;
mod swift;
#[cfg(test)]
mod tests;
mod urn;
mod write;

pub use pattern::{Pattern, PatternError};

pub(crate) use urn::escape;

use crate::ai::ValueError;
use crate::digital_link;
use crate::element_string::Element;
use crate::key::{Adi, Bic, Cpi, Gcn, Gdti, Giai, Gid, Ginc, Gln, Grai, Gsin, Gsrn, Gtin, Imovn};
use crate::key::{Itip, Lot, Sgln, Sgtin, Sscc, Upui, Usdod, serde_as_text};
use crate::{limits, uri};

/// Something EPCIS events speak of: an item, a logistic unit, a place, a class of items, a party.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Epc {
    /// One trade item.
    Sgtin(Sgtin),
    /// One logistic unit.
    Sscc(Sscc),
    /// A place.
    Sgln(Sgln),
    /// All items of one lot of a product.
    Lgtin {
        /// The product.
        gtin: Gtin,
        /// The lot.
        lot: Lot,
    },
    /// All items of a product.
    Gtin(Gtin),
    /// A party.
    Pgln(Gln),
    /// A returnable asset, or without serial component all of its type.
    Grai(Grai),
    /// A single asset.
    Giai(Giai),
    /// Who receives a service.
    Gsrn(Gsrn),
    /// Who gives a service.
    Gsrnp(Gsrn),
    /// A document, or without serial component all of its type.
    Gdti(Gdti),
    /// A coupon, or without serial component all of one offer.
    Gcn(Gcn),
    /// A component or part, or without serial number all of its kind.
    Cpi(Cpi),
    /// A consignment.
    Ginc(Ginc),
    /// A shipment.
    Gsin(Gsin),
    /// A piece of a trade item, or without serial number all such pieces.
    Itip(Itip),
    /// A unit pack of tobacco.
    Upui(Upui),
    /// A general identifier.
    Gid(Gid),
    /// A supply of the US Department of Defense.
    Usdod(Usdod),
    /// A part in aerospace and defense.
    Adi(Adi),
    /// A freight container.
    Bic(Bic),
    /// A vessel.
    Imovn(Imovn),
    /// Any other absolute URI: an unknown EPC scheme, a pattern, a private URN, a web address. Kept
    /// as given; [`Epc::parse`] never puts a text here that is not a URI.
    Other(String),
}

/// Why a text is no identifier. Offsets count bytes from 0 within the URI.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EpcError {
    /// Neither an EPC URN nor a Digital Link nor any other absolute URI.
    #[error("identifier is not an absolute URI")]
    NotAUri,
    /// Longer than [`limits::URI_BYTES_MAX`].
    #[error("identifier has {got} bytes, at most {max} are read")]
    TooLong {
        /// Bytes given.
        got: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// An EPC URN of a scheme we know, with the wrong parts.
    #[error("urn of scheme {scheme} {problem}")]
    Urn {
        /// The scheme, such as `sgtin`.
        scheme: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// An incomplete or non-ASCII percent escape.
    #[error("percent escape at offset {at} of {part:?} is not valid here")]
    Escape {
        /// The component that holds the escape.
        part: String,
        /// Byte offset in it.
        at: usize,
    },
    /// A Digital Link whose key or qualifier is not valid.
    #[error("digital link application identifier ({ai}): {source}")]
    Element {
        /// The application identifier.
        ai: String,
        /// What is wrong with its value.
        source: ValueError,
    },
    /// A Digital Link that breaks the URI syntax standard.
    #[error("digital link {0}")]
    DigitalLink(String),
    /// A valid identifier of the wrong kind.
    #[error("identifier is {got}, expected {expected}")]
    Kind {
        /// The kind that was asked for.
        expected: &'static str,
        /// The kind that was found.
        got: &'static str,
    },
}

impl Epc {
    /// Reads an identifier: a pure-identity EPC URN (`urn:epc:id:...`) of any scheme of TDS 6.3, a
    /// class (`urn:epc:class:lgtin:...`, `urn:epc:idpat:sgtin:...*`), a GS1 Digital Link of any
    /// host, or any other absolute URI, which becomes [`Epc::Other`].
    ///
    /// # Errors
    /// [`EpcError`] for what is no URI, and for an identifier of a scheme listed above that is
    /// malformed: it is never taken as opaque, because that would hide a mistyped key.
    pub fn parse(text: &str) -> Result<Self, EpcError> {
        if text.len() > limits::URI_BYTES_MAX {
            return Err(EpcError::TooLong {
                got: text.len(),
                max: limits::URI_BYTES_MAX,
            });
        }
        swift::parse(text).map_or_else(|| Self::parse_fully(text), Ok)
    }

    /// [`Epc::parse`] without the short way for common spellings.
    fn parse_fully(text: &str) -> Result<Self, EpcError> {
        let (scheme, rest) = uri::split(text).ok_or(EpcError::NotAUri)?;
        if scheme.eq_ignore_ascii_case("urn") {
            return Ok(urn::parse(rest)?.unwrap_or_else(|| Self::Other(text.to_owned())));
        }
        if digital_link::is_web_scheme(scheme)
            && let Some(link) = digital_link::parse(text)?
        {
            return Ok(link.epc().unwrap_or_else(|| Self::Other(text.to_owned())));
        }
        Ok(Self::Other(text.to_owned()))
    }

    /// The one spelling we write: a Digital Link on `id.gs1.org` without attributes, the URN where
    /// there is no Digital Link, or the URI as it was given for [`Epc::Other`].
    pub fn canonical(&self) -> String {
        self.to_string()
    }

    /// What elements of a barcode identify, the finest identifier first: a pack before its lot,
    /// the lot before the product. None where they hold no key that has an EPC.
    pub fn from_elements(elements: &[Element]) -> Option<Self> {
        elements::from_barcode(elements)
    }

    /// What the path of a Digital Link identifies: a primary key and its qualifiers.
    pub(crate) fn from_path(path: &[Element]) -> Option<Self> {
        let ((key, value), qualifiers) = path.split_first()?;
        let qualifier = |ai: &str| {
            let found = qualifiers.iter().find(|(key, _)| key == ai);
            found.map(|(_, value)| value.as_str())
        };
        elements::from_key(key, value, &qualifier)
    }

    /// The application identifiers and values of the key, the primary key first. None for what is
    /// no GS1 key: it has a URI and nothing else.
    pub fn to_elements(&self) -> Option<Vec<Element>> {
        elements::of(self)
    }

    /// The EPC URN, for a GS1 company prefix of `gcp_len` digits (6..=12; no key tells its own).
    /// None for another length, for a key too short for it, and for [`Epc::Other`].
    pub fn to_urn(&self, gcp_len: u8) -> Option<String> {
        write::urn(self, gcp_len)
    }

    /// Whether this names one thing (an item, a unit, a place, a party), not a class of things.
    pub fn is_instance(&self) -> bool {
        match self {
            Self::Lgtin { .. } | Self::Gtin(_) => false,
            Self::Grai(grai) => grai.serial().is_some(),
            Self::Gdti(gdti) => gdti.serial().is_some(),
            Self::Gcn(gcn) => gcn.serial().is_some(),
            Self::Cpi(cpi) => cpi.serial().is_some(),
            Self::Itip(itip) => itip.serial().is_some(),
            _ => true,
        }
    }

    /// The kind in words, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Sgtin(_) => "a serialised trade item",
            Self::Sscc(_) => "a logistic unit",
            Self::Sgln(_) => "a location",
            Self::Lgtin { .. } => "a lot",
            Self::Gtin(_) => "a product",
            Self::Pgln(_) => "a party",
            Self::Grai(_) => "a returnable asset",
            Self::Giai(_) => "an asset",
            Self::Gsrn(_) => "a recipient of a service",
            Self::Gsrnp(_) => "a provider of a service",
            Self::Gdti(_) => "a document",
            Self::Gcn(_) => "a coupon",
            Self::Cpi(_) => "a component",
            Self::Ginc(_) => "a consignment",
            Self::Gsin(_) => "a shipment",
            Self::Itip(_) => "a piece of a trade item",
            Self::Upui(_) => "a unit pack",
            Self::Gid(_) => "a general identifier",
            Self::Usdod(_) => "a supply of the department of defense",
            Self::Adi(_) => "an aerospace part",
            Self::Bic(_) => "a freight container",
            Self::Imovn(_) => "a vessel",
            Self::Other(_) => "another URI",
        }
    }
}

/// Canonical form, see [`Epc::canonical`]; identifiers that are no GS1 keys have their URN.
impl std::fmt::Display for Epc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sgtin(sgtin) => sgtin.fmt(f),
            Self::Sscc(sscc) => write!(f, "https://id.gs1.org/00/{sscc}"),
            Self::Sgln(sgln) => sgln.fmt(f),
            Self::Lgtin { gtin, lot } => {
                let lot = uri::encode_component(lot.as_str());
                write!(f, "https://id.gs1.org/01/{gtin}/10/{lot}")
            }
            Self::Gtin(gtin) => write!(f, "https://id.gs1.org/01/{gtin}"),
            Self::Pgln(gln) => write!(f, "https://id.gs1.org/417/{gln}"),
            Self::Gid(gid) => write!(f, "urn:epc:id:gid:{gid}"),
            Self::Usdod(usdod) => write!(f, "urn:epc:id:usdod:{usdod}"),
            Self::Adi(adi) => write!(f, "urn:epc:id:adi:{adi}"),
            Self::Bic(bic) => write!(f, "urn:epc:id:bic:{bic}"),
            Self::Imovn(imovn) => write!(f, "urn:epc:id:imovn:{imovn}"),
            Self::Other(text) => f.write_str(text),
            key => {
                f.write_str("https://id.gs1.org")?;
                for (ai, value) in key.to_elements().unwrap_or_default() {
                    write!(f, "/{ai}/{}", uri::encode_component(&value))?;
                }
                Ok(())
            }
        }
    }
}

impl std::str::FromStr for Epc {
    type Err = EpcError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl From<Sgtin> for Epc {
    fn from(sgtin: Sgtin) -> Self {
        Self::Sgtin(sgtin)
    }
}

impl From<Sscc> for Epc {
    fn from(sscc: Sscc) -> Self {
        Self::Sscc(sscc)
    }
}

impl From<Sgln> for Epc {
    fn from(sgln: Sgln) -> Self {
        Self::Sgln(sgln)
    }
}

serde_as_text!(Epc);
serde_as_text!(Sgln);

impl std::str::FromStr for Sgln {
    type Err = EpcError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match Epc::parse(text)? {
            Epc::Sgln(sgln) => Ok(sgln),
            other => Err(EpcError::Kind {
                expected: "a location",
                got: other.kind(),
            }),
        }
    }
}
