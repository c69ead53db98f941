//! The vectors in `fixtures/verify/proofs.json`: good proofs and damaged ones, each with the step
//! that must fail. The verifier here, its WebAssembly and the portal's fallback all run them.
//! They are made from the samples; `THERIAC_UPDATE_FIXTURES=1` writes the file anew.

use std::string::{String, ToString};
use std::{fs, vec, vec::Vec};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::checkpoint::{Note, NoteSignature, VerifierKey, cosigned_message};
use crate::genesis::Genesis;
use crate::outcome::{LogLeaf, Outcome};
use crate::proof::json::to_json;
use crate::proof::{ProofFile, ProofItem, verify, verify_json};
use crate::samples::{Author, ORIGIN, author, checkpoint, genesis, leaves, proof_file};

const PATH: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../fixtures/verify/proofs.json"
);
const TIME_S: u64 = 1_763_704_805;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Vector {
    /// What is wrong with it, or good about it.
    name: String,
    /// The proof file.
    proof: String,
    /// The given keys, one vkey a line; empty leaves it to the pinned ones.
    keys: String,
    witnesses_min: usize,
    /// The step that fails; null where all hold.
    failed: Option<String>,
}

fn with(change: impl FnOnce(&mut ProofFile)) -> String {
    let mut file = proof_file();
    change(&mut file);
    file.encode()
}

fn log_key() -> String {
    author(3).verifier_key(ORIGIN).to_string()
}

fn witness_key(author: &Author, name: &str) -> VerifierKey {
    VerifierKey::witness(name, author.kid()).unwrap()
}

fn cosign(file: &mut ProofFile, author: &Author, name: &str) {
    let key = witness_key(author, name);
    let signature = author.sign(cosigned_message(TIME_S, &file.note.text).as_bytes());
    file.note.signatures.push(NoteSignature {
        name: name.to_string(),
        id: key.id(),
        signature: [&TIME_S.to_be_bytes()[..], &signature].concat(),
    });
    file.keys.push(key);
}

fn all() -> Vec<Vector> {
    let mut list = good();
    for (step, damaged) in [
        ("file", damaged_files()),
        ("block-format", damaged_formats()),
        ("signature", damaged_signatures()),
        ("item-path", damaged_items()),
        ("leaf", damaged_leaves()),
        ("inclusion", damaged_paths()),
        ("checkpoint-signature", damaged_checkpoints()),
    ] {
        list.extend(damaged.into_iter().map(|(name, proof)| Vector {
            name: name.to_string(),
            proof,
            keys: log_key(),
            witnesses_min: 0,
            failed: Some(step.to_string()),
        }));
    }
    list.extend(distrusted());
    list
}

fn vector(name: &str, proof: String, keys: &[String], failed: Option<&str>) -> Vector {
    Vector {
        name: name.to_string(),
        proof,
        keys: keys.join("\n"),
        witnesses_min: 0,
        failed: failed.map(ToString::to_string),
    }
}

fn two_witnesses() -> (String, [String; 3]) {
    let (one, two) = (author(4), author(5));
    let proof = with(|file| {
        cosign(file, &one, "one.example");
        cosign(file, &two, "two.example");
    });
    let keys = [
        log_key(),
        witness_key(&one, "one.example").to_string(),
        witness_key(&two, "two.example").to_string(),
    ];
    (proof, keys)
}

fn good() -> Vec<Vector> {
    let (witnessed, keys) = two_witnesses();
    let fewer = with(|file| file.items.truncate(1));
    let none = with(|file| file.items.clear());
    vec![
        vector("two items, pinned keys", with(|_| {}), &[], None),
        vector(
            "two items, the log's key given",
            with(|_| {}),
            &[log_key()],
            None,
        ),
        vector("one item shown", fewer, &[log_key()], None),
        vector("no item shown", none, &[log_key()], None),
        vector("unknown witnesses", witnessed.clone(), &[log_key()], None),
        Vector {
            witnesses_min: 2,
            ..vector("two witnesses asked for and there", witnessed, &keys, None)
        },
    ]
}

