//! Forgetting: accesses whose time has come are removed with the whole file they stand in, and the
//! log says so first, in a line of its own chain. So a log that begins later than at its first line
//! is whole exactly where a line tells up to which one, with which hash, it was removed. Whatever
//! the power leaves undone is done at the next opening: the line is on disk before the first file
//! goes, and files go from the oldest on.
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use super::file::{LogError, files, io_error, start_of, walk_file};
use super::line::{Access, Head, Line};

/// What the line of a removal is called.
pub const ACTION: &str = "access_log_expired";

/// What is, or was, removed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Expired {
    /// Number of the first line that is removed.
    pub first: u64,
    /// The last one, with its hash.
    pub last: Head,
    /// All of it is older than this, Unix milliseconds.
    pub before_ms: i64,
}

impl Expired {
    /// How many lines.
    pub fn lines(&self) -> u64 {
        (self.last.seq + 1).saturating_sub(self.first)
    }

    /// What a line says of a removal, if it does.
    pub fn of(line: &Line) -> Option<Self> {
        let access = &line.access;
        if access.action.as_deref() != Some(ACTION) || access.key.is_some() {
            return None;
        }
        let words: Vec<&str> = access.target.split(' ').collect();
        let ["lines", first, "to", last, "with", hash, "before", before] = words.as_slice() else {
            return None;
        };
        let mut bytes = [0; 32];
        hex::decode_to_slice(hash, &mut bytes).ok()?;
        let expired = Self {
            first: first.parse().ok()?,
            last: Head {
                seq: last.parse().ok()?,
                hash: bytes,
            },
            before_ms: before.parse().ok()?,
        };
        // It tells of lines before itself.
        (expired.first <= expired.last.seq && expired.last.seq < line.seq).then_some(expired)
    }

    /// The line that tells of it.
    pub(super) fn told(&self, now_ms: i64) -> Access {
        let (Head { seq, hash }, first) = (self.last, self.first);
        let hash = hex::encode(hash);
        Access {
            at_ms: now_ms,
            action: Some(ACTION.to_owned()),
            target: format!(
                "lines {first} to {seq} with {hash} before {}",
                self.before_ms
            ),
            ..Access::default()
        }
    }
}

/// The longest beginning of a log that is older than a moment and ends with a file; the file that
/// is written to is never in it, and nothing from a line on that does not follow.
///
/// # Errors
/// [`LogError`] when a file cannot be read; damage is no error, it is kept for whoever looks.
pub(super) fn expired(dir: &Path, before_ms: i64) -> Result<Option<Expired>, LogError> {
    let all = files(dir)?;
    let Some((_, closed)) = all.split_last() else {
        return Ok(None);
    };
    let mut begun: Option<Head> = None;
    let mut end = None;
    for path in closed {
        // Begun and never written to, by a crash.
        if fs::metadata(path).is_ok_and(|it| it.len() == 0) {
            continue;
        }
        let Some(first) = first_line(path)? else {
            break;
        };
        let Some(start) = start_of(&first) else { break };
        if first.access.at_ms >= before_ms || end.is_some_and(|end| end != start) {
            break;
        }
        let mut young = false;
        let followed = walk_file(path, start, |line, _| {
            young |= line.access.at_ms >= before_ms;
        });
        let head = match followed {
            Ok(head) if !young => head,
            Ok(_) | Err(LogError::Damaged(..)) => break,
            Err(error) => return Err(error),
        };
        begun = begun.or(Some(start));
        end = Some(head);
    }
    Ok(begun.zip(end).map(|(begun, last)| Expired {
        first: begun.seq + 1,
        last,
        before_ms,
    }))
}

/// Removes the files of which nothing is left to keep, and what was put aside from among their
/// lines. Done twice it is done once.
pub(super) fn remove(dir: &Path, through: u64) -> Result<(), LogError> {
    let all = files(dir)?;
    let nexts = all.iter().skip(1).map(|next| named(next));
    for (path, next) in all.iter().zip(nexts) {
        // All lines of a file lie before the first one of the next.
        if next.is_none_or(|next| next > through + 1) {
            break;
        }
        fs::remove_file(path).map_err(|error| io_error(path, error))?;
    }
    for path in aside(dir)? {
        if torn_after(&path).is_some_and(|line| line < through) {
            fs::remove_file(&path).map_err(|error| io_error(&path, error))?;
        }
    }
    let synced = File::open(dir).and_then(|dir| dir.sync_all());
    synced.map_err(|error| io_error(dir, error))
}

/// The oldest line that is kept.
pub(super) fn oldest(dir: &Path) -> Result<Option<Line>, LogError> {
    for path in files(dir)? {
        if let Some(line) = first_line(&path)? {
            return Ok(Some(line));
        }
    }
    Ok(None)
}

/// None where there is none, or it cannot be read as one.
fn first_line(path: &Path) -> Result<Option<Line>, LogError> {
    let file = File::open(path).map_err(|error| io_error(path, error))?;
    let mut text = Vec::new();
    let read = BufReader::new(file).read_until(b'\n', &mut text);
    read.map_err(|error| io_error(path, error))?;
    Ok(serde_json::from_slice(&text).ok())
}

/// The number of a file's first line, as its name has it.
fn named(path: &Path) -> Option<u64> {
    path.file_stem()?.to_str()?.parse().ok()
}

fn aside(dir: &Path) -> Result<Vec<PathBuf>, LogError> {
    let entries = fs::read_dir(dir).map_err(|error| io_error(dir, error))?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    Ok(paths
        .filter(|path| path.extension().is_some_and(|it| it == "torn"))
        .collect())
}

