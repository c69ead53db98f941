//! Verifier keys of C2SP `signed-note`: how the public key of a log or of a witness is written
//! down and handed round. `<name>+<key id, 8 hex digits>+<base64 of a type byte and the key>`,
//! where the type says what a signature is: 0x01 a plain Ed25519 note signature (a log), 0x04 a
//! timestamped cosignature (C2SP `tlog-cosignature` v1, a witness).

use alloc::string::String;
use core::fmt;
use core::str::FromStr;

use sha2::{Digest, Sha256};
use thiserror::Error;

use super::parse_base64;
use crate::base64;
use crate::ids::{KeyId, from_hex, to_hex};
use crate::limits;
use crate::text::split;

/// What a key's signatures are: the type byte of C2SP `signed-note`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyType {
    /// Plain Ed25519 over the note's text (0x01): how a log signs.
    Note,
    /// Ed25519 over time and text (0x04): how a witness co-signs.
    Cosignature,
}

impl KeyType {
    /// Its byte in keys and key ids.
    pub const fn code(self) -> u8 {
        match self {
            Self::Note => 0x01,
            Self::Cosignature => 0x04,
        }
    }

    const fn from_code(code: u8) -> Option<Self> {
        match code {
            0x01 => Some(Self::Note),
            0x04 => Some(Self::Cosignature),
            _ => None,
        }
    }
}

/// Text that is not a verifier key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyError {
    /// Not `name+id+key`.
    #[error("a verifier key has three parts joined by +")]
    Parts,
    /// A name that notes cannot carry.
    #[error("a key name has 1 to 256 bytes without white space, controls or +")]
    Name,
    /// Not eight lower-case hex digits.
    #[error("a key id is eight lower-case hex digits")]
    Id,
    /// Not canonical base64 of a type byte and 32 bytes.
    #[error("a verifier key ends in canonical base64 of a type byte and 32 bytes")]
    Key,
    /// Another signature type than those of [`KeyType`].
    #[error("the signature type {0} is not supported, only ed25519 (1) and its cosignature (4)")]
    Type(u8),
    /// A key that is no canonical Ed25519 point, or one of small order.
    #[error("the key is not a canonical ed25519 key of full order")]
    Point,
    /// The id does not follow from name and key.
    #[error("the key id does not belong to this name and key")]
    Mismatch,
}

/// A public key for notes, with the name it signs under.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct VerifierKey {
    name: String,
    key: KeyId,
    kind: KeyType,
}

impl VerifierKey {
    /// The key of a log, under this name.
    pub fn new(name: &str, key: KeyId) -> Result<Self, KeyError> {
        Self::of(KeyType::Note, name, key)
    }

    /// The key of a witness, under this name.
    pub fn witness(name: &str, key: KeyId) -> Result<Self, KeyError> {
        Self::of(KeyType::Cosignature, name, key)
    }

    fn of(kind: KeyType, name: &str, key: KeyId) -> Result<Self, KeyError> {
        if !is_name(name) {
            return Err(KeyError::Name);
        }
        if !key.is_acceptable() {
            return Err(KeyError::Point);
        }
        Ok(Self {
            name: name.into(),
            key,
            kind,
        })
    }

    /// The name it signs under.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The Ed25519 key.
    pub fn key(&self) -> &KeyId {
        &self.key
    }

    /// What its signatures are.
    pub fn kind(&self) -> KeyType {
        self.kind
    }

    /// Whether its signature is a witness's, not a log's own.
    pub fn is_witness(&self) -> bool {
        self.kind == KeyType::Cosignature
    }

    /// The short id that signature lines carry: the first four bytes of
    /// SHA-256(name | newline | type | key).
    pub fn id(&self) -> [u8; 4] {
        short_id(self.kind, &self.name, &self.key)
    }
}

/// The short id of a log's Ed25519 key under this name.
pub fn key_id(name: &str, key: &KeyId) -> [u8; 4] {
    short_id(KeyType::Note, name, key)
}

fn short_id(kind: KeyType, name: &str, key: &KeyId) -> [u8; 4] {
    let hash: [u8; 32] = Sha256::new()
        .chain_update(name)
        .chain_update([b'\n', kind.code()])
        .chain_update(key.as_bytes())
        .finalize()
        .into();
    let [a, b, c, d, ..] = hash;
    [a, b, c, d]
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

impl VerifierKey {
    /// The text that is handed round.
    pub(crate) fn to_text(&self) -> String {
        let mut material = [self.kind.code(); 33];
        let rest = material.iter_mut().skip(1);
        rest.zip(self.key.as_bytes())
            .for_each(|(to, from)| *to = *from);
        let (id, material) = (to_hex(&self.id()), base64::encode(&material));
        [&*self.name, "+", &id, "+", &material].concat()
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        // The base64 may hold a `+` itself; name and id cannot.
        let (name, rest) = split(text, b'+');
        let (id, material) = split(rest.ok_or(KeyError::Parts)?, b'+');
        let material = material.ok_or(KeyError::Parts)?;
        let id: [u8; 4] = from_hex(id).map_err(|_| KeyError::Id)?;
        let material = parse_base64(material, 33).ok_or(KeyError::Key)?;
        let (kind, key) = material.split_first().ok_or(KeyError::Key)?;
        let kind = KeyType::from_code(*kind).ok_or(KeyError::Type(*kind))?;
        let key: [u8; 32] = key.try_into().map_err(|_| KeyError::Key)?;
        let key = Self::of(kind, name, KeyId::new(key))?;
        if key.id() == id {
            Ok(key)
        } else {
            Err(KeyError::Mismatch)
        }
    }
}

/// Whether a note may carry this name.
pub(crate) fn is_name(name: &str) -> bool {
    let fits = (1..=limits::NOTE_NAME_BYTES_MAX).contains(&name.len());
    fits && !name
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || c == '+')
}
