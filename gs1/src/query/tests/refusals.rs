//! Queries that are refused: each names the parameter and says why.

use serde_json::{Value, json};

use crate::limits::{QUERY_BYTES_MAX, QUERY_PARAMETERS_MAX, QUERY_VALUES_MAX};
use crate::query::{Exception, Query};

#[test]
fn what_cannot_be_used_is_refused_by_name() {
    let rows = [
        ("EQ_colour", "red", "is no parameter"),
        ("eq_action", "ADD", "is no parameter"),
        ("EQ_", "1", "is no parameter"),
        ("GE_action", "ADD", "is no parameter"),
        ("GE_value", "1", "is no parameter"),
        ("GE_value_cel", "1", "is no parameter"),
        ("GE_value_CELSI", "1", "is no parameter"),
        ("GE_percRank_P1", "1", "is no parameter"),
        ("EQ_bizTransaction_", "urn:x:y", "is no parameter"),
        ("EQ_:name", "1", "is no parameter"),
        ("EQ_ext:", "1", "is no parameter"),
        ("HASATTR_colour", "x", "is no parameter"),
        ("EQATTR_readPoint_", "x", "is no parameter"),
        ("perPage", "10", "is no parameter"),
        ("eventType", "ObjectEvents", "no event type"),
        ("EQ_action", "add", "expected ADD"),
        ("EQ_action", "", "empty value"),
        ("EQ_bizStep", "shipping||receiving", "empty value"),
        ("EQ_bizStep", "flying", "business step"),
        (
            "EQ_disposition",
            "urn:epcglobal:cbv:disp:gone",
            "disposition",
        ),
        ("EQ_errorReason", "typo", "error reason"),
        ("EQ_type", "Warmth", "measurement type"),
        (
            "EQ_readPoint",
            "https://id.gs1.org/414/9520123456789",
            "check digit",
        ),
        ("EQ_eventID", "abc", "no uri"),
        ("GE_eventTime", "2026-03-01T00:00:00", "no time with a zone"),
        ("GE_eventTime", "2026-03-01", "no time with a zone"),
        ("LT_recordTime", "yesterday", "no time with a zone"),
        ("GE_quantity", "many", "no number"),
        ("GE_quantity", "1|2", "one number"),
        ("EQ_value_CEL", "1e999", "no number"),
        ("EQ_booleanValue", "1", "true or false"),
        ("EXISTS_errorDeclaration", "yes", "true or false"),
        ("EQ_hexBinaryValue", "f0f", "hexadecimal"),
        ("GE_ext:count", "many", "a number, a date or a time"),
        ("orderBy", "bizStep", "expected eventTime"),
        ("orderDirection", "asc", "expected ASC or DESC"),
        ("eventCountLimit", "0", "above 0"),
        ("eventCountLimit", "1.5", "above 0"),
        ("maxEventCount", "-1", "above 0"),
    ];
    refused(&rows);
}

#[test]
fn identifiers_patterns_and_fields_that_cannot_be_are_refused() {
    refused(&[
        ("HASATTR_ext:", "x", "is no parameter"),
        ("EQATTR_ext:place_", "x", "is no parameter"),
        ("MATCH_epc", "no uri", "not an absolute URI"),
        (
            "MATCH_epc",
            "urn:epc:id:sgtin:1.2.3",
            "urn:epc:id:sgtin:1.2.3",
        ),
        ("MATCH_epc", "urn:epc:idpat:sgtin:9506000.*.7", "after *"),
        ("MATCH_epc", "urn:epc:idpat:sgtin:..", "empty component"),
        ("MATCH_epc", "urn:epc:idpat:sgtin:9521234", "components"),
        (
            "MATCH_anyEPC",
            "urn:epc:idpat:sgtin:9521234.012345.[1-5]",
            "serial",
        ),
        ("MATCH_epc", "urn:epc:idpat:foo:1.*", "scheme"),
    ]);
}

fn refused(rows: &[(&str, &str, &str)]) {
    for (name, value, part) in rows.iter().copied() {
        let error = Query::from_pairs([(name, value)], None).unwrap_err();
        assert_eq!(
            error.exception,
            Exception::QueryParameter,
            "{name}={value}: {error}"
        );
        assert_eq!(error.faults[0].parameter, name, "{name}={value}: {error}");
        assert!(error.to_string().contains(part), "{name}={value}: {error}");
    }
}

