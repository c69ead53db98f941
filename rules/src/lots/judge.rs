//! When the rules about lots and sources are asked, and where their findings stand.

use std::collections::BTreeSet;

use gs1::{Epc, Gln, Gtin, Lot};

use super::{LotCase, mass_balance, over_issue, probing, unknown_batch};
use crate::capture::Capture;
use crate::engine::Engine;
use crate::finding::{Finding, RuleId};
use crate::judge_thing::Draft;
use crate::record::{MasterData, Stamp, Verification};
use crate::state::verified::VerId;
use crate::state::{LotKey, NameId, State, Thing, ThingId};

/// Most packs of unknown serial that a commissioning has judged again: newest first. More than a
/// few only somebody who means to have them judged can bring about.
const SUSPECTS_MAX: usize = 64;

/// What is said of a lot now.
struct ToldOfLot {
    class: Epc,
    drafts: Vec<Draft>,
    /// Of its count, where it was counted through.
    counted: Option<Vec<Draft>>,
}

impl Engine {
    /// Takes in a question about a pack.
    pub(crate) fn ask(&mut self, asked: &Verification, stamp: &Stamp) -> Vec<Finding> {
        let Some(id) = self.state.ask(stamp, asked) else {
            return Vec::new();
        };
        let Some(rec) = self.state.verification(id).cloned() else {
            return Vec::new();
        };
        let mut changes = self.judge_events(rec.thing, stamp);
        if let Some((gtin, lot)) = self.state.lot_key(rec.thing, rec.lot) {
            changes.extend(self.judge_lot(&gtin, &lot, false, stamp));
            changes.extend(self.judge_probed_lot(&gtin, &lot, stamp));
        }
        changes.extend(
            rec.party
                .map_or_else(Vec::new, |party| self.judge_source(party, stamp)),
        );
        changes
    }

    /// Judges what an event may have changed of lots and of those who asked.
    pub(crate) fn judge_lots(
        &mut self,
        capture: &Capture,
        inside: &[ThingId],
        stamp: &Stamp,
    ) -> Vec<Finding> {
        let mut changes = Vec::new();
        let every = self.state.speaks_of_made_lots();
        for (lot, gtin, packs) in self.state.lots_touched(&capture.touched, inside, every) {
            let due = self.state.note_touches(&gtin, lot, packs);
            let key: &dyn LotKey = &(&gtin, self.state.names.text(lot));
            if let Some(told) = self.state.told_of_lot(key, due) {
                changes.extend(self.settle_lot(told, stamp));
            }
        }
        changes.extend(self.judge_askers(capture, stamp));
        changes
    }

    /// A commissioning turns earlier misses into hits, and may be the pack a garbled code meant.
    fn judge_askers(&mut self, capture: &Capture, stamp: &Stamp) -> Vec<Finding> {
        let mut sources = BTreeSet::new();
        let mut lots = BTreeSet::new();
        for id in &capture.touched {
            let Some(thing) = self.state.thing(*id) else {
                continue;
            };
            for asked in thing.verified() {
                if let Some(rec) = self.state.verification(*asked) {
                    sources.extend(rec.party);
                    lots.extend(self.state.lot_key(rec.thing, rec.lot));
                }
            }
        }
        let mut suspects = self.state.explained_by(capture);
        suspects.extend(self.state.labelled_before(capture));
        for id in &capture.touched {
            suspects.remove(id);
        }
        let mut changes = Vec::new();
        for id in suspects.into_iter().rev().take(SUSPECTS_MAX) {
            changes.extend(self.judge_events(id, stamp));
            let asked = self.state.thing(id).map_or(&[][..], Thing::verified);
            for rec in asked.iter().filter_map(|id| self.state.verification(*id)) {
                sources.extend(rec.party);
                lots.extend(self.state.lot_key(rec.thing, rec.lot));
            }
        }
        for (gtin, lot) in lots {
            changes.extend(self.judge_probed_lot(&gtin, &lot, stamp));
        }
        for party in sources {
            changes.extend(self.judge_source(party, stamp));
        }
        changes
    }

    /// Judges a lot; counts it through when `balance` says so.
    pub(crate) fn judge_lot(
        &mut self,
        gtin: &Gtin,
        lot: &Lot,
        balance: bool,
        stamp: &Stamp,
    ) -> Vec<Finding> {
        let key: &dyn LotKey = &(gtin, lot.as_str());
        let told = self.state.told_of_lot(key, balance);
        told.map_or_else(Vec::new, |told| self.settle_lot(told, stamp))
    }

