//! JSON texts: how they are taken apart, what is refused.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::Tape;

fn parse(bytes: &[u8]) -> Result<Value, String> {
    let tape = Tape::read_exact(bytes).map_err(|error| error.to_string())?;
    Ok(tape.root().to_value())
}

#[test]
fn numbers_have_one_form() {
    let rows = [
        ("1.0", json!(1)),
        ("1e2", json!(100)),
        ("-0.0", json!(0)),
        ("-0", json!(0)),
        ("26.2", json!(26.2)),
        ("9007199254740992", json!(9_007_199_254_740_992_i64)),
        ("1e17", json!(1e17)),
        ("100000000000000000", json!(1e17)),
        ("26.199999999999999", json!(26.2)),
        ("5e-324", json!(5e-324)),
    ];
    for (text, value) in rows {
        assert_eq!(parse(text.as_bytes()).unwrap(), value, "{text}");
    }
}

#[test]
fn what_cannot_be_kept_is_refused() {
    let deep = format!("{}{}", "[".repeat(33), "]".repeat(33));
    let rows = [
        ("9007199254740993", "kept exactly"),
        ("12345678901234567890", "kept exactly"),
        ("0.1234567890123456789", "kept exactly"),
        ("1e400", "kept exactly"),
        (
            "[{\"a\":[0,1e400]}]",
            "/0/a/1: number cannot be kept exactly",
        ),
        ("{\"a\":1,\"a\":1}", "/a: member \"a\" occurs twice"),
        ("{\"a\":1,\"\\u0061\":2}", "occurs twice"),
        (
            "[{},{\"b\":{\"a\":1,\"x\":{},\"a\":1}}]",
            "/1/b/a: member \"a\" occurs twice",
        ),
        ("[1,]", "line 1, column 4"),
        ("[1] x", "reading json"),
        ("\"\\ud800\"", "valid escapes"),
        ("\"\\udc00\"", "valid escapes"),
        ("\"\\ud800\\u0041\"", "valid escapes"),
        ("\"\\x\"", "valid escapes"),
        ("\"\\u00g0\"", "valid escapes"),
        ("\"\\u+041\"", "valid escapes"),
        ("\"\u{1}\"", "control character"),
        ("01", "reading json"),
        ("1.", "a digit"),
        (".5", "a value"),
        ("1e", "a digit"),
        ("+1", "a value"),
        ("--1", "reading json"),
        ("nul", "a value"),
        ("True", "a value"),
        ("", "a value"),
        ("\"", "the end of a string"),
        ("\"\\", "the end of a string"),
        ("{\"a\" 1}", "a colon"),
        ("{a:1}", "a member name"),
        ("{\"a\":1", "a comma or }"),
        ("[1 2]", "a comma or ]"),
        ("{\n \"a\": ?}", "line 2, column 7"),
        (deep.as_str(), "deeper"),
    ];
    for (text, part) in rows {
        let error = parse(text.as_bytes()).unwrap_err();
        assert!(error.contains(part), "{text}: {error}");
    }
    assert!(parse(b"\"\xff\"").unwrap_err().contains("utf-8"));
    assert!(parse(b"\xef\xbb\xbf{}").is_ok());
    assert!(parse(&deep.as_bytes()[1..65]).is_ok());
}

#[test]
fn names_that_occur_twice_are_found_in_objects_of_any_size() {
    for count in [2, 31, 32, 33, 34, 100] {
        let members = |last: usize| {
            let names = (0..count - 1).chain([last]);
            let members: Vec<String> = names.map(|n| format!("\"member-{n}\":{n}")).collect();
            format!("{{{}}}", members.join(","))
        };
        assert!(parse(members(count).as_bytes()).is_ok(), "{count}");
        for twice in [0, (count - 1) / 2, count - 2] {
            assert!(
                parse(members(twice).as_bytes()).is_err(),
                "{count}: {twice}"
            );
        }
    }
    // The last value counts where the reader goes on.
    let text = br#"{"a":[1,{"b":0}],"b":2,"a":3}"#;
    let tape = Tape::read(text).unwrap();
    assert_eq!(tape.root().to_value(), json!({ "a": 3, "b": 2 }));
}

#[test]
fn strings_end_where_they_end() {
    for len in 0..40 {
        let inside = "x".repeat(len);
        for (text, value) in [
            (format!("\"{inside}\""), inside.clone()),
            (format!("\"{inside}\\\"\""), format!("{inside}\"")),
            (format!("\"{inside}\\\\\""), format!("{inside}\\")),
            (
                format!("\"{inside}\u{e9}\u{1f600}\""),
                format!("{inside}\u{e9}\u{1f600}"),
            ),
            (
                format!("\"{inside}\\ud83d\\ude00/\""),
                format!("{inside}\u{1f600}/"),
            ),
        ] {
            assert_eq!(parse(text.as_bytes()).unwrap(), json!(value), "{text}");
        }
        assert!(parse(format!("\"{inside}\u{1f}\"").as_bytes()).is_err());
    }
}

proptest! {
    #[test]
    fn texts_are_read_as_another_reader_does(
        text in "[\\[\\]{}:,\"\\\\ntrue0-9.eE+u \u{e9}]{0,24}",
    ) {
        let other = serde_json::from_str::<Value>(&text);
        match Tape::read(text.as_bytes()) {
            Ok(_) => prop_assert!(
                other.is_ok() || other.as_ref().unwrap_err().to_string().contains("range"),
                "{}", text
            ),
            Err(error) => prop_assert!(other.is_err(), "{}: {}", text, error),
        }
    }
}
