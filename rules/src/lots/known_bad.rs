//! C05 known-bad list. Condition: (gtin, lot, serial) of p is on a regulator's or manufacturer's
//! list: the lot and the serial number (or its first characters) together. Source: catalogue C05;
//! FDA notices of April 2025 (lot PAR0362 with serials beginning 51746517) and December 2023 (lot
//! NAR0074 with serial 430834149057). Severity S4, conclusive.
//!
//! The lot is the one p was made with, or one that a label of p says. Lot alone and serial alone
//! never fire. False positives: none; an entry made by mistake is withdrawn and its findings are
//! resolved. An entry that arrives after the pack was seen finds it too.

use crate::finding::{RuleId, Severity};
use crate::judge_thing::{Anchor, Case, Draft};
use crate::record::KnownBad;
use crate::say::LotSay;

pub(crate) fn check(case: &Case<'_>, out: &mut Vec<Draft>) {
    let list = &case.state.masters.known_bad;
    if list.is_empty() {
        return;
    }
    let Some(sgtin) = case.state.sgtin(case.id) else {
        return;
    };
    let (names, serial) = (&case.state.names, sgtin.serial.as_str());
    let born = case.birth().and_then(|birth| birth.told().lot);
    let seen = case.state.sightings(case.id);
    for entry in list.values() {
        let on_it = |lot: &str| entry.names(&sgtin.gtin, lot, serial);
        let by_birth = born.is_some_and(|lot| on_it(names.text(lot)));
        let of_lot =
            |lot: Option<crate::state::NameId>| lot.is_some_and(|lot| on_it(names.text(lot)));
        let first = seen.iter().find(|seen| of_lot(seen.lot));
        let anchor = match (first, case.birth().filter(|_| by_birth)) {
            (Some(seen), _) => Anchor::from(seen),
            (None, Some(birth)) => Anchor::of(birth),
            (None, None) => continue,
        };
        out.push(draft(case, entry, serial, anchor));
    }
}

fn draft(case: &Case<'_>, entry: &KnownBad, serial: &str, anchor: Anchor) -> Draft {
    let say = LotSay::KnownBad {
        serial: serial.to_owned(),
        lot: entry.lot.to_string(),
        notice: entry.notice.clone(),
    };
    let key = format!("{} {}", entry.lot, entry.serial);
    Draft::on(RuleId::C05, Severity::S4, anchor, key, say)
        .conclusive(true)
        .resting_on(case.birth())
        .fact("lot", &entry.lot)
        .fact("serial", &entry.serial)
        .fact("notice", &entry.notice)
}
