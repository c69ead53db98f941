//! Writing to redb: an overlay with the mark that goes with it becomes one transaction. Rows of
//! arrays are appended to the last page of each; look-up entries become one new sorted run.

use redb::{Database, ReadableTable, Table, WriteTransaction};

use super::entries::{Entry, parts};
use super::filter::Filter;
use super::manifest::{Family, Manifest, Run};
use super::overlay::Overlay;
use super::pages::{self, Array, PAGE_ENTRIES, PAGE_FENCES};
use super::snapshot::{MANIFEST, MARK, Snapshot, record_key};
use super::{FORMAT, FORMAT_2, INDEX, META, OUTCOMES, PAGES, failed};
use crate::error::Broken;
use crate::store::rows::{BlockRow, MilestoneRow, NO_LID, POSITION_AT, author_row};

/// The pages of one transaction, and the manifest as it will be.
pub(super) struct Writer<'txn> {
    pub(super) table: Table<'txn, u64, &'static [u8]>,
    pub(super) manifest: Manifest,
}

/// A transaction as the index needs it: two phases, since one phase trusts a checksum that can
/// be forged, and quick repair, so that opening after a crash does not walk all pages.
pub(super) fn begin(database: &Database) -> Result<WriteTransaction, Broken> {
    let mut write = database.begin_write().map_err(failed)?;
    write.set_two_phase_commit(true);
    write.set_quick_repair(true);
    Ok(write)
}

/// Writes an overlay and its mark in one transaction.
pub(super) fn commit(
    database: &Database,
    disk: &Snapshot,
    overlay: &Overlay,
    mark: &[u8],
) -> Result<(), Broken> {
    let write = begin(database)?;
    let manifest = {
        let mut writer = Writer {
            table: write.open_table(PAGES).map_err(failed)?,
            manifest: disk.manifest.clone(),
        };
        arrays(&mut writer, overlay)?;
        for (family, sorted) in [
            (Family::Ids, &overlay.ids),
            (Family::Postings, &overlay.postings),
        ] {
            writer.run(family, &sorted.to_vec())?;
        }
        writer.manifest
    };
    {
        let mut table = write.open_table(OUTCOMES).map_err(failed)?;
        for (position, outcome) in &overlay.outcomes {
            let value = pages::sealed(*position, outcome);
            table.insert(*position, value.as_slice()).map_err(failed)?;
        }
    }
    finish(write, &manifest, Some(mark))
}

/// Puts the records in and commits.
pub(super) fn finish(
    write: WriteTransaction,
    manifest: &Manifest,
    mark: Option<&[u8]>,
) -> Result<(), Broken> {
    {
        let mut meta = write.open_table(META).map_err(failed)?;
        meta.insert(FORMAT, FORMAT_2).map_err(failed)?;
        let manifest = manifest.to_bytes();
        for (name, bytes) in [(MANIFEST, Some(manifest.as_slice())), (MARK, mark)] {
            if let Some(bytes) = bytes {
                let value = pages::sealed(record_key(name), bytes);
                meta.insert(name, value.as_slice()).map_err(failed)?;
            }
        }
    }
    write.commit().map_err(failed)
}

fn arrays(writer: &mut Writer<'_>, overlay: &Overlay) -> Result<(), Broken> {
    let positions = overlay.positions.iter();
    let positions = positions.map(|(lid, position)| (*lid, position.to_le_bytes()));
    writer.patch(pages::BLOCKS, POSITION_AT, positions)?;
    let Overlay {
        blocks,
        order,
        milestones,
        authors,
        ..
    } = overlay;
    let rows = blocks.rows.iter().map(|row| BlockRow::to_bytes(*row));
    writer.append(pages::BLOCKS, blocks.base, rows)?;
    let rows = order.rows.iter().map(|lid| lid.to_le_bytes());
    writer.append(pages::ORDER, order.base, rows)?;
    let rows = milestones
        .rows
        .iter()
        .map(|row| MilestoneRow::to_bytes(*row));
    writer.append(pages::MILESTONES, milestones.base, rows)?;
    writer.append(
        pages::AUTHORS,
        authors.base,
        authors.rows.iter().map(author_row),
    )?;
    let unknown = authors.rows.iter().map(|_| NO_LID.to_le_bytes());
    writer.append(pages::HEADS, authors.base, unknown)?;
    let heads = overlay.heads.iter();
    let heads = heads.map(|(author, lid)| (u64::from(*author), lid.to_le_bytes()));
    writer.patch(pages::HEADS, 0, heads)?;
    for (level, tail) in &overlay.nodes {
        writer.append(pages::nodes(*level), tail.base, tail.rows.iter().copied())?;
    }
    Ok(())
}

