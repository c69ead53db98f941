//! What is wrong with a document: every problem that was found, each with the place it stands at,
//! the rule it breaks and who made that rule, and a repair where there is only one likely one,
//! because whoever has to mend a file wants all of that at once.

use serde::Serialize;
use serde_json::Value;

use crate::limits::{PROBLEM_CHARS_MAX, PROBLEMS_MAX};

/// A document that cannot be accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// What was found, in document order; never empty.
    pub problems: Vec<Problem>,
    /// Whether more than [`PROBLEMS_MAX`] problems of one source were found, and left out.
    pub truncated: bool,
}

/// One problem and its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[error("{}: {what}", place_in_words(*place, pointer))]
pub struct Problem {
    /// JSON pointer (RFC 6901) into the document; empty for the document itself. In an XML
    /// document it is the pointer into the same document in JSON, or a path of element names.
    pub pointer: String,
    /// Where in the text of an XML document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// What sort of problem it is, for programs.
    pub kind: ProblemKind,
    /// Which rule is broken, by name.
    pub rule: Rule,
    /// Whose rule it is.
    #[serde(rename = "source")]
    pub origin: Source,
    /// What is wrong, for people.
    pub what: String,
    /// What would be right, for people; empty where `what` says it already.
    pub expected: String,
    /// How it can be mended, where one way is the likely one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repair: Option<Repair>,
}

/// A place in a text, both counted from 1; a column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Place {
    /// Line.
    pub line: usize,
    /// Character in the line.
    pub column: usize,
}

/// A change to the document that mends a problem, as an operation of JSON Patch (RFC 6902).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Repair {
    /// `add`, `remove`, `replace` or `move`.
    pub op: &'static str,
    /// JSON pointer of the value to change.
    pub path: String,
    /// For `move`: where the value stands now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// For `add` and `replace`: the new value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

/// Sorts of problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// Not JSON, or JSON that cannot be kept exactly.
    Json,
    /// Not XML, or XML with entities of its own.
    Xml,
    /// An element of XML that stands where the schema has another.
    Order,
    /// Beyond a bound of [`crate::limits`].
    Limit,
    /// A required member is absent.
    Missing,
    /// A member that EPCIS does not define and that is not in a namespace of its own.
    UnknownField,
    /// A value of another JSON type.
    Type,
    /// A value outside what EPCIS or the vocabulary allows.
    Value,
}

/// Who made a rule, and so who else will refuse the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// GS1's JSON Schema of EPCIS 2.0: every conforming service refuses.
    Schema,
    /// The text of EPCIS 2.0 and its conformance requirements, which the schema cannot say.
    Conformance,
    /// This library: identifiers that break the standards of their own, and bounds.
    Ours,
}

/// Names of the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// The text is JSON (RFC 8259).
    Json,
    /// The text is XML without entities of its own.
    Xml,
    /// Elements of XML stand in the order of the schema.
    ElementOrder,
    /// A member occurs once.
    DuplicateMember,
    /// A number is kept to its last digit.
    InexactNumber,
    /// A bound of [`crate::limits`] holds.
    Limit,
    /// A value is of the right JSON type.
    Type,
    /// A required member is there.
    Required,
    /// A member is one of EPCIS, or its name is a URI or prefixed.
    UnknownMember,
    /// A value is one of a fixed list.
    Enumeration,
    /// A term is one of the Core Business Vocabulary, or a URI of another vocabulary.
    Vocabulary,
    /// A text is a URI (RFC 3986).
    Uri,
    /// A text is a date and time with offset (RFC 3339).
    DateTime,
    /// A text is a time zone offset.
    TimeZoneOffset,
    /// A text is a unit code (UN/ECE Rec. 20).
    UnitCode,
    /// A text is a version number.
    Version,
    /// A text is hexadecimal.
    HexBinary,
    /// Items of a list differ.
    UniqueItems,
    /// A list has at least one item.
    EmptyList,
    /// An event says what it is about.
    NothingNamed,
    /// Master data of instances comes only with their commissioning.
    IlmdAction,
    /// A parent is named unless it was merely observed (EPCIS 2.0, 7.4.3).
    ParentMissing,
    /// A sensor attribute is given once, for the element or for the report.
    SensorAttributeTwice,
    /// A JSON-LD context does not redefine the terms of EPCIS.
    ContextRedefinition,
    /// An identifier keeps the rules of its own standard.
    Identifier,
    /// A lot number or expiry date is one.
    MasterData,
    /// A decimal number fits 64 bits of digits.
    DecimalRange,
    /// An event type is one of EPCIS.
    EventType,
    /// A value is one that its field allows.
    Value,
}

