//! An evidence bundle: one file with which anybody can check, offline and with public keys only,
//! what the ledger says about a pack, a shipment or a case. It holds the events as captured, with
//! a case also decisions and comments, a proof for each block they stand in (which carries the
//! block's header and signature), the checkpoint all proofs hang on, and a summary for people that
//! is made from these records and nothing else, so that it can be checked by making it again.
mod about;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tangle::VerifierKey;
use tangle::verify::proof::{self, Policy, Proved};

/// The form of the file.
pub const FORMAT: &str = "theriac-evidence/1";

/// The file.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// [`FORMAT`].
    pub format: String,
    /// Canonical id of what it is about, which documents name. A case has findings, and what it is
    /// about is not proven.
    pub about: String,
    /// When it was made, RFC 3339; not proven.
    pub made_at: String,
    /// The network, hex.
    pub network: String,
    /// Key of the log (C2SP vkey) that signed the checkpoint; to trust it, have it from elsewhere.
    pub log_key: String,
    /// The checkpoint (C2SP note) that all proofs hang on.
    pub checkpoint: String,
    /// What happened, a line for each document; see [`summary`].
    pub summary: Vec<String>,
    /// With a case: what the rules found, as the node says, and which documents that rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Told>,
    /// The events, oldest first; with a case also decisions and comments.
    pub documents: Vec<Document>,
    /// Proof of each block, by its id.
    pub proofs: BTreeMap<String, String>,
}

/// What a rule found. Whoever folds the documents with the rules finds it again; the bundle itself
/// proves the documents only.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// Id of the finding, the same on every node.
    pub id: String,
    /// The rule's id in the catalogue.
    pub rule: String,
    /// The rule's name.
    pub title: String,
    /// `S0` (information) to `S4` (illegitimate).
    pub severity: String,
    /// One plain sentence.
    pub sentence: String,
    /// Everything it is about, canonical.
    pub subjects: Vec<String>,
    /// When it happened, RFC 3339.
    pub at: String,
    /// When it had ended, RFC 3339.
    pub until: String,
    /// Documents it rests on, as far as they are in the bundle.
    pub evidence: Vec<Place>,
}

/// Where a record stands.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Its block, hex.
    pub block: String,
    /// Its item there.
    pub item: u16,
}

/// One record.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Block it stands in, hex.
    pub block: String,
    /// Its item there.
    pub item: u16,
    /// The event (EPCIS 2.0, JSON), decision or comment.
    pub event: Value,
}

impl Evidence {
    /// Reads the file. What is proven is one value of each member: a file in which an object has
    /// one twice shows some readers what others do not see.
    ///
    /// # Errors
    /// For what is no bundle, and for a member that is given twice, at any depth.
    pub fn read(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let value = crate::distinct::value(&mut reader)?;
        reader.end()?;
        serde_json::from_value(value)
    }
}

impl Document {
    /// Where it stands.
    pub fn place(&self) -> Place {
        Place {
            block: self.block.clone(),
            item: self.item,
        }
    }
}

/// The summary of some documents, a line each: of an event time, place, step and what it names, of
/// a decision or comment what was said.
pub fn summary(documents: &[Document]) -> Vec<String> {
    let lines = documents.iter().map(|it| match said(&it.event) {
        Some(said) => said,
        None => line(&it.event),
    });
    lines.collect()
}

/// What a person said, in one line.
fn said(document: &Value) -> Option<String> {
    let text = |of: &Value, name: &str| of.get(name).and_then(Value::as_str).map(str::to_owned);
    let bare = document.get("decision").unwrap_or(document);
    let kind = text(bare, "type").filter(|kind| !kind.ends_with("Event"))?;
    let words = text(bare, "reason").or_else(|| text(bare, "text"))?;
    Some(format!("{kind}: {}", words.replace(['\n', '\r'], " ")))
}

fn line(event: &Value) -> String {
    let text = |pointer: &str| {
        let value = event.pointer(pointer).and_then(Value::as_str);
        value.unwrap_or("-").to_owned()
    };
    let named = ["epcList", "childEPCs", "inputEPCList", "outputEPCList"];
    let count: usize = named
        .iter()
        .filter_map(|name| event.get(name)?.as_array())
        .map(Vec::len)
        .sum();
    let place = match event.pointer("/bizLocation/id") {
        Some(_) => text("/bizLocation/id"),
        None => text("/readPoint/id"),
    };
    let readings = event.get("sensorElementList").and_then(Value::as_array);
    let readings = readings.map(|all| format!(", {} sensor elements", all.len()));
    format!(
        "{} {} {} {} at {place}: {count} named{}",
        text("/eventTime"),
        text("/type"),
        text("/action"),
        text("/bizStep"),
        readings.unwrap_or_default(),
    )
}

/// What came of a step.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Found {
    /// It holds.
    Holds,
    /// It does not.
    Fails,
    /// The file cannot tell.
    Unproven,
}

/// One step of checking.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Step {
    /// What is checked.
    pub name: String,
    /// Whether it holds.
    pub found: Found,
    /// More about it.
    pub detail: String,
}

