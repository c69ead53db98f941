//! `check`: is what lies on disk what was written? Looks, changes nothing. The log is read from
//! its first byte; with `rebuild`, everything derived is derived again beside it, and held
//! against what is stored row by row.

use std::path::Path;
use std::sync::Arc;

use tangle_verify::{Kind, Outcome, SignedBlock, SignedMilestone};

use super::cosigned::{self, WITNESSED};
use super::cut::Ordered;
use super::erase;
use super::files::{Directory, Files, digest, read_all};
use super::frame::FrameKind;
use super::index::{INDEX, compare};
use super::log::{Scan, Segments, Tail, segment_name};
use super::mark::{CLEAN, CLEAN_BYTES_MAX, Clean};
use super::open::{read_checkpoint, read_genesis};
use super::shadow::Shadow;
use super::shared::PostingKeys;
use super::tangle::{Tangle, storage};
use super::{CHECKPOINT, CHECKPOINT_KEYS, GENESIS, Options};
use crate::error::Broken;
use crate::registry::Operation;

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The file, relative to the ledger's directory.
    pub file: String,
    /// Offset in the file, bytes, where it is known.
    pub offset: u64,
    /// What is wrong.
    pub what: String,
    /// What can be done about it.
    pub remedy: &'static str,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            file,
            offset,
            what,
            remedy,
        } = self;
        write!(f, "{file} at byte {offset}: {what}; {remedy}")
    }
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CheckReport {
    /// Whether the ledger was closed cleanly, so that every byte of every file was held against
    /// what was pinned then.
    pub pinned: bool,
    /// Blocks in the log.
    pub blocks: u64,
    /// Milestones in the log.
    pub milestones: u64,
    /// Bytes of the log up to its end.
    pub log_bytes: u64,
    /// Whether an unfinished, never acknowledged batch lies at the end. That is no difference:
    /// a crash leaves it, and the next opening cuts it.
    pub unfinished: bool,
    /// Rows of the index that were derived again and compared.
    pub rows: u64,
    /// Leaves of the log's tree that were derived again; their root is that of the checkpoint.
    pub leaves: u64,
    /// What the network's root registered, in the order of the log.
    pub registered: Vec<Operation>,
    /// What is wrong. Empty if all is well.
    pub differences: Vec<Difference>,
}

impl CheckReport {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.differences.is_empty()
    }

    fn note(&mut self, file: &str, offset: u64, what: impl Into<String>) {
        let remedy = match file {
            INDEX => {
                "it is derived: delete it, if it is there, and open the ledger, which makes it anew"
            }
            CLEAN => "it is derived: delete it; the next opening recovers from the log",
            WITNESSED => "delete it: the witnesses are asked again after the next checkpoint",
            CHECKPOINT | CHECKPOINT_KEYS => "restore it from a backup or from a witness",
            _ => "restore the file from a backup",
        };
        self.differences.push(Difference {
            file: file.into(),
            offset,
            what: what.into(),
            remedy,
        });
    }

    /// Takes damage as a finding; anything else ends the check.
    fn absorb<T>(&mut self, result: Result<T, Broken>) -> Result<Option<T>, Broken> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(Broken::Corrupt { file, offset, what }) => {
                self.note(&file, offset, what);
                Ok(None)
            }
            Err(Broken::Index { what }) => {
                self.note(INDEX, 0, what);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// Checks the ledger in `dir`, which must not be open. `keys` and `fold` are those the ledger is
/// run with: `fold` gets the milestones from the first on, and gives one outcome for each block.
/// They are used with `rebuild` only.
pub fn check(
    dir: &Path,
    keys: Box<dyn PostingKeys>,
    fold: &mut dyn FnMut(&Ordered) -> Vec<Outcome>,
    rebuild: bool,
) -> Result<CheckReport, Broken> {
    let files = Directory::open(dir).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Broken::NotALedger,
        _ => storage(".")(error),
    })?;
    let _lock = files.lock().map_err(storage("."))?;
    let files: Arc<dyn Files> = Arc::new(files);
    check_over(&files, keys, fold, rebuild)
}

