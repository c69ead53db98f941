//! Rules over one thing's way through the supply chain: who moved it, what it was packed in, which
//! chip carries its identifier, and whether the clocks agree. One file per rule, each with its
//! condition, thresholds (in [`crate::profile::ChainProfile`]), causes of false alarms and what
//! late records do. Helpers they share: [`custody`], [`due`], [`tags`].
//!
//! Honest traffic loses, delays and reorders records. So a single missing record is told (S1) and
//! holds nothing; a hold needs two records missing independently, a contradiction that no lost
//! record explains, or the passing of a long time.

pub(crate) mod aggregation;
pub(crate) mod aggregation_contents;
pub(crate) mod chip;
pub(crate) mod custody;
pub(crate) mod due;
pub(crate) mod misdelivery;
pub(crate) mod missing_shipment;
pub(crate) mod overdue;
pub(crate) mod short_case;
pub(crate) mod simultaneous;
pub(crate) mod tags;
pub(crate) mod tail;
pub(crate) mod timing;
pub(crate) mod twice_moved;
pub(crate) mod undeclared;
pub(crate) mod undo;
