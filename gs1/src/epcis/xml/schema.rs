//! Whether an XML document is valid by the XML Schemas of EPCIS 1.2 and 2.0: order and number of
//! elements, attributes, and the lexical form of values. The schemas are kept as tables of our own.

mod check;
mod envelope;
mod query;
pub(super) mod types;
mod v1;
mod v2;

pub(super) use check::validate;

use super::names::Schema;
use types::Simple;

/// What an element may be.
#[derive(Debug, Clone, Copy)]
enum Type {
    /// Text of a simple type.
    Of(Simple),
    /// A number that `xsi:nil` may stand for.
    Nillable(Simple),
    /// Attributes and elements.
    Is(&'static Complex),
    /// Anything.
    Any,
}

/// A complex type.
#[derive(Debug)]
struct Complex {
    content: Content,
    attributes: &'static [Attribute],
    /// Whether it takes any other attribute.
    open: bool,
}

/// An attribute: name, type, whether it is required.
type Attribute = (&'static str, Simple, bool);

#[derive(Debug)]
enum Content {
    Text,
    /// Text of a simple type.
    Simple(Simple),
    /// Elements in this order.
    Sequence(&'static [Particle]),
    /// Any number of these in any order.
    Repeated(&'static [Particle]),
    /// Exactly one of these.
    Choice(&'static [Particle]),
    /// Text and any elements.
    Mixed,
}

/// What may stand at a place of a sequence, how often at least and at most.
#[derive(Debug)]
struct Particle {
    what: What,
    min: usize,
    max: usize,
}

#[derive(Debug, Clone, Copy)]
enum What {
    /// An element without namespace.
    Element(&'static str, Type),
    /// An element of the query schema.
    Query(&'static str, Type),
    /// An element of the business document header.
    Business(&'static str, Type),
    /// Elements of any namespace but that of the schema.
    Other(Schema),
    /// Elements without namespace.
    Local,
}

const MANY: usize = usize::MAX;

/// An element that must be there.
const fn one(name: &'static str, of: Type) -> Particle {
    Particle {
        what: What::Element(name, of),
        min: 1,
        max: 1,
    }
}

/// An element that may be there.
const fn maybe(name: &'static str, of: Type) -> Particle {
    Particle {
        what: What::Element(name, of),
        min: 0,
        max: 1,
    }
}

/// Any number of elements.
const fn many(name: &'static str, of: Type) -> Particle {
    Particle {
        what: What::Element(name, of),
        min: 0,
        max: MANY,
    }
}

/// One element or more.
const fn some(name: &'static str, of: Type) -> Particle {
    Particle {
        what: What::Element(name, of),
        min: 1,
        max: MANY,
    }
}

/// Extensions of others, at the end of most types.
const OTHERS: Particle = Particle {
    what: What::Other(Schema::Core),
    min: 0,
    max: MANY,
};

/// A type that takes any attribute and these elements in order.
const fn open(content: &'static [Particle]) -> Complex {
    Complex {
        content: Content::Sequence(content),
        attributes: &[],
        open: true,
    }
}

/// A type that takes these elements in order.
const fn closed(content: &'static [Particle]) -> Complex {
    Complex {
        content: Content::Sequence(content),
        attributes: &[],
        open: false,
    }
}

const TEXT: Type = Type::Of(Simple::Text);
const URI: Type = Type::Of(Simple::Uri);
/// The extension point for elements without namespace.
const LOCAL: Type = Type::Is(&LOCAL_EXTENSION);
static LOCAL_EXTENSION: Complex = open(&[Particle {
    what: What::Local,
    min: 1,
    max: MANY,
}]);
/// The same without attributes.
static LOCAL_ELEMENTS: Complex = closed(&[Particle {
    what: What::Local,
    min: 1,
    max: MANY,
}]);
