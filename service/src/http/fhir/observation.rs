//! `Observation`: what one logger measured on one thing, every reading of it. `SampledData` is a
//! series of equal steps. Where the steps are unequal R5 tells each moment (`offsets`); R4 cannot,
//! so there each stretch of equal steps is a resource of its own. Ids are the thing's, then eight
//! digits of a hash of the device's name, then the number of the stretch.
use rules::cold_chain::Sample;
use rules::views::readings::ReadingSeries;
use serde_json::{Value, json};

use super::device::device_identifier;
use super::ids::{hash, hashed, id_of_thing, thing_of};
use super::search::{Asked, Found, Token};
use super::{DIGITAL_LINK, Reading, Version, identifier};
use crate::app::failure::Failure;
use crate::app::readings::{self, Readings};
use crate::app::time_text;

/// Longest id of a thing that leaves room for the rest.
const THING_CHARS_MAX: usize = 48;
/// Hexadecimal digits that tell one device from another.
const DEVICE_DIGITS: usize = 8;

/// A stretch of a series.
struct Stretch<'a> {
    /// Of what it was asked.
    of: &'a str,
    series: &'a ReadingSeries,
    number: usize,
    readings: &'a [Sample],
}

pub(super) fn read(at: &Reading<'_>, id: &str) -> Result<Value, Failure> {
    let missing = || Failure::not_found("Observation");
    let thing = id.rsplitn(3, '-').nth(2).ok_or_else(missing)?;
    let thing = {
        let fold = at.node.fold();
        thing_of(
            thing,
            fold.despatches.latest().into_iter().map(|(_, id)| id),
        )
    };
    let found = readings::of_shipment(at.node, at.permit, &thing.ok_or_else(missing)?);
    let found = found.map_err(|_| missing())?;
    let mut all = stretches(at, &found).into_iter();
    let stretch = all.find(|stretch| stretch.id() == id).ok_or_else(missing)?;
    Ok(stretch.resource(at.version))
}

pub(super) fn find(at: &Reading<'_>, asked: &Asked) -> Result<Found, Failure> {
    let Token::Is(id) = asked.token("subject", DIGITAL_LINK) else {
        return Ok(Found::default());
    };
    let found = readings::of_shipment(at.node, at.permit, id)?;
    let all = stretches(at, &found);
    asked.page(all, true, |stretch| Some(stretch.resource(at.version)))
}

/// What becomes a resource of its own.
fn stretches<'a>(at: &Reading<'_>, found: &'a Readings) -> Vec<Stretch<'a>> {
    let mut all = Vec::new();
    for series in &found.series {
        let parts = match at.version {
            Version::R4 => even(&series.readings),
            Version::R5 => vec![series.readings.as_slice()],
        };
        let parts = (0_usize..).zip(parts).filter(|(_, part)| !part.is_empty());
        all.extend(parts.map(|(number, readings)| Stretch {
            of: &found.asked,
            series,
            number,
            readings,
        }));
    }
    all
}

/// Stretches of equal steps, each as long as can be; a reading is in one of them.
fn even(mut readings: &[Sample]) -> Vec<&[Sample]> {
    let mut all = Vec::new();
    while let Some((part, rest)) = readings.split_at_checked(even_to(readings)) {
        if part.is_empty() {
            break;
        }
        all.push(part);
        readings = rest;
    }
    all
}

/// How many readings from the first on have equal steps.
fn even_to(readings: &[Sample]) -> usize {
    let mut steps = steps(readings);
    let Some(first) = steps.next() else {
        return readings.len();
    };
    steps
        .take_while(|step| *step == first)
        .count()
        .saturating_add(2)
}

fn steps(readings: &[Sample]) -> impl Iterator<Item = i64> {
    let pairs = readings.iter().zip(readings.iter().skip(1));
    pairs.map(|(a, b)| b.t_ms.saturating_sub(a.t_ms))
}

