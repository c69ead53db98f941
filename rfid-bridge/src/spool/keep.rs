//! What is not an event yet and must not be lost either: open passages of tags and values that
//! wait for their event, as rows under keys of the pipeline's choice, and the names of letters
//! that were taken. A [`Change`] is one commit: the letters' names, what they did to the rows, and
//! the events that came of it. A letter acknowledged after the commit is neither lost nor counted
//! twice, whenever the process dies.

use redb::{
    ReadableDatabase, ReadableTable, ReadableTableMetadata, TableDefinition, TableError,
    WriteTransaction,
};

use super::{Broken, Spool, Weight, after_last, broken, insert_events, pack};

pub(super) const KEPT: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("kept");
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
        self.change(doing, |write, weight| {
            put_rows(write, weight, change).map_err(broken(doing))?;
            insert_events(write, weight, &change.events).map_err(broken(doing))?;
            remember(write, &change.seen).map_err(broken(doing))
        })
    }

    /// All rows, by key.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn kept(&self) -> Result<Vec<KeptRow>, Broken> {
        let doing = "reading what was kept";
        let database = self.database();
        let read = database.begin_read().map_err(broken(doing))?;
        let table = match read.open_table(KEPT) {
            Ok(table) => table,
            // A spool of an earlier version.
            Err(TableError::TableDoesNotExist(_)) => return Ok(Vec::new()),
            Err(error) => return Err(broken(doing)(error)),
        };
        let mut out = Vec::new();
        for row in table.iter().map_err(broken(doing))? {
            let (key, kept) = row.map_err(broken(doing))?;
            let serial = u64::try_from(out.len()).unwrap_or(u64::MAX);
            let row = pack::unpack(kept.value()).ok_or(Broken::Row { doing, serial })?;
            out.push((key.value().to_vec(), row));
        }
        Ok(out)
    }

    /// Which of some letters were taken already.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn seen(&self, names: &[LetterName]) -> Result<Vec<bool>, Broken> {
        let doing = "looking for letters";
        let database = self.database();
        let read = database.begin_read().map_err(broken(doing))?;
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

fn put_rows(
    write: &WriteTransaction,
    weight: &mut Weight,
    change: &Change,
) -> Result<(), redb::Error> {
    let mut table = write.open_table(KEPT)?;
    for (key, row) in &change.put {
        let kept = pack::pack(row);
        weight.more(kept.len());
        let before = table.insert(key.as_slice(), &*kept)?;
        weight.less(before.map(|kept| kept.value().len()));
    }
    for key in &change.remove {
        let gone = table.remove(key.as_slice())?;
        weight.less(gone.map(|kept| kept.value().len()));
    }
    Ok(())
}

/// Names of letters are not weighed: there are at most [`SEEN_MAX`] of them.
fn remember(write: &WriteTransaction, letters: &[LetterName]) -> Result<(), redb::Error> {
    let mut seen = write.open_table(SEEN)?;
    let mut seen_at = write.open_table(SEEN_AT)?;
    let mut serial = after_last(&seen_at)?;
    for name in letters {
        if seen.insert(name.as_slice(), serial)?.is_none() {
            seen_at.insert(serial, name.as_slice())?;
            serial += 1;
        }
    }
    while seen_at.len()? > SEEN_MAX {
        let Some((_, name)) = seen_at.pop_first()? else {
            break;
        };
        seen.remove(name.value())?;
    }
    Ok(())
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
