//! The schema of EPCIS 1.2, `urn:epcglobal:epcis:xsd:1`.

use super::envelope::{
    ACTION, BIZ_TRANSACTIONS, DESTINATIONS, DOCUMENT_ATTRIBUTES, EPCS, EVENT_IDS, HEADER_EXTENSION,
    ILMD, PLACE, QUANTITIES, SOURCES, business_header,
};
use super::types::Simple;
use super::{Complex, Content, LOCAL, OTHERS, TEXT, Type, URI, many, maybe, one, open};

const TIME: Type = Type::Of(Simple::DateTime);

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
static HEADER_TYPE: Complex = open(&[
    business_header(1),
    maybe("extension", HEADER_EXTENSION),
    OTHERS,
]);
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
        many("QuantityEvent", Type::Is(&QUANTITY)),
        many("TransactionEvent", Type::Is(&TRANSACTION)),
        many("extension", Type::Is(&EVENT_LIST_EXTENSION)),
    ]),
    attributes: &[],
    open: true,
};
static EVENT_LIST_EXTENSION: Complex = Complex {
    content: Content::Choice(&[
        one("TransformationEvent", Type::Is(&TRANSFORMATION)),
        one("extension", LOCAL),
    ]),
    attributes: &[],
    open: false,
};

static BASE_EXTENSION: Complex = open(&[
    maybe("eventID", URI),
    maybe("errorDeclaration", Type::Is(&ERROR_DECLARATION)),
    maybe("extension", LOCAL),
]);
static ERROR_DECLARATION: Complex = open(&[
    one("declarationTime", TIME),
    maybe("reason", URI),
    maybe("correctiveEventIDs", EVENT_IDS),
    maybe("extension", LOCAL),
    OTHERS,
]);

/// An event type: what every event has, its own, and what came with 1.1.
macro_rules! event {
    ($($own:expr),+ ; $extension:expr) => {
        open(&[
            one("eventTime", TIME),
            maybe("recordTime", TIME),
            one("eventTimeZoneOffset", TEXT),
            maybe("baseExtension", Type::Is(&BASE_EXTENSION)),
            $($own,)+
            maybe("extension", $extension),
            OTHERS,
        ])
    };
}

static OBJECT: Complex = event![
    one("epcList", EPCS),
    one("action", ACTION),
    maybe("bizStep", URI),
    maybe("disposition", URI),
    maybe("readPoint", PLACE),
    maybe("bizLocation", PLACE),
    maybe("bizTransactionList", BIZ_TRANSACTIONS);
    Type::Is(&OBJECT_EXTENSION)
];
static OBJECT_EXTENSION: Complex = open(&[
    maybe("quantityList", QUANTITIES),
    maybe("sourceList", SOURCES),
    maybe("destinationList", DESTINATIONS),
    maybe("ilmd", ILMD),
    maybe("extension", LOCAL),
]);
static AGGREGATION: Complex = event![
    maybe("parentID", URI),
    one("childEPCs", EPCS),
    one("action", ACTION),
    maybe("bizStep", URI),
    maybe("disposition", URI),
    maybe("readPoint", PLACE),
    maybe("bizLocation", PLACE),
    maybe("bizTransactionList", BIZ_TRANSACTIONS);
    Type::Is(&AGGREGATION_EXTENSION)
];
static AGGREGATION_EXTENSION: Complex = open(&[
    maybe("childQuantityList", QUANTITIES),
    maybe("sourceList", SOURCES),
    maybe("destinationList", DESTINATIONS),
    maybe("extension", LOCAL),
]);
static QUANTITY: Complex = event![
    one("epcClass", URI),
    one("quantity", Type::Of(Simple::Integer)),
    maybe("bizStep", URI),
    maybe("disposition", URI),
    maybe("readPoint", PLACE),
    maybe("bizLocation", PLACE),
    maybe("bizTransactionList", BIZ_TRANSACTIONS);
    LOCAL
];
static TRANSACTION: Complex = event![
    one("bizTransactionList", BIZ_TRANSACTIONS),
    maybe("parentID", URI),
    one("epcList", EPCS),
    one("action", ACTION),
    maybe("bizStep", URI),
    maybe("disposition", URI),
    maybe("readPoint", PLACE),
    maybe("bizLocation", PLACE);
    Type::Is(&TRANSACTION_EXTENSION)
];
static TRANSACTION_EXTENSION: Complex = open(&[
    maybe("quantityList", QUANTITIES),
    maybe("sourceList", SOURCES),
    maybe("destinationList", DESTINATIONS),
    maybe("extension", LOCAL),
]);
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
    maybe("ilmd", ILMD);
    LOCAL
];
