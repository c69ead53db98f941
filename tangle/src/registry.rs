//! Who may write: organisations and the keys of their nodes, gateways, devices and persons,
//! registered by blocks of kind `Registry`. The network's root key, named in the genesis, comes
//! first; it registers organisations, and an organisation's key registers its authors.
//!
//! An operation is one item of media 2, canonical CBOR:
//! ```text
//! organisation  85 01 01 <id> <name> <key, 32>
//! author        89 01 02 <key, 32> <organisation> <role> <label> <from_ms> <to_ms | null>
//!                  <attributes: map text -> text>
//! ```
//! The registry is a fold over the registry blocks in the order in which they were recorded.
//! Nothing is ever taken back here: a withdrawal is a further operation with a point from which
//! it holds (`standing` is the one place that decides).

use std::collections::BTreeMap;

use tangle_verify::cbor::{Reader, Writer};
use tangle_verify::{Fault, Header, Item, KeyId, Kind, Malformed, Media};

use crate::error::Rejected;
use crate::limits;

const WHAT: &str = "registry operation";
const VERSION: i64 = 1;

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
    const fn code(self) -> u64 {
        match self {
            Self::Node => 1,
            Self::Gateway => 2,
            Self::Device => 3,
            Self::Person => 4,
        }
    }

    const fn from_code(code: u64) -> Option<Self> {
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

/// One change of the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Adds an organisation. The root key only.
    Organisation(Organisation),
    /// Adds an author or renews its entry. The root key or the organisation's.
    Author(Author),
}

impl Operation {
    /// Canonical CBOR.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::new();
        match self {
            Self::Organisation(it) => {
                out.array(5)
                    .int(VERSION)
                    .uint(1)
                    .text(&it.id)
                    .text(&it.name);
                out.bytes(it.key.as_bytes());
            }
            Self::Author(it) => {
                out.array(9).int(VERSION).uint(2).bytes(it.key.as_bytes());
                out.text(&it.organisation)
                    .uint(it.role.code())
                    .text(&it.label);
                out.uint(it.valid_from_ms);
                match it.valid_to_ms {
                    Some(to) => out.uint(to),
                    None => out.null(),
                };
                out.text_map(&it.attributes);
            }
        }
        out.into_vec()
    }

    /// The operation as an item of a registry block. `salt` is 16 random bytes.
    pub fn to_item(&self, salt: [u8; 16]) -> Item {
        Item {
            salt,
            media: Media::REGISTRY,
            body: self.to_bytes(),
        }
    }

    /// Reads canonical CBOR; anything else is refused.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes, limits::OPERATION_BYTES_MAX, WHAT)?;
        let parts = reader.array(9)?;
        reader.exactly(VERSION, "version 1")?;
        let operation = match (parts, reader.uint(u64::MAX)?) {
            (5, 1) => Self::Organisation(Organisation {
                id: read_id(&mut reader)?,
                name: reader.text(limits::LABEL_BYTES_MAX)?.into(),
                key: read_key(&mut reader)?,
            }),
            (9, 2) => Self::Author(read_author(&mut reader)?),
            _ => return Err(reader.fail(Fault::Value("this operation is not known"))),
        };
        reader.finish()?;
        Ok(operation)
    }
}

fn read_author(reader: &mut Reader<'_>) -> Result<Author, Malformed> {
    let key = read_key(reader)?;
    let organisation = read_id(reader)?;
    let role = Role::from_code(reader.uint(u64::MAX)?)
        .ok_or_else(|| reader.fail(Fault::Value("this role is not known")))?;
    let label = reader.text(limits::LABEL_BYTES_MAX)?.into();
    let valid_from_ms = reader.uint(u64::MAX)?;
    let valid_to_ms = if reader.null() {
        None
    } else {
        Some(reader.uint(u64::MAX)?)
    };
    let attributes = reader.text_map(limits::ATTRIBUTES_MAX, limits::ATTRIBUTE_BYTES_MAX)?;
    Ok(Author {
        key,
        organisation,
        role,
        label,
        valid_from_ms,
        valid_to_ms,
        attributes,
    })
}

fn read_id(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    let id = reader.text(limits::ORGANISATION_ID_BYTES_MAX)?;
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(reader.fail(Fault::Value("an identifier is printable ascii")));
    }
    Ok(id.into())
}

fn read_key(reader: &mut Reader<'_>) -> Result<KeyId, Malformed> {
    let key = KeyId::new(reader.fixed("a key of 32 bytes")?);
    if key.is_acceptable() {
        Ok(key)
    } else {
        Err(reader.fail(Fault::Value(
            "the key is not a canonical ed25519 key of full order",
        )))
    }
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
}

impl Registry {
    /// Knows the root key and nobody else.
    pub fn new(root: KeyId) -> Self {
        let organisations = BTreeMap::new();
        let organisation_keys = BTreeMap::new();
        Self {
            root,
            organisations,
            organisation_keys,
            authors: BTreeMap::new(),
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

    /// Whether the author of a block may make it. Later withdrawals are judged here.
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

    /// What the registry holds now in the place that an operation is about.
    fn entry(&self, operation: &Operation) -> Entry {
        match operation {
            Operation::Organisation(it) => {
                Entry::Organisation(it.id.clone(), it.key, self.organisation(&it.id).cloned())
            }
            Operation::Author(it) => Entry::Author(it.key, self.author(&it.key).cloned()),
        }
    }

    fn restore(&mut self, entry: Entry) {
        match entry {
            Entry::Organisation(id, _, Some(known)) => drop(self.organisations.insert(id, known)),
            Entry::Organisation(id, key, None) => {
                self.organisations.remove(&id);
                self.organisation_keys.remove(&key);
            }
            Entry::Author(key, Some(known)) => drop(self.authors.insert(key, known)),
            Entry::Author(key, None) => drop(self.authors.remove(&key)),
        }
    }

    fn apply(&mut self, by: &KeyId, operation: Operation) -> Result<(), &'static str> {
        match operation {
            Operation::Organisation(organisation) => self.add_organisation(by, organisation),
            Operation::Author(author) => self.add_author(by, author),
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
        if *by != self.root && *by != organisation.key {
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

/// A place of the registry and what it held.
enum Entry {
    Organisation(String, KeyId, Option<Organisation>),
    Author(KeyId, Option<Author>),
}

#[cfg(test)]
mod tests;
