//! Temperatures through the whole engine: real traces of loggers, published verdicts of devices,
//! and properties that hold for any curve, however it is cut into uploads and in whatever order
//! they come.

use gs1::BizStep;
use gs1::epcis::{Action, SensorElement, SensorMetadata, SensorReport};
use proptest::prelude::*;
use rules::cold_chain::coverage::clip;
use rules::cold_chain::replay::{equal_around, prints};
use rules::cold_chain::{
    Activation, Alarm, AlarmKind, BudgetBand, Sample, Segment, Side, Span, Spent, StorageProfile,
    Vvm, beyond, device_alarm, device_time, excursion, mkt, mkt_equal_interval, mkt_with_gap,
};
use rules::{Engine, Fact, FindingStatus, FindingView, Profile, RuleId};

use super::cast::{self, Clerk};
use super::cold_rows;
use super::cold_traces::{berlinger, biovoice};
use super::corpus::fixtures;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 3_600_000;
/// Q-tag and `BioVoice` loggers compute with 83.0 kJ/mol.
const DEVICE: Activation = Activation {
    centijoule_per_mol: 8_300_000,
};

fn storage(id: &str) -> StorageProfile {
    let mut known = StorageProfile::known().into_iter();
    known.find(|storage| storage.id == id).unwrap()
}

fn above(limit_mc: i32, kind: AlarmKind, minutes: i64) -> Alarm {
    Alarm {
        side: Side::Above,
        limit_mc,
        reaching: false,
        kind,
        ms: minutes * MINUTE_MS,
    }
}

/// A pallet with one pack, shipped at the first reading and received at the last.
fn shipped(from_ms: i64, to_ms: i64) -> (Engine, Clerk) {
    let mut clerk = Clerk::default();
    let mut engine = Engine::new(Profile::default());
    for record in clerk.masters() {
        engine.apply(&record);
    }
    let lot = gs1::Lot::parse("L1").unwrap();
    let made = cast::object(
        Action::Add,
        "p1",
        from_ms - HOUR_MS,
        BizStep::Commissioning,
        'M',
    );
    let made = made.with_ilmd(&lot, "2030-12-31".parse().unwrap());
    let packed = gs1::epcis::Event::aggregation(
        Action::Add,
        &cast::thing("s1"),
        cast::things("p1"),
        from_ms - HOUR_MS,
        BizStep::Packing,
    );
    let sent = cast::object(Action::Observe, "s1", from_ms, BizStep::Shipping, 'M');
    let got = cast::object(Action::Observe, "s1", to_ms, BizStep::Receiving, 'P');
    for (actor, event) in [('M', made), ('M', packed), ('M', sent), ('P', got)] {
        engine.apply(&clerk.record(actor, to_ms, Fact::Event(event.build().unwrap())));
    }
    (engine, clerk)
}

fn upload(device: &str, samples: &[Sample]) -> Fact {
    let reports = samples.iter();
    let reports = reports
        .map(|it| SensorReport::temperature(it.mc, it.t_ms))
        .collect();
    let metadata = SensorMetadata {
        device_id: Some(cold_rows::logger(device)),
        ..SensorMetadata::default()
    };
    let step = BizStep::parse("sensor_reporting").unwrap();
    let at_ms = samples.last().unwrap().t_ms;
    let event = cast::object(Action::Observe, "s1", at_ms, step, 'M')
        .with_sensor_element(&SensorElement { metadata, reports });
    Fact::Event(event.build().unwrap())
}

fn open(engine: &Engine) -> Vec<FindingView> {
    let mut open: Vec<FindingView> = engine.findings_for(&cast::thing("s1"));
    open.retain(|finding| finding.status == FindingStatus::Open);
    open.sort_by(|a, b| a.id.cmp(&b.id));
    open
}

/// What findings say, without when the ledger learned of it.
fn told(engine: &Engine) -> Vec<String> {
    let text = |it: &FindingView| {
        format!(
            "{} {} {} {} {:?}",
            it.id, it.rule, it.at, it.until, it.facts
        )
    };
    open(engine).iter().map(text).collect()
}

