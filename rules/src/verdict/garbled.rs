//! A whole text that a scanner sent, where it names no pack that was made: which known faults lead
//! from it to exactly one that was. The text says more than the elements read from it: a bar code
//! scanned along has become part of a lot by then, and a foreign keyboard leaves no elements.
//!
//! A pack counts only when the lot on the label is its own, so a forger gains nothing by imitating
//! a bad scanner: the answer is "read again", never "genuine".

use gs1::Lot;
use gs1::repair::{Confidence, repair};
use gs1::scan::{self, Scan};

use crate::judge_thing::Case;
use crate::say::lot::Fault;
use crate::state::{State, ThingId};

/// Packs of lots that are looked at for a serial in other letters; more are not worth the time.
const PACKS_MAX: usize = 200_000;

/// The faults that explain a text, if they lead to exactly one pack, or to none because it breaks
/// off.
pub(super) fn faults(state: &State, text: &str) -> Option<Vec<Fault>> {
    let known = |scan: &Scan| {
        let id = scan
            .sgtin()
            .and_then(|sgtin| state.find(&gs1::Epc::Sgtin(sgtin)));
        let lot = id.and_then(|id| lot_of(state, id));
        lot.is_some() && scan.lot.as_ref().map(Lot::as_str) == lot
    };
    let found = repair(text, &known);
    let named = || {
        found
            .causes
            .iter()
            .map(|cause| Fault::from(*cause))
            .collect::<Vec<_>>()
    };
    match found.confidence {
        Confidence::Exact | Confidence::Ambiguous => None,
        Confidence::Unique => Some(named()),
        Confidence::Unknown | Confidence::Unreadable => {
            let case = by_case(state, text).map(|fault| vec![fault]);
            case.or_else(|| Some(named()).filter(|faults| !faults.is_empty()))
        }
    }
}

fn lot_of(state: &State, id: ThingId) -> Option<&str> {
    let birth = Case::of(state, id)?.birth()?;
    birth.told().lot.map(|lot| state.names.text(lot))
}

/// A scanner that sends capitals only, or small letters only, leaves a serial of mixed letters that
/// nothing can undo but looking through the packs of the lot.
fn by_case(state: &State, text: &str) -> Option<Fault> {
    let lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
    let upper = !text.bytes().any(|byte| byte.is_ascii_lowercase());
    let fault = match (upper, lower) {
        (true, false) => Fault::AllCapitals,
        (false, true) => Fault::AllSmall,
        _ => return None,
    };
    // The symbology identifier came in capitals too.
    let text = text.strip_prefix("]D2").unwrap_or(text);
    let scan = scan::parse(text).ok()?;
    let (gtin, serial, lot) = (scan.gtin?, scan.serial?, scan.lot?);
    let lots = state
        .lots
        .iter()
        .filter(|((of, code), _)| *of == gtin && code.as_str().eq_ignore_ascii_case(lot.as_str()));
    let packs = lots.flat_map(|(_, lot)| lot.packs.iter()).take(PACKS_MAX);
    let mut same = packs.filter(|id| {
        state
            .sgtin(**id)
            .is_some_and(|sgtin| sgtin.serial.as_str().eq_ignore_ascii_case(serial.as_str()))
    });
    match (same.next(), same.next()) {
        (Some(_), None) => Some(fault),
        _ => None,
    }
}
