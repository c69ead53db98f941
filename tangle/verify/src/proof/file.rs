//! The proof file as a value: strict reading and the only writer.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use thiserror::Error;

use crate::base64;
use crate::block::VerifiedBlock;
use crate::cbor::{Reader, Writer};
use crate::checkpoint::{Note, NoteError, VerifierKey, parse_base64, parse_decimal, parse_hash};
use crate::error::{Fault, Malformed};
use crate::item::Item;
use crate::limits;
use crate::merkle::Hash;
use crate::text::{at_empty_line, decimal, lines as lines_of};

const MAGIC: &str = "c2sp.org/tlog-proof@v1";
const WHAT: &str = "proof";

/// Bytes that are not a proof file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProofError {
    /// More bytes than a proof file may have.
    #[error("the file has more than {max} bytes")]
    TooLarge {
        /// The bound.
        max: usize,
    },
    /// Not UTF-8.
    #[error("the file is not utf-8 text after byte {at}")]
    NotText {
        /// Bytes that are good.
        at: usize,
    },
    /// A line that is not as the format wants it.
    #[cfg_attr(feature = "words", error("line {line} of the file: {reason}"))]
    #[cfg_attr(not(feature = "words"), error("a line"))]
    Line {
        /// Number of the line, from 1.
        #[cfg(feature = "words")]
        line: usize,
        /// What is wrong with it.
        #[cfg(feature = "words")]
        reason: &'static str,
    },
    /// The content of the `extra` line.
    #[error("the extra line: {0}")]
    Extra(#[from] Malformed),
    /// The signed checkpoint.
    #[error("the checkpoint: {0}")]
    Note(#[from] NoteError),
}

impl ProofError {
    #[cfg(feature = "words")]
    const fn line(line: usize, reason: &'static str) -> Self {
        Self::Line { line, reason }
    }

    #[cfg(not(feature = "words"))]
    const fn line(_: usize, _: &'static str) -> Self {
        Self::Line {}
    }
}

/// An item shown by the proof, with its path to the block's `items_root`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofItem {
    /// Its place in the block.
    pub index: u16,
    /// The item.
    pub item: Item,
    /// The path from its leaf, at most 12 hashes.
    pub path: Vec<Hash>,
}

impl ProofItem {
    /// Takes items out of a block; `None` if one does not exist or is erased. Indices may come
    /// in any order; repeated ones count once.
    pub fn of(block: &VerifiedBlock, indices: &[u16]) -> Option<Vec<Self>> {
        let mut indices = indices.to_vec();
        indices.sort_unstable();
        indices.dedup();
        let tree = block.items_tree();
        let take = |index: u16| {
            let item = block.slots().get(usize::from(index))?.item()?.clone();
            Some(Self {
                index,
                item,
                path: tree.inclusion_path(index.into())?,
            })
        };
        indices.into_iter().map(take).collect()
    }
}

/// A proof file taken apart; nothing is checked but its form. Parts that are checked by a later
/// step of [`super::verify`] stay bytes here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofFile {
    /// Canonical bytes of the network's genesis.
    pub genesis: Vec<u8>,
    /// The block's signed `COSE_Sign1`.
    pub statement: Vec<u8>,
    /// The block's leaf in the ordered log.
    pub leaf: Vec<u8>,
    /// Disclosed items, ascending by index.
    pub items: Vec<ProofItem>,
    /// The key of each signature line of the checkpoint, in the same order.
    pub keys: Vec<VerifierKey>,
    /// Index of the leaf in the log.
    pub index: u64,
    /// The path from the leaf to the checkpoint's root.
    pub path: Vec<Hash>,
    /// The signed checkpoint.
    pub note: Note,
}

