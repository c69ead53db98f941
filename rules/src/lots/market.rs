//! C21 market and diversion. Conditions: p is dispensed, or received by a pharmacy or hospital, in
//! a country outside the product's markets; or p is shipped to a party outside its authorised
//! channel. Source: catalogue C21. Severity S3, but evidence of diversion and none of
//! falsification: alone, and together with other such findings, it holds the pack and does not
//! suspect it.
//!
//! Transit through other countries is lawful and is not looked at. A place without a country and a
//! product without markets are not judged. False positives: parallel import after repacking,
//! special licences. Triage: an import licence that held at the time; one that arrives late
//! resolves it.

use std::collections::BTreeSet;

use crate::finding::{RuleId, Severity};
use crate::judge_thing::{Case, Draft};
use crate::record::Market;
use crate::say::LotSay;
use crate::state::{EventRec, Step};

pub(crate) fn check(case: &Case<'_>, out: &mut Vec<Draft>) {
    let market = |gtin| case.state.masters.markets.get(gtin);
    let Some(market) = case.gtin().and_then(market) else {
        return;
    };
    let mut said = BTreeSet::new();
    for moment in &case.moments {
        let event = moment.entry.event;
        let found = [sold(case, market, event), sent(case, market, event)];
        for (key, say) in found.into_iter().flatten() {
            if said.insert(key.clone()) {
                out.push(Draft::new(RuleId::C21, Severity::S3, event, key, say));
            }
        }
    }
}

fn sold(case: &Case<'_>, market: &Market, event: &EventRec) -> Option<(String, LotSay)> {
    let state = case.state;
    let at_a_dispenser = || {
        let party = state.party_of(event)?;
        let role = &state.masters.parties.get(state.names.text(party))?.role;
        matches!(role.as_str(), "pharmacy" | "hospital" | "dispenser").then_some(())
    };
    match event.step {
        Step::Dispensing => {}
        Step::Receiving => at_a_dispenser()?,
        _ => return None,
    }
    let place = state.places.epc(event.place()?)?;
    let country = state.masters.location(place)?.country.clone()?;
    let same = |other: &String| other.eq_ignore_ascii_case(&country);
    let imported = state.masters.imports.values().any(|licence| {
        licence.gtin == market.gtin && same(&licence.country) && licence.holds(event.time_ms, 0)
    });
    if imported || market.countries.is_empty() || market.countries.iter().any(same) {
        return None;
    }
    let say = LotSay::WrongMarket {
        place: case.place(event.place()),
        country: country.clone(),
        markets: market.countries.join(", "),
        at_ms: event.time_ms,
    };
    Some((format!("country {country}"), say))
}

fn sent(case: &Case<'_>, market: &Market, event: &EventRec) -> Option<(String, LotSay)> {
    if event.step != Step::Shipping || market.channel.is_empty() {
        return None;
    }
    let state = case.state;
    let there = event
        .told()
        .destination_place
        .and_then(|it| state.places.epc(it));
    let told = event.told().destination.map(|id| state.names.text(id));
    let location = there.and_then(|epc| state.masters.location(epc));
    let gln = told.or(location.map(|it| it.party.as_str()))?;
    if market.channel.iter().any(|party| party == gln) {
        return None;
    }
    let say = LotSay::OutsideChannel {
        receiver: Some(state.party_called(gln)),
        at_ms: event.time_ms,
    };
    Some((format!("channel {gln}"), say))
}
