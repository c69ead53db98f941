//! The signature with which a Berlinger logger seals its file: ECDSA over P-256 and SHA-256, with
//! hash, r, s, x and y written in little-endian order. A certificate in the file carries the key of
//! the device's lot, signed by a root key. The file's signature covers everything before its own
//! line, the certificate's everything from `Cert:` to its own line, line endings included.
//!
//! What it proves: a genuine device of that lot made exactly these bytes. The lot's devices share
//! a key, so it does not prove which of them. The root key was observed in files, not published by
//! the vendor; it is pinned here and can be replaced.

use p256::ecdsa::signature::hazmat::PrehashVerifier;
use p256::ecdsa::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};

/// Root key that certifies the lots' keys, SEC1 uncompressed.
const ROOT_SEC1: [u8; 65] = [
    0x04, 0x0a, 0xa2, 0xbe, 0x1b, 0x04, 0x26, 0x8b, 0x87, 0x4f, 0xc0, 0x0a, 0xac, 0x19, 0x3a, 0x88,
    0x93, 0x52, 0xf5, 0x7e, 0xed, 0x2a, 0x46, 0xd8, 0xc7, 0xfc, 0x98, 0x11, 0x1b, 0xdc, 0xaf, 0x19,
    0x66, 0xe3, 0xbe, 0x16, 0x48, 0xb9, 0xae, 0x1a, 0x7b, 0x7e, 0x5b, 0x9a, 0xfc, 0x7c, 0x4b, 0x48,
    0xfd, 0x00, 0x3c, 0x50, 0x5c, 0xb6, 0xaf, 0x74, 0x9f, 0xab, 0xaa, 0xc0, 0xda, 0x18, 0x0c, 0xf6,
    0x68,
];

/// The key that certifies device keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustAnchor(VerifyingKey);

impl TrustAnchor {
    /// The pinned root; `None` never happens, but the constant is checked like any other key.
    #[must_use]
    pub fn pinned() -> Option<Self> {
        Self::from_sec1(&ROOT_SEC1)
    }

    /// Another root, as SEC1 bytes; `None` if they are no point of P-256.
    #[must_use]
    pub fn from_sec1(bytes: &[u8]) -> Option<Self> {
        VerifyingKey::from_sec1_bytes(bytes).ok().map(Self)
    }
}

/// What the signature of a file is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Seal {
    /// The device signed exactly these bytes, with a key that the root certified.
    Valid,
    /// There is a signature, and it is not that of a certified device over these bytes.
    Invalid {
        /// What does not hold.
        why: Fault,
    },
    /// There is no signature.
    Absent,
}

/// What is wrong with a seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The lines of certificate and signatures are not in place or not lower-case hexadecimal.
    Form,
    /// The root did not sign the certificate.
    Certificate,
    /// The certified key did not sign the file.
    File,
    /// Something follows the signature.
    Trailing,
}

impl Seal {
    /// Checks the seal of a whole file.
    #[must_use]
    pub fn of(bytes: &[u8], root: &TrustAnchor) -> Self {
        if line_start(bytes, b"Sig: ").is_none() && line_start(bytes, b"Sig Cert: ").is_none() {
            return Self::Absent;
        }
        match check(bytes, root) {
            Ok(()) => Self::Valid,
            Err(why) => Self::Invalid { why },
        }
    }
}

fn check(bytes: &[u8], root: &TrustAnchor) -> Result<(), Fault> {
    let start = |label| line_start(bytes, label).ok_or(Fault::Form);
    let (certificate, key) = (start(b"Cert:\r\n")?, start(b" Public Key: ")?);
    let (certified, signed) = (start(b"Sig Cert: ")?, start(b"Sig: ")?);
    if !(certificate < key && key < certified && certified < signed) {
        return Err(Fault::Form);
    }
    let key = device_key(&hex_value(bytes, key, b" Public Key: ")?.0)?;
    let certificate = bytes.get(certificate..certified).ok_or(Fault::Form)?;
    let (signature, _) = hex_value(bytes, certified, b"Sig Cert: ")?;
    verify(&root.0, certificate, &signature).ok_or(Fault::Certificate)?;
    let (signature, end) = hex_value(bytes, signed, b"Sig: ")?;
    verify(&key, bytes.get(..signed).ok_or(Fault::Form)?, &signature).ok_or(Fault::File)?;
    match bytes.get(end..) {
        Some(b"" | b"\r\n") => Ok(()),
        _ => Err(Fault::Trailing),
    }
}

/// Where the last line starts that begins with `label`.
fn line_start(bytes: &[u8], label: &[u8]) -> Option<usize> {
    let mut found = None;
    let mut at = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if bytes.get(at..).is_some_and(|rest| rest.starts_with(label)) {
            found = Some(at);
        }
        at += line.len();
    }
    found
}

/// The 64 bytes written in lower-case hexadecimal behind the label, and where they end.
fn hex_value(bytes: &[u8], start: usize, label: &[u8]) -> Result<([u8; 64], usize), Fault> {
    let from = start + label.len();
    let text = bytes.get(from..from + 128).ok_or(Fault::Form)?;
    if text.iter().any(u8::is_ascii_uppercase) {
        return Err(Fault::Form);
    }
    let mut value = [0; 64];
    hex::decode_to_slice(text, &mut value).map_err(|_| Fault::Form)?;
    let end = from + 128;
    match bytes.get(end) {
        None | Some(b'\r') => Ok((value, end)),
        Some(_) => Err(Fault::Form),
    }
}

fn reversed(half: &[u8]) -> impl Iterator<Item = u8> + '_ {
    half.iter().rev().copied()
}

fn device_key(little_endian: &[u8; 64]) -> Result<VerifyingKey, Fault> {
    let (x, y) = little_endian.split_at(32);
    let sec1: Vec<u8> = [4]
        .into_iter()
        .chain(reversed(x))
        .chain(reversed(y))
        .collect();
    VerifyingKey::from_sec1_bytes(&sec1).map_err(|_| Fault::Form)
}

fn verify(key: &VerifyingKey, message: &[u8], little_endian: &[u8; 64]) -> Option<()> {
    let (r, s) = little_endian.split_at(32);
    let signature: Vec<u8> = reversed(r).chain(reversed(s)).collect();
    let signature = Signature::from_slice(&signature).ok()?;
    let hash: Vec<u8> = reversed(Sha256::digest(message).as_slice()).collect();
    key.verify_prehash(&hash, &signature).ok()
}
