//! The two ceremonies of Web Authentication (Level 3): registering a passkey (7.1) and asserting
//! that it is there (7.2). Pure: what was asked and what came back are arguments. The node asks for
//! no attestation: it does not matter to it who made an authenticator.
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::cbor::{Reader, Value};
use super::key::PublicKey;

/// Longest id of a credential (Level 3, 4).
pub const CREDENTIAL_ID_BYTES_MAX: usize = 1_023;

/// For whom passkeys are made, and where they are used.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RelyingParty {
    /// Host name (`rp.id`).
    pub id: String,
    /// Origin of the node's pages.
    pub origin: String,
}

/// Why an answer of an authenticator is not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the passkey's answer is not taken: {0}")]
pub struct Untrusted(pub &'static str);

/// A passkey that was just made.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Made {
    /// Id of the credential.
    pub id: Vec<u8>,
    /// Its public key (`COSE_Key`).
    pub key: Vec<u8>,
    /// Its counter.
    pub counter: u32,
    /// Whether it is kept in several places, for example by a cloud (BS).
    pub backed_up: bool,
}

/// An assertion as it came.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Assertion {
    /// Id of the credential.
    pub credential: Vec<u8>,
    /// `clientDataJSON`.
    pub client_data: Vec<u8>,
    /// `authenticatorData`.
    pub authenticator_data: Vec<u8>,
    /// `signature`.
    pub signature: Vec<u8>,
}

/// A passkey as it is known.
#[derive(Clone, Copy, Debug)]
pub struct Known<'k> {
    /// Its public key (`COSE_Key`).
    pub key: &'k [u8],
    /// Its counter when it was last used.
    pub counter: u32,
}

#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default, rename = "crossOrigin")]
    cross_origin: bool,
    #[serde(default, rename = "topOrigin")]
    top_origin: Option<String>,
}

/// The challenge that an answer says it is to, unchecked: for finding what was asked.
pub fn challenge_of(client_data: &[u8]) -> Option<[u8; 32]> {
    let data: ClientData = serde_json::from_slice(client_data).ok()?;
    let challenge = URL_SAFE_NO_PAD.decode(data.challenge).ok()?;
    challenge.try_into().ok()
}

impl RelyingParty {
    /// Checks a registration (7.1) and returns the passkey.
    ///
    /// # Errors
    /// [`Untrusted`]
    pub fn registered(
        &self,
        challenge: &[u8; 32],
        client_data: &[u8],
        attestation: &[u8],
    ) -> Result<Made, Untrusted> {
        self.client(client_data, "webauthn.create", challenge)?;
        let data = auth_data(attestation).ok_or(Untrusted("its attestation cannot be read"))?;
        let data = Data::read(data).ok_or(Untrusted("its data cannot be read"))?;
        self.person(&data)?;
        let (id, key) = data.made.ok_or(Untrusted("it names no credential"))?;
        let fits = (1..=CREDENTIAL_ID_BYTES_MAX).contains(&id.len());
        if !fits || PublicKey::of(key).is_none() {
            return Err(Untrusted("its key is of no kind that was asked for"));
        }
        Ok(Made {
            id: id.to_vec(),
            key: key.to_vec(),
            counter: data.counter,
            backed_up: data.flags & BACKED_UP != 0,
        })
    }

    /// Checks an assertion (7.2) and returns the passkey's new counter.
    ///
    /// # Errors
    /// [`Untrusted`]
    pub fn asserted(
        &self,
        challenge: &[u8; 32],
        known: Known<'_>,
        given: &Assertion,
    ) -> Result<u32, Untrusted> {
        self.client(&given.client_data, "webauthn.get", challenge)?;
        let data = Data::read(&given.authenticator_data);
        let data = data.ok_or(Untrusted("its data cannot be read"))?;
        self.person(&data)?;
        let key = PublicKey::of(known.key).ok_or(Untrusted("its key cannot be read"))?;
        let mut message = given.authenticator_data.clone();
        message.extend(Sha256::digest(&given.client_data));
        if !key.signed(&message, &given.signature) {
            return Err(Untrusted("its signature is not of this passkey"));
        }
        // Zero on both sides: the authenticator does not count.
        let counts = data.counter != 0 || known.counter != 0;
        if counts && data.counter <= known.counter {
            return Err(Untrusted(
                "its counter went back: there may be a copy of it",
            ));
        }
        Ok(data.counter)
    }

