//! `Provenance` and `AuditEvent`: who recorded a block, with which signature, what it touched.
//! Their id is the block's.
use gs1::Epc;
use gs1::epcis::Event;
use serde_json::{Value, json};
use tangle::{Kind, Media};

use super::search::{Asked, Found, Token};
use super::{DIGITAL_LINK, Reading, Version, identifier, organisation};
use crate::app::blocks::{self, BlockView};
use crate::app::failure::Failure;
use crate::app::visible::{Subject, visible};
use crate::app::{identify, time_text};
use crate::limits::FHIR_PAGE_MAX;
use crate::node::items::VERIFICATION;

pub(super) fn read_provenance(at: &Reading<'_>, id: &str) -> Result<Value, Failure> {
    let view = blocks::block(at.node, at.permit, id);
    let view = view.map_err(|_| Failure::not_found("Provenance"))?;
    Ok(provenance(&view))
}

pub(super) fn read_audit(at: &Reading<'_>, id: &str) -> Result<Value, Failure> {
    let view = blocks::block(at.node, at.permit, id);
    let view = view.map_err(|_| Failure::not_found("AuditEvent"))?;
    Ok(audit(at, &view))
}

pub(super) fn find_provenance(at: &Reading<'_>, asked: &Asked) -> Result<Found, Failure> {
    find(at, asked, "target", provenance)
}

pub(super) fn find_audit(at: &Reading<'_>, asked: &Asked) -> Result<Found, Failure> {
    find(at, asked, "entity", |view| audit(at, view))
}

/// The blocks that say something of a thing, newest first, as far as they may be seen.
fn find(
    at: &Reading<'_>,
    asked: &Asked,
    of: &str,
    made: impl Fn(&BlockView) -> Value,
) -> Result<Found, Failure> {
    let epc = match asked.token(of, DIGITAL_LINK) {
        Token::Is(text) => identify(text),
        Token::Absent | Token::Other => None,
    };
    let Some(epc) = epc else {
        return Ok(Found::default());
    };
    let entries = {
        let fold = at.node.fold();
        if !visible(&fold, at.permit.principal(), Subject::Thing(&epc)) {
            return Ok(Found::default());
        }
        fold.engine.history(&epc)
    };
    let mut places: Vec<(u64, String)> = entries
        .into_iter()
        .map(|entry| (entry.position, entry.block))
        .collect();
    places.sort_unstable_by(|a, b| b.cmp(a));
    places.dedup_by(|a, b| a.1 == b.1);
    asked.page(places, false, |(_, id)| {
        let view = blocks::block(at.node, at.permit, &id).ok()?;
        asked.fits(recorded_ms(&view)).then(|| made(&view))
    })
}

fn recorded(view: &BlockView) -> String {
    time_text(recorded_ms(view))
}

fn recorded_ms(view: &BlockView) -> i64 {
    i64::try_from(view.block.header().hlc.ms()).unwrap_or(i64::MAX)
}

fn agent(view: &BlockView) -> Value {
    match view.organisation.as_deref() {
        Some(gln) if gs1::Gln::parse(gln).is_ok() => organisation(gln, None),
        Some(name) => json!({ "type": "Organization", "display": name }),
        None => json!({ "display": "unknown" }),
    }
}

/// What the visible items of a block name.
fn things(view: &BlockView) -> Vec<String> {
    let mut found = Vec::new();
    for item in &view.items {
        let Some(json) = &item.json else { continue };
        if item.media == Media::EPCIS_EVENT {
            let event = Event::from_json(json).ok();
            let epcs = event.iter().flat_map(|event| event.epcs());
            found.extend(epcs.map(Epc::canonical));
        } else if item.media == VERIFICATION {
            let scan = json.get("scan").and_then(Value::as_str);
            let epc = scan.and_then(|scan| gs1::scan::parse(scan).ok()?.epc());
            found.extend(epc.map(|epc| epc.canonical()));
        }
    }
    found.sort();
    found.dedup();
    found.truncate(FHIR_PAGE_MAX);
    found
}

fn provenance(view: &BlockView) -> Value {
    let target = |id: &String| json!({ "identifier": identifier(id) });
    let mut targets: Vec<Value> = things(view).iter().map(target).collect();
    if targets.is_empty() {
        // A resource must have one: the block itself.
        let id = view.block.id().to_string();
        targets.push(json!({ "identifier": { "system": "urn:theriac:block", "value": id } }));
    }
    let when = recorded(view);
    json!({
        "resourceType": "Provenance",
        "id": view.block.id().to_string(),
        "meta": { "lastUpdated": when },
        "target": targets,
        "recorded": when,
        "activity": { "text": format!("{:?}", view.block.header().kind).to_lowercase() },
        "agent": [{ "who": agent(view) }],
        "signature": [{
            // Author's signature (ASTM E1762-95).
            "type": [{
                "system": "urn:iso-astm:E1762-95:2013",
                "code": "1.2.840.10065.1.12.1.1"
            }],
            "when": when,
            "who": agent(view),
            "sigFormat": "application/cose",
            "data": base64(view.block.bytes())
        }]
    })
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn audit(at: &Reading<'_>, view: &BlockView) -> Value {
    let asked = view.items.iter().any(|item| item.media == VERIFICATION);
    let (code, action) = match view.block.header().kind {
        _ if asked => ("verify", "E"),
        Kind::Decision => ("decide", "E"),
        Kind::MasterData | Kind::Registry => ("register", "U"),
        _ => ("record", "C"),
    };
    let coding = json!({ "system": "urn:theriac:audit", "code": code });
    let entity = |id: &String| json!({ "what": { "identifier": identifier(id) } });
    let entities: Vec<Value> = things(view).iter().map(entity).collect();
    let agents = json!([{ "who": agent(view), "requestor": true }]);
    let mut event = json!({
        "resourceType": "AuditEvent",
        "id": view.block.id().to_string(),
        "meta": { "lastUpdated": recorded(view) },
        "action": action,
        "recorded": recorded(view),
        "agent": agents,
        "source": { "observer": { "display": at.node.log_key().name() } },
        "entity": entities
    });
    if let Some(fields) = event.as_object_mut() {
        match at.version {
            Version::R4 => {
                fields.insert("type".to_owned(), coding);
                fields.insert("outcome".to_owned(), json!("0"));
            }
            Version::R5 => {
                fields.insert("code".to_owned(), json!({ "coding": [coding] }));
                let success = json!({
                    "code": { "system": "http://hl7.org/fhir/issue-severity", "code": "success" }
                });
                fields.insert("outcome".to_owned(), success);
            }
        }
    }
    event
}
