//! Fewer values of a series when there is no room for all: its extremes, its ends and the edges
//! of each excursion stay, because these are what a verdict on the goods is made of. Values that
//! were acknowledged to their sender stay, too, and so do faults.

use std::collections::{BTreeMap, BTreeSet};

use super::{SampleBatch, Sensor};
use crate::source::{Measure, Sample};

/// What was taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thinned {
    /// Values.
    pub count: u64,
    /// First and last of them, gateway's wall clock, ms since the Unix epoch.
    pub bounds: (i64, i64),
}

/// What is measured, and by which of several probes.
type Series = (Measure, Option<String>);

/// Takes values out of a batch; `None` when all stay.
pub fn thin(batch: &mut SampleBatch, sensor: &Sensor) -> Option<Thinned> {
    let mut series: BTreeMap<Series, Vec<(u64, Sample)>> = BTreeMap::new();
    for (number, sample) in &batch.samples {
        let key = (sample.measure.clone(), sample.channel.clone());
        let values = series.entry(key).or_default();
        values.push((*number, sample.clone()));
    }
    let mut stay = BTreeSet::new();
    for values in series.values_mut() {
        values.sort_by_key(|(_, sample)| sample.at_ms);
        stay.extend(telling(values, sensor));
    }
    let may_go = |number: &u64| batch.loose.contains(number) && !stay.contains(number);
    let gone = batch.samples.iter().filter(|(number, _)| may_go(number));
    let times: Vec<i64> = gone.map(|(_, sample)| sample.at_ms).collect();
    let bounds = (*times.iter().min()?, *times.iter().max()?);
    batch.samples.retain(|(number, _)| !may_go(number));
    Some(Thinned {
        count: u64::try_from(times.len()).unwrap_or(u64::MAX),
        bounds,
    })
}

/// Numbers of the values that tell most of a series in order of time.
fn telling(values: &[(u64, Sample)], sensor: &Sensor) -> Vec<u64> {
    let mut stay: Vec<u64> = values
        .iter()
        .filter(|(_, sample)| sample.fault)
        .map(|(number, _)| *number)
        .collect();
    let is_out = |(_, sample): &(u64, Sample)| sensor.is_alarm(sample);
    // Runs of values within limits and out of them: an edge is where one ends and one begins.
    for run in values.chunk_by(|a, b| is_out(a) == is_out(b)) {
        let extremes = [
            run.first(),
            run.last(),
            run.iter().min_by_key(|(_, sample)| sample.value),
            run.iter().max_by_key(|(_, sample)| sample.value),
        ];
        stay.extend(extremes.into_iter().flatten().map(|(number, _)| *number));
    }
    stay
}

#[cfg(test)]
mod tests {
    use gs1::Decimal;

    use super::*;

    /// Values of one sensor a second apart: `*` after one was acknowledged, `!` is a fault, `b`
    /// another probe.
    fn batch(text: &str) -> SampleBatch {
        let mut batch = SampleBatch {
            place: 0,
            device: "a".to_owned(),
            samples: Vec::new(),
            loose: BTreeSet::new(),
        };
        for (number, word) in (0..).zip(text.split_whitespace()) {
            let value = Decimal::parse(word.trim_end_matches(['*', '!', 'b'])).unwrap();
            let at_ms = i64::try_from(number).unwrap() * 1_000;
            let mut sample = Sample::new(Measure::TEMPERATURE_CEL, value, at_ms);
            sample.fault = word.ends_with('!');
            sample.channel = word.ends_with('b').then(|| "b".to_owned());
            batch.samples.push((number, sample));
            if !word.ends_with('*') {
                batch.loose.insert(number);
            }
        }
        batch
    }

    #[test]
    fn extremes_ends_and_edges_stay() {
        let sensor = Sensor {
            limits_milli_c: (Some(2_000), Some(8_000)),
            ..Sensor::default()
        };
        let rows = [
            ("4", "4"),
            ("4 5", "4 5"),
            ("4 5 5.5 5 4.5", "4 5.5 4.5"),
            // Ends are extremes: all between them goes.
            ("4 4.1 4.2 4.3 4.4", "4 4.4"),
            // An excursion: the last value before, its edges, its peak, the first after.
            (
                "4 5 6 7 8.5 9 11 10 9.5 8.25 7.5 6 5 5.5",
                "4 7 8.5 11 8.25 7.5 5 5.5",
            ),
            ("1 1.5 0.5 1.75 3 3 3", "1 0.5 1.75 3 3"),
            ("4 5* 5* 5.5 5 4", "4 5 5 5.5 4"),
            ("4 5 5! 6 5 4", "4 5 6 4"),
            ("4 9b 5 9b 6 9b 7 9b", "4 9 7 9"),
        ];
        for (text, wanted) in rows {
            let mut thinned = batch(text);
            let before = thinned.samples.len();
            let gone = thin(&mut thinned, &sensor);
            let left: Vec<String> = thinned
                .samples
                .iter()
                .map(|(_, sample)| sample.value.to_string())
                .collect();
            assert_eq!(left.join(" "), wanted, "of {text}");
            let count = gone.map_or(0, |gone| gone.count);
            assert_eq!(left.len() + usize::try_from(count).unwrap(), before);
        }
        let gone = thin(&mut batch("4 5 5 5.5 5 4"), &sensor).unwrap();
        assert_eq!((gone.count, gone.bounds), (3, (1_000, 4_000)));
        assert_eq!(thin(&mut batch("4 6 4"), &sensor), None);
    }
}
