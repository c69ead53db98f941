//! Counts over all records of a party, a place or a lot, within a window of event time.
//!
//! Each record is counted where it belongs in time, so late ones are; of one group at most four
//! times the number it is compared with are kept, the newest. One finding for a group: it says the
//! highest count of any window, and goes away when records that were taken back bring every window
//! down to what is allowed.

use std::collections::{BTreeMap, BTreeSet};

use gs1::{Epc, Gln, Lot};
use serde::{Deserialize, Serialize};

use super::declaration::{About, Condition, Count, Counted, Declaration, Hash};
use super::evaluate::{Meter, Scene, Truth, key};
use super::limits;
use super::registry::Rule;
use crate::finding::{EVIDENCE_MAX, EvidenceRef, Finding, RuleId};
use crate::judge_thing::Draft;
use crate::record::Stamp;
use crate::say::PartnerSay;
use crate::state::intern::premises;
use crate::state::{EventId, EventRec, State, ThingId};

/// Groups of one rule; the records of further ones are a problem of the rule.
const GROUPS_MAX: usize = 100_000;

/// Counts by rule and group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Groups {
    by_rule: BTreeMap<Hash, BTreeMap<Vec<Epc>, Vec<Entry>>>,
}

/// Something counted, in event-time order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Entry {
    time_ms: i64,
    event: EventId,
    key: String,
}

/// An entry with the group it belongs to.
type Counts = (Vec<Epc>, Entry);
/// Fields that were not known, with a record they were missing on.
type Missing = BTreeMap<&'static str, EvidenceRef>;

/// The window with the most entries above the limit.
#[derive(Debug)]
struct Peak {
    count: usize,
    from_ms: i64,
    to_ms: i64,
    evidence: Vec<EventId>,
}

impl State {
    /// Counts an event for every group rule in force.
    pub(super) fn count_groups(
        &mut self,
        event: EventId,
        things: &[ThingId],
        stamp: &Stamp,
    ) -> Vec<Finding> {
        let in_force = self.consortium.in_force(stamp.position);
        let groups = in_force.filter(|rule| rule.declaration.about != About::Thing);
        let counted = groups.filter_map(|rule| {
            let Condition::Count(count) = &rule.declaration.when else {
                return None;
            };
            let (counted, missing) = self.counted(&rule.declaration, count, event, things);
            let nothing = counted.is_empty() && missing.is_empty();
            (!nothing).then(|| (rule.clone(), counted, missing))
        });
        let counted: Vec<_> = counted.collect();
        let mut changes = Vec::new();
        for (rule, counted, missing) in counted {
            let Condition::Count(count) = &rule.declaration.when else {
                continue;
            };
            let mut touched = BTreeSet::new();
            for (group, entry) in counted {
                if self.add(&rule.declaration, count, &group, entry) {
                    touched.insert(group);
                }
            }
            for group in touched {
                changes.extend(self.judge_group(&rule, &group, stamp, false));
            }
            if !missing.is_empty() {
                let declaration = &rule.declaration;
                changes.extend(self.note_problems(declaration, None, &missing, stamp));
            }
        }
        changes
    }

    /// Judges groups again that counted an event which was taken back.
    pub(super) fn uncount_groups(&mut self, event: EventId, stamp: &Stamp) -> Vec<Finding> {
        let mut touched = Vec::new();
        for (hash, groups) in &self.consortium.groups.by_rule {
            for (group, entries) in groups {
                if entries.iter().any(|entry| entry.event == event) {
                    touched.push((*hash, group.clone()));
                }
            }
        }
        let mut changes = Vec::new();
        for (hash, group) in touched {
            let Some(rule) = self.consortium.rule(&hash).cloned() else {
                continue;
            };
            changes.extend(self.judge_group(&rule, &group, stamp, true));
        }
        changes
    }

    /// What a rule counts of an event, and for want of which fields it could not tell.
    fn counted(
        &self,
        declaration: &Declaration,
        count: &Count,
        id: EventId,
        things: &[ThingId],
    ) -> (Vec<Counts>, Missing) {
        let (mut found, mut missing) = (Vec::new(), BTreeMap::new());
        let Some(event) = self.event(id) else {
            return (found, missing);
        };
        for thing in things {
            let scene = Scene {
                thing: Some(*thing),
                event: Some(event),
                contents: false,
                ..Scene::of(self)
            };
            let mut meter = Meter::default();
            let counts = match &count.only {
                Some(only) => meter.truth(only, &scene),
                None => Truth::Yes,
            };
            debug_assert!(meter.steps <= declaration.cost);
            let key = match count.of {
                Counted::Things => Ok(self.canonical(*thing)),
                of => key(self, event, of),
            };
            let group = self.group(declaration.about, id, *thing);
            match (counts, key, group) {
                (Truth::Yes, Ok(key), Ok(group)) => {
                    let time_ms = event.time_ms;
                    let entry = Entry {
                        time_ms,
                        event: id,
                        key,
                    };
                    found.push((group, entry));
                }
                (Truth::Yes, Err(field), _)
                | (Truth::Yes, _, Err(field))
                | (Truth::Unknown(field), ..) => {
                    missing.insert(field, event.evidence());
                }
                (Truth::No, ..) => {}
            }
        }
        (found, missing)
    }

