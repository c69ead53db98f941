//! The log on disk: files of lines under `access/`, each named by its first line, appended to and
//! never rewritten. What a crash left half written at the very end is cut off when the log is
//! opened; anything else that does not follow is damage and stays for whoever looks into it.
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};

use super::line::{Access, Broken, Head, Line};
use crate::keys::make_private_dir;

/// Bytes after which the next file is begun.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// The log could not be used.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// A file could not be read or written.
    #[error("using the access log {0}")]
    Io(String, #[source] io::Error),
    /// The chain is broken.
    #[error("the access log {0} is damaged")]
    Damaged(String, #[source] Broken),
}

/// The open log.
#[derive(Debug)]
pub(super) struct LogFile {
    dir: PathBuf,
    path: PathBuf,
    file: File,
    bytes: u64,
    head: Head,
}

impl LogFile {
    /// Opens the log in `dir`, making it when missing. Only the last file is read: it is what a
    /// crash may have cut.
    pub(super) fn open(dir: &Path) -> Result<Self, LogError> {
        make_private_dir(dir).map_err(|error| io_error(dir, error))?;
        let files = files(dir)?;
        let (path, head) = match files.last() {
            None => (dir.join(name(1)), Head::default()),
            Some(path) => (path.clone(), recovered(path)?),
        };
        let file = appended(&path).map_err(|error| io_error(&path, error))?;
        let bytes = file.metadata().map_or(0, |it| it.len());
        Ok(Self {
            dir: dir.to_path_buf(),
            path,
            file,
            bytes,
            head,
        })
    }

    pub(super) fn head(&self) -> Head {
        self.head
    }

    /// Appends accesses in their order. They are on disk after [`LogFile::sync`].
    pub(super) fn append(&mut self, accesses: Vec<Access>) -> Result<(), LogError> {
        if self.bytes >= FILE_BYTES_MAX {
            self.begin_next()?;
        }
        let mut text = Vec::new();
        let mut head = self.head;
        for access in accesses {
            let (line, next) = head.next(access);
            let written = serde_json::to_writer(&mut text, &line);
            written.map_err(|error| io_error(&self.path, error.into()))?;
            text.push(b'\n');
            head = next;
        }
        self.file
            .write_all(&text)
            .map_err(|error| io_error(&self.path, error))?;
        self.bytes = self
            .bytes
            .saturating_add(u64::try_from(text.len()).unwrap_or(0));
        self.head = head;
        Ok(())
    }

    pub(super) fn sync(&self) -> Result<(), LogError> {
        self.file
            .sync_data()
            .map_err(|error| io_error(&self.path, error))
    }

    fn begin_next(&mut self) -> Result<(), LogError> {
        self.sync()?;
        self.path = self.dir.join(name(self.head.seq.saturating_add(1)));
        self.file = appended(&self.path).map_err(|error| io_error(&self.path, error))?;
        self.bytes = 0;
        Ok(())
    }
}

/// Opens a file to append to; its name is durable when it is new.
fn appended(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let new = !path.exists();
    let file = File::options()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)?;
    if let Some(dir) = path.parent().filter(|_| new) {
        File::open(dir)?.sync_all()?;
    }
    Ok(file)
}

fn name(first: u64) -> String {
    format!("{first:020}.jsonl")
}

/// The files of a log, oldest first.
pub(super) fn files(dir: &Path) -> Result<Vec<PathBuf>, LogError> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(io_error(dir, error)),
    };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut paths: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|it| it == "jsonl"))
        .collect();
    paths.sort();
    Ok(paths)
}

/// The head of the last file; a last line without its end is cut off.
fn recovered(path: &Path) -> Result<Head, LogError> {
    let io = |error| io_error(path, error);
    let mut whole = 0;
    let mut head = None;
    let mut reader = BufReader::new(File::open(path).map_err(io)?);
    loop {
        let mut text = Vec::new();
        let read = reader.read_until(b'\n', &mut text).map_err(io)?;
        if text.pop() != Some(b'\n') {
            break;
        }
        let text = String::from_utf8_lossy(&text);
        let before = match head {
            Some(head) => head,
            None => start(&text).ok_or_else(|| damaged(path, Broken::Unreadable(1)))?,
        };
        head = Some(before.follow(&text).map_err(|why| damaged(path, why))?.1);
        whole += u64::try_from(read).unwrap_or(0);
    }
    let file = File::options().write(true).open(path).map_err(io)?;
    if file.metadata().map_err(io)?.len() > whole {
        file.set_len(whole).map_err(io)?;
        file.sync_all().map_err(io)?;
    }
    match head {
        Some(head) => Ok(head),
        // Begun and never written to: the file's name tells what came before, its content nothing.
        None => before(path),
    }
}

