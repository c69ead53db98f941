//! What the rules found, held against what was planted: by kind which rules spoke, by rule how
//! often it was right, explained by a fault of nobody's bad will, or wrong.

use std::collections::{BTreeMap, BTreeSet};

use rules::{Finding, Severity};

use super::visits::Visits;
use crate::kind::{Kind, Planted};

/// One finding as it stood last.
#[derive(Debug)]
struct Last {
    rule: String,
    subject: String,
    severity: Severity,
    resolved: bool,
    sentence: String,
}

/// Counts of one rule: of its findings, and of the goods that it is there for.
#[derive(Debug, Default, Clone)]
pub struct RuleTally {
    /// About something planted in bad will, or harmed, that the rule is for.
    pub right: u32,
    /// About goods with a fault that explains it.
    pub explained: u32,
    /// About goods that something else was done to.
    pub beside: u32,
    /// Wrong and holding goods: S2, standing at the end.
    pub false_holds: u32,
    /// Wrong and accusing: S3 or S4, standing at the end.
    pub false_accusations: u32,
    /// Wrong, but it holds nothing.
    pub false_notes: u32,
    /// Wrong for a while; later records resolved it.
    pub resolved: u32,
    /// Goods planted that the rule is there for.
    pub meant: usize,
    /// Of those, about which it or another rule spoke.
    pub found: usize,
    /// Of the found, about which the rule itself spoke.
    pub by_itself: usize,
    /// Of the others, stopped at the counter each time they were presented.
    pub stopped: usize,
    /// A wrong one, as an example.
    pub example: Option<String>,
}

/// Counts of one kind, by goods planted.
#[derive(Debug, Default, Clone)]
pub struct KindTally {
    /// Goods planted.
    pub planted: usize,
    /// Of those, how many any rule that is for it spoke about.
    pub found: usize,
    /// Of the planted, how many are logistic units.
    pub planted_units: usize,
    /// Of the found, how many are logistic units.
    pub found_units: usize,
    /// Goods by rule that spoke about them, whatever for.
    pub by_rule: BTreeMap<String, usize>,
}

/// What the rules found.
#[derive(Debug, Default)]
pub struct Findings {
    last: BTreeMap<[u8; 16], Last>,
    /// By rule.
    pub rules: BTreeMap<String, RuleTally>,
    /// By kind.
    pub kinds: BTreeMap<Kind, KindTally>,
}

impl Findings {
    pub(super) fn note(&mut self, findings: &[Finding]) {
        for finding in findings {
            let subject = finding.subjects.first().map(gs1::Epc::canonical);
            let last = Last {
                rule: finding.rule.to_string(),
                subject: subject.unwrap_or_default(),
                severity: finding.severity,
                resolved: finding.resolved_by.is_some(),
                sentence: finding.say.text(rules::say::Lang::En),
            };
            self.last.insert(finding.id, last);
        }
    }

    /// Fills the tables.
    pub(super) fn hold_against(&mut self, planted: &[Planted], visits: &Visits) {
        let mut kinds: BTreeMap<&str, BTreeSet<Kind>> = BTreeMap::new();
        for planted in planted {
            kinds
                .entry(&planted.subject)
                .or_default()
                .insert(planted.kind);
        }
        let mut spoke: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let none = BTreeSet::new();
        for last in self.last.values() {
            spoke.entry(&last.subject).or_default().insert(&last.rule);
            let known = kinds.get(last.subject.as_str()).unwrap_or(&none);
            let tally = self.rules.entry(last.rule.clone()).or_default();
            tally.count(last, known);
        }
        let silent = BTreeSet::new();
        for (subject, known) in &kinds {
            let rules = spoke.get(subject).unwrap_or(&silent);
            for kind in known {
                let tally = self.kinds.entry(*kind).or_default();
                tally.planted += 1;
                let meant = |rule: &&&str| kind.rules().contains(*rule);
                let found = usize::from(rules.iter().any(|rule| meant(&rule)));
                let unit = usize::from(subject.contains("/00/"));
                tally.found += found;
                tally.planted_units += unit;
                tally.found_units += unit * found;
                // Packs take over what was found about their box.
                if let Some(rule) = kind.meant().filter(|_| !kind.is_cold() || unit == 1) {
                    let held = visits.presented.get(*subject) == Some(&true);
                    let tally = self.rules.entry(rule.to_owned()).or_default();
                    tally.meant += 1;
                    tally.found += found;
                    tally.by_itself += usize::from(rules.contains(rule));
                    tally.stopped += usize::from(found == 0 && held);
                }
                let tally = self.kinds.entry(*kind).or_default();
                for rule in rules {
                    *tally.by_rule.entry((*rule).to_owned()).or_default() += 1;
                }
            }
        }
    }
}

impl RuleTally {
    fn count(&mut self, last: &Last, known: &BTreeSet<Kind>) {
        let fits = |kind: &&Kind| kind.rules().contains(&last.rule.as_str());
        let bad = |kind: &&Kind| !kind.is_benign();
        if known.iter().filter(bad).any(|kind| fits(&kind)) {
            self.right += 1;
        } else if known.iter().any(|kind| fits(&kind)) {
            self.explained += 1;
        } else if known.iter().any(|kind| bad(&kind)) {
            self.beside += 1;
        } else {
            self.wrong(last);
        }
    }

    fn wrong(&mut self, last: &Last) {
        let count = match last.severity {
            _ if last.resolved => &mut self.resolved,
            Severity::S0 | Severity::S1 => &mut self.false_notes,
            Severity::S2 => &mut self.false_holds,
            _ => &mut self.false_accusations,
        };
        *count += 1;
        if !last.resolved && last.severity >= Severity::S2 && self.example.is_none() {
            self.example = Some(format!("{}: {}", last.subject, last.sentence));
        }
    }
}
