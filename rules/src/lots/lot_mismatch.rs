//! C03 lot mismatch (EMVS A68, `NMVS_FE_LOT_13`). Condition: p was commissioned into a lot and a
//! label of p says another. Source: catalogue C03. Severity S2; S1 when a fault of the scanner
//! explains it. The counter asks the same of the label in hand.
//!
//! False positives: a lost group separator lets the next element run into the lot, case, keyboard.
//! Triage: the lot read is the true lot after such a fault. A commissioning that arrives later, or
//! is corrected, is compared anew and resolves the finding.

use std::collections::BTreeMap;

use crate::finding::{EVIDENCE_MAX, RuleId, Severity};
use crate::judge_thing::{Anchor, Case, Draft};
use crate::say::LotSay;
use crate::state::verified::Sighting;
use crate::verdict::scan_fault;

pub(crate) fn check(case: &Case<'_>, out: &mut Vec<Draft>) {
    let Some(known) = case.birth().and_then(|birth| birth.told().lot) else {
        return;
    };
    if !case.state.has_labels(case.id) {
        return;
    }
    let names = &case.state.names;
    let mut wrong: BTreeMap<&str, Vec<Sighting>> = BTreeMap::new();
    for seen in case.state.sightings(case.id) {
        if let Some(lot) = seen.lot.filter(|lot| *lot != known) {
            wrong.entry(names.text(lot)).or_default().push(seen);
        }
    }
    for (printed, seen) in wrong {
        let (Some(first), Some(last)) = (seen.first(), seen.last()) else {
            continue;
        };
        let fault = scan_fault::explains(printed, names.text(known));
        let severity = match fault {
            Some(_) => Severity::S1,
            None => Severity::S2,
        };
        let say = LotSay::LotDiffers {
            printed: printed.to_owned(),
            known: names.text(known).to_owned(),
            place: case.place(first.place),
            at_ms: first.time_ms,
            fault,
        };
        let mut draft = Draft::on(
            RuleId::C03,
            severity,
            Anchor::from(first),
            printed.to_owned(),
            say,
        );
        draft.until_ms = last.time_ms;
        draft.evidence = seen
            .iter()
            .take(EVIDENCE_MAX - 1)
            .map(|s| s.record)
            .collect();
        out.push(
            draft
                .resting_on(case.birth())
                .fact("printed", printed)
                .fact("known", names.text(known))
                .fact("sightings", seen.len()),
        );
    }
}
