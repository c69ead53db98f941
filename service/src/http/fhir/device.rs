//! `DeviceMetric`: a logger and whether its calibration holds.
use rules::Device;
use serde_json::{Map, Value, json};

use super::ids::{id_of, name_of};
use super::search::{Asked, Found, Token};
use super::{Reading, Version};
use crate::app::failure::Failure;

/// System of the names of devices.
pub(super) const SYSTEM: &str = "urn:theriac:device";

pub(super) fn read(at: &Reading<'_>, id: &str) -> Result<Value, Failure> {
    let missing = || Failure::not_found("DeviceMetric");
    let fold = at.node.fold();
    let names = fold.engine.devices().map(|device| device.id.as_str());
    let name = name_of(id, names).ok_or_else(missing)?;
    let device = fold.engine.device(&name);
    let device = device.filter(|device| sees(at, device));
    Ok(metric(at, device.ok_or_else(missing)?))
}

pub(super) fn find(at: &Reading<'_>, asked: &Asked) -> Result<Found, Failure> {
    let fold = at.node.fold();
    let wanted = asked.token("identifier", SYSTEM);
    let fits = |device: &&Device| match wanted {
        Token::Absent => true,
        Token::Is(id) => device.id == id,
        Token::Other => false,
    };
    let mine = fold.engine.devices().filter(|device| sees(at, device));
    let mine = mine.filter(fits).collect();
    asked.page(mine, true, |device| Some(metric(at, device)))
}

/// A device is seen by its party.
fn sees(at: &Reading<'_>, device: &Device) -> bool {
    let principal = at.permit.principal();
    principal.sees_all() || principal.party.as_deref() == Some(&device.party)
}

/// A device by its name.
pub(super) fn device_identifier(id: &str) -> Value {
    json!({ "system": SYSTEM, "value": id })
}

fn metric(at: &Reading<'_>, device: &Device) -> Value {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    put("resourceType", json!("DeviceMetric"));
    put("id", json!(id_of(&device.id)));
    put("identifier", json!([device_identifier(&device.id)]));
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
            json!({ "identifier": device_identifier(&device.id) }),
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
        // Until when it holds is known, not when it was made: there is no time of it to tell.
        put(
            "calibration",
            json!([{ "type": "unspecified", "state": state }]),
        );
    }
    Value::Object(fields)
}
