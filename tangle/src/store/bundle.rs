//! A bundle: blocks with their items in one file, for carrying between nodes that cannot talk,
//! and for handing a part of a ledger to somebody. It says of which network it is, and whoever
//! takes it in checks every signature, so where it has been does not matter.
//!
//! ```text
//! 0   8  magic "TNGLBNDL"
//! 8   4  version, 1
//! 12  4  length of the genesis, then the genesis
//!     4  length of an envelope, then the envelope      for each block, parents first
//!     4  zero
//!     8  number of blocks
//!     32 BLAKE3 of all bytes before
//! ```
//! Numbers are little-endian. Items that were erased are erased in the bundle as well.

use std::collections::BTreeSet;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;

use tangle_verify::{BlockId, Genesis, NetworkId, SignedBlock, VerifiedBlock, limits};
use thiserror::Error;

use super::gate::gate_all;
use super::reader::Reader;
use super::tangle::{Receipt, ReceiptStatus, Tangle};
use crate::error::Broken;

const MAGIC: &[u8; 8] = b"TNGLBNDL";
const VERSION: u32 = 1;
/// Blocks that are checked and submitted together.
const GROUP: usize = 1000;
/// Envelopes that are checked and submitted together, bytes.
const GROUP_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Which blocks go into a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// All of them.
    All,
    /// Those recorded in this range of the order in which this node recorded them, from 0.
    Recorded(Range<u64>),
    /// These blocks and everything they approve, directly or not.
    Cone(Vec<BlockId>),
}

/// What went into a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exported {
    /// Blocks.
    pub blocks: u64,
    /// Bytes of the bundle.
    pub bytes: u64,
}

/// What became of the blocks of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Imported {
    /// Recorded now.
    pub recorded: u64,
    /// Recorded before.
    pub known: u64,
    /// Not durable: they wait for blocks that neither ledger nor bundle has.
    pub waiting: u64,
    /// Not taken, with the reason; the first hundred.
    pub rejected: Vec<(BlockId, String)>,
    /// How many were not taken.
    pub rejected_count: u64,
}

