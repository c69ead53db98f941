//! A small network with fixed keys: a root, two organisations, a node, devices. The same calls
//! give the same blocks, byte for byte.

use std::collections::BTreeMap;

use tangle_verify::{
    BlockId, Genesis, Hlc, Item, KeyId, Kind, Media, NetworkId, Parents, SignedBlock, VerifiedBlock,
};

use crate::registry::{Author, Operation, Organisation, Role};
use crate::sign::{Draft, SigningKey};

/// When the network was founded: 2023-11-14T22:13:20Z, in milliseconds.
pub const FOUNDED_MS: u64 = 1_700_000_000_000;

/// Identifier of the first organisation.
pub const MAKER: &str = "9501101020016";
/// Identifier of the second organisation.
pub const SELLER: &str = "9501101020023";

/// The keys of the network and what it takes to make blocks.
#[derive(Debug, Clone)]
pub struct World {
    genesis: Genesis,
    network: NetworkId,
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    /// The network; nothing is recorded yet.
    pub fn new() -> Self {
        let root = key("root").key_id();
        let genesis = Genesis {
            name: "test".into(),
            created_ms: FOUNDED_MS,
            root,
        };
        let network = genesis.network_id();
        Self { genesis, network }
    }

    /// Its genesis configuration.
    pub fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    /// Its name.
    pub fn network(&self) -> &NetworkId {
        &self.network
    }

    /// The first block: the root registers the organisations `maker` and `seller`, the maker's
    /// node `node`, and a device for each name in `devices` (the first half are the maker's).
    pub fn founding(&self, devices: &[&str]) -> VerifiedBlock {
        let mut operations = vec![
            organisation(MAKER, "maker"),
            organisation(SELLER, "seller"),
            author("node", MAKER, Role::Node),
        ];
        for (at, name) in devices.iter().enumerate() {
            let owner = if at * 2 < devices.len() {
                MAKER
            } else {
                SELLER
            };
            operations.push(author(name, owner, Role::Device));
        }
        let items = operations.iter().map(|it| it.to_item([0; 16])).collect();
        self.block(
            "root",
            Place {
                hlc: Hlc(FOUNDED_MS << 16),
                ..Place::default()
            },
            items,
        )
    }

    /// A block by the author of this name, at this place, with these items. Its kind is
    /// `Registry` for the root, `Events` for all others.
    pub fn block(&self, author: &str, place: Place, items: Vec<Item>) -> VerifiedBlock {
        let kind = if author == "root" {
            Kind::Registry
        } else {
            Kind::Events
        };
        let Place {
            epoch,
            seq,
            prev,
            parents,
            hlc,
        } = place;
        let parents = Parents::from_unsorted(parents).expect("at most 8 parents");
        let draft = Draft {
            kind,
            epoch,
            seq,
            prev,
            parents,
            hlc,
            anchor: None,
            items,
        };
        verified(
            draft
                .sign(&key(author), &self.network)
                .expect("a good draft"),
            &self.network,
        )
    }
}

/// Where a block of a test goes.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// Epoch of the author's chain.
    pub epoch: u32,
    /// Position in it.
    pub seq: u64,
    /// The author's block before.
    pub prev: Option<BlockId>,
    /// What else it approves.
    pub parents: Vec<BlockId>,
    /// Its clock.
    pub hlc: Hlc,
}

/// Runs the gate.
pub fn verified(block: SignedBlock, network: &NetworkId) -> VerifiedBlock {
    block.verify(network).expect("signed for this network")
}

/// The secret key that goes with a name.
pub fn key(name: &str) -> SigningKey {
    SigningKey::from_seed(*blake3::hash(name.as_bytes()).as_bytes())
}

/// The public key that goes with a name.
pub fn key_id(name: &str) -> KeyId {
    key(name).key_id()
}

/// Registers an organisation whose key has the name `name`.
pub fn organisation(id: &str, name: &str) -> Operation {
    Operation::Organisation(Organisation {
        id: id.into(),
        name: name.into(),
        key: key_id(name),
    })
}

/// Registers an author whose key has the name `name`, valid from the founding on.
pub fn author(name: &str, organisation: &str, role: Role) -> Operation {
    Operation::Author(Author {
        key: key_id(name),
        organisation: organisation.into(),
        role,
        label: name.into(),
        valid_from_ms: FOUNDED_MS,
        valid_to_ms: None,
        attributes: BTreeMap::new(),
    })
}

/// An opaque item with this text.
pub fn item(text: &str) -> Item {
    Item {
        salt: [7; 16],
        media: Media(0x8000),
        body: text.as_bytes().to_vec(),
    }
}
