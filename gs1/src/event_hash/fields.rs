//! The canonical property order (CBV 2.0, 8.9) as tables, and the walk over an event along them.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::time::{self, Rounding};
use super::{Names, Profile, value};
use crate::cbv::{
    BIZ_STEPS, BIZ_TRANSACTION_TYPES, COMPONENTS, DISPOSITIONS, MEASUREMENT_TYPES, SENSOR_ALERTS,
    SOURCE_DESTINATION_TYPES, Term, Vocabulary,
};
use crate::epc::Epc;
use crate::epcis::{EventFields, EventKind};

/// How a field is written.
#[derive(Clone, Copy)]
enum Field {
    /// `name=value`, once for each item of a list.
    Text,
    /// `name=value` of a text that is a double in every implementation.
    Double,
    /// A time.
    Time,
    /// A word of a vocabulary as its web URI.
    Word(&'static Vocabulary, &'static str),
    /// `name` and `epc=` for each.
    Epcs,
    /// `name`, then the named item for each, its fields in the order given.
    List(&'static str, Order),
    /// As `List`, but the items have no name of their own.
    Items(Order),
    /// The named item for each, without a name of the list.
    Parts(Order),
    /// `name` and the fields of an object.
    Object(Order),
    /// `name` and extensions only.
    Extensions,
}

type Order = &'static [(&'static str, Field)];

const QUANTITY: Order = &[
    ("epcClass", Field::Text),
    ("quantity", Field::Text),
    ("uom", Field::Text),
];
const QUANTITIES: Field = Field::List("quantityElement", QUANTITY);
const DISPOSITION: Field = Field::Word(&DISPOSITIONS, "https://ref.gs1.org/cbv/Disp-");
const PARTY: Field = Field::Word(&SOURCE_DESTINATION_TYPES, "https://ref.gs1.org/cbv/SDT-");

const EVENT_TIME: Order = &[
    ("eventTime", Field::Time),
    ("eventTimeZoneOffset", Field::Text),
];
const WHAT: Order = &[
    ("inputEPCList", Field::Epcs),
    ("childEPCs", Field::Epcs),
    ("quantityList", QUANTITIES),
    ("childQuantityList", QUANTITIES),
    ("inputQuantityList", QUANTITIES),
    ("outputEPCList", Field::Epcs),
    ("outputQuantityList", QUANTITIES),
    ("action", Field::Text),
    ("transformationID", Field::Text),
    (
        "bizStep",
        Field::Word(&BIZ_STEPS, "https://ref.gs1.org/cbv/BizStep-"),
    ),
    ("disposition", DISPOSITION),
    (
        "persistentDisposition",
        Field::Object(&[("set", DISPOSITION), ("unset", DISPOSITION)]),
    ),
    ("readPoint", Field::Object(&[("id", Field::Text)])),
    ("bizLocation", Field::Object(&[("id", Field::Text)])),
];
const BUSINESS: Order = &[
    (
        "bizTransactionList",
        Field::Items(&[
            (
                "type",
                Field::Word(&BIZ_TRANSACTION_TYPES, "https://ref.gs1.org/cbv/BTT-"),
            ),
            ("bizTransaction", Field::Text),
        ]),
    ),
    (
        "sourceList",
        Field::Items(&[("type", PARTY), ("source", Field::Text)]),
    ),
    (
        "destinationList",
        Field::Items(&[("type", PARTY), ("destination", Field::Text)]),
    ),
];
const SENSORS: Order = &[(
    "sensorElementList",
    Field::List(
        "sensorElement",
        &[
            ("sensorMetadata", Field::Object(METADATA)),
            ("sensorReport", Field::Parts(REPORT)),
        ],
    ),
)];
const ILMD: Order = &[("ilmd", Field::Extensions)];
const METADATA: Order = &[
    ("time", Field::Time),
    ("startTime", Field::Time),
    ("endTime", Field::Time),
    ("deviceID", Field::Text),
    ("deviceMetadata", Field::Text),
    ("rawData", Field::Text),
    ("dataProcessingMethod", Field::Text),
    ("bizRules", Field::Text),
];
const REPORT: Order = &[
    (
        "type",
        Field::Word(&MEASUREMENT_TYPES, "https://gs1.org/voc/"),
    ),
    (
        "exception",
        Field::Word(&SENSOR_ALERTS, "https://gs1.org/voc/"),
    ),
    ("deviceID", Field::Text),
    ("deviceMetadata", Field::Text),
    ("rawData", Field::Text),
    ("dataProcessingMethod", Field::Text),
    ("time", Field::Time),
    ("microorganism", Field::Text),
    ("chemicalSubstance", Field::Text),
    ("value", Field::Text),
    (
        "component",
        Field::Word(&COMPONENTS, "https://ref.gs1.org/cbv/Comp-"),
    ),
    // The example of the standard holds 24 digits here, and the name that implementations agree
    // on reads them as a double. Nowhere else are digits given up.
    ("stringValue", Field::Double),
    ("booleanValue", Field::Text),
    ("hexBinaryValue", Field::Text),
    ("uriValue", Field::Text),
    ("minValue", Field::Text),
    ("maxValue", Field::Text),
    ("meanValue", Field::Text),
    ("sDev", Field::Text),
    ("percRank", Field::Text),
    ("percValue", Field::Text),
    ("uom", Field::Text),
    ("coordinateReferenceSystem", Field::Text),
];

