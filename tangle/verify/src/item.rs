//! Items: what a block carries beside its signed header. Each is a leaf of the block's own
//! Merkle tree, salted, so that one item can be shown without its neighbours, and an item can be
//! erased while everything proved about the block stays true.
//!
//! ```text
//! on the wire   item    58 xx  salt(16) media(2, big-endian) body
//!               erased  81 58 20 <leaf, 32>
//! leaf          SHA-256(00 | "theriac/item/1" | salt | media | body)      (RFC 9162 2.1.1)
//! ```
//! The two forms differ in their CBOR type, so neither can be taken for the other.

use alloc::vec::Vec;

use crate::cbor::{Reader, Writer};
use crate::error::{Fault, Malformed};
use crate::limits;
use crate::merkle::{self, Hash};

const TAG: &[u8] = b"theriac/item/1";
const SALT_BYTES: usize = 16;
const MEDIA_BYTES: usize = 2;

/// Smallest item: a salt, a media number and an empty body.
pub(crate) const ITEM_BYTES_MIN: usize = SALT_BYTES + MEDIA_BYTES;

/// What an item's bytes are. The ledger never looks; numbers it does not know are as good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Media(pub u16);

impl Media {
    /// One EPCIS 2.0 event as canonical JSON (RFC 8785).
    pub const EPCIS_EVENT: Self = Self(1);
    /// One operation of the registry, canonical CBOR.
    pub const REGISTRY: Self = Self(2);
    /// One decision as canonical JSON.
    pub const DECISION: Self = Self(3);
    /// One entry of master data as canonical JSON.
    pub const MASTER_DATA: Self = Self(4);
    /// The file a logger wrote, byte for byte.
    pub const LOGGER_FILE: Self = Self(5);
    /// What the author attests, as canonical JSON: for instance why items were erased.
    pub const ATTESTATION: Self = Self(6);
}

/// One item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// 16 random bytes: without them the body of an erased item could be guessed from its leaf.
    pub salt: [u8; SALT_BYTES],
    /// What the body is.
    pub media: Media,
    /// The content.
    pub body: Vec<u8>,
}

impl Item {
    /// Its leaf hash in the block's tree of items.
    pub fn leaf(&self) -> Hash {
        merkle::leaf_hash_of(&[TAG, &self.salt, &self.media.0.to_be_bytes(), &self.body])
    }

    /// Bytes it counts towards `items_len`: salt, media and body.
    pub fn size(&self) -> usize {
        ITEM_BYTES_MIN + self.body.len()
    }

    pub(crate) fn write(&self, out: &mut Writer) {
        out.bytes_of(&[&self.salt, &self.media.0.to_be_bytes(), &self.body]);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let at = reader.clone();
        let bytes = reader.bytes(limits::ITEMS_BYTES_MAX)?;
        let parts = bytes
            .split_first_chunk::<SALT_BYTES>()
            .and_then(|(salt, rest)| {
                let (media, body) = rest.split_first_chunk::<MEDIA_BYTES>()?;
                Some((*salt, Media(u16::from_be_bytes(*media)), body.to_vec()))
            });
        let (salt, media, body) =
            parts.ok_or_else(|| at.fail(Fault::Expected("an item of at least 18 bytes")))?;
        Ok(Self { salt, media, body })
    }
}

/// The place of an item in a block: the item itself, or what is left of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slot {
    /// The item.
    Item(Item),
    /// Its leaf hash; salt, media and body are gone.
    Erased(Hash),
}

impl Slot {
    /// The leaf hash in the block's tree of items.
    pub fn leaf(&self) -> Hash {
        match self {
            Self::Item(item) => item.leaf(),
            Self::Erased(leaf) => *leaf,
        }
    }

    /// The item, unless it was erased.
    pub fn item(&self) -> Option<&Item> {
        match self {
            Self::Item(item) => Some(item),
            Self::Erased(_) => None,
        }
    }

    pub(crate) fn write(&self, out: &mut Writer) {
        match self {
            Self::Item(item) => item.write(out),
            Self::Erased(leaf) => {
                out.array(1).bytes(leaf);
            }
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        if reader.is_bytes() {
            return Item::read(reader).map(Self::Item);
        }
        reader.array_of(1, "an item or an erased item")?;
        Ok(Self::Erased(reader.fixed("a leaf hash of 32 bytes")?))
    }
}
