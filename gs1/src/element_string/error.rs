//! Why a text is no element string, and where.

use crate::ai::ValueError;

/// Why a text is no element string. Offsets count characters of the text given, from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ElementError {
    /// No application identifier that we know begins here.
    #[error("unknown application identifier {found:?} at offset {at}")]
    UnknownAi {
        /// Offset of its first character.
        at: usize,
        /// Up to four characters found there.
        found: String,
    },
    /// A value that does not fit its application identifier.
    #[error("application identifier ({ai}) at offset {at}: {source}")]
    Value {
        /// The application identifier.
        ai: String,
        /// Offset of the first character of the value.
        at: usize,
        /// What is wrong with the value.
        source: ValueError,
    },
    /// The same application identifier twice with different values.
    #[error("application identifier ({ai}) at offset {at} contradicts an earlier value")]
    Conflict {
        /// The application identifier.
        ai: String,
        /// Offset of the second value.
        at: usize,
    },
    /// A bracketed string that does not begin with a bracketed application identifier.
    #[error("no bracketed application identifier at offset {at}")]
    Bracket {
        /// Offset of the character found instead.
        at: usize,
    },
    /// More than [`crate::limits::SCAN_ELEMENTS_MAX`] elements.
    #[error("more than {max} elements")]
    TooMany {
        /// How many are read.
        max: usize,
    },
}

impl ElementError {
    /// The application identifier concerned, where one was recognised.
    pub fn ai(&self) -> Option<&str> {
        match self {
            Self::Value { ai, .. } | Self::Conflict { ai, .. } => Some(ai),
            _ => None,
        }
    }

    /// Where in the text, counted in characters.
    pub fn at(&self) -> Option<usize> {
        match self {
            Self::UnknownAi { at, .. }
            | Self::Value { at, .. }
            | Self::Conflict { at, .. }
            | Self::Bracket { at } => Some(*at),
            Self::TooMany { .. } => None,
        }
    }

    /// The same with its offset taken from an inner to an outer text.
    pub(super) fn moved(mut self, outer: impl Fn(usize) -> usize) -> Self {
        match &mut self {
            Self::UnknownAi { at, .. }
            | Self::Value { at, .. }
            | Self::Conflict { at, .. }
            | Self::Bracket { at } => *at = outer(*at),
            Self::TooMany { .. } => {}
        }
        self
    }
}
