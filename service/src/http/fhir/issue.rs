//! `DetectedIssue`: a finding, for a hospital's or pharmacy's own alerts.
use rules::{FindingStatus, FindingView, Severity};
use serde_json::{Value, json};

use super::{Reading, identifier};
use crate::app::alerts;
use crate::app::failure::{Code, Failure};
use crate::app::time_text;
use crate::http::routes::Parameters;

pub(super) fn read(at: &Reading<'_>, id: &str) -> Result<Value, Failure> {
    let found = alerts::one(at.node, at.permit, id)?;
    Ok(resource(&found))
}

pub(super) fn find(at: &Reading<'_>, asked: &Parameters) -> Result<Vec<Value>, Failure> {
    let status = match asked.text("status") {
        None => None,
        Some("preliminary") => Some("open"),
        Some("final") => Some("resolved"),
        Some("cancelled") => Some("closed"),
        Some(_) => {
            let text = "status must be preliminary, final or cancelled";
            return Err(Failure::new(Code::QueryParameter, text));
        }
    };
    let about = asked.text("implicated");
    let about = about.map(|text| crate::app::identify(text).map(|epc| epc.canonical()));
    let page = alerts::alerts(at.node, at.permit, status, None)?;
    let fits = |finding: &&FindingView| match &about {
        None => true,
        Some(None) => false,
        Some(Some(id)) => finding.subjects.contains(id),
    };
    let found = page.alerts.iter().filter(fits);
    Ok(found.map(resource).collect())
}

fn resource(finding: &FindingView) -> Value {
    let status = match finding.status {
        FindingStatus::Open => "preliminary",
        FindingStatus::Resolved | FindingStatus::Released => "final",
        FindingStatus::Closed => "cancelled",
    };
    let severity = match finding.severity {
        Severity::S3 | Severity::S4 => "high",
        Severity::S2 => "moderate",
        Severity::S0 | Severity::S1 => "low",
    };
    let evidence = |it: &rules::EvidenceRef| {
        let reference = format!("Provenance/{}", hex::encode(it.block));
        json!({ "detail": [{ "reference": reference }] })
    };
    let implicated: Vec<Value> = finding
        .subjects
        .iter()
        .map(|id| json!({ "identifier": identifier(id) }))
        .collect();
    let mut issue = json!({
        "resourceType": "DetectedIssue",
        "id": finding.id,
        "status": status,
        "code": {
            "coding": [{
                "system": "urn:theriac:rule",
                "code": finding.rule.to_string(),
                "display": finding.title
            }],
            "text": finding.title
        },
        "severity": severity,
        "implicated": implicated,
        "evidence": finding.evidence.iter().map(evidence).collect::<Vec<_>>(),
        "detail": finding.sentence,
        "identifiedDateTime": time_text(finding.at)
    });
    if let (Some(by), Some(fields)) = (&finding.resolved_by, issue.as_object_mut()) {
        let mitigation = json!([{
            "action": { "text": finding.alert.reason.as_deref().unwrap_or("resolved by a record") },
            "date": time_text(by.at_ms)
        }]);
        fields.insert("mitigation".to_owned(), mitigation);
    }
    issue
}
