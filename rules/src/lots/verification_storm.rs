//! C26 verification storm. Condition: within 30 days one pack is asked for from at least k = 3
//! places outside its own way, or by more questions than the Poisson P99.99 of what is expected
//! about one pack ([`storm_expected`]). Source: catalogue C26. Severity S3: the label was copied.
//!
//! [`storm_expected`]: super::thresholds::LotThresholds::storm_expected
//!
//! A place is outside the pack's way when its party never made, held or was sent the pack. Repeated
//! questions of one place within a day count once. False positives: packs for show and training:
//! exempt by product in the profile, and questions with purpose `training` do not count. A receipt
//! or shipment that arrives late explains a place and resolves the finding.

use std::collections::BTreeSet;

use crate::finding::{EVIDENCE_MAX, RuleId, Severity};
use crate::judge_thing::{Anchor, Case, Draft};
use crate::say::LotSay;
use crate::state::intern::premises;
use crate::state::verified::VerRec;
use crate::state::{NameId, Thing};

const DAY_MS: i64 = 86_400_000;

pub(crate) fn check(case: &Case<'_>, out: &mut Vec<Draft>) {
    let thresholds = &case.state.profile.lots;
    let exempt = |gtin: &gs1::Gtin| thresholds.storm_exempt.iter().any(|it| it == gtin.as_str());
    let verified = case.state.thing(case.id).map_or(&[][..], Thing::verified);
    if verified.len() < 2 || case.birth().is_none() || case.gtin().is_some_and(exempt) {
        return;
    }
    let way = way_of(case);
    let mut asked: Vec<(&VerRec, String)> = Vec::new();
    for id in verified {
        if let Some(asker) = case.state.verification(*id) {
            asked.push((asker, place_of(case, asker)));
        }
    }
    asked.sort_by_key(|(asker, _)| (asker.time_ms, asker.record.position));
    let most = poisson_quantile(thresholds.storm_expected);
    for (i, (last, _)) in asked.iter().enumerate() {
        let from_ms = last.time_ms.saturating_sub(thresholds.storm_window_ms);
        let window = asked
            .iter()
            .take(i + 1)
            .filter(|it| it.0.time_ms >= from_ms);
        let window: Vec<_> = window.collect();
        let strange = window.iter().filter(|(asker, place)| {
            !place.is_empty() && asker.party.is_none_or(|party| !way.contains(&party))
        });
        let places: BTreeSet<&str> = strange.map(|(_, place)| place.as_str()).collect();
        let questions: BTreeSet<(&str, i64)> = window
            .iter()
            .map(|(asker, place)| (place.as_str(), asker.time_ms.div_euclid(DAY_MS)))
            .collect();
        let too_many = u32::try_from(questions.len()).unwrap_or(u32::MAX) > most;
        if places.len() >= thresholds.storm_places || too_many {
            let records = window.iter().map(|(asker, _)| asker.record.record);
            let anchor = Anchor {
                time_ms: last.time_ms,
                evidence: None,
            };
            let say = LotSay::Storm {
                places: u32::try_from(places.len()).unwrap_or(u32::MAX),
                questions: u32::try_from(window.len()).unwrap_or(u32::MAX),
                days: u32::try_from(thresholds.storm_window_ms / DAY_MS).unwrap_or(0),
            };
            let key = "storm".to_owned();
            let mut draft = Draft::on(RuleId::C26, Severity::S3, anchor, key, say);
            draft.evidence = records.take(EVIDENCE_MAX).collect();
            out.push(draft.fact("places", places.len()).fact("most", most));
            return;
        }
    }
}

/// Parties on the pack's way: makers, holders, and those it was sent to.
fn way_of(case: &Case<'_>) -> BTreeSet<NameId> {
    let mut way: BTreeSet<NameId> = BTreeSet::new();
    for moment in &case.moments {
        way.extend(moment.before.holder);
        way.extend(moment.before.bound_for);
    }
    way.extend(case.now.holder);
    way.extend(case.now.bound_for);
    way
}

/// Where a question came from: the premises, else the party.
fn place_of(case: &Case<'_>, asked: &VerRec) -> String {
    let place = asked.place.and_then(|place| case.state.places.epc(place));
    match (place, asked.party) {
        (Some(epc), _) => premises(epc).canonical(),
        (None, Some(party)) => case.state.names.text(party).to_owned(),
        (None, None) => String::new(),
    }
}

/// The smallest n with P(X <= n) >= 0.9999 for X Poisson with mean `milli` / 1000.
pub(crate) fn poisson_quantile(milli: u32) -> u32 {
    let mean = f64::from(milli) / 1000.0;
    let mut term = libm::exp(-mean);
    let (mut sum, mut n) = (term, 0_u32);
    while sum < 0.9999 && n < 10_000 {
        n += 1;
        term *= mean / f64::from(n);
        sum += term;
    }
    n
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_questions_one_in_ten_thousand_packs_gets() {
        // P(X <= n) of the Poisson distribution, from tables.
        for (milli, most) in [(0, 0), (100, 3), (1_000, 6), (5_000, 15)] {
            assert_eq!(poisson_quantile(milli), most, "{milli}");
        }
    }
}
