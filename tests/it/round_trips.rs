//! Every valid document of others goes in over HTTP, in JSON and in XML of both versions, and its
//! events come out of a query in JSON, in XML 2.0 and in XML 1.2: the same events, field for field.
//! What a form cannot say is taken from the writer's own list of losses and from nowhere else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use gs1::epcis::{Document, Event, is_xml, parse_any};
use gs1::event_hash::{Profile, pre_hash};
use serde_json::{Map, Value};
use tests::fixtures::shared;
use tests::http::{Client, segment};
use tests::site::Site;

/// How an answer is asked for.
const FORMS: [(&str, &[(&str, &str)]); 3] = [
    ("json", &[("Accept", "application/ld+json")]),
    ("xml 2.0", &[("Accept", "application/xml")]),
    (
        "xml 1.2",
        &[("Accept", "text/xml"), ("GS1-EPCIS-Max", "1.2")],
    ),
];

#[test]
fn every_valid_document_comes_back_in_every_form() {
    let Some(base) = shared("epcis/documents") else {
        return;
    };
    let site = Site::fresh();
    let (mut documents, mut compared, mut wrong) = (0, BTreeMap::new(), Vec::new());
    for (name, bytes) in valid(&base) {
        let Some(document) = captured(&site.admin, &name, &bytes) else {
            continue;
        };
        documents += 1;
        for (at, event) in document.events.iter().enumerate() {
            for (form, headers) in FORMS {
                *compared.entry(form).or_insert(0) += 1;
                if let Err(why) = comes_back(&site.admin, event, headers) {
                    wrong.push(format!("{name} event {at} as {form}: {why}"));
                }
            }
        }
    }
    eprintln!("{documents} documents, events compared: {compared:?}");
    assert!(wrong.is_empty(), "{} differ: {wrong:#?}", wrong.len());
    assert!(documents >= 90, "{documents} documents only");
}

/// The files that the standard's own schemas accept, of every form.
fn valid(base: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for (verdicts, member) in [
        ("validity-json-schema.json", "gs1_json_schema_valid"),
        ("validity-xsd.json", "xsd_valid"),
    ] {
        let text = std::fs::read(base.join(verdicts)).expect("the verdicts");
        let verdicts: Map<String, Value> = serde_json::from_slice(&text).expect("JSON");
        for (name, verdict) in verdicts {
            if verdict[member] == true {
                let file = base.parent().expect("in a folder").join(&name);
                found.push((name, std::fs::read(file).expect("a file")));
            }
        }
    }
    found
}

/// Captures a document and gives it as it was read; nothing for what holds no events.
fn captured(client: &Client, name: &str, bytes: &[u8]) -> Option<Document> {
    let document = parse_any(bytes).ok().filter(|it| !it.events.is_empty())?;
    let media = if is_xml(bytes) {
        "application/xml"
    } else {
        "application/ld+json"
    };
    let answer = client.post_bytes("/epcis/capture", media, bytes);
    assert_eq!(answer.status, 202, "{name}: {}", answer.text());
    let job = answer.location.expect("a capture names its job");
    let job = client.get(&job).expect(200).json();
    assert_eq!(job["success"], true, "{name}: {job:#}");
    Some(document)
}

/// Whether one of the events of this id is this one, in this form.
fn comes_back(client: &Client, event: &Event, headers: &[(&str, &str)]) -> Result<(), String> {
    let id = event.event_id_or_hash();
    let path = format!("/epcis/events/{}", segment(&id));
    let answer = client.get_as(&path, headers);
    if answer.status != 200 {
        return Err(format!("{}: {}", answer.status, answer.text()));
    }
    let found = parse_any(&answer.body).map_err(|error| format!("unreadable: {error}"))?;
    let named = event
        .clone()
        .with_event_id(&id)
        .map_err(|error| error.to_string())?;
    let mut nearest = Vec::new();
    for one in &found.events {
        let apart = apart(&named, one);
        if apart.is_empty() {
            return Ok(());
        }
        if nearest.is_empty() || apart.len() < nearest.len() {
            nearest = apart;
        }
    }
    Err(format!("{nearest:#?}"))
}

/// Where two events differ.
fn apart(wanted: &Event, found: &Event) -> Vec<String> {
    let mut apart = Vec::new();
    for profile in [Profile::Cbv20, Profile::Cbv21] {
        if pre_hash(wanted, profile) != pre_hash(found, profile) {
            apart.push(format!(
                "{profile}:\n{}\n{}",
                pre_hash(wanted, profile),
                pre_hash(found, profile)
            ));
        }
    }
    let (one, other) = (leaves(wanted), leaves(found));
    apart.extend(one.difference(&other).map(|it| format!("missing {it:?}")));
    apart.extend(other.difference(&one).map(|it| format!("added {it:?}")));
    apart
}

/// Every value of an event with its place, prefixes of names written out; `recordTime` and context
/// left out.
fn leaves(event: &Event) -> BTreeSet<(String, String)> {
    let json = event.json();
    let prefixes = prefixes(json.get("@context"));
    let mut out = BTreeSet::new();
    for (name, value) in json {
        if name != "recordTime" && name != "@context" {
            walk(
                value,
                &format!("/{}", written_out(name, &prefixes)),
                &prefixes,
                &mut out,
            );
        }
    }
    out
}

fn prefixes(context: Option<&Value>) -> BTreeMap<String, String> {
    let parts = context.and_then(Value::as_array).into_iter().flatten();
    let maps = parts.filter_map(Value::as_object).flatten();
    let pair = |(prefix, uri): (&String, &Value)| Some((prefix.clone(), uri.as_str()?.to_owned()));
    let mut all: BTreeMap<_, _> = maps.filter_map(pair).collect();
    // Terms of the context of EPCIS are protected: who defines them again means the same.
    all.retain(|prefix, _| !["cbvmda", "rdfs"].contains(&prefix.as_str()));
    all
}

fn written_out(name: &str, prefixes: &BTreeMap<String, String>) -> String {
    let found = name
        .split_once(':')
        .and_then(|(prefix, local)| Some((prefixes.get(prefix)?, local)));
    found.map_or_else(
        || name.to_owned(),
        |(uri, local)| format!("{{{uri}}}{local}"),
    )
}

fn walk(
    value: &Value,
    path: &str,
    prefixes: &BTreeMap<String, String>,
    out: &mut BTreeSet<(String, String)>,
) {
    let mut add = |text: String| {
        out.insert((path.to_owned(), text));
    };
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = format!("{path}/{}", written_out(name, prefixes));
                walk(value, &path, prefixes, out);
            }
        }
        Value::Array(list) => {
            for (at, value) in list.iter().enumerate() {
                walk(value, &format!("{path}/{at}"), prefixes, out);
            }
        }
        Value::String(text) => add(term(path, text)),
        Value::Number(number) => add(number.as_f64().unwrap_or(f64::NAN).to_string()),
        other => add(other.to_string()),
    }
}

/// Terms of sensor reports as bare words: XML has their URIs, and JSON any of three spellings.
fn term(path: &str, text: &str) -> String {
    let long = if path.ends_with("/component") {
        "cbv:Comp-"
    } else {
        "gs1:"
    };
    let sensor = path.contains("/sensorReport/");
    let bare = text.strip_prefix(long).filter(|_| sensor);
    bare.unwrap_or(text).to_owned()
}
