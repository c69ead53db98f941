//! What a principal may see of the rows: one function, used by every path that shows one. The
//! administrator and regulators see everything; a party sees what it took part in (it made it,
//! held it, handled it, or is named as its source or destination), and the manufacturer sees
//! everything of its products. What is not visible is answered like what does not exist.
use gs1::epcis::Event;
use gs1::{Epc, Gtin, Lot};
use rules::Engine;

use crate::auth::Principal;
use crate::node::fold::Fold;

/// Something that may be shown.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'a> {
    /// A pack, a container, a place: anything with an identifier of its own.
    Thing(&'a Epc),
    /// A lot of a product.
    Lot(&'a Gtin, &'a Lot),
    /// An event, and the organisation that recorded it.
    Event(&'a Event, Option<&'a str>),
}

/// Whether `principal` may see `subject`.
pub fn visible(fold: &Fold, principal: &Principal, subject: Subject<'_>) -> bool {
    if principal.sees_all() {
        return true;
    }
    let Some(party) = principal.party.as_deref() else {
        return false;
    };
    let engine = &fold.engine;
    match subject {
        Subject::Thing(Epc::Lgtin { gtin, lot }) | Subject::Lot(gtin, lot) => {
            makes(engine, party, gtin) || engine.has_of_lot(gtin, lot, party)
        }
        Subject::Thing(epc) => took_part(engine, party, epc),
        Subject::Event(event, owner) => owner == Some(party) || named(engine, party, event),
    }
}

/// Whether `party` is the maker of a product, and so sees all of it.
pub fn makes(engine: &Engine, party: &str, gtin: &Gtin) -> bool {
    engine
        .product(gtin)
        .is_some_and(|product| product.mah == party)
}

fn took_part(engine: &Engine, party: &str, epc: &Epc) -> bool {
    let made = match epc {
        Epc::Sgtin(sgtin) => makes(engine, party, &sgtin.gtin),
        Epc::Gtin(gtin) | Epc::Lgtin { gtin, .. } => makes(engine, party, gtin),
        _ => false,
    };
    made || engine.parties_of(epc).iter().any(|other| other == party)
}

fn named(engine: &Engine, party: &str, event: &Event) -> bool {
    let theirs = |place: &Epc| match place {
        Epc::Pgln(gln) => gln.as_str() == party,
        Epc::Sgln(_) => engine
            .location(place)
            .is_some_and(|known| known.party == party),
        _ => false,
    };
    let ends = event
        .sources
        .iter()
        .chain(&event.destinations)
        .map(|end| &end.id);
    let places = [&event.read_point, &event.biz_location]
        .into_iter()
        .flatten();
    ends.chain(places).any(theirs)
        || event
            .epcs()
            .into_iter()
            .any(|epc| took_part(engine, party, epc))
        || event
            .epc_classes()
            .into_iter()
            .any(|epc| took_part(engine, party, epc))
}
