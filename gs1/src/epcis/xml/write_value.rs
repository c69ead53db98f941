//! From JSON values to elements of other namespaces: extensions of events and headers, master
//! data of instances. The inverse of how they are read; what has no inverse is a loss.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::context::BUILT_IN;
use super::map::{ATTRIBUTES, TYPE, VALUE, XSD_TERMS};
use super::names::{CBVMDA, SBDH, XMLNS, XSD, XSI, is_own};
use super::out::{Name, Out};
use super::schema::types::Simple;
use super::text;

/// What prefixes mean in a JSON-LD context.
#[derive(Debug, Default)]
pub(super) struct Terms {
    prefixes: BTreeMap<String, String>,
}

impl Terms {
    /// The prefixes of a context, and what it holds that XML has no place for.
    pub(super) fn of(context: Option<&Value>) -> Self {
        let mut terms = Self::default();
        for entry in context.into_iter().flat_map(entries) {
            for (term, definition) in entry.as_object().into_iter().flatten() {
                let namespace = definition
                    .as_str()
                    .or_else(|| definition.get("@id")?.as_str());
                if let Some(namespace) = namespace {
                    terms.prefixes.insert(term.clone(), namespace.to_owned());
                }
            }
        }
        for (prefix, namespace) in BUILT_IN {
            terms
                .prefixes
                .insert(prefix.to_owned(), namespace.to_owned());
        }
        terms
    }

    /// The namespace, the wanted prefix and the local part of a member name. None for a name that
    /// no XML name can stand for.
    pub(super) fn split(&self, key: &str) -> Option<(String, String, String)> {
        let named = |namespace: &str, prefix: &str, local: &str| {
            let namespace = match namespace.strip_suffix([':', '#']) {
                Some(CBVMDA) => CBVMDA,
                _ => namespace,
            };
            let reserved = is_own(namespace) || [XMLNS, XSI].contains(&namespace);
            let fits = text::is_ncname(local) && namespace.chars().all(text::is_xml) && !reserved;
            fits.then(|| (namespace.to_owned(), prefix.to_owned(), local.to_owned()))
        };
        let Some((prefix, local)) = key.split_once(':') else {
            return text::is_ncname(key).then(|| (String::new(), String::new(), key.to_owned()));
        };
        if let Some(namespace) = self.prefixes.get(prefix)
            && let Some(name) = named(namespace, prefix, local)
        {
            return Some(name);
        }
        let cut = key.rfind([':', '/', '#'])?;
        let (namespace, local) = key.split_at_checked(cut + 1)?;
        let wanted = if namespace.len() == prefix.len() + 1 {
            prefix
        } else {
            ""
        };
        named(namespace, wanted, local)
    }

    /// A text that may be a prefixed name, with prefixes written out.
    pub(super) fn expand(&self, value: &str) -> String {
        match value.split_once(':') {
            Some((prefix, local)) if !local.starts_with("//") => match self.prefixes.get(prefix) {
                Some(namespace) => format!("{namespace}{local}"),
                None => value.to_owned(),
            },
            _ => value.to_owned(),
        }
    }

    /// A prefixed name as it will be prefixed in the document; another text as it is.
    pub(super) fn name_in_value(&self, out: &mut Out, value: &str) -> String {
        let Some((prefix, local)) = value.split_once(':') else {
            return value.to_owned();
        };
        let built_in = BUILT_IN.iter().any(|(known, _)| *known == prefix);
        match self.prefixes.get(prefix) {
            Some(namespace) if !built_in && !local.starts_with("//") => {
                format!("{}:{local}", out.prefix(namespace, prefix))
            }
            _ => value.to_owned(),
        }
    }
}

/// The entries of a `@context`.
pub(super) fn entries(context: &Value) -> Vec<&Value> {
    match context {
        Value::Array(entries) => entries.iter().collect(),
        one => vec![one],
    }
}