    fn client(&self, bytes: &[u8], kind: &str, challenge: &[u8; 32]) -> Result<(), Untrusted> {
        let data: ClientData = serde_json::from_slice(bytes)
            .map_err(|_| Untrusted("what the browser says cannot be read"))?;
        if data.kind != kind {
            return Err(Untrusted("it is of another ceremony"));
        }
        if data.challenge != URL_SAFE_NO_PAD.encode(challenge) {
            return Err(Untrusted("it answers another challenge"));
        }
        if data.origin != self.origin || data.cross_origin || data.top_origin.is_some() {
            return Err(Untrusted("it was made on another site's page"));
        }
        Ok(())
    }

    /// Made for this node, with a person there who said who it is (PIN, finger, face): possession
    /// and knowledge or biometrics, the two components of 21 CFR 11.200 (a)(1).
    fn person(&self, data: &Data<'_>) -> Result<(), Untrusted> {
        if data.rp_hash != Sha256::digest(self.id.as_bytes()).as_slice() {
            return Err(Untrusted("it was made for another site"));
        }
        if data.flags & PRESENT == 0 {
            return Err(Untrusted("nobody was present"));
        }
        if data.flags & VERIFIED == 0 {
            return Err(Untrusted("nobody was verified by PIN or biometrics"));
        }
        if data.flags & BACKED_UP != 0 && data.flags & MAY_BACK_UP == 0 {
            return Err(Untrusted("it is backed up and cannot be"));
        }
        Ok(())
    }
}

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const MAY_BACK_UP: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const HAS_CREDENTIAL: u8 = 0x40;
const HAS_EXTENSIONS: u8 = 0x80;

/// Authenticator data (6.1).
struct Data<'b> {
    rp_hash: &'b [u8],
    flags: u8,
    counter: u32,
    made: Option<(&'b [u8], &'b [u8])>,
}

impl<'b> Data<'b> {
    fn read(bytes: &'b [u8]) -> Option<Self> {
        let (rp_hash, rest) = bytes.split_at_checked(32)?;
        let (&flags, rest) = rest.split_first()?;
        let (counter, mut rest) = rest.split_first_chunk::<4>()?;
        let mut made = None;
        if flags & HAS_CREDENTIAL != 0 {
            let (_aaguid, after) = rest.split_at_checked(16)?;
            let (length, after) = after.split_first_chunk::<2>()?;
            let (id, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
            let mut reader = Reader::new(after);
            reader.value()?;
            rest = reader.rest();
            let key = after.get(..after.len().checked_sub(rest.len())?)?;
            made = Some((id, key));
        }
        if flags & HAS_EXTENSIONS != 0 {
            let mut reader = Reader::new(rest);
            reader.value()?;
            rest = reader.rest();
        }
        rest.is_empty().then_some(Self {
            rp_hash,
            flags,
            counter: u32::from_be_bytes(*counter),
            made,
        })
    }
}

/// `authData` of an attestation object (6.5.4), whatever its statement.
fn auth_data(attestation: &[u8]) -> Option<&[u8]> {
    let mut reader = Reader::new(attestation);
    let mut found = None;
    for _ in 0..reader.map()? {
        match (reader.value()?, reader.value()?) {
            (Value::Text("authData"), Value::Bytes(bytes)) => found = Some(bytes),
            (Value::Text(_), _) => {}
            _ => return None,
        }
    }
    found.filter(|_| reader.rest().is_empty())
}
