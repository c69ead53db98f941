//! The little of a file system that the store needs, as two traits, so that the same store runs
//! over a directory, over a view that writes nothing (`check`), and over a disk that loses power
//! (`testing::disk`). Names are relative to the ledger's directory and use `/`.

use std::fmt::Debug;
use std::fs;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One open file. All offsets and lengths are bytes.
pub trait File: Debug + Send + Sync {
    /// Current length.
    fn len(&self) -> io::Result<u64>;
    /// Whether it has no bytes.
    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }
    /// Fills `out` from `offset`; an error if the file ends before.
    fn read_at(&self, offset: u64, out: &mut [u8]) -> io::Result<()>;
    /// Writes all of `data` at `offset`, growing the file if needed.
    fn write_at(&self, offset: u64, data: &[u8]) -> io::Result<()>;
    /// Sets the length; new bytes are zero.
    fn set_len(&self, length: u64) -> io::Result<()>;
    /// Returns when everything written is on stable storage (fdatasync).
    fn sync(&self) -> io::Result<()>;
}

/// A directory of files.
pub trait Files: Debug + Send + Sync {
    /// Opens an existing file; `None` if there is none of this name.
    fn open(&self, name: &str) -> io::Result<Option<Arc<dyn File>>>;
    /// Creates an empty file, or empties the one there is.
    fn create(&self, name: &str) -> io::Result<Arc<dyn File>>;
    /// Renames, replacing the target in one step.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Removes a file; no error if it is not there.
    fn remove(&self, name: &str) -> io::Result<()>;
    /// Names of the files directly below `dir` (`""` is the top), sorted, without the folder.
    fn list(&self, dir: &str) -> io::Result<Vec<String>>;
    /// Returns when the entries of `dir` are on stable storage.
    fn sync_dir(&self, dir: &str) -> io::Result<()>;
}

/// All bytes of `name`, refusing more than `max`; `None` if there is no such file.
pub fn read_all(files: &dyn Files, name: &str, max: u64) -> io::Result<Option<Vec<u8>>> {
    let Some(file) = files.open(name)? else {
        return Ok(None);
    };
    let length = file.len()?;
    if length > max {
        let what = format!("{name} has {length} bytes, at most {max} are expected");
        return Err(io::Error::new(io::ErrorKind::InvalidData, what));
    }
    let length = usize::try_from(length).map_err(io::Error::other)?;
    let mut bytes = vec![0; length];
    file.read_at(0, &mut bytes)?;
    Ok(Some(bytes))
}

/// Replaces `name` at the top of the directory so that after a crash either the old or the new
/// bytes are there, whole; durable on return.
pub fn write_whole(files: &dyn Files, name: &str, bytes: &[u8]) -> io::Result<()> {
    let fresh = format!("{name}.new");
    let file = files.create(&fresh)?;
    file.write_at(0, bytes)?;
    file.sync()?;
    files.rename(&fresh, name)?;
    files.sync_dir("")
}

/// BLAKE3 of a whole file and its length; `None` if there is no such file.
pub fn digest(files: &dyn Files, name: &str) -> io::Result<Option<(u64, [u8; 32])>> {
    let Some(file) = files.open(name)? else {
        return Ok(None);
    };
    let length = file.len()?;
    let mut hasher = blake3::Hasher::new();
    let mut chunk = vec![0; 256 * 1024];
    let mut at = 0;
    while at < length {
        let rest = usize::try_from(length - at)
            .unwrap_or(usize::MAX)
            .min(chunk.len());
        let Some(part) = chunk.get_mut(..rest) else {
            break;
        };
        file.read_at(at, part)?;
        hasher.update(part);
        at += rest as u64;
    }
    Ok(Some((length, *hasher.finalize().as_bytes())))
}

/// A directory of the operating system.
#[derive(Debug)]
pub struct Directory {
    root: PathBuf,
}

/// Keeps other processes out of a directory while it lives.
#[derive(Debug)]
pub struct Lock {
    _handle: fs::File,
}

impl Directory {
    /// Makes the directory and its `log` folder, durably.
    pub fn create(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root.join("log"))?;
        fs::File::open(root)?.sync_all()?;
        if let Some(parent) = root
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
        {
            fs::File::open(parent)?.sync_all()?;
        }
        Ok(Self { root: root.into() })
    }

    /// An existing directory.
    pub fn open(root: &Path) -> io::Result<Self> {
        fs::File::open(root)?;
        Ok(Self { root: root.into() })
    }

    /// Keeps others out; `WouldBlock` if another process (or another opening in this one) does.
    pub fn lock(&self) -> io::Result<Lock> {
        let handle = fs::File::open(&self.root)?;
        match handle.try_lock() {
            Ok(()) => Ok(Lock { _handle: handle }),
            Err(fs::TryLockError::Error(error)) => Err(error),
            Err(fs::TryLockError::WouldBlock) => {
                let what = "the ledger is open already, here or in another process";
                Err(io::Error::new(io::ErrorKind::WouldBlock, what))
            }
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }
}

impl Files for Directory {
    fn open(&self, name: &str) -> io::Result<Option<Arc<dyn File>>> {
        let mut options = fs::OpenOptions::new();
        match options.read(true).write(true).open(self.path(name)) {
            Ok(file) => Ok(Some(Arc::new(OsFile(file)))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn File>> {
        let mut options = fs::OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(true);
        Ok(Arc::new(OsFile(file.open(self.path(name))?)))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path(from), self.path(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        match fs::remove_file(self.path(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn list(&self, dir: &str) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.path(dir))? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    fn sync_dir(&self, dir: &str) -> io::Result<()> {
        fs::File::open(self.path(dir))?.sync_all()
    }
}

#[derive(Debug)]
struct OsFile(fs::File);

impl File for OsFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn read_at(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.0.read_exact_at(out, offset)
    }

    fn write_at(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.0.write_all_at(data, offset)
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.0.set_len(length)
    }

    fn sync(&self) -> io::Result<()> {
        self.0.sync_data()
    }
}
