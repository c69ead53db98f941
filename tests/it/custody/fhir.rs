//! Views for hospital systems in FHIR R4 and R5: the fields each version names, and the same
//! visibility as everywhere.

use serde_json::{Value, json};
use tests::http::segment;
use tests::trade::{NOW_MS, Trade, WARM, commission, gln, id, time_text};

use super::text;

const PALLET: &str = "https://id.gs1.org/00/395060001000000174";
const SSCC: &str = "395060001000000174";

/// A delivery with readings, and a pack that was commissioned twice.
fn stocked() -> Trade {
    let trade = Trade::new();
    trade.deliver(WARM, &["A1", "A2"], "L/1", PALLET);
    let device = json!([{ "type": "device", "id": "urn:test:logger-7", "party": gln("maker"),
        "kind": "logger", "interval_ms": 600_000, "calibrated_until_ms": NOW_MS + 1 }]);
    drop(
        trade
            .post("admin", "/api/v1/master-data", &device)
            .expect(201),
    );
    let reports: Vec<Value> = (0..4)
        .map(|n| {
            json!({ "type": "Temperature", "value": 21.5, "uom": "CEL",
                "time": time_text(NOW_MS - 7 * 86_400_000 + n * 600_000) })
        })
        .collect();
    let measured = json!({
        "type": "ObjectEvent",
        "eventID": "urn:uuid:0190a6b5-0000-7000-8000-0000000000aa",
        "eventTime": time_text(NOW_MS - 7 * 86_400_000 + 3_000_000),
        "eventTimeZoneOffset": "+00:00",
        "action": "OBSERVE",
        "bizStep": "sensor_reporting",
        "epcList": [PALLET],
        "sensorElementList": [{
            "sensorMetadata": { "deviceID": "urn:test:logger-7" }, "sensorReport": reports }],
    });
    trade.capture("maker", &[measured]);
    let again = commission(WARM, &["A1"], "L/1", NOW_MS - 1_000);
    trade.capture("maker", &[again]);
    trade
}

