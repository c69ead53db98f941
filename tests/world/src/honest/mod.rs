//! Those who do their work: plants make and ship, centres receive, open and pick, carriers drive,
//! pharmacies receive and dispense, loggers measure.

mod centre;
pub(crate) mod chips;
pub(crate) mod climate;
mod pharmacy;
mod plant;
mod returns;

use gs1::epcis::{Action, EventBuilder};
use gs1::{Disposition, Epc, Gln};

use crate::atlas::SiteId;
use crate::world::World;

/// A pallet on its way from a plant to a centre.
#[derive(Debug)]
pub(crate) struct Pallet {
    pub(crate) unit: Epc,
    pub(crate) cases: Vec<(Epc, Vec<u32>)>,
    pub(crate) from: SiteId,
    pub(crate) to: SiteId,
}

/// Packs picked at a centre for a pharmacy.
#[derive(Debug)]
pub(crate) struct Tote {
    pub(crate) packs: Vec<u32>,
    pub(crate) from: SiteId,
    pub(crate) to: SiteId,
}

/// Goods between two places.
#[derive(Debug)]
pub(crate) struct Crossing<T> {
    pub(crate) unit: Epc,
    pub(crate) goods: T,
    pub(crate) shipped_ms: i64,
}

impl World {
    /// A shipment of units, with who sends and who shall receive.
    pub(crate) fn shipment(
        &mut self,
        units: Vec<Epc>,
        at_ms: i64,
        from: SiteId,
        to: SiteId,
    ) -> EventBuilder {
        let event = self.object(Action::Observe, units, at_ms, "shipping", from);
        let event = event.with_disposition(&disposition("in_transit"));
        let event = self.between(event, from, to);
        let advice = format!(
            "urn:epcglobal:cbv:bt:{}:A{at_ms}",
            self.atlas.sites[from].party
        );
        event.with_biz_transaction(Some("desadv"), &advice)
    }

    /// The receipt of units.
    pub(crate) fn receipt(
        &mut self,
        units: Vec<Epc>,
        at_ms: i64,
        from: SiteId,
        to: SiteId,
    ) -> EventBuilder {
        let event = self.object(Action::Observe, units, at_ms, "receiving", to);
        let event = event.with_disposition(&disposition("in_progress"));
        self.between(event, from, to)
    }

    fn between(&self, event: EventBuilder, from: SiteId, to: SiteId) -> EventBuilder {
        let (from, to) = (&self.atlas.sites[from], &self.atlas.sites[to]);
        event
            .with_source("possessing_party", &party(&from.party))
            .with_source("location", &from.place)
            .with_destination("possessing_party", &party(&to.party))
            .with_destination("location", &to.place)
    }
}

pub(crate) fn disposition(word: &str) -> Disposition {
    Disposition::parse(word).expect("a disposition")
}

fn party(gln: &str) -> Epc {
    Epc::Pgln(Gln::parse(gln).expect("a gln"))
}
