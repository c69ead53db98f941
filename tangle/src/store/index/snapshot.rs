//! What is in redb at one commit, for reading: the tables stay as they are while the next commit
//! is made, and readers that still look at an older one are not disturbed.

use std::collections::BTreeMap;
use std::sync::Arc;

use redb::{ReadOnlyTable, ReadTransaction, ReadableDatabase};

use super::INDEX;
use super::filter::{Filter, PAGE_BLOCKS};
use super::manifest::{Family, Manifest, Run};
use super::pages::{self, Array, PAGE_FENCES};
use super::{META, OUTCOMES, PAGES, failed, some_table};
use crate::error::Broken;
use crate::store::mark::Mark;

/// Name of the record.
pub(super) const MANIFEST: &str = "manifest";
/// Name of the record.
pub(super) const MARK: &str = "mark";
/// The records' checksums cover their name, as a number.
pub(super) fn record_key(name: &str) -> u64 {
    name.bytes().fold(0, |key, byte| key << 8 | u64::from(byte))
}

/// The tables at one commit.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pages: Option<ReadOnlyTable<u64, &'static [u8]>>,
    pub(super) outcomes: Option<ReadOnlyTable<u64, &'static [u8]>>,
    /// What is there.
    pub(super) manifest: Manifest,
    /// What leads into each run.
    pub(super) guides: BTreeMap<u32, Arc<Guide>>,
    /// Where the log stood; `None` before the first commit.
    pub(super) mark: Option<Mark>,
}

/// What is kept in memory of a run, so that a look-up reads the right page and no other.
#[derive(Debug)]
pub(super) struct Guide {
    /// First keys of its pages.
    fences: Vec<u64>,
    /// Keys it does not have.
    filter: Option<Filter>,
}

impl Snapshot {
    /// The latest commit; guides of runs that `known` has are taken from there.
    pub(super) fn latest(
        database: &redb::Database,
        known: &BTreeMap<u32, Arc<Guide>>,
    ) -> Result<Self, Broken> {
        let read = database.begin_read().map_err(failed)?;
        let record = |name| record(&read, name);
        let manifest = match record(MANIFEST)? {
            Some(bytes) => Manifest::from_bytes(&bytes).map_err(unreadable)?,
            None => Manifest::default(),
        };
        let mark = record(MARK)?;
        let mark = mark.map(|bytes| Mark::from_bytes(&bytes).map_err(unreadable));
        let mut snapshot = Self {
            pages: some_table(read.open_table(PAGES))?,
            outcomes: some_table(read.open_table(OUTCOMES))?,
            manifest,
            guides: BTreeMap::new(),
            mark: mark.transpose()?,
        };
        for run in &snapshot.manifest.runs {
            let guide = match known.get(&run.number) {
                Some(guide) => Arc::clone(guide),
                None => Arc::new(Guide {
                    fences: snapshot.read_fences(*run)?,
                    filter: snapshot.read_filter(*run)?,
                }),
            };
            snapshot.guides.insert(run.number, guide);
        }
        Ok(snapshot)
    }

    /// Body of a page; `None` if there is none of this key.
    pub(super) fn page<T>(
        &self,
        key: u64,
        read: impl FnOnce(&[u8]) -> T,
    ) -> Result<Option<T>, Broken> {
        let Some(table) = &self.pages else {
            return Ok(None);
        };
        let Some(value) = table.get(key).map_err(failed)? else {
            return Ok(None);
        };
        pages::opened(key, value.value()).map(|body| Some(read(body)))
    }

    /// Body of a page that must be there.
    pub(super) fn page_there<T>(
        &self,
        key: u64,
        read: impl FnOnce(&[u8]) -> T,
    ) -> Result<T, Broken> {
        let missing = || Broken::corrupt(INDEX, 0, format!("page {key:016x} is missing"));
        self.page(key, read)?.ok_or_else(missing)
    }

    /// A row of an array; `None` beyond its end.
    pub(super) fn row<const N: usize>(
        &self,
        array: Array,
        number: u64,
    ) -> Result<Option<[u8; N]>, Broken> {
        if number >= self.manifest.length(array) {
            return Ok(None);
        }
        let key = array.key(number / array.per_page());
        let at = usize::try_from(number % array.per_page()).unwrap_or(0) * array.width();
        let row = self.page_there(key, |body| {
            body.get(at..).and_then(|rest| rest.first_chunk().copied())
        })?;
        let missing = || Broken::corrupt(INDEX, 0, format!("page {key:016x} is too short"));
        row.ok_or_else(missing).map(Some)
    }

