//! What sensors said: the "how" dimension of an event (EPCIS 2.0, 7.3.7).

use crate::decimal::Decimal;

/// One `sensorElement`: readings that share a device or a period.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SensorElement {
    /// `sensorMetadata`.
    pub metadata: SensorMetadata,
    /// `sensorReport`, at least one.
    pub reports: Vec<SensorReport>,
}

/// What holds for all reports of an element unless they say otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SensorMetadata {
    /// `time` in milliseconds.
    pub time_ms: Option<i64>,
    /// `startTime` in milliseconds.
    pub start_time_ms: Option<i64>,
    /// `endTime` in milliseconds.
    pub end_time_ms: Option<i64>,
    /// `deviceID`, a URI.
    pub device_id: Option<String>,
    /// `deviceMetadata`, a URI.
    pub device_metadata: Option<String>,
    /// `rawData`, a URI.
    pub raw_data: Option<String>,
    /// `dataProcessingMethod`, a URI.
    pub data_processing_method: Option<String>,
    /// `bizRules`, a URI.
    pub biz_rules: Option<String>,
}

/// One reading, or statistics over a period.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SensorReport {
    /// `type`: a measurement type (`Temperature`) or a URI. Always there in a report that was
    /// read from JSON.
    pub type_: Option<String>,
    /// `exception`: `ALARM_CONDITION`, `ERROR_CONDITION` or a URI.
    pub exception: Option<String>,
    /// `uom`, UN/ECE Rec. 20 common code.
    pub uom: Option<String>,
    /// `value`.
    pub value: Option<Decimal>,
    /// `minValue`.
    pub min_value: Option<Decimal>,
    /// `maxValue`.
    pub max_value: Option<Decimal>,
    /// `meanValue`.
    pub mean_value: Option<Decimal>,
    /// `sDev`.
    pub s_dev: Option<Decimal>,
    /// `percRank`.
    pub perc_rank: Option<Decimal>,
    /// `percValue`.
    pub perc_value: Option<Decimal>,
    /// `time` in milliseconds.
    pub time_ms: Option<i64>,
    /// `deviceID`, a URI.
    pub device_id: Option<String>,
    /// `deviceMetadata`, a URI.
    pub device_metadata: Option<String>,
    /// `rawData`, a URI.
    pub raw_data: Option<String>,
    /// `dataProcessingMethod`, a URI.
    pub data_processing_method: Option<String>,
    /// `bizRules`, a URI.
    pub biz_rules: Option<String>,
    /// `component`: a CBV word or a URI.
    pub component: Option<String>,
    /// `stringValue`.
    pub string_value: Option<String>,
    /// `booleanValue`.
    pub boolean_value: Option<bool>,
    /// `hexBinaryValue`.
    pub hex_binary_value: Option<String>,
    /// `uriValue`.
    pub uri_value: Option<String>,
    /// `microorganism`, a URI.
    pub microorganism: Option<String>,
    /// `chemicalSubstance`, a URI.
    pub chemical_substance: Option<String>,
    /// `coordinateReferenceSystem`, a URI.
    pub coordinate_reference_system: Option<String>,
}

impl SensorReport {
    /// A temperature reading in degrees Celsius at a time.
    pub fn temperature(milli_celsius: i32, time_ms: i64) -> Self {
        Self {
            type_: Some("Temperature".to_owned()),
            uom: Some("CEL".to_owned()),
            value: Some(Decimal::from_milli(i64::from(milli_celsius))),
            time_ms: Some(time_ms),
            ..Self::default()
        }
    }

    /// Whether this reports a temperature.
    pub fn is_temperature(&self) -> bool {
        self.type_.as_deref() == Some("Temperature")
    }

    /// One of this report's values in thousandths of a degree Celsius, by the report's unit
    /// (`CEL`, `FAH`, `KEL`), rounded half away from zero. None for another unit or none.
    pub fn milli_celsius(&self, value: &Decimal) -> Option<i32> {
        value.milli_celsius(self.uom.as_deref()?)
    }
}