impl Writer<'_> {
    /// Stores a page.
    pub(super) fn put(&mut self, key: u64, body: &[u8]) -> Result<(), Broken> {
        let value = pages::sealed(key, body);
        self.table
            .insert(key, value.as_slice())
            .map(drop)
            .map_err(failed)
    }

    fn body(&self, key: u64) -> Result<Vec<u8>, Broken> {
        let missing = || Broken::corrupt(INDEX, 0, format!("page {key:016x} is missing"));
        let value = self.table.get(key).map_err(failed)?.ok_or_else(missing)?;
        pages::opened(key, value.value()).map(<[u8]>::to_vec)
    }

    /// Appends rows to an array; the first must be the next one.
    fn append<const N: usize>(
        &mut self,
        array: Array,
        base: u64,
        rows: impl ExactSizeIterator<Item = [u8; N]>,
    ) -> Result<(), Broken> {
        let (have, added) = (self.manifest.length(array), rows.len() as u64);
        if added == 0 {
            return Ok(());
        }
        let full = usize::try_from(array.per_page()).unwrap_or(1) * N;
        let kept = usize::try_from(have % array.per_page()).unwrap_or(0) * N;
        let mut page = have / array.per_page();
        let mut body = match kept {
            0 => Vec::with_capacity(full),
            _ => self.body(array.key(page))?,
        };
        if base != have || body.len() != kept {
            let what = format!(
                "row {base} does not follow the {have} of array {}",
                array.space()
            );
            return Err(Broken::corrupt(INDEX, 0, what));
        }
        for row in rows {
            body.extend(row);
            if body.len() == full {
                self.put(array.key(page), &body)?;
                body.clear();
                page += 1;
            }
        }
        if !body.is_empty() {
            self.put(array.key(page), &body)?;
        }
        self.manifest.lengths.insert(array.space(), have + added);
        Ok(())
    }

    /// Overwrites parts of rows that are there: (number, bytes from `at` on), ascending.
    fn patch(
        &mut self,
        array: Array,
        at: usize,
        changes: impl Iterator<Item = (u64, [u8; 8])>,
    ) -> Result<(), Broken> {
        let mut open: Option<(u64, Vec<u8>)> = None;
        for (number, bytes) in changes {
            let key = array.key(number / array.per_page());
            let (_, mut body) = match open.take() {
                Some((here, body)) if here == key => (here, body),
                Some((here, body)) => {
                    self.put(here, &body)?;
                    (key, self.body(key)?)
                }
                None => (key, self.body(key)?),
            };
            let row = usize::try_from(number % array.per_page()).unwrap_or(0) * array.width();
            let missing = || Broken::corrupt(INDEX, 0, format!("row {number} is missing"));
            let place = body.get_mut(row + at..row + at + 8).ok_or_else(missing)?;
            place.copy_from_slice(&bytes);
            open = Some((key, body));
        }
        match open {
            Some((key, body)) => self.put(key, &body),
            None => Ok(()),
        }
    }

    /// Stores entries as a new run of level 0.
    fn run(&mut self, family: Family, entries: &[Entry]) -> Result<(), Broken> {
        if entries.is_empty() {
            return Ok(());
        }
        let number = self.manifest.next_run;
        let mut fences = Vec::new();
        let mut filter = family
            .is_filtered()
            .then(|| Filter::new(entries.len() as u64));
        for (page, chunk) in (0..).zip(entries.chunks(PAGE_ENTRIES)) {
            fences.extend(chunk.first().map(|first| parts(*first).0));
            self.put(pages::run_key(number, page), &pages::entries_body(chunk))?;
            if let Some(filter) = &mut filter {
                filter.add_all(chunk.iter().map(|it| parts(*it).0));
            }
        }
        self.fences(number, &fences)?;
        self.filter(number, filter.as_ref())?;
        self.manifest.next_run = next_run(number)?;
        self.manifest.runs.push(Run {
            family,
            level: 0,
            number,
            entries: entries.len() as u64,
        });
        Ok(())
    }

    /// Stores the fences of a run.
    pub(super) fn fences(&mut self, run: u32, fences: &[u64]) -> Result<(), Broken> {
        for (page, chunk) in (0..).zip(fences.chunks(PAGE_FENCES)) {
            let body: Vec<u8> = chunk.iter().flat_map(|fence| fence.to_le_bytes()).collect();
            self.put(pages::fence_key(run, page), &body)?;
        }
        Ok(())
    }

    /// Stores the filter of a run.
    pub(super) fn filter(&mut self, run: u32, filter: Option<&Filter>) -> Result<(), Broken> {
        for (page, body) in (0..).zip(filter.into_iter().flat_map(Filter::pages)) {
            self.put(pages::filter_key(run, page), &body)?;
        }
        Ok(())
    }
}

/// The number after this one; there are 2^24, enough for 10^12 blocks.
pub(super) fn next_run(number: u32) -> Result<u32, Broken> {
    let next = number.checked_add(1).filter(|next| *next < 1 << 24);
    next.ok_or_else(|| Broken::Index {
        what: "all numbers of runs are used; delete the index and open the ledger".into(),
    })
}
