//! JSON-LD contexts, as far as EPCIS needs them: which prefix stands for which namespace. The
//! context of a document is joined with that of an event, so that the event can stand alone.
//! Contexts given by address are kept and never fetched.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use serde_json::Value;

use super::problem::{Mend, Note, Path, Problems, Rule};
use super::tape::{Node, Tape};
use super::{canonical, format, shape};
use crate::limits::CONTEXT_BYTES_MAX;

/// Prefixes of the EPCIS context itself; nobody can redefine them.
pub(super) const BUILT_IN: [(&str, &str); 8] = [
    ("cbv", "https://ref.gs1.org/cbv/"),
    ("cbvmda", "urn:epcglobal:cbv:mda:"),
    ("epcis", "https://ref.gs1.org/epcis/"),
    ("gs1", "https://gs1.org/voc/"),
    ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
    ("owl", "http://www.w3.org/2002/07/owl#"),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
    ("dcterms", "http://purl.org/dc/terms/"),
];

/// URI schemes of identifiers: as prefixes they would turn every identifier into another one.
pub(super) const SCHEMES: [&str; 6] = ["http", "https", "ni", "tag", "urn", "geo"];

/// The definitions in force somewhere in a document; shared by all events they hold for.
#[derive(Debug, Clone, Default)]
pub(super) struct Context {
    /// What to write as `@context`, outermost first.
    entries: Vec<Value>,
    /// Every term that is defined by a namespace, latest definition.
    prefixes: BTreeMap<String, String>,
    /// `entries` as canonical JSON, made when first asked for.
    canonical: OnceLock<Vec<u8>>,
}

impl Context {
    /// A context with the `@context` of an inner object added. Entries that say nothing new are
    /// dropped, so that an event that repeats its document's context reads the same.
    pub(super) fn join(
        outer: &Arc<Self>,
        node: Node<'_>,
        path: &Path<'_>,
        problems: &mut Problems,
    ) -> Arc<Self> {
        let mut joined = Arc::clone(outer);
        if let Some(items) = node.items() {
            distinct(node, path, problems);
            for (index, entry) in items.enumerate() {
                add(&mut joined, entry, &path.index(index), problems);
            }
        } else {
            add(&mut joined, node, path, problems);
        }
        if !Arc::ptr_eq(&joined, outer) {
            let bytes = joined.bytes();
            if bytes > CONTEXT_BYTES_MAX {
                let what =
                    format!("context has {bytes} bytes, at most {CONTEXT_BYTES_MAX} are kept");
                problems.note(path, Note::ours(Rule::Limit, what));
            }
        }
        joined
    }

    /// The context that a document's `@context` makes; what cannot be read of it is left out.
    pub(super) fn of_value(value: Option<&Value>) -> Arc<Self> {
        let text = value.map(Value::to_string).unwrap_or_default();
        let mut problems = Problems::default();
        match Tape::read(text.as_bytes()) {
            Ok(tape) => Self::join(&Arc::default(), tape.root(), &Path::ROOT, &mut problems),
            Err(_) => Arc::default(),
        }
    }

    /// The `@context` member that makes an event self-contained.
    pub(super) fn to_json(&self) -> Value {
        Value::Array(self.entries.clone())
    }

    /// That member's value as canonical JSON (RFC 8785).
    pub(super) fn canonical(&self) -> &[u8] {
        self.canonical
            .get_or_init(|| canonical::of_value(&self.to_json()))
    }

    /// Size as JSON text.
    pub(super) fn bytes(&self) -> usize {
        self.canonical().len()
    }

    /// Whether both say the same in the same order.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.entries == other.entries
    }

    /// A prefixed name written out; anything else as it is.
    pub(super) fn expand<'a>(&self, name: &'a str) -> Cow<'a, str> {
        if name.starts_with("urn:") || name.starts_with("https://") {
            return Cow::Borrowed(name);
        }
        let Some((prefix, local)) = name.split_once(':') else {
            return Cow::Borrowed(name);
        };
        if local.starts_with("//") || SCHEMES.contains(&prefix) {
            return Cow::Borrowed(name);
        }
        match built_in(prefix).or_else(|| self.prefixes.get(prefix).map(String::as_str)) {
            Some(namespace) => Cow::Owned(format!("{namespace}{local}")),
            None => Cow::Borrowed(name),
        }
    }

    /// Whether a definition is in force already.
    fn says(&self, term: &str, namespace: &str) -> bool {
        self.prefixes
            .get(term)
            .is_some_and(|known| known == namespace)
    }
}

fn built_in(prefix: &str) -> Option<&'static str> {
    let known = BUILT_IN.iter().find(|(known, _)| *known == prefix);
    known.map(|(_, namespace)| *namespace)
}

fn add(joined: &mut Arc<Context>, entry: Node<'_>, path: &Path<'_>, problems: &mut Problems) {
    if let Some(address) = entry.text() {
        if !format::is_uri(&address) {
            let note = Note::schema(Rule::Uri, format!("{address:?} is not a uri"))
                .expected("the address of a json-ld context");
            return problems.note(path, note);
        }
        let known = joined.entries.iter().any(|known| known == &*address);
        if !known {
            push(joined, Value::String(address.into_owned()));
        }
        return;
    }
    let Some(terms) = entry.members() else {
        let what = "context is neither a uri nor an object of definitions";
        return problems.note(path, Note::schema(Rule::Type, what));
    };
    let mut news = false;
    for (term, definition) in terms {
        let scheme = SCHEMES.contains(&&*term);
        if scheme || shape::is_protected(&term) && !term.starts_with('@') {
            let what = "context redefines a term of epcis or a uri scheme";
            problems.note(
                &path.key(&term),
                Note::ours(Rule::ContextRedefinition, what),
            );
        }
        let detailed = definition.get("@id");
        let namespace = definition.text().or_else(|| detailed?.text());
        let says = namespace
            .as_deref()
            .is_some_and(|namespace| joined.says(&term, namespace));
        news |= !says || detailed.is_some();
        if let Some(namespace) = namespace
            && !says
        {
            let own = Arc::make_mut(joined);
            own.prefixes
                .insert(term.into_owned(), namespace.into_owned());
        }
    }
    if news {
        push(joined, entry.to_value());
    }
}

fn push(joined: &mut Arc<Context>, entry: Value) {
    let own = Arc::make_mut(joined);
    own.entries.push(entry);
    own.canonical = OnceLock::new();
}

/// Notes entries of one context that stand in it twice.
fn distinct(node: Node<'_>, path: &Path<'_>, problems: &mut Problems) {
    let mut seen: Vec<Value> = Vec::new();
    let items = node.items().into_iter().flatten();
    if items.count() < 2 {
        return;
    }
    for (index, item) in node.items().into_iter().flatten().enumerate() {
        let value = item.to_value();
        if seen.contains(&value) {
            let note = Note::schema(Rule::UniqueItems, "context entry occurs twice")
                .expected("entries that differ")
                .mend(Some(Mend::Remove));
            problems.note(&path.index(index), note);
        } else if seen.len() < 1000 {
            seen.push(value);
        }
    }
}
