//! Invitations of devices at rest: id -> hash of the code, what will be registered, how it stands.
//! A code is claimed by one device key, durably, before anything is done for it; whoever repeats
//! the claim with the same key is led to the same API key, because that is derived from the code
//! and the device key and stored nowhere. So a gateway that never heard the answer asks again.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tangle::KeyId;

use super::shelf::{Change, Durably, Shelf};
use super::{NewApiKey, Store, StoreError};
use crate::auth::{ApiKey, InvitationCode, Role};
use crate::limits::{INVITATION_LISTED_MS, INVITATIONS_MAX};
use crate::world::World;

/// What a new invitation shall be.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    /// GLN of the party the device will work for.
    pub party: String,
    /// Its name, as events will call it.
    pub label: String,
    /// What it will be registered as: `Role::Gateway` or `Role::Device`.
    pub role: Role,
    /// Further facts of the registration, such as read points.
    pub attributes: BTreeMap<String, String>,
    /// Public id of the administrator's key.
    pub by: String,
    /// How long the code is valid, milliseconds.
    pub valid_ms: i64,
}

/// An invitation without its code.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Invitation {
    /// Public id: the first three symbols of the code.
    pub id: String,
    /// GLN of the party.
    pub party: String,
    /// The device's name.
    pub label: String,
    /// `Role::Gateway` or `Role::Device`.
    pub role: Role,
    /// Further facts.
    pub attributes: BTreeMap<String, String>,
    /// Public id of the key that made it.
    pub by: String,
    /// When it was made, Unix milliseconds.
    pub created_ms: i64,
    /// When the code ends.
    pub expires_ms: i64,
    /// When it was taken back.
    pub revoked_ms: Option<i64>,
    /// Wrong codes that named it.
    pub tries: u32,
    /// Who used it.
    pub used: Option<Used>,
}

/// The one use of a code.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Used {
    /// Public key of the device.
    pub device: KeyText,
    /// When.
    pub at_ms: i64,
    /// Public id of the API key it was given.
    pub api_key: String,
}

/// A device's public key as 64 hex digits.
pub type KeyText = String;

/// What became of a code that a device presented.
#[derive(Clone, Debug)]
pub enum Claim {
    /// It is this device's, now or since earlier.
    Yes(Box<Invitation>, ApiKey),
    /// It is not.
    No(Refusal),
}

/// Why a code is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refusal {
    /// There is no such code.
    Unknown,
    /// It has ended.
    Ended,
    /// It was taken back.
    Revoked,
    /// Another device used it.
    Used,
    /// The device's key is registered for another party.
    Foreign,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Record {
    hash: String,
    #[serde(flatten)]
    invitation: Invitation,
}

impl Invitation {
    /// Why it cannot be used at `now_ms` by `device`, if it cannot.
    fn refuses(&self, device: &KeyId, now_ms: i64) -> Option<Refusal> {
        if self.revoked_ms.is_some() {
            return Some(Refusal::Revoked);
        }
        if self.expires_ms <= now_ms {
            return Some(Refusal::Ended);
        }
        let other = self.used.as_ref().map(|used| &used.device);
        other
            .is_some_and(|it| *it != device.to_string())
            .then_some(Refusal::Used)
    }

    /// How it stands at `now_ms`: `open`, `used`, `ended` or `revoked`.
    pub fn state(&self, now_ms: i64) -> &'static str {
        match self {
            it if it.revoked_ms.is_some() => "revoked",
            it if it.used.is_some() => "used",
            it if it.expires_ms <= now_ms => "ended",
            _ => "open",
        }
    }
}

