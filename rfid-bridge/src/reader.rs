//! Readers as seen from the bridge: the rim that owns sockets and clocks and drives the pure
//! sessions. So far one kind, LLRP over TCP or TLS.

pub mod boot;
pub mod clock;
pub mod reference;
pub mod tcp;
pub mod tls;
