//! Worked numbers and properties of the cold-chain mathematics.

use proptest::prelude::*;

use super::coverage::{covered_by_samples, gaps};
use super::excursion::{Side, add_summaries, out_of_range};
use super::window::{check_window, worst_window};
use super::*;

const HOUR: i64 = 3_600_000;
const MINUTE: i64 = 60_000;

fn stays(segments: &[(f64, f64)]) -> Vec<Segment> {
    #[expect(clippy::cast_possible_truncation, reason = "small test numbers")]
    let segment = |&(c, h): &(f64, f64)| Segment {
        mc: (c * 1e3).round() as i32,
        ms: (h * 3.6e6).round() as i64,
    };
    segments.iter().map(segment).collect()
}

fn close(got: f64, expected: f64, tolerance: f64, what: &str) {
    assert!(
        (got - expected).abs() <= tolerance,
        "{what}: {got} instead of {expected}"
    );
}

fn storage(id: &str) -> StorageProfile {
    StorageProfile::known()
        .into_iter()
        .find(|s| s.id == id)
        .unwrap()
}

fn series(step_ms: i64, readings_mc: &[i32]) -> Vec<Sample> {
    let at = |(i, &mc): (usize, &i32)| Sample {
        t_ms: i64::try_from(i).unwrap() * step_ms,
        mc,
    };
    readings_mc.iter().enumerate().map(at).collect()
}

#[test]
fn published_kinetic_means() {
    // 50-digit values for dH/R = 10,000 K.
    for (segments, celsius) in [
        (
            &[(20.0, 2.0), (2.0, 4.0), (25.0, 1.0)][..],
            15.677_581_326_8,
        ),
        (
            &[(23.0, 200.0), (28.0, 20.0), (30.0, 8.0), (21.0, 300.0)],
            22.363_112_279_2,
        ),
        (
            &[(24.0, 16.0), (26.0, 5.0), (28.0, 3.0), (21.0, 24.0)],
            23.229_670_822_3,
        ),
        (&[(5.0, 24.0)], 5.0),
        (&[(5.0, 18.0), (14.0, 6.0)], 8.285_215_773_52),
        (&[(5.0, 22.0), (15.0, 2.0)], 6.462_284_943_84),
        (&[(5.0, 20.0), (15.0, 4.0)], 7.704_627_732_01),
        (&[(3.0, 20.0), (15.0, 4.0)], 6.564_142_172_67),
        (&[(5.0, 23.0), (25.0, 1.0)], 7.756_421_961_55),
        (&[(22.0, 719.0), (40.0, 1.0)], 22.072_445_152_6),
        (&[(22.0, 696.0), (40.0, 24.0)], 23.599_583_089_8),
        (&[(24.0, 717.0), (29.0, 3.0)], 24.027_378_131_6),
        (&[(20.0, 1.0), (30.0, 1.0)], 26.259_886_916),
        (&[(4.0, 4.0), (16.0, 1.0)], 8.108_857_214_79),
    ] {
        let got = mkt(&stays(segments), Activation::USP).unwrap();
        close(got.celsius, celsius, 1e-8, &format!("{segments:?}"));
    }
}

#[test]
fn the_activation_energy_can_flip_a_verdict() {
    for (kilojoule, celsius) in [
        (42.0, 7.713),
        (65.0, 8.027),
        (83.14, 8.285),
        (100.0, 8.531),
        (125.0, 8.897),
    ] {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "positive"
        )]
        let activation = Activation {
            centijoule_per_mol: (kilojoule * 1e5) as u32,
        };
        let got = mkt(&stays(&[(5.0, 18.0), (14.0, 6.0)]), activation).unwrap();
        close(got.celsius, celsius, 6e-4, &format!("{kilojoule} kJ/mol"));
    }
}