    fn settle_lot(&mut self, told: ToldOfLot, stamp: &Stamp) -> Vec<Finding> {
        let of_lot = |rule| matches!(rule, RuleId::C02 | RuleId::C08);
        let mut changes = self.settle_beside(&told.class, told.drafts, of_lot, stamp);
        if let Some(counted) = told.counted {
            let counts = |rule| rule == RuleId::C27;
            changes.extend(self.settle_beside(&told.class, counted, counts, stamp));
        }
        changes
    }

    fn judge_probed_lot(&mut self, gtin: &Gtin, lot: &Lot, stamp: &Stamp) -> Vec<Finding> {
        let key = (gtin.clone(), lot.clone());
        let asked = newest(self.state.asked.get(&key));
        let (gtin, lot) = key;
        self.judge_questions(&Epc::Lgtin { gtin, lot }, &asked, stamp)
    }

    fn judge_source(&mut self, party: NameId, stamp: &Stamp) -> Vec<Finding> {
        let Ok(gln) = Gln::parse(self.state.names.text(party)) else {
            return Vec::new();
        };
        let asked = newest(self.state.asked_by.get(&party));
        self.judge_questions(&Epc::Pgln(gln), &asked, stamp)
    }

    fn judge_questions(&mut self, about: &Epc, asked: &[VerId], stamp: &Stamp) -> Vec<Finding> {
        let mut drafts = Vec::new();
        probing::check(&self.state, about, asked, &mut drafts);
        self.settle_beside(about, drafts, |rule| rule == RuleId::C25, stamp)
    }

    /// Puts findings beside an identifier that no event names by itself.
    fn settle_beside(
        &mut self,
        about: &Epc,
        drafts: Vec<Draft>,
        concerns: fn(RuleId) -> bool,
        stamp: &Stamp,
    ) -> Vec<Finding> {
        if drafts.is_empty() && self.state.find(about).is_none() {
            return Vec::new();
        }
        let id = self.state.intern_thing(about);
        self.state.settle(id, drafts, |it| concerns(it.rule), stamp)
    }

    /// What a new fact of an authority or rights holder may have changed: standing findings of the
    /// rules that look at it, and what a list names.
    pub(crate) fn judge_registry(&mut self, data: &MasterData, stamp: &Stamp) -> Vec<Finding> {
        let (rules, more): (&[RuleId], Vec<ThingId>) = match data {
            MasterData::Licence(_) | MasterData::Device(_) => (&[RuleId::C20], Vec::new()),
            MasterData::Authority(_) => (&[RuleId::C07], Vec::new()),
            MasterData::Market(_) | MasterData::ImportLicence(_) => (&[RuleId::C21], Vec::new()),
            MasterData::KnownBad(entry) => (&[RuleId::C05], self.state.of_any_lot(&entry.lot)),
            MasterData::LotQuantity(it) => return self.judge_lot(&it.gtin, &it.lot, true, stamp),
            _ => return Vec::new(),
        };
        let mut things: BTreeSet<ThingId> = self.state.subjects_of(rules);
        things.extend(more);
        let things = things.into_iter();
        things.flat_map(|id| self.judge_events(id, stamp)).collect()
    }
}

impl State {
    /// The lot a question was about, as a key.
    pub(crate) fn lot_key(&self, thing: ThingId, lot: Option<NameId>) -> Option<(Gtin, Lot)> {
        let gtin = self.gtin(thing)?.clone();
        Some((gtin, Lot::parse(self.names.text(lot?)).ok()?))
    }

    /// Whether any pack of a lot was made.
    pub(crate) fn is_lot_made(&self, gtin: &Gtin, lot: Option<NameId>) -> bool {
        let Some(lot) = lot.and_then(|lot| Lot::parse(self.names.text(lot)).ok()) else {
            return false;
        };
        let key: &dyn LotKey = &(gtin, lot.as_str());
        let Some(known) = self.lots.get(key) else {
            return false;
        };
        let case = LotCase {
            state: self,
            gtin,
            lot: &lot,
            known,
        };
        case.is_made()
    }

    /// The lots a thing was made in or labelled with by the events that touch it.
    fn lots_named(&self, id: ThingId) -> impl Iterator<Item = (NameId, &Gtin)> {
        let named = self.thing(id).zip(self.gtin(id));
        named.into_iter().flat_map(|(thing, gtin)| {
            let born = thing.birth.and_then(|id| self.event(id)?.told().lot);
            let touches = if born.is_some() { &[] } else { &*thing.touches };
            let labels = touches.iter().filter_map(|id| self.event(*id)?.told().lot);
            let asked = if born.is_some() {
                &[]
            } else {
                thing.verified()
            };
            let asked = asked.iter().filter_map(|id| self.verification(*id)?.lot);
            let labels = labels.chain(asked);
            born.into_iter().chain(labels).map(move |lot| (lot, gtin))
        })
    }

