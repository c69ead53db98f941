//! From elements to JSON values, with what every part of a document needs: text, repeated names,
//! values of extensions, and the place of every member for whoever reads the JSON afterwards.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::context::{BUILT_IN, SCHEMES};
use super::super::problem::{ParseError, Path, Problem, ProblemKind};
use super::names::{self, Prefixes, XSD, XSI};
use super::tree::{Attribute, Element, Tree};
use crate::cbv::Vocabulary;
use crate::decimal::Decimal;
use crate::limits::PROBLEMS_MAX;

/// Attributes of an extension element in JSON.
pub(super) const ATTRIBUTES: &str = "@attributes";
/// Text of an extension element that has attributes or a type, as in JSON-LD.
pub(super) const VALUE: &str = "@value";
/// XML Schema type of an extension element, as in JSON-LD.
pub(super) const TYPE: &str = "@type";
/// What JSON-LD calls the namespace of XML Schema types.
pub(super) const XSD_TERMS: &str = "http://www.w3.org/2001/XMLSchema#";

/// The problems found in a document, up to the bound.
#[derive(Debug, Default)]
pub(super) struct Faults {
    found: Vec<Problem>,
    truncated: bool,
}

impl Faults {
    pub(super) fn add(&mut self, kind: ProblemKind, path: &Path<'_>, what: impl Into<String>) {
        if self.found.len() < PROBLEMS_MAX {
            self.found.push(Problem::new(kind, &path.pointer(), what));
        } else {
            self.truncated = true;
        }
    }

    pub(super) fn extend(&mut self, error: ParseError) {
        self.truncated |= error.truncated;
        self.found.extend(error.problems);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Whether so much is wrong that looking further helps nobody.
    pub(super) fn full(&self) -> bool {
        self.truncated
    }

    pub(super) fn into_error(self) -> ParseError {
        if self.found.is_empty() {
            return ParseError::one(ProblemKind::Value, "", "document could not be read");
        }
        ParseError {
            problems: self.found,
            truncated: self.truncated,
        }
    }
}

/// Maps one document.
#[derive(Debug)]
pub(super) struct Mapper<'t, 'a> {
    pub(super) tree: &'t Tree<'a>,
    pub(super) prefixes: Prefixes,
    pub(super) problems: Faults,
    /// Offset of each JSON pointer; only when something is wrong and places are asked for.
    pub(super) places: Option<BTreeMap<String, usize>>,
    /// What was left out without harm.
    pub(super) notes: Vec<(usize, String)>,
    /// Whether identifiers that a list names twice stay in it twice.
    pub(super) repeats: bool,
}

impl<'t, 'a> Mapper<'t, 'a> {
    pub(super) fn new(tree: &'t Tree<'a>, with_places: bool) -> Self {
        Self {
            tree,
            prefixes: Prefixes::default(),
            problems: Faults::default(),
            places: with_places.then(BTreeMap::new),
            notes: Vec::new(),
            repeats: false,
        }
    }

    /// Remembers where a member stands.
    pub(super) fn record(&mut self, path: &Path<'_>, at: usize) {
        if let Some(places) = &mut self.places {
            places.entry(path.pointer()).or_insert(at);
        }
    }

    pub(super) fn is_own(&self, element: &Element<'a>) -> bool {
        names::is_own(self.tree.namespace(element))
    }

    /// Whether this is an element of EPCIS of this name.
    pub(super) fn is(&self, element: &Element<'a>, local: &str) -> bool {
        element.local == local && self.is_own(element)
    }

    /// The first own child of a name.
    pub(super) fn child<'e>(
        &self,
        element: &'e Element<'a>,
        local: &str,
    ) -> Option<&'e Element<'a>> {
        element.children.iter().find(|child| self.is(child, local))
    }

    /// The text of an element that can hold nothing else.
    pub(super) fn text(&mut self, element: &Element<'a>, path: &Path<'_>) -> String {
        if !element.children.is_empty() {
            let what = "holds elements, expected text";
            self.problems.add(ProblemKind::Type, path, what);
        }
        self.name_in_value(element, element.text.trimmed())
    }