impl Rule {
    /// Whether capture goes on in spite of it: GS1's and others' published examples break the
    /// rule, and nothing of the event is in doubt, because the nearer attribute counts.
    fn is_tolerated(self) -> bool {
        self == Self::SensorAttributeTwice
    }

    fn kind(self) -> ProblemKind {
        match self {
            Self::Json | Self::DuplicateMember | Self::InexactNumber => ProblemKind::Json,
            Self::Xml => ProblemKind::Xml,
            Self::ElementOrder => ProblemKind::Order,
            Self::Limit => ProblemKind::Limit,
            Self::Type => ProblemKind::Type,
            Self::Required | Self::NothingNamed | Self::ParentMissing => ProblemKind::Missing,
            Self::UnknownMember => ProblemKind::UnknownField,
            _ => ProblemKind::Value,
        }
    }
}

/// A problem that has no place yet.
#[derive(Debug, Clone)]
pub(super) struct Note {
    rule: Rule,
    source: Source,
    what: String,
    expected: String,
    repair: Option<Mend>,
}

/// A repair relative to the place of its problem.
#[derive(Debug, Clone)]
pub(super) enum Mend {
    /// This value instead.
    Replace(Value),
    /// Without this value.
    Remove,
    /// One more member of the object.
    Add(&'static str, Value),
    /// Another name for the member.
    Rename(String),
}

impl Note {
    fn new(rule: Rule, source: Source, what: impl Into<String>) -> Self {
        Self {
            rule,
            source,
            what: what.into(),
            expected: String::new(),
            repair: None,
        }
    }

    #[allow(dead_code, reason = "what reads XML speaks of kinds")]
    fn of_kind(kind: ProblemKind, what: impl Into<String>) -> Self {
        let (rule, source) = match kind {
            ProblemKind::Json => (Rule::Json, Source::Schema),
            ProblemKind::Xml => (Rule::Xml, Source::Schema),
            ProblemKind::Order => (Rule::ElementOrder, Source::Schema),
            ProblemKind::Limit => (Rule::Limit, Source::Ours),
            ProblemKind::Missing => (Rule::Required, Source::Schema),
            ProblemKind::UnknownField => (Rule::UnknownMember, Source::Schema),
            ProblemKind::Type => (Rule::Type, Source::Schema),
            ProblemKind::Value => (Rule::Value, Source::Schema),
        };
        Self::new(rule, source, what)
    }

    pub(super) fn schema(rule: Rule, what: impl Into<String>) -> Self {
        Self::new(rule, Source::Schema, what)
    }

    pub(super) fn conformance(rule: Rule, what: impl Into<String>) -> Self {
        Self::new(rule, Source::Conformance, what)
    }

    pub(super) fn ours(rule: Rule, what: impl Into<String>) -> Self {
        Self::new(rule, Source::Ours, what)
    }

    /// A required member that is absent.
    pub(super) fn missing(what: &str) -> Self {
        Self::schema(Rule::Required, format!("required {what} is missing"))
    }

    pub(super) fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = expected.into();
        self
    }

    pub(super) fn mend(mut self, repair: Option<Mend>) -> Self {
        self.repair = repair;
        self
    }

    /// Proposes another text.
    pub(super) fn text(self, repair: Option<impl Into<String>>) -> Self {
        self.mend(repair.map(|text| Mend::Replace(Value::String(text.into()))))
    }

    fn at(self, pointer: String) -> Problem {
        let op = |op, path| Repair {
            op,
            path,
            from: None,
            value: None,
        };
        let repair = self.repair.map(|mend| match mend {
            Mend::Replace(value) => Repair {
                value: Some(value),
                ..op("replace", pointer.clone())
            },
            Mend::Remove => op("remove", pointer.clone()),
            Mend::Add(name, value) => Repair {
                value: Some(value),
                ..op("add", format!("{pointer}/{name}"))
            },
            Mend::Rename(name) => {
                let object = pointer.rsplit_once('/').map_or("", |(object, _)| object);
                Repair {
                    from: Some(pointer.clone()),
                    ..op("move", format!("{object}/{}", escaped(&name)))
                }
            }
        });
        Problem {
            pointer,
            place: None,
            kind: self.rule.kind(),
            rule: self.rule,
            origin: self.source,
            what: shortened(self.what),
            expected: shortened(self.expected),
            repair,
        }
    }
}

