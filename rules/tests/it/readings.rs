//! What a chart is drawn from: no logger beside others loses its shape, and no reading is lost
//! between the engine and whoever asks for all of them.

use gs1::BizStep;
use gs1::epcis::{Action, SensorElement, SensorMetadata, SensorReport};
use rules::cold_chain::Sample;
use rules::views::cold::READINGS_MAX;
use rules::views::readings::ReadingSeries;
use rules::{ColdChainView, Engine, Fact, Profile};

use super::cast::{self, Clerk};
use super::cold_rows;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// An engine that knows who is who, and what packs `p1` and `p2` are.
fn begun() -> (Engine, Clerk) {
    let mut clerk = Clerk::default();
    let mut engine = Engine::new(Profile::default());
    for record in clerk.masters() {
        engine.apply(&record);
    }
    let lot = gs1::Lot::parse("L1").unwrap();
    let made = cast::object(Action::Add, "p1..p2", 0, BizStep::Commissioning, 'M');
    let made = made.with_ilmd(&lot, "2030-12-31".parse().unwrap());
    engine.apply(&clerk.record('M', 0, Fact::Event(made.build().unwrap())));
    (engine, clerk)
}

fn told(engine: &mut Engine, clerk: &mut Clerk, on: &str, elements: Vec<SensorElement>) {
    let step = BizStep::parse("sensor_reporting").unwrap();
    let mut event = cast::object(Action::Observe, on, HOUR_MS, step, 'M');
    for element in elements {
        event = event.with_sensor_element(&element);
    }
    engine.apply(&clerk.record('M', HOUR_MS, Fact::Event(event.build().unwrap())));
}

fn samples_of(device: &str, samples: &[Sample]) -> SensorElement {
    let report = |it: &Sample| SensorReport::temperature(it.mc, it.t_ms);
    SensorElement {
        metadata: SensorMetadata {
            device_id: Some(cold_rows::logger(device)),
            ..SensorMetadata::default()
        },
        reports: samples.iter().map(report).collect(),
    }
}

/// A summary over minutes, with its lowest and its highest.
fn summary_of(device: &str, (from, to): (i64, i64), (low, high): (&str, &str)) -> SensorElement {
    SensorElement {
        metadata: SensorMetadata {
            device_id: Some(cold_rows::logger(device)),
            start_time_ms: Some(from * MINUTE_MS),
            end_time_ms: Some(to * MINUTE_MS),
            ..SensorMetadata::default()
        },
        reports: vec![SensorReport {
            value: None,
            min_value: Some(low.parse().unwrap()),
            max_value: Some(high.parse().unwrap()),
            time_ms: None,
            ..SensorReport::temperature(0, 0)
        }],
    }
}

/// A reading each ten minutes, from `from_ms` on.
fn curve(from_ms: i64, count: i64, mc: impl Fn(i64) -> i32) -> Vec<Sample> {
    let sample = |at| Sample {
        t_ms: from_ms + at * 10 * MINUTE_MS,
        mc: mc(at),
    };
    (0..count).map(sample).collect()
}

/// What a view lists of one device, in milli-degrees.
fn listed(view: &ColdChainView, device: &str) -> Vec<(i64, i32)> {
    let device = cold_rows::logger(device);
    let own = view
        .readings
        .iter()
        .filter(|it| it.device.as_ref() == Some(&device));
    #[expect(
        clippy::cast_possible_truncation,
        reason = "three decimals of what was an i32"
    )]
    own.map(|it| (it.t, (it.c * 1000.0).round() as i32))
        .collect()
}