/// As [`check`], over any files.
pub fn check_over(
    files: &Arc<dyn Files>,
    keys: Box<dyn PostingKeys>,
    fold: &mut dyn FnMut(&Ordered) -> Vec<Outcome>,
    rebuild: bool,
) -> Result<CheckReport, Broken> {
    let mut report = CheckReport::default();
    let clean = check_pins(files.as_ref(), &mut report)?;
    let checkpoint = read_checkpoint(files.as_ref());
    report.absorb(checkpoint)?;
    report.absorb(cosigned::try_read(files.as_ref()))?;
    let log = check_log(files, clean.as_ref(), rebuild, &mut report);
    let sound = report.absorb(log)?.is_some()
        && report
            .differences
            .iter()
            .all(|it| [INDEX, WITNESSED].contains(&it.file.as_str()));
    if rebuild && sound {
        let keys = Arc::from(keys);
        let derived = check_derived(files, &keys, fold, &mut report);
        report.absorb(derived)?;
    }
    Ok(report)
}

/// Holds every file but the log against the marker of the clean close.
fn check_pins(files: &dyn Files, report: &mut CheckReport) -> Result<Option<Clean>, Broken> {
    let Some(bytes) = read_all(files, CLEAN, CLEAN_BYTES_MAX * 16).map_err(storage(CLEAN))? else {
        return Ok(None);
    };
    let Some(clean) = Clean::from_text(&bytes) else {
        report.note(
            CLEAN,
            0,
            "it is not what was written when the ledger was closed",
        );
        return Ok(None);
    };
    report.pinned = true;
    let pins = [
        (GENESIS, Some(clean.genesis)),
        (CHECKPOINT, clean.checkpoint),
        (CHECKPOINT_KEYS, clean.keys),
        (INDEX, Some(clean.index)),
    ];
    for (name, wanted) in pins {
        let found = digest(files, name).map_err(storage(name))?;
        match (found, wanted) {
            (found, wanted) if found == wanted => {}
            (None, _) => report.note(name, 0, "the file is gone"),
            (Some((length, _)), Some((wanted, _))) if length != wanted => {
                report.note(
                    name,
                    wanted.min(length),
                    format!("it has {length} bytes, not {wanted}"),
                );
            }
            (Some(_), _) => {
                report.note(name, 0, "its bytes changed since the ledger was closed");
            }
        }
    }
    Ok(Some(clean))
}

/// Reads the log from its first byte.
fn check_log(
    files: &Arc<dyn Files>,
    clean: Option<&Clean>,
    signatures: bool,
    report: &mut CheckReport,
) -> Result<(), Broken> {
    let genesis = read_genesis(files.as_ref())?;
    let network = genesis.network_id();
    let segments = Segments::new(Arc::clone(files), network, 0);
    let mut scan = Scan::new(&segments, Tail::START)?;
    while let Some(batch) = scan.next_batch()? {
        for frame in batch {
            report.log_bytes += frame.payload.len() as u64;
            let place = frame.at.place;
            let corrupt = |what: String| {
                Broken::corrupt(&segment_name(place.segment), place.offset.into(), what)
            };
            match frame.kind {
                FrameKind::Genesis if frame.payload != genesis.to_bytes() => {
                    return Err(corrupt("it is the log of another genesis".into()));
                }
                FrameKind::Genesis => {}
                FrameKind::Milestone => {
                    report.milestones += 1;
                    let milestone = SignedMilestone::decode(&frame.payload);
                    let milestone = milestone.map_err(|error| corrupt(error.to_string()))?;
                    if signatures {
                        let verified = milestone.verify(&network);
                        verified.map_err(|error| corrupt(error.to_string()))?;
                    }
                }
                FrameKind::Erasure => {
                    let record = erase::decode(&frame.payload);
                    record.map_err(|error| corrupt(error.to_string()))?;
                }
                FrameKind::Block => {
                    report.blocks += 1;
                    let block = SignedBlock::decode(&frame.payload);
                    let block = block.map_err(|error| corrupt(error.to_string()))?;
                    let header = block.header();
                    let registers = header.kind == Kind::Registry && header.kid == genesis.root;
                    if signatures || registers {
                        let verified = block.verify(&network);
                        let block = verified.map_err(|error| corrupt(error.to_string()))?;
                        let items = block.items().filter(|_| registers);
                        let operations = items.map(|(_, item)| Operation::from_bytes(&item.body));
                        report.registered.extend(operations.filter_map(Result::ok));
                    }
                }
            }
        }
    }
    let tail = scan.tail();
    report.unfinished = scan.torn_until().is_some();
    if let Some(clean) = clean.filter(|clean| clean.tail != tail || report.unfinished) {
        let what = format!(
            "the last sound batch ends here; when the ledger was closed the log ended at byte {} \
             of segment {}",
            clean.tail.place.offset, clean.tail.place.segment
        );
        let name = segment_name(tail.place.segment);
        return Err(Broken::corrupt(&name, tail.place.offset.into(), what));
    }
    Ok(())
}

