//! Open passages as rows on disk, so that the death of the process does not lose who is in the
//! door. A row is written when a passage begins and after it has changed, and goes away in the
//! commit that stores the passage's event. Monotonic times mean nothing to the next process: a
//! passage that is taken up again counts as heard just now.

use serde::{Deserialize, Serialize};

use super::{Antenna, Passage, Smoother, Way};
use crate::llrp::parameter::EpcBits;

/// A passage that has not been told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptPassage {
    /// Where, by its place in the configuration; the caller writes it as a name.
    #[serde(skip)]
    pub place: usize,
    /// EPC in hex.
    epc: String,
    /// Its length in bits.
    bits: u16,
    /// TID memories in hex.
    tids: Vec<String>,
    reads: u32,
    /// By port.
    antennas: Vec<(u16, Antenna)>,
    first_ms: i64,
    last_ms: i64,
}

impl Smoother {
    /// The passages that have begun since this was last asked, with `all` also those that have
    /// changed, by number.
    pub fn changed(&mut self, all: bool) -> Vec<(u64, KeptPassage)> {
        let mut changed = std::mem::take(&mut self.begun);
        if all {
            changed.append(&mut self.changed);
        }
        let mut out = Vec::with_capacity(changed.len());
        for key in changed {
            let Some(passage) = self.open.get_mut(&key).filter(|it| it.dirty) else {
                continue;
            };
            passage.dirty = false;
            if !passage.told {
                out.push((passage.number, passage.keep(&key)));
            }
        }
        out
    }

    /// Whether passages have begun or ended since they were last asked for.
    pub fn has_begun(&self) -> bool {
        !self.begun.is_empty() || !self.ended.is_empty()
    }

    /// The passages that have ended without an observation since this was last asked.
    pub fn ended(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.ended)
    }

    /// Takes up a passage of an earlier process at monotonic time `now_ms`. False when the row
    /// makes no sense.
    pub fn restore(&mut self, number: u64, kept: &KeptPassage, now_ms: u64) -> bool {
        self.next = self.next.max(number + 1);
        let Ok(bytes) = hex::decode(&kept.epc) else {
            return false;
        };
        let epc = EpcBits {
            bits: kept.bits,
            bytes,
        };
        let tids = kept.tids.iter().filter_map(|tid| hex::decode(tid).ok());
        let passage = Passage {
            number,
            dirty: false,
            tids: tids.collect(),
            began_at: now_ms,
            heard_at: now_ms,
            told: false,
            way: Way::default(),
            reads: kept.reads,
            antennas: kept.antennas.iter().copied().collect(),
            first_ms: kept.first_ms,
            last_ms: kept.last_ms,
            reader_first: None,
            reader_last: None,
        };
        self.totals.reads += u64::from(kept.reads);
        // Two passages of one tag, one of them waiting for its event when the process died: the
        // later one stays open, the earlier one is over.
        let before = self.open.insert((kept.place, epc.clone()), passage);
        if let Some(before) = before {
            self.over.push(((kept.place, epc), before));
        }
        true
    }
}

impl Passage {
    fn keep(&self, (place, epc): &(usize, EpcBits)) -> KeptPassage {
        KeptPassage {
            place: *place,
            epc: hex::encode(&epc.bytes),
            bits: epc.bits,
            tids: self.tids.iter().map(hex::encode).collect(),
            reads: self.reads,
            antennas: self
                .antennas
                .iter()
                .map(|(port, it)| (*port, *it))
                .collect(),
            first_ms: self.first_ms,
            last_ms: self.last_ms,
        }
    }
}
