//! Blocks, and the one gate between bytes that claim something and a block that was checked.
//!
//! ```text
//! 82                         wire envelope: array(2)
//!   58 xx <statement>          COSE_Sign1 over the header (`header.rs`) and the payload
//!   9x <slot>*                 the items, or what is left of them (`item.rs`)
//!
//! payload                    83 58 20 <items_root> <items_count> <items_len>
//! external_aad               network id (32) | "theriac/block/1"
//! block id                   BLAKE3 derive-key "theriac block id v1" of the Sig_structure
//! ```
//! `items_root` is the RFC 9162 root over the items' leaves, `items_len` their total size in
//! bytes. The envelope around the statement is not signed, and need not be: the statement fixes
//! every item and their number. What can change is that an item is replaced by its leaf.
//!
//! [`SignedBlock`] is canonical and within bounds, no more. [`VerifiedBlock`] is authentic, and
//! only [`SignedBlock::verify`] makes one from bytes of a stranger.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use crate::cbor::{Reader, Writer};
use crate::cose::{self, Sign1};
use crate::error::{Fault, Malformed, Rejected};
use crate::header::Header;
use crate::ids::{BlockId, NetworkId};
use crate::item::{ITEM_BYTES_MIN, Item, Slot};
use crate::limits;
use crate::merkle::{self, FullNodes, Hash};

const WHAT: &str = "block";
const PURPOSE: &str = "theriac/block/1";
const ID_CONTEXT: &str = "theriac block id v1";

/// What the signature says about the items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payload {
    /// RFC 9162 root over the leaves of all items.
    pub items_root: Hash,
    /// Number of items, at most 4096.
    pub items_count: u16,
    /// Size of all items (salt, media, body) in bytes, at most 1 MiB.
    pub items_len: u32,
}

impl Payload {
    /// The payload of these items, none of them erased.
    fn of(items: &[Item]) -> Result<Self, Malformed> {
        let too_large = |max: usize| Malformed::new(WHAT, 0, Fault::TooLarge { max: max as u64 });
        let size: usize = items.iter().map(Item::size).sum();
        let leaves: Vec<_> = items.iter().map(Item::leaf).collect();
        Ok(Self {
            items_root: merkle::root_from_leaves(&leaves),
            items_count: bounded(items.len(), limits::ITEMS_MAX)
                .ok_or_else(|| too_large(limits::ITEMS_MAX))?,
            items_len: bounded(size, limits::ITEMS_BYTES_MAX)
                .ok_or_else(|| too_large(limits::ITEMS_BYTES_MAX))?,
        })
    }

    fn to_bytes(self) -> Vec<u8> {
        let mut out = Writer::with_capacity(limits::PAYLOAD_BYTES_MAX);
        out.array(3).bytes(&self.items_root);
        out.uint(self.items_count.into())
            .uint(self.items_len.into());
        out.into_vec()
    }

    fn read(mut reader: Reader<'_>) -> Result<Self, Malformed> {
        reader.array_of(3, "the three parts of a payload")?;
        let items_root = reader.fixed("an items root of 32 bytes")?;
        let count_at = reader.clone();
        let items_count = reader.u16()?;
        if usize::from(items_count) > limits::ITEMS_MAX {
            return Err(count_at.fail(Fault::TooLarge {
                max: limits::ITEMS_MAX as u64,
            }));
        }
        let len_at = reader.clone();
        let items_len = reader.u32()?;
        if items_len as usize > limits::ITEMS_BYTES_MAX {
            return Err(len_at.fail(Fault::TooLarge {
                max: limits::ITEMS_BYTES_MAX as u64,
            }));
        }
        reader.finish()?;
        let payload = Self {
            items_root,
            items_count,
            items_len,
        };
        // At the least, every item is empty; without items there is nothing to have a length.
        if payload.fits(0, items_count.into()) {
            Ok(payload)
        } else {
            Err(len_at.fail(Fault::Value("this many items cannot have this length")))
        }
    }

    /// Whether items of `present` bytes together and `missing` more that are not at hand can be
    /// the ones that were signed.
    pub(crate) fn fits(&self, present: usize, missing: usize) -> bool {
        let signed = self.items_len as usize;
        if missing == 0 {
            present == signed
        } else {
            present + missing * ITEM_BYTES_MIN <= signed
        }
    }
}

fn bounded<T: TryFrom<usize>>(value: usize, max: usize) -> Option<T> {
    if value > max {
        None
    } else {
        T::try_from(value).ok()
    }
}

/// The signed part of a block: header, payload, signature. Canonical, not verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    header: Header,
    payload: Payload,
    signature: [u8; 64],
}

