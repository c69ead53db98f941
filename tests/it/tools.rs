//! The commands that need no node, `epc`, `event-hash` and `epcis`, as scripts use them: their
//! exact answers, exit 2 and one sentence for bad input, and every document of the fixtures.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tests::fixtures::shared;
use tests::process::finish;

fn json_of(args: &[&str]) -> Value {
    let run = finish("theriac", args);
    assert_eq!(run.code, 0, "{args:?}: {}", run.err);
    serde_json::from_str(&run.out).expect("JSON on standard output")
}

#[test]
fn an_identifier_is_given_in_all_spellings() {
    let all = json!({
        "urn": "urn:epc:id:sgtin:0614141.812345.6789",
        "element_string": "(01)80614141123458(21)6789",
        "digital_link": "https://id.gs1.org/01/80614141123458/21/6789",
        "gs1_key": "80614141123458",
    });
    for text in [
        "urn:epc:id:sgtin:0614141.812345.6789",
        "(01)80614141123458(21)6789",
        "https://id.gs1.org/01/80614141123458/21/6789",
        "https://example.com/some/path/01/80614141123458/21/6789",
    ] {
        let args = ["epc", "convert", text, "--gcp-length", "7"];
        assert_eq!(json_of(&args), all, "{text}");
    }
    let mut unknown = all;
    unknown["urn"] = Value::Null;
    assert_eq!(
        json_of(&["epc", "convert", "(01)80614141123458(21)6789"]),
        unknown
    );
}

#[test]
fn a_tag_is_read_and_written() {
    let uri = "urn:epc:tag:sgtin-96:3.0614141.812345.6789";
    let run = finish("theriac", &["epc", "encode", uri]);
    assert_eq!(run.out.trim(), "3074257BF7194E4000001A85");
    let view = json_of(&["epc", "decode", run.out.trim()]);
    assert_eq!(view["tag_uri"], uri);
    assert_eq!(view["urn"], "urn:epc:id:sgtin:0614141.812345.6789");
    assert_eq!(view["filter"], 3);
    assert_eq!(view["element_string"], "(01)80614141123458(21)6789");
    assert_eq!(
        view["digital_link"],
        "https://id.gs1.org/01/80614141123458/21/6789"
    );
    assert!(view["scheme"].is_string());
}

#[test]
fn bad_input_is_two_and_one_sentence() {
    let holder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| holder.path().join(name).to_string_lossy().into_owned();
    let (text, none) = (path("text.xml"), path("none.json"));
    std::fs::write(&text, "<a>&b;</a>").expect("a file");
    for args in [
        &["epc", "decode", "zz"][..],
        &["epc", "decode", ""],
        &["epc", "decode", "3074257BF7194E4000001A8"],
        &[
            "epc",
            "encode",
            "urn:epc:tag:sgtin-96:9.0614141.812345.6789",
        ],
        &["epc", "encode", "urn:epc:id:sgtin:0614141.812345.6789"],
        &["epc", "convert", "hello"],
        &["epc", "convert", "(01)80614141123459(21)1"],
        &[
            "epc",
            "convert",
            "urn:epc:id:sgtin:0614141.812345.6789",
            "--gcp-length",
            "8",
        ],
        &["event-hash", &text],
        &["event-hash", &none],
        &["epcis", "validate", &text],
        &["epcis", "validate", &none],
        &["epcis", "convert", &text, "--to", "json"],
    ] {
        let run = finish("theriac", args);
        assert_eq!(run.code, 2, "{args:?}: {}", run.err);
        assert_eq!(run.err.lines().count(), 1, "{args:?}: {}", run.err);
        assert!(run.err.starts_with("error: "), "{args:?}: {}", run.err);
    }
    let run = finish("theriac", &["event-hash", &text, "--profile", "cbv9"]);
    assert_eq!(run.code, 2);
    assert!(
        run.err.contains("cbv2.0"),
        "it names the profiles: {}",
        run.err
    );
}

#[test]
fn hashes_come_in_document_order() {
    let Some(folder) = shared("epcis/event-hash/ralphtro/examples") else {
        return;
    };
    let mut files = 0;
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        let wanted = path.with_extension("hashes");
        if path
            .extension()
            .is_none_or(|end| end != "jsonld" && end != "xml")
            || !wanted.exists()
        {
            continue;
        }
        let file = path.to_string_lossy();
        let run = finish("theriac", &["event-hash", &file, "--profile", "python-1.9"]);
        assert_eq!(run.code, 0, "{file}: {}", run.err);
        let wanted = std::fs::read_to_string(wanted).expect("hashes");
        assert_eq!(run.out.trim(), wanted.trim(), "{file}");
        files += 1;
    }
    assert!(files > 0, "no document with its hashes was found");
}

#[test]
fn every_document_is_judged_as_its_schema_does_and_converted() {
    let Some(root) = shared("epcis") else { return };
    let (mut judged, mut converted) = (0, 0);
    for (list, verdict) in [
        (
            "documents/validity-json-schema.json",
            "gs1_json_schema_valid",
        ),
        ("documents/validity-xsd.json", "xsd_valid"),
    ] {
        let rows = std::fs::read(root.join(list)).expect("the list of verdicts");
        let rows: Value = serde_json::from_slice(&rows).expect("JSON");
        for (name, row) in rows.as_object().expect("an object") {
            let Some(wanted) = row[verdict].as_bool() else {
                continue;
            };
            let file = root.join(name);
            let found = validate(&file);
            assert_eq!(found["schema_valid"], wanted, "{name}: {found:#}");
            judged += 1;
            if found["accepted"] == true {
                converted += convert(&file);
            }
        }
    }
    eprintln!("{judged} documents judged, {converted} conversions");
    assert!(judged > 100 && converted > 100);
}

fn validate(file: &Path) -> Value {
    let name = file.to_string_lossy();
    let run = finish("theriac", &["epcis", "validate", &name, "--format", "json"]);
    let found: Value = serde_json::from_str(&run.out).expect("JSON on standard output");
    assert_eq!(
        run.code,
        if found["valid"] == true { 0 } else { 2 },
        "{name}"
    );
    found
}

/// Writes a document in each form; what comes out is a document again.
fn convert(file: &Path) -> usize {
    let holder = tempfile::tempdir().expect("a temporary folder");
    let forms = ["json", "xml2.0", "xml1.2"];
    for form in forms {
        let out: PathBuf = holder.path().join(form);
        let (from, to) = (file.to_string_lossy(), out.to_string_lossy());
        let run = finish(
            "theriac",
            &["epcis", "convert", &from, "--to", form, "--output", &to],
        );
        assert_eq!(run.code, 0, "{from} to {form}: {}", run.err);
        let again = validate(&out);
        assert_eq!(again["accepted"], true, "{from} to {form}: {again:#}");
    }
    forms.len()
}
