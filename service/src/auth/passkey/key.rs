//! The public key of a passkey (`COSE_Key`, RFC 9053) and what it signs. The three algorithms that
//! authenticators have: ES256, EdDSA with Ed25519, and RS256 of older Windows machines.
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};

use super::cbor::{Reader, Value};

/// COSE numbers of the algorithms, the most wanted first.
pub const ALGORITHMS: [i64; 3] = [ES256, EDDSA, RS256];
const ES256: i64 = -7;
const EDDSA: i64 = -8;
const RS256: i64 = -257;

/// A public key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum PublicKey {
    Es256([u8; 65]),
    EdDsa([u8; 32]),
    Rs256 { n: Vec<u8>, e: Vec<u8> },
}

#[derive(Default)]
struct Fields<'b> {
    kind: Option<i64>,
    alg: Option<i64>,
    curve: Option<Value<'b>>,
    x: Option<&'b [u8]>,
    y: Option<&'b [u8]>,
}

impl PublicKey {
    /// Reads a key from the front of some bytes, which the reader then has behind it.
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let mut fields = Fields::default();
        for _ in 0..reader.map()? {
            let (label, value) = (reader.value()?, reader.value()?);
            match (label, value) {
                (Value::Int(1), Value::Int(kind)) => fields.kind = Some(kind),
                (Value::Int(3), Value::Int(alg)) => fields.alg = Some(alg),
                (Value::Int(-1), value) => fields.curve = Some(value),
                (Value::Int(-2), Value::Bytes(bytes)) => fields.x = Some(bytes),
                (Value::Int(-3), Value::Bytes(bytes)) => fields.y = Some(bytes),
                _ => {}
            }
        }
        fields.key()
    }

    /// Reads a key that is all of some bytes.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let key = Self::read(&mut reader)?;
        reader.rest().is_empty().then_some(key)
    }

    /// Whether the key signed a message.
    pub(super) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let checked = match self {
            Self::Es256(point) => {
                let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point);
                key.verify(message, signature)
            }
            Self::EdDsa(point) => {
                UnparsedPublicKey::new(&ED25519, point).verify(message, signature)
            }
            Self::Rs256 { n, e } => {
                let key = RsaPublicKeyComponents { n, e };
                key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
        };
        checked.is_ok()
    }
}

impl Fields<'_> {
    fn key(&self) -> Option<PublicKey> {
        match (self.kind?, self.alg?, self.curve?) {
            (2, ES256, Value::Int(1)) => {
                let (x, y) = (self.x?, self.y?);
                let mut point = [4; 65];
                if x.len() != 32 || y.len() != 32 {
                    return None;
                }
                let from = x.iter().chain(y);
                point
                    .iter_mut()
                    .skip(1)
                    .zip(from)
                    .for_each(|(to, from)| *to = *from);
                Some(PublicKey::Es256(point))
            }
            (1, EDDSA, Value::Int(6)) => Some(PublicKey::EdDsa(self.x?.try_into().ok()?)),
            (3, RS256, Value::Bytes(n)) => {
                // Of RSA the numbers -1 and -2 are modulus and exponent (RFC 8230, 4).
                let e = self.x?;
                let fits = (256..=1_024).contains(&n.len()) && (1..=8).contains(&e.len());
                fits.then(|| PublicKey::Rs256 {
                    n: n.to_vec(),
                    e: e.to_vec(),
                })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The Ed25519 test 2 of RFC 8032, 7.1.
    #[test]
    fn an_ed25519_key_is_read_and_checks() {
        let x = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
        let cose = hex::decode(format!("a40101032720062158 20{x}").replace(' ', "")).unwrap();
        let key = PublicKey::of(&cose).unwrap();
        let signature = hex::decode(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        )
        .unwrap();
        assert!(key.signed(&[0x72], &signature));
        assert!(!key.signed(&[0x73], &signature));
        let mut longer = cose;
        longer.push(0);
        assert_eq!(PublicKey::of(&longer), None);
    }

    #[test]
    fn keys_of_other_kinds_curves_and_lengths_are_none() {
        for bad in [
            "",
            "a0",
            // P-256 with the algorithm of Ed25519, with another curve, with half a point.
            "a5010203272001215820",
            "a401010326200621582000",
            "a50102032620012141002241 00",
            // RSA of eight bits.
            "a401030339010020410121430100 01",
        ] {
            let bytes = hex::decode(bad.replace(' ', "")).unwrap();
            assert_eq!(PublicKey::of(&bytes), None, "{bad}");
        }
    }
}
