//! API keys at rest: id -> hash, party, roles, label. The secret itself is never stored.
use std::collections::{BTreeMap, BTreeSet};

use redb::{Database, ReadableDatabase as _, ReadableTable as _, TableDefinition};
use serde::{Deserialize, Serialize};

use super::certificates::{Binding, Index};
use super::{Store, StoreError};
use crate::auth::person::PERSON_PREFIX;
use crate::auth::{ApiKey, Principal, Role, Scope};
use crate::world::World;

pub(super) const TABLE: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("api_keys");

/// What a new key shall be.
#[derive(Clone, Debug)]
pub struct NewApiKey {
    /// GLN of the party it speaks for, if any.
    pub party: Option<String>,
    /// What it may be used for; not empty.
    pub roles: BTreeSet<Role>,
    /// What people call it.
    pub label: String,
    /// Unix milliseconds after which it is refused; `None` for no end.
    pub expires_ms: Option<i64>,
    /// How far it reaches, beyond its roles.
    pub scope: Scope,
}

/// A stored key without its hash.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ApiKeyInfo {
    /// Public id (8 hex digits).
    pub id: String,
    /// GLN of the party it speaks for.
    pub party: Option<String>,
    /// What it may be used for.
    pub roles: BTreeSet<Role>,
    /// What people call it.
    pub label: String,
    /// When it was made, Unix milliseconds.
    pub created_ms: i64,
    /// When it ends.
    pub expires_ms: Option<i64>,
    /// When it was taken back.
    pub revoked_ms: Option<i64>,
    /// Client certificates that stand for it.
    pub certificates: Vec<Binding>,
    /// How far it reaches, beyond its roles.
    pub scope: Scope,
}

/// What became of a wish to take a key back.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Revoked {
    /// It opens nothing any more, now or since earlier.
    Yes,
    /// No key has this id.
    Unknown,
    /// It is the last key of an administrator that still opens anything.
    LastAdmin,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Record {
    hash: String,
    party: Option<String>,
    roles: BTreeSet<Role>,
    label: String,
    created_ms: i64,
    expires_ms: Option<i64>,
    #[serde(default)]
    revoked_ms: Option<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    certificates: Vec<Binding>,
    #[serde(default)]
    scope: Scope,
}

impl Record {
    fn opens(&self, now_ms: i64) -> bool {
        self.revoked_ms.is_none() && self.expires_ms.is_none_or(|end| now_ms < end)
    }

    fn to_bytes(&self) -> Result<Vec<u8>, StoreError> {
        serde_json::to_vec(self).map_err(|source| StoreError::Record {
            table: "api_keys",
            source,
        })
    }
}

#[derive(Debug)]
pub(super) struct Entry {
    hash: blake3::Hash,
    record: Record,
}

impl Entry {
    pub(super) fn opens(&self, now_ms: i64) -> bool {
        self.record.opens(now_ms)
    }

    pub(super) fn certificates(&self) -> &[Binding] {
        &self.record.certificates
    }

    fn bound_since(&self, spki: &str) -> Option<i64> {
        let mut all = self.record.certificates.iter();
        all.find(|it| it.spki == spki).map(|it| it.bound_ms)
    }
}

/// The keys in memory.
#[derive(Debug, Default)]
pub(super) struct KeyTable {
    pub(super) entries: BTreeMap<String, Entry>,
    pub(super) by_certificate: Index,
}

impl KeyTable {
    pub(super) fn load(database: &Database) -> Result<Self, StoreError> {
        let read = database.begin_read()?;
        let mut keys = Self::default();
        for row in read.open_table(TABLE)?.iter()? {
            let (id, bytes) = row?;
            let unreadable = |source| StoreError::Record {
                table: "api_keys",
                source,
            };
            let record: Record = serde_json::from_slice(bytes.value()).map_err(unreadable)?;
            let bad_hash = |error: blake3::HexError| unreadable(serde::de::Error::custom(error));
            let hash = blake3::Hash::from_hex(&record.hash).map_err(bad_hash)?;
            for bound in &record.certificates {
                let older = keys.by_certificate.get(&bound.spki);
                let older = older.and_then(|id| keys.entries.get(id));
                let since = older.and_then(|it| it.bound_since(&bound.spki));
                if since.is_none_or(|since| since <= bound.bound_ms) {
                    keys.by_certificate
                        .insert(bound.spki.clone(), id.value().to_owned());
                }
            }
            keys.entries
                .insert(id.value().to_owned(), Entry { hash, record });
        }
        Ok(keys)
    }
}

