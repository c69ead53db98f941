//! What is not an event yet and must not be lost either: open passages of tags and values that
//! wait for their event, as rows under keys of the pipeline's choice, and the names of letters
//! that were taken. A [`Change`] is one commit: the letters' names, what they did to the rows, and
//! the events that came of it. A letter acknowledged after the commit is neither lost nor counted
//! twice, whenever the process dies.

use redb::{ReadableDatabase, ReadableTable, ReadableTableMetadata, TableDefinition, TableError};

use super::{Broken, EVENTS, Spool, after_last, broken};

const KEPT: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("kept");
/// Name of a letter -> when it came, as a serial.
const SEEN: TableDefinition<'_, &[u8], u64> = TableDefinition::new("seen");
/// The same the other way round, to forget the oldest.
const SEEN_AT: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("seen_at");

/// Names of letters that are remembered; a broker repeats at most what was in flight (65,535).
pub const SEEN_MAX: u64 = 200_000;

/// Name of a letter: 16 bytes of a hash.
pub type LetterName = [u8; 16];

/// Key and content of a row.
pub type KeptRow = (Vec<u8>, Vec<u8>);

/// One commit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    /// Rows to write.
    pub put: Vec<KeptRow>,
    /// Rows that are done.
    pub remove: Vec<Vec<u8>>,
    /// Canonical events.
    pub events: Vec<Vec<u8>>,
    /// Letters taken.
    pub seen: Vec<LetterName>,
}

impl Change {
    /// Nothing to do.
    pub fn is_empty(&self) -> bool {
        self.put.is_empty()
            && self.remove.is_empty()
            && self.events.is_empty()
            && self.seen.is_empty()
    }
}

impl Spool {
    /// Commits a change; on disk when it returns. A row that is both written and done is done.
    ///
    /// # Errors
    /// [`Broken`]; then nothing has changed.
    pub fn apply(&self, change: &Change) -> Result<(), Broken> {
        let doing = "keeping a change";
        let write = self.database.begin_write().map_err(broken(doing))?;
        {
            let mut kept = write.open_table(KEPT).map_err(broken(doing))?;
            for (key, row) in &change.put {
                kept.insert(key.as_slice(), row.as_slice())
                    .map_err(broken(doing))?;
            }
            for key in &change.remove {
                kept.remove(key.as_slice()).map_err(broken(doing))?;
            }
            let mut events = write.open_table(EVENTS).map_err(broken(doing))?;
            let first = after_last(&events).map_err(broken(doing))?;
            for (serial, event) in (first..).zip(&change.events) {
                events
                    .insert(serial, event.as_slice())
                    .map_err(broken(doing))?;
            }
            let mut seen = write.open_table(SEEN).map_err(broken(doing))?;
            let mut seen_at = write.open_table(SEEN_AT).map_err(broken(doing))?;
            let mut serial = after_last(&seen_at).map_err(broken(doing))?;
            for name in &change.seen {
                if seen
                    .insert(name.as_slice(), serial)
                    .map_err(broken(doing))?
                    .is_none()
                {
                    seen_at
                        .insert(serial, name.as_slice())
                        .map_err(broken(doing))?;
                    serial += 1;
                }
            }
            while seen_at.len().map_err(broken(doing))? > SEEN_MAX {
                let Some((_, name)) = seen_at.pop_first().map_err(broken(doing))? else {
                    break;
                };
                seen.remove(name.value()).map_err(broken(doing))?;
            }
        }
        write.commit().map_err(broken(doing))
    }

    /// All rows, by key.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn kept(&self) -> Result<Vec<KeptRow>, Broken> {
        let doing = "reading what was kept";
        let read = self.database.begin_read().map_err(broken(doing))?;
        let table = match read.open_table(KEPT) {
            Ok(table) => table,
            // A spool of an earlier version.
            Err(TableError::TableDoesNotExist(_)) => return Ok(Vec::new()),
            Err(error) => return Err(broken(doing)(error)),
        };
        let mut out = Vec::new();
        for row in table.iter().map_err(broken(doing))? {
            let (key, value) = row.map_err(broken(doing))?;
            out.push((key.value().to_vec(), value.value().to_vec()));
        }
        Ok(out)
    }

    /// Which of some letters were taken already.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn seen(&self, names: &[LetterName]) -> Result<Vec<bool>, Broken> {
        let doing = "looking for letters";
        let read = self.database.begin_read().map_err(broken(doing))?;
        let table = match read.open_table(SEEN) {
            Ok(table) => table,
            Err(TableError::TableDoesNotExist(_)) => return Ok(vec![false; names.len()]),
            Err(error) => return Err(broken(doing)(error)),
        };
        let known = |name: &LetterName| table.get(name.as_slice()).map(|row| row.is_some());
        names
            .iter()
            .map(known)
            .collect::<Result<_, _>>()
            .map_err(broken(doing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(number: u64) -> LetterName {
        let mut name = [0; 16];
        name[..8].copy_from_slice(&number.to_le_bytes());
        name
    }

    #[test]
    fn a_change_is_whole_and_survives() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spool.redb");
        let spool = Spool::open(&path).unwrap();
        assert_eq!(spool.kept().unwrap(), []);
        assert_eq!(spool.seen(&[name(1)]).unwrap(), [false]);
        let row = |key: &[u8], value: &[u8]| (key.to_vec(), value.to_vec());
        let change = Change {
            put: vec![row(b"a", b"1"), row(b"b", b"2"), row(b"c", b"3")],
            remove: vec![b"c".to_vec(), b"none".to_vec()],
            events: vec![b"event".to_vec()],
            seen: vec![name(1), name(2), name(1)],
        };
        spool.apply(&change).unwrap();
        drop(spool);
        let spool = Spool::open(&path).unwrap();
        assert_eq!(spool.kept().unwrap(), [row(b"a", b"1"), row(b"b", b"2")]);
        assert_eq!(
            spool.seen(&[name(2), name(3), name(1)]).unwrap(),
            [true, false, true]
        );
        assert_eq!(spool.stock().unwrap().events, 1);
    }

    #[test]
    fn the_oldest_names_are_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(&folder.path().join("spool.redb")).unwrap();
        let seen: Vec<LetterName> = (0..SEEN_MAX + 3).map(name).collect();
        let change = Change {
            seen,
            ..Change::default()
        };
        spool.apply(&change).unwrap();
        assert_eq!(
            spool
                .seen(&[name(0), name(2), name(3), name(SEEN_MAX + 2)])
                .unwrap(),
            [false, false, true, true]
        );
    }
}