impl ProofFile {
    /// Reads a proof file. Whatever is not the one spelling of a proof is refused.
    pub fn decode(bytes: &[u8]) -> Result<Self, ProofError> {
        if bytes.len() > limits::PROOF_BYTES_MAX {
            return Err(ProofError::TooLarge {
                max: limits::PROOF_BYTES_MAX,
            });
        }
        let text = core::str::from_utf8(bytes).map_err(|error| ProofError::NotText {
            at: error.valid_up_to(),
        })?;
        let fail = ProofError::line;
        let (head, note) =
            at_empty_line(text, false).ok_or(fail(1, "no empty line before the checkpoint"))?;
        let mut lines = lines_of(head);
        if lines.next() != Some(MAGIC) {
            return Err(fail(1, "a proof starts with c2sp.org/tlog-proof@v1"));
        }
        let extra = lines
            .next()
            .and_then(|line| line.strip_prefix("extra "))
            .and_then(|value| parse_base64(value, limits::PROOF_BYTES_MAX))
            .ok_or(fail(2, "the second line is extra and canonical base64"))?;
        let index = lines
            .next()
            .and_then(|line| line.strip_prefix("index "))
            .and_then(parse_decimal)
            .ok_or(fail(3, "the third line is index and a decimal number"))?;
        let mut path = Vec::new();
        for (line, hash) in (4..).zip(lines) {
            if path.len() == limits::PATH_HASHES_MAX {
                return Err(fail(line, "more hashes than a path can have"));
            }
            path.push(parse_hash(hash).ok_or(fail(line, "a hash is 32 bytes of base64"))?);
        }
        let note = Note::parse(note)?;
        let file = Self {
            index,
            path,
            note,
            ..Self::read_extra(&extra)?
        };
        // Every field above was read strictly, so this cannot differ; it is the promise itself.
        if file.encode().as_bytes() == bytes {
            Ok(file)
        } else {
            Err(fail(1, "the file is not in its one canonical spelling"))
        }
    }

    /// The file's text.
    pub fn encode(&self) -> String {
        let extra = base64::encode(&self.write_extra());
        let mut out = [MAGIC, "\nextra ", &extra, "\n"].concat();
        out.push_str("index ");
        decimal(&mut out, self.index);
        out.push('\n');
        for hash in &self.path {
            out.push_str(&base64::encode(hash));
            out.push('\n');
        }
        out.push('\n');
        out.push_str(&self.note.to_text());
        out
    }

    fn write_extra(&self) -> Vec<u8> {
        let mut out = Writer::with_capacity(1024);
        out.array(6)
            .uint(1)
            .bytes(&self.genesis)
            .bytes(&self.statement)
            .bytes(&self.leaf);
        out.array(self.items.len());
        for shown in &self.items {
            out.array(3).uint(shown.index.into());
            shown.item.write(&mut out);
            out.array(shown.path.len());
            for hash in &shown.path {
                out.bytes(hash);
            }
        }
        out.array(self.keys.len());
        for key in &self.keys {
            out.text(&key.to_text());
        }
        out.into_vec()
    }

    /// Everything but index, path and note, which stay empty.
    fn read_extra(extra: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(extra, limits::PROOF_BYTES_MAX, WHAT)?;
        reader.array_of(6, "the six parts of a proof")?;
        reader.exactly(1, "version 1")?;
        let genesis = reader.bytes(limits::GENESIS_BYTES_MAX)?.to_vec();
        let statement = reader.bytes(limits::STATEMENT_BYTES_MAX)?.to_vec();
        let leaf = reader.bytes(limits::LEAF_BYTES_MAX)?.to_vec();
        let items = read_items(&mut reader)?;
        let count = reader.array(limits::NOTE_SIGNATURES_MAX)?;
        let keys = (0..count)
            .map(|_| read_key(&mut reader))
            .collect::<Result<_, _>>()?;
        reader.finish()?;
        let note = Note {
            text: String::new(),
            signatures: Vec::new(),
        };
        Ok(Self {
            genesis,
            statement,
            leaf,
            items,
            keys,
            index: 0,
            path: Vec::new(),
            note,
        })
    }
}

fn read_items(reader: &mut Reader<'_>) -> Result<Vec<ProofItem>, Malformed> {
    let count = reader.array(limits::ITEMS_MAX)?;
    let mut items: Vec<ProofItem> = Vec::new();
    for _ in 0..count {
        let before = reader.clone();
        reader.array_of(3, "index, item and path")?;
        let index = reader.u16()?;
        if items.last().is_some_and(|last| last.index >= index) {
            return Err(before.fail(Fault::Order));
        }
        let item = Item::read(reader)?;
        let hashes = reader.array(limits::PATH_HASHES_MAX)?;
        let path = (0..hashes)
            .map(|_| reader.fixed("a hash of 32 bytes"))
            .collect::<Result<_, _>>()?;
        items.push(ProofItem { index, item, path });
    }
    Ok(items)
}

fn read_key(reader: &mut Reader<'_>) -> Result<VerifierKey, Malformed> {
    let before = reader.clone();
    let text = reader.text(limits::NOTE_NAME_BYTES_MAX + 64)?.to_owned();
    text.parse()
        .map_err(|_| before.fail(Fault::Value("a pinned key is not a verifier key")))
}
