//! Judging the events of things, each once, and what is alike only once for all. Packs of one
//! product that the same events name have the same past: where nothing is said about one of them,
//! nothing is about the next. A pallet is judged in as many steps as it has different pasts inside,
//! and not in as many as it has packs.
//!
//! Two things tell such packs apart, and both are asked about each pack: rules about the serial
//! number or the tag ([`BY_SERIAL`]), and being named first by an event (what concerns the event as
//! such is told of that thing alone).

use std::collections::BTreeSet;

use crate::catalogue::{BY_SERIAL, Check, RULES};
use crate::chain::due;
use crate::engine::{DRAFTS_MAX, Engine};
use crate::finding::{Finding, RuleId};
use crate::judge_thing::{Case, Draft};
use crate::record::Stamp;
use crate::state::event::Kind;
use crate::state::{NameId, State, ThingId};

/// Which rules are asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    All,
    /// Those that tell apart what has the same past.
    BySerial,
}

impl Asked {
    fn has(self, rule: RuleId) -> bool {
        self == Self::All || BY_SERIAL.contains(&rule)
    }
}

impl Engine {
    /// Judges things one after the other, those alike to the last silent one in short.
    pub(crate) fn judge_alike<'a>(
        &mut self,
        ids: impl Iterator<Item = &'a ThingId>,
        stamp: &Stamp,
        changes: &mut Vec<Finding>,
    ) {
        let mut silent: Option<Silent> = None;
        let mut ids = ids.peekable();
        while let Some(id) = ids.next() {
            if silent
                .as_ref()
                .is_some_and(|it| it.is_like(&self.state, *id))
            {
                if self.state.tells_serials_apart() {
                    changes.extend(self.judge_by(*id, Asked::BySerial, stamp).0);
                }
                continue;
            }
            let (found, says_nothing) = self.judge_by(*id, Asked::All, stamp);
            changes.extend(found);
            let compares = says_nothing && ids.peek().is_some();
            silent = compares.then(|| Silent::of(&self.state, *id)).flatten();
        }
    }

    /// Judges all that events say about a thing.
    pub(crate) fn judge_events(&mut self, id: ThingId, stamp: &Stamp) -> Vec<Finding> {
        self.judge_by(id, Asked::All, stamp).0
    }

    /// Judges a thing by some rules; also whether nothing was said and nothing waits for a time.
    fn judge_by(&mut self, id: ThingId, asked: Asked, stamp: &Stamp) -> (Vec<Finding>, bool) {
        if asked == Asked::All {
            self.state.look_at_suspect(id);
        }
        let Some((case, kept)) = self.state.look_at(id) else {
            return (Vec::new(), false);
        };
        let mut drafts = Vec::new();
        for rule in RULES.iter().filter(|rule| asked.has(rule.id)) {
            if let Check::Events(check) = rule.check {
                check(&case, &mut drafts);
            }
        }
        drafts.truncate(DRAFTS_MAX);
        let mut silent = drafts.is_empty();
        let waits = (asked == Asked::All).then(|| due::deadlines(&case));
        let strange = |draft: &Draft| matches!(draft.rule, RuleId::C14 | RuleId::C15);
        let holders = drafts.iter().any(strange).then(|| holders(&case));
        self.state.keep(kept);
        if let Some(deadlines) = waits {
            silent &= deadlines.is_empty();
            self.state.note_deadlines(id, deadlines, &drafts);
            self.state.note_stranger(id, holders);
            if !drafts.iter().any(|draft| draft.rule == RuleId::C01) {
                self.state.forget_suspect(id);
            }
        }
        let concerns = |it: &Finding| asked.has(it.rule) && judges_events(it.rule);
        (self.state.settle(id, drafts, concerns, stamp), silent)
    }
}

/// Who had a thing at any moment.
fn holders(case: &Case<'_>) -> BTreeSet<NameId> {
    let before = case
        .moments
        .iter()
        .filter_map(|moment| moment.before.holder);
    before.chain(case.now.holder).collect()
}

fn judges_events(rule: RuleId) -> bool {
    let mut rows = RULES.iter();
    rows.any(|row| row.id == rule && matches!(row.check, Check::Events(_)))
}

/// A pack about which nothing is said, and what it is named first by.
struct Silent {
    pack: ThingId,
    leads: Vec<ThingId>,
}

impl Silent {
    /// Only packs that were made and have nothing but their events.
    fn of(state: &State, pack: ThingId) -> Option<Self> {
        let thing = state.thing(pack)?;
        let plain = thing.birth.is_some() && thing.more.is_none();
        if !plain || state.gtin(pack).is_none() {
            return None;
        }
        let events = || thing.touches.iter().filter_map(|id| state.event(*id));
        // What goes in and what comes out are named by one event and go through different things.
        if events().any(|it| it.kind == Kind::Transformation) {
            return None;
        }
        let leads = events().filter_map(|it| it.lead).collect();
        Some(Self { pack, leads })
    }

    fn is_like(&self, state: &State, other: ThingId) -> bool {
        let (Some(one), Some(two)) = (state.thing(self.pack), state.thing(other)) else {
            return false;
        };
        two.more.is_none()
            && one.birth == two.birth
            && one.touches == two.touches
            && state.thing_names.same_product(self.pack, other)
            && !self.leads.contains(&other)
    }
}

impl State {
    /// Whether anything is known that tells packs with the same past apart.
    fn tells_serials_apart(&self) -> bool {
        !(self.masters.known_bad.is_empty() && self.tags.is_empty())
    }

    /// Remembers whose a thing was that a stranger has; forgets it where none has it any more.
    fn note_stranger(&mut self, id: ThingId, holders: Option<BTreeSet<NameId>>) {
        match holders {
            Some(holders) => self
                .strangers
                .extend(holders.into_iter().map(|it| (it, id))),
            None if self.strangers.is_empty() => {}
            // Only what was found about it can have put it there.
            None if self
                .thing(id)
                .is_none_or(|thing| thing.findings().is_empty()) => {}
            None => self.strangers.retain(|(_, other)| *other != id),
        }
    }
}
