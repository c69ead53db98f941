//! Writing events of our own. A builder only writes JSON; [`EventBuilder::build`] reads that JSON
//! as if it had come from outside, so an event that exists is valid whoever made it.

use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use super::event::Event;
use super::fields::{Action, PersistentDisposition};
use super::problem::ParseError;
use super::sensor::{SensorElement, SensorMetadata, SensorReport};
use super::{EPCIS_CONTEXT, time};
use crate::cbv::{BizStep, Disposition};
use crate::decimal::Decimal;
use crate::epc::Epc;
use crate::key::Lot;

/// An event in the making; begin with [`Event::object`] or [`Event::aggregation`].
#[derive(Debug, Clone)]
#[must_use = "an event exists only after build()"]
pub struct EventBuilder {
    json: Map<String, Value>,
    time_ms: i64,
    offset: String,
}

impl EventBuilder {
    pub(super) fn new(event_type: &str, time_ms: i64) -> Self {
        let mut json = Map::new();
        json.insert("@context".to_owned(), json!([EPCIS_CONTEXT]));
        json.insert("type".to_owned(), json!(event_type));
        Self {
            json,
            time_ms,
            offset: "+00:00".to_owned(),
        }
    }

    /// The finished event.
    ///
    /// # Errors
    /// [`ParseError`] when the parts do not make a valid event, such as a parent missing.
    pub fn build(mut self) -> Result<Event, ParseError> {
        let time = time::is_offset(&self.offset)
            .then(|| time::format_at(self.time_ms, &self.offset))
            .flatten()
            .unwrap_or_default();
        self.json.insert("eventTime".to_owned(), json!(time));
        self.json
            .insert("eventTimeZoneOffset".to_owned(), json!(self.offset));
        Event::from_json(&Value::Object(self.json))
    }

    /// Sets `eventID`.
    pub fn with_event_id(self, id: &str) -> Self {
        self.set("eventID", json!(id))
    }

    /// Sets the local time's offset from UTC; `+00:00` unless set.
    pub fn with_time_zone_offset(mut self, offset: &str) -> Self {
        offset.clone_into(&mut self.offset);
        self
    }

    /// Sets `disposition`.
    pub fn with_disposition(self, disposition: &Disposition) -> Self {
        self.set("disposition", json!(disposition.as_str()))
    }

    /// Sets `persistentDisposition`.
    pub fn with_persistent_disposition(self, change: &PersistentDisposition) -> Self {
        let mut json = Map::new();
        for (name, list) in [("set", &change.set), ("unset", &change.unset)] {
            if !list.is_empty() {
                let words: Vec<&str> = list.iter().map(Disposition::as_str).collect();
                json.insert(name.to_owned(), json!(words));
            }
        }
        self.set("persistentDisposition", Value::Object(json))
    }

    /// Sets `readPoint`.
    pub fn with_read_point(self, place: &Epc) -> Self {
        self.set("readPoint", json!({ "id": place.canonical() }))
    }

    /// Sets `bizLocation`.
    pub fn with_biz_location(self, place: &Epc) -> Self {
        self.set("bizLocation", json!({ "id": place.canonical() }))
    }

    /// Adds a business document, its type a CBV word or a URI.
    pub fn with_biz_transaction(self, type_: Option<&str>, id: &str) -> Self {
        let mut json = Map::new();
        if let Some(type_) = type_ {
            json.insert("type".to_owned(), json!(type_));
        }
        json.insert("bizTransaction".to_owned(), json!(id));
        self.push("bizTransactionList", Value::Object(json))
    }

    /// Adds a source, its type `owning_party`, `possessing_party`, `location` or a URI.
    pub fn with_source(self, type_: &str, id: &Epc) -> Self {
        self.push(
            "sourceList",
            json!({ "type": type_, "source": id.canonical() }),
        )
    }

    /// Adds a destination, its type as for a source.
    pub fn with_destination(self, type_: &str, id: &Epc) -> Self {
        self.push(
            "destinationList",
            json!({ "type": type_, "destination": id.canonical() }),
        )
    }

    /// Adds things counted by class to `quantityList`, or to `childQuantityList` in an
    /// aggregation.
    pub fn with_quantity(self, class: &Epc, quantity: Option<Decimal>, uom: Option<&str>) -> Self {
        let mut json = Map::new();
        json.insert("epcClass".to_owned(), json!(class.canonical()));
        put(
            &mut json,
            "quantity",
            quantity.and_then(Decimal::to_json).map(Value::Number),
        );
        put(&mut json, "uom", uom.map(Value::from));
        let object = self.json.get("type").and_then(Value::as_str) == Some("ObjectEvent");
        let list = if object {
            "quantityList"
        } else {
            "childQuantityList"
        };
        self.push(list, Value::Object(json))
    }

    /// Sets the lot and expiry of what is commissioned.
    pub fn with_ilmd(self, lot: &Lot, expiry: NaiveDate) -> Self {
        let json = json!({
            "cbvmda:lotNumber": lot.as_str(),
            "cbvmda:itemExpirationDate": expiry.format("%Y-%m-%d").to_string(),
        });
        self.set("ilmd", json)
    }