/// Why a bundle cannot be written or taken in.
#[derive(Debug, Error)]
pub enum BundleError {
    /// The bundle's own file failed.
    #[error("cannot read or write the bundle")]
    Io(#[source] io::Error),
    /// The bytes are not a whole bundle as it was written.
    #[error("the bundle is damaged at byte {offset}: {what}")]
    Damaged {
        /// Offset in the bundle, bytes.
        offset: u64,
        /// What is wrong there.
        what: String,
    },
    /// It carries blocks of another network.
    #[error("the bundle is of another network, {name:?}")]
    OtherNetwork {
        /// Name in its genesis.
        name: String,
    },
    /// A block that was asked for is not recorded here.
    #[error("the block {0} is not recorded")]
    Unknown(BlockId),
    /// The ledger failed.
    #[error(transparent)]
    Broken(#[from] Broken),
}

impl Reader {
    /// Writes the selected blocks to `out`, in the order in which they were recorded.
    pub fn export(
        &self,
        selection: &Selection,
        out: &mut dyn Write,
    ) -> Result<Exported, BundleError> {
        let mut out = Summed::new(out);
        let genesis = self.genesis().to_bytes();
        out.put(MAGIC)?;
        out.put(&VERSION.to_le_bytes())?;
        out.chunk(&genesis)?;
        let mut blocks = 0_u64;
        let mut put = |lid: u64| -> Result<(), BundleError> {
            out.chunk(self.recorded_at(lid)?.bytes())?;
            blocks += 1;
            Ok(())
        };
        match selection {
            Selection::All => (0..self.recorded()).try_for_each(&mut put)?,
            Selection::Recorded(range) => {
                (range.start..range.end.min(self.recorded())).try_for_each(&mut put)?;
            }
            Selection::Cone(heads) => self.cone(heads)?.into_iter().try_for_each(&mut put)?,
        }
        out.put(&0_u32.to_le_bytes())?;
        out.put(&blocks.to_le_bytes())?;
        let sum = *out.hasher.finalize().as_bytes();
        out.put(&sum)?;
        out.to.flush().map_err(BundleError::Io)?;
        Ok(Exported {
            blocks,
            bytes: out.bytes,
        })
    }

    /// Local ids of a past cone, ascending, which is parents first.
    fn cone(&self, heads: &[BlockId]) -> Result<BTreeSet<u64>, BundleError> {
        let mut open = Vec::new();
        let mut cone = BTreeSet::new();
        for head in heads {
            open.push(self.lid(head)?.ok_or(BundleError::Unknown(*head))?);
        }
        while let Some(lid) = open.pop() {
            if !cone.insert(lid) {
                continue;
            }
            for below in self.recorded_at(lid)?.header().approved() {
                let lid = self.lid(below)?.ok_or(BundleError::Unknown(*below))?;
                if !cone.contains(&lid) {
                    open.push(lid);
                }
            }
        }
        Ok(cone)
    }
}

impl Tangle {
    /// Takes in the blocks of a bundle, every signature checked, on up to `threads` threads. The
    /// bundle is read twice: nothing of one that is damaged or cut short is taken.
    pub fn import(
        &mut self,
        bundle: &mut (impl Read + Seek),
        now_ms: u64,
        threads: usize,
    ) -> Result<Imported, BundleError> {
        let network = *self.network();
        read_bundle(bundle, &network, threads, |blocks| {
            self.submit(blocks, now_ms).map_err(BundleError::from)
        })
    }
}

/// Reads a bundle for this network and hands its authentic blocks to `take`, group by group in
/// their order; `take` answers with one receipt for each. Signatures are checked on up to
/// `threads` threads. The bundle is read twice: of one that is damaged, cut short or of another
/// network nothing is handed over.
pub fn read_bundle<E: From<BundleError>>(
    bundle: &mut (impl Read + Seek),
    network: &NetworkId,
    threads: usize,
    mut take: impl FnMut(Vec<VerifiedBlock>) -> Result<Vec<Receipt>, E>,
) -> Result<Imported, E> {
    let start = bundle.stream_position().map_err(BundleError::Io)?;
    let mut whole = Chunks::open(io::BufReader::new(&mut *bundle))?;
    if whole.genesis.network_id() != *network {
        let name = whole.genesis.name.clone();
        return Err(BundleError::OtherNetwork { name }.into());
    }
    while let Some(wire) = whole.next()? {
        if let Err(error) = SignedBlock::decode(&wire) {
            let what = format!("block {} of it is no block: {error}", whole.count);
            return Err(whole.damaged(&what).into());
        }
    }
    let back = bundle.seek(SeekFrom::Start(start));
    back.map_err(BundleError::Io)?;
    let mut chunks = Chunks::open(io::BufReader::new(bundle))?;
    let mut imported = Imported::default();
    let mut group = Vec::new();
    let mut bytes = 0;
    loop {
        let next = chunks.next()?;
        let ended = next.is_none();
        if let Some(wire) = next {
            bytes += wire.len();
            group.push(wire);
        }
        if ended || group.len() >= GROUP || bytes >= GROUP_BYTES_MAX {
            let blocks = authentic(&group, network, threads, &mut imported);
            for receipt in take(blocks)? {
                imported.count(receipt);
            }
            group.clear();
            bytes = 0;
        }
        if ended {
            return Ok(imported);
        }
    }
}

/// The blocks whose signatures hold; the others are counted as rejected.
fn authentic(
    wires: &[Vec<u8>],
    network: &NetworkId,
    threads: usize,
    imported: &mut Imported,
) -> Vec<VerifiedBlock> {
    let mut blocks = Vec::with_capacity(wires.len());
    for (wire, answer) in wires.iter().zip(gate_all(wires, network, threads)) {
        match (answer, SignedBlock::decode(wire)) {
            (Ok(block), _) => blocks.push(block),
            (Err(why), Ok(block)) => imported.reject(block.id(network), why.to_string()),
            // Read before, and read otherwise now: the file changed meanwhile.
            (Err(why), Err(_)) => imported.reject(BlockId::new([0; 32]), why.to_string()),
        }
    }
    blocks
}

impl Imported {
    fn count(&mut self, receipt: Receipt) {
        match receipt.status {
            ReceiptStatus::Recorded => self.recorded += 1,
            ReceiptStatus::Known => self.known += 1,
            ReceiptStatus::Waiting { .. } => self.waiting += 1,
            ReceiptStatus::Rejected(why) => self.reject(receipt.id, why.to_string()),
        }
    }

    fn reject(&mut self, id: BlockId, why: String) {
        self.rejected_count += 1;
        if self.rejected.len() < 100 {
            self.rejected.push((id, why));
        }
    }
}

/// Writes and sums.
struct Summed<'a> {
    to: &'a mut dyn Write,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl<'a> Summed<'a> {
    fn new(to: &'a mut dyn Write) -> Self {
        Self {
            to,
            hasher: blake3::Hasher::new(),
            bytes: 0,
        }
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), BundleError> {
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
        self.to.write_all(bytes).map_err(BundleError::Io)
    }

    fn chunk(&mut self, bytes: &[u8]) -> Result<(), BundleError> {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.put(&length.to_le_bytes())?;
        self.put(bytes)
    }
}

/// Reads and sums.
struct Chunks<R> {
    from: R,
    hasher: blake3::Hasher,
    at: u64,
    count: u64,
    genesis: Genesis,
}

impl<R: Read> Chunks<R> {
    fn open(from: R) -> Result<Self, BundleError> {
        let root = tangle_verify::KeyId::new([0; 32]);
        let mut chunks = Self {
            from,
            hasher: blake3::Hasher::new(),
            at: 0,
            count: 0,
            genesis: Genesis {
                name: String::new(),
                created_ms: 0,
                root,
            },
        };
        if &chunks.take::<8>()? != MAGIC {
            return Err(chunks.damaged("it does not start as a bundle does"));
        }
        let version = u32::from_le_bytes(chunks.take()?);
        if version != VERSION {
            return Err(chunks.damaged(&format!("it has version {version}, not {VERSION}")));
        }
        let genesis = chunks.chunk(limits::GENESIS_BYTES_MAX)?;
        let genesis = genesis.and_then(|bytes| Genesis::from_bytes(&bytes).ok());
        chunks.genesis = genesis.ok_or_else(|| chunks.damaged("its genesis is not readable"))?;
        Ok(chunks)
    }

