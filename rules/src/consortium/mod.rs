//! Rules that a consortium adds itself, as typed declarative data: fields compared with values,
//! counts within windows, thresholds with units, joined by all, any and not. There is no expression
//! language: what a rule may cost is known from its declaration before it is put in force
//! ([`Declaration::cost`]), and nothing in it can loop, call or name what is not listed.
//!
//! A declaration has canonical bytes (RFC 8785) and a hash of them that every finding names. It is
//! in force from a position of the ledger to another, told by an [`Activation`]; findings of a rule
//! that was retired stay as they were. A condition whose field is not known for some goods is
//! neither true nor false: that is a finding about the rule. For partners:
//! `docs/consortium-rules.md`.

mod declaration;
mod evaluate;
mod fit;
mod group;
mod judge;
mod limits;
mod problem;
mod read;
mod registry;

pub use declaration::{About, Declaration, Hash, Refusal, RefusedDeclaration};
pub use limits::{
    CONTENTS_MAX, COST_MAX, COUNT_MAX, DEPTH_MAX, NODES_MAX, RECORDS_MAX, VALUES_MAX, WINDOW_MAX_MS,
};
pub use registry::{Activation, RuleStatus};

pub(crate) use registry::Consortium;
