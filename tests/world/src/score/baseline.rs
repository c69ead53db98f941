//! The check that national systems make: is the serial known, are lot and expiry those of the
//! upload, is its state active. It knows nothing of who holds what. Its own dispensing changes its
//! states at once.

use std::collections::{BTreeMap, BTreeSet};

use gs1::scan;
use rules::{Decision, Fact};

use crate::goods::day_of;
use crate::world::Visit;

/// States by identifier.
#[derive(Debug, Default)]
pub(crate) struct Baseline {
    packs: BTreeMap<String, Pack>,
    recalled: BTreeSet<String>,
}

#[derive(Debug)]
struct Pack {
    lot: String,
    expiry: Option<chrono::NaiveDate>,
    active: bool,
}

impl Baseline {
    /// Takes in what a national system is told: uploads, ends that are no dispensing, recalls.
    pub(crate) fn learn(&mut self, fact: &Fact) {
        let event = match fact {
            Fact::Event(event) => event,
            Fact::Decision(Decision::Recall { lot, .. }) => {
                self.recalled.insert(lot.as_str().to_owned());
                return;
            }
            _ => return,
        };
        let step = event.biz_step.as_ref().map_or("", |step| step.as_str());
        let fate = event.disposition.as_ref().map_or("", |fate| fate.as_str());
        let epcs = event.epcs().into_iter().map(gs1::Epc::canonical);
        if let Some(lot) = event.ilmd.lot.as_ref().filter(|_| step == "commissioning") {
            for epc in epcs {
                let pack = Pack {
                    lot: lot.as_str().to_owned(),
                    expiry: event.ilmd.expiry,
                    active: true,
                };
                self.packs.entry(epc).or_insert(pack);
            }
        } else if matches!(fate, "destroyed" | "stolen") {
            for epc in epcs {
                if let Some(pack) = self.packs.get_mut(&epc) {
                    pack.active = false;
                }
            }
        }
    }

    /// Whether it stops the pack; if not, the pack is dispensed.
    pub(crate) fn stops(&mut self, visit: &Visit) -> bool {
        let scan = scan::parse(&visit.clean).expect("a clean scan");
        let lot = scan.lot.as_ref().map_or("", |lot| lot.as_str());
        let today = day_of(visit.at_ms);
        let printed = scan.expiry.map(|expiry| expiry.resolve(2026));
        let Some(pack) = self.packs.get_mut(&visit.subject) else {
            return !visit.offline;
        };
        let fits = pack.lot == lot && pack.expiry == printed;
        let in_date = pack.expiry.is_none_or(|expiry| today <= expiry);
        let goes = fits && in_date && pack.active && !self.recalled.contains(lot);
        if (goes || visit.offline) && !visit.asks_only {
            pack.active = false;
        }
        !goes && !visit.offline
    }
}
