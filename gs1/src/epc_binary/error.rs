//! What can be wrong with a tag, or with what should be written to one. Bits count from 0 at the
//! header, so that a message can be laid beside a dump of the EPC memory.

use crate::ai::ValueError;

/// Why bits are no EPC, or a key does not fit a tag. Bits count from 0 at the header.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BinaryError {
    /// Hexadecimal text that is none, or too long.
    #[error("tag is not hexadecimal at offset {at}")]
    Hex {
        /// Offset of the character.
        at: usize,
    },
    /// More bits than the EPC memory can hold.
    #[error("tag holds {got} bits, at most {max} are read")]
    TooLong {
        /// Bits given.
        got: u64,
        /// Bits allowed.
        max: u32,
    },
    /// No bits at all.
    #[error("tag holds no bits")]
    Empty,
    /// A header that stands for no coding.
    #[error("header {header:02x} at bit 0 is {name}")]
    Header {
        /// The first byte.
        header: u8,
        /// What the Tag Data Standard gives it to.
        name: &'static str,
    },
    /// The bits end within a field.
    #[error("{field} at bit {bit} takes {need} bits, the tag has {have} left")]
    Truncated {
        /// The field.
        field: &'static str,
        /// Its first bit.
        bit: u32,
        /// Bits it takes.
        need: u32,
        /// Bits there are.
        have: u32,
    },
    /// More bits than the coding has, beyond filling the last word of 16 bits.
    #[error("{scheme} ends at bit {end}, {extra} more bits follow")]
    Trailing {
        /// The coding.
        scheme: &'static str,
        /// Where it ends.
        end: u32,
        /// Bits that follow.
        extra: u32,
    },
    /// A bit that must be zero is one.
    #[error("{field} at bit {bit} must be zero")]
    NotZero {
        /// The field.
        field: &'static str,
        /// The bit found set.
        bit: u32,
    },
    /// Partition 7 is reserved.
    #[error("partition {partition} at bit {bit} is reserved")]
    Partition {
        /// The value found.
        partition: u8,
        /// Its first bit.
        bit: u32,
    },
    /// A number with more decimal digits than its field stands for.
    #[error("{field} at bit {bit} is {value}, which has more than {digits} digits")]
    Overflow {
        /// The field.
        field: &'static str,
        /// Its first bit.
        bit: u32,
        /// The number found.
        value: String,
        /// Decimal digits it may have.
        digits: u32,
    },
    /// A field that cannot hold the value found, in words.
    #[error("{field} at bit {bit} {problem}")]
    Field {
        /// The field.
        field: &'static str,
        /// The bit where the fault stands.
        bit: u32,
        /// What is wrong.
        problem: String,
    },
    /// The bits of an element that cannot be read.
    #[error("application identifier ({ai}): {source}")]
    Element {
        /// The application identifier.
        ai: String,
        /// What is wrong, and where.
        source: Box<Self>,
    },
    /// A value of an application identifier that breaks its format.
    #[error("application identifier ({ai}) at bit {bit}: {source}")]
    Value {
        /// The application identifier.
        ai: String,
        /// Its first bit.
        bit: u32,
        /// What is wrong.
        source: ValueError,
    },
    /// Appended data that begin with no application identifier that can be appended.
    #[error("appended data at bit {bit} begin with {found:?}, no application identifier")]
    UnknownAi {
        /// The bit where the identifier stands.
        bit: u32,
        /// Its hexadecimal digits.
        found: String,
    },
    /// A company prefix length outside 6..=12.
    #[error("company prefix of {got} digits, expected 6 to 12")]
    PrefixLength {
        /// The length given.
        got: u8,
    },
    /// A filter that the coding cannot hold.
    #[error("filter {got}, expected 0 to {max}")]
    Filter {
        /// The filter given.
        got: u8,
        /// The largest one.
        max: u8,
    },
    /// A serial number that the coding cannot carry.
    #[error("serial number {serial:?} is not a decimal below 2^38 without leading zeros")]
    Serial {
        /// The serial number given.
        serial: String,
    },
    /// Text that is no EPC tag URI of a coding that has one.
    #[error("{text:?} is no epc tag uri: {problem}")]
    TagUri {
        /// The text, shortened.
        text: String,
        /// What is wrong.
        problem: String,
    },
    /// A part of a tag URI, or an element, that its coding cannot hold.
    #[error("{field} {value:?} {problem}")]
    Unfit {
        /// The field.
        field: String,
        /// The value given.
        value: String,
        /// Why it does not fit.
        problem: String,
    },
}
