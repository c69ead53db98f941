//! Receipts: their bytes, that they hold, and every attack on one.

use std::string::ToString;
use std::{vec, vec::Vec};

use super::*;
use crate::merkle::FullNodes;
use crate::samples::{ORIGIN, author, chained, checkpoint, leaves};

fn receipt() -> Receipt {
    let hashes: Vec<_> = leaves().iter().map(crate::LogLeaf::hash).collect();
    let claims = Claims {
        key: author(3).kid(),
        issuer: ORIGIN.to_string(),
        subject: chained().id().to_string(),
        size: checkpoint().size,
    };
    let signature = author(3).sign(&claims.to_be_signed(&checkpoint().root));
    Receipt {
        claims,
        inclusion: Inclusion {
            size: checkpoint().size,
            index: 5,
            path: FullNodes::of(&hashes).inclusion_path(5).unwrap(),
        },
        signature,
    }
}

fn leaf() -> Vec<u8> {
    leaves()[5].to_bytes()
}

#[test]
fn a_receipt_holds_for_its_leaf_and_key() {
    let bytes = receipt().to_bytes();
    assert_eq!(Receipt::decode(&bytes), Ok(receipt()));
    let root = receipt().verify(&leaf(), &author(3).kid());
    assert_eq!(root, Ok(checkpoint().root));
    assert_eq!(&bytes[..4], [0xd2, 0x84, 0x58, 0x92]);
    assert_eq!(&bytes[4..10], [0xa5, 0x01, 0x27, 0x04, 0x58, 0x20]);
}

#[test]
fn every_changed_bit_is_refused() {
    let bytes = receipt().to_bytes();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut bad = bytes.clone();
            bad[at] ^= 1 << bit;
            let held = Receipt::decode(&bad).map(|it| it.verify(&leaf(), &author(3).kid()));
            assert!(!matches!(held, Ok(Ok(_))), "byte {at} bit {bit}");
        }
    }
    for end in 0..bytes.len() {
        assert!(Receipt::decode(&bytes[..end]).is_err(), "cut at {end}");
    }
    assert!(Receipt::decode(&[&bytes[..], &[0]].concat()).is_err());
}

#[test]
fn attack_a_leaf_with_a_better_outcome() {
    let mut better = leaves()[4];
    if let crate::LogLeaf::Block { outcome, .. } = &mut better {
        *outcome = crate::Outcome::Applied;
    }
    let held = receipt().verify(&better.to_bytes(), &author(3).kid());
    assert_eq!(held, Err(ReceiptError::Signature));
}

#[test]
fn attack_a_receipt_by_a_key_that_is_not_the_logs() {
    let forger = author(9);
    let mut forged = receipt();
    forged.claims.key = forger.kid();
    forged.signature = forger.sign(&forged.claims.to_be_signed(&checkpoint().root));
    let held = forged.verify(&leaf(), &author(3).kid());
    assert_eq!(held, Err(ReceiptError::Key));
    // Under the log's name, but with the forger's signature.
    forged.claims.key = author(3).kid();
    let held = forged.verify(&leaf(), &author(3).kid());
    assert_eq!(held, Err(ReceiptError::Signature));
}

#[test]
fn attack_a_signature_taken_from_another_statement() {
    // The log's key also signs checkpoints, and authors sign blocks: neither is a receipt.
    let mut moved = receipt();
    moved.signature = author(3).sign(checkpoint().to_text().as_bytes());
    let held = moved.verify(&leaf(), &author(3).kid());
    assert_eq!(held, Err(ReceiptError::Signature));
}

#[test]
fn attack_sizes_and_indices_that_cannot_be() {
    let claim = |size, index, path: Vec<Hash>| {
        let mut bad = receipt();
        bad.inclusion = Inclusion { size, index, path };
        bad.claims.size = size;
        bad.verify(&leaf(), &author(3).kid())
    };
    let path = receipt().inclusion.path;
    let outside = MerkleError::Outside { index: 7, size: 7 };
    assert_eq!(claim(7, 7, path.clone()), Err(outside.into()));
    let outside = MerkleError::Outside { index: 0, size: 0 };
    assert_eq!(claim(0, 0, vec![]), Err(outside.into()));
    assert_eq!(claim(7, 5, vec![]), Err(MerkleError::Length.into()));
    assert_eq!(claim(7, 6, path.clone()), Err(MerkleError::Length.into()));
    assert_eq!(claim(7, 4, path), Err(ReceiptError::Signature));
    let huge = claim(u64::MAX, u64::MAX - 1, vec![[0; 32]; 63]);
    assert!(huge.is_err());
}

#[test]
fn attack_another_size_of_like_shape() {
    let mut other = receipt();
    other.inclusion.size = 6;
    let held = other.verify(&leaf(), &author(3).kid());
    assert_eq!(held, Err(ReceiptError::Size));
}

#[test]
fn attack_an_attached_payload() {
    let mut bytes = receipt().to_bytes();
    let at = bytes.len() - 67;
    assert_eq!(bytes[at], 0xf6);
    let mut attached = vec![0x58, 0x20];
    attached.extend(checkpoint().root);
    bytes.splice(at..=at, attached);
    let error = Receipt::decode(&bytes).unwrap_err();
    assert_eq!(error.fault, Fault::Expected("a detached payload"));
    assert_eq!(error.at, at);
}
