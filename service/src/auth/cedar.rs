//! The policies: read from `policy/theriac.cedar`, validated strictly against its schema, asked
//! for every permit. What is done depends on few things only (the action, the caller's roles,
//! whether it speaks for a party), so Cedar is asked once for each and the answer is remembered
//! (`auth::advocate`): at a counter the question costs a look into a table.
//!
//! Which rows somebody sees is decided by `app::visible`, one function in Rust for speed; the same
//! file of policies says it a second time, and a property test holds the two equal.
use std::collections::BTreeSet;
use std::str::FromStr as _;
use std::sync::Arc;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityUid, PolicyId, PolicySet, Request, Schema,
    ValidationMode, Validator,
};
use serde_json::{Value, json};

use super::advocate::Advocate;
use super::role::Role;

/// The policies, as they are in the repository.
pub const POLICIES: &str = include_str!("../../policy/theriac.cedar");
/// Their schema.
pub const SCHEMA: &str = include_str!("../../policy/theriac.cedarschema");

/// Id in the place of a policy's where none permits: what is not permitted is refused.
pub const DEFAULT_DENY: &str = "default-deny";
/// Id in the place of a policy's when Cedar could not be asked: then all is refused.
pub const UNREADABLE: &str = "policies-unreadable";

/// The policies cannot be used.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PolicyError {
    /// Policies or schema cannot be read.
    #[error("reading the policies: {0}")]
    Unreadable(String),
    /// They are not valid.
    #[error("the policies do not fit their schema: {0}")]
    Invalid(String),
    /// A policy has no id, or one that another has.
    #[error("each policy needs an @id of its own: {0}")]
    Id(String),
    /// A question that does not fit the schema.
    #[error("asking the policies: {0}")]
    Question(String),
}

/// What the policies say to a question.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ruling {
    /// Whether it is permitted.
    pub allowed: bool,
    /// Ids of the policies that decided, in alphabetical order, parted by commas.
    pub policy: String,
    /// What a policy that forbids says to people (`@says`).
    pub says: Option<String>,
}

impl Ruling {
    fn unreadable() -> Self {
        Self {
            allowed: false,
            policy: UNREADABLE.to_owned(),
            says: None,
        }
    }
}

/// All that a decision about an action depends on.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Question {
    /// Name of the action.
    pub action: &'static str,
    /// Roles of the caller.
    pub roles: BTreeSet<Role>,
    /// Whether it speaks for a party.
    pub party: bool,
}

/// Policies that are valid.
#[derive(Debug)]
pub struct Policies {
    set: PolicySet,
    schema: Schema,
}

static OWN: Advocate = Advocate::new();

/// Looks whether the node's policies can be used at all.
///
/// # Errors
/// When they are not valid; then nothing is permitted to anybody.
pub fn prepare() -> Result<(), PolicyError> {
    let admin = BTreeSet::from([Role::Admin]);
    OWN.ask("read_public", &admin, false).map(drop)
}

/// What the node's policies say to an action. Fails closed.
pub(super) fn rule(action: &'static str, roles: &BTreeSet<Role>, party: bool) -> Arc<Ruling> {
    let ruling = OWN.ask(action, roles, party);
    ruling.unwrap_or_else(|_| Arc::new(Ruling::unreadable()))
}

impl Policies {
    /// Reads policies and schema and validates the one against the other, strictly.
    ///
    /// # Errors
    /// [`PolicyError`]
    pub fn read(policies: &str, schema: &str) -> Result<Self, PolicyError> {
        let unreadable = |error: &dyn std::fmt::Display| PolicyError::Unreadable(error.to_string());
        let (schema, warnings) =
            Schema::from_cedarschema_str(schema).map_err(|error| unreadable(&error))?;
        if let Some(warning) = warnings.into_iter().next() {
            return Err(unreadable(&warning));
        }
        let given = PolicySet::from_str(policies).map_err(|error| unreadable(&error))?;
        let mut set = PolicySet::new();
        for policy in given.policies() {
            let id = policy.annotation("id").filter(|id| !id.is_empty());
            let id = id.ok_or_else(|| PolicyError::Id(policy.to_string()))?;
            set.add(policy.new_id(PolicyId::new(id)))
                .map_err(|error| PolicyError::Id(error.to_string()))?;
        }
        let result = Validator::new(schema.clone()).validate(&set, ValidationMode::Strict);
        if !result.validation_passed_without_warnings() {
            return Err(PolicyError::Invalid(result.to_string()));
        }
        Ok(Self { set, schema })
    }

    /// Ids of the policies.
    pub fn ids(&self) -> BTreeSet<String> {
        self.set.policies().map(|it| it.id().to_string()).collect()
    }

    /// Answers a question about an action anew.
    ///
    /// # Errors
    /// [`PolicyError::Question`] for an action that the schema does not know.
    pub fn decide(&self, question: &Question) -> Result<Ruling, PolicyError> {
        let party = question.party.then_some("party");
        let caller = caller(&question.roles, party, None);
        let node = json!({ "uid": entity("Node", "node"), "attrs": {}, "parents": [] });
        self.evaluate(
            question.action,
            &[caller, node],
            "Node::\"node\"",
            json!({}),
        )
    }

