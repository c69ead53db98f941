//! Is the pack where it is asked about? By the records somebody else has it, and two records would
//! have to be missing for it to be here honestly; or it is locked. Both hold the pack: this is what
//! stops a copied identifier before its first twin is given out, when no state is wrong yet.
//!
//! False alarms are those of C15 (see [`crate::chain::missing_shipment`]); the question is not
//! asked of packs that nobody ever moved on record, of a former holder (returns are seldom
//! recorded), nor of makers and authorities, who look at packs they never held. Goods that are
//! scanned before they are received and whose shipment was not reported are held until it is:
//! product without data.

use super::Counter;
use crate::chain::custody::Standpoint;
use crate::item::{Life, Moment};
use crate::judge_thing::Case;
use crate::say::Way;

/// What the records say if the pack cannot be here.
pub(super) fn held_elsewhere(case: &Case<'_>, at: &Counter) -> Option<Way> {
    let (state, item) = (case.state, &case.now);
    let gln = at.party.as_deref()?;
    let role = state.masters.parties.get(gln).map(|it| it.role.as_str());
    let inspects = matches!(role, Some("manufacturer" | "regulator"));
    if item.life.is_over() || inspects {
        return None;
    }
    let here = at.location.as_ref();
    let standpoint = Standpoint {
        party: state.names.find(gln),
        place: here.and_then(|epc| state.places.find(epc)),
        at_ms: at.now_ms,
        receives: false,
    };
    // What comes back to who had it before comes back unrecorded all the time.
    let had_it = |moment: &Moment<'_>| moment.before.holder == standpoint.party;
    if standpoint.party.is_some() && case.moments.iter().any(had_it) {
        return None;
    }
    // Nobody has ever heard of this party: then nothing was sent to it either.
    let stranger = standpoint.party.is_none()
        && item.tracked
        && item.holder.is_some()
        && state.profile.chain.last_leg_recorded;
    (stranger || state.missing_records(item, standpoint) > 1).then(|| Way::HeldElsewhere {
        holder: case.party(item.holder),
    })
}

/// Whether the records of the pack reach to where it is asked about: then what they say of its
/// temperatures is its whole way. Who asks from nowhere, and who has to look at packs of others,
/// asks about the records as they are.
pub(super) fn is_here(case: &Case<'_>, at: &Counter) -> bool {
    let (state, item) = (case.state, &case.now);
    let Some(gln) = at.party.as_deref() else {
        return true;
    };
    let role = state.masters.parties.get(gln).map(|it| it.role.as_str());
    let inspects = matches!(role, Some("manufacturer" | "regulator"));
    let party = state.names.find(gln);
    let has_it = |of| party.is_some_and(|by| state.may_act_for(of, by, at.now_ms));
    inspects || !item.tracked || (item.shipped.is_none() && item.holder.is_none_or(has_it))
}

/// What the records say if the pack is locked.
pub(super) fn locked(case: &Case<'_>) -> Option<Way> {
    let end = case.now.end.and_then(|id| case.event(id));
    (case.now.life == Life::Locked).then(|| Way::Locked {
        place: end.and_then(|end| case.place(end.place())),
        at_ms: end.map_or(0, |end| end.time_ms),
    })
}
