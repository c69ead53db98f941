//! What a `MATCH_` parameter may hold: an identifier in any spelling, or an EPC pattern
//! (`urn:epc:idpat:`, TDS 8) whose last components may be `*`.

use crate::epc::{self, Epc, EpcError, PatternError};
use crate::key::Gtin;

/// A value of a `MATCH_` parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pattern {
    /// This identifier, in whatever spelling.
    Is(Epc),
    /// `urn:epc:idpat:sgtin:prefix.item.*`: the product, and each item of it.
    Product(Gtin),
    /// Any other pattern: the URN's scheme and its components, none for `*`.
    Parts {
        /// Such as `sgtin`.
        scheme: String,
        /// The components; after one that is `*` all are.
        parts: Vec<Option<String>>,
    },
}

impl Pattern {
    /// Reads an identifier or a pattern.
    ///
    /// # Errors
    /// In words, for what is neither.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let identifier = |error: EpcError| format!("has {text:?}: {error}");
        let Some(pattern) = strip_prefix_ignore_case(text, "urn:epc:idpat:") else {
            return Epc::parse(text).map(Self::Is).map_err(identifier);
        };
        let (scheme, parts) = pattern.split_once(':').unwrap_or((pattern, ""));
        let parts: Vec<_> = parts
            .split('.')
            .map(|part| (part != "*").then_some(part))
            .collect();
        let after_star = parts.iter().skip_while(|part| part.is_some());
        let wrong = if parts.contains(&Some("")) {
            Some("has an empty component")
        } else if after_star.flatten().next().is_some() {
            Some("has a component after *")
        } else {
            None
        };
        if let Some(wrong) = wrong {
            return Err(format!("has {text:?}, a pattern that {wrong}"));
        }
        let refused = |error: PatternError| format!("has {text:?}: {error}");
        epc::Pattern::parse(text).map_err(refused)?;
        if let Epc::Gtin(gtin) = Epc::parse(text).map_err(identifier)? {
            return Ok(Self::Product(gtin));
        }
        Ok(Self::Parts {
            scheme: scheme.to_ascii_lowercase(),
            parts: parts
                .into_iter()
                .map(|part| part.map(str::to_owned))
                .collect(),
        })
    }

    /// Whether an identifier is meant.
    pub fn matches(&self, epc: &Epc) -> bool {
        match self {
            Self::Is(wanted) => wanted == epc,
            Self::Product(gtin) => match epc {
                Epc::Sgtin(sgtin) => sgtin.gtin == *gtin,
                Epc::Gtin(class) => class == gtin,
                _ => false,
            },
            Self::Parts { scheme, parts } => matches_parts(scheme, parts, epc),
        }
    }
}

/// Writes the identifier as a URN with the pattern's company prefix and compares component by
/// component. A prefix of another length cannot be the owner's, so nothing matches by chance.
fn matches_parts(scheme: &str, parts: &[Option<String>], epc: &Epc) -> bool {
    let lens = match parts.first() {
        Some(Some(prefix)) => {
            let len = u8::try_from(prefix.len()).unwrap_or(u8::MAX);
            len..=len
        }
        _ => 6..=12,
    };
    // Schemes without a company prefix take any length.
    lens.chain([7]).any(|len| {
        let Some(urn) = epc.to_urn(len) else {
            return false;
        };
        let mut words = urn.splitn(5, ':').skip(2);
        let (kind, found, rest) = (words.next(), words.next(), words.next());
        let fits = matches!(kind, Some("id" | "idpat" | "class")) && found == Some(scheme);
        let Some(rest) = rest.filter(|_| fits) else {
            return false;
        };
        let mut given = rest.splitn(parts.len().max(1), '.');
        parts.iter().all(|part| match (part, given.next()) {
            (None, Some(_)) => true,
            (Some(wanted), Some(found)) => wanted == found,
            (_, None) => false,
        })
    })
}

fn strip_prefix_ignore_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}
