//! Reading typed values out of JSON while gathering every problem with its place. A method that
//! finds something wrong notes it and yields nothing; whoever asked goes on.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::context::Context;
use super::problem::{Mend, Note, Path, Problems, Rule};
use super::tape::{self, Members, Node};
use super::{format, number, repair, time};
use crate::cbv::Vocabulary;
use crate::decimal::Decimal;
use crate::epc::Epc;
use crate::limits::URI_BYTES_MAX;

pub(super) struct Reader<'a> {
    pub(super) context: &'a Context,
    pub(super) problems: &'a mut Problems,
    /// The event that is being read, where repairs look for its other fields.
    pub(super) event: Option<Node<'a>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(context: &'a Context, problems: &'a mut Problems) -> Self {
        Self {
            context,
            problems,
            event: None,
        }
    }

    /// Notes the absence of a member that must be there.
    pub(super) fn require(&mut self, object: Node<'_>, path: &Path<'_>, name: &'static str) {
        if !object.has(name) {
            let mend = repair::absent(name, object);
            self.problems.note(path, Note::missing(name).mend(mend));
        }
    }

    /// The items of an array; none of anything else, which is noted.
    pub(super) fn items<T>(
        &mut self,
        node: Node<'_>,
        path: &Path<'_>,
        mut read: impl FnMut(&mut Self, Node<'_>, &Path<'_>) -> Option<T>,
    ) -> Vec<T> {
        let Some(items) = node.items() else {
            return self.not(node, path, "an array").unwrap_or_default();
        };
        let mut list = Vec::with_capacity(items.count_up_to(64));
        for (index, item) in items.enumerate() {
            if self.problems.full() {
                break;
            }
            list.extend(read(self, item, &path.index(index)));
        }
        list
    }

    /// Notes strings that stand in an array twice.
    pub(super) fn distinct(&mut self, node: Node<'_>, path: &Path<'_>) {
        if texts_differ(node) {
            return;
        }
        let mut seen = BTreeSet::new();
        for (index, item) in node.items().into_iter().flatten().enumerate() {
            if let Some(text) = item.text()
                && !seen.insert(text.clone())
            {
                let note = Note::schema(Rule::UniqueItems, format!("{text:?} occurs twice"))
                    .expected("items that differ")
                    .mend(Some(Mend::Remove));
                self.problems.note(&path.index(index), note);
            }
        }
    }

    pub(super) fn object<'t>(&mut self, node: Node<'t>, path: &Path<'_>) -> Option<Members<'t>> {
        node.members().or_else(|| self.not(node, path, "an object"))
    }

    /// A member that EPCIS does not define: an extension, if its name is a URI or an IRI.
    pub(super) fn extension(&mut self, name: &str, path: &Path<'_>, known: &[&[&str]]) {
        if !format::is_extension_name(name) {
            let what = "is not a field of epcis here, and no prefixed extension";
            self.unknown(name, path, what, known);
        }
    }

    /// A member of an object that takes no extensions.
    pub(super) fn closed(&mut self, name: &str, path: &Path<'_>, known: &[&str]) {
        let what = "is not a field of epcis here, where no extensions are allowed";
        self.unknown(name, path, what, &[known]);
    }

    fn unknown(&mut self, name: &str, path: &Path<'_>, what: &str, known: &[&[&str]]) {
        let words = || known.iter().copied().flatten().copied();
        let near = repair::closest(words(), name).map(|name| Mend::Rename(name.to_owned()));
        let expected: Vec<&str> = words().collect();
        let note = Note::schema(Rule::UnknownMember, what)
            .expected(format!("one of {}", expected.join(", ")))
            .mend(near);
        self.problems.note(path, note);
    }

    pub(super) fn text<'t>(&mut self, node: Node<'t>, path: &Path<'_>) -> Option<Cow<'t, str>> {
        node.text().or_else(|| self.not(node, path, "a string"))
    }

    pub(super) fn string(&mut self, node: Node<'_>, path: &Path<'_>) -> Option<String> {
        self.text(node, path).map(Cow::into_owned)
    }

    pub(super) fn boolean(&mut self, node: Node<'_>, path: &Path<'_>) -> Option<bool> {
        node.boolean()
            .or_else(|| self.not(node, path, "true or false"))
    }

    pub(super) fn decimal(&mut self, node: Node<'_>, path: &Path<'_>) -> Option<Decimal> {
        let Some(number) = node.number() else {
            return self.not(node, path, "a number");
        };
        match number::to_decimal(number) {
            Ok(decimal) => Some(decimal),
            Err(error) => self.wrong(path, Note::ours(Rule::DecimalRange, error.to_string())),
        }
    }

    /// A URI as it is written.
    fn plain_uri<'t>(&mut self, node: Node<'t>, path: &Path<'_>) -> Option<Cow<'t, str>> {
        let text = self.text(node, path)?;
        if format::is_uri(&text) {
            return Some(text);
        }
        let note = Note::schema(Rule::Uri, format!("{text:?} is not a uri"))
            .expected("an absolute uri (rfc 3986)")
            .text(repair::uri(&text));
        self.wrong(path, note)
    }

    /// A URI, prefixes written out.
    pub(super) fn uri(&mut self, node: Node<'_>, path: &Path<'_>) -> Option<String> {
        let text = self.plain_uri(node, path)?;
        Some(self.context.expand(&text).into_owned())
    }

    /// A URI that names something and may become a key of an index.
    pub(super) fn id(&mut self, node: Node<'_>, path: &Path<'_>) -> Option<String> {
        let uri = self.uri(node, path)?;
        if uri.len() > URI_BYTES_MAX {
            let what = format!("has {} bytes, at most {URI_BYTES_MAX} are kept", uri.len());
            return self.wrong(path, Note::ours(Rule::Limit, what));
        }
        Some(uri)
    }

    pub(super) fn epc(&mut self, node: Node<'_>, path: &Path<'_>) -> Option<Epc> {
        let text = self.plain_uri(node, path)?;
        let full = self.context.expand(&text);
        match Epc::parse(&full) {
            Ok(epc) => Some(epc),
            Err(error) => {
                let note = Note::ours(Rule::Identifier, format!("{text:?}: {error}"))
                    .text(repair::identifier(&full));
                self.wrong(path, note)
            }
        }
    }

    /// A term of a vocabulary: bare word or URI.
    pub(super) fn term(
        &mut self,
        vocabulary: &Vocabulary,
        node: Node<'_>,
        path: &Path<'_>,
    ) -> Option<String> {
        let text = self.text(node, path)?;
        if let Some(word) = vocabulary.word(&text) {
            return Some(word.to_owned());
        }
        if !format::is_uri(&text) || vocabulary.is_spelt_out(&text) {
            let what = format!("{text:?} is no {}", vocabulary.name());
            let note = Note::schema(Rule::Vocabulary, what)
                .expected("a word of cbv 2.0, or a uri of another vocabulary")
                .text(repair::term(vocabulary, &text));
            return self.wrong(path, note);
        }
        match vocabulary.normalise(&self.context.expand(&text)) {
            Ok(term) => Some(term),
            Err(error) => self.wrong(path, Note::ours(Rule::Vocabulary, error.to_string())),
        }
    }

    pub(super) fn time(&mut self, node: Node<'_>, path: &Path<'_>) -> Option<i64> {
        let text = self.text(node, path)?;
        if let Some(ms) = time::parse(&text) {
            return Some(ms);
        }
        let what = format!("{text:?} is not a date and time of rfc 3339");
        let zone = self
            .event
            .and_then(|event| event.get("eventTimeZoneOffset"));
        let zone = zone.and_then(Node::text);
        let note = Note::schema(Rule::DateTime, what)
            .expected("a date and time with offset, as 2026-03-01T07:00:00.000+01:00")
            .text(repair::time(&text, zone.as_deref()));
        self.wrong(path, note)
    }

    pub(super) fn wrong<T>(&mut self, path: &Path<'_>, note: Note) -> Option<T> {
        self.problems.note(path, note);
        None
    }

    pub(super) fn not<T>(
        &mut self,
        node: Node<'_>,
        path: &Path<'_>,
        expected: &'static str,
    ) -> Option<T> {
        let what = format!("is {}, expected {expected}", node.sort());
        let note = Note::schema(Rule::Type, what)
            .expected(expected)
            .mend(repair::retyped(node, expected));
        self.wrong(path, note)
    }
}

/// Whether no two items of an array can be the same text.
fn texts_differ(node: Node<'_>) -> bool {
    let mut marks = Vec::with_capacity(16);
    for item in node.items().into_iter().flatten() {
        match item.written() {
            Some((text, true)) => marks.push(tape::mark(text.as_bytes())),
            _ => return false,
        }
    }
    marks.sort_unstable();
    marks.windows(2).all(|pair| match pair {
        [first, second] => first != second,
        _ => true,
    })
}
