//! Every parameter with hits and near misses, what is refused, and what an index is told.

mod refusals;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Direction, Exception, IndexedBy, MasterData, NoMasterData, Query, Units};
use crate::epc::Epc;
use crate::epcis::{EPCIS_CONTEXT, Event};

/// When the events here were recorded: 2026-03-02T00:00:00Z.
const RECORDED: i64 = 1_772_409_600_000;

/// An event of a type, with what all events here have.
fn event(kind: &str, parts: Value) -> Event {
    let mut json = json!({
        "@context": [EPCIS_CONTEXT, { "ext": "https://ext.example/" }],
        "type": kind,
        "eventID": "urn:uuid:11111111-2222-4333-8444-555555555555",
        "eventTime": "2026-03-01T12:00:00.000+01:00",
        "eventTimeZoneOffset": "+01:00",
        "bizStep": "shipping",
        "disposition": "in_transit",
        "readPoint": { "id": "urn:epc:id:sgln:9520123.45678.L1", "ext:aisle": "A7" },
        "bizLocation": { "id": "https://example.com/414/9520123456788", "ext:zone": 3 },
        "bizTransactionList": [
            { "type": "po", "bizTransaction": "urn:epc:id:gdti:952114.000004.T5" },
        ],
        "sourceList": [{ "type": "location", "source": "urn:epc:id:sgln:9520123.45678.0" }],
        "destinationList": [
            { "type": "owning_party", "destination": "urn:epc:id:pgln:9520123.45678" },
        ],
        "ext:shelf": "A1",
        "ext:count": 30,
        "ext:when": "2026-02-01T00:00:00Z",
        "ext:outer": { "ext:inner": [5, "five"], "ext:deep": { "ext:inner": "2026-01-01" } },
    });
    let map = json.as_object_mut().unwrap();
    map.extend(parts.as_object().unwrap().clone());
    Event::from_json(&json).unwrap_or_else(|error| panic!("{error:#?}"))
}

fn object() -> Event {
    event(
        "ObjectEvent",
        json!({
            "action": "ADD",
            "epcList": ["urn:epc:id:sgtin:9506000.013435.1"],
            "quantityList": [
                { "epcClass": "urn:epc:class:lgtin:9506000.013435.L1", "quantity": 12.5, "uom": "KGM" },
                { "epcClass": "urn:epc:idpat:sgtin:9506000.013435.*", "quantity": 20 },
            ],
            "persistentDisposition": { "set": ["damaged"], "unset": ["active"] },
            "ilmd": { "cbvmda:lotNumber": "00123", "ext:box": { "ext:size": 7 } },
        }),
    )
}

fn measured() -> Event {
    event(
        "ObjectEvent",
        json!({
            "action": "OBSERVE",
            "epcList": [],
            "sensorElementList": [{
                "sensorMetadata": {
                    "startTime": "2026-03-01T10:00:00Z", "endTime": "2026-03-01T11:00:00Z",
                    "deviceID": "urn:epc:id:giai:4000001.111", "ext:firmware": "1.2",
                    "bizRules": "urn:epc:id:gdti:952114.000009.COLD2-8",
                    "dataProcessingMethod": "urn:epc:id:gdti:952114.000008.AGG1",
                },
                "ext:group": 1,
                "sensorReport": [
                    { "type": "Temperature", "minValue": 2, "maxValue": 46.4, "uom": "FAH",
                      "meanValue": 41, "sDev": 1.8, "ext:probe": { "ext:id": "P1" } },
                    { "type": "RelativeHumidity", "value": 40.5, "uom": "P1", "percRank": 50,
                      "percValue": 40, "time": "2026-03-01T10:30:00Z" },
                    { "type": "https://own.example/Door", "stringValue": "OPEN",
                      "booleanValue": true, "hexBinaryValue": "F0f0",
                      "uriValue": "https://own.example/door",
                      "microorganism": "https://www.ncbi.nlm.nih.gov/taxonomy/1126011",
                      "chemicalSubstance": "https://identifiers.org/inchikey:CZMRCDWAGMRECN-UGDNZRGBSA-N" },
                ],
            }],
        }),
    )
}

