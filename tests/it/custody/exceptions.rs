//! The inbox of exceptions: reports and responses in the published schemas, seen by the two parties
//! of a case and nobody else.

use gs1::BizStep;
use serde_json::{Value, json};
use tests::fixtures;
use tests::trade::{DAY_MS, NOW_MS, Trade, WARM, commission, gln, id, moved, pack, path};

use super::{rows, text};

const CASE: &str = "0190a6b5-0000-7000-8000-00000000000c";
const ITEM: &str = "0190a6b5-0000-7000-8000-000000000011";

fn uuid(n: u32) -> String {
    format!("0190a6b5-0000-7000-8000-{n:012}")
}

fn report(message: u32) -> Value {
    json!({
        "message_uuid": uuid(message),
        "exception_case_uuid": CASE,
        "timestamp": NOW_MS / 1000,
        "po_number": "PO-1",
        "sender_information": { "gln": gln("pharmacy"), "email": "receiving@example.com" },
        "exceptions": { "missing_product_data": [{
            "exception_item_uuid": ITEM,
            "product_gtin": WARM,
            "product_serial": "A1",
            "observation_source": "Packing Slip",
            "resolution_request": "Send new data",
        }] },
        "case_resolved": false,
    })
}

fn response(message: u32, item: &str) -> Value {
    json!({
        "message_uuid": uuid(message),
        "exception_case_uuid": CASE,
        "timestamp": NOW_MS / 1000,
        "po_number": "PO-1",
        "sender_information": { "email": "edi@example.com" },
        "response_items": [{ "exception_item_uuid": item, "resolution_response": "Accept" }],
    })
}

#[test]
fn a_case_goes_back_and_forth_between_two_parties() {
    let trade = Trade::new();
    let to = format!("/api/v1/exceptions?to={}", gln("wholesaler"));
    let here = format!("/api/v1/exceptions/{CASE}");
    let answers = format!("{here}/responses");
    let mut no_email = report(1);
    no_email["sender_information"] = json!({});
    let mut no_uuid = report(1);
    no_uuid["exception_case_uuid"] = json!("seven");
    let mut odd_word = report(1);
    odd_word["exceptions"]["missing_product_data"][0]["resolution_request"] = json!("Forget it");
    let nobody = "/api/v1/exceptions?to=9506000199986".to_owned();
    let steps: [(&str, &str, Value, u16); 13] = [
        ("pharmacy", &to, no_email, 400),
        ("pharmacy", &to, no_uuid, 422),
        ("pharmacy", &to, odd_word, 400),
        ("pharmacy", &nobody, report(1), 422),
        ("pharmacy", "/api/v1/exceptions", report(1), 400),
        ("pharmacy", &to, report(1), 201),
        // The same message again changes nothing; somebody else cannot go on with the case.
        ("pharmacy", &to, report(1), 201),
        ("other", &to, report(2), 404),
        ("pharmacy", &answers, response(3, ITEM), 404),
        ("wholesaler", &answers, response(3, &uuid(99)), 422),
        ("wholesaler", &answers, response(3, ITEM), 201),
        ("wholesaler", &answers, response(3, ITEM), 201),
        (
            "pharmacy",
            &to,
            {
                let mut it = report(4);
                it["case_resolved"] = json!(true);
                it
            },
            201,
        ),
    ];
    for (n, (who, path, body, status)) in steps.into_iter().enumerate() {
        let answer = trade.post(who, path, &body);
        assert_eq!(
            answer.status,
            status,
            "step {n} {who} {path}: {}",
            answer.text()
        );
    }
    for who in ["pharmacy", "wholesaler", "regulator"] {
        let case = trade.get(who, &here).expect(200).json();
        assert_eq!(
            (
                rows(&case, "/reports").len(),
                rows(&case, "/responses").len()
            ),
            (2, 1)
        );
        assert_eq!(case["resolved"], true, "{case:#}");
        let list = trade.get(who, "/api/v1/exceptions").expect(200).json();
        assert_eq!(rows(&list, "/cases").len(), 1);
    }
    drop(trade.get("other", &here).expect(404));
    let list = trade.get("other", "/api/v1/exceptions").expect(200).json();
    assert!(rows(&list, "/cases").is_empty());
}

