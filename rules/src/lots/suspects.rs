//! Which unknown serial numbers (C01) a commissioning may explain: those that a scanner could have
//! made of one of its packs, and those whose lot was unknown until now. To look at all of a
//! product's would cost every commissioning a search through each.

use std::collections::BTreeSet;

use gs1::{Epc, Gtin, Lot, Sgtin};

use super::repair::could_be;
use crate::capture::Capture;
use crate::identity::unknown_serial;
use crate::state::verified::Sighting;
use crate::state::{NameId, State, ThingId};

impl State {
    /// Remembers of which packs, once they are commissioned, a scanner may have made one that
    /// nobody commissioned.
    pub(crate) fn look_at_suspect(&mut self, id: ThingId) {
        if self.thing(id).is_none_or(|it| it.birth.is_some()) {
            return;
        }
        let Some(sgtin) = self.sgtin(id) else {
            return;
        };
        if !self.knows_product(&sgtin.gtin) {
            return;
        }
        for seen in unknown_serial::triaged(&self.sightings(id)) {
            self.note_label_of_suspect(id, &sgtin, seen.lot);
        }
    }

    /// Forgets a pack that is no unknown serial number, or none any more.
    pub(crate) fn forget_suspect(&mut self, id: ThingId) {
        let Some(gtin) = self.thing_names.gtin(id) else {
            return;
        };
        if let Some(product) = self.products.get_mut(gtin) {
            product.suspects.forget(id);
        }
    }

    fn note_label_of_suspect(&mut self, id: ThingId, sgtin: &Sgtin, label: Option<NameId>) {
        let product = self.products.get(&sgtin.gtin);
        if product.is_some_and(|it| it.suspects.has(id, label)) {
            return;
        }
        let could_be = could_be(sgtin, label.map(|lot| self.names.text(lot)));
        let is_made = |other: &Sgtin| {
            let other = self.find(&Epc::Sgtin(other.clone()));
            other.is_some_and(|id| self.thing(id).is_some_and(|it| it.birth.is_some()))
        };
        // Packs of other products are not watched: what could be one of them is always searched.
        let made = could_be
            .iter()
            .any(|other| other.gtin != sgtin.gtin || is_made(other));
        let own = could_be.into_iter().filter(|it| it.gtin == sgtin.gtin);
        let numbers = own.map(|it| it.serial).collect();
        let product = self.products.entry(sgtin.gtin.clone()).or_default();
        product.suspects.note((id, label), &numbers, made);
    }

    /// Whether nothing was made that could explain a sighting of a pack.
    pub(crate) fn is_hopeless(&self, id: ThingId, seen: &Sighting) -> bool {
        let product = self.gtin(id).and_then(|gtin| self.products.get(gtin));
        product.is_some_and(|it| it.suspects.is_hopeless(id, seen.lot))
    }

    /// Unknown serial numbers that the packs an event made may explain.
    pub(super) fn explained_by(&mut self, capture: &Capture) -> BTreeSet<ThingId> {
        let mut found = BTreeSet::new();
        if self.event(capture.event).is_none_or(|it| !it.makes()) {
            return found;
        }
        for id in &capture.touched {
            let born = self
                .thing(*id)
                .is_some_and(|it| it.birth == Some(capture.event));
            let Some(gtin) = self.thing_names.gtin(*id).filter(|_| born) else {
                continue;
            };
            let Some(product) = self.products.get_mut(gtin) else {
                continue;
            };
            if product.suspects.is_empty() {
                continue;
            }
            if let Some(sgtin) = self.thing_names.sgtin(*id) {
                found.extend(product.suspects.made(&sgtin.serial));
            }
        }
        found
    }

    /// Packs with the label of a lot that an event made the first packs of: it is no unknown lot
    /// any more.
    pub(super) fn labelled_before(&self, capture: &Capture) -> BTreeSet<ThingId> {
        let made = self.event(capture.event).filter(|event| event.makes());
        let Some(lot) = made.and_then(|event| event.told().lot) else {
            return BTreeSet::new();
        };
        let mut products: Vec<&Gtin> = Vec::new();
        for gtin in capture.touched.iter().filter_map(|id| self.gtin(*id)) {
            if products.last() != Some(&gtin) {
                products.push(gtin);
            }
        }
        let lot = Lot::parse(self.names.text(lot)).ok();
        let lots = products.into_iter().zip(std::iter::repeat(lot));
        let lots = lots.filter_map(|(gtin, lot)| self.lots.get(&(gtin.clone(), lot?)));
        let first = lots.filter(|it| it.packs.len() <= capture.touched.len());
        first.flat_map(|it| it.labelled.iter().copied()).collect()
    }
}
