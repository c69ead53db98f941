//! The findings ever made, and how a new judgement of a thing changes them.

use std::collections::{BTreeMap, BTreeSet};

use gs1::Epc;
use serde::{Deserialize, Serialize};

use super::{Digest, State, ThingId, index, number};
use crate::finding::{EvidenceRef, Finding, FindingStatus, RuleId};
use crate::judge_thing::Draft;
use crate::record::Stamp;

/// A finding kept once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct FindingId(pub(crate) u32);

/// All findings, in the order they appeared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Findings {
    all: Vec<Finding>,
    by_id: BTreeMap<Digest, FindingId>,
}

impl Findings {
    pub(crate) fn get(&self, id: FindingId) -> Option<&Finding> {
        self.all.get(index(id.0))
    }

    pub(crate) fn by_digest(&self, id: &Digest) -> Option<&Finding> {
        self.by_id.get(id).and_then(|id| self.get(*id))
    }

    /// Newest first.
    pub(crate) fn newest(&self) -> impl Iterator<Item = &Finding> {
        self.all.iter().rev()
    }

    /// Makes the drafts of one thing true: opens what is new, updates what changed, brings back
    /// what had been resolved. Returns what changed and the ids of all that stand.
    pub(super) fn put(
        &mut self,
        subjects: &[Epc],
        draft: Draft,
        stamp: &Stamp,
        version: u32,
    ) -> (FindingId, bool) {
        let first = subjects.first().map(Epc::canonical).unwrap_or_default();
        let digest = draft.id(&first);
        let id = self
            .by_id
            .get(&digest)
            .copied()
            .unwrap_or(FindingId(number(self.all.len())));
        let fresh = Finding {
            id: digest,
            rule: draft.rule,
            version,
            severity: draft.severity,
            conclusive: draft.conclusive,
            subjects: subjects.to_vec(),
            at_ms: draft.at_ms,
            until_ms: draft.until_ms,
            evidence: draft.evidence,
            say: draft.say,
            facts: draft.facts,
            position: stamp.position,
            recorded_ms: stamp.recorded_ms,
            resolved_by: None,
        };
        let Some(old) = self.all.get_mut(index(id.0)) else {
            self.by_id.insert(digest, id);
            self.all.push(fresh);
            return (id, true);
        };
        let changed = old.resolved_by.is_some() || says_other(old, &fresh);
        if changed {
            *old = fresh;
        } else {
            let (position, recorded_ms) = (old.position, old.recorded_ms);
            *old = Finding {
                position,
                recorded_ms,
                ..fresh
            };
        }
        (id, changed)
    }

    /// Resolves a finding that stands; returns it as it is then.
    pub(super) fn resolve(&mut self, id: &Digest, stamp: &Stamp) -> Option<Finding> {
        let id = *self.by_id.get(id)?;
        let finding = self.all.get_mut(index(id.0))?;
        if finding.resolved_by.is_some() {
            return None;
        }
        finding.resolved_by = Some(stamp.into());
        Some(finding.clone())
    }
}

/// Whether a finding now says something a person would have to look at again.
fn says_other(old: &Finding, new: &Finding) -> bool {
    (
        old.severity,
        old.conclusive,
        old.at_ms,
        old.until_ms,
        &old.say,
    ) != (
        new.severity,
        new.conclusive,
        new.at_ms,
        new.until_ms,
        &new.say,
    )
}

impl State {
    /// Replaces the findings of some rules about a thing by what they say now; returns those that
    /// appeared, changed or were resolved.
    pub(crate) fn settle(
        &mut self,
        thing: ThingId,
        drafts: Vec<Draft>,
        concerns: impl Fn(&Finding) -> bool,
        stamp: &Stamp,
    ) -> Vec<Finding> {
        let known = self.thing(thing).map_or(&[][..], |it| it.findings());
        if drafts.is_empty() && known.is_empty() {
            return Vec::new();
        }
        let known = known.to_vec();
        let Some(subject) = self.epc(thing) else {
            return Vec::new();
        };
        let mut standing = Vec::new();
        let mut changes = Vec::new();
        for draft in drafts {
            let (id, changed) = self.findings.put(
                std::slice::from_ref(&subject),
                draft,
                stamp,
                self.profile.version,
            );
            standing.push(id);
            if changed {
                changes.push(id);
            }
        }
        for id in &known {
            let Some(finding) = self.findings.all.get_mut(index(id.0)) else {
                continue;
            };
            let gone = concerns(finding) && !standing.contains(id);
            if gone && finding.resolved_by.is_none() {
                finding.resolved_by = Some(stamp.into());
                changes.push(*id);
            }
        }
        standing.retain(|id| !known.contains(id));
        if let Some(thing) = self.thing_mut(thing).filter(|_| !standing.is_empty()) {
            thing.more_mut().findings.extend(standing);
        }
        changes
            .into_iter()
            .filter_map(|id| self.findings.get(id).cloned())
            .collect()
    }