/// Behind which line something was put aside: `FIRST.after-LINE.torn`.
fn torn_after(path: &Path) -> Option<u64> {
    let stem = path.file_stem()?.to_str()?;
    stem.split_once(".after-")?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::super::file::{LogFile, walk};
    use super::*;

    const DAY: i64 = 86_400_000;

    /// A log with a line a day, a file a week.
    fn log(dir: &Path, days: i64) -> LogFile {
        let mut log = LogFile::open(dir, 0).unwrap();
        for day in 0..days {
            let access = Access {
                at_ms: day * DAY,
                ..Access::default()
            };
            log.append(vec![access]).unwrap();
        }
        log.sync().unwrap();
        log
    }

    fn kept(dir: &Path) -> Vec<i64> {
        let mut days = Vec::new();
        walk(dir, |line, _| days.push(line.access.at_ms / DAY)).unwrap();
        days
    }

    #[test]
    fn what_is_old_goes_with_its_file_and_the_log_says_how_much() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = log(dir.path(), 30);
        assert_eq!(files(dir.path()).unwrap().len(), 5);
        assert_eq!(expired(dir.path(), 0).unwrap(), None);
        assert_eq!(
            expired(dir.path(), 6 * DAY).unwrap(),
            None,
            "a day is missing"
        );
        let found = expired(dir.path(), 15 * DAY).unwrap().expect("two files");
        assert_eq!((found.first, found.last.seq, found.lines()), (1, 14, 14));
        log.expire(&found, 40 * DAY).unwrap();
        assert_eq!(kept(dir.path()), (14..30).chain([40]).collect::<Vec<_>>());
        let mut told = Vec::new();
        walk(dir.path(), |line, _| told.extend(Expired::of(&line))).unwrap();
        assert_eq!(told, [found]);
        drop(log);
        let mut log = LogFile::open(dir.path(), 0).unwrap();
        let found = expired(dir.path(), 22 * DAY)
            .unwrap()
            .expect("one file more");
        assert_eq!((found.first, found.last.seq), (15, 21));
        log.expire(&found, 41 * DAY).unwrap();
        assert_eq!(kept(dir.path()).first(), Some(&21));
        // The file that is written to stays whatever its age.
        let found = expired(dir.path(), i64::MAX)
            .unwrap()
            .expect("the closed ones");
        log.expire(&found, 42 * DAY).unwrap();
        assert_eq!(files(dir.path()).unwrap().len(), 1);
        assert_eq!(expired(dir.path(), i64::MAX).unwrap(), None);
        assert!(!kept(dir.path()).is_empty());
    }

    /// The line is there, and of the files none, some or all: the next opening ends what was begun,
    /// and the log is whole at each moment.
    #[test]
    fn a_removal_that_was_cut_off_is_ended_at_the_next_opening() {
        for gone in 0..3 {
            let dir = tempfile::tempdir().unwrap();
            let mut log = log(dir.path(), 30);
            let found = expired(dir.path(), 15 * DAY).unwrap().expect("two files");
            log.append(vec![found.told(40 * DAY)]).unwrap();
            log.sync().unwrap();
            drop(log);
            for path in files(dir.path()).unwrap().iter().take(gone) {
                fs::remove_file(path).unwrap();
            }
            assert_eq!(kept(dir.path()).len(), 31 - 7 * gone, "{gone}");
            drop(LogFile::open(dir.path(), 0).unwrap());
            assert_eq!(kept(dir.path()), (14..30).chain([40]).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_beginning_that_is_gone_without_a_word_or_beyond_it_is_damage() {
        let missing = |told: bool, gone: usize| {
            let dir = tempfile::tempdir().unwrap();
            let mut log = log(dir.path(), 30);
            let found = expired(dir.path(), 15 * DAY).unwrap().expect("two files");
            if told {
                log.append(vec![found.told(40 * DAY)]).unwrap();
            }
            drop(log);
            for path in files(dir.path()).unwrap().iter().take(gone) {
                fs::remove_file(path).unwrap();
            }
            walk(dir.path(), |_, _| {}).is_err()
        };
        assert!(missing(false, 1) && missing(false, 2) && missing(true, 3));
        assert!(!missing(true, 0) && !missing(true, 1) && !missing(true, 2));
        // A word about another past.
        let dir = tempfile::tempdir().unwrap();
        let mut log = log(dir.path(), 30);
        let mut found = expired(dir.path(), 15 * DAY).unwrap().expect("two files");
        found.last.hash[0] ^= 1;
        log.expire(&found, 40 * DAY).unwrap();
        assert!(walk(dir.path(), |_, _| {}).is_err());
    }

    /// Damage is not forgotten: somebody has to look at it first.
    #[test]
    fn a_file_that_does_not_follow_is_not_removed() {
        let dir = tempfile::tempdir().unwrap();
        drop(log(dir.path(), 30));
        let second = files(dir.path()).unwrap().remove(1);
        let text = fs::read_to_string(&second).unwrap();
        fs::write(&second, text.replacen("\"status\":0", "\"status\":7", 1)).unwrap();
        let found = expired(dir.path(), i64::MAX).unwrap().expect("the first");
        assert_eq!(found.last.seq, 7);
    }

    /// What was put aside after a crash goes with the lines among which it stood.
    #[test]
    fn what_was_put_aside_goes_too() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = log(dir.path(), 30);
        let (old, young) = ("1.after-3.torn", "22.after-25.torn");
        for name in [old, young] {
            fs::write(dir.path().join(name), "half a line").unwrap();
        }
        let found = expired(dir.path(), 15 * DAY).unwrap().expect("two files");
        log.expire(&found, 40 * DAY).unwrap();
        assert!(!dir.path().join(old).exists() && dir.path().join(young).exists());
    }
}
