//! The generic codec: any message of LLRP as a tree of fields and parameters, after the tables of
//! [`super::schema`]. It is complete where the typed codec is fast: what an inventory does not
//! use (surveys, tag writes, another client's specs) is read and written here. A TLV nobody
//! defined is kept as bytes, a TV nobody defined is an error, because its end is not known.

use std::fmt;

use super::parameter::{EpcBits, Tlv, tlv};
use super::schema::{self, Definition, Field, Form, Width};
use super::wire::{Cursor, Malformed, TooLong, Writer};

mod check;
mod field;

pub use check::Fault;

/// Deepest nesting that is read. The standard's own deepest is a filter's mask in an added
/// `ROSpec`, the eighth; without a bound a message could be all nesting.
pub const DEPTH_MAX: u8 = 16;

/// A message or a defined parameter, with all that is in it.
#[derive(Clone, PartialEq, Eq)]
pub struct Node {
    definition: &'static Definition,
    /// One for each field that is not reserved, in order and of its width.
    values: Vec<Value>,
    parameters: Vec<Element>,
}

/// A parameter inside a [`Node`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Element {
    /// Defined by the standard.
    Known(Node),
    /// Of a later version, kept as it came.
    Unknown(Tlv),
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// An unsigned number or a flag.
    Number(u64),
    /// A signed number.
    Signed(i16),
    /// Octets, of fixed length or counted: identifiers, text, what a vendor defines.
    Octets(Vec<u8>),
    /// 16-bit numbers: antennas, memory words.
    Words(Vec<u16>),
    /// 32-bit numbers: frequencies.
    Longs(Vec<u32>),
    /// Bits: EPCs and masks.
    Bits(EpcBits),
}

