//! Evidence bundles: one file that anybody checks offline; every change of it is found.

use std::fs;

use serde_json::Value;
use tests::process::finish;
use tests::trade::{COLD, NOW_MS, Trade, WARM, commission, id, path};

const PALLET: &str = "https://id.gs1.org/00/395060001000000129";

/// A checkpoint key of somebody else (from C2SP's own examples).
const STRANGE_KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

/// Runs the checker on a bundle; exit code and what it printed.
fn check(trade: &Trade, bundle: &Value, key: Option<&str>) -> (i32, String) {
    let file = trade.beside("bundle.json");
    fs::write(&file, bundle.to_string()).expect("a file");
    let file = file.to_string_lossy().into_owned();
    let mut args = vec!["verify-evidence", &file];
    if let Some(key) = key {
        args.extend(["--key", key]);
    }
    let run = finish("theriac", &args);
    (run.code, format!("{}{}", run.out, run.err))
}

#[test]
fn a_bundle_is_checked_offline_and_every_change_is_found() {
    let trade = Trade::new();
    trade.deliver(WARM, &["A1", "A2"], "L1", PALLET);
    let key = trade.node().log_key().to_string();
    for (who, kind, thing, least) in [
        ("maker", "packs", id(WARM, "A1"), 4),
        ("wholesaler", "packs", id(WARM, "A2"), 4),
        ("regulator", "shipments", PALLET.to_owned(), 3),
    ] {
        let bundle = trade
            .get(who, &path(kind, &thing, "/evidence"))
            .expect(200)
            .json();
        let documents = bundle["documents"].as_array().expect("documents");
        assert!(documents.len() >= least, "{bundle:#}");
        assert_eq!(
            bundle["summary"].as_array().map(Vec::len),
            Some(documents.len())
        );
        assert!(
            bundle["checkpoint"]
                .as_str()
                .expect("a note")
                .contains("example.com/trade")
        );
        let (code, told) = check(&trade, &bundle, Some(&key));
        assert_eq!(code, 0, "{told}");
    }
    drop(
        trade
            .get("pharmacy", &path("packs", &id(WARM, "A1"), "/evidence"))
            .expect(404),
    );
    drop(
        trade
            .get("pharmacy", &path("shipments", PALLET, "/evidence"))
            .expect(404),
    );

    let bundle = trade
        .get("maker", &path("packs", &id(WARM, "A1"), "/evidence"))
        .expect(200)
        .json();
    let changes: [(&str, fn(&mut Value)); 14] = [
        ("an event", |it| {
            it["documents"][0]["event"]["eventTime"] = "2020-01-01T00:00:00Z".into();
        }),
        ("an item", |it| it["documents"][0]["item"] = 7.into()),
        ("the summary", |it| {
            it["summary"][0] = "nothing happened".into();
        }),
        ("a summary and its event", |it| {
            let list = it["documents"].as_array_mut().expect("documents");
            list.clear();
            it["summary"] = serde_json::json!([]);
        }),
        ("a proof", |it| {
            let proofs = it["proofs"].as_object_mut().expect("proofs");
            let first = proofs.keys().next().expect("one").clone();
            let text = proofs[&first].as_str().expect("a text").replace('A', "B");
            proofs.insert(first, text.into());
        }),
        ("the format", |it| {
            it["format"] = "theriac-evidence/2".into();
        }),
        ("what it is about", |it| it["about"] = id(COLD, "A1").into()),
        ("what it is about, to nothing", |it| it["about"] = "".into()),
        ("what it is about, by a blank", |it| {
            let about = it["about"].as_str().expect("a text");
            it["about"] = format!("{about} ").into();
        }),
        ("the network", |it| it["network"] = "00".repeat(32).into()),
        ("the log's key", |it| {
            // A key of the right form, of somebody else.
            it["log_key"] = STRANGE_KEY.into();
        }),
        ("the log's key to none", |it| it["log_key"] = "me".into()),
        ("the checkpoint", |it| {
            it["checkpoint"] = "example.com/trade\n7\nAAAA\n\n".into();
        }),
        ("the checkpoint's root", |it| {
            let text = it["checkpoint"].as_str().expect("a note");
            let mut lines: Vec<&str> = text.split('\n').collect();
            lines[2] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
            it["checkpoint"] = lines.join("\n").into();
        }),
    ];
    for (what, change) in changes {
        let mut changed = bundle.clone();
        change(&mut changed);
        for key in [Some(&*key), None] {
            let (code, told) = check(&trade, &changed, key);
            assert_eq!(code, 6, "{what}: {told}");
        }
    }
    // Somebody else's key is not the one that signed.
    let other = Trade::new();
    let strange = other.node().log_key().to_string();
    if strange != key {
        assert_eq!(check(&trade, &bundle, Some(&strange)).0, 6);
    }
}

