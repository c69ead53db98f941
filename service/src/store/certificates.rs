//! Which client certificates stand for which API key: by the hash of the certificate's public key,
//! so that a certificate renewed for the same key stays bound. A binding ends when it says so, when
//! it is taken back, and with its key.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::api_keys::KeyTable;
use super::{Store, StoreError};
use crate::auth::Principal;

/// A client certificate's key, bound to an API key.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// SHA-256 of the `SubjectPublicKeyInfo`, 64 hex digits.
    pub spki: String,
    /// When it was bound, Unix milliseconds.
    pub bound_ms: i64,
    /// When it ends; `None` for as long as the key.
    pub expires_ms: Option<i64>,
    /// When it was taken back.
    pub revoked_ms: Option<i64>,
}

impl Binding {
    fn opens(&self, now_ms: i64) -> bool {
        self.revoked_ms.is_none() && self.expires_ms.is_none_or(|end| now_ms < end)
    }
}

/// What became of a wish to bind.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Bound {
    /// It is bound, now or since earlier.
    Yes,
    /// No API key has this id.
    Unknown,
    /// The certificate's key stands for another API key that is still good, or was taken back.
    Taken,
}

/// Ids of API keys by the certificates bound to them.
pub(super) type Index = BTreeMap<String, String>;

impl Store {
    /// Binds a certificate's key (64 hex digits) to an API key. What was taken back stays so: a
    /// key that was given up is not trusted again.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is bound.
    pub fn bind_certificate(
        &self,
        id: &str,
        spki: &str,
        expires_ms: Option<i64>,
        now_ms: i64,
    ) -> Result<Bound, StoreError> {
        let mut keys = self.keys_mut();
        if keys.entries.get(id).is_none_or(|it| !it.opens(now_ms)) {
            return Ok(Bound::Unknown);
        }
        if let Some(holder) = keys.by_certificate.get(spki)
            && !may_move(&keys, holder, (id, spki), now_ms)
        {
            return Ok(Bound::Taken);
        }
        let binding = Binding {
            spki: spki.to_owned(),
            bound_ms: now_ms,
            expires_ms,
            revoked_ms: None,
        };
        self.change_key(&mut keys, id, |all| {
            all.retain(|it| it.spki != spki);
            all.push(binding);
        })?;
        keys.by_certificate.insert(spki.to_owned(), id.to_owned());
        Ok(Bound::Yes)
    }

    /// Takes a binding back from now on; false when there is none. Doing so twice changes nothing.
    ///
    /// # Errors
    /// [`StoreError`]; then it still opens.
    pub fn unbind_certificate(
        &self,
        id: &str,
        spki: &str,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let mut keys = self.keys_mut();
        let bound = keys.entries.get(id);
        if bound.is_none_or(|it| !it.certificates().iter().any(|it| it.spki == spki)) {
            return Ok(false);
        }
        self.change_key(&mut keys, id, |all| {
            for it in all.iter_mut().filter(|it| it.spki == spki) {
                it.revoked_ms.get_or_insert(now_ms);
            }
        })?;
        Ok(true)
    }

    /// Whom the certificate with this key stands for, while binding and API key are good.
    pub fn principal_by_certificate(&self, spki: &str, now_ms: i64) -> Option<Principal> {
        let keys = self.keys();
        let id = keys.by_certificate.get(spki)?;
        let bound = keys.entries.get(id)?.certificates();
        let opens = bound.iter().any(|it| it.spki == spki && it.opens(now_ms));
        let id = opens.then(|| id.clone())?;
        drop(keys);
        self.principal_of(&id, now_ms)
    }
}

/// Whether a certificate's key that is bound already may be bound to the API key `id`.
fn may_move(keys: &KeyTable, holder: &str, (id, spki): (&str, &str), now_ms: i64) -> bool {
    let Some(entry) = keys.entries.get(holder) else {
        return true;
    };
    let all = entry.certificates();
    let revoked = all
        .iter()
        .any(|it| it.spki == spki && it.revoked_ms.is_some());
    !revoked && (holder == id || !entry.opens(now_ms))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::auth::Role;
    use crate::store::NewApiKey;
    use crate::world::World;

    fn new(expires_ms: Option<i64>) -> NewApiKey {
        NewApiKey {
            party: Some("9521321000017".to_owned()),
            roles: BTreeSet::from([Role::Gateway]),
            label: "dock".to_owned(),
            expires_ms,
            scope: crate::auth::Scope::default(),
        }
    }

    #[test]
    fn a_binding_opens_until_it_ends_is_taken_back_or_its_key_ends() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("node.redb");
        let world = World::manual(1_000, 1);
        let store = Store::open(&path, [7; 32]).unwrap();
        let key = store.create_key(new(Some(9_000)), &world).unwrap();
        let other = store.create_key(new(None), &world).unwrap();
        let (one, two) = ("a1".repeat(32), "b2".repeat(32));
        let bind = |id: &str, spki: &str, end| store.bind_certificate(id, spki, end, 2_000);
        assert_eq!(bind("ffffffff", &one, None).unwrap(), Bound::Unknown);
        assert!(store.principal_by_certificate(&one, 2_000).is_none());
        assert_eq!(bind(key.id(), &one, None).unwrap(), Bound::Yes);
        assert_eq!(bind(key.id(), &two, Some(3_000)).unwrap(), Bound::Yes);
        assert_eq!(bind(other.id(), &one, None).unwrap(), Bound::Taken);

        let opens = |spki: &str, now| store.principal_by_certificate(spki, now).is_some();
        assert!(opens(&one, 8_999) && !opens(&one, 9_000), "as its key");
        assert!(opens(&two, 2_999) && !opens(&two, 3_000), "as it says");
        // The key has ended: its certificate may serve another.
        let moved = store.bind_certificate(other.id(), &one, None, 9_500);
        assert_eq!(moved.unwrap(), Bound::Yes);
        assert!(opens(&one, 9_500));
        assert!(store.unbind_certificate(other.id(), &one, 9_600).unwrap());
        assert!(!store.unbind_certificate(other.id(), &two, 9_600).unwrap());
        assert!(!opens(&one, 9_600));
        let again = store.bind_certificate(other.id(), &one, None, 9_700);
        assert_eq!(again.unwrap(), Bound::Taken, "given up is given up");
    }

    #[test]
    fn bindings_are_known_after_reopening() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("node.redb");
        let world = World::manual(1_000, 1);
        let store = Store::open(&path, [7; 32]).unwrap();
        let key = store.create_key(new(None), &world).unwrap();
        let spki = "c3".repeat(32);
        store
            .bind_certificate(key.id(), &spki, None, 2_000)
            .unwrap();
        drop(store);
        let store = Store::open(&path, [7; 32]).unwrap();
        let known = store.principal_by_certificate(&spki, 2_000).unwrap();
        assert_eq!(known.key_id, key.id());
        assert_eq!(store.list_keys()[0].certificates[0].spki, spki);
    }
}
