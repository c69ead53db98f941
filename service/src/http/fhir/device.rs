//! `DeviceMetric`: a logger and its calibration. `Observation`: what was measured on a shipment.
use gs1::Epc;
use rules::Device;
use serde_json::{Map, Value, json};

use super::supply::id_of;
use super::{Reading, Version, identifier};
use crate::app::failure::{Code, Failure};
use crate::app::shipment;
use crate::app::time_text;
use crate::http::routes::Parameters;

pub(super) fn read_metric(at: &Reading<'_>, id: &str) -> Result<Value, Failure> {
    let missing = || Failure::not_found("DeviceMetric");
    let name = hex::decode(id).ok();
    let name = name.and_then(|bytes| String::from_utf8(bytes).ok());
    let name = name.ok_or_else(missing)?;
    let fold = at.node.fold();
    let device = fold.engine.device(&name);
    let device = device.filter(|device| sees(at, device));
    Ok(metric(at, device.ok_or_else(missing)?))
}

#[expect(clippy::unnecessary_wraps, reason = "as the other searches")]
pub(super) fn find_metrics(at: &Reading<'_>, _: &Parameters) -> Result<Vec<Value>, Failure> {
    let fold = at.node.fold();
    let mine = fold.engine.devices().filter(|device| sees(at, device));
    Ok(mine.map(|device| metric(at, device)).collect())
}

/// A device is seen by its party.
fn sees(at: &Reading<'_>, device: &Device) -> bool {
    let principal = at.permit.principal();
    principal.sees_all() || principal.party.as_deref() == Some(&device.party)
}

fn metric(at: &Reading<'_>, device: &Device) -> Value {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    put("resourceType", json!("DeviceMetric"));
    let id = hex::encode(&device.id);
    if id.len() <= 64 {
        put("id", json!(id));
    }
    put(
        "identifier",
        json!([{ "system": "urn:theriac:device", "value": device.id }]),
    );
    put(
        "type",
        json!({ "coding": [{ "system": "http://loinc.org", "code": "8310-5" }],
            "text": "temperature" }),
    );
    let unit = json!({ "coding": [{ "system": "http://unitsofmeasure.org", "code": "Cel" }] });
    put("unit", unit);
    put("category", json!("measurement"));
    if at.version == Version::R5 {
        put(
            "device",
            json!({ "identifier": { "system": "urn:theriac:device", "value": device.id } }),
        );
        if let Some(interval) = device.interval_ms {
            let value = json!({ "value": interval / 1000, "unit": "s",
                "system": "http://unitsofmeasure.org", "code": "s" });
            put("measurementFrequency", value);
        }
    } else if let Some(interval) = device.interval_ms {
        let repeat = json!({ "frequency": 1, "period": interval / 1000, "periodUnit": "s" });
        put("measurementPeriod", json!({ "repeat": repeat }));
    }
    if let Some(until) = device.calibrated_until_ms {
        let state = if at.node.world().now_ms() <= until {
            "calibrated"
        } else {
            "calibration-required"
        };
        put(
            "calibration",
            json!([{ "type": "unspecified", "state": state, "time": time_text(until) }]),
        );
    }
    Value::Object(fields)
}

pub(super) fn read_observation(at: &Reading<'_>, id: &str) -> Result<Value, Failure> {
    let missing = || Failure::not_found("Observation");
    let id = id.strip_suffix("-temperature").ok_or_else(missing)?;
    let found = observation(at, &format!("https://id.gs1.org/00/{id}"));
    found.map_err(|_| missing())?.ok_or_else(missing)
}

pub(super) fn find_observations(
    at: &Reading<'_>,
    asked: &Parameters,
) -> Result<Vec<Value>, Failure> {
    let Some(id) = asked.text("subject") else {
        return Ok(Vec::new());
    };
    match observation(at, id) {
        Ok(found) => Ok(found.into_iter().collect()),
        Err(failure) if failure.code() == Code::NotFound => Ok(Vec::new()),
        Err(failure) => Err(failure),
    }
}

/// The readings of a shipment as one series; none where nobody measured.
fn observation(at: &Reading<'_>, id: &str) -> Result<Option<Value>, Failure> {
    let shipment = shipment::shipment(at.node, at.permit, id)?;
    let readings = &shipment.view.cold_chain.readings;
    let (Some(first), Some(last)) = (readings.first(), readings.last()) else {
        return Ok(None);
    };
    let times: Vec<i64> = readings.iter().map(|it| it.t).collect();
    let steps: Vec<i64> = times
        .iter()
        .zip(times.iter().skip(1))
        .map(|(a, b)| b.saturating_sub(*a))
        .collect();
    let even = steps
        .first()
        .filter(|step| steps.iter().all(|it| it == *step));
    let values: Vec<String> = readings.iter().map(|it| format!("{:.3}", it.c)).collect();
    let mut sampled = json!({
        "origin": { "value": 0, "unit": "Cel", "system": "http://unitsofmeasure.org",
            "code": "Cel" },
        "dimensions": 1,
        "data": values.join(" ")
    });
    if let Some(fields) = sampled.as_object_mut() {
        // R5 lists the moments where they are uneven; R4 knows one period, here the mean.
        let mean = mean_step(&times);
        match (at.version, even) {
            (Version::R4, step) => {
                fields.insert("period".to_owned(), json!(step.copied().unwrap_or(mean)));
            }
            (Version::R5, Some(step)) => {
                fields.insert("interval".to_owned(), json!(step));
                fields.insert("intervalUnit".to_owned(), json!("ms"));
            }
            (Version::R5, None) => {
                let offsets: Vec<String> = times
                    .iter()
                    .map(|t| t.saturating_sub(first.t).to_string())
                    .collect();
                fields.insert("offsets".to_owned(), json!(offsets.join(" ")));
                fields.insert("intervalUnit".to_owned(), json!("ms"));
            }
        }
    }
    let id = id_of(&shipment.view.id);
    let is_unit = matches!(Epc::parse(&shipment.view.id), Ok(Epc::Sscc(_)));
    let mut observation = json!({
        "resourceType": "Observation",
        "status": "final",
        "code": { "text": "temperature in transport" },
        "subject": { "identifier": identifier(&shipment.view.id) },
        "effectivePeriod": { "start": time_text(first.t), "end": time_text(last.t) },
        "valueSampledData": sampled
    });
    if let (true, Some(fields)) = (is_unit, observation.as_object_mut()) {
        fields.insert("id".to_owned(), json!(format!("{id}-temperature")));
    }
    Ok(Some(observation))
}

fn mean_step(times: &[i64]) -> i64 {
    let (Some(first), Some(last)) = (times.first(), times.last()) else {
        return 0;
    };
    let steps = i64::try_from(times.len().saturating_sub(1)).unwrap_or(i64::MAX);
    last.saturating_sub(*first)
        .checked_div(steps)
        .unwrap_or_default()
}
