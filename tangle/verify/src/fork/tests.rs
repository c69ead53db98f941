//! Fork proofs: that two blocks in one seat give one, and that nothing else does.

use std::vec::Vec;

use super::*;
use crate::block::{SignedBlock, UnsignedBlock};
use crate::header::Header;
use crate::item::Media;
use crate::samples::{author, chained_block, chained_header, first_block, genesis, item, network};

fn other_block(change: impl FnOnce(&mut Header)) -> SignedBlock {
    let mut header = chained_header();
    change(&mut header);
    author(1).block(header, Vec::from([item(0x61, Media(900), "another")]))
}

fn proof(one: &SignedBlock, other: &SignedBlock) -> ForkProof {
    ForkProof::new(&genesis(), one.statement(), other.statement())
}

#[test]
fn two_blocks_in_one_seat_prove_a_fork() {
    let (one, other) = (chained_block(), other_block(|_| {}));
    let both = proof(&one, &other);
    assert_eq!(
        both,
        proof(&other, &one),
        "in whatever order they are found"
    );
    assert_eq!(ForkProof::from_bytes(&both.to_bytes()), Ok(both.clone()));
    let mut blocks = [one.id(&network()), other.id(&network())];
    blocks.sort_unstable();
    let forked = Forked {
        network: network(),
        author: author(1).kid(),
        epoch: 2,
        seq: 70_000,
        blocks,
    };
    assert_eq!(both.verify(), Ok(forked));
}

#[test]
fn attack_an_honest_author_is_accused() {
    let one = chained_block();
    assert_eq!(
        proof(&one, &one).verify(),
        Err(ForkError::Order),
        "one block twice"
    );
    for (what, other) in [
        ("another seq", other_block(|it| it.seq += 1)),
        ("another epoch", other_block(|it| it.epoch += 1)),
        ("another place", first_block()),
    ] {
        assert_eq!(proof(&one, &other).verify(), Err(ForkError::Seat), "{what}");
    }
    let header = Header {
        kid: author(2).kid(),
        ..chained_header()
    };
    let other = author(2).block(header, Vec::new());
    assert_eq!(
        proof(&one, &other).verify(),
        Err(ForkError::Seat),
        "another author"
    );
}

#[test]
fn attack_a_forged_statement() {
    let unsigned = UnsignedBlock::new(chained_header(), Vec::new()).unwrap();
    let signature = author(9).sign(&unsigned.to_be_signed(&network()));
    let forged = unsigned.with_signature(signature);
    let error = proof(&chained_block(), &forged).verify().unwrap_err();
    let why = Rejected::Signature;
    assert!(matches!(error, ForkError::Statement { why: found, .. } if found == why));
}

#[test]
fn attack_a_block_of_another_network() {
    let mut elsewhere = proof(&chained_block(), &other_block(|_| {}));
    let other = Genesis {
        name: "Elsewhere".into(),
        ..genesis()
    };
    elsewhere.genesis = other.to_bytes();
    let which = "first";
    let why = Rejected::Signature;
    assert_eq!(elsewhere.verify(), Err(ForkError::Statement { which, why }));
}

#[test]
fn every_changed_bit_is_refused() {
    let good = proof(&chained_block(), &other_block(|_| {}));
    let bytes = good.to_bytes();
    for at in 0..bytes.len() {
        let mut bad = bytes.clone();
        bad[at] ^= 1 << (at % 8);
        let held = ForkProof::from_bytes(&bad).map(|it| it.verify());
        assert!(!matches!(held, Ok(Ok(_))), "byte {at}");
        assert!(ForkProof::from_bytes(&bytes[..at]).is_err(), "cut at {at}");
    }
    let swapped = ForkProof {
        first: good.second.clone(),
        second: good.first.clone(),
        genesis: good.genesis,
    };
    assert_eq!(swapped.verify(), Err(ForkError::Order));
}
