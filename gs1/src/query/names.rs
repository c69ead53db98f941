//! Names of parameters taken apart: the fixed ones, and the families whose names hold a type, a
//! unit or the name of an extension.

use super::condition::{
    Bound, Comparison, EpcField, MasterDataField, PlaceField, SensorText, SensorValue, TimeField,
};
use super::extension::{Level, Scope};

/// A parameter by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parameter<'a> {
    EventType,
    Time(TimeField, Bound),
    Action,
    BizStep,
    Disposition,
    PersistentSet,
    PersistentUnset,
    Place(PlaceField),
    PlaceWithin(PlaceField),
    TransformationId,
    EventId,
    Match(EpcField),
    Quantity(Comparison, Option<&'a str>),
    HasErrorDeclaration,
    ErrorReason,
    CorrectiveEventId,
    BizTransaction(&'a str),
    Source(&'a str),
    Destination(&'a str),
    HasSensorElements,
    SensorText(SensorText),
    SensorBoolean,
    SensorValue(SensorValue, Comparison, Option<&'a str>),
    /// None for `EXISTS_`.
    Extension(Scope, &'a str, Option<Comparison>),
    HasAttribute(Holder<'a>),
    Attribute(Holder<'a>, &'a str),
    OrderBy,
    OrderDirection,
    EventCountLimit,
    MaxEventCount,
}

/// The field that a parameter about master data names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder<'a> {
    Field(&'a str),
    Extension(&'a str),
}

/// The parameter of a name; none for a name that no query knows.
pub(super) fn parameter(name: &str) -> Option<Parameter<'_>> {
    fixed(name).or_else(|| family(name))
}

#[rustfmt::skip]
fn fixed(name: &str) -> Option<Parameter<'static>> {
    use Parameter as P;
    Some(match name {
        "eventType" => P::EventType,
        "GE_eventTime" => P::Time(TimeField::Event, Bound::NotBefore),
        "LT_eventTime" => P::Time(TimeField::Event, Bound::Before),
        "GE_recordTime" => P::Time(TimeField::Record, Bound::NotBefore),
        "LT_recordTime" => P::Time(TimeField::Record, Bound::Before),
        // The contract writes the first spelling, the schema of queries the second.
        "GE_errorDeclarationTime" | "GE_errorDeclaration_Time" =>
            P::Time(TimeField::ErrorDeclaration, Bound::NotBefore),
        "LT_errorDeclarationTime" | "LT_errorDeclaration_Time" =>
            P::Time(TimeField::ErrorDeclaration, Bound::Before),
        "GE_time" => P::Time(TimeField::Sensor, Bound::NotBefore),
        "LT_time" => P::Time(TimeField::Sensor, Bound::Before),
        "GE_startTime" => P::Time(TimeField::SensorStart, Bound::NotBefore),
        "LT_startTime" => P::Time(TimeField::SensorStart, Bound::Before),
        "GE_endTime" => P::Time(TimeField::SensorEnd, Bound::NotBefore),
        "LT_endTime" => P::Time(TimeField::SensorEnd, Bound::Before),
        "EQ_action" => P::Action,
        "EQ_bizStep" => P::BizStep,
        "EQ_disposition" => P::Disposition,
        "EQ_persistentDisposition_set" => P::PersistentSet,
        "EQ_persistentDisposition_unset" => P::PersistentUnset,
        "EQ_readPoint" => P::Place(PlaceField::ReadPoint),
        "EQ_bizLocation" => P::Place(PlaceField::BizLocation),
        "WD_readPoint" => P::PlaceWithin(PlaceField::ReadPoint),
        "WD_bizLocation" => P::PlaceWithin(PlaceField::BizLocation),
        "EQ_transformationID" => P::TransformationId,
        "EQ_eventID" => P::EventId,
        "MATCH_epc" => P::Match(EpcField::Epc),
        "MATCH_parentID" => P::Match(EpcField::Parent),
        "MATCH_inputEPC" => P::Match(EpcField::Input),
        "MATCH_outputEPC" => P::Match(EpcField::Output),
        "MATCH_anyEPC" => P::Match(EpcField::Any),
        "MATCH_epcClass" => P::Match(EpcField::Class),
        "MATCH_inputEPCClass" => P::Match(EpcField::InputClass),
        "MATCH_outputEPCClass" => P::Match(EpcField::OutputClass),
        "MATCH_anyEPCClass" => P::Match(EpcField::AnyClass),
        "EXISTS_errorDeclaration" => P::HasErrorDeclaration,
        "EQ_errorReason" => P::ErrorReason,
        "EQ_correctiveEventID" => P::CorrectiveEventId,
        "EXISTS_sensorElementList" => P::HasSensorElements,
        "EQ_type" => P::SensorText(SensorText::Type),
        "EQ_deviceID" => P::SensorText(SensorText::DeviceId),
        "EQ_dataProcessingMethod" => P::SensorText(SensorText::DataProcessingMethod),
        "EQ_bizRules" => P::SensorText(SensorText::BizRules),
        "EQ_microorganism" => P::SensorText(SensorText::Microorganism),
        "EQ_chemicalSubstance" => P::SensorText(SensorText::ChemicalSubstance),
        "EQ_stringValue" => P::SensorText(SensorText::StringValue),
        "EQ_hexBinaryValue" => P::SensorText(SensorText::HexBinaryValue),
        "EQ_uriValue" => P::SensorText(SensorText::UriValue),
        "EQ_booleanValue" => P::SensorBoolean,
        "orderBy" => P::OrderBy,
        "orderDirection" => P::OrderDirection,
        "eventCountLimit" => P::EventCountLimit,
        "maxEventCount" => P::MaxEventCount,
        _ => return None,
    })
}

fn family(name: &str) -> Option<Parameter<'_>> {
    if let Some(field) = name.strip_prefix("HASATTR_") {
        return holder(field).map(Parameter::HasAttribute);
    }
    let attribute = name
        .strip_prefix("EQATTR_")
        .or_else(|| name.strip_prefix("EQ_ATTR_"));
    if let Some((field, attribute)) = attribute.and_then(held) {
        let holder = holder(field)?;
        return (!attribute.is_empty()).then_some(Parameter::Attribute(holder, attribute));
    }
    let (operator, rest) = name.split_once('_')?;
    let comparison = match operator {
        "EXISTS" => return extension(rest, None),
        "EQ" => Comparison::Eq,
        "GT" => Comparison::Gt,
        "GE" => Comparison::Ge,
        "LT" => Comparison::Lt,
        "LE" => Comparison::Le,
        _ => return None,
    };
    if comparison == Comparison::Eq
        && let Some(typed) = typed(rest)
    {
        return Some(typed);
    }
    number(rest, comparison).or_else(|| extension(rest, Some(comparison)))
}

fn typed(rest: &str) -> Option<Parameter<'_>> {
    let after = |prefix| {
        rest.strip_prefix(prefix)
            .filter(|type_: &&str| !type_.is_empty())
    };
    after("bizTransaction_")
        .map(Parameter::BizTransaction)
        .or_else(|| after("source_").map(Parameter::Source))
        .or_else(|| after("destination_").map(Parameter::Destination))
}

fn number(rest: &str, comparison: Comparison) -> Option<Parameter<'_>> {
    let (field, unit) = match rest.split_once('_') {
        Some((field, unit)) => (field, Some(unit)),
        None => (rest, None),
    };
    let code = |unit: &str| {
        let allowed = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
        (2..=4).contains(&unit.len()) && unit.bytes().all(allowed)
    };
    if unit.is_some_and(|unit| !code(unit)) {
        return None;
    }
    if field == "quantity" {
        return Some(Parameter::Quantity(comparison, unit));
    }
    let value = match field {
        "value" => SensorValue::Value,
        "minValue" => SensorValue::Min,
        "maxValue" => SensorValue::Max,
        "meanValue" => SensorValue::Mean,
        "sDev" => SensorValue::SDev,
        "percValue" => SensorValue::PercValue,
        "percRank" => SensorValue::PercRank,
        _ => return None,
    };
    let fits = unit.is_some() != (value == SensorValue::PercRank);
    fits.then_some(Parameter::SensorValue(value, comparison, unit))
}

/// `[INNER_][level_]prefix:name`.
fn extension(rest: &str, comparison: Option<Comparison>) -> Option<Parameter<'_>> {
    let (inner, rest) = rest
        .strip_prefix("INNER_")
        .map_or((false, rest), |rest| (true, rest));
    let levels = [
        ("ILMD_", Level::Ilmd),
        ("ERROR_DECLARATION_", Level::ErrorDeclaration),
        ("SENSORELEMENT_", Level::SensorElement),
        ("SENSORMETADATA_", Level::SensorMetadata),
        ("SENSORREPORT_", Level::SensorReport),
        ("readPoint_", Level::ReadPoint),
        ("bizLocation_", Level::BizLocation),
    ];
    let named = |(prefix, level): &(&str, Level)| Some((*level, rest.strip_prefix(prefix)?));
    let (level, name) = levels
        .iter()
        .find_map(named)
        .unwrap_or((Level::Event, rest));
    let scope = Scope { level, inner };
    let (prefix, local) = name.split_once(':')?;
    let fits = !prefix.is_empty() && !local.is_empty();
    fits.then_some(Parameter::Extension(scope, name, comparison))
}

/// Field and attribute. The name of an extension ends at the first `_` after its prefix.
fn held(rest: &str) -> Option<(&str, &str)> {
    let (field, attribute) = rest.split_once('_')?;
    if master_data(field).is_some() {
        return Some((field, attribute));
    }
    let colon = rest.find(':')?;
    let end = colon + rest.get(colon..)?.find('_')?;
    Some((rest.get(..end)?, rest.get(end + 1..)?))
}

fn holder(field: &str) -> Option<Holder<'_>> {
    if master_data(field).is_some() {
        return Some(Holder::Field(field));
    }
    let (prefix, local) = field.split_once(':')?;
    (!prefix.is_empty() && !local.is_empty()).then_some(Holder::Extension(field))
}

pub(super) fn master_data(field: &str) -> Option<MasterDataField> {
    Some(match field {
        "readPoint" => MasterDataField::ReadPoint,
        "bizLocation" => MasterDataField::BizLocation,
        "bizStep" => MasterDataField::BizStep,
        "disposition" => MasterDataField::Disposition,
        "bizTransaction" => MasterDataField::BizTransaction,
        "source" => MasterDataField::Source,
        "destination" => MasterDataField::Destination,
        "epcClass" => MasterDataField::EpcClass,
        _ => return None,
    })
}
