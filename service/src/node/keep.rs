//! Keeping a ledger over the years while the node runs: a copy of all of it, blocks that come in
//! a file, items whose time has come.
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use serde_json::json;
use tangle::store::Wanted;
use tangle::{
    BlockId, Broken, BundleError, Copied, Erased, Imported, Item, Kind, Media, Ordered, Outcome,
    Reader, ReceiptStatus, RetentionClass, VerifiedBlock, read_bundle,
};

use super::fold::Fold;
use super::writer::Request;
use super::{Node, shutting_down};
use crate::app::failure::{Code, Failure};
use crate::copy::{self, Copying};
use crate::keys::DataDir;

/// Blocks looked at for one step of a retention run.
const DUE_BLOCKS: u64 = 10_000;
/// Blocks of which one call erases items at most.
const ERASED_BLOCKS_MAX: usize = 10_000;

/// Blocks without effect that are named after an import.
const QUARANTINED_NAMED_MAX: usize = 100;

/// What to erase.
#[derive(Clone, Debug, Default)]
pub struct Erasing {
    /// Items, by their block.
    pub items: Vec<Wanted>,
    /// And those that are older than their class is kept.
    pub classes: Vec<RetentionClass>,
    /// Why: recorded for good, so no personal data.
    pub reason: String,
    /// Only say what would be erased.
    pub dry_run: bool,
}

/// What was erased, or would be.
#[derive(Clone, Debug)]
pub struct Erasure {
    /// Numbers; of a dry run blocks and items only.
    pub erased: Erased,
    /// The blocks with the indices of the items.
    pub items: Vec<Wanted>,
    /// The block that records the reason; `None` after a dry run.
    pub attestation: Option<BlockId>,
}

/// What became of a bundle.
#[derive(Clone, Debug)]
pub struct TakenIn {
    /// Numbers, and what was not taken.
    pub imported: Imported,
    /// The first hundred of the new blocks that are recorded and have no effect.
    pub quarantined: Vec<(BlockId, Outcome)>,
    /// How many those are.
    pub quarantined_count: usize,
}

impl Node {
    /// Copies the running node into `name` below the configured folder for backups, and gives
    /// the path. Recording goes on meanwhile; the copy has everything acknowledged before.
    ///
    /// # Errors
    /// `unprocessable` without a configured folder or with an unfit name, `conflict` when the
    /// name is taken or another backup runs.
    pub fn backup(&self, name: &str, what: Copying) -> Result<(PathBuf, Copied), Failure> {
        let unfit = |text: &str| Failure::new(Code::Unprocessable, text);
        let folder = self.0.backups.as_ref().ok_or_else(|| {
            unfit("this node has no folder for backups: set backup.dir (serve --backup-dir)")
        })?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if name.starts_with('.') || !(1..=64).contains(&name.len()) || !name.bytes().all(plain) {
            return Err(unfit(
                "a backup's name has 1 to 64 letters, digits, `-`, `_` and `.`, no `.` first",
            ));
        }
        let Ok(_one) = self.0.copying.try_lock() else {
            return Err(Failure::new(Code::Conflict, "another backup is running"));
        };
        let to = DataDir::new(&folder.join(name));
        let copied = self.with_reader(|reader| {
            copy::copy(reader, Some(self.store()), &self.0.data, &to, what)
        })?;
        let copied = copied.map_err(|error| match error {
            copy::CopyError::Exists(path) => {
                Failure::new(Code::Conflict, format!("{path} already holds a node"))
            }
            other => Failure::internal(other),
        })?;
        // Opening the copy once makes its index and shows that it opens.
        super::open_ledger(to.root())
            .map_err(Failure::internal)?
            .close()
            .map_err(Failure::internal)?;
        Ok((to.root().to_path_buf(), copied))
    }

    /// A path for a file of this node that is gone after use, which nobody else has.
    pub(crate) fn scratch(&self, name: &str) -> Result<PathBuf, Failure> {
        let dir = self.0.data.root().join("scratch");
        crate::keys::make_private_dir(&dir).map_err(Failure::internal)?;
        Ok(dir.join(format!("{}.{name}", self.world().uuid())))
    }

