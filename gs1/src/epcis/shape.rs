//! Which members each JSON object of EPCIS 2.0 may have. Anything else must be named by a URI or
//! a prefixed name, which keeps extensions apart from misspelt fields.

/// Members that every event may have.
pub(super) const COMMON: &[&str] = &[
    "@context",
    "type",
    "eventTime",
    "recordTime",
    "eventTimeZoneOffset",
    "eventID",
    "certificationInfo",
    "errorDeclaration",
    "bizStep",
    "disposition",
    "readPoint",
    "bizLocation",
    "bizTransactionList",
    "sourceList",
    "destinationList",
    "sensorElementList",
];

const OBJECT: &[&str] = &[
    "action",
    "epcList",
    "quantityList",
    "persistentDisposition",
    "ilmd",
];
const CONTAINER: &[&str] = &["action", "parentID", "childEPCs", "childQuantityList"];
const TRANSACTION: &[&str] = &["action", "parentID", "epcList", "quantityList"];
const TRANSFORMATION: &[&str] = &[
    "inputEPCList",
    "inputQuantityList",
    "outputEPCList",
    "outputQuantityList",
    "transformationID",
    "persistentDisposition",
    "ilmd",
];

pub(super) const DOCUMENT: &[&str] = &[
    "@context",
    "id",
    "type",
    "schemaVersion",
    "creationDate",
    "instanceIdentifier",
    "sender",
    "receiver",
    "epcisHeader",
    "epcisBody",
];
pub(super) const QUERY_DOCUMENT: &[&str] = &[
    "@context",
    "id",
    "type",
    "schemaVersion",
    "creationDate",
    "epcisBody",
];

pub(super) const QUANTITY: &[&str] = &["epcClass", "quantity", "uom"];
pub(super) const BIZ_TRANSACTION: &[&str] = &["type", "bizTransaction"];
pub(super) const SOURCE: &[&str; 2] = &["type", "source"];
pub(super) const DESTINATION: &[&str; 2] = &["type", "destination"];
pub(super) const PERSISTENT_DISPOSITION: &[&str] = &["set", "unset"];
pub(super) const ERROR_DECLARATION: &[&str] = &["declarationTime", "reason", "correctiveEventIDs"];
pub(super) const SENSOR_ELEMENT: &[&str] = &["sensorMetadata", "sensorReport"];
pub(super) const SENSOR_METADATA: &[&str] = &[
    "time",
    "deviceID",
    "deviceMetadata",
    "rawData",
    "startTime",
    "endTime",
    "dataProcessingMethod",
    "bizRules",
];
pub(super) const SENSOR_REPORT: &[&str] = &[
    "type",
    "exception",
    "deviceID",
    "deviceMetadata",
    "rawData",
    "dataProcessingMethod",
    "bizRules",
    "time",
    "microorganism",
    "chemicalSubstance",
    "coordinateReferenceSystem",
    "value",
    "component",
    "stringValue",
    "booleanValue",
    "hexBinaryValue",
    "uriValue",
    "minValue",
    "maxValue",
    "meanValue",
    "sDev",
    "percRank",
    "percValue",
    "uom",
];

/// Sensor attributes that may stand in the metadata of an element or in its reports.
pub(super) const SENSOR_BOTH: &[&str] = &[
    "time",
    "deviceID",
    "deviceMetadata",
    "rawData",
    "dataProcessingMethod",
    "bizRules",
];

/// The event types of EPCIS 2.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EventType {
    Object,
    Aggregation,
    Transaction,
    Transformation,
    Association,
}

impl EventType {
    pub(super) const NAMES: [&'static str; 5] = [
        "ObjectEvent",
        "AggregationEvent",
        "TransactionEvent",
        "TransformationEvent",
        "AssociationEvent",
    ];

    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "ObjectEvent" => Self::Object,
            "AggregationEvent" => Self::Aggregation,
            "TransactionEvent" => Self::Transaction,
            "TransformationEvent" => Self::Transformation,
            "AssociationEvent" => Self::Association,
            _ => return None,
        })
    }

    /// The members that only events of this type have.
    pub(super) fn members(self) -> &'static [&'static str] {
        match self {
            Self::Object => OBJECT,
            Self::Aggregation | Self::Association => CONTAINER,
            Self::Transaction => TRANSACTION,
            Self::Transformation => TRANSFORMATION,
        }
    }

    pub(super) fn has(self, name: &str) -> bool {
        self.members().contains(&name)
    }
}

/// Whether a name means something in some event or document, so that no context may redefine it.
pub(super) fn is_protected(name: &str) -> bool {
    [
        COMMON,
        OBJECT,
        CONTAINER,
        TRANSACTION,
        TRANSFORMATION,
        DOCUMENT,
        SENSOR_REPORT,
    ]
    .iter()
    .chain(&[
        QUANTITY,
        BIZ_TRANSACTION,
        SOURCE,
        DESTINATION,
        ERROR_DECLARATION,
        SENSOR_ELEMENT,
    ])
    .any(|list| list.contains(&name))
}