#[test]
fn a_ramp_is_measured_best_in_the_rate_domain() {
    for (minutes, trapezoid, plain) in [
        (5, 10.4850, 10.5229),
        (15, 10.498_427, 10.601_809),
        (30, 10.5437, 10.7191),
    ] {
        let steps = 120 / minutes;
        let readings: Vec<i32> = (0..=steps).map(|i| 5_000 + i * 10_000 / steps).collect();
        let samples = series(i64::from(minutes) * MINUTE, &readings);
        let got = mkt_trapezoid(&samples, Activation::USP).unwrap();
        // 120 minutes over 5 are 24 steps of 416.67 thousandths: cut to whole ones.
        close(
            got.celsius,
            trapezoid,
            6e-4,
            &format!("trapezoid {minutes} min"),
        );
        let got = mkt_equal_interval(&samples, Activation::USP).unwrap();
        close(
            got.celsius,
            plain,
            6e-4,
            &format!("equal interval {minutes} min"),
        );
    }
}

#[test]
fn hours_to_the_limit_and_equivalent_hours() {
    for (hot, base, limit, window, hours) in [
        (15, 5, 8, 24, 4.520_983_8),
        (14, 5, 8, 24, 5.380_208_5),
        (25, 5, 8, 24, 1.105_366_7),
        (40, 22, 25, 720, 48.657_438),
        (40, 24, 25, 720, 18.778_203),
        (7, 5, 8, 24, 24.0),
        (20, 9, 8, 24, 0.0),
    ] {
        let got = hours_to_limit(hot * 1000, base * 1000, limit * 1000, window * HOUR).unwrap();
        close(got, hours, 1e-6, &format!("{hot} on {base}"));
    }
    for (hours, at, reference, expected) in [
        (6.0, 14.0, 5, 18.514_971),
        (2.0, 25.0, 5, 22.304_922),
        (24.0, 30.0, 25, 41.731_157),
        (24.0, 40.0, 25, 119.658_28),
    ] {
        let stays = stays(&[(at, hours)]);
        let got = equivalent_hours(&stays, reference * 1000, Activation::USP).unwrap();
        close(got, expected, 1e-5, &format!("{hours} h at {at}"));
    }
}

#[test]
fn a_gap_gives_bounds_and_not_a_number() {
    let measured = stays(&[(5.0, 20.0)]);
    for (assumed, celsius) in [(5_000, 5.0), (15_000, 7.7046), (25_000, 12.88)] {
        let got = mkt_with_gap(&measured, 4 * HOUR, assumed, Activation::USP).unwrap();
        close(got.celsius, celsius, 5e-3, &format!("gap at {assumed}"));
    }
}

#[test]
fn what_may_not_be_computed_is_refused_by_name() {
    let fridge = storage("2-8C");
    let day = series(HOUR, &[5_000; 25]);
    let worst = |samples: &[Sample], storage: &StorageProfile| {
        worst_window(samples, storage, HOUR, Activation::USP)
    };
    for frozen in ["FROZEN", "ULTRA-COLD"] {
        let refusal = MktRefusal::FrozenProduct {
            storage: frozen.to_owned(),
        };
        assert_eq!(worst(&day, &storage(frozen)), Err(refusal));
    }
    // A refrigerated product whose own conditions say nothing of a mean is not frozen.
    let own = StorageProfile::new("own", 2_000, 8_000);
    let refused = worst(&day, &own).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "storage own has no limit for a mean kinetic temperature"
    );
    assert_eq!(worst(&[], &fridge), Err(MktRefusal::NoReadings));
    let short = MktRefusal::WindowNotCovered {
        covered_ms: 23 * HOUR,
        defined_ms: 24 * HOUR,
    };
    assert_eq!(worst(&day[..24], &fridge), Err(short));
    let mut cold = day;
    cold[3].mc = 1_999;
    assert_eq!(
        worst(&cold, &fridge),
        Err(MktRefusal::LowExcursion { low_mc: 2_000 })
    );
    let asked = MktRefusal::WindowNotDefined {
        asked_ms: 720 * HOUR,
        defined_ms: 24 * HOUR,
    };
    assert_eq!(check_window(&fridge, 720 * HOUR), Err(asked));
    assert!(check_window(&storage("CRT"), 720 * HOUR).is_ok());
    let absurd = MktRefusal::NotATemperature { mc: i32::MIN };
    assert_eq!(
        mkt(
            &[Segment {
                mc: i32::MIN,
                ms: 1
            }],
            Activation::USP
        ),
        Err(absurd)
    );
    assert_eq!(
        mkt(&[Segment { mc: 5_000, ms: -1 }], Activation::USP),
        Err(MktRefusal::NoReadings)
    );
}

