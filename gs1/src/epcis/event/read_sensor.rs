//! From JSON to sensor elements.

use super::super::problem::{Mend, Note, Path, Rule};
use super::super::reader::Reader;
use super::super::sensor::{SensorElement, SensorMetadata, SensorReport};
use super::super::shape;
use super::super::tape::Node;
use crate::cbv;

pub(super) fn element(
    reader: &mut Reader<'_>,
    node: Node<'_>,
    path: &Path<'_>,
) -> Option<SensorElement> {
    let mut element = SensorElement::default();
    let mut common = None;
    for (name, value) in reader.object(node, path)? {
        let at = path.key(&name);
        match &*name {
            "sensorMetadata" => {
                common = Some(value);
                element.metadata = metadata(reader, value, &at);
            }
            "sensorReport" => {
                element.reports = reader.items(value, &at, report);
                if value.items().is_some() && !value.has_items() {
                    let note = Note::schema(Rule::EmptyList, "holds no report")
                        .expected("at least one report");
                    reader.problems.note(&at, note);
                }
            }
            _ => reader.extension(&name, &at, &[shape::SENSOR_ELEMENT]),
        }
    }
    let reports = node.get("sensorReport");
    if let (Some(common), Some(reports)) = (common, reports) {
        given_once(reader, common, reports, &path.key("sensorReport"));
    } else if reports.is_none() {
        reader.require(node, path, "sensorReport");
    }
    Some(element)
}

/// Conformance requirement TCR-53: an attribute holds for the element or for a report, not both.
fn given_once(reader: &mut Reader<'_>, common: Node<'_>, reports: Node<'_>, path: &Path<'_>) {
    for (index, report) in reports.items().into_iter().flatten().enumerate() {
        for (name, value) in report.members().into_iter().flatten() {
            if !shape::SENSOR_BOTH.contains(&&*name) {
                continue;
            }
            let Some(other) = common.get(&name) else {
                continue;
            };
            let same = other.to_value() == value.to_value();
            let note = Note::conformance(
                Rule::SensorAttributeTwice,
                format!("{name} is given in sensorMetadata too"),
            )
            .expected("each attribute in sensorMetadata or in sensorReport, not in both")
            .mend(same.then_some(Mend::Remove));
            reader.problems.note(&path.index(index).key(&name), note);
        }
    }
}

fn metadata(reader: &mut Reader<'_>, node: Node<'_>, path: &Path<'_>) -> SensorMetadata {
    let mut read = SensorMetadata::default();
    for (name, value) in reader.object(node, path).into_iter().flatten() {
        let at = path.key(&name);
        match &*name {
            "time" => read.time_ms = reader.time(value, &at),
            "startTime" => read.start_time_ms = reader.time(value, &at),
            "endTime" => read.end_time_ms = reader.time(value, &at),
            "deviceID" => read.device_id = reader.uri(value, &at),
            "deviceMetadata" => read.device_metadata = reader.uri(value, &at),
            "rawData" => read.raw_data = reader.uri(value, &at),
            "dataProcessingMethod" => read.data_processing_method = reader.uri(value, &at),
            "bizRules" => read.biz_rules = reader.uri(value, &at),
            _ => reader.extension(&name, &at, &[shape::SENSOR_METADATA]),
        }
    }
    read
}

fn report(reader: &mut Reader<'_>, node: Node<'_>, path: &Path<'_>) -> Option<SensorReport> {
    let mut read = SensorReport::default();
    for (name, value) in reader.object(node, path)? {
        let at = path.key(&name);
        let at = &at;
        match &*name {
            "type" => read.type_ = reader.term(&cbv::MEASUREMENT_TYPES, value, at),
            "exception" => read.exception = reader.term(&cbv::SENSOR_ALERTS, value, at),
            "component" => read.component = reader.term(&cbv::COMPONENTS, value, at),
            "uom" => read.uom = reader.string(value, at),
            "value" => read.value = reader.decimal(value, at),
            "minValue" => read.min_value = reader.decimal(value, at),
            "maxValue" => read.max_value = reader.decimal(value, at),
            "meanValue" => read.mean_value = reader.decimal(value, at),
            "sDev" => read.s_dev = reader.decimal(value, at),
            "percRank" => read.perc_rank = reader.decimal(value, at),
            "percValue" => read.perc_value = reader.decimal(value, at),
            "time" => read.time_ms = reader.time(value, at),
            "deviceID" => read.device_id = reader.uri(value, at),
            "deviceMetadata" => read.device_metadata = reader.uri(value, at),
            "rawData" => read.raw_data = reader.uri(value, at),
            "dataProcessingMethod" => read.data_processing_method = reader.uri(value, at),
            "bizRules" => read.biz_rules = reader.uri(value, at),
            "stringValue" => read.string_value = reader.string(value, at),
            "booleanValue" => read.boolean_value = reader.boolean(value, at),
            "hexBinaryValue" => read.hex_binary_value = hex_binary(reader, value, at),
            "uriValue" => read.uri_value = reader.uri(value, at),
            "microorganism" => read.microorganism = reader.uri(value, at),
            "chemicalSubstance" => read.chemical_substance = reader.uri(value, at),
            "coordinateReferenceSystem" => {
                read.coordinate_reference_system = reader.uri(value, at);
            }
            _ => reader.extension(&name, at, &[shape::SENSOR_REPORT]),
        }
    }
    if read.type_.is_none() {
        reader.require(node, path, "type");
    }
    Some(read)
}

fn hex_binary(reader: &mut Reader<'_>, node: Node<'_>, path: &Path<'_>) -> Option<String> {
    let text = reader.text(node, path)?;
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        if text.len().is_multiple_of(2) {
            return Some(text.into_owned());
        }
        // The JSON schema lets it pass; the type is that of the XML schema, whose bytes are whole.
        let note = Note::ours(Rule::HexBinary, format!("{text:?} ends in half a byte"))
            .expected("two hexadecimal digits for each byte");
        return reader.wrong(path, note);
    }
    let note = Note::schema(Rule::HexBinary, format!("{text:?} is not hexadecimal"))
        .expected("hexadecimal digits");
    reader.wrong(path, note)
}
