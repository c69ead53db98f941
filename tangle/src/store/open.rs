//! Making a ledger and opening one: holding what is there against what was pinned, restoring the
//! state at the index's mark, reading the rest from the log, cutting an unfinished end. An index
//! that is missing or damaged is made anew from the log; a damaged log is an error.

use std::collections::BTreeMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError, RwLock};

use tangle_verify::checkpoint::{Note, verify_note};
use tangle_verify::merkle::Frontier;
use tangle_verify::{Genesis, NetworkId, SignedMilestone, limits};

use super::apply::{Recorded, State};
use super::cosigned::read_witnessed;
use super::cut::parse_keys;
use super::erase;
use super::files::{File, Files, digest, read_all, write_whole};
use super::frame::{self, Draft, FrameKind};
use super::index::{INDEX, Index};
use super::log::{self, Log, SEGMENT_HEADER_BYTES, Scan, Scanned, Segments, segment_name};
use super::mark::{CLEAN, CLEAN_BYTES_MAX, Clean, Mark};
use super::rows::REGISTRY_KEY;
use super::shared::{PostingKeys, Shared, Signed, StopsWriting, View, stored_block};
use super::tangle::{Opened, Tangle, storage};
use super::tree;
use super::unordered::Unordered;
use super::{CHECKPOINT, CHECKPOINT_KEYS, GENESIS, Options};
use crate::error::Broken;
use crate::ledger::{Effect, Head, Input, Ledger};

impl Tangle {
    /// As [`Tangle::create`], over any files.
    pub fn create_over(
        files: &Arc<dyn Files>,
        genesis: &Genesis,
        options: &Options,
    ) -> Result<(), Broken> {
        genesis.check().map_err(Broken::Genesis)?;
        refuse_existing(files.as_ref())?;
        let network = genesis.network_id();
        let segments = Segments::new(Arc::clone(files), network, options.segment_bytes);
        segments.sweep()?;
        let bytes = genesis.to_bytes();
        let mut log = Log::create(Arc::new(segments))?;
        log.append(&[Draft::new(FrameKind::Genesis, &bytes)])?;
        write_whole(files.as_ref(), GENESIS, &bytes).map_err(storage(GENESIS))
    }

    /// As [`Tangle::open`], over any files.
    pub fn open_over(
        files: &Arc<dyn Files>,
        options: Options,
        keys: Box<dyn PostingKeys>,
    ) -> Result<Self, Broken> {
        let keys: Arc<dyn PostingKeys> = Arc::from(keys);
        let clean = read_clean(files.as_ref())?;
        let rebuild = clean
            .as_ref()
            .map(|it| pinned(files.as_ref(), it))
            .transpose()?
            .flatten();
        files
            .remove(CLEAN)
            .and_then(|()| files.sync_dir(""))
            .map_err(storage(CLEAN))?;
        let open = |rebuild| {
            let opening = Opening::new(Arc::clone(files), options)?;
            opening.open(Arc::clone(&keys), clean.as_ref(), rebuild)
        };
        match open(rebuild.clone()) {
            Err(error) if rebuild.is_none() && is_index_damage(&error) => open(Some(chain(&error))),
            opened => opened,
        }
    }

    /// Restores the state machine as it was at the mark.
    fn restore_ledger(&mut self) -> Result<(), Broken> {
        for lid in self.shared.index.postings(REGISTRY_KEY)? {
            let block = self.shared.load(&self.shared.row(lid)?)?;
            let admitted = self
                .ledger
                .registry
                .admit(&block.header().kid, block.items());
            admitted.map_err(|why| Broken::corrupt(INDEX, 0, why.to_string()))?;
        }
        for number in self.state.authors.values() {
            let Some(lid) = self.shared.index.head(*number)? else {
                continue;
            };
            let row = self.shared.row(lid)?;
            let id = *self.shared.load(&row)?.id();
            self.ledger.advance_head(Head {
                id,
                fact: self.state.fact(&row)?,
            });
        }
        for tip in &self.state.mark.tips {
            let missing = || Broken::corrupt(INDEX, 0, format!("the tip {tip} is missing"));
            let fact = self.fact(tip)?.ok_or_else(missing)?;
            self.ledger.tips.restore(*tip, fact);
        }
        for lid in self.state.mark.floor..self.state.mark.lids {
            let row = self.shared.row(lid)?;
            if row.position.is_none() {
                let block = self.shared.load(&row)?;
                let fact = self.state.fact(&row)?;
                self.state.open.insert(*block.id(), lid, None);
                self.ledger.graph.insert(*block.id(), block.header(), fact);
            }
        }
        Ok(())
    }