#[test]
fn the_biovoice_trace_gives_the_figures_of_its_logger() {
    let Some(samples) = biovoice() else { return };
    assert_eq!(samples.len(), 3_091);
    let interval = 300_000;
    let warm = above(8_000, AlarmKind::Cumulative, 0);
    assert_eq!(device_time(&warm, &samples, interval) / 1000, 18_000);
    let inside = samples.iter().filter(|it| (2_000..=8_000).contains(&it.mc));
    assert_eq!(inside.count() * 300, 909_300);
    let mean: i64 = samples.iter().map(|it| i64::from(it.mc)).sum::<i64>() / 3_091;
    assert_eq!((mean + 50) / 100, 52, "the logger says 5.2 of {mean}");
    let plain = mkt_equal_interval(&samples, DEVICE).unwrap().celsius;
    // The logger says 5.5: it cuts, and 5.598 is not yet 5.6.
    assert!((plain - 5.60).abs() < 0.005, "{plain}");
    // Our time is that of the straight lines, and the logger's lies between our bounds.
    let stays = excursion::one_side(&samples, Side::Above, 8_000, 2 * interval);
    let ours = beyond(&warm, &stays).unwrap();
    assert!(
        ours.least_ms <= 18_000_000 && 18_000_000 <= ours.most_ms,
        "{ours:?}"
    );
}

#[test]
fn the_q_tag_file_gives_the_figures_of_its_device() {
    let Some(samples) = berlinger("qtag_RCPJ00010_02.txt") else {
        return;
    };
    assert_eq!(samples.len(), 124);
    let plain = mkt_equal_interval(&samples, DEVICE).unwrap().celsius;
    assert!((plain - 10.58).abs() < 0.005, "{plain}");
    assert!(
        (libm::floor(plain * 10.0) / 10.0 - 10.5).abs() < 1e-9,
        "the device cuts to 10.5"
    );
    let interval = 10 * MINUTE_MS;
    let below = |kind, minutes| Alarm {
        side: Side::Below,
        limit_mc: 2_000,
        ..above(0, kind, minutes)
    };
    // The device measures every minute and records every ten: its minutes lie within our bounds.
    for (alarm, device_minutes) in [
        (above(8_000, AlarmKind::Single, 30), 219),
        (above(8_000, AlarmKind::Cumulative, 60), 219),
        (below(AlarmKind::Cumulative, 60), 598),
        (below(AlarmKind::Single, 30), 145),
    ] {
        assert!(
            device_alarm(&alarm, &samples, interval).is_some(),
            "{alarm:?}"
        );
        let stays = excursion::one_side(&samples, alarm.side, alarm.limit_mc, 2 * interval);
        let ours = beyond(&alarm, &stays).unwrap();
        assert!(ours.ms >= alarm.ms, "{ours:?}");
        let device_ms = device_minutes * MINUTE_MS;
        let (least, most) = (ours.least_ms - interval, ours.most_ms + interval);
        assert!((least..=most).contains(&device_ms), "{alarm:?} {ours:?}");
    }
}

#[test]
fn real_traces_are_no_replays_and_no_impossible_physics() {
    let traces = [
        ("BioVoice", biovoice(), 3_091),
        ("Q-tag", berlinger("qtag_RCPJ00010_02.txt"), 124),
        (
            "Fridge-tag",
            berlinger("fridgetag2L_130500109088.txt"),
            10_653,
        ),
    ];
    for (name, samples, count) in traces {
        let Some(samples) = samples else { return };
        assert_eq!(samples.len(), count, "{name}");
        let (first, last) = (samples[0], samples[samples.len() - 1]);
        let (mut engine, mut clerk) = shipped(first.t_ms, last.t_ms);
        for part in samples.chunks(1_000) {
            engine.apply(&clerk.record('M', last.t_ms, upload("1", part)));
        }
        let found = open(&engine);
        let doubted: Vec<_> = found
            .iter()
            .filter(|it| {
                matches!(
                    it.rule,
                    RuleId::T09 | RuleId::T10 | RuleId::T11 | RuleId::T12
                )
            })
            .map(|it| (it.rule, &it.facts))
            .collect();
        assert!(doubted.is_empty(), "{name}: {doubted:#?}");
        assert!(
            found.iter().any(|it| it.rule == RuleId::T01),
            "{name} was warm or cold"
        );
    }
}