fn aggregation() -> Event {
    event(
        "AggregationEvent",
        json!({
            "action": "OBSERVE",
            "parentID": "urn:epc:id:sscc:952012.03456789123",
            "childEPCs": ["https://id.gs1.org/01/09506000134352/21/1"],
            "childQuantityList": [{ "epcClass": "https://id.gs1.org/01/09506000134352/10/L1" }],
            "errorDeclaration": {
                "declarationTime": "2026-03-05T00:00:00Z",
                "reason": "incorrect_data",
                "correctiveEventIDs": ["urn:uuid:66666666-2222-4333-8444-555555555555"],
                "ext:who": "QA",
            },
        }),
    )
}

fn transformation() -> Event {
    event(
        "TransformationEvent",
        json!({
            "transformationID": "https://id.gs1.org/253/9521140000048T5",
            "inputEPCList": ["urn:epc:id:sgtin:9506000.013435.in"],
            "outputEPCList": ["urn:epc:id:sgtin:9506000.013435.out"],
            "inputQuantityList": [{ "epcClass": "urn:epc:class:lgtin:9506000.013435.IN" }],
            "outputQuantityList": [{ "epcClass": "urn:epc:class:lgtin:9506000.013435.OUT" }],
        }),
    )
}

fn hit(event: &Event, name: &str, value: &str) -> bool {
    let query = Query::from_pairs([(name, value)], None);
    let query = query.unwrap_or_else(|error| panic!("{name}={value}: {error}"));
    query.matches(event, RECORDED)
}

/// Rows of a parameter, a value that finds the event, and one that just does not.
fn rows(event: &Event, rows: &[(&str, &str, &str)]) {
    for (name, found, missed) in rows {
        assert!(hit(event, name, found), "{name}={found} finds nothing");
        assert!(!hit(event, name, missed), "{name}={missed} finds the event");
        // A list finds what one of its items finds.
        let single = name.starts_with("GE_") || name.starts_with("LT_");
        let single = single || name.starts_with("GT_") || name.starts_with("LE_");
        if !single && !name.starts_with("EXISTS_") && *name != "EQ_booleanValue" {
            assert!(
                hit(event, name, &format!("{missed}|{found}")),
                "{name} as a list"
            );
        }
    }
}

#[test]
fn what_all_events_have() {
    let id = "urn:uuid:11111111-2222-4333-8444-555555555555";
    rows(
        &object(),
        &[
            ("eventType", "ObjectEvent", "AggregationEvent"),
            (
                "eventType",
                "epcis:ObjectEvent",
                "https://own.example/Event",
            ),
            (
                "GE_eventTime",
                "2026-03-01T11:00:00Z",
                "2026-03-01T11:00:00.001Z",
            ),
            (
                "LT_eventTime",
                "2026-03-01T11:00:00.001Z",
                "2026-03-01T12:00:00+01:00",
            ),
            (
                "GE_eventTime",
                "2026-03-01T12:00:00 01:00",
                "2026-03-01T12:00:00Z",
            ),
            (
                "GE_recordTime",
                "2026-03-02T00:00:00Z",
                "2026-03-02T00:00:00.001Z",
            ),
            (
                "LT_recordTime",
                "2026-03-02T00:00:00.001Z",
                "2026-03-02T00:00:00Z",
            ),
            ("EQ_action", "ADD", "OBSERVE"),
            ("EQ_bizStep", "shipping", "receiving"),
            (
                "EQ_bizStep",
                "urn:epcglobal:cbv:bizstep:shipping",
                "https://own.example/shipping",
            ),
            (
                "EQ_bizStep",
                "https://ref.gs1.org/cbv/BizStep-shipping",
                "cbv:BizStep-packing",
            ),
            ("EQ_disposition", "in_transit", "in_progress"),
            ("EQ_persistentDisposition_set", "damaged", "active"),
            ("EQ_persistentDisposition_unset", "active", "damaged"),
            (
                "EQ_eventID",
                id,
                "urn:uuid:11111111-2222-4333-8444-555555555556",
            ),
            (
                "EQ_readPoint",
                "https://id.gs1.org/414/9520123456788/254/L1",
                "urn:epc:id:sgln:9520123.45678.0",
            ),
            (
                "EQ_bizLocation",
                "urn:epc:id:sgln:9520123.45678.0",
                "urn:epc:id:sgln:9520123.45678.L1",
            ),
            (
                "WD_readPoint",
                "urn:epc:id:sgln:9520123.45678.L1",
                "urn:epc:id:sgln:9520123.45678.0",
            ),
            (
                "WD_bizLocation",
                "urn:epc:id:sgln:9520123.45678.0",
                "urn:epc:id:sgln:9520123.45678.L1",
            ),
            (
                "EQ_bizTransaction_po",
                "https://id.gs1.org/253/9521140000048T5",
                "urn:epc:id:gdti:952114.000004.T6",
            ),
            (
                "EQ_bizTransaction_cbv:BTT-po",
                "urn:epc:id:gdti:952114.000004.T5",
                "urn:x:y",
            ),
            (
                "EQ_source_location",
                "urn:epc:id:sgln:9520123.45678.0",
                "urn:epc:id:sgln:9520123.45678.L1",
            ),
            (
                "EQ_destination_owning_party",
                "https://id.gs1.org/417/9520123456788",
                "urn:x:y",
            ),
        ],
    );
    let po = "urn:epc:id:gdti:952114.000004.T5";
    assert!(!hit(&object(), "EQ_bizTransaction_inv", po), "another type");
    assert!(!hit(
        &object(),
        "EQ_source_owning_party",
        "urn:epc:id:sgln:9520123.45678.0"
    ));
    assert!(!hit(&object(), "EXISTS_errorDeclaration", "true"));
    assert!(
        hit(&object(), "EXISTS_errorDeclaration", "false"),
        "false asks for nothing"
    );
    assert!(!hit(&object(), "EXISTS_sensorElementList", ""));
    assert!(
        !hit(&transformation(), "EQ_action", "ADD|OBSERVE|DELETE"),
        "has no action"
    );
}