    /// Reads the log from the mark to its end; cuts an unfinished batch.
    fn replay_log(&mut self) -> Result<(), Broken> {
        let segments = Arc::clone(&self.shared.segments);
        let mut scan = Scan::new(&segments, self.state.mark.tail)?;
        let mut last = None;
        while let Some(batch) = scan.next_batch()? {
            // That another batch follows shows that those before it were synced. The last one may
            // not have been: the index must not name it before it is confirmed.
            if self.shared.index.fresh_blocks() >= self.options.flush_blocks_max {
                self.seal_rows()?;
            }
            last = batch.first().map(|frame| frame.at.place);
            for frame in batch {
                self.replay_frame(&frame)?;
            }
            self.state.mark.tail = scan.tail();
        }
        let tail = scan.tail();
        if let Some(until) = scan.torn_until() {
            log::cut(&segments, tail, until)?;
            self.opened.cut_bytes = u64::from(until.saturating_sub(tail.place.offset));
        }
        if tail.batch == 0 {
            let name = segment_name(0);
            return Err(Broken::corrupt(
                &name,
                SEGMENT_HEADER_BYTES.into(),
                "the log has no genesis",
            ));
        }
        // Whoever made the last segment may have stopped before its name was durable.
        segments.sync_folder()?;
        if let Some(last) = last {
            log::confirm(&segments, last, tail)?;
        }
        self.log = Log::resume(segments, tail)?;
        let unfinished = std::mem::take(&mut self.unfinished);
        self.strip(&unfinished)?;
        Ok(())
    }

    fn replay_frame(&mut self, frame: &Scanned) -> Result<(), Broken> {
        let place = frame.at.place;
        let corrupt =
            |what: String| Broken::corrupt(&segment_name(place.segment), place.offset.into(), what);
        match frame.kind {
            FrameKind::Genesis if frame.payload == self.shared.genesis.to_bytes() => Ok(()),
            FrameKind::Genesis => Err(corrupt("it is the log of another genesis".into())),
            FrameKind::Block => {
                let block = stored_block(&frame.payload, &self.shared.network);
                let block = block.map_err(corrupt)?;
                let past = self.past(&block)?;
                // The clock was judged when the block came in.
                let effects = self.ledger.handle(Input::Block { block, past }, u64::MAX);
                let mut recorded = recorded(effects, frame.at).map_err(corrupt)?;
                let head = self.ledger.head(&recorded.fact.seat.author);
                recorded.is_head = head.map(|head| head.id) == Some(*recorded.block.id());
                self.opened.replayed += 1;
                let keys = self.shared.keys.as_ref();
                self.state.blocks(&self.shared.index, keys, [recorded])
            }
            FrameKind::Erasure => {
                let erasures = erase::decode(&frame.payload);
                let erasures = erasures.map_err(|error| corrupt(error.to_string()))?;
                self.kept
                    .extend(erasures.iter().map(|it| (it.id, it.outcome)));
                self.unfinished.extend(erasures);
                Ok(())
            }
            FrameKind::Milestone => {
                let milestone = SignedMilestone::decode(&frame.payload)
                    .map_err(|error| corrupt(error.to_string()))?;
                // Its signature was checked when it came in, like those of blocks.
                let digest = milestone.digest(&self.shared.network);
                let milestone = milestone
                    .verify_stored(&self.shared.network, &digest)
                    .map_err(|error| corrupt(error.to_string()))?;
                let (mark, found) = (&self.state.mark, milestone.milestone());
                if (found.index, found.previous) != (mark.milestones, mark.previous) {
                    return Err(corrupt(
                        "the milestone does not follow the one before".into(),
                    ));
                }
                if !self
                    .ledger
                    .registry()
                    .may_cut(milestone.kid(), found.time_ms)
                {
                    return Err(corrupt(
                        "the milestone's signer may not cut milestones".into(),
                    ));
                }
                let effects = self
                    .ledger
                    .handle(Input::Milestone(found.clone()), u64::MAX);
                let Some(Effect::Ordered(order)) = effects.first() else {
                    return Ok(());
                };
                self.state
                    .milestone(&self.shared.index, &milestone, frame.at, order)?;
                Ok(())
            }
        }
    }
}

