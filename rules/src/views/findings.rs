//! Findings as they are shown: weighed together, with what has become of them.

use std::collections::BTreeSet;

use gs1::Epc;

use crate::engine::Engine;
use crate::finding::{Finding, FindingStatus, FindingView, Severity};
use crate::fusion::weigh;
use crate::say::{Lang, title};
use crate::state::{State, ThingId};

impl Engine {
    /// Everything ever found about a thing, newest first: also what was found about containers
    /// while it was inside them. For a lot as [`Engine::lot_findings`] tells it.
    pub fn findings_for(&self, epc: &Epc) -> Vec<FindingView> {
        if matches!(epc, Epc::Lgtin { .. }) {
            return self.lot_findings(epc, usize::MAX, |_| true).0;
        }
        self.state
            .find(epc)
            .map(|id| self.state.finding_views(id))
            .unwrap_or_default()
    }

    /// What was found about packs of a lot and about the lot as such, by the catalogue and by rules
    /// of a consortium, as far as it is `wanted`: what stands before what does not, the gravest
    /// first, then the newest. At most `limit` of them, and how many there are in all: a lot of a
    /// hundred thousand packs may have as many findings.
    pub fn lot_findings(
        &self,
        lot: &Epc,
        limit: usize,
        wanted: impl Fn(&Finding) -> bool,
    ) -> (Vec<FindingView>, usize) {
        let state = &self.state;
        let packs = match lot {
            Epc::Lgtin { gtin, lot } => state.lots.get(&(gtin.clone(), lot.clone())),
            _ => None,
        };
        let packs = packs.into_iter().flat_map(|lot| lot.packs.iter().copied());
        let mut found: Vec<Ranked<'_>> = packs
            .chain(state.find(lot))
            .flat_map(|id| state.ranked(id))
            .collect();
        let own: BTreeSet<_> = found.iter().map(|it| it.finding.id).collect();
        let apart = state.findings_apart(lot).map(|it| state.ranked_apart(it));
        found.extend(apart.filter(|it| !own.contains(&it.finding.id)));
        found.retain(|it| wanted(it.finding));
        let count = found.len();
        found.sort_by_key(|it| std::cmp::Reverse((it.stands, it.severity, it.finding.position)));
        found.truncate(limit);
        let views = found.iter().map(|it| match it.of {
            Some(id) => state.view(id, it.finding, &state.standing(id)),
            None => state.view_apart(it.finding),
        });
        (views.collect(), count)
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

/// A finding by what it comes before others, without its text.
struct Ranked<'a> {
    finding: &'a Finding,
    /// The thing it was weighed for; none for one that is about no thing.
    of: Option<ThingId>,
    stands: bool,
    severity: Severity,
}

/// Place in the order of the record that made or resolved a finding last.
fn changed_at(finding: &Finding) -> u64 {
    let resolved = finding.resolved_by.as_ref().map(|by| by.position);
    resolved.unwrap_or(0).max(finding.position)
}

impl State {
    /// Standing findings about a thing with the severity to show, gravest first.
    pub(crate) fn standing(&self, id: ThingId) -> Vec<(&Finding, Severity)> {
        self.standing_of(id, &self.findings_about(id))
    }

    /// The same of everything ever found about it.
    pub(crate) fn standing_of<'a>(
        &self,
        id: ThingId,
        found: &[&'a Finding],
    ) -> Vec<(&'a Finding, Severity)> {
        let open = |it: &&Finding| self.status_for(id, it) == FindingStatus::Open;
        let standing: Vec<&Finding> = found.iter().copied().filter(open).collect();
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
        let found = self.findings_about(id);
        let standing = self.standing_of(id, &found);
        self.views_of(id, found, &standing)
    }

    /// Findings about a thing as they are shown, newest first, among those that stand.
    pub(crate) fn views_of(
        &self,
        id: ThingId,
        mut found: Vec<&Finding>,
        standing: &[(&Finding, Severity)],
    ) -> Vec<FindingView> {
        found.sort_by_key(|finding| std::cmp::Reverse(finding.position));
        let views = found.into_iter().map(|it| self.view(id, it, standing));
        views.collect()
    }

    /// Findings of a thing's own.
    fn ranked(&self, id: ThingId) -> Vec<Ranked<'_>> {
        let own: Vec<&Finding> = self.own_findings(id).collect();
        if own.is_empty() {
            return Vec::new();
        }
        let standing = self.standing(id);
        own.into_iter()
            .map(|finding| Ranked {
                finding,
                of: Some(id),
                stands: standing.iter().any(|(other, _)| other.id == finding.id),
                severity: severity_among(finding, &standing),
            })
            .collect()
    }

    /// A finding that is about no thing.
    fn ranked_apart<'a>(&'a self, finding: &'a Finding) -> Ranked<'a> {
        Ranked {
            finding,
            of: None,
            stands: self.status_apart(finding) == FindingStatus::Open,
            severity: self.severity_apart(finding),
        }
    }

    fn view(
        &self,
        id: ThingId,
        finding: &Finding,
        standing: &[(&Finding, Severity)],
    ) -> FindingView {
        let mut view = self.dressed(finding, self.status_for(id, finding));
        view.severity = severity_among(finding, standing);
        if view.status == FindingStatus::Released {
            let last = self.release_of(id, finding);
            view.resolved_by = last.map(|it| it.decided.record.clone());
        }
        view
    }

    /// A finding that is about no thing; it was weighed against nothing.
    fn view_apart(&self, finding: &Finding) -> FindingView {
        let mut view = self.dressed(finding, self.status_apart(finding));
        view.severity = self.severity_apart(finding);
        if view.status == FindingStatus::Released {
            let last = self.release_apart(finding);
            view.resolved_by = last.map(|it| it.decided.record.clone());
        }
        view
    }

    fn severity_apart(&self, finding: &Finding) -> Severity {
        let weighed = weigh(&[finding]).into_iter().next();
        let severity = weighed.unwrap_or(finding.severity);
        let most = self.de_escalated(finding).unwrap_or(severity);
        severity.min(most)
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

/// The severity of a finding among those that stand; of another the one that its rule gave it.
fn severity_among(finding: &Finding, standing: &[(&Finding, Severity)]) -> Severity {
    let shown = standing.iter().find(|(other, _)| other.id == finding.id);
    shown.map_or(finding.severity, |(_, severity)| *severity)
}
