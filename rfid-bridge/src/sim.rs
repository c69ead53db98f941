//! A simulated dock-door reader that speaks LLRP to any client, ours or another's. [`door`] moves
//! tags through a radio field and [`stage`] plays a [`script`] of passages and mishaps; [`tag`] is
//! what a tag holds, [`reader`] the protocol's other side, all as functions of time and a seed.
//! [`server`] puts them on a TCP port; the binary `reader-sim` is a shell around it.

pub mod door;
pub mod profile;
pub mod reader;
pub mod scene;
pub mod script;
pub mod server;
pub mod stage;
pub mod tag;

#[cfg(test)]
mod tests;
