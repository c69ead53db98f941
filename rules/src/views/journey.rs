//! One journey of a thing: what was in it when it left, which ways it went, how warm it was until
//! it came, and whether it came. A container and a pack travel more than once, are emptied and
//! filled again; what a paper announced is told by the journey that went under it, whatever became
//! of the goods later.

use std::collections::BTreeSet;

use gs1::Epc;

use super::readings::ReadingSeries;
use super::shipment::{Content, NODES_MAX, ShipmentView};
use crate::cold_chain::Span;
use crate::engine::Engine;
use crate::state::{NameId, State, ThingId};
use crate::telemetry::{Leg, legs};
use crate::timeline::{DEPTH_MAX, Entry};

/// A journey: ways in a row, and the time they took.
#[derive(Debug)]
pub(super) struct Journey {
    legs: Vec<Leg>,
    /// From when it left until it came, else until it was sent elsewhere.
    span: Span,
    /// What was in it, at any depth, where that is looked up.
    inside: Vec<ThingId>,
    /// When that was in it.
    loaded_ms: i64,
}

/// Ways of a thing by their number: those of one journey, and the one after it.
struct Found {
    own: BTreeSet<usize>,
    next: Option<usize>,
}

impl Journey {
    /// When it was.
    pub(super) fn span(&self) -> Span {
        self.span
    }

    /// What was in it.
    pub(super) fn inside(&self) -> &[ThingId] {
        &self.inside
    }
}

impl Engine {
    /// A thing on the journey that it was shipped on at these times (ms since the Unix epoch; more
    /// than one where it was handed on under the same paper): its contents when it was shipped
    /// last, its ways and how warm it was until it came. `None` when no record names it, or without
    /// a time.
    pub fn journey(&self, id: &Epc, shipped_ms: &[i64]) -> Option<ShipmentView> {
        let thing = self.state.find(id)?;
        let state = &self.state;
        let mut journey = state.journey(thing, shipped_ms)?;
        let mut inside = Vec::new();
        state.walk_contents(thing, journey.loaded_ms, &mut |id, _| inside.push(id));
        journey.inside = inside;
        let mut budget = NODES_MAX;
        let packs = journey
            .inside
            .iter()
            .filter(|it| state.gtin(**it).is_some());
        let series = state.series(thing, journey.span);
        let devices = series.iter().filter_map(|series| series.device);
        Some(ShipmentView {
            id: id.canonical(),
            contents: state.tree(thing, journey.loaded_ms, DEPTH_MAX, &mut budget),
            packs: packs.count(),
            legs: journey.legs.iter().map(|leg| state.leg_view(leg)).collect(),
            devices: devices.map(|id| state.names.text(id).to_owned()).collect(),
            cold_chain: state.cold_chain_on(thing, &journey),
        })
    }

    /// Its contents alone, as [`Self::journey`] tells them.
    pub fn loaded(&self, id: &Epc, shipped_ms: &[i64]) -> Option<Vec<Content>> {
        let thing = self.state.find(id)?;
        let journey = self.state.journey(thing, shipped_ms)?;
        let mut budget = NODES_MAX;
        let tree = self
            .state
            .tree(thing, journey.loaded_ms, DEPTH_MAX, &mut budget);
        Some(tree)
    }

    /// Every reading of a thing on a journey; those that the `cold_chain` of [`Self::journey`]
    /// lists the extremes of.
    pub fn readings_on(&self, id: &Epc, shipped_ms: &[i64]) -> Vec<ReadingSeries> {
        let found = self.state.find(id);
        let found = found.and_then(|id| Some((id, self.state.journey(id, shipped_ms)?)));
        found.map_or_else(Vec::new, |(id, journey)| {
            self.state.readings_around(id, journey.span)
        })
    }

    /// When a thing was shipped last, ms since the Unix epoch; also in something else.
    pub fn last_shipped(&self, id: &Epc) -> Option<i64> {
        let timeline = self.state.timeline(self.state.find(id)?);
        legs(&timeline).last().map(|leg| leg.from_ms)
    }