impl Store {
    /// Makes an invitation; `None` when there are too many. The returned code is the only copy.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn invite(
        &self,
        new: NewInvitation,
        world: &World,
    ) -> Result<Option<(InvitationCode, Invitation)>, StoreError> {
        let _lock = self.invitation_lock();
        let now_ms = world.now_ms();
        let mut changes = Vec::new();
        let mut kept: Vec<String> = Vec::new();
        for (id, record) in self.all::<Record>(Shelf::Invitations)? {
            if record
                .invitation
                .expires_ms
                .saturating_add(INVITATION_LISTED_MS)
                <= now_ms
            {
                changes.push(Change::remove(Shelf::Invitations, &id));
            } else {
                kept.push(id);
            }
        }
        if kept.len() >= INVITATIONS_MAX {
            return Ok(None);
        }
        // Of 32,768 ids at most a thousand are taken.
        let mut code = InvitationCode::new(world.entropy());
        while kept.contains(&code.id()) {
            code = InvitationCode::new(world.entropy());
        }
        let invitation = Invitation {
            id: code.id(),
            party: new.party,
            label: new.label,
            role: new.role,
            attributes: new.attributes,
            by: new.by,
            created_ms: now_ms,
            expires_ms: now_ms.saturating_add(new.valid_ms),
            revoked_ms: None,
            tries: 0,
            used: None,
        };
        let record = Record {
            hash: code.hash(self.hash_key()).to_hex().to_string(),
            invitation,
        };
        changes.push(put(&record)?);
        self.change(&changes, Durably::Yes)?;
        Ok(Some((code, record.invitation)))
    }

    /// Every invitation, the latest first.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn invitations(&self) -> Result<Vec<Invitation>, StoreError> {
        let records = self.all::<Record>(Shelf::Invitations)?;
        let mut all: Vec<_> = records.into_iter().map(|it| it.1.invitation).collect();
        all.sort_by(|a, b| (b.created_ms, &b.id).cmp(&(a.created_ms, &a.id)));
        Ok(all)
    }

    /// Takes an invitation back; false when there is none of this id. What its code has opened
    /// already stays.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn revoke_invitation(&self, id: &str, now_ms: i64) -> Result<bool, StoreError> {
        let _lock = self.invitation_lock();
        let Some(mut record) = self.record::<Record>(Shelf::Invitations, id)? else {
            return Ok(false);
        };
        record.invitation.revoked_ms.get_or_insert(now_ms);
        self.change(&[put(&record)?], Durably::Yes)?;
        Ok(true)
    }

    /// Gives the code to `device`, if it is good and nobody else has it; durable when it returns.
    /// A wrong code costs less than a right one and is counted with the invitation it names.
    /// `party` is the one for which the device's key is registered, if it is.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn claim_invitation(
        &self,
        code: &InvitationCode,
        device: &KeyId,
        world: &World,
        party: Option<&str>,
    ) -> Result<Claim, StoreError> {
        let _lock = self.invitation_lock();
        let presented = code.hash(self.hash_key());
        let found = self.record::<Record>(Shelf::Invitations, &code.id())?;
        let Some(mut record) = found else {
            return Ok(Claim::No(Refusal::Unknown));
        };
        let known = blake3::Hash::from_hex(&record.hash);
        if known.is_ok_and(|known| known != presented) {
            record.invitation.tries = record.invitation.tries.saturating_add(1);
            self.change(&[put(&record)?], Durably::NotYet)?;
            return Ok(Claim::No(Refusal::Unknown));
        }
        if let Some(refusal) = record.invitation.refuses(device, world.now_ms()) {
            return Ok(Claim::No(refusal));
        }
        if party.is_some_and(|party| party != record.invitation.party) {
            return Ok(Claim::No(Refusal::Foreign));
        }
        let id = if let Some(used) = &record.invitation.used {
            used.api_key.clone()
        } else {
            let id = self.free_key_id(world);
            record.invitation.used = Some(Used {
                device: device.to_string(),
                at_ms: world.now_ms(),
                api_key: id.clone(),
            });
            self.change(&[put(&record)?], Durably::Yes)?;
            id
        };
        let key = self.derived_key(code, device, &id);
        Ok(Claim::Yes(Box::new(record.invitation), key))
    }

    /// The API key of an enrolled device, made when it is not there yet; false when it has ended
    /// or was taken back.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn enrolled_key(
        &self,
        key: &ApiKey,
        new: NewApiKey,
        world: &World,
    ) -> Result<bool, StoreError> {
        let _lock = self.invitation_lock();
        let now_ms = world.now_ms();
        let opens = self
            .keys()
            .entries
            .get(key.id())
            .map(|entry| entry.opens(now_ms));
        match opens {
            Some(opens) => Ok(opens),
            None => self.keep_key(key, new, now_ms).map(|()| true),
        }
    }

    fn free_key_id(&self, world: &World) -> String {
        let draw = || {
            let [a, b, c, d, ..] = world.entropy();
            hex::encode([a, b, c, d])
        };
        let mut id = draw();
        while self.keys().entries.contains_key(&id) {
            id = draw();
        }
        id
    }

    fn derived_key(&self, code: &InvitationCode, device: &KeyId, id: &str) -> ApiKey {
        let key = blake3::derive_key("theriac enrolment api key v1", self.hash_key());
        let parts = [code.plain().as_bytes(), device.as_bytes(), id.as_bytes()].concat();
        let secret = blake3::keyed_hash(&key, &parts);
        let mut bytes = [0; 4];
        // Ids are drawn above as four bytes in hex.
        let _drawn = hex::decode_to_slice(id, &mut bytes);
        ApiKey::new(*secret.as_bytes(), bytes)
    }

    /// The key that marks this node's challenges to devices.
    pub fn challenge_key(&self) -> [u8; 32] {
        blake3::derive_key("theriac enrolment challenge v1", self.hash_key())
    }
}