    /// Takes in the blocks of a bundle file, as if they had been uploaded one by one.
    ///
    /// # Errors
    /// `malformed` for a damaged bundle, `unprocessable` for one of another network, and what
    /// recording fails with; blocks that are not taken, or have no effect, are no error.
    pub fn import(&self, bundle: &Path) -> Result<TakenIn, Failure> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
        let mut file = File::open(bundle).map_err(Failure::internal)?;
        let take = |blocks| self.ask(|reply| Request::Submit { blocks, reply });
        let mut fresh = Vec::new();
        let imported = read_bundle(&mut file, self.network(), cores, |blocks| {
            let ids: Vec<_> = blocks.iter().map(|it| *it.id()).collect();
            let receipts = take(blocks).map_err(ImportError::Node)?;
            let new = ids.into_iter().zip(&receipts);
            let new = new.filter(|(_, receipt)| receipt.status != ReceiptStatus::Known);
            fresh.extend(new.map(|(id, _)| id));
            Ok(receipts)
        });
        let imported = imported.map_err(ImportError::into_failure)?;
        Ok(self.taken_in(imported, &fresh))
    }

    /// What became of blocks that were new. They were ordered before their receipts came.
    fn taken_in(&self, imported: Imported, fresh: &[BlockId]) -> TakenIn {
        let fold = self.fold();
        let void = fresh.iter().filter_map(|id| {
            let outcome = *fold.outcomes.get(id)?;
            matches!(outcome, Outcome::Quarantined { .. }).then_some((*id, outcome))
        });
        let void: Vec<_> = void.collect();
        TakenIn {
            imported,
            quarantined_count: void.len(),
            quarantined: void.into_iter().take(QUARANTINED_NAMED_MAX).collect(),
        }
    }

    /// Erases items of final blocks. First a block of this node's operator records why; then the
    /// order is folded again without the items, and nothing is erased if a later block would be
    /// concluded otherwise without them. From then on this node knows the items no more.
    ///
    /// # Errors
    /// `unprocessable` for items that may not be erased, with the reason.
    pub fn erase(&self, erasing: &Erasing) -> Result<Erasure, Failure> {
        let wanted = self.wanted(erasing)?;
        self.refuse_unfit(&wanted)?;
        if wanted.is_empty() {
            let text = "there is nothing to erase: no item was named, and none is due";
            return Err(Failure::new(Code::Unprocessable, text));
        }
        let map: BTreeMap<_, _> = wanted.iter().cloned().collect();
        let attestation = if erasing.dry_run {
            None
        } else {
            Some(self.attest(&wanted, &erasing.reason)?)
        };
        let trial = self.with_reader(|reader| refolded(reader, &map))??;
        let erased = if erasing.dry_run {
            Erased {
                blocks: wanted.len() as u64,
                items: wanted.iter().map(|(_, items)| items.len() as u64).sum(),
                segments: 0,
            }
        } else {
            let items = wanted.clone();
            let trial = Box::new(trial);
            self.ask(|reply| Request::Erase {
                items,
                trial,
                reply,
            })?
        };
        Ok(Erasure {
            erased,
            items: wanted,
            attestation,
        })
    }

    /// The items named and those whose time has come.
    fn wanted(&self, erasing: &Erasing) -> Result<Vec<Wanted>, Failure> {
        let mut wanted: BTreeMap<BlockId, Vec<u16>> = BTreeMap::new();
        for (id, items) in &erasing.items {
            wanted.entry(*id).or_default().extend(items);
        }
        let now_ms = self.world().now_unsigned_ms();
        let mut from = (!erasing.classes.is_empty()).then_some(0);
        while let Some(start) = from {
            let (due, next) =
                self.read(|reader| reader.due(&erasing.classes, now_ms, start, DUE_BLOCKS))?;
            for (id, items) in due {
                let is_final = self.read(|reader| reader.status(&id))?;
                if is_final == Some(tangle::Status::Final) {
                    wanted.entry(id).or_default().extend(items);
                }
            }
            // What is left over is due the next time.
            from = next.filter(|_| wanted.len() < ERASED_BLOCKS_MAX);
        }
        let sorted = wanted.into_iter().map(|(id, mut items)| {
            items.sort_unstable();
            items.dedup();
            (id, items)
        });
        Ok(sorted.collect())
    }

    /// What the ledger would refuse is told before anything is recorded.
    fn refuse_unfit(&self, wanted: &[Wanted]) -> Result<(), Failure> {
        for (id, items) in wanted {
            let refuse = |text: &str| {
                let text = format!("block {id}: {text}");
                Err(Failure::new(Code::Unprocessable, text))
            };
            let Some(block) = self.block(id)? else {
                return Err(Failure::not_found("block"));
            };
            if block.header().kind == Kind::Registry {
                return refuse("items of registry blocks are needed for good");
            }
            if self.read(|reader| reader.status(id))? != Some(tangle::Status::Final) {
                return refuse("no signed checkpoint covers it yet; ask again in a moment");
            }
            let slots = block.slots();
            let gone = |item: &&u16| slots.get(usize::from(**item)).is_none();
            if let Some(item) = items.iter().find(gone) {
                return refuse(&format!("it has no item {item}"));
            }
        }
        Ok(())
    }

    /// Records, signed by the operator, which items are erased and why.
    fn attest(&self, wanted: &[Wanted], reason: &str) -> Result<BlockId, Failure> {
        let items: Vec<_> = wanted
            .iter()
            .map(|(id, items)| json!({ "block": id.to_string(), "items": items }))
            .collect();
        let blocks = items.chunks(1_000).map(|items| {
            let body = json!({ "erase": items, "reason": reason, "type": "erasure" });
            let body = serde_json_canonicalizer::to_vec(&body).map_err(Failure::internal)?;
            Ok(vec![Item {
                salt: self.world().salt(),
                media: Media::ATTESTATION,
                body,
            }])
        });
        let blocks = blocks.collect::<Result<Vec<_>, Failure>>()?;
        let ids = self.author(self.signer(None)?, Kind::Attestation, blocks)?;
        ids.first().copied().ok_or_else(shutting_down)
    }
}