/// What a first line says of the line before it.
fn start(text: &str) -> Option<Head> {
    let line: Line = serde_json::from_str(text).ok()?;
    let mut hash = [0; 32];
    hex::decode_to_slice(&line.prev, &mut hash).ok()?;
    Some(Head {
        seq: line.seq.checked_sub(1)?,
        hash,
    })
}

/// The head of the file before one.
fn before(path: &Path) -> Result<Head, LogError> {
    let dir = path.parent().unwrap_or(path);
    let all = files(dir)?;
    match all.iter().rev().find(|other| other.as_path() < path) {
        Some(other) => recovered(other),
        None => Ok(Head::default()),
    }
}

/// Calls `each` with every line from the first to the last, checking the chain.
///
/// # Errors
/// [`LogError`]; the lines before the damage were given.
pub(super) fn walk(dir: &Path, mut each: impl FnMut(Line, Head)) -> Result<Head, LogError> {
    let mut head = Head::default();
    for path in files(dir)? {
        let file = File::open(&path).map_err(|error| io_error(&path, error))?;
        for text in BufReader::new(file).lines() {
            let text = text.map_err(|error| io_error(&path, error))?;
            let (line, next) = head.follow(&text).map_err(|why| damaged(&path, why))?;
            head = next;
            each(line, head);
        }
    }
    Ok(head)
}

/// The lines of a file, oldest first, as far as they can be read.
pub(super) fn lines(path: &Path) -> Result<Vec<Line>, LogError> {
    let text = fs::read(path).map_err(|error| io_error(path, error))?;
    let lines = text.split(|byte| *byte == b'\n');
    Ok(lines
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect())
}

fn io_error(path: &Path, error: io::Error) -> LogError {
    LogError::Io(path.display().to_string(), error)
}

fn damaged(path: &Path, why: Broken) -> LogError {
    LogError::Damaged(path.display().to_string(), why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(status: u16) -> Access {
        Access {
            status,
            ..Access::default()
        }
    }

    #[test]
    fn a_log_goes_on_after_a_crash_in_the_middle_of_a_line() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = LogFile::open(dir.path()).unwrap();
        log.append(vec![access(200), access(404)]).unwrap();
        log.sync().unwrap();
        let head = log.head();
        drop(log);
        let path = files(dir.path()).unwrap().remove(0);
        let mut file = File::options().append(true).open(&path).unwrap();
        file.write_all(b"{\"seq\":3,\"acc").unwrap();
        drop(file);
        let mut log = LogFile::open(dir.path()).unwrap();
        assert_eq!(log.head(), head);
        log.append(vec![access(500)]).unwrap();
        drop(log);
        let mut seen = Vec::new();
        let end = walk(dir.path(), |line, _| seen.push(line.access.status)).unwrap();
        assert_eq!((seen, end.seq), (vec![200, 404, 500], 3));
    }

    #[test]
    fn files_follow_each_other() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = LogFile::open(dir.path()).unwrap();
        log.append(vec![access(1)]).unwrap();
        log.bytes = FILE_BYTES_MAX;
        log.append(vec![access(2)]).unwrap();
        log.bytes = FILE_BYTES_MAX;
        log.begin_next().unwrap();
        drop(log);
        let log = LogFile::open(dir.path()).unwrap();
        assert_eq!(log.head().seq, 2, "an empty last file hides nothing");
        assert_eq!(files(dir.path()).unwrap().len(), 3);
        assert_eq!(walk(dir.path(), |_, _| ()).unwrap().seq, 2);
    }

    #[test]
    fn damage_is_named_and_not_mended() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = LogFile::open(dir.path()).unwrap();
        log.append(vec![access(200), access(404)]).unwrap();
        drop(log);
        let path = files(dir.path()).unwrap().remove(0);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replace("\"status\":200", "\"status\":201")).unwrap();
        assert!(matches!(
            LogFile::open(dir.path()),
            Err(LogError::Damaged(_, Broken::Changed(1)))
        ));
    }
}
