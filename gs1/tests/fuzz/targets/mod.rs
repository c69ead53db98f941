//! Every parser of this crate as a fuzz target, with what must hold for what it accepts. A new
//! parser gets a line in [`TARGETS`] and a function in the module of its subject.

mod epcis;
mod identifiers;
mod query;
mod tags;
mod xml;

use fuzz_frame::Target;

/// The table.
pub(crate) const TARGETS: &[&[Target]] = &[
    identifiers::TARGETS,
    tags::TARGETS,
    epcis::TARGETS,
    xml::TARGETS,
    query::TARGETS,
];

/// All targets in the order of the table.
pub(crate) fn all() -> impl Iterator<Item = &'static Target> {
    TARGETS.iter().copied().flatten()
}

/// Text targets take the input as UTF-8, with what is none replaced.
pub(crate) fn text(input: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(input)
}