    /// Things that findings of some rules, standing or resolved, are about.
    pub(crate) fn subjects_of(&self, rules: &[RuleId]) -> BTreeSet<ThingId> {
        let found = self.findings.newest();
        found
            .filter(|finding| rules.contains(&finding.rule))
            .filter_map(|finding| self.find(finding.subjects.first()?))
            .collect()
    }

    /// Whether a standing finding of a rule about a thing rests on a record.
    pub(crate) fn has_finding(&self, thing: ThingId, rule: RuleId, on: EvidenceRef) -> bool {
        self.own_findings(thing)
            .any(|f| f.rule == rule && f.resolved_by.is_none() && f.evidence.contains(&on))
    }

    pub(crate) fn own_findings(&self, thing: ThingId) -> impl Iterator<Item = &Finding> {
        let ids = self.thing(thing).map_or(&[][..], |thing| thing.findings());
        ids.iter().filter_map(|id| self.findings.get(*id))
    }

    /// Whether a finding is about a thing, and not beside the things (see [`super::apart`]).
    pub(crate) fn is_own(&self, thing: ThingId, finding: &Finding) -> bool {
        self.own_findings(thing).any(|own| own.id == finding.id)
    }

    /// Findings about a thing: its own, and those about its containers that fall into the time it
    /// was inside and, for temperatures, are judged by its own storage condition.
    pub(crate) fn findings_about(&self, thing: ThingId) -> Vec<&Finding> {
        let mut found: Vec<&Finding> = self.own_findings(thing).collect();
        let gtin = self.gtin(thing);
        let storage = gtin.and_then(|gtin| self.storage_of(Some(gtin)));
        let condition = storage;
        let storage = storage.map(|storage| storage.id.as_str());
        found.extend(self.over_issued(thing));
        let mut seen = BTreeSet::new();
        for (container, span) in self.containers_told(thing) {
            for finding in self.own_findings(container) {
                let meets = finding.at_ms <= span.to_ms && span.from_ms <= finding.until_ms;
                let other = finding.facts.get("storage").map(String::as_str);
                let mine = storage.is_none() || other.is_none() || other == storage;
                let spared = finding.rule == RuleId::K01 && self.is_spared(finding, thing);
                if spared || !(mine && seen.insert(finding.id)) {
                    continue;
                }
                // A budget is the pack's own: it has spent it or not, whatever others have.
                let holds = match (finding.rule, condition) {
                    (RuleId::T05, _) => {
                        let measure = finding.facts.get("measure").map_or("", String::as_str);
                        self.has_spent(thing, measure)
                    }
                    // So is a mean: what was measured after it was taken out is not of it.
                    (RuleId::T04, Some(own)) => {
                        let whole = span.from_ms <= finding.at_ms && finding.until_ms <= span.to_ms;
                        whole || (meets && self.is_too_warm((container, span), own))
                    }
                    _ => meets,
                };
                if holds {
                    found.push(finding);
                }
            }
        }
        found
    }

    /// That a pack's lot was over-issued, for packs made once the quantity was used up.
    fn over_issued(&self, thing: ThingId) -> Option<&Finding> {
        if self.masters.quantities.is_empty() {
            return None;
        }
        let lot = self.find(&self.lot_epc(thing)?)?;
        let birth = self.event(self.thing(thing)?.birth?)?;
        self.own_findings(lot)
            .find(|finding| finding.rule == RuleId::C08 && finding.at_ms <= birth.time_ms)
    }

    /// Whether a finding stands for this thing, was resolved, or quality assurance released the
    /// goods in spite of it. A release covers what was known when it was made, and never a finding
    /// that is conclusive: nobody can release a forgery.
    pub(crate) fn status_for(&self, thing: ThingId, finding: &Finding) -> FindingStatus {
        self.status_by(finding, || self.release_of(thing, finding).is_some())
    }

    /// Whether a finding stands, where something tells whether it was released.
    pub(super) fn status_by(
        &self,
        finding: &Finding,
        released: impl FnOnce() -> bool,
    ) -> FindingStatus {
        if finding.resolved_by.is_some() {
            FindingStatus::Resolved
        } else if self.closed(finding).is_some() {
            FindingStatus::Closed
        } else if !finding.conclusive && released() {
            FindingStatus::Released
        } else {
            FindingStatus::Open
        }
    }
}