/// Writes a member that extends an object.
pub(super) fn extension(out: &mut Out, terms: &Terms, key: &str, value: &Value, pointer: &str) {
    let pointer = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
    let Some((namespace, wanted, local)) = terms.split(key) else {
        return out.lose(
            &pointer,
            "name of the member is no xml name, it is left out",
        );
    };
    let name = qualified(out, &namespace, &wanted, local);
    match value {
        Value::Array(items) => {
            if items.len() < 2 {
                let count = items.len();
                out.lose(
                    &pointer,
                    format!("an array of {count} is not told from its items"),
                );
            }
            for (index, item) in items.iter().enumerate() {
                element(out, terms, &name, item, &format!("{pointer}/{index}"));
            }
        }
        value => element(out, terms, &name, value, &pointer),
    }
}

/// The name of a namespace with its prefix in the document.
pub(super) fn qualified(out: &mut Out, namespace: &str, wanted: &str, local: String) -> Name {
    if namespace.is_empty() {
        return local;
    }
    format!("{}:{local}", out.prefix(namespace, wanted))
}

fn element(out: &mut Out, terms: &Terms, name: &str, value: &Value, pointer: &str) {
    match value {
        Value::Object(map) if map.contains_key(VALUE) || map.contains_key(TYPE) => {
            literal(out, terms, name, map, pointer);
        }
        Value::Object(map) => object(out, terms, name, map, pointer),
        Value::Array(items) => {
            out.lose(pointer, "an array in an array has no element of its own");
            for (index, item) in items.iter().enumerate() {
                element(out, terms, name, item, &format!("{pointer}/{index}"));
            }
        }
        plain => {
            let (attributes, text) = simple(out, terms, plain, pointer);
            out.leaf(name, &attributes, &text);
        }
    }
}

/// A value that is neither array nor object: its type as attribute, and its text.
fn simple(
    out: &mut Out,
    terms: &Terms,
    value: &Value,
    pointer: &str,
) -> (Vec<(Name, String)>, String) {
    let type_ = match value {
        Value::String(text) => {
            let text = out.clean(pointer, text);
            return (Vec::new(), terms.name_in_value(out, &text));
        }
        Value::Null => {
            let xsi = out.prefix(XSI, "xsi");
            return (
                vec![(format!("{xsi}:nil"), "true".to_owned())],
                String::new(),
            );
        }
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "double",
        _ => "integer",
    };
    (vec![schema_type(out, type_)], value.to_string())
}

fn schema_type(out: &mut Out, local: &str) -> (Name, String) {
    let (xsi, xsd) = (out.prefix(XSI, "xsi"), out.prefix(XSD, "xsd"));
    (format!("{xsi}:type"), format!("{xsd}:{local}"))
}

/// A typed literal, or text with attributes.
fn literal(out: &mut Out, terms: &Terms, name: &str, map: &Map<String, Value>, pointer: &str) {
    let mut attributes = foreign_attributes(out, terms, map, pointer);
    let typed = map
        .get(TYPE)
        .and_then(Value::as_str)
        .map(|name| terms.expand(name));
    let schema = typed
        .as_deref()
        .and_then(|name| name.strip_prefix(XSD_TERMS));
    let value = map.get(VALUE).unwrap_or(&Value::Null);
    let (own, text) = simple(out, terms, value, pointer);
    match (schema, &typed) {
        (Some(local), _) if value.is_string() && is_of_type(&text, local) => {
            attributes.insert(0, schema_type(out, local));
        }
        (Some(local), _) if value.is_string() => {
            out.lose(
                pointer,
                format!("{text:?} is written without its type {local}"),
            );
        }
        (None, Some(other)) => out.lose(pointer, format!("type {other:?} is left out")),
        _ => attributes.splice(0..0, own).for_each(drop),
    }
    if !map.contains_key(VALUE) || value.is_object() || value.is_array() {
        out.lose(pointer, "a literal without a plain value is written empty");
    }
    for key in map
        .keys()
        .filter(|key| ![VALUE, TYPE, ATTRIBUTES].contains(&key.as_str()))
    {
        out.lose(pointer, format!("member {key} of a literal is left out"));
    }
    out.leaf(name, &attributes, &text);
}