impl Statement {
    /// Reads the canonical `COSE_Sign1`; anything else is refused.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes, limits::STATEMENT_BYTES_MAX, WHAT)?;
        let statement = Self::read(&mut reader)?;
        reader.finish()?;
        Ok(statement)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let sign1 = Sign1::read(reader, limits::PAYLOAD_BYTES_MAX)?;
        let header = Header::read(sign1.protected)?;
        let payload = Payload::read(sign1.payload)?;
        Ok(Self {
            header,
            payload,
            signature: sign1.signature,
        })
    }

    /// The canonical `COSE_Sign1`.
    pub fn to_bytes(&self) -> Vec<u8> {
        cose::write_sign1(
            &self.header.to_bytes(),
            &self.payload.to_bytes(),
            &self.signature,
        )
    }

    /// The header, unverified.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The payload, unverified.
    pub fn payload(&self) -> &Payload {
        &self.payload
    }

    /// The block's id in this network.
    pub fn id(&self, network: &NetworkId) -> BlockId {
        id_of(&to_be_signed(&self.header, &self.payload, network))
    }

    /// Checks the author's signature for this network; the answer is the block's id.
    pub fn verify(&self, network: &NetworkId) -> Result<BlockId, Rejected> {
        let signed = to_be_signed(&self.header, &self.payload, network);
        self.header.kid.check(&signed, &self.signature)?;
        Ok(id_of(&signed))
    }
}

fn to_be_signed(header: &Header, payload: &Payload, network: &NetworkId) -> Vec<u8> {
    cose::sig_structure(&header.to_bytes(), network, PURPOSE, &payload.to_bytes())
}

fn id_of(signed: &[u8]) -> BlockId {
    BlockId::new(crate::blake3::derive_key(ID_CONTEXT, signed))
}

/// A block to be signed: header and items obey every rule, only the signature is missing.
#[derive(Debug, Clone)]
pub struct UnsignedBlock {
    header: Header,
    payload: Payload,
    items: Vec<Item>,
}

impl UnsignedBlock {
    /// Checks header and items against the rules and bounds of the format.
    pub fn new(header: Header, items: Vec<Item>) -> Result<Self, Malformed> {
        header.check()?;
        let payload = Payload::of(&items)?;
        Ok(Self {
            header,
            payload,
            items,
        })
    }

    /// The bytes for the author to sign with Ed25519 in this network.
    pub fn to_be_signed(&self, network: &NetworkId) -> Vec<u8> {
        to_be_signed(&self.header, &self.payload, network)
    }

    /// Adds the signature; nothing checks it before [`SignedBlock::verify`].
    pub fn with_signature(self, signature: [u8; 64]) -> SignedBlock {
        let statement = Statement {
            header: self.header,
            payload: self.payload,
            signature,
        };
        SignedBlock::assemble(statement, self.items.into_iter().map(Slot::Item).collect())
    }
}

/// A block as received: canonical and within bounds, but nobody checked who signed what.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedBlock {
    statement: Statement,
    slots: Vec<Slot>,
    bytes: Vec<u8>,
}

