//! What was dropped because the spool was full: how much of which source, and between when. The
//! counts are rows on disk like all that is open, and become gaps when dropping is over.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What was dropped of one source, or of one device behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Lost {
    /// Sightings, or measured values.
    pub(super) count: u64,
    /// First of them, gateway's wall clock, ms since the Unix epoch.
    pub(super) from_ms: i64,
    /// Last of them, likewise.
    pub(super) to_ms: i64,
}

/// Place of the source in the configuration, and device.
type Whose = (usize, Option<String>);

/// What was dropped and not told yet.
#[derive(Debug, Default)]
pub(super) struct Losses {
    open: BTreeMap<Whose, Lost>,
    changed: bool,
}

impl Losses {
    /// Counts something between two times (earliest, latest).
    pub(super) fn count(
        &mut self,
        source: usize,
        device: Option<&str>,
        count: u64,
        (from_ms, to_ms): (i64, i64),
    ) {
        self.changed = true;
        let new = Lost {
            count: 0,
            from_ms,
            to_ms,
        };
        let whose = (source, device.map(ToOwned::to_owned));
        let lost = self.open.entry(whose).or_insert(new);
        lost.count += count;
        lost.from_ms = lost.from_ms.min(from_ms);
        lost.to_ms = lost.to_ms.max(to_ms);
    }

    /// Takes up the counts of an earlier process.
    pub(super) fn restore(&mut self, source: usize, device: Option<&str>, lost: Lost) {
        self.count(source, device, lost.count, (lost.from_ms, lost.to_ms));
        self.changed = false;
    }

    /// Everything that is not told, when it has changed since this was last asked.
    pub(super) fn changed(&mut self) -> Vec<(Whose, Lost)> {
        if !std::mem::take(&mut self.changed) {
            return Vec::new();
        }
        let rows = self.open.iter();
        rows.map(|(whose, lost)| (whose.clone(), *lost)).collect()
    }

    /// Takes out everything, to be told.
    pub(super) fn close(&mut self) -> Vec<(usize, Option<String>, Lost)> {
        self.changed = false;
        let all = std::mem::take(&mut self.open).into_iter();
        all.map(|((source, device), lost)| (source, device, lost))
            .collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }
}
