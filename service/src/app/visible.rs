//! What a principal may see of the rows: one function, used by every path that shows one. The
//! administrator, regulators and auditors see everything, or what their mandate covers; a party
//! sees what it took part in (it made it, held it, handled it, or is named as its source or
//! destination), the manufacturer sees everything of its products, and a grant shows a part of
//! what its giver sees. What is not visible is answered like what does not exist.
//!
//! `policy/theriac.cedar` says the same in the language of policies; the tests hold the two equal.
use gs1::epcis::Event;
use gs1::{Epc, Gtin, Lot};
use rules::Engine;

use crate::auth::{Mandate, Principal};
use crate::node::grants::Extent;
use crate::node::{Fold, View};

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

/// Whether `principal` may see `subject`: by its own right, or because it was granted.
pub fn visible(view: &View<'_>, principal: &Principal, subject: Subject<'_>) -> bool {
    by_right(view, principal, subject) || granted(view, principal, subject)
}

/// Whether `principal` sees `subject` by its own right. A grant lets read and nothing else: who
/// would change something needs this.
pub fn by_right(fold: &Fold, principal: &Principal, subject: Subject<'_>) -> bool {
    if principal.sees_all() {
        return true;
    }
    let engine = &fold.engine;
    let party = principal.party.as_deref();
    party.is_some_and(|party| takes_part(engine, party, subject))
        || mandate_of(principal).is_some_and(|mandate| within(engine, mandate, subject))
}

/// Whether `party` is the maker of a product, and so sees all of it.
pub fn makes(engine: &Engine, party: &str, gtin: &Gtin) -> bool {
    engine
        .product(gtin)
        .is_some_and(|product| product.mah == party)
}

/// Whether `principal` answers for a product: its maker, or who oversees it.
pub fn answers_for(fold: &Fold, principal: &Principal, gtin: &Gtin) -> bool {
    let engine = &fold.engine;
    let makes = |party: &str| makes(engine, party, gtin);
    principal.sees_all()
        || principal.party.as_deref().is_some_and(makes)
        || mandate_of(principal).is_some_and(|mandate| covers(engine, mandate, gtin))
}

/// Whether `principal` sees a lot as a whole, with everybody's share of it: who answers for the
/// product, and whom its maker granted the sight of the lot.
pub fn sees_whole(view: &View<'_>, principal: &Principal, gtin: &Gtin, lot: &Lot) -> bool {
    answers_for(view, principal, gtin)
        || view.grants.active(principal, view.now_ms()).any(|given| {
            makes(&view.engine, &given.granter, gtin)
                && lies_in(view, &given.grant.of, Subject::Lot(gtin, lot))
        })
}

fn mandate_of(principal: &Principal) -> Option<&Mandate> {
    let mandate = principal.scope.mandate.as_ref();
    mandate.filter(|_| principal.oversees())
}

fn granted(view: &View<'_>, principal: &Principal, subject: Subject<'_>) -> bool {
    view.grants.active(principal, view.now_ms()).any(|given| {
        lies_in(view, &given.grant.of, subject) && takes_part(&view.engine, &given.granter, subject)
    })
}

/// Whether a party has a part of its own in something.
pub(super) fn takes_part(engine: &Engine, party: &str, subject: Subject<'_>) -> bool {
    match subject {
        Subject::Thing(Epc::Lgtin { gtin, lot }) | Subject::Lot(gtin, lot) => {
            makes(engine, party, gtin) || engine.has_of_lot(gtin, lot, party)
        }
        Subject::Thing(epc) => took_part(engine, party, epc),
        Subject::Event(event, owner) => owner == Some(party) || named(engine, party, event),
    }
}

fn took_part(engine: &Engine, party: &str, epc: &Epc) -> bool {
    let made = match epc {
        Epc::Sgtin(sgtin) => makes(engine, party, &sgtin.gtin),
        Epc::Gtin(gtin) | Epc::Lgtin { gtin, .. } => makes(engine, party, gtin),
        _ => false,
    };
    made || engine.took_part(epc, party)
}

