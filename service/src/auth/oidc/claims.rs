//! From what the identity provider says of a person to what the person is here. Pure: the claims
//! are data, and so is what they mean.
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::SignInError;
use crate::auth::{Person, Role};
use crate::config::{OidcConfig, OidcGrant};
use crate::limits::TEXT_CHARS_MAX;

/// Claims of a verified ID token.
pub type Claims = Map<String, Value>;

/// Who a person is to this node.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Identity {
    /// Who it is.
    pub person: Person,
    /// What the person may be asked for; not empty.
    pub roles: BTreeSet<Role>,
    /// GLN of the party for which the person acts.
    pub party: Option<String>,
}

/// What claims mean.
#[derive(Clone, Debug)]
pub struct Mapping {
    name: String,
    roles: String,
    party: Option<String>,
    grants: Vec<OidcGrant>,
}

impl Mapping {
    pub(super) fn new(config: &OidcConfig) -> Self {
        Self {
            name: config.name_claim.clone(),
            roles: config.roles_claim.clone(),
            party: config.party_claim.clone(),
            grants: config.grants.clone(),
        }
    }

    /// Who these claims are about.
    ///
    /// # Errors
    /// [`SignInError::Nobody`] for whoever has no role here, acts for two parties, or for none
    /// although the role acts for one.
    pub fn identify(&self, issuer: &str, claims: &Claims) -> Result<Identity, SignInError> {
        let nobody = |text: &str| SignInError::Nobody(text.to_owned());
        let subject = claims.get("sub").and_then(Value::as_str);
        let subject = subject.filter(|it| (1..=255).contains(&it.len()));
        let subject = subject.ok_or_else(|| nobody("the ID token names nobody"))?;
        let given = texts(find(claims, &self.roles));
        let held = self.grants.iter();
        let held: Vec<&OidcGrant> = held.filter(|it| given.contains(&&*it.value)).collect();
        let roles: BTreeSet<Role> = held.iter().flat_map(|it| it.roles.clone()).collect();
        if roles.is_empty() {
            return Err(nobody(
                "none of this person's groups has a role at this node",
            ));
        }
        let named: BTreeSet<String> = held.iter().filter_map(|it| it.party.clone()).collect();
        let claimed = self.party.as_ref().map(|claim| texts(find(claims, claim)));
        let claimed = claimed.unwrap_or_default().into_iter().map(str::to_owned);
        // What the settings of the node say goes before what the provider says.
        let parties: BTreeSet<String> = if named.is_empty() {
            claimed.collect()
        } else {
            named
        };
        if parties.len() > 1 {
            return Err(nobody("this person's groups act for more than one party"));
        }
        let party = parties.into_iter().next();
        let acts = |role: &Role| !role.needs_no_party();
        if party.is_none() && roles.iter().any(acts) {
            return Err(nobody("this person's groups act for no party"));
        }
        Ok(Identity {
            person: Person {
                issuer: issuer.to_owned(),
                subject: subject.to_owned(),
                name: self.name_of(claims).unwrap_or_else(|| subject.to_owned()),
            },
            roles,
            party,
        })
    }

    fn name_of(&self, claims: &Claims) -> Option<String> {
        let names = [self.name.as_str(), "preferred_username", "email"];
        let text = |name: &&str| find(claims, name).and_then(Value::as_str);
        let name = names.iter().find_map(text)?;
        let name: String = name
            .chars()
            .filter(|letter| !letter.is_control())
            .take(TEXT_CHARS_MAX)
            .collect();
        (!name.trim().is_empty()).then(|| name.trim().to_owned())
    }
}

/// A claim by its own name, dots and all, or by a path of names.
fn find<'c>(claims: &'c Claims, name: &str) -> Option<&'c Value> {
    if let Some(found) = claims.get(name) {
        return Some(found);
    }
    let (first, rest) = name.split_once('.')?;
    rest.split('.')
        .try_fold(claims.get(first)?, |value, name| value.get(name))
}