fn damaged_files() -> Vec<(&'static str, String)> {
    let text = with(|_| {});
    vec![
        ("nothing", String::new()),
        ("another format", text.replacen("@v1", "@v2", 1)),
        ("windows line ends", text.replace('\n', "\r\n")),
        ("a blank at the end", text.clone() + " "),
        ("the last line cut", text.trim_end().to_string()),
        (
            "no checkpoint",
            text.split_inclusive(
                "

",
            )
            .next()
            .unwrap()
            .to_string(),
        ),
        (
            "an index with a leading zero",
            text.replacen("index 5", "index 05", 1),
        ),
        ("a negative index", text.replacen("index 5", "index -5", 1)),
        ("extra is not base64", text.replacen("extra ", "extra !", 1)),
        ("no extra line", text.replacen("extra ", "other ", 1)),
        ("an extension line", text.replacen("\n7\n", "\n7\next\n", 1)),
        (
            "64 hashes in the path",
            with(|file| file.path = vec![[7; 32]; 64]),
        ),
    ]
}

fn damaged_formats() -> Vec<(&'static str, String)> {
    vec![
        ("the genesis is cut", with(|file| file.genesis.truncate(20))),
        (
            "a byte follows the statement",
            with(|file| file.statement.push(0)),
        ),
        (
            "the statement is empty",
            with(|file| file.statement.clear()),
        ),
        (
            "the statement's tag is written long",
            with(|file| drop(file.statement.splice(0..1, [0xd8, 18]))),
        ),
    ]
}

fn damaged_signatures() -> Vec<(&'static str, String)> {
    let other = Genesis {
        name: "Elsewhere".into(),
        ..genesis()
    };
    let flip = |at: usize| {
        with(|file| {
            let end = file.statement.len();
            file.statement[end - at] ^= 1;
        })
    };
    vec![
        ("a bit of the signature", flip(1)),
        ("a bit of the items root", flip(100)),
        (
            "a block of another network",
            with(|file| file.genesis = other.to_bytes()),
        ),
    ]
}

fn damaged_items() -> Vec<(&'static str, String)> {
    vec![
        (
            "a body changed",
            with(|file| file.items[0].item.body.push(b' ')),
        ),
        (
            "a salt changed",
            with(|file| file.items[0].item.salt[0] ^= 1),
        ),
        (
            "another media",
            with(|file| file.items[0].item.media.0 += 1),
        ),
        ("an item moved", with(|file| file.items[0].index = 1)),
        ("a path cut", with(|file| file.items[0].path.clear())),
        (
            "an index outside the block",
            with(|file| file.items[1].index = 3),
        ),
    ]
}

fn damaged_leaves() -> Vec<(&'static str, String)> {
    vec![
        (
            "another block's leaf",
            with(|file| file.leaf = leaves()[4].to_bytes()),
        ),
        (
            "a milestone's leaf",
            with(|file| file.leaf = leaves()[6].to_bytes()),
        ),
        ("a byte follows the leaf", with(|file| file.leaf.push(0))),
    ]
}

fn damaged_paths() -> Vec<(&'static str, String)> {
    let better = |outcome| {
        let LogLeaf::Block { id, milestone, .. } = leaves()[5] else {
            return Vec::new();
        };
        LogLeaf::Block {
            id,
            milestone,
            outcome,
        }
        .to_bytes()
    };
    let other = Outcome::Rejected { code: 1 };
    vec![
        ("another outcome", with(|file| file.leaf = better(other))),
        ("a bit of a hash", with(|file| file.path[0][31] ^= 1)),
        ("one hash too few", with(|file| file.path.truncate(1))),
        ("one hash too many", with(|file| file.path.push([0; 32]))),
        ("another place", with(|file| file.index = 4)),
        ("a place outside the log", with(|file| file.index = 7)),
    ]
}

fn damaged_checkpoints() -> Vec<(&'static str, String)> {
    let text = checkpoint().to_text();
    let renamed = |file: &mut ProofFile| {
        let signature = author(3).note_signature("other.example", &text);
        file.note = Note {
            text: text.clone(),
            signatures: vec![signature],
        };
        file.keys = vec![author(3).verifier_key("other.example")];
    };
    let posing = |file: &mut ProofFile| {
        file.note.signatures.clear();
        file.keys.clear();
        cosign(file, &author(4), ORIGIN);
    };
    let late = |file: &mut ProofFile| {
        cosign(file, &author(4), "one.example");
        file.note.signatures[1].signature[7] ^= 1;
    };
    vec![
        (
            "a bit of the log's signature",
            with(|f| f.note.signatures[0].signature[9] ^= 1),
        ),
        ("no key for a signature", with(|file| file.keys.clear())),
        (
            "another key than the signature names",
            with(|f| f.keys[0] = author(9).verifier_key(ORIGIN)),
        ),
        ("signed under another name", with(renamed)),
        ("a witness poses as the log", with(posing)),
        ("a witness's time changed", with(late)),
    ]
}

