//! Findings: what a rule says, about what, resting on which records.
use std::collections::BTreeMap;

use rules::{AlertOutcome, AlertState, FindingStatus, FindingView, Meaning};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::time_text;

/// A finding.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Finding)]
pub struct FindingDto {
    /// Id, the same on every node.
    pub id: String,
    /// The rule's id in the catalogue.
    pub rule: String,
    /// The rule's name.
    pub title: &'static str,
    /// `S0` (information) to `S4` (illegitimate), after weighing all evidence.
    pub severity: String,
    /// `open`, `resolved`, `released` or `closed`.
    pub status: &'static str,
    /// What it is about in the first place.
    pub subject: String,
    /// Everything it is about.
    pub subjects: Vec<String>,
    /// One plain sentence.
    pub sentence: String,
    /// When it happened.
    pub at: String,
    /// When it had ended.
    pub until: String,
    /// When the ledger learned of it.
    pub recorded_at: String,
    /// Records it rests on.
    pub evidence: Vec<EvidenceDto>,
    /// Inputs and thresholds by name.
    pub facts: BTreeMap<String, String>,
    /// `new`, `assigned`, `confirmed` or `closed`: what people did about it.
    pub alert: &'static str,
    /// GLN of who looks into it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<String>,
    /// `false_alarm` or `confirmed`: what came of looking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<&'static str>,
    /// Why, as the last decision about it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The electronic signature of the last decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<SignedDto>,
    /// The record that made it go away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolved_by: Option<EvidenceDto>,
}

/// The manifestation of an electronic signature (21 CFR 11.50).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Signature)]
pub struct SignedDto {
    /// Pseudonym of who signed.
    pub signer: String,
    /// When.
    pub signed_at: String,
    /// `authorship`, `review`, `approval` or `responsibility`.
    pub meaning: &'static str,
}

/// A record.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Evidence)]
pub struct EvidenceDto {
    /// Its block.
    pub block: String,
    /// Its item in the block.
    pub item: u16,
}

/// One page of alerts.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Alerts)]
pub struct AlertsDto {
    /// The findings, newest first.
    pub alerts: Vec<FindingDto>,
    /// Cursor of the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl From<&rules::EvidenceRef> for EvidenceDto {
    fn from(it: &rules::EvidenceRef) -> Self {
        Self {
            block: hex::encode(it.block),
            item: it.item,
        }
    }
}

impl From<rules::Signature> for SignedDto {
    fn from(it: rules::Signature) -> Self {
        Self {
            signer: it.signer,
            signed_at: time_text(it.signed_at_ms),
            meaning: match it.meaning {
                Meaning::Authorship => "authorship",
                Meaning::Review => "review",
                Meaning::Approval => "approval",
                Meaning::Responsibility => "responsibility",
            },
        }
    }
}

impl From<FindingView> for FindingDto {
    fn from(it: FindingView) -> Self {
        Self {
            id: it.id,
            rule: it.rule.to_string(),
            title: it.title,
            severity: format!("{:?}", it.severity),
            status: match it.status {
                FindingStatus::Open => "open",
                FindingStatus::Resolved => "resolved",
                FindingStatus::Released => "released",
                FindingStatus::Closed => "closed",
            },
            subject: it.subjects.first().cloned().unwrap_or_default(),
            subjects: it.subjects,
            sentence: it.sentence,
            at: time_text(it.at),
            until: time_text(it.until),
            recorded_at: time_text(it.recorded_at),
            evidence: it.evidence.iter().map(EvidenceDto::from).collect(),
            facts: it.facts,
            alert: match it.alert.state {
                AlertState::New => "new",
                AlertState::Assigned => "assigned",
                AlertState::Confirmed => "confirmed",
                AlertState::Closed => "closed",
            },
            assigned_to: it.alert.assigned_to,
            outcome: it.alert.outcome.map(|outcome| match outcome {
                AlertOutcome::FalseAlarm => "false_alarm",
                AlertOutcome::Confirmed => "confirmed",
            }),
            reason: it.alert.reason,
            signature: it.alert.signature.map(SignedDto::from),
            resolved_by: it
                .resolved_by
                .as_ref()
                .map(|by| EvidenceDto::from(&by.record)),
        }
    }
}

/// Findings as bodies.
pub fn findings(views: Vec<FindingView>) -> Vec<FindingDto> {
    views.into_iter().map(FindingDto::from).collect()
}
