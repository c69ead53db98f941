//! Writing XML: tags, escapes, and the prefixes that namespaces get in the document.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::names::{CBVMDA, SBDH, XML, XSD, XSI};
use super::text;

/// Something that could not be written as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{pointer}: {what}")]
pub struct Loss {
    /// JSON pointer into the document.
    pub pointer: String,
    /// What is lost or changed.
    pub what: String,
}

/// An XML text in the making.
#[derive(Debug, Default)]
pub(super) struct Out {
    body: String,
    depth: usize,
    prefixes: BTreeMap<String, String>,
    pub(super) losses: Vec<Loss>,
}

/// A name as it is written, its namespace declared at the root.
pub(super) type Name = String;

impl Out {
    /// The prefix of a namespace, which the root will declare.
    pub(super) fn prefix(&mut self, namespace: &str, wanted: &str) -> String {
        if namespace == XML {
            return "xml".to_owned();
        }
        if let Some(known) = self.prefixes.get(namespace) {
            return known.clone();
        }
        let wanted = match namespace {
            SBDH => "sbdh",
            XSI => "xsi",
            XSD => "xsd",
            CBVMDA => "cbvmda",
            _ => wanted,
        };
        let reserved = ["epcis", "epcisq", "sbdh", "xsi", "xsd", "cbvmda"];
        let own = [SBDH, XSI, XSD, CBVMDA].contains(&namespace);
        let usable = text::is_ncname(wanted) && !wanted.to_ascii_lowercase().starts_with("xml");
        let stem = if usable { wanted } else { "ns" };
        let taken = |name: &str, all: &BTreeMap<String, String>| {
            all.values().any(|used| used == name) || !own && reserved.contains(&name)
        };
        let mut prefix = stem.to_owned();
        let mut number = 0;
        while !usable && number == 0 || taken(&prefix, &self.prefixes) {
            number += 1;
            prefix = format!("{stem}{number}");
        }
        self.prefixes.insert(namespace.to_owned(), prefix.clone());
        prefix
    }

    /// A start tag with attributes.
    pub(super) fn open(&mut self, name: &str, attributes: &[(Name, String)]) {
        self.tag(name, attributes, ">");
        self.body.push('\n');
        self.depth += 1;
    }

    /// An end tag.
    pub(super) fn close(&mut self, name: &str) {
        self.depth = self.depth.saturating_sub(1);
        self.indent();
        self.push(&["</", name, ">\n"]);
    }

    /// An element with text only.
    pub(super) fn leaf(&mut self, name: &str, attributes: &[(Name, String)], value: &str) {
        if value.is_empty() {
            self.tag(name, attributes, "/>");
            self.body.push('\n');
            return;
        }
        self.tag(name, attributes, ">");
        escape_text(&mut self.body, value);
        self.push(&["</", name, ">\n"]);
    }

    /// Remembers what is lost; characters that XML does not have are replaced.
    pub(super) fn lose(&mut self, pointer: &str, what: impl Into<String>) {
        self.losses.push(Loss {
            pointer: pointer.to_owned(),
            what: what.into(),
        });
    }

    /// A text with what XML cannot hold replaced, and the loss of it.
    pub(super) fn clean(&mut self, pointer: &str, value: &str) -> String {
        if value.chars().all(text::is_xml) {
            return value.to_owned();
        }
        self.lose(pointer, "holds a character that xml does not have");
        let kept = |c: char| if text::is_xml(c) { c } else { '\u{fffd}' };
        value.chars().map(kept).collect()
    }

    /// The whole document: declaration, root with every namespace, body.
    pub(super) fn finish(
        self,
        root: &str,
        own: &[(&str, &str)],
        attributes: &[(Name, String)],
    ) -> (Vec<u8>, Vec<Loss>) {
        let mut all = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<");
        all.push_str(root);
        let own = own.iter().map(|(prefix, namespace)| (*namespace, *prefix));
        let others = self
            .prefixes
            .iter()
            .map(|(namespace, prefix)| (&**namespace, &**prefix));
        for (namespace, prefix) in own.chain(others) {
            // Writing to a string cannot fail.
            let _infallible = write!(all, " xmlns:{prefix}=\"");
            escape_attribute(&mut all, namespace);
            all.push('"');
        }
        for (name, value) in attributes {
            let _infallible = write!(all, " {name}=\"");
            escape_attribute(&mut all, value);
            all.push('"');
        }
        all.push_str(">\n");
        all.push_str(&self.body);
        all.push_str("</");
        all.push_str(root);
        all.push_str(">\n");
        (all.into_bytes(), self.losses)
    }

    fn tag(&mut self, name: &str, attributes: &[(Name, String)], end: &str) {
        self.indent();
        self.push(&["<", name]);
        for (name, value) in attributes {
            self.push(&[" ", name, "=\""]);
            escape_attribute(&mut self.body, value);
            self.body.push('"');
        }
        self.body.push_str(end);
    }

    fn indent(&mut self) {
        for _ in 0..=self.depth {
            self.body.push_str("  ");
        }
    }

    fn push(&mut self, parts: &[&str]) {
        for part in parts {
            self.body.push_str(part);
        }
    }
}

/// White space at the ends is written as references, so that it is not taken for indentation.
fn escape_text(out: &mut String, value: &str) {
    let white = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r');
    let start = value.len() - value.trim_start_matches(white).len();
    let end = value.trim_end_matches(white).len();
    for (at, c) in value.char_indices() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\r' => out.push_str("&#13;"),
            _ if white(c) && (at < start || at >= end) => {
                let _infallible = write!(out, "&#{};", u32::from(c));
            }
            _ => out.push(c),
        }
    }
}

fn escape_attribute(out: &mut String, value: &str) {
    for c in value.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => {
                let _infallible = write!(out, "&#{};", u32::from(c));
            }
            _ => out.push(c),
        }
    }
}
