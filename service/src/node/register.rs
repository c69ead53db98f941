//! Registering who may write: a party becomes an organisation of the ledger with keys this node
//! holds, a device becomes an author of its party. Both are blocks of kind registry, signed by
//! the network's root, and both may be repeated without harm.
use std::collections::BTreeMap;

use gs1::Gln;
use rules::MasterData;
use tangle::registry::{Author, Operation, Organisation, Role};
use tangle::{BlockId, KeyId, Kind};

use super::{Node, fold::OPERATOR};
use crate::app::failure::{Code, Failure};
use crate::auth;
use crate::keys::Secret;

/// A company to register.
#[derive(Clone, Debug)]
pub struct NewParty {
    /// Its GLN, 13 digits.
    pub gln: String,
    /// Its name.
    pub name: String,
    /// What it does: any role but `admin`, `gateway` and `device`.
    pub role: auth::Role,
}

/// A device or gateway that signs with its own key.
#[derive(Clone, Debug)]
pub struct NewDevice {
    /// Its public key.
    pub key: KeyId,
    /// GLN of the party it works for.
    pub party: String,
    /// Its name, as events call it (`deviceID`).
    pub label: String,
    /// `Role::Gateway` or `Role::Device`.
    pub role: Role,
    /// Further facts, such as read points.
    pub attributes: BTreeMap<String, String>,
}

impl Node {
    /// Registers a party: its organisation, the key with which this node records for it, and its
    /// master data. Repeating it is harmless; a changed name is taken over.
    ///
    /// # Errors
    /// `unprocessable` for a bad GLN or role.
    pub fn register_party(&self, party: &NewParty) -> Result<(), Failure> {
        let unfit = |text: String| Failure::new(Code::Unprocessable, text);
        let gln = Gln::parse(&party.gln)
            .map_err(|error| unfit(format!("reading the party's GLN: {error}")))?;
        if !party.role.is_of_party() {
            return Err(unfit(format!("{} is no role of a party", party.role)));
        }
        self.register_organisation(gln.as_str(), &party.name, &Secret::Author(gln.to_string()))?;
        let master = MasterData::Party(rules::Party {
            gln,
            name: party.name.clone(),
            role: party.role.as_str().to_owned(),
        });
        self.publish_as_operator(&[master])
    }

    /// Registers the key of a device or gateway; returns the block that did.
    ///
    /// # Errors
    /// `unprocessable` when the party is not registered or the key is used by somebody else.
    pub fn register_device(&self, device: NewDevice) -> Result<BlockId, Failure> {
        let author = Author {
            key: device.key,
            organisation: device.party,
            role: device.role,
            label: device.label,
            valid_from_ms: 0,
            valid_to_ms: None,
            attributes: device.attributes,
        };
        self.register(&[Operation::Author(author)])
    }

    /// The operator's own organisation, with the key that cuts milestones. Done once at `init`;
    /// done again at each opening in case that was interrupted.
    pub(super) fn register_operator(&self, name: &str) -> Result<(), Failure> {
        self.register_organisation(OPERATOR, name, &Secret::Node)
    }

    /// Records master data as the node's operator.
    pub(crate) fn publish_as_operator(&self, master: &[MasterData]) -> Result<(), Failure> {
        let known = {
            let fold = self.fold();
            master
                .iter()
                .all(|it| crate::app::master::is_known(&fold.engine, it))
        };
        if known {
            return Ok(());
        }
        crate::app::master::record(self, None, master).map(drop)
    }

    fn register_organisation(&self, id: &str, name: &str, author: &Secret) -> Result<(), Failure> {
        let keys = &self.0.keys;
        let world = &self.0.world;
        let organisation = Secret::Organisation(id.to_owned());
        let key = keys
            .signing(&organisation, world)
            .map_err(Failure::internal)?
            .key_id();
        let author = keys
            .signing(author, world)
            .map_err(Failure::internal)?
            .key_id();
        let mut operations = Vec::new();
        let fold = self.fold();
        let known = fold.registry().organisation(id);
        if known.is_none_or(|known| known.name != name) {
            let organisation = Organisation {
                id: id.to_owned(),
                name: name.to_owned(),
                key,
            };
            operations.push(Operation::Organisation(organisation));
        }
        if fold.registry().author(&author).is_none() {
            operations.push(Operation::Author(Author {
                key: author,
                organisation: id.to_owned(),
                role: Role::Node,
                label: format!("node for {id}"),
                valid_from_ms: 0,
                valid_to_ms: None,
                attributes: BTreeMap::new(),
            }));
        }
        drop(fold);
        if operations.is_empty() {
            return Ok(());
        }
        self.register(&operations).map(drop)
    }

    /// Records operations, signed by the network's root.
    fn register(&self, operations: &[Operation]) -> Result<BlockId, Failure> {
        let root = self
            .0
            .keys
            .existing(&Secret::Root)
            .map_err(Failure::internal)?;
        let items = operations
            .iter()
            .map(|it| it.to_item(self.0.world.salt()))
            .collect();
        let made = self.author(root, Kind::Registry, vec![items])?;
        made.first()
            .copied()
            .ok_or_else(|| Failure::internal("no block was made"))
    }
}

impl Node {
    /// Records an EPCIS document for a party, or for the operator without one; for callers in
    /// this process.
    ///
    /// # Errors
    /// As a capture.
    pub fn capture(
        &self,
        party: Option<&str>,
        document: &[u8],
    ) -> Result<crate::app::capture::Captured, Failure> {
        crate::app::capture::record(self, party, document)
    }
}