#[test]
fn a_long_mean_does_not_excuse_a_bad_window() {
    // 30 cool days and one hot one: the whole looks fine, the worst 24 hours do not.
    let mut readings = vec![3_000; 30 * 24];
    readings.extend([14_000; 24]);
    readings.extend([3_000; 24]);
    let samples = series(HOUR, &readings);
    let whole = mkt_trapezoid(&samples, Activation::USP).unwrap();
    assert!(whole.celsius < 8.0, "{}", whole.celsius);
    let worst = worst_window(&samples, &storage("2-8C"), HOUR, Activation::USP).unwrap();
    assert!(worst.celsius > 13.5, "{}", worst.celsius);
    assert!(worst.from_ms >= 719 * HOUR && worst.from_ms <= 720 * HOUR);
}

#[test]
fn crossings_are_interpolated_and_limits_are_inside() {
    // In range at exactly 8.000; leaves half-way between two samples, returns half-way.
    let samples = series(
        10 * MINUTE,
        &[8_000, 8_000, 7_000, 9_000, 9_000, 7_000, 2_000],
    );
    let found = out_of_range(&samples, 2_000, 8_000, 20 * MINUTE);
    assert_eq!(found.excursions.len(), 1);
    let stay = found.excursions[0];
    assert_eq!((stay.from_ms, stay.to_ms), (25 * MINUTE, 45 * MINUTE));
    assert_eq!(
        (found.above_ms, found.below_ms, stay.peak_mc),
        (20 * MINUTE, 0, 9_000)
    );
    assert!(!stay.open);
}

#[test]
fn an_excursion_that_meets_a_gap_stays_open() {
    let mut samples = series(10 * MINUTE, &[7_000, 9_000, 9_000]);
    samples.push(Sample {
        t_ms: 200 * MINUTE,
        mc: 5_000,
    });
    samples.push(Sample {
        t_ms: 210 * MINUTE,
        mc: 1_000,
    });
    let found = out_of_range(&samples, 2_000, 8_000, 20 * MINUTE);
    let sides: Vec<_> = found.excursions.iter().map(|e| (e.side, e.open)).collect();
    assert_eq!(sides, [(Side::Above, true), (Side::Below, true)]);
    assert_eq!(found.excursions[0].to_ms, 20 * MINUTE);
}

#[test]
fn a_summary_tells_that_but_not_how_long() {
    let summary = |min_mc, max_mc| Summary {
        from_ms: 0,
        to_ms: HOUR,
        min_mc,
        max_mc,
        mean_mc: None,
    };
    for (min_mc, max_mc, stays, certain) in [
        (7_750, 10_430, 1, 0),
        (8_100, 9_000, 1, HOUR),
        (2_000, 8_000, 0, 0),
        (1_000, 9_000, 2, 0),
        (-5_000, -1_000, 1, HOUR),
    ] {
        let mut found = OutOfRange::default();
        add_summaries(&mut found, &[summary(min_mc, max_mc)], 2_000, 8_000);
        assert_eq!(
            (found.excursions.len(), found.total_ms()),
            (stays, certain),
            "{min_mc}"
        );
    }
}

#[test]
fn gaps_are_what_nobody_watched() {
    let samples = [0, 10, 20, 60, 70].map(|m| Sample {
        t_ms: m * MINUTE,
        mc: 5_000,
    });
    let interval = median_interval_ms(&samples).unwrap();
    assert_eq!(interval, 10 * MINUTE);
    let covered = union(covered_by_samples(&samples, 2 * interval));
    let watch = Span {
        from_ms: -30 * MINUTE,
        to_ms: 75 * MINUTE,
    };
    let found: Vec<_> = gaps(watch, &covered, 2 * interval)
        .into_iter()
        .map(|gap| {
            (
                gap.span.from_ms / MINUTE,
                gap.span.to_ms / MINUTE,
                gap.at_an_end,
            )
        })
        .collect();
    assert_eq!(found, [(-30, 0, true), (20, 60, false)]);
    // Exactly twice the interval is still no gap.
    assert!(
        gaps(
            Span {
                from_ms: 0,
                to_ms: 20 * MINUTE
            },
            &[],
            20 * MINUTE
        )
        .is_empty()
    );
}

