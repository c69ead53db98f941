//! Findings as they are shown: weighed together, with what has become of them.

use gs1::Epc;

use crate::engine::Engine;
use crate::finding::{Finding, FindingStatus, FindingView};
use crate::fusion::weigh;
use crate::say::{Lang, title};
use crate::state::{State, ThingId};

impl Engine {
    /// Everything ever found about a thing, newest first: also what was found about containers
    /// while it was inside them. For a lot: what was found about its packs and about the lot as
    /// such, by the catalogue and by rules of a consortium.
    pub fn findings_for(&self, epc: &Epc) -> Vec<FindingView> {
        if let Epc::Lgtin { gtin, lot } = epc {
            let packs = self.state.lots.get(&(gtin.clone(), lot.clone()));
            let packs = packs.into_iter().flat_map(|lot| lot.packs.iter());
            let own = self.state.find(epc);
            let own = own
                .map(|id| self.state.own_finding_views(id))
                .unwrap_or_default();
            let with_findings = packs.filter(|id| {
                self.state
                    .thing(**id)
                    .is_some_and(|thing| !thing.findings().is_empty())
            });
            let mut found: Vec<FindingView> = with_findings
                .flat_map(|id| self.state.own_finding_views(*id))
                .chain(own)
                .collect();
            for apart in self.findings_apart(epc) {
                if !found.iter().any(|other| other.id == apart.id) {
                    found.push(apart);
                }
            }
            return found;
        }
        self.state
            .find(epc)
            .map(|id| self.state.finding_views(id))
            .unwrap_or_default()
    }

    /// Findings about a party, a place or a lot as such, newest first.
    pub fn findings_apart(&self, subject: &Epc) -> Vec<FindingView> {
        let found = self.state.findings_apart(subject);
        let mut views: Vec<FindingView> = found
            .map(|finding| self.state.view_apart(finding))
            .collect();
        views.reverse();
        views
    }

    /// Every finding, newest first, with its present status; callers take what they need.
    pub fn findings(&self) -> impl Iterator<Item = FindingView> {
        let newest = self.state.findings.newest();
        newest.filter_map(|finding| self.shown_finding(finding))
    }

    /// A finding with its present status; `None` when it is about nothing.
    pub fn shown_finding(&self, finding: &Finding) -> Option<FindingView> {
        let id = self.state.find(finding.subjects.first()?);
        Some(match id.filter(|id| self.state.is_own(*id, finding)) {
            Some(id) => self.state.view(id, finding, &self.state.standing(id)),
            None => self.state.view_apart(finding),
        })
    }

    /// Place in the order of the record that changed a finding last; 0 when there is none.
    pub fn last_finding(&self) -> u64 {
        let all = self.state.findings.newest();
        all.map(changed_at).max().unwrap_or(0)
    }

    /// Findings that appeared, changed or were resolved after a place in the order, in the order of
    /// those changes.
    pub fn findings_since(&self, position: u64) -> Vec<(u64, FindingView)> {
        let newer = self.state.findings.newest();
        let newer = newer.filter(|finding| changed_at(finding) > position);
        let mut found: Vec<(u64, FindingView)> = newer
            .filter_map(|finding| Some((changed_at(finding), self.shown_finding(finding)?)))
            .collect();
        found.sort_by(|(a, x), (b, y)| (a, &x.id).cmp(&(b, &y.id)));
        found
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

/// Place in the order of the record that made or resolved a finding last.
fn changed_at(finding: &Finding) -> u64 {
    let resolved = finding.resolved_by.as_ref().map(|by| by.position);
    resolved.unwrap_or(0).max(finding.position)
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
        let mut view = self.dressed(finding, self.status_for(id, finding));
        view.severity = severity;
        if view.status == FindingStatus::Released {
            view.resolved_by = release();
        }
        view
    }

    /// A finding that is about no thing; it was weighed against nothing.
    fn view_apart(&self, finding: &Finding) -> FindingView {
        let mut view = self.dressed(finding, self.status_apart(finding));
        let weighed = weigh(&[finding]).into_iter().next();
        let severity = weighed.unwrap_or(finding.severity);
        let most = self.de_escalated(finding).unwrap_or(severity);
        view.severity = severity.min(most);
        if view.status == FindingStatus::Released {
            let decisions = finding.subjects.iter();
            let decisions = decisions.flat_map(|epc| self.decisions_on(epc));
            let last = decisions.max_by_key(|it| it.decided.record.position);
            view.resolved_by = last.map(|it| it.decided.record.clone());
        }
        view
    }

    /// A finding with a status, its severity by the rule and what resolved or closed it.
    fn dressed(&self, finding: &Finding, status: FindingStatus) -> FindingView {
        FindingView {
            id: crate::hex::encode(&finding.id),
            rule: finding.rule,
            title: title(finding.rule, Lang::En),
            severity: finding.severity,
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
            resolved_by: match self.closed(finding) {
                Some(act) if status == FindingStatus::Closed => Some(act.decided.record.clone()),
                _ => finding.resolved_by.clone(),
            },
        }
    }
}
