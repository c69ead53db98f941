//! Sessions of people who signed in. The browser holds 256 random bits; the node stores their hash,
//! keyed with its own secret, and who it is. A session ends when nobody used it for a while, when
//! it has lasted long enough, when its person ends it and when an administrator does. They are in
//! memory because every request asks for one, on disk so that a restart signs nobody out, and in no
//! backup: a copy of the node is no way in.
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{PoisonError, RwLockReadGuard, RwLockWriteGuard};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use redb::{Database, ReadableDatabase as _, ReadableTable as _};
use serde::{Deserialize, Serialize};

use super::shelf::{Change, Durably, Shelf};
use super::{Store, StoreError};
use crate::auth::oidc::Identity;
use crate::auth::{Person, Principal, Role, Scope};
use crate::limits::SESSIONS_OF_PERSON_MAX;
use crate::world::World;

/// What a new session shall be.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Who signed in.
    pub identity: Identity,
    /// Milliseconds without a request after which it ends.
    pub idle_ms: i64,
    /// Milliseconds after which it ends in any case.
    pub max_ms: i64,
}

/// A session without its secret.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SessionInfo {
    /// Public id (16 hex digits).
    pub id: String,
    /// Public id of the person.
    pub person_id: String,
    /// Who signed in.
    pub person: Person,
    /// GLN of the party for which the person acts.
    pub party: Option<String>,
    /// What the person may be asked for.
    pub roles: BTreeSet<Role>,
    /// When it began, Unix milliseconds.
    pub began_ms: i64,
    /// When it was last used.
    pub seen_ms: i64,
    /// When it ends unless it is used before.
    pub idle_until_ms: i64,
    /// When it ends in any case.
    pub expires_ms: i64,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Record {
    hash: String,
    person_id: String,
    person: Person,
    party: Option<String>,
    roles: BTreeSet<Role>,
    began_ms: i64,
    expires_ms: i64,
    idle_ms: i64,
    seen_ms: i64,
}

#[derive(Debug)]
struct Session {
    id: String,
    record: Record,
    seen_ms: AtomicI64,
    saved_ms: AtomicI64,
}

impl Session {
    fn new(id: String, record: Record) -> Self {
        let seen_ms = record.seen_ms;
        Self {
            id,
            record,
            seen_ms: AtomicI64::new(seen_ms),
            saved_ms: AtomicI64::new(seen_ms),
        }
    }

    fn seen_ms(&self) -> i64 {
        self.seen_ms.load(Ordering::Relaxed)
    }

    fn opens(&self, now_ms: i64) -> bool {
        now_ms < self.record.expires_ms && now_ms < self.idle_until_ms()
    }

    fn idle_until_ms(&self) -> i64 {
        self.seen_ms().saturating_add(self.record.idle_ms)
    }

    fn principal(&self) -> Principal {
        Principal {
            key_id: self.record.person_id.clone(),
            party: self.record.party.clone(),
            roles: self.record.roles.clone(),
            person: Some(self.record.person.clone()),
            scope: Scope::default(),
        }
    }

    fn info(&self) -> SessionInfo {
        let it = &self.record;
        SessionInfo {
            id: self.id.clone(),
            person_id: it.person_id.clone(),
            person: it.person.clone(),
            party: it.party.clone(),
            roles: it.roles.clone(),
            began_ms: it.began_ms,
            seen_ms: self.seen_ms(),
            idle_until_ms: self.idle_until_ms().min(it.expires_ms),
            expires_ms: it.expires_ms,
        }
    }
}

/// A session as what outlasts a request keeps it: the hash of what the browser holds, which opens
/// nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SessionHash([u8; 32]);

/// The sessions in memory, by the hash of what the browser holds.
#[derive(Debug, Default)]
pub(super) struct Sessions(BTreeMap<[u8; 32], Session>);

impl Sessions {
    pub(super) fn load(database: &Database) -> Result<Self, StoreError> {
        let mut all = BTreeMap::new();
        let table = database.begin_read()?.open_table(Shelf::Sessions.table())?;
        for row in table.iter()? {
            let (id, bytes) = row?;
            let unreadable = |source| StoreError::Record {
                table: "sessions",
                source,
            };
            let record: Record = serde_json::from_slice(bytes.value()).map_err(unreadable)?;
            let bad = |error: blake3::HexError| unreadable(serde::de::Error::custom(error));
            let hash = blake3::Hash::from_hex(&record.hash).map_err(bad)?;
            let session = Session::new(id.value().to_owned(), record);
            all.insert(*hash.as_bytes(), session);
        }
        Ok(Self(all))
    }

    fn of_person<'s>(&'s self, person_id: &'s str) -> impl Iterator<Item = &'s Session> {
        let all = self.0.values();
        all.filter(move |it| it.record.person_id == person_id)
    }
}

