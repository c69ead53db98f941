//! EPCIS in XML, versions 1.2 and 2.0: what most of the trade still sends. A document is read into
//! the same [`Document`] as JSON, by way of the JSON of EPCIS 2.0, so that one
//! reader checks both and a capture interface need not care.
//!
//! | in XML | in JSON |
//! |---|---|
//! | a name of another namespace | a member `prefix:name`, the prefix in `@context` |
//! | an element without namespace inside one | a member of that name |
//! | an element that is repeated | an array |
//! | `xsi:type` of an XML Schema number or boolean | a number, `true` or `false` |
//! | another `xsi:type` of XML Schema | a typed literal: `@type`, `@value` |
//! | `xsi:nil` | `null` |
//! | other attributes of an extension element | `@attributes`, the text then in `@value` |
//! | terms of the CBV in any spelling | bare words |
//! | the standard business document header | a member of `epcisHeader`, with `sender` and so on |
//!
//! No document type definition is read, no entity is defined and nothing is fetched.

mod assess;
mod attributes;
mod header;
mod map;
mod names;
mod out;
mod read;
mod read_event;
mod read_sensor;
mod schema;
#[cfg(test)]
mod tests;
mod text;
mod tree;
mod write;
mod write_event;
mod write_order;
mod write_sensor;
mod write_value;

pub use assess::validate_xml;
pub use names::Version;
pub use out::Loss;
pub(crate) use read::json;
pub use read::json as to_json;
pub use read::{Note, Reading, read};
pub use write::write;

use super::{Document, ParseError, Problem};

/// Reads an XML document of EPCIS 1.2 or 2.0, told apart by its namespace; see [`read`].
///
/// # Errors
/// [`ParseError`] with every problem found, each with line and column.
pub fn parse(bytes: &[u8]) -> Result<Document, ParseError> {
    read(bytes).map(|reading| reading.document)
}

/// What makes an XML document invalid by the XML Schema of EPCIS 1.2 or 2.0 that its namespace
/// names; empty for a valid one. What the schema cannot say is for [`parse`], which is otherwise
/// more lenient: it takes elements in any order. [`validate_xml`] gives both.
pub fn schema_problems(bytes: &[u8]) -> Vec<Problem> {
    let text = match text::decode(bytes) {
        Ok(text) => text,
        Err(error) => return error.problems,
    };
    match tree::Tree::parse(&text) {
        Ok(tree) => schema::validate(&tree),
        Err(error) => error.problems,
    }
}
