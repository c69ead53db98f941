//! Passages that outlive a configuration. Where a place is what it was, its open passages go over
//! to the smoother of the next configuration as they are, and wait until its source is heard
//! again: what nobody could hear meanwhile has not gone.

use std::collections::{BTreeMap, BTreeSet};

use super::Smoother;

impl Smoother {
    /// Takes over the passages of places that are still there, by their numbers now. Returns the
    /// numbers of those that are yet to be told.
    pub fn take_over(
        &mut self,
        before: &mut Self,
        places: &BTreeMap<usize, usize>,
    ) -> BTreeSet<u64> {
        self.next = self.next.max(before.next);
        for (key, passage) in std::mem::take(&mut before.open) {
            match places.get(&key.0) {
                Some(place) => drop(self.open.insert((*place, key.1), passage)),
                None => drop(before.open.insert(key, passage)),
            }
        }
        let (here, gone) = std::mem::take(&mut before.over)
            .into_iter()
            .partition(|((place, _), _)| places.contains_key(place));
        before.over = gone;
        for ((place, epc), passage) in here {
            let place = places.get(&place).copied().unwrap_or(place);
            self.over.push(((place, epc), passage));
        }
        for (from, to) in places {
            if let Some(counted) = before.suppressed.remove(from) {
                self.suppressed.insert(*to, counted);
            }
        }
        self.after = std::mem::take(&mut before.after);
        let open = self.open.values().filter(|it| !it.told);
        let over = self.over.iter().map(|(_, passage)| passage);
        open.chain(over).map(|passage| passage.number).collect()
    }

    /// Keeps the passages of a place open, for nobody can hear there: until `until`, monotonic ms,
    /// or until it is heard again.
    pub fn hold(&mut self, place: usize, until: u64) {
        self.held.insert(place, until);
    }

    /// Whether the passages of a place are kept open at `now_ms`.
    pub fn is_held(&self, place: usize, now_ms: u64) -> bool {
        self.held.get(&place).is_some_and(|until| now_ms < *until)
    }

    /// A place can be heard again from `now_ms` on: what is open there counts as heard just now.
    pub fn release(&mut self, place: usize, now_ms: u64) {
        if self.held.remove(&place).is_none() {
            return;
        }
        for (_, passage) in self.open.iter_mut().filter(|(key, _)| key.0 == place) {
            passage.heard_at = passage.heard_at.max(now_ms);
        }
    }
}
