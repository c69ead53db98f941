//! How a record comes from where it was made to the ledger: usually within minutes, sometimes days
//! late, sometimes twice, sometimes never. The fate of a record is drawn when it is made.

use gs1::epcis::{Event, EventBuilder};
use rules::Fact;

use crate::atlas::SiteId;
use crate::kind::Kind;
use crate::world::{Task, World};
use crate::{DAY, HOUR, MINUTE};

/// Share of files that are hours or days late.
const LATE: f64 = 0.01;
/// Share of files that are sent twice.
const RESENT: f64 = 0.01;

/// A fact under way.
#[derive(Debug, Clone)]
pub(crate) struct Posted {
    pub(crate) actor: Option<String>,
    pub(crate) device: Option<String>,
    pub(crate) fact: Fact,
    /// When it arrives; twice, or never.
    arrivals: Vec<i64>,
}

/// How much may happen to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Care {
    /// The upload is checked and repeated: late at worst.
    Checked,
    /// Anything may happen.
    Usual,
    /// Handed over at once, as cheats and their victims do.
    Sure,
}

impl Posted {
    pub(crate) fn new(actor: Option<String>, fact: Fact) -> Self {
        Self {
            actor,
            device: None,
            fact,
            arrivals: Vec::new(),
        }
    }
}

impl World {
    /// Sends an event off.
    pub(crate) fn send(&mut self, event: EventBuilder, at_ms: i64, site: SiteId, care: Care) {
        let posted = self.seal(event, at_ms, site, care);
        self.hand_in(&posted);
    }

    /// An event ready to be sent, its fate drawn and labelled.
    pub(crate) fn seal(
        &mut self,
        event: EventBuilder,
        at_ms: i64,
        site: SiteId,
        care: Care,
    ) -> Posted {
        let event = event.build().expect("a valid event");
        let arrivals = self.fate(&event, at_ms, site, care);
        let actor = Some(self.atlas.sites[site].party.clone());
        Posted {
            arrivals,
            ..Posted::new(actor, Fact::Event(event))
        }
    }

    fn fate(&mut self, event: &Event, at_ms: i64, site: SiteId, care: Care) -> Vec<i64> {
        let loss = self.params.loss;
        let dice = &mut self.post_dice;
        let soon = at_ms + dice.between(MINUTE, 20 * MINUTE);
        let (lost, late, again) = (dice.chance(loss), dice.chance(LATE), dice.chance(RESENT));
        let delay = dice.between(4 * HOUR, 3 * DAY);
        let repeat = soon + dice.between(HOUR, 2 * DAY);
        let (fate, kind) = match care {
            Care::Sure => (vec![at_ms], None),
            Care::Usual if lost => (Vec::new(), Some(Kind::Lost)),
            Care::Usual | Care::Checked if late => (vec![at_ms + delay], Some(Kind::Late)),
            Care::Usual if again => (vec![soon, repeat], Some(Kind::Resent)),
            Care::Usual | Care::Checked => (vec![soon], None),
        };
        if let Some(kind) = kind {
            let named: Vec<gs1::Epc> = event.epcs().into_iter().cloned().collect();
            for epc in named {
                self.plant(kind, &epc, at_ms, site);
            }
        }
        fate
    }

    pub(crate) fn hand_in(&mut self, posted: &Posted) {
        for at_ms in posted.arrivals.clone() {
            self.agenda.plan(at_ms, Task::Deliver(posted.clone()));
        }
    }
}