#[test]
fn identifiers_in_every_spelling_and_patterns() {
    let (one, two) = (
        "urn:epc:id:sgtin:9506000.013435.1",
        "urn:epc:id:sgtin:9506000.013435.2",
    );
    let link = "https://shop.example/x/01/09506000134352/21/1";
    let parent = "https://id.gs1.org/00/095201234567891235";
    rows(
        &object(),
        &[
            ("MATCH_epc", one, two),
            ("MATCH_epc", link, "https://id.gs1.org/01/09506000134352"),
            (
                "MATCH_epc",
                "urn:epc:idpat:sgtin:9506000.013435.*",
                "urn:epc:idpat:sgtin:9506000.013436.*",
            ),
            (
                "MATCH_epc",
                "urn:epc:idpat:sgtin:9506000.*.*",
                "urn:epc:idpat:sgtin:9506001.*.*",
            ),
            (
                "MATCH_epc",
                "urn:epc:idpat:sgtin:*.*.*",
                "urn:epc:idpat:sscc:*.*",
            ),
            ("MATCH_anyEPC", link, two),
            (
                "MATCH_epcClass",
                "https://id.gs1.org/01/09506000134352/10/L1",
                "urn:epc:class:lgtin:9506000.013435.L2",
            ),
            (
                "MATCH_epcClass",
                "urn:epc:idpat:sgtin:9506000.013435.*",
                "urn:epc:idpat:sgtin:9506000.013436.*",
            ),
            (
                "MATCH_anyEPCClass",
                "urn:epc:class:lgtin:9506000.013435.L1",
                one,
            ),
        ],
    );
    rows(
        &aggregation(),
        &[
            ("MATCH_epc", one, "urn:epc:id:sscc:952012.03456789123"),
            ("MATCH_parentID", "urn:epc:id:sscc:952012.03456789123", one),
            ("MATCH_anyEPC", "urn:epc:id:sscc:952012.03456789123", two),
            (
                "MATCH_anyEPC",
                "urn:epc:idpat:sscc:952012.*",
                "urn:epc:idpat:sscc:952013.*",
            ),
            (
                "MATCH_epcClass",
                "urn:epc:class:lgtin:9506000.013435.L1",
                "urn:epc:idpat:sgtin:9506000.013435.*",
            ),
        ],
    );
    assert_eq!(
        Epc::parse(parent),
        Epc::parse("urn:epc:id:sscc:952012.03456789123")
    );
    let (input, output) = (
        "urn:epc:id:sgtin:9506000.013435.in",
        "urn:epc:id:sgtin:9506000.013435.out",
    );
    let class = |lot: &str| format!("urn:epc:class:lgtin:9506000.013435.{lot}");
    rows(
        &transformation(),
        &[
            ("MATCH_inputEPC", input, output),
            ("MATCH_outputEPC", output, input),
            ("MATCH_anyEPC", input, one),
            ("MATCH_inputEPCClass", &class("IN"), &class("OUT")),
            ("MATCH_outputEPCClass", &class("OUT"), &class("IN")),
            ("MATCH_anyEPCClass", &class("OUT"), &class("L1")),
            (
                "EQ_transformationID",
                "urn:epc:id:gdti:952114.000004.T5",
                "urn:epc:id:gdti:952114.000004.T1",
            ),
        ],
    );
    assert!(
        !hit(&transformation(), "MATCH_epc", input),
        "inputs are not in MATCH_epc"
    );
    assert!(!hit(&transformation(), "MATCH_epcClass", &class("IN")));
}