/// Members beside the extensions that no hash covers.
const COMMENTS: [&str; 2] = ["rdfs:comment", "comment"];

/// The text that is hashed.
///
/// Where the event has been read, `fields` spare reading its identifiers again.
pub(super) fn pre_hash(
    json: &Map<String, Value>,
    fields: Option<&EventFields>,
    names: Names<'_>,
    profile: Profile,
) -> String {
    let mut walk = Walk {
        fields,
        profile,
        names,
        end: Vec::new(),
    };
    let mut out = String::with_capacity(1024);
    out.push_str("eventType=");
    out.push_str(json.get("type").and_then(Value::as_str).unwrap_or_default());
    walk.order(json, EVENT_TIME, &mut out);
    if profile == Profile::Python19 {
        walk.order(json, &[("certificationInfo", Field::Text)], &mut out);
        walk.order(
            json,
            &[("parentID", Field::Text), ("epcList", Field::Epcs)],
            &mut out,
        );
        walk.order(json, WHAT, &mut out);
        walk.order(json, SENSORS, &mut out);
        for one in BUSINESS.iter().chain(ILMD) {
            let mut text = String::new();
            walk.order(json, std::slice::from_ref(one), &mut text);
            walk.end.push(text);
        }
    } else {
        walk.order(
            json,
            &[("epcList", Field::Epcs), ("parentID", Field::Text)],
            &mut out,
        );
        for order in [WHAT, BUSINESS, SENSORS, ILMD] {
            walk.order(json, order, &mut out);
        }
    }
    let own = walk.extensions(json);
    walk.end.extend(own);
    walk.end.sort_unstable();
    for text in &walk.end {
        out.push_str(text);
    }
    out
}

struct Walk<'a> {
    fields: Option<&'a EventFields>,
    profile: Profile,
    names: Names<'a>,
    /// What is sorted and written last.
    end: Vec<String>,
}

