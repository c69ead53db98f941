//! One change to a valid event per row, and what is said about it.

use serde_json::Value;

use super::{read, with};

/// member changed | its new value, null to remove it | JSON pointer of the problem | its kind
const TABLE: &str = r#"
/type | null | | Missing
/type | "OtherEvent" | /type | Value
/eventTime | null | | Missing
/eventTime | "22-07-2026" | /eventTime | Value
/eventTime | 5 | /eventTime | Type
/eventTimeZoneOffset | "Z" | /eventTimeZoneOffset | Value
/recordTime | "now" | /recordTime | Value
/eventID | "x" | /eventID | Value
/action | null | | Missing
/action | "CREATE" | /action | Value
/action | "add" | /action | Value
/action | "OBSERVE" | /ilmd | Value
/bizStep | "transforming" | /bizStep | Value
/bizStep | ["shipping"] | /bizStep | Type
/disposition | "in_transport" | /disposition | Value
/epcList | null | | Missing
/epcList | "urn:x:y" | /epcList | Type
/epcList/1 | "not a uri" | /epcList/1 | Value
/epcList/1 | null | /epcList/1 | Type
/epcList/1 | "urn:epc:id:sgtin:9506000.013435" | /epcList/1 | Value
/epcList/1 | "urn:epc:id:sgtin:9506000.013435.1" | /epcList/1 | Value
/colour | "red" | /colour | UnknownField
/a~b | 1 | /a~0b | UnknownField
/childEPCs | [] | /childEPCs | UnknownField
/ilmd/materialType | "soil" | /ilmd/materialType | UnknownField
/ilmd/cbvmda:lotNumber | "a b" | /ilmd/cbvmda:lotNumber | Value
/ilmd/cbvmda:lotNumber | 7 | /ilmd/cbvmda:lotNumber | Type
/ilmd/cbvmda:itemExpirationDate | "31.12.2027" | /ilmd/cbvmda:itemExpirationDate | Value
/readPoint | {} | /readPoint | Missing
/readPoint | "urn:x:y" | /readPoint | Type
/bizLocation | {"id": "here"} | /bizLocation/id | Value
/@context | null | | Missing
/@context | [7] | /@context/0 | Type
/@context | [{"action": "https://example.com/"}] | /@context/0/action | Value
/@context | {"urn": "https://example.com/"} | /@context/urn | Value
/quantityList | [{"epcClass": "urn:x:y", "quantity": "twenty"}] | /quantityList/0/quantity | Type
/quantityList | [{"epcClass": "urn:x:y", "weight": 1}] | /quantityList/0/weight | UnknownField
/quantityList | [{"epcClass": "urn:x:y", "a:b": 1}] | /quantityList/0/a:b | UnknownField
/quantityList | [{"quantity": 1}] | /quantityList/0 | Missing
/quantityList | [{"epcClass": "urn:x:y", "uom": "kgm"}] | /quantityList/0/uom | Value
/sourceList | [{"type": "place", "source": "urn:x:y"}] | /sourceList/0/type | Value
/sourceList | [{"type": "location", "destination": "urn:x:y"}]
    | /sourceList/0/destination | UnknownField
/destinationList | [{"type": "location"}] | /destinationList/0 | Missing
/bizTransactionList | [{"type": "po"}] | /bizTransactionList/0 | Missing
/persistentDisposition | {} | /persistentDisposition | Missing
/persistentDisposition | {"set": []} | /persistentDisposition/set | Value
/persistentDisposition | {"set": ["active", "active"]} | /persistentDisposition/set/1 | Value
/errorDeclaration | {"reason": "oops"} | /errorDeclaration | Missing
/errorDeclaration | {"reason": "oops"} | /errorDeclaration/reason | Value
/certificationInfo | ["urn:x:y", 7] | /certificationInfo/1 | Type
/sensorElementList | [{}] | /sensorElementList/0 | Missing
/sensorElementList | [{"sensorReport": []}] | /sensorElementList/0/sensorReport | Value
/sensorElementList | [{"sensorReport": [{"value": 1}]}]
    | /sensorElementList/0/sensorReport/0 | Missing
/sensorElementList | [{"sensorReport": [{"type": "Heat"}]}]
    | /sensorElementList/0/sensorReport/0/type | Value
/sensorElementList | [{"sensorReport": [{"type": "Mass", "value": "1"}]}]
    | /sensorElementList/0/sensorReport/0/value | Type
/sensorElementList | [{"sensorReport": [{"type": "Mass", "heat": 1}]}]
    | /sensorElementList/0/sensorReport/0/heat | UnknownField
/sensorElementList | [{"sensorReport": [{"type": "Mass", "hexBinaryValue": ""}]}]
    | /sensorElementList/0/sensorReport/0/hexBinaryValue | Value
/sensorElementList | [{"sensorReport": [{"type": "Mass", "hexBinaryValue": "F0f"}]}]
    | /sensorElementList/0/sensorReport/0/hexBinaryValue | Value
"#;

#[test]
fn every_problem_has_its_place_and_kind() {
    // A row that would be too wide goes on in an indented line.
    for row in TABLE
        .replace("\n    ", " ")
        .lines()
        .filter(|row| !row.is_empty())
    {
        let columns: Vec<&str> = row.split('|').map(str::trim).collect();
        let [member, value, pointer, kind] = columns.as_slice() else {
            panic!("{row}")
        };
        let value: Value = serde_json::from_str(value).unwrap();
        let error = read(&with(member, value)).expect_err(row);
        let found = error
            .problems
            .iter()
            .any(|one| one.pointer == *pointer && format!("{:?}", one.kind) == *kind);
        assert!(found, "{row}: {error:#?}");
    }
}
