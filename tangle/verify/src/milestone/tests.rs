//! Milestones: signed for one network, canonical, bounded.

use std::vec;
use std::vec::Vec;

use super::*;
use crate::samples::{author, milestone, network, signed_milestone};

#[test]
fn a_milestone_survives_its_bytes_and_verifies_in_its_network_only() {
    let signed = signed_milestone();
    let bytes = signed.to_bytes();
    let read = SignedMilestone::decode(&bytes).unwrap();
    assert_eq!(read, signed);
    assert_eq!(read.milestone(), &milestone());
    let verified = read.clone().verify(&network()).unwrap();
    assert_eq!(verified.to_bytes(), bytes);
    assert_eq!(
        (verified.milestone(), verified.kid()),
        (&milestone(), &author(2).kid())
    );
    let elsewhere = NetworkId::new([9; 32]);
    assert_eq!(read.verify(&elsewhere), Err(Rejected::Signature));
}

#[test]
fn every_changed_bit_is_refused() {
    let bytes = signed_milestone().to_bytes();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut bad = bytes.clone();
            bad[at] ^= 1 << bit;
            let found = SignedMilestone::decode(&bad).map(|read| read.verify(&network()).is_err());
            assert!(found.unwrap_or(true), "byte {at} bit {bit}");
        }
    }
    for end in 0..bytes.len() {
        assert!(
            SignedMilestone::decode(&bytes[..end]).is_err(),
            "cut at {end}"
        );
    }
    assert!(SignedMilestone::decode(&[&bytes[..], &[0]].concat()).is_err());
}

#[test]
fn milestones_that_break_a_rule_are_refused() {
    let id = |n: u64| BlockId::new(core::array::from_fn(|at| n.to_be_bytes()[at % 8]));
    let many: Vec<_> = (0..=limits::MILESTONE_HEADS_MAX as u64).map(id).collect();
    let sample = milestone();
    for bad in [
        Milestone {
            heads: vec![],
            ..sample.clone()
        },
        Milestone {
            heads: vec![id(2), id(1)],
            ..sample.clone()
        },
        Milestone {
            heads: vec![id(1), id(1)],
            ..sample.clone()
        },
        Milestone {
            heads: many.clone(),
            ..sample.clone()
        },
        Milestone {
            time_ms: limits::TIME_MS_MAX + 1,
            ..sample.clone()
        },
    ] {
        assert!(SignedMilestone::assemble(bad, author(2).kid(), [0; 64]).is_err());
    }
    let widest = Milestone {
        index: u32::MAX,
        heads: many[1..].to_vec(),
        time_ms: limits::TIME_MS_MAX,
        epoch: u32::MAX,
        ..sample
    };
    let signature = author(2).sign(&widest.to_be_signed(&author(2).kid(), &network()));
    let signed = SignedMilestone::assemble(widest, author(2).kid(), signature).unwrap();
    assert_eq!(
        SignedMilestone::decode(&signed.to_bytes()),
        Ok(signed.clone())
    );
    assert!(signed.verify(&network()).is_ok());
}

#[test]
fn a_block_signature_is_no_milestone_signature() {
    // The same key over the same bytes with the other purpose must not verify.
    let validator = author(2);
    let milestone = milestone();
    let payload = milestone.payload();
    let kid = validator.kid();
    let crossed = cose::sig_structure(&protected(&kid), &network(), "theriac/block/1", &payload);
    let signature = validator.sign(&crossed);
    let signed = SignedMilestone::assemble(milestone, kid, signature).unwrap();
    assert_eq!(signed.verify(&network()), Err(Rejected::Signature));
}

#[test]
fn a_stored_milestone_is_known_by_its_digest_alone() {
    let signed = signed_milestone();
    let verified = signed.clone().verify(&network()).unwrap();
    let digest = signed.digest(&network());
    assert_eq!(&digest, verified.digest());
    assert_eq!(
        signed.clone().verify_stored(&network(), &digest),
        Ok(verified)
    );
    let other = Milestone {
        time_ms: milestone().time_ms + 1,
        ..milestone()
    };
    let other = SignedMilestone::assemble(other, *signed.kid(), signed.signature).unwrap();
    assert_eq!(other.verify_stored(&network(), &digest), Err(Rejected::Id));
    let elsewhere = NetworkId::new([9; 32]);
    assert_eq!(signed.verify_stored(&elsewhere, &digest), Err(Rejected::Id));
}