    /// Asks Cedar whether `Caller::"caller"`, which is among the entities, may.
    ///
    /// # Errors
    /// [`PolicyError::Question`] for what does not fit the schema.
    pub(crate) fn evaluate(
        &self,
        action: &str,
        entities: &[Value],
        resource: &str,
        context: Value,
    ) -> Result<Ruling, PolicyError> {
        let wrong = |error: &dyn std::fmt::Display| PolicyError::Question(error.to_string());
        let uid = |text: &str| {
            EntityUid::from_str(&format!("Theriac::{text}")).map_err(|error| wrong(&error))
        };
        let action = uid(&format!("Action::\"{action}\""))?;
        let context = Context::from_json_value(context, Some((&self.schema, &action)))
            .map_err(|error| wrong(&error))?;
        let entities = Entities::from_json_value(json!(entities), Some(&self.schema))
            .map_err(|error| wrong(&error))?;
        let request = Request::new(
            uid("Caller::\"caller\"")?,
            action,
            uid(resource)?,
            context,
            Some(&self.schema),
        )
        .map_err(|error| wrong(&error))?;
        let answer = Authorizer::new().is_authorized(&request, &self.set, &entities);
        if let Some(error) = answer.diagnostics().errors().next() {
            return Err(wrong(error));
        }
        let deciding: BTreeSet<&PolicyId> = answer.diagnostics().reason().collect();
        let says = deciding
            .iter()
            .find_map(|id| self.set.annotation(id, "says"));
        let mut ids: Vec<&str> = deciding.iter().map(|id| (**id).as_ref()).collect();
        if ids.is_empty() {
            ids.push(DEFAULT_DENY);
        }
        Ok(Ruling {
            allowed: answer.decision() == Decision::Allow,
            policy: ids.join(","),
            says: says.map(ToOwned::to_owned),
        })
    }
}

/// The caller as an entity: roles, GLN of its party, mandate.
pub(crate) fn caller(
    roles: &BTreeSet<Role>,
    party: Option<&str>,
    mandate: Option<&super::Mandate>,
) -> Value {
    let mut attributes = serde_json::Map::new();
    if let Some(gln) = party {
        attributes.insert("party".to_owned(), entity("Party", gln));
    }
    if let Some(mandate) = mandate {
        let words = json!({ "countries": mandate.countries, "prefixes": mandate.gtin_prefixes });
        attributes.insert("mandate".to_owned(), words);
    }
    let parents = roles.iter().map(|role| entity("Role", role.as_str()));
    let parents: Vec<Value> = parents.collect();
    json!({ "uid": entity("Caller", "caller"), "attrs": attributes, "parents": parents })
}

/// A reference to an entity.
pub(crate) fn entity(kind: &str, id: &str) -> Value {
    json!({ "type": format!("Theriac::{kind}"), "id": id })
}

#[cfg(test)]
mod tests {
    use super::super::policy::ACTIONS;
    use super::*;

    #[test]
    fn the_policies_are_valid_and_each_has_a_name() {
        let own = Policies::read(POLICIES, SCHEMA).unwrap();
        assert_eq!(own.ids().len(), POLICIES.matches("\n@id(").count());
        assert_eq!(prepare(), Ok(()));
    }

    #[test]
    fn policies_that_speak_of_unknown_things_are_refused() {
        let with = |more: &str| Policies::read(&format!("{POLICIES}\n{more}"), SCHEMA);
        let roles = "@id(\"x\") permit (principal, action, resource) when { principal.age > 3 };";
        assert!(matches!(with(roles), Err(PolicyError::Invalid(_))));
        let action = "@id(\"x\") permit (principal, action == Theriac::Action::\"fly\", resource);";
        assert!(matches!(with(action), Err(PolicyError::Invalid(_))));
        let nameless = "permit (principal, action, resource);";
        assert!(matches!(with(nameless), Err(PolicyError::Id(_))));
        let twice = "@id(\"auditor-reads\") permit (principal, action, resource);";
        assert!(matches!(with(twice), Err(PolicyError::Id(_))));
        assert!(matches!(with("permit"), Err(PolicyError::Unreadable(_))));
    }

    /// Roles add up: nothing is permitted to a set of roles that is not to one of them, and none
    /// takes away from another.
    #[test]
    fn roles_add_up() {
        for action in ACTIONS {
            for (a, b) in Role::ALL.iter().flat_map(|a| Role::ALL.map(|b| (*a, b))) {
                let may = |roles: &[Role]| {
                    let roles = roles.iter().copied().collect();
                    rule(action, &roles, true).allowed
                };
                assert_eq!(may(&[a, b]), may(&[a]) || may(&[b]), "{action} {a} {b}");
            }
        }
    }

    #[test]
    fn an_action_that_no_policy_knows_is_refused() {
        let ruling = rule("fly", &BTreeSet::from([Role::Admin]), true);
        assert_eq!((ruling.allowed, &*ruling.policy), (false, UNREADABLE));
    }
}