impl Store {
    /// Begins a session; returns what the browser keeps, the only copy of it. Sessions that have
    /// ended are forgotten, and the person's oldest where there are too many.
    ///
    /// # Errors
    /// [`StoreError`]; then nobody is signed in.
    pub fn begin_session(&self, new: NewSession, world: &World) -> Result<String, StoreError> {
        let (secret, now_ms) = (world.entropy(), world.now_ms());
        let hash = self.session_hash(&secret);
        let id: String = hex::encode(world.salt()).chars().take(16).collect();
        let person_id = new.identity.person.id(self.hash_key());
        let record = Record {
            hash: hash.to_hex().to_string(),
            person_id: person_id.clone(),
            person: new.identity.person,
            party: new.identity.party,
            roles: new.identity.roles,
            began_ms: now_ms,
            expires_ms: now_ms.saturating_add(new.max_ms),
            idle_ms: new.idle_ms,
            seen_ms: now_ms,
        };
        let mut all = self.sessions_mut();
        let ended = all.0.values().filter(|it| !it.opens(now_ms));
        let mut gone: BTreeSet<String> = ended.map(|it| it.id.clone()).collect();
        let mut own: Vec<&Session> = all.of_person(&person_id).collect();
        own.retain(|it| it.opens(now_ms));
        own.sort_by_key(|it| it.seen_ms());
        let over = (own.len() + 1).saturating_sub(SESSIONS_OF_PERSON_MAX);
        gone.extend(own.iter().take(over).map(|it| it.id.clone()));
        let mut changes = vec![Change::put(Shelf::Sessions, &id, &record)?];
        changes.extend(gone.iter().map(|id| Change::remove(Shelf::Sessions, id)));
        self.change(&changes, Durably::Yes)?;
        all.0.retain(|_, it| !gone.contains(&it.id));
        all.0.insert(*hash.as_bytes(), Session::new(id, record));
        Ok(URL_SAFE_NO_PAD.encode(secret))
    }

    /// Whose session this is, while it lasts; it counts as used.
    pub fn session(&self, cookie: &str, now_ms: i64) -> Option<(Principal, SessionInfo)> {
        let hash = self.hash_of_cookie(cookie)?;
        let all = self.sessions();
        let found = all.0.get(&hash).filter(|it| it.opens(now_ms))?;
        found.seen_ms.fetch_max(now_ms, Ordering::Relaxed);
        let saved_ms = found.saved_ms.load(Ordering::Relaxed);
        if now_ms.saturating_sub(saved_ms) >= found.record.idle_ms / 8 {
            found.saved_ms.store(now_ms, Ordering::Relaxed);
            let seen_ms = now_ms;
            let record = Record {
                seen_ms,
                ..found.record.clone()
            };
            // A crash loses minutes of a session's use, and nobody minds.
            let saved = Change::put(Shelf::Sessions, &found.id, &record)
                .and_then(|change| self.change(&[change], Durably::NotYet));
            if let Err(error) = saved {
                tracing::warn!(error = %crate::chain(&error), "noting that a session is used");
            }
        }
        Some((found.principal(), found.info()))
    }

    /// What [`Self::principal_of_session`] asks for; `None` for a cookie that is none.
    pub fn session_hash_of(&self, cookie: &str) -> Option<SessionHash> {
        self.hash_of_cookie(cookie).map(SessionHash)
    }

    /// What a session stands for while it lasts; it does not count as used.
    pub fn principal_of_session(&self, session: &SessionHash, now_ms: i64) -> Option<Principal> {
        let all = self.sessions();
        let found = all.0.get(&session.0).filter(|it| it.opens(now_ms))?;
        Some(found.principal())
    }

    /// Ends the session of a cookie; its public id where there was one.
    ///
    /// # Errors
    /// [`StoreError`]; then it goes on.
    pub fn end_session_of(&self, cookie: &str) -> Result<Option<String>, StoreError> {
        let hash = self.hash_of_cookie(cookie);
        let id = hash.and_then(|hash| Some(self.sessions().0.get(&hash)?.id.clone()));
        let ended = id.as_deref().map(|id| self.end_session(id)).transpose()?;
        Ok(id.filter(|_| ended == Some(true)))
    }

    /// Ends a session; false when there is none with this id.
    ///
    /// # Errors
    /// [`StoreError`]; then it goes on.
    pub fn end_session(&self, id: &str) -> Result<bool, StoreError> {
        let mut all = self.sessions_mut();
        if !all.0.values().any(|it| it.id == id) {
            return Ok(false);
        }
        self.change(&[Change::remove(Shelf::Sessions, id)], Durably::Yes)?;
        all.0.retain(|_, it| it.id != id);
        Ok(true)
    }

    /// Every session that lasts, the latest first.
    pub fn list_sessions(&self, now_ms: i64) -> Vec<SessionInfo> {
        let all = self.sessions();
        let lasting = all.0.values().filter(|it| it.opens(now_ms));
        let mut list: Vec<SessionInfo> = lasting.map(Session::info).collect();
        list.sort_by_key(|it| std::cmp::Reverse((it.began_ms, it.id.clone())));
        list
    }

