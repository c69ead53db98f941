//! Reading typed values out of JSON while gathering every problem with its place. A method that
//! finds something wrong notes it and yields nothing; whoever asked goes on.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::context::Context;
use super::problem::{Path, ProblemKind, Problems};
use super::time;
use crate::cbv::Vocabulary;
use crate::decimal::Decimal;
use crate::epc::Epc;
use crate::limits::URI_BYTES_MAX;
use crate::uri;

pub(super) struct Reader<'a> {
    pub(super) context: &'a Context,
    pub(super) problems: &'a mut Problems,
}

impl Reader<'_> {
    /// A member that may be absent.
    pub(super) fn optional<T>(
        &mut self,
        (map, path): (&Map<String, Value>, &Path<'_>),
        name: &'static str,
        read: impl FnOnce(&mut Self, &Value, &Path<'_>) -> Option<T>,
    ) -> Option<T> {
        map.get(name)
            .and_then(|value| read(self, value, &path.key(name)))
    }

    /// A member that must be there.
    pub(super) fn required<T>(
        &mut self,
        (map, path): (&Map<String, Value>, &Path<'_>),
        name: &'static str,
        read: impl FnOnce(&mut Self, &Value, &Path<'_>) -> Option<T>,
    ) -> Option<T> {
        if !map.contains_key(name) {
            self.problems.add(
                ProblemKind::Missing,
                path,
                format!("required {name} is missing"),
            );
        }
        self.optional((map, path), name, read)
    }

    /// A member that is an array, empty when absent.
    pub(super) fn list<T>(
        &mut self,
        (map, path): (&Map<String, Value>, &Path<'_>),
        name: &'static str,
        read: impl FnMut(&mut Self, &Value, &Path<'_>) -> Option<T>,
    ) -> Vec<T> {
        self.optional((map, path), name, |reader, value, path| {
            reader.items(value, path, read)
        })
        .unwrap_or_default()
    }

    pub(super) fn items<T>(
        &mut self,
        value: &Value,
        path: &Path<'_>,
        mut read: impl FnMut(&mut Self, &Value, &Path<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Some(items) = value.as_array() else {
            return self.not(value, path, "an array");
        };
        let mut list = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            if self.problems.full() {
                break;
            }
            list.extend(read(self, item, &path.index(index)));
        }
        Some(list)
    }

    /// Notes items that stand in an array twice.
    pub(super) fn distinct(&mut self, map: &Map<String, Value>, name: &str, path: &Path<'_>) {
        let mut seen = BTreeSet::new();
        let items = map
            .get(name)
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        for (index, item) in items.iter().enumerate() {
            if let Some(text) = item.as_str().filter(|text| !seen.insert(*text)) {
                let what = format!("{text:?} occurs twice");
                self.problems
                    .add(ProblemKind::Value, &path.key(name).index(index), what);
            }
        }
    }

    pub(super) fn object<'v>(
        &mut self,
        value: &'v Value,
        path: &Path<'_>,
    ) -> Option<&'v Map<String, Value>> {
        value
            .as_object()
            .map_or_else(|| self.not(value, path, "an object"), Some)
    }

    /// An object whose other members must have prefixed names or URIs.
    pub(super) fn extensible<'v>(
        &mut self,
        value: &'v Value,
        path: &Path<'_>,
        members: &[&str],
    ) -> Option<&'v Map<String, Value>> {
        let map = self.object(value, path)?;
        self.members(map, path, |name| {
            members.contains(&name) || uri::is_uri(name)
        });
        Some(map)
    }

    /// An object without other members.
    pub(super) fn closed<'v>(
        &mut self,
        value: &'v Value,
        path: &Path<'_>,
        members: &[&str],
    ) -> Option<&'v Map<String, Value>> {
        let map = self.object(value, path)?;
        self.members(map, path, |name| members.contains(&name));
        Some(map)
    }

    pub(super) fn members(
        &mut self,
        map: &Map<String, Value>,
        path: &Path<'_>,
        allowed: impl Fn(&str) -> bool,
    ) {
        for name in map.keys().filter(|name| !allowed(name)) {
            let what = "is not a field of epcis here, and no prefixed extension";
            self.problems
                .add(ProblemKind::UnknownField, &path.key(name), what);
        }
    }

    pub(super) fn text(&mut self, value: &Value, path: &Path<'_>) -> Option<String> {
        value
            .as_str()
            .map_or_else(|| self.not(value, path, "a string"), |s| Some(s.to_owned()))
    }

    pub(super) fn boolean(&mut self, value: &Value, path: &Path<'_>) -> Option<bool> {
        value
            .as_bool()
            .map_or_else(|| self.not(value, path, "true or false"), Some)
    }

    pub(super) fn decimal(&mut self, value: &Value, path: &Path<'_>) -> Option<Decimal> {
        let Some(number) = value.as_number() else {
            return self.not(value, path, "a number");
        };
        match Decimal::parse(&number.to_string()) {
            Ok(decimal) => Some(decimal),
            Err(error) => self.wrong(path, error.to_string()),
        }
    }

    /// A URI, prefixes written out.
    pub(super) fn uri(&mut self, value: &Value, path: &Path<'_>) -> Option<String> {
        let text = self.text(value, path)?;
        if !uri::is_uri(&text) {
            return self.wrong(path, format!("{text:?} is not a uri"));
        }
        Some(self.context.expand(&text).into_owned())
    }

    /// A URI that names something and may become a key of an index.
    pub(super) fn id(&mut self, value: &Value, path: &Path<'_>) -> Option<String> {
        let uri = self.uri(value, path)?;
        if uri.len() > URI_BYTES_MAX {
            let what = format!("has {} bytes, at most {URI_BYTES_MAX} are kept", uri.len());
            self.problems.add(ProblemKind::Limit, path, what);
            return None;
        }
        Some(uri)
    }

    pub(super) fn epc(&mut self, value: &Value, path: &Path<'_>) -> Option<Epc> {
        let text = self.uri(value, path)?;
        match Epc::parse(&text) {
            Ok(epc) => Some(epc),
            Err(error) => self.wrong(path, format!("{text:?}: {error}")),
        }
    }

    /// A term of a vocabulary: bare word or URI.
    pub(super) fn term(
        &mut self,
        vocabulary: &Vocabulary,
        value: &Value,
        path: &Path<'_>,
    ) -> Option<String> {
        let text = self.text(value, path)?;
        match vocabulary.normalise(&self.context.expand(&text)) {
            Ok(term) => Some(term),
            Err(error) => self.wrong(path, error.to_string()),
        }
    }

    pub(super) fn time(&mut self, value: &Value, path: &Path<'_>) -> Option<i64> {
        let text = self.text(value, path)?;
        match time::parse(&text) {
            Some(ms) => Some(ms),
            None => self.wrong(path, format!("{text:?} is not a date and time of rfc 3339")),
        }
    }

    pub(super) fn wrong<T>(&mut self, path: &Path<'_>, what: impl Into<String>) -> Option<T> {
        self.problems.add(ProblemKind::Value, path, what);
        None
    }

    fn not<T>(&mut self, value: &Value, path: &Path<'_>, expected: &str) -> Option<T> {
        let got = match value {
            Value::Null => "null",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        };
        self.problems.add(
            ProblemKind::Type,
            path,
            format!("is {got}, expected {expected}"),
        );
        None
    }
}
