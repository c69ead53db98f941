//! Anything with an identifier of its own that events touch: a pack, a case, a pallet, a tote.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::event::EventId;
use super::findings::FindingId;
use super::list::EventList;
use super::verified::VerId;
use super::{row_number, row_of};

/// A thing kept once: its row plus one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct ThingId(NonZeroU32);

impl ThingId {
    /// The thing of a row.
    pub(crate) fn at(row: usize) -> Self {
        Self(row_number(row))
    }

    pub(crate) fn row(self) -> usize {
        row_of(self.0)
    }
}

/// What is remembered of a thing; what it is called is in [`super::name::ThingNames`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Thing {
    /// The commissioning that counts: the first one the ledger recorded that was not taken back,
    /// whatever time it claims.
    pub(crate) birth: Option<EventId>,
    /// Events that name it, in event-time order (ledger order among equals), without those that
    /// only brought readings. When it was put into or taken out of something is told by them.
    pub(crate) touches: EventList,
    /// What only containers, measured things and things with findings have.
    pub(crate) more: Option<Box<More>>,
}

/// What most packs do without.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct More {
    /// Everything that was ever put into it or taken out of it, sorted.
    pub(crate) children: Vec<ThingId>,
    /// Events that emptied it without naming the children, in event-time order.
    pub(crate) disbands: Vec<EventId>,
    /// Events that brought readings for it, in ledger order.
    pub(crate) measured: Vec<EventId>,
    /// When readings were last judged in full, and what made it quiet.
    pub(crate) watch: Option<Watch>,
    /// Questions asked about it, in ledger order.
    pub(crate) verified: Vec<VerId>,
    /// Findings about it, in the order they appeared.
    pub(crate) findings: Vec<FindingId>,
}

/// What the last full judgement of readings compared with: a further reading of the same device,
/// inside every band and soon enough after the last one, changes nothing. All the same everything
/// is judged again when the quiet readings have become an eighth of the whole, so that what only
/// many readings show (a flat line, a replay, a spent budget) is found while the goods are on the
/// way, at a bounded cost a reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Watch {
    pub(crate) device: Option<super::NameId>,
    pub(crate) low_mc: i32,
    pub(crate) high_mc: i32,
    pub(crate) last_ms: i64,
    pub(crate) last_mc: i32,
    pub(crate) break_ms: i64,
    /// Fastest change that the sensor can follow, per minute.
    pub(crate) rate_mc_per_min: i32,
    /// Programmed interval, where master data tells it.
    pub(crate) interval_ms: Option<i64>,
    /// Readings after this are not covered by the device's calibration.
    pub(crate) calibrated_until_ms: i64,
    /// Number that the next reading of a counting device must have.
    pub(crate) next_number: Option<u64>,
    /// Readings judged in full.
    pub(crate) judged: u32,
    /// Quiet readings since.
    pub(crate) quiet: u32,
}

impl Thing {
    pub(crate) fn more_mut(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    pub(crate) fn children(&self) -> &[ThingId] {
        self.more.as_ref().map_or(&[], |more| &more.children)
    }

    pub(crate) fn disbands(&self) -> &[EventId] {
        self.more.as_ref().map_or(&[], |more| &more.disbands)
    }

    pub(crate) fn measured(&self) -> &[EventId] {
        self.more.as_ref().map_or(&[], |more| &more.measured)
    }

    pub(crate) fn verified(&self) -> &[VerId] {
        self.more.as_ref().map_or(&[], |more| &more.verified)
    }

    pub(crate) fn findings(&self) -> &[FindingId] {
        self.more.as_ref().map_or(&[], |more| &more.findings)
    }
}