/// The state as the order gives it without these items. The whole order is folded: the state is a
/// sum over it from which one event cannot be taken out again (a later event may rest on what the
/// erased one said, or be judged against it), and no state of an earlier milestone is kept from
/// which to go on. Erasing is rare, and the node records meanwhile.
fn refolded(reader: &Reader, wanted: &BTreeMap<BlockId, Vec<u16>>) -> Result<Fold, Failure> {
    let mut fold = Fold::new(reader.genesis().root);
    for ordered in reader.replay(0).map_err(Failure::internal)? {
        refold(
            &mut fold,
            ordered.map_err(Failure::internal)?,
            wanted,
            reader,
        )?;
    }
    Ok(fold)
}

/// Folds one milestone more without the items; refuses if a block whose items stay would have
/// another outcome than the one in the log.
pub(super) fn refold(
    fold: &mut Fold,
    mut ordered: Ordered,
    wanted: &BTreeMap<BlockId, Vec<u16>>,
    reader: &Reader,
) -> Result<(), Failure> {
    for block in &mut ordered.blocks {
        if let Some(items) = wanted.get(block.id()) {
            *block = block.erase(items);
        }
    }
    let outcomes = fold.ordered(&ordered);
    let whole = |(block, _): &(&VerifiedBlock, Outcome)| block.is_whole();
    for (block, outcome) in ordered.blocks.iter().zip(outcomes).filter(whole) {
        let id = block.id();
        let recorded = reader.outcome(id).map_err(Failure::internal)?;
        let recorded = recorded.unwrap_or(Outcome::Applied);
        if recorded != outcome {
            let text = format!(
                "without these items block {id} would be {outcome}, and the log says {recorded}: \
                 they are still needed"
            );
            return Err(Failure::new(Code::Unprocessable, text));
        }
    }
    recall(fold, &ordered, reader).map_err(Failure::internal)
}

/// Of blocks whose items are gone the log's word stands: nobody can judge them again.
pub(super) fn recall(fold: &mut Fold, ordered: &Ordered, reader: &Reader) -> Result<(), Broken> {
    for block in ordered.blocks.iter().filter(|block| !block.is_whole()) {
        match reader.outcome(block.id())?.unwrap_or(Outcome::Applied) {
            Outcome::Applied => {
                fold.outcomes.remove(block.id());
            }
            other => {
                fold.outcomes.insert(*block.id(), other);
            }
        }
    }
    Ok(())
}

enum ImportError {
    Bundle(BundleError),
    Node(Failure),
}

impl From<BundleError> for ImportError {
    fn from(error: BundleError) -> Self {
        Self::Bundle(error)
    }
}

impl ImportError {
    fn into_failure(self) -> Failure {
        match self {
            Self::Node(failure) => failure,
            Self::Bundle(error @ BundleError::Damaged { .. }) => {
                Failure::new(Code::Malformed, error.to_string())
            }
            Self::Bundle(error @ BundleError::OtherNetwork { .. }) => {
                Failure::new(Code::Unprocessable, error.to_string())
            }
            Self::Bundle(other) => Failure::internal(other),
        }
    }
}
