//! What a logger in a box measures: a fridge that breathes around five degrees, and a box that
//! stood in the sun. Integers in tenths of a degree, as real loggers report them.

use super::seeded::Seeded;

/// One reading: milliseconds since the Unix epoch, and tenths of a degree Celsius.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// When, in milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// Tenths of a degree Celsius.
    pub tenths: i32,
}

/// The programmed interval of every logger of the demo.
pub const INTERVAL_MS: i64 = 5 * 60 * 1_000;

/// How long an excursion takes from leaving the band until it is back.
const EXCURSION_MS: i64 = 8 * HOUR_MS;
/// How long the warming up and the cooling down take, each.
const RAMP_MS: i64 = 90 * 60 * 1_000;
/// The plateau of the excursion, in tenths of a degree: above the 15 degrees that a refrigerated
/// product may see at all.
const PLATEAU_TENTHS: i32 = 152;
const HOUR_MS: i64 = 60 * 60 * 1_000;

/// What happens to the box on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    /// Stays between 4 and 6 degrees.
    Steady,
    /// Warms to 14..16 degrees for hours, in the middle of the journey.
    Excursion,
}

/// Readings every [`INTERVAL_MS`] from `from_ms` to `to_ms`, the last one exactly at `to_ms`.
pub fn readings(weather: Weather, from_ms: i64, to_ms: i64, noise: &mut Seeded) -> Vec<Reading> {
    let warm_from = from_ms + (to_ms - from_ms - EXCURSION_MS).max(0) / 2;
    let mut readings = Vec::new();
    let mut at_ms = from_ms;
    let mut drift = 0;
    while at_ms < to_ms {
        drift = (drift + noise.around(1)).clamp(-5, 5);
        let tenths = 50 + drift + noise.around(2) + swing(at_ms - from_ms);
        let warmth = match weather {
            Weather::Steady => 0,
            Weather::Excursion => share_of_excursion(at_ms - warm_from),
        };
        readings.push(Reading {
            at_ms,
            tenths: tenths + (PLATEAU_TENTHS - 50) * warmth / 1_000,
        });
        at_ms += INTERVAL_MS;
    }
    readings.push(Reading {
        at_ms: to_ms,
        tenths: 50,
    });
    readings
}

/// The compressor's cycle: a triangle of two hours and +-0.2 degrees.
fn swing(since_ms: i64) -> i32 {
    let minute = i32::try_from(since_ms.rem_euclid(2 * HOUR_MS) / 60_000).unwrap_or_default();
    let up = if minute < 60 { minute } else { 120 - minute };
    (up - 30) / 15
}

/// How far the box is into the heat, in thousandths: up, plateau, down.
fn share_of_excursion(since_ms: i64) -> i32 {
    let until_ms = EXCURSION_MS - since_ms;
    let into = since_ms.min(until_ms).clamp(0, RAMP_MS);
    i32::try_from(into * 1_000 / RAMP_MS).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journey(weather: Weather) -> Vec<Reading> {
        readings(weather, 0, 24 * HOUR_MS, &mut Seeded::new(3, "box"))
    }

    #[test]
    fn a_steady_box_stays_between_four_and_six_degrees() {
        for seed in 0..200 {
            let all = readings(
                Weather::Steady,
                0,
                30 * HOUR_MS,
                &mut Seeded::new(seed, "box"),
            );
            assert!(
                all.iter()
                    .all(|reading| (40..=60).contains(&reading.tenths)),
                "seed {seed}"
            );
        }
    }

    #[test]
    fn an_excursion_is_hours_above_fourteen_and_never_above_seventeen() {
        let all = journey(Weather::Excursion);
        let warm = all.iter().filter(|reading| reading.tenths >= 140).count();
        assert!(
            warm >= 36,
            "three hours of five-minute readings, got {warm}"
        );
        assert!(all.iter().all(|reading| reading.tenths < 170));
        assert!(all.iter().any(|reading| reading.tenths > 150));
        assert!(all.first().is_some_and(|first| first.tenths < 70));
    }

    #[test]
    fn no_interval_is_longer_than_programmed_and_the_ends_are_exact() {
        let all = journey(Weather::Steady);
        assert_eq!(all.first().map(|reading| reading.at_ms), Some(0));
        assert_eq!(all.last().map(|reading| reading.at_ms), Some(24 * HOUR_MS));
        let steps = all.windows(2).map(|pair| pair[1].at_ms - pair[0].at_ms);
        assert!(
            steps
                .into_iter()
                .all(|step| step > 0 && step <= INTERVAL_MS)
        );
    }
}
