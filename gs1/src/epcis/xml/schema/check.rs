//! The checker: walks a tree along the tables and says what differs, each with its place, what
//! was found and what was expected.

use super::super::super::problem::{Place, Problem, ProblemKind};
use super::super::names::{SBDH, Schema, Version, XSD, XSI, is_own};
use super::super::text;
use super::super::tree::{Element, Tree};
use super::types::Simple;
use super::{Complex, Content, Particle, Type, What, envelope, query};
use crate::limits::PROBLEMS_MAX;

/// What differs from the schema that the root element's namespace names; empty for a valid
/// document.
pub(in super::super) fn validate(tree: &Tree<'_>) -> Vec<Problem> {
    let mut checker = Checker {
        tree,
        version: Version::V2_0,
        path: Vec::new(),
        problems: Vec::new(),
    };
    let root = &tree.root;
    let declared = Version::of(tree.namespace(root)).and_then(|(version, schema)| {
        checker.version = version;
        query::root(version, schema, root.local)
    });
    checker.path.push(root.local.to_owned());
    if let Some(complex) = declared {
        checker.complex(root, complex);
    } else {
        let namespace = tree.namespace(root);
        let what = format!(
            "root element {:?} of namespace {namespace:?} is declared by no schema of epcis",
            root.local
        );
        checker.add(ProblemKind::Value, root.at, what);
    }
    checker.problems
}

struct Checker<'t, 'a> {
    tree: &'t Tree<'a>,
    version: Version,
    path: Vec<String>,
    problems: Vec<Problem>,
}

