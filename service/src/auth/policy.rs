//! Actions and permits. An action is a type, a permit for it can only be made here, by asking the
//! policies (`auth::cedar`), and a use case asks for the permit in its signature.
use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use super::Person;
use super::cedar::{Ruling, rule};
use super::role::{Role, Scope};

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
    /// How far it reaches, beyond its roles.
    pub scope: Scope,
}

impl Principal {
    /// Whether the key holds `role`.
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Sees every row: the node's administrator, and regulators and auditors without a mandate.
    pub fn sees_all(&self) -> bool {
        self.has(Role::Admin) || (self.oversees() && self.scope.mandate.is_none())
    }

    /// Looks after others: a regulator or an auditor.
    pub fn oversees(&self) -> bool {
        self.roles.iter().any(|role| role.oversees())
    }
}

/// Something a principal may be permitted to do. Implemented by the types of [`actions`] only.
pub trait Action: sealed::Sealed + fmt::Debug + 'static {
    /// Stable name, in the policies, in logs and in refusals.
    const NAME: &'static str;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)+) => {
        /// The actions; each type's documentation says what it covers.
        pub mod actions {
            use super::{Action, sealed};
            $(
                $(#[$doc])*
                #[derive(Debug)]
                pub enum $name {}
                impl sealed::Sealed for $name {}
                impl Action for $name {
                    const NAME: &'static str = $text;
                }
            )+
        }

        /// Names of the actions.
        pub const ACTIONS: &[&str] = &[$(<actions::$name as Action>::NAME),+];
    };
}

actions! {
    /// Record EPCIS events on behalf of the key's party (or the operator), read one's jobs.
    Capture = "capture";
    /// Supply, export, destroy, sample, lock or undo packs, as the role may.
    ChangeState = "change_state";
    /// Say something about a case, to everybody who sees it.
    Comment = "comment";
    /// Make decisions: recall a lot, release or reject after quality review.
    Decide = "decide";
    /// Give others sight of what one sees, and take it back.
    Grant = "grant";
    /// Create and list API keys, register parties and devices.
    ManageKeys = "manage_keys";
    /// Copy the node, take in bundles, erase items, see the witnesses.
    Operate = "operate";
    /// Publish parties, locations, products and devices.
    PublishMaster = "publish_master";
    /// Read events, histories, lots, shipments, alerts, blocks and proofs, as far as visible.
    Query = "query";
    /// Search the access log.
    ReadAccesses = "read_accesses";
    /// Read what every key holder may read: the checkpoint and who one is.
    ReadPublic = "read_public";
    /// Store queries, and have their answers sent to oneself.
    Subscribe = "subscribe";
    /// Upload signed blocks and ask where the next one attaches.
    SubmitBlocks = "submit_blocks";
    /// Verify a scanned pack.
    Verify = "verify";
}

/// The roles that may do an action for a party.
pub fn roles_of(action: &'static str) -> Vec<Role> {
    let may = |role: &Role| rule(action, &BTreeSet::from([*role]), true).allowed;
    Role::ALL.into_iter().filter(may).collect()
}

/// Proof that a principal may perform `A`; only [`Permit::check`] makes one.
pub struct Permit<A: Action> {
    principal: Principal,
    ruling: Arc<Ruling>,
    action: PhantomData<fn() -> A>,
}

impl<A: Action> fmt::Debug for Permit<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit")
            .field("action", &A::NAME)
            .field("key", &self.principal.key_id)
            .field("policy", &self.ruling.policy)
            .finish_non_exhaustive()
    }
}

impl<A: Action> Clone for Permit<A> {
    fn clone(&self) -> Self {
        Self {
            principal: self.principal.clone(),
            ruling: Arc::clone(&self.ruling),
            action: PhantomData,
        }
    }
}

/// The policies do not permit the action to the principal.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{text}")]
pub struct Denied {
    ruling: Arc<Ruling>,
    text: String,
}

impl Denied {
    /// What the policies said.
    pub fn ruling(&self) -> &Arc<Ruling> {
        &self.ruling
    }

