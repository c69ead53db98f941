//! The conditions a query is made of, typed: one variant for each family of parameters.

use super::extension::{ExtensionName, ExtensionTest, Scope};
use super::pattern::Pattern;
use crate::cbv::{BizStep, Disposition};
use crate::decimal::Decimal;
use crate::epc::Epc;
use crate::epcis::Action;

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Condition {
    /// `eventType`: names of event types, or URIs of types of others, which no event here has.
    EventType(Vec<String>),
    /// `GE_` and `LT_` of a time, in milliseconds since the Unix epoch.
    Time(TimeField, Bound, i64),
    /// `EQ_action`.
    Action(Vec<Action>),
    /// `EQ_bizStep`.
    BizStep(Vec<BizStep>),
    /// `EQ_disposition`.
    Disposition(Vec<Disposition>),
    /// `EQ_persistentDisposition_set`.
    PersistentSet(Vec<Disposition>),
    /// `EQ_persistentDisposition_unset`.
    PersistentUnset(Vec<Disposition>),
    /// `EQ_readPoint`, `EQ_bizLocation`.
    Place(PlaceField, Vec<Epc>),
    /// `WD_readPoint`, `WD_bizLocation`: there or anywhere inside.
    PlaceWithin(PlaceField, Vec<Epc>),
    /// `EQ_transformationID`, canonical.
    TransformationId(Vec<String>),
    /// `EQ_eventID`.
    EventId(Vec<String>),
    /// `MATCH_...`.
    Match(EpcField, Vec<Pattern>),
    /// `EQ_quantity` and its kind, with the unit in which the values are given.
    Quantity(Comparison, Option<String>, Vec<Decimal>),
    /// `EXISTS_errorDeclaration`.
    HasErrorDeclaration,
    /// `EQ_errorReason`.
    ErrorReason(Vec<String>),
    /// `EQ_correctiveEventID`.
    CorrectiveEventId(Vec<String>),
    /// `EQ_bizTransaction_type`: type and canonical identifiers.
    BizTransaction(String, Vec<String>),
    /// `EQ_source_type`.
    Source(String, Vec<Epc>),
    /// `EQ_destination_type`.
    Destination(String, Vec<Epc>),
    /// `EXISTS_sensorElementList`.
    HasSensorElements,
    /// `EQ_type`, `EQ_deviceID` and other texts of sensor elements.
    SensorText(SensorText, Vec<String>),
    /// `EQ_booleanValue`.
    SensorBoolean(bool),
    /// `GE_value_CEL` and its kind; no unit for `percRank`.
    SensorValue(SensorValue, Comparison, Option<String>, Vec<Decimal>),
    /// `EQ_prefix:name` and its kind.
    Extension(Scope, ExtensionName, ExtensionTest),
    /// `HASATTR_field`: names of attributes.
    HasAttribute(MasterDataField, Vec<String>),
    /// `EQATTR_field_attribute`: the attribute and values.
    Attribute(MasterDataField, String, Vec<String>),
}

/// Times that can be bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimeField {
    /// `eventTime`.
    Event,
    /// `recordTime`.
    Record,
    /// `declarationTime` of an error declaration.
    ErrorDeclaration,
    /// `time` of sensor metadata or a sensor report.
    Sensor,
    /// `startTime` of sensor metadata.
    SensorStart,
    /// `endTime` of sensor metadata.
    SensorEnd,
}

/// The two bounds of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bound {
    /// At the time or later.
    NotBefore,
    /// Before the time.
    Before,
}

/// Comparisons of quantities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are those of the parameters")]
pub enum Comparison {
    Eq,
    Gt,
    Ge,
    Lt,
    Le,
}

impl Comparison {
    pub(super) fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Eq => order.is_eq(),
            Self::Gt => order.is_gt(),
            Self::Ge => order.is_ge(),
            Self::Lt => order.is_lt(),
            Self::Le => order.is_le(),
        }
    }
}

/// The two places of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlaceField {
    /// `readPoint`.
    ReadPoint,
    /// `bizLocation`.
    BizLocation,
}

/// Which identifiers of an event a `MATCH_` parameter looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EpcField {
    /// `MATCH_epc`: `epcList` and `childEPCs`.
    Epc,
    /// `MATCH_parentID`.
    Parent,
    /// `MATCH_inputEPC`.
    Input,
    /// `MATCH_outputEPC`.
    Output,
    /// `MATCH_anyEPC`: all of those.
    Any,
    /// `MATCH_epcClass`: `quantityList` and `childQuantityList`.
    Class,
    /// `MATCH_inputEPCClass`.
    InputClass,
    /// `MATCH_outputEPCClass`.
    OutputClass,
    /// `MATCH_anyEPCClass`: all quantity lists.
    AnyClass,
}

/// Texts of sensor elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are those of the attributes")]
pub enum SensorText {
    Type,
    DeviceId,
    DataProcessingMethod,
    BizRules,
    Microorganism,
    ChemicalSubstance,
    StringValue,
    HexBinaryValue,
    UriValue,
}

/// Numbers of sensor reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are those of the attributes")]
pub enum SensorValue {
    Value,
    Min,
    Max,
    Mean,
    SDev,
    PercRank,
    PercValue,
}

/// Fields whose values are vocabulary elements with master data.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the fields")]
pub enum MasterDataField {
    ReadPoint,
    BizLocation,
    BizStep,
    Disposition,
    BizTransaction,
    Source,
    Destination,
    EpcClass,
    /// An extension at the level of the event, whose texts are identifiers.
    Extension(ExtensionName),
}
