//! API keys as a use case: an administrator makes them, and sees each secret once.
use gs1::Gln;

use crate::app::failure::{Code, Failure};
use crate::auth::{Permit, Role, actions};
use crate::limits::TEXT_CHARS_MAX;
use crate::node::Node;
use crate::store::{ApiKeyInfo, Bound, NewApiKey, Revoked};
use crate::tls::pair::Certificate;

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

/// A client certificate to bind to an API key: itself, or the hash of its key.
#[derive(Clone, Debug)]
pub enum Given {
    /// PEM.
    Certificate(String),
    /// SHA-256 of its `SubjectPublicKeyInfo`, hex.
    Hash(String),
}

/// Lets a client certificate stand for an API key; returns the hash of its public key, hex.
///
/// # Errors
/// As [`Node::bind_certificate`].
pub fn bind(
    node: &Node,
    _permit: &Permit<actions::ManageKeys>,
    (id, given): (&str, &Given),
    expires_ms: Option<i64>,
) -> Result<String, Failure> {
    node.bind_certificate(id, given, expires_ms)
}

/// Takes a binding back.
///
/// # Errors
/// As [`Node::unbind_certificate`].
pub fn unbind(
    node: &Node,
    _permit: &Permit<actions::ManageKeys>,
    id: &str,
    spki: &str,
) -> Result<(), Failure> {
    node.unbind_certificate(id, spki)
}

impl Given {
    fn spki(&self) -> Result<String, Failure> {
        let unfit = |text: &str| Failure::new(Code::Unprocessable, text);
        match self {
            Self::Certificate(pem) => Certificate::of_pem(pem.as_bytes())
                .map(|it| hex::encode(it.spki))
                .ok_or_else(|| unfit("certificate must be an X.509 certificate in PEM")),
            Self::Hash(text) => {
                let text = text.to_ascii_lowercase();
                let is_hash = hex::decode(&text).is_ok_and(|it| it.len() == 32);
                is_hash
                    .then_some(text)
                    .ok_or_else(|| unfit("spki_sha256 must be the 64 hex digits of a SHA-256 hash"))
            }
        }
    }
}

impl Node {
    /// Lets a client certificate stand for an API key.
    ///
    /// # Errors
    /// `unprocessable` for what is no certificate or hash, `not_found` for a key that is not good,
    /// `conflict` when the certificate's key is another's, or was taken back.
    pub fn bind_certificate(
        &self,
        id: &str,
        given: &Given,
        expires_ms: Option<i64>,
    ) -> Result<String, Failure> {
        let spki = given.spki()?;
        let now_ms = self.world().now_ms();
        let bound = self.store().bind_certificate(id, &spki, expires_ms, now_ms);
        match bound.map_err(Failure::internal)? {
            Bound::Yes => Ok(spki),
            Bound::Unknown => Err(Failure::not_found("API key")),
            Bound::Taken => Err(Failure::new(
                Code::Conflict,
                "the certificate's key stands for another API key, or was taken back",
            )),
        }
    }

    /// Takes the binding of a certificate's key to an API key back.
    ///
    /// # Errors
    /// `not_found` when there is none.
    pub fn unbind_certificate(&self, id: &str, spki: &str) -> Result<(), Failure> {
        let spki = spki.to_ascii_lowercase();
        let now_ms = self.world().now_ms();
        let found = self.store().unbind_certificate(id, &spki, now_ms);
        if found.map_err(Failure::internal)? {
            return Ok(());
        }
        Err(Failure::not_found("client certificate of this API key"))
    }

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
    new.scope.check(&new.roles)?;
    let Some(party) = &new.party else {
        let acts = |role: &&Role| !role.needs_no_party();
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
