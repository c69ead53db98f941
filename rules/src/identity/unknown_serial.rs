//! C01: events handle a pack that nobody commissioned, of a product known here.
//!
//! Late facts: the commissioning may be uploaded after the goods moved; when it arrives the finding
//! is resolved. A product is known here once it has master data or any pack of it was commissioned;
//! packs seen before that moment are judged then.

use crate::finding::{EVIDENCE_MAX, RuleId, Severity};
use crate::judge_thing::{Case, Draft};
use crate::say::Chain;

pub(crate) fn check(case: &Case<'_>, out: &mut Vec<Draft>) {
    let Some(sgtin) = case.state.sgtin(case.id) else {
        return;
    };
    if case.now.birth.is_some() || !case.state.knows_product(&sgtin.gtin) {
        return;
    }
    let seen: Vec<_> = case.own().collect();
    let (Some(first), Some(last)) = (seen.first(), seen.last()) else {
        return;
    };
    let event = first.entry.event;
    let place = case.place(event.place());
    let say = Chain::UnknownSerial {
        serial: sgtin.serial.to_string(),
        place: place.clone(),
        at_ms: event.time_ms,
    };
    let key = "never commissioned".to_owned();
    let mut draft = Draft::new(RuleId::C01, Severity::S3, event, key, say);
    draft.until_ms = last.entry.event.time_ms;
    let evidence = seen
        .iter()
        .take(EVIDENCE_MAX)
        .map(|moment| moment.entry.event.evidence());
    draft.evidence = evidence.collect();
    out.push(draft.fact("events", seen.len()).named("place", &place));
}