proptest! {
    #[test]
    fn kinetic_mean_is_never_below_the_time_weighted_mean(
        segments in prop::collection::vec((-80_000_i32..60_000, 1_i64..1_000 * HOUR), 1..40),
    ) {
        let segments: Vec<Segment> =
            segments.into_iter().map(|(mc, ms)| Segment { mc, ms }).collect();
        let got = mkt(&segments, Activation::USP).unwrap();
        let weighted: i128 = segments.iter().map(|s| i128::from(s.mc) * i128::from(s.ms)).sum();
        let total: i128 = segments.iter().map(|s| i128::from(s.ms)).sum();
        let mean = kinetic::float(i64::try_from(weighted / total).unwrap()) / 1000.0;
        prop_assert!(got.celsius >= mean - 1e-3, "{} below {mean}", got.celsius);
        let (low, high) =
            segments.iter().fold((i32::MAX, i32::MIN), |(l, h), s| (l.min(s.mc), h.max(s.mc)));
        prop_assert!(got.celsius <= f64::from(high) / 1e3 + 1e-6);
        prop_assert!(got.celsius >= f64::from(low) / 1e3 - 1e-6);
    }

    #[test]
    fn equivalent_hours_agree_with_the_kinetic_mean(
        segments in prop::collection::vec((-20_000_i32..50_000, 1_i64..100 * HOUR), 1..20),
        reference in 0_i32..30_000,
    ) {
        let segments: Vec<Segment> =
            segments.into_iter().map(|(mc, ms)| Segment { mc, ms }).collect();
        let mean = mkt(&segments, Activation::USP).unwrap();
        let direct = equivalent_hours(&segments, reference, Activation::USP).unwrap();
        let a = Activation::USP.kelvin();
        let reference = f64::from(reference) / 1000.0 + 273.15;
        let at_mean = kinetic::float(mean.covered_ms) / 3.6e6
            * libm::exp(a * (1.0 / reference - 1.0 / (mean.celsius + 273.15)));
        prop_assert!((direct - at_mean).abs() <= 1e-8 * direct.max(1.0), "{direct} {at_mean}");
    }

    #[test]
    fn no_sampled_window_is_worse_than_the_worst(
        readings in prop::collection::vec(2_000_i32..15_000, 30..80),
        at in 0_usize..80,
    ) {
        let samples = series(HOUR, &readings);
        let fridge = storage("2-8C");
        let worst = worst_window(&samples, &fridge, HOUR, Activation::USP).unwrap();
        let from = at.min(samples.len() - 25);
        let some = mkt_trapezoid(&samples[from..=from + 24], Activation::USP).unwrap();
        prop_assert!(some.celsius <= worst.celsius + 1e-9);
        prop_assert_eq!(worst.to_ms - worst.from_ms, 24 * HOUR);
    }

    #[test]
    fn arithmetic_is_total(
        times in prop::collection::vec(any::<i64>(), 0..20),
        readings in prop::collection::vec(prop_oneof![any::<i32>(), 2_000..9_000], 20),
        limits in any::<(i32, i32, i64)>(),
    ) {
        let mut samples: Vec<Sample> =
            times.iter().zip(&readings).map(|(&t_ms, &mc)| Sample { t_ms, mc }).collect();
        samples.sort_unstable();
        let (low, high, step) = limits;
        let found = out_of_range(&samples, low, high, step);
        prop_assert!(found.excursions.iter().all(|e| e.from_ms <= e.to_ms));
        let covered = union(covered_by_samples(&samples, step));
        drop(gaps(Span { from_ms: low.into(), to_ms: high.into() }, &covered, step));
        drop(mkt_trapezoid(&samples, Activation::USP));
        drop(worst_window(&samples, &storage("2-8C"), step, Activation::USP));
        drop(mkt_equal_interval(&samples, Activation::USP));
    }
}