#[test]
fn shipping_devices_have_the_published_alarms() {
    let Some(folder) = fixtures() else { return };
    let bytes = std::fs::read(folder.join("coldchain/oracles.json")).unwrap();
    let oracles: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    for (id, name) in [("WHO-I", "typeI"), ("WHO-II", "typeII")] {
        let rows = oracles["alarms_who_shipping"][name].as_array().unwrap();
        let text = |alarm: &Alarm| {
            assert!(alarm.reaching);
            let side = if alarm.side == Side::Above {
                ">="
            } else {
                "<="
            };
            let kind = if alarm.kind == AlarmKind::Single {
                "single"
            } else {
                "cumulative"
            };
            format!(
                "{side} {} {kind} {}",
                f64::from(alarm.limit_mc) / 1e3,
                alarm.ms / MINUTE_MS
            )
        };
        let ours: Vec<String> = storage(id).alarms.iter().map(text).collect();
        let published: Vec<String> = rows
            .iter()
            .map(|it| {
                let (side, kind) = (it[0].as_str().unwrap(), it[2].as_str().unwrap());
                format!("{side} {} {kind} {}", it[1].as_f64().unwrap(), it[3])
            })
            .collect();
        assert_eq!(ours, published);
    }
}

#[test]
fn devices_of_the_manuals_say_what_the_manuals_say() {
    let every = |runs: &[(i32, usize)]| -> Vec<Sample> {
        let readings = runs.iter().flat_map(|(mc, times)| vec![*mc; *times]);
        let at = |(i, mc): (usize, i32)| Sample {
            t_ms: i64::try_from(i).unwrap() * 10 * MINUTE_MS,
            mc,
        };
        readings.enumerate().map(at).collect()
    };
    let alerts = |samples: &[Sample]| {
        let alarms = [
            above(20_000, AlarmKind::Single, 50),
            above(20_000, AlarmKind::Cumulative, 70),
        ];
        let interval = 10 * MINUTE_MS;
        alarms
            .iter()
            .any(|alarm| device_alarm(alarm, samples, interval).is_some())
    };
    // LogTag: five in a row or seven in all above 20 degrees.
    let quiet = every(&[
        (15_000, 3),
        (21_000, 2),
        (15_000, 5),
        (-1_000, 8),
        (21_000, 4),
        (15_000, 2),
    ]);
    assert!(!alerts(&quiet));
    assert!(alerts(&every(&[
        (15_000, 3),
        (21_000, 4),
        (15_000, 5),
        (21_000, 4)
    ])));
    assert!(alerts(&every(&[(21_000, 5)])));
    // Berlinger: frost of less than an hour at a time is no alarm, however often; we show the sum.
    let frost = Alarm {
        side: Side::Below,
        limit_mc: -500,
        ..above(0, AlarmKind::Single, 60)
    };
    let dips = every(&[
        (3_000, 2),
        (-1_000, 5),
        (3_000, 2),
        (-1_000, 5),
        (3_000, 2),
        (-1_000, 5),
    ]);
    assert_eq!(device_alarm(&frost, &dips, 10 * MINUTE_MS), None);
    let sum = Alarm {
        kind: AlarmKind::Cumulative,
        ..frost
    };
    assert_eq!(device_time(&sum, &dips, 10 * MINUTE_MS), 150 * MINUTE_MS);
}

