//! The one table of who may do what. An action is a type, a permit for it can only be made here,
//! and a use case asks for the permit in its signature.
use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use super::Person;

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
    /// Oversees: sees everything, may recall.
    Regulator,
    /// A machine that uploads signed blocks.
    Gateway,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 6] = [
        Self::Admin,
        Self::Manufacturer,
        Self::Wholesaler,
        Self::Pharmacy,
        Self::Regulator,
        Self::Gateway,
    ];

    /// The role's name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Manufacturer => "manufacturer",
            Self::Wholesaler => "wholesaler",
            Self::Pharmacy => "pharmacy",
            Self::Regulator => "regulator",
            Self::Gateway => "gateway",
        }
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

/// Who is asking: what an API key stands for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Principal {
    /// Public id of the API key (8 hex digits), or of the person who signed in.
    pub key_id: String,
    /// GLN of the party the key speaks for; keys that only administer have none.
    pub party: Option<String>,
    /// What the key may be used for.
    pub roles: BTreeSet<Role>,
    /// Who signed in; none behind an API key.
    pub person: Option<Person>,
}

impl Principal {
    /// Whether the key holds `role`.
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Sees every row: the node's administrator and the regulator.
    pub fn sees_all(&self) -> bool {
        self.has(Role::Admin) || self.has(Role::Regulator)
    }
}

/// Something a principal may be permitted to do. Implemented by the types of [`actions`] only.
pub trait Action: sealed::Sealed + fmt::Debug + 'static {
    /// Stable name, in logs and in refusals.
    const NAME: &'static str;
    /// Roles of which one is needed.
    const ROLES: &'static [Role];
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $text:literal : [$($role:ident),+];)+) => {
        /// The actions; each type's documentation says what it covers.
        pub mod actions {
            use super::{Action, Role, sealed};
            $(
                $(#[$doc])*
                #[derive(Debug)]
                pub enum $name {}
                impl sealed::Sealed for $name {}
                impl Action for $name {
                    const NAME: &'static str = $text;
                    const ROLES: &'static [Role] = &[$(Role::$role),+];
                }
            )+
        }

        /// The policy as data, for documents and tests: action name and the roles that may.
        pub const POLICY: &[(&str, &[Role])] =
            &[$((<actions::$name as Action>::NAME, <actions::$name as Action>::ROLES)),+];
    };
}

actions! {
    /// Record EPCIS events on behalf of the key's party (or the operator), read one's jobs.
    Capture = "capture": [Admin, Manufacturer, Wholesaler, Pharmacy];
    /// Supply, export, destroy, sample, lock or undo packs, as the role may.
    ChangeState = "change_state": [Manufacturer, Wholesaler, Pharmacy];
    /// Make decisions: recall a lot, release or reject after quality review.
    Decide = "decide": [Manufacturer, Regulator];
    /// Create and list API keys, register parties and devices.
    ManageKeys = "manage_keys": [Admin];
    /// Copy the node, take in bundles, erase items, see the witnesses.
    Operate = "operate": [Admin];
    /// Publish parties, locations, products and devices.
    PublishMaster = "publish_master": [Admin, Manufacturer];
    /// Read events, histories, lots, shipments, alerts, blocks and proofs, as far as visible.
    Query = "query": [Admin, Manufacturer, Wholesaler, Pharmacy, Regulator];
    /// Search the access log.
    ReadAccesses = "read_accesses": [Admin, Regulator];
    /// Read what every key holder may read: the checkpoint and who one is.
    ReadPublic = "read_public":
        [Admin, Manufacturer, Wholesaler, Pharmacy, Regulator, Gateway];
    /// Store queries, and have their answers sent to oneself.
    Subscribe = "subscribe": [Admin, Manufacturer, Wholesaler, Pharmacy, Regulator];
    /// Upload signed blocks and ask where the next one attaches.
    SubmitBlocks = "submit_blocks": [Gateway];
    /// Verify a scanned pack.
    Verify = "verify": [Admin, Manufacturer, Wholesaler, Pharmacy, Regulator];
}

/// Proof that a principal may perform `A`; only [`Permit::check`] makes one.
pub struct Permit<A: Action> {
    principal: Principal,
    action: PhantomData<fn() -> A>,
}

impl<A: Action> fmt::Debug for Permit<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit")
            .field("action", &A::NAME)
            .field("key", &self.principal.key_id)
            .finish()
    }
}

impl<A: Action> Clone for Permit<A> {
    fn clone(&self) -> Self {
        Self {
            principal: self.principal.clone(),
            action: PhantomData,
        }
    }
}

/// The principal's roles do not allow the action.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the key's roles do not allow {action}: one of {roles} is needed")]
pub struct Denied {
    action: &'static str,
    roles: String,
}

impl<A: Action> Permit<A> {
    /// Permits `A` when one of the principal's roles is in the table.
    pub fn check(principal: Principal) -> Result<Self, Denied> {
        if A::ROLES.iter().any(|role| principal.has(*role)) {
            return Ok(Self {
                principal,
                action: PhantomData,
            });
        }
        let roles = A::ROLES
            .iter()
            .map(|role| role.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        Err(Denied {
            action: A::NAME,
            roles,
        })
    }

    /// Who was permitted.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(roles: &[Role]) -> Principal {
        Principal {
            key_id: "00000000".to_owned(),
            party: None,
            roles: roles.iter().copied().collect(),
            person: None,
        }
    }

    #[test]
    fn a_permit_needs_one_of_the_roles_of_the_table() {
        for role in Role::ALL {
            let permitted = Permit::<actions::SubmitBlocks>::check(holder(&[role])).is_ok();
            assert_eq!(permitted, role == Role::Gateway, "{role}");
        }
        let both = holder(&[Role::Gateway, Role::Pharmacy]);
        assert!(Permit::<actions::Verify>::check(both).is_ok());
        let denied = Permit::<actions::Verify>::check(holder(&[])).unwrap_err();
        assert!(denied.to_string().contains("verify"), "{denied}");
    }

    #[test]
    fn the_policy_table_names_each_action_once_and_gives_it_to_somebody() {
        let names: BTreeSet<_> = POLICY.iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), POLICY.len());
        assert!(POLICY.iter().all(|(_, roles)| !roles.is_empty()));
    }

    #[test]
    fn roles_read_as_they_print() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse::<Role>(), Ok(role));
        }
        assert!("root".parse::<Role>().is_err());
    }
}
