//! Patterns over pure identities (TDS section 8), such as `urn:epc:idpat:sgtin:9506000.*.*`: all
//! items of a company, or of one product. Queries name what they look for with them.

#[cfg(test)]
mod tests;

use super::{Epc, EpcError};
use crate::{limits, uri};

/// A set of identities of one scheme: the first components are given, the others are free.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pattern {
    scheme: &'static str,
    /// How many components the scheme has.
    count: usize,
    /// The components given, as in the URN but unescaped; as many as there are before the first
    /// wildcard.
    given: Vec<String>,
}

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// It does not begin with `urn:epc:idpat:` and a scheme.
    #[error("pattern does not begin with urn:epc:idpat: and a scheme of the tag data standard")]
    Scheme,
    /// Too few or too many components.
    #[error("pattern of scheme {scheme} has {got} components, expected {expected}")]
    Count {
        /// The scheme.
        scheme: &'static str,
        /// Components of the scheme.
        expected: usize,
        /// Components given.
        got: usize,
    },
    /// A component after a wildcard that is none.
    #[error("component {at} of the pattern follows a wildcard, expected *")]
    AfterWildcard {
        /// Which component, from 1.
        at: usize,
    },
    /// A component that no identity of the scheme has.
    #[error("component {at} of the pattern is {found:?}, expected {expected}")]
    Component {
        /// Which component, from 1.
        at: usize,
        /// What was given.
        found: String,
        /// What may stand there.
        expected: &'static str,
    },
    /// A pattern without wildcard, or with the last component only free, that breaks the rules of
    /// the scheme.
    #[error(transparent)]
    Identity(#[from] EpcError),
}

/// How every pattern begins.
const HEAD: &str = "urn:epc:idpat:";

/// Schemes, how many components they have, and whether the first is a company prefix.
const SCHEMES: [(&str, usize, bool); 20] = [
    ("sgtin", 3, true),
    ("sscc", 2, true),
    ("sgln", 3, true),
    ("pgln", 2, true),
    ("grai", 3, true),
    ("giai", 2, true),
    ("gsrn", 2, true),
    ("gsrnp", 2, true),
    ("gdti", 3, true),
    ("sgcn", 3, true),
    ("cpi", 3, true),
    ("ginc", 2, true),
    ("gsin", 2, true),
    ("itip", 5, true),
    ("upui", 3, true),
    ("gid", 3, false),
    ("usdod", 2, false),
    ("adi", 3, false),
    ("bic", 1, false),
    ("imovn", 1, false),
];

impl Pattern {
    /// Reads `urn:epc:idpat:SCHEME:...`. Wildcards are the last components; none at all is a
    /// pattern of one identity.
    ///
    /// # Errors
    /// [`PatternError`] for another text.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        if text.len() > limits::URI_BYTES_MAX {
            let (got, max) = (text.len(), limits::URI_BYTES_MAX);
            return Err(EpcError::TooLong { got, max }.into());
        }
        let (head, rest) = text
            .split_at_checked(HEAD.len())
            .ok_or(PatternError::Scheme)?;
        let (scheme, body) = rest.split_once(':').ok_or(PatternError::Scheme)?;
        let known = SCHEMES
            .iter()
            .find(|(name, ..)| name.eq_ignore_ascii_case(scheme));
        let (scheme, count, prefixed) = *known.ok_or(PatternError::Scheme)?;
        if !head.eq_ignore_ascii_case(HEAD) {
            return Err(PatternError::Scheme);
        }
        let parts: Vec<&str> = body.splitn(count, '.').collect();
        if parts.len() != count {
            let (expected, got) = (count, parts.len());
            return Err(PatternError::Count {
                scheme,
                expected,
                got,
            });
        }
        let free = parts.iter().position(|part| *part == "*").unwrap_or(count);
        if let Some(at) = (free..count).find(|at| parts.get(*at) != Some(&"*")) {
            return Err(PatternError::AfterWildcard { at: at + 1 });
        }
        let given = parts.get(..free).unwrap_or_default();
        let pattern = Self {
            scheme,
            count,
            given: components(given, prefixed)?,
        };
        pattern.check(given)?;
        Ok(pattern)
    }

    /// Whether the pattern covers an identity, or all of a class. Which company prefix the key
    /// has, the pattern itself says, so that a Digital Link is matched like a URN.
    pub fn matches(&self, epc: &Epc) -> bool {
        let prefix = self.given.first().map_or(6, String::len);
        let length = u8::try_from(prefix).unwrap_or(0);
        // Schemes without company prefix have a URN for any length.
        let urn = epc.to_urn(length).or_else(|| epc.to_urn(6));
        let Some(urn) = urn else { return false };
        let mut words = urn.splitn(5, ':').skip(3);
        let (Some(scheme), Some(body)) = (words.next(), words.next()) else {
            return false;
        };
        if scheme != self.scheme {
            return false;
        }
        let class = !epc.is_instance();
        let mut parts = body.splitn(self.count, '.').enumerate();
        self.given.iter().all(|given| {
            parts.next().is_some_and(|(at, part)| {
                let open = class && at + 1 == self.count;
                !open && uri::decode_component(part).as_ref() == Ok(given)
            })
        })
    }

    /// A pattern that is one identity, or all of one class, must be one that exists.
    fn check(&self, given: &[&str]) -> Result<(), PatternError> {
        let body = given.join(".");
        if self.given.len() == self.count {
            Epc::parse(&format!("urn:epc:id:{}:{body}", self.scheme))?;
        } else if self.given.len() + 1 == self.count {
            Epc::parse(&format!("urn:epc:idpat:{}:{body}.*", self.scheme))?;
        }
        Ok(())
    }
}

fn components(given: &[&str], prefixed: bool) -> Result<Vec<String>, PatternError> {
    let mut components = Vec::new();
    for (at, part) in given.iter().enumerate() {
        let wrong = |expected| PatternError::Component {
            at: at + 1,
            found: (*part).to_owned(),
            expected,
        };
        let digits = part.bytes().all(|b| b.is_ascii_digit());
        if prefixed && at == 0 && !(digits && (6..=12).contains(&part.len())) {
            return Err(wrong("a company prefix of 6 to 12 digits"));
        }
        let text = uri::decode_component(part).map_err(|_| wrong("complete percent escapes"))?;
        components.push(text);
    }
    Ok(components)
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "urn:epc:idpat:{}:", self.scheme)?;
        for at in 0..self.count {
            let dot = if at == 0 { "" } else { "." };
            match self.given.get(at) {
                // A star that is meant as such must not be read as a wildcard.
                Some(text) if text == "*" => write!(f, "{dot}%2A")?,
                Some(text) => write!(f, "{dot}{}", super::escape(text))?,
                None => write!(f, "{dot}*")?,
            }
        }
        Ok(())
    }
}

impl std::str::FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}
