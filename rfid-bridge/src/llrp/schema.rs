//! What LLRP is made of: every message and parameter with its number, its fields and what may
//! stand inside it (LLRP 1.1 sections 10 to 17; 1.0.1 is a part of it). The tables are read by
//! the generic codec ([`super::tree`]), which so knows all of the protocol, while the typed codec
//! beside it knows what an inventory needs and is fast.
//!
//! A line `181 GPITriggerValue { GPIPortNum: u16, GPIEvent: u1, reserved: r7 } [Maybe Custom];`
//! reads: number and name, fields in the order of the wire, then the parameters that may follow,
//! each with how often. Widths are those of the standard: `u1` one bit, `s8` signed, `u16v` a
//! vector behind a 16-bit count, `u1v` a bit array, `utf8v` text, `r7` seven reserved bits.

mod device;
mod gen2;
mod messages;
mod operation;

/// One message or parameter.
#[derive(Debug, PartialEq, Eq)]
pub struct Definition {
    /// How it is framed.
    pub form: Form,
    /// Message type, or parameter type.
    pub kind: u16,
    /// Its name in the standard.
    pub name: &'static str,
    /// Its fields, in the order of the wire.
    pub fields: &'static [Field],
    /// What may follow the fields, in order.
    pub children: &'static [Child],
}

/// How a definition stands on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Behind a message header.
    Message,
    /// Behind a type and a length.
    Tlv,
    /// Behind one octet of type; the length is known from it.
    Tv,
}

/// One field.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in the standard.
    pub name: &'static str,
    /// What stands there.
    pub width: Width,
}

/// What stands in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// An unsigned number of so many bits, 1..=64.
    Unsigned(u8),
    /// A signed number of 8 or 16 bits.
    Signed(u8),
    /// Bits that mean nothing; zero when written.
    Reserved(u8),
    /// So many octets.
    Octets(u8),
    /// Octets (numbers or text) behind a 16-bit count.
    OctetVector,
    /// 16-bit numbers behind a 16-bit count.
    WordVector,
    /// 32-bit numbers behind a 16-bit count.
    LongVector,
    /// Bits behind a 16-bit count, padded with zero bits.
    BitArray,
    /// Octets to the end of what holds them.
    Rest,
}

/// Parameters that may stand at one place inside another.
#[derive(Debug, PartialEq, Eq)]
pub struct Child {
    /// How often.
    pub repeat: Repeat,
    /// Names of those of which each is one of.
    pub names: &'static [&'static str],
}

/// How often a parameter stands at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// Once.
    One,
    /// At most once.
    Maybe,
    /// Any number of times.
    Any,
    /// Once or more often.
    Some,
}

/// The words of the tables.
#[allow(
    non_upper_case_globals,
    reason = "the widths are spelt as in the standard's own definitions"
)]
mod width {
    use super::Width;

    pub(super) const u1: Width = Width::Unsigned(1);
    pub(super) const u2: Width = Width::Unsigned(2);
    pub(super) const u8: Width = Width::Unsigned(8);
    pub(super) const u16: Width = Width::Unsigned(16);
    pub(super) const u32: Width = Width::Unsigned(32);
    pub(super) const u64: Width = Width::Unsigned(64);
    pub(super) const s8: Width = Width::Signed(8);
    pub(super) const s16: Width = Width::Signed(16);
    pub(super) const u96: Width = Width::Octets(12);
    pub(super) const u1v: Width = Width::BitArray;
    pub(super) const u8v: Width = Width::OctetVector;
    pub(super) const utf8v: Width = Width::OctetVector;
    pub(super) const u16v: Width = Width::WordVector;
    pub(super) const u32v: Width = Width::LongVector;
    pub(super) const rest: Width = Width::Rest;
    pub(super) const r2: Width = Width::Reserved(2);
    pub(super) const r3: Width = Width::Reserved(3);
    pub(super) const r5: Width = Width::Reserved(5);
    pub(super) const r6: Width = Width::Reserved(6);
    pub(super) const r7: Width = Width::Reserved(7);
    pub(super) const r8: Width = Width::Reserved(8);
    pub(super) const r14: Width = Width::Reserved(14);
}

macro_rules! definitions {
    ($table:ident: $form:ident, $(
        $kind:literal $name:ident { $($field:ident: $width:ident),* }
        [$($repeat:ident $($child:ident)|+),*];
    )*) => {
        /// In the order of the numbers.
        pub(super) static $table: &[Definition] = &[$(Definition {
            form: Form::$form,
            kind: $kind,
            name: stringify!($name),
            fields: &[$(Field { name: stringify!($field), width: width::$width }),*],
            children: &[$(Child {
                repeat: Repeat::$repeat,
                names: &[$(stringify!($child)),+],
            }),*],
        }),*];
    };
}
use definitions;

/// The definition of a message.
pub fn message(kind: u16) -> Option<&'static Definition> {
    find(messages::MESSAGES, kind)
}

/// The definition of a parameter of the TLV encoding.
pub fn tlv(kind: u16) -> Option<&'static Definition> {
    [device::DEVICE, operation::OPERATION, gen2::GEN2]
        .into_iter()
        .find_map(|table| find(table, kind))
}

/// The definition of a parameter of the TV encoding.
pub fn tv(kind: u16) -> Option<&'static Definition> {
    find(operation::TAG, kind)
}

/// All messages, in the order of their numbers.
pub fn messages() -> impl Iterator<Item = &'static Definition> {
    messages::MESSAGES.iter()
}

/// All parameters.
pub fn parameters() -> impl Iterator<Item = &'static Definition> {
    [
        operation::TAG,
        device::DEVICE,
        operation::OPERATION,
        gen2::GEN2,
    ]
    .into_iter()
    .flatten()
}

/// The definition of a parameter by its name.
pub fn parameter(name: &str) -> Option<&'static Definition> {
    parameters().find(|definition| definition.name == name)
}

fn find(table: &'static [Definition], kind: u16) -> Option<&'static Definition> {
    let at = table.binary_search_by_key(&kind, |definition| definition.kind);
    at.ok().and_then(|at| table.get(at))
}
