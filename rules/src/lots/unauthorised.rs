//! C20 unauthorised actor, device or place. Conditions, each at the event's own time: the licences
//! on record of the acting party have all lapsed or not begun; the device that signed is bound to
//! places and this is none of them; its calibration has lapsed. Source: catalogue C20. Severity S2;
//! a key that is not valid is refused by the ledger and never reaches a rule.
//!
//! A party without any licence on record and a device that is not on record are not judged.
//! False positives: papers are renewed with an overlap ([`overlap_ms`]). Triage: a renewal or
//! certificate that arrives late is weighed at the event's own time and resolves the finding.
//!
//! [`overlap_ms`]: super::thresholds::LotThresholds::overlap_ms

use std::collections::BTreeSet;

use crate::finding::{RuleId, Severity};
use crate::judge_thing::{Case, Draft};
use crate::say::LotSay;
use crate::state::intern::premises;
use crate::state::{EventRec, Step};

pub(crate) fn check(case: &Case<'_>, out: &mut Vec<Draft>) {
    let masters = &case.state.masters;
    if masters.licences.is_empty() && masters.devices.is_empty() {
        return;
    }
    let mut said = BTreeSet::new();
    for moment in case.own() {
        let event = moment.entry.event;
        if event.step == Step::SensorReporting {
            continue;
        }
        for (key, say) in [actor(case, event), place(case, event), device(case, event)]
            .into_iter()
            .flatten()
        {
            if said.insert(key.clone()) {
                out.push(Draft::new(RuleId::C20, Severity::S2, event, key, say));
            }
        }
    }
}

fn actor(case: &Case<'_>, event: &EventRec) -> Option<(String, LotSay)> {
    let state = case.state;
    let party = state.party_of(event)?;
    let gln = state.names.text(party);
    let overlap_ms = state.profile.lots.overlap_ms;
    let from = (gln.to_owned(), String::new());
    let own = state.masters.licences.range(from..);
    let mut own = own.take_while(|((party, _), _)| party == gln).peekable();
    own.peek()?;
    if own.any(|(_, licence)| licence.holds(event.time_ms, overlap_ms)) {
        return None;
    }
    let say = LotSay::NoLicence {
        party: case.party(Some(party)),
        at_ms: event.time_ms,
    };
    Some((format!("licence {gln}"), say))
}

fn place(case: &Case<'_>, event: &EventRec) -> Option<(String, LotSay)> {
    let state = case.state;
    let id = state.names.text(event.told().device?);
    let device = state.masters.devices.get(id)?;
    let here = event.read_point.or(event.place())?;
    let epc = state.places.epc(here)?;
    let bound = |place: &gs1::Epc| place == epc || premises(place) == premises(epc);
    if device.locations.is_empty() || device.locations.iter().any(bound) {
        return None;
    }
    let say = LotSay::DeviceElsewhere {
        device: id.to_owned(),
        place: case.place(Some(here)),
        at_ms: event.time_ms,
    };
    Some((format!("place {id}"), say))
}

fn device(case: &Case<'_>, event: &EventRec) -> Option<(String, LotSay)> {
    let state = case.state;
    let id = state.names.text(event.told().device?);
    let until_ms = state.masters.devices.get(id)?.calibrated_until_ms?;
    let last_ms = until_ms.saturating_add(state.profile.lots.overlap_ms);
    if event.time_ms <= last_ms {
        return None;
    }
    let say = LotSay::DeviceLapsed {
        device: id.to_owned(),
        until_ms,
        at_ms: event.time_ms,
    };
    Some((format!("calibration {id}"), say))
}
