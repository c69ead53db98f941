//! Packs that were named and never made, and the serial numbers that scanners could have garbled
//! into theirs ([`crate::lots::repair::could_be`]). Few numbers come of undoing every known fault,
//! and they depend on the code alone. So the search is done once for each label; from then on a
//! commissioning tells by a look into a table whom it may explain, and a pack that nothing made so
//! far could explain is not searched for again.

use std::collections::{BTreeMap, BTreeSet};

use gs1::Serial;
use serde::{Deserialize, Serialize};

use super::{NameId, ThingId};

/// Most numbers remembered for one pack.
const NUMBERS_MAX: usize = 512;
const KEY: &[u8; 32] = b"theriac rules serial number   v1";

/// The suspects of one product.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Suspects {
    packs: BTreeMap<ThingId, Suspect>,
    /// By the hash of a serial number they could be of.
    by_number: BTreeMap<u64, BTreeSet<ThingId>>,
}

/// A pack that was never made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Suspect {
    /// Lots on its labels for which the numbers are remembered.
    labels: BTreeSet<Option<NameId>>,
    /// Any of the numbers was made, so that a search may find it.
    made: bool,
    /// Hashes of the numbers.
    numbers: BTreeSet<u64>,
}

impl Suspects {
    pub(crate) fn is_empty(&self) -> bool {
        self.packs.is_empty()
    }

    /// Whether the numbers are remembered that this label of a pack could have been.
    pub(crate) fn has(&self, pack: ThingId, label: Option<NameId>) -> bool {
        let known = self.packs.get(&pack);
        known.is_some_and(|it| it.labels.contains(&label))
    }

    /// Whether no number was made so far that this label could have been.
    pub(crate) fn is_hopeless(&self, pack: ThingId, label: Option<NameId>) -> bool {
        let known = self.packs.get(&pack);
        known.is_some_and(|it| !it.made && it.labels.contains(&label))
    }

    /// Remembers what a label of a pack could have been, and whether any of it was made.
    pub(crate) fn note(
        &mut self,
        (pack, label): (ThingId, Option<NameId>),
        numbers: &BTreeSet<Serial>,
        made: bool,
    ) {
        let suspect = self.packs.entry(pack).or_default();
        suspect.labels.insert(label);
        suspect.made |= made;
        for number in numbers.iter().map(hash) {
            if suspect.numbers.len() < NUMBERS_MAX && suspect.numbers.insert(number) {
                self.by_number.entry(number).or_default().insert(pack);
            }
        }
    }

    /// Forgets a pack that was made after all.
    pub(crate) fn forget(&mut self, pack: ThingId) {
        let Some(suspect) = self.packs.remove(&pack) else {
            return;
        };
        for number in suspect.numbers {
            if let Some(packs) = self.by_number.get_mut(&number) {
                packs.remove(&pack);
                if packs.is_empty() {
                    self.by_number.remove(&number);
                }
            }
        }
    }

    /// The packs that a pack of this number, now made, may explain.
    pub(crate) fn made(&mut self, number: &Serial) -> BTreeSet<ThingId> {
        let found = self.by_number.get(&hash(number));
        let found = found.cloned().unwrap_or_default();
        for pack in &found {
            if let Some(suspect) = self.packs.get_mut(pack) {
                suspect.made = true;
            }
        }
        found
    }
}

fn hash(number: &Serial) -> u64 {
    let hash = blake3::keyed_hash(KEY, number.as_str().as_bytes());
    let half = hash.as_bytes().first_chunk();
    half.copied().map_or(0, u64::from_le_bytes)
}
