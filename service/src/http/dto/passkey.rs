//! Passkeys and electronic signatures, in the JSON of Web Authentication Level 3 (5.1.8 to 5.1.10).
//! Browsers speak it: `PublicKeyCredential.parseCreationOptionsFromJSON`,
//! `parseRequestOptionsFromJSON` and `toJSON`.
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rules::Meaning;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::passkeys::{Creation, NewPasskey, Page, Signing};
use crate::app::time_text;
use crate::auth::passkey::{ALGORITHMS, Assertion};
use crate::limits::CEREMONY_MS;
use crate::store::passkeys::{Passkey, SignatureRecord};

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Bytes in base64url; browsers write no padding.
fn bytes(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// What a browser needs to make a passkey (`PublicKeyCredentialCreationOptionsJSON`).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PasskeyCreation)]
pub struct CreationDto {
    /// 32 bytes, base64url.
    pub challenge: String,
    /// The node.
    pub rp: RelyingPartyDto,
    /// The person.
    pub user: UserDto,
    /// Algorithms, the most wanted first.
    pub pub_key_cred_params: Vec<ParameterDto>,
    /// Passkeys that the person has already.
    pub exclude_credentials: Vec<DescriptorDto>,
    /// What the authenticator must do.
    pub authenticator_selection: SelectionDto,
    /// `none`: it does not matter who made the authenticator.
    pub attestation: &'static str,
    /// Milliseconds.
    pub timeout: i64,
}

/// The node as a party that relies on passkeys.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PasskeyRelyingParty)]
pub struct RelyingPartyDto {
    /// Host name.
    pub id: String,
    /// Name for people.
    pub name: &'static str,
}

/// The person for whom a passkey is made.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PasskeyUser)]
pub struct UserDto {
    /// The person's public id, base64url.
    pub id: String,
    /// Name.
    pub name: String,
    /// The same.
    pub display_name: String,
}

/// A kind of key.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PasskeyParameter)]
pub struct ParameterDto {
    /// `public-key`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// COSE number of the algorithm.
    pub alg: i64,
}

/// A passkey, named.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PasskeyDescriptor)]
pub struct DescriptorDto {
    /// `public-key`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Id of the credential, base64url.
    pub id: String,
}

/// What an authenticator must do.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PasskeySelection)]
pub struct SelectionDto {
    /// `preferred`.
    pub resident_key: &'static str,
    /// `required`: PIN or biometrics.
    pub user_verification: &'static str,
}

/// What a browser needs to sign (`PublicKeyCredentialRequestOptionsJSON`).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PasskeyRequest)]
pub struct SigningDto {
    /// Made of the request, its body, the meaning and the person; 32 bytes, base64url.
    pub challenge: String,
    /// Host name of the node.
    pub rp_id: String,
    /// The person's passkeys.
    pub allow_credentials: Vec<DescriptorDto>,
    /// `required`: PIN or biometrics.
    pub user_verification: &'static str,
    /// Milliseconds.
    pub timeout: i64,
}

fn named(ids: Vec<String>) -> Vec<DescriptorDto> {
    let kind = "public-key";
    ids.into_iter()
        .map(|id| DescriptorDto { kind, id })
        .collect()
}

impl From<Creation> for CreationDto {
    fn from(it: Creation) -> Self {
        let parameter = |alg| ParameterDto {
            kind: "public-key",
            alg,
        };
        Self {
            challenge: text(&it.challenge),
            rp: RelyingPartyDto {
                id: it.rp_id,
                name: "Theriac",
            },
            user: UserDto {
                id: text(it.person_id.as_bytes()),
                name: it.name.clone(),
                display_name: it.name,
            },
            pub_key_cred_params: ALGORITHMS.map(parameter).into(),
            exclude_credentials: named(it.has),
            authenticator_selection: SelectionDto {
                resident_key: "preferred",
                user_verification: "required",
            },
            attestation: "none",
            timeout: CEREMONY_MS,
        }
    }
}

impl From<Signing> for SigningDto {
    fn from(it: Signing) -> Self {
        Self {
            challenge: text(&it.challenge),
            rp_id: it.rp_id,
            allow_credentials: named(it.has),
            user_verification: "required",
            timeout: CEREMONY_MS,
        }
    }
}

/// A passkey that was made.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewPasskey)]
pub struct NewPasskeyDto {
    /// What the person calls it.
    #[serde(default)]
    pub label: String,
    /// `RegistrationResponseJSON` of the browser.
    pub credential: RegistrationDto,
}

/// `RegistrationResponseJSON`; further fields are let be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = PasskeyRegistration)]
pub struct RegistrationDto {
    /// What was made.
    pub response: AttestationDto,
}

/// `AuthenticatorAttestationResponseJSON`; further fields are let be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = PasskeyAttestation)]
pub struct AttestationDto {
    /// base64url.
    #[serde(rename = "clientDataJSON")]
    pub client_data: String,
    /// base64url.
    #[serde(rename = "attestationObject")]
    pub attestation: String,
}

impl NewPasskeyDto {
    /// Its bytes; none when they are not base64url.
    pub fn read(self) -> Option<NewPasskey> {
        let response = self.credential.response;
        Some(NewPasskey {
            label: self.label,
            client_data: bytes(&response.client_data)?,
            attestation: bytes(&response.attestation)?,
        })
    }
}

/// `AuthenticationResponseJSON`; further fields are let be.
#[derive(Clone, Debug, Deserialize)]
pub struct AssertionDto {
    id: String,
    response: AssertionResponse,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AssertionResponse {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    authenticator_data: String,
    signature: String,
}

impl AssertionDto {
    /// Its bytes; none when they are not base64url.
    pub fn read(&self) -> Option<Assertion> {
        Some(Assertion {
            credential: bytes(&self.id)?,
            client_data: bytes(&self.response.client_data)?,
            authenticator_data: bytes(&self.response.authenticator_data)?,
            signature: bytes(&self.response.signature)?,
        })
    }
}

/// A passkey.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Passkey)]
pub struct PasskeyDto {
    /// Id of the credential, base64url.
    pub id: String,
    /// What the person calls it.
    pub label: String,
    /// Whether it is kept in several places.
    pub backed_up: bool,
    /// When it was made.
    pub made_at: String,
    /// When it was last used.
    pub used_at: Option<String>,
}

/// A person's passkeys.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Passkeys)]
pub struct PasskeysDto {
    /// In no order.
    pub passkeys: Vec<PasskeyDto>,
}

impl From<Passkey> for PasskeyDto {
    fn from(it: Passkey) -> Self {
        Self {
            id: it.id,
            label: it.label,
            backed_up: it.backed_up,
            made_at: time_text(it.made_ms),
            used_at: it.used_ms.map(time_text),
        }
    }
}

/// A request that a person wants to sign.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSignature)]
pub struct NewSignatureDto {
    /// Method and path with query of the request, as it will be sent: `POST /api/v1/decisions`.
    pub request: String,
    /// SHA-256 of its body, 64 hex digits.
    pub sha256: String,
    /// `authorship`, `review`, `approval` or `responsibility`.
    #[schema(value_type = String, example = "approval")]
    pub meaning: Meaning,
}

/// An electronic signature with all that checks it again.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ElectronicSignature)]
pub struct SignatureRecordDto {
    /// Id, as in the access log.
    pub id: String,
    /// When it was made.
    pub at: String,
    /// Public id of who signed; the signer of the ledger's decision.
    pub signer: String,
    /// Name of who signed.
    pub name: String,
    /// Id of who signed at the identity provider (`sub`).
    pub subject: String,
    /// The identity provider (`iss`).
    pub issuer: String,
    /// GLN of the party for which the person acted.
    pub party: Option<String>,
    /// What it means.
    pub meaning: String,
    /// Method and path of the request that was signed.
    pub request: String,
    /// SHA-256 of its body, hex.
    pub sha256: String,
    /// Part of the challenge, hex.
    pub nonce: String,
    /// Id of the passkey, base64url.
    pub passkey: String,
    /// Its public key (`COSE_Key`), base64url.
    pub key: String,
    /// `clientDataJSON`, base64url.
    pub client_data: String,
    /// `authenticatorData`, base64url.
    pub authenticator_data: String,
    /// The passkey's signature, base64url.
    pub signature: String,
}

/// A page of signatures.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ElectronicSignatures)]
pub struct SignaturesDto {
    /// The oldest first.
    pub signatures: Vec<SignatureRecordDto>,
    /// Send it as `cursor` for the next page.
    pub next: Option<String>,
}

impl From<SignatureRecord> for SignatureRecordDto {
    fn from(it: SignatureRecord) -> Self {
        Self {
            id: it.id,
            at: time_text(it.at_ms),
            signer: it.signer,
            name: it.person.name,
            subject: it.person.subject,
            issuer: it.person.issuer,
            party: it.party,
            meaning: it.meaning,
            request: it.request,
            sha256: it.sha256,
            nonce: it.nonce,
            passkey: it.passkey,
            key: it.key,
            client_data: it.client_data,
            authenticator_data: it.authenticator_data,
            signature: it.signature,
        }
    }
}

impl From<Page> for SignaturesDto {
    fn from(page: Page) -> Self {
        let signatures = page.signatures.into_iter();
        Self {
            signatures: signatures.map(SignatureRecordDto::from).collect(),
            next: page.next,
        }
    }
}
