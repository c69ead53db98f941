//! Who has to be told of a recall: for each party how many packs of the lot it has in hand, how
//! many are on their way to it, how many it has given out, and how many it has destroyed or
//! otherwise taken out of the way. One pass over the lot.

use std::collections::BTreeMap;

use gs1::{Epc, Gtin, Lot};
use serde::Serialize;

use crate::engine::Engine;
use crate::pack_state::PackState;
use crate::state::NameId;
use crate::views::pack::RecallView;

/// Packs of a lot by party.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RecallScope {
    /// Packs commissioned.
    pub made: usize,
    /// Parties with packs in hand, on the way to them, or given out by them, most in hand first.
    pub parties: Vec<PartyShare>,
    /// Packs that nobody is known to hold.
    pub unknown: usize,
}

/// What a party has to do with the packs of a lot.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PartyShare {
    /// GLN.
    pub party: String,
    /// Name by master data.
    pub name: Option<String>,
    /// Packs it holds, those it has sent off and nobody has received yet included.
    pub in_hand: usize,
    /// Of these, packs that are on their way to somebody.
    pub sent: usize,
    /// Packs on their way to it.
    pub on_the_way: usize,
    /// Packs it has supplied or exported.
    pub given_out: usize,
    /// Packs it has destroyed, taken as samples or taken off the books otherwise.
    pub removed: usize,
}

impl PartyShare {
    /// Whether it has to be told: it has packs, will have some, or knows who has.
    pub fn is_concerned(&self) -> bool {
        self.in_hand + self.on_the_way + self.given_out > 0
    }
}

impl Engine {
    /// Packs of a lot by party; `None` when nothing of the lot is known.
    pub fn recall_scope(&self, gtin: &Gtin, lot: &Lot) -> Option<RecallScope> {
        let known = self.state.lots.get(&(gtin.clone(), lot.clone()))?;
        let class = Epc::Lgtin {
            gtin: gtin.clone(),
            lot: lot.clone(),
        };
        let mut scope = RecallScope::default();
        let mut shares: BTreeMap<NameId, PartyShare> = BTreeMap::new();
        for case in self.packs_of(&known.packs, &class) {
            scope.made += 1;
            let now = &case.now;
            let Some(holder) = now.holder else {
                scope.unknown += 1;
                continue;
            };
            let share = shares.entry(holder).or_default();
            match now.life.state() {
                PackState::Supplied | PackState::Exported | PackState::FreeSample => {
                    share.given_out += 1;
                }
                state if state.is_over() => share.removed += 1,
                _ => share.in_hand += 1,
            }
            if let Some(bound_for) = now.bound_for.filter(|it| *it != holder) {
                share.sent += usize::from(!now.life.is_over());
                shares.entry(bound_for).or_default().on_the_way += 1;
            }
        }
        for (party, mut share) in shares {
            let named = self.state.party_ref(party);
            share.party = named.gln;
            share.name = named.name;
            scope.parties.push(share);
        }
        let order = |it: &PartyShare| std::cmp::Reverse((it.in_hand, it.on_the_way, it.given_out));
        scope
            .parties
            .sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| a.party.cmp(&b.party)));
        Some(scope)
    }

    /// Recalled lots, with the depth of each recall.
    pub fn recalls(&self) -> impl Iterator<Item = (&Gtin, &Lot, Option<crate::RecallLevel>)> {
        self.state.lots.iter().filter_map(|((gtin, lot), state)| {
            let recall = state.recall.as_ref()?;
            Some((gtin, lot, recall.level))
        })
    }

    /// Every withdrawn product, by product, with the withdrawal.
    pub fn withdrawals(&self) -> impl Iterator<Item = (&Gtin, RecallView)> {
        let all = self.state.decisions.withdrawals.iter();
        all.map(|(gtin, told)| (gtin, self.state.recall_view(told)))
    }

    /// How many packs of a lot its manufacturer said it would make.
    pub fn authorised_quantity(&self, gtin: &Gtin, lot: &Lot) -> Option<u64> {
        let key = (gtin.clone(), lot.clone());
        let told = self.state.masters.quantities.get(&key)?;
        Some(told.packs.into())
    }
}