fn distrusted() -> Vec<Vector> {
    let (witnessed, keys) = two_witnesses();
    let strange = author(9).verifier_key(ORIGIN).to_string();
    let renamed = author(3).verifier_key("other.example").to_string();
    let one = author(4);
    let names = ["a.example", "b.example"];
    let sybil = with(|file| names.iter().for_each(|name| cosign(file, &one, name)));
    let mut sybil_keys = vec![log_key()];
    sybil_keys.extend(names.map(|name| witness_key(&one, name).to_string()));
    let trust = Some("trust");
    let needs = |witnesses_min, vector| Vector {
        witnesses_min,
        ..vector
    };
    vec![
        vector("another key is trusted", with(|_| {}), &[strange], trust),
        vector(
            "the log's key under another name",
            with(|_| {}),
            &[renamed],
            trust,
        ),
        needs(
            3,
            vector(
                "three witnesses asked for, two there",
                witnessed.clone(),
                &keys,
                trust,
            ),
        ),
        needs(
            1,
            vector(
                "a witness asked for, none known",
                witnessed,
                &keys[..1],
                trust,
            ),
        ),
        needs(
            2,
            vector("one witness under two names", sybil, &sybil_keys, trust),
        ),
        needs(
            1,
            vector(
                "a witness asked for, no keys given",
                with(|_| {}),
                &[],
                trust,
            ),
        ),
        vector(
            "a key that is none",
            with(|_| {}),
            &["nonsense".into()],
            Some("keys"),
        ),
    ]
}

#[test]
fn the_vectors_are_those_in_the_file() {
    let text = serde_json::to_string_pretty(&all()).unwrap() + "\n";
    if std::env::var_os("THERIAC_UPDATE_FIXTURES").is_some() {
        fs::write(PATH, &text).unwrap();
    }
    let found = fs::read_to_string(PATH).unwrap();
    assert!(found == text, "{PATH} is not what the samples give");
}

#[test]
fn every_vector_fails_where_it_says() {
    let list: Vec<Vector> = serde_json::from_str(&fs::read_to_string(PATH).unwrap()).unwrap();
    assert!(list.len() > 40);
    for it in list {
        let report = verify_json(it.proof.as_bytes(), &it.keys, it.witnesses_min);
        let report: Value = serde_json::from_str(&report).unwrap();
        assert_eq!(
            report["failed"].as_str(),
            it.failed.as_deref(),
            "{}",
            it.name
        );
        assert_eq!(report["ok"], it.failed.is_none(), "{}", it.name);
        assert_eq!(
            report["proved"].is_object(),
            it.failed.is_none(),
            "{}",
            it.name
        );
    }
}

#[test]
fn the_report_is_json_whatever_is_in_the_proof() {
    let bodies: [&[u8]; 4] = [
        b"\"\\\n\r\t\x01",
        b"\xff\xfe",
        "\u{1f9ea}\u{7f}".as_bytes(),
        b"",
    ];
    for body in bodies {
        let sample = crate::samples::item(9, crate::Media(7), "");
        let mut file = proof_file();
        file.items = Vec::new();
        let mut report = verify(file.encode().as_bytes(), None);
        let proved = report.proved.as_mut().unwrap();
        proved.items = vec![ProofItem {
            index: 0,
            item: crate::Item {
                body: body.to_vec(),
                ..sample.clone()
            },
            path: Vec::new(),
        }];
        let json: Value = serde_json::from_str(&to_json(&report)).unwrap();
        let shown = &json["proved"]["items"][0];
        match core::str::from_utf8(body) {
            Ok(text) => assert_eq!(shown["text"], text),
            Err(_) => assert_eq!(shown["hex"], hex::encode(body)),
        }
        assert_eq!(json["proved"]["block"], proved_id());
    }
}

fn proved_id() -> String {
    crate::samples::chained().id().to_string()
}
