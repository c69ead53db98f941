//! C27 mass balance of a lot. Conditions: made = located + terminal + unknown (holds by the way
//! [`crate::LotView`] counts), and no site gives out more packs of the lot than came to it: for
//! each party, arrivals (made there, received there, or sent there by a recorded shipment) minus
//! departures (shipped, dispensed, destroyed there) >= -[`balance_tolerance`]. Source: catalogue
//! C27. Severity S2, about the lot; it holds no pack.
//!
//! [`balance_tolerance`]: super::thresholds::LotThresholds::balance_tolerance
//!
//! A lot is balanced once its authorised quantity is on record: before that nobody says that its
//! records are complete. Counting a lot costs its size, so it is counted anew once as many of its
//! packs were touched as it has (every time while it has no more than [`SMALL`]), and at a recall.
//! False positives: events that come late or were lost on both sides of a delivery. Triage: either
//! of the two records of a delivery suffices; when the missing one arrives the next count resolves
//! the finding.

use std::collections::BTreeMap;

use super::LotCase;
use crate::finding::{EVIDENCE_MAX, EvidenceRef, RuleId, Severity};
use crate::item::{Moment, operation};
use crate::judge_thing::{Anchor, Case, Draft};
use crate::pack_state::Operation;
use crate::say::LotSay;
use crate::state::{NameId, Step, ThingId};

/// Lots of up to this many packs are counted at every event.
pub(crate) const SMALL: usize = 32;

/// What came to and left a party.
#[derive(Debug, Default)]
struct Site {
    came: i64,
    left: i64,
    /// Departures of packs that never came: time, ledger position and record.
    unexplained: Vec<(i64, u64, EvidenceRef)>,
}

pub(crate) fn check(case: &LotCase<'_>, out: &mut Vec<Draft>) {
    let mut sites: BTreeMap<NameId, Site> = BTreeMap::new();
    for id in case.known.packs.iter().filter(|id| case.holds(**id)) {
        if let Some(pack) = Case::of(case.state, *id) {
            count(&pack, &mut sites);
        }
    }
    for (party, mut site) in sites {
        let net = site.came.saturating_sub(site.left);
        if net >= -case.state.profile.lots.balance_tolerance {
            continue;
        }
        site.unexplained.sort_unstable();
        let Some((at_ms, ..)) = site.unexplained.first().copied() else {
            continue;
        };
        let name = case.state.party_name(Some(party));
        let say = LotSay::SiteShort {
            lot: case.lot.to_string(),
            party: name.clone(),
            came: site.came,
            left: site.left,
        };
        let anchor = Anchor {
            time_ms: at_ms,
            evidence: None,
        };
        let key = case.state.names.text(party).to_owned();
        let mut draft = Draft::on(RuleId::C27, Severity::S2, anchor, key, say);
        let records = site.unexplained.iter().map(|(_, _, record)| *record);
        draft.evidence = records.take(EVIDENCE_MAX).collect();
        out.push(
            draft
                .named("site", &name)
                .fact("came", site.came)
                .fact("left", site.left)
                .fact("net", net),
        );
    }
}

/// Adds the arrivals and departures of one pack.
fn count(pack: &Case<'_>, sites: &mut BTreeMap<NameId, Site>) {
    let mut at: Option<NameId> = None;
    for moment in &pack.moments {
        let Some(party) = pack.state.party_of(moment.entry.event) else {
            continue;
        };
        let event = moment.entry.event;
        let undone = operation(pack.id, &moment.entry) == Some(Operation::Undo);
        if event.is_birth() || event.made(pack.id) || event.step == Step::Receiving || undone {
            if at != Some(party) {
                sites.entry(party).or_default().came += 1;
                at = Some(party);
            }
            continue;
        }
        if !leaves(pack.id, moment) {
            continue;
        }
        let sent_here = moment.before.bound_for == Some(party);
        let site = sites.entry(party).or_default();
        site.left += 1;
        if at != Some(party) {
            if sent_here {
                site.came += 1;
            } else {
                let record = event.record.record;
                let entry = (event.time_ms, event.record.position, record);
                site.unexplained.push(entry);
            }
        }
        at = None;
    }
}

/// Whether a pack leaves the books of a party here, for the first time.
fn leaves(pack: ThingId, moment: &Moment<'_>) -> bool {
    let ends = matches!(
        operation(pack, &moment.entry),
        Some(
            Operation::Supply
                | Operation::Destroy
                | Operation::Export
                | Operation::Sample
                | Operation::FreeSample
                | Operation::CheckOut
                | Operation::ReportStolen
        )
    );
    let gone = moment.before.life.is_over();
    (moment.entry.event.step == Step::Shipping || ends) && !gone
}
