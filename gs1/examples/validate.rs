//! Judges EPCIS documents, one of JSON a line of standard input, one verdict a line of standard
//! output. It lets another validator's verdicts be held against ours:
//! `tests/oracle/json_schema.py` does that with mutated documents.
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a tool of the tests: stops on any error"
)]

use std::io::BufRead as _;

fn main() {
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("a line of utf-8");
        let verdict = gs1::epcis::validate_json(line.as_bytes());
        let json = serde_json::to_string(&verdict).expect("a verdict is json");
        println!("{json}");
    }
}
