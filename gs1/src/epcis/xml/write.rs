//! From a [`Document`] to XML of either version.

use serde_json::Value;

use super::super::EPCIS_CONTEXT;
use super::super::document::{Document, Envelope, Header};
use super::super::event::Event;
use super::super::translate::vocabulary::CbvFormat;
use super::names::{SBDH, Schema, Version};
use super::out::{Loss, Out};
use super::write_event::{EventWriter, text};
use super::write_value::{Terms, entries, extension, is_business_header};

/// Writes a document as XML that is valid by the schema of the version, CBV terms spelled as
/// asked. A bare event gets an `EPCISDocument` around it.
///
/// Sensor data and persistent dispositions, which EPCIS 1.2 does not know, are nested in its
/// `extension` elements as GS1's converter does; association events too. What XML cannot say is
/// listed.
pub fn write(document: &Document, version: Version, cbv: CbvFormat) -> (Vec<u8>, Vec<Loss>) {
    let mut out = Out::default();
    let header = &document.header;
    let terms = Terms::of(header.context.as_ref());
    let query = header.envelope == Envelope::QueryDocument;
    if let Some(id) = &header.id {
        out.lose("/id", format!("the document's id {id} has no place in xml"));
    }
    if query {
        results(&mut out, document, version, cbv);
    } else {
        write_header(&mut out, &terms, document, version);
        out.open("EPCISBody", &[]);
        events(&mut out, document, version, cbv, "/epcisBody/eventList");
        out.close("EPCISBody");
    }
    if !(version == Version::V1_2 && has_header(document, &terms, version)) || query {
        others(&mut out, &terms, header);
    }
    let number = match version {
        Version::V1_2 => "1.2",
        Version::V2_0 => "2.0",
    };
    let attributes = [
        ("schemaVersion".to_owned(), number.to_owned()),
        ("creationDate".to_owned(), document.creation_date()),
    ];
    let core = ("epcis", version.namespace(Schema::Core));
    if query {
        let own = ("epcisq", version.namespace(Schema::Query));
        return out.finish("epcisq:EPCISQueryDocument", &[own], &attributes);
    }
    out.finish("epcis:EPCISDocument", &[core], &attributes)
}

fn results(out: &mut Out, document: &Document, version: Version, cbv: CbvFormat) {
    let header = &document.header;
    out.open("EPCISBody", &[]);
    out.open("epcisq:QueryResults", &[]);
    let name = header.query_name.as_deref().unwrap_or("SimpleEventQuery");
    let name = out.clean("/epcisBody/queryResults/queryName", name);
    out.leaf("queryName", &[], &name);
    if let Some(id) = &header.subscription_id {
        let id = out.clean("/epcisBody/queryResults/subscriptionID", id);
        out.leaf("subscriptionID", &[], &id);
    }
    out.open("resultsBody", &[]);
    let terms = Terms::of(header.context.as_ref());
    match &header.master_data {
        Some(data) if document.events.is_empty() => vocabulary_list(out, &terms, data),
        _ => {
            let pointer = "/epcisBody/queryResults/resultsBody/eventList";
            events(out, document, version, cbv, pointer);
        }
    }
    out.close("resultsBody");
    out.close("epcisq:QueryResults");
    out.close("EPCISBody");
}

fn events(out: &mut Out, document: &Document, version: Version, cbv: CbvFormat, pointer: &str) {
    if document.events.is_empty() {
        return out.leaf("EventList", &[], "");
    }
    out.open("EventList", &[]);
    for (index, event) in document.events.iter().enumerate() {
        let pointer = format!("{pointer}/{index}");
        contexts(out, event, &pointer);
        let mut writer = EventWriter {
            terms: Terms::of(event.json().get("@context")),
            out,
            cbv,
            version,
            map: event.json(),
            pointer,
        };
        writer.write();
    }
    out.close("EventList");
}

/// XML declares namespaces; a context given by address has no place in it.
fn contexts(out: &mut Out, event: &Event, pointer: &str) {
    let context = event.json().get("@context");
    for entry in context.into_iter().flat_map(entries) {
        let ours = |address: &str| {
            address == EPCIS_CONTEXT
                || address.contains("ref.gs1.org/standards/epcis/")
                    && address.ends_with("epcis-context.jsonld")
        };
        if let Some(address) = entry.as_str().filter(|address| !ours(address)) {
            let what = format!("context {address} is left out, its terms keep their prefixes");
            out.lose(&format!("{pointer}/@context"), what);
        }
    }
}

/// What there is to say in a header.
fn has_header(document: &Document, terms: &Terms, version: Version) -> bool {
    let header = &document.header;
    let own = header.master_data.is_some()
        || header.sender.is_some()
        || header.receiver.is_some()
        || header.instance_identifier.is_some();
    let other = &header.other;
    let mut names = header.extensions.keys();
    let mut others = names
        .by_ref()
        .chain(other.document.keys())
        .chain(other.body.keys());
    own || others.any(|key| is_business_header(terms, key) || version == Version::V1_2)
}

