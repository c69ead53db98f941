//! C12: the same pack is at two places too far apart for the time between.
//!
//! **Condition.** d - r1 - r2 > v (dt + 2c), for two events in a row with coordinates: d is the
//! great-circle distance (haversine, mean earth radius 6371.0088 km, also over the antimeridian), r
//! the radius of a location, c how far a clock may be wrong, and v the fastest road transport, or
//! the fastest flight for the time that is left after its handling. The first event is taken to be
//! no later than its record: a fast clock does not shorten the way.
//!
//! **Severity** S3, never conclusive: wrong coordinates and clocks are more frequent than copies,
//! so alone it is shown as a hold. **Thresholds** `road_kmh`, `air_kmh`, `air_handling_ms`,
//! `clock_tolerance_ms`, `location_radius_km`.
//!
//! **False alarms**: wrong coordinates of a location; clocks; aggregated reads (two events that
//! both name only containers are passed over, and a pack that left its container unrecorded no
//! longer follows it); locks and undos, which are no sightings. Places without coordinates tell
//! nothing. **Late facts**: an event that arrives late splits the way in two, and both parts are
//! judged anew.

use crate::finding::{RuleId, Severity};
use crate::geo::{Point, distance_km};
use crate::hex;
use crate::item::Moment;
use crate::judge_thing::{Case, Draft};
use crate::profile::Profile;
use crate::say::Chain;

pub(crate) fn check(case: &Case<'_>, out: &mut Vec<Draft>) {
    let mut last: Option<Stop<'_>> = None;
    for moment in &case.moments {
        let place = moment.entry.event.seen_at();
        let Some(point) = case.state.point_of(place) else {
            continue;
        };
        let here = Stop { moment, point };
        if let Some(last) = last.replace(here)
            && last.moment.entry.event.seen_at() != place
            && (last.moment.entry.via.is_none() || moment.entry.via.is_none())
            && let Some(found) = leg(case, last, here)
        {
            out.push(found);
        }
    }
}

/// An event at a place whose coordinates are known.
#[derive(Clone, Copy)]
struct Stop<'a> {
    moment: &'a Moment<'a>,
    point: Point,
}

/// The way between two places, if nobody can have gone it.
fn leg(case: &Case<'_>, from: Stop<'_>, to: Stop<'_>) -> Option<Draft> {
    let (a, b) = (from.moment.entry.event, to.moment.entry.event);
    let profile = &case.state.profile;
    let radius = f64::from(profile.location_radius_km);
    // A clock that is fast makes the way look short: nothing happens after it was recorded.
    let ms = b.time_ms.saturating_sub(a.latest_ms());
    let reach = reach_km(profile, ms);
    let km = distance_km(from.point, to.point);
    if km - 2.0 * radius <= reach {
        return None;
    }
    let key = |stop: Stop<'_>| hex::encode(&stop.moment.entry.event.evidence().block);
    let say = Chain::ImpossibleTravel {
        from: case.place(a.place()),
        to: case.place(b.place()),
        km: whole_km(km),
        ms,
    };
    let key = format!("{} {} {}", key(from), key(to), b.evidence().item);
    Some(
        Draft::new(RuleId::C12, Severity::S3, b, key, say)
            .resting_on(Some(a))
            .fact("km", format!("{km:.3}"))
            .fact("ms", ms)
            .fact("reach_km", format!("{reach:.3}"))
            .fact("road_kmh", profile.road_kmh)
            .fact("air_kmh", profile.air_kmh)
            .fact("air_handling_ms", profile.air_handling_ms)
            .fact("clock_tolerance_ms", profile.clock_tolerance_ms),
    )
}

/// Kilometres for people: half the earth's circumference is some 20,000.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a distance on the earth fits"
)]
fn whole_km(km: f64) -> u32 {
    libm::round(km) as u32
}

/// How far goods can get in this time, km.
pub(crate) fn reach_km(profile: &Profile, ms: i64) -> f64 {
    let hours = |ms: i64| {
        crate::cold_chain::kinetic::float(ms.max(0)) / crate::cold_chain::kinetic::float(3_600_000)
    };
    let time_ms = ms.saturating_add(profile.clock_tolerance_ms.saturating_mul(2));
    let road = f64::from(profile.road_kmh) * hours(time_ms);
    let flight_ms = time_ms.saturating_sub(profile.air_handling_ms);
    road.max(f64::from(profile.air_kmh) * hours(flight_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn road_or_flight_whichever_reaches_farther() {
        let profile = Profile {
            clock_tolerance_ms: 0,
            ..Profile::default()
        };
        for (hours, km) in [(0, 0.0), (2, 240.0), (3, 360.0), (4, 1_000.0), (5, 2_000.0)] {
            let got = reach_km(&profile, hours * 3_600_000);
            assert!((got - km).abs() < 1e-9, "{hours} h: {got}");
        }
        // Berlin to Vienna, 523.5 km in 2 h: no truck, and no flight with its handling.
        assert!(reach_km(&profile, 2 * 3_600_000) < 523.5);
        // Berlin to New York, 6,385 km in 5 h; in 10 h a flight can.
        assert!(reach_km(&profile, 5 * 3_600_000) < 6_385.0);
        assert!(reach_km(&profile, 10 * 3_600_000) > 6_385.0);
        assert!(reach_km(&profile, i64::MIN).abs() < 1e-9);
    }
}