/// What a shipment lacks makes a report that fits the published schema.
#[test]
fn a_report_is_drawn_up_from_a_shipment_and_fits_the_schema() {
    let Some(schemas) = fixtures::shared("epcis/spec/dscsa-exceptions") else {
        return;
    };
    let schema = |name: &str| -> Value {
        let text = std::fs::read_to_string(schemas.join(name)).expect("a schema");
        serde_json::from_str(&text).expect("JSON")
    };
    let (reports, responses) = (schema("report_schema.json"), schema("response_schema.json"));
    assert!(fits(&reports, &reports, &report(1)), "our own report fits");
    assert!(fits(&responses, &responses, &response(3, ITEM)));
    let mut wrong = report(1);
    wrong["timestamp"] = json!("now");
    assert!(
        !fits(&reports, &reports, &wrong),
        "the check finds what does not fit"
    );

    let trade = Trade::new();
    let (first, second) = (
        "https://id.gs1.org/00/395060001000000136",
        "https://id.gs1.org/00/395060001000000143",
    );
    let advice = tests::trade::paper("maker", "DA-9");
    let sent = moved(
        ("maker", "wholesaler"),
        BizStep::Shipping,
        &[first, second],
        7,
        Some(&advice),
    );
    trade.capture(
        "maker",
        &[
            commission(WARM, &["A1", "A2", "X1"], "L1", NOW_MS - 9 * DAY_MS),
            pack(first, WARM, &["A1"], NOW_MS - 8 * DAY_MS),
            pack(second, WARM, &["A2"], NOW_MS - 8 * DAY_MS),
            sent,
        ],
    );
    let draft = path(
        "shipments",
        "DA-9",
        "/exception-report?email=a%40example.com",
    );
    drop(trade.get("wholesaler", &draft).expect(422));
    let extra = id(WARM, "X1");
    let came = moved(
        ("maker", "wholesaler"),
        BizStep::Receiving,
        &[first, &extra],
        6,
        Some(&advice),
    );
    trade.capture("wholesaler", &[came]);
    let drawn = trade.get("wholesaler", &draft).expect(200).json();
    assert!(fits(&reports, &reports, &drawn), "{drawn:#}");
    assert_eq!(
        text(&drawn, "/exceptions/missing_product/0/product_serial"),
        "A2"
    );
    assert_eq!(
        text(&drawn, "/exceptions/missing_product_data/0/product_serial"),
        "X1"
    );
    assert_eq!(text(&drawn, "/po_number"), "DA-9");
    let to = format!("/api/v1/exceptions?to={}", gln("maker"));
    drop(trade.post("wholesaler", &to, &drawn).expect(201));
}

/// Whether a value fits a schema, for the keywords that these schemas use.
fn fits(root: &Value, schema: &Value, value: &Value) -> bool {
    if let Some(name) = schema["$ref"].as_str() {
        let target = root
            .pointer(name.trim_start_matches('#'))
            .expect("a definition");
        return fits(root, target, value);
    }
    if let Some(any) = schema["anyOf"].as_array() {
        return any.iter().any(|it| fits(root, it, value));
    }
    if let Some(words) = schema["enum"].as_array() {
        return words.contains(value);
    }
    let right = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        other => panic!("a schema with type {other:?}"),
    };
    let needed = schema["required"].as_array().into_iter().flatten();
    let items = value.as_array().into_iter().flatten();
    right
        && needed
            .into_iter()
            .all(|name| value.get(name.as_str().unwrap_or_default()).is_some())
        && items
            .into_iter()
            .all(|item| fits(root, &schema["items"], item))
        && schema["properties"].as_object().is_none_or(|all| {
            all.iter()
                .all(|(name, inner)| value.get(name).is_none_or(|it| fits(root, inner, it)))
        })
}
