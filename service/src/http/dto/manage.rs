//! Who one is, API keys, parties, devices, decisions and master data.
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tangle::Author;
use utoipa::ToSchema;

use super::PartyDto;
use crate::app::time_text;
use crate::auth::{Mandate, Role};
use crate::store::{ApiKeyInfo, Binding};

/// Who the key stands for, and where.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Me)]
pub struct MeDto {
    /// The key's party.
    pub party: Option<PartyDto>,
    /// What the key may be used for.
    pub roles: BTreeSet<Role>,
    /// The network.
    pub network: String,
    /// The node's log.
    pub node: String,
    /// Key that verifies checkpoints and proofs of this node (C2SP vkey).
    pub log_key: String,
    /// Version of the node.
    pub version: &'static str,
    /// The registration of the one device whose blocks the key uploads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceDto>,
}

/// A device or gateway as it is registered.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Device)]
pub struct DeviceDto {
    /// Its public key, 64 hex digits.
    pub key: String,
    /// Its name, as events call it.
    pub label: String,
    /// Further facts, such as read points.
    pub attributes: BTreeMap<String, String>,
}

impl From<Author> for DeviceDto {
    fn from(it: Author) -> Self {
        Self {
            key: it.key.to_string(),
            label: it.label,
            attributes: it.attributes,
        }
    }
}

/// A key to make.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewKey)]
pub struct NewKeyDto {
    /// GLN of the party it speaks for.
    #[serde(default)]
    pub party: Option<String>,
    /// What it may be used for.
    pub roles: BTreeSet<Role>,
    /// What people call it.
    #[serde(default)]
    pub label: String,
    /// When it ends, RFC 3339.
    #[serde(default)]
    pub expires_at: Option<String>,
    /// What a regulator's or auditor's key looks after; everything without.
    #[serde(default)]
    pub mandate: Option<Mandate>,
    /// Public key (64 hex digits) of the device whose blocks a `device` key uploads.
    #[serde(default)]
    pub device: Option<String>,
}

/// A key just made. It is shown this once.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CreatedKey)]
pub struct CreatedKeyDto {
    /// Public id.
    pub id: String,
    /// The key.
    pub key: String,
}

/// All keys.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Keys)]
pub struct KeysDto {
    /// Keys by id.
    pub keys: Vec<KeyDto>,
}

/// A key without its secret.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Key)]
pub struct KeyDto {
    /// Public id.
    pub id: String,
    /// GLN of its party.
    pub party: Option<String>,
    /// What it may be used for.
    pub roles: BTreeSet<Role>,
    /// What people call it.
    pub label: String,
    /// When it was made.
    pub created_at: String,
    /// When it ends.
    pub expires_at: Option<String>,
    /// When it was taken back.
    pub revoked_at: Option<String>,
    /// Client certificates that stand for it.
    pub certificates: Vec<BindingDto>,
    /// What it looks after; everything without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mandate: Option<Mandate>,
    /// The one device whose blocks it uploads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
}

/// A client certificate's key, bound to an API key.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CertificateBinding)]
pub struct BindingDto {
    /// SHA-256 of the certificate's public key (`SubjectPublicKeyInfo` in DER), hex.
    pub spki_sha256: String,
    /// When it was bound.
    pub bound_at: String,
    /// When it ends.
    pub expires_at: Option<String>,
    /// When it was taken back.
    pub revoked_at: Option<String>,
}

/// A client certificate that shall stand for an API key: one of the two fields that name it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewCertificateBinding)]
pub struct NewBindingDto {
    /// The certificate, PEM.
    #[serde(default)]
    pub certificate: Option<String>,
    /// SHA-256 of its public key (`SubjectPublicKeyInfo` in DER), hex.
    #[serde(default)]
    pub spki_sha256: Option<String>,
    /// When the binding ends, RFC 3339; with the key without.
    #[serde(default)]
    pub expires_at: Option<String>,
}

/// What was bound.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = BoundCertificate)]
pub struct BoundDto {
    /// Public id of the API key.
    pub id: String,
    /// SHA-256 of the certificate's public key, hex.
    pub spki_sha256: String,
}

/// A party to register with this node.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewParty)]
pub struct NewPartyDto {
    /// GLN, 13 digits.
    pub gln: String,
    /// Name.
    pub name: String,
    /// Any role but `admin`, `gateway` and `device`.
    pub role: Role,
}

/// A device or gateway that signs with its own key.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDevice)]
pub struct NewDeviceDto {
    /// Ed25519 public key, hex.
    pub key: String,
    /// GLN of its party.
    pub party: String,
    /// Its name, as events call it.
    pub label: String,
    /// `gateway` or `device`.
    pub role: DeviceRole,
    /// Further facts, such as read points.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
}

/// What signs.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeviceRole {
    /// Forwards and signs what its readers see.
    Gateway,
    /// A reader or logger with its own key.
    Device,
}

/// A decision: `{"type":"recall","gtin":..,"lot":..,"reason":..}`,
/// `{"type":"qa_release","subject":..,"reason":..}` or
/// `{"type":"qa_reject","subject":..,"reason":..}`.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = Decision, value_type = Object)]
pub struct DecisionDto(pub Value);

/// Records of master data, each `{"type":"party"|"location"|"product"|"device", ..}`.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = MasterData, value_type = Vec<Object>)]
pub struct MasterDataDto(pub Value);

impl From<ApiKeyInfo> for KeyDto {
    fn from(it: ApiKeyInfo) -> Self {
        Self {
            id: it.id,
            party: it.party,
            roles: it.roles,
            label: it.label,
            created_at: time_text(it.created_ms),
            expires_at: it.expires_ms.map(time_text),
            revoked_at: it.revoked_ms.map(time_text),
            certificates: it.certificates.into_iter().map(BindingDto::from).collect(),
            mandate: it.scope.mandate,
            device: it.scope.device,
        }
    }
}

impl From<Binding> for BindingDto {
    fn from(it: Binding) -> Self {
        Self {
            spki_sha256: it.spki,
            bound_at: time_text(it.bound_ms),
            expires_at: it.expires_ms.map(time_text),
            revoked_at: it.revoked_ms.map(time_text),
        }
    }
}
