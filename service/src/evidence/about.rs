//! Whether a bundle is about what it says: proofs hold whatever it is called, so the documents must
//! name the thing themselves, or what it was packed in.
use std::collections::BTreeSet;

use gs1::Epc;
use serde_json::Value;

use super::{Evidence, Found, Step};

/// Fields of an event with the identifiers of things, one or a list.
const THINGS: [&str; 5] = [
    "epcList",
    "childEPCs",
    "parentID",
    "inputEPCList",
    "outputEPCList",
];
/// Fields with classes of things and their quantities.
const CLASSES: [&str; 4] = [
    "quantityList",
    "childQuantityList",
    "inputQuantityList",
    "outputQuantityList",
];

/// The step that looks at `about`.
pub(super) fn step(evidence: &Evidence) -> Step {
    let (found, detail) = judge(evidence);
    Step {
        name: "about".to_owned(),
        found,
        detail,
    }
}

fn judge(evidence: &Evidence) -> (Found, String) {
    let epc = Epc::parse(&evidence.about);
    let Some(thing) = epc.ok().filter(|it| !matches!(it, Epc::Other(_))) else {
        if evidence.findings.is_empty() {
            let text =
                "it is no identifier of a thing, and without findings the file is of no case";
            return (Found::Fails, text.to_owned());
        }
        let text = "not proven: a case is named by the node, not by documents";
        return (Found::Unproven, text.to_owned());
    };
    let events: Vec<&Value> = evidence.documents.iter().map(|it| &it.event).collect();
    let mut known = BTreeSet::from([thing.canonical()]);
    let names =
        |event: &Value, known: &BTreeSet<String>| things(event).iter().any(|it| known.contains(it));
    if !events.iter().any(|event| names(event, &known)) {
        let text = format!("no document names {}", evidence.about);
        return (Found::Fails, text);
    }
    // What it was in, what that was in, and so on: each round takes one more in, or is the last.
    loop {
        let parents = events.iter().filter_map(|event| parent(event, &known));
        let fresh: Vec<String> = parents.filter(|it| !known.contains(it)).collect();
        if fresh.is_empty() {
            break;
        }
        known.extend(fresh);
    }
    let (all, own) = (events.len(), events.iter().filter(|it| names(it, &known)));
    let own = own.count();
    let detail = if own == all {
        "all documents name it or what it was in".to_owned()
    } else {
        format!(
            "{own} of {all} documents name it or what it was in, of the others it is not proven"
        )
    };
    (Found::Holds, detail)
}

/// The container into which an event puts one of these.
fn parent(event: &Value, known: &BTreeSet<String>) -> Option<String> {
    let children = event.get("childEPCs")?.as_array()?.iter();
    let mut children = children.filter_map(canonical);
    let holds = children.any(|it| known.contains(&it));
    holds.then(|| event.get("parentID").and_then(canonical))?
}

/// The things that an event names, canonical.
fn things(event: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for value in THINGS.iter().filter_map(|name| event.get(*name)) {
        match value {
            Value::Array(list) => found.extend(list.iter().filter_map(canonical)),
            one => found.extend(canonical(one)),
        }
    }
    let lists = CLASSES
        .iter()
        .filter_map(|name| event.get(*name)?.as_array());
    let classes = lists.flatten().filter_map(|it| it.get("epcClass"));
    found.extend(classes.filter_map(canonical));
    found
}

fn canonical(value: &Value) -> Option<String> {
    let epc = Epc::parse(value.as_str()?).ok()?;
    Some(epc.canonical())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::evidence::{Document, Told};

    const PACK: &str = "https://id.gs1.org/01/09506000134352/21/A1";

    fn said(about: &str, events: &[Value]) -> (Found, String) {
        judged(about, events, Vec::new())
    }

    fn judged(about: &str, events: &[Value], findings: Vec<Told>) -> (Found, String) {
        let document = |event: &Value| Document {
            block: String::new(),
            item: 0,
            event: event.clone(),
        };
        judge(&Evidence {
            format: String::new(),
            about: about.to_owned(),
            made_at: String::new(),
            network: String::new(),
            log_key: String::new(),
            checkpoint: String::new(),
            summary: Vec::new(),
            findings,
            documents: events.iter().map(document).collect(),
            proofs: std::collections::BTreeMap::new(),
        })
    }

    #[test]
    fn the_documents_must_name_the_thing_or_what_it_was_in() {
        let made = json!({ "epcList": ["urn:epc:id:sgtin:9506000.013435.A1"] });
        let case = "https://id.gs1.org/00/395060001000000013";
        let pallet = "https://id.gs1.org/00/395060001000000020";
        let packed = json!({ "parentID": case, "childEPCs": [PACK] });
        let stacked = json!({ "parentID": pallet, "childEPCs": [case] });
        let sent = json!({ "epcList": [pallet] });
        let all = [sent.clone(), stacked, packed, made.clone()];
        let (found, detail) = said(PACK, &all);
        assert_eq!((found, detail.starts_with("all ")), (Found::Holds, true));
        let (found, detail) = said(PACK, &[sent.clone(), made.clone()]);
        assert_eq!(found, Found::Holds);
        assert!(detail.starts_with("1 of 2 "), "{detail}");
        let other = PACK.replace("A1", "A2");
        assert_eq!(said(&other, &all).0, Found::Fails);
        assert_eq!(said(PACK, &[sent]).0, Found::Fails);
        // Nor does it become a case by a word before it, or an identifier that is none: a case has
        // findings.
        let events = std::slice::from_ref(&made);
        for about in [
            "C06 https://id.gs1.org/01/09506000134352/10/L1",
            "a pack",
            "",
            " ",
        ] {
            assert_eq!(said(about, events).0, Found::Fails, "{about}");
            let (found, detail) = judged(about, events, vec![finding()]);
            assert_eq!(found, Found::Unproven, "{detail}");
            assert!(detail.starts_with("not proven"), "{detail}");
        }
        assert_eq!(said(&format!("{PACK} "), events).0, Found::Fails);
    }

    fn finding() -> Told {
        Told {
            id: String::new(),
            rule: "C06".to_owned(),
            title: String::new(),
            severity: "S2".to_owned(),
            sentence: String::new(),
            subjects: Vec::new(),
            at: String::new(),
            until: String::new(),
            evidence: Vec::new(),
        }
    }

    #[test]
    fn classes_of_things_count_and_places_do_not() {
        let lot = "https://id.gs1.org/01/09506000134352/10/L1";
        let event = json!({
            "readPoint": { "id": "https://id.gs1.org/414/9506000100012" },
            "quantityList": [{ "epcClass": lot, "quantity": 7 }]
        });
        let events = std::slice::from_ref(&event);
        assert_eq!(said(lot, events).0, Found::Holds);
        let place = "https://id.gs1.org/414/9506000100012";
        assert_eq!(said(place, events).0, Found::Fails);
    }
}
