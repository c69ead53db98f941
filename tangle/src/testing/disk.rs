//! A disk in memory that loses power. What was written since the last sync may be there after
//! the crash, or not, or in parts of 512 bytes; what was renamed or created may not be; what was
//! synced is there. A stop of the process alone loses nothing, but does not sync either: the
//! next process sees bytes that a later power loss can still take. It can also fail: refuse an
//! operation, write half, run full, not read, or lie about syncs (to show that the tests would
//! see it). After a refused sync the bytes stay readable and are never written by a later one,
//! as in Linux' page cache.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::store::files::{File, Files};

/// Bytes that reach the disk as one.
const SECTOR: usize = 512;

/// What goes wrong at the planned operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The power goes.
    PowerLoss,
    /// The operation fails and changes nothing.
    Refused,
    /// A write leaves its first half, then the disk is full. Other operations are refused.
    ShortWrite,
    /// There is no room from now on until [`Disk::free_space`]: writes leave nothing, files
    /// cannot be made or grow. Names can be changed and what is there can be synced.
    Full,
    /// A read fails; counted among the reads.
    Unreadable,
}

#[derive(Debug, Clone)]
enum Change {
    Write(u64, Vec<u8>),
    SetLen(u64),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Write(offset, data) => write(bytes, *offset, data),
            Self::SetLen(length) => bytes.resize(usize::try_from(*length).unwrap_or(0), 0),
        }
    }
}

#[derive(Debug, Clone, Default)]
struct Inode {
    live: Vec<u8>,
    durable: Vec<u8>,
    pending: Vec<Change>,
}

#[derive(Debug, Clone)]
enum Naming {
    Link(String, usize),
    Rename(String, String),
    Unlink(String),
}

impl Naming {
    fn dir(&self) -> &str {
        let (Self::Link(name, _) | Self::Rename(name, _) | Self::Unlink(name)) = self;
        name.rsplit_once('/').map_or("", |(dir, _)| dir)
    }

    fn apply(&self, names: &mut BTreeMap<String, usize>) {
        match self {
            Self::Link(name, inode) => drop(names.insert(name.clone(), *inode)),
            Self::Rename(from, to) => {
                if let Some(inode) = names.remove(from) {
                    names.insert(to.clone(), inode);
                }
            }
            Self::Unlink(name) => drop(names.remove(name)),
        }
    }
}

#[derive(Debug, Clone, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a disk has independent troubles"
)]
struct State {
    inodes: Vec<Inode>,
    names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
    pending_names: Vec<Naming>,
    operations: u64,
    reads: u64,
    plan: Option<(u64, Fault)>,
    struck_write: bool,
    off: bool,
    full: bool,
    lying: bool,
}

/// The disk. Clones are the same disk.
#[derive(Debug, Clone, Default)]
pub struct Disk(Arc<Mutex<State>>);

impl Disk {
    /// An empty disk.
    pub fn new() -> Self {
        Self::default()
    }

    /// Plans a fault for the operation after `operations` further ones that change something,
    /// or, for [`Fault::Unreadable`], after so many further reads. It happens once.
    pub fn plan(&self, operations: u64, fault: Fault) {
        let mut state = self.state();
        let done = if fault == Fault::Unreadable {
            state.reads
        } else {
            state.operations
        };
        state.plan = Some((done + operations, fault));
        state.struck_write = false;
    }

    /// Whether a planned fault has not happened yet.
    pub fn is_planned(&self) -> bool {
        self.state().plan.is_some()
    }

    /// Whether the latest planned fault struck a write.
    pub fn struck_write(&self) -> bool {
        self.state().struck_write
    }

    /// There is room again.
    pub fn free_space(&self) {
        self.state().full = false;
    }

    /// From now on syncs return without doing anything.
    pub fn lie(&self) {
        self.state().lying = true;
    }

    /// Whether the planned power loss has happened.
    pub fn is_off(&self) -> bool {
        self.state().off
    }

    /// How many operations changed something so far.
    pub fn operations(&self) -> u64 {
        self.state().operations
    }

    /// What the disk holds when the power comes back; `seed` decides what of the unsynced
    /// changes made it.
    #[must_use]
    pub fn after_power_loss(&self, seed: u64) -> Self {
        let state = self.state();
        let mut random = Random(seed);
        let keep = [0, 10, 50, 90, 100][random.below(5)];
        let mut names = state.durable_names.clone();
        let mut lost = Vec::new();
        for naming in &state.pending_names {
            // Within a folder the journal keeps the order.
            if !lost.contains(&naming.dir()) && random.chance(keep.max(30)) {
                naming.apply(&mut names);
            } else {
                lost.push(naming.dir());
            }
        }
        let reached: BTreeSet<usize> = names.values().copied().collect();
        let inodes = (0..).zip(&state.inodes).map(|(at, inode)| {
            if reached.contains(&at) {
                inode.survivor(keep, &mut random)
            } else {
                Inode::default()
            }
        });
        let inodes = inodes.collect();
        let fresh = State {
            inodes,
            durable_names: names.clone(),
            names,
            ..State::default()
        };
        Self(Arc::new(Mutex::new(fresh)))
    }