#[test]
fn vial_monitors_reach_their_published_end_points() {
    for (vvm, at_37, second, days_5) in [
        (Vvm::Vvm30, 30.0, (25_000, 193.0), 6_137.0),
        (Vvm::Vvm14, 14.0, (25_000, 90.0), 2_858.0),
        (Vvm::Vvm7, 7.0, (25_000, 45.0), 1_429.0),
        (Vvm::Vvm2, 2.0, (5_000, 225.0), 225.0),
    ] {
        let days = |mc| vvm.end_point_days(mc).unwrap();
        assert!((days(37_000) - at_37).abs() < 1e-9);
        assert!((days(second.0) - second.1).abs() < 1e-6);
        assert!(
            (days(5_000) / days_5 - 1.0).abs() < 0.002,
            "{vvm:?} {}",
            days(5_000)
        );
    }
    let kilojoule = Vvm::Vvm2.activation_kelvin() * 8.314_472 / 1000.0;
    assert!((kilojoule - 105.86).abs() < 0.02, "{kilojoule}");
    let kilojoule = Vvm::Vvm7.activation_kelvin() * 8.314_472 / 1000.0;
    assert!((kilojoule - 119.22).abs() < 0.02, "{kilojoule}");
    let half = [Segment {
        mc: 37_000,
        ms: 24 * HOUR_MS,
    }];
    assert!((Vvm::Vvm2.spent(&half).unwrap() - 0.5).abs() < 1e-9);
}

#[test]
fn a_gap_is_bounds_and_never_a_number() {
    let known = [Segment {
        mc: 5_000,
        ms: 20 * HOUR_MS,
    }];
    for (supposed, celsius) in [(5_000, 5.0), (15_000, 7.704_628), (25_000, 12.88)] {
        let got = mkt_with_gap(&known, 4 * HOUR_MS, supposed, Activation::USP).unwrap();
        assert!(
            (got.celsius - celsius).abs() < 0.005,
            "{supposed}: {}",
            got.celsius
        );
    }
    // The same through the engine: twenty hours measured, four not.
    let samples: Vec<Sample> = (0..=120)
        .map(|i| Sample {
            t_ms: i * 10 * MINUTE_MS,
            mc: 5_000,
        })
        .collect();
    let (mut engine, mut clerk) = shipped(0, 24 * HOUR_MS);
    engine.apply(&clerk.record('M', 0, upload("1", &samples)));
    let found = open(&engine);
    let gap = found.iter().find(|it| it.rule == RuleId::T08).unwrap();
    assert_eq!(gap.facts["mkt_if_held_c"], "5.000");
    assert!(
        gap.facts["mkt_if_ambient_c"].starts_with("12.8"),
        "{:?}",
        gap.facts
    );
    let view = serde_json::to_value(engine.cold_chain_of(&cast::thing("p1"))).unwrap();
    assert_eq!(view["status"], "indeterminate");
    assert_eq!(view["mkt_bounds"]["held_c"], 5.0);
    assert_eq!(view["loggers"][0]["calibration"], "unknown");
}

