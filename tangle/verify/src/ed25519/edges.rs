//! Ed25519 at its edges: keys and signatures that lax verifiers take and we must not, asked of
//! both ways to check them.

use std::vec::Vec;

use super::{compact, library};
use crate::error::Rejected;
use crate::ids::KeyId;
use crate::samples::author;

/// The order of the group, little-endian: s and s + L satisfy the same equation.
const L: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// What both say, which is the same.
fn is_acceptable(key: &KeyId) -> bool {
    let found = library::key(key.as_bytes()).is_some();
    assert_eq!(compact::key(key.as_bytes()).is_some(), found, "{key}");
    found
}

/// What both say, which is the same.
fn check(key: &KeyId, message: &[u8], signature: &[u8; 64]) -> Result<(), Rejected> {
    let found = key.check(message, signature);
    let bytes = key.as_bytes();
    let holds = (
        compact::key(bytes).is_some_and(|key| compact::holds(&key, message, signature)),
        library::key(bytes).is_some_and(|key| library::holds(&key, message, signature)),
    );
    assert_eq!(holds, (found.is_ok(), found.is_ok()), "{key}");
    found
}

fn hex_key(text: &str) -> KeyId {
    text.parse().unwrap()
}

#[test]
fn keys_of_small_order_are_refused() {
    // The eight torsion points in their canonical encodings.
    for text in [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    ] {
        assert!(!is_acceptable(&hex_key(text)), "{text}");
        assert_eq!(check(&hex_key(text), b"any", &[0; 64]), Err(Rejected::Key));
    }
}

#[test]
fn keys_that_are_not_canonical_are_refused() {
    // y = p + n for n in 0..19, with either sign bit: a second spelling of y = n.
    for low in 0xed..=0xff_u8 {
        for high in [0x7f, 0xff] {
            let mut bytes = [0xff; 32];
            bytes[0] = low;
            bytes[31] = high;
            assert!(!is_acceptable(&KeyId::new(bytes)), "{low:02x}..{high:02x}");
        }
    }
    // The sign bit on x = 0.
    for text in [
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    ] {
        assert!(!is_acceptable(&hex_key(text)), "{text}");
    }
    // y = 2 is on no point of the curve.
    let mut none = [0; 32];
    none[0] = 2;
    assert!(!is_acceptable(&KeyId::new(none)));
    assert!(is_acceptable(&author(1).kid()));
}

#[test]
fn a_signature_has_no_second_form() {
    let author = author(5);
    let signature = author.sign(b"message");
    assert_eq!(check(&author.kid(), b"message", &signature), Ok(()));
    assert_eq!(
        check(&author.kid(), b"massage", &signature),
        Err(Rejected::Signature)
    );

    let mut malleated = signature;
    let mut carry = 0;
    for (byte, order) in malleated[32..].iter_mut().zip(L) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    assert_eq!(carry, 0, "s + L still fits");
    assert_eq!(
        check(&author.kid(), b"message", &malleated),
        Err(Rejected::Signature)
    );

    for at in 0..64 {
        for bit in 0..8 {
            let mut bad = signature;
            bad[at] ^= 1 << bit;
            assert_eq!(
                check(&author.kid(), b"message", &bad),
                Err(Rejected::Signature)
            );
        }
    }
}

#[test]
fn a_commitment_of_small_order_is_refused() {
    // With R the identity and s = 0, a lax verifier takes this for keys of small order; ours
    // must refuse such an R under any key.
    let mut signature = [0; 64];
    signature[0] = 1;
    let kids: Vec<_> = (1..9).map(|fill| author(fill).kid()).collect();
    for kid in kids {
        assert_eq!(
            check(&kid, b"message", &signature),
            Err(Rejected::Signature)
        );
    }
}
