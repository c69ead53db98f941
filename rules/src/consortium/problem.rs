//! K02: a rule could not be evaluated because a field it asks for is not known. One finding for a
//! rule and a field, about the company that answers for the rule; it says how often, in powers of
//! ten, and is resolved when all the things concerned have been judged.

use std::collections::{BTreeMap, BTreeSet};

use gs1::Epc;
use serde::{Deserialize, Serialize};

use super::declaration::{Declaration, Hash};
use crate::finding::{EvidenceRef, Finding, RuleId, Severity};
use crate::judge_thing::Draft;
use crate::record::Stamp;
use crate::say::PartnerSay;
use crate::state::{State, ThingId};

/// Things remembered for one rule and field.
const THINGS_MAX: usize = 1_000;

/// Rules that could not be evaluated, by the field that is missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Problems {
    by_rule: BTreeMap<(Hash, String), Problem>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Problem {
    things: BTreeSet<ThingId>,
    /// Judgements that failed, of things that are no longer or were never remembered.
    others: u64,
    /// The largest power of ten that was told.
    told: u64,
}

impl Problems {
    /// Things that could not be judged for want of a field, to be judged again when master data
    /// come.
    pub(super) fn things(&self) -> BTreeSet<ThingId> {
        let all = self.by_rule.values().flat_map(|problem| &problem.things);
        all.copied().collect()
    }
}

impl State {
    /// Notes for which fields a rule could not be evaluated about a thing (or, without one, about a
    /// group), and takes back what it could not say before.
    pub(super) fn note_problems(
        &mut self,
        declaration: &Declaration,
        thing: Option<ThingId>,
        missing: &BTreeMap<&'static str, EvidenceRef>,
        stamp: &Stamp,
    ) -> Vec<Finding> {
        let mut changes = Vec::new();
        let hash = *declaration.hash();
        if let Some(thing) = thing {
            let known: Vec<String> = {
                let all = self.consortium.problems.by_rule.iter();
                let own = all.filter(|((rule, _), problem)| {
                    *rule == hash && problem.things.contains(&thing)
                });
                own.map(|((_, field), _)| field.clone()).collect()
            };
            for field in known {
                if missing.contains_key(field.as_str()) {
                    continue;
                }
                let key = (hash, field);
                let Some(problem) = self.consortium.problems.by_rule.get_mut(&key) else {
                    continue;
                };
                problem.things.remove(&thing);
                if problem.things.is_empty() && problem.others == 0 {
                    self.consortium.problems.by_rule.remove(&key);
                    let draft = draft(declaration, &key.1, 0, None, stamp);
                    changes.extend(self.resolve_apart(&subject(declaration), &draft, stamp));
                }
            }
        }
        for (field, evidence) in missing {
            let key = (hash, (*field).to_owned());
            let problem = self.consortium.problems.by_rule.entry(key).or_default();
            match thing {
                Some(thing) if problem.things.contains(&thing) => continue,
                Some(thing) if problem.things.len() < THINGS_MAX => {
                    problem.things.insert(thing);
                }
                _ => problem.others = problem.others.saturating_add(1),
            }
            let things = u64::try_from(problem.things.len()).unwrap_or(u64::MAX);
            let count = things.saturating_add(problem.others);
            let level = 10_u64.saturating_pow(count.max(1).ilog10());
            if level > problem.told {
                problem.told = level;
                let draft = draft(declaration, field, level, Some(*evidence), stamp);
                changes.extend(self.put_apart(&[subject(declaration)], draft, stamp));
            }
        }
        changes
    }
}

fn subject(declaration: &Declaration) -> Epc {
    Epc::Pgln(declaration.owner().clone())
}

fn draft(
    declaration: &Declaration,
    field: &str,
    count: u64,
    evidence: Option<EvidenceRef>,
    stamp: &Stamp,
) -> Draft {
    let hash = declaration.hash_text();
    let say = PartnerSay::NotEvaluated {
        rule: declaration.name().to_owned(),
        version: declaration.version(),
        field: field.to_owned(),
        count,
    };
    let draft = Draft {
        rule: RuleId::K02,
        key: format!("{hash} {field}"),
        severity: Severity::S1,
        conclusive: false,
        at_ms: stamp.recorded_ms,
        until_ms: stamp.recorded_ms,
        evidence: evidence.into_iter().collect(),
        say: say.into(),
        facts: BTreeMap::new(),
    };
    draft
        .fact("rule", declaration.name())
        .fact("rule_version", declaration.version())
        .fact("rule_hash", hash)
        .fact("field", field)
        .fact("at_least", count)
}