impl Stretch<'_> {
    fn id(&self) -> String {
        let mut thing = id_of_thing(self.of);
        if thing.len() > THING_CHARS_MAX {
            thing = hashed(self.of);
        }
        let device = self.series.device.as_deref().unwrap_or_default();
        let device = hash(&format!("{device} {}", self.series.shipment), DEVICE_DIGITS);
        format!("{thing}-{device}-{}", self.number)
    }

    fn resource(&self, version: Version) -> Value {
        let celsius = |mc: i32| f64::from(mc) / 1000.0;
        let unit = "http://unitsofmeasure.org";
        let moments = match self.readings {
            [only] => json!({ "effectiveDateTime": time_text(only.t_ms), "valueQuantity":
                { "value": celsius(only.mc), "unit": "Cel", "system": unit, "code": "Cel" } }),
            [first, .., last] => json!({
                "effectivePeriod": { "start": time_text(first.t_ms), "end": time_text(last.t_ms) },
                "valueSampledData": sampled(version, self.readings)
            }),
            [] => json!({}),
        };
        let device = self.series.device.as_deref().map(device_identifier);
        let mut observation = json!({
            "resourceType": "Observation",
            "id": self.id(),
            "status": "final",
            "code": { "text": "temperature in transport" },
            "subject": { "identifier": identifier(&self.series.shipment) },
            "device": device.map(|device| json!({ "identifier": device }))
        });
        if let (Some(fields), Value::Object(moments)) = (observation.as_object_mut(), moments) {
            fields.extend(moments);
        }
        observation
    }
}

/// Two readings or more as sampled data, in R4 of equal steps.
fn sampled(version: Version, readings: &[Sample]) -> Value {
    let value = |it: &Sample| format!("{:.3}", f64::from(it.mc) / 1000.0);
    let values: Vec<String> = readings.iter().map(value).collect();
    let first_ms = readings.first().map_or(0, |first| first.t_ms);
    let step = steps(readings).next();
    let is_even = even_to(readings) >= readings.len();
    let mut sampled = json!({
        "origin": { "value": 0, "unit": "Cel", "system": "http://unitsofmeasure.org",
            "code": "Cel" },
        "dimensions": 1,
        "data": values.join(" ")
    });
    let Some(fields) = sampled.as_object_mut() else {
        return sampled;
    };
    match version {
        Version::R4 => {
            fields.insert("period".to_owned(), json!(step));
        }
        Version::R5 => {
            fields.insert("intervalUnit".to_owned(), json!("ms"));
            if is_even {
                fields.insert("interval".to_owned(), json!(step));
            } else {
                let offset = |it: &Sample| it.t_ms.saturating_sub(first_ms).to_string();
                let offsets: Vec<String> = readings.iter().map(offset).collect();
                fields.insert("offsets".to_owned(), json!(offsets.join(" ")));
            }
        }
    }
    sampled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(times: &[i64]) -> Vec<Sample> {
        let sample = |t_ms: &i64| Sample {
            t_ms: *t_ms,
            mc: 5_000,
        };
        times.iter().map(sample).collect()
    }

    #[test]
    fn stretches_of_equal_steps_hold_every_reading_once() {
        for (times, lengths) in [
            (&[][..], &[][..]),
            (&[7], &[1]),
            (&[0, 9], &[2]),
            (&[0, 1, 2, 3], &[4]),
            (&[0, 1, 2, 7, 8, 9], &[3, 3]),
            (&[0, 1, 3], &[2, 1]),
            (&[0, 1, 3, 6, 10], &[2, 2, 1]),
            (&[0, 0, 0, 1], &[3, 1]),
        ] {
            let readings = at(times);
            let parts = even(&readings);
            let found: Vec<usize> = parts.iter().map(|part| part.len()).collect();
            assert_eq!(found, lengths, "{times:?}");
            assert_eq!(parts.concat(), readings, "{times:?}");
        }
    }
}
