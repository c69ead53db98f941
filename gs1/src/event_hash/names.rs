//! Names of extensions: a prefixed name taken apart by the event's own JSON-LD context. Prefixes
//! of the EPCIS context are known by heart.

use serde_json::{Map, Value};

/// Prefixes of the EPCIS context.
const BUILT_IN: [(&str, &str); 4] = [
    ("cbv", "https://ref.gs1.org/cbv/"),
    ("cbvmda", "urn:epcglobal:cbv:mda:"),
    ("epcis", "https://ref.gs1.org/epcis/"),
    ("gs1", "https://gs1.org/voc/"),
];

/// The prefixes in force in an event; there are few, so a list is faster than a map.
#[derive(Debug, Default)]
pub(crate) struct Names<'a> {
    /// The event came as XML, whose namespace of lot and expiry has no colon at its end, and
    /// whose booleans are texts.
    pub(super) xml: bool,
    defined: Vec<(&'a str, &'a str)>,
}

impl<'a> Names<'a> {
    /// Reads `@context` of an event or of a query.
    pub(crate) fn of(json: &'a Map<String, Value>) -> Self {
        let mut names = Self::default();
        names.extend(json);
        names
    }

    /// Reads a JSON-LD context that stands alone.
    pub(crate) fn of_context(context: &'a Value) -> Self {
        let mut names = Self::default();
        names.add_context(context);
        names
    }

    /// Adds the `@context` of an inner object.
    pub(crate) fn extend(&mut self, json: &'a Map<String, Value>) {
        if let Some(context) = json.get("@context") {
            self.add_context(context);
        }
    }

    fn add_context(&mut self, context: &'a Value) {
        match context {
            Value::Array(entries) => {
                for entry in entries {
                    self.add(entry);
                }
            }
            entry => self.add(entry),
        }
    }

    /// Adds the definitions of one entry of a context; later ones count.
    fn add(&mut self, entry: &'a Value) {
        for (prefix, definition) in entry.as_object().into_iter().flatten() {
            let namespace = definition
                .as_str()
                .or_else(|| definition.get("@id")?.as_str());
            if let Some(namespace) = namespace {
                self.defined.push((prefix, namespace));
            }
        }
    }

    /// The namespace that a prefix stands for.
    pub(crate) fn namespace(&self, prefix: &str) -> Option<&'a str> {
        let built_in = BUILT_IN.iter().find(|(known, _)| *known == prefix);
        let defined = || {
            self.defined
                .iter()
                .rev()
                .find(|(known, _)| *known == prefix)
        };
        let found = built_in
            .map(|(_, namespace)| *namespace)
            .or_else(|| Some(defined()?.1))?;
        match found {
            "urn:epcglobal:cbv:mda:" if self.xml => Some("urn:epcglobal:cbv:mda"),
            other => Some(other),
        }
    }

    /// Namespace and local name of a prefixed name; none where the prefix is not defined.
    pub(crate) fn split<'n>(&self, name: &'n str) -> Option<(&'a str, &'n str)> {
        let (prefix, local) = name.split_once(':')?;
        if local.starts_with("//") {
            return None;
        }
        Some((self.namespace(prefix)?, local))
    }

    /// The name written out.
    pub(crate) fn full<'n>(&self, name: &'n str) -> std::borrow::Cow<'n, str> {
        match self.split(name) {
            Some((namespace, local)) => format!("{namespace}{local}").into(),
            None => name.into(),
        }
    }
}