    /// The text of an element as a term: the bare word where the vocabulary has it.
    pub(super) fn term(
        &mut self,
        vocabulary: &Vocabulary,
        element: &Element<'a>,
        path: &Path<'_>,
    ) -> Value {
        let text = self.text(element, path);
        Value::from(vocabulary.normalise(&text).unwrap_or(text))
    }

    /// A value that may be a prefixed name, with the prefix it has in JSON.
    pub(super) fn name_in_value(&mut self, element: &Element<'a>, text: &str) -> String {
        let Some((prefix, rest)) = text.split_once(':') else {
            return text.to_owned();
        };
        let known = BUILT_IN.iter().any(|(name, _)| *name == prefix);
        if known || SCHEMES.contains(&prefix) || prefix == "xml" || rest.starts_with("//") {
            return text.to_owned();
        }
        match self.tree.lookup(element, prefix) {
            Some(namespace) if !names::is_own(namespace) => {
                let prefix = self.prefixes.prefix(namespace, prefix);
                format!("{prefix}:{rest}")
            }
            _ => text.to_owned(),
        }
    }

    /// A number; what is none stays text, so that the reader of the JSON says so.
    pub(super) fn number(text: &str) -> Value {
        number(text).unwrap_or_else(|| Value::from(text))
    }

    /// Adds an element of another namespace to the object it extends.
    pub(super) fn extension(
        &mut self,
        map: &mut Map<String, Value>,
        element: &Element<'a>,
        path: &Path<'_>,
    ) {
        let key = self.key(element);
        let path = path.key(&key);
        self.record(&path, element.at);
        let value = self.value(element, &path);
        append(map, &key, value);
    }

    /// Attributes of an element of EPCIS: those it has, XML Schema's hints, and others' as
    /// members of the object.
    pub(super) fn attributes(
        &mut self,
        map: &mut Map<String, Value>,
        element: &Element<'a>,
        path: &Path<'_>,
        own: &[&str],
    ) {
        for attribute in &element.attributes {
            let namespace = self.tree.attribute_namespace(attribute);
            if namespace == XSI || namespace.is_empty() && own.contains(&attribute.local) {
                continue;
            }
            if namespace.is_empty() {
                let path = path.key(attribute.local);
                self.record(&path, attribute.at);
                let what = "is no attribute that epcis has here";
                self.problems.add(ProblemKind::UnknownField, &path, what);
                continue;
            }
            let key = self
                .prefixes
                .key(namespace, attribute.prefix, attribute.local);
            self.record(&path.key(&key), attribute.at);
            let value = self.name_in_value(element, &attribute.value);
            append(map, &key, Value::from(value));
        }
    }

    /// The value of an element of another namespace, by what it holds.
    pub(super) fn value(&mut self, element: &Element<'a>, path: &Path<'_>) -> Value {
        let mut attributes = Map::new();
        let mut type_ = None;
        let mut nil = false;
        for attribute in &element.attributes {
            match (self.tree.attribute_namespace(attribute), attribute.local) {
                (XSI, "type") if self.is_schema_type(element, attribute) => {
                    type_ = attribute.value.split_once(':').map(|(_, local)| local);
                }
                (XSI, "nil") if matches!(attribute.value.trim(), "true" | "1") => nil = true,
                (XSI, "schemaLocation" | "noNamespaceSchemaLocation") => {}
                (namespace, local) => {
                    let key = self.prefixes.key(namespace, attribute.prefix, local);
                    let value = self.name_in_value(element, &attribute.value);
                    attributes.insert(key, Value::from(value));
                }
            }
        }
        if element.children.is_empty() {
            return self.leaf(element, attributes, type_, nil);
        }
        if !element.text.is_blank() {
            let what = "holds text between elements, which json cannot keep";
            self.problems.add(ProblemKind::Value, path, what);
        }
        let mut map = Map::new();
        for child in &element.children {
            self.extension(&mut map, child, path);
        }
        if !attributes.is_empty() {
            map.insert(ATTRIBUTES.to_owned(), Value::Object(attributes));
        }
        Value::Object(map)
    }

    fn leaf(
        &mut self,
        element: &Element<'a>,
        attributes: Map<String, Value>,
        type_: Option<&str>,
        nil: bool,
    ) -> Value {
        let value = if nil && element.text.is_blank() {
            Value::Null
        } else {
            self.typed(element, type_)
        };
        if attributes.is_empty() {
            return value;
        }
        let mut map = match value {
            Value::Object(map) => map,
            value => Map::from_iter([(VALUE.to_owned(), value)]),
        };
        map.insert(ATTRIBUTES.to_owned(), Value::Object(attributes));
        Value::Object(map)
    }

