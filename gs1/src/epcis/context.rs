//! JSON-LD contexts, as far as EPCIS needs them: which prefix stands for which namespace. The
//! context of a document is joined with that of an event, so that the event can stand alone.
//! Contexts given by address are kept and never fetched.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

use super::problem::{Path, ProblemKind, Problems};
use super::shape;
use crate::limits::CONTEXT_BYTES_MAX;
use crate::uri;

/// Prefixes of the EPCIS context itself; nobody can redefine them.
pub(super) const BUILT_IN: [(&str, &str); 4] = [
    ("cbv", "https://ref.gs1.org/cbv/"),
    ("cbvmda", "urn:epcglobal:cbv:mda:"),
    ("epcis", "https://ref.gs1.org/epcis/"),
    ("gs1", "https://gs1.org/voc/"),
];

/// URI schemes of identifiers: as prefixes they would turn every identifier into another one.
pub(super) const SCHEMES: [&str; 6] = ["http", "https", "ni", "tag", "urn", "geo"];

/// The definitions in force somewhere in a document.
#[derive(Debug, Clone, Default)]
pub(super) struct Context {
    /// What to write as `@context`, outermost first.
    entries: Vec<Value>,
    /// Every term that is defined by a namespace, latest definition.
    prefixes: BTreeMap<String, String>,
}

impl Context {
    /// This context with the `@context` of an inner object added. Entries that say nothing new
    /// are dropped, so that an event that repeats its document's context reads the same.
    pub(super) fn with(&self, value: &Value, path: &Path<'_>, problems: &mut Problems) -> Self {
        let mut joined = self.clone();
        match value {
            Value::Array(entries) => {
                for (index, entry) in entries.iter().enumerate() {
                    joined.add(entry, &path.index(index), problems);
                }
            }
            entry => joined.add(entry, path, problems),
        }
        let bytes = joined.bytes();
        if bytes > CONTEXT_BYTES_MAX {
            let what = format!("context has {bytes} bytes, at most {CONTEXT_BYTES_MAX} are kept");
            problems.add(ProblemKind::Limit, path, what);
        }
        joined
    }

    /// The `@context` member that makes an event self-contained.
    pub(super) fn to_json(&self) -> Value {
        Value::Array(self.entries.clone())
    }

    /// Size as JSON text.
    pub(super) fn bytes(&self) -> usize {
        self.entries
            .iter()
            .map(|entry| entry.to_string().len() + 1)
            .sum::<usize>()
            + 1
    }

    /// A prefixed name written out; anything else as it is.
    pub(super) fn expand<'a>(&self, name: &'a str) -> Cow<'a, str> {
        let Some((prefix, local)) = name.split_once(':') else {
            return Cow::Borrowed(name);
        };
        if local.starts_with("//") {
            return Cow::Borrowed(name);
        }
        let built_in = BUILT_IN
            .iter()
            .find(|(known, _)| *known == prefix)
            .map(|(_, iri)| *iri);
        match built_in.or_else(|| self.prefixes.get(prefix).map(String::as_str)) {
            Some(namespace) => Cow::Owned(format!("{namespace}{local}")),
            None => Cow::Borrowed(name),
        }
    }

    fn add(&mut self, entry: &Value, path: &Path<'_>, problems: &mut Problems) {
        match entry {
            Value::String(address) if uri::is_uri(address) => {
                if !self.entries.contains(entry) {
                    self.entries.push(entry.clone());
                }
            }
            Value::Object(terms) => {
                let mut news = false;
                for (term, definition) in terms {
                    let scheme = SCHEMES.contains(&term.as_str());
                    if scheme || shape::is_protected(term) && !term.starts_with('@') {
                        let what = "context redefines a term of epcis or a uri scheme";
                        problems.add(ProblemKind::Value, &path.key(term), what);
                    }
                    let namespace = definition
                        .as_str()
                        .or_else(|| definition.get("@id")?.as_str());
                    let known = namespace.is_some()
                        && definition.is_string()
                        && self.prefixes.get(term).map(String::as_str) == namespace;
                    news |= !known;
                    if let Some(namespace) = namespace {
                        self.prefixes.insert(term.clone(), namespace.to_owned());
                    }
                }
                if news {
                    self.entries.push(entry.clone());
                }
            }
            _ => {
                let what = "context is neither a uri nor an object of definitions";
                problems.add(ProblemKind::Type, path, what);
            }
        }
    }
}
