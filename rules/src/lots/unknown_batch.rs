//! C02 unknown batch (EMVS A2, `NMVS_FE_LOT_03`). Condition: labels say (gtin, lot) of a product
//! known here, and no pack of that lot was ever commissioned. Source: catalogue C02; severity S1
//! while the file may still come, S2 once sightings lie [`LotThresholds::upload_grace_ms`] apart.
//!
//! [`LotThresholds::upload_grace_ms`]: super::thresholds::LotThresholds::upload_grace_ms
//!
//! False positives: the batch upload is pending. Triage: all sightings of a lot are one finding
//! about the lot, for its marketing authorisation holder; the packs' own unknown serials (C01) are
//! held and no longer suspected. When the upload arrives both are resolved, for packs that are in
//! it; a pack that is not in the file stays an unknown serial.

use super::LotCase;
use crate::finding::{EVIDENCE_MAX, RuleId, Severity};
use crate::judge_thing::{Anchor, Draft};
use crate::say::LotSay;
use crate::state::ThingId;
use crate::state::verified::Sighting;

pub(crate) fn check(case: &LotCase<'_>, out: &mut Vec<Draft>) {
    let state = case.state;
    if case.known.labelled.is_empty() || !state.knows_product(case.gtin) || case.is_made() {
        return;
    }
    let mut seen: Vec<Sighting> = Vec::new();
    let mut packs = 0_u32;
    let unborn = |id: &&ThingId| state.thing(**id).is_some_and(|it| it.birth.is_none());
    for id in case.known.labelled.iter().filter(unborn) {
        let of_lot = |seen: &Sighting| {
            let lot = seen.lot.map(|lot| state.names.text(lot));
            lot == Some(case.lot.as_str())
        };
        let before = seen.len();
        seen.extend(state.sightings(*id).into_iter().filter(of_lot));
        packs += u32::from(seen.len() > before);
    }
    seen.sort_by_key(|seen| (seen.time_ms, seen.position));
    let (Some(first), Some(last)) = (seen.first(), seen.last()) else {
        return;
    };
    let grace_ms = state.profile.lots.upload_grace_ms;
    let severity = if last.time_ms.saturating_sub(first.time_ms) > grace_ms {
        Severity::S2
    } else {
        Severity::S1
    };
    let say = LotSay::UnknownBatch {
        lot: case.lot.to_string(),
        packs,
        place: state.place_name(first.place),
        from_ms: first.time_ms,
    };
    let key = "unknown batch".to_owned();
    let mut draft = Draft::on(RuleId::C02, severity, Anchor::from(first), key, say);
    draft.until_ms = last.time_ms;
    draft.evidence = seen.iter().take(EVIDENCE_MAX).map(|s| s.record).collect();
    out.push(
        draft
            .fact("lot", case.lot)
            .fact("packs", packs)
            .fact("sightings", seen.len())
            .fact("grace_ms", grace_ms),
    );
}