    /// The same disk after a stop of the process alone: nothing written is lost, and nothing
    /// more is synced than before.
    #[must_use]
    pub fn after_kill(&self) -> Self {
        let state = self.state().clone();
        Self(Arc::new(Mutex::new(State {
            plan: None,
            off: false,
            ..state
        })))
    }

    /// All names on the disk.
    pub fn names(&self) -> Vec<String> {
        self.state().names.keys().cloned().collect()
    }

    /// The bytes of a file.
    pub fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        let state = self.state();
        Some(state.inodes.get(*state.names.get(name)?)?.live.clone())
    }

    /// Puts bytes in place of a file, as nobody should.
    pub fn tamper(&self, name: &str, bytes: Vec<u8>) {
        let mut state = self.state();
        let Some(inode) = state.names.get(name).copied() else {
            return;
        };
        if let Some(inode) = state.inodes.get_mut(inode) {
            *inode = Inode {
                live: bytes.clone(),
                durable: bytes,
                pending: Vec::new(),
            };
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inode {
    fn survivor(&self, keep: u64, random: &mut Random) -> Self {
        let mut bytes = self.durable.clone();
        for change in &self.pending {
            match change {
                Change::SetLen(length) => {
                    if random.chance(keep.clamp(30, 95)) {
                        bytes.resize(usize::try_from(*length).unwrap_or(0), 0);
                    }
                }
                Change::Write(offset, data) if random.chance(keep) => {
                    let torn = random.chance(30);
                    for (at, sector) in (0..).step_by(SECTOR).zip(data.chunks(SECTOR)) {
                        if !torn || random.chance(50) {
                            write(&mut bytes, offset + at, sector);
                        }
                    }
                }
                Change::Write(..) => {}
            }
        }
        Self {
            live: bytes.clone(),
            durable: bytes,
            pending: Vec::new(),
        }
    }
}

fn write(bytes: &mut Vec<u8>, offset: u64, data: &[u8]) {
    let start = usize::try_from(offset).unwrap_or(usize::MAX);
    let end = start + data.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    if let Some(place) = bytes.get_mut(start..end) {
        place.copy_from_slice(data);
    }
}

fn no_power() -> io::Error {
    io::Error::other("the power is off")
}

fn refused() -> io::Error {
    io::Error::other("input/output error")
}

impl State {
    fn powered(&self) -> io::Result<()> {
        if self.off { Err(no_power()) } else { Ok(()) }
    }

    /// Counts an operation; the fault if one is planned for it.
    fn step(&mut self) -> io::Result<Option<Fault>> {
        self.powered()?;
        self.operations += 1;
        let due = self
            .plan
            .filter(|(at, fault)| *fault != Fault::Unreadable && self.operations > *at)
            .map(|(_, fault)| fault);
        if due.is_some() {
            self.plan = None;
            self.off = due == Some(Fault::PowerLoss);
            self.full |= due == Some(Fault::Full);
        }
        Ok(due)
    }

    /// An operation that a fault simply prevents; `grows` if it needs room.
    fn step_or_fail(&mut self, grows: bool) -> io::Result<()> {
        match self.step()? {
            _ if self.full && grows => Err(io::ErrorKind::StorageFull.into()),
            None | Some(Fault::Full) => Ok(()),
            Some(Fault::PowerLoss) => Err(no_power()),
            Some(Fault::Refused | Fault::ShortWrite | Fault::Unreadable) => Err(refused()),
        }
    }

    fn read(&mut self) -> io::Result<()> {
        self.powered()?;
        self.reads += 1;
        let due = |(at, fault)| fault == Fault::Unreadable && self.reads > at;
        if self.plan.is_some_and(due) {
            self.plan = None;
            return Err(refused());
        }
        Ok(())
    }

    fn rename_names(&mut self, naming: Naming) {
        naming.apply(&mut self.names);
        self.pending_names.push(naming);
    }
}

impl Files for Disk {
    fn open(&self, name: &str) -> io::Result<Option<Arc<dyn File>>> {
        let state = self.state();
        state.powered()?;
        let inode = state.names.get(name).copied();
        Ok(inode.map(|inode| {
            Arc::new(DiskFile {
                disk: self.clone(),
                inode,
            }) as Arc<dyn File>
        }))
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn File>> {
        let mut state = self.state();
        state.step_or_fail(true)?;
        // An emptied file is another file here: harsher than truncation, and never kinder.
        let inode = state.inodes.len();
        state.inodes.push(Inode::default());
        state.rename_names(Naming::Link(name.into(), inode));
        Ok(Arc::new(DiskFile {
            disk: self.clone(),
            inode,
        }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut state = self.state();
        state.step_or_fail(false)?;
        if !state.names.contains_key(from) {
            return Err(io::ErrorKind::NotFound.into());
        }
        state.rename_names(Naming::Rename(from.into(), to.into()));
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut state = self.state();
        state.powered()?;
        if state.names.contains_key(name) {
            state.step_or_fail(false)?;
            state.rename_names(Naming::Unlink(name.into()));
        }
        Ok(())
    }

    fn list(&self, dir: &str) -> io::Result<Vec<String>> {
        let state = self.state();
        state.powered()?;
        let inside = |name: &String| {
            let (at, short) = name.rsplit_once('/').unwrap_or(("", name));
            (at == dir).then(|| short.to_owned())
        };
        Ok(state.names.keys().filter_map(inside).collect())
    }

    fn sync_dir(&self, dir: &str) -> io::Result<()> {
        let mut state = self.state();
        state.step_or_fail(false)?;
        if state.lying {
            return Ok(());
        }
        let pending = std::mem::take(&mut state.pending_names);
        let (done, left): (Vec<_>, Vec<_>) = pending.into_iter().partition(|it| it.dir() == dir);
        for naming in done {
            naming.apply(&mut state.durable_names);
        }
        state.pending_names = left;
        Ok(())
    }
}

#[derive(Debug)]
struct DiskFile {
    disk: Disk,
    inode: usize,
}

impl DiskFile {
    fn with<T>(&self, act: impl FnOnce(&mut State, &mut Inode) -> io::Result<T>) -> io::Result<T> {
        let mut state = self.disk.state();
        let mut inode = state
            .inodes
            .get_mut(self.inode)
            .map(std::mem::take)
            .unwrap_or_default();
        let done = act(&mut state, &mut inode);
        if let Some(place) = state.inodes.get_mut(self.inode) {
            *place = inode;
        }
        done
    }
}

impl File for DiskFile {
    fn len(&self) -> io::Result<u64> {
        self.with(|state, inode| state.powered().map(|()| inode.live.len() as u64))
    }

    fn read_at(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.with(|state, inode| {
            state.read()?;
            let start = usize::try_from(offset).map_err(io::Error::other)?;
            let bytes = inode
                .live
                .get(start..)
                .and_then(|rest| rest.get(..out.len()));
            out.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
            Ok(())
        })
    }

    fn write_at(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.with(|state, inode| {
            let fault = state.step()?;
            state.struck_write |= fault.is_some();
            if state.full {
                return Err(io::ErrorKind::StorageFull.into());
            }
            let data = match fault {
                None | Some(Fault::PowerLoss) => data,
                Some(Fault::ShortWrite) => data.get(..data.len() / 2).unwrap_or_default(),
                Some(_) => return Err(refused()),
            };
            write(&mut inode.live, offset, data);
            inode.pending.push(Change::Write(offset, data.to_vec()));
            match fault {
                None => Ok(()),
                Some(Fault::PowerLoss) => Err(no_power()),
                Some(_) => Err(io::ErrorKind::StorageFull.into()),
            }
        })
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.with(|state, inode| {
            state.step_or_fail(length > inode.live.len() as u64)?;
            inode
                .live
                .resize(usize::try_from(length).map_err(io::Error::other)?, 0);
            inode.pending.push(Change::SetLen(length));
            Ok(())
        })
    }

    fn sync(&self) -> io::Result<()> {
        self.with(|state, inode| {
            if let Err(error) = state.step_or_fail(false) {
                if !state.off {
                    // The pages count as clean now, though they never reached the disk.
                    inode.pending.clear();
                }
                return Err(error);
            }
            if !state.lying {
                for change in std::mem::take(&mut inode.pending) {
                    change.apply(&mut inode.durable);
                }
            }
            Ok(())
        })
    }
}

/// Pseudo-random numbers from a seed (splitmix64).
#[derive(Debug, Clone)]
pub struct Random(pub u64);

impl Random {
    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number below `end`, which is above 0.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.draw() % end as u64).unwrap_or(0)
    }

    /// True in `percent` of 100 cases.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.draw() % 100 < percent
    }
}