    fn new(action: &'static str, ruling: Arc<Ruling>) -> Self {
        let roles = || {
            let roles: Vec<_> = roles_of(action).into_iter().map(Role::as_str).collect();
            let roles = roles.join(", ");
            format!("the key's roles do not allow {action}: one of {roles} is needed")
        };
        let text = ruling.says.clone().unwrap_or_else(roles);
        Self { ruling, text }
    }
}

impl<A: Action> Permit<A> {
    /// Permits `A` when the policies do.
    ///
    /// # Errors
    /// [`Denied`]
    pub fn check(principal: Principal) -> Result<Self, Denied> {
        let ruling = rule(A::NAME, &principal.roles, principal.party.is_some());
        if !ruling.allowed {
            return Err(Denied::new(A::NAME, ruling));
        }
        Ok(Self {
            principal,
            ruling,
            action: PhantomData,
        })
    }

    /// What the policies said.
    pub fn ruling(&self) -> &Arc<Ruling> {
        &self.ruling
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
            scope: Scope::default(),
        }
    }

    #[test]
    fn a_permit_needs_one_of_the_roles_of_the_policies() {
        for role in Role::ALL {
            let permitted = Permit::<actions::SubmitBlocks>::check(holder(&[role])).is_ok();
            let machine = matches!(role, Role::Gateway | Role::Device);
            assert_eq!(permitted, machine, "{role}");
        }
        let both = holder(&[Role::Gateway, Role::Pharmacy]);
        assert!(Permit::<actions::Verify>::check(both).is_ok());
        let denied = Permit::<actions::Verify>::check(holder(&[])).unwrap_err();
        assert!(denied.to_string().contains("verify"), "{denied}");
        assert_eq!(denied.ruling().policy, super::super::cedar::DEFAULT_DENY);
    }

    #[test]
    fn what_is_signed_for_a_party_needs_one() {
        let mut regulator = holder(&[Role::Regulator]);
        let denied = Permit::<actions::Decide>::check(regulator.clone()).unwrap_err();
        assert_eq!(denied.to_string(), "the key speaks for no party");
        assert_eq!(denied.ruling().policy, "acting-needs-a-party");
        regulator.party = Some("9506000100043".to_owned());
        let permit = Permit::<actions::Decide>::check(regulator).unwrap();
        assert_eq!(permit.ruling().policy, "regulator-oversees");
    }

    /// The whole matrix, written by hand: what the policies are held against.
    #[test]
    fn the_policies_give_each_action_to_whom_it_was_meant() {
        use Role::{
            Admin, Auditor, Device, Gateway, Hospital, Manufacturer, Pharmacy, Regulator,
            ThirdPartyLogistics, Wholesaler,
        };
        let trade = [
            Manufacturer,
            Wholesaler,
            Pharmacy,
            ThirdPartyLogistics,
            Hospital,
        ];
        let and = |more: &[Role]| -> BTreeSet<Role> { trade.iter().chain(more).copied().collect() };
        let only = |roles: &[Role]| -> BTreeSet<Role> { roles.iter().copied().collect() };
        let expected = [
            ("capture", and(&[Admin])),
            ("change_state", and(&[])),
            ("comment", and(&[Regulator])),
            ("decide", only(&[Manufacturer, Regulator])),
            ("grant", and(&[])),
            ("manage_keys", only(&[Admin])),
            ("operate", only(&[Admin])),
            ("publish_master", only(&[Admin, Manufacturer])),
            ("query", and(&[Admin, Regulator, Auditor])),
            ("read_accesses", only(&[Admin, Regulator, Auditor])),
            (
                "read_public",
                and(&[Admin, Regulator, Auditor, Gateway, Device]),
            ),
            ("subscribe", and(&[Admin, Regulator])),
            ("submit_blocks", only(&[Gateway, Device])),
            ("verify", and(&[Admin, Regulator])),
        ];
        let named: Vec<&str> = expected.iter().map(|(action, _)| *action).collect();
        assert_eq!(named, ACTIONS);
        for (action, roles) in expected {
            let given: BTreeSet<Role> = roles_of(action).into_iter().collect();
            assert_eq!(given, roles, "{action}");
        }
    }
}
