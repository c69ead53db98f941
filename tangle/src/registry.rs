//! Who may write: organisations and the keys of their nodes, gateways, devices and persons,
//! registered by blocks of kind `Registry`. The network's root key, named in the genesis, comes
//! first; it registers organisations, and an organisation's key registers its authors
//! (`operation` has the bytes).
//!
//! The registry is a fold over registry blocks. It is folded twice: in the order in which blocks
//! were recorded, for the door ([`Registry::standing`] keeps strangers and floods out), and in the
//! total order, for the outcome ([`crate::authority`]). Nothing is ever taken back: a withdrawal
//! is a further operation with a milestone from which it holds, and the door does not look at
//! withdrawals at all. A block that its author could make when it was offline is recorded, and
//! its outcome says what it is worth.

use std::collections::BTreeMap;

use tangle_verify::{Header, Item, KeyId, Kind, Media};

use crate::error::Rejected;

mod operation;
mod rights;

pub use operation::{Delegation, Operation, Rate, Reason, Revocation, Rotation, Scope};
pub use rights::Commissioning;

/// What an author is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// A ledger node: records for its organisation and cuts milestones.
    Node,
    /// Forwards and signs what its readers see.
    Gateway,
    /// A reader or logger with its own key.
    Device,
    /// A person who decides.
    Person,
}

impl Role {
    pub(crate) const fn code(self) -> u64 {
        match self {
            Self::Node => 1,
            Self::Gateway => 2,
            Self::Device => 3,
            Self::Person => 4,
        }
    }

    pub(crate) const fn from_code(code: u64) -> Option<Self> {
        match code {
            1 => Some(Self::Node),
            2 => Some(Self::Gateway),
            3 => Some(Self::Device),
            4 => Some(Self::Person),
            _ => None,
        }
    }

    /// Whether an author of this role may make blocks of this kind. Machines observe, people
    /// decide, a node does both for those who have no key.
    pub const fn allows(self, kind: Kind) -> bool {
        match (self, kind) {
            (_, Kind::Registry) => false,
            (Self::Node, _) | (_, Kind::Opaque(_)) => true,
            (Self::Gateway | Self::Device, kind) => {
                matches!(kind, Kind::Events | Kind::SensorBatch)
            }
            (Self::Person, kind) => !matches!(kind, Kind::SensorBatch),
        }
    }
}

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Identifier, 1..=64 printable ASCII characters (the service uses the party's GLN).
    pub id: String,
    /// Name for people, up to 128 bytes.
    pub name: String,
    /// The key that registers its authors; it may make blocks of every kind itself.
    pub key: KeyId,
}

/// A key that makes blocks for an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The key.
    pub key: KeyId,
    /// Identifier of its organisation.
    pub organisation: String,
    /// What it is.
    pub role: Role,
    /// Label for people, up to 128 bytes.
    pub label: String,
    /// First millisecond (Unix epoch) of a block's clock for which the registration holds.
    pub valid_from_ms: u64,
    /// First millisecond for which it no longer holds; `None` if it has no end.
    pub valid_to_ms: Option<u64>,
    /// Further facts, such as read points; up to 32.
    pub attributes: BTreeMap<String, String>,
}

/// Who stands behind a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Principal<'a> {
    /// The network's root key.
    Root,
    /// An organisation itself.
    Organisation(&'a Organisation),
    /// An author of an organisation.
    Author(&'a Author),
}

/// All registrations so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registry {
    root: KeyId,
    organisations: BTreeMap<String, Organisation>,
    organisation_keys: BTreeMap<KeyId, String>,
    authors: BTreeMap<KeyId, Author>,
    scopes: BTreeMap<KeyId, Scope>,
    revocations: BTreeMap<KeyId, Revocation>,
    /// Old key to new.
    rotations: BTreeMap<KeyId, Rotation>,
    /// By the two organisations, the one that lends first.
    delegations: BTreeMap<(String, String), Delegation>,
}

impl Registry {
    /// Knows the root key and nobody else.
    pub fn new(root: KeyId) -> Self {
        Self {
            root,
            organisations: BTreeMap::new(),
            organisation_keys: BTreeMap::new(),
            authors: BTreeMap::new(),
            scopes: BTreeMap::new(),
            revocations: BTreeMap::new(),
            rotations: BTreeMap::new(),
            delegations: BTreeMap::new(),
        }
    }

    /// The root key.
    pub fn root(&self) -> &KeyId {
        &self.root
    }

    /// The author with this key.
    pub fn author(&self, key: &KeyId) -> Option<&Author> {
        self.authors.get(key)
    }