/// Whether a text is a value of a type of XML Schema that we know.
fn is_of_type(text: &str, local: &str) -> bool {
    Simple::of_schema(local).is_some_and(|simple| simple.fault(text).is_none())
}

fn object(out: &mut Out, terms: &Terms, name: &str, map: &Map<String, Value>, pointer: &str) {
    let attributes = foreign_attributes(out, terms, map, pointer);
    let members: Vec<(&String, &Value)> =
        map.iter().filter(|(key, _)| *key != ATTRIBUTES).collect();
    if members.is_empty() {
        out.lose(
            pointer,
            "an object without members is not told from empty text",
        );
        return out.leaf(name, &attributes, "");
    }
    out.open(name, &attributes);
    for (key, value) in ordered(name, members) {
        extension(out, terms, key, value, pointer);
    }
    out.close(name);
}

fn foreign_attributes(
    out: &mut Out,
    terms: &Terms,
    map: &Map<String, Value>,
    pointer: &str,
) -> Vec<(Name, String)> {
    let mut all = Vec::new();
    let given = map.get(ATTRIBUTES).and_then(Value::as_object);
    for (key, value) in given.into_iter().flatten() {
        match (terms.split(key), value.as_str()) {
            (Some((namespace, wanted, local)), Some(text)) => {
                let text = out.clean(pointer, text);
                let text = terms.name_in_value(out, &text);
                all.push((qualified(out, &namespace, &wanted, local), text));
            }
            _ => out.lose(
                pointer,
                format!("{key} cannot be an attribute, it is left out"),
            ),
        }
    }
    if map.contains_key(ATTRIBUTES) && given.is_none() {
        out.lose(pointer, "attributes that are no object are left out");
    }
    all
}

/// The order of the business document header, the one foreign vocabulary whose schema we keep.
const SBDH_ORDER: &[&str] = &[
    "HeaderVersion",
    "Sender",
    "Receiver",
    "DocumentIdentification",
    "Manifest",
    "BusinessScope",
    "Contact",
    "EmailAddress",
    "FaxNumber",
    "TelephoneNumber",
    "ContactTypeIdentifier",
    "Standard",
    "TypeVersion",
    "InstanceIdentifier",
    "Type",
    "MultipleType",
    "CreationDateAndTime",
    "NumberOfItems",
    "ManifestItem",
    "MimeTypeQualifierCode",
    "UniformResourceIdentifier",
    "Description",
    "LanguageCode",
    "Identifier",
    "ContactInformation",
    "RequestingDocumentCreationDateTime",
    "RequestingDocumentInstanceIdentifier",
    "ExpectedResponseDateTime",
    "BusinessServiceName",
    "ServiceTransaction",
    "CorrelationInformation",
    "BusinessService",
];

/// Members in the order in which they are written.
fn ordered<'v>(
    name: &str,
    mut members: Vec<(&'v String, &'v Value)>,
) -> Vec<(&'v String, &'v Value)> {
    if !name.starts_with("sbdh:") {
        return members;
    }
    let in_scope = name == "sbdh:Scope";
    members.sort_by_key(|(key, _)| {
        let local = key.rsplit(':').next().unwrap_or(key);
        if in_scope && local == "Type" {
            return 0;
        }
        SBDH_ORDER
            .iter()
            .position(|known| *known == local)
            .unwrap_or(SBDH_ORDER.len())
    });
    members
}

/// Whether a member of the header is the business document header.
pub(super) fn is_business_header(terms: &Terms, key: &str) -> bool {
    let name = terms.split(key);
    name.is_some_and(|(namespace, _, local)| namespace == SBDH && local == super::header::SBDH_KEY)
}
