//! Findings that are about no thing: about a party, a place, a lot, or who answers for a rule. They
//! hold no goods by themselves.

use std::collections::BTreeMap;

use gs1::Epc;
use serde::{Deserialize, Serialize};

use super::State;
use super::findings::FindingId;
use crate::finding::{Finding, FindingStatus};
use crate::judge_thing::Draft;
use crate::record::Stamp;

/// Such findings by each of their subjects, in the order they appeared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Apart {
    by_subject: BTreeMap<Epc, Vec<FindingId>>,
}

impl State {
    /// Opens, changes or brings back a finding; returns it when a person would have to look again.
    pub(crate) fn put_apart(
        &mut self,
        subjects: &[Epc],
        draft: Draft,
        stamp: &Stamp,
    ) -> Option<Finding> {
        let version = self.profile.version;
        let (id, changed) = self.findings.put(subjects, draft, stamp, version);
        for subject in subjects {
            let ids = self.apart.by_subject.entry(subject.clone()).or_default();
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        self.findings.get(id).filter(|_| changed).cloned()
    }

    /// Resolves the finding that a draft would be, if it stands.
    pub(crate) fn resolve_apart(
        &mut self,
        subject: &Epc,
        draft: &Draft,
        stamp: &Stamp,
    ) -> Option<Finding> {
        self.findings
            .resolve(&draft.id(&subject.canonical()), stamp)
    }

    /// Findings about a subject that is no thing, or beside the things.
    pub(crate) fn findings_apart(&self, subject: &Epc) -> impl Iterator<Item = &Finding> {
        let ids = self.apart.by_subject.get(subject).into_iter().flatten();
        ids.filter_map(|id| self.findings.get(*id))
    }

    /// Whether such a finding stands: decisions on its subjects count.
    pub(crate) fn status_apart(&self, finding: &Finding) -> FindingStatus {
        self.status_by(finding, || self.release_apart(finding).is_some())
    }
}
