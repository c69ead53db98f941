//! The configuration a network starts from. Its hash names the network and is part of every
//! signature, so two networks cannot be confused even where they share keys.

use alloc::string::String;
use alloc::vec::Vec;

use crate::cbor::{Reader, Writer};
use crate::error::{Fault, Malformed};
use crate::ids::{KeyId, NetworkId};
use crate::limits;

const WHAT: &str = "genesis";
const VERSION: u64 = 1;
const CONTEXT: &str = "theriac network id v1";

/// What a network is founded on. Encoded as the CBOR array `[1, name, created_ms, root]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Genesis {
    /// Name for people, 1..=128 bytes of UTF-8 without control characters.
    pub name: String,
    /// When it was founded, milliseconds since the Unix epoch, at most 48 bits.
    pub created_ms: u64,
    /// The key that registers organisations.
    pub root: KeyId,
}

impl Genesis {
    /// The name of the network: BLAKE3 (derive-key context `theriac network id v1`) of the
    /// canonical bytes.
    pub fn network_id(&self) -> NetworkId {
        NetworkId::new(crate::blake3::derive_key(CONTEXT, &self.to_bytes()))
    }

    /// Says what makes this configuration unusable, if anything does.
    pub fn check(&self) -> Result<(), Malformed> {
        let fault = |reason| Err(Malformed::value(WHAT, reason));
        if self.name.is_empty() || self.name.chars().any(char::is_control) {
            return fault("the network's name is empty or has control characters");
        }
        if self.name.len() > limits::NETWORK_NAME_BYTES_MAX {
            let max = limits::NETWORK_NAME_BYTES_MAX as u64;
            return Err(Malformed::new(WHAT, 0, Fault::TooLarge { max }));
        }
        if self.created_ms > limits::TIME_MS_MAX {
            return fault("the founding time is beyond 48 bits of milliseconds");
        }
        if !self.root.is_acceptable() {
            return fault("the root key is not a canonical ed25519 key of full order");
        }
        Ok(())
    }

    /// Canonical CBOR.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::new();
        out.array(4)
            .uint(VERSION)
            .text(&self.name)
            .uint(self.created_ms);
        out.bytes(self.root.as_bytes());
        out.into_vec()
    }

    /// Reads canonical CBOR; anything else is refused.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes, limits::GENESIS_BYTES_MAX, WHAT)?;
        reader.array_of(4, "the four parts of a genesis")?;
        reader.exactly(1, "version 1")?;
        let name = reader.text(limits::NETWORK_NAME_BYTES_MAX)?.into();
        let created_ms = reader.uint(limits::TIME_MS_MAX)?;
        let root = KeyId::new(reader.fixed("a key of 32 bytes")?);
        reader.finish()?;
        let genesis = Self {
            name,
            created_ms,
            root,
        };
        genesis.check()?;
        Ok(genesis)
    }
}

#[cfg(test)]
mod tests;
