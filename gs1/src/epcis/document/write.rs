//! From a document to JSON.

use serde_json::{Map, Value, json};

use super::super::context::Context;
use super::super::{EPCIS_CONTEXT, time};
use super::{Document, Envelope, Header};

pub(super) fn document(document: &Document) -> Value {
    let header = &document.header;
    if header.envelope == Envelope::Event {
        // An envelope without members of its own: the event, or a list of them.
        return match document.events.as_slice() {
            [event] => Value::Object(event.received()),
            events => Value::Array(events.iter().map(super::super::Event::to_json).collect()),
        };
    }
    let context = header
        .context
        .clone()
        .unwrap_or_else(|| json!([EPCIS_CONTEXT]));
    let known = Context::of_value(Some(&context));
    let events = document.events.iter().map(|event| {
        let whole = !event.stands_in(&known);
        if whole {
            event.to_json()
        } else {
            Value::Object(event.received())
        }
    });
    let events = Value::Array(events.collect());
    let mut json = header.other.document.clone();
    json.insert("@context".to_owned(), context);
    put_text(&mut json, "id", header.id.as_deref());
    put_text(&mut json, "creationDate", creation_date(header).as_deref());
    match header.envelope {
        Envelope::QueryDocument => {
            json.insert("type".to_owned(), json!("EPCISQueryDocument"));
            put_text(&mut json, "schemaVersion", header.schema_version.as_deref());
            json.insert("epcisBody".to_owned(), query_body(header, events));
        }
        Envelope::Document | Envelope::Event => {
            json.insert("type".to_owned(), json!("EPCISDocument"));
            let version = header.schema_version.as_deref().unwrap_or("2.0");
            put_text(&mut json, "schemaVersion", Some(version));
            put_text(&mut json, "sender", header.sender.as_deref());
            put_text(&mut json, "receiver", header.receiver.as_deref());
            let identifier = header.instance_identifier.as_deref();
            put_text(&mut json, "instanceIdentifier", identifier);
            let mut inner = header.extensions.clone();
            if let Some(data) = &header.master_data {
                inner.insert("epcisMasterData".to_owned(), data.clone());
            }
            if !inner.is_empty() {
                json.insert("epcisHeader".to_owned(), Value::Object(inner));
            }
            let mut body = header.other.body.clone();
            body.insert("eventList".to_owned(), events);
            json.insert("epcisBody".to_owned(), Value::Object(body));
        }
    }
    Value::Object(json)
}

fn query_body(header: &Header, events: Value) -> Value {
    let mut list = header.other.results_body.clone();
    list.insert("eventList".to_owned(), events);
    let vocabularies = header.master_data.as_ref();
    if let Some(vocabularies) = vocabularies.and_then(|data| data.get("vocabularyList")) {
        list.insert("vocabularyList".to_owned(), vocabularies.clone());
    }
    let mut results = header.other.results.clone();
    put_text(
        &mut results,
        "subscriptionID",
        header.subscription_id.as_deref(),
    );
    let name = header.query_name.as_deref().unwrap_or("SimpleEventQuery");
    put_text(&mut results, "queryName", Some(name));
    results.insert("resultsBody".to_owned(), Value::Object(list));
    let mut body = header.other.body.clone();
    body.insert("queryResults".to_owned(), Value::Object(results));
    Value::Object(body)
}

fn creation_date(header: &Header) -> Option<String> {
    let given = header.creation_date.as_ref();
    let given = given.filter(|text| time::parse(text) == header.creation_date_ms);
    given
        .cloned()
        .or_else(|| time::format(header.creation_date_ms?))
}

fn put_text(json: &mut Map<String, Value>, name: &str, text: Option<&str>) {
    if let Some(text) = text {
        json.insert(name.to_owned(), Value::from(text));
    }
}