    /// The group an event and a thing belong to, as the identifiers it consists of.
    fn group(&self, about: About, id: EventId, thing: ThingId) -> Result<Vec<Epc>, &'static str> {
        let event = self.event(id).ok_or("record")?;
        let party = || -> Result<Epc, &'static str> {
            let text = self.party_of(event).map(|id| self.names.text(id));
            let text = text.ok_or("party")?;
            let gln = Gln::parse(text).map(Epc::Pgln);
            gln.or_else(|_| Epc::parse(text)).map_err(|_| "party")
        };
        let lot = || -> Result<Epc, &'static str> {
            let birth = self.thing(thing).and_then(|thing| thing.birth);
            let lot = birth.and_then(|id| self.event(id)?.told().lot);
            let lot = lot.and_then(|lot| Lot::parse(self.names.text(lot)).ok());
            let gtin = self.gtin(thing).cloned();
            let (gtin, lot) = gtin.zip(lot).ok_or("lot")?;
            Ok(Epc::Lgtin { gtin, lot })
        };
        match about {
            About::Party | About::Thing => Ok(vec![party()?]),
            About::Place => {
                let place = event.place().and_then(|place| self.places.epc(place));
                Ok(vec![premises(place.ok_or("place")?)])
            }
            About::Lot => Ok(vec![lot()?]),
            About::PartyAndLot => Ok(vec![party()?, lot()?]),
        }
    }

    /// Puts an entry where it belongs; tells whether it is new.
    fn add(&mut self, rule: &Declaration, count: &Count, group: &[Epc], entry: Entry) -> bool {
        let groups = self
            .consortium
            .groups
            .by_rule
            .entry(*rule.hash())
            .or_default();
        if groups.len() >= GROUPS_MAX && !groups.contains_key(group) {
            return false;
        }
        let entries = groups.entry(group.to_vec()).or_default();
        let Err(at) = entries.binary_search(&entry) else {
            return false;
        };
        entries.insert(at, entry);
        if entries.len() > limits::kept(count) {
            entries.remove(0);
        }
        true
    }

    /// Says what the counts of a group say now. A window that has passed stays said; only where
    /// records were taken back can nothing be left to say.
    fn judge_group(
        &mut self,
        rule: &Rule,
        group: &[Epc],
        stamp: &Stamp,
        taken_back: bool,
    ) -> Vec<Finding> {
        let declaration = &rule.declaration;
        let Condition::Count(count) = &declaration.when else {
            return Vec::new();
        };
        let groups = self.consortium.groups.by_rule.get(declaration.hash());
        let entries = groups.and_then(|groups| groups.get(group));
        let standing: Vec<&Entry> = entries
            .into_iter()
            .flatten()
            .filter(|entry| {
                let event = self.event(entry.event);
                event.is_some_and(|event| event.told().voided_by.is_none())
            })
            .collect();
        let peak = peak(&standing, count);
        let Some(first) = group.first() else {
            return Vec::new();
        };
        let mut draft = group_draft(rule, group);
        let Some(peak) = peak else {
            let gone = taken_back.then(|| self.resolve_apart(first, &draft, stamp));
            return gone.flatten().into_iter().collect();
        };
        let evidence = peak.evidence.iter().filter_map(|id| self.event(*id));
        draft.evidence = evidence.map(EventRec::evidence).collect();
        (draft.at_ms, draft.until_ms) = (peak.from_ms, peak.to_ms);
        let draft = draft
            .fact("count", peak.count)
            .fact("more_than", count.more_than)
            .fact("within_ms", count.within_ms);
        self.put_apart(group, draft, stamp).into_iter().collect()
    }
}

fn group_draft(rule: &Rule, group: &[Epc]) -> Draft {
    let declaration = &rule.declaration;
    let hash = declaration.hash_text();
    let draft = Draft {
        rule: RuleId::K01,
        key: format!("{hash} {}", group_text(group)),
        severity: rule.severity(),
        conclusive: false,
        at_ms: 0,
        until_ms: 0,
        evidence: Vec::new(),
        say: PartnerSay::of(declaration).into(),
        facts: BTreeMap::new(),
    };
    draft
        .fact("rule", declaration.name())
        .fact("rule_version", declaration.version())
        .fact("rule_hash", hash)
}

fn group_text(group: &[Epc]) -> String {
    let parts: Vec<String> = group.iter().map(Epc::canonical).collect();
    parts.join(" ")
}

/// The fullest window of more entries than allowed: two hands over the entries, each once.
fn peak(entries: &[&Entry], count: &Count) -> Option<Peak> {
    let mut inside: BTreeMap<&str, usize> = BTreeMap::new();
    let mut best: Option<Peak> = None;
    let mut start = 0;
    for (end, entry) in entries.iter().enumerate() {
        *inside.entry(&entry.key).or_default() += 1;
        while let Some(first) = entries.get(start)
            && entry.time_ms.saturating_sub(first.time_ms) > count.within_ms
        {
            if let Some(left) = inside.get_mut(first.key.as_str()) {
                *left -= 1;
                if *left == 0 {
                    inside.remove(first.key.as_str());
                }
            }
            start += 1;
        }
        let over = limits::number(inside.len()) > u64::from(count.more_than);
        if over && best.as_ref().is_none_or(|best| inside.len() > best.count) {
            let window = entries.get(start..=end).unwrap_or_default();
            let newest = window.iter().rev().map(|entry| entry.event);
            let mut evidence: Vec<EventId> = newest.take(4 * EVIDENCE_MAX).collect();
            evidence.reverse();
            evidence.dedup();
            let extra = evidence.len().saturating_sub(EVIDENCE_MAX);
            evidence.drain(..extra);
            best = Some(Peak {
                count: inside.len(),
                from_ms: window.first().map_or(0, |entry| entry.time_ms),
                to_ms: entry.time_ms,
                evidence,
            });
        }
    }
    best
}
