//! Who was first at a place and who made a product first, as the records tell. A GLN or a GTIN that
//! no master data describes is not free for everybody: whoever describes it sees what is recorded
//! about it, so it is theirs to describe who recorded there, or made packs of it, before others.
//! Folded from the order, like everything that decides who may say what.
use std::collections::BTreeMap;

use gs1::epcis::{Action, Event, EventKind};
use gs1::{BizStep, Epc, Gtin};
use rules::{Fact, MasterData};
use serde::{Deserialize, Serialize};

/// Places and products with the party that came first.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Claims {
    /// By GLN, whatever the extension; by canonical id where a place has no GLN.
    places: BTreeMap<String, String>,
    makers: BTreeMap<Gtin, String>,
}

impl Claims {
    /// Learns from what `party` said, or the operator without one.
    pub(super) fn learn(&mut self, party: Option<&str>, fact: &Fact) {
        match (fact, party) {
            (Fact::Event(event), Some(party)) => self.recorded(party, event),
            (Fact::Master(MasterData::Location(it)), _) => {
                let whole = !matches!(&it.id, Epc::Sgln(sgln) if sgln.extension().is_some());
                // The operator's word about a place as a whole counts more than who was first.
                if party.is_none() && whole {
                    self.places.insert(key(&it.id), it.party.clone());
                } else {
                    self.first_at(&it.id, &it.party);
                }
            }
            (Fact::Master(MasterData::Product(it)), None) => {
                self.makers.insert(it.gtin.clone(), it.mah.clone());
            }
            (Fact::Master(_) | Fact::Event(_) | Fact::Decision(_) | Fact::Verification(_), _) => {}
        }
    }

    /// The party that came first at a place, or at another with the same GLN.
    pub(super) fn at(&self, place: &Epc) -> Option<&str> {
        let found = match gln_of(place) {
            Some(gln) => self.places.get(gln),
            None => self.places.get(&place.canonical()),
        };
        found.map(String::as_str)
    }

    /// The party that made a product first.
    pub(super) fn maker(&self, gtin: &Gtin) -> Option<&str> {
        self.makers.get(gtin).map(String::as_str)
    }

    fn recorded(&mut self, party: &str, event: &Event) {
        let places = [&event.read_point, &event.biz_location];
        for place in places.into_iter().flatten() {
            self.first_at(place, party);
        }
        let mut last = None;
        for gtin in made(event) {
            if last == Some(gtin) {
                continue;
            }
            last = Some(gtin);
            if !self.makers.contains_key(gtin) {
                self.makers.insert(gtin.clone(), party.to_owned());
            }
        }
    }

    fn first_at(&mut self, place: &Epc, party: &str) {
        if self.at(place).is_none() {
            self.places.insert(key(place), party.to_owned());
        }
    }
}

/// The GLN of a place, digits.
pub(super) fn gln_of(place: &Epc) -> Option<&str> {
    match place {
        Epc::Sgln(sgln) => Some(sgln.gln().as_str()),
        Epc::Pgln(gln) => Some(gln.as_str()),
        _ => None,
    }
}

fn key(place: &Epc) -> String {
    gln_of(place).map_or_else(|| place.canonical(), str::to_owned)
}

/// Products of what an event brings into being.
fn made(event: &Event) -> impl Iterator<Item = &Gtin> {
    let commissions =
        event.biz_step == Some(BizStep::Commissioning) && event.action == Some(Action::Add);
    let (items, classes) = match &event.kind {
        EventKind::Object(own) if commissions => {
            (own.epc_list.as_slice(), own.quantity_list.as_slice())
        }
        EventKind::Transformation(own) => (
            own.output_epc_list.as_slice(),
            own.output_quantity_list.as_slice(),
        ),
        _ => (&[][..], &[][..]),
    };
    let classes = classes.iter().map(|it| &it.epc_class);
    items.iter().chain(classes).filter_map(|epc| match epc {
        Epc::Sgtin(sgtin) => Some(&sgtin.gtin),
        Epc::Gtin(gtin) | Epc::Lgtin { gtin, .. } => Some(gtin),
        _ => None,
    })
}
