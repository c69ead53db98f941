//! API keys as a use case: an administrator makes them, and sees each secret once.
use gs1::Gln;

use crate::app::failure::{Code, Failure};
use crate::auth::{Permit, Role, actions};
use crate::limits::TEXT_CHARS_MAX;
use crate::node::Node;
use crate::store::{ApiKeyInfo, NewApiKey, Revoked};

/// A new key: the only time its text is seen.
#[derive(Clone, Debug)]
pub struct Created {
    /// Public id.
    pub id: String,
    /// The key.
    pub key: String,
}

/// Makes a key.
///
/// # Errors
/// As [`Node::create_api_key`].
pub fn create(
    node: &Node,
    _permit: &Permit<actions::ManageKeys>,
    new: NewApiKey,
) -> Result<Created, Failure> {
    node.create_api_key(new)
}

/// Every key without its secret.
pub fn list(node: &Node, _permit: &Permit<actions::ManageKeys>) -> Vec<ApiKeyInfo> {
    node.store().list_keys()
}

/// Takes a key back from now on; what was done with it stays.
///
/// # Errors
/// `not_found`, and `conflict` for the last key of an administrator.
pub fn revoke(node: &Node, _permit: &Permit<actions::ManageKeys>, id: &str) -> Result<(), Failure> {
    node.revoke_api_key(id)
}

impl Node {
    /// Takes an API key back.
    ///
    /// # Errors
    /// As [`revoke`].
    pub fn revoke_api_key(&self, id: &str) -> Result<(), Failure> {
        let revoked = self.store().revoke_key(id, self.world().now_ms());
        match revoked.map_err(Failure::internal)? {
            Revoked::Yes => Ok(()),
            Revoked::Unknown => Err(Failure::not_found("API key")),
            Revoked::LastAdmin => Err(Failure::new(
                Code::Conflict,
                "it is the last key of an administrator; make another one first",
            )),
        }
    }

    /// Makes an API key.
    ///
    /// # Errors
    /// `unprocessable` when there is no role, the party's GLN is not one or is not registered
    /// here, or a role that acts for a party has none.
    pub fn create_api_key(&self, new: NewApiKey) -> Result<Created, Failure> {
        check(self, &new).map_err(|text| Failure::new(Code::Unprocessable, text))?;
        let key = self
            .store()
            .create_key(new, self.world())
            .map_err(Failure::internal)?;
        Ok(Created {
            id: key.id().to_owned(),
            key: key.reveal(),
        })
    }
}

fn check(node: &Node, new: &NewApiKey) -> Result<(), String> {
    if new.roles.is_empty() {
        return Err("a key needs at least one role".to_owned());
    }
    if new.label.chars().count() > TEXT_CHARS_MAX {
        return Err(format!("a label may have {TEXT_CHARS_MAX} characters"));
    }
    let Some(party) = &new.party else {
        let acts = |role: &&Role| !matches!(role, Role::Admin | Role::Regulator);
        return match new.roles.iter().find(acts) {
            Some(role) => Err(format!("a key with the role {role} needs a party")),
            None => Ok(()),
        };
    };
    let gln = Gln::parse(party).map_err(|error| format!("reading the GLN: {error}"))?;
    if node.fold().registry().organisation(gln.as_str()).is_none() {
        return Err(format!("the party {gln} is not registered with this node"));
    }
    Ok(())
}
