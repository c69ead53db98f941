//! A disk in memory that loses power. What was written since the last sync may be there after
//! the crash, or not, or in parts of 512 bytes; what was renamed or created may not be; what was
//! synced is there. It can also fail: refuse a write, write half of one, fail a sync, or lie
//! about syncs (to show that the tests would see it).

use std::collections::BTreeMap;
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
}

#[derive(Debug, Clone)]
enum Change {
    Write(u64, Vec<u8>),
    SetLen(u64),
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
struct State {
    inodes: Vec<Inode>,
    names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
    pending_names: Vec<Naming>,
    operations: u64,
    plan: Option<(u64, Fault)>,
    off: bool,
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

    /// Plans a fault for the operation after `operations` further ones that change something.
    pub fn plan(&self, operations: u64, fault: Fault) {
        let mut state = self.state();
        state.plan = Some((state.operations + operations, fault));
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
        let inodes = state
            .inodes
            .iter()
            .map(|inode| inode.survivor(keep, &mut random))
            .collect();
        let fresh = State {
            inodes,
            durable_names: names.clone(),
            names,
            ..State::default()
        };
        Self(Arc::new(Mutex::new(fresh)))
    }

    /// The same disk after a stop of the process alone: nothing written is lost.
    #[must_use]
    pub fn after_kill(&self) -> Self {
        let mut state = self.state().clone();
        for inode in &mut state.inodes {
            inode.durable = inode.live.clone();
            inode.pending.clear();
        }
        state.durable_names = state.names.clone();
        state.pending_names.clear();
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
            .filter(|(at, _)| self.operations > *at)
            .map(|(_, fault)| fault);
        if due.is_some() {
            self.plan = None;
            self.off = due == Some(Fault::PowerLoss);
        }
        Ok(due)
    }

    /// An operation that a fault simply prevents.
    fn step_or_fail(&mut self) -> io::Result<()> {
        match self.step()? {
            None => Ok(()),
            Some(Fault::PowerLoss) => Err(no_power()),
            Some(Fault::Refused | Fault::ShortWrite) => Err(io::Error::other("input/output error")),
        }
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
        state.step_or_fail()?;
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
        state.step_or_fail()?;
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
            state.step_or_fail()?;
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
        state.step_or_fail()?;
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
            state.powered()?;
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
            let data = match fault {
                None | Some(Fault::PowerLoss) => data,
                Some(Fault::Refused) => return Err(io::Error::other("input/output error")),
                Some(Fault::ShortWrite) => data.get(..data.len() / 2).unwrap_or_default(),
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
            state.step_or_fail()?;
            inode
                .live
                .resize(usize::try_from(length).map_err(io::Error::other)?, 0);
            inode.pending.push(Change::SetLen(length));
            Ok(())
        })
    }

    fn sync(&self) -> io::Result<()> {
        self.with(|state, inode| {
            state.step_or_fail()?;
            if !state.lying {
                inode.durable = inode.live.clone();
                inode.pending.clear();
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
