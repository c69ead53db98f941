//! A lot: how many packs were made, where they are, who has them. The sums always add up: made is
//! located plus terminal plus unknown.

use std::collections::BTreeMap;

use gs1::{Epc, Gtin, Lot};
use serde::Serialize;

use super::pack::RecallView;
use super::{PartyRef, status_word};
use crate::engine::Engine;
use crate::judge_thing::Case;
use crate::say::words;
use crate::state::ThingId;

/// A lot in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LotView {
    /// Product.
    pub gtin: String,
    /// Lot.
    pub lot: String,
    /// Product name by master data.
    pub product: Option<String>,
    /// Last day of use, `yyyy-mm-dd`, of the first pack commissioned.
    pub expiry: Option<String>,
    /// The recall, if there is one.
    pub recalled: Option<RecallView>,
    /// Packs commissioned.
    pub made: usize,
    /// Of these, packs in a known party's hands.
    pub located: usize,
    /// Of these, packs whose life is over.
    pub terminal: usize,
    /// Of these, packs nobody is known to hold.
    pub unknown: usize,
    /// Packs by status.
    pub by_status: BTreeMap<String, usize>,
    /// Located packs by holder, most first.
    pub holders: Vec<HolderCount>,
}

/// How many packs a party holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HolderCount {
    /// GLN.
    pub party: String,
    /// Name by master data.
    pub name: Option<String>,
    /// Packs.
    pub count: usize,
}

/// One pack of a lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LotPack {
    /// Canonical id.
    pub id: String,
    /// Serial number.
    pub serial: String,
    /// Status as in [`super::pack::Pack::status`].
    pub status: String,
    /// Who holds it.
    pub holder: Option<PartyRef>,
}

impl Engine {
    /// A lot in numbers; `None` when no pack of it was commissioned and it was not recalled.
    pub fn lot(&self, gtin: &Gtin, lot: &Lot) -> Option<LotView> {
        let known = self.state.lots.get(&(gtin.clone(), lot.clone()));
        let known = known.filter(|known| known.is_told())?;
        let mut view = LotView {
            gtin: gtin.to_string(),
            lot: lot.to_string(),
            product: self.product(gtin).map(|product| product.name.clone()),
            expiry: None,
            recalled: self.stopped(gtin, lot),
            made: 0,
            located: 0,
            terminal: 0,
            unknown: 0,
            by_status: BTreeMap::new(),
            holders: Vec::new(),
        };
        let mut holders: BTreeMap<_, usize> = BTreeMap::new();
        let class = Epc::Lgtin {
            gtin: gtin.clone(),
            lot: lot.clone(),
        };
        for case in self.packs_of(&known.packs, &class) {
            view.made += 1;
            *view
                .by_status
                .entry(status_word(&case.now).to_owned())
                .or_default() += 1;
            if view.expiry.is_none() {
                let born = case.birth().and_then(|birth| birth.told().expiry);
                let day = self.state.last_day_of(case.id, born);
                view.expiry = day.map(|day| words::iso_day(day.into()));
            }
            match case.now.holder {
                _ if case.now.life.is_over() => view.terminal += 1,
                Some(holder) => {
                    view.located += 1;
                    *holders.entry(holder).or_default() += 1;
                }
                None => view.unknown += 1,
            }
        }
        for (holder, count) in holders {
            let PartyRef { gln, name } = self.state.party_ref(holder);
            view.holders.push(HolderCount {
                party: gln,
                name,
                count,
            });
        }
        view.holders
            .sort_by(|a, b| (b.count, &a.party).cmp(&(a.count, &b.party)));
        Some(view)
    }

    /// Packs of a lot in the order they were commissioned, `limit` of them from the `from`th.
    pub fn lot_packs(&self, gtin: &Gtin, lot: &Lot, from: usize, limit: usize) -> Vec<LotPack> {
        let Some(known) = self.state.lots.get(&(gtin.clone(), lot.clone())) else {
            return Vec::new();
        };
        let class = Epc::Lgtin {
            gtin: gtin.clone(),
            lot: lot.clone(),
        };
        self.packs_of(&known.packs, &class)
            .skip(from)
            .take(limit)
            .map(|case| LotPack {
                id: self.state.canonical(case.id),
                serial: self
                    .state
                    .sgtin(case.id)
                    .map(|s| s.serial.to_string())
                    .unwrap_or_default(),
                status: status_word(&case.now).to_owned(),
                holder: case.now.holder.map(|id| self.state.party_ref(id)),
            })
            .collect()
    }

    /// Packs of a lot that nobody is known to hold and whose life is not over, `limit` at most, in
    /// the order they were commissioned.
    pub fn unaccounted(&self, gtin: &Gtin, lot: &Lot, limit: usize) -> Vec<String> {
        let Some(known) = self.state.lots.get(&(gtin.clone(), lot.clone())) else {
            return Vec::new();
        };
        let class = Epc::Lgtin {
            gtin: gtin.clone(),
            lot: lot.clone(),
        };
        self.packs_of(&known.packs, &class)
            .filter(|case| case.now.holder.is_none() && !case.now.life.is_over())
            .take(limit)
            .map(|case| self.state.canonical(case.id))
            .collect()
    }

    /// Whether a party has, had or made a pack of a lot. It may take a look at each of them.
    pub fn has_of_lot(&self, gtin: &Gtin, lot: &Lot, party: &str) -> bool {
        let Some(known) = self.state.lots.get(&(gtin.clone(), lot.clone())) else {
            return false;
        };
        let class = Epc::Lgtin {
            gtin: gtin.clone(),
            lot: lot.clone(),
        };
        let mut packs = self.packs_of(&known.packs, &class);
        let Some(party) = self.state.names.find(party) else {
            return false;
        };
        packs.any(|case| case.concerns(party))
    }

    /// The recall of a lot.
    pub fn recall_of(&self, gtin: &Gtin, lot: &Lot) -> Option<RecallView> {
        self.state.recall_of(gtin, lot.as_str())
    }

    /// What stops a lot: its recall, or that its product was withdrawn.
    pub fn stopped(&self, gtin: &Gtin, lot: &Lot) -> Option<RecallView> {
        let recall = self.recall_of(gtin, lot);
        recall.or_else(|| self.state.withdrawal_of(gtin))
    }

    /// Lots with packs or a recall.
    pub fn lots(&self) -> impl Iterator<Item = (&Gtin, &Lot)> {
        let told = self.state.lots.iter().filter(|(_, known)| known.is_told());
        told.map(|((gtin, lot), _)| (gtin, lot))
    }

    /// The packs of a lot that still belong to it: a commissioning can be taken back.
    pub(crate) fn packs_of<'a>(
        &'a self,
        packs: &'a [ThingId],
        class: &'a Epc,
    ) -> impl Iterator<Item = Case<'a>> {
        packs
            .iter()
            .filter(move |id| self.state.lot_epc(**id).as_ref() == Some(class))
            .filter_map(|id| Case::of(&self.state, *id))
    }
}
