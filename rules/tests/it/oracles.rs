//! The published numbers of the cold chain, read from the shared fixtures where they are.

use rules::cold_chain::{
    Activation, Sample, Segment, equivalent_hours, hours_to_limit, mkt, mkt_equal_interval,
    mkt_trapezoid,
};
use rules::geo::{Point, distance_km};
use serde_json::Value;

use super::corpus::fixtures;

const HOUR_MS: f64 = 3.6e6;

fn oracles() -> Option<Value> {
    let path = fixtures()?.join("coldchain/oracles.json");
    let bytes = std::fs::read(&path).ok();
    if bytes.is_none() {
        eprintln!("SKIPPED: no {}", path.display());
    }
    Some(serde_json::from_slice(&bytes?).unwrap())
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "degrees and hours of published examples"
)]
fn milli(value: &Value) -> i32 {
    (value.as_f64().unwrap() * 1000.0).round() as i32
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "degrees and hours of published examples"
)]
fn hours(value: &Value) -> i64 {
    (value.as_f64().unwrap() * HOUR_MS).round() as i64
}

fn close(got: f64, expected: &Value, tolerance: f64, what: &Value) {
    let expected = expected.as_f64().unwrap();
    assert!(
        (got - expected).abs() <= tolerance,
        "{what}: {got} instead of {expected}"
    );
}

#[test]
fn every_published_kinetic_mean() {
    let Some(oracles) = oracles() else { return };
    let cases = oracles["mkt"].as_array().unwrap();
    assert!(cases.len() >= 14);
    for case in cases {
        let stays = case["segments_c_h"].as_array().unwrap();
        let stays: Vec<Segment> = stays
            .iter()
            .map(|s| Segment {
                mc: milli(&s[0]),
                ms: hours(&s[1]),
            })
            .collect();
        let got = mkt(&stays, Activation::USP).unwrap().celsius;
        close(got, &case["computed"], 1e-8, &case["id"]);
        if let Some(limit) = case.get("limit") {
            let passes = got <= limit.as_f64().unwrap();
            let verdict = case["verdict"].as_str().unwrap();
            assert_eq!(
                passes,
                verdict.starts_with("pass") || verdict.starts_with("MKT passes")
            );
        }
    }
}

#[test]
fn every_published_hour() {
    let Some(oracles) = oracles() else { return };
    for case in oracles["max_hours"].as_array().unwrap() {
        let (hot, base) = (milli(&case["hot"]), milli(&case["base"]));
        let (limit, window) = (milli(&case["limit"]), hours(&case["window_h"]));
        let got = hours_to_limit(hot, base, limit, window).unwrap();
        close(got, &case["hours"], 1e-6, case);
    }
    for case in oracles["equivalent_hours"].as_array().unwrap() {
        let stay = Segment {
            mc: milli(&case["T"]),
            ms: hours(&case["h"]),
        };
        let got = equivalent_hours(&[stay], milli(&case["Tref"]), Activation::USP).unwrap();
        close(got, &case["h_ref"], 1e-5, case);
    }
}

#[test]
fn the_published_ramp() {
    let Some(oracles) = oracles() else { return };
    let ramp = &oracles["ramp_5_to_15_over_2h"];
    let at = |i: i32| Sample {
        t_ms: i64::from(i) * 900_000,
        mc: 5_000 + i * 1_250,
    };
    let samples: Vec<Sample> = (0..=8).map(at).collect();
    let got = mkt_trapezoid(&samples, Activation::USP).unwrap().celsius;
    close(got, &ramp["trapezoid_15min"], 1e-6, ramp);
    let got = mkt_equal_interval(&samples, Activation::USP)
        .unwrap()
        .celsius;
    close(got, &ramp["unweighted_samples_15min"], 1e-6, ramp);
    let held: Vec<Segment> = samples
        .iter()
        .take(8)
        .map(|s| Segment {
            mc: s.mc,
            ms: 900_000,
        })
        .collect();
    let got = mkt(&held, Activation::USP).unwrap().celsius;
    close(got, &ramp["left_hold_15min"], 1e-6, ramp);
}

#[test]
fn every_published_distance() {
    let Some(oracles) = oracles() else { return };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "degrees of published examples"
    )]
    let point = |value: &Value| {
        let e7 = |i: usize| (value[i].as_f64().unwrap() * 1e7).round() as i32;
        Point {
            latitude_e7: e7(0),
            longitude_e7: e7(1),
        }
    };
    for case in oracles["distance_km"].as_array().unwrap() {
        let got = distance_km(point(&case["from"]), point(&case["to"]));
        close(got, &case["km"], 1e-3, case);
    }
}
