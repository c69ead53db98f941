//! The query schemas, equal in both versions but for the types they take from the core, and the
//! root elements of all schemas.

use super::super::names::{Schema, Version};
use super::envelope::{DOCUMENT_ATTRIBUTES, MASTER_DATA_BODY, VOCABULARIES};
use super::types::Simple;
use super::{
    Complex, Content, LOCAL, MANY, Particle, TEXT, Type, URI, What, closed, many, maybe, one, v1,
    v2,
};

/// The type of a root element, where a schema declares it.
pub(super) fn root(version: Version, schema: Schema, local: &str) -> Option<&'static Complex> {
    let v2 = version == Version::V2_0;
    Some(match (schema, local) {
        (Schema::Core, "EPCISDocument") if v2 => &v2::DOCUMENT,
        (Schema::Core, "EPCISDocument") => &v1::DOCUMENT,
        (Schema::Core, "EPCISCaptureJob") if v2 => &v2::CAPTURE_JOB,
        (Schema::Core, "EPCISException") if v2 => &v2::PROBLEM,
        (Schema::Query, "EPCISQueryDocument") if v2 => &DOCUMENT_2_0,
        (Schema::Query, "EPCISQueryDocument") => &DOCUMENT_1_2,
        (Schema::MasterData, "EPCISMasterDataDocument") if v2 => &MASTER_DATA_2_0,
        (Schema::MasterData, "EPCISMasterDataDocument") => &MASTER_DATA_1_2,
        (Schema::Query, local) => {
            let body = if v2 { BODY_2_0 } else { BODY_1_2 };
            let known = body.iter().find_map(|particle| match particle.what {
                What::Query(name, Type::Is(complex)) if name == local => Some(complex),
                _ => None,
            });
            known?
        }
        _ => return None,
    })
}

const OTHERS: Particle = Particle {
    what: What::Other(Schema::Query),
    min: 0,
    max: MANY,
};

/// The tables that depend on the version of the core.
macro_rules! version {
    ($core:ident, $time:expr; $document:ident, $master:ident, $body:ident, $body_type:ident,
     $results:ident, $results_body:ident, $subscribe:ident, $controls:ident) => {
        static $document: Complex = Complex {
            content: Content::Sequence(&[
                maybe("EPCISHeader", $core::HEADER),
                one("EPCISBody", Type::Is(&$body_type)),
                maybe("extension", LOCAL),
                OTHERS,
            ]),
            attributes: DOCUMENT_ATTRIBUTES,
            open: true,
        };
        static $master: Complex = Complex {
            content: Content::Sequence(&[
                maybe("EPCISHeader", $core::HEADER),
                one("EPCISBody", Type::Is(&MASTER_DATA_BODY)),
                maybe("extension", LOCAL),
                Particle {
                    what: What::Other(Schema::MasterData),
                    min: 0,
                    max: MANY,
                },
            ]),
            attributes: DOCUMENT_ATTRIBUTES,
            open: true,
        };
        static $body_type: Complex = Complex {
            content: Content::Choice($body),
            attributes: &[],
            open: false,
        };
        static $results: Complex = closed(&[
            one("queryName", TEXT),
            maybe("subscriptionID", TEXT),
            one("resultsBody", Type::Is(&$results_body)),
            maybe("extension", LOCAL),
            OTHERS,
        ]);
        static $results_body: Complex = Complex {
            content: Content::Choice(&[
                one("EventList", $core::EVENTS),
                one("VocabularyList", VOCABULARIES),
            ]),
            attributes: &[],
            open: false,
        };
        static $subscribe: Complex = closed(&[
            one("queryName", TEXT),
            one("params", Type::Is(&PARAMS)),
            one("dest", URI),
            one("controls", Type::Is(&$controls)),
            one("subscriptionID", TEXT),
        ]);
        static $controls: Complex = closed(&[
            maybe("schedule", Type::Is(&SCHEDULE)),
            maybe("trigger", URI),
            maybe("initialRecordTime", Type::Of($time)),
            one("reportIfEmpty", Type::Of(Simple::Boolean)),
            maybe("extension", LOCAL),
            OTHERS,
        ]);
        const $body: &[Particle] = &[
            message("QueryResults", &$results),
            message("Subscribe", &$subscribe),
            message("Poll", &POLL),
            message("GetQueryNames", &EMPTY),
            message("GetQueryNamesResult", &STRINGS),
            message("SubscribeResult", &EMPTY),
            message("Unsubscribe", &SUBSCRIPTION),
            message("UnsubscribeResult", &EMPTY),
            message("GetSubscriptionIDs", &QUERY_NAME),
            message("GetSubscriptionIDsResult", &STRINGS),
            message("GetStandardVersion", &EMPTY),
            message("GetStandardVersionResult", &PLAIN),
            message("GetVendorVersion", &EMPTY),
            message("GetVendorVersionResult", &PLAIN),
            message("DuplicateNameException", &REASON),
            message("InvalidURIException", &REASON),
            message("NoSuchNameException", &REASON),
            message("NoSuchSubscriptionException", &REASON),
            message("DuplicateSubscriptionException", &REASON),
            message("QueryParameterException", &REASON),
            message("QueryTooLargeException", &TOO_LARGE),
            message("QueryTooComplexException", &REASON),
            message("SubscriptionControlsException", &REASON),
            message("SubscribeNotPermittedException", &REASON),
            message("SecurityException", &REASON),
            message("ValidationException", &REASON),
            message("ImplementationException", &IMPLEMENTATION),
        ];
    };
}