impl SignedBlock {
    /// Reads a wire envelope. Bytes that are not the one canonical encoding are refused.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes, limits::ENVELOPE_BYTES_MAX, WHAT)?;
        reader.array_of(2, "the two parts of a block envelope")?;
        let mut inner = reader.nested(limits::STATEMENT_BYTES_MAX)?;
        let statement = Statement::read(&mut inner)?;
        inner.finish()?;
        let slots_at = reader.clone();
        let count = reader.array(limits::ITEMS_MAX)?;
        if count != usize::from(statement.payload.items_count) {
            return Err(slots_at.fail(Fault::Expected("as many items as the payload counts")));
        }
        let slots = (0..count)
            .map(|_| Slot::read(&mut reader))
            .collect::<Result<_, _>>()?;
        reader.finish()?;
        Ok(Self {
            statement,
            slots,
            bytes: bytes.to_vec(),
        })
    }

    fn assemble(statement: Statement, slots: Vec<Slot>) -> Self {
        let mut out = Writer::with_capacity(512 + statement.payload.items_len as usize);
        out.array(2).bytes(&statement.to_bytes()).array(slots.len());
        for slot in &slots {
            slot.write(&mut out);
        }
        Self {
            statement,
            slots,
            bytes: out.into_vec(),
        }
    }

    /// The header, unverified.
    pub fn header(&self) -> &Header {
        &self.statement.header
    }

    /// The signed statement, unverified.
    pub fn statement(&self) -> &Statement {
        &self.statement
    }

    /// The wire envelope.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The id the block has in this network, if it is authentic.
    pub fn id(&self, network: &NetworkId) -> BlockId {
        self.statement.id(network)
    }

    /// Checks the author's signature for this network and the items against what was signed.
    pub fn verify(self, network: &NetworkId) -> Result<VerifiedBlock, Rejected> {
        let id = self.statement.verify(network)?;
        self.with_id(id)
    }

    /// For bytes read back from our own disk: takes the id under which a block was stored after
    /// [`SignedBlock::verify`] instead of checking its signature again (about 40 microseconds).
    /// The id fixes header, payload and through them every item; the signature's own bytes are
    /// the store's to guard. Never use it with an id that a stranger gave.
    pub fn verify_stored(
        self,
        network: &NetworkId,
        id: &BlockId,
    ) -> Result<VerifiedBlock, Rejected> {
        if self.statement.id(network) != *id {
            return Err(Rejected::Id);
        }
        self.with_id(*id)
    }

    /// As [`SignedBlock::verify_stored`] for whoever does not know the id under which the bytes
    /// were stored: the id is computed once, from the bytes as they are. Nothing says that it is
    /// the one that was looked for; the caller compares.
    pub fn into_stored(self, network: &NetworkId) -> Result<VerifiedBlock, Rejected> {
        let id = match self.signed_parts() {
            Ok((protected, payload)) => {
                id_of(&cose::sig_structure(protected, network, PURPOSE, payload))
            }
            Err(_) => self.statement.id(network),
        };
        self.with_id(id)
    }

    /// Header and payload as they lie in the envelope. Only canonical bytes are read, so these are
    /// the ones that both give when they are written again.
    fn signed_parts(&self) -> Result<(&[u8], &[u8]), Malformed> {
        let mut reader = Reader::new(&self.bytes, limits::ENVELOPE_BYTES_MAX, WHAT)?;
        reader.array_of(2, "the two parts of a block envelope")?;
        let mut statement = reader.nested(limits::STATEMENT_BYTES_MAX)?;
        let sign1 = Sign1::read(&mut statement, limits::PAYLOAD_BYTES_MAX)?;
        Ok((sign1.protected.remaining(), sign1.payload.remaining()))
    }

    fn with_id(self, id: BlockId) -> Result<VerifiedBlock, Rejected> {
        let payload = &self.statement.payload;
        let leaves: Vec<_> = self.slots.iter().map(Slot::leaf).collect();
        if merkle::root_from_leaves(&leaves) != payload.items_root {
            return Err(Rejected::ItemsRoot);
        }
        let present: usize = self
            .slots
            .iter()
            .filter_map(Slot::item)
            .map(Item::size)
            .sum();
        let erased = self
            .slots
            .iter()
            .filter(|slot| slot.item().is_none())
            .count();
        if !payload.fits(present, erased) {
            return Err(Rejected::ItemsLength);
        }
        Ok(VerifiedBlock(Arc::new(Verified { id, block: self })))
    }
}

impl fmt::Debug for SignedBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "SignedBlock({:?}, {} items)",
            self.statement.header,
            self.slots.len()
        )
    }
}

#[derive(PartialEq, Eq)]
struct Verified {
    id: BlockId,
    block: SignedBlock,
}

/// A block that is authentic: its author signed it for this network, and its items are the ones
/// that were signed. Cloning shares.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifiedBlock(Arc<Verified>);

impl VerifiedBlock {
    /// Its id.
    pub fn id(&self) -> &BlockId {
        &self.0.id
    }

    /// Its header.
    pub fn header(&self) -> &Header {
        &self.0.block.statement.header
    }

    /// What the signature says about the items.
    pub fn payload(&self) -> &Payload {
        &self.0.block.statement.payload
    }

    /// The places of its items, in order.
    pub fn slots(&self) -> &[Slot] {
        &self.0.block.slots
    }

    /// The items that are still there, with their index.
    pub fn items(&self) -> impl Iterator<Item = (u16, &Item)> {
        (0..)
            .zip(self.slots())
            .filter_map(|(index, slot)| Some((index, slot.item()?)))
    }

    /// The signed `COSE_Sign1` bytes.
    pub fn statement(&self) -> Vec<u8> {
        self.0.block.statement.to_bytes()
    }

    /// The wire envelope.
    pub fn bytes(&self) -> &[u8] {
        &self.0.block.bytes
    }

    /// Whether no item was erased.
    pub fn is_whole(&self) -> bool {
        self.slots().iter().all(|slot| slot.item().is_some())
    }

    /// The tree of the items' leaves below `items_root`, from which their paths come.
    pub fn items_tree(&self) -> FullNodes {
        let leaves: Vec<_> = self.slots().iter().map(Slot::leaf).collect();
        FullNodes::of(&leaves)
    }

    /// The same block with these items erased: body and salt are gone, id and proofs stay.
    /// Indices that do not exist change nothing.
    #[must_use]
    pub fn erase(&self, indices: &[u16]) -> Self {
        let slots = (0u16..)
            .zip(self.slots())
            .map(|(index, slot)| {
                if indices.contains(&index) {
                    Slot::Erased(slot.leaf())
                } else {
                    slot.clone()
                }
            })
            .collect();
        let block = SignedBlock::assemble(self.0.block.statement.clone(), slots);
        Self(Arc::new(Verified {
            id: self.0.id,
            block,
        }))
    }
}

impl fmt::Debug for VerifiedBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifiedBlock({}, {:?})", self.0.id, self.0.block)
    }
}

#[cfg(test)]
mod tests;