    /// Whether a thing came on the journey it was shipped on at a time: read on its own (true) or
    /// with what it was in; `None` when it did not. `receipts` are places in the ledger of records
    /// that are known to belong to this journey, whatever was shipped in between.
    pub fn arrival(&self, id: &Epc, shipped_ms: i64, receipts: &BTreeSet<u64>) -> Option<bool> {
        let timeline = self.state.timeline(self.state.find(id)?);
        let ways = legs(&timeline);
        let found = self.state.found(&ways, &[shipped_ms]);
        let place = |at: &usize| {
            let way = ways.get(*at)?;
            timeline.iter().position(|entry| entry.id == way.shipped)
        };
        let begins = found.own.first().and_then(place).unwrap_or(0);
        let ends = found.next.as_ref().and_then(place).unwrap_or(usize::MAX);
        let came = |(at, entry): &(usize, &Entry<'_>)| {
            let event = entry.event;
            let inside = (begins..ends).contains(at);
            let named = receipts.contains(&event.record.position);
            event.step.receives() && event.time_ms >= shipped_ms && (inside || named)
        };
        let entries = (0_usize..).zip(&timeline).filter(came);
        entries.map(|(_, entry)| entry.via.is_none()).max()
    }
}

impl State {
    /// The journey a thing was shipped on at these times.
    fn journey(&self, thing: ThingId, shipped_ms: &[i64]) -> Option<Journey> {
        let (first_ms, last_ms) = (shipped_ms.iter().min()?, shipped_ms.iter().max()?);
        let timeline = self.timeline(thing);
        let ways = legs(&timeline);
        let found = self.found(&ways, shipped_ms);
        let own: Vec<Leg> = found
            .own
            .iter()
            .filter_map(|at| ways.get(*at).copied())
            .collect();
        let came = own.last().and_then(|leg| self.event(leg.received?));
        let next = found.next.and_then(|at| ways.get(at));
        let to_ms = came
            .map(crate::state::EventRec::latest_ms)
            .or(next.map(|leg| leg.from_ms.saturating_sub(1)))
            .unwrap_or(i64::MAX);
        let from_ms = own
            .first()
            .map_or(*first_ms, |leg| leg.from_ms.min(*first_ms));
        let span = Span {
            from_ms,
            to_ms: to_ms.max(from_ms),
        };
        // What was put in by a clock that was behind is there when it comes.
        let moments = [*last_ms, to_ms];
        let mut loaded = moments.into_iter();
        let loaded_ms = loaded.find(|at_ms| !self.children_at(thing, *at_ms).is_empty());
        let loaded_ms = loaded_ms.unwrap_or(*last_ms);
        Some(Journey {
            legs: own,
            span,
            inside: Vec::new(),
            loaded_ms,
        })
    }

    /// The ways that a thing was on at these times, with those that went on to the same receiver
    /// before it had come.
    fn found(&self, ways: &[Leg], shipped_ms: &[i64]) -> Found {
        let mut own = BTreeSet::new();
        for at_ms in shipped_ms {
            let begun = ways.iter().rposition(|leg| leg.from_ms <= *at_ms);
            let over = |leg: &Leg| {
                let came = leg.received.and_then(|id| self.event(id));
                came.is_some_and(|came| came.time_ms < *at_ms)
            };
            // What is consigned leaves later.
            let at = match begun {
                Some(at) if ways.get(at).is_some_and(over) => at.saturating_add(1),
                Some(at) => at,
                None => 0,
            };
            own.extend((at < ways.len()).then_some(at));
        }
        let Some(mut last) = own.last().copied() else {
            return Found { own, next: None };
        };
        while let (Some(leg), Some(next)) = (ways.get(last), ways.get(last.saturating_add(1))) {
            let bound = self.bound_for(leg).filter(|_| leg.received.is_none());
            if bound.is_none() || bound != self.heading_for(next) {
                break;
            }
            last = last.saturating_add(1);
            own.insert(last);
        }
        let next = last.saturating_add(1);
        Found {
            own,
            next: (next < ways.len()).then_some(next),
        }
    }

    /// Who a way was to end at.
    pub(super) fn bound_for(&self, leg: &Leg) -> Option<NameId> {
        let told = self.event(leg.shipped)?.told();
        let there = told.destination_place;
        told.destination
            .or_else(|| there.and_then(|place| self.party_at(place)))
    }

    /// Who it ended at, else was to end at.
    fn heading_for(&self, leg: &Leg) -> Option<NameId> {
        let received = leg.received.and_then(|id| self.event(id));
        received
            .and_then(|event| self.party_of(event))
            .or_else(|| self.bound_for(leg))
    }
}
