//! The log on disk: files of lines under `access/`, each named by its first line, appended to and
//! never rewritten. Lines that were not yet on disk when the power went may come back in pieces. So
//! from the first line of the last file that does not follow, the rest is put aside into a file of
//! its own, and the log goes on with a line that says so: nothing vanishes, and no scan waits for
//! somebody to look into it. Whether more was cut than a crash can cut, the ledger's recordings
//! tell (`theriac accesses check`).
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};

use super::line::{Access, Broken, Head, Line};
use super::retention::Expired;
use crate::keys::make_private_dir;

/// Bytes after which the next file is begun: the last one is read when the node opens.
const FILE_BYTES_MAX: u64 = 16 << 20;
/// Time after which the next file is begun, milliseconds: lines are forgotten by whole files.
const FILE_MS_MAX: i64 = 7 * 86_400_000;

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
    /// Time of the file's first line.
    first_ms: Option<i64>,
    head: Head,
}

impl LogFile {
    /// Opens the log in `dir`, making it when missing. Only the last file is read: it is what a
    /// crash may have torn.
    pub(super) fn open(dir: &Path, now_ms: i64) -> Result<Self, LogError> {
        make_private_dir(dir).map_err(|error| io_error(dir, error))?;
        let files = files(dir)?;
        let (path, found) = match files.last() {
            None => (dir.join(name(1)), Recovered::default()),
            Some(path) => (path.clone(), recovered(path)?),
        };
        // A removal that was told of and not ended.
        if let Some(told) = found.expired {
            super::retention::remove(dir, told.last.seq)?;
        }
        let aside = put_aside(&path, &found)?;
        let file = appended(&path).map_err(|error| io_error(&path, error))?;
        let bytes = file.metadata().map_or(0, |it| it.len());
        let mut log = Self {
            dir: dir.to_path_buf(),
            path,
            file,
            bytes,
            first_ms: found.first_ms,
            head: found.head,
        };
        if let Some(aside) = aside {
            log.append(vec![notice(now_ms, &aside, found.rest.len())])?;
            log.sync()?;
        }
        Ok(log)
    }

    pub(super) fn head(&self) -> Head {
        self.head
    }

