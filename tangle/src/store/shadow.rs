//! A view of a directory that writes nothing: reads come from the files below, writes stay in
//! memory. `check` opens a ledger through it, so that looking changes nothing.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::files::{File, Files};

const PAGE: u64 = 4096;

/// Files over other files.
#[derive(Debug)]
pub(super) struct Shadow {
    below: Arc<dyn Files>,
    changed: Mutex<BTreeMap<String, Option<Arc<dyn File>>>>,
}

impl Shadow {
    pub(super) fn new(below: Arc<dyn Files>) -> Self {
        Self {
            below,
            changed: Mutex::default(),
        }
    }

    fn changed(&self) -> MutexGuard<'_, BTreeMap<String, Option<Arc<dyn File>>>> {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Files for Shadow {
    fn open(&self, name: &str) -> io::Result<Option<Arc<dyn File>>> {
        if let Some(file) = self.changed().get(name) {
            return Ok(file.clone());
        }
        let Some(below) = self.below.open(name)? else {
            return Ok(None);
        };
        let length = below.len()?;
        let state = State {
            length,
            below_length: length,
            pages: BTreeMap::new(),
        };
        let file: Arc<dyn File> = Arc::new(ShadowFile {
            below: Some(below),
            state: Mutex::new(state),
        });
        self.changed().insert(name.into(), Some(Arc::clone(&file)));
        Ok(Some(file))
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn File>> {
        let file: Arc<dyn File> = Arc::new(ShadowFile {
            below: None,
            state: Mutex::new(State::default()),
        });
        self.changed().insert(name.into(), Some(Arc::clone(&file)));
        Ok(file)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let file = self.open(from)?.ok_or(io::ErrorKind::NotFound)?;
        let mut changed = self.changed();
        changed.insert(from.into(), None);
        changed.insert(to.into(), Some(file));
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.changed().insert(name.into(), None);
        Ok(())
    }

    fn list(&self, dir: &str) -> io::Result<Vec<String>> {
        let mut names: Vec<_> = self.below.list(dir)?;
        let prefix = if dir.is_empty() {
            String::new()
        } else {
            format!("{dir}/")
        };
        for (name, file) in self.changed().iter() {
            let Some(short) = name
                .strip_prefix(&prefix)
                .filter(|short| !short.contains('/'))
            else {
                continue;
            };
            names.retain(|known| known != short);
            if file.is_some() {
                names.push(short.to_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    fn sync_dir(&self, _: &str) -> io::Result<()> {
        Ok(())
    }
}

#[derive(Debug)]
struct ShadowFile {
    below: Option<Arc<dyn File>>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    length: u64,
    /// Bytes of the file below that still count.
    below_length: u64,
    pages: BTreeMap<u64, Vec<u8>>,
}

impl ShadowFile {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The page as it is below, zeros behind the end.
    fn page_below(&self, page: u64, below_length: u64) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(PAGE).unwrap_or(0)];
        let start = page * PAGE;
        let there = below_length.saturating_sub(start).min(PAGE);
        let part = usize::try_from(there)
            .ok()
            .and_then(|there| bytes.get_mut(..there));
        if let (Some(below), Some(part)) = (&self.below, part.filter(|part| !part.is_empty())) {
            below.read_at(start, part)?;
        }
        Ok(bytes)
    }
}

/// The pages that `length` bytes at `offset` touch: (page, offset in it, offset in the bytes,
/// length).
fn pieces(offset: u64, length: usize) -> impl Iterator<Item = (u64, usize, usize, usize)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        let at = offset + done as u64;
        let within = usize::try_from(at % PAGE).unwrap_or(0);
        let room = usize::try_from(PAGE).unwrap_or(0) - within;
        let part = room.min(length - done);
        let piece = (at / PAGE, within, done, part);
        done += part;
        (part > 0).then_some(piece)
    })
}

impl File for ShadowFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.state().length)
    }

    fn read_at(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.state();
        if offset.saturating_add(out.len() as u64) > state.length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        for (page, within, done, part) in pieces(offset, out.len()) {
            let bytes = match state.pages.get(&page) {
                Some(bytes) => Cow::Borrowed(bytes),
                None => Cow::Owned(self.page_below(page, state.below_length)?),
            };
            let from = bytes.get(within..within + part);
            if let (Some(to), Some(from)) = (out.get_mut(done..done + part), from) {
                to.copy_from_slice(from);
            }
        }
        Ok(())
    }

    fn write_at(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        for (page, within, done, part) in pieces(offset, data.len()) {
            if !state.pages.contains_key(&page) {
                let bytes = self.page_below(page, state.below_length)?;
                state.pages.insert(page, bytes);
            }
            let to = state
                .pages
                .get_mut(&page)
                .and_then(|it| it.get_mut(within..within + part));
            if let (Some(to), Some(from)) = (to, data.get(done..done + part)) {
                to.copy_from_slice(from);
            }
        }
        state.length = state.length.max(offset + data.len() as u64);
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        let mut state = self.state();
        state.below_length = state.below_length.min(length);
        state.length = length;
        // What is cut off reads as zeros if the file grows again.
        state.pages.retain(|page, _| page * PAGE < length);
        let last = length / PAGE;
        let within = usize::try_from(length % PAGE).unwrap_or(0);
        if let Some(rest) = state
            .pages
            .get_mut(&last)
            .and_then(|page| page.get_mut(within..))
        {
            rest.fill(0);
        }
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
