//! Opening a node: keys, database, ledger, then folding everything the ledger has ordered, then
//! ordering what a crash left unordered, then the writer's thread. And `check`, which does the
//! folding without a node and compares.
use std::path::Path;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;

use tangle::store::{Difference, Replay};
use tangle::{
    Broken, CheckReport, Genesis, KeyId, Options, Ordered, Reader, SigningKey, Tangle,
    VerifiedBlock,
};

use super::beside;
use super::cosign::{self, Queue};
use super::fold::{self, Fold};
use super::items::EventKeys;
use super::keep;
use super::questions::Questions;
use super::readings::{self, Readings};
use super::shared::{Names, Shared};
use super::snapshot::{Kept, Reading, Snapshots};
use super::writer::Writer;
use super::{Inner, Node};
use crate::app::failure::Failure;
use crate::app::outward::Directory;
use crate::audit::{AccessLog, LogError};
use crate::config::Config;
use crate::keys::{DataDir, KeyFileError, KeyStore, Secret};
use crate::levels::ServiceLevels;
use crate::store::{Store, StoreError};
use crate::world::World;

/// Milestones that are read ahead of those that are folded.
const AHEAD_MILESTONES: usize = 4;

/// Why a node does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory was never initialised.
    #[error("{0} holds no node; `theriac init` makes one")]
    NotInitialised(String),
    /// `init` found a node there.
    #[error("{0} already holds a node")]
    AlreadyInitialised(String),
    /// A key file is missing or damaged.
    #[error("opening the node's keys")]
    Keys(#[from] KeyFileError),
    /// node.redb does not open.
    #[error("opening the node's database")]
    Store(#[from] StoreError),
    /// The access log does not open, or is damaged.
    #[error("opening the access log")]
    AccessLog(#[from] LogError),
    /// The ledger does not open, or is damaged.
    #[error("opening the ledger")]
    Ledger(#[from] Broken),
    /// The data directory cannot be made.
    #[error("making the data directory")]
    Directory(#[source] std::io::Error),
    /// The log's name or key is not usable.
    #[error("the name of the log is not usable: {0}")]
    Name(String),
    /// A witness is configured that cannot be asked.
    #[error("the configured witnesses are not usable: {0}")]
    Witness(String),
    /// A manufacturer's system is configured that cannot be asked.
    #[error("the configured responders are not usable: {0}")]
    Responder(String),
    /// The writer's thread cannot be started.
    #[error("starting the writer")]
    Thread(#[source] std::io::Error),
    /// The operator could not be registered.
    #[error("registering the operator")]
    Operator(#[source] Failure),
}

impl OpenError {
    /// Whether stored data are damaged.
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Ledger(broken) => broken.is_damage(),
            Self::AccessLog(error) => matches!(error, LogError::Damaged(..)),
            _ => false,
        }
    }
}

impl Node {
    /// Opens the node in the configured data directory.
    ///
    /// # Errors
    /// [`OpenError`]; [`OpenError::is_damage`] tells damage from circumstances.
    pub fn open(config: &Config, world: World) -> Result<Self, OpenError> {
        let data = DataDir::new(&config.node.data_dir);
        if !data.ledger().is_dir() {
            return Err(OpenError::NotInitialised(data.root().display().to_string()));
        }
        let witnesses = cosign::board(&config.witnesses).map_err(OpenError::Witness)?;
        let directory = Directory::open(&config.vrs).map_err(OpenError::Responder)?;
        let keys = KeyStore::open(&data)?;
        let cutter = keys.existing(&Secret::Node)?;
        let note_key = keys.existing(&Secret::Note)?;
        let secret = keys.hash_key(&world)?;
        let options = Options {
            table_seed: table_seed(&secret),
            ..Options::default()
        };
        let mut snapshots = Snapshots::new(data.state(), config.ledger.snapshot_facts);
        let reading = snapshots.begin_reading().map_err(OpenError::Thread)?;
        let store = Store::open(&data.store(), secret)?;
        store.forget_old_answers(world.now_ms())?;
        let accesses = AccessLog::open(&data.accesses(), &world)?;
        let keys_of = EventKeys::default();
        let readings = keys_of.readings.clone();
        let tangle = Tangle::open(&data.ledger(), options, Box::new(keys_of))?;
        tell_rebuilt(&tangle);
        let genesis = tangle.reader().genesis().clone();
        let names = names(&tangle, &genesis, &note_key)?;
        let fold = recalled(&mut snapshots, reading, &tangle.reader());
        let recalled = fold.items();
        let shared = Arc::new(Shared::new(names, fold, tangle.reader(), readings));
        let mut writer = Writer {
            tangle,
            snapshots,
            shared: Arc::clone(&shared),
            cutter,
            note_key,
            world: world.clone(),
            config: config.ledger.clone(),
        };
        writer.recover()?;
        let (queue, thread) = writer.start(config.ledger.queue_requests_max)?;
        if !config.witnesses.ask.is_empty() {
            let wake = cosign::start(&config.witnesses, &witnesses, &shared, &queue, &world);
            shared.wake_on_checkpoint(wake.map_err(OpenError::Thread)?);
        }
        let questions = Questions::start(&queue, &keys, &world).map_err(OpenError::Thread)?;
        let levels = ServiceLevels::kept(&store).map_err(OpenError::Store)?;
        let node = Self(Arc::new(Inner {
            shared,
            keys,
            levels,
            recalled,
            store,
            anchored: AtomicU64::new(0),
            accesses,
            keep_accesses: config.audit.keep,
            world,
            data,
            backups: config.backup.dir.clone(),
            copying: Mutex::default(),
            witnesses,
            directory,
            questions,
            queue,
            thread: Mutex::new(Some(thread)),
            returned: Mutex::default(),
            recall_list: super::statement::Latest::default(),
            workers: Mutex::default(),
        }));
        node.register_operator(&genesis.name)
            .map_err(OpenError::Operator)?;
        Ok(node)
    }
}

/// Says in the log that the ledger's index had to be made anew, and why.
fn tell_rebuilt(tangle: &Tangle) {
    if let Some(why) = &tangle.opened().rebuilt {
        tracing::warn!(why, "the ledger's index was made anew from its log");
    }
}

/// The state as it was kept; where none is, or none that can be used, the one before all records.
fn recalled(snapshots: &mut Snapshots, reading: Reading, reader: &Reader) -> Fold {
    snapshots.recall(reading, reader).unwrap_or_else(|why| {
        if why.is_strange() {
            let why = crate::chain(&why);
            tracing::warn!(why, "the kept state is not used: everything is folded anew");
        }
        Fold::new(reader.genesis().root)
    })
}

/// What this node's log is called, and by which key it is known.
fn names(tangle: &Tangle, genesis: &Genesis, note_key: &SigningKey) -> Result<Names, OpenError> {
    let log_key = tangle::verifier_key(&genesis.name, note_key)
        .map_err(|error| OpenError::Name(error.to_string()))?;
    Ok(Names {
        network: *tangle.network(),
        log_name: genesis.name.clone(),
        log_key,
    })
}

impl Writer {
    /// Serves requests in a thread of its own; so many may wait.
    fn start(self, requests_max: usize) -> Result<(Queue, JoinHandle<()>), OpenError> {
        let (queue, requests) = mpsc::sync_channel(requests_max.max(1));
        let thread = std::thread::Builder::new()
            .name("ledger-writer".to_owned())
            .spawn(move || self.run(&requests))
            .map_err(OpenError::Thread)?;
        Ok((Arc::new(Mutex::new(Some(queue))), thread))
    }

    /// Folds what is ordered, concludes milestones a crash left without outcomes, and orders
    /// blocks it left without a milestone.
    fn recover(&mut self) -> Result<(), OpenError> {
        if let Some(note) = self.tangle.checkpoint_note() {
            self.shared.publish_checkpoint(note);
        }
        self.publish_witnessed();
        let concluded = self.tangle.concluded();
        let reader = self.tangle.reader();
        let (from, recalled) = {
            let fold = self.shared.fold();
            (fold.milestones, fold.items())
        };
        let (ahead, ordered) = mpsc::sync_channel(AHEAD_MILESTONES);
        let reading = {
            let (replay, readings) = (self.tangle.replay(from)?, self.shared.readings.clone());
            let read = move || read_ahead(replay, &readings, &ahead);
            let thread = std::thread::Builder::new().name("ledger-reader".to_owned());
            thread.spawn(read).map_err(OpenError::Thread)?
        };
        for ordered in ordered {
            let ordered = ordered?;
            if ordered.index < concluded {
                let shared = &self.shared;
                let read = |block: &VerifiedBlock| shared.readings.take(block);
                let mut fold = shared.fold_mut();
                fold::fold(&ordered, read, |step| step(&mut fold));
                keep::recall(&mut fold, &ordered, &reader)?;
            } else {
                self.conclude(&ordered)?;
            }
        }
        if reading.join().is_err() {
            return Err(OpenError::Ledger(Broken::Stopped));
        }
        self.order()?;
        let now_ms = self.world.now_unsigned_ms();
        let (own, entropy) = (self.cutter.key_id(), self.world.entropy());
        let next = self.tangle.attach(&own, entropy, now_ms);
        self.shared.saw_clock(next.hlc.ms());
        if self.shared.clock_behind_ms(now_ms).is_some() {
            tracing::error!("the clock is behind what the ledger holds: nothing is recorded");
        }
        let folded = self.shared.fold().items().saturating_sub(recalled);
        tracing::info!(recalled, folded, "the state is there, in facts");
        self.tend(true);
        Ok(())
    }
}

/// Reads milestones from the log, and what their blocks say, while those before are folded.
fn read_ahead(replay: Replay, readings: &Readings, to: &mpsc::SyncSender<Result<Ordered, Broken>>) {
    for ordered in replay {
        if let Ok(ordered) = &ordered {
            for block in &ordered.blocks {
                readings.put(block, readings::read(block));
            }
        }
        // Whoever folds has met an error and takes no more.
        if to.send(ordered).is_err() {
            return;
        }
    }
}

/// Reads a data directory's ledger from its log, derives everything again and compares it with
/// what is stored; `rebuild` also replaces what differs. The node must not be running.
///
/// # Errors
/// [`OpenError`] when the ledger cannot be read at all; differences stand in the report.
pub fn check(data_dir: &Path, rebuild: bool) -> Result<CheckReport, OpenError> {
    let data = DataDir::new(data_dir);
    if !data.ledger().is_dir() {
        return Err(OpenError::NotInitialised(data.root().display().to_string()));
    }
    let genesis = std::fs::read(data.ledger().join("genesis.cbor")).unwrap_or_default();
    let root = Genesis::from_bytes(&genesis).map_or(KeyId::new([0; 32]), |genesis| genesis.root);
    if genesis.is_empty() && data.ledger().join("log/000000.seg").exists() {
        return Ok(without_genesis());
    }
    let mut fold = Fold::new(root);
    let kept = Kept::at(&data.state());
    let mut whole = true;
    let mut same = None;
    let mut outcomes = |ordered: &Ordered| {
        let outcomes = fold.ordered(ordered);
        // Of blocks whose items are gone the node knows outcomes that nobody can find again.
        whole &= ordered.blocks.iter().all(VerifiedBlock::is_whole);
        if let (Ok(Some(kept)), true) = (&kept, whole) {
            same = same.or(kept.is(&fold));
        }
        outcomes
    };
    let mut report = tangle::check(
        &data.ledger(),
        Box::<EventKeys>::default(),
        &mut outcomes,
        rebuild,
    )?;
    beside::check(&data, root, &mut report);
    match (kept, same) {
        (Err(why), _) => without_state(&data, &crate::chain(&why), rebuild, &mut report),
        (_, Some(false)) => {
            let why = "it is not what the ledger's records add up to";
            without_state(&data, why, rebuild, &mut report);
        }
        _ => {}
    }
    Ok(report)
}

/// A kept state that is of no use; `rebuild` removes it.
fn without_state(data: &DataDir, why: &str, rebuild: bool, report: &mut CheckReport) {
    let path = data.state();
    let name = path.file_name().unwrap_or_default();
    let removed = rebuild && std::fs::remove_file(&path).is_ok();
    report.differences.push(Difference {
        file: name.to_string_lossy().into_owned(),
        offset: 0,
        what: format!("the kept state is of no use: {why}"),
        remedy: if removed {
            "it was removed: the node folds its records anew when it opens"
        } else {
            "remove it, or check with --rebuild: the node folds its records anew when it opens"
        },
    });
}

/// A log without the file that says of which network it is.
fn without_genesis() -> CheckReport {
    let mut report = CheckReport::default();
    report.differences.push(Difference {
        file: "genesis.cbor".to_owned(),
        offset: 0,
        what: "the file is gone or empty, but there is a log".to_owned(),
        remedy: "restore the file from a backup; the log's first frame holds it, too",
    });
    report
}

/// Opens the ledger of a stopped node without the node: to copy, draw or export it. What a crash
/// left unfinished is repaired on the way, as when the node opens it.
///
/// # Errors
/// [`OpenError`] when the directory holds no node or its ledger does not open.
pub fn open_ledger(data_dir: &Path) -> Result<Tangle, OpenError> {
    let data = DataDir::new(data_dir);
    if !data.ledger().is_dir() {
        return Err(OpenError::NotInitialised(data.root().display().to_string()));
    }
    Ok(Tangle::open(
        &data.ledger(),
        Options::default(),
        Box::<EventKeys>::default(),
    )?)
}

/// A number nobody outside knows, of a secret of this node: strangers cannot choose block ids that
/// meet in one place of the ledger's tables.
fn table_seed(secret: &[u8; 32]) -> u64 {
    let derived = blake3::derive_key("theriac ledger table seed v1", secret);
    derived.first_chunk().copied().map_or(0, u64::from_le_bytes)
}
