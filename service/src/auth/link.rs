//! Tokens of share links: `<8 hex id>.<43 base64url>`. The id is public and finds the record; the
//! rest is 256 random bits, shown once, carried in the fragment of an address (which no browser
//! sends to a server) and stored only as a keyed BLAKE3 hash, as API keys are.
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const ID_CHARS: usize = 8;

/// One token in clear. `Debug` shows the public id only.
#[derive(Clone, Eq, PartialEq)]
pub struct LinkToken {
    id: String,
    secret: [u8; 32],
}

/// The text is not a token. It is not repeated here: it may be a secret.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the token is not of the form <8 hex digits>.<43 base64url characters>")]
pub struct LinkFormatError;

impl LinkToken {
    /// Makes a token from 32 random bytes for the secret and 4 for the id.
    pub fn new(secret: [u8; 32], id: [u8; 4]) -> Self {
        Self {
            id: hex::encode(id),
            secret,
        }
    }

    /// Reads the text form.
    ///
    /// # Errors
    /// [`LinkFormatError`]
    pub fn parse(text: &str) -> Result<Self, LinkFormatError> {
        let (id, secret) = text.split_once('.').ok_or(LinkFormatError)?;
        let lower_hex = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c);
        if id.len() != ID_CHARS || !id.bytes().all(lower_hex) {
            return Err(LinkFormatError);
        }
        let secret = URL_SAFE_NO_PAD.decode(secret);
        let secret = secret.map_err(|_| LinkFormatError)?;
        Ok(Self {
            id: id.to_owned(),
            secret: <[u8; 32]>::try_from(secret).map_err(|_| LinkFormatError)?,
        })
    }

    /// Public id: 8 hex digits.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What is stored. `Hash` compares in constant time.
    pub fn hash(&self, node_secret: &[u8; 32]) -> blake3::Hash {
        let key = blake3::derive_key("theriac share link v1", node_secret);
        blake3::keyed_hash(&key, &self.secret)
    }

    /// The text to hand over, once.
    pub fn reveal(&self) -> String {
        format!("{}.{}", self.id, URL_SAFE_NO_PAD.encode(self.secret))
    }
}

impl fmt::Debug for LinkToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LinkToken({}..)", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_and_hides_its_secret() {
        let token = LinkToken::new([0xfb; 32], [1, 2, 3, 0xab]);
        let text = token.reveal();
        assert_eq!(text.len(), 8 + 1 + 43);
        assert_eq!(LinkToken::parse(&text), Ok(token.clone()));
        assert_eq!(format!("{token:?}"), "LinkToken(010203ab..)");
        assert_ne!(token.hash(&[0; 32]), token.hash(&[1; 32]));
        // The same bits as an API key have another hash.
        let key = crate::auth::ApiKey::new([0xfb; 32], [1, 2, 3, 0xab]);
        assert_ne!(token.hash(&[0; 32]), key.hash(&[0; 32]));
    }

    #[test]
    fn malformed_tokens_are_refused() {
        let good = LinkToken::new([0xfb; 32], [1, 2, 3, 4]).reveal();
        for bad in [
            String::new(),
            ".".to_owned(),
            good.replace("01020304", "0102030G"),
            good.replace("01020304", "0102030A"),
            good.replace("01020304", "010203"),
            good.replace('.', "_"),
            format!("{good}A"),
            format!("{good}="),
            good.chars().take(good.len() - 1).collect(),
            format!(" {good}"),
        ] {
            assert_eq!(LinkToken::parse(&bad), Err(LinkFormatError), "{bad:?}");
        }
    }
}