    /// Appends accesses in their order. They are on disk after [`LogFile::sync`].
    pub(super) fn append(&mut self, accesses: Vec<Access>) -> Result<(), LogError> {
        let at_ms = accesses.first().map(|access| access.at_ms);
        let age_ms = at_ms
            .zip(self.first_ms)
            .map(|(now, first)| now.saturating_sub(first));
        if self.bytes >= FILE_BYTES_MAX || age_ms.is_some_and(|age| age >= FILE_MS_MAX) {
            self.begin_next()?;
        }
        self.first_ms = self.first_ms.or(at_ms);
        let mut text = Vec::new();
        let mut head = self.head;
        for access in accesses {
            head = head.write(&access, &mut text);
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
        self.first_ms = None;
        Ok(())
    }

    /// Says what is removed, and when that is on disk removes it.
    pub(super) fn expire(&mut self, expired: &Expired, now_ms: i64) -> Result<(), LogError> {
        self.append(vec![expired.told(now_ms)])?;
        self.sync()?;
        super::retention::remove(&self.dir, expired.last.seq)
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

/// What is left of a file.
#[derive(Debug, Default)]
struct Recovered {
    head: Head,
    /// Time of the first line.
    first_ms: Option<i64>,
    /// The last removal that its lines tell of.
    expired: Option<Expired>,
    /// Bytes up to the last line that follows.
    whole: u64,
    /// The bytes behind it.
    rest: Vec<u8>,
}

/// Follows a file's lines as far as they go.
fn recovered(path: &Path) -> Result<Recovered, LogError> {
    let bytes = fs::read(path).map_err(|error| io_error(path, error))?;
    let mut whole = 0;
    let (mut head, mut first_ms, mut expired) = (None, None, None);
    for text in bytes.split_inclusive(|byte| *byte == b'\n') {
        let line = text
            .strip_suffix(b"\n")
            .and_then(|it| std::str::from_utf8(it).ok());
        let before = head.or_else(|| line.and_then(start));
        let next = before
            .zip(line)
            .and_then(|(before, line)| before.follow(line).ok());
        let Some((line, next)) = next else { break };
        first_ms = first_ms.or(Some(line.access.at_ms));
        expired = Expired::of(&line).or(expired);
        head = Some(next);
        whole += text.len();
    }
    let head = match head {
        Some(head) => head,
        // Nothing in it follows: what came before is told by the file before it.
        None => before(path)?,
    };
    Ok(Recovered {
        head,
        first_ms,
        expired,
        whole: u64::try_from(whole).unwrap_or(u64::MAX),
        rest: bytes.get(whole..).unwrap_or_default().to_vec(),
    })
}

/// Moves what does not follow into a file of its own; that is on disk before anything is cut off.
fn put_aside(path: &Path, found: &Recovered) -> Result<Option<PathBuf>, LogError> {
    if found.rest.is_empty() {
        return Ok(None);
    }
    let io = |error| io_error(path, error);
    let aside = path.with_extension(format!("after-{}.torn", found.head.seq));
    let mut file = File::create(&aside).map_err(io)?;
    file.write_all(&found.rest).map_err(io)?;
    file.sync_all().map_err(io)?;
    if let Some(dir) = path.parent() {
        File::open(dir).and_then(|dir| dir.sync_all()).map_err(io)?;
    }
    let file = File::options().write(true).open(path).map_err(io)?;
    file.set_len(found.whole).map_err(io)?;
    file.sync_all().map_err(io)?;
    Ok(Some(aside))
}

/// The line that tells of what was put aside.
fn notice(now_ms: i64, aside: &Path, bytes: usize) -> Access {
    let name = aside.file_name().unwrap_or_default().to_string_lossy();
    Access {
        at_ms: now_ms,
        action: Some("access_log_recovered".to_owned()),
        target: format!("{bytes} bytes did not follow and lie in {name}"),
        ..Access::default()
    }
}

/// What a first line says of the line before it.
fn start(text: &str) -> Option<Head> {
    start_of(&serde_json::from_str(text).ok()?)
}

/// What a line says of the line before it.
pub(super) fn start_of(line: &Line) -> Option<Head> {
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
        Some(other) => Ok(recovered(other)?.head),
        None => Ok(Head::default()),
    }
}

/// Calls `each` with every line from the first that is kept to the last, checking the chain, and
/// that what comes before the first was removed as a later line tells.
///
/// # Errors
/// [`LogError`]; the lines before the damage were given.
pub(super) fn walk(dir: &Path, mut each: impl FnMut(Line, Head)) -> Result<Head, LogError> {
    let all = files(dir)?;
    let begun = begin_of(&all)?;
    let mut head = begun;
    // Files end where removals may; of those only the last one matters.
    let mut ends = vec![begun];
    let mut told = None;
    for path in &all {
        head = walk_file(path, head, |line, head| {
            told = Expired::of(&line).or(told);
            each(line, head);
        })?;
        ends.push(head);
    }
    let first = all.first().map_or(dir, PathBuf::as_path);
    let beginning = || damaged(first, Broken::Apart(begun.seq));
    match told.map(|told| told.last) {
        None if begun.seq == 0 => {}
        Some(last) if last.seq < begun.seq => return Err(beginning()),
        Some(last) if ends.contains(&last) => {}
        None | Some(_) => return Err(beginning()),
    }
    Ok(head)
}

/// The end of what was before the first line that is there.
fn begin_of(all: &[PathBuf]) -> Result<Head, LogError> {
    for path in all {
        let file = File::open(path).map_err(|error| io_error(path, error))?;
        let mut text = String::new();
        let read = BufReader::new(file).read_line(&mut text);
        // What cannot be read is found when it is followed.
        if read.is_ok_and(|bytes| bytes > 0) {
            return Ok(start(&text).unwrap_or_default());
        }
    }
    Ok(Head::default())
}

/// Follows the lines of a file from an end on.
pub(super) fn walk_file(
    path: &Path,
    mut head: Head,
    mut each: impl FnMut(Line, Head),
) -> Result<Head, LogError> {
    let file = File::open(path).map_err(|error| io_error(path, error))?;
    for text in BufReader::new(file).lines() {
        let text = text.map_err(|error| io_error(path, error))?;
        let (line, next) = head.follow(&text).map_err(|why| damaged(path, why))?;
        head = next;
        each(line, head);
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

pub(super) fn io_error(path: &Path, error: io::Error) -> LogError {
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

    fn open(dir: &Path) -> LogFile {
        LogFile::open(dir, 0).unwrap()
    }

    fn statuses(dir: &Path) -> Vec<u16> {
        let mut seen = Vec::new();
        walk(dir, |line, _| seen.push(line.access.status)).unwrap();
        seen
    }

    /// What the power left is cut at any place, or has a hole anywhere: the log goes on behind the
    /// last line that follows, says so, and keeps the rest.
    #[test]
    fn a_log_goes_on_after_any_crash() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = open(dir.path());
        log.append(vec![access(200), access(404), access(500)])
            .unwrap();
        drop(log);
        let path = files(dir.path()).unwrap().remove(0);
        let whole = fs::read(&path).unwrap();
        for cut in 0..whole.len() {
            for hole in [false, true] {
                let mut torn = whole.clone();
                if hole {
                    torn[cut..].iter_mut().take(9).for_each(|byte| *byte = 0);
                } else {
                    torn.truncate(cut);
                }
                fs::write(&path, &torn).unwrap();
                let lines = whole
                    .iter()
                    .take(cut)
                    .filter(|byte| **byte == b'\n')
                    .count();
                let mut log = open(dir.path());
                let notes = usize::from(hole || !(cut == 0 || whole[cut - 1] == b'\n'));
                let wanted = u64::try_from(lines + notes).unwrap();
                assert_eq!(log.head().seq, wanted, "{cut} {hole}");
                log.append(vec![access(1)]).unwrap();
                drop(log);
                assert_eq!(
                    statuses(dir.path()).len(),
                    lines + notes + 1,
                    "{cut} {hole}"
                );
                let kept = fs::read_dir(dir.path()).unwrap().flatten();
                for kept in kept.filter(|it| it.path() != path) {
                    assert_eq!(notes, 1);
                    let rest = fs::read(kept.path()).unwrap();
                    assert!(torn.ends_with(&rest));
                    fs::remove_file(kept.path()).unwrap();
                }
            }
        }
    }

    #[test]
    fn files_follow_each_other() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = open(dir.path());
        log.append(vec![access(1)]).unwrap();
        log.bytes = FILE_BYTES_MAX;
        log.append(vec![access(2)]).unwrap();
        log.bytes = FILE_BYTES_MAX;
        log.begin_next().unwrap();
        drop(log);
        let log = open(dir.path());
        assert_eq!(log.head().seq, 2, "an empty last file hides nothing");
        assert_eq!(files(dir.path()).unwrap().len(), 3);
        assert_eq!(statuses(dir.path()), [1, 2]);
    }
}