#[test]
fn quantities_and_their_units() {
    rows(
        &object(),
        &[
            ("EQ_quantity", "12.5", "12.50001"),
            ("GT_quantity", "19.9", "20"),
            ("GE_quantity", "20", "20.1"),
            ("LT_quantity", "12.6", "12.5"),
            ("LE_quantity", "12.5", "12.4"),
            ("EQ_quantity_KGM", "12.5", "20"),
            ("EQ_quantity_GRM", "12500", "12.5"),
            ("GT_quantity_KGM", "12.4", "12.5"),
            ("LT_quantity_TNE", "0.0126", "0.0125"),
        ],
    );
    assert!(
        !hit(&object(), "GT_quantity_MTR", "0"),
        "a mass is no length"
    );
}

#[test]
fn sensors() {
    let process = "https://id.gs1.org/253/9521140000086AGG1";
    rows(
        &measured(),
        &[
            ("EQ_type", "Temperature", "AbsoluteHumidity"),
            ("EQ_type", "gs1:RelativeHumidity", "gs1:Pressure"),
            (
                "EQ_type",
                "https://own.example/Door",
                "https://own.example/Window",
            ),
            (
                "EQ_deviceID",
                "https://id.gs1.org/8004/4000001111",
                "urn:epc:id:giai:4000001.112",
            ),
            (
                "EQ_dataProcessingMethod",
                process,
                "urn:epc:id:gdti:952114.000008.AGG2",
            ),
            (
                "EQ_bizRules",
                "urn:epc:id:gdti:952114.000009.COLD2-8",
                process,
            ),
            ("EQ_stringValue", "OPEN", "open"),
            ("EQ_hexBinaryValue", "f0F0", "f0f1"),
            (
                "EQ_uriValue",
                "https://own.example/door",
                "https://own.example/Door",
            ),
            ("EQ_booleanValue", "true", "false"),
            (
                "EQ_microorganism",
                "https://www.ncbi.nlm.nih.gov/taxonomy/1126011",
                "urn:x:y",
            ),
            (
                "EQ_chemicalSubstance",
                "https://identifiers.org/inchikey:CZMRCDWAGMRECN-UGDNZRGBSA-N",
                "urn:x:y",
            ),
            (
                "GE_time",
                "2026-03-01T10:30:00Z",
                "2026-03-01T10:30:00.001Z",
            ),
            (
                "LT_time",
                "2026-03-01T10:30:00.001Z",
                "2026-03-01T10:30:00Z",
            ),
            (
                "GE_startTime",
                "2026-03-01T10:00:00Z",
                "2026-03-01T10:00:01Z",
            ),
            (
                "LT_startTime",
                "2026-03-01T10:00:01Z",
                "2026-03-01T10:00:00Z",
            ),
            ("GE_endTime", "2026-03-01T11:00:00Z", "2026-03-01T11:00:01Z"),
            ("LT_endTime", "2026-03-01T11:00:01Z", "2026-03-01T11:00:00Z"),
            ("GE_maxValue_FAH", "46.4", "46.41"),
            ("GE_maxValue_CEL", "8", "8.000001"),
            ("GT_maxValue_KEL", "281.149", "281.15"),
            ("LE_maxValue_CEL", "8", "7.999999"),
            ("LT_maxValue_KEL", "281.151", "281.15"),
            ("LT_minValue_CEL", "-16.6", "-16.7"),
            ("EQ_meanValue_CEL", "5", "5.1"),
            ("EQ_sDev_CEL", "1", "-16.8"),
            ("GE_sDev_KEL", "1", "1.1"),
            ("EQ_value_P1", "40.5", "40.51"),
            ("GT_value_C62", "0.404", "0.405"),
            ("GE_percRank", "50", "50.1"),
            ("LT_percRank", "50.1", "50"),
            ("GT_percRank", "49.9", "50"),
            ("LE_percRank", "50", "49.9"),
            ("GE_percValue_P1", "40", "40.1"),
        ],
    );
    assert!(hit(&measured(), "EXISTS_sensorElementList", "true"));
    assert!(
        !hit(&measured(), "GT_maxValue_PAL", "0"),
        "a temperature is no pressure"
    );
    let query = Query::from_pairs([("GE_maxValue_CEL", "8")], None).unwrap();
    assert!(
        !query
            .with_units(Units::AsWritten)
            .matches(&measured(), RECORDED)
    );
}

