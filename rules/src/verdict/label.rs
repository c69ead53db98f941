//! The printed lot and expiry against those the pack was commissioned with (C03, C04).
//!
//! Only the counter sees a label, so these rules make no finding in the ledger: asking writes
//! nothing. Day 00 of a printed expiry stands for the whole month.

use gs1::scan::Scan;

use super::scan_fault;
use crate::say::lot::Fault;
use crate::say::{Told, words};
use crate::state::{EventRec, State};

/// What the label says wrongly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mismatch {
    /// Lot or expiry, as printed and as known.
    pub(super) told: Told,
    /// A fault of the scanner that would explain it.
    pub(super) fault: Option<Fault>,
}

/// The first of lot and expiry that differs; what is not on the label or was never told agrees.
pub(super) fn mismatch(
    state: &State,
    scan: &Scan,
    birth: &EventRec,
    reference_year: i32,
) -> Option<Mismatch> {
    let known_lot = birth.lot.map(|lot| state.names.text(lot));
    if let (Some(printed), Some(known)) = (scan.lot.as_ref().map(gs1::Lot::as_str), known_lot)
        && printed != known
    {
        let fault = scan_fault::explains(printed, known);
        let (printed, known) = (printed.to_owned(), known.to_owned());
        let told = Told::LotMismatch { printed, known };
        return Some(Mismatch { told, fault });
    }
    let known = birth.expiry?;
    let printed = scan.expiry.as_ref()?;
    let day = printed.resolve(reference_year);
    let whole_month = scan.value("17").is_some_and(|text| text.ends_with("00"));
    let known_day = words::date(known.into())?;
    let same_month = day.format("%Y-%m").to_string() == known_day.format("%Y-%m").to_string();
    if words::days(day) == known || (whole_month && same_month) {
        return None;
    }
    let told = Told::ExpiryMismatch {
        printed: words::days(day).into(),
        known: known.into(),
    };
    Some(Mismatch { told, fault: None })
}
