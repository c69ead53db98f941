//! Share links at rest: id -> keyed hash of the token, what it opens, how it stands and was used.
//! A token that names no link is looked at as long as one that does, so that neither the answer
//! nor its time tells whether there is one.
use serde::{Deserialize, Serialize};

use super::shelf::{Change, Durably, Shelf};
use super::{Store, StoreError};
use crate::auth::LinkToken;
use crate::limits::{LINK_LISTED_MS, LINKS_MAX};
use crate::world::World;

/// A link without its token.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Link {
    /// Public id: 8 hex digits.
    pub id: String,
    /// The shipment it opens: canonical id, or that of its paper.
    pub shipment: String,
    /// GLN of the party that shares.
    pub party: String,
    /// Public id of the key that made it.
    pub by: String,
    /// For whom; seen by the party that shares only.
    pub label: String,
    /// Serial numbers of packs and identifiers of containers are shown.
    pub serials: bool,
    /// How warm it was is shown.
    pub cold_chain: bool,
    /// When it was made, Unix milliseconds.
    pub created_ms: i64,
    /// The first moment at which it is over.
    pub expires_ms: i64,
    /// When it was taken back.
    pub revoked_ms: Option<i64>,
    /// How often it was opened.
    pub uses: u64,
    /// When it was opened last.
    pub last_used_ms: Option<i64>,
    /// Id of the grant on the ledger that it rests on.
    pub grant: String,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct Record {
    hash: String,
    #[serde(flatten)]
    link: Link,
}

impl Link {
    /// How it stands at `now_ms`: `active`, `ended` or `revoked`.
    pub fn state(&self, now_ms: i64) -> &'static str {
        match self.revoked_ms {
            Some(_) => "revoked",
            None if self.expires_ms <= now_ms => "ended",
            None => "active",
        }
    }
}

impl Store {
    /// A fresh token that names no link yet.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn fresh_link(&self, world: &World) -> Result<LinkToken, StoreError> {
        loop {
            let [a, b, c, d, ..] = world.entropy();
            let token = LinkToken::new(world.entropy(), [a, b, c, d]);
            if self.bytes(Shelf::Links, token.id())?.is_none() {
                return Ok(token);
            }
        }
    }

    /// Whether another link may be kept for a party; forgets those that ended long ago.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn has_room_for_link(&self, party: &str, now_ms: i64) -> Result<bool, StoreError> {
        let _lock = self.link_lock();
        let (mut kept, mut changes) = (0, Vec::new());
        for (id, record) in self.all::<Record>(Shelf::Links)? {
            let link = record.link;
            let end_ms = link.revoked_ms.unwrap_or(link.expires_ms);
            if end_ms.saturating_add(LINK_LISTED_MS) <= now_ms {
                changes.push(Change::remove(Shelf::Links, &id));
            } else {
                kept += usize::from(link.party == party);
            }
        }
        self.change(&changes, Durably::Yes)?;
        Ok(kept < LINKS_MAX)
    }

    /// Keeps a link, durably.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn keep_link(&self, token: &LinkToken, link: Link) -> Result<(), StoreError> {
        let _lock = self.link_lock();
        let hash = token.hash(self.hash_key()).to_hex().to_string();
        self.change(&[put(&Record { hash, link })?], Durably::Yes)
    }

    /// Links to a shipment, the latest first.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn links_to(&self, shipment: &str) -> Result<Vec<Link>, StoreError> {
        let records = self.all::<Record>(Shelf::Links)?.into_iter();
        let all = records.map(|(_, record)| record.link);
        let mut all: Vec<Link> = all.filter(|link| link.shipment == shipment).collect();
        all.sort_by(|a, b| (b.created_ms, &b.id).cmp(&(a.created_ms, &a.id)));
        Ok(all)
    }

    /// Takes a link back, durably; `None` when there is none of this id.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn revoke_link(&self, id: &str, now_ms: i64) -> Result<Option<Link>, StoreError> {
        let _lock = self.link_lock();
        let Some(mut record) = self.record::<Record>(Shelf::Links, id)? else {
            return Ok(None);
        };
        record.link.revoked_ms.get_or_insert(now_ms);
        self.change(&[put(&record)?], Durably::Yes)?;
        Ok(Some(record.link))
    }

    /// The link of a token, whether or not it has ended; `None` when the token is no link's.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn link_of(&self, token: &LinkToken) -> Result<Option<Link>, StoreError> {
        let presented = token.hash(self.hash_key());
        let record = match self.bytes(Shelf::Links, token.id())? {
            Some(bytes) => bytes,
            None => serde_json::to_vec(&Record::default()).unwrap_or_default(),
        };
        let record: Record =
            serde_json::from_slice(&record).map_err(|source| StoreError::Record {
                table: "share_links",
                source,
            })?;
        let known = blake3::Hash::from_hex(&record.hash);
        let known = known.unwrap_or_else(|_| blake3::Hash::from_bytes([0; 32]));
        let good = known == presented;
        Ok(good.then_some(record.link))
    }

    /// Counts one opening. A crash may lose it: the access log has it.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn count_link(&self, id: &str, now_ms: i64) -> Result<(), StoreError> {
        let _lock = self.link_lock();
        let Some(mut record) = self.record::<Record>(Shelf::Links, id)? else {
            return Ok(());
        };
        record.link.uses = record.link.uses.saturating_add(1);
        record.link.last_used_ms = Some(now_ms);
        self.change(&[put(&record)?], Durably::NotYet)
    }
}

