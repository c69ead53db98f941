//! What other implementations wrote, and what they say it means: each recorded message is read by
//! the generic codec, written again byte for byte, and each field is held against the decoding
//! that the recording carries. The recordings live outside the repository.

use std::path::{Path, PathBuf};

use rfid_bridge::llrp::frame::{Framer, HEADER_BYTES};
use rfid_bridge::llrp::tree::{Node, Value};
use rfid_bridge::llrp::wire::{Cursor, Writer};

fn rows(name: &str) -> Vec<serde_json::Value> {
    let base = std::env::var_os("THERIAC_FIXTURES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures"),
        PathBuf::from,
    );
    let path = base.join("rfid").join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("SKIPPED: {} is absent", path.display());
        return Vec::new();
    };
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn tree(row: &serde_json::Value) -> (Node, Vec<u8>) {
    let bytes = hex::decode(row["hex"].as_str().unwrap()).unwrap();
    let mut framer = Framer::new();
    framer.push(&bytes);
    let frame = framer.next_frame().unwrap().expect("a whole message");
    let mut body = Cursor::new(&frame.body, HEADER_BYTES);
    let node = Node::decode_message(frame.kind.0, &mut body);
    let node = node.unwrap_or_else(|error| panic!("{error}: {row}"));
    (node.expect("a message of the standard"), frame.body)
}

#[test]
fn every_recorded_message_is_written_again_byte_for_byte() {
    let mut count = 0;
    for name in [
        "llrp_captures.jsonl",
        "llrp_generated_llrpjs.jsonl",
        "llrp_impinj_pyllrp.jsonl",
    ] {
        for row in rows(name) {
            let (node, body) = tree(&row);
            let mut to = Writer::new();
            node.encode_body(&mut to);
            assert_eq!(
                hex::encode(to.finish().unwrap()),
                hex::encode(body),
                "{row}"
            );
            count += 1;
        }
    }
    assert!(count == 470 || count == 0, "{count}");
}

/// Holds a node against what `llrpjs` says of it; returns how many fields were compared.
fn compare(node: &Node, told: &serde_json::Value, row: &serde_json::Value) -> usize {
    let mut compared = 0;
    for (name, value) in node.fields() {
        let told = &told[name];
        let same = match value {
            Value::Number(number) => told
                .as_u64()
                .or(told.as_bool().map(u64::from))
                .map(|told| told == *number),
            Value::Signed(number) => told.as_i64().map(|told| told == i64::from(*number)),
            Value::Words(words) => told
                .as_array()
                .map(|told| told.iter().filter_map(serde_json::Value::as_u64).collect())
                .map(|told: Vec<u64>| words.iter().copied().map(u64::from).eq(told)),
            Value::Longs(longs) => told
                .as_array()
                .map(|told| told.iter().filter_map(serde_json::Value::as_u64).collect())
                .map(|told: Vec<u64>| longs.iter().copied().map(u64::from).eq(told)),
            Value::Octets(octets) => told.as_str().map(|told| {
                told == String::from_utf8_lossy(octets)
                    || told.eq_ignore_ascii_case(&hex::encode(octets))
            }),
            Value::Bits(bits) => told
                .as_str()
                .map(|told| told.eq_ignore_ascii_case(&hex::encode(&bits.bytes))),
        };
        // Enumerations and times are words there; those are not compared.
        if let Some(same) = same.filter(|same| *same || !told.is_string()) {
            assert!(
                same,
                "{}.{name}: {value:?}, {told}\n{row}",
                node.definition().name
            );
            compared += 1;
        }
    }
    let mut seen: Vec<(&str, usize)> = Vec::new();
    for inner in node.nodes() {
        let name = inner.definition().name;
        let at = seen.iter().filter(|(other, _)| *other == name).count();
        seen.push((name, at));
        let told = &told[name];
        let told = told.as_array().map_or(Some(told), |all| all.get(at));
        let told = told.unwrap_or(&serde_json::Value::Null);
        assert!(!told.is_null(), "{name} #{at} is not told\n{row}");
        compared += compare(inner, told, row);
    }
    compared
}

#[test]
fn fields_mean_what_llrpjs_says() {
    let rows = rows("llrp_generated_llrpjs.jsonl");
    let compared: usize = rows
        .iter()
        .map(|row| compare(&tree(row).0, &row["json"]["data"], row))
        .sum();
    assert!(
        rows.is_empty() || compared > 4_900,
        "only {compared} fields"
    );
    println!("{compared} fields of {} messages", rows.len());
}