fn put(record: &Record) -> Result<Change, StoreError> {
    Change::put(Shelf::Invitations, &record.invitation.id, record)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::auth::Scope;

    fn new() -> NewInvitation {
        NewInvitation {
            party: "9521321000017".to_owned(),
            label: "dock-1".to_owned(),
            role: Role::Gateway,
            attributes: BTreeMap::new(),
            by: "00000000".to_owned(),
            valid_ms: 1_000,
        }
    }

    fn key(byte: u8) -> KeyId {
        KeyId::new([byte; 32])
    }

    fn claimed(claim: Claim) -> Result<(Invitation, ApiKey), Refusal> {
        match claim {
            Claim::Yes(invitation, key) => Ok((*invitation, key)),
            Claim::No(refusal) => Err(refusal),
        }
    }

    #[test]
    fn a_code_is_one_devices_and_leads_to_one_key() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("node.redb");
        let world = World::manual(1_000, 1);
        let store = Store::open(&path, [7; 32]).unwrap();
        let (code, made) = store.invite(new(), &world).unwrap().unwrap();
        assert_eq!((made.state(1_999), made.state(2_000)), ("open", "ended"));
        let claim = |store: &Store, byte| {
            let claim = store.claim_invitation(&code, &key(byte), &world, None);
            claimed(claim.unwrap())
        };
        let (_, first) = claim(&store, 1).unwrap();
        drop(store);
        let store = Store::open(&path, [7; 32]).unwrap();
        let (invitation, again) = claim(&store, 1).unwrap();
        assert_eq!(again, first);
        assert_eq!(invitation.state(9_999), "used");
        assert_eq!(claim(&store, 2).unwrap_err(), Refusal::Used);
        let api = || NewApiKey {
            party: Some(invitation.party.clone()),
            roles: BTreeSet::from([Role::Gateway]),
            label: String::new(),
            expires_ms: None,
            scope: Scope::default(),
        };
        for _ in 0..2 {
            assert!(store.enrolled_key(&again, api(), &world).unwrap());
        }
        assert_eq!(store.list_keys().len(), 1);
        assert!(store.principal(&again, 1_000).is_some());
        store.revoke_key(again.id(), 1_500).unwrap();
        assert!(!store.enrolled_key(&again, api(), &world).unwrap());
        world.advance(1_000);
        assert_eq!(claim(&store, 1).unwrap_err(), Refusal::Ended);
        let file = std::fs::read(&path).unwrap();
        for secret in [code.plain(), code.reveal(), first.reveal()] {
            let secret = secret.as_bytes();
            assert!(!file.windows(secret.len()).any(|window| window == secret));
        }
    }

    #[test]
    fn wrong_codes_are_counted_with_the_invitation_they_name_and_do_not_shut_it() {
        let dir = tempfile::tempdir().unwrap();
        let world = World::manual(1_000, 1);
        let store = Store::open(&dir.path().join("node.redb"), [7; 32]).unwrap();
        let (code, _) = store.invite(new(), &world).unwrap().unwrap();
        let (other, _) = store.invite(new(), &world).unwrap().unwrap();
        // The same id, another secret.
        let wrong = (0..=u8::MAX).map(|byte| {
            let mut random = [byte; 32];
            let id = code.plain();
            for (to, from) in random.iter_mut().zip(id.bytes().take(3)) {
                let at = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"
                    .iter()
                    .position(|it| *it == from);
                *to = u8::try_from(at.unwrap()).unwrap();
            }
            InvitationCode::new(random)
        });
        for wrong in wrong.take(100) {
            assert_eq!(wrong.id(), code.id());
            let claim = store
                .claim_invitation(&wrong, &key(1), &world, None)
                .unwrap();
            assert_eq!(claimed(claim).unwrap_err(), Refusal::Unknown);
        }
        let claim = store
            .claim_invitation(&code, &key(1), &world, None)
            .unwrap();
        let (invitation, _) = claimed(claim).expect("whoever guesses keeps nobody out");
        assert_eq!(invitation.tries, 100);
        let claim = store
            .claim_invitation(&other, &key(1), &world, None)
            .unwrap();
        assert!(claimed(claim).is_ok(), "the others are as they were");
        assert!(store.revoke_invitation(&other.id(), 1_500).unwrap());
        let claim = store
            .claim_invitation(&other, &key(1), &world, None)
            .unwrap();
        assert_eq!(claimed(claim).unwrap_err(), Refusal::Revoked);
        assert!(!store.revoke_invitation("nothing", 1_500).unwrap());
        assert_eq!(store.invitations().unwrap().len(), 2);
        world.advance(INVITATION_LISTED_MS + 1_000);
        store.invite(new(), &world).unwrap().unwrap();
        assert_eq!(
            store.invitations().unwrap().len(),
            1,
            "ended ones are forgotten"
        );
    }
}
