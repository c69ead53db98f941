//! The schema of EPCIS 2.0, `urn:epcglobal:epcis:xsd:2`.

use super::super::names::Schema;
use super::envelope::{
    ACTION, BIZ_TRANSACTIONS, DESTINATIONS, DOCUMENT_ATTRIBUTES, EPCS, EVENT_IDS, HEADER_EXTENSION,
    ILMD, PLACE, QUANTITIES, SOURCES, business_header,
};
use super::types::Simple;
use super::{
    Complex, Content, LOCAL, MANY, OTHERS, Particle, TEXT, Type, URI, What, closed, many, maybe,
    one, open, some,
};

const TIME: Type = Type::Of(Simple::TimeStamp);

pub(super) static DOCUMENT: Complex = Complex {
    content: Content::Sequence(&[
        maybe("EPCISHeader", HEADER),
        one("EPCISBody", Type::Is(&BODY)),
        maybe("extension", LOCAL),
        OTHERS,
    ]),
    attributes: DOCUMENT_ATTRIBUTES,
    open: true,
};
pub(super) const HEADER: Type = Type::Is(&HEADER_TYPE);
static HEADER_TYPE: Complex = open(&[business_header(0), maybe("extension", HEADER_EXTENSION)]);
static BODY: Complex = open(&[
    maybe("EventList", EVENTS),
    maybe("extension", LOCAL),
    OTHERS,
]);

pub(super) const EVENTS: Type = Type::Is(&EVENT_LIST);
static EVENT_LIST: Complex = Complex {
    content: Content::Repeated(&[
        many("ObjectEvent", Type::Is(&OBJECT)),
        many("AggregationEvent", Type::Is(&AGGREGATION)),
        many("TransformationEvent", Type::Is(&TRANSFORMATION)),
        many("TransactionEvent", Type::Is(&TRANSACTION)),
        many("AssociationEvent", Type::Is(&ASSOCIATION)),
        many("extension", OTHER),
    ]),
    attributes: &[],
    open: true,
};

/// In 2.0 the extension points of events are for elements of other namespaces.
const OTHER: Type = Type::Is(&OTHER_EXTENSION);
static OTHER_EXTENSION: Complex = open(&[Particle {
    what: What::Other(Schema::Core),
    min: 1,
    max: MANY,
}]);

static ERROR_DECLARATION: Complex = Complex {
    content: Content::Repeated(&[
        many("declarationTime", TIME),
        many("reason", URI),
        many("correctiveEventIDs", EVENT_IDS),
        many("extension", LOCAL),
        OTHERS,
    ]),
    attributes: &[],
    open: true,
};
static PERSISTENT_DISPOSITION: Complex = closed(&[many("unset", URI), many("set", URI)]);

static SENSOR_ELEMENTS: Complex = closed(&[
    some("sensorElement", Type::Is(&SENSOR_ELEMENT)),
    maybe("extension", LOCAL),
]);
static SENSOR_ELEMENT: Complex = closed(&[
    maybe("sensorMetadata", Type::Is(&SENSOR_METADATA)),
    some("sensorReport", Type::Is(&SENSOR_REPORT)),
    maybe("extension", LOCAL),
    OTHERS,
]);
static SENSOR_METADATA: Complex = Complex {
    content: Content::Text,
    attributes: &[
        ("time", Simple::TimeStamp, false),
        ("deviceID", Simple::Uri, false),
        ("deviceMetadata", Simple::Uri, false),
        ("rawData", Simple::Uri, false),
        ("startTime", Simple::TimeStamp, false),
        ("endTime", Simple::TimeStamp, false),
        ("bizRules", Simple::Uri, false),
        ("dataProcessingMethod", Simple::Uri, false),
    ],
    open: true,
};
static SENSOR_REPORT: Complex = Complex {
    content: Content::Text,
    attributes: &[
        ("type", Simple::Uri, false),
        ("value", Simple::Double, false),
        ("component", Simple::Uri, false),
        ("stringValue", Simple::Text, false),
        ("booleanValue", Simple::Boolean, false),
        ("hexBinaryValue", Simple::HexBinary, false),
        ("uriValue", Simple::Uri, false),
        ("uom", Simple::Text, false),
        ("minValue", Simple::Double, false),
        ("maxValue", Simple::Double, false),
        ("sDev", Simple::Double, false),
        ("chemicalSubstance", Simple::Uri, false),
        ("microorganism", Simple::Uri, false),
        ("deviceID", Simple::Uri, false),
        ("deviceMetadata", Simple::Uri, false),
        ("rawData", Simple::Uri, false),
        ("time", Simple::TimeStamp, false),
        ("meanValue", Simple::Double, false),
        ("percRank", Simple::Double, false),
        ("percValue", Simple::Double, false),
        ("dataProcessingMethod", Simple::Uri, false),
        ("coordinateReferenceSystem", Simple::Uri, false),
        ("exception", Simple::Uri, false),
    ],
    open: true,
};

