//! A software authenticator (CTAP 2.1, Web Authentication Level 3): one P-256 credential with a
//! counter, as a browser hands its answers on. It can be told to lie in one respect.
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::oidc::browser::ORIGIN;

pub(crate) const RP_ID: &str = "node.example.com";

/// An authenticator with one credential.
#[derive(Clone, Debug)]
pub(crate) struct Authenticator {
    key: p256::ecdsa::SigningKey,
    pub(crate) id: Vec<u8>,
    pub(crate) counter: u32,
    pub(crate) origin: String,
    pub(crate) rp_id: String,
    pub(crate) flags: u8,
    /// In place of the ceremony's own type.
    pub(crate) kind: Option<&'static str>,
    /// In place of the challenge.
    pub(crate) challenge: Option<String>,
    /// Put into the client data.
    pub(crate) more: Value,
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Authenticator {
    /// One whose key follows from a seed.
    pub(crate) fn new(seed: u8) -> Self {
        Self {
            key: p256::ecdsa::SigningKey::from_slice(&[seed; 32]).unwrap(),
            id: vec![seed; 20],
            counter: 7,
            origin: ORIGIN.to_owned(),
            rp_id: RP_ID.to_owned(),
            // Present and verified.
            flags: 0x05,
            kind: None,
            challenge: None,
            more: json!({}),
        }
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let asked = options["challenge"].as_str().unwrap().to_owned();
        let mut data = json!({
            "type": self.kind.unwrap_or(kind),
            "challenge": self.challenge.clone().unwrap_or(asked),
            "origin": self.origin,
            "crossOrigin": false,
        });
        let more = self.more.as_object().unwrap().clone();
        data.as_object_mut().unwrap().extend(more);
        data.to_string().into_bytes()
    }

    fn data(&self, more_flags: u8) -> Vec<u8> {
        let mut data = Sha256::digest(self.rp_id.as_bytes()).to_vec();
        data.push(self.flags | more_flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn cose(&self) -> Vec<u8> {
        let point = self.key.verifying_key().to_sec1_point(false);
        let mut key = hex::decode("a5010203262001").unwrap();
        for (label, part) in [(0x21, point.x().unwrap()), (0x22, point.y().unwrap())] {
            key.extend([label, 0x58, 0x20]);
            key.extend_from_slice(part);
        }
        key
    }

    /// Answers `navigator.credentials.create`.
    pub(crate) fn create(&self, options: &Value) -> Value {
        assert_eq!(options["attestation"], "none");
        assert_eq!(options["rp"]["id"], RP_ID);
        let mut data = self.data(0x40);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        data.extend(self.cose());
        // {"fmt": "none", "attStmt": {}, "authData": h'..'}
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(data);
        json!({
            "id": text(&self.id), "rawId": text(&self.id), "type": "public-key",
            "clientExtensionResults": {}, "authenticatorAttachment": "platform",
            "response": {
                "clientDataJSON": text(&self.client_data("webauthn.create", options)),
                "attestationObject": text(&object),
                "transports": ["internal"],
            },
        })
    }

    /// Answers `navigator.credentials.get`; counts.
    pub(crate) fn get(&mut self, options: &Value) -> Value {
        self.counter += 1;
        let client_data = self.client_data("webauthn.get", options);
        let data = self.data(0);
        let mut message = data.clone();
        message.extend(Sha256::digest(&client_data));
        let signature: p256::ecdsa::Signature = self.key.sign(&message);
        json!({
            "id": text(&self.id), "rawId": text(&self.id), "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": text(&client_data),
                "authenticatorData": text(&data),
                "signature": text(&der(&signature.to_bytes())),
                "userHandle": null,
            },
        })
    }
}

/// What goes into the header `Theriac-Signature`.
pub(crate) fn header(answer: &Value) -> String {
    text(answer.to_string().as_bytes())
}

/// A signature of two numbers of 32 bytes as ASN.1.
fn der(fixed: &[u8]) -> Vec<u8> {
    let number = |bytes: &[u8]| {
        let mut rest: Vec<u8> = bytes
            .iter()
            .copied()
            .skip_while(|byte| *byte == 0)
            .collect();
        if rest.first().is_none_or(|first| *first > 0x7f) {
            rest.insert(0, 0);
        }
        let mut number = vec![2, u8::try_from(rest.len()).unwrap()];
        number.extend(rest);
        number
    };
    let both = [number(&fixed[..32]), number(&fixed[32..])].concat();
    let mut der = vec![0x30, u8::try_from(both.len()).unwrap()];
    der.extend(both);
    der
}
