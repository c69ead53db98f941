//! The faults of scanners by name, with a sentence each that a pharmacist understands.

use std::fmt;

use crate::ai::ValueError;
use crate::element_string::ElementError;
use crate::scan::ScanError;

/// A fault that garbles a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// Caps Lock was on: capital and small letters are exchanged.
    CapsLock,
    /// The scanner sends capital letters only.
    AllCapitals,
    /// The scanner sends small letters only.
    AllSmall,
    /// Scanner and computer are set to different keyboards; named is the one that is not
    /// American.
    KeyboardLayout(&'static str),
    /// The symbology identifier came as text, without or with another first character.
    SymbologyPrefix,
    /// The scanner is set to send something before the code.
    ScannerPrefix,
    /// The scanner is set to send something after the code.
    ScannerSuffix,
    /// The bar code of the pack was scanned along.
    EanAppended,
    /// The same code was scanned twice in one line.
    Doubled,
    /// Group separators were lost, so that one element runs into the next.
    GroupSeparatorLost,
    /// Group separators came as other characters.
    GroupSeparatorReplaced,
    /// A letter was read for a digit where only digits stand.
    LetterForDigit,
    /// O and 0, or I and 1, were taken for each other.
    LookAlike,
    /// A GTIN of fewer than 14 digits stands where 14 belong.
    ShortGtin,
    /// The code breaks off. Nothing can be repaired.
    Truncated,
}

impl Cause {
    /// The fault without the name of the keyboard.
    pub(super) fn kind(self) -> Self {
        match self {
            Self::KeyboardLayout(_) => Self::KeyboardLayout(""),
            other => other,
        }
    }

    /// A stable word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::CapsLock => "CAPS_LOCK",
            Self::AllCapitals => "ALL_CAPITALS",
            Self::AllSmall => "ALL_SMALL",
            Self::KeyboardLayout(_) => "KEYBOARD_LAYOUT",
            Self::SymbologyPrefix => "SYMBOLOGY_PREFIX",
            Self::ScannerPrefix => "SCANNER_PREFIX",
            Self::ScannerSuffix => "SCANNER_SUFFIX",
            Self::EanAppended => "EAN_APPENDED",
            Self::Doubled => "DOUBLED",
            Self::GroupSeparatorLost => "GROUP_SEPARATOR_LOST",
            Self::GroupSeparatorReplaced => "GROUP_SEPARATOR_REPLACED",
            Self::LetterForDigit => "LETTER_FOR_DIGIT",
            Self::LookAlike => "LOOK_ALIKE",
            Self::ShortGtin => "SHORT_GTIN",
            Self::Truncated => "TRUNCATED",
        }
    }
}

/// The fault in words, as the end of a sentence.
impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::CapsLock => "Caps Lock was on",
            Self::AllCapitals => "everything was sent in capitals",
            Self::AllSmall => "everything was sent in small letters",
            Self::KeyboardLayout(name) => {
                return write!(
                    f,
                    "the keyboard is set to another language than the scanner ({name})"
                );
            }
            Self::SymbologyPrefix => "the scanner typed the mark of the kind of code",
            Self::ScannerPrefix => "the scanner sends something before the code",
            Self::ScannerSuffix => "the scanner sends something after the code",
            Self::EanAppended => "the bar code was scanned together with the square code",
            Self::Doubled => "the same code was scanned twice in one line",
            Self::GroupSeparatorLost => {
                "a group separator was lost and the next element ran into this one"
            }
            Self::GroupSeparatorReplaced => "the group separators came as other characters",
            Self::LetterForDigit => "a letter was read for a digit",
            Self::LookAlike => "the letter O was read for the digit 0, or I for 1",
            Self::ShortGtin => "the product number came without its leading zeros",
            Self::Truncated => "the code breaks off",
        };
        f.write_str(text)
    }
}

/// The fault that an error alone betrays: a value too short, or half an identifier, at the end.
pub(super) fn of_error(text: &str, error: &ScanError) -> Option<Cause> {
    let end = text.trim_end().chars().count();
    let ScanError::Elements(error) = error else {
        return None;
    };
    let broken_off = match error {
        ElementError::UnknownAi { at, found } => {
            at + found.chars().count() >= end && found.len() < 4
        }
        ElementError::Value {
            at,
            source: ValueError::Length { min, got, .. },
            ..
        } => got < min && at + got >= end,
        _ => false,
    };
    broken_off.then_some(Cause::Truncated)
}
