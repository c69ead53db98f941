//! Merging runs, a slice at a time, so that neither a reader nor the next commit waits long
//! whatever the size of the runs. A merge that a crash interrupts leaves pages of a run that
//! nothing names; they are swept away later, as are the pages of the merged runs.

use redb::{Database, ReadableTable};

use super::commit::{Writer, begin, finish, next_run};
use super::entries::{Entry, parts};
use super::filter::Filter;
use super::manifest::{Family, Manifest, Run};
use super::pages::{self, PAGE_ENTRIES};
use super::snapshot::Snapshot;
use super::{PAGES, failed};
use crate::error::Broken;

/// Pages written or removed in one transaction.
const SLICE_PAGES: usize = 1024;

/// The merges under way and what is left to sweep.
#[derive(Debug, Default)]
pub(super) struct Merges {
    open: Vec<Merge>,
    /// Whether pages may be there that no run owns. At first nobody knows.
    swept: bool,
}

impl Merges {
    /// Does one slice of what is to be done, if there is anything; whether there was. After a
    /// merge has ended the manifest on disk is another.
    pub(super) fn step(&mut self, database: &Database, disk: &Snapshot) -> Result<bool, Broken> {
        let manifest = disk.manifest.clone();
        self.plan(&manifest);
        self.open.sort_by_key(|merge| merge.level);
        if let Some(merge) = self.open.first_mut() {
            if merge.slice(database, disk, manifest)? {
                self.open.remove(0);
                self.swept = false;
            }
            return Ok(true);
        }
        if self.swept {
            return Ok(false);
        }
        self.swept = sweep(database, &manifest)?;
        Ok(!self.swept)
    }

    /// Starts the merges that are due.
    fn plan(&mut self, manifest: &Manifest) {
        for family in Family::ALL {
            let taken = |run: &Run| self.open.iter().any(|merge| merge.has(run.number));
            let free = manifest
                .runs
                .iter()
                .filter(|run| run.family == family && !taken(run));
            let free: Vec<Run> = free.copied().collect();
            for level in 0..=u8::MAX {
                if free.iter().all(|run| run.level < level) {
                    break;
                }
                let here = free.iter().filter(|run| run.level == level).copied();
                let inputs: Vec<Run> = here.take(family.fan()).collect();
                if inputs.len() == family.fan() {
                    self.open.push(Merge::new(inputs, level));
                }
            }
        }
    }
}

/// One merge.
#[derive(Debug)]
struct Merge {
    inputs: Vec<Run>,
    level: u8,
    number: Option<u32>,
    cursors: Vec<Cursor>,
    fences: Vec<u64>,
    filter: Option<Filter>,
    page: u32,
    entries: u64,
}

impl Merge {
    fn new(inputs: Vec<Run>, level: u8) -> Self {
        let cursors = inputs.iter().map(|run| Cursor::new(*run)).collect();
        let entries = inputs.iter().map(|run| run.entries).sum();
        let filtered = inputs.iter().all(|run| run.family.is_filtered());
        Self {
            filter: filtered.then(|| Filter::new(entries)),
            inputs,
            level,
            number: None,
            cursors,
            fences: Vec::new(),
            page: 0,
            entries: 0,
        }
    }

    fn has(&self, number: u32) -> bool {
        self.inputs.iter().any(|run| run.number == number)
    }

    /// Writes the next pages; whether the merge is done.
    fn slice(
        &mut self,
        database: &Database,
        disk: &Snapshot,
        mut manifest: Manifest,
    ) -> Result<bool, Broken> {
        let number = match self.number {
            Some(number) => number,
            None => manifest.next_run,
        };
        self.number = Some(number);
        manifest.next_run = manifest.next_run.max(next_run(number)?);
        let write = begin(database)?;
        let (manifest, done) = {
            let mut writer = Writer {
                table: write.open_table(PAGES).map_err(failed)?,
                manifest,
            };
            let done = self.pages(&mut writer, number, disk)?;
            (writer.manifest, done)
        };
        finish(write, &manifest, None)?;
        Ok(done)
    }

