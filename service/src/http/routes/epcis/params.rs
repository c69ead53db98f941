//! The parameters of event queries as the contract tells them: those with a fixed name. Families
//! whose names hold a type, a unit or the name of an extension (`EQ_bizTransaction_po`,
//! `GE_value_CEL`, `EQ_INNER_ILMD_ex:name`) cannot be listed; the description names them.
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn, ParameterStyle};
use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Required, Schema};

/// What a value is.
#[derive(Clone, Copy)]
enum Sort {
    Texts,
    Numbers,
    Time,
    Flag,
    Count,
    Text,
}

/// Name, sort and meaning.
const PARAMETERS: &[(&str, Sort, &str)] = &[
    (
        "eventType",
        Sort::Texts,
        "`ObjectEvent|AggregationEvent` ...",
    ),
    ("GE_eventTime", Sort::Time, "From this time on"),
    ("LT_eventTime", Sort::Time, "Before this time"),
    ("GE_recordTime", Sort::Time, "Recorded from this time on"),
    ("LT_recordTime", Sort::Time, "Recorded before this time"),
    ("EQ_action", Sort::Texts, "`ADD|OBSERVE|DELETE`"),
    ("EQ_bizStep", Sort::Texts, "Words or URIs"),
    ("EQ_disposition", Sort::Texts, "Words or URIs"),
    ("EQ_persistentDisposition_set", Sort::Texts, "Words or URIs"),
    (
        "EQ_persistentDisposition_unset",
        Sort::Texts,
        "Words or URIs",
    ),
    ("EQ_readPoint", Sort::Texts, "Places"),
    (
        "WD_readPoint",
        Sort::Texts,
        "Places and everything below them by master data",
    ),
    ("EQ_bizLocation", Sort::Texts, "Places"),
    (
        "WD_bizLocation",
        Sort::Texts,
        "Places and everything below them by master data",
    ),
    ("EQ_transformationID", Sort::Texts, "Transformations"),
    ("EQ_eventID", Sort::Texts, "Event ids"),
    (
        "MATCH_epc",
        Sort::Texts,
        "What was observed or packed; identifiers or patterns",
    ),
    ("MATCH_parentID", Sort::Texts, "Containers"),
    ("MATCH_inputEPC", Sort::Texts, "Inputs of a transformation"),
    (
        "MATCH_outputEPC",
        Sort::Texts,
        "Outputs of a transformation",
    ),
    ("MATCH_anyEPC", Sort::Texts, "Any of those"),
    ("MATCH_epcClass", Sort::Texts, "Classes in quantity lists"),
    ("MATCH_inputEPCClass", Sort::Texts, "Classes of inputs"),
    ("MATCH_outputEPCClass", Sort::Texts, "Classes of outputs"),
    ("MATCH_anyEPCClass", Sort::Texts, "Classes anywhere"),
    ("EQ_quantity", Sort::Numbers, "Quantities in any unit"),
    ("GT_quantity", Sort::Numbers, "More than this"),
    ("GE_quantity", Sort::Numbers, "As much or more"),
    ("LT_quantity", Sort::Numbers, "Less than this"),
    ("LE_quantity", Sort::Numbers, "As much or less"),
    ("EXISTS_errorDeclaration", Sort::Flag, "Error declarations"),
    (
        "GE_errorDeclarationTime",
        Sort::Time,
        "Declared from this time on",
    ),
    (
        "LT_errorDeclarationTime",
        Sort::Time,
        "Declared before this time",
    ),
    ("EQ_errorReason", Sort::Texts, "Words or URIs"),
    ("EQ_correctiveEventID", Sort::Texts, "Event ids"),
    (
        "EXISTS_sensorElementList",
        Sort::Flag,
        "Events with sensor data",
    ),
    ("EQ_type", Sort::Texts, "Measurement types"),
    ("EQ_deviceID", Sort::Texts, "Devices"),
    ("EQ_dataProcessingMethod", Sort::Texts, "Methods"),
    ("EQ_microorganism", Sort::Texts, "Microorganisms"),
    ("EQ_chemicalSubstance", Sort::Texts, "Substances"),
    ("EQ_bizRules", Sort::Texts, "Rules"),
    ("EQ_stringValue", Sort::Texts, "Texts of sensors"),
    ("EQ_booleanValue", Sort::Flag, "A value of sensors"),
    ("EQ_hexBinaryValue", Sort::Texts, "Bytes of sensors"),
    ("EQ_uriValue", Sort::Texts, "URIs of sensors"),
    (
        "GE_percRank",
        Sort::Numbers,
        "As high a percentile or higher",
    ),
    ("LT_percRank", Sort::Numbers, "A lower percentile"),
    ("GE_startTime", Sort::Time, "Measured from this time on"),
    ("LT_startTime", Sort::Time, "Measured from before this time"),
    (
        "GE_endTime",
        Sort::Time,
        "Measured until this time or later",
    ),
    ("LT_endTime", Sort::Time, "Measured until before this time"),
    ("GE_time", Sort::Time, "Measured at this time or later"),
    ("LT_time", Sort::Time, "Measured before this time"),
    (
        "HASATTR_readPoint",
        Sort::Texts,
        "Names of attributes; also for other fields",
    ),
    ("HASATTR_bizLocation", Sort::Texts, "Names of attributes"),
    (
        "orderBy",
        Sort::Text,
        "`eventTime`, `recordTime` or an extension",
    ),
    ("orderDirection", Sort::Text, "`ASC` or `DESC`"),
    (
        "eventCountLimit",
        Sort::Count,
        "So many events at most, over all pages",
    ),
    (
        "maxEventCount",
        Sort::Count,
        "More matching events are an error",
    ),
];

