//! The signature at the end of a logger file. ECDSA on P-256 over SHA-256, with a twist of the
//! makers: digest, r, s, x and y are all little-endian numbers. The file's last lines are
//!
//! ```text
//! Cert:                      <- from here
//!  ..
//!  Public Key: x y           64 bytes in hex: the key of the device's lot
//! Sig Cert: r s              <- to here: signed by the maker's root key
//! Sig: r s                   from the file's first byte to here: signed by the lot's key
//! ```
//!
//! A valid signature says that a genuine device of that lot made exactly these bytes; the lot's
//! devices share a key, so it does not say which. The root key was not published by its owner but
//! is the one key that certifies lots of several years; it is pinned here and can be replaced.
//! The check is over bytes: an edit, a cut or converted line ends are all found.

use std::fmt;
use std::str::FromStr;

use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

/// The key that certifies the lots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootKey(VerifyingKey);

/// Root key observed in genuine files of 2012 to 2022, SEC1 uncompressed.
const PINNED_ROOT: &str = "040aa2be1b04268b874fc00aac193a889352f57eed2a46d8c7fc98111bdcaf1966\
                           e3be1648b9ae1a7b7e5b9afc7c4b48fd003c505cb6af749fabaac0da180cf668";

/// What the signature says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureState {
    /// A genuine device of the stated lot made exactly these bytes.
    Valid,
    /// It did not, or the signature is damaged.
    Invalid(Fault),
    /// There is no trace of one.
    Absent,
}

/// What is wrong with a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Fault {
    /// The file does not end with the lines `Cert:` .. `Sig Cert: ` `Sig: `, each with CR LF.
    #[error("the file does not end with a complete certificate and signature")]
    Incomplete,
    /// There are line ends that are not CR LF: the file was converted.
    #[error("the line ends were converted from CR LF")]
    LineEnds,
    /// A key or signature is not 64 bytes in lower-case hex.
    #[error("the {0} is not 128 lower-case hex digits")]
    Hex(&'static str),
    /// The public key is no point on the curve.
    #[error("the public key is not a point of P-256")]
    Key,
    /// The root key did not sign the certificate.
    #[error("the certificate was not signed by the root key")]
    Certificate,
    /// The lot's key did not sign the file.
    #[error("the content was changed after the device signed it")]
    Content,
}

/// A root key that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a root key is a point of P-256, SEC1 in hex")]
pub struct NotAKey;

impl RootKey {
    /// The built-in key.
    ///
    /// # Errors
    /// Never with the built-in text, which a test reads.
    pub fn pinned() -> Result<Self, NotAKey> {
        PINNED_ROOT.parse()
    }
}

impl FromStr for RootKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let bytes = hex::decode(text.trim()).map_err(|_| NotAKey)?;
        VerifyingKey::from_sec1_bytes(&bytes)
            .map(Self)
            .map_err(|_| NotAKey)
    }
}

impl fmt::Display for SignatureState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Valid => f.write_str("valid"),
            Self::Invalid(fault) => write!(f, "invalid: {fault}"),
            Self::Absent => f.write_str("absent"),
        }
    }
}

impl SignatureState {
    /// `valid`, `invalid` or `absent`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid(_) => "invalid",
            Self::Absent => "absent",
        }
    }
}

/// Checks the whole file.
pub fn check(bytes: &[u8], root: &RootKey) -> SignatureState {
    let marked = bytes
        .split(|byte| matches!(byte, b'\n' | b'\r'))
        .any(|line| {
            let line = line.trim_ascii();
            [&b"Cert:"[..], b"Sig Cert:", b"Sig:", b"Public Key:"]
                .iter()
                .any(|mark| line.starts_with(mark))
        });
    if !marked {
        return SignatureState::Absent;
    }
    match verify(bytes, root) {
        Ok(()) => SignatureState::Valid,
        Err(_) if has_other_line_ends(bytes) => SignatureState::Invalid(Fault::LineEnds),
        Err(fault) => SignatureState::Invalid(fault),
    }
}

