//! SGTIN: one individual pack.

use super::{Gtin, Serial};
use crate::epc::{Epc, EpcError};

/// One trade item: its GTIN and its serial number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sgtin {
    /// Which product.
    pub gtin: Gtin,
    /// Which item of it.
    pub serial: Serial,
}

impl Sgtin {
    /// The item of `gtin` that carries `serial`.
    pub fn new(gtin: Gtin, serial: Serial) -> Self {
        Self { gtin, serial }
    }

    /// Reads any form of a pack's identifier that [`Epc::parse`] takes.
    ///
    /// # Errors
    /// [`EpcError`] of the parser, or [`EpcError::Kind`] when it names something else.
    pub fn parse(text: &str) -> Result<Self, EpcError> {
        match Epc::parse(text)? {
            Epc::Sgtin(sgtin) => Ok(sgtin),
            other => Err(EpcError::Kind {
                expected: "a serialised trade item",
                got: other.kind(),
            }),
        }
    }
}

/// Canonical Digital Link.
impl std::fmt::Display for Sgtin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let serial = crate::uri::encode_component(self.serial.as_str());
        write!(f, "https://id.gs1.org/01/{}/21/{serial}", self.gtin)
    }
}

impl std::str::FromStr for Sgtin {
    type Err = EpcError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

super::serde_as_text!(Sgtin);