#[test]
fn a_logger_between_two_others_keeps_its_shape_in_a_thinned_view() {
    let (mut engine, mut clerk) = begun();
    // The one in the middle gets warm for one reading, and cold for one, without leaving what the
    // two others span.
    let (low, high) = (5_000, 8_100);
    let loggers = [
        (
            "1",
            curve(0, low, |at| 2_000 + i32::try_from(at % 7).unwrap()),
        ),
        (
            "2",
            curve(1, high, |at| match at {
                4_321 => 6_900,
                6_543 => 3_100,
                _ => 5_000 + i32::try_from(at % 5).unwrap(),
            }),
        ),
        (
            "3",
            curve(2, low, |at| 7_000 + i32::try_from(at % 3).unwrap()),
        ),
    ];
    for (device, samples) in &loggers {
        told(
            &mut engine,
            &mut clerk,
            "s1",
            vec![samples_of(device, samples)],
        );
    }
    let view = engine.cold_chain_of(&cast::thing("s1"));
    assert!(view.readings.len() <= READINGS_MAX);
    assert_eq!(view.readings_total, 18_100);
    assert!(view.readings.is_sorted_by_key(|it| it.t));
    for (device, samples) in &loggers {
        let kept = listed(&view, device);
        assert!(kept.len() > READINGS_MAX / 4, "{device}: {}", kept.len());
        for moment in [samples.first(), samples.last()].into_iter().flatten() {
            assert!(
                kept.contains(&(moment.t_ms, moment.mc)),
                "{device}: {moment:?}"
            );
        }
    }
    let middle = listed(&view, "2");
    for at in [4_321, 6_543] {
        let told = loggers[1].1[at];
        assert!(middle.contains(&(told.t_ms, told.mc)), "{told:?}");
    }
}

/// Every reading of `p1` that was told is in the columns once, under its device and what it was
/// taken of, in the order of time, and for the time it was inside; the view lists the same.
#[test]
fn the_columns_hold_what_was_told_reading_by_reading() {
    let (mut engine, mut clerk) = begun();
    let pack = |action, at_ms| {
        let (case, inside) = (cast::thing("s1"), cast::things("p1"));
        let event = gs1::epcis::Event::aggregation(action, &case, inside, at_ms, BizStep::Packing);
        Fact::Event(event.build().unwrap())
    };
    for fact in [
        pack(Action::Add, 100 * MINUTE_MS),
        pack(Action::Delete, 300 * MINUTE_MS),
    ] {
        engine.apply(&clerk.record('M', 300 * MINUTE_MS, fact));
    }
    let (on_case, on_pack) = (
        curve(0, 40, |at| 4_000 + i32::try_from(at).unwrap()),
        curve(3, 5, |_| 5_000),
    );
    let summary = summary_of("3", (120, 200), ("3.1", "7.9"));
    // Told in two halves, the later first.
    let (early, late) = on_case.split_at(17);
    told(
        &mut engine,
        &mut clerk,
        "s1",
        vec![samples_of("1", late), summary],
    );
    told(&mut engine, &mut clerk, "s1", vec![samples_of("1", early)]);
    told(
        &mut engine,
        &mut clerk,
        "p1",
        vec![samples_of("2", &on_pack)],
    );
    let inside = |it: &&Sample| (100..=300).contains(&(it.t_ms / MINUTE_MS));
    let named = |device: &str, on: &str, readings: Vec<Sample>| ReadingSeries {
        device: Some(cold_rows::logger(device)),
        shipment: cast::thing(on).canonical(),
        readings,
    };
    let of_summary = [(120, 3_100), (200, 7_900)];
    let of_summary = of_summary.map(|(minute, mc)| Sample {
        t_ms: minute * MINUTE_MS,
        mc,
    });
    let found = engine.readings_of(&cast::thing("p1"));
    let expected = [
        named("2", "p1", on_pack),
        named("1", "s1", on_case.iter().filter(inside).copied().collect()),
        named("3", "s1", of_summary.to_vec()),
    ];
    assert_eq!(found, expected);
    assert_eq!(engine.readings_of(&cast::thing("s1"))[0].readings, on_case);
    let view = engine.cold_chain_of(&cast::thing("p1"));
    assert_eq!(view.readings_total, view.readings.len());
    for series in &found {
        let device = series
            .device
            .as_deref()
            .unwrap()
            .rsplit("LOG")
            .next()
            .unwrap();
        let columns: Vec<(i64, i32)> = series.readings.iter().map(|it| (it.t_ms, it.mc)).collect();
        assert_eq!(listed(&view, device), columns, "{device}");
    }
    assert!(engine.readings_of(&cast::thing("p9")).is_empty());
}
