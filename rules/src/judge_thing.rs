//! What a rule gets to see of a thing, and what it answers with.

use std::collections::BTreeMap;

use gs1::Gtin;

use crate::finding::{EvidenceRef, RuleId, Severity};
use crate::item::{Item, Moment, fold};
use crate::say::{Lang, Name, Say, words};
use crate::state::verified::Sighting;
use crate::state::{Digest, EventId, EventRec, NameId, PlaceId, State, Thing, ThingId};

/// A thing with its folded timeline.
#[derive(Debug)]
pub(crate) struct Case<'a> {
    pub(crate) state: &'a State,
    pub(crate) id: ThingId,
    pub(crate) thing: &'a Thing,
    pub(crate) moments: Vec<Moment<'a>>,
    /// The state after the last moment.
    pub(crate) now: Item,
}

/// A finding before it has a place among the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    pub(crate) rule: RuleId,
    /// Tells this finding from others of the same rule about the same thing.
    pub(crate) key: String,
    pub(crate) severity: Severity,
    pub(crate) conclusive: bool,
    pub(crate) at_ms: i64,
    pub(crate) until_ms: i64,
    pub(crate) evidence: Vec<EvidenceRef>,
    pub(crate) say: Say,
    pub(crate) facts: BTreeMap<String, String>,
}

impl<'a> Case<'a> {
    /// The case of a thing, if any fact has named it.
    pub(crate) fn of(state: &'a State, id: ThingId) -> Option<Self> {
        let thing = state.thing(id)?;
        let (moments, now) = fold(state, id, &state.timeline(id));
        Some(Self {
            state,
            id,
            thing,
            moments,
            now,
        })
    }

    pub(crate) fn gtin(&self) -> Option<&Gtin> {
        self.state.gtin(self.id)
    }

    pub(crate) fn birth(&self) -> Option<&'a EventRec> {
        self.now.birth.and_then(|id| self.state.event(id))
    }

    /// Moments of events that name the thing itself.
    pub(crate) fn own(&self) -> impl Iterator<Item = &Moment<'a>> {
        self.moments
            .iter()
            .filter(|moment| moment.entry.via.is_none())
    }

    /// A party as people say it: its name, else its GLN.
    pub(crate) fn party(&self, id: Option<NameId>) -> Name {
        self.state.party_name(id)
    }

    /// A place as people say it.
    pub(crate) fn place(&self, id: Option<PlaceId>) -> Name {
        self.state.place_name(id)
    }

    pub(crate) fn event(&self, id: EventId) -> Option<&'a EventRec> {
        self.state.event(id)
    }
}

impl State {
    /// A party as people say it.
    pub(crate) fn party_name(&self, id: Option<NameId>) -> Name {
        Some(self.party_called(self.names.text(id?)))
    }

    /// The name of a party by its GLN, else the GLN.
    pub(crate) fn party_called(&self, gln: &str) -> String {
        let known = self.masters.parties.get(gln);
        known.map_or_else(|| gln.to_owned(), |party| party.name.clone())
    }

    /// A place as people say it: its name, else its GLN, else its URI.
    pub(crate) fn place_name(&self, id: Option<PlaceId>) -> Name {
        let epc = self.places.epc(id?)?;
        Some(match (self.masters.location(epc), epc) {
            (Some(location), _) => location.name.clone(),
            (None, gs1::Epc::Sgln(sgln)) => sgln.gln().to_string(),
            (None, other) => other.canonical(),
        })
    }
}

/// The moment a finding begins and the record that tells it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Anchor {
    pub(crate) time_ms: i64,
    pub(crate) evidence: Option<EvidenceRef>,
}

impl Anchor {
    pub(crate) fn of(event: &EventRec) -> Self {
        Self {
            time_ms: event.time_ms,
            evidence: Some(event.evidence()),
        }
    }
}

impl From<&Sighting> for Anchor {
    fn from(seen: &Sighting) -> Self {
        Self {
            time_ms: seen.time_ms,
            evidence: Some(seen.record),
        }
    }
}

impl Draft {
    /// A finding of one moment with the records it rests on.
    pub(crate) fn new(
        rule: RuleId,
        severity: Severity,
        at: &EventRec,
        key: String,
        say: impl Into<Say>,
    ) -> Self {
        Self::on(rule, severity, Anchor::of(at), key, say)
    }

    /// A finding that begins at a moment no event needs to tell.
    pub(crate) fn on(
        rule: RuleId,
        severity: Severity,
        anchor: Anchor,
        key: String,
        say: impl Into<Say>,
    ) -> Self {
        Self {
            rule,
            key,
            severity,
            conclusive: false,
            at_ms: anchor.time_ms,
            until_ms: anchor.time_ms,
            evidence: anchor.evidence.into_iter().collect(),
            say: say.into(),
            facts: BTreeMap::new(),
        }
    }

    /// Adds an earlier record that it rests on.
    pub(crate) fn resting_on(mut self, event: Option<&EventRec>) -> Self {
        let event = event.map(EventRec::evidence);
        if let Some(event) = event.filter(|event| !self.evidence.contains(event)) {
            self.evidence.insert(0, event);
        }
        self
    }

    pub(crate) fn conclusive(mut self, conclusive: bool) -> Self {
        self.conclusive = conclusive;
        self
    }

    pub(crate) fn fact(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.facts.insert(name.to_owned(), value.to_string());
        self
    }

    /// A fact where there is one.
    pub(crate) fn maybe(self, name: &str, value: Option<impl std::fmt::Display>) -> Self {
        match value {
            Some(value) => self.fact(name, value),
            None => self,
        }
    }

    /// A party or place as a fact.
    pub(crate) fn named(self, name: &str, value: &Name) -> Self {
        self.fact(name, words::party(Lang::En, value))
    }

    /// The same facts about the same thing give the same id on every node.
    pub(crate) fn id(&self, subject: &str) -> Digest {
        let mut hash = blake3::Hasher::new_derive_key("theriac rules finding v1");
        for part in [self.rule.to_string().as_str(), subject, self.key.as_str()] {
            hash.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
            hash.update(part.as_bytes());
        }
        first_half(hash.finalize().as_bytes())
    }
}

/// The first 16 bytes of a hash.
pub(crate) fn first_half(hash: &[u8; 32]) -> Digest {
    let mut half = [0; 16];
    half.iter_mut().zip(hash).for_each(|(to, from)| *to = *from);
    half
}
