//! Entries (key, local id) in memory, kept sorted cheaply: small sorted runs that are merged
//! four at a time as they grow, so an entry is moved a few times in all and a look-up searches
//! a dozen short runs. A map would cost several times as much for each entry.

/// Key above, local id below.
pub(crate) type Entry = u128;

/// An entry of its two parts.
pub(crate) fn entry(key: u64, lid: u64) -> Entry {
    Entry::from(key) << 64 | Entry::from(lid)
}

/// The two parts of an entry.
pub(crate) fn parts(entry: Entry) -> (u64, u64) {
    let low = |wide: Entry| u64::try_from(wide & Entry::from(u64::MAX)).unwrap_or(0);
    (low(entry >> 64), low(entry))
}

/// Entries that are searched one by one until there are so many.
const LOOSE_MAX: usize = 128;
/// Runs of about the same length that are merged into one.
const MERGED: usize = 4;

/// A growing set of entries.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sorted {
    loose: Vec<Entry>,
    runs: Vec<Vec<Entry>>,
}

impl Sorted {
    /// Adds an entry.
    pub(crate) fn push(&mut self, key: u64, lid: u64) {
        self.loose.push(entry(key, lid));
        if self.loose.len() >= LOOSE_MAX {
            self.settle();
        }
    }

    /// Appends the local ids under a key to `out`, in no order.
    pub(crate) fn find(&self, key: u64, out: &mut Vec<u64>) {
        let (from, to) = (entry(key, 0), entry(key, u64::MAX));
        let loose = self.loose.iter().filter(|it| (from..=to).contains(*it));
        out.extend(loose.map(|it| parts(*it).1));
        for run in &self.runs {
            let start = run.partition_point(|it| *it < from);
            let rest = run.get(start..).unwrap_or_default();
            let here = rest.iter().take_while(|it| **it <= to);
            out.extend(here.map(|it| parts(*it).1));
        }
    }

    /// All entries, ascending.
    pub(crate) fn to_vec(&self) -> Vec<Entry> {
        let mut all = self.runs.concat();
        all.extend(&self.loose);
        merge(&mut all);
        all
    }

    fn settle(&mut self) {
        let mut run = std::mem::take(&mut self.loose);
        run.sort_unstable();
        self.runs.push(run);
        while let Some(first) = self.runs.len().checked_sub(MERGED) {
            let last = self.runs.last().map_or(0, Vec::len);
            if self.runs.get(first).is_none_or(|run| run.len() > last * 2) {
                break;
            }
            let mut merged: Vec<Entry> = self.runs.drain(first..).flatten().collect();
            merge(&mut merged);
            self.runs.push(merged);
        }
    }
}

#[expect(
    clippy::stable_sort_primitive,
    reason = "the stable sort merges the sorted runs that these are made of; the other does not"
)]
fn merge(runs: &mut [Entry]) {
    runs.sort();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::disk::Random;

    #[test]
    fn it_holds_what_a_set_holds() {
        for seed in 0..20 {
            let mut random = Random(seed);
            let mut sorted = Sorted::default();
            let mut model = std::collections::BTreeSet::new();
            for lid in 0..random.below(5000) as u64 {
                let key = random.draw() % 300;
                sorted.push(key, lid);
                model.insert((key, lid));
            }
            for key in 0..300 {
                let mut found = Vec::new();
                sorted.find(key, &mut found);
                found.sort_unstable();
                let wanted: Vec<u64> = model
                    .range((key, 0)..=(key, u64::MAX))
                    .map(|it| it.1)
                    .collect();
                assert_eq!(found, wanted, "seed {seed} key {key}");
            }
            let all: Vec<_> = sorted.to_vec().into_iter().map(parts).collect();
            assert!(all.iter().eq(&model), "seed {seed}");
        }
    }
}