    /// Rows of an array from `from` on, up to `count` of them; fewer where it ends.
    pub(super) fn rows<const N: usize>(
        &self,
        array: Array,
        from: u64,
        count: u64,
    ) -> Result<Vec<[u8; N]>, Broken> {
        let end = self.manifest.length(array).min(from.saturating_add(count));
        let mut found = Vec::new();
        let mut next = from;
        while next < end {
            let key = array.key(next / array.per_page());
            let first = usize::try_from(next % array.per_page()).unwrap_or(0);
            let wanted = usize::try_from(end - next).unwrap_or(usize::MAX);
            let before = found.len();
            self.page_there(key, |body| {
                let rows = body.as_chunks::<N>().0.iter().skip(first);
                found.extend(rows.take(wanted));
            })?;
            if found.len() == before {
                let what = format!("page {key:016x} is too short");
                return Err(Broken::corrupt(INDEX, 0, what));
            }
            next += (found.len() - before) as u64;
        }
        Ok(found)
    }

    /// Appends the local ids under a key of a family to `out`, in no order.
    pub(super) fn find(&self, family: Family, key: u64, out: &mut Vec<u64>) -> Result<(), Broken> {
        for run in self.manifest.runs.iter().filter(|it| it.family == family) {
            let Some(guide) = self.guides.get(&run.number) else {
                continue;
            };
            if guide
                .filter
                .as_ref()
                .is_some_and(|filter| !filter.may_have(key))
            {
                continue;
            }
            let fences = &guide.fences;
            // The last page that starts below the key may end with it.
            let first = fences.partition_point(|fence| *fence < key).max(1) - 1;
            let first = u32::try_from(first).unwrap_or(u32::MAX);
            for page in first..run.pages() {
                let beyond = usize::try_from(page)
                    .ok()
                    .and_then(|at| fences.get(at))
                    .is_none_or(|fence| *fence > key);
                if beyond {
                    break;
                }
                let key_of_page = pages::run_key(run.number, page);
                if !self.page_there(key_of_page, |body| pages::search(body, key, out))? {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Outcome at a position, if it is another than applied.
    pub(super) fn outcome(&self, position: u64) -> Result<Option<Vec<u8>>, Broken> {
        let Some(table) = &self.outcomes else {
            return Ok(None);
        };
        let found = table.get(position).map_err(failed)?;
        found
            .map(|value| pages::opened(position, value.value()).map(<[u8]>::to_vec))
            .transpose()
    }

    fn read_fences(&self, run: Run) -> Result<Vec<u64>, Broken> {
        let mut fences = Vec::new();
        let pages = run.pages() as usize;
        for page in 0..u32::try_from(pages.div_ceil(PAGE_FENCES)).unwrap_or(0) {
            self.page_there(pages::fence_key(run.number, page), |body| {
                let words = body.as_chunks::<8>().0;
                fences.extend(words.iter().map(|word| u64::from_le_bytes(*word)));
            })?;
        }
        if fences.len() == pages {
            return Ok(fences);
        }
        let what = format!("the fences of run {} do not fit its pages", run.number);
        Err(Broken::corrupt(INDEX, 0, what))
    }

    /// The filter of a run; `None` if it was written without one.
    fn read_filter(&self, run: Run) -> Result<Option<Filter>, Broken> {
        if !run.family.is_filtered() {
            return Ok(None);
        }
        let mut blocks = Vec::new();
        let pages = Filter::blocks(run.entries).div_ceil(PAGE_BLOCKS);
        for page in 0..u32::try_from(pages).unwrap_or(0) {
            let key = pages::filter_key(run.number, page);
            let there = self.page(key, |body| blocks.extend(body.as_chunks().0))?;
            if there.is_none() && page == 0 {
                return Ok(None);
            }
        }
        let wrong = || {
            let what = format!("the filter of run {} does not fit its entries", run.number);
            Broken::corrupt(INDEX, 0, what)
        };
        Filter::of(run.entries, blocks).map(Some).ok_or_else(wrong)
    }
}

/// A record, checked.
fn record(read: &ReadTransaction, name: &str) -> Result<Option<Vec<u8>>, Broken> {
    let Some(table) = some_table(read.open_table(META))? else {
        return Ok(None);
    };
    let value = table.get(name).map_err(failed)?;
    value
        .map(|value| pages::opened(record_key(name), value.value()).map(<[u8]>::to_vec))
        .transpose()
}

fn unreadable(error: impl std::fmt::Display) -> Broken {
    Broken::corrupt(INDEX, 0, error.to_string())
}