#[test]
fn a_view_tells_the_budget_and_both_verdicts() {
    let (mut engine, mut clerk) = shipped(0, 12 * HOUR_MS);
    let own = cold_rows::conditions(&["2..8", "band=8..15:10", "band=15..25:2", "equivalent=5:48"]);
    engine.apply(&clerk.record('M', 0, Fact::Master(own)));
    let samples: Vec<Sample> = (0..=72)
        .map(|i| Sample {
            t_ms: i * 10 * MINUTE_MS,
            mc: if i <= 36 { 12_000 } else { 5_000 },
        })
        .collect();
    engine.apply(&clerk.record('M', 0, upload("1", &samples)));
    let view = serde_json::to_value(engine.cold_chain_of(&cast::thing("p1"))).unwrap();
    assert_eq!(view["profile"], "09506000134352 own");
    let bands = &view["budget"][0];
    assert_eq!(
        (&bands["measure"], &bands["exhausted"]),
        (&"bands".into(), &false.into())
    );
    // Six hours, and of the ten-minute way down from 12 to 5 four sevenths.
    assert_eq!(bands["bands"][0]["spent_s"], 21_600 + 342);
    assert_eq!(bands["spent_least"], 0.61);
    let hours = view["budget"][1]["spent_least"].as_f64().unwrap() * 48.0;
    assert!(hours > 6.0 + 6.0 && hours < 24.0, "{hours}");
    assert_eq!(view["activation_j_mol"], 83_144.72);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// However a curve is cut into uploads, and in whatever order they come, the same is found.
    #[test]
    fn cutting_and_ordering_uploads_changes_nothing(
        curve in prop::collection::vec(-20_i32..120, 8..120),
        cuts in prop::collection::vec(1_usize..40, 1..6),
        seed in any::<u64>(),
    ) {
        let samples: Vec<Sample> = (0..).zip(&curve).map(|(i, tenth)| Sample {
            t_ms: i * 10 * MINUTE_MS,
            mc: tenth * 100,
        }).collect();
        let end = samples.last().unwrap().t_ms;
        let (mut whole, mut clerk) = shipped(0, end);
        whole.apply(&clerk.record('M', end, upload("1", &samples)));
        let mut parts: Vec<&[Sample]> = Vec::new();
        let mut rest = &samples[..];
        for cut in cuts.iter().cycle() {
            if rest.is_empty() { break; }
            let (part, more) = rest.split_at((*cut).min(rest.len()));
            parts.push(part);
            rest = more;
        }
        let mut state = seed;
        for i in (1..parts.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            parts.swap(i, usize::try_from(state >> 33).unwrap() % (i + 1));
        }
        let (mut split, mut clerk) = shipped(0, end);
        for part in parts {
            split.apply(&clerk.record('M', end, upload("1", part)));
        }
        // The last event judges everything: an upload inside the band may still be quiet.
        let nudge = cast::object(Action::Observe, "s1", end, BizStep::Inspecting, 'P');
        let nudge = Fact::Event(nudge.build().unwrap());
        whole.apply(&clerk.record('P', end, nudge.clone()));
        split.apply(&clerk.record('P', end, nudge));
        prop_assert_eq!(told(&split), told(&whole));
    }

    /// Two loggers' records of the same time are independent: their order does not matter.
    #[test]
    fn the_order_of_simultaneous_records_does_not_matter(
        a in prop::collection::vec(-20_i32..120, 12..60),
        b in prop::collection::vec(-20_i32..120, 12..60),
    ) {
        let curve = |curve: &[i32]| -> Vec<Sample> {
            let at = |(i, tenth): (i64, &i32)| Sample { t_ms: i * 10 * MINUTE_MS, mc: tenth * 100 };
            (0..).zip(curve).map(at).collect()
        };
        let (a, b) = (upload("1", &curve(&a)), upload("2", &curve(&b)));
        let play = |facts: [&Fact; 2]| {
            let (mut engine, mut clerk) = shipped(0, 6 * HOUR_MS);
            for fact in facts {
                engine.apply(&clerk.record('M', 0, fact.clone()));
            }
            told(&engine)
        };
        prop_assert_eq!(play([&a, &b]), play([&b, &a]));
    }

    /// No pack whose way had an unwatched stretch is ever called genuine or within.
    #[test]
    fn nothing_passes_over_a_gap(
        before in 1_usize..60,
        missing in 2_usize..60,
        after in 1_usize..60,
        level in 2_i32..=8,
    ) {
        let step = 10 * MINUTE_MS;
        let at = |i: usize| Sample { t_ms: i64::try_from(i).unwrap() * step, mc: level * 1000 };
        let samples: Vec<Sample> =
            (0..before).chain(before + missing..before + missing + after).map(at).collect();
        let end = samples.last().unwrap().t_ms;
        let (mut engine, mut clerk) = shipped(0, end);
        engine.apply(&clerk.record('M', end, upload("1", &samples)));
        let gs1::Epc::Sgtin(pack) = cast::thing("p1") else { unreachable!() };
        let view = engine.cold_chain(&pack);
        prop_assert_eq!(view.status.as_str(), "indeterminate");
        let scan = gs1::scan::parse(&format!("(01){}(21){}(10)L1", pack.gtin, pack.serial)).unwrap();
        let counter = rules::Counter { now_ms: end, party: None, location: None };
        let verdict = rules::verdict::judge(&engine, &scan, &counter);
        prop_assert_eq!(verdict.verdict, rules::Class::Hold);
    }

    /// A stretch of 32 samples that is copied anywhere is found by its hashes.
    #[test]
    fn every_copy_of_thirty_two_readings_is_found(
        a in prop::collection::vec(20_i32..80, 32..160),
        b in prop::collection::vec(20_i32..80, 0..80),
        from in any::<prop::sample::Index>(),
        to in any::<prop::sample::Index>(),
    ) {
        let from = from.index(a.len() - 31);
        prop_assume!(a[from..from + 32].iter().any(|it| *it != a[from]));
        let mut copy = b.clone();
        let to = to.index(b.len() + 1);
        copy.splice(to..to, a[from..from + 32].iter().copied());
        let samples = |curve: &[i32]| -> Vec<Sample> {
            (0..).zip(curve).map(|(i, mc)| Sample { t_ms: i, mc: *mc }).collect()
        };
        let (a, copy) = (samples(&a), samples(&copy));
        let there = prints(&a);
        let found = prints(&copy).into_iter().any(|print| {
            let same = there.iter().filter(|other| other.hash == print.hash);
            same.clone().any(|other| equal_around(&copy, print.at, &a, other.at).1 >= 32)
        });
        prop_assert!(found);
    }

    /// A budget is spent the same however a life is cut into containers.
    #[test]
    fn the_parts_of_a_life_spend_what_the_whole_does(
        curve in prop::collection::vec(0_i32..300, 2..80),
        cut in 0_i64..800,
    ) {
        let storage = StorageProfile {
            budget: vec![
                BudgetBand { low_mc: 8_000, high_mc: 15_000, allowed_ms: 10 * HOUR_MS },
                BudgetBand { low_mc: 15_000, high_mc: 40_000, allowed_ms: 2 * HOUR_MS },
                BudgetBand { low_mc: -1, high_mc: 1_999, allowed_ms: HOUR_MS },
            ],
            ..StorageProfile::new("own", 2_000, 8_000)
        };
        let samples: Vec<Sample> = (0..).zip(&curve).map(|(i, tenth)| Sample {
            t_ms: i * 10 * MINUTE_MS,
            mc: tenth * 100,
        }).collect();
        let (first, last) = (0, samples.last().unwrap().t_ms);
        let cut = cut * MINUTE_MS;
        let spent = |spans: &[Span]| {
            let mut sum = Spent::new(&storage);
            for span in spans {
                sum.add_samples(&storage, &clip(&samples, *span, HOUR_MS), HOUR_MS);
            }
            sum
        };
        let whole = spent(&[Span { from_ms: first, to_ms: last }]);
        let parts = spent(&[
            Span { from_ms: first, to_ms: cut.min(last) },
            Span { from_ms: cut.min(last), to_ms: last },
        ]);
        for (a, b) in whole.least_ms.iter().zip(&parts.least_ms) {
            prop_assert!((a - b).abs() <= 1_000, "{a} {b}");
        }
        let total: i64 = whole.least_ms.iter().sum::<i64>() + whole.uncovered_least_ms;
        prop_assert!(total <= last);
    }
}

#[test]
fn kinetic_means_join_like_their_parts() {
    let parts = |hours: i64, mc| Segment {
        mc,
        ms: hours * HOUR_MS,
    };
    let whole = mkt(&[parts(20, 5_000), parts(4, 15_000)], Activation::USP).unwrap();
    let split = mkt(
        &[
            parts(3, 15_000),
            parts(12, 5_000),
            parts(1, 15_000),
            parts(8, 5_000),
        ],
        Activation::USP,
    );
    assert!((whole.celsius - split.unwrap().celsius).abs() < 1e-9);
}
