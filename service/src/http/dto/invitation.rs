//! Invitations of devices, and how a device enrols with its code.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::manage::DeviceRole;
use crate::app::invitations::{Challenge, Enrolled};
use crate::app::time_text;
use crate::auth::Role;
use crate::limits::INVITATION_S_DEFAULT;
use crate::store::Invitation;

/// An invitation to make.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewInvitation)]
pub struct NewInvitationDto {
    /// GLN of the party the device will work for.
    pub party: String,
    /// Its name, as events will call it.
    pub label: String,
    /// `gateway` or `device`.
    pub role: DeviceRole,
    /// Further facts of its registration, such as read points.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    /// How long the code is valid, seconds: 60 to 604,800.
    #[serde(default = "a_day")]
    pub valid_s: u32,
}

fn a_day() -> u32 {
    INVITATION_S_DEFAULT
}

/// An invitation just made. The code is shown this once.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CreatedInvitation)]
pub struct CreatedInvitationDto {
    /// Public id: the first three symbols of the code.
    pub id: String,
    /// The code, good for one device.
    pub code: String,
    /// When it ends.
    pub expires_at: String,
}

/// All invitations.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Invitations)]
pub struct InvitationsDto {
    /// The latest first; those that ended more than 30 days ago are forgotten.
    pub invitations: Vec<InvitationDto>,
}

/// An invitation without its code.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Invitation)]
pub struct InvitationDto {
    /// Public id.
    pub id: String,
    /// `open`, `used`, `ended` or `revoked`.
    pub state: &'static str,
    /// GLN of the party.
    pub party: String,
    /// The device's name.
    pub label: String,
    /// `gateway` or `device`.
    pub role: Role,
    /// Further facts.
    pub attributes: BTreeMap<String, String>,
    /// Public id of the API key, or of the person, that made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: String,
    /// When the code ends.
    pub expires_at: String,
    /// When it was taken back.
    pub revoked_at: Option<String>,
    /// Public key of the device that used it.
    pub device: Option<String>,
    /// When it did.
    pub used_at: Option<String>,
    /// Public id of the API key that the device was given.
    pub api_key: Option<String>,
}

/// Which device asks for a challenge.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EnrolmentStart)]
pub struct EnrolmentStartDto {
    /// The device's Ed25519 public key, 64 hex digits.
    pub key: String,
}

/// What the device is to sign.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = EnrolmentChallenge)]
pub struct EnrolmentChallengeDto {
    /// Goes into the statement and back to the node.
    pub challenge: String,
    /// The network; goes into the statement.
    pub network: String,
    /// When the challenge is over.
    pub expires_at: String,
}

/// A code with the proof that whoever presents it has the device's private key.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Enrolment)]
pub struct EnrolmentDto {
    /// The code; hyphens, spaces and case do not matter.
    pub code: String,
    /// The device's Ed25519 public key, 64 hex digits.
    pub key: String,
    /// The node's challenge.
    pub challenge: String,
    /// Ed25519 signature by the device's key, 128 hex digits, on five lines that each end in a
    /// line feed: `theriac device enrolment v1`, the network, the key, the challenge, the 20
    /// symbols of the code in capitals without hyphens.
    pub signature: String,
}

/// A device's registration and its API key.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Enrolled)]
pub struct EnrolledDto {
    /// Its public key.
    pub device: String,
    /// GLN of its party.
    pub party: String,
    /// Its name, as events call it.
    pub label: String,
    /// Further facts, such as read points.
    pub attributes: BTreeMap<String, String>,
    /// The network.
    pub network: String,
    /// Public id of its API key.
    pub id: String,
    /// Its API key: role `device`, for blocks that it signed itself.
    pub api_key: String,
}

impl NewInvitationDto {
    /// As the use case takes it.
    pub fn wish(self) -> crate::app::invitations::Wish {
        crate::app::invitations::Wish {
            party: self.party,
            label: self.label,
            role: match self.role {
                DeviceRole::Gateway => Role::Gateway,
                DeviceRole::Device => Role::Device,
            },
            attributes: self.attributes,
            valid_s: self.valid_s,
        }
    }
}

impl InvitationDto {
    /// How an invitation stands at `now_ms`.
    pub fn at(it: Invitation, now_ms: i64) -> Self {
        let used = it.used.as_ref();
        Self {
            state: it.state(now_ms),
            device: used.map(|used| used.device.clone()),
            used_at: used.map(|used| time_text(used.at_ms)),
            api_key: used.map(|used| used.api_key.clone()),
            id: it.id,
            party: it.party,
            label: it.label,
            role: it.role,
            attributes: it.attributes,
            created_by: it.by,
            created_at: time_text(it.created_ms),
            expires_at: time_text(it.expires_ms),
            revoked_at: it.revoked_ms.map(time_text),
        }
    }
}

impl From<Challenge> for EnrolmentChallengeDto {
    fn from(it: Challenge) -> Self {
        Self {
            challenge: it.text,
            network: it.network,
            expires_at: time_text(it.expires_ms),
        }
    }
}

impl From<Enrolled> for EnrolledDto {
    fn from(it: Enrolled) -> Self {
        Self {
            device: it.author.key.to_string(),
            party: it.author.organisation,
            label: it.author.label,
            attributes: it.author.attributes,
            network: it.network,
            id: it.id,
            api_key: it.key,
        }
    }
}