impl<'a> Checker<'_, 'a> {
    fn add(&mut self, kind: ProblemKind, at: usize, what: String) {
        if self.problems.len() >= PROBLEMS_MAX {
            return;
        }
        let place: Place = text::place(self.tree.text, at);
        self.problems.push(Problem {
            place: Some(place),
            ..Problem::new(kind, &format!("/{}", self.path.join("/")), what)
        });
    }

    fn element(&mut self, element: &Element<'a>, of: Type) {
        match of {
            Type::Of(simple) => self.simple(element, simple),
            Type::Nillable(simple) => {
                let nil = self.hint(element, "nil");
                if nil.is_some_and(|value| matches!(value.trim(), "true" | "1")) {
                    if !element.text.raw().is_empty() || !element.children.is_empty() {
                        let what = "is nil and holds something".to_owned();
                        self.add(ProblemKind::Value, element.at, what);
                    }
                } else {
                    self.simple(element, simple);
                }
            }
            Type::Is(complex) => self.complex(element, complex),
            Type::Any => self.lax(element),
        }
    }

    fn simple(&mut self, element: &Element<'a>, simple: Simple) {
        if let Some(child) = element.children.first() {
            let what = format!("element {} stands where only text may", child.local);
            self.add(ProblemKind::Type, child.at, what);
        } else if let Some(fault) = simple.fault(element.text.raw()) {
            self.add(ProblemKind::Value, element.at, fault);
        }
        self.attributes(element, &[], false);
    }

    fn complex(&mut self, element: &Element<'a>, complex: &'static Complex) {
        self.attributes(element, complex.attributes, complex.open);
        match &complex.content {
            Content::Text => self.text_only(element, Simple::Text),
            Content::Simple(simple) => self.text_only(element, *simple),
            Content::Mixed => self.children_lax(element),
            Content::Sequence(particles) => {
                self.no_text(element);
                self.sequence(element, particles);
                if std::ptr::eq(complex, &raw const envelope::QUANTITY) {
                    self.unit_needs_quantity(element);
                }
            }
            Content::Repeated(particles) => {
                self.no_text(element);
                for (index, child) in element.children.iter().enumerate() {
                    self.one_of(element, index, child, particles);
                }
            }
            Content::Choice(particles) => {
                self.no_text(element);
                if element.children.is_empty() {
                    let what = format!("is empty, expected {}", names(particles));
                    self.add(ProblemKind::Missing, element.at, what);
                }
                for (index, child) in element.children.iter().enumerate() {
                    if index == 0 {
                        self.one_of(element, index, child, particles);
                    } else {
                        let what = format!("{} follows where one element may stand", child.local);
                        self.add(ProblemKind::Order, child.at, what);
                    }
                }
            }
        }
    }

    fn text_only(&mut self, element: &Element<'a>, simple: Simple) {
        if let Some(child) = element.children.first() {
            let what = format!("element {} stands where only text may", child.local);
            self.add(ProblemKind::Type, child.at, what);
        } else if let Some(fault) = simple.fault(element.text.raw()) {
            self.add(ProblemKind::Value, element.at, fault);
        }
    }

    fn no_text(&mut self, element: &Element<'a>) {
        if !element.text.is_blank() {
            let what = "holds text where only elements may stand".to_owned();
            self.add(ProblemKind::Type, element.at, what);
        }
    }

    fn one_of(
        &mut self,
        parent: &Element<'a>,
        index: usize,
        child: &Element<'a>,
        particles: &'static [Particle],
    ) {
        match particles
            .iter()
            .find(|particle| self.matches(child, particle.what))
        {
            Some(particle) => self.enter(parent, index, child, particle.what),
            None => self.unexpected(child, particles, &[]),
        }
    }

    /// Elements in order. Each particle takes what it can; the schemas are deterministic.
    fn sequence(&mut self, element: &Element<'a>, particles: &'static [Particle]) {
        let mut rest = particles;
        let mut taken = 0;
        for (index, child) in element.children.iter().enumerate() {
            let found = rest.iter().position(|one| self.matches(child, one.what));
            let found =
                found.filter(|at| *at > 0 || rest.first().is_some_and(|one| taken < one.max));
            let Some(found) = found else {
                self.unexpected(child, rest, particles);
                continue;
            };
            if found > 0 {
                self.skipped(element, child, rest.get(..found).unwrap_or_default(), taken);
                taken = 0;
                rest = rest.get(found..).unwrap_or_default();
            }
            taken += 1;
            if let Some(particle) = rest.first() {
                self.enter(element, index, child, particle.what);
            }
        }
        for (at, particle) in rest.iter().enumerate() {
            let have = if at == 0 { taken } else { 0 };
            if have < particle.min {
                self.missing(element, element.at, particle.what);
            }
        }
    }

    /// Particles that were passed over and must not be.
    fn skipped(
        &mut self,
        element: &Element<'a>,
        child: &Element<'a>,
        passed: &'static [Particle],
        taken: usize,
    ) {
        for (at, particle) in passed.iter().enumerate() {
            let have = if at == 0 { taken } else { 0 };
            if have < particle.min {
                self.missing(element, child.at, particle.what);
            }
        }
    }

    fn missing(&mut self, element: &Element<'a>, at: usize, what: What) {
        let name = what.name();
        let elsewhere = element
            .children
            .iter()
            .any(|child| self.matches(child, what));
        let (kind, text) = if elsewhere {
            (ProblemKind::Order, format!("{name} must stand before this"))
        } else {
            (ProblemKind::Missing, format!("required {name} is missing"))
        };
        self.add(kind, at, text);
    }

    fn unexpected(
        &mut self,
        child: &Element<'a>,
        rest: &'static [Particle],
        all: &'static [Particle],
    ) {
        let known = all.iter().any(|one| self.matches(child, one.what));
        let qualified = match self.tree.namespace(child) {
            "" => "",
            namespace if is_own(namespace) => " of a namespace, which it must not have,",
            _ => " of another namespace",
        };
        let (kind, what) = if known {
            let what = format!("{} stands too late or too often", child.local);
            (ProblemKind::Order, what)
        } else {
            let expected = names(rest);
            let what = format!(
                "{}{qualified} is not expected here, but {expected}",
                child.local
            );
            (ProblemKind::UnknownField, what)
        };
        self.add(kind, child.at, what);
    }

    fn enter(&mut self, parent: &Element<'a>, index: usize, child: &Element<'a>, what: What) {
        if self.problems.len() >= PROBLEMS_MAX {
            return;
        }
        let same = |one: &&Element<'a>| one.local == child.local;
        let before = parent.children.iter().take(index).filter(same).count();
        let after = parent
            .children
            .iter()
            .skip(index + 1)
            .take(1)
            .any(|one| same(&one));
        self.path.push(if before > 0 || after {
            format!("{}[{}]", child.local, before + 1)
        } else {
            child.local.to_owned()
        });
        match what {
            What::Element(_, of) | What::Query(_, of) | What::Business(_, of) => {
                self.element(child, of);
            }
            What::Other(_) | What::Local => self.lax(child),
        }
        self.path.pop();
    }

    fn matches(&self, element: &Element<'a>, what: What) -> bool {
        let namespace = self.tree.namespace(element);
        match what {
            What::Element(name, _) => namespace.is_empty() && element.local == name,
            What::Query(name, _) => {
                namespace == self.version.namespace(Schema::Query) && element.local == name
            }
            What::Business(name, _) => namespace == SBDH && element.local == name,
            What::Other(schema) => {
                !namespace.is_empty() && namespace != self.version.namespace(schema)
            }
            What::Local => namespace.is_empty(),
        }
    }

    /// An element of which the schemas know nothing, unless they declare it or it names its type.
    fn lax(&mut self, element: &Element<'a>) {
        let namespace = self.tree.namespace(element);
        if namespace == SBDH && element.local == "StandardBusinessDocumentHeader" {
            return self.complex(element, &envelope::BUSINESS_HEADER);
        }
        let declared = Version::of(namespace)
            .and_then(|(version, schema)| query::root(version, schema, element.local));
        if let Some(complex) = declared {
            return self.complex(element, complex);
        }
        let Some(name) = self.hint(element, "type").map(str::to_owned) else {
            return self.children_lax(element);
        };
        let (prefix, local) = name.trim().split_once(':').unwrap_or(("", name.trim()));
        match self.tree.lookup(element, prefix) {
            Some(XSD) if local == "anyType" => self.children_lax(element),
            Some(XSD) => match Simple::of_schema(local) {
                Some(simple) => self.text_only(element, simple),
                None => self.children_lax(element),
            },
            Some(namespace) if is_own(namespace) => self.children_lax(element),
            Some(_) => {
                let what = format!("xsi:type {name:?} names a type that no schema has");
                self.add(ProblemKind::Value, element.at, what);
            }
            None => {
                let what = format!("xsi:type {name:?} has a prefix that is not declared");
                self.add(ProblemKind::Value, element.at, what);
            }
        }
    }

    fn children_lax(&mut self, element: &Element<'a>) {
        for child in &element.children {
            self.path.push(child.local.to_owned());
            self.lax(child);
            self.path.pop();
        }
    }

    fn attributes(&mut self, element: &Element<'a>, known: &[super::Attribute], open: bool) {
        for attribute in &element.attributes {
            let namespace = self.tree.attribute_namespace(attribute);
            if namespace == XSI {
                continue;
            }
            let declared = known
                .iter()
                .find(|(name, ..)| namespace.is_empty() && *name == attribute.local);
            match declared {
                Some((name, simple, _)) => {
                    if let Some(fault) = simple.fault(&attribute.value) {
                        let what = format!("attribute {name}: {fault}");
                        self.add(ProblemKind::Value, attribute.at, what);
                    }
                }
                None if open => {}
                None => {
                    let what = format!("attribute {} is not expected here", attribute.local);
                    self.add(ProblemKind::UnknownField, attribute.at, what);
                }
            }
        }
        for (name, _, required) in known {
            if *required && element.attribute(name).is_none() {
                let what = format!("required attribute {name} is missing");
                self.add(ProblemKind::Missing, element.at, what);
            }
        }
    }

    fn unit_needs_quantity(&mut self, element: &Element<'a>) {
        let find = |name: &str| element.children.iter().find(|child| child.local == name);
        if let (Some(uom), None) = (find("uom"), find("quantity")) {
            let what = "uom stands without a quantity".to_owned();
            self.add(ProblemKind::Missing, uom.at, what);
        }
    }

    /// A hint of XML Schema in the instance: `type` or `nil`.
    fn hint<'e>(&self, element: &'e Element<'a>, local: &str) -> Option<&'e str> {
        let mut attributes = element.attributes.iter();
        let found = attributes.find(|attribute| {
            attribute.local == local && self.tree.attribute_namespace(attribute) == XSI
        });
        found.map(|attribute| attribute.value.as_ref())
    }
}

impl What {
    fn name(self) -> &'static str {
        match self {
            Self::Element(name, _) | Self::Query(name, _) | Self::Business(name, _) => name,
            Self::Other(_) => "an element of another namespace",
            Self::Local => "an element without namespace",
        }
    }
}

/// What may stand somewhere, in words: up to what must be there.
fn names(particles: &[Particle]) -> String {
    let required = particles.iter().position(|one| one.min > 0);
    let end = required.map_or(particles.len(), |at| at + 1);
    let names: Vec<&str> = particles
        .iter()
        .take(end)
        .map(|one| one.what.name())
        .collect();
    match names.as_slice() {
        [] => "nothing".to_owned(),
        names => names.join(" or "),
    }
}