    /// Text with an XML Schema type: a native value where JSON has one, else a typed literal.
    fn typed(&mut self, element: &Element<'a>, type_: Option<&str>) -> Value {
        let trimmed = element.text.trimmed();
        let native = match type_ {
            None | Some("string") => {
                return Value::from(self.name_in_value(element, element.text.value()));
            }
            Some("boolean") => boolean(trimmed),
            Some("decimal" | "double" | "float") => number(trimmed),
            Some(name) if INTEGERS.contains(&name) => {
                number(trimmed).filter(|number| number.is_i64() || number.is_u64())
            }
            Some(_) => None,
        };
        native.unwrap_or_else(|| {
            let prefix = self.prefixes.prefix(XSD_TERMS, "xsd");
            let name = format!("{prefix}:{}", type_.unwrap_or_default());
            let typed = [
                (TYPE.to_owned(), Value::from(name)),
                (VALUE.to_owned(), Value::from(trimmed)),
            ];
            Value::Object(Map::from_iter(typed))
        })
    }

    /// Whether an `xsi:type` names a type of XML Schema itself. Documents that forget to declare
    /// the usual prefixes are read as they were meant.
    fn is_schema_type(&self, element: &Element<'a>, attribute: &Attribute<'a>) -> bool {
        let Some((prefix, _)) = attribute.value.trim().split_once(':') else {
            return false;
        };
        match self.tree.lookup(element, prefix) {
            Some(namespace) => namespace == XSD,
            None => matches!(prefix, "xsd" | "xs"),
        }
    }

    fn key(&mut self, element: &Element<'a>) -> String {
        let namespace = self.tree.namespace(element);
        self.prefixes.key(namespace, element.prefix, element.local)
    }
}

/// The integer types of XML Schema.
pub(super) const INTEGERS: [&str; 13] = [
    "integer",
    "int",
    "long",
    "short",
    "byte",
    "nonNegativeInteger",
    "positiveInteger",
    "nonPositiveInteger",
    "negativeInteger",
    "unsignedLong",
    "unsignedInt",
    "unsignedShort",
    "unsignedByte",
];

/// Adds a member; a name that occurs again makes an array.
pub(super) fn append(map: &mut Map<String, Value>, key: &str, value: Value) {
    match map.get_mut(key) {
        Some(Value::Array(list)) => list.push(value),
        Some(first) => {
            let earlier = first.take();
            *first = Value::Array(vec![earlier, value]);
        }
        None => {
            map.insert(key.to_owned(), value);
        }
    }
}

/// A boolean of XML Schema.
pub(super) fn boolean(text: &str) -> Option<Value> {
    match text {
        "true" | "1" => Some(Value::Bool(true)),
        "false" | "0" => Some(Value::Bool(false)),
        _ => None,
    }
}

/// A decimal or double of XML Schema as a JSON number, when it keeps its digits.
pub(super) fn number(text: &str) -> Option<Value> {
    let (sign, digits) = match text.strip_prefix(['+', '-']) {
        Some(digits) if text.starts_with('-') => ("-", digits),
        Some(digits) => ("", digits),
        None => ("", text),
    };
    let exponent_at = digits.find(['e', 'E']).unwrap_or(digits.len());
    let (mantissa, exponent) = digits.split_at_checked(exponent_at)?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) || whole.len() + fraction.len() == 0 {
        return None;
    }
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        significant => significant,
    };
    let fraction = if fraction.is_empty() { "0" } else { fraction };
    let text = format!("{sign}{whole}.{fraction}{}", exponent.replace('+', ""));
    let decimal = Decimal::parse(&text).ok()?;
    if let Some(whole) = decimal
        .whole()
        .filter(|whole| whole.unsigned_abs() <= 1 << 53)
    {
        return Some(Value::from(whole));
    }
    let double: f64 = text.parse().ok()?;
    let number = serde_json::Number::from_f64(double)?;
    let same = Decimal::parse(&number.to_string()).is_ok_and(|kept| kept == decimal);
    same.then_some(Value::Number(number))
}
