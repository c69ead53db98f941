//! One slip in a valid event per row, and the change that is proposed for it.

use serde_json::{Value, json};

use super::super::{Repair, Rule, Source, validate_json};
use super::{commissioning, with};

/// member changed | its new value, null to remove it | the repair, `op path value`, or `-`
const TABLE: &str = r#"
/action | "add" | replace /action "ADD"
/action | "OBSERV" | replace /action "OBSERVE"
/action | "CREATE" | -
/bizStep | "Commissioning" | replace /bizStep "commissioning"
/bizStep | "comissioning" | replace /bizStep "commissioning"
/bizStep | "retail-selling" | replace /bizStep "retail_selling"
/bizStep | "urn:epcglobal:cbv:bizstep:shipping" | replace /bizStep "shipping"
/bizStep | "https://ns.gs1.org/cbv/BizStep-packing" | replace /bizStep "packing"
/bizStep | "transforming" | -
/bizStep | "frobnicating" | -
/disposition | "inTransit" | replace /disposition "in_transit"
/eventTime | "2026-03-01T02:00:00" | replace /eventTime "2026-03-01T02:00:00-05:00"
/eventTime | "2026-03-01 02:00:00.5Z" | replace /eventTime "2026-03-01T02:00:00.5Z"
/eventTime | "2026-03-01T02:00-0500" | replace /eventTime "2026-03-01T02:00:00-05:00"
/eventTime | "yesterday" | -
/eventTimeZoneOffset | null | add /eventTimeZoneOffset "-05:00"
/eventTimeZoneOffset | "Z" | replace /eventTimeZoneOffset "+00:00"
/eventTimeZoneOffset | "+2:00" | replace /eventTimeZoneOffset "+02:00"
/eventTimeZoneOffset | "-0530" | replace /eventTimeZoneOffset "-05:30"
/eventTimeZoneOffset | "+15:00" | -
/@context | null | add /@context "EPCIS"
/epcList | "urn:x:y" | replace /epcList ["urn:x:y"]
/epcList/1 | "09506000134352" | replace /epcList/1 "https://id.gs1.org/01/09506000134352"
/epcList/1 | "9506000134352" | replace /epcList/1 "https://id.gs1.org/01/09506000134352"
/epcList/1 | "id.gs1.org/01/09506000134352/21/7"
    | replace /epcList/1 "https://id.gs1.org/01/09506000134352/21/7"
/epcList/1 | "(01)09506000134352(21)7"
    | replace /epcList/1 "https://id.gs1.org/01/09506000134352/21/7"
/epcList/1 | " urn:x:y " | replace /epcList/1 "urn:x:y"
/epcList/1 | "https://id.gs1.org/01/09506000134353/21/7"
    | replace /epcList/1 "https://id.gs1.org/01/09506000134352/21/7"
/epcList/1 | "urn:epc:id:sgtin:9506000.013435.1" | remove /epcList/1
/epcList/1 | "not a uri" | -
/eventID | "4bdbf090-d48d-49f3-9436-6c219c3ecb54"
    | replace /eventID "urn:uuid:4bdbf090-d48d-49f3-9436-6c219c3ecb54"
/bizstep | "shipping" | move /bizStep
/readpoint | {"id": "urn:x:y"} | move /readPoint
/colour | "red" | -
/quantityList | [{"epcClass": "urn:x:y", "quantity": "20"}]
    | replace /quantityList/0/quantity 20
/quantityList | [{"epcClass": "urn:x:y", "uom": "kgm"}] | replace /quantityList/0/uom "KGM"
/quantityList | [{"epcclass": "urn:x:y"}] | move /quantityList/0/epcClass
/bizTransactionList | {"bizTransaction": "urn:x:y"}
    | replace /bizTransactionList [{"bizTransaction":"urn:x:y"}]
/readPoint | [{"id": "urn:x:y"}] | replace /readPoint {"id":"urn:x:y"}
/sensorElementList | [{"sensorReport": [{"type": "temperature"}]}]
    | replace /sensorElementList/0/sensorReport/0/type "Temperature"
/sensorElementList | [{"sensorReport": [{"type": "https://gs1.org/voc/Mass"}]}]
    | replace /sensorElementList/0/sensorReport/0/type "Mass"