fn verify(bytes: &[u8], root: &RootKey) -> Result<(), Fault> {
    let mut tail: Vec<(usize, &[u8])> = Vec::new();
    let mut certificate_at = None;
    for (at, line) in lines(bytes) {
        if line == b"Cert:\r\n" {
            certificate_at = Some(at);
            tail.clear();
        }
        tail.push((at, line));
    }
    let certificate_at = certificate_at.ok_or(Fault::Incomplete)?;
    let [.., (signed_by_root_to, by_root), (signed_to, by_device)] = tail.as_slice() else {
        return Err(Fault::Incomplete);
    };
    let by_root = value(by_root, b"Sig Cert: ").ok_or(Fault::Incomplete)?;
    let by_device = value(by_device, b"Sig: ").ok_or(Fault::Incomplete)?;
    let mut keys = tail
        .iter()
        .filter_map(|(_, line)| value(line, b" Public Key: "));
    let key = keys
        .next()
        .filter(|_| keys.next().is_none())
        .ok_or(Fault::Incomplete)?;

    let (x, y) = two_numbers(key, "public key")?;
    let sec1 = [&[4_u8][..], &x, &y].concat();
    let lot = VerifyingKey::from_sec1_bytes(&sec1).map_err(|_| Fault::Key)?;
    let by_root = two_numbers(by_root, "signature of the certificate")?;
    let by_device = two_numbers(by_device, "signature of the file")?;
    let certificate = bytes
        .get(certificate_at..*signed_by_root_to)
        .unwrap_or_default();
    let content = bytes.get(..*signed_to).unwrap_or_default();
    if !is_signed(&root.0, certificate, by_root) {
        return Err(Fault::Certificate);
    }
    if !is_signed(&lot, content, by_device) {
        return Err(Fault::Content);
    }
    Ok(())
}

fn is_signed(key: &VerifyingKey, message: &[u8], (r, s): ([u8; 32], [u8; 32])) -> bool {
    let mut digest: [u8; 32] = Sha256::digest(message).into();
    digest.reverse();
    Signature::from_scalars(r, s)
        .is_ok_and(|signature| key.verify_prehash(&digest, &signature).is_ok())
}

/// Two little-endian numbers of 32 bytes in hex, as big-endian bytes. Upper-case digits would be
/// another spelling of the same number, and no device writes them.
fn two_numbers(hex: &[u8], what: &'static str) -> Result<([u8; 32], [u8; 32]), Fault> {
    let wrong = Fault::Hex(what);
    if hex.iter().any(u8::is_ascii_uppercase) {
        return Err(wrong);
    }
    let mut bytes = [0; 64];
    hex::decode_to_slice(hex, &mut bytes).map_err(|_| wrong)?;
    let (first, second) = bytes.split_at(32);
    let big_endian = |half: &[u8]| {
        let mut number = <[u8; 32]>::try_from(half).map_err(|_| wrong)?;
        number.reverse();
        Ok(number)
    };
    Ok((big_endian(first)?, big_endian(second)?))
}

/// What stands between `prefix` and the line's CR LF.
fn value<'a>(line: &'a [u8], prefix: &[u8]) -> Option<&'a [u8]> {
    line.strip_prefix(prefix)?.strip_suffix(b"\r\n")
}

/// Lines with their ends, and where each begins.
fn lines(bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut at = 0;
    bytes
        .split_inclusive(|byte| *byte == b'\n')
        .map(move |line| {
            let start = at;
            at += line.len();
            (start, line)
        })
}

/// A line feed without its carriage return, or a carriage return without its line feed.
fn has_other_line_ends(bytes: &[u8]) -> bool {
    let ends = bytes
        .iter()
        .filter(|byte| matches!(byte, b'\n' | b'\r'))
        .count();
    let pairs = bytes.windows(2).filter(|pair| *pair == b"\r\n").count();
    ends != pairs * 2
}
