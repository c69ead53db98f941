//! Findings as they are shown: weighed together, with what has become of them.

use gs1::Epc;

use crate::engine::Engine;
use crate::finding::{Finding, FindingStatus, FindingView};
use crate::fusion::weigh;
use crate::say::{Lang, title};
use crate::state::{State, ThingId};

impl Engine {
    /// Everything ever found about a thing, newest first: also what was found about containers
    /// while it was inside them. For a lot: what was found about its packs.
    pub fn findings_for(&self, epc: &Epc) -> Vec<FindingView> {
        if let Epc::Lgtin { gtin, lot } = epc {
            let packs = self.state.lots.get(&(gtin.clone(), lot.clone()));
            let packs = packs.into_iter().flat_map(|lot| &lot.packs);
            let own = self.state.find(epc);
            let own = own
                .map(|id| self.state.own_finding_views(id))
                .unwrap_or_default();
            let with_findings = packs.filter(|id| {
                self.state
                    .thing(**id)
                    .is_some_and(|thing| !thing.findings().is_empty())
            });
            return with_findings
                .flat_map(|id| self.state.own_finding_views(*id))
                .chain(own)
                .collect();
        }
        self.state
            .find(epc)
            .map(|id| self.state.finding_views(id))
            .unwrap_or_default()
    }

    /// Every finding, newest first, with its present status; callers take what they need.
    pub fn findings(&self) -> impl Iterator<Item = FindingView> {
        self.state.findings.newest().filter_map(|finding| {
            let id = self.state.find(finding.subjects.first()?)?;
            Some(self.state.view(id, finding, &self.state.standing(id)))
        })
    }

    /// Findings that stand, newest first.
    pub fn open_findings(&self) -> impl Iterator<Item = FindingView> {
        self.findings()
            .filter(|finding| finding.status == FindingStatus::Open)
    }

    /// A finding by id.
    pub fn finding(&self, id: &[u8; 16]) -> Option<&Finding> {
        self.state.findings.by_digest(id)
    }
}

impl State {
    /// Standing findings about a thing with the severity to show, gravest first.
    pub(crate) fn standing(&self, id: ThingId) -> Vec<(&Finding, crate::finding::Severity)> {
        let standing: Vec<&Finding> = self
            .findings_about(id)
            .into_iter()
            .filter(|finding| self.status_for(id, finding) == FindingStatus::Open)
            .collect();
        let weighed = weigh(&standing).into_iter().zip(standing);
        let mut weighed: Vec<_> = weighed
            .map(|(severity, finding)| {
                let most = self.de_escalated(finding).unwrap_or(severity);
                (severity.min(most), finding)
            })
            .collect();
        weighed.sort_by_key(|(severity, finding)| (std::cmp::Reverse(*severity), finding.position));
        weighed
            .into_iter()
            .map(|(severity, finding)| (finding, severity))
            .collect()
    }

    pub(crate) fn finding_views(&self, id: ThingId) -> Vec<FindingView> {
        let mut found = self.findings_about(id);
        found.sort_by_key(|finding| std::cmp::Reverse(finding.position));
        let standing = self.standing(id);
        found
            .into_iter()
            .map(|finding| self.view(id, finding, &standing))
            .collect()
    }

    fn own_finding_views(&self, id: ThingId) -> Vec<FindingView> {
        let standing = self.standing(id);
        self.own_findings(id)
            .map(|finding| self.view(id, finding, &standing))
            .collect()
    }

    fn view(
        &self,
        id: ThingId,
        finding: &Finding,
        standing: &[(&Finding, crate::finding::Severity)],
    ) -> FindingView {
        let shown = standing.iter().find(|(other, _)| other.id == finding.id);
        let severity = shown.map_or(finding.severity, |(_, severity)| *severity);
        let release = || {
            let decisions = self.decisions_about(id);
            let last = decisions.into_iter().map(|decision| &decision.decided);
            last.max_by_key(|decided| decided.record.position)
                .map(|decided| decided.record.clone())
        };
        let status = self.status_for(id, finding);
        FindingView {
            id: crate::hex::encode(&finding.id),
            rule: finding.rule,
            title: title(finding.rule, Lang::En),
            severity,
            rule_severity: finding.severity,
            status,
            subjects: finding.subjects.iter().map(Epc::canonical).collect(),
            sentence: finding.say.text(Lang::En),
            say: finding.say.clone(),
            at: finding.at_ms,
            until: finding.until_ms,
            recorded_at: finding.recorded_ms,
            evidence: finding.evidence.clone(),
            facts: finding.facts.clone(),
            alert: self.alert_view(finding),
            resolved_by: match status {
                FindingStatus::Released => release(),
                FindingStatus::Closed => {
                    let closed = self.closed(finding);
                    closed.map(|act| act.decided.record.clone())
                }
                FindingStatus::Open | FindingStatus::Resolved => finding.resolved_by.clone(),
            },
        }
    }
}