/sensorElementList | [{"sensorMetadata": {"deviceID": "urn:x:1"}, "sensorReport":
    [{"type": "Mass", "deviceID": "urn:x:1"}]}]
    | remove /sensorElementList/0/sensorReport/0/deviceID
/sensorElementList | [{"sensorMetadata": {"deviceID": "urn:x:1"}, "sensorReport":
    [{"type": "Mass", "deviceID": "urn:x:2"}]}] | -
"#;

fn in_words(repair: &Repair) -> String {
    let value = repair.value.as_ref().map(|value| format!(" {value}"));
    format!("{} {}{}", repair.op, repair.path, value.unwrap_or_default())
        .replace(super::EPCIS_CONTEXT, "EPCIS")
}

#[test]
fn slips_are_mended() {
    for row in TABLE
        .replace("\n    ", " ")
        .lines()
        .filter(|row| !row.is_empty())
    {
        let columns: Vec<&str> = row.split('|').map(str::trim).collect();
        let [member, value, wanted] = columns.as_slice() else {
            panic!("{row}")
        };
        let value: Value = serde_json::from_str(value).unwrap();
        let found = validate_json(with(member, value).to_string().as_bytes());
        assert!(!found.problems.is_empty(), "{row}");
        let repairs = found.problems.iter().filter_map(|one| one.repair.as_ref());
        let repairs: Vec<String> = repairs.map(in_words).collect();
        match *wanted {
            "-" => assert!(repairs.is_empty(), "{row}: {repairs:?}"),
            wanted => assert!(repairs.iter().any(|one| one == wanted), "{row}: {found:#?}"),
        }
    }
}

#[test]
fn sources_are_kept_apart() {
    let sensors = json!([{
        "sensorMetadata": { "time": "2026-03-01T07:00:00Z" },
        "sensorReport": [{ "type": "Mass", "time": "2026-03-01T08:00:00Z" }],
    }]);
    let wrong_digit = json!("https://id.gs1.org/01/09506000134353/21/7");
    // What was changed | schema, conformance, acceptance.
    let rows = [
        (commissioning(), [true, true, true]),
        (with("/sensorElementList", sensors), [true, false, true]),
        (with("/epcList/1", wrong_digit), [true, true, false]),
        (with("/action", json!("add")), [false, false, false]),
        (
            with("/type", json!("https://example.com/Event")),
            [true, true, false],
        ),
        (with("/type", json!("MyEvent")), [false, false, false]),
    ];
    for (event, [schema, conformant, accepted]) in rows {
        let found = validate_json(event.to_string().as_bytes());
        let verdict = [found.schema_valid, found.conformant, found.accepted];
        assert_eq!(verdict, [schema, conformant, accepted], "{found:#?}");
        assert_eq!(found.events, 1);
    }
    let text = r#"{"@context":"urn:c","type":"MyEvent","type":"ObjectEvent"}"#;
    let found = validate_json(text.as_bytes());
    assert_eq!(found.problems[0].rule, Rule::DuplicateMember);
    assert_eq!(found.problems[0].origin, Source::Ours);
    assert_eq!(found.problems[0].pointer, "/type");
}

#[test]
fn a_verdict_is_json_with_names() {
    let found = validate_json(with("/bizStep", json!("Shipping")).to_string().as_bytes());
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(json["schema_valid"], false);
    let problem = &json["problems"][0];
    assert_eq!(problem["pointer"], "/bizStep");
    assert_eq!(problem["rule"], "vocabulary");
    assert_eq!(problem["source"], "schema");
    assert_eq!(
        problem["repair"],
        json!({ "op": "replace", "path": "/bizStep", "value": "shipping" })
    );
}

#[test]
fn much_of_ours_does_not_hide_what_the_schema_says() {
    let mut event = commissioning();
    let wrong = |n: usize| json!(format!("https://id.gs1.org/01/09506000134353/21/{n}"));
    event["epcList"] = (0..300).map(wrong).collect();
    event["quantityList"] = json!([{ "epcClass": "urn:x:y", "uom": "kgm" }]);
    let found = validate_json(event.to_string().as_bytes());
    assert!(found.truncated && !found.schema_valid);
    let unit = found.problems.iter().find(|one| one.rule == Rule::UnitCode);
    assert_eq!(unit.unwrap().pointer, "/quantityList/0/uom");
}