#[test]
fn error_declarations() {
    let corrective = "urn:uuid:66666666-2222-4333-8444-555555555555";
    for spelling in ["errorDeclarationTime", "errorDeclaration_Time"] {
        let (ge, lt) = (format!("GE_{spelling}"), format!("LT_{spelling}"));
        let (at, after) = ("2026-03-05T00:00:00Z", "2026-03-05T00:00:00.001Z");
        rows(&aggregation(), &[(&ge, at, after), (&lt, after, at)]);
    }
    rows(
        &aggregation(),
        &[
            ("EQ_errorReason", "incorrect_data", "did_not_occur"),
            (
                "EQ_correctiveEventID",
                corrective,
                "urn:uuid:66666666-2222-4333-8444-555555555556",
            ),
            ("EQ_ERROR_DECLARATION_ext:who", "QA", "QC"),
        ],
    );
    assert!(hit(&aggregation(), "EXISTS_errorDeclaration", "1"));
    assert!(hit(&aggregation(), "EXISTS_ERROR_DECLARATION_ext:who", ""));
    assert!(!hit(
        &aggregation(),
        "EXISTS_INNER_ERROR_DECLARATION_ext:who",
        ""
    ));
}

#[test]
fn extensions_at_every_level() {
    rows(
        &object(),
        &[
            ("EQ_ext:shelf", "A1", "a1"),
            ("EQ_https://ext.example/shelf", "A1", "A2"),
            ("EQ_ext:count", "30", "31"),
            ("GT_ext:count", "29.9", "30"),
            ("GE_ext:count", "30", "30.1"),
            ("LT_ext:count", "31", "30"),
            ("LE_ext:count", "30", "29"),
            ("GE_ext:when", "2026-02-01", "2026-02-01T00:00:01Z"),
            ("LT_ext:when", "2026-02-02", "2026-02-01"),
            ("EQ_INNER_ext:inner", "five", "six"),
            ("EQ_INNER_ext:inner", "2026-01-01", "2026-01-02"),
            ("GE_INNER_ext:inner", "5", "6"),
            ("EQ_ILMD_cbvmda:lotNumber", "00123", "123"),
            ("EQ_INNER_ILMD_ext:size", "7", "8"),
            ("EQ_readPoint_ext:aisle", "A7", "A8"),
            ("EQ_bizLocation_ext:zone", "3", "4"),
        ],
    );
    rows(
        &measured(),
        &[
            ("EQ_SENSORELEMENT_ext:group", "1", "2"),
            ("EQ_SENSORMETADATA_ext:firmware", "1.2", "1.3"),
            ("EQ_INNER_SENSORREPORT_ext:id", "P1", "P2"),
        ],
    );
    for (name, there) in [
        ("EXISTS_ext:shelf", true),
        ("EXISTS_ext:inner", false),
        ("EXISTS_INNER_ext:inner", true),
        ("EXISTS_INNER_ext:shelf", false),
        ("EXISTS_ILMD_ext:box", true),
        ("EXISTS_ILMD_ext:size", false),
        ("EXISTS_other:shelf", false),
    ] {
        assert_eq!(hit(&object(), name, ""), there, "{name}");
    }
}

