//! The triage of C01: would a known fault of scanners have made this serial number of one that was
//! really commissioned?
//!
//! A repair counts only when it leads to exactly one pack, and that pack agrees with what else is
//! known: lot and expiry of the label, or (where an event brought no label) the pack is in the
//! hands of, or on its way to, the very party that read it. So a forger gains nothing by imitating
//! a bad scanner: the answer is "read again" or "scanner fault", never "genuine".

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use gs1::repair::{Confidence, repair_elements};
use gs1::scan::{self, Scan};
use gs1::{Epc, Lot, Serial, Sgtin};

use crate::judge_thing::Case;
use crate::say::lot::Fault;
use crate::state::verified::{Printed, Sighting, printed};
use crate::state::{NameId, State, ThingId};
use crate::verdict::scan_fault;

/// What is known beside the serial number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Beside<'a> {
    pub(crate) lot: Option<&'a str>,
    pub(crate) expiry: Option<Printed>,
    /// Who read it; asked only where there is no lot.
    pub(crate) party: Option<NameId>,
    pub(crate) at_ms: i64,
}

/// The pack that was meant and the faults between.
pub(crate) type Meant = (ThingId, Vec<Fault>);

/// The pack a scan at the counter meant.
pub(crate) fn meant_by(state: &State, scan: &Scan, at_ms: i64) -> Option<Meant> {
    let beside = Beside {
        lot: scan.lot.as_ref().map(Lot::as_str),
        expiry: printed(scan, at_ms),
        party: None,
        at_ms,
    };
    by_serial(state, &scan.sgtin()?, beside).or_else(|| by_search(state, scan, beside))
}

/// The pack that a sighting of a serial number nobody made meant.
pub(crate) fn meant(state: &State, sgtin: &Sgtin, seen: &Sighting) -> Option<Meant> {
    let beside = Beside {
        lot: seen.lot.map(|lot| state.names.text(lot)),
        expiry: seen.expiry,
        party: seen.party,
        at_ms: seen.time_ms,
    };
    if let Some(meant) = by_serial(state, sgtin, beside) {
        return Some(meant);
    }
    by_search(state, &label(sgtin, beside.lot)?, beside)
}

/// What a sighting would scan as, as far as it is known.
fn label(sgtin: &Sgtin, lot: Option<&str>) -> Option<Scan> {
    let mut text = format!("(01){}(21){}", sgtin.gtin, sgtin.serial);
    if let Some(lot) = lot {
        text = format!("{text}(10){lot}");
    }
    scan::parse(&text).ok()
}

/// All packs but itself that [`meant`] can find for a label, whatever was made: it depends on the
/// label alone.
pub(crate) fn could_be(sgtin: &Sgtin, lot: Option<&str>) -> BTreeSet<Sgtin> {
    let serials = scan_fault::candidates(sgtin.serial.as_str());
    let serials = serials.filter_map(|(_, serial)| Serial::parse(&serial).ok());
    let found = serials.map(|serial| Sgtin::new(sgtin.gtin.clone(), serial));
    let found = RefCell::new(found.collect::<BTreeSet<_>>());
    if let Some(scan) = label(sgtin, lot) {
        // Nothing is known here, so that everything is tried.
        repair_elements(&scan.elements, &|other| {
            found.borrow_mut().extend(other.sgtin());
            false
        });
    }
    let mut found = found.into_inner();
    found.remove(sgtin);
    found
}

/// Faults of the serial number alone; a lot may have suffered the same.
fn by_serial(state: &State, sgtin: &Sgtin, beside: Beside<'_>) -> Option<Meant> {
    let mut found: BTreeMap<ThingId, Fault> = BTreeMap::new();
    for (fault, serial) in scan_fault::candidates(sgtin.serial.as_str()) {
        let Ok(serial) = Serial::parse(&serial) else {
            continue;
        };
        let other = Sgtin::new(sgtin.gtin.clone(), serial);
        if let Some(id) = state.find(&Epc::Sgtin(other)).filter(|id| {
            let repaired = |printed: &str, known: &str| {
                printed == known || scan_fault::explains(printed, known).is_some()
            };
            agrees(state, *id, beside, repaired)
        }) {
            found.entry(id).or_insert(fault);
        }
    }
    if found.len() != 1 {
        return None;
    }
    found.pop_first().map(|(id, fault)| (id, vec![fault]))
}

/// Faults of the whole code, up to three together.
fn by_search(state: &State, scan: &Scan, beside: Beside<'_>) -> Option<Meant> {
    let find = |other: &Scan| state.find(&Epc::Sgtin(other.sgtin()?));
    let known = |other: &Scan| {
        let beside = Beside {
            lot: other.lot.as_ref().map(Lot::as_str),
            expiry: printed(other, beside.at_ms).or(beside.expiry),
            ..beside
        };
        find(other).is_some_and(|id| agrees(state, id, beside, |printed, known| printed == known))
    };
    let repair = repair_elements(&scan.elements, &known);
    if repair.confidence != Confidence::Unique {
        return None;
    }
    let id = find(repair.scan.as_ref()?)?;
    Some((id, repair.causes.into_iter().map(Fault::from).collect()))
}

/// Whether a pack was made and agrees with what else is known.
fn agrees(
    state: &State,
    id: ThingId,
    beside: Beside<'_>,
    same_lot: impl Fn(&str, &str) -> bool,
) -> bool {
    let Some(case) = Case::of(state, id) else {
        return false;
    };
    let Some(birth) = case.birth() else {
        return false;
    };
    let lot = birth.told().lot.map(|lot| state.names.text(lot));
    let expiry = beside.expiry.zip(birth.told().expiry);
    let in_date = expiry.is_none_or(|(printed, known)| printed.stands_for(known));
    match (beside.lot, lot) {
        (Some(printed), Some(known)) => in_date && same_lot(printed, known),
        (None, _) => beside.party.is_some_and(|party| {
            case.now.holder == Some(party) || case.now.bound_for == Some(party)
        }),
        (Some(_), None) => false,
    }
}
