//! The printed lot and expiry against those the pack was commissioned with (C03, C04).
//!
//! Only the counter sees a label, so these rules make no finding in the ledger: asking writes
//! nothing. Day 00 of a printed expiry stands for the whole month.

use gs1::scan::Scan;

use super::scan_fault;
use crate::state::{EventRec, State};
use crate::texts;

/// What the label says wrongly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mismatch {
    /// `lot` or `expiry date`.
    pub(super) what: &'static str,
    pub(super) printed: String,
    pub(super) known: String,
    /// A fault of the scanner that would explain it.
    pub(super) fault: Option<&'static str>,
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
        return Some(Mismatch {
            what: "lot",
            printed,
            known,
            fault,
        });
    }
    let known = birth.expiry?;
    let printed = scan.expiry.as_ref()?;
    let day = printed.resolve(reference_year);
    let whole_month = scan.value("17").is_some_and(|text| text.ends_with("00"));
    let known_day = texts::date(known.into())?;
    let same_month = day.format("%Y-%m").to_string() == known_day.format("%Y-%m").to_string();
    if texts::days(day) == known || (whole_month && same_month) {
        return None;
    }
    Some(Mismatch {
        what: "expiry date",
        printed: day.to_string(),
        known: known_day.to_string(),
        fault: None,
    })
}