#[test]
fn each_resource_is_read_and_found_in_both_versions() {
    let trade = stocked();
    let pack = segment(&id(WARM, "A1"));
    for version in ["r4", "r5"] {
        let get = |path: &str| trade.get("maker", &format!("/fhir/{version}/{path}"));
        let found = |path: &str| {
            let bundle = get(path).expect(200).json();
            assert_eq!(bundle["resourceType"], "Bundle", "{path}");
            bundle["entry"][0]["resource"].clone()
        };
        let capability = get("metadata").expect(200).json();
        assert_eq!(capability["resourceType"], "CapabilityStatement");
        assert_eq!(
            text(&capability, "/fhirVersion"),
            if version == "r4" { "4.0.1" } else { "5.0.0" }
        );

        let medication = found(&format!("Medication?identifier={pack}"));
        assert_eq!(text(&medication, "/batch/lotNumber"), "L/1");
        assert_eq!(text(&medication, "/batch/expirationDate"), "2028-01-31");
        let holder = if version == "r4" {
            "manufacturer"
        } else {
            "marketingAuthorizationHolder"
        };
        assert_eq!(
            text(&medication, &format!("/{holder}/identifier/value")),
            gln("maker")
        );
        let same = get(&format!("Medication/{}", text(&medication, "/id")))
            .expect(200)
            .json();
        assert_eq!(same, medication);

        let supply = found(&format!("SupplyDelivery?identifier={}", segment(PALLET)));
        assert_eq!(
            get(&format!("SupplyDelivery/{SSCC}")).expect(200).json(),
            supply
        );
        assert_eq!(text(&supply, "/status"), "completed");
        assert_eq!(text(&supply, "/supplier/identifier/value"), gln("maker"));
        let item = if version == "r4" {
            "/suppliedItem"
        } else {
            "/suppliedItem/0"
        };
        let item = supply
            .pointer(item)
            .unwrap_or_else(|| panic!("no item: {supply:#}"));
        assert_eq!(item["quantity"]["value"], 2, "{supply:#}");
        assert_eq!(supply["suppliedItem"].is_array(), version == "r5");

        let issue = found(&format!(
            "DetectedIssue?status=preliminary&implicated={pack}"
        ));
        assert_eq!(text(&issue, "/code/coding/0/code"), "C06", "{issue:#}");
        let same = get(&format!("DetectedIssue/{}", text(&issue, "/id")))
            .expect(200)
            .json();
        assert_eq!(same, issue);
        let evidence = text(&issue, "/evidence/0/detail/0/reference").to_owned();
        let provenance = get(&evidence).expect(200).json();
        assert_eq!(
            text(&provenance, "/agent/0/who/identifier/value"),
            gln("maker")
        );
        assert!(text(&provenance, "/signature/0/data").len() > 100);
        assert_eq!(
            found(&format!("Provenance?target={pack}"))["resourceType"],
            "Provenance"
        );

        let audit = found(&format!("AuditEvent?entity={pack}"));
        let code = if version == "r4" {
            "/type/code"
        } else {
            "/code/coding/0/code"
        };
        assert_eq!(text(&audit, code), "record", "{audit:#}");

        let metric = found("DeviceMetric");
        assert_eq!(text(&metric, "/calibration/0/state"), "calibrated");
        // Until when it holds is no time of a calibration.
        assert_eq!(metric.pointer("/calibration/0/time"), None);
        let frequency = if version == "r4" {
            "/measurementPeriod/repeat/period"
        } else {
            "/measurementFrequency/value"
        };
        assert_eq!(metric.pointer(frequency), Some(&json!(600)), "{metric:#}");

        let series = found(&format!("Observation?subject={}", segment(PALLET)));
        let same = get(&format!("Observation/{}", text(&series, "/id")))
            .expect(200)
            .json();
        assert_eq!(same, series);
        assert_eq!(
            text(&series, "/device/identifier/value"),
            "urn:test:logger-7"
        );
        assert_eq!(
            text(&series, "/valueSampledData/data"),
            "21.500 21.500 21.500 21.500"
        );
        let step = if version == "r4" {
            "period"
        } else {
            "interval"
        };
        assert_eq!(series["valueSampledData"][step], 600_000, "{series:#}");
    }
}

#[test]
fn what_is_not_there_or_not_yours_is_an_outcome() {
    let trade = stocked();
    let pack = segment(&id(WARM, "A1"));
    for (who, path, status) in [
        ("pharmacy", format!("/fhir/r4/SupplyDelivery/{SSCC}"), 404),
        (
            "pharmacy",
            format!("/fhir/r5/Observation/{SSCC}-00000000-0"),
            404,
        ),
        ("maker", "/fhir/r4/Patient/1".to_owned(), 404),
        ("maker", "/fhir/r3/Medication/1".to_owned(), 404),
        ("maker", "/fhir/r4/Medication?colour=red".to_owned(), 400),
        ("maker", "/fhir/r4/DetectedIssue/zz".to_owned(), 404),
    ] {
        let answer = trade.get(who, &path);
        assert_eq!(answer.status, status, "{who} {path}: {}", answer.text());
        assert_eq!(
            answer.content_type.as_deref(),
            Some("application/fhir+json"),
            "{path}"
        );
        assert_eq!(answer.json()["resourceType"], "OperationOutcome", "{path}");
    }
    for path in [
        format!("Medication?identifier={pack}"),
        format!("Provenance?target={pack}"),
        format!("AuditEvent?entity={pack}"),
        format!("DetectedIssue?implicated={pack}"),
        "DeviceMetric".to_owned(),
        "SupplyDelivery".to_owned(),
    ] {
        let bundle = trade
            .get("other", &format!("/fhir/r5/{path}"))
            .expect(200)
            .json();
        assert_eq!(bundle["total"], 0, "{path}: {bundle:#}");
        assert_eq!(bundle.get("entry"), None, "{path}: {bundle:#}");
    }
}
