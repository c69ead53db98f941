//! From an event element to the JSON of the event. The nesting of EPCIS 1.2 (`extension`,
//! `baseExtension`) falls away here, and the order of elements does not matter: what may stand
//! where is for the schema, what may be said is for the reader of the JSON.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::super::problem::{Path, ProblemKind};
use super::map::Mapper;
use super::tree::Element;
use crate::cbv;

/// The event elements.
pub(super) const EVENTS: [&str; 5] = [
    "ObjectEvent",
    "AggregationEvent",
    "TransactionEvent",
    "TransformationEvent",
    "AssociationEvent",
];

/// The event of EPCIS 1.0 that says how many there were; deprecated since 1.1.
pub(super) const QUANTITY_EVENT: &str = "QuantityEvent";

/// `persistentDisposition` by its name in the vocabulary of EPCIS: the schema of XML has it in
/// all events, the model and the schema of JSON only in two.
pub(super) const PERSISTENT_DISPOSITION: &str = "epcis:persistentDisposition";

impl<'a> Mapper<'_, 'a> {
    /// The JSON of an event, without context.
    pub(super) fn event(&mut self, element: &Element<'a>, path: &Path<'_>) -> Map<String, Value> {
        self.any_event(element, path, &[])
    }

    /// An event that is a document of its own may carry the attributes of one.
    pub(super) fn bare_event(&mut self, element: &Element<'a>) -> Map<String, Value> {
        self.any_event(element, &Path::ROOT, &["schemaVersion", "creationDate"])
    }

    fn any_event(
        &mut self,
        element: &Element<'a>,
        path: &Path<'_>,
        own: &[&str],
    ) -> Map<String, Value> {
        self.record(path, element.at);
        let mut map = Map::new();
        map.insert("type".to_owned(), Value::from(element.local));
        self.members(&mut map, element, path, own);
        drop_placeholder(&mut map);
        if element.local == QUANTITY_EVENT {
            self.note(
                element,
                "event type of epcis 1.0 is read as an observation of a class",
            );
            as_observation(&mut map);
        }
        let has_no_place = matches!(
            element.local,
            "AggregationEvent" | "TransactionEvent" | "AssociationEvent"
        );
        if has_no_place && let Some(value) = map.remove("persistentDisposition") {
            map.insert(PERSISTENT_DISPOSITION.to_owned(), value);
        }
        map
    }

    fn members(
        &mut self,
        map: &mut Map<String, Value>,
        element: &Element<'a>,
        path: &Path<'_>,
        own: &[&str],
    ) {
        self.attributes(map, element, path, own);
        self.no_text(element, path);
        for child in &element.children {
            if !self.is_own(child) {
                self.extension(map, child, path);
            } else if matches!(child.local, "extension" | "baseExtension") {
                self.members(map, child, path, &[]);
            } else {
                self.member(map, child, path);
            }
        }
    }

    fn member(&mut self, map: &mut Map<String, Value>, element: &Element<'a>, path: &Path<'_>) {
        let name = element.local;
        let path = path.key(name);
        self.record(&path, element.at);
        let value = match name {
            "eventTime"
            | "recordTime"
            | "eventTimeZoneOffset"
            | "eventID"
            | "transformationID"
            | "parentID"
            | "action"
            | "epcClass" => Value::from(self.text(element, &path)),
            "quantity" => Self::number(&self.text(element, &path)),
            "certificationInfo" => {
                let more = Value::from(self.text(element, &path));
                return super::map::append(map, name, more);
            }
            "bizStep" => self.term(&cbv::BIZ_STEPS, element, &path),
            "disposition" => self.term(&cbv::DISPOSITIONS, element, &path),
            "epcList" | "childEPCs" | "inputEPCList" | "outputEPCList" => {
                let mut list = self.list(element, "epc", &path, |mapper, epc, path| {
                    Value::from(mapper.text(epc, path))
                });
                self.once_each(&mut list, element);
                list
            }
            "quantityList" | "childQuantityList" | "inputQuantityList" | "outputQuantityList" => {
                self.list(element, "quantityElement", &path, Self::quantity)
            }
            "readPoint" | "bizLocation" => self.place(element, &path),
            "bizTransactionList" => {
                self.list(element, "bizTransaction", &path, |mapper, item, path| {
                    mapper.typed_id(item, path, &cbv::BIZ_TRANSACTION_TYPES)
                })
            }
            "sourceList" => self.list(element, "source", &path, |mapper, item, path| {
                mapper.typed_id(item, path, &cbv::SOURCE_DESTINATION_TYPES)
            }),
            "destinationList" => self.list(element, "destination", &path, |mapper, item, path| {
                mapper.typed_id(item, path, &cbv::SOURCE_DESTINATION_TYPES)
            }),
            "sensorElementList" => self.list(element, "sensorElement", &path, Self::sensor_element),
            "persistentDisposition" => self.persistent_disposition(element, &path),
            "ilmd" => self.extended(element, &path),
            "errorDeclaration" => self.error_declaration(element, &path),
            _ => {
                let what = "is no element that epcis has in an event";
                return self.problems.add(ProblemKind::UnknownField, &path, what);
            }
        };
        if map.insert(name.to_owned(), value).is_some() {
            self.problems
                .add(ProblemKind::Value, &path, "occurs twice in an event");
        }
    }

    /// A list element: all its children have one name.
    pub(super) fn list(
        &mut self,
        element: &Element<'a>,
        item: &str,
        path: &Path<'_>,
        mut read: impl FnMut(&mut Self, &Element<'a>, &Path<'_>) -> Value,
    ) -> Value {
        self.attributes(&mut Map::new(), element, path, &[]);
        self.no_text(element, path);
        let mut items = Vec::with_capacity(element.children.len());
        for child in &element.children {
            let path = path.index(items.len());
            self.record(&path, child.at);
            if self.is(child, item) {
                let value = read(self, child, &path);
                items.push(value);
            } else {
                let what = format!("{} stands in a list of {item}", child.local);
                self.problems.add(ProblemKind::UnknownField, &path, what);
            }
        }
        Value::Array(items)
    }

    /// A set that names something twice says no more than one that names it once.
    fn once_each(&mut self, list: &mut Value, element: &Element<'a>) {
        let Some(items) = list.as_array_mut().filter(|_| !self.repeats) else {
            return;
        };
        let mut seen = BTreeSet::new();
        let before = items.len();
        items.retain(|item| {
            item.as_str()
                .is_none_or(|text| seen.insert(text.to_owned()))
        });
        let repeated = before - items.len();
        if repeated > 0 {
            self.note(
                element,
                &format!("{repeated} repeated identifiers are left out"),
            );
        }
    }

    fn quantity(&mut self, element: &Element<'a>, path: &Path<'_>) -> Value {
        let mut map = Map::new();
        self.attributes(&mut map, element, path, &[]);
        for child in &element.children {
            let path = path.key(child.local);
            self.record(&path, child.at);
            let value = match child.local {
                "epcClass" | "uom" if self.is_own(child) => Value::from(self.text(child, &path)),
                "quantity" if self.is_own(child) => {
                    let text = self.text(child, &path);
                    if text.is_empty() && !child.attributes.is_empty() {
                        continue;
                    }
                    Self::number(&text)
                }
                _ => {
                    let what = "is no element that epcis has in a quantity";
                    self.problems.add(ProblemKind::UnknownField, &path, what);
                    continue;
                }
            };
            super::map::append(&mut map, child.local, value);
        }
        Value::Object(map)
    }

    /// `readPoint` and `bizLocation`: an identifier, and extensions.
    fn place(&mut self, element: &Element<'a>, path: &Path<'_>) -> Value {
        let mut map = Map::new();
        self.attributes(&mut map, element, path, &[]);
        for child in flat(self, element) {
            if self.is(child, "id") {
                let path = path.key("id");
                self.record(&path, child.at);
                let id = Value::from(self.text(child, &path));
                super::map::append(&mut map, "id", id);
            } else {
                self.foreign(&mut map, child, path);
            }
        }
        Value::Object(map)
    }

    /// An identifier in text, its type in an attribute.
    fn typed_id(
        &mut self,
        element: &Element<'a>,
        path: &Path<'_>,
        vocabulary: &cbv::Vocabulary,
    ) -> Value {
        let mut map = Map::new();
        self.attributes(&mut map, element, path, &["type"]);
        if let Some(attribute) = element.attribute("type") {
            self.record(&path.key("type"), attribute.at);
            let text = self.name_in_value(element, attribute.value.trim());
            let term = vocabulary.normalise(&text).unwrap_or(text);
            map.insert("type".to_owned(), Value::from(term));
        }
        let path = path.key(element.local);
        self.record(&path, element.at);
        let id = self.text(element, &path);
        map.insert(element.local.to_owned(), Value::from(id));
        Value::Object(map)
    }

    fn persistent_disposition(&mut self, element: &Element<'a>, path: &Path<'_>) -> Value {
        let mut map = Map::new();
        self.attributes(&mut map, element, path, &[]);
        for child in &element.children {
            if !self.is(child, "set") && !self.is(child, "unset") {
                self.foreign(&mut map, child, path);
                continue;
            }
            let path = path.key(child.local);
            let list = map
                .entry(child.local)
                .or_insert_with(|| Value::Array(Vec::new()));
            let index = list.as_array().map_or(0, Vec::len);
            let path = path.index(index);
            self.record(&path, child.at);
            let term = self.term(&cbv::DISPOSITIONS, child, &path);
            if let Some(list) = map.get_mut(child.local).and_then(Value::as_array_mut) {
                list.push(term);
            }
        }
        Value::Object(map)
    }

    /// An object made of nothing but extensions.
    fn extended(&mut self, element: &Element<'a>, path: &Path<'_>) -> Value {
        let mut map = Map::new();
        self.attributes(&mut map, element, path, &[]);
        self.no_text(element, path);
        for child in flat(self, element) {
            self.foreign(&mut map, child, path);
        }
        Value::Object(map)
    }

    fn error_declaration(&mut self, element: &Element<'a>, path: &Path<'_>) -> Value {
        let mut map = Map::new();
        self.attributes(&mut map, element, path, &[]);
        self.no_text(element, path);
        for child in flat(self, element) {
            if !self.is_own(child) {
                self.foreign(&mut map, child, path);
                continue;
            }
            let inner = path.key(child.local);
            self.record(&inner, child.at);
            let value = match child.local {
                "declarationTime" => Value::from(self.text(child, &inner)),
                "reason" => self.term(&cbv::ERROR_REASONS, child, &inner),
                "correctiveEventIDs" => {
                    self.list(child, "correctiveEventID", &inner, |mapper, id, path| {
                        Value::from(mapper.text(id, path))
                    })
                }
                _ => {
                    self.foreign(&mut map, child, path);
                    continue;
                }
            };
            super::map::append(&mut map, child.local, value);
        }
        Value::Object(map)
    }

    /// An element that belongs to somebody else: kept when it has a namespace.
    pub(super) fn foreign(
        &mut self,
        map: &mut Map<String, Value>,
        element: &Element<'a>,
        path: &Path<'_>,
    ) {
        if !self.is_own(element) {
            return self.extension(map, element, path);
        }
        let path = path.key(element.local);
        self.record(&path, element.at);
        let what = "is no element that epcis has here";
        self.problems.add(ProblemKind::UnknownField, &path, what);
    }

    pub(super) fn no_text(&mut self, element: &Element<'a>, path: &Path<'_>) {
        if !element.text.is_blank() {
            let what = "holds text, expected elements";
            self.problems.add(ProblemKind::Type, path, what);
        }
    }
}

