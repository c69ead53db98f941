//! Ed25519 verification as RFC 8032 section 5.1 defines it, written for size. The points are in
//! extended coordinates, and one complete formula adds and doubles them (section 5.1.4).

use sha2::{Digest, Sha512};

use super::field::{Element, L, P, Words, bit, from_bytes, minus, scalar, to_bytes};

/// The curve's constant: -121665 / 121666.
const D: Element = Element([
    0x1359_78a3,
    0x75eb_4dca,
    0x4141_d8ab,
    0x0070_0a4d,
    0x7779_e898,
    0x8cc7_4079,
    0x2b6f_fe73,
    0x5203_6cee,
]);

/// A square root of -1: 2 ^ ((p - 1) / 4).
const I: Element = Element([
    0x4a0e_a0b0,
    0xc4ee_1b27,
    0xad2f_e478,
    0x2f43_1806,
    0x3dfb_d7a7,
    0x2b4d_0099,
    0x4fc1_df0b,
    0x2b83_2480,
]);

/// The base point: y = 4 / 5, x even.
const BASE: Words = [
    0x6666_6658,
    0x6666_6666,
    0x6666_6666,
    0x6666_6666,
    0x6666_6666,
    0x6666_6666,
    0x6666_6666,
    0x6666_6666,
];

/// The highest bit of an encoded point: whether x is odd.
const SIGN: u32 = 1 << 31;

/// A point (x : y : z), with t = x y / z.
#[derive(Clone, Copy)]
struct Point {
    x: Element,
    y: Element,
    z: Element,
    t: Element,
}

/// A key that is acceptable: its bytes and its point.
pub(super) struct Key<'a> {
    bytes: &'a [u8; 32],
    point: Point,
}

/// The key of these bytes, if it is acceptable.
pub(super) fn key(bytes: &[u8; 32]) -> Option<Key<'_>> {
    let point = Point::decode(from_bytes(bytes))?;
    (!point.is_of_small_order()).then_some(Key { bytes, point })
}

/// Whether the signature is this key's for the message: R = s B - k A, compared as bytes, so that
/// an R that is not canonical or no point is no match.
pub(super) fn holds(key: &Key<'_>, message: &[u8], signature: &[u8; 64]) -> bool {
    let ([r, s], _) = signature.as_chunks::<32>() else {
        return false;
    };
    let s = from_bytes(s);
    let Some(base) = Point::decode(BASE).filter(|_| minus(&s, &L).is_none()) else {
        return false;
    };
    let hash = Sha512::new()
        .chain_update(r)
        .chain_update(key.bytes)
        .chain_update(message);
    let k = scalar(&hash.finalize().into());
    let found = Point::of_two(&base, &s, &key.point.negated(), &k);
    found.encode() == *r && !found.is_of_small_order()
}

impl Point {
    const NEUTRAL: Self = Self {
        x: Element::ZERO,
        y: Element::ONE,
        z: Element::ONE,
        t: Element::ZERO,
    };

    /// The point with this encoding, in its one canonical form (RFC 8032 section 5.1.3).
    #[expect(
        clippy::many_single_char_names,
        reason = "the names of RFC 8032 section 5.1"
    )]
    fn decode(mut bytes: Words) -> Option<Self> {
        let [.., last] = &mut bytes;
        let odd = *last & SIGN != 0;
        *last &= !SIGN;
        if minus(&bytes, &P).is_some() {
            return None;
        }
        let y = Element(bytes);
        let square = y.times(&y);
        let u = square.minus(&Element::ONE);
        let v = square.times(&D).plus(&Element::ONE);
        // A candidate for the root of u / v: u v^3 (u v^7)^((p - 5) / 8).
        let v3 = v.times(&v).times(&v);
        let power = u.times(&v3).times(&v3).times(&v).root_power();
        let mut x = u.times(&v3).times(&power);
        let found = x.times(&x).times(&v);
        if !found.is(&u) {
            if !found.plus(&u).is(&Element::ZERO) {
                return None;
            }
            x = x.times(&I);
        }
        let is_odd = bit(&x.reduced(), 0);
        if is_odd != odd {
            // Zero has no other sign.
            if x.is(&Element::ZERO) {
                return None;
            }
            x = Element::ZERO.minus(&x);
        }
        let (z, t) = (Element::ONE, x.times(&y));
        Some(Self { x, y, z, t })
    }

    fn encode(&self) -> [u8; 32] {
        let scale = self.z.inverse();
        let mut bytes = self.y.times(&scale).reduced();
        let [.., last] = &mut bytes;
        if bit(&self.x.times(&scale).reduced(), 0) {
            *last |= SIGN;
        }
        to_bytes(&bytes)
    }

    fn negated(&self) -> Self {
        Self {
            x: Element::ZERO.minus(&self.x),
            t: Element::ZERO.minus(&self.t),
            ..*self
        }
    }

    /// The sum; it holds for equal points too.
    #[expect(
        clippy::many_single_char_names,
        reason = "the names of RFC 8032 section 5.1"
    )]
    fn plus(&self, other: &Self) -> Self {
        let a = self.y.minus(&self.x).times(&other.y.minus(&other.x));
        let b = self.y.plus(&self.x).times(&other.y.plus(&other.x));
        let c = self.t.times(&other.t).times(&D);
        let d = self.z.times(&other.z);
        let (c, d) = (c.plus(&c), d.plus(&d));
        let (e, f, g, h) = (b.minus(&a), d.minus(&c), d.plus(&c), b.plus(&a));
        Self {
            x: e.times(&f),
            y: g.times(&h),
            z: f.times(&g),
            t: e.times(&h),
        }
    }

    /// `m` times `left` and `n` times `right`, for numbers below 2^253.
    fn of_two(left: &Self, m: &Words, right: &Self, n: &Words) -> Self {
        let both = left.plus(right);
        let mut out = Self::NEUTRAL;
        for at in (0..253).rev() {
            out = out.plus(&out);
            let added = match (bit(m, at), bit(n, at)) {
                (false, false) => continue,
                (true, false) => left,
                (false, true) => right,
                (true, true) => &both,
            };
            out = out.plus(added);
        }
        out
    }

    /// Whether eight times the point is the neutral one.
    fn is_of_small_order(&self) -> bool {
        let mut eight = *self;
        for _ in 0..3 {
            eight = eight.plus(&eight);
        }
        eight.x.is(&Element::ZERO) && eight.y.is(&eight.z)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_constants_are_what_they_are_said_to_be() {
        let small = |n| Element([n, 0, 0, 0, 0, 0, 0, 0]);
        let sum = D.times(&small(121_666)).plus(&small(121_665));
        assert!(sum.is(&Element::ZERO));
        assert!(I.times(&I).plus(&Element::ONE).is(&Element::ZERO));
        let base = Point::decode(BASE).unwrap();
        assert!(base.y.times(&small(5)).is(&small(4)));
        let order = Point::of_two(&base, &L, &Point::NEUTRAL, &[0; 8]);
        assert!(order.x.is(&Element::ZERO) && order.y.is(&order.z));
    }
}
