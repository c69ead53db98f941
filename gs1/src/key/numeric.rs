//! Longer numeric keys: service relations and shipments.

use super::{KeyError, assembled, checked_digits, digits_str, key_text, parted};

macro_rules! numeric_key {
    ($(#[$doc:meta])* $name:ident, $label:literal, $len:literal, $words:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $len]);

        key_text!($name);

        impl $name {
            /// Reads the digits, the last of them the check digit.
            ///
            /// # Errors
            /// [`KeyError`] for another length, a character that is no digit, or a wrong check
            /// digit.
            pub fn parse(text: &str) -> Result<Self, KeyError> {
                checked_digits(text, $label, $words).map(Self)
            }

            /// The key of company prefix and reference of an EPC URN, where they are long enough
            /// together.
            pub(crate) fn from_epc_parts(prefix: &str, reference: &str) -> Option<Self> {
                assembled(prefix, reference).map(Self)
            }

            /// Company prefix of `prefix_len` digits (6..=12) and the reference after it.
            pub(crate) fn to_epc_parts(&self, prefix_len: u8) -> Option<(String, String)> {
                parted(self.text(), prefix_len)
            }

            fn text(&self) -> &str {
                digits_str(&self.0)
            }
        }
    };
}

numeric_key! {
    /// Global Service Relation Number, 18 digits (General Specifications 2.5): AI 8018 of who
    /// receives a service, AI 8017 of who gives it.
    Gsrn, "GSRN", 18, "18"
}

numeric_key! {
    /// Global Shipment Identification Number, 17 digits, AI 402 (General Specifications 2.6.2).
    Gsin, "GSIN", 17, "17"
}