impl Store {
    /// Makes a key and stores its hash. The returned key is the only copy of the secret.
    pub fn create_key(&self, new: NewApiKey, world: &World) -> Result<ApiKey, StoreError> {
        let mut id = [0_u8; 4];
        for (to, from) in id.iter_mut().zip(world.entropy()) {
            *to = from;
        }
        let key = ApiKey::new(world.entropy(), id);
        self.keep_key(&key, new, world.now_ms())?;
        Ok(key)
    }

    /// Stores the hash of a key that was drawn or derived elsewhere.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when there is a key of this id.
    pub(super) fn keep_key(
        &self,
        key: &ApiKey,
        new: NewApiKey,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let hash = key.hash(self.hash_key());
        let record = Record {
            hash: hash.to_hex().to_string(),
            party: new.party,
            roles: new.roles,
            label: new.label,
            created_ms: now_ms,
            expires_ms: new.expires_ms,
            revoked_ms: None,
            certificates: Vec::new(),
            scope: new.scope,
        };
        let bytes = record.to_bytes()?;
        let mut keys = self.keys_mut();
        if keys.entries.contains_key(key.id()) {
            return Err(StoreError::Taken(key.id().to_owned()));
        }
        self.put(key.id(), &bytes)?;
        keys.entries
            .insert(key.id().to_owned(), Entry { hash, record });
        Ok(())
    }

    fn put(&self, id: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.with(|database| {
            let write = database.begin_write()?;
            write.open_table(TABLE)?.insert(id, bytes)?;
            Ok(write.commit()?)
        })
    }

    /// Changes the certificates bound to a key that is there, durably.
    pub(super) fn change_key(
        &self,
        keys: &mut KeyTable,
        id: &str,
        change: impl FnOnce(&mut Vec<Binding>),
    ) -> Result<(), StoreError> {
        if let Some(entry) = keys.entries.get_mut(id) {
            let mut changed = entry.record.clone();
            change(&mut changed.certificates);
            self.put(id, &changed.to_bytes()?)?;
            entry.record = changed;
        }
        Ok(())
    }

    /// Takes a key back from now on. It stays in the list, because what was done with it stays too;
    /// taking it back twice changes nothing.
    pub fn revoke_key(&self, id: &str, now_ms: i64) -> Result<Revoked, StoreError> {
        let mut keys = self.keys_mut();
        let others = keys.entries.iter().filter(|(other, _)| *other != id);
        let admin = |record: &Record| record.roles.contains(&Role::Admin) && record.opens(now_ms);
        let another = others.into_iter().any(|(_, entry)| admin(&entry.record));
        let Some(entry) = keys.entries.get_mut(id) else {
            return Ok(Revoked::Unknown);
        };
        if entry.record.revoked_ms.is_some() {
            return Ok(Revoked::Yes);
        }
        if admin(&entry.record) && !another {
            return Ok(Revoked::LastAdmin);
        }
        let revoked = Record {
            revoked_ms: Some(now_ms),
            ..entry.record.clone()
        };
        self.put(id, &revoked.to_bytes()?)?;
        entry.record = revoked;
        Ok(Revoked::Yes)
    }

    /// Who holds this key; `None` for unknown, wrong, expired and revoked keys alike. Hashes are
    /// compared in constant time, and an unknown id costs a comparison too.
    pub fn principal(&self, key: &ApiKey, now_ms: i64) -> Option<Principal> {
        let given = key.hash(self.hash_key());
        let keys = self.keys();
        let entry = keys.entries.get(key.id());
        let stored = entry.map_or(blake3::Hash::from_bytes([0; 32]), |entry| entry.hash);
        let same = given == stored;
        let record = &entry.filter(|_| same)?.record;
        if !record.opens(now_ms) {
            return None;
        }
        Some(Principal {
            key_id: key.id().to_owned(),
            party: record.party.clone(),
            roles: record.roles.clone(),
            person: None,
            scope: record.scope.clone(),
        })
    }

    /// What a key stands for, by its public id, while it is good: for work that goes on without a
    /// request.
    pub fn principal_of(&self, key_id: &str, now_ms: i64) -> Option<Principal> {
        if key_id.starts_with(PERSON_PREFIX) {
            return self.principal_of_person(key_id, now_ms);
        }
        let keys = self.keys();
        let record = &keys.entries.get(key_id)?.record;
        record.opens(now_ms).then(|| Principal {
            key_id: key_id.to_owned(),
            party: record.party.clone(),
            roles: record.roles.clone(),
            person: None,
            scope: record.scope.clone(),
        })
    }