    /// Whether anything is or was to be said of lots that packs were made of: where nobody told how
    /// many there may be and nothing was ever found of a lot, their packs are passed over.
    fn speaks_of_made_lots(&self) -> bool {
        !self.masters.quantities.is_empty() || self.thing_names.names_a_lot()
    }

    /// The lots of things, each once in the order of their keys, and how often they were named: of
    /// every thing, or only of those that nobody made.
    fn lots_touched(
        &self,
        touched: &[ThingId],
        inside: &[ThingId],
        every: bool,
    ) -> Vec<(NameId, Gtin, usize)> {
        let mut found: Vec<(NameId, Gtin, usize)> = Vec::new();
        let made = |id: &ThingId| self.thing(*id).is_some_and(|it| it.birth.is_some());
        for id in touched.iter().chain(inside).filter(|id| every || !made(id)) {
            for (lot, gtin) in self.lots_named(*id) {
                match found.last_mut().filter(|it| it.0 == lot && it.1 == *gtin) {
                    Some(last) => last.2 += 1,
                    None => found.push((lot, gtin.clone(), 1)),
                }
            }
        }
        found.sort_by(|a, b| {
            let key = |it: &(NameId, Gtin, usize)| self.names.text(it.0);
            (&a.1, key(a)).cmp(&(&b.1, key(b)))
        });
        found.dedup_by(|next, kept| {
            let same = (next.0, &next.1) == (kept.0, &kept.1);
            kept.2 += if same { next.2 } else { 0 };
            same
        });
        found
    }

    /// What the rules about lots say of one, counted through when `balance` says so and its
    /// quantity is known. `None` of an unknown lot, and where nothing is said and nothing ever was
    /// of any.
    fn told_of_lot(&self, key: &dyn LotKey, balance: bool) -> Option<ToldOfLot> {
        let (key, known) = self.lots.get_key_value(key)?;
        let (gtin, lot) = key;
        let case = LotCase {
            state: self,
            gtin,
            lot,
            known,
        };
        let mut drafts = Vec::new();
        unknown_batch::check(&case, &mut drafts);
        over_issue::check(&case, &mut drafts);
        let balance = balance && self.masters.quantities.contains_key(key);
        if !balance && drafts.is_empty() && !self.thing_names.names_a_lot() {
            return None;
        }
        let counted = balance.then(|| {
            let mut counted = Vec::new();
            mass_balance::check(&case, &mut counted);
            counted
        });
        let class = Epc::Lgtin {
            gtin: gtin.clone(),
            lot: lot.clone(),
        };
        Some(ToldOfLot {
            class,
            drafts,
            counted,
        })
    }

    /// Counts touches of a lot's packs; whether it is time to count the lot through.
    fn note_touches(&mut self, gtin: &Gtin, lot: NameId, packs: usize) -> bool {
        let key: &dyn LotKey = &(gtin, self.names.text(lot));
        // It is counted through when its quantity is told; what counts comes after that.
        if !self.masters.quantities.contains_key(key) {
            return false;
        }
        let Some(known) = self.lots.get_mut(key) else {
            return false;
        };
        let touched = usize::try_from(known.touched).unwrap_or(usize::MAX);
        let touched = touched.saturating_add(packs);
        let due = known.packs.len() <= mass_balance::SMALL || touched >= known.packs.len();
        known.touched = if due {
            0
        } else {
            crate::state::number(touched)
        };
        due
    }

    /// Packs made in, or labelled with, a lot of this name.
    fn of_any_lot(&self, lot: &Lot) -> Vec<ThingId> {
        let lots = self.lots.iter().filter(|((_, name), _)| name == lot);
        let things = lots.flat_map(|(_, known)| known.packs.iter().chain(&known.labelled));
        let mut found: BTreeSet<ThingId> = things.copied().collect();
        let asked = self.asked.iter().filter(|((_, name), _)| name == lot);
        let asked = asked.flat_map(|(_, asked)| asked);
        found.extend(asked.filter_map(|id| Some(self.verification(*id)?.thing)));
        found.into_iter().collect()
    }
}

/// The questions that are weighed: a counter asks a hundred thousand in a year, and every question
/// asks for them.
fn newest(asked: Option<&Vec<VerId>>) -> Vec<VerId> {
    let asked = asked.map_or(&[][..], Vec::as_slice);
    let from = asked.len().saturating_sub(probing::QUESTIONS_MAX);
    asked.iter().skip(from).copied().collect()
}
