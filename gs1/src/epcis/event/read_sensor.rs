//! From JSON to sensor elements.

use serde_json::Value;

use super::super::problem::Path;
use super::super::reader::Reader;
use super::super::sensor::{SensorElement, SensorMetadata, SensorReport};
use super::super::shape;
use crate::cbv;

pub(super) fn element(
    reader: &mut Reader<'_>,
    value: &Value,
    path: &Path<'_>,
) -> Option<SensorElement> {
    let map = reader.extensible(value, path, shape::SENSOR_ELEMENT)?;
    let metadata = reader
        .optional((map, path), "sensorMetadata", metadata)
        .unwrap_or_default();
    let reports = reader.required((map, path), "sensorReport", |reader, value, path| {
        if value.as_array().is_some_and(Vec::is_empty) {
            return reader.wrong(path, "holds no report");
        }
        reader.items(value, path, report)
    })?;
    Some(SensorElement { metadata, reports })
}

fn metadata(reader: &mut Reader<'_>, value: &Value, path: &Path<'_>) -> Option<SensorMetadata> {
    let at = (
        reader.extensible(value, path, shape::SENSOR_METADATA)?,
        path,
    );
    Some(SensorMetadata {
        time_ms: reader.optional(at, "time", Reader::time),
        start_time_ms: reader.optional(at, "startTime", Reader::time),
        end_time_ms: reader.optional(at, "endTime", Reader::time),
        device_id: reader.optional(at, "deviceID", Reader::uri),
        device_metadata: reader.optional(at, "deviceMetadata", Reader::uri),
        raw_data: reader.optional(at, "rawData", Reader::uri),
        data_processing_method: reader.optional(at, "dataProcessingMethod", Reader::uri),
        biz_rules: reader.optional(at, "bizRules", Reader::uri),
    })
}

fn report(reader: &mut Reader<'_>, value: &Value, path: &Path<'_>) -> Option<SensorReport> {
    let at = (reader.extensible(value, path, shape::SENSOR_REPORT)?, path);
    let type_ = reader.required(at, "type", |reader, value, path| {
        reader.term(&cbv::MEASUREMENT_TYPES, value, path)
    });
    let exception = reader.optional(at, "exception", |reader, value, path| {
        reader.term(&cbv::SENSOR_ALERTS, value, path)
    });
    let component = reader.optional(at, "component", |reader, value, path| {
        reader.term(&cbv::COMPONENTS, value, path)
    });
    Some(SensorReport {
        type_,
        exception,
        component,
        uom: reader.optional(at, "uom", Reader::text),
        value: reader.optional(at, "value", Reader::decimal),
        min_value: reader.optional(at, "minValue", Reader::decimal),
        max_value: reader.optional(at, "maxValue", Reader::decimal),
        mean_value: reader.optional(at, "meanValue", Reader::decimal),
        s_dev: reader.optional(at, "sDev", Reader::decimal),
        perc_rank: reader.optional(at, "percRank", Reader::decimal),
        perc_value: reader.optional(at, "percValue", Reader::decimal),
        time_ms: reader.optional(at, "time", Reader::time),
        device_id: reader.optional(at, "deviceID", Reader::uri),
        device_metadata: reader.optional(at, "deviceMetadata", Reader::uri),
        raw_data: reader.optional(at, "rawData", Reader::uri),
        data_processing_method: reader.optional(at, "dataProcessingMethod", Reader::uri),
        biz_rules: reader.optional(at, "bizRules", Reader::uri),
        string_value: reader.optional(at, "stringValue", Reader::text),
        boolean_value: reader.optional(at, "booleanValue", Reader::boolean),
        hex_binary_value: reader.optional(at, "hexBinaryValue", hex_binary),
        uri_value: reader.optional(at, "uriValue", Reader::uri),
        microorganism: reader.optional(at, "microorganism", Reader::uri),
        chemical_substance: reader.optional(at, "chemicalSubstance", Reader::uri),
        coordinate_reference_system: reader.optional(at, "coordinateReferenceSystem", Reader::uri),
    })
}

fn hex_binary(reader: &mut Reader<'_>, value: &Value, path: &Path<'_>) -> Option<String> {
    let text = reader.text(value, path)?;
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Some(text);
    }
    reader.wrong(path, format!("{text:?} is not hexadecimal"))
}
