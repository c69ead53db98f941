//! The EPCIS Event Hash ID (CBV 2.0, 8.9): one name for the same event in whatever syntax, order
//! of members or spelling of identifiers it is written. It is an identity for exchange, not an
//! integrity check: `recordTime`, `eventID` and `errorDeclaration` are outside it, and numbers
//! that mean the same are one.
//!
//! Published implementations disagree on more than a third of real events, so the algorithm is
//! chosen by name, see [`Profile`]. Where the written rules and every implementation disagree
//! (the type of a business transaction, a source or a destination stands before its identifier),
//! the implementations are followed, for the sake of a common name.

mod fields;
mod names;
mod read;
#[cfg(test)]
mod tests;
mod time;
mod value;

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::epcis::{self, Event};

pub(crate) use names::Names;
pub use read::DocumentError;

/// How an event time is read where only its form is asked for.
const ROUNDING: time::Rounding = time::Rounding::HalfUp;

/// Which algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Profile {
    /// `cbv2.0`: the canonical property order as written, `parentID` after `epcList`, no
    /// `certificationInfo`. An extension inside a field stands at the end of that field: the text
    /// of CBV 2.0 leaves it open, and all implementations do so. Times are rounded half up.
    #[default]
    Cbv20,
    /// `cbv2.1`: the same text, whose rules CBV 2.1 says in full, under that version.
    Cbv21,
    /// `python-1.9`: the layout of the Python package `epcis-event-hash-generator` 1.9, which
    /// says CBV2.0: extensions inside their fields, lists of transactions, sources and
    /// destinations sorted among the extensions, `certificationInfo` included, `parentID`
    /// first, times rounded half to even, `True` and `False`, numbers as binary doubles.
    Python19,
}

/// No profile has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no event hash profile, expected cbv2.0, cbv2.1 or python-1.9")]
pub struct UnknownProfile(pub String);

impl Profile {
    /// All of them, the default first.
    pub const ALL: [Self; 3] = [Self::Cbv20, Self::Cbv21, Self::Python19];

    /// The name for configuration and command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cbv20 => "cbv2.0",
            Self::Cbv21 => "cbv2.1",
            Self::Python19 => "python-1.9",
        }
    }

    /// What stands after `?ver=`.
    pub fn version(self) -> &'static str {
        match self {
            Self::Cbv20 | Self::Python19 => "CBV2.0",
            Self::Cbv21 => "CBV2.1",
        }
    }
}

impl std::str::FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(name: &str) -> Result<Self, UnknownProfile> {
        let found = Self::ALL.into_iter().find(|profile| profile.name() == name);
        found.ok_or_else(|| UnknownProfile(name.to_owned()))
    }
}

impl std::fmt::Display for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// The event hash as a name of RFC 6920: `ni:///sha-256;{64 hex digits}?ver=CBV2.0`.
pub fn of(event: &Event, profile: Profile) -> String {
    name(&pre_hash(event, profile), profile)
}

/// The text that is hashed: names and values in canonical order without separators.
pub fn pre_hash(event: &Event, profile: Profile) -> String {
    let json = event.json();
    fields::pre_hash(json, Some(event), Names::of(json), profile)
}

/// The hashes of all events of a document in JSON or XML, in document order. Of an event in JSON
/// only what the hash needs is asked: it has a type of EPCIS and a time, and need not be valid
/// otherwise.
///
/// # Errors
/// [`DocumentError`] where the document cannot be read; then no event has a hash.
pub fn document(bytes: &[u8], profile: Profile) -> Result<Vec<String>, DocumentError> {
    let texts = document_pre_hashes(bytes, profile)?;
    Ok(texts.iter().map(|text| name(text, profile)).collect())
}

/// The texts that [`document`] hashes.
///
/// # Errors
/// As [`document`].
pub fn document_pre_hashes(bytes: &[u8], profile: Profile) -> Result<Vec<String>, DocumentError> {
    let xml = epcis::is_xml(bytes);
    let events = if xml {
        let json =
            epcis::xml::json(bytes).map_err(|error| DocumentError::Xml(error.to_string()))?;
        read::of_value(json)?
    } else {
        read::json(bytes)?
    };
    let text = |event| {
        let mut names = Names::of(&events.context);
        names.extend(event);
        names.xml = xml;
        fields::pre_hash(event, None, names, profile)
    };
    Ok(events.list.iter().map(text).collect())
}

/// The name of a text.
fn name(pre_hash: &str, profile: Profile) -> String {
    let mut name = String::with_capacity(96);
    name.push_str("ni:///sha-256;");
    for byte in Sha256::digest(pre_hash.as_bytes()) {
        // Writing to a string cannot fail.
        let _infallible = write!(name, "{byte:02x}");
    }
    name.push_str("?ver=");
    name.push_str(profile.version());
    name
}
