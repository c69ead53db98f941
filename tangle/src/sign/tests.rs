//! Signing: the same bytes every time, what the verifier takes, and no secret in sight.

use tangle_verify::checkpoint::verify_note;
use tangle_verify::{Genesis, Media, SignedBlock};

use super::*;

/// The sample of `fixtures/blocks`: author 1 is also the root, author 3 the log.
fn key(fill: u8) -> SigningKey {
    SigningKey::from_seed([fill; 32])
}

const TIME_MS: u64 = 1_763_704_800_000;
const ORIGIN: &str = "golden.theriac.example/log";

fn network() -> NetworkId {
    let name = "Golden".to_owned();
    Genesis {
        name,
        created_ms: TIME_MS,
        root: key(1).key_id(),
    }
    .network_id()
}

fn first() -> Draft {
    Draft {
        kind: Kind::Registry,
        epoch: 0,
        seq: 0,
        prev: None,
        parents: Parents::default(),
        hlc: Hlc::next(TIME_MS, &[]),
        anchor: None,
        items: vec![Item {
            salt: [0x11; 16],
            media: Media::REGISTRY,
            body: vec![],
        }],
    }
}

#[test]
fn a_draft_becomes_the_frozen_block() {
    let block = first().sign(&key(1), &network()).unwrap();
    let frozen = include_str!("../../../fixtures/blocks/first.hex");
    assert_eq!(hex::encode(block.bytes()), frozen.trim_end());
    let verified = SignedBlock::decode(block.bytes())
        .unwrap()
        .verify(&network())
        .unwrap();
    assert_eq!(verified.header().kid, key(1).key_id());
    assert_eq!(verified.id(), &block.id(&network()));
    let own = first().author(&key(1), &network()).unwrap();
    assert_eq!(own, verified);
}

#[test]
fn drafts_that_break_a_rule_are_not_signed() {
    for bad in [
        Draft { seq: 1, ..first() },
        Draft {
            prev: Some(BlockId::new([1; 32])),
            ..first()
        },
        Draft {
            kind: Kind::Opaque(9),
            ..first()
        },
        Draft {
            anchor: Some(Anchor {
                size: 0,
                root: [0; 32],
            }),
            ..first()
        },
        Draft {
            items: vec![first().items[0].clone(); 4097],
            ..first()
        },
        Draft {
            items: vec![Item {
                salt: [0; 16],
                media: Media(1),
                body: vec![0; 1 << 20],
            }],
            ..first()
        },
    ] {
        let error = bad.sign(&key(1), &network()).unwrap_err();
        assert!(error.to_string().starts_with("cannot sign: "), "{error}");
    }
}

#[test]
fn a_milestone_verifies_under_its_key_and_network() {
    let milestone = Milestone {
        index: 0,
        previous: [0; 32],
        heads: vec![BlockId::new([1; 32])],
        time_ms: TIME_MS,
        epoch: 0,
    };
    let signed = milestone_sign(milestone.clone(), &key(2), &network()).unwrap();
    assert_eq!(signed.kid(), &key(2).key_id());
    let read = SignedMilestone::decode(&signed.to_bytes()).unwrap();
    assert_eq!(read.verify(&network()).unwrap().milestone(), &milestone);
    let none = Milestone {
        heads: vec![],
        ..milestone
    };
    assert!(milestone_sign(none, &key(2), &network()).is_err());
}

#[test]
fn a_note_verifies_under_its_verifier_key() {
    let checkpoint = Checkpoint {
        origin: ORIGIN.to_owned(),
        size: 0,
        root: [9; 32],
    };
    let vkey = verifier_key(ORIGIN, &key(3)).unwrap();
    let frozen = include_str!("../../../fixtures/blocks/log.vkey");
    assert_eq!(vkey.to_string(), frozen.trim_end());
    let note = note_sign(&checkpoint, ORIGIN, &key(3)).unwrap();
    assert_eq!(
        verify_note(&note, std::slice::from_ref(&vkey)),
        Ok(checkpoint.clone())
    );
    let other = verifier_key(ORIGIN, &key(4)).unwrap();
    assert!(verify_note(&note, &[other]).is_err());

    for name in ["", "a b", "a+b", "a\nb"] {
        assert!(note_sign(&checkpoint, name, &key(3)).is_err(), "{name:?}");
        assert!(verifier_key(name, &key(3)).is_err(), "{name:?}");
        let bad = Checkpoint {
            origin: name.to_owned(),
            ..checkpoint.clone()
        };
        assert!(note_sign(&bad, ORIGIN, &key(3)).is_err(), "origin {name:?}");
    }
}

#[test]
fn a_secret_does_not_print() {
    let text = format!("{:?}", key(0xab));
    assert!(text.contains("secret hidden"));
    assert!(
        !text.contains(&"ab".repeat(8)) && !text.contains("171, 171"),
        "{text}"
    );
}
