//! Keys of company prefix and free text, which no check digit protects: single assets,
//! consignments and components.

use super::{KeyError, all_digits, key_text, text_of_82};
use crate::charset;

macro_rules! text_key {
    ($(#[$doc:meta])* $name:ident, $label:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        key_text!($name);

        impl $name {
            /// Reads 1 to 30 characters of set 82, company prefix first.
            ///
            /// # Errors
            /// [`KeyError`] for an empty or too long text, or a character outside set 82.
            pub fn parse(text: &str) -> Result<Self, KeyError> {
                text_of_82(text, $label, 30).map(|()| Self(text.to_owned()))
            }

            fn text(&self) -> &str {
                &self.0
            }
        }
    };
}

text_key! {
    /// Global Individual Asset Identifier, AI 8004 (General Specifications 2.3.2).
    Giai, "GIAI"
}

text_key! {
    /// Global Identification Number for Consignment, AI 401 (General Specifications 2.6.1).
    Ginc, "GINC"
}

/// Component/Part Identifier, AI 8010, and its serial number, AI 8011 (General Specifications
/// 2.6.9). Without serial number it names all parts of one kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cpi {
    id: String,
    serial: Option<String>,
}

impl Cpi {
    /// A component: 1 to 30 characters of set 39, and up to 12 digits without leading zero.
    ///
    /// # Errors
    /// [`KeyError`] for another length, another character, or a leading zero of the serial
    /// number.
    pub fn new(id: &str, serial: Option<&str>) -> Result<Self, KeyError> {
        const KEY: &str = "CPI";
        const SERIAL: &str = "CPI serial number";
        if let Some((at, found)) = id.chars().enumerate().find(|(_, c)| !charset::is_39(*c)) {
            return Err(KeyError::OutsideSet39 {
                key: KEY,
                at,
                found,
            });
        }
        length(id, KEY, "1 to 30", 30)?;
        if let Some(serial) = serial {
            all_digits(serial, SERIAL)?;
            length(serial, SERIAL, "1 to 12", 12)?;
            if serial.len() > 1 && serial.starts_with('0') {
                return Err(KeyError::LeadingZero { key: SERIAL });
            }
        }
        Ok(Self {
            id: id.to_owned(),
            serial: serial.map(str::to_owned),
        })
    }

    /// The identifier of the kind of component.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The serial number. None for all components of the kind.
    pub fn serial(&self) -> Option<&str> {
        self.serial.as_deref()
    }
}

fn length(
    text: &str,
    key: &'static str,
    expected: &'static str,
    max: usize,
) -> Result<(), KeyError> {
    let got = text.chars().count();
    if (1..=max).contains(&got) {
        Ok(())
    } else {
        Err(KeyError::Length { key, expected, got })
    }
}