fn write_header(out: &mut Out, terms: &Terms, document: &Document, version: Version) {
    if !has_header(document, terms, version) {
        return;
    }
    let header = &document.header;
    out.open("EPCISHeader", &[]);
    let mut members = header.extensions.iter();
    let given = members.find(|(key, _)| is_business_header(terms, key));
    match given {
        Some((key, value)) => extension(out, terms, key, value, "/epcisHeader"),
        None => business_header(out, document, version),
    }
    if let Some(data) = &header.master_data {
        out.open("extension", &[]);
        out.open("EPCISMasterData", &[]);
        vocabulary_list(out, terms, data);
        out.close("EPCISMasterData");
        out.close("extension");
    }
    if version == Version::V1_2 {
        others(out, terms, header);
    }
    out.close("EPCISHeader");
}

/// What trading partners added: in EPCIS 1.2 its place is the header, in 2.0 after the body.
fn others(out: &mut Out, terms: &Terms, header: &Header) {
    let other = &header.other;
    let members = [
        ("/epcisHeader", &header.extensions),
        ("", &other.document),
        ("/epcisBody", &other.body),
        ("/epcisBody/queryResults", &other.results),
        ("/epcisBody/queryResults/resultsBody", &other.results_body),
    ];
    for (pointer, members) in members {
        for (key, value) in members {
            if !is_business_header(terms, key) {
                extension(out, terms, key, value, pointer);
            }
        }
    }
}

/// A business document header of what JSON has of one. EPCIS 1.2 requires it in every header.
fn business_header(out: &mut Out, document: &Document, version: Version) {
    let header = &document.header;
    let known = [
        &header.sender,
        &header.receiver,
        &header.instance_identifier,
    ];
    if known.iter().all(|one| one.is_none()) && version == Version::V2_0 {
        return;
    }
    if known.iter().any(|one| one.is_none()) {
        let what = "the business document header that xml wants here has empty fields";
        out.lose("/sender", what);
    }
    let sbdh = out.prefix(SBDH, "sbdh");
    let name = |local: &str| format!("{sbdh}:{local}");
    let [sender, receiver, instance] = known.map(|one| {
        let one = one.as_deref().unwrap_or_default();
        out.clean("/sender", one)
    });
    out.open(&name("StandardBusinessDocumentHeader"), &[]);
    out.leaf(&name("HeaderVersion"), &[], "1.0");
    for (role, id) in [("Sender", sender), ("Receiver", receiver)] {
        out.open(&name(role), &[]);
        out.leaf(&name("Identifier"), &[], &id);
        out.close(&name(role));
    }
    out.open(&name("DocumentIdentification"), &[]);
    let date = document.creation_date();
    let rows = [
        ("Standard", "EPCglobal"),
        ("TypeVersion", "1.0"),
        ("InstanceIdentifier", &instance),
        ("Type", "Events"),
        ("CreationDateAndTime", &date),
    ];
    for (local, value) in rows {
        out.leaf(&name(local), &[], value);
    }
    out.close(&name("DocumentIdentification"));
    out.close(&name("StandardBusinessDocumentHeader"));
}

fn items<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    let items = value.get(name).and_then(Value::as_array);
    items.map(Vec::as_slice).unwrap_or_default()
}

fn vocabulary_list(out: &mut Out, terms: &Terms, data: &Value) {
    let pointer = "/epcisHeader/epcisMasterData/vocabularyList";
    out.open("VocabularyList", &[]);
    for vocabulary in items(data, "vocabularyList") {
        let type_ = named(vocabulary, "type");
        out.open("Vocabulary", &type_);
        let elements = items(vocabulary, "vocabularyElementList");
        if !elements.is_empty() {
            out.open("VocabularyElementList", &[]);
            for element in elements {
                vocabulary_element(out, terms, element, pointer);
            }
            out.close("VocabularyElementList");
        }
        members(out, terms, vocabulary, pointer);
        out.close("Vocabulary");
    }
    out.close("VocabularyList");
}

fn vocabulary_element(out: &mut Out, terms: &Terms, element: &Value, pointer: &str) {
    out.open("VocabularyElement", &named(element, "id"));
    for attribute in items(element, "attributes") {
        let id = named(attribute, "id");
        match attribute.get("attribute") {
            Some(Value::Object(map)) => {
                out.open("attribute", &id);
                for (key, value) in map {
                    extension(out, terms, key, value, pointer);
                }
                out.close("attribute");
            }
            Some(plain) => {
                let value = out.clean(pointer, &text(plain));
                out.leaf("attribute", &id, &value);
                if !plain.is_string() {
                    let what = format!("attribute {plain} becomes text, xml gives it no type");
                    out.lose(pointer, what);
                }
            }
            None => out.leaf("attribute", &id, ""),
        }
    }
    let children = items(element, "children");
    if !children.is_empty() {
        out.open("children", &[]);
        for child in children {
            let id = out.clean(pointer, &text(child));
            out.leaf("id", &[], &id);
        }
        out.close("children");
    }
    members(out, terms, element, pointer);
    out.close("VocabularyElement");
}

/// Members that others added.
fn members(out: &mut Out, terms: &Terms, value: &Value, pointer: &str) {
    for (key, value) in value.as_object().into_iter().flatten() {
        if key.contains(':') {
            extension(out, terms, key, value, pointer);
        }
    }
}

fn named(value: &Value, name: &str) -> Vec<(String, String)> {
    let text = value.get(name).map(text);
    text.map(|text| (name.to_owned(), text))
        .into_iter()
        .collect()
}