/// Derives everything again from the log, in memory, and compares.
fn check_derived(
    files: &Arc<dyn Files>,
    keys: &Arc<dyn PostingKeys>,
    fold: &mut dyn FnMut(&Ordered) -> Vec<Outcome>,
    report: &mut CheckReport,
) -> Result<(), Broken> {
    let open = |without_index: bool| {
        let shadow: Arc<dyn Files> = Arc::new(Shadow::new(Arc::clone(files)));
        if without_index {
            shadow
                .remove(INDEX)
                .and_then(|()| shadow.remove(CLEAN))
                .map_err(storage(INDEX))?;
        }
        let keys = Box::new(Shared(Arc::clone(keys)));
        Tangle::open_over(&shadow, Options::default(), keys)
    };
    let mut stored = open(false)?;
    let mut derived = open(true)?;
    if let Some(reason) = stored.opened().rebuilt.clone() {
        if report.differences.iter().all(|known| known.file != INDEX) {
            let place = format!("{INDEX} is damaged at byte 0: ");
            report.note(INDEX, 0, reason.strip_prefix(&place).unwrap_or(&reason));
        }
        stored = open(true)?;
    }
    let signed = derived.shared.view().signed;
    for ordered in derived.replay(0)? {
        let ordered = ordered?;
        let outcomes = fold(&ordered);
        derived.append_outcomes(&outcomes)?;
        derived.publish_concluded();
        if ordered.index >= stored.concluded() {
            stored.append_outcomes(&outcomes)?;
        }
        let tree = &derived.state.tree;
        if let Some(signed) = signed
            .as_ref()
            .filter(|it| it.checkpoint.size == tree.size())
        {
            if signed.checkpoint.root != tree.root() {
                let what = "the blocks and their outcomes give another root than the signed one";
                report.note(CHECKPOINT, 0, what);
            }
            report.leaves = tree.size();
        }
    }
    if let Some(signed) = signed.filter(|it| report.leaves != it.checkpoint.size) {
        let size = signed.checkpoint.size;
        report.note(
            CHECKPOINT,
            0,
            format!("no milestone ends at its {size} leaves"),
        );
    }
    if !stored.shared.index.check_pages()? {
        report.note(
            INDEX,
            0,
            "redb finds pages that do not match their checksums",
        );
    }
    stored.flush()?;
    derived.flush()?;
    let excused = |lid| Ok(!stored.shared.load(&stored.shared.row(lid)?)?.is_whole());
    let (rows, wrong) = compare(&stored.shared.index, &derived.shared.index, &excused)?;
    report.rows = rows;
    for what in wrong {
        report.note(INDEX, 0, what);
    }
    Ok(())
}

/// `PostingKeys` for two ledgers at once.
struct Shared(Arc<dyn PostingKeys>);

impl PostingKeys for Shared {
    fn keys(&self, block: &tangle_verify::VerifiedBlock, out: &mut Vec<(u8, Vec<u8>)>) {
        self.0.keys(block, out);
    }
}
