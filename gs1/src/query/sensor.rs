//! Conditions on sensor elements. What the metadata of an element say holds for its reports, so
//! both are searched; units are converted before values are compared.

use super::condition::{Comparison, SensorText, SensorValue, TimeField};
use super::matching::{canonical, measured};
use crate::decimal::Decimal;
use crate::epcis::{Event, SensorElement, SensorMetadata, SensorReport};
use crate::unit::{Reading, Unit};

/// All reports of an event.
pub(super) fn reports(event: &Event) -> impl Iterator<Item = &SensorReport> {
    event
        .sensor_elements
        .iter()
        .flat_map(|element| &element.reports)
}

pub(super) fn times(event: &Event, field: TimeField) -> Vec<i64> {
    let of = |element: &SensorElement| -> Vec<i64> {
        let metadata = &element.metadata;
        match field {
            TimeField::SensorStart => metadata.start_time_ms.into_iter().collect(),
            TimeField::SensorEnd => metadata.end_time_ms.into_iter().collect(),
            _ => {
                let reports = element.reports.iter().filter_map(|report| report.time_ms);
                metadata.time_ms.into_iter().chain(reports).collect()
            }
        }
    };
    event.sensor_elements.iter().flat_map(of).collect()
}

pub(super) fn has_text(event: &Event, field: SensorText, wanted: &[String]) -> bool {
    let same = |text: &str| match field {
        SensorText::Type | SensorText::StringValue => wanted.iter().any(|one| one == text),
        SensorText::HexBinaryValue => wanted.contains(&text.to_ascii_lowercase()),
        _ => wanted.contains(&canonical(text)),
    };
    event.sensor_elements.iter().any(|element| {
        let reports = element
            .reports
            .iter()
            .filter_map(|report| report_text(report, field));
        metadata_text(&element.metadata, field)
            .into_iter()
            .chain(reports)
            .any(same)
    })
}

fn metadata_text(metadata: &SensorMetadata, field: SensorText) -> Option<&str> {
    match field {
        SensorText::DeviceId => metadata.device_id.as_deref(),
        SensorText::DataProcessingMethod => metadata.data_processing_method.as_deref(),
        SensorText::BizRules => metadata.biz_rules.as_deref(),
        _ => None,
    }
}

fn report_text(report: &SensorReport, field: SensorText) -> Option<&str> {
    let text = match field {
        SensorText::Type => &report.type_,
        SensorText::DeviceId => &report.device_id,
        SensorText::DataProcessingMethod => &report.data_processing_method,
        SensorText::BizRules => &report.biz_rules,
        SensorText::Microorganism => &report.microorganism,
        SensorText::ChemicalSubstance => &report.chemical_substance,
        SensorText::StringValue => &report.string_value,
        SensorText::HexBinaryValue => &report.hex_binary_value,
        SensorText::UriValue => &report.uri_value,
    };
    text.as_deref()
}

pub(super) fn has_value(
    event: &Event,
    (field, comparison): (SensorValue, Comparison),
    unit: Option<&(&str, Option<Unit>)>,
    wanted: &[Decimal],
) -> bool {
    // A standard deviation is a distance on the scale, not a point.
    let reading = if field == SensorValue::SDev {
        Reading::Span
    } else {
        Reading::Point
    };
    reports(event).any(|report| {
        let Some(value) = number(report, field) else {
            return false;
        };
        let order = |wanted: &Decimal| match unit {
            None => Some(value.cmp(wanted)),
            Some(unit) => measured((value, report.uom.as_deref()), (*wanted, unit), reading),
        };
        wanted
            .iter()
            .filter_map(order)
            .any(|order| comparison.holds(order))
    })
}

fn number(report: &SensorReport, field: SensorValue) -> Option<Decimal> {
    match field {
        SensorValue::Value => report.value,
        SensorValue::Min => report.min_value,
        SensorValue::Max => report.max_value,
        SensorValue::Mean => report.mean_value,
        SensorValue::SDev => report.s_dev,
        SensorValue::PercRank => report.perc_rank,
        SensorValue::PercValue => report.perc_value,
    }
}
