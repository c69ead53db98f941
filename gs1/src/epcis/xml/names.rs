//! The namespaces of EPCIS in XML, and the prefixes that names of other namespaces get in JSON.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::context::{BUILT_IN, SCHEMES};
use super::super::{EPCIS_CONTEXT, shape};

/// The versions of EPCIS whose XML is read and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// EPCIS 1.2; documents of 1.0 and 1.1 have the same namespace and are read too.
    V1_2,
    /// EPCIS 2.0.
    V2_0,
}

/// Which of the schemas of EPCIS defines a root element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Schema {
    Core,
    Query,
    MasterData,
}

pub(super) const SBDH: &str =
    "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader";
/// The namespace of `xml:lang`, which every document has declared.
pub(super) const XML: &str = "http://www.w3.org/XML/1998/namespace";
/// The namespace of declarations of namespaces, to which no name belongs.
pub(super) const XMLNS: &str = "http://www.w3.org/2000/xmlns/";
pub(super) const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
pub(super) const XSD: &str = "http://www.w3.org/2001/XMLSchema";
/// Master data attributes; in JSON-LD the same name ends in a colon.
pub(super) const CBVMDA: &str = "urn:epcglobal:cbv:mda";

impl Version {
    /// The namespace of a schema of this version.
    pub(super) fn namespace(self, schema: Schema) -> &'static str {
        match (self, schema) {
            (Self::V1_2, Schema::Core) => "urn:epcglobal:epcis:xsd:1",
            (Self::V1_2, Schema::Query) => "urn:epcglobal:epcis-query:xsd:1",
            (Self::V1_2, Schema::MasterData) => "urn:epcglobal:epcis-masterdata:xsd:1",
            (Self::V2_0, Schema::Core) => "urn:epcglobal:epcis:xsd:2",
            (Self::V2_0, Schema::Query) => "urn:epcglobal:epcis-query:xsd:2",
            (Self::V2_0, Schema::MasterData) => "urn:epcglobal:epcis-masterdata:xsd:2",
        }
    }

    /// The version and schema of a namespace.
    pub(super) fn of(namespace: &str) -> Option<(Self, Schema)> {
        let schemas = [Schema::Core, Schema::Query, Schema::MasterData];
        [Self::V1_2, Self::V2_0]
            .into_iter()
            .flat_map(|version| schemas.map(|schema| (version, schema)))
            .find(|(version, schema)| version.namespace(*schema) == namespace)
    }
}

/// Whether a namespace is where EPCIS has its own elements: theirs, or none.
pub(super) fn is_own(namespace: &str) -> bool {
    namespace.is_empty() || Version::of(namespace).is_some()
}

/// Prefixes for JSON, given out once per namespace.
#[derive(Debug, Default)]
pub(super) struct Prefixes {
    by_namespace: BTreeMap<String, String>,
    taken: BTreeMap<String, String>,
}

impl Prefixes {
    /// The prefix of a namespace; the one that the document used, if it is free.
    pub(super) fn prefix(&mut self, namespace: &str, wanted: &str) -> String {
        if namespace.strip_suffix([':', '#']).unwrap_or(namespace) == CBVMDA {
            return "cbvmda".to_owned();
        }
        if let Some((prefix, _)) = BUILT_IN.iter().find(|(_, iri)| *iri == namespace) {
            return (*prefix).to_owned();
        }
        if let Some(known) = self.by_namespace.get(namespace) {
            return known.clone();
        }
        let stem = if wanted.is_empty() { "ns" } else { wanted };
        let free = |name: &str| {
            !self.taken.contains_key(name)
                && !BUILT_IN.iter().any(|(built_in, _)| *built_in == name)
                && !SCHEMES.contains(&name)
                && !shape::is_protected(name)
        };
        let mut prefix = wanted.to_owned();
        let mut number = 0;
        while prefix.is_empty() || !free(&prefix) {
            number += 1;
            prefix = format!("{stem}{number}");
        }
        self.taken.insert(prefix.clone(), namespace.to_owned());
        self.by_namespace
            .insert(namespace.to_owned(), prefix.clone());
        prefix
    }

    /// A name of a namespace as a member name of JSON.
    pub(super) fn key(&mut self, namespace: &str, wanted: &str, local: &str) -> String {
        if namespace.is_empty() {
            return local.to_owned();
        }
        format!("{}:{local}", self.prefix(namespace, wanted))
    }

    /// The `@context` that defines the prefixes given out.
    pub(super) fn to_context(&self) -> Value {
        let address = Value::from(EPCIS_CONTEXT);
        if self.taken.is_empty() {
            return Value::Array(vec![address]);
        }
        let terms: Map<String, Value> = self
            .taken
            .iter()
            .map(|(prefix, namespace)| (prefix.clone(), Value::from(namespace.as_str())))
            .collect();
        Value::Array(vec![address, Value::Object(terms)])
    }
}