    /// Adds sensor readings.
    pub fn with_sensor_element(self, element: &SensorElement) -> Self {
        let mut json = Map::new();
        let metadata = metadata(&element.metadata);
        if !metadata.is_empty() {
            json.insert("sensorMetadata".to_owned(), Value::Object(metadata));
        }
        let reports: Vec<Value> = element.reports.iter().map(report).collect();
        json.insert("sensorReport".to_owned(), Value::Array(reports));
        self.push("sensorElementList", Value::Object(json))
    }

    /// Declares that the event with this content was wrong.
    pub fn with_error_declaration(
        self,
        declared_ms: i64,
        reason: Option<&str>,
        corrective_event_ids: &[String],
    ) -> Self {
        let mut json = Map::new();
        put_time(&mut json, "declarationTime", Some(declared_ms));
        put(&mut json, "reason", reason.map(Value::from));
        if !corrective_event_ids.is_empty() {
            json.insert("correctiveEventIDs".to_owned(), json!(corrective_event_ids));
        }
        self.set("errorDeclaration", Value::Object(json))
    }

    /// Adds a member of another namespace: `prefix` stands for `namespace` in the event's context.
    pub fn with_extension(self, prefix: &str, namespace: &str, name: &str, value: Value) -> Self {
        let definition = json!({ prefix: namespace });
        let known = self
            .json
            .get("@context")
            .and_then(Value::as_array)
            .is_some_and(|entries| entries.contains(&definition));
        let defined = if known {
            self
        } else {
            self.push("@context", definition)
        };
        defined.set(&format!("{prefix}:{name}"), value)
    }

    pub(super) fn action(self, action: Action) -> Self {
        self.set("action", json!(action.as_str()))
    }

    pub(super) fn biz_step(self, step: &BizStep) -> Self {
        self.set("bizStep", json!(step.as_str()))
    }

    pub(super) fn parent(self, parent: &Epc) -> Self {
        self.set("parentID", json!(parent.canonical()))
    }

    pub(super) fn epcs(self, name: &str, epcs: impl IntoIterator<Item = Epc>) -> Self {
        let list: Vec<Value> = epcs
            .into_iter()
            .map(|epc| Value::from(epc.canonical()))
            .collect();
        self.set(name, Value::Array(list))
    }

    fn set(mut self, name: &str, value: Value) -> Self {
        self.json.insert(name.to_owned(), value);
        self
    }

    fn push(mut self, name: &str, value: Value) -> Self {
        let list = self
            .json
            .entry(name)
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(items) = list {
            items.push(value);
        }
        self
    }
}

fn metadata(metadata: &SensorMetadata) -> Map<String, Value> {
    let mut json = Map::new();
    put_time(&mut json, "time", metadata.time_ms);
    put_time(&mut json, "startTime", metadata.start_time_ms);
    put_time(&mut json, "endTime", metadata.end_time_ms);
    put_text(&mut json, "deviceID", metadata.device_id.as_deref());
    put_text(
        &mut json,
        "deviceMetadata",
        metadata.device_metadata.as_deref(),
    );
    put_text(&mut json, "rawData", metadata.raw_data.as_deref());
    put_text(
        &mut json,
        "dataProcessingMethod",
        metadata.data_processing_method.as_deref(),
    );
    put_text(&mut json, "bizRules", metadata.biz_rules.as_deref());
    json
}

fn report(report: &SensorReport) -> Value {
    let mut json = Map::new();
    for (name, text) in [
        ("type", &report.type_),
        ("exception", &report.exception),
        ("uom", &report.uom),
        ("deviceID", &report.device_id),
        ("deviceMetadata", &report.device_metadata),
        ("rawData", &report.raw_data),
        ("dataProcessingMethod", &report.data_processing_method),
        ("bizRules", &report.biz_rules),
        ("component", &report.component),
        ("stringValue", &report.string_value),
        ("hexBinaryValue", &report.hex_binary_value),
        ("uriValue", &report.uri_value),
        ("microorganism", &report.microorganism),
        ("chemicalSubstance", &report.chemical_substance),
        (
            "coordinateReferenceSystem",
            &report.coordinate_reference_system,
        ),
    ] {
        put_text(&mut json, name, text.as_deref());
    }
    for (name, number) in [
        ("value", report.value),
        ("minValue", report.min_value),
        ("maxValue", report.max_value),
        ("meanValue", report.mean_value),
        ("sDev", report.s_dev),
        ("percRank", report.perc_rank),
        ("percValue", report.perc_value),
    ] {
        put(
            &mut json,
            name,
            number.and_then(Decimal::to_json).map(Value::Number),
        );
    }
    put_time(&mut json, "time", report.time_ms);
    put(
        &mut json,
        "booleanValue",
        report.boolean_value.map(Value::from),
    );
    Value::Object(json)
}

fn put(json: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        json.insert(name.to_owned(), value);
    }
}

fn put_text(json: &mut Map<String, Value>, name: &str, text: Option<&str>) {
    put(json, name, text.map(Value::from));
}

/// A time that cannot be written becomes an empty text, which [`EventBuilder::build`] refuses.
fn put_time(json: &mut Map<String, Value>, name: &str, ms: Option<i64>) {
    put(
        json,
        name,
        ms.map(|ms| Value::from(time::format(ms).unwrap_or_default())),
    );
}
