//! C01 unknown serial (EMVS A3, `NMVS_NC_PC_02`). Condition: an event handles p, or somebody asks
//! about p, and nobody commissioned p, of a product known here. Source: catalogue C01. Severity S3;
//! S2 while the lot on its label is unknown too (C02 has the case); S1 when it is a scanner's
//! fault.
//!
//! False positives: late upload, lost group separators, case, Y/Z, O/0, typing. Triage: exactly one
//! pack that was commissioned comes of undoing known faults of scanners, and it agrees with the
//! label or is expected where the code was read ([`crate::lots::repair`]).
//!
//! Late facts: the commissioning may be uploaded after the goods moved; when it arrives the finding
//! is resolved. The pack that a garbled code meant may be uploaded late as well; the finding is
//! then judged anew. A product is known here once it has master data or any pack of it was
//! commissioned; packs seen before that moment are judged then.

use gs1::Sgtin;

use crate::finding::{EVIDENCE_MAX, RuleId, Severity};
use crate::judge_thing::{Anchor, Case, Draft};
use crate::lots::repair::{Meant, meant};
use crate::say::lot::Fault;
use crate::say::{Chain, Lang, LotSay, Say};
use crate::state::verified::Sighting;

/// Sightings of one serial that are looked at for a scanner's fault.
const TRIAGED_MAX: usize = 4;

/// The sightings that are looked at for a scanner's fault.
pub(crate) fn triaged(seen: &[Sighting]) -> impl Iterator<Item = &Sighting> {
    seen.iter().take(TRIAGED_MAX)
}

pub(crate) fn check(case: &Case<'_>, out: &mut Vec<Draft>) {
    if case.now.birth.is_some() {
        return;
    }
    let Some(sgtin) = case.state.sgtin(case.id) else {
        return;
    };
    if !case.state.knows_product(&sgtin.gtin) {
        return;
    }
    let seen = case.state.sightings(case.id);
    let (Some(first), Some(last)) = (seen.first(), seen.last()) else {
        return;
    };
    let hopeless = |seen: &&Sighting| case.state.is_hopeless(case.id, seen);
    let mut triaged = triaged(&seen).filter(|seen| !hopeless(seen));
    let meant = triaged.find_map(|seen| meant(case.state, &sgtin, seen));
    let lot = unknown_lot(case, &sgtin, &seen);
    let severity = match (&meant, &lot) {
        (Some(_), _) => Severity::S1,
        (None, Some(_)) => Severity::S2,
        (None, None) => Severity::S3,
    };
    let place = case.place(first.place);
    let say = say(case, &sgtin, first, meant.as_ref());
    let key = "never commissioned".to_owned();
    let mut draft = Draft::on(RuleId::C01, severity, Anchor::from(first), key, say);
    draft.until_ms = last.time_ms;
    let evidence = seen.iter().take(EVIDENCE_MAX).map(|seen| seen.record);
    draft.evidence = evidence.collect();
    if let Some((_, faults)) = meant {
        draft = draft.fact("scanner_fault", Fault::list(&faults, Lang::En));
    }
    if let Some(lot) = lot {
        draft = draft.fact("unknown_lot", lot);
    }
    out.push(draft.fact("events", seen.len()).named("place", &place));
}

/// The lot on the label, when no pack of it was made either.
fn unknown_lot(case: &Case<'_>, sgtin: &Sgtin, seen: &[Sighting]) -> Option<String> {
    let lot = seen.iter().find_map(|seen| seen.lot)?;
    let made = case.state.is_lot_made(&sgtin.gtin, Some(lot));
    (!made).then(|| case.state.names.text(lot).to_owned())
}

fn say(case: &Case<'_>, sgtin: &Sgtin, first: &Sighting, meant: Option<&Meant>) -> Say {
    let place = case.place(first.place);
    let serial = sgtin.serial.to_string();
    match meant {
        Some((id, faults)) => LotSay::ScannerFault {
            seen: serial,
            meant: case
                .state
                .sgtin(*id)
                .map(|other| other.serial.to_string())
                .unwrap_or_default(),
            faults: faults.clone(),
            place,
        }
        .into(),
        None => Chain::UnknownSerial {
            serial,
            place,
            at_ms: first.time_ms,
        }
        .into(),
    }
}
