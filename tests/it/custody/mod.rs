//! Verification and custody over HTTP: what parties ask about packs and do with them, shipments,
//! recalls, verification for trading partners, exceptions, evidence, views for hospitals, the
//! stream of news. One node for each test, with a clock that the test moves.
#![allow(
    clippy::too_many_lines,
    clippy::type_complexity,
    reason = "a test is a table of the domain"
)]

mod claims;
mod counter;
mod decided;
mod evidence;
mod exceptions;
mod fhir;
mod fhir_search;
mod journeys;
mod operations;
mod recall;
mod shipments;
mod stream;
mod vrs;

use serde_json::Value;

/// The text under a pointer.
fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_else(|| panic!("no text at {pointer} in {value:#}"))
}

/// The number under a pointer.
fn number(value: &Value, pointer: &str) -> u64 {
    let found = value.pointer(pointer).and_then(Value::as_u64);
    found.unwrap_or_else(|| panic!("no number at {pointer} in {value:#}"))
}

/// The list under a pointer.
fn rows<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    let found = value.pointer(pointer).and_then(Value::as_array);
    found.unwrap_or_else(|| panic!("no list at {pointer} in {value:#}"))
}
