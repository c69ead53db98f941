//! Headers: the standard business document header (SBDH), master data, and what trading partners
//! agree on beside them, such as the transaction statement of the DSCSA.

use serde_json::{Map, Value};

use super::super::document::Header;
use super::super::problem::Path;
use super::map::{Mapper, append};
use super::names::SBDH;
use super::tree::Element;

/// The SBDH as a member of the header in JSON.
pub(super) const SBDH_KEY: &str = "StandardBusinessDocumentHeader";

impl<'a> Mapper<'_, 'a> {
    /// Reads `EPCISHeader`.
    pub(super) fn header(&mut self, element: &Element<'a>, header: &mut Header) {
        let path = Path::ROOT.key("epcisHeader");
        self.record(&path, element.at);
        for child in super::read_event::flat(self, element) {
            if self.is(child, "EPCISMasterData") {
                let path = path.key("epcisMasterData");
                self.record(&path, child.at);
                let lists = super::read_event::flat(self, child);
                match lists.iter().find(|list| self.is(list, "VocabularyList")) {
                    Some(list) => header.master_data = Some(self.master_data(list, &path)),
                    None => self.note(child, "master data without a vocabulary list is left out"),
                }
            } else if self.is_own(child) {
                self.note(
                    child,
                    "element of the header that epcis does not define is left out",
                );
            } else {
                if self.tree.namespace(child) == SBDH && child.local == SBDH_KEY {
                    business_header(child, header);
                }
                self.extension(&mut header.extensions, child, &path);
            }
        }
    }

    /// `epcisMasterData` of a `VocabularyList`.
    pub(super) fn master_data(&mut self, list: &Element<'a>, path: &Path<'_>) -> Value {
        let path = path.key("vocabularyList");
        let vocabularies = self.vocabularies(list, &path);
        Value::Object(Map::from_iter([(
            "vocabularyList".to_owned(),
            vocabularies,
        )]))
    }

    fn vocabularies(&mut self, list: &Element<'a>, path: &Path<'_>) -> Value {
        self.list(list, "Vocabulary", path, |mapper, vocabulary, path| {
            let mut map = Map::new();
            mapper.attributes(&mut map, vocabulary, path, &["type"]);
            copy(&mut map, vocabulary, "type");
            for child in super::read_event::flat(mapper, vocabulary) {
                if mapper.is(child, "VocabularyElementList") {
                    let path = path.key("vocabularyElementList");
                    let list = mapper.list(child, "VocabularyElement", &path, Self::vocabulary);
                    map.insert("vocabularyElementList".to_owned(), list);
                } else {
                    mapper.foreign(&mut map, child, path);
                }
            }
            Value::Object(map)
        })
    }

    fn vocabulary(&mut self, element: &Element<'a>, path: &Path<'_>) -> Value {
        let mut map = Map::new();
        self.attributes(&mut map, element, path, &["id"]);
        copy(&mut map, element, "id");
        let mut attributes = Vec::new();
        for child in super::read_event::flat(self, element) {
            if self.is(child, "attribute") {
                let list = path.key("attributes");
                let path = list.index(attributes.len());
                self.record(&path, child.at);
                attributes.push(self.vocabulary_attribute(child, &path));
            } else if self.is(child, "children") {
                let path = path.key("children");
                let ids = self.list(child, "id", &path, |mapper, id, path| {
                    Value::from(mapper.text(id, path))
                });
                map.insert("children".to_owned(), ids);
            } else {
                self.foreign(&mut map, child, path);
            }
        }
        if !attributes.is_empty() {
            map.insert("attributes".to_owned(), Value::Array(attributes));
        }
        Value::Object(map)
    }

    /// An attribute of a vocabulary element: text, or whatever elements it holds.
    fn vocabulary_attribute(&mut self, element: &Element<'a>, path: &Path<'_>) -> Value {
        let mut value = self.value(element, path);
        if let Some(object) = value.as_object_mut() {
            let own = object.get_mut(super::map::ATTRIBUTES);
            if let Some(attributes) = own.and_then(Value::as_object_mut) {
                attributes.remove("id");
                if attributes.is_empty() {
                    object.remove(super::map::ATTRIBUTES);
                }
            }
            let bare = object.len() == 1 && element.children.is_empty();
            if let Some(text) = bare.then(|| object.remove(super::map::VALUE)).flatten() {
                value = text;
            }
        }
        let mut map = Map::new();
        copy(&mut map, element, "id");
        map.insert("attribute".to_owned(), value);
        Value::Object(map)
    }

    /// Notes something that is left out or read as something else.
    pub(super) fn note(&mut self, element: &Element<'a>, what: &str) {
        let what = format!("{}: {what}", element.local);
        self.notes.push((element.at, what));
    }
}

/// What JSON has of a business header: one sender, one receiver, the document's identifier.
fn business_header(element: &Element<'_>, header: &mut Header) {
    let find = |element: &Element<'_>, names: &[&str]| {
        let mut texts = Vec::new();
        collect(element, names, &mut texts);
        match texts.as_slice() {
            [one] if !one.is_empty() => Some(one.clone()),
            _ => None,
        }
    };
    header.sender = find(element, &["Sender", "Identifier"]);
    header.receiver = find(element, &["Receiver", "Identifier"]);
    let id = find(element, &["DocumentIdentification", "InstanceIdentifier"]);
    header.instance_identifier = id;
}

/// All texts at a path of element names.
fn collect(element: &Element<'_>, names: &[&str], texts: &mut Vec<String>) {
    match names.split_first() {
        Some((name, rest)) => {
            for child in element.children.iter().filter(|child| child.local == *name) {
                collect(child, rest, texts);
            }
        }
        None => texts.push(element.text.trimmed().to_owned()),
    }
}

fn copy(map: &mut Map<String, Value>, element: &Element<'_>, name: &str) {
    if let Some(attribute) = element.attribute(name) {
        append(map, name, Value::from(attribute.value.trim()));
    }
}
