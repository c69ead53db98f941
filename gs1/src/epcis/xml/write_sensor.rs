//! Sensor metadata and reports as attributes, in the order of the schema's lists.

use serde_json::Value;

use super::super::shape;
use super::super::translate::vocabulary::{ALERT, COMPONENT, MEASUREMENT};
use super::out::Name;
use super::write_event::{EventWriter, text, xml_time};
use super::write_value::qualified;

/// The attributes of an element of sensor metadata or of a report.
pub(super) fn attributes(
    writer: &mut EventWriter<'_>,
    value: &Value,
    pointer: &str,
) -> Vec<(Name, String)> {
    let mut all = Vec::new();
    let mut written: Vec<&str> = Vec::new();
    for name in shape::SENSOR_METADATA.iter().chain(shape::SENSOR_REPORT) {
        let Some(given) = value.get(name).filter(|_| !written.contains(name)) else {
            continue;
        };
        written.push(name);
        let list = match *name {
            "type" => Some(MEASUREMENT),
            "exception" => Some(ALERT),
            "component" => Some(COMPONENT),
            _ => None,
        };
        let plain = text(given);
        let spelled = match (list, *name) {
            (Some(list), _) => {
                let spelled = writer.cbv.spell(list, &plain);
                writer.terms.name_in_value(writer.out, &spelled)
            }
            (None, "time" | "startTime" | "endTime") => xml_time(given),
            (None, "stringValue" | "uom" | "hexBinaryValue") => plain,
            (None, _) if given.is_string() => writer.terms.expand(&plain),
            _ => plain,
        };
        let spelled = writer.out.clean(pointer, &spelled);
        all.push(((*name).to_owned(), spelled));
    }
    for (key, given) in value.as_object().into_iter().flatten() {
        if written.contains(&key.as_str()) {
            continue;
        }
        let Some((namespace, wanted, local)) = writer.terms.split(key) else {
            writer
                .out
                .lose(pointer, format!("{key} is no xml name, it is left out"));
            continue;
        };
        if given.is_object() || given.is_array() || given.is_null() {
            let what = format!("{key} cannot be an attribute, it is left out");
            writer.out.lose(pointer, what);
            continue;
        }
        if !given.is_string() {
            let what = format!("{key} becomes text, an attribute has no type");
            writer.out.lose(pointer, what);
        }
        let plain = writer.out.clean(pointer, &text(given));
        let plain = writer.terms.name_in_value(writer.out, &plain);
        let name = qualified(writer.out, &namespace, &wanted, local);
        all.push((name, plain));
    }
    all
}
