//! A file system that loses power: everything a process writes is there for all processes, as
//! long as nobody pulls the plug; then only what was synced is sure to be. Mounted with FUSE, so
//! that the real binaries run on it with all their files: ledger, keys, databases, settings.
//!
//! A file's bytes are sure after `fsync` of the file, its name after `fsync` of its folder. Of
//! what was not synced, each sector of 512 bytes may be there or not, and of the changes to a
//! folder the first so many: as a journalling file system leaves them.

mod mounted;
mod tree;

use std::io;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fuser::{BackgroundSession, Config, MountOption};

use mounted::Mounted;
use tree::Tree;

/// What happens to everything that was not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsynced {
    /// It is gone.
    Gone,
    /// It is there.
    Kept,
    /// Each sector and each change of a folder has its own luck, drawn from this seed.
    Torn(u64),
}

/// So often a busy disk is tried again, a tenth of a second apart.
const PATIENCE: usize = 100;

/// A mounted disk.
#[derive(Debug)]
pub struct PowerDisk {
    tree: Arc<Mutex<Tree>>,
    session: Option<BackgroundSession>,
}

impl PowerDisk {
    /// An empty disk, mounted at `at`, a folder that exists.
    ///
    /// # Errors
    /// Where FUSE cannot be had or may not be used.
    pub fn mount(at: &Path) -> io::Result<Self> {
        let mut disk = Self {
            tree: Arc::default(),
            session: None,
        };
        disk.attach(at)?;
        Ok(disk)
    }

    fn attach(&mut self, at: &Path) -> io::Result<()> {
        let mut config = Config::default();
        config.mount_options = vec![MountOption::FSName("power-disk".into())];
        let mounted = Mounted(Arc::clone(&self.tree));
        self.session = Some(fuser::spawn_mount(mounted, at, &config)?);
        Ok(())
    }

    /// A process that has just ended may hold the disk a moment longer, and the session gives up
    /// at the first refusal.
    fn detach(&mut self, at: &Path) {
        let Some(session) = self.session.take() else {
            return;
        };
        for _ in 0..PATIENCE {
            let told = Command::new("umount").arg(at).output();
            let told = told.expect("the system unmounts");
            if told.status.success() {
                return session.join().expect("the disk ended in good order");
            }
            if !String::from_utf8_lossy(&told.stderr).contains("busy") {
                break;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        session
            .umount_and_join()
            .expect("nobody uses the disk any more");
    }

    /// Pulls the plug and plugs it in again: every process that used the disk has ended before.
    ///
    /// # Panics
    /// When a process still has a file of it open.
    pub fn lose_power(&mut self, at: &Path, unsynced: Unsynced) {
        self.detach(at);
        lock(&self.tree).lose_power(unsynced);
        self.attach(at).expect("it was mounted before");
    }

    /// How many times something was synced.
    #[must_use]
    pub fn syncs(&self) -> u64 {
        lock(&self.tree).syncs
    }

    /// From now on syncs do nothing, as those of a disk that lies.
    pub fn lie(&self) {
        lock(&self.tree).lies = true;
    }
}

impl Drop for PowerDisk {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            // A failed test may leave files open; the kernel lets go when they are closed.
            drop(session);
        }
    }
}

fn lock(tree: &Mutex<Tree>) -> MutexGuard<'_, Tree> {
    tree.lock().unwrap_or_else(PoisonError::into_inner)
}
