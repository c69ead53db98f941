//! Rules about lots, labels, makers and those who ask: one file per rule. Those about one pack see
//! its case like the rules of [`crate::identity`]; those about a lot see everything that claims to
//! be of it; those about a source of questions see what it asked.
//!
//! Findings about a lot stand beside the lot's identifier, those about a source beside its GLN.
//! They do not pass to packs, with one exception: packs made after a lot's authorised quantity was
//! used up ([`over_issue`]).

pub(crate) mod expiry_mismatch;
pub(crate) mod gtin_authority;
pub(crate) mod judge;
pub(crate) mod known_bad;
pub(crate) mod lot_mismatch;
pub(crate) mod market;
pub(crate) mod mass_balance;
pub(crate) mod over_issue;
pub(crate) mod probing;
pub(crate) mod repair;
pub(crate) mod suspects;
pub(crate) mod thresholds;
pub(crate) mod unauthorised;
pub(crate) mod unknown_batch;
pub(crate) mod verification_storm;

use gs1::{Gtin, Lot};

use crate::state::{LotState, State};

/// What a rule about a lot sees.
#[derive(Debug)]
pub(crate) struct LotCase<'a> {
    pub(crate) state: &'a State,
    pub(crate) gtin: &'a Gtin,
    pub(crate) lot: &'a Lot,
    pub(crate) known: &'a LotState,
}

impl LotCase<'_> {
    /// Whether any pack of the lot was made.
    pub(crate) fn is_made(&self) -> bool {
        self.known.packs.iter().any(|id| self.holds(*id))
    }

    /// Whether a pack still belongs to the lot: a commissioning can be taken back.
    pub(crate) fn holds(&self, id: crate::state::ThingId) -> bool {
        let event = || {
            let thing = self.state.thing(id)?;
            self.state.event(thing.birth?)?.told().lot
        };
        event().is_some_and(|lot| self.state.names.text(lot) == self.lot.as_str())
    }
}
