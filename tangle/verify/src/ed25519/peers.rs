//! The compact verifier beside the library, where implementations are known to differ: keys and
//! commitments with a component of small order, scalars that are not reduced, bytes that are no
//! point. Whatever the library says, the compact one has to say.

use std::vec::Vec;

use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT as BASE, EIGHT_TORSION};
use curve25519_dalek::{EdwardsPoint, Scalar};
use proptest::prelude::*;
use sha2::{Digest, Sha512};

use super::{compact, field, library};

/// Whether the signature holds, by both.
fn both(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> [bool; 2] {
    [
        compact::key(key).is_some_and(|key| compact::holds(&key, message, signature)),
        library::key(key).is_some_and(|key| library::holds(&key, message, signature)),
    ]
}

fn joined(r: &[u8; 32], s: &[u8; 32]) -> [u8; 64] {
    let both: Vec<u8> = r.iter().chain(s).copied().collect();
    both.try_into().unwrap()
}

/// A signature by the equation, whatever the points are.
fn signed(
    secret: Scalar,
    key: &[u8; 32],
    once: Scalar,
    r: EdwardsPoint,
    message: &[u8],
) -> [u8; 64] {
    let r = r.compress().to_bytes();
    let hash = Sha512::new()
        .chain_update(r)
        .chain_update(key)
        .chain_update(message);
    let k = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
    joined(&r, (once + k * secret).as_bytes())
}

#[test]
fn components_of_small_order_count_as_the_library_counts_them() {
    let (secret, once) = (Scalar::from(7_u64).invert(), Scalar::from(11_u64).invert());
    let (mut holding, mut tried) = (0, 0);
    for torsion_of_key in EIGHT_TORSION {
        for torsion_of_r in EIGHT_TORSION {
            for (secret, once) in [
                (secret, once),
                (Scalar::ZERO, once),
                (secret, Scalar::ZERO),
                (Scalar::ZERO, Scalar::ZERO),
            ] {
                let key = (BASE * secret + torsion_of_key).compress().to_bytes();
                let r = BASE * once + torsion_of_r;
                // The hash decides how much of the key's small component is in the sum.
                for message in 0..16_u8 {
                    let signature = signed(secret, &key, once, r, &[message]);
                    let [compact, library] = both(&key, &[message], &signature);
                    assert_eq!(compact, library, "{key:?} {signature:?} {message}");
                    holding += u32::from(library);
                    tried += 1;
                }
            }
        }
    }
    assert!(
        holding > 0 && holding < tried,
        "{holding} of {tried} hold, so both answers were seen"
    );
}

#[test]
fn numbers_around_the_order_and_the_prime_are_read_alike() {
    let secret = Scalar::from(99_u64);
    let key = (BASE * secret).compress().to_bytes();
    let once = Scalar::from(3_u64);
    let good = signed(secret, &key, once, BASE * once, b"m");
    assert_eq!(both(&key, b"m", &good), [true, true]);
    let (r, s) = good.split_at(32);
    let s = field::from_bytes(s.try_into().unwrap());
    let mut higher = s;
    // s + L, s + 2 L, ... satisfy the equation too and are refused.
    for _ in 0..15 {
        let mut carry = 0_u64;
        for (word, order) in higher.iter_mut().zip(field::L) {
            carry += u64::from(*word) + u64::from(order);
            *word = u32::try_from(carry & 0xffff_ffff).unwrap();
            carry >>= 32;
        }
        let signature = joined(r.try_into().unwrap(), &field::to_bytes(&higher));
        assert_eq!(both(&key, b"m", &signature), [false, false]);
    }
    for low in 0..=255_u8 {
        for (fill, high) in [(0, 0), (0, 0x80), (0xff, 0x7f), (0xff, 0xff)] {
            let mut bytes = [fill; 32];
            bytes[0] = low;
            bytes[31] = high;
            let found = (
                compact::key(&bytes).is_some(),
                library::key(&bytes).is_some(),
            );
            assert_eq!(found.0, found.1, "{bytes:?}");
            // As R under a good key, too.
            let [compact, library] = both(&key, b"m", &joined(&bytes, &field::to_bytes(&s)));
            assert_eq!(compact, library, "{bytes:?}");
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_a_key_for_both_or_for_none(bytes: [u8; 32]) {
        prop_assert_eq!(compact::key(&bytes).is_some(), library::key(&bytes).is_some());
    }

    #[test]
    fn scalars_are_reduced_as_the_library_does(low: [u8; 32], high: [u8; 32]) {
        let wide = joined(&low, &high);
        let wanted = Scalar::from_bytes_mod_order_wide(&wide).to_bytes();
        prop_assert_eq!(field::to_bytes(&field::scalar(&wide)), wanted);
    }

    #[test]
    fn a_signature_holds_and_no_change_of_it_does(
        seed: [u8; 32], message: Vec<u8>, at in 0..64_usize, flip in 1..=255_u8,
    ) {
        use ed25519_dalek::Signer;
        let author = ed25519_dalek::SigningKey::from_bytes(&seed);
        let key = author.verifying_key().to_bytes();
        let mut signature = author.sign(&message).to_bytes();
        prop_assert_eq!(both(&key, &message, &signature), [true, true]);
        signature[at] ^= flip;
        prop_assert_eq!(both(&key, &message, &signature), [false, false]);
    }

    #[test]
    fn the_field_obeys_its_laws(a: [u32; 8], b: [u32; 8], c: [u32; 8]) {
        let (a, b, c) = (field::Element(a), field::Element(b), field::Element(c));
        prop_assert!(a.plus(&b).minus(&b).is(&a));
        prop_assert!(a.minus(&b).plus(&b).is(&a));
        prop_assert!(a.times(&b.plus(&c)).is(&a.times(&b).plus(&a.times(&c))));
        prop_assert!(a.times(&b).times(&c).is(&a.times(&b.times(&c))));
        let one = a.times(&a.inverse());
        prop_assert!(one.is(&field::Element::ONE) || a.is(&field::Element::ZERO));
    }
}