fn put(record: &Record) -> Result<Change, StoreError> {
    Change::put(Shelf::Links, &record.link.id, record)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(id: &str, created_ms: i64) -> Link {
        Link {
            id: id.to_owned(),
            shipment: "s".to_owned(),
            party: "p".to_owned(),
            created_ms,
            expires_ms: created_ms + 10,
            ..Link::default()
        }
    }

    #[test]
    fn a_link_is_found_by_its_token_alone_and_counts() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("node.redb");
        let world = World::manual(1_000, 5);
        let token = {
            let store = Store::open(&path, [7; 32]).unwrap();
            let token = store.fresh_link(&world).unwrap();
            store.keep_link(&token, link(token.id(), 1_000)).unwrap();
            token
        };
        let store = Store::open(&path, [7; 32]).unwrap();
        assert_eq!(store.link_of(&token).unwrap().unwrap().id, token.id());
        let mut guess = [0; 4];
        hex::decode_to_slice(token.id(), &mut guess).unwrap();
        let guessed = LinkToken::new([0; 32], guess);
        assert_eq!(store.link_of(&guessed).unwrap(), None);
        let other = store.fresh_link(&world).unwrap();
        assert_eq!(store.link_of(&other).unwrap(), None);
        store.count_link(token.id(), 1_005).unwrap();
        let told = store.links_to("s").unwrap().remove(0);
        assert_eq!((told.uses, told.last_used_ms), (1, Some(1_005)));
        assert_eq!([1_009, 1_010].map(|at| told.state(at)), ["active", "ended"]);
        let revoked = store.revoke_link(token.id(), 1_006).unwrap().unwrap();
        assert_eq!(revoked.state(1_006), "revoked");
        assert_eq!(store.revoke_link("00000000", 1_006).unwrap(), None);
    }

    #[test]
    fn links_that_ended_long_ago_are_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("node.redb"), [7; 32]).unwrap();
        let world = World::manual(1_000, 5);
        let token = store.fresh_link(&world).unwrap();
        store.keep_link(&token, link(token.id(), 1_000)).unwrap();
        let end_ms = 1_010 + LINK_LISTED_MS;
        assert!(store.has_room_for_link("p", end_ms - 1).unwrap());
        assert_eq!(store.links_to("s").unwrap().len(), 1);
        assert!(store.has_room_for_link("p", end_ms).unwrap());
        assert!(store.links_to("s").unwrap().is_empty());
    }
}
