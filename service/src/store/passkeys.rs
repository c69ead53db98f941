//! Passkeys of people, and what was signed with them. A passkey's record is its public key; a
//! signature's holds everything with which it can be checked again by somebody else, years later.
use serde::{Deserialize, Serialize};

use super::shelf::{Change, Durably, Shelf};
use super::{Store, StoreError};
use crate::auth::Person;

/// A passkey.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Passkey {
    /// Id of the credential, base64url.
    pub id: String,
    /// Public id of its person.
    pub person: String,
    /// What the person calls it.
    pub label: String,
    /// Public key (`COSE_Key`), base64url.
    pub key: String,
    /// Signature counter when it was last used.
    pub counter: u32,
    /// Whether it is kept in several places.
    pub backed_up: bool,
    /// When it was made, Unix milliseconds.
    pub made_ms: i64,
    /// When it was last used.
    pub used_ms: Option<i64>,
}

/// An electronic signature with its evidence.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SignatureRecord {
    /// Id.
    pub id: String,
    /// When it was made, Unix milliseconds.
    pub at_ms: i64,
    /// Public id of who signed; the signer of the ledger's decision.
    pub signer: String,
    /// Who signed.
    pub person: Person,
    /// GLN of the party for which the person acted.
    pub party: Option<String>,
    /// What it means.
    pub meaning: String,
    /// Method and path of the request that was signed.
    pub request: String,
    /// SHA-256 of its body, hex.
    pub sha256: String,
    /// Part of the challenge, hex.
    pub nonce: String,
    /// Id of the passkey's credential, base64url.
    pub passkey: String,
    /// Its public key (`COSE_Key`), base64url.
    pub key: String,
    /// `clientDataJSON`, base64url.
    pub client_data: String,
    /// `authenticatorData`, base64url.
    pub authenticator_data: String,
    /// The passkey's signature, base64url.
    pub signature: String,
}

/// What became of a new passkey.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Added {
    /// It is there.
    Yes,
    /// A credential of this id is there already, whosever.
    Taken,
    /// The person has as many as one may have.
    TooMany,
}

impl Store {
    /// A person's passkeys.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn passkeys_of(&self, person: &str) -> Result<Vec<Passkey>, StoreError> {
        let all = self.all::<Passkey>(Shelf::Passkeys)?.into_iter();
        Ok(all
            .map(|(_, it)| it)
            .filter(|it| it.person == person)
            .collect())
    }

    /// Adds a passkey, when the person has fewer than `most`.
    ///
    /// # Errors
    /// [`StoreError`]; then it is not there.
    pub fn add_passkey(&self, passkey: &Passkey, most: usize) -> Result<Added, StoreError> {
        let _one_writes = self.passkey_lock();
        if self.passkey(&passkey.id)?.is_some() {
            return Ok(Added::Taken);
        }
        if self.passkeys_of(&passkey.person)?.len() >= most {
            return Ok(Added::TooMany);
        }
        let put = Change::put(Shelf::Passkeys, &shelved(&passkey.id), passkey)?;
        self.change(&[put], Durably::Yes)?;
        Ok(Added::Yes)
    }

    /// A passkey by the id of its credential.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn passkey(&self, id: &str) -> Result<Option<Passkey>, StoreError> {
        self.record(Shelf::Passkeys, &shelved(id))
    }

    /// Takes a person's passkey away; false when there is none.
    ///
    /// # Errors
    /// [`StoreError`]; then it is still there.
    pub fn remove_passkey(&self, person: &str, id: &str) -> Result<bool, StoreError> {
        let _one_writes = self.passkey_lock();
        let own = self.passkey(id)?.is_some_and(|it| it.person == person);
        if own {
            let gone = Change::remove(Shelf::Passkeys, &shelved(id));
            self.change(&[gone], Durably::Yes)?;
        }
        Ok(own)
    }

    /// Checks a passkey's answer and keeps its counter and the signature, in one step: of two
    /// answers with one counter, the second is refused.
    ///
    /// # Errors
    /// What `check` gives, and [`StoreError`] turned into it; then nothing is kept.
    pub fn use_passkey<E: From<StoreError>>(
        &self,
        id: &str,
        check: impl FnOnce(Option<Passkey>) -> Result<(Passkey, SignatureRecord), E>,
    ) -> Result<SignatureRecord, E> {
        let _one_writes = self.passkey_lock();
        let (used, signature) = check(self.passkey(id)?)?;
        let key = format!("{:016}/{}", signature.at_ms, signature.id);
        let changes = [
            Change::put(Shelf::Passkeys, &shelved(id), &used)?,
            Change::put(Shelf::Signatures, &key, &signature)?,
        ];
        self.change(&changes, Durably::Yes)?;
        Ok(signature)
    }

    /// At most `count` signatures after `after`, the oldest first, each with its place.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn signatures(
        &self,
        after: Option<&str>,
        count: usize,
    ) -> Result<Vec<(String, SignatureRecord)>, StoreError> {
        let keys = self.keys_from(Shelf::Signatures, "", after, count)?;
        let mut found = Vec::with_capacity(keys.len());
        for key in keys {
            if let Some(record) = self.record(Shelf::Signatures, &key)? {
                found.push((key, record));
            }
        }
        Ok(found)
    }
}

/// The ids of credentials may be long, and the database's keys may not.
fn shelved(id: &str) -> String {
    blake3::hash(id.as_bytes()).to_hex().to_string()
}
