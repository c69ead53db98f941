//! Which rules are declared, and over which positions of the ledger each is in force.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::declaration::{Declaration, Hash};
use super::group::Groups;
use super::problem::Problems;
use crate::engine::Engine;
use crate::finding::Severity;
use crate::record::Stamp;
use crate::state::ThingId;

/// Most rules in force at one time.
const IN_FORCE_MAX: usize = 64;

/// Puts a declared rule in force, changes that, or retires it. The last one about a hash counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Activation {
    /// Hash of the declaration, lower hex.
    #[serde(with = "crate::hex")]
    pub hash: Hash,
    /// First position of the ledger judged by it; never before the record that says so, which is
    /// also the default.
    #[serde(default)]
    pub from: Option<u64>,
    /// First position no longer judged by it; absent while it is in force.
    #[serde(default)]
    pub until: Option<u64>,
    /// The highest severity its findings may have, when that is more than S2.
    #[serde(default)]
    pub grants: Option<Severity>,
}

/// A declared rule and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleStatus<'a> {
    /// What was declared.
    pub declaration: &'a Declaration,
    /// First position it judges; `None` while nobody has put it in force.
    pub from: Option<u64>,
    /// First position it no longer judges.
    pub until: Option<u64>,
    /// The severity its findings have.
    pub severity: Severity,
}

/// Everything the engine remembers about rules of consortia.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Consortium {
    rules: BTreeMap<Hash, Rule>,
    pub(super) groups: Groups,
    pub(super) problems: Problems,
    /// Things to be judged again when the ledger's time has reached a moment, ms.
    due: BTreeSet<(i64, ThingId)>,
    /// The latest time at which the ledger ordered a record, ms.
    pub(super) clock_ms: i64,
}

/// A rule with the span in which it is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Rule {
    pub(super) declaration: Declaration,
    span: Option<(u64, u64)>,
    grants: Option<Severity>,
}

impl Rule {
    /// Whether it judges the record of a position.
    pub(super) fn judges(&self, position: u64) -> bool {
        self.span
            .is_some_and(|(from, until)| from <= position && position < until)
    }

    /// The severity of its findings.
    pub(super) fn severity(&self) -> Severity {
        let most = self
            .grants
            .map_or(Severity::S2, |grants| grants.max(Severity::S2));
        self.declaration.severity().min(most)
    }
}

impl Consortium {
    /// Remembers a declaration; the same one again changes nothing.
    pub(crate) fn declare(&mut self, declaration: &Declaration) {
        self.rules
            .entry(*declaration.hash())
            .or_insert_with(|| Rule {
                declaration: declaration.clone(),
                span: None,
                grants: None,
            });
    }

    /// Puts a rule in force or retires it. What was judged before stays judged: neither end lies
    /// before this record. Nothing happens for an unknown hash, nor beyond [`IN_FORCE_MAX`].
    pub(crate) fn activate(&mut self, activation: &Activation, stamp: &Stamp) {
        let here = stamp.position;
        let others = self.rules.iter().filter(|(hash, rule)| {
            **hash != activation.hash && rule.span.is_some_and(|(_, until)| until > here)
        });
        let full = others.count() >= IN_FORCE_MAX;
        let Some(rule) = self.rules.get_mut(&activation.hash) else {
            return;
        };
        let next = here.saturating_add(1);
        let started = rule
            .span
            .filter(|(from, until)| *from <= here && here < *until);
        let from = match started {
            Some((from, _)) => from,
            None => activation.from.unwrap_or(next).max(next),
        };
        let until = activation.until.map_or(u64::MAX, |until| until.max(next));
        if full && started.is_none() {
            return;
        }
        rule.span = Some((from, until));
        rule.grants = activation.grants;
    }

    pub(super) fn rule(&self, hash: &Hash) -> Option<&Rule> {
        self.rules.get(hash)
    }

    /// Rules in force at a position.
    pub(super) fn in_force(&self, position: u64) -> impl Iterator<Item = &Rule> {
        self.rules
            .values()
            .filter(move |rule| rule.judges(position))
    }

    /// Whether there is anything to do for a record of this position.
    pub(crate) fn is_idle(&self, position: u64) -> bool {
        self.in_force(position).next().is_none()
    }

    /// Has a thing judged again when the time has come.
    pub(super) fn wait(&mut self, until_ms: i64, thing: ThingId) {
        self.due.insert((until_ms, thing));
    }

    /// Takes the time of a record, and at most `limit` things whose time has come.
    pub(crate) fn tick(&mut self, now_ms: i64, limit: usize) -> Vec<ThingId> {
        self.clock_ms = self.clock_ms.max(now_ms);
        let mut things = Vec::new();
        while things.len() < limit
            && let Some((at_ms, thing)) = self.due.first().copied()
            && at_ms <= self.clock_ms
        {
            self.due.remove(&(at_ms, thing));
            if !things.contains(&thing) {
                things.push(thing);
            }
        }
        things
    }
}

impl Engine {
    /// Declared rules of consortia by hash, with what became of them.
    pub fn consortium_rules(&self) -> impl Iterator<Item = RuleStatus<'_>> {
        let rules = self.state.consortium.rules.values();
        rules.map(|rule| RuleStatus {
            declaration: &rule.declaration,
            from: rule.span.map(|(from, _)| from),
            until: rule
                .span
                .map(|(_, until)| until)
                .filter(|until| *until < u64::MAX),
            severity: rule.severity(),
        })
    }
}
