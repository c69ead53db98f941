//! Log leaves: each value one encoding.

use std::vec;
use std::vec::Vec;

use super::*;
use crate::samples::leaves;

fn hex(bytes: &[u8]) -> String {
    to_hex(bytes)
}

#[test]
fn leaves_have_the_bytes_the_module_draws() {
    let id = BlockId::new([0xab; 32]);
    let ab = "ab".repeat(32);
    for (leaf, bytes) in [
        (
            LogLeaf::Block {
                id,
                milestone: 3,
                outcome: Outcome::Applied,
            },
            std::format!("84005820{ab}038100"),
        ),
        (
            LogLeaf::Block {
                id,
                milestone: 3,
                outcome: Outcome::Disputed { with: id },
            },
            std::format!("84005820{ab}0382015820{ab}"),
        ),
        (
            LogLeaf::Block {
                id,
                milestone: 300,
                outcome: Outcome::Rejected { code: 24 },
            },
            std::format!("84005820{ab}19012c82021818"),
        ),
        (
            LogLeaf::Block {
                id,
                milestone: 3,
                outcome: Outcome::Quarantined { why: 65_535 },
            },
            std::format!("84005820{ab}03820319ffff"),
        ),
        (
            LogLeaf::Milestone {
                index: u32::MAX,
                digest: [0xab; 32],
            },
            std::format!("83011affffffff5820{ab}"),
        ),
    ] {
        assert_eq!(hex(&leaf.to_bytes()), bytes);
        assert_eq!(LogLeaf::from_bytes(&leaf.to_bytes()), Ok(leaf));
    }
}

#[test]
fn no_other_bytes_are_a_leaf() {
    for leaf in leaves() {
        let bytes = leaf.to_bytes();
        for end in 0..bytes.len() {
            assert!(LogLeaf::from_bytes(&bytes[..end]).is_err());
        }
        assert!(LogLeaf::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut bad = bytes.clone();
                bad[at] ^= 1 << bit;
                if let Ok(other) = LogLeaf::from_bytes(&bad) {
                    assert_eq!(other.to_bytes(), bad);
                    assert_ne!(other, leaf);
                }
            }
        }
    }
}

#[test]
fn parts_that_do_not_belong_together_are_refused() {
    let id = [&[0x58, 0x20][..], &[7; 32]].concat();
    let join = |parts: Vec<&[u8]>| parts.concat();
    for bad in [
        join(vec![&[0x84, 1], &id, &[3, 0x81, 0]]),
        join(vec![&[0x83, 0], &id, &[3]]),
        join(vec![&[0x84, 0], &id, &[3, 0x82, 0, 0]]),
        join(vec![&[0x84, 0], &id, &[3, 0x81, 2]]),
        join(vec![&[0x84, 0], &id, &[3, 0x82, 4, 0]]),
        join(vec![&[0x84, 0], &id, &[3, 0x82, 2, 0x1a, 0, 1, 0, 0]]),
        join(vec![
            &[0x84, 0],
            &id,
            &[0x1b, 0, 0, 0, 1, 0, 0, 0, 0, 0x81, 0],
        ]),
        join(vec![&[0x84, 0], &id, &[3, 0x80]]),
    ] {
        assert!(LogLeaf::from_bytes(&bad).is_err(), "{}", hex(&bad));
    }
    let outcome = Outcome::Rejected { code: 9 };
    assert_eq!(Outcome::from_bytes(&outcome.to_bytes()), Ok(outcome));
    assert!(Outcome::from_bytes(&[0x81, 0, 0]).is_err());
}