#[test]
fn a_query_may_use_other_prefixes_than_the_event() {
    let context =
        json!([EPCIS_CONTEXT, { "my": "https://ext.example/", "ext": "https://no.example/" }]);
    let hit = |name: &str| {
        let query = Query::from_pairs([(name, "A1")], Some(&context)).unwrap();
        query.matches(&object(), RECORDED)
    };
    assert!(hit("EQ_my:shelf"));
    assert!(!hit("EQ_ext:shelf"), "the query means another namespace");
    let body = json!({ "@context": context, "EQ_my:shelf": ["A1"], "GE_my:count": 30 });
    assert!(
        Query::from_json(&body)
            .unwrap()
            .matches(&object(), RECORDED)
    );
}

/// One site with a hall in it; the hall is cold.
struct Sites;

impl MasterData for Sites {
    fn is_within(&self, place: &Epc, ancestor: &Epc) -> bool {
        place.canonical().ends_with("/254/L1") && ancestor.canonical() == "urn:x:site"
    }

    fn attribute(&self, element: &str, name: &str) -> Vec<String> {
        let hall = element.ends_with("/254/L1") && name == "https://md.example/climate_zone";
        if hall {
            vec!["cold".to_owned()]
        } else {
            Vec::new()
        }
    }
}

#[test]
fn master_data() {
    let rows = [
        ("WD_readPoint", "urn:x:site", true),
        ("WD_bizLocation", "urn:x:site", false),
        ("HASATTR_readPoint", "https://md.example/climate_zone", true),
        ("HASATTR_readPoint", "https://md.example/other", false),
        (
            "HASATTR_bizLocation",
            "https://md.example/climate_zone",
            false,
        ),
        (
            "EQATTR_readPoint_https://md.example/climate_zone",
            "warm|cold",
            true,
        ),
        (
            "EQ_ATTR_readPoint_https://md.example/climate_zone",
            "warm",
            false,
        ),
    ];
    for (name, value, expected) in rows {
        let query = Query::from_pairs([(name, value)], None).unwrap();
        assert_eq!(
            query.matches_with(&object(), RECORDED, &Sites),
            expected,
            "{name}={value}"
        );
        assert!(
            !query.matches(&object(), RECORDED),
            "{name} without master data"
        );
    }
}

#[test]
fn order_and_limits() {
    let events: Vec<Event> = (1..=4)
        .map(|hour| {
            let mut parts =
                json!({ "action": "ADD", "epcList": ["urn:epc:id:sgtin:9506000.013435.1"] });
            parts["eventTime"] = json!(format!("2026-03-01T{:02}:00:00Z", hour * 7 % 5));
            parts["ext:count"] = if hour == 2 {
                json!(null)
            } else {
                json!(hour * 7 % 4)
            };
            event("ObjectEvent", parts)
        })
        .collect();
    let order = |pairs: &[(&str, &str)]| {
        let query = Query::from_pairs(pairs.iter().copied(), None).unwrap();
        let found = query.select(events.iter().zip(0_i64..), &NoMasterData)?;
        let place = |event| {
            events
                .iter()
                .position(|one| std::ptr::eq(one, event))
                .unwrap()
        };
        Ok::<Vec<usize>, super::QueryError>(found.into_iter().map(place).collect())
    };
    let rows: [(&[(&str, &str)], [usize; 4]); 6] = [
        (&[], [0, 1, 2, 3]),
        (
            &[("orderBy", "eventTime"), ("orderDirection", "ASC")],
            [2, 0, 3, 1],
        ),
        (&[("orderBy", "eventTime")], [1, 3, 0, 2]),
        (
            &[("orderBy", "recordTime"), ("orderDirection", "DESC")],
            [3, 2, 1, 0],
        ),
        (
            &[("orderBy", "ext:count"), ("orderDirection", "ASC")],
            [3, 2, 0, 1],
        ),
        (
            &[("orderBy", "ext:count"), ("orderDirection", "DESC")],
            [0, 2, 3, 1],
        ),
    ];
    for (pairs, expected) in rows {
        assert_eq!(order(pairs).unwrap(), expected, "{pairs:?}");
    }
    let first = [("orderBy", "eventTime"), ("eventCountLimit", "2")];
    assert_eq!(order(&first).unwrap(), [1, 3]);
    assert_eq!(order(&[("maxEventCount", "4")]).unwrap().len(), 4);
    let error = order(&[("maxEventCount", "3")]).unwrap_err();
    assert_eq!(
        (error.exception, error.exception.status()),
        (Exception::QueryTooLarge, 413)
    );
    let query = Query::from_pairs([("orderBy", "eventTime")], None).unwrap();
    assert_eq!(query.direction(), Direction::Descending);
}