    fn pages(
        &mut self,
        writer: &mut Writer<'_>,
        number: u32,
        disk: &Snapshot,
    ) -> Result<bool, Broken> {
        let mut done = false;
        let mut chunk = Vec::with_capacity(PAGE_ENTRIES);
        for _ in 0..SLICE_PAGES {
            chunk.clear();
            while chunk.len() < PAGE_ENTRIES
                && let Some(next) = self.pop(disk)?
            {
                chunk.push(next);
            }
            let Some(first) = chunk.first() else {
                done = true;
                break;
            };
            self.fences.push(parts(*first).0);
            self.entries += chunk.len() as u64;
            if let Some(filter) = &mut self.filter {
                filter.add_all(chunk.iter().map(|it| parts(*it).0));
            }
            writer.put(
                pages::run_key(number, self.page),
                &pages::entries_body(&chunk),
            )?;
            self.page += 1;
        }
        if done {
            writer.fences(number, &self.fences)?;
            writer.filter(number, self.filter.as_ref())?;
            let merged = Run {
                level: self.level.saturating_add(1),
                number,
                entries: self.entries,
                ..*self.inputs.first().ok_or(Broken::Stopped)?
            };
            writer.manifest.runs.retain(|run| !self.has(run.number));
            writer.manifest.runs.insert(0, merged);
        }
        Ok(done)
    }

    /// The smallest entry that is left.
    fn pop(&mut self, disk: &Snapshot) -> Result<Option<Entry>, Broken> {
        let mut best: Option<(Entry, usize)> = None;
        for (at, cursor) in self.cursors.iter_mut().enumerate() {
            if let Some(entry) = cursor.peek(disk)?
                && best.is_none_or(|(known, _)| entry < known)
            {
                best = Some((entry, at));
            }
        }
        let Some((entry, at)) = best else {
            return Ok(None);
        };
        if let Some(cursor) = self.cursors.get_mut(at) {
            cursor.at += 1;
        }
        Ok(Some(entry))
    }
}

/// A place in a run.
#[derive(Debug)]
pub(super) struct Cursor {
    run: Run,
    page: u32,
    loaded: Vec<Entry>,
    at: usize,
}

impl Cursor {
    /// At the start of a run.
    pub(super) fn new(run: Run) -> Self {
        Self {
            run,
            page: 0,
            loaded: Vec::new(),
            at: 0,
        }
    }

    /// The entry here; `None` at the end.
    pub(super) fn peek(&mut self, disk: &Snapshot) -> Result<Option<Entry>, Broken> {
        if self.at >= self.loaded.len() && self.page < self.run.pages() {
            let key = pages::run_key(self.run.number, self.page);
            let (loaded, at) = (&mut self.loaded, &mut self.at);
            disk.page_there(key, |body| {
                loaded.clear();
                loaded.extend(pages::entries(body));
                *at = 0;
            })?;
            self.page += 1;
        }
        Ok(self.loaded.get(self.at).copied())
    }

    /// Goes one entry on.
    pub(super) fn step(&mut self) {
        self.at += 1;
    }
}

/// Removes some pages of runs that the manifest does not name; whether none are left.
fn sweep(database: &Database, manifest: &Manifest) -> Result<bool, Broken> {
    let write = begin(database)?;
    let mut doomed = Vec::new();
    {
        let mut table = write.open_table(PAGES).map_err(failed)?;
        for key in [pages::run_key, pages::fence_key, pages::filter_key] {
            let mut from = key(0, 0);
            let end = key((1 << 24) - 1, u32::MAX);
            while doomed.len() < SLICE_PAGES * 4 {
                let found = table.range(from..=end).map_err(failed)?.next().transpose();
                let Some((found, _)) = found.map_err(failed)? else {
                    break;
                };
                let run = pages::run_of(found.value());
                if manifest.runs.iter().all(|known| known.number != run) {
                    for row in table
                        .range(found.value()..=key(run, u32::MAX))
                        .map_err(failed)?
                    {
                        doomed.push(row.map_err(failed)?.0.value());
                        if doomed.len() >= SLICE_PAGES * 4 {
                            break;
                        }
                    }
                }
                from = key(run, u32::MAX);
            }
        }
        for key in &doomed {
            table.remove(*key).map_err(failed)?;
        }
    }
    if doomed.is_empty() {
        return Ok(true);
    }
    finish(write, manifest, None)?;
    Ok(false)
}
