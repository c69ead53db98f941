//! EPCIS events as a trading partner's system would send them: JSON put together from the plan,
//! without the node's own types, so that what the demo posts is a client's text and not our own
//! encoder talking to our own decoder.

use serde_json::{Map, Value, json};
use uuid::Builder;

use super::cast::{self, Actor};
use super::climate::Reading;
use super::seeded::Seeded;

/// Context of EPCIS 2.0 JSON documents.
const CONTEXT: &str = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld";

/// Writes events with ids that depend on the world's seed and nothing else.
#[derive(Debug)]
pub(super) struct Pen {
    ids: Seeded,
}

/// When and where something happened, and at which step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scene<'a> {
    /// Milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// At whose site.
    pub at: Actor,
    /// CBV business step, bare word.
    pub step: &'a str,
    /// CBV disposition, bare word; empty for none.
    pub disposition: &'a str,
}

impl Pen {
    pub(super) fn new(seed: u64, now_ms: i64) -> Self {
        Self {
            ids: Seeded::new(seed, &format!("event ids {now_ms}")),
        }
    }

    /// An `ObjectEvent` about these EPCs.
    pub(super) fn object(&mut self, scene: Scene<'_>, action: &str, epcs: &[String]) -> Value {
        let mut event = self.event("ObjectEvent", scene, action);
        event.insert("epcList".into(), json!(epcs));
        Value::Object(event)
    }

    /// An `AggregationEvent` of these children in (or out of) this parent.
    pub(super) fn aggregation(
        &mut self,
        scene: Scene<'_>,
        action: &str,
        parent: &str,
        children: &[String],
    ) -> Value {
        let mut event = self.event("AggregationEvent", scene, action);
        event.insert("parentID".into(), json!(parent));
        event.insert("childEPCs".into(), json!(children));
        Value::Object(event)
    }

    /// What a logger that rides with these EPCs measured: one `sensorElement`, a report a reading.
    pub(super) fn sensing(&mut self, epcs: &[String], device: &str, readings: &[Reading]) -> Value {
        let at_ms = readings.last().map_or(0, |reading| reading.at_ms);
        let from_ms = readings.first().map_or(0, |reading| reading.at_ms);
        let reports: Vec<Value> = readings.iter().map(report).collect();
        json!({
            "type": "ObjectEvent",
            "eventID": self.id(),
            "eventTime": rfc3339(at_ms),
            "eventTimeZoneOffset": "+00:00",
            "action": "OBSERVE",
            "bizStep": "sensor_reporting",
            "epcList": epcs,
            "sensorElementList": [{
                "sensorMetadata": {
                    "startTime": rfc3339(from_ms),
                    "endTime": rfc3339(at_ms),
                    "deviceID": device,
                },
                "sensorReport": reports,
            }],
        })
    }

    fn event(&mut self, kind: &str, scene: Scene<'_>, action: &str) -> Map<String, Value> {
        let place = scene.at.site().id;
        let mut event = Map::new();
        let mut put = |key: &str, value: Value| drop(event.insert(key.to_owned(), value));
        put("type", json!(kind));
        put("eventID", json!(self.id()));
        put("eventTime", json!(rfc3339(scene.at_ms)));
        put("eventTimeZoneOffset", json!("+00:00"));
        put("action", json!(action));
        put("bizStep", json!(scene.step));
        if !scene.disposition.is_empty() {
            put("disposition", json!(scene.disposition));
        }
        put("readPoint", json!({ "id": place }));
        put("bizLocation", json!({ "id": place }));
        event
    }

    fn id(&mut self) -> String {
        let id = Builder::from_custom_bytes(self.ids.bytes16()).into_uuid();
        format!("urn:uuid:{id}")
    }
}

/// Adds lot and expiry (`yyyy-mm-dd`) to a commissioning.
pub(super) fn with_lot(mut event: Value, lot: &str, expiry: &str) -> Value {
    if let Some(fields) = event.as_object_mut() {
        let ilmd = json!({ "cbvmda:lotNumber": lot, "cbvmda:itemExpirationDate": expiry });
        fields.insert("ilmd".into(), ilmd);
    }
    event
}

/// Adds who hands over to whom, and the despatch advice, to a shipping or receiving.
pub(super) fn with_handover(mut event: Value, from: Actor, to: Actor, advice: &str) -> Value {
    if let Some(fields) = event.as_object_mut() {
        let id = format!("urn:epcglobal:cbv:bt:{}:{advice}", from.gln());
        fields.insert(
            "bizTransactionList".into(),
            json!([{ "type": "desadv", "bizTransaction": id }]),
        );
        fields.insert("sourceList".into(), handover("source", from));
        fields.insert("destinationList".into(), handover("destination", to));
    }
    event
}

fn handover(side: &str, actor: Actor) -> Value {
    let party = cast::party(&actor.gln());
    json!([
        { "type": "owning_party", side: party },
        { "type": "possessing_party", side: party },
        { "type": "location", side: actor.site().id },
    ])
}

fn report(reading: &Reading) -> Value {
    json!({
        "type": "Temperature",
        "time": rfc3339(reading.at_ms),
        "value": f64::from(reading.tenths) / 10.0,
        "uom": "CEL",
    })
}

/// An `EPCISDocument` of these events.
pub(super) fn document(events: &[Value], created_ms: i64) -> Value {
    json!({
        "@context": [CONTEXT, { "cbvmda": "urn:epcglobal:cbv:mda:" }],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": rfc3339(created_ms),
        "epcisBody": { "eventList": events },
    })
}

/// RFC 3339 in UTC with milliseconds. Times outside the calendar become the epoch.
pub(super) fn rfc3339(at_ms: i64) -> String {
    chrono::DateTime::from_timestamp_millis(at_ms)
        .unwrap_or_default()
        .to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
