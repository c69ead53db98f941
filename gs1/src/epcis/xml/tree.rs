//! An XML document as a tree of elements with resolved namespaces, bounded in size, depth and
//! number of nodes. A document type declaration without internal subset is skipped; one with an
//! internal subset is refused, so that no entity is ever defined and nothing can be expanded or
//! fetched.

use std::borrow::Cow;
use std::collections::BTreeMap;

use quick_xml::events::Event;
use quick_xml::reader::Reader;

use super::super::problem::{ParseError, Problem, ProblemKind};
use super::attributes;
use super::names::{XML, XMLNS};
use super::text;
use crate::limits::{XML_DEPTH_MAX, XML_NAMESPACES_MAX, XML_NODES_MAX};

/// The document.
#[derive(Debug)]
pub(super) struct Tree<'a> {
    pub(super) text: &'a str,
    pub(super) root: Element<'a>,
    /// What was skipped, with its offset.
    pub(super) notes: Vec<(usize, &'static str)>,
    namespaces: Vec<String>,
    scopes: Vec<Scope<'a>>,
}

/// One element.
#[derive(Debug)]
pub(super) struct Element<'a> {
    pub(super) prefix: &'a str,
    pub(super) local: &'a str,
    namespace: usize,
    scope: usize,
    /// Byte offset of its start tag.
    pub(super) at: usize,
    /// Attributes without namespace declarations.
    pub(super) attributes: Vec<Attribute<'a>>,
    pub(super) children: Vec<Self>,
    /// All its own character data.
    pub(super) text: Text,
}

/// One attribute.
#[derive(Debug)]
pub(super) struct Attribute<'a> {
    pub(super) prefix: &'a str,
    pub(super) local: &'a str,
    namespace: usize,
    pub(super) value: Cow<'a, str>,
    pub(super) at: usize,
}

/// Character data; what was written as a reference or in CDATA is no indentation.
#[derive(Debug, Default)]
pub(super) struct Text {
    all: String,
    solid: Option<(usize, usize)>,
}

/// Namespace declarations of an element; what it does not declare its parent may.
#[derive(Debug)]
struct Scope<'a> {
    parent: usize,
    declared: Vec<(&'a str, usize)>,
}

impl<'a> Tree<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self, ParseError> {
        Builder::new(text).run()
    }

    /// The namespace of an element, empty for none.
    pub(super) fn namespace(&self, element: &Element<'a>) -> &str {
        self.name_of(element.namespace)
    }

    /// The namespace of an attribute, empty for none.
    pub(super) fn attribute_namespace(&self, attribute: &Attribute<'a>) -> &str {
        self.name_of(attribute.namespace)
    }

    /// The namespace that a prefix has at an element.
    pub(super) fn lookup(&self, element: &Element<'a>, prefix: &str) -> Option<&str> {
        lookup(&self.scopes, element.scope, prefix).map(|index| self.name_of(index))
    }

    fn name_of(&self, index: usize) -> &str {
        self.namespaces.get(index).map_or("", String::as_str)
    }
}

impl<'a> Element<'a> {
    /// The value of an attribute without namespace.
    pub(super) fn attribute(&self, name: &str) -> Option<&Attribute<'a>> {
        self.attributes
            .iter()
            .find(|attribute| attribute.namespace == NONE && attribute.local == name)
    }
}

impl Text {
    /// The character data with white space at both ends cut where it goes over lines.
    pub(super) fn value(&self) -> &str {
        let (from, to) = self.solid.unwrap_or((self.all.len(), 0));
        let white = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r');
        let lead = self.all.len() - self.all.trim_start_matches(white).len();
        let trail = self.all.trim_end_matches(white).len();
        let (start, end) = (lead.min(from), trail.max(to));
        let cut = |range: Option<&str>| range.unwrap_or_default().contains('\n');
        let broken = cut(self.all.get(..start)) || cut(self.all.get(end..));
        if broken || trail == 0 && self.solid.is_none() {
            return self.all.get(start..end).unwrap_or_default();
        }
        &self.all
    }

