//! The text formats of transparency logs: notes, keys, witness requests, tiles, evidence.

use tangle::testing::world::key;
use tangle::verify::checkpoint::{Note, verify_note};
use tangle::verify::merkle::tile::{Tile, bundle, entries};
use tangle::witness::{AddCheckpoint, Evidence, MemoryStore, Witness};
use tangle::{Checkpoint, VerifierKey, note_sign, verifier_key};

use super::Row;

const NOTE: &str = include_str!("../../../../fixtures/blocks/checkpoint.note");
const VKEY: &str = include_str!("../../../../fixtures/blocks/log.vkey");
const ORIGIN: &str = "fuzz.example/log";
const NOTE_WORDS: &[&str] = &[
    "\u{2014} ",
    "\n\n",
    "\n",
    "old ",
    "fuzz.example/log",
    "=",
    "+",
];

pub(super) fn rows() -> Vec<Row> {
    let note: Vec<u8> = NOTE.into();
    let path = vec![
        b"tile/0/x001/234".to_vec(),
        b"tile/entries/000.p/7".to_vec(),
    ];
    vec![
        (
            "checkpoint_note",
            vec![note, signed(1, 9).into()],
            NOTE_WORDS,
            checkpoint_note,
        ),
        ("verifier_key", vec![VKEY.trim().into()], &["+"], verifier),
        (
            "witness_body",
            vec![body(1), body(2)],
            NOTE_WORDS,
            witness_body,
        ),
        ("fork_evidence", vec![evidence()], NOTE_WORDS, fork_evidence),
        (
            "tile_path",
            path,
            &["tile/", "entries/", "/x", ".p/"],
            tile_path,
        ),
        (
            "tile_entries",
            vec![tile_of(&[b"one", b"", b"three"])],
            &[],
            tile_entries,
        ),
    ]
}

fn known() -> VerifierKey {
    verifier_key(ORIGIN, &key("log")).expect("a name")
}

/// A checkpoint of `size` leaves with a root that says so.
fn signed(size: u64, root: u8) -> String {
    let checkpoint = Checkpoint {
        origin: ORIGIN.into(),
        size,
        root: [root; 32],
    };
    note_sign(&checkpoint, ORIGIN, &key("log")).expect("it can be signed")
}

fn body(size: u64) -> Vec<u8> {
    let request = AddCheckpoint {
        old: 0,
        path: Vec::new(),
        note: Note::parse(&signed(size, 1)).expect("a note"),
    };
    request.to_text().into_bytes()
}

fn evidence() -> Vec<u8> {
    let evidence = Evidence {
        proven: true,
        seen: signed(4, 1),
        shown: signed(4, 2),
    };
    evidence.to_text().into_bytes()
}

fn tile_of(parts: &[&[u8]]) -> Vec<u8> {
    bundle(parts.iter().copied()).expect("short entries")
}

fn checkpoint_note(input: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(input) else {
        return false;
    };
    let Ok(note) = Note::parse(text) else {
        return false;
    };
    assert_eq!(note.to_text(), text, "one spelling");
    if let Ok(checkpoint) = note.checkpoint() {
        assert_eq!(checkpoint.to_text(), note.text);
    }
    let fixture: VerifierKey = VKEY.trim().parse().expect("a fixture");
    let held = verify_note(text, &[fixture, known()]).is_ok();
    let texts = [NOTE.to_owned(), signed(1, 9)];
    let original = texts
        .iter()
        .any(|it| Note::parse(it).is_ok_and(|it| it.text == note.text));
    assert!(!held || original, "a changed checkpoint holds");
    true
}

fn verifier(input: &[u8]) -> bool {
    let Some(key) = std::str::from_utf8(input)
        .ok()
        .and_then(|it| it.parse::<VerifierKey>().ok())
    else {
        return false;
    };
    assert_eq!(key.to_string().as_bytes(), input, "one spelling");
    true
}

fn witness_body(input: &[u8]) -> bool {
    let store = MemoryStore::default();
    let mut witness = Witness::new("w.example", key("witness"), [known()], store).expect("a name");
    let answer = witness.add_checkpoint(input, 1);
    let request = AddCheckpoint::parse(input);
    assert!(request.is_some() || answer.status == 400);
    let co_signed = answer.status == 200;
    let texts = [signed(1, 1), signed(2, 1)];
    let shown = request.as_ref().map(|it| it.note.text.clone());
    let ours = texts
        .iter()
        .any(|it| Note::parse(it).is_ok_and(|it| Some(it.text) == shown));
    assert!(!co_signed || ours, "it co-signs what the log did not sign");
    let Some(request) = request else { return false };
    assert_eq!(request.to_text().as_bytes(), input, "one spelling");
    true
}

fn fork_evidence(input: &[u8]) -> bool {
    let text = String::from_utf8_lossy(input);
    let Some(found) = Evidence::from_text(&text, &[known()]) else {
        return false;
    };
    assert_eq!(found.to_text(), text, "one spelling");
    true
}

fn tile_path(input: &[u8]) -> bool {
    let Some(tile) = std::str::from_utf8(input).ok().and_then(Tile::from_path) else {
        return false;
    };
    assert_eq!(tile.path().as_bytes(), input, "one spelling");
    true
}

fn tile_entries(input: &[u8]) -> bool {
    let Some(found) = entries(input) else {
        return false;
    };
    assert_eq!(bundle(found).as_deref(), Some(input), "one spelling");
    true
}