/// Values that do not fit the fields of a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the values given are not those of {0}")]
pub struct Misfit(pub &'static str);

impl From<Misfit> for TooLong {
    fn from(misfit: Misfit) -> Self {
        Self { what: misfit.0 }
    }
}

impl Node {
    /// A node of values, one for each field that is not reserved.
    ///
    /// # Errors
    /// When a value is missing, too many, of another sort or out of its field's range.
    pub fn new(
        definition: &'static Definition,
        values: Vec<Value>,
        parameters: Vec<Element>,
    ) -> Result<Self, Misfit> {
        let fields: Vec<&Field> = told(definition).collect();
        let fit = fields.len() == values.len()
            && fields
                .iter()
                .zip(&values)
                .all(|(field, value)| field::fits(field.width, value));
        if !fit {
            return Err(Misfit(definition.name));
        }
        Ok(Self {
            definition,
            values,
            parameters,
        })
    }

    /// Reads the body of a message; `None` when no message has this type.
    ///
    /// # Errors
    /// Fields cut short, parameters that are not, bytes left over.
    pub fn decode_message(kind: u16, body: &mut Cursor<'_>) -> Result<Option<Self>, Malformed> {
        schema::message(kind)
            .map(|definition| Self::decode(definition, body, 0))
            .transpose()
    }

    fn decode(
        definition: &'static Definition,
        body: &mut Cursor<'_>,
        depth: u8,
    ) -> Result<Self, Malformed> {
        let values = field::decode_all(definition, body)?;
        let mut parameters = Vec::new();
        if definition.form != Form::Tv {
            if definition.children.is_empty() {
                body.finish("bytes after the last field")?;
            }
            while !body.is_empty() {
                parameters.push(Element::decode(body, depth)?);
            }
        }
        Ok(Self {
            definition,
            values,
            parameters,
        })
    }

    /// Writes fields and parameters, without the header of the message or parameter.
    pub fn encode_body(&self, to: &mut Writer) {
        field::encode_all(self.definition, &self.values, to);
        for parameter in &self.parameters {
            parameter.encode(to);
        }
    }

    /// What it is.
    pub fn definition(&self) -> &'static Definition {
        self.definition
    }

    /// Its parameters, in order.
    pub fn parameters(&self) -> &[Element] {
        &self.parameters
    }

    /// The fields with their values, reserved ones left out.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        told(self.definition)
            .map(|field| field.name)
            .zip(&self.values)
    }

    /// The value of a field.
    pub fn value(&self, field: &str) -> Option<&Value> {
        self.fields()
            .find(|(name, _)| *name == field)
            .map(|(_, value)| value)
    }

    /// The unsigned number in a field.
    pub fn number(&self, field: &str) -> Option<u64> {
        match self.value(field) {
            Some(Value::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// Another value in a field.
    ///
    /// # Errors
    /// When there is no such field, or the value does not fit it.
    pub fn set(&mut self, field: &'static str, value: Value) -> Result<(), Misfit> {
        let place = told(self.definition)
            .zip(&mut self.values)
            .find(|(told, _)| told.name == field);
        match place {
            Some((told, place)) if field::fits(told.width, &value) => {
                *place = value;
                Ok(())
            }
            _ => Err(Misfit(field)),
        }
    }

    /// The defined parameters of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.nodes()
            .filter(move |node| node.definition.name == name)
    }

    /// The defined parameters.
    pub fn nodes(&self) -> impl Iterator<Item = &Self> {
        self.parameters.iter().filter_map(|element| match element {
            Element::Known(node) => Some(node),
            Element::Unknown(_) => None,
        })
    }
}

impl Element {
    /// A defined parameter by its name.
    ///
    /// # Errors
    /// [`Misfit`]; also when nothing has this name.
    pub fn new(
        name: &'static str,
        values: Vec<Value>,
        parameters: Vec<Self>,
    ) -> Result<Self, Misfit> {
        let definition = schema::parameter(name).ok_or(Misfit(name))?;
        Node::new(definition, values, parameters).map(Self::Known)
    }

    /// Understands the body of a parameter that was carried as bytes.
    ///
    /// # Errors
    /// When its definition does not fit its bytes. Offsets count from its first byte.
    pub fn of(parameter: &Tlv) -> Result<Self, Malformed> {
        Self::body(parameter.kind, &mut Cursor::new(&parameter.body, 4), 1)
    }

    fn decode(from: &mut Cursor<'_>, depth: u8) -> Result<Self, Malformed> {
        if depth >= DEPTH_MAX {
            return Err(from.malformed("parameters nested deeper than any of the standard"));
        }
        if let Some(first) = from.peek().filter(|first| first & 0x80 != 0) {
            let unknown = from.malformed("unknown TV parameter");
            let definition = schema::tv(u16::from(first & 0x7f)).ok_or(unknown)?;
            from.u8("parameter type")?;
            return Node::decode(definition, from, depth + 1).map(Self::Known);
        }
        let (kind, mut body) = tlv(from)?;
        Self::body(kind, &mut body, depth + 1)
    }

    fn body(kind: u16, body: &mut Cursor<'_>, depth: u8) -> Result<Self, Malformed> {
        match schema::tlv(kind) {
            Some(definition) => Node::decode(definition, body, depth).map(Self::Known),
            None => Ok(Self::Unknown(Tlv {
                kind,
                body: body.take_rest().to_vec(),
            })),
        }
    }

    /// Writes the parameter.
    pub fn encode(&self, to: &mut Writer) {
        match self {
            Self::Unknown(other) => other.encode(to),
            Self::Known(node) => {
                let definition = node.definition;
                if definition.form == Form::Tv {
                    to.u8(0x80 | u8::try_from(definition.kind).unwrap_or_default());
                    node.encode_body(to);
                } else {
                    to.tlv(definition.kind, definition.name, |to| node.encode_body(to));
                }
            }
        }
    }
}

/// The fields that carry something.
fn told(definition: &'static Definition) -> impl Iterator<Item = &'static Field> {
    definition
        .fields
        .iter()
        .filter(|field| !matches!(field.width, Width::Reserved(_)))
}

#[allow(
    clippy::missing_fields_in_debug,
    reason = "fields and parameters are there, under the names of the standard"
)]
impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told = f.debug_struct(self.definition.name);
        for (name, value) in self.fields() {
            told.field(name, value);
        }
        if !self.parameters.is_empty() {
            told.field("parameters", &self.parameters);
        }
        told.finish()
    }
}

#[cfg(test)]
mod tests;