/// The one block that a frame of the log must make the ledger record.
fn recorded(effects: Vec<Effect>, place: log::Written) -> Result<Recorded, String> {
    let mut found = None;
    let mut rivals = Vec::new();
    for effect in effects {
        match effect {
            Effect::Record { block, fact } => found = Some((block, fact)),
            Effect::Fork { first, .. } => rivals.push(first),
            Effect::Known(id) => return Err(format!("the block {id} is in the log twice")),
            Effect::Waiting { id, .. } => {
                return Err(format!("the block {id} stands before one that it approves"));
            }
            Effect::Early { id, .. } => {
                return Err(format!("the block {id} is ahead of its time"));
            }
            Effect::Rejected { id, why } => {
                return Err(format!(
                    "the block {id} should not have been recorded: {why}"
                ));
            }
            Effect::Released(_) | Effect::Expired(_) | Effect::Ordered(_) => {}
        }
    }
    let (block, fact) = found.ok_or("the frame records nothing")?;
    Ok(Recorded {
        block,
        fact,
        place,
        is_head: false,
        rivals,
    })
}

/// What opening has gathered before there is a `Tangle`.
struct Opening {
    files: Arc<dyn Files>,
    genesis: Genesis,
    network: NetworkId,
    segments: Arc<Segments>,
    signed: Option<Signed>,
    options: Options,
}

type Loaded = (Index, Mark, Frontier);

/// An index of up to so many bytes is read whole when the ledger is opened: that takes less than
/// a second. A larger one is checked page by page as it is read, and by `check`.
pub(super) const INDEX_CHECKED_BYTES_MAX: u64 = 64 * 1024 * 1024;

impl Opening {
    fn new(files: Arc<dyn Files>, options: Options) -> Result<Self, Broken> {
        let genesis = read_genesis(files.as_ref())?;
        let network = genesis.network_id();
        let signed = read_checkpoint(files.as_ref())?;
        let segments = Segments::new(Arc::clone(&files), network, options.segment_bytes);
        segments.sweep()?;
        Ok(Self {
            files,
            genesis,
            network,
            segments: Arc::new(segments),
            signed,
            options,
        })
    }

    /// Opens with the index that is there, or with a new one for the given reason. redb asserts
    /// what it expects of some pages, so a panic in here says that the file is damaged.
    fn open(
        self,
        keys: Arc<dyn PostingKeys>,
        clean: Option<&Clean>,
        rebuild: Option<String>,
    ) -> Result<Tangle, Broken> {
        let opened = Opened {
            clean: clean.is_some(),
            rebuilt: rebuild,
            ..Opened::default()
        };
        let open = || {
            let loaded = match opened.rebuilt {
                None => self.index(clean.is_none())?,
                Some(_) => self.fresh_index()?,
            };
            self.restore(keys, loaded, opened, clean)
        };
        catch_unwind(AssertUnwindSafe(open))
            .unwrap_or_else(|_| Err(Broken::corrupt(INDEX, 0, "reading it fails an assertion")))
    }

    fn open_index(&self, file: Arc<dyn File>) -> Result<Index, Broken> {
        Index::open(file, self.options.cache_bytes, self.options.background)
    }

    /// The index as it is. Its pages are checked as they are read; where no marker pins the file
    /// and it is not large, all of them are checked here, and the tree is computed from its
    /// leaves.
    fn index(&self, unpinned: bool) -> Result<Loaded, Broken> {
        let Some(file) = self.files.open(INDEX).map_err(storage(INDEX))? else {
            return Err(Broken::corrupt(INDEX, 0, "the file is missing"));
        };
        if unpinned {
            // A process that stopped may have left bytes that only it had not synced.
            file.sync().map_err(storage(INDEX))?;
        }
        let whole = file.len().map_err(storage(INDEX))? <= INDEX_CHECKED_BYTES_MAX;
        let index = self.open_index(file)?;
        if unpinned && whole && !index.check_pages()? {
            let what = "pages do not match their checksums";
            return Err(Broken::corrupt(INDEX, 0, what));
        }
        let mark = index.mark()?.unwrap_or_else(Mark::start);
        let tree = if whole {
            tree::recompute(&index, mark.leaves)?
        } else {
            tree::frontier(&index, mark.leaves)?
        };
        let signed = self.signed.as_ref().map(|signed| &signed.checkpoint);
        let signed = signed.filter(|signed| signed.size <= mark.leaves);
        if let Some(signed) = signed
            && tree::frontier(&index, signed.size)?.root() != signed.root
        {
            let what = "the leaves give another root than the signed checkpoint";
            return Err(Broken::corrupt(INDEX, 0, what));
        }
        Ok((index, mark, tree))
    }