    /// The next envelope; `None` at the end, after the count and the checksum held.
    fn next(&mut self) -> Result<Option<Vec<u8>>, BundleError> {
        let chunk = self.chunk(super::frame::PAYLOAD_BYTES_MAX)?;
        if chunk.is_some() {
            self.count += 1;
            return Ok(chunk);
        }
        let count = u64::from_le_bytes(self.take()?);
        if count != self.count {
            let what = format!("it has {} blocks, not {count}", self.count);
            return Err(self.damaged(&what));
        }
        let wanted = *self.hasher.finalize().as_bytes();
        if self.take::<32>()? != wanted {
            return Err(self.damaged("its bytes do not give its checksum"));
        }
        Ok(None)
    }

    fn chunk(&mut self, max: usize) -> Result<Option<Vec<u8>>, BundleError> {
        let length = u32::from_le_bytes(self.take()?) as usize;
        if length == 0 {
            return Ok(None);
        }
        if length > max {
            return Err(self.damaged(&format!("a part of {length} bytes, at most {max} are read")));
        }
        let mut bytes = vec![0; length];
        self.fill(&mut bytes)?;
        Ok(Some(bytes))
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], BundleError> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), BundleError> {
        match self.from.read_exact(bytes) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(self.damaged("it ends too early"));
            }
            Err(error) => return Err(BundleError::Io(error)),
        }
        self.hasher.update(bytes);
        self.at += bytes.len() as u64;
        Ok(())
    }

    fn damaged(&self, what: &str) -> BundleError {
        BundleError::Damaged {
            offset: self.at,
            what: what.into(),
        }
    }
}
