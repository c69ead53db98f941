//! What is wrong with a document: every problem that was found, each with the place it stands at,
//! because whoever has to repair a file wants all of them at once.

use crate::limits::{PROBLEM_CHARS_MAX, PROBLEMS_MAX};

/// A document that cannot be accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// What was found, in document order; never empty.
    pub problems: Vec<Problem>,
    /// Whether the search stopped at [`PROBLEMS_MAX`] problems.
    pub truncated: bool,
}

/// One problem and its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {what}", place_in_words(*place, pointer))]
pub struct Problem {
    /// JSON pointer (RFC 6901) into the document; empty for the document itself. In an XML
    /// document it is the pointer into the same document in JSON, or a path of element names.
    pub pointer: String,
    /// Where in the text of an XML document.
    pub place: Option<Place>,
    /// What sort of problem it is, for programs.
    pub kind: ProblemKind,
    /// What is wrong, for people.
    pub what: String,
}

/// A place in a text, both counted from 1; a column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Line.
    pub line: usize,
    /// Character in the line.
    pub column: usize,
}

/// Sorts of problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

impl ParseError {
    /// A single problem.
    pub(super) fn one(kind: ProblemKind, pointer: &str, what: impl Into<String>) -> Self {
        let problem = Problem {
            pointer: pointer.to_owned(),
            place: None,
            kind,
            what: what.into(),
        };
        Self {
            problems: vec![problem],
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
                out.push_str(&shortened(key.replace('~', "~0").replace('/', "~1")));
            }
            Step::Index(index) => {
                out.push('/');
                out.push_str(&index.to_string());
            }
        }
        out
    }
}

/// Messages quote the document, but not whole: what does not fit ends in three dots.
fn shortened(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(PROBLEM_CHARS_MAX) {
        text.truncate(end);
        text.push_str("...");
    }
    text
}

/// Gathers problems up to the bound.
#[derive(Debug, Default)]
pub(super) struct Problems {
    found: Vec<Problem>,
    truncated: bool,
}

impl Problems {
    pub(super) fn add(&mut self, kind: ProblemKind, path: &Path<'_>, what: impl Into<String>) {
        if self.found.len() < PROBLEMS_MAX {
            let what = shortened(what.into());
            self.found.push(Problem {
                pointer: path.pointer(),
                place: None,
                kind,
                what,
            });
        } else {
            self.truncated = true;
        }
    }

    /// Whether so much is wrong that looking further helps nobody.
    pub(super) fn full(&self) -> bool {
        self.truncated
    }

    pub(super) fn into_result(self) -> Result<(), ParseError> {
        if self.found.is_empty() {
            return Ok(());
        }
        Err(ParseError {
            problems: self.found,
            truncated: self.truncated,
        })
    }
}