    /// The character data without white space at its ends.
    pub(super) fn trimmed(&self) -> &str {
        self.all.trim_matches([' ', '\t', '\n', '\r'])
    }

    /// The character data as it stands.
    pub(super) fn raw(&self) -> &str {
        &self.all
    }

    /// Whether there is nothing but white space.
    pub(super) fn is_blank(&self) -> bool {
        self.trimmed().is_empty()
    }

    fn push(&mut self, more: &str, solid: bool) {
        if solid {
            let end = self.all.len() + more.len();
            let (from, _) = self.solid.unwrap_or((self.all.len(), end));
            self.solid = Some((from, end));
        }
        self.all.push_str(more);
    }
}

const NONE: usize = 0;

fn lookup(scopes: &[Scope<'_>], mut scope: usize, prefix: &str) -> Option<usize> {
    loop {
        let here = scopes.get(scope)?;
        if let Some((_, namespace)) = here.declared.iter().find(|(name, _)| *name == prefix) {
            return Some(*namespace);
        }
        if scope == here.parent {
            return None;
        }
        scope = here.parent;
    }
}

struct Builder<'a> {
    text: &'a str,
    open: Vec<Element<'a>>,
    root: Option<Element<'a>>,
    notes: Vec<(usize, &'static str)>,
    namespaces: Vec<String>,
    known: BTreeMap<String, usize>,
    scopes: Vec<Scope<'a>>,
    nodes: usize,
}

impl<'a> Builder<'a> {
    fn new(text: &'a str) -> Self {
        let namespaces = vec![String::new(), XML.to_owned()];
        let known = namespaces.iter().cloned().zip(0..).collect();
        let outermost = Scope {
            parent: 0,
            declared: vec![("", NONE), ("xml", 1)],
        };
        Self {
            text,
            open: Vec::new(),
            root: None,
            notes: Vec::new(),
            namespaces,
            known,
            scopes: vec![outermost],
            nodes: 0,
        }
    }

    fn run(mut self) -> Result<Tree<'a>, ParseError> {
        let mut reader = Reader::from_str(self.text);
        reader.config_mut().enable_all_checks(true);
        loop {
            let from = offset(reader.buffer_position());
            let event = match reader.read_event() {
                Ok(event) => event,
                Err(error) => {
                    let at = offset(reader.error_position());
                    return Err(self.not_xml(at, format!("reading xml: {error}")));
                }
            };
            let to = offset(reader.buffer_position());
            if matches!(event, Event::Eof) {
                break;
            }
            self.event(&event, from, to)?;
        }
        match self.root {
            Some(root) if self.open.is_empty() => Ok(Tree {
                text: self.text,
                root,
                notes: self.notes,
                namespaces: self.namespaces,
                scopes: self.scopes,
            }),
            _ => {
                let what = match self.open.last() {
                    Some(open) => format!("reading xml: element {} is not closed", open.local),
                    None => "reading xml: there is no element".to_owned(),
                };
                Err(text::one(self.text, self.text.len(), what))
            }
        }
    }

    fn event(&mut self, event: &Event<'_>, from: usize, to: usize) -> Result<(), ParseError> {
        match event {
            Event::Start(_) => self.start(from, to - 1),
            Event::Empty(_) => {
                self.start(from, to - 2)?;
                self.end();
                Ok(())
            }
            Event::End(_) => {
                self.end();
                Ok(())
            }
            Event::Text(raw) => self.characters(&raw.xml10_content(), from, false),
            Event::CData(raw) => self.characters(&raw.xml10_content(), from, true),
            Event::GeneralRef(name) => {
                let c = attributes::reference(name).ok_or_else(|| {
                    let what = format!("entity {:?} is not defined, and none can be", &**name);
                    self.not_xml(from, what)
                })?;
                self.characters(c.encode_utf8(&mut [0; 4]), from, true)
            }
            Event::DocType(content) => self.doctype(content, from),
            Event::Decl(declaration) => self.declaration(declaration, from),
            Event::PI(instruction) if instruction.target().eq_ignore_ascii_case("xml") => {
                Err(self.not_xml(from, "xml declaration stands after the beginning"))
            }
            Event::Comment(_) | Event::PI(_) | Event::Eof => Ok(()),
        }
    }

    fn declaration(
        &self,
        declaration: &quick_xml::events::BytesDecl<'_>,
        from: usize,
    ) -> Result<(), ParseError> {
        if from != 0 {
            return Err(self.not_xml(from, "xml declaration stands after the beginning"));
        }
        match declaration.version() {
            Ok(version) if version == "1.0" => {}
            _ => return Err(self.not_xml(from, "xml version is not 1.0")),
        }
        let known = ["utf-8", "us-ascii", "ascii", "utf-16"];
        match declaration.encoding() {
            None => Ok(()),
            Some(Ok(name)) if known.iter().any(|one| name.eq_ignore_ascii_case(one)) => Ok(()),
            Some(Ok(name)) => {
                let what = format!("encoding {name:?} is not read, write the document in utf-8");
                Err(self.not_xml(from, what))
            }
            Some(Err(error)) => Err(self.not_xml(from, format!("xml declaration: {error}"))),
        }
    }

    fn doctype(&mut self, content: &str, from: usize) -> Result<(), ParseError> {
        if self.root.is_some() || !self.open.is_empty() {
            return Err(self.not_xml(from, "document type declaration stands after an element"));
        }
        if content.contains(['[', '<']) {
            let what = "document type declaration with declarations of its own is not read";
            return Err(self.not_xml(from, what));
        }
        self.notes.push((
            from,
            "document type declaration is skipped, nothing is fetched",
        ));
        Ok(())
    }

    fn characters(&mut self, more: &str, at: usize, solid: bool) -> Result<(), ParseError> {
        if !solid && more.contains("]]>") {
            return Err(self.not_xml(at, "\"]]>\" stands outside a cdata section"));
        }
        match self.open.last_mut() {
            Some(element) => element.text.push(more, solid),
            None if solid || !more.trim_matches([' ', '\t', '\n', '\r']).is_empty() => {
                return Err(self.not_xml(at, "text stands outside the root element"));
            }
            None => {}
        }
        Ok(())
    }

    fn start(&mut self, from: usize, to: usize) -> Result<(), ParseError> {
        let content: &'a str = self.text.get(from + 1..to).unwrap_or_default();
        if self.root.is_some() {
            return Err(self.not_xml(from, "there is an element after the root element"));
        }
        if self.open.len() >= XML_DEPTH_MAX {
            let what = format!("nesting is deeper than {XML_DEPTH_MAX} elements");
            return Err(self.limit(from, what));
        }
        let (name, rest) = attributes::name(content);
        let base = from + 1 + name.len();
        let listed = attributes::scan(rest).map_err(|fault| {
            let what = format!("element {name}: {}", fault.what);
            if fault.limit {
                self.limit(base + fault.at, what)
            } else {
                self.not_xml(base + fault.at, what)
            }
        })?;
        self.nodes += 1 + listed.len();
        if self.nodes > XML_NODES_MAX {
            let what = format!("there are more than {XML_NODES_MAX} elements and attributes");
            return Err(self.limit(from, what));
        }
        let scope = self.scope(&listed, base)?;
        let (prefix, local) = self.split(name, from)?;
        let namespace = self.resolve(scope, prefix, from)?;
        let attributes = self.attributes(listed, scope, base)?;
        self.open.push(Element {
            prefix,
            local,
            namespace,
            scope,
            at: from,
            attributes,
            children: Vec::new(),
            text: Text::default(),
        });
        Ok(())
    }

    fn end(&mut self) {
        let Some(closed) = self.open.pop() else {
            return;
        };
        match self.open.last_mut() {
            Some(parent) => parent.children.push(closed),
            None => self.root = Some(closed),
        }
    }

    /// The scope of an element: its parent's, or a new one when it declares namespaces.
    fn scope(&mut self, listed: &[attributes::Raw<'a>], base: usize) -> Result<usize, ParseError> {
        let parent = self.open.last().map_or(0, |element| element.scope);
        let mut declared: Vec<(&'a str, usize)> = Vec::new();
        for raw in listed {
            let prefix = match raw.name.strip_prefix("xmlns") {
                Some("") => "",
                Some(rest) => match rest.strip_prefix(':') {
                    Some(prefix) => prefix,
                    None => continue,
                },
                None => continue,
            };
            let at = base + raw.at;
            let named = raw.name.len() > 5;
            let reserved = [XML, XMLNS].contains(&&*raw.value);
            if named && (!text::is_ncname(prefix) || raw.value.is_empty())
                || prefix == "xmlns"
                || reserved != (prefix == "xml")
            {
                let what = format!("{} cannot be declared as {:?}", raw.name, raw.value);
                return Err(self.not_xml(at, what));
            }
            if declared.iter().any(|(earlier, _)| *earlier == prefix) {
                return Err(self.not_xml(at, format!("{} occurs twice", raw.name)));
            }
            declared.push((prefix, self.intern(&raw.value, at)?));
        }
        if declared.is_empty() {
            return Ok(parent);
        }
        self.scopes.push(Scope { parent, declared });
        Ok(self.scopes.len() - 1)
    }

    fn attributes(
        &self,
        listed: Vec<attributes::Raw<'a>>,
        scope: usize,
        base: usize,
    ) -> Result<Vec<Attribute<'a>>, ParseError> {
        let mut all: Vec<Attribute<'a>> = Vec::new();
        for raw in listed {
            if raw.name == "xmlns" || raw.name.starts_with("xmlns:") {
                continue;
            }
            let at = base + raw.at;
            let (prefix, local) = self.split(raw.name, at)?;
            let namespace = match prefix {
                "" => NONE,
                prefix => self.resolve(scope, prefix, at)?,
            };
            let twice = |one: &Attribute<'a>| one.namespace == namespace && one.local == local;
            if all.iter().any(twice) {
                return Err(self.not_xml(at, format!("attribute {} occurs twice", raw.name)));
            }
            all.push(Attribute {
                prefix,
                local,
                namespace,
                value: raw.value,
                at,
            });
        }
        Ok(all)
    }

    fn split(&self, name: &'a str, at: usize) -> Result<(&'a str, &'a str), ParseError> {
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        let prefix_fits = text::is_ncname(prefix) || !name.contains(':');
        if prefix_fits && text::is_ncname(local) {
            return Ok((prefix, local));
        }
        Err(self.not_xml(at, format!("{name:?} is not a name")))
    }

    fn resolve(&self, scope: usize, prefix: &str, at: usize) -> Result<usize, ParseError> {
        lookup(&self.scopes, scope, prefix)
            .ok_or_else(|| self.not_xml(at, format!("prefix {prefix:?} is not declared")))
    }

    fn intern(&mut self, namespace: &str, at: usize) -> Result<usize, ParseError> {
        if let Some(known) = self.known.get(namespace) {
            return Ok(*known);
        }
        let index = self.namespaces.len();
        if index >= XML_NAMESPACES_MAX {
            let what = format!("there are more than {XML_NAMESPACES_MAX} namespaces");
            return Err(self.limit(at, what));
        }
        self.namespaces.push(namespace.to_owned());
        self.known.insert(namespace.to_owned(), index);
        Ok(index)
    }

    fn not_xml(&self, at: usize, what: impl Into<String>) -> ParseError {
        text::one(self.text, at, what)
    }

    fn limit(&self, at: usize, what: String) -> ParseError {
        let place = Some(text::place(self.text, at));
        let problem = Problem {
            place,
            ..Problem::new(ProblemKind::Limit, "", what)
        };
        ParseError {
            problems: vec![problem],
            truncated: false,
        }
    }
}

/// Offsets of a text in memory fit in memory.
fn offset(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}
