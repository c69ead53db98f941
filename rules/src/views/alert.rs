//! What people did about a finding: who looks into it, what came of it, by whose signature.

use serde::Serialize;

use super::PartyRef;
use crate::finding::{EvidenceRef, Finding};
use crate::record::{AlertOutcome, Signature};
use crate::state::State;
use crate::state::decided::{AlertAct, AlertDecision};

/// What people did about a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AlertView {
    /// How far it has come.
    pub state: AlertState,
    /// GLN of who looks into it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<String>,
    /// What came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<AlertOutcome>,
    /// Why, as the last decision says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who decided last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<PartyRef>,
    /// The electronic signature of the last decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
    /// The decisions' records, oldest first.
    pub records: Vec<EvidenceRef>,
}

/// How far an alert has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertState {
    /// Nobody has it yet.
    New,
    /// Somebody looks into it.
    Assigned,
    /// Somebody looked and it is what it says.
    Confirmed,
    /// Somebody looked and the pack is genuine.
    Closed,
}

impl State {
    pub(crate) fn alert_view(&self, finding: &Finding) -> AlertView {
        let acts: Vec<&AlertDecision> = self.alert_acts(&finding.id).collect();
        let last = acts.last().map(|act| &act.decided);
        let assigned_to = acts.iter().rev().find_map(|act| match &act.act {
            AlertAct::Assign(to) => Some(to.clone()),
            AlertAct::Resolve(_) | AlertAct::DeEscalate(_) => None,
        });
        let outcome = acts.iter().rev().find_map(|act| match act.act {
            AlertAct::Resolve(outcome) => Some(outcome),
            AlertAct::Assign(_) | AlertAct::DeEscalate(_) => None,
        });
        let state = match (self.closed(finding), outcome, &assigned_to) {
            (Some(_), ..) => AlertState::Closed,
            (None, Some(AlertOutcome::Confirmed), _) => AlertState::Confirmed,
            (None, _, Some(_)) => AlertState::Assigned,
            (None, _, None) => AlertState::New,
        };
        AlertView {
            state,
            assigned_to,
            outcome,
            reason: last.map(|decided| decided.reason.clone()),
            by: last
                .and_then(|decided| decided.by)
                .map(|id| self.party_ref(id)),
            signature: last.and_then(|decided| decided.signature.clone()),
            records: acts.iter().map(|act| act.decided.record.record).collect(),
        }
    }
}
