//! A disk under observation: somebody looks at it before each operation that changes something.
//! What the look sees is what would be there if the process or the power stopped right now.

use std::fmt;
use std::io;
use std::sync::Arc;

use tangle::store::files::{File, Files};
use tangle::testing::disk::Disk;

/// Called before each change.
pub(crate) type Look = Arc<dyn Fn(&Disk) + Send + Sync>;

/// The disk.
#[derive(Clone)]
pub(crate) struct Watched {
    pub(crate) disk: Disk,
    pub(crate) look: Look,
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched").finish_non_exhaustive()
    }
}

impl Watched {
    fn look(&self) {
        (self.look)(&self.disk);
    }

    fn file(&self, below: Arc<dyn File>) -> Arc<dyn File> {
        let watched = self.clone();
        Arc::new(WatchedFile { below, watched })
    }
}

impl Files for Watched {
    fn open(&self, name: &str) -> io::Result<Option<Arc<dyn File>>> {
        Ok(self.disk.open(name)?.map(|file| self.file(file)))
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn File>> {
        self.look();
        Ok(self.file(self.disk.create(name)?))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.look();
        self.disk.rename(from, to)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.look();
        self.disk.remove(name)
    }

    fn list(&self, dir: &str) -> io::Result<Vec<String>> {
        self.disk.list(dir)
    }

    fn sync_dir(&self, dir: &str) -> io::Result<()> {
        self.look();
        self.disk.sync_dir(dir)
    }
}

#[derive(Debug)]
struct WatchedFile {
    below: Arc<dyn File>,
    watched: Watched,
}

impl File for WatchedFile {
    fn len(&self) -> io::Result<u64> {
        self.below.len()
    }

    fn read_at(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.below.read_at(offset, out)
    }

    fn write_at(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.watched.look();
        self.below.write_at(offset, data)
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.watched.look();
        self.below.set_len(length)
    }

    fn sync(&self) -> io::Result<()> {
        self.watched.look();
        self.below.sync()
    }
}
