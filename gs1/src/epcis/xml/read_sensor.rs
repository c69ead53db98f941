//! Sensor elements: EPCIS 2.0 writes what they say as attributes.

use serde_json::{Map, Value};

use super::super::problem::Path;
use super::super::shape;
use super::map::{Mapper, append, boolean};
use super::tree::Element;
use crate::cbv;

/// The type of a report that gives none: XML requires no type, JSON does. RFC 6694 keeps this
/// address for having no meaning of its own.
pub(super) const UNTYPED: &str = "about:blank";

/// Attributes of a report that are numbers.
const NUMBERS: [&str; 7] = [
    "value",
    "minValue",
    "maxValue",
    "meanValue",
    "sDev",
    "percRank",
    "percValue",
];

impl<'a> Mapper<'_, 'a> {
    pub(super) fn sensor_element(&mut self, element: &Element<'a>, path: &Path<'_>) -> Value {
        let mut map = Map::new();
        self.attributes(&mut map, element, path, &[]);
        self.no_text(element, path);
        let mut reports = Vec::new();
        for child in super::read_event::flat(self, element) {
            if self.is(child, "sensorMetadata") {
                let path = path.key("sensorMetadata");
                self.record(&path, child.at);
                let metadata = self.readings(child, &path, shape::SENSOR_METADATA);
                append(&mut map, "sensorMetadata", metadata);
            } else if self.is(child, "sensorReport") {
                let list = path.key("sensorReport");
                let path = list.index(reports.len());
                self.record(&path, child.at);
                let mut report = self.readings(child, &path, shape::SENSOR_REPORT);
                if let Some(report) = report.as_object_mut()
                    && !report.contains_key("type")
                {
                    report.insert("type".to_owned(), Value::from(UNTYPED));
                }
                reports.push(report);
            } else {
                self.foreign(&mut map, child, path);
            }
        }
        if !reports.is_empty() {
            map.insert("sensorReport".to_owned(), Value::Array(reports));
        }
        Value::Object(map)
    }

    /// The attributes of `sensorMetadata` or `sensorReport` as members.
    fn readings(&mut self, element: &Element<'a>, path: &Path<'_>, own: &[&str]) -> Value {
        let mut map = Map::new();
        self.no_text(element, path);
        self.attributes(&mut map, element, path, own);
        for child in &element.children {
            self.foreign(&mut map, child, path);
        }
        for name in own {
            let Some(attribute) = element.attribute(name) else {
                continue;
            };
            self.record(&path.key(name), attribute.at);
            let raw = attribute.value.as_ref();
            let term = |vocabulary: &cbv::Vocabulary, text: String| {
                Value::from(vocabulary.normalise(&text).unwrap_or(text))
            };
            let value = match *name {
                "type" => {
                    let text = self.name_in_value(element, raw.trim());
                    term(&cbv::MEASUREMENT_TYPES, text)
                }
                "exception" => {
                    let text = self.name_in_value(element, raw.trim());
                    term(&cbv::SENSOR_ALERTS, text)
                }
                "component" => {
                    let text = self.name_in_value(element, raw.trim());
                    term(&cbv::COMPONENTS, text)
                }
                "stringValue" => Value::from(raw),
                "booleanValue" => boolean(raw.trim()).unwrap_or_else(|| Value::from(raw)),
                name if NUMBERS.contains(&name) => Self::number(raw.trim()),
                _ => Value::from(self.name_in_value(element, raw.trim())),
            };
            map.insert((*name).to_owned(), value);
        }
        Value::Object(map)
    }
}