#[test]
fn an_index_is_told_what_it_can_answer() {
    let query = Query::from_pairs(
        [
            ("EQ_bizStep", "shipping"),
            ("GE_eventTime", "1970-01-01T00:00:01Z"),
            ("MATCH_anyEPC", "urn:epc:id:sgtin:9506000.013435.1"),
            ("MATCH_epc", "urn:epc:idpat:sgtin:9506000.013435.*"),
            ("MATCH_anyEPCClass", "urn:epc:class:lgtin:9506000.013435.L1"),
            ("EQ_eventID", "urn:x:1|urn:x:2"),
            ("EQ_ext:shelf", "A1"),
        ],
        None,
    );
    let told = query.unwrap().indexed_by();
    let kinds: Vec<&str> = told
        .iter()
        .map(|one| match one {
            IndexedBy::EventIds(_) => "ids",
            IndexedBy::Epcs(_) => "epcs",
            IndexedBy::Classes(_) => "classes",
            IndexedBy::Products(_) => "products",
            IndexedBy::BizSteps(_) => "steps",
            IndexedBy::EventTime(Some(1000), None) => "time",
            _ => "other",
        })
        .collect();
    assert_eq!(
        kinds,
        ["ids", "epcs", "classes", "products", "steps", "time"]
    );
}

/// Parameters with values that fit them.
const PAIRS: [(&str, &str); 12] = [
    ("eventType", "ObjectEvent|AggregationEvent"),
    ("GE_eventTime", "2026-03-01T11:00:00Z"),
    ("EQ_action", "ADD"),
    ("EQ_bizStep", "shipping|packing"),
    ("MATCH_anyEPC", "urn:epc:id:sgtin:9506000.013435.1"),
    ("MATCH_epcClass", "urn:epc:idpat:sgtin:9506000.*.*"),
    ("GE_quantity", "20"),
    ("GT_maxValue_CEL", "7.5"),
    ("EXISTS_errorDeclaration", "true"),
    ("EQ_ext:shelf", "A1"),
    ("EQ_INNER_ext:inner", "5"),
    ("LT_recordTime", "2026-03-02T00:00:00.001Z"),
];

proptest! {
    #[test]
    fn parameters_are_joined_by_and(chosen in prop::collection::btree_set(0..PAIRS.len(), 0..6)) {
        let pairs: Vec<_> = chosen.iter().map(|at| PAIRS[*at]).collect();
        let query = Query::from_pairs(pairs.iter().copied(), None).unwrap();
        for event in [object(), measured(), aggregation(), transformation()] {
            let each = pairs.iter().all(|(name, value)| hit(&event, name, value));
            prop_assert_eq!(query.matches(&event, RECORDED), each);
        }
    }

    #[test]
    fn url_and_body_are_the_same_query(chosen in prop::collection::btree_set(0..PAIRS.len(), 0..6)) {
        let pairs: Vec<_> = chosen.iter().map(|at| PAIRS[*at]).collect();
        let url: Vec<String> = pairs
            .iter()
            .map(|(name, value)| format!("{name}={}", value.replace('|', "%7C")))
            .collect();
        let mut body: serde_json::Map<String, Value> = serde_json::Map::new();
        for (name, value) in &pairs {
            let value = match value.parse::<f64>() {
                Ok(_) => serde_json::from_str(value).unwrap(),
                Err(_) if value.contains('|') || name.starts_with("EQ_") || name.starts_with("MATCH")
                    => json!(value.split('|').collect::<Vec<_>>()),
                Err(_) => json!(value),
            };
            body.insert((*name).to_owned(), value);
        }
        let from_url = Query::from_url(&url.join("&"), None).unwrap();
        let from_body = Query::from_json(&Value::Object(body)).unwrap();
        for event in [object(), measured(), aggregation(), transformation()] {
            let found = from_url.matches(&event, RECORDED);
            prop_assert_eq!(found, from_body.matches(&event, RECORDED));
        }
    }

    #[test]
    fn any_text_is_read_or_refused(name in "\\PC{0,24}", value in "\\PC{0,24}") {
        for text in [format!("{name}={value}"), format!("EQ_{name}={value}")] {
            drop(Query::from_url(&text, None));
        }
        drop(Query::from_pairs([(name.as_str(), value.as_str())], None));
    }
}
