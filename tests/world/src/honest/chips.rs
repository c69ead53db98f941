//! One product carries chips on every tenth pack: the line binds them, and readers at centres and
//! pharmacies that open a box append a random symbol to the tail in each chip and report it
//! (`docs/design/tags.md`).

use gs1::epcis::EventBuilder;
use serde_json::{Value, json};

use crate::seeded::Seeded;
use crate::world::World;

/// The product with chips.
const CHIPPED: usize = 4;
/// Every so many packs of it.
const EVERY: u32 = 10;
/// Symbols that a reader reports.
const TOLD: usize = 8;

impl World {
    /// Whether a pack carries a chip.
    pub(crate) fn has_chip(&self, pack: u32) -> bool {
        pack.is_multiple_of(EVERY) && self.goods.lots[self.goods.lot_of(pack)].product == CHIPPED
    }

    /// What the line says of the chips that it puts identifiers on.
    pub(crate) fn bind_chips(&mut self, event: EventBuilder, packs: &[u32]) -> EventBuilder {
        self.with_tags(event, packs, true)
    }

    /// What a reader says of the chips in front of it, each written to once more.
    pub(crate) fn read_tags(&mut self, event: EventBuilder, packs: &[u32]) -> EventBuilder {
        self.with_tags(event, packs, false)
    }

    fn with_tags(&mut self, event: EventBuilder, packs: &[u32], chip: bool) -> EventBuilder {
        let with_chip: Vec<u32> = packs
            .iter()
            .copied()
            .filter(|it| self.has_chip(*it))
            .collect();
        if with_chip.is_empty() {
            return event;
        }
        let mut tags = Vec::new();
        for pack in with_chip {
            let written = self.tails.entry(pack).or_insert(0);
            *written += 1;
            let tail: Vec<u8> = symbols(pack, *written).collect();
            tags.push(tag(
                &self.goods.epc(pack),
                &tail,
                chip.then(|| chip_of(pack)),
            ));
        }
        event.with_extension("theriac", "urn:theriac:epcis:", "tags", json!(tags))
    }
}

/// A tag as events tell it: of a tail the newest symbols.
pub(crate) fn tag(epc: &gs1::Epc, tail: &[u8], chip: Option<String>) -> Value {
    let told = tail
        .get(tail.len().saturating_sub(TOLD)..)
        .unwrap_or_default();
    let digits = told.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let hex: String = digits
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect();
    let mut tag = json!({"epc": epc.canonical(), "tail": hex, "written": tail.len()});
    if let Some(chip) = chip {
        tag["tid"] = json!(chip);
    }
    tag
}

/// The first symbols ever written to the chip of a pack.
pub(crate) fn symbols(pack: u32, count: u32) -> impl Iterator<Item = u8> {
    let mut dice = Seeded::new(u64::from(pack), "tail");
    (0..count).map(move |_| dice.next() as u8)
}

/// TID memory of the chip of a pack: twelve bytes with a serial number (TDS 2.3, section 16).
pub(crate) fn chip_of(pack: u32) -> String {
    format!(
        "e28011302000{:012x}",
        0x1000_0000_0000_u64 + u64::from(pack)
    )
}
