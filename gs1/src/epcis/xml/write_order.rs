//! The order of elements in an event as each version has it: EPCIS 2.0 flat, EPCIS 1.2 with what
//! came later nested in `extension`, as GS1's converter does.

use super::names::Version;

/// A part of an event element.
#[derive(Debug)]
pub(super) enum Part {
    /// An element, where the event has the member.
    Is(&'static str),
    /// A list that must be there even if it is empty.
    Must(&'static str),
    /// An element that holds others, where the event has one of them.
    In(&'static str, &'static [Self]),
}

use Part::{In, Is, Must};

/// The parts of an event of a type, in order.
pub(super) fn parts(event_type: &str, version: Version) -> [&'static [Part]; 4] {
    match version {
        Version::V2_0 => {
            let (about, then) = match event_type {
                "ObjectEvent" => (OBJECT, OBJECT_2_0),
                "AggregationEvent" => (AGGREGATION, AGGREGATION_2_0),
                "TransactionEvent" => (TRANSACTION, TRANSACTION_2_0),
                "TransformationEvent" => (TRANSFORMATION, TRANSFORMATION_2_0),
                _ => (ASSOCIATION, ASSOCIATION_2_0),
            };
            [HEAD_2_0, about, WHY_AND_WHERE, then]
        }
        Version::V1_2 => {
            let (about, then) = match event_type {
                "ObjectEvent" => (OBJECT_1_2, THEN_OBJECT_1_2),
                "AggregationEvent" => (AGGREGATION_1_2, THEN_AGGREGATION_1_2),
                "TransactionEvent" => (TRANSACTION_1_2, THEN_TRANSACTION_1_2),
                "TransformationEvent" => (TRANSFORMATION, THEN_TRANSFORMATION_1_2),
                _ => (ASSOCIATION, ASSOCIATION_2_0),
            };
            [HEAD_1_2, about, WHY_AND_WHERE, then]
        }
    }
}

const HEAD_2_0: &[Part] = &[
    Is("eventTime"),
    Is("recordTime"),
    Is("eventTimeZoneOffset"),
    Is("eventID"),
    Is("errorDeclaration"),
    Is("certificationInfo"),
];
const HEAD_1_2: &[Part] = &[
    Is("eventTime"),
    Is("recordTime"),
    Is("eventTimeZoneOffset"),
    In(
        "baseExtension",
        &[
            Is("eventID"),
            Is("errorDeclaration"),
            In("extension", &[Is("certificationInfo")]),
        ],
    ),
];
const WHY_AND_WHERE: &[Part] = &[
    Is("bizStep"),
    Is("disposition"),
    Is("readPoint"),
    Is("bizLocation"),
];
const SINCE_2_0: &[Part] = &[Is("sensorElementList"), Is("persistentDisposition")];

const OBJECT: &[Part] = &[Is("epcList"), Is("action")];
const OBJECT_1_2: &[Part] = &[Must("epcList"), Is("action")];
const AGGREGATION: &[Part] = &[Is("parentID"), Is("childEPCs"), Is("action")];
const AGGREGATION_1_2: &[Part] = &[Is("parentID"), Must("childEPCs"), Is("action")];
const TRANSACTION: &[Part] = &[
    Is("bizTransactionList"),
    Is("parentID"),
    Is("epcList"),
    Is("action"),
];
const TRANSACTION_1_2: &[Part] = &[
    Is("bizTransactionList"),
    Is("parentID"),
    Must("epcList"),
    Is("action"),
];
const TRANSFORMATION: &[Part] = &[
    Is("inputEPCList"),
    Is("inputQuantityList"),
    Is("outputEPCList"),
    Is("outputQuantityList"),
    Is("transformationID"),
];
const ASSOCIATION: &[Part] = &[
    Is("parentID"),
    Is("childEPCs"),
    Is("childQuantityList"),
    Is("action"),
];

const OBJECT_2_0: &[Part] = &[
    Is("bizTransactionList"),
    Is("quantityList"),
    Is("sourceList"),
    Is("destinationList"),
    Is("sensorElementList"),
    Is("persistentDisposition"),
    Is("ilmd"),
];
const AGGREGATION_2_0: &[Part] = &[
    Is("bizTransactionList"),
    Is("childQuantityList"),
    Is("sourceList"),
    Is("destinationList"),
    Is("sensorElementList"),
    Is("persistentDisposition"),
];
const TRANSACTION_2_0: &[Part] = &[
    Is("quantityList"),
    Is("sourceList"),
    Is("destinationList"),
    Is("sensorElementList"),
    Is("persistentDisposition"),
];
const TRANSFORMATION_2_0: &[Part] = &[
    Is("bizTransactionList"),
    Is("sourceList"),
    Is("destinationList"),
    Is("sensorElementList"),
    Is("persistentDisposition"),
    Is("ilmd"),
];
const ASSOCIATION_2_0: &[Part] = &[
    Is("bizTransactionList"),
    Is("sourceList"),
    Is("destinationList"),
    Is("sensorElementList"),
    Is("persistentDisposition"),
];

const THEN_OBJECT_1_2: &[Part] = &[
    Is("bizTransactionList"),
    In(
        "extension",
        &[
            Is("quantityList"),
            Is("sourceList"),
            Is("destinationList"),
            Is("ilmd"),
            In("extension", SINCE_2_0),
        ],
    ),
];
const THEN_AGGREGATION_1_2: &[Part] = &[
    Is("bizTransactionList"),
    In(
        "extension",
        &[
            Is("childQuantityList"),
            Is("sourceList"),
            Is("destinationList"),
            In("extension", SINCE_2_0),
        ],
    ),
];
const THEN_TRANSACTION_1_2: &[Part] = &[In(
    "extension",
    &[
        Is("quantityList"),
        Is("sourceList"),
        Is("destinationList"),
        In("extension", SINCE_2_0),
    ],
)];
const THEN_TRANSFORMATION_1_2: &[Part] = &[
    Is("bizTransactionList"),
    Is("sourceList"),
    Is("destinationList"),
    Is("ilmd"),
    In("extension", SINCE_2_0),
];