    /// An empty index. A redb file is not crash-safe before its first sync, so it is made under
    /// another name.
    fn fresh_index(&self) -> Result<Loaded, Broken> {
        let fresh = format!("{INDEX}.new");
        let file = self.files.create(&fresh).map_err(storage(&fresh))?;
        Index::open(Arc::clone(&file), self.options.cache_bytes, false)?.close();
        let put = || {
            file.sync()?;
            self.files.rename(&fresh, INDEX)?;
            self.files.sync_dir("")
        };
        put().map_err(storage(INDEX))?;
        let index = self.open_index(file)?;
        Ok((index, Mark::start(), Frontier::new()))
    }

    fn restore(
        self,
        keys: Arc<dyn PostingKeys>,
        loaded: Loaded,
        opened: Opened,
        clean: Option<&Clean>,
    ) -> Result<Tangle, Broken> {
        let was_empty = loaded.1 == Mark::start();
        let mut tangle = self.tangle(keys, loaded, opened)?;
        tangle.restore_ledger()?;
        tangle.replay_log()?;
        if was_empty && tangle.state.mark.lids == 0 {
            // There was nothing to lose.
            tangle.opened.rebuilt = None;
        }
        let (tail, place) = (tangle.log.tail(), tangle.log.tail().place);
        if let Some(clean) = clean.filter(|clean| clean.tail != tail) {
            let what = format!(
                "the log ends here, but at byte {} of segment {} when it was closed",
                clean.tail.place.offset, clean.tail.place.segment
            );
            return Err(Broken::corrupt(
                &segment_name(place.segment),
                place.offset.into(),
                what,
            ));
        }
        let mark = &tangle.state.mark;
        let reach = mark.ordered + u64::from(mark.milestones);
        let signed = tangle.shared.view().signed;
        if let Some(signed) = signed.filter(|signed| signed.checkpoint.size > reach) {
            let what = format!(
                "the log ends here and orders {reach} leaves, but a checkpoint of {} is signed",
                signed.checkpoint.size
            );
            return Err(Broken::corrupt(
                &segment_name(place.segment),
                place.offset.into(),
                what,
            ));
        }
        let milestones = mark.milestones;
        tangle.publish_registry();
        let tips = tangle.ledger.tips().iter().map(|(id, _)| *id).collect();
        *tangle
            .shared
            .tips
            .write()
            .unwrap_or_else(PoisonError::into_inner) = tips;
        let heads = tangle.ledger.heads().map(|(author, head)| (*author, *head));
        tangle.shared.publish_heads(heads);
        tangle.shared.publish(|view| view.milestones = milestones);
        tangle.publish_tail();
        Ok(tangle)
    }

    fn tangle(
        self,
        keys: Arc<dyn PostingKeys>,
        loaded: Loaded,
        opened: Opened,
    ) -> Result<Tangle, Broken> {
        let (index, mark, tree) = loaded;
        let ledger = Ledger::new(&self.genesis).with_table_seed(self.options.table_seed);
        let view = View {
            registry: Arc::new(ledger.registry().clone()),
            milestones: mark.milestones,
            concluded: mark.concluded,
            leaves: mark.leaves,
            recorded: mark.lids,
            tail: mark.tail,
            signed: self.signed.map(Arc::new),
            witnessed: read_witnessed(self.files.as_ref()).map(Arc::new),
        };
        let log = Log::resume(Arc::clone(&self.segments), mark.tail)?;
        let mut state = State::load(&index, mark, tree)?;
        state.open = Unordered::new(self.options.recent_bytes_max, self.options.table_seed);
        let shared = Shared {
            genesis: self.genesis,
            network: self.network,
            segments: self.segments,
            index,
            kept: tree::Kept::default(),
            keys,
            view: RwLock::new(view),
            heads: RwLock::default(),
            tips: RwLock::default(),
        };
        let shared = Arc::new(shared);
        let writing = StopsWriting(Arc::clone(&shared));
        Ok(Tangle {
            shared,
            files: self.files,
            ledger,
            log,
            state,
            options: self.options,
            opened,
            pending: BTreeMap::new(),
            kept: BTreeMap::new(),
            unfinished: Vec::new(),
            flushed_ms: 0,
            stopped: false,
            _writing: writing,
            _lock: None,
        })
    }
}

