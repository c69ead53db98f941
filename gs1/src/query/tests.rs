//! Every parameter with hits and near misses, what is refused, and what an index is told.

mod refusals;
mod whole;

use serde_json::{Value, json};

use super::{Query, Units};
use crate::epc::Epc;
use crate::epcis::{EPCIS_CONTEXT, Event};

/// When the events here were recorded: 2026-03-02T00:00:00Z.
const RECORDED: i64 = 1_772_409_600_000;

/// An event of a type, with what all events here have.
fn event(kind: &str, parts: &Value) -> Event {
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
        "ext:price": 10.5,
        "ext:sites": ["urn:x:other", { "@id": "urn:epc:id:sgln:9520123.45678.L1" }],
        "ext:typed": { "@type": "xsd:decimal", "@value": "5" },
        "ext:word": "1.50",
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
        &json!({
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
        &json!({
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
        &json!({
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
        &json!({
            "transformationID": "https://id.gs1.org/253/9521140000046T5",
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

/// Lines of a parameter, a value that finds the event, and one that just does not.
fn rows(event: &Event, table: &str) {
    for line in table.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let [name, found, missed] = words[..] else {
            panic!("{line}")
        };
        assert!(hit(event, name, found), "{name}={found} finds nothing");
        assert!(!hit(event, name, missed), "{name}={missed} finds the event");
        // A list finds what one of its items finds.
        let single = ["GE_", "LT_", "GT_", "LE_", "EXISTS_", "EQ_booleanValue"];
        if !single.iter().any(|prefix| name.starts_with(prefix)) {
            assert!(
                hit(event, name, &format!("{missed}|{found}")),
                "{name} as a list"
            );
        }
    }
}

#[test]
fn what_all_events_have() {
    rows(
        &object(),
        "eventType ObjectEvent AggregationEvent
eventType epcis:ObjectEvent https://own.example/Event
GE_eventTime 2026-03-01T11:00:00Z 2026-03-01T11:00:00.001Z
LT_eventTime 2026-03-01T11:00:00.001Z 2026-03-01T12:00:00+01:00
GE_recordTime 2026-03-02T00:00:00Z 2026-03-02T00:00:00.001Z
LT_recordTime 2026-03-02T00:00:00.001Z 2026-03-02T00:00:00Z
EQ_action ADD OBSERVE
EQ_bizStep shipping receiving
EQ_bizStep urn:epcglobal:cbv:bizstep:shipping https://own.example/shipping
EQ_bizStep https://ref.gs1.org/cbv/BizStep-shipping cbv:BizStep-packing
EQ_disposition in_transit in_progress
EQ_persistentDisposition_set damaged active
EQ_persistentDisposition_unset active damaged
EQ_eventID urn:uuid:11111111-2222-4333-8444-555555555555 urn:uuid:11111111-2222-4333-8444-0
EQ_readPoint https://id.gs1.org/414/9520123456788/254/L1 urn:epc:id:sgln:9520123.45678.0
EQ_bizLocation urn:epc:id:sgln:9520123.45678.0 urn:epc:id:sgln:9520123.45678.L1
WD_readPoint urn:epc:id:sgln:9520123.45678.L1 urn:epc:id:sgln:9520123.45678.0
WD_bizLocation urn:epc:id:sgln:9520123.45678.0 urn:epc:id:sgln:9520123.45678.L1
EQ_bizTransaction_po https://id.gs1.org/253/9521140000046T5 urn:epc:id:gdti:952114.000004.T6
EQ_destination_owning_party https://id.gs1.org/417/9520123456788 urn:x:y
EQ_bizTransaction_cbv:BTT-po urn:epc:id:gdti:952114.000004.T5 urn:x:y
EQ_source_location urn:epc:id:sgln:9520123.45678.0 urn:epc:id:sgln:9520123.45678.L1",
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
    let parent = "https://id.gs1.org/00/095201234567891235";
    rows(
        &object(),
        "MATCH_epc urn:epc:id:sgtin:9506000.013435.1 urn:epc:id:sgtin:9506000.013435.2
MATCH_epc urn:epc:idpat:sgtin:9506000.013435.* urn:epc:idpat:sgtin:9506000.013436.*
MATCH_epc https://shop.example/x/01/09506000134352/21/1 https://id.gs1.org/01/09506000134352
MATCH_epcClass https://id.gs1.org/01/09506000134352/10/L1 urn:epc:class:lgtin:9506000.013435.L2
MATCH_epc urn:epc:idpat:sgtin:9506000.*.* urn:epc:idpat:sgtin:9506001.*.*
MATCH_epc urn:epc:idpat:sgtin:*.*.* urn:epc:idpat:sscc:*.*
MATCH_anyEPC https://shop.example/x/01/09506000134352/21/1 urn:epc:id:sgtin:9506000.013435.2
MATCH_epcClass urn:epc:idpat:sgtin:9506000.013435.* urn:epc:idpat:sgtin:9506000.013436.*
MATCH_anyEPCClass urn:epc:class:lgtin:9506000.013435.L1 urn:epc:id:sgtin:9506000.013435.1",
    );
    rows(
        &aggregation(),
        "MATCH_epc urn:epc:id:sgtin:9506000.013435.1 urn:epc:id:sscc:952012.03456789123
MATCH_parentID urn:epc:id:sscc:952012.03456789123 urn:epc:id:sgtin:9506000.013435.1
MATCH_anyEPC urn:epc:id:sscc:952012.03456789123 urn:epc:id:sgtin:9506000.013435.2
MATCH_anyEPC urn:epc:idpat:sscc:952012.* urn:epc:idpat:sscc:952013.*
MATCH_epcClass urn:epc:class:lgtin:9506000.013435.L1 urn:epc:idpat:sgtin:9506000.013435.*",
    );
    assert_eq!(
        Epc::parse(parent),
        Epc::parse("urn:epc:id:sscc:952012.03456789123")
    );
    let input = "urn:epc:id:sgtin:9506000.013435.in";
    let class = |lot: &str| format!("urn:epc:class:lgtin:9506000.013435.{lot}");
    rows(
        &transformation(),
        "MATCH_inputEPC urn:epc:id:sgtin:9506000.013435.in urn:epc:id:sgtin:9506000.013435.out
MATCH_outputEPC urn:epc:id:sgtin:9506000.013435.out urn:epc:id:sgtin:9506000.013435.in
MATCH_anyEPC urn:epc:id:sgtin:9506000.013435.in urn:epc:id:sgtin:9506000.013435.1
MATCH_inputEPCClass urn:epc:class:lgtin:9506000.013435.IN urn:epc:class:lgtin:9506000.013435.OUT
MATCH_outputEPCClass urn:epc:class:lgtin:9506000.013435.OUT urn:epc:class:lgtin:9506000.013435.IN
MATCH_anyEPCClass urn:epc:class:lgtin:9506000.013435.OUT urn:epc:class:lgtin:9506000.013435.L1
EQ_transformationID urn:epc:id:gdti:952114.000004.T5 urn:epc:id:gdti:952114.000004.T1",
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
        "EQ_quantity 12.5 12.50001
GT_quantity 19.9 20
GE_quantity 20 20.1
LT_quantity 12.6 12.5
LE_quantity 12.5 12.4
EQ_quantity_KGM 12.5 20
EQ_quantity_GRM 12500 12.5
GT_quantity_KGM 12.4 12.5
LT_quantity_TNE 0.0126 0.0125",
    );
    assert!(
        !hit(&object(), "GT_quantity_MTR", "0"),
        "a mass is no length"
    );
}

#[test]
fn sensors() {
    rows(
        &measured(),
        "EQ_type Temperature AbsoluteHumidity
EQ_type gs1:RelativeHumidity gs1:Pressure
EQ_dataProcessingMethod https://id.gs1.org/253/9521140000084AGG1 urn:epc:id:gdti:952114.000008.AGG2
EQ_bizRules urn:epc:id:gdti:952114.000009.COLD2-8 https://id.gs1.org/253/9521140000084AGG1
EQ_type https://own.example/Door https://own.example/Window
EQ_deviceID https://id.gs1.org/8004/4000001111 urn:epc:id:giai:4000001.112
EQ_uriValue https://own.example/door https://own.example/Door
EQ_microorganism https://www.ncbi.nlm.nih.gov/taxonomy/1126011 urn:x:y
EQ_chemicalSubstance https://identifiers.org/inchikey:CZMRCDWAGMRECN-UGDNZRGBSA-N urn:x:y
EQ_stringValue OPEN open
EQ_hexBinaryValue f0F0 f0f1
EQ_booleanValue true false
GE_time 2026-03-01T10:30:00Z 2026-03-01T10:30:00.001Z
LT_time 2026-03-01T10:30:00.001Z 2026-03-01T10:30:00Z
GE_startTime 2026-03-01T10:00:00Z 2026-03-01T10:00:01Z
LT_startTime 2026-03-01T10:00:01Z 2026-03-01T10:00:00Z
GE_endTime 2026-03-01T11:00:00Z 2026-03-01T11:00:01Z
LT_endTime 2026-03-01T11:00:01Z 2026-03-01T11:00:00Z
GE_maxValue_FAH 46.4 46.41
GE_maxValue_CEL 8 8.000001
GT_maxValue_KEL 281.149 281.15
LE_maxValue_CEL 8 7.999999
LT_maxValue_KEL 281.151 281.15
LT_minValue_CEL -16.6 -16.7
EQ_meanValue_CEL 5 5.1
EQ_sDev_CEL 1 -16.8
GE_sDev_KEL 1 1.1
EQ_value_P1 40.5 40.51
GT_value_C62 0.404 0.405
GE_percRank 50 50.1
LT_percRank 50.1 50
GT_percRank 49.9 50
LE_percRank 50 49.9
GE_percValue_P1 40 40.1",
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
    for spelling in ["errorDeclarationTime", "errorDeclaration_Time"] {
        let (at, after) = ("2026-03-05T00:00:00Z", "2026-03-05T00:00:00.001Z");
        let table = format!("GE_{spelling} {at} {after}\nLT_{spelling} {after} {at}");
        rows(&aggregation(), &table);
    }
    rows(
        &aggregation(),
        "EQ_errorReason incorrect_data did_not_occur
EQ_correctiveEventID urn:uuid:66666666-2222-4333-8444-555555555555 urn:uuid:66666666-2222-0
EQ_ERROR_DECLARATION_ext:who QA QC",
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
        "EQ_ext:shelf A1 a1
EQ_https://ext.example/shelf A1 A2
EQ_ext:count 30 31
GT_ext:count 29.9 30
GE_ext:count 30 30.1
LT_ext:count 31 30
LE_ext:count 30 29
GE_ext:when 2026-02-01 2026-02-01T00:00:01Z
LT_ext:when 2026-02-02 2026-02-01
EQ_INNER_ext:inner five six
EQ_INNER_ext:inner 2026-01-01 2026-01-02
GE_INNER_ext:inner 5 6
EQ_ILMD_cbvmda:lotNumber 00123 123
EQ_ILMD_urn:epcglobal:cbv:mda#lotNumber 00123 123
EQ_ILMD_urn:epcglobal:cbv:mda:lotNumber 00123 00124
EQ_ext:count 30.0 30.1
EQ_ext:count 3e1 3e2
GE_ext:count 29.50 30.10
GT_ext:count -1.0 3e1
EQ_ext:price 10.5 10.51
EQ_ext:price 10.50 10.05
EQ_ext:typed 5.0 5.1
EQ_ext:typed 5 6
EQ_ext:word 1.50 1.500
EQ_INNER_ILMD_ext:size 7 8
EQ_readPoint_ext:aisle A7 A8
EQ_bizLocation_ext:zone 3 4",
    );
    rows(
        &measured(),
        "EQ_SENSORELEMENT_ext:group 1 2
EQ_SENSORMETADATA_ext:firmware 1.2 1.3
EQ_INNER_SENSORREPORT_ext:id P1 P2",
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
