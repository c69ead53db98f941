//! Holding one index against another that was derived anew: every row of every array, every
//! entry of every family, every outcome. How the entries are spread over runs may differ, since
//! that tells when they were written and nothing else.

use std::collections::BTreeSet;
use std::sync::Arc;

use redb::ReadableTable;

use super::entries::{Entry, parts};
use super::manifest::Family;
use super::merge::Cursor;
use super::pages::{self, Array};
use super::snapshot::Snapshot;
use super::{Index, failed};
use crate::error::Broken;

/// How many rows were compared, and where the first difference of each part is. Blocks that are
/// `excused` may be found by more than the log gives now: their items were erased since.
pub(in crate::store) fn compare(
    stored: &Index,
    derived: &Index,
    excused: &dyn Fn(u64) -> Result<bool, Broken>,
) -> Result<(u64, Vec<String>), Broken> {
    let (stored, derived) = (stored.disk()?, derived.disk()?);
    let mut rows = 1;
    let mut wrong = Vec::new();
    if stored.mark != derived.mark {
        wrong.push("the mark is not what the log gives".to_owned());
    }
    let spaces = |disk: &Arc<Snapshot>| disk.manifest.lengths.keys().copied().collect();
    let mut all: BTreeSet<u8> = spaces(&stored);
    all.extend(spaces(&derived));
    for space in all {
        let array = Array::of(space);
        let (found, wanted) = (
            stored.manifest.length(array),
            derived.manifest.length(array),
        );
        rows += wanted;
        if found != wanted {
            wrong.push(format!("array {space} has {found} rows, not {wanted}"));
        } else if let Some(page) = first_page(array, wanted, &stored, &derived)? {
            wrong.push(format!(
                "array {space}: page {page} is not what the log gives"
            ));
        }
    }
    for family in Family::ALL {
        let (same, differs) = entries(family, &stored, &derived, excused)?;
        rows += same;
        if differs {
            wrong.push(format!(
                "{family:?}: entry {same} is not what the log gives"
            ));
        }
    }
    let (found, wanted) = (outcomes(&stored)?, outcomes(&derived)?);
    rows += wanted.len() as u64;
    if found != wanted {
        wrong.push("the outcomes are not what the log gives".to_owned());
    }
    Ok((rows, wrong))
}

/// How many entries of a family are the same, and whether one then differs.
fn entries(
    family: Family,
    stored: &Snapshot,
    derived: &Snapshot,
    excused: &dyn Fn(u64) -> Result<bool, Broken>,
) -> Result<(u64, bool), Broken> {
    let mut same = 0;
    let (mut left, mut right) = (Entries::of(stored, family), Entries::of(derived, family));
    let mut found = left.next(stored)?;
    let mut wanted = right.next(derived)?;
    while found.is_some() || wanted.is_some() {
        if found == wanted {
            same += 1;
            wanted = right.next(derived)?;
        } else {
            let more = found.filter(|found| wanted.is_none_or(|wanted| *found < wanted));
            let more = more.filter(|_| family == Family::Postings);
            if !more.is_some_and(|more| excused(parts(more).1).unwrap_or(false)) {
                return Ok((same, true));
            }
        }
        found = left.next(stored)?;
    }
    Ok((same, false))
}

/// The first page of an array that differs.
fn first_page(
    array: Array,
    rows: u64,
    stored: &Snapshot,
    derived: &Snapshot,
) -> Result<Option<u64>, Broken> {
    for page in 0..rows.div_ceil(array.per_page()) {
        let key = array.key(page);
        let found = stored.page_there(key, <[u8]>::to_vec)?;
        if found != derived.page_there(key, <[u8]>::to_vec)? {
            return Ok(Some(page));
        }
    }
    Ok(None)
}

fn outcomes(disk: &Snapshot) -> Result<Vec<(u64, Vec<u8>)>, Broken> {
    let Some(table) = &disk.outcomes else {
        return Ok(Vec::new());
    };
    let rows = table.iter().map_err(failed)?;
    let rows = rows.map(|row| {
        let (position, value) = row.map_err(failed)?;
        let position = position.value();
        let outcome = pages::opened(position, value.value())?.to_vec();
        Ok((position, outcome))
    });
    rows.collect()
}

/// The entries of a family, ascending, none twice.
struct Entries(Vec<Cursor>);

impl Entries {
    fn of(disk: &Snapshot, family: Family) -> Self {
        let runs = disk.manifest.runs.iter().filter(|run| run.family == family);
        Self(runs.map(|run| Cursor::new(*run)).collect())
    }

    fn next(&mut self, disk: &Snapshot) -> Result<Option<Entry>, Broken> {
        let mut best: Option<Entry> = None;
        for cursor in &mut self.0 {
            if let Some(entry) = cursor.peek(disk)? {
                best = Some(best.map_or(entry, |known| known.min(entry)));
            }
        }
        for cursor in &mut self.0 {
            while best.is_some() && cursor.peek(disk)? == best {
                cursor.step();
            }
        }
        Ok(best)
    }
}