#[test]
fn everything_that_is_wrong_is_told() {
    let pairs = [
        ("EQ_action", "x"),
        ("maxEventCount", "1"),
        ("eventCountLimit", "1"),
        ("a", ""),
    ];
    let error = Query::from_pairs(pairs, None).unwrap_err();
    let names: Vec<&str> = error
        .faults
        .iter()
        .map(|fault| fault.parameter.as_str())
        .collect();
    assert_eq!(names, ["EQ_action", "a", "maxEventCount"]);
    assert!(error.to_string().ends_with("(and 2 more)"), "{error}");
    let twice = Query::from_pairs([("EQ_action", "ADD"), ("EQ_action", "ADD")], None).unwrap_err();
    assert!(twice.to_string().contains("is given twice"), "{twice}");
}

#[test]
fn bodies_of_another_shape() {
    for body in [json!([]), json!("x"), json!(null), json!(7)] {
        let error = Query::from_json(&body).unwrap_err();
        assert_eq!(error.exception, Exception::QueryValidation, "{body}");
    }
    let rows = [
        (
            "EQ_action",
            json!({ "a": 1 }),
            "an object, expected an array of strings",
        ),
        ("EQ_action", json!([1]), "a number, expected a string"),
        ("GE_eventTime", json!(7), "a number, expected a string"),
        (
            "GE_quantity",
            json!([true]),
            "true or false, expected a number",
        ),
        ("EXISTS_errorDeclaration", json!([]), "true or false"),
        ("EQ_booleanValue", json!("true"), "true or false"),
        ("eventCountLimit", json!("x"), "no number"),
    ];
    for (name, value, part) in rows {
        let body: Value = [(name.to_owned(), value)].into_iter().collect();
        let error = Query::from_json(&body).unwrap_err();
        assert_eq!(error.exception, Exception::QueryParameter, "{body}");
        assert!(error.to_string().contains(part), "{body}: {error}");
    }
    let good = json!({
        "EXISTS_errorDeclaration": null, "EXISTS_ext:a": 1, "EQ_quantity": [1, 2.5],
        "EQ_ext:a": [1, 2], "EQ_ext:b": "x", "LT_ext:c": "2026-01-01", "EQ_booleanValue": false,
    });
    assert_eq!(Query::from_json(&good).unwrap().conditions().len(), 7);
}

#[test]
fn bounds_hold() {
    let names: Vec<String> = (0..=QUERY_PARAMETERS_MAX)
        .map(|at| format!("EQ_x:n{at}"))
        .collect();
    let many = names.iter().map(|name| (name.as_str(), "1"));
    let error = Query::from_pairs(many, None).unwrap_err();
    assert_eq!(error.exception, Exception::QueryTooComplex, "{error}");
    let long = vec!["urn:x:y"; QUERY_VALUES_MAX + 1].join("|");
    let error = Query::from_pairs([("EQ_eventID", long.as_str())], None).unwrap_err();
    assert_eq!(
        (error.exception, error.exception.status()),
        (Exception::QueryTooComplex, 413)
    );
    let half = vec!["urn:x:y"; QUERY_VALUES_MAX / 2 + 1].join("|");
    let halves = [("EQ_eventID", half.as_str()), ("MATCH_epc", half.as_str())];
    let error = Query::from_pairs(halves, None).unwrap_err();
    assert_eq!(error.exception, Exception::QueryTooComplex, "{error}");
    let error = Query::from_url(&"x".repeat(QUERY_BYTES_MAX + 1), None).unwrap_err();
    assert_eq!(error.exception, Exception::QueryTooComplex, "{error}");
    let name = "x".repeat(100_000);
    let error = Query::from_pairs([(name.as_str(), name.as_str())], None).unwrap_err();
    assert!(error.to_string().len() < 1000, "{error}");
    let error = Query::from_pairs([("EQ_action", name.as_str())], None).unwrap_err();
    assert!(error.to_string().len() < 1000, "{error}");
}

#[test]
fn a_url_is_taken_apart() {
    let query = Query::from_url(
        "EQ_bizStep=shipping%7Cpacking&&GE_eventTime=2026-03-01T00:00:00+01:00",
        None,
    );
    assert_eq!(query.unwrap().conditions().len(), 2);
    assert_eq!(Query::from_url("", None).unwrap().conditions().len(), 0);
    assert!(Query::from_url("EQ_ext:a=%ff", None).is_err());
}