/// The children of an element and, in place of `extension`, what that holds.
pub(super) fn flat<'e, 'a>(
    mapper: &Mapper<'_, 'a>,
    element: &'e Element<'a>,
) -> Vec<&'e Element<'a>> {
    let mut all = Vec::with_capacity(element.children.len());
    for child in &element.children {
        if mapper.is(child, "extension") {
            all.extend(flat(mapper, child));
        } else {
            all.push(child);
        }
    }
    all
}

/// EPCIS 1.2 has lists that must be there and may be empty; beside something else that says what
/// the event is about they say nothing.
fn drop_placeholder(map: &mut Map<String, Value>) {
    let filled = |name: &str| {
        map.get(name)
            .and_then(Value::as_array)
            .is_some_and(|list| !list.is_empty())
    };
    let said = ["quantityList", "childQuantityList", "sensorElementList"];
    if !said.iter().any(|name| filled(name)) {
        return;
    }
    for name in ["epcList", "childEPCs"] {
        if map
            .get(name)
            .and_then(Value::as_array)
            .is_some_and(Vec::is_empty)
        {
            map.remove(name);
        }
    }
}

/// A quantity event as the object event that replaced it.
fn as_observation(map: &mut Map<String, Value>) {
    let mut quantity = Map::new();
    for name in ["epcClass", "quantity"] {
        if let Some(value) = map.remove(name) {
            quantity.insert(name.to_owned(), value);
        }
    }
    map.insert("type".to_owned(), Value::from("ObjectEvent"));
    map.insert("action".to_owned(), Value::from("OBSERVE"));
    let list = Value::Array(vec![Value::Object(quantity)]);
    map.insert("quantityList".to_owned(), list);
}
