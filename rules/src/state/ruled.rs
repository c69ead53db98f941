//! Which decisions of quality assurance hold for a pack. They are made about it, its lot, or a
//! container that it was in, and a container may be emptied and filled again: a release of one
//! covers what was found while the goods were in it, or known when it was made of goods inside;
//! and it lifts what was decided about the same subject or a wider one. A lot that was rejected
//! stays so when one of its boxes is released.

use gs1::Epc;

use super::decided::{QaDecision, Ruling};
use super::{State, ThingId};
use crate::cold_chain::Span;
use crate::finding::Finding;

/// A decision that concerns a thing.
#[derive(Debug, Clone)]
pub(crate) struct Concerning<'a> {
    about: About,
    pub(crate) decision: &'a QaDecision,
}

/// How it concerns it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum About {
    Itself,
    Lot,
    /// A container, with the times the thing was in it.
    Container(ThingId, Vec<Span>),
}

impl State {
    /// Quality decisions on an identifier that were not taken back.
    pub(crate) fn decisions_on(&self, epc: &Epc) -> impl Iterator<Item = &QaDecision> {
        let all = self.decisions.rulings.get(epc).into_iter().flatten();
        all.filter(|it| it.decided.undone.is_none())
    }

    /// Quality decisions about a thing, its lot, or anything it was ever in, oldest first.
    pub(crate) fn decisions_about(&self, thing: ThingId) -> Vec<Concerning<'_>> {
        if self.decisions.rulings.is_empty() {
            return Vec::new();
        }
        let mut subjects: Vec<(Epc, About)> = vec![];
        subjects.extend(self.epc(thing).map(|epc| (epc, About::Itself)));
        subjects.extend(self.lot_epc(thing).map(|epc| (epc, About::Lot)));
        let mut inside: Vec<(ThingId, Span)> = self.containers(thing);
        inside.sort_by_key(|(id, span)| (*id, span.from_ms));
        for stays in inside.chunk_by(|a, b| a.0 == b.0) {
            let Some((id, _)) = stays.first() else {
                continue;
            };
            let spans = stays.iter().map(|(_, span)| *span).collect();
            let epc = self.epc(*id).filter(|_| *id != thing);
            subjects.extend(epc.map(|epc| (epc, About::Container(*id, spans))));
        }
        let mut found: Vec<Concerning<'_>> = vec![];
        for (epc, about) in &subjects {
            let on = self.decisions_on(epc);
            found.extend(on.map(|decision| Concerning {
                about: about.clone(),
                decision,
            }));
        }
        found.sort_by_key(|it| it.decision.decided.record.position);
        found
    }

    /// What holds about a thing: of what was not lifted a rejection before a hold, the last of
    /// them; `None` where nothing stands.
    pub(crate) fn ruling_on(&self, thing: ThingId) -> Option<&QaDecision> {
        let mut standing: Vec<Concerning<'_>> = vec![];
        for later in self.decisions_about(thing) {
            standing.retain(|before| !self.replaces(&later, before));
            if later.decision.ruling != Ruling::Release {
                standing.push(later);
            }
        }
        let standing = standing.into_iter().map(|it| it.decision);
        standing.max_by_key(|it| (it.ruling == Ruling::Reject, it.decided.record.position))
    }

    /// Whether a later decision takes the place of one before it: it is about the same subject, or
    /// a release of the thing itself or of a box in the box that the other was about.
    fn replaces(&self, later: &Concerning<'_>, before: &Concerning<'_>) -> bool {
        let releases = later.decision.ruling == Ruling::Release;
        match (&later.about, &before.about) {
            (About::Container(inner, _), About::Container(outer, _)) if inner != outer => {
                releases && self.containers(*inner).iter().any(|(id, _)| id == outer)
            }
            (About::Itself, About::Lot | About::Container(..)) => releases,
            (About::Itself, About::Itself)
            | (About::Lot, About::Lot)
            | (About::Container(..), About::Container(..)) => true,
            (About::Lot | About::Container(..), _) => false,
        }
    }

    /// The release that covers a finding about a thing, if the last word on it is one.
    pub(crate) fn release_of(&self, thing: ThingId, finding: &Finding) -> Option<&QaDecision> {
        let about = self.decisions_about(thing);
        let covering = about.iter().filter(|it| it.covers(finding));
        let covering = covering.map(|it| it.decision);
        last_release(covering.chain(self.decisions_on_subjects(finding)), finding)
    }

    /// The same of a finding that is about no thing.
    pub(crate) fn release_apart(&self, finding: &Finding) -> Option<&QaDecision> {
        last_release(self.decisions_on_subjects(finding), finding)
    }

    fn decisions_on_subjects<'s>(
        &'s self,
        finding: &Finding,
    ) -> impl Iterator<Item = &'s QaDecision> {
        let subjects = finding.subjects.iter();
        subjects.flat_map(|epc| self.decisions_on(epc))
    }
}

/// The last of decisions, if it releases and was made after the finding.
fn last_release<'a>(
    decisions: impl Iterator<Item = &'a QaDecision>,
    finding: &Finding,
) -> Option<&'a QaDecision> {
    let last = decisions.max_by_key(|it| it.decided.record.position)?;
    let releases = last.ruling == Ruling::Release;
    (releases && last.decided.record.position > finding.position).then_some(last)
}

impl Concerning<'_> {
    /// Whether it is about what was found: not where the thing was in the container neither when
    /// that happened nor when it was decided.
    fn covers(&self, finding: &Finding) -> bool {
        let About::Container(_, spans) = &self.about else {
            return true;
        };
        let decided_ms = self.decision.decided.record.at_ms;
        spans.iter().any(|span| {
            let met = finding.at_ms <= span.to_ms && span.from_ms <= finding.until_ms;
            met || (span.from_ms <= decided_ms && decided_ms <= span.to_ms)
        })
    }
}