version!(v2, Simple::TimeStamp; DOCUMENT_2_0, MASTER_DATA_2_0, BODY_2_0, BODY_TYPE_2_0,
    RESULTS_2_0, RESULTS_BODY_2_0, SUBSCRIBE_2_0, CONTROLS_2_0);
version!(v1, Simple::DateTime; DOCUMENT_1_2, MASTER_DATA_1_2, BODY_1_2, BODY_TYPE_1_2,
    RESULTS_1_2, RESULTS_BODY_1_2, SUBSCRIBE_1_2, CONTROLS_1_2);

const fn message(name: &'static str, of: &'static Complex) -> Particle {
    Particle {
        what: What::Query(name, Type::Is(of)),
        min: 1,
        max: 1,
    }
}

static EMPTY: Complex = closed(&[]);
static PLAIN: Complex = Complex {
    content: Content::Text,
    attributes: &[],
    open: false,
};
static STRINGS: Complex = closed(&[many("string", TEXT)]);
static SUBSCRIPTION: Complex = closed(&[one("subscriptionID", TEXT)]);
static QUERY_NAME: Complex = closed(&[one("queryName", TEXT)]);
static POLL: Complex = closed(&[one("queryName", TEXT), one("params", Type::Is(&PARAMS))]);
static PARAMS: Complex = closed(&[many("param", Type::Is(&PARAM))]);
static PARAM: Complex = closed(&[one("name", TEXT), one("value", Type::Any)]);
static SCHEDULE: Complex = closed(&[
    maybe("second", TEXT),
    maybe("minute", TEXT),
    maybe("hour", TEXT),
    maybe("dayOfMonth", TEXT),
    maybe("month", TEXT),
    maybe("dayOfWeek", TEXT),
    maybe("extension", LOCAL),
    OTHERS,
]);
static REASON: Complex = closed(&[one("reason", TEXT)]);
static TOO_LARGE: Complex = closed(&[
    one("reason", TEXT),
    maybe("queryName", TEXT),
    maybe("subscriptionID", TEXT),
]);
static IMPLEMENTATION: Complex = closed(&[
    one("reason", TEXT),
    one("severity", Type::Of(Simple::One(&["ERROR", "SEVERE"]))),
    maybe("queryName", TEXT),
    maybe("subscriptionID", TEXT),
]);
