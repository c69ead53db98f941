//! Known faults of a proof file, one each, with the step that must notice it. The rest of the file
//! is always good, so that a fault cannot hide behind another.

use super::*;

fn flip(bytes: &mut [u8], at: usize) {
    bytes[at] ^= 1;
}

type Change = fn(&mut ProofFile);

/// One fault each, and the step that must notice it.
const FAULTS: [(&str, &str, Change); 30] = [
    ("the genesis is cut", "block-format", |file| {
        file.genesis.truncate(9);
    }),
    (
        "the genesis has a root of small order",
        "block-format",
        |file| {
            let end = file.genesis.len();
            file.genesis[end - 32..].fill(0);
        },
    ),
    ("the statement is cut", "block-format", |file| {
        file.statement.truncate(100);
    }),
    ("the statement goes on", "block-format", |file| {
        file.statement.push(0);
    }),
    ("the statement has no tag", "block-format", |file| {
        file.statement = file.statement.split_off(1);
    }),
    (
        "the genesis is that of another network",
        "signature",
        |file| {
            file.genesis = Genesis {
                created_ms: 1,
                ..genesis()
            }
            .to_bytes();
        },
    ),
    ("the signature is changed", "signature", |file| {
        let last = file.statement.len() - 1;
        flip(&mut file.statement, last);
    }),
    ("the items root is changed", "signature", |file| {
        let root = Statement::decode(&file.statement)
            .unwrap()
            .payload()
            .items_root;
        let at = file
            .statement
            .windows(32)
            .position(|part| part == root)
            .unwrap();
        flip(&mut file.statement, at);
    }),
    ("an item's body is changed", "item-path", |file| {
        flip(&mut file.items[0].item.body, 0);
    }),
    ("an item's salt is changed", "item-path", |file| {
        flip(&mut file.items[0].item.salt, 0);
    }),
    ("an item's media is changed", "item-path", |file| {
        file.items[0].item.media.0 ^= 1;
    }),
    ("an item's path is changed", "item-path", |file| {
        flip(&mut file.items[1].path[0], 31);
    }),
    ("an item's path is longer", "item-path", |file| {
        file.items[1].path.push([0; 32]);
    }),
    ("an item's path is shorter", "item-path", |file| {
        file.items[0].path.truncate(1);
    }),
    ("an item has another index", "item-path", |file| {
        file.items[0].index = 1;
    }),
    ("an item is beyond the block", "item-path", |file| {
        file.items[1].index = 3;
    }),
    ("the leaf is no leaf", "leaf", |file| file.leaf.push(0)),
    ("the leaf is another block's", "leaf", |file| {
        file.leaf = leaves()[4].to_bytes();
    }),
    ("the leaf is a milestone's", "leaf", |file| {
        file.leaf = leaves()[6].to_bytes();
    }),
    ("the outcome is another", "inclusion", |file| {
        let outcome = Outcome::Rejected { code: 0 };
        file.leaf = LogLeaf::Block {
            id: *chained().id(),
            milestone: 3,
            outcome,
        }
        .to_bytes();
    }),
    ("the milestone is another", "inclusion", |file| {
        let outcome = Outcome::Applied;
        file.leaf = LogLeaf::Block {
            id: *chained().id(),
            milestone: 4,
            outcome,
        }
        .to_bytes();
    }),
    ("the leaf is elsewhere", "inclusion", |file| file.index = 4),
    ("the leaf is beyond the log", "inclusion", |file| {
        file.index = 7;
    }),
    ("the path is changed", "inclusion", |file| {
        flip(&mut file.path[1], 0);
    }),
    ("the path is longer", "inclusion", |file| {
        file.path.push([0; 32]);
    }),
    ("the root is another", "inclusion", |file| {
        file.note = note_by(
            &Checkpoint {
                root: [0; 32],
                ..checkpoint()
            },
            &[(&author(3), ORIGIN)],
        );
    }),
    (
        "the checkpoint has another origin",
        "checkpoint-signature",
        |file| {
            let origin = "golden.theriac.example/lot".to_string();
            file.note.text = Checkpoint {
                origin,
                ..checkpoint()
            }
            .to_text();
        },
    ),
    (
        "the checkpoint's signature is changed",
        "checkpoint-signature",
        |file| {
            flip(&mut file.note.signatures[0].signature, 40);
        },
    ),
    (
        "the pinned key is another",
        "checkpoint-signature",
        |file| {
            file.keys = vec![author(4).verifier_key(ORIGIN)];
        },
    ),
    ("no key is pinned", "checkpoint-signature", |file| {
        file.keys.clear();
    }),
];

#[test]
fn each_fault_is_named_by_the_step_that_must_notice() {
    for (what, step, change) in FAULTS {
        let mut file = proof_file();
        change(&mut file);
        let bytes = file.encode();
        assert_eq!(failing(bytes.as_bytes(), None), step, "{what}");
        assert_eq!(
            failing(bytes.as_bytes(), Some(&[log_key()])),
            step,
            "{what}, key given"
        );
    }
}