impl Problem {
    #[allow(dead_code, reason = "what reads XML speaks of kinds")]
    /// A problem of this kind, with the rule that the kind stands for; no place in a text.
    pub(super) fn new(kind: ProblemKind, pointer: &str, what: impl Into<String>) -> Self {
        Note::of_kind(kind, what).at(pointer.to_owned())
    }
}

impl ParseError {
    #[allow(dead_code, reason = "what reads XML speaks of kinds")]
    /// A single problem.
    pub(super) fn one(kind: ProblemKind, pointer: &str, what: impl Into<String>) -> Self {
        Self::of(pointer, Note::of_kind(kind, what))
    }

    /// A single problem.
    pub(super) fn of(pointer: &str, note: Note) -> Self {
        Self {
            problems: vec![note.at(pointer.to_owned())],
            truncated: false,
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

fn place_in_words(place: Option<Place>, pointer: &str) -> String {
    match (place, pointer) {
        (Some(place), _) => place.to_string(),
        (None, "") => "document".to_owned(),
        (None, pointer) => pointer.to_owned(),
    }
}

impl std::fmt::Display for ParseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(first) = self.problems.first() {
            write!(f, "{first}")?;
        }
        match self.problems.len() {
            0 | 1 => Ok(()),
            count if self.truncated => write!(f, " (and more than {} others)", count - 1),
            count => write!(f, " (and {} more)", count - 1),
        }
    }
}

impl std::error::Error for ParseError {}

/// Where in a document the reader is; a chain on the stack, written out only for a problem.
#[derive(Debug, Clone, Copy)]
pub(super) struct Path<'a> {
    parent: Option<&'a Self>,
    step: Step<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Root,
    Key(&'a str),
    Index(usize),
}

impl<'a> Path<'a> {
    pub(super) const ROOT: Path<'static> = Path {
        parent: None,
        step: Step::Root,
    };

    pub(super) fn key(&'a self, key: &'a str) -> Self {
        Self {
            parent: Some(self),
            step: Step::Key(key),
        }
    }

    pub(super) fn index(&'a self, index: usize) -> Self {
        Self {
            parent: Some(self),
            step: Step::Index(index),
        }
    }

    pub(super) fn pointer(&self) -> String {
        let mut out = self.parent.map_or_else(String::new, Self::pointer);
        match self.step {
            Step::Root => {}
            Step::Key(key) => {
                out.push('/');
                out.push_str(&shortened(escaped(key)));
            }
            Step::Index(index) => {
                out.push('/');
                out.push_str(&index.to_string());
            }
        }
        out
    }
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Messages quote the document, but not whole: what does not fit ends in three dots.
fn shortened(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(PROBLEM_CHARS_MAX) {
        text.truncate(end);
        text.push_str("...");
    }
    text
}

/// Gathers problems up to the bound, which holds for each source: what others refuse is found
/// even where much of what only we refuse stands before it.
#[derive(Debug, Default)]
pub(super) struct Problems {
    found: Vec<Problem>,
    counts: [usize; 3],
    truncated: bool,
}

impl Problems {
    #[allow(dead_code, reason = "what reads XML speaks of kinds")]
    pub(super) fn add(&mut self, kind: ProblemKind, path: &Path<'_>, what: impl Into<String>) {
        self.note(path, Note::of_kind(kind, what));
    }

    pub(super) fn note(&mut self, path: &Path<'_>, note: Note) {
        let Some(count) = self.counts.get_mut(note.source as usize) else {
            return;
        };
        if *count < PROBLEMS_MAX {
            *count += 1;
            self.found.push(note.at(path.pointer()));
        } else {
            self.truncated = true;
        }
    }

    /// Whether so much is wrong that looking further helps nobody.
    pub(super) fn full(&self) -> bool {
        self.truncated
            && self
                .counts
                .first()
                .is_some_and(|count| *count >= PROBLEMS_MAX)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Whether nothing was found for which a document is refused.
    pub(super) fn are_tolerated(&self) -> bool {
        self.found.iter().all(|problem| problem.rule.is_tolerated())
    }

    pub(super) fn into_result(self) -> Result<(), ParseError> {
        if self.are_tolerated() {
            return Ok(());
        }
        Err(self.into_error())
    }

    /// What was found, even if it is nothing.
    pub(super) fn into_error(self) -> ParseError {
        ParseError {
            problems: self.found,
            truncated: self.truncated,
        }
    }
}