/// The parameters of an event query.
pub(crate) struct EventParams;

impl IntoParams for EventParams {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let all = PARAMETERS
            .iter()
            .map(|(name, sort, text)| query(name, *sort, text));
        all.chain(PageParams::into_params(|| None))
            .chain(FormParams::into_params(|| None))
            .collect()
    }
}

/// The parameters of a list.
pub(crate) struct PageParams;

impl IntoParams for PageParams {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![
            query("perPage", Sort::Count, "Items in a page: 30, at most 1000"),
            query("nextPageToken", Sort::Text, "From the header `Link`"),
        ]
    }
}

/// The headers that say what an answer shall look like.
struct FormParams;

impl IntoParams for FormParams {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        [
            ("GS1-EPCIS-Min", "Oldest version of EPCIS that is read"),
            (
                "GS1-EPCIS-Max",
                "Newest version of EPCIS that is read; 1.2 in XML only",
            ),
            (
                "GS1-EPC-Format",
                "`Always_GS1_Digital_Link`, `Always_EPC_URN`, ...",
            ),
            ("GS1-CBV-XML-Format", "`Always_Web_URI`, `Always_URN`, ..."),
            (
                "GS1-Extensions",
                "`prefix=uri,...` of extensions in parameters",
            ),
            (
                "Theriac-Units",
                "`as_written`: compare measurements of one unit only",
            ),
        ]
        .into_iter()
        .map(|(name, text)| parameter(name, ParameterIn::Header, text).schema(Some(string())))
        .map(ParameterBuilder::build)
        .collect()
    }
}

fn parameter(name: &str, place: ParameterIn, text: &str) -> ParameterBuilder {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(Required::False)
        .description(Some(text))
}

fn query(name: &str, sort: Sort, text: &str) -> Parameter {
    let builder = parameter(name, ParameterIn::Query, text);
    let builder = match sort {
        Sort::Texts => piped(builder, string()),
        Sort::Numbers => piped(builder, simple(Type::Number)),
        Sort::Time => {
            let format = SchemaFormat::KnownFormat(KnownFormat::DateTime);
            let time = ObjectBuilder::new()
                .schema_type(Type::String)
                .format(Some(format));
            builder.schema(Some(time))
        }
        Sort::Flag => builder.schema(Some(simple(Type::Boolean))),
        Sort::Count => {
            let count = ObjectBuilder::new()
                .schema_type(Type::Integer)
                .minimum(Some(1));
            builder.schema(Some(count))
        }
        Sort::Text => builder.schema(Some(string())),
    };
    builder.build()
}

fn piped(builder: ParameterBuilder, items: RefOr<Schema>) -> ParameterBuilder {
    builder
        .style(Some(ParameterStyle::PipeDelimited))
        .explode(Some(false))
        .schema(Some(ArrayBuilder::new().items(items).min_items(Some(1))))
}

fn string() -> RefOr<Schema> {
    simple(Type::String)
}

fn simple(kind: Type) -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(kind).into()
}
