//! Keys of thirteen digits that a serial component follows in the same value: assets that come
//! back, documents and coupons. Without the serial component they name a class of things.

use super::{KeyError, all_digits, assembled, checked_digits, digits_str, parted, text_of_82};

macro_rules! serialised_key {
    ($(#[$doc:meta])* $name:ident, $label:literal, $serial:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name {
            base: [u8; 13],
            serial: Option<String>,
        }

        impl $name {
            /// Reads thirteen digits, the last of them the check digit, and the serial component
            /// where there is one.
            ///
            /// # Errors
            /// [`KeyError`] for a wrong check digit, another length, or a character that the
            /// serial component does not allow.
            pub fn parse(text: &str) -> Result<Self, KeyError> {
                let (base, serial) = text.split_at_checked(13).unwrap_or((text, ""));
                let base = checked_digits(base, $label, "13 and a serial component")?;
                Self::with(base, Some(serial).filter(|serial| !serial.is_empty()))
            }

            fn with(base: [u8; 13], serial: Option<&str>) -> Result<Self, KeyError> {
                let check: fn(&str, &'static str) -> Result<(), KeyError> = $check;
                if let Some(serial) = serial {
                    check(serial, $serial)?;
                }
                let serial = serial.map(str::to_owned);
                Ok(Self { base, serial })
            }

            /// The thirteen digits without the serial component.
            pub fn base(&self) -> &str {
                digits_str(&self.base)
            }

            /// The serial component. None for the class.
            pub fn serial(&self) -> Option<&str> {
                self.serial.as_deref()
            }

            /// The key of the parts of an EPC URN. None unless prefix and reference are twelve
            /// digits together.
            pub(crate) fn from_epc_parts(
                prefix: &str,
                reference: &str,
                serial: Option<&str>,
            ) -> Option<Result<Self, KeyError>> {
                Some(Self::with(assembled(prefix, reference)?, serial))
            }

            /// Company prefix of `prefix_len` digits (6..=12) and the reference after it.
            pub(crate) fn to_epc_parts(&self, prefix_len: u8) -> Option<(String, String)> {
                parted(self.base(), prefix_len)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.base())?;
                f.write_str(self.serial().unwrap_or_default())
            }
        }

        impl std::str::FromStr for $name {
            type Err = KeyError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        super::serde_as_text!($name);
    };
}

serialised_key! {
    /// Global Returnable Asset Identifier, AI 8003 without its leading zero (General
    /// Specifications 2.3.1): a keg, a pallet, a thermal box.
    Grai, "GRAI", "GRAI serial component", |text, key| text_of_82(text, key, 16)
}

serialised_key! {
    /// Global Document Type Identifier, AI 253 (General Specifications 2.6.13).
    Gdti, "GDTI", "GDTI serial component", |text, key| text_of_82(text, key, 17)
}

serialised_key! {
    /// Global Coupon Number, AI 255 (General Specifications 2.6.3). With serial component an SGCN.
    Gcn, "GCN", "GCN serial component", |text, key| {
        all_digits(text, key)?;
        text_of_82(text, key, 12)
    }
}
