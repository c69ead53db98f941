//! Parser differentials: bytes that one reader takes for this block and another for that one.
//! There is one spelling: whatever is changed in the bytes, no other envelope has the block's
//! id and verifies, longer heads, indefinite lengths and trailing bytes included.

use tangle::{NetworkId, SignedBlock, VerifiedBlock};

use super::Stage;

fn accepted(bytes: &[u8], network: &NetworkId) -> Option<VerifiedBlock> {
    SignedBlock::decode(bytes).ok()?.verify(network).ok()
}

/// `bytes` with those at `at..at + out` replaced.
fn replaced(bytes: &[u8], at: usize, out: usize, with: &[u8]) -> Vec<u8> {
    [&bytes[..at], with, &bytes[at + out..]].concat()
}

/// Every small change of the bytes, and every other way to write a CBOR head (RFC 8949 3).
fn others(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for (at, byte) in bytes.iter().copied().enumerate() {
        for bit in 0..8 {
            all.push(replaced(bytes, at, 1, &[byte ^ 1 << bit]));
        }
        all.push(replaced(bytes, at, 1, &[]));
        all.push(replaced(bytes, at, 0, &[byte]));
        let (major, info) = (byte & 0xe0, byte & 0x1f);
        if info < 24 {
            all.push(replaced(bytes, at, 1, &[major | 0x18, info]));
            all.push(replaced(bytes, at, 1, &[major | 0x19, 0, info]));
            all.push(replaced(bytes, at, 1, &[major | 0x1a, 0, 0, 0, info]));
            all.push(replaced(
                bytes,
                at,
                1,
                &[major | 0x1b, 0, 0, 0, 0, 0, 0, 0, info],
            ));
        }
        let indefinite = replaced(bytes, at, 1, &[major | 0x1f]);
        for end in at + 1..=bytes.len().min(at + 40) {
            all.push(replaced(&indefinite, end, 0, &[0xff]));
        }
        all.push([&bytes[..at], &[0xc0], &bytes[at..]].concat());
    }
    for more in [&[0][..], &[0xff], &[0xf6], bytes] {
        all.push([bytes, more].concat());
        all.push([more, bytes].concat());
    }
    all.extend((0..bytes.len()).map(|at| bytes[..at].to_vec()));
    all
}

#[test]
fn no_other_bytes_are_the_same_block() {
    let stage = Stage::new("a0\nb0 <- a0\na1 <- b0");
    let network = *stage.node.tangle.network();
    for name in ["a0", "a1"] {
        let block = stage.dag.block(name);
        assert!(accepted(block.bytes(), &network).is_some());
        for other in others(block.bytes()) {
            if other == block.bytes() {
                continue;
            }
            let found = accepted(&other, &network);
            assert!(found.is_none(), "{name}: also {}", hex::encode(&other));
        }
    }
}
