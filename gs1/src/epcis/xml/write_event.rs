//! From the JSON of an event to its element: each member in the form that XML has for it.

use serde_json::{Map, Value};

use super::super::time;
use super::super::translate::vocabulary::{self, CbvFormat, List};
use super::names::Version;
use super::out::Out;
use super::read_event::PERSISTENT_DISPOSITION;
use super::read_sensor::UNTYPED;
use super::write_order::Part::{self, In, Is, Must};
use super::write_order::parts;
use super::write_sensor;
use super::write_value::{Terms, extension};
use crate::decimal::Decimal;

/// Writes one event.
pub(super) struct EventWriter<'w> {
    pub(super) out: &'w mut Out,
    pub(super) terms: Terms,
    pub(super) cbv: CbvFormat,
    pub(super) version: Version,
    pub(super) map: &'w Map<String, Value>,
    pub(super) pointer: String,
}

impl EventWriter<'_> {
    pub(super) fn write(&mut self) {
        let name = self
            .map
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let wrappers = match (self.version, name) {
            (Version::V1_2, "TransformationEvent") => 1,
            (Version::V1_2, "AssociationEvent") => 2,
            _ => 0,
        };
        for _ in 0..wrappers {
            self.out.open("extension", &[]);
        }
        self.out.open(name, &[]);
        for parts in parts(name, self.version) {
            self.parts(parts);
        }
        let map = self.map;
        for (key, value) in map {
            if key.contains(':') && !is_persistent_disposition(key, value) {
                extension(self.out, &self.terms, key, value, &self.pointer);
            }
        }
        self.out.close(name);
        for _ in 0..wrappers {
            self.out.close("extension");
        }
    }

    fn parts(&mut self, parts: &[Part]) {
        for part in parts {
            match part {
                Must(name) if !self.has(name) => self.out.leaf(name, &[], ""),
                Is(name) | Must(name) => self.member(name),
                In(name, inner) if self.any(inner) => {
                    self.out.open(name, &[]);
                    self.parts(inner);
                    self.out.close(name);
                }
                In(..) => {}
            }
        }
    }

    fn any(&self, parts: &[Part]) -> bool {
        parts.iter().any(|part| match part {
            Is(name) | Must(name) => self.has(name),
            In(_, inner) => self.any(inner),
        })
    }

    fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    fn get(&self, name: &str) -> Option<&Value> {
        let aside = (name == "persistentDisposition")
            .then(|| self.map.get(PERSISTENT_DISPOSITION))
            .flatten();
        let aside = aside.filter(|value| is_persistent_disposition(PERSISTENT_DISPOSITION, value));
        self.map.get(name).or(aside)
    }

    fn member(&mut self, name: &str) {
        let Some(value) = self.get(name).cloned() else {
            return;
        };
        let value = &value;
        match name {
            "eventTime" | "recordTime" => self.leaf(name, &xml_time(value)),
            "bizStep" => self.term(name, vocabulary::BIZ_STEP, value),
            "disposition" => self.term(name, vocabulary::DISPOSITION, value),
            "certificationInfo" => self.certification(name, value),
            "epcList" | "childEPCs" | "inputEPCList" | "outputEPCList" => {
                self.list(name, value, |writer, epc| writer.uri("epc", epc));
            }
            "quantityList" | "childQuantityList" | "inputQuantityList" | "outputQuantityList" => {
                self.list(name, value, Self::quantity);
            }
            "readPoint" | "bizLocation" => self.place(name, value),
            "bizTransactionList" => self.list(name, value, |writer, item| {
                writer.typed("bizTransaction", vocabulary::BIZ_TRANSACTION, item);
            }),
            "sourceList" => self.list(name, value, |writer, item| {
                writer.typed("source", vocabulary::SOURCE_DESTINATION, item);
            }),
            "destinationList" => self.list(name, value, |writer, item| {
                writer.typed("destination", vocabulary::SOURCE_DESTINATION, item);
            }),
            "sensorElementList" => self.list(name, value, Self::sensor_element),
            "persistentDisposition" => self.persistent_disposition(name, value),
            "ilmd" => {
                self.out.open(name, &[]);
                self.extensions(value, name);
                self.out.close(name);
            }
            "errorDeclaration" => self.error_declaration(name, value),
            "eventTimeZoneOffset" | "action" => self.leaf(name, &text(value)),
            _ => self.uri(name, value),
        }
    }

    fn leaf(&mut self, name: &str, value: &str) {
        let clean = self.out.clean(&self.pointer, value);
        self.out.leaf(name, &[], &clean);
    }

    fn uri(&mut self, name: &str, value: &Value) {
        let uri = self.terms.expand(&text(value));
        self.leaf(name, &uri);
    }

    fn term(&mut self, name: &str, list: List, value: &Value) {
        let term = self.cbv.spell(list, &self.terms.expand(&text(value)));
        self.leaf(name, &term);
    }

    fn list(&mut self, name: &str, value: &Value, mut item: impl FnMut(&mut Self, &Value)) {
        let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
        if items.is_empty() {
            if is_epc_list(name) {
                return self.out.leaf(name, &[], "");
            }
            let what = "an empty list is left out, the schema of xml wants an item in it";
            return self.out.lose(&format!("{}/{name}", self.pointer), what);
        }
        self.out.open(name, &[]);
        for one in items {
            item(self, one);
        }
        self.out.close(name);
    }

    /// XML has room for one; JSON may have several.
    fn certification(&mut self, name: &str, value: &Value) {
        let items = match value {
            Value::Array(items) => items.as_slice(),
            one => std::slice::from_ref(one),
        };
        if let Some(first) = items.first() {
            self.uri(name, first);
        }
        if items.len() != 1 || value.is_array() {
            let count = items.len();
            let what = format!("xml has room for one address and no list, {count} were given");
            self.out.lose(&format!("{}/{name}", self.pointer), what);
        }
    }

    fn quantity(&mut self, value: &Value) {
        self.out.open("quantityElement", &[]);
        if let Some(class) = value.get("epcClass") {
            self.uri("epcClass", class);
        }
        if let Some(quantity) = value.get("quantity") {
            self.leaf("quantity", &plain_decimal(&quantity.to_string()));
        }
        match (value.get("uom"), value.get("quantity")) {
            (Some(uom), Some(_)) => self.leaf("uom", &text(uom)),
            (Some(_), None) => {
                let what = "a unit without quantity is left out, the schema of xml has none";
                self.out.lose(&self.pointer, what);
            }
            _ => {}
        }
        self.out.close("quantityElement");
    }

    fn place(&mut self, name: &str, value: &Value) {
        self.out.open(name, &[]);
        if let Some(id) = value.get("id") {
            self.uri("id", id);
        }
        self.extensions(value, name);
        self.out.close(name);
    }

    fn typed(&mut self, name: &str, list: List, value: &Value) {
        let mut attributes = Vec::new();
        if let Some(type_) = value.get("type") {
            let term = self.cbv.spell(list, &self.terms.expand(&text(type_)));
            attributes.push(("type".to_owned(), self.out.clean(&self.pointer, &term)));
        }
        let id = self
            .terms
            .expand(&value.get(name).map(text).unwrap_or_default());
        let id = self.out.clean(&self.pointer, &id);
        self.out.leaf(name, &attributes, &id);
    }

    fn persistent_disposition(&mut self, name: &str, value: &Value) {
        self.out.open(name, &[]);
        for part in ["unset", "set"] {
            let terms = match value.get(part) {
                Some(Value::Array(terms)) => terms.clone(),
                Some(one) => vec![one.clone()],
                None => Vec::new(),
            };
            for term in &terms {
                self.term(part, vocabulary::DISPOSITION, term);
            }
        }
        self.out.close(name);
    }

    fn error_declaration(&mut self, name: &str, value: &Value) {
        self.out.open(name, &[]);
        if let Some(time) = value.get("declarationTime") {
            self.leaf("declarationTime", &xml_time(time));
        }
        if let Some(reason) = value.get("reason") {
            self.term("reason", vocabulary::ERROR_REASON, reason);
        }
        if let Some(ids) = value.get("correctiveEventIDs").and_then(Value::as_array) {
            if ids.is_empty() {
                self.out.leaf("correctiveEventIDs", &[], "");
            } else {
                self.out.open("correctiveEventIDs", &[]);
                for id in ids {
                    self.uri("correctiveEventID", id);
                }
                self.out.close("correctiveEventIDs");
            }
        }
        self.extensions(value, name);
        self.out.close(name);
    }

    fn sensor_element(&mut self, value: &Value) {
        self.out.open("sensorElement", &[]);
        let pointer = format!("{}/sensorElementList", self.pointer);
        if let Some(metadata) = value.get("sensorMetadata") {
            let attributes = write_sensor::attributes(self, metadata, &pointer);
            self.out.leaf("sensorMetadata", &attributes, "");
        }
        let reports = value.get("sensorReport").and_then(Value::as_array);
        for report in reports.into_iter().flatten() {
            let untyped = report.get("type").and_then(Value::as_str) == Some(UNTYPED);
            let mut attributes = write_sensor::attributes(self, report, &pointer);
            attributes.retain(|(name, _)| !untyped || name != "type");
            self.out.leaf("sensorReport", &attributes, "");
        }
        self.extensions(value, "sensorElementList");
        self.out.close("sensorElement");
    }

    /// The members of an object that are not EPCIS's own.
    fn extensions(&mut self, value: &Value, name: &str) {
        let pointer = format!("{}/{name}", self.pointer);
        for (key, value) in value.as_object().into_iter().flatten() {
            if key.contains(':') {
                extension(self.out, &self.terms, key, value, &pointer);
            }
        }
    }
}