/// A case is named by the node: that is said, and what its documents prove is proven all the same.
#[test]
fn of_a_case_it_is_said_that_its_name_is_not_proven() {
    let trade = Trade::new();
    trade.deliver(WARM, &["A1"], "L1", PALLET);
    let again = commission(WARM, &["A1"], "L1", NOW_MS - 1_000);
    trade.capture("maker", &[again]);
    let list = trade.get("maker", "/api/v1/cases").expect(200).json();
    let case = list["cases"][0]["id"].as_str().expect("a case");
    let bundle = trade.get("maker", &path("cases", case, "/evidence"));
    let bundle = bundle.expect(200).json();
    let (code, told) = check(&trade, &bundle, None);
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("not proven: a case"), "{told}");
}

#[test]
fn the_command_fetches_what_it_can_check() {
    let trade = Trade::new();
    trade.deliver(WARM, &["A1"], "L1", PALLET);
    let file = trade.beside("pack.evidence.json");
    let file = file.to_string_lossy().into_owned();
    let (url, key) = (trade.url(), trade.keys["maker"].clone());
    let connection = ["--server", &url, "--key", &key];
    let pack = id(WARM, "A1");
    let fetch = [&["evidence", &pack, "-o", &file][..], &connection].concat();
    let run = finish("theriac", &fetch);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    let run = finish("theriac", &["verify-evidence", &file, "--format", "json"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    let told: Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(told["ok"], true);
    assert_eq!(told["about"], pack);
}

/// Packs and recalls from the command line, with its exit codes.
#[test]
fn packs_and_recalls_from_the_command_line() {
    let trade = Trade::new();
    trade.deliver(WARM, &["A1", "A2"], "L1", PALLET);
    trade.hand_on(&[id(WARM, "A1"), id(WARM, "A2")], "pharmacy", 1);
    let url = trade.url();
    let run = |who: &str, args: &[&str]| {
        let key = trade.keys[who].clone();
        let args = [args, &["--server", &url, "--key", &key]].concat();
        let run = finish("theriac", &args);
        (run.code, format!("{}{}", run.out, run.err))
    };
    let scan = |serial: &str| tests::trade::scan(WARM, serial, "L1");
    let (one, never) = (scan("A1"), scan("NO"));
    for (args, code) in [
        (&["pack", "dispense", &one][..], 0),
        (&["pack", "dispense", &one], 0),
        (&["pack", "dispense", &never], 1),
        (&["pack", "dispense", &one, &never], 7),
        (&["pack", "export", &one], 4),
        (&["pack", "eat", &one], 2),
        // Nothing was asked, so nothing is genuine.
        (&["verify", "-"], 2),
    ] {
        let (got, told) = run("pharmacy", args);
        assert_eq!(got, code, "{args:?}: {told}");
    }
    let decision = serde_json::json!({ "type": "recall", "gtin": WARM, "lot": "L1",
        "reason": "broken seal" });
    drop(
        trade
            .post("maker", "/api/v1/decisions", &decision)
            .expect(201),
    );
    let (code, told) = run("maker", &["recall", "notify", WARM, "L1"]);
    assert_eq!(code, 0, "{told}");
    assert!(told.contains(tests::trade::gln("pharmacy")), "{told}");
    let (code, told) = run("maker", &["recall", "show"]);
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("1 told") || told.contains("2 told"), "{told}");
    assert_eq!(run("maker", &["recall", "show", WARM, "L9"]).0, 3);
}