impl Walk<'_> {
    /// The fields of one object in order.
    fn order(&self, map: &Map<String, Value>, order: Order, out: &mut String) {
        for (name, field) in order {
            if let Some(value) = map.get(*name) {
                self.field((name, *field), value, out);
            }
        }
    }

    fn field(&self, (name, field): (&str, Field), value: &Value, out: &mut String) {
        match field {
            Field::Text | Field::Double | Field::Time | Field::Word(..) => {
                let mut values: Vec<Cow<'_, str>> = items(value)
                    .filter_map(|one| self.scalar(field, one))
                    .collect();
                values.sort_unstable();
                for value in values {
                    push(out, name, &value);
                }
            }
            Field::Epcs => {
                let texts = || items(value).filter_map(Value::as_str).map(value::text);
                let read = self.fields.and_then(|fields| epcs_of(fields, name));
                // The event lists an identifier once that came in two spellings.
                let read = read.filter(|list| list.len() == items(value).count());
                let mut epcs: Vec<Cow<'_, str>> = match read {
                    Some(list) => list.iter().map(value::epc).collect(),
                    None => texts().collect(),
                };
                if epcs.is_empty() {
                    return;
                }
                epcs.sort_unstable();
                out.push_str(name);
                for epc in &epcs {
                    push(out, "epc", epc);
                }
            }
            Field::List(item, order) => self.list((name, item, order), value, out),
            Field::Items(order) => self.list((name, "", order), value, out),
            Field::Parts(order) => self.list(("", name, order), value, out),
            Field::Object(order) => {
                let inner = value.as_object().map(|map| self.object(map, order));
                if let Some(inner) = inner.filter(|inner| !inner.is_empty()) {
                    out.push_str(name);
                    out.push_str(&inner);
                }
            }
            Field::Extensions => {
                let mut inner: Vec<String> = Vec::new();
                for (key, value) in value.as_object().into_iter().flatten() {
                    self.extension(key, value, &mut inner);
                }
                if !inner.is_empty() {
                    inner.sort_unstable();
                    out.push_str(name);
                    for text in &inner {
                        out.push_str(text);
                    }
                }
            }
        }
    }

    /// A list whose items are objects, sorted by what they are written as.
    fn list(&self, (name, item, order): (&str, &str, Order), value: &Value, out: &mut String) {
        let mut list: Vec<String> = items(value)
            .filter_map(Value::as_object)
            .map(|map| self.object(map, order))
            .filter(|text| !text.is_empty())
            .collect();
        if list.is_empty() {
            return;
        }
        list.sort_unstable();
        out.push_str(name);
        for text in list {
            out.push_str(item);
            out.push_str(&text);
        }
    }

    /// The fields of an object, its extensions last.
    fn object(&self, map: &Map<String, Value>, order: Order) -> String {
        let mut out = String::new();
        self.order(map, order, &mut out);
        let mut extensions = self.extensions(map);
        extensions.sort_unstable();
        for text in &extensions {
            out.push_str(text);
        }
        out
    }

    /// The members of an object that are named by a URI or a prefixed name.
    fn extensions(&self, map: &Map<String, Value>) -> Vec<String> {
        let mut found = Vec::new();
        for (key, value) in map.iter().filter(|(key, _)| key.contains(':')) {
            self.extension(key, value, &mut found);
        }
        found
    }

    /// `{namespace}name=value`, with what is inside sorted; once for each item of a list.
    fn extension(&self, key: &str, value: &Value, found: &mut Vec<String>) {
        if COMMENTS.contains(&key) || key.starts_with('@') {
            return;
        }
        if let Value::Array(items) = value {
            for item in items {
                self.extension(key, item, found);
            }
            return;
        }
        let mut out = self.name(key);
        match value {
            Value::Object(map) => {
                let mut inner = Vec::new();
                for (key, value) in map {
                    if key == "#text" || key == "@value" {
                        if let Some(text) = self.scalar(Field::Text, value) {
                            out.push('=');
                            out.push_str(&text);
                        }
                    } else {
                        self.extension(key, value, &mut inner);
                    }
                }
                inner.sort_unstable();
                for text in &inner {
                    out.push_str(text);
                }
            }
            Value::Null => return,
            scalar => {
                if let Some(text) = self.scalar(Field::Text, scalar) {
                    out.push('=');
                    out.push_str(&text);
                }
            }
        }
        found.push(out);
    }

    fn name(&self, key: &str) -> String {
        match self.names.split(key) {
            Some((namespace, local)) => format!("{{{namespace}}}{local}"),
            None => key.to_owned(),
        }
    }

    /// The value of a field that is no object. None where nothing is left of it.
    fn scalar<'v>(&self, field: Field, value: &'v Value) -> Option<Cow<'v, str>> {
        let python = self.profile == Profile::Python19;
        let text = match value {
            Value::String(text) => match field {
                Field::Time => {
                    let rounding = if python {
                        Rounding::HalfEven
                    } else {
                        Rounding::HalfUp
                    };
                    let text = text.trim();
                    time::canonical(text, rounding).map_or(Cow::Borrowed(text), Cow::Owned)
                }
                // What an XML document does not type is read as this address.
                Field::Word(..) if text == "about:blank" => Cow::Borrowed(""),
                Field::Word(vocabulary, base) => self.word(vocabulary, base, text.trim()),
                Field::Double => double(text),
                _ if python => double(text),
                _ => self.text(text),
            },
            Value::Number(number) => {
                let text = number.to_string();
                let known = if python { value::double(&text) } else { None };
                Cow::Owned(known.or_else(|| value::number(&text, true)).unwrap_or(text))
            }
            Value::Bool(true) => Cow::Borrowed(if python && !self.names.xml {
                "True"
            } else {
                "true"
            }),
            Value::Bool(false) => Cow::Borrowed(if python && !self.names.xml {
                "False"
            } else {
                "false"
            }),
            Value::Null | Value::Array(_) | Value::Object(_) => Cow::Borrowed(""),
        };
        (!text.is_empty()).then_some(text)
    }

    /// A text; a prefixed name of GS1's own vocabularies is written out.
    fn text<'v>(&self, text: &'v str) -> Cow<'v, str> {
        let prefix = text.split_once(':').map(|(prefix, _)| prefix);
        if matches!(prefix, Some("gs1" | "cbv" | "epcis"))
            && let Some((namespace, local)) = self.names.split(text)
        {
            return Cow::Owned(format!("{namespace}{local}"));
        }
        value::text(text)
    }

    /// A word of a vocabulary as its web URI. A word that the vocabulary does not hold is no URI
    /// either; it gets the same address, as all implementations but the Python one give it.
    fn word<'v>(&self, vocabulary: &Vocabulary, base: &str, text: &'v str) -> Cow<'v, str> {
        let full = |text: &str| match vocabulary.term(text) {
            Ok(Term::Word(word)) => Some(Cow::Owned(format!("{base}{word}"))),
            _ => None,
        };
        // The event's own prefix may lead to the vocabulary.
        if let Some(known) = full(text).or_else(|| full(&self.names.full(text))) {
            return known;
        }
        if text.contains(':') || text.is_empty() || self.profile == Profile::Python19 {
            return Cow::Borrowed(text);
        }
        Cow::Owned(format!("{base}{text}"))
    }
}

fn double(text: &str) -> Cow<'_, str> {
    value::double(text.trim()).map_or_else(|| value::text(text), Cow::Owned)
}

/// A list of instances as it was read.
fn epcs_of<'e>(fields: &'e EventFields, name: &str) -> Option<&'e [Epc]> {
    Some(match (&fields.kind, name) {
        (EventKind::Object(own), "epcList") => &own.epc_list,
        (EventKind::Transaction(own), "epcList") => &own.epc_list,
        (EventKind::Aggregation(own), "childEPCs") => &own.child_epcs,
        (EventKind::Association(own), "childEPCs") => &own.child_epcs,
        (EventKind::Transformation(own), "inputEPCList") => &own.input_epc_list,
        (EventKind::Transformation(own), "outputEPCList") => &own.output_epc_list,
        _ => return None,
    })
}

/// The items of an array, or the value itself.
fn items(value: &Value) -> impl Iterator<Item = &Value> {
    let (list, one) = match value {
        Value::Array(list) => (list.as_slice(), None),
        one => (&[][..], Some(one)),
    };
    list.iter().chain(one)
}

fn push(out: &mut String, name: &str, value: &str) {
    out.push_str(name);
    out.push('=');
    out.push_str(value);
}
