//! Findings that belong together as one case, so that one cause is looked into once: those of one
//! rule about packs of one lot (an upload that is missing makes thousands of unknown serials), or
//! about one source.

use std::collections::BTreeMap;

use gs1::Epc;
use serde::Serialize;

use super::PartyRef;
use crate::engine::Engine;
use crate::finding::{Finding, FindingStatus, RuleId, Severity};
use crate::say::{Lang, title};
use crate::state::State;

/// Most findings and subjects that a case lists; the counts are whole.
pub const LISTED_MAX: usize = 100;

/// A case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseView {
    /// Rule and what its packs share: stable while the case stands.
    pub id: String,
    /// The rule.
    pub rule: RuleId,
    /// Its name.
    pub title: &'static str,
    /// The gravest severity of its findings, by the rule.
    pub severity: Severity,
    /// The lot, the source or the thing it is about, canonical.
    pub about: String,
    /// Who has to look: the marketing authorisation holder of the product.
    pub owner: Option<PartyRef>,
    /// Findings in it.
    pub count: usize,
    /// Ids of findings in it, newest first, at most [`LISTED_MAX`].
    pub findings: Vec<String>,
    /// When the first happened, ms since the Unix epoch.
    pub from: i64,
    /// When the last had ended.
    pub until: i64,
    /// When the ledger learned of the first of those that stand, ms since the Unix epoch.
    pub opened: i64,
}

impl CaseView {
    /// The same case with its title in a language.
    #[must_use]
    pub fn spoken(mut self, lang: Lang) -> Self {
        self.title = title(self.rule, lang);
        self
    }
}

impl Engine {
    /// Open findings grouped into cases, gravest first, then by what they are about.
    pub fn cases(&self) -> Vec<CaseView> {
        let mut cases: BTreeMap<(RuleId, String), CaseView> = BTreeMap::new();
        for (finding, (rule, about)) in self.state.open_with_case() {
            let key = (rule, about.canonical());
            let case = cases
                .entry(key)
                .or_insert_with(|| self.state.new_case(rule, &about, finding));
            add(case, finding);
        }
        let mut cases: Vec<CaseView> = cases.into_values().collect();
        cases.sort_by(|a, b| (b.severity, &a.id).cmp(&(a.severity, &b.id)));
        cases
    }

    /// Every open finding of a case, newest first; empty when no such case stands.
    pub fn findings_of_case(&self, id: &str) -> Vec<&Finding> {
        let open = self.state.open_with_case();
        open.filter(|(_, (rule, about))| case_id(*rule, about) == id)
            .map(|(finding, _)| finding)
            .collect()
    }
}

fn case_id(rule: RuleId, about: &Epc) -> String {
    format!("{rule} {}", about.canonical())
}

fn add(case: &mut CaseView, finding: &Finding) {
    case.count += 1;
    if case.findings.len() < LISTED_MAX {
        case.findings.push(crate::hex::encode(&finding.id));
    }
    case.severity = case.severity.max(finding.severity);
    case.from = case.from.min(finding.at_ms);
    case.until = case.until.max(finding.until_ms);
    case.opened = case.opened.min(finding.recorded_ms);
}

impl State {
    /// Findings that stand, newest first, each with its case.
    fn open_with_case(&self) -> impl Iterator<Item = (&Finding, (RuleId, Epc))> {
        self.findings.newest().filter_map(|finding| {
            let subject = finding.subjects.first()?;
            let id = self.find(subject);
            let status = match id.filter(|id| self.is_own(*id, finding)) {
                Some(id) => self.status_for(id, finding),
                None => self.status_apart(finding),
            };
            let open = status == FindingStatus::Open;
            open.then(|| (finding, self.case_key(finding, subject)))
        })
    }

    /// The rule and what a case of it is about. Unknown serials of an unknown lot belong to the
    /// lot's own case.
    fn case_key(&self, finding: &Finding, subject: &Epc) -> (RuleId, Epc) {
        let Epc::Sgtin(sgtin) = subject else {
            return (finding.rule, subject.clone());
        };
        let made = self.find(subject).and_then(|id| self.lot_epc(id));
        if let Some(lot) = made {
            return (finding.rule, lot);
        }
        let label = finding.facts.get("unknown_lot");
        match label.and_then(|lot| gs1::Lot::parse(lot).ok()) {
            Some(lot) => {
                let gtin = sgtin.gtin.clone();
                (RuleId::C02, Epc::Lgtin { gtin, lot })
            }
            None => (finding.rule, subject.clone()),
        }
    }

    fn new_case(&self, rule: RuleId, about: &Epc, first: &Finding) -> CaseView {
        let gtin = match about {
            Epc::Sgtin(sgtin) => Some(&sgtin.gtin),
            Epc::Lgtin { gtin, .. } => Some(gtin),
            _ => None,
        };
        let mah = gtin
            .and_then(|gtin| self.masters.products.get(gtin))
            .map(|product| product.mah.clone());
        let name = |gln: &String| self.masters.parties.get(gln).map(|it| it.name.clone());
        CaseView {
            id: case_id(rule, about),
            rule,
            title: title(rule, Lang::En),
            severity: first.severity,
            about: about.canonical(),
            owner: mah.map(|gln| PartyRef {
                name: name(&gln),
                gln,
            }),
            count: 0,
            findings: Vec::new(),
            from: first.at_ms,
            until: first.until_ms,
            opened: first.recorded_ms,
        }
    }
}
