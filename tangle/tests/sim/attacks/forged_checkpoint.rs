//! A forged checkpoint: another key, another root, another size; handed to a verifier, put into
//! a proof, or put on the node's disk while it is closed.

use tangle::store::files::Files;
use tangle::testing::world::key;
use tangle::verify::checkpoint::verify_note;
use tangle::verify::proof;
use tangle::{Checkpoint, note_sign, verifier_key};

use super::Stage;
use crate::kit::{NOTE, Node, checked, vkey};

const DAG: &str = "a0\nb0 <- a0\na1 <- b0";

fn signed() -> Stage {
    let mut stage = Stage::new(DAG);
    stage.record("a0 b0 a1");
    stage.cut();
    stage
}

/// Forgeries of a checkpoint: what they say, and by which key.
fn forgeries(real: &Checkpoint) -> Vec<(&'static str, Checkpoint, &'static str)> {
    let root = [0x5a; 32];
    let size = real.size;
    vec![
        ("the real one by another key", real.clone(), "thief"),
        (
            "another root",
            Checkpoint {
                root,
                ..real.clone()
            },
            "thief",
        ),
        (
            "fewer leaves",
            Checkpoint {
                size: size - 1,
                ..real.clone()
            },
            "thief",
        ),
        (
            "more leaves",
            Checkpoint {
                size: size + 1,
                ..real.clone()
            },
            "thief",
        ),
        (
            "more, by the stolen key",
            Checkpoint {
                size: size + 9,
                ..real.clone()
            },
            "note",
        ),
        (
            "another root, by the stolen key",
            Checkpoint {
                root,
                ..real.clone()
            },
            "note",
        ),
    ]
}

#[test]
fn a_verifier_with_the_right_key_takes_none() {
    let stage = signed();
    let reader = stage.node.tangle.reader();
    let (note, real) = reader.checkpoint().unwrap();
    assert!(verify_note(&note, &[vkey()]).is_ok());
    let file = reader.prove(&stage.dag.id("a1"), &[0]).unwrap();
    let text = String::from_utf8(file).unwrap();
    for (what, forged, by) in forgeries(&real) {
        let forged = note_sign(&forged, NOTE, &key(by)).unwrap();
        if by == "thief" {
            assert!(verify_note(&forged, &[vkey()]).is_err(), "{what}");
        }
        let swapped = text.replace(&note, &forged);
        assert_ne!(swapped, text, "the note stands in the proof as it is");
        let report = proof::verify(swapped.as_bytes(), Some(&[vkey()]));
        assert!(report.proved.is_none(), "{what}: {:?}", report.steps);
    }
}

#[test]
fn on_the_disk_of_a_closed_node_it_is_refused() {
    let stage = signed();
    let (_, real) = stage.node.tangle.reader().checkpoint().unwrap();
    stage.node.tangle.close().unwrap();
    for (what, forged, by) in forgeries(&real) {
        let disk = stage.disk.after_kill();
        let note = note_sign(&forged, NOTE, &key(by)).unwrap();
        let keys = format!("{}\n", verifier_key(NOTE, &key(by)).unwrap());
        disk.tamper("checkpoint", note.into_bytes());
        disk.tamper("checkpoint.keys", keys.into_bytes());
        let report = checked(&disk, false).unwrap();
        assert!(
            report.differences.iter().any(|it| it.file == "checkpoint"),
            "{what}"
        );
        assert!(Node::open(&disk).is_err(), "{what}: pinned");
        // Somebody who knows of the marker removes it too.
        disk.remove("clean").unwrap();
        match Node::open(&disk) {
            Err(_) => {}
            // The log is what it says; but nothing it proves stands under the real key.
            Ok(node) if forged == real => {
                let file = node
                    .tangle
                    .reader()
                    .prove(&stage.dag.id("a1"), &[0])
                    .unwrap();
                assert!(proof::verify(&file, Some(&[vkey()])).proved.is_none());
            }
            Ok(_) => panic!("{what}: not pinned"),
        }
    }
}