    /// The organisation with this identifier.
    pub fn organisation(&self, id: &str) -> Option<&Organisation> {
        self.organisations.get(id)
    }

    /// All organisations, by identifier.
    pub fn organisations(&self) -> impl Iterator<Item = &Organisation> {
        self.organisations.values()
    }

    /// All authors, by key.
    pub fn authors(&self) -> impl Iterator<Item = &Author> {
        self.authors.values()
    }

    /// Who stands behind a key.
    pub fn principal(&self, key: &KeyId) -> Option<Principal<'_>> {
        if *key == self.root {
            return Some(Principal::Root);
        }
        let organisation = self
            .organisation_keys
            .get(key)
            .and_then(|id| self.organisation(id));
        organisation
            .map(Principal::Organisation)
            .or_else(|| self.author(key).map(Principal::Author))
    }

    /// Identifier of the organisation a key writes for: its own for an organisation's key, none
    /// for the root key and unknown ones.
    pub fn organisation_of(&self, key: &KeyId) -> Option<&str> {
        match self.principal(key)? {
            Principal::Root => None,
            Principal::Organisation(organisation) => Some(&organisation.id),
            Principal::Author(author) => Some(&author.organisation),
        }
    }

    /// What a key is limited to; `None` where nothing was said.
    pub fn scope(&self, key: &KeyId) -> Option<&Scope> {
        self.scopes.get(key)
    }

    /// How a key was withdrawn, if it was: by name, or because another took its place.
    pub fn withdrawal(&self, key: &KeyId) -> Option<Revocation> {
        let rotated = self.rotations.get(key).map(|it| Revocation {
            key: it.old,
            from_milestone: it.from_milestone,
            reason: Reason::Replaced,
        });
        let named = self.revocations.get(key).cloned();
        match (named, rotated) {
            (Some(one), Some(other)) if other.from_milestone < one.from_milestone => Some(other),
            (named, rotated) => named.or(rotated),
        }
    }

    /// The key that took the place of this one.
    pub fn successor(&self, key: &KeyId) -> Option<&KeyId> {
        self.rotations.get(key).map(|it| &it.new)
    }

    /// Whether the author of a block may make it, withdrawals aside.
    pub fn standing(&self, header: &Header) -> Result<(), Rejected> {
        let kind = header.kind;
        let not_allowed = Err(Rejected::KindNotAllowed { kind: kind.code() });
        match self.principal(&header.kid).ok_or(Rejected::UnknownAuthor)? {
            // The root founds; it sees no packs.
            Principal::Root if matches!(kind, Kind::Events | Kind::SensorBatch) => not_allowed,
            Principal::Root | Principal::Organisation(_) => Ok(()),
            Principal::Author(author) => {
                let at_ms = header.hlc.ms();
                let ended = author.valid_to_ms.is_some_and(|end| at_ms >= end);
                if at_ms < author.valid_from_ms || ended {
                    return Err(Rejected::OutsideValidity { at_ms });
                }
                if author.role.allows(kind) {
                    Ok(())
                } else {
                    not_allowed
                }
            }
        }
    }

    /// Whether a key may cut a milestone at this time: the root's, or that of a valid node.
    pub fn may_cut(&self, key: &KeyId, at_ms: u64) -> bool {
        match self.principal(key) {
            Some(Principal::Root) => true,
            Some(Principal::Author(author)) => {
                let open = author.valid_to_ms.is_none_or(|end| at_ms < end);
                author.role == Role::Node && open
            }
            Some(Principal::Organisation(_)) | None => false,
        }
    }

    /// Takes in the operations of a registry block by `author`: all of them, or none if one is
    /// refused.
    pub fn admit<'a>(
        &mut self,
        author: &KeyId,
        items: impl Iterator<Item = (u16, &'a Item)>,
    ) -> Result<(), Rejected> {
        let mut operations = Vec::new();
        for (item, content) in items {
            let refuse = |reason: String| Rejected::Registry { item, reason };
            if content.media != Media::REGISTRY {
                return Err(refuse(
                    "its media is not that of registry operations".into(),
                ));
            }
            let operation = Operation::from_bytes(&content.body);
            operations.push((item, operation.map_err(|error| refuse(error.to_string()))?));
        }
        let mut before = Vec::new();
        for (item, operation) in operations {
            let entry = self.entry(&operation);
            if let Err(reason) = self.apply(author, operation) {
                before
                    .into_iter()
                    .rev()
                    .for_each(|entry| self.restore(entry));
                return Err(Rejected::Registry {
                    item,
                    reason: reason.into(),
                });
            }
            before.push(entry);
        }
        Ok(())
    }

    /// What the registry holds now in the places that an operation is about.
    fn entry(&self, operation: &Operation) -> Entry {
        match operation {
            Operation::Organisation(it) => {
                Entry::Organisation(it.id.clone(), it.key, self.organisation(&it.id).cloned())
            }
            Operation::Author(it) => Entry::Author(it.key, self.author(&it.key).cloned()),
            Operation::Scope(it) => Entry::Scope(it.key, self.scope(&it.key).cloned()),
            Operation::Revocation(it) => {
                Entry::Revocation(it.key, self.revocations.get(&it.key).cloned())
            }
            Operation::Rotation(it) => {
                let organisation = self.organisation_keys.get(&it.old);
                Entry::Rotation(it.clone(), organisation.cloned())
            }
            Operation::Delegation(it) => {
                let pair = (it.from.clone(), it.to.clone());
                let known = self.delegations.get(&pair).cloned();
                Entry::Delegation(pair, known)
            }
        }
    }

    fn restore(&mut self, entry: Entry) {
        match entry {
            Entry::Organisation(id, _, Some(known)) => drop(self.organisations.insert(id, known)),
            Entry::Organisation(id, key, None) => {
                self.organisations.remove(&id);
                self.organisation_keys.remove(&key);
            }
            Entry::Author(key, known) => put(&mut self.authors, key, known),
            Entry::Scope(key, known) => put(&mut self.scopes, key, known),
            Entry::Revocation(key, known) => put(&mut self.revocations, key, known),
            Entry::Delegation(pair, known) => put(&mut self.delegations, pair, known),
            Entry::Rotation(it, organisation) => {
                self.rotations.remove(&it.old);
                self.scopes.remove(&it.new);
                self.authors.remove(&it.new);
                self.organisation_keys.remove(&it.new);
                if let Some(known) = organisation.and_then(|id| self.organisations.get_mut(&id)) {
                    known.key = it.old;
                }
            }
        }
    }

    fn apply(&mut self, by: &KeyId, operation: Operation) -> Result<(), &'static str> {
        match operation {
            Operation::Organisation(it) => self.add_organisation(by, it),
            Operation::Author(it) => self.add_author(by, it),
            Operation::Scope(it) => self.add_scope(by, it),
            Operation::Revocation(it) => self.add_revocation(by, it),
            Operation::Rotation(it) => self.add_rotation(by, it),
            Operation::Delegation(it) => self.add_delegation(by, it),
        }
    }

    fn add_organisation(&mut self, by: &KeyId, it: Organisation) -> Result<(), &'static str> {
        if *by != self.root {
            return Err("only the root key registers organisations");
        }
        match self.organisations.get(&it.id) {
            Some(known) if *known == it => return Ok(()),
            Some(known) if known.key != it.key => {
                return Err("the organisation is registered with another key");
            }
            None if self.principal(&it.key).is_some() => return Err("the key is already in use"),
            _ => {}
        }
        self.organisation_keys.insert(it.key, it.id.clone());
        self.organisations.insert(it.id.clone(), it);
        Ok(())
    }

    fn add_author(&mut self, by: &KeyId, it: Author) -> Result<(), &'static str> {
        let organisation = self.organisation(&it.organisation);
        let organisation = organisation.ok_or("the author's organisation is not registered")?;
        if *by != self.root && !self.speaks_for(by, &organisation.id) {
            return Err("only the root key and the organisation's own register its authors");
        }
        match self.principal(&it.key) {
            None => {}
            Some(Principal::Author(known)) if known.organisation == it.organisation => {}
            Some(_) => return Err("the key is already in use"),
        }
        if it.valid_to_ms.is_some_and(|end| end <= it.valid_from_ms) {
            return Err("the registration ends before it starts");
        }
        self.authors.insert(it.key, it);
        Ok(())
    }
}

fn put<K: Ord, V>(map: &mut BTreeMap<K, V>, key: K, value: Option<V>) {
    match value {
        Some(value) => drop(map.insert(key, value)),
        None => drop(map.remove(&key)),
    }
}

/// A place of the registry and what it held.
enum Entry {
    Organisation(String, KeyId, Option<Organisation>),
    Author(KeyId, Option<Author>),
    Scope(KeyId, Option<Scope>),
    Revocation(KeyId, Option<Revocation>),
    /// With the organisation whose key it was, if it was one's.
    Rotation(Rotation, Option<String>),
    Delegation((String, String), Option<Delegation>),
}

#[cfg(test)]
mod tests;
