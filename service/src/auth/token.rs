//! API keys: `thr_<8 hex id>_<43 base64url>`. The id is public and finds the record; the rest is
//! 256 random bits, shown once and stored only as a keyed BLAKE3 hash, so that neither the
//! database file nor a log gives a usable key away. (A slow password hash would add nothing to a
//! 256-bit key.)
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const PREFIX: &str = "thr";
const ID_CHARS: usize = 8;

/// One API key in clear. `Debug` shows the public id only.
#[derive(Clone, Eq, PartialEq)]
pub struct ApiKey {
    id: String,
    secret: [u8; 32],
}

/// The text is not an API key. It is not repeated here: it may be a secret.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the API key is not of the form thr_<8 hex digits>_<43 base64url characters>")]
pub struct KeyFormatError;

impl ApiKey {
    /// Makes a key from 32 random bytes for the secret and 4 for the id.
    pub fn new(secret: [u8; 32], id: [u8; 4]) -> Self {
        Self {
            id: hex::encode(id),
            secret,
        }
    }

    /// Reads the text form.
    pub fn parse(text: &str) -> Result<Self, KeyFormatError> {
        let mut parts = text.splitn(3, '_');
        let (prefix, id, secret) = (parts.next(), parts.next(), parts.next());
        let (Some(PREFIX), Some(id), Some(secret)) = (prefix, id, secret) else {
            return Err(KeyFormatError);
        };
        let lower_hex = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c);
        if id.len() != ID_CHARS || !id.bytes().all(lower_hex) {
            return Err(KeyFormatError);
        }
        let secret = URL_SAFE_NO_PAD.decode(secret).map_err(|_| KeyFormatError)?;
        let secret = <[u8; 32]>::try_from(secret).map_err(|_| KeyFormatError)?;
        Ok(Self {
            id: id.to_owned(),
            secret,
        })
    }

    /// Public id: 8 hex digits.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What is stored: BLAKE3 keyed with the node's own secret. `Hash` compares in constant time.
    pub fn hash(&self, node_secret: &[u8; 32]) -> blake3::Hash {
        blake3::keyed_hash(node_secret, &self.secret)
    }

    /// The text to hand to the key's holder, once.
    pub fn reveal(&self) -> String {
        format!(
            "{PREFIX}_{}_{}",
            self.id,
            URL_SAFE_NO_PAD.encode(self.secret)
        )
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKey({PREFIX}_{}_..)", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_and_hides_its_secret() {
        let key = ApiKey::new([0xfb; 32], [1, 2, 3, 0xab]);
        let text = key.reveal();
        assert_eq!(text.len(), 4 + 8 + 1 + 43);
        assert_eq!(ApiKey::parse(&text), Ok(key.clone()));
        assert_eq!(format!("{key:?}"), "ApiKey(thr_010203ab_..)");
        assert_ne!(key.hash(&[0; 32]), key.hash(&[1; 32]));
    }

    #[test]
    fn malformed_keys_are_refused() {
        let good = ApiKey::new([0xfb; 32], [1, 2, 3, 4]).reveal();
        for bad in [
            String::new(),
            "thr".to_owned(),
            "thr__".to_owned(),
            good.replace("thr", "THR"),
            good.replace("01020304", "0102030G"),
            good.replace("01020304", "0102030A"),
            good.replace("01020304", "010203"),
            format!("{good}A"),
            format!("{good}="),
            good.chars().take(good.len() - 1).collect(),
            good.replace('_', "\u{ff3f}"),
            format!(" {good}"),
        ] {
            assert_eq!(ApiKey::parse(&bad), Err(KeyFormatError), "{bad:?}");
        }
    }
}
