//! A person who has signed in. The identity provider knows who it is; the node keeps the issuer
//! and the subject, which never change, and the name, which people read.
use serde::{Deserialize, Serialize};

/// Beginning of the public id of a person, where an API key has its own id.
pub const PERSON_PREFIX: &str = "person-";

/// Who signed in.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The identity provider (`iss`).
    pub issuer: String,
    /// The person there (`sub`): never given to another.
    pub subject: String,
    /// Name for people.
    pub name: String,
}

impl Person {
    /// The person's public id at this node, `person-` and 20 hex digits: the same at every sign-in.
    /// Keyed with the node's secret, so that it names nobody to whoever does not hold it.
    pub fn id(&self, node_secret: &[u8; 32]) -> String {
        let key = blake3::derive_key("theriac person id v1", node_secret);
        let mut hasher = blake3::Hasher::new_keyed(&key);
        let length = u64::try_from(self.issuer.len()).unwrap_or(u64::MAX);
        hasher.update(&length.to_le_bytes());
        hasher.update(self.issuer.as_bytes());
        hasher.update(self.subject.as_bytes());
        let mut id = [0_u8; 10];
        hasher.finalize_xof().fill(&mut id);
        format!("{PERSON_PREFIX}{}", hex::encode(id))
    }

    /// Name and subject, for the access log.
    pub fn said(&self) -> String {
        format!("{} ({})", self.name, self.subject)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_follows_issuer_and_subject_and_the_node_but_not_the_name() {
        let person = |issuer: &str, subject: &str, name: &str| Person {
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
            name: name.to_owned(),
        };
        let id = person("https://a", "1", "Ada").id(&[1; 32]);
        assert_eq!(id.len(), PERSON_PREFIX.len() + 20);
        assert_eq!(id, person("https://a", "1", "Ada L.").id(&[1; 32]));
        assert_ne!(id, person("https://a", "1", "Ada").id(&[2; 32]));
        assert_ne!(id, person("https://a", "2", "Ada").id(&[1; 32]));
        assert_ne!(id, person("https://a1", "", "Ada").id(&[1; 32]));
    }
}
