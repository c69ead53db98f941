//! Signature malleability: a signature that also verifies, made without the key, would give one
//! block two sets of bytes. The second one, s + L, every flipped bit and every other known
//! degenerate form are refused at the gate, so what is recorded is what its author signed.

use tangle::SignedBlock;

use super::Stage;

/// The group order of Ed25519, little-endian (RFC 8032 section 5.1).
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// Other signatures out of a good one, without the key.
fn others(signature: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for bit in 0..512 {
        let mut flipped = signature.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        all.push((format!("bit {bit}"), flipped));
    }
    let mut sum = signature.to_vec();
    for times in 1..=8 {
        let mut carry = 0;
        for (byte, order) in sum[32..].iter_mut().zip(ORDER) {
            let total = u16::from(*byte) + u16::from(order) + carry;
            (*byte, carry) = (total.to_le_bytes()[0], total >> 8);
        }
        all.push((format!("s + {times} L"), sum.clone()));
    }
    let mut neutral = signature.to_vec();
    neutral[..32].fill(0);
    neutral[0] = 1;
    all.push(("R is the neutral element".into(), neutral.clone()));
    neutral[..32].copy_from_slice(&[0xff; 32]);
    all.push(("R is no point".into(), neutral));
    all.push(("zeros".into(), vec![0; 64]));
    all
}

#[test]
fn there_is_one_signature_and_it_is_the_authors() {
    let mut stage = Stage::new("a0");
    stage.record("a0");
    let block = stage.dag.block("a0").clone();
    let network = *stage.node.tangle.network();
    let statement = block.statement();
    let signature = statement[statement.len() - 64..].to_vec();
    let start = block
        .bytes()
        .windows(64)
        .position(|it| it == signature)
        .unwrap();
    for (what, other) in others(&signature) {
        let mut bytes = block.bytes().to_vec();
        bytes[start..start + 64].copy_from_slice(&other);
        let signed = SignedBlock::decode(&bytes).unwrap();
        assert_eq!(signed.id(&network), *block.id(), "the id does not cover it");
        assert!(signed.verify(&network).is_err(), "{what}");
    }
    let kept = stage
        .node
        .tangle
        .reader()
        .block(block.id())
        .unwrap()
        .unwrap();
    assert_eq!(kept.bytes(), block.bytes());
}