/// Checks a bundle with a policy of keys; every step is told, the first that fails first.
pub fn check(evidence: &Evidence, policy: &Policy<'_>) -> Vec<Step> {
    let format = evidence.format == FORMAT;
    let mut steps = vec![step("format", format, evidence.format.clone())];
    let mut bodies: BTreeMap<(String, u16), Vec<u8>> = BTreeMap::new();
    let mut proved = Vec::new();
    for (block, text) in &evidence.proofs {
        let report = proof::verify_with(text.as_bytes(), policy);
        let named = report.proved.as_ref().map(|it| it.id.to_string());
        let same = named.as_deref() == Some(block);
        let detail = match report.failed() {
            Some(failed) => format!("{}: {}", failed.name, failed.detail),
            None if same => format!("block {block}"),
            None => format!("the proof is of another block than {block}"),
        };
        steps.push(step("proof", report.ok() && same, detail));
        let Some(found) = report.proved.filter(|_| same) else {
            continue;
        };
        for item in &found.items {
            let key = (block.clone(), item.index);
            bodies.insert(key, item.item.body.clone());
        }
        proved.push((found, note_of(text)));
    }
    steps.extend(head(evidence, &proved, policy));
    for document in &evidence.documents {
        let body = serde_json_canonicalizer::to_vec(&document.event).unwrap_or_default();
        let key = (document.block.clone(), document.item);
        let holds = bodies.get(&key).is_some_and(|known| same(known, &body));
        let detail = format!("item {} of block {}", document.item, document.block);
        steps.push(step("document", holds, detail));
    }
    let counted = evidence.documents.len() <= bodies.len() && !evidence.documents.is_empty();
    steps.push(step(
        "documents",
        counted,
        format!("{} events", evidence.documents.len()),
    ));
    steps.push(about::step(evidence));
    steps.extend(findings(evidence));
    let told = summary(&evidence.documents) == evidence.summary;
    steps.push(step(
        "summary",
        told,
        "made again from the events".to_owned(),
    ));
    steps
}

/// The checkpoint of a proof, as the file has it: it ends with it.
fn note_of(proof: &str) -> &str {
    proof.split_once("\n\n").map_or("", |(_, note)| note)
}

/// What the bundle says of network, key and checkpoint, held against its proofs.
fn head(evidence: &Evidence, proved: &[(Proved, &str)], policy: &Policy<'_>) -> [Step; 3] {
    let first = proved.first().map(|(it, _)| &it.checkpoint);
    let one = proved.iter().all(|(it, _)| Some(&it.checkpoint) == first);
    let own = proved.iter().any(|(_, note)| *note == evidence.checkpoint);
    let checkpoint = match (one, own) {
        (false, _) => "the proofs hang on several",
        (true, false) => "the file's is not the one that the proofs hang on",
        (true, true) => "all proofs hang on the file's",
    };
    let networks = proved.iter().map(|(it, _)| it.network.to_string());
    let network = networks.clone().all(|it| it == evidence.network);
    let said = if network {
        format!("{} is that of all proofs", evidence.network)
    } else {
        "the proofs are of another than the file says".to_owned()
    };
    let key = evidence.log_key.parse::<VerifierKey>().ok();
    let key = key.filter(|key| policy.keys.is_none_or(|given| given.contains(key)));
    let signed = key.is_some_and(|key| {
        let by = |it: &Proved| it.checkpoint.is_signed_by(&key) && it.signers.contains(&key);
        proved.iter().all(|(it, _)| by(it))
    });
    let log_key = match (signed, policy.keys) {
        (true, None) => "the file's is pinned in all proofs",
        (true, Some(_)) => "the file's is one that was given and signed",
        (false, _) => "the file's is not the one that signed the checkpoint",
    };
    let some = !proved.is_empty();
    [
        step("checkpoint", some && one && own, checkpoint.to_owned()),
        step("network", some && network, said),
        step("log key", some && signed, log_key.to_owned()),
    ]
}

/// Whether what the findings rest on is there.
fn findings(evidence: &Evidence) -> Option<Step> {
    if evidence.findings.is_empty() {
        return None;
    }
    let held: BTreeSet<Place> = evidence.documents.iter().map(Document::place).collect();
    let mut rests = evidence.findings.iter().flat_map(|it| &it.evidence);
    let missing = rests.find(|place| !held.contains(place));
    let detail = match missing {
        Some(at) => format!("item {} of block {} is not in the file", at.item, at.block),
        None => format!("{} rest on documents", evidence.findings.len()),
    };
    Some(step("findings", missing.is_none(), detail))
}

/// Whether two texts are the same JSON.
fn same(known: &[u8], given: &[u8]) -> bool {
    let again = serde_json::from_slice::<Value>(known)
        .ok()
        .and_then(|value| serde_json_canonicalizer::to_vec(&value).ok());
    again.as_deref() == Some(given)
}

fn step(name: &str, holds: bool, detail: String) -> Step {
    let found = if holds { Found::Holds } else { Found::Fails };
    Step {
        name: name.to_owned(),
        found,
        detail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_that_is_given_twice_is_refused_anywhere() {
        let bundle = r#"{"format":"theriac-evidence/1","about":"x","made_at":"","network":"",
            "log_key":"","checkpoint":"","summary":[],"findings":[],"documents":[{"block":"b",
            "item":0,"event":{"a":[{"disposition":"dispensed"}]}}],"proofs":{"b":""}}"#;
        assert_eq!(Evidence::read(bundle.as_bytes()).unwrap().about, "x");
        for (once, twice) in [
            (
                r#""disposition":"#,
                r#""disposition":"destroyed","disposition":"#,
            ),
            (r#""b":"""#, r#""b":"","b":"""#),
            (r#""about":"#, r#""about":"y","about":"#),
        ] {
            let bundle = bundle.replace(once, twice);
            let error = Evidence::read(bundle.as_bytes()).unwrap_err().to_string();
            assert!(error.contains("is given twice"), "{error}");
        }
        let more = format!("{bundle} {{}}");
        assert!(Evidence::read(more.as_bytes()).is_err());
    }
}