const SENSORS: Type = Type::Is(&SENSOR_ELEMENTS);
const DISPOSITIONS: Type = Type::Is(&PERSISTENT_DISPOSITION);

/// An event type: what every event has, then its own.
macro_rules! event {
    ($($own:expr),+ $(,)?) => {
        open(&[
            one("eventTime", TIME),
            maybe("recordTime", TIME),
            one("eventTimeZoneOffset", TEXT),
            maybe("eventID", URI),
            maybe("errorDeclaration", Type::Is(&ERROR_DECLARATION)),
            maybe("certificationInfo", URI),
            maybe("baseExtension", OTHER),
            $($own,)+
            maybe("extension", OTHER),
            OTHERS,
        ])
    };
}

static OBJECT: Complex = event![
    maybe("epcList", EPCS),
    one("action", ACTION),
    maybe("bizStep", URI),
    maybe("disposition", URI),
    maybe("readPoint", PLACE),
    maybe("bizLocation", PLACE),
    maybe("bizTransactionList", BIZ_TRANSACTIONS),
    maybe("quantityList", QUANTITIES),
    maybe("sourceList", SOURCES),
    maybe("destinationList", DESTINATIONS),
    maybe("sensorElementList", SENSORS),
    maybe("persistentDisposition", DISPOSITIONS),
    maybe("ilmd", ILMD),
];
static AGGREGATION: Complex = event![
    maybe("parentID", URI),
    maybe("childEPCs", EPCS),
    one("action", ACTION),
    maybe("bizStep", URI),
    maybe("disposition", URI),
    maybe("readPoint", PLACE),
    maybe("bizLocation", PLACE),
    maybe("bizTransactionList", BIZ_TRANSACTIONS),
    maybe("childQuantityList", QUANTITIES),
    maybe("sourceList", SOURCES),
    maybe("destinationList", DESTINATIONS),
    maybe("sensorElementList", SENSORS),
    maybe("persistentDisposition", DISPOSITIONS),
];
static TRANSACTION: Complex = event![
    one("bizTransactionList", BIZ_TRANSACTIONS),
    maybe("parentID", URI),
    maybe("epcList", EPCS),
    one("action", ACTION),
    maybe("bizStep", URI),
    maybe("disposition", URI),
    maybe("readPoint", PLACE),
    maybe("bizLocation", PLACE),
    maybe("quantityList", QUANTITIES),
    maybe("sourceList", SOURCES),
    maybe("destinationList", DESTINATIONS),
    maybe("sensorElementList", SENSORS),
    maybe("persistentDisposition", DISPOSITIONS),
];
static TRANSFORMATION: Complex = event![
    maybe("inputEPCList", EPCS),
    maybe("inputQuantityList", QUANTITIES),
    maybe("outputEPCList", EPCS),
    maybe("outputQuantityList", QUANTITIES),
    maybe("transformationID", URI),
    maybe("bizStep", URI),
    maybe("disposition", URI),
    maybe("readPoint", PLACE),
    maybe("bizLocation", PLACE),
    maybe("bizTransactionList", BIZ_TRANSACTIONS),
    maybe("sourceList", SOURCES),
    maybe("destinationList", DESTINATIONS),
    maybe("sensorElementList", SENSORS),
    maybe("persistentDisposition", DISPOSITIONS),
    maybe("ilmd", ILMD),
];
static ASSOCIATION: Complex = event![
    one("parentID", URI),
    maybe("childEPCs", EPCS),
    maybe("childQuantityList", QUANTITIES),
    one("action", ACTION),
    maybe("bizStep", URI),
    maybe("disposition", URI),
    maybe("readPoint", PLACE),
    maybe("bizLocation", PLACE),
    maybe("bizTransactionList", BIZ_TRANSACTIONS),
    maybe("sourceList", SOURCES),
    maybe("destinationList", DESTINATIONS),
    maybe("sensorElementList", SENSORS),
    maybe("persistentDisposition", DISPOSITIONS),
];

/// The answer to a capture.
pub(super) static CAPTURE_JOB: Complex = Complex {
    content: Content::Sequence(&[
        one(
            "captureErrorBehaviour",
            Type::Of(Simple::One(&["rollback", "proceed"])),
        ),
        maybe("createdAt", TIME),
        maybe("finishedAt", TIME),
        maybe("errors", Type::Is(&CAPTURE_ERRORS)),
        maybe("errorFile", URI),
        OTHERS,
    ]),
    attributes: &[
        ("running", Simple::Boolean, true),
        ("success", Simple::Boolean, true),
        ("captureID", Simple::Text, true),
    ],
    open: true,
};
static CAPTURE_ERRORS: Complex = closed(&[some("error", Type::Is(&PROBLEM))]);
/// A problem response (RFC 7807).
pub(super) static PROBLEM: Complex = closed(&[
    one("type", URI),
    one("title", TEXT),
    maybe("status", Type::Of(Simple::Integer)),
    maybe("detail", TEXT),
    maybe("instance", URI),
    OTHERS,
]);
