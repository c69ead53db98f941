//! Rules about being genuine: one file per rule. Each looks at one thing's timeline, which is in
//! event-time order and complete as far as the ledger knows, so a record that arrives late is
//! weighed where it belongs, and a finding it explains is resolved.

pub(crate) mod after_terminal_state;
pub(crate) mod duplicate_commissioning;
pub(crate) mod expired_or_recalled;
pub(crate) mod impossible_travel;
pub(crate) mod ship_by_non_holder;
pub(crate) mod unknown_serial;
