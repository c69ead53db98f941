//! What an API key is for, and how far: roles, the mandate of those who oversee, and the one
//! device of a device's key. What each role may do stands in `policy/theriac.cedar`.
use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

/// What an API key is for. One key may hold several.
#[derive(
    Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Runs the node: keys, master data, sees everything; the operator answers for what it
    /// captures.
    Admin,
    /// Makes packs; decides about its own products.
    Manufacturer,
    /// Stores and forwards packs.
    Wholesaler,
    /// Verifies and dispenses packs.
    Pharmacy,
    /// Oversees: sees everything, or what its mandate covers; may recall.
    Regulator,
    /// A machine that uploads signed blocks.
    Gateway,
    /// Reads everything, or what its mandate covers, with the access log; changes nothing.
    Auditor,
    /// Stores and moves packs of others: holds them and never owns them.
    ThirdPartyLogistics,
    /// Verifies packs, gives them to patients and supplies its wards.
    Hospital,
    /// One device that uploads the blocks it signed itself.
    Device,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 10] = [
        Self::Admin,
        Self::Manufacturer,
        Self::Wholesaler,
        Self::Pharmacy,
        Self::Regulator,
        Self::Gateway,
        Self::Auditor,
        Self::ThirdPartyLogistics,
        Self::Hospital,
        Self::Device,
    ];

    /// The role's name in the API and in the policies.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Manufacturer => "manufacturer",
            Self::Wholesaler => "wholesaler",
            Self::Pharmacy => "pharmacy",
            Self::Regulator => "regulator",
            Self::Gateway => "gateway",
            Self::Auditor => "auditor",
            Self::ThirdPartyLogistics => "third_party_logistics",
            Self::Hospital => "hospital",
            Self::Device => "device",
        }
    }

    /// Whether a company may have this role: what is registered of a party.
    pub fn is_of_party(self) -> bool {
        !matches!(self, Self::Admin | Self::Gateway | Self::Device)
    }

    /// Whether a key of this role may look after a part of the world only.
    pub fn oversees(self) -> bool {
        matches!(self, Self::Regulator | Self::Auditor)
    }

    /// Whether a key of this role may speak for nobody.
    pub fn needs_no_party(self) -> bool {
        self == Self::Admin || self.oversees()
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| {
                format!(
                    "unknown role {text:?}: expected one of {}",
                    Self::ALL.map(Self::as_str).join(", ")
                )
            })
    }
}

/// What a regulator or an auditor looks after: rows of products that are sold in one of the
/// countries or whose GTIN begins with one of the prefixes, and events at places in the countries.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Mandate {
    /// ISO 3166-1 alpha-2 codes, capital letters.
    #[serde(default)]
    pub countries: BTreeSet<String>,
    /// First digits of GTINs of 14 digits, 1 to 14 of them.
    #[serde(default)]
    pub gtin_prefixes: BTreeSet<String>,
}

impl Mandate {
    /// Checks its words.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn check(&self) -> Result<(), String> {
        if self.countries.is_empty() && self.gtin_prefixes.is_empty() {
            return Err("a mandate names a country or a prefix of GTINs".to_owned());
        }
        if self.countries.len() + self.gtin_prefixes.len() > MANDATE_WORDS_MAX {
            return Err(format!("a mandate may have {MANDATE_WORDS_MAX} words"));
        }
        let country = |text: &&String| {
            text.len() != 2 || !text.bytes().all(|letter| letter.is_ascii_uppercase())
        };
        if let Some(wrong) = self.countries.iter().find(country) {
            return Err(format!("{wrong:?} is no ISO 3166-1 alpha-2 code"));
        }
        let prefix = |text: &&String| {
            !(1..=14).contains(&text.len()) || !text.bytes().all(|digit| digit.is_ascii_digit())
        };
        if let Some(wrong) = self.gtin_prefixes.iter().find(prefix) {
            return Err(format!("{wrong:?} is not the beginning of a GTIN"));
        }
        Ok(())
    }
}

/// Countries and prefixes in one mandate.
const MANDATE_WORDS_MAX: usize = 300;

/// How far a key reaches, beyond its roles.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Scope {
    /// What its overseeing roles look after; everything without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mandate: Option<Mandate>,
    /// Public key (64 hex digits) of the one device whose blocks a `device` key may upload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
}

impl Scope {
    /// Checks it for a key of these roles.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn check(&self, roles: &BTreeSet<Role>) -> Result<(), String> {
        if let Some(mandate) = &self.mandate {
            if !roles.iter().any(|role| role.oversees()) {
                return Err("only a regulator or an auditor has a mandate".to_owned());
            }
            mandate.check()?;
        }
        match (roles.contains(&Role::Device), &self.device) {
            (true, None) => Err("a key with the role device needs the device's key".to_owned()),
            (false, Some(_)) => Err("only a key with the role device names a device".to_owned()),
            (true, Some(key)) if key.parse::<tangle::KeyId>().is_err() => {
                Err("the device's key must be 64 hex digits".to_owned())
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_read_as_they_print() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse::<Role>(), Ok(role));
            let json = serde_json::to_value(role).unwrap();
            assert_eq!(json, role.as_str());
        }
        assert!("root".parse::<Role>().is_err());
    }

    #[test]
    fn a_scope_fits_its_roles() {
        let mandate = |countries: &[&str], prefixes: &[&str]| Scope {
            mandate: Some(Mandate {
                countries: countries.iter().map(|it| (*it).to_owned()).collect(),
                gtin_prefixes: prefixes.iter().map(|it| (*it).to_owned()).collect(),
            }),
            device: None,
        };
        let device = |key: &str| Scope {
            device: Some(key.to_owned()),
            mandate: None,
        };
        let key = "ab".repeat(32);
        for (role, scope, fits) in [
            (Role::Regulator, Scope::default(), true),
            (Role::Regulator, mandate(&["DE"], &[]), true),
            (Role::Auditor, mandate(&[], &["0950"]), true),
            (Role::Auditor, mandate(&[], &[]), false),
            (Role::Regulator, mandate(&["de"], &[]), false),
            (Role::Regulator, mandate(&["DEU"], &[]), false),
            (Role::Regulator, mandate(&[], &["95x"]), false),
            (Role::Regulator, mandate(&[], &["123456789012345"]), false),
            (Role::Pharmacy, mandate(&["DE"], &[]), false),
            (Role::Device, Scope::default(), false),
            (Role::Device, device(&key), true),
            (Role::Device, device("ab"), false),
            (Role::Gateway, device(&key), false),
        ] {
            let checked = scope.check(&BTreeSet::from([role]));
            assert_eq!(checked.is_ok(), fits, "{role} {scope:?}: {checked:?}");
        }
    }
}
