//! C04 expiry mismatch (EMVS A52, `NMVS_FE_LOT_12`). Condition: p was commissioned with an expiry
//! and a label of p says another day. Source: catalogue C04. Severity S2.
//!
//! False positives: a printed day 00 stands for the last day of the month; an extension of the
//! expiry (`ExpirationExtended`) makes the old day right on old labels and the new one on new ones.
//! Triage: both agree. An extension or a commissioning that arrives later resolves the finding.

use std::collections::BTreeMap;

use crate::finding::{EVIDENCE_MAX, RuleId, Severity};
use crate::judge_thing::{Anchor, Case, Draft};
use crate::say::{LotSay, words};
use crate::state::verified::Sighting;

pub(crate) fn check(case: &Case<'_>, out: &mut Vec<Draft>) {
    let Some(known) = case.birth().and_then(|birth| birth.told().expiry) else {
        return;
    };
    if !case.state.has_labels(case.id) {
        return;
    }
    let extended = case.state.extension_of(case.id);
    let mut wrong: BTreeMap<i32, Vec<Sighting>> = BTreeMap::new();
    for seen in case.state.sightings(case.id) {
        if let Some(printed) = seen.expiry {
            let right = |day: i32| printed.stands_for(day);
            if !right(known) && !extended.is_some_and(right) {
                wrong.entry(printed.day).or_default().push(seen);
            }
        }
    }
    for (printed, seen) in wrong {
        let (Some(first), Some(last)) = (seen.first(), seen.last()) else {
            continue;
        };
        let (printed, known) = (i64::from(printed), i64::from(known));
        let say = LotSay::ExpiryDiffers {
            printed,
            known,
            place: case.place(first.place),
            at_ms: first.time_ms,
        };
        let key = words::iso_day(printed);
        let anchor = Anchor::from(first);
        let mut draft = Draft::on(RuleId::C04, Severity::S2, anchor, key, say);
        draft.until_ms = last.time_ms;
        draft.evidence = seen
            .iter()
            .take(EVIDENCE_MAX - 1)
            .map(|s| s.record)
            .collect();
        out.push(
            draft
                .resting_on(case.birth())
                .fact("printed", words::iso_day(printed))
                .fact("known", words::iso_day(known))
                .fact("sightings", seen.len()),
        );
    }
}