fn named(engine: &Engine, party: &str, event: &Event) -> bool {
    let theirs = |place: &Epc| match place {
        Epc::Pgln(gln) => gln.as_str() == party,
        // A GLN that is a party's own names that party, whoever described the place before.
        Epc::Sgln(sgln) => {
            let gln = sgln.gln().as_str();
            let described = engine.location(place);
            described.is_some_and(|known| known.party == party)
                && (gln == party || engine.party(gln).is_none())
        }
        _ => false,
    };
    let ends = event
        .sources
        .iter()
        .chain(&event.destinations)
        .map(|end| &end.id);
    ends.chain(places(event)).any(theirs)
        || things(event)
            .into_iter()
            .any(|epc| took_part(engine, party, epc))
}

/// Whether something lies within a mandate.
fn within(engine: &Engine, mandate: &Mandate, subject: Subject<'_>) -> bool {
    let concerns = |epc: &Epc| {
        let products = engine.products_of(epc);
        products.iter().any(|gtin| covers(engine, mandate, gtin))
    };
    match subject {
        Subject::Lot(gtin, _) => covers(engine, mandate, gtin),
        Subject::Thing(epc) => concerns(epc),
        Subject::Event(event, _) => {
            let here = |place: &Epc| {
                let country = engine.location(place).and_then(|it| it.country.as_ref());
                country.is_some_and(|country| mandate.countries.contains(country))
            };
            places(event).any(here) || things(event).into_iter().any(concerns)
        }
    }
}

/// Whether a mandate covers a product.
fn covers(engine: &Engine, mandate: &Mandate, gtin: &Gtin) -> bool {
    let begins = |prefix: &String| gtin.as_str().starts_with(prefix.as_str());
    let sold = |country: &String| mandate.countries.contains(country);
    mandate.gtin_prefixes.iter().any(begins)
        || engine
            .market(gtin)
            .is_some_and(|market| market.countries.iter().any(sold))
}

/// Whether something lies in what a grant is of.
pub(super) fn lies_in(fold: &Fold, extent: &Extent, subject: Subject<'_>) -> bool {
    match (extent, subject) {
        (Extent::All, _) => true,
        (_, Subject::Thing(epc)) => has(fold, extent, epc),
        (_, Subject::Event(event, _)) => {
            let mut all = things(event).into_iter();
            all.any(|epc| has(fold, extent, epc))
        }
        (Extent::Product(product), Subject::Lot(gtin, _)) => product == gtin,
        (Extent::Lot { gtin, lot }, Subject::Lot(of, number)) => gtin == of && lot == number,
        (Extent::Shipment(_) | Extent::Pack(_), Subject::Lot(..)) => false,
    }
}

fn has(fold: &Fold, extent: &Extent, epc: &Epc) -> bool {
    match (extent, epc) {
        (Extent::All, _) => true,
        (Extent::Product(product), Epc::Sgtin(sgtin)) => *product == sgtin.gtin,
        (Extent::Product(product), Epc::Gtin(gtin) | Epc::Lgtin { gtin, .. }) => product == gtin,
        (Extent::Lot { gtin, lot }, Epc::Sgtin(sgtin)) => {
            let number = || fold.engine.pack(sgtin)?.lot;
            *gtin == sgtin.gtin && number().as_deref() == Some(lot.as_str())
        }
        (
            Extent::Lot { gtin, lot },
            Epc::Lgtin {
                gtin: of,
                lot: number,
            },
        ) => gtin == of && lot == number,
        (Extent::Product(_) | Extent::Lot { .. }, _) => false,
        (Extent::Pack(id), epc) => *id == epc.canonical(),
        (Extent::Shipment(id), epc) => travels(fold, id, epc),
    }
}

/// Whether a thing is a logistic unit or is or was in it, or in one that goes under a paper.
fn travels(fold: &Fold, shipment: &str, epc: &Epc) -> bool {
    let lines = fold.despatches.of_paper(shipment);
    let is = |id: &str| {
        id == shipment
            || lines
                .iter()
                .flat_map(|line| &line.epcs)
                .any(|sent| sent.canonical() == id)
    };
    let around = fold.engine.containers_of(epc);
    is(&epc.canonical()) || around.iter().any(|container| is(&container.id))
}

fn places(event: &Event) -> impl Iterator<Item = &Epc> {
    [&event.read_point, &event.biz_location]
        .into_iter()
        .flatten()
}

fn things(event: &Event) -> Vec<&Epc> {
    let mut all: Vec<&Epc> = event.epcs().into_iter().collect();
    all.extend(event.epc_classes());
    all
}

#[cfg(test)]
mod tests;