    /// Every key without its hash, by id.
    pub fn list_keys(&self) -> Vec<ApiKeyInfo> {
        let info = |(id, entry): (&String, &Entry)| ApiKeyInfo {
            id: id.clone(),
            party: entry.record.party.clone(),
            roles: entry.record.roles.clone(),
            label: entry.record.label.clone(),
            created_ms: entry.record.created_ms,
            expires_ms: entry.record.expires_ms,
            revoked_ms: entry.record.revoked_ms,
            certificates: entry.record.certificates.clone(),
            scope: entry.record.scope.clone(),
        };
        self.keys().entries.iter().map(info).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(expires_ms: Option<i64>) -> NewApiKey {
        NewApiKey {
            party: Some("9521321000017".to_owned()),
            roles: BTreeSet::from([Role::Pharmacy]),
            label: "till 1".to_owned(),
            expires_ms,
            scope: Scope::default(),
        }
    }

    #[test]
    fn a_key_is_known_after_reopening_and_its_secret_is_not_in_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("node.redb");
        let world = World::manual(1_000, 1);
        let store = Store::open(&path, [7; 32]).unwrap();
        let key = store.create_key(new(None), &world).unwrap();
        drop(store);

        let store = Store::open(&path, [7; 32]).unwrap();
        let principal = store.principal(&key, 2_000).unwrap();
        assert_eq!(principal.party.as_deref(), Some("9521321000017"));
        assert_eq!(store.list_keys().len(), 1);
        let text = key.reveal();
        let file = std::fs::read(&path).unwrap();
        let secret = text
            .rsplit_once('_')
            .map_or(text.as_str(), |(_, secret)| secret);
        assert!(
            !file
                .windows(secret.len())
                .any(|window| window == secret.as_bytes())
        );
    }

    #[test]
    fn a_revoked_key_is_nobody_for_ever_and_the_last_admin_stays() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("node.redb");
        let world = World::manual(1_000, 1);
        let store = Store::open(&path, [7; 32]).unwrap();
        let admin = |expires_ms| NewApiKey {
            roles: BTreeSet::from([Role::Admin]),
            ..new(expires_ms)
        };
        let key = store.create_key(new(None), &world).unwrap();
        let first = store.create_key(admin(None), &world).unwrap();
        let ended = store.create_key(admin(Some(1_500)), &world).unwrap();
        assert_eq!(
            store.revoke_key("ffffffff", 2_000).unwrap(),
            Revoked::Unknown
        );
        assert_eq!(store.revoke_key(key.id(), 2_000).unwrap(), Revoked::Yes);
        assert_eq!(store.revoke_key(key.id(), 9_000).unwrap(), Revoked::Yes);
        assert!(store.principal(&key, 2_000).is_none());
        // The other key of an administrator has ended: it opens nothing.
        assert_eq!(
            store.revoke_key(first.id(), 2_000).unwrap(),
            Revoked::LastAdmin
        );
        assert_eq!(store.revoke_key(ended.id(), 2_000).unwrap(), Revoked::Yes);
        assert!(store.principal(&first, 2_000).is_some());
        drop(store);
        let store = Store::open(&path, [7; 32]).unwrap();
        assert!(store.principal(&key, 2_000).is_none());
        let listed = store.list_keys().into_iter().find(|it| it.id == key.id());
        assert_eq!(listed.unwrap().revoked_ms, Some(2_000));
    }

    #[test]
    fn wrong_unknown_and_expired_keys_are_nobody() {
        let dir = tempfile::tempdir().unwrap();
        let world = World::manual(1_000, 1);
        let store = Store::open(&dir.path().join("node.redb"), [7; 32]).unwrap();
        let key = store.create_key(new(Some(5_000)), &world).unwrap();
        assert!(store.principal(&key, 4_999).is_some());
        assert!(store.principal(&key, 5_000).is_none());

        let mut id = [0; 4];
        hex::decode_to_slice(key.id(), &mut id).unwrap();
        assert!(store.principal(&ApiKey::new([0; 32], id), 2_000).is_none());
        assert!(
            store
                .principal(&ApiKey::new([0; 32], [0; 4]), 2_000)
                .is_none()
        );
    }
}
