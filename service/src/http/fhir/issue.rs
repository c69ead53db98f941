//! `DetectedIssue`: a finding, for a hospital's or pharmacy's own alerts.
use rules::{AlertOutcome, FindingStatus, FindingView, Severity};
use serde_json::{Value, json};

use super::search::{Asked, Found, Token};
use super::{DIGITAL_LINK, Reading, Version, identifier};
use crate::app::failure::{Code, Failure};
use crate::app::{alerts, identify, time_text};

pub(super) fn read(at: &Reading<'_>, id: &str) -> Result<Value, Failure> {
    let found = alerts::one(at.node, at.permit, id);
    let found = found.map_err(|_| Failure::not_found("DetectedIssue"))?;
    Ok(resource(at.version, &found))
}

pub(super) fn find(at: &Reading<'_>, asked: &Asked) -> Result<Found, Failure> {
    let wanted: Option<Vec<&str>> = asked.text("status").map(|text| text.split(',').collect());
    let known = match at.version {
        Version::R4 => &["preliminary", "final", "cancelled"][..],
        Version::R5 => &["preliminary", "final", "mitigated", "entered-in-error"],
    };
    if wanted.iter().flatten().any(|word| !known.contains(word)) {
        let text = format!("status must be one of {}", known.join(", "));
        return Err(Failure::new(Code::QueryParameter, text));
    }
    let fits = |finding: &FindingView| {
        let status = status(at.version, finding);
        wanted
            .as_ref()
            .is_none_or(|wanted| wanted.contains(&status))
            && asked.fits(changed_ms(finding))
    };
    let about = match asked.token("implicated", DIGITAL_LINK) {
        Token::Absent => None,
        Token::Is(text) => Some(identify(text)),
        Token::Other => Some(None),
    };
    let made = |finding: FindingView| resource(at.version, &finding);
    if let Some(epc) = about {
        let epc = epc.ok_or_else(|| Failure::not_found("DetectedIssue"))?;
        let mut found = alerts::about(at.node, at.permit, &epc);
        found.retain(fits);
        return asked.page(found, true, |finding| Some(made(finding)));
    }
    let page = (asked.text("_cursor"), asked.count);
    let page = alerts::page(at.node, at.permit, fits, page)?;
    Ok(Found {
        resources: page.alerts.into_iter().map(made).collect(),
        total: None,
        next: page.next,
    })
}

/// How a finding stands, in the words of the version. A closed one is a false alarm.
fn status(version: Version, finding: &FindingView) -> &'static str {
    let outcome = finding.alert.outcome;
    match (finding.status, version) {
        (FindingStatus::Open, _) => "preliminary",
        (FindingStatus::Resolved | FindingStatus::Released, _) => "final",
        (FindingStatus::Closed, Version::R4) => "cancelled",
        (FindingStatus::Closed, Version::R5) => match outcome {
            Some(AlertOutcome::Confirmed) => "mitigated",
            Some(AlertOutcome::FalseAlarm) | None => "entered-in-error",
        },
    }
}

/// When it was changed last.
fn changed_ms(finding: &FindingView) -> i64 {
    let resolved = finding.resolved_by.as_ref().map(|by| by.at_ms);
    resolved.map_or(finding.recorded_at, |at| at.max(finding.recorded_at))
}

fn resource(version: Version, finding: &FindingView) -> Value {
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
        "meta": { "lastUpdated": time_text(changed_ms(finding)) },
        "status": status(version, finding),
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