    /// What a person may be asked for by the latest session that lasts: for work that goes on
    /// without a request.
    pub(super) fn principal_of_person(&self, person_id: &str, now_ms: i64) -> Option<Principal> {
        let all = self.sessions();
        let lasting = all.of_person(person_id).filter(|it| it.opens(now_ms));
        let latest = lasting.max_by_key(|it| it.record.began_ms)?;
        Some(latest.principal())
    }

    fn hash_of_cookie(&self, cookie: &str) -> Option<[u8; 32]> {
        let secret = URL_SAFE_NO_PAD.decode(cookie).ok()?;
        let secret = <[u8; 32]>::try_from(secret).ok()?;
        Some(*self.session_hash(&secret).as_bytes())
    }

    /// Keyed with the node's secret, so that the time of a search in memory tells nothing.
    fn session_hash(&self, secret: &[u8; 32]) -> blake3::Hash {
        let key = blake3::derive_key("theriac session v1", self.hash_key());
        blake3::keyed_hash(&key, secret)
    }

    fn sessions(&self) -> RwLockReadGuard<'_, Sessions> {
        let all = self.0.sessions.read();
        all.unwrap_or_else(PoisonError::into_inner)
    }

    fn sessions_mut(&self) -> RwLockWriteGuard<'_, Sessions> {
        let all = self.0.sessions.write();
        all.unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(subject: &str) -> NewSession {
        NewSession {
            identity: Identity {
                person: Person {
                    issuer: "https://login".to_owned(),
                    subject: subject.to_owned(),
                    name: "Ada".to_owned(),
                },
                roles: BTreeSet::from([Role::Pharmacy]),
                party: Some("9506000100036".to_owned()),
            },
            idle_ms: 1_000,
            max_ms: 3_000,
        }
    }

    #[test]
    fn a_session_ends_idle_in_any_case_and_when_it_is_ended() {
        let dir = tempfile::tempdir().unwrap();
        let world = World::manual(10_000, 1);
        let store = Store::open(&dir.path().join("node.redb"), [7; 32]).unwrap();
        let opens = |cookie: &str| store.session(cookie, world.now_ms()).is_some();
        let one = store.begin_session(new("1"), &world).unwrap();
        let two = store.begin_session(new("1"), &world).unwrap();
        assert!(opens(&one) && opens(&two) && !opens("") && !opens(&"A".repeat(43)));
        assert_eq!(store.list_sessions(world.now_ms()).len(), 2);
        world.advance(999);
        assert!(opens(&one), "used again, it goes on");
        world.advance(999);
        assert!(opens(&one) && !opens(&two), "the other was not used");
        world.advance(900);
        assert!(opens(&one));
        world.advance(102);
        assert!(!opens(&one), "it has lasted long enough");
        assert!(store.list_sessions(world.now_ms()).is_empty());

        let three = store.begin_session(new("1"), &world).unwrap();
        let (principal, info) = store.session(&three, world.now_ms()).unwrap();
        let known = store.principal_of(&principal.key_id, world.now_ms());
        assert_eq!(known, Some(principal));
        assert!(store.end_session_of(&three).unwrap() == Some(info.id.clone()));
        assert!(!opens(&three) && !store.end_session(&info.id).unwrap());
        assert!(
            store
                .principal_of(&info.person_id, world.now_ms())
                .is_none()
        );
    }

    #[test]
    fn a_restart_signs_nobody_out_and_a_copy_lets_nobody_in() {
        let dir = tempfile::tempdir().unwrap();
        let (path, copy) = (dir.path().join("node.redb"), dir.path().join("copy.redb"));
        let world = World::manual(10_000, 1);
        let store = Store::open(&path, [7; 32]).unwrap();
        let cookie = store.begin_session(new("1"), &world).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let secret = URL_SAFE_NO_PAD.decode(&cookie).unwrap();
        for text in [cookie.as_bytes(), secret.as_slice()] {
            assert!(!bytes.windows(text.len()).any(|it| it == text), "in clear");
        }
        store.copy_to(&copy).unwrap();
        drop(store);
        let store = Store::open(&path, [7; 32]).unwrap();
        assert!(store.session(&cookie, world.now_ms()).is_some());
        let store = Store::open(&copy, [7; 32]).unwrap();
        assert!(store.session(&cookie, world.now_ms()).is_none());
    }

    #[test]
    fn a_person_has_so_many_sessions_and_the_least_used_ends() {
        let dir = tempfile::tempdir().unwrap();
        let world = World::manual(10_000, 1);
        let store = Store::open(&dir.path().join("node.redb"), [7; 32]).unwrap();
        let first = store.begin_session(new("1"), &world).unwrap();
        let other = store.begin_session(new("2"), &world).unwrap();
        for _ in 0..SESSIONS_OF_PERSON_MAX {
            world.advance(1);
            store.begin_session(new("1"), &world).unwrap();
        }
        let now_ms = world.now_ms();
        assert!(store.session(&first, now_ms).is_none());
        assert!(store.session(&other, now_ms).is_some());
        assert_eq!(
            store.list_sessions(now_ms).len(),
            SESSIONS_OF_PERSON_MAX + 1
        );
    }
}