/// The texts of a claim that is one or a list of them.
fn texts(claim: Option<&Value>) -> Vec<&str> {
    match claim {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const MAKER: &str = "9506000100012";
    const PHARMACY: &str = "9506000100036";

    fn mapping(roles_claim: &str, party_claim: Option<&str>) -> Mapping {
        let grant = |value: &str, role: Role, party: Option<&str>| OidcGrant {
            value: value.to_owned(),
            roles: BTreeSet::from([role]),
            party: party.map(str::to_owned),
        };
        Mapping::new(&OidcConfig {
            roles_claim: roles_claim.to_owned(),
            party_claim: party_claim.map(str::to_owned),
            grants: vec![
                grant("pharmacists", Role::Pharmacy, Some(PHARMACY)),
                grant("makers", Role::Manufacturer, Some(MAKER)),
                grant("admins", Role::Admin, None),
                grant("counter", Role::Pharmacy, None),
            ],
            ..OidcConfig::default()
        })
    }

    fn identify(mapping: &Mapping, claims: &Value) -> Result<Identity, String> {
        let found = mapping.identify("https://login", claims.as_object().unwrap());
        found.map_err(|error| error.to_string())
    }

    #[test]
    fn groups_become_roles_and_a_party_wherever_the_provider_puts_them() {
        for (claim, claims) in [
            (
                "roles",
                json!({"sub": "1", "name": "Ada", "roles": ["pharmacists", "x"]}),
            ),
            (
                "roles",
                json!({"sub": "1", "name": "Ada", "roles": "pharmacists"}),
            ),
            (
                "realm_access.roles",
                json!({"sub": "1", "name": "Ada", "realm_access": {"roles": ["pharmacists"]}}),
            ),
            (
                "https://example.com/groups",
                json!({"sub": "1", "name": "Ada", "https://example.com/groups": ["pharmacists"]}),
            ),
        ] {
            let found = identify(&mapping(claim, None), &claims).unwrap();
            assert_eq!(found.roles, BTreeSet::from([Role::Pharmacy]), "{claim}");
            assert_eq!(found.party.as_deref(), Some(PHARMACY));
            assert_eq!(found.person.name, "Ada");
        }
    }

    #[test]
    fn who_has_no_role_no_party_or_two_is_nobody_here() {
        let mapping = mapping("roles", None);
        for (claims, said) in [
            (json!({"sub": "1"}), "none of"),
            (json!({"sub": "1", "roles": []}), "none of"),
            (json!({"sub": "1", "roles": ["Pharmacists"]}), "none of"),
            (
                json!({"sub": "1", "roles": {"pharmacists": true}}),
                "none of",
            ),
            (json!({"sub": "1", "roles": [["pharmacists"]]}), "none of"),
            (
                json!({"sub": "1", "roles": ["pharmacists", "makers"]}),
                "more than one",
            ),
            (json!({"sub": "1", "roles": ["counter"]}), "no party"),
            (json!({"roles": ["admins"]}), "names nobody"),
            (json!({"sub": "", "roles": ["admins"]}), "names nobody"),
        ] {
            let error = identify(&mapping, &claims).unwrap_err();
            assert!(error.contains(said), "{claims}: {error}");
        }
        let admin = identify(&mapping, &json!({"sub": "1", "roles": ["admins"]})).unwrap();
        assert_eq!((admin.party, admin.person.name), (None, "1".to_owned()));
    }

    #[test]
    fn the_claimed_party_counts_only_where_the_settings_name_none() {
        let mapping = mapping("roles", Some("gln"));
        let claims = json!({"sub": "1", "roles": ["counter"], "gln": "9506000100029"});
        let found = identify(&mapping, &claims).unwrap();
        assert_eq!(found.party.as_deref(), Some("9506000100029"));
        let claims = json!({"sub": "1", "roles": ["pharmacists"], "gln": MAKER});
        let found = identify(&mapping, &claims).unwrap();
        assert_eq!(
            found.party.as_deref(),
            Some(PHARMACY),
            "not the claimed one"
        );
    }

    #[test]
    fn a_name_has_no_control_characters_and_an_end() {
        let name = format!("A\nda\u{1b}[2J{}", "x".repeat(1_000));
        let claims = json!({"sub": "1", "roles": ["admins"], "name": name});
        let found = identify(&mapping("roles", None), &claims).unwrap();
        assert!(found.person.name.starts_with("Ada[2Jx"));
        assert_eq!(found.person.name.len(), TEXT_CHARS_MAX);
    }
}
