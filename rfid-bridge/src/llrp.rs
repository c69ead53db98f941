//! LLRP, the protocol of fixed UHF readers (EPCglobal/GS1 Low Level Reader Protocol 1.0.1 and
//! 1.1): bytes to values and back, and the client's side of a conversation as a state machine.
//! Nothing here opens a socket or reads a clock; `reader::tcp` and `sim::server` do.
//!
//! From the bottom: [`wire`] bounds every read, [`parameter`] knows TV and TLV, [`tag`],
//! [`event`], [`rospec`], [`settings`] and [`status`] are the parts, [`message`] the whole,
//! [`frame`] cuts a stream, [`session`] talks. [`schema`] and [`tree`] know the rest of the
//! protocol, [`access`] reads tag memory, [`impinj`] is one vendor's additions.

pub mod access;
pub mod event;
pub mod frame;
pub mod impinj;
pub mod message;
pub mod parameter;
pub mod rospec;
pub mod schema;
pub mod session;
pub mod settings;
pub mod status;
pub mod tag;
pub mod tree;
pub mod wire;

#[cfg(test)]
mod tests;
