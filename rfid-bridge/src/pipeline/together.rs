//! What is in a field together. A shipment that somebody waits for need not wait for the last of
//! its tags to go: when all of it is there, and nothing else has come for a moment, its passage is
//! told. Doors are left out, for which way it went is known only afterwards.

use std::collections::{BTreeMap, BTreeSet};

use crate::capture::identify;
use crate::expect::Expected;
use crate::llrp::parameter::EpcBits;
use crate::smooth::Smoother;

/// Tags in the fields of all places, as far as shipments are expected.
#[derive(Debug, Default)]
pub(super) struct Together(BTreeMap<usize, Here>);

/// Tags in one field.
#[derive(Debug, Default)]
struct Here {
    tags: BTreeSet<EpcBits>,
    names: BTreeMap<String, EpcBits>,
    /// Names of those that have gone and are in no event yet.
    passed: BTreeSet<String>,
    /// When a tag came last, monotonic ms.
    came_at: u64,
    /// It was looked at since, and was not whole.
    looked: bool,
}

/// Tags of one field that are remembered; beyond it nothing is told early.
const TAGS_MAX: usize = 20_000;

impl Together {
    /// A tag was read at a place.
    pub(super) fn read(&mut self, place: usize, epc: &EpcBits, now: u64) {
        let here = self.0.entry(place).or_default();
        if here.tags.len() >= TAGS_MAX || here.tags.contains(epc) {
            return;
        }
        here.tags.insert(epc.clone());
        here.names.insert(identify(epc).canonical(), epc.clone());
        (here.came_at, here.looked) = (now, false);
    }

    /// Its passage is over, and waits for the others' event.
    pub(super) fn gone(&mut self, place: usize, epc: &EpcBits) {
        // Its name goes when the place is looked at.
        if let Some(here) = self.0.get_mut(&place)
            && here.tags.remove(epc)
        {
            here.passed.insert(identify(epc).canonical());
        }
    }

    /// The event was made.
    pub(super) fn recorded(&mut self, place: usize) {
        if let Some(here) = self.0.get_mut(&place) {
            here.passed.clear();
        }
    }

    /// Takes over the fields of places that are still there, by their numbers now.
    pub(super) fn take_over(&mut self, before: &mut Self, places: &BTreeMap<usize, usize>) {
        for (from, to) in places {
            self.0.extend(before.0.remove(from).map(|here| (*to, here)));
        }
    }

    /// Nothing is expected.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Places where a shipment is whole, each tag read often enough, and to which no tag came for
    /// `quiet_ms`.
    pub(super) fn whole<'a>(
        &mut self,
        expected: &Expected,
        smoother: &Smoother,
        name: impl Fn(usize) -> Option<&'a str>,
        (now, quiet_ms): (u64, u64),
    ) -> Vec<usize> {
        let mut whole = Vec::new();
        for (place, here) in &mut self.0 {
            if here.looked || here.tags.is_empty() || here.came_at + quiet_ms > now {
                continue;
            }
            here.looked = true;
            // What has gone without being told (a tag of too few reads) is gone here, too.
            here.tags.retain(|epc| smoother.is_open(*place, epc));
            let tags = &here.tags;
            here.names.retain(|_, epc| tags.contains(epc));
            let Some(name) = name(*place) else {
                continue;
            };
            let has_passed = |text: &String| here.passed.contains(text);
            let is_there = |text: &String| here.names.contains_key(text) || has_passed(text);
            let Some(shipment) = expected.whole(name, is_there) else {
                continue;
            };
            let is_ready = |text: &String| {
                let epc = here.names.get(text);
                has_passed(text) || epc.is_some_and(|epc| smoother.is_ready(*place, epc))
            };
            if shipment.iter().all(|text| is_ready(text)) {
                whole.push(*place);
            } else {
                // More reads will come.
                here.looked = false;
            }
        }
        whole
    }
}
