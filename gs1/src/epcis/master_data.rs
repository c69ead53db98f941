//! Master data that travels with events (EPCIS 2.0, 9.4; CBV 2.0, 10): vocabularies, their
//! elements, what is known of each, and which others belong to it.

use serde_json::Value;

use super::context::Context;
use super::problem::{Note, Path, Rule};
use super::reader::Reader;
use super::tape::Node;

/// One vocabulary: elements of a type, such as the locations of a company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterVocabulary {
    /// `type`, a URI such as `urn:epcglobal:epcis:vtype:Location`.
    pub type_: String,
    /// `vocabularyElementList`.
    pub elements: Vec<VocabularyElement>,
}

/// One element of a vocabulary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VocabularyElement {
    /// `id`, a URI: what the attributes are about.
    pub id: String,
    /// `attributes`.
    pub attributes: Vec<MasterAttribute>,
    /// `children`: the elements below this one in its hierarchy.
    pub children: Vec<String>,
}

/// One attribute of an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterAttribute {
    /// `id`, a URI such as `urn:epcglobal:cbv:mda#name`.
    pub id: String,
    /// `attribute`: a text, a number, or an object for values with a structure.
    pub value: Option<Value>,
}

/// The typed view of master data, prefixes written out by a document's context.
pub(super) fn typed(data: &Value, context: Option<&Value>) -> Vec<MasterVocabulary> {
    let context = Context::of_value(context);
    let list = |value: &Value, name: &str| -> Vec<Value> {
        let items = value.get(name).and_then(Value::as_array);
        items.cloned().unwrap_or_default()
    };
    let uri = |value: &Value| value.as_str().map(|text| context.expand(text).into_owned());
    let attribute = |value: &Value| {
        Some(MasterAttribute {
            id: uri(value.get("id")?)?,
            value: value.get("attribute").cloned(),
        })
    };
    let element = |value: &Value| {
        Some(VocabularyElement {
            id: uri(value.get("id")?)?,
            attributes: list(value, "attributes")
                .iter()
                .filter_map(attribute)
                .collect(),
            children: list(value, "children").iter().filter_map(uri).collect(),
        })
    };
    let vocabulary = |value: &Value| {
        Some(MasterVocabulary {
            type_: uri(value.get("type")?)?,
            elements: list(value, "vocabularyElementList")
                .iter()
                .filter_map(element)
                .collect(),
        })
    };
    list(data, "vocabularyList")
        .iter()
        .filter_map(vocabulary)
        .collect()
}

/// Checks `epcisMasterData`.
pub(super) fn check(reader: &mut Reader<'_>, node: Node<'_>, path: &Path<'_>) {
    reader.object(node, path);
    if let Some(list) = node.get("vocabularyList") {
        reader.items(list, &path.key("vocabularyList"), vocabulary);
    }
}

/// Checks one vocabulary.
pub(super) fn vocabulary(reader: &mut Reader<'_>, node: Node<'_>, path: &Path<'_>) -> Option<()> {
    reader.object(node, path)?;
    uri(reader, node, path, "type");
    if let Some(list) = node.get("vocabularyElementList") {
        reader.items(list, &path.key("vocabularyElementList"), element);
    }
    None
}

fn element(reader: &mut Reader<'_>, node: Node<'_>, path: &Path<'_>) -> Option<()> {
    reader.object(node, path)?;
    uri(reader, node, path, "id");
    if let Some(list) = node.get("attributes") {
        reader.items(list, &path.key("attributes"), attribute);
    }
    if let Some(list) = node.get("children") {
        reader.items(list, &path.key("children"), |reader, node, path| {
            reader.uri(node, path).and(None::<()>)
        });
    }
    None
}

fn attribute(reader: &mut Reader<'_>, node: Node<'_>, path: &Path<'_>) -> Option<()> {
    reader.object(node, path)?;
    uri(reader, node, path, "id");
    let value = node.get("attribute")?;
    if value.text().is_none() && value.number().is_none() && value.members().is_none() {
        let what = format!(
            "is {}, expected a text, a number or an object",
            value.sort()
        );
        let note = Note::schema(Rule::Type, what).expected("a text, a number or an object");
        reader.problems.note(&path.key("attribute"), note);
    }
    None
}

/// A URI that must be there.
fn uri(reader: &mut Reader<'_>, node: Node<'_>, path: &Path<'_>, name: &'static str) {
    match node.get(name) {
        Some(value) => drop(reader.uri(value, &path.key(name))),
        None => reader.require(node, path, name),
    }
}
