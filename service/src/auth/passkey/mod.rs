//! Passkeys (Web Authentication) with which people sign electronically. A session says who is at
//! the browser; a signature must say that this person, here and now, means this document (21 CFR
//! 11.50, 11.70, 11.200; EU GMP Annex 11, 14). So the passkey is asked for every single signature,
//! and what it signs is a challenge made of the document, its meaning and the person.
mod cbor;
pub mod ceremony;
mod key;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use rules::Meaning;

pub use ceremony::{Assertion, Known, Made, RelyingParty, Untrusted};
pub use key::ALGORITHMS;

use crate::limits::{CEREMONIES_MAX, CEREMONY_MS};
use crate::world::World;

/// Passkeys at one node.
#[derive(Debug)]
pub struct Passkeys {
    /// The node as browsers know it.
    pub party: RelyingParty,
    /// What was asked of authenticators.
    pub ceremonies: Ceremonies,
}

/// What a person signs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Statement {
    /// Public id of the person.
    pub person: String,
    /// Method and path of the request that is signed.
    pub request: String,
    /// SHA-256 of its body.
    pub sha256: [u8; 32],
    /// What the signature means.
    pub meaning: Meaning,
}

impl Statement {
    /// The challenge: BLAKE3 over a nonce and the statement, so that an assertion to it is one to
    /// this statement and to no other.
    pub fn challenge(&self, nonce: &[u8; 32]) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key("theriac electronic signature v1");
        hasher.update(nonce);
        hasher.update(&self.sha256);
        for text in [&*self.person, &*self.request, word(self.meaning)] {
            hasher.update(&u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
            hasher.update(text.as_bytes());
        }
        *hasher.finalize().as_bytes()
    }
}

/// The word of a meaning, as in the API.
pub fn word(meaning: Meaning) -> &'static str {
    match meaning {
        Meaning::Authorship => "authorship",
        Meaning::Review => "review",
        Meaning::Approval => "approval",
        Meaning::Responsibility => "responsibility",
    }
}

/// What a ceremony that waits for its answer is for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Asked {
    /// A new passkey of a person.
    Register {
        /// Public id of the person.
        person: String,
    },
    /// A signature.
    Sign {
        /// What is signed.
        statement: Statement,
        /// Part of the challenge.
        nonce: [u8; 32],
    },
}

#[derive(Debug)]
struct Waiting {
    asked: Asked,
    since_ms: i64,
}

/// Ceremonies that wait for their answers, by challenge. In memory: after a restart of the node
/// people ask again.
#[derive(Debug, Default)]
pub struct Ceremonies(Mutex<BTreeMap<[u8; 32], Waiting>>);

impl Ceremonies {
    /// Asks for a new passkey; returns the challenge.
    pub fn register(&self, world: &World, person: &str) -> [u8; 32] {
        let challenge = world.entropy();
        let person = person.to_owned();
        self.keep(world, challenge, Asked::Register { person });
        challenge
    }

    /// Asks for a signature; returns the challenge.
    pub fn sign(&self, world: &World, statement: Statement) -> [u8; 32] {
        let nonce = world.entropy();
        let challenge = statement.challenge(&nonce);
        self.keep(world, challenge, Asked::Sign { statement, nonce });
        challenge
    }

    /// What was asked with this challenge; once, and within five minutes.
    pub fn take(&self, challenge: &[u8; 32], now_ms: i64) -> Option<Asked> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = all.remove(challenge)?;
        (now_ms.saturating_sub(found.since_ms) < CEREMONY_MS).then_some(found.asked)
    }

    fn keep(&self, world: &World, challenge: [u8; 32], asked: Asked) {
        let since_ms = world.now_ms();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= CEREMONIES_MAX {
            all.retain(|_, it| since_ms.saturating_sub(it.since_ms) < CEREMONY_MS);
        }
        if all.len() >= CEREMONIES_MAX {
            let oldest = all.iter().min_by_key(|(_, it)| it.since_ms);
            let oldest = oldest.map(|(key, _)| *key);
            oldest.and_then(|key| all.remove(&key));
        }
        all.insert(challenge, Waiting { asked, since_ms });
    }
}
