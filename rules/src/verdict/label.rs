//! The printed lot and expiry in hand against those the pack was commissioned with: what C03 and
//! C04 say of labels on record, asked of the label at the counter. Asking writes nothing. Day 00 of
//! a printed expiry stands for the whole month; an extended expiry is right as well.

use gs1::scan::Scan;

use super::scan_fault;
use crate::judge_thing::Case;
use crate::say::Told;
use crate::say::lot::Fault;
use crate::state::verified::printed;

/// What the label says wrongly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mismatch {
    /// Lot or expiry, as printed and as known.
    pub(super) told: Told,
    /// A fault of the scanner that would explain it.
    pub(super) fault: Option<Fault>,
}

/// The first of lot and expiry that differs; what is not on the label or was never told agrees.
pub(super) fn mismatch(case: &Case<'_>, scan: &Scan, now_ms: i64) -> Option<Mismatch> {
    let birth = case.birth()?;
    let known_lot = birth.told().lot.map(|lot| case.state.names.text(lot));
    if let (Some(printed), Some(known)) = (scan.lot.as_ref().map(gs1::Lot::as_str), known_lot)
        && printed != known
    {
        let fault = scan_fault::explains(printed, known);
        let (printed, known) = (printed.to_owned(), known.to_owned());
        let told = Told::LotMismatch { printed, known };
        return Some(Mismatch { told, fault });
    }
    let known = birth.told().expiry?;
    let expiry = printed(scan, now_ms)?;
    let extended = case.state.extension_of(case.id);
    if expiry.stands_for(known) || extended.is_some_and(|day| expiry.stands_for(day)) {
        return None;
    }
    let (printed, known) = (expiry.day.into(), known.into());
    let told = Told::ExpiryMismatch { printed, known };
    Some(Mismatch { told, fault: None })
}
