//! Which elements must, and which may not, stand on one item together. The rules are about all
//! that the carriers of one physical item say, so they are not applied when a single symbol is
//! read.

use super::rule;
use crate::element_string::Element;

/// Why elements may not stand together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AssociationError {
    /// One AI with two values.
    #[error("application identifier ({ai}) has two values")]
    TwoValues {
        /// The AI.
        ai: String,
    },
    /// Two AIs that exclude each other.
    #[error("application identifier ({ai}) may not stand beside ({other})")]
    Excluded {
        /// The AI whose rule is broken.
        ai: String,
        /// The one beside it.
        other: String,
    },
    /// An AI that needs others.
    #[error("application identifier ({ai}) needs one of {needs} beside it")]
    Missing {
        /// The AI.
        ai: String,
        /// The groups of which one must be there, such as `(01)+(21), (8004)`.
        needs: String,
    },
    /// A digital signature beside a key that lacks its serial component.
    #[error("digital signature (8030) needs the serial component of ({ai})")]
    NotSerialised {
        /// The AI of the key.
        ai: String,
    },
}

/// Checks repetitions, exclusions, requirements, and that a digital signature is of one thing.
/// Unknown AIs neither need nor exclude anything.
///
/// # Errors
/// [`AssociationError`] for the first rule broken, in this order.
pub fn check_associations(elements: &[Element]) -> Result<(), AssociationError> {
    one_value(elements)?;
    for (ai, _) in elements {
        exclusions(ai, elements)?;
    }
    for (ai, _) in elements {
        requirements(ai, elements)?;
    }
    signature(elements)
}

fn one_value(elements: &[Element]) -> Result<(), AssociationError> {
    for (at, (ai, value)) in elements.iter().enumerate() {
        let earlier = elements.iter().take(at).find(|(other, _)| other == ai);
        if earlier.is_some_and(|(_, other)| other != value) {
            return Err(AssociationError::TwoValues { ai: ai.clone() });
        }
    }
    Ok(())
}

/// Whether `ai` is meant by a pattern in which `n` stands for any digit.
fn is_meant(ai: &str, pattern: &str) -> bool {
    let digits = ai.bytes().zip(pattern.bytes());
    ai.len() == pattern.len() && digits.into_iter().all(|(a, p)| a == p || p == b'n')
}

/// Another element that the pattern means: an AI does not exclude or require itself.
fn beside<'a>(ai: &str, pattern: &str, elements: &'a [Element]) -> Option<&'a str> {
    let others = elements.iter().map(|(other, _)| other.as_str());
    let mut meant = others.filter(|other| *other != ai && is_meant(other, pattern));
    meant.next()
}

fn exclusions(ai: &str, elements: &[Element]) -> Result<(), AssociationError> {
    let excluded = rule(ai).into_iter().flat_map(super::Rule::excludes);
    for pattern in excluded {
        if let Some(other) = beside(ai, pattern, elements) {
            return Err(AssociationError::Excluded {
                ai: ai.to_owned(),
                other: other.to_owned(),
            });
        }
    }
    Ok(())
}

fn requirements(ai: &str, elements: &[Element]) -> Result<(), AssociationError> {
    let Some(rule) = rule(ai) else { return Ok(()) };
    let mut groups = Vec::new();
    for group in rule.needs() {
        let group: Vec<_> = group.collect();
        if group
            .iter()
            .all(|pattern| beside(ai, pattern, elements).is_some())
        {
            return Ok(());
        }
        let names: Vec<_> = group.iter().map(|ai| format!("({ai})")).collect();
        groups.push(names.join("+"));
    }
    if groups.is_empty() {
        return Ok(());
    }
    Err(AssociationError::Missing {
        ai: ai.to_owned(),
        needs: groups.join(", "),
    })
}

fn signature(elements: &[Element]) -> Result<(), AssociationError> {
    if !elements.iter().any(|(ai, _)| ai == "8030") {
        return Ok(());
    }
    let bare = |(ai, value): &&Element| {
        matches!(ai.as_str(), "253" | "255" | "8003")
            && rule(ai).is_some_and(|rule| rule.min_len() == value.len())
    };
    match elements.iter().find(bare) {
        Some((ai, _)) => Err(AssociationError::NotSerialised { ai: ai.clone() }),
        None => Ok(()),
    }
}
