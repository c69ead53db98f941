//! A simulated dock-door reader that speaks LLRP to any client, ours or another's. [`door`] moves
//! tags through a radio field, [`reader`] is the protocol's other side, both as functions of time
//! and a seed; [`server`] puts them on a TCP port. The binary `reader-sim` is a shell around it.

pub mod door;
mod profile;
pub mod reader;
pub mod server;

#[cfg(test)]
mod tests;