/// A directory that holds a ledger is refused; one in which `create` was interrupted is not.
fn refuse_existing(files: &dyn Files) -> Result<(), Broken> {
    if files.open(GENESIS).map_err(storage(GENESIS))?.is_some() {
        return Err(Broken::Exists);
    }
    let name = segment_name(0);
    let Some(first) = files.open(&name).map_err(storage(&name))? else {
        return Ok(());
    };
    // Only the genesis may be in there: a log that lost its genesis file is still a log.
    let end = u64::from(SEGMENT_HEADER_BYTES) + frame::size(limits::GENESIS_BYTES_MAX) as u64;
    let length = first.len().map_err(storage(&name))?;
    let mut rest = vec![0; usize::try_from(length.saturating_sub(end)).unwrap_or(usize::MAX)];
    if !rest.is_empty() {
        first.read_at(end, &mut rest).map_err(storage(&name))?;
    }
    if rest.iter().any(|byte| *byte != 0)
        || files
            .open(&segment_name(1))
            .map_err(storage(&name))?
            .is_some()
    {
        return Err(Broken::Exists);
    }
    Ok(())
}

pub(super) fn read_genesis(files: &dyn Files) -> Result<Genesis, Broken> {
    let bytes = read_all(files, GENESIS, limits::GENESIS_BYTES_MAX as u64);
    let bytes = bytes
        .map_err(too_large(GENESIS))?
        .ok_or(Broken::NotALedger)?;
    Genesis::from_bytes(&bytes)
        .map_err(|error| Broken::corrupt(GENESIS, error.at as u64, error.to_string()))
}

/// The marker of a clean close; `None` if there is none or it was changed (then the ledger is
/// opened as after a crash, and `check` names it).
fn read_clean(files: &dyn Files) -> Result<Option<Clean>, Broken> {
    let bytes = read_all(files, CLEAN, CLEAN_BYTES_MAX);
    let bytes = bytes.map_err(too_large(CLEAN))?;
    Ok(bytes.and_then(|bytes| Clean::from_text(&bytes)))
}

/// Holds the small files against the marker; a changed index is a reason to make it anew.
fn pinned(files: &dyn Files, clean: &Clean) -> Result<Option<String>, Broken> {
    let pins = [
        (GENESIS, Some(clean.genesis)),
        (CHECKPOINT, clean.checkpoint),
        (CHECKPOINT_KEYS, clean.keys),
    ];
    for (name, wanted) in pins {
        if digest(files, name).map_err(storage(name))? != wanted {
            let what = "it is not as it was when the ledger was closed";
            return Err(Broken::corrupt(name, 0, what));
        }
    }
    let index = digest(files, INDEX).map_err(storage(INDEX))?;
    Ok(match index {
        Some(found) if found == clean.index => None,
        Some(_) => Some("the index is not as it was when the ledger was closed".into()),
        None => Some("the index is gone".into()),
    })
}

/// The signed checkpoint, checked with the keys kept beside it.
pub(super) fn read_checkpoint(files: &dyn Files) -> Result<Option<Signed>, Broken> {
    let max = limits::NOTE_BYTES_MAX as u64;
    let text = |name: &'static str| {
        let bytes = read_all(files, name, max).map_err(too_large(name))?;
        let text = bytes.map(String::from_utf8).transpose();
        text.map_err(|_| Broken::corrupt(name, 0, "it is not utf-8 text"))
    };
    let Some(note) = text(CHECKPOINT)? else {
        return Ok(None);
    };
    let keys = text(CHECKPOINT_KEYS)?.and_then(|keys| parse_keys(&keys));
    let keys = keys.ok_or_else(|| {
        Broken::corrupt(
            CHECKPOINT_KEYS,
            0,
            "the keys of the checkpoint are missing or unreadable",
        )
    })?;
    let checkpoint = verify_note(&note, &keys)
        .map_err(|error| Broken::corrupt(CHECKPOINT, 0, error.to_string()))?;
    if Note::parse(&note).map(|note| note.to_text()).ok().as_ref() != Some(&note) {
        return Err(Broken::corrupt(CHECKPOINT, 0, "it is not canonical"));
    }
    Ok(Some(Signed {
        note,
        checkpoint,
        keys,
    }))
}

/// A file larger than anything we write is damaged, not unreadable.
fn too_large(name: &'static str) -> impl FnOnce(io::Error) -> Broken {
    move |error| match error.kind() {
        io::ErrorKind::InvalidData => Broken::corrupt(name, 0, error.to_string()),
        _ => storage(name)(error),
    }
}

fn is_index_damage(error: &Broken) -> bool {
    match error {
        Broken::Corrupt { file, .. } => file == INDEX,
        Broken::Index { .. } => true,
        Broken::Storage { file, source } => {
            let kinds = [io::ErrorKind::InvalidData, io::ErrorKind::UnexpectedEof];
            file == INDEX && kinds.contains(&source.kind())
        }
        _ => false,
    }
}

/// An error with its causes in one line.
pub(super) fn chain(error: &Broken) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