/// `persistentDisposition` under its full name, as it is read from events that cannot have it.
fn is_persistent_disposition(key: &str, value: &Value) -> bool {
    key == PERSISTENT_DISPOSITION
        && value.as_object().is_some_and(|map| {
            map.keys()
                .all(|name| matches!(name.as_str(), "set" | "unset"))
        })
}

fn is_epc_list(name: &str) -> bool {
    name.ends_with("pcList")
        || name.ends_with("EPCList")
        || name == "childEPCs"
        || name.ends_with("uantityList")
}

pub(super) fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// A time as the schema wants it: capital letters, offsets up to 14 hours.
pub(super) fn xml_time(value: &Value) -> String {
    let given = text(value);
    let fits = super::schema::types::is_timestamp(&given);
    match time::parse(&given) {
        Some(ms) if !fits => time::format(ms).unwrap_or(given),
        _ => given,
    }
}

/// A decimal without exponent.
fn plain_decimal(number: &str) -> String {
    if !number.contains(['e', 'E']) {
        return number.to_owned();
    }
    let text = Decimal::parse(number).map_or_else(|_| number.to_owned(), |exact| exact.to_string());
    let Some((mantissa, exponent)) = text.split_once('e') else {
        return text;
    };
    // Beyond what prints plainly: a coefficient and zeros, or zeros and a coefficient.
    let (sign, digits) = match mantissa.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", mantissa),
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let zeros = usize::try_from(exponent.unsigned_abs()).unwrap_or(0);
    if exponent >= 0 {
        return format!("{sign}{digits}{}", "0".repeat(zeros));
    }
    let padded = format!("{digits:0>width$}", width = zeros + 1);
    let (whole, fraction) = padded
        .split_at_checked(padded.len() - zeros)
        .unwrap_or(("0", ""));
    format!("{sign}{whole}.{fraction}")
}
