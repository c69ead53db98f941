//! Devices that register themselves: an administrator makes a one-time code, a gateway presents
//! it with its own public key and a signature that proves it has the private one, and is answered
//! with its registration and an API key of its own. What the signature covers ([`statement`])
//! names the purpose, the network, the device and this node's fresh challenge beside the code, so
//! that it is good for nothing else. A lost answer is asked for again: see [`crate::store`].
use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gs1::Gln;
use tangle::{Author, KeyId};

use crate::app::failure::{Code, Failure};
use crate::auth::{InvitationCode, Permit, Role, Scope, actions};
use crate::limits::{ENROLMENT_CHALLENGE_MS, INVITATION_S};
use crate::node::{NewDevice, Node};
use crate::store::{Claim, Invitation, NewApiKey, NewInvitation, Refusal};

/// What an administrator asks for.
#[derive(Clone, Debug)]
pub struct Wish {
    /// GLN of the party the device will work for.
    pub party: String,
    /// Its name, as events will call it.
    pub label: String,
    /// `Role::Gateway` or `Role::Device`.
    pub role: Role,
    /// Further facts, such as read points.
    pub attributes: BTreeMap<String, String>,
    /// How long the code is valid, seconds.
    pub valid_s: u32,
}

/// Makes an invitation and its code, which is seen this once.
///
/// # Errors
/// As [`Node::invite_device`].
pub fn invite(
    node: &Node,
    permit: &Permit<actions::ManageKeys>,
    wish: Wish,
) -> Result<(String, Invitation), Failure> {
    node.invite_device(&permit.principal().key_id, wish)
}

/// Every invitation, the latest first.
///
/// # Errors
/// Ours only.
pub fn list(
    node: &Node,
    _permit: &Permit<actions::ManageKeys>,
) -> Result<Vec<Invitation>, Failure> {
    node.store().invitations().map_err(Failure::internal)
}

/// Takes an invitation back.
///
/// # Errors
/// `not_found`.
pub fn revoke(node: &Node, _permit: &Permit<actions::ManageKeys>, id: &str) -> Result<(), Failure> {
    node.revoke_invitation(id)
}

/// What a device is to sign.
#[derive(Clone, Debug)]
pub struct Challenge {
    /// This node's fresh words, base64url.
    pub text: String,
    /// The network, hex.
    pub network: String,
    /// When it is over, Unix milliseconds.
    pub expires_ms: i64,
}

/// A challenge to whoever says to be `device`. Nothing is stored: the node knows its own words
/// again by a keyed hash.
pub fn challenge(node: &Node, device: &KeyId) -> Challenge {
    let expires_ms = node.world().now_ms().saturating_add(ENROLMENT_CHALLENGE_MS);
    let salt = node.world().salt();
    let start = [&expires_ms.to_be_bytes()[..], &salt].concat();
    let mark = mark(node, &start, device);
    Challenge {
        text: URL_SAFE_NO_PAD.encode([&start[..], mark.as_bytes()].concat()),
        network: node.network().to_string(),
        expires_ms,
    }
}

fn mark(node: &Node, start: &[u8], device: &KeyId) -> blake3::Hash {
    let covered = [start, device.as_bytes()].concat();
    blake3::keyed_hash(&node.store().challenge_key(), &covered)
}

fn is_ours(node: &Node, text: &str, device: &KeyId) -> bool {
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(text) else {
        return false;
    };
    let Some((start, given)) = bytes.split_last_chunk::<32>() else {
        return false;
    };
    let expires_ms = start.first_chunk::<8>().map(|it| i64::from_be_bytes(*it));
    // Hashes compare in constant time.
    mark(node, start, device) == *given && expires_ms.is_some_and(|end| node.world().now_ms() < end)
}

/// The text that a device signs with its own key, in lines.
pub fn statement(network: &str, device: &KeyId, challenge: &str, code: &str) -> String {
    format!("theriac device enrolment v1\n{network}\n{device}\n{challenge}\n{code}\n")
}

/// What a device sends.
#[derive(Clone, Debug)]
pub struct Request {
    /// The code, as it was typed.
    pub code: String,
    /// Its public key.
    pub device: KeyId,
    /// The node's challenge.
    pub challenge: String,
    /// Its signature on [`statement`], with the code's 20 symbols in capitals and without hyphens.
    pub signature: [u8; 64],
}

/// What it is answered.
#[derive(Clone, Debug)]
pub struct Enrolled {
    /// As what it is registered.
    pub author: Author,
    /// Public id of its API key.
    pub id: String,
    /// Its API key.
    pub key: String,
    /// The network, hex.
    pub network: String,
}

/// Why a device was not enrolled.
#[derive(Debug)]
pub struct Unenrolled {
    /// For the device.
    pub failure: Failure,
    /// There is no such code: somebody mistyped it, or guesses.
    pub is_wrong_code: bool,
}

impl From<Failure> for Unenrolled {
    fn from(failure: Failure) -> Self {
        Self {
            failure,
            is_wrong_code: false,
        }
    }
}

/// Registers a device by its code and gives it its API key; repeated by the same device while the
/// code is valid, the answer is the same.
///
/// # Errors
/// `enrolment_refused` when the code, the challenge or the signature is not good; `unprocessable`
/// when the device's key is somebody else's.
pub fn enrol(node: &Node, request: &Request) -> Result<Enrolled, Unenrolled> {
    let device = &request.device;
    let mistyped = |error: crate::auth::CodeError| refused(&error.to_string());
    let code = InvitationCode::parse(&request.code).map_err(mistyped)?;
    if !is_ours(node, &request.challenge, device) {
        return Err(refused("the challenge is not of this node, or is over").into());
    }
    let network = node.network().to_string();
    let said = statement(&network, device, &request.challenge, &code.plain());
    if device.check(said.as_bytes(), &request.signature).is_err() {
        return Err(refused("the signature is not one of this device key").into());
    }
    let other = node
        .fold()
        .registry()
        .organisation_of(device)
        .map(str::to_owned);
    let claim = node
        .store()
        .claim_invitation(&code, device, node.world(), other.as_deref());
    let (invitation, key) = match claim.map_err(Failure::internal)? {
        Claim::Yes(invitation, key) => (invitation, key),
        Claim::No(Refusal::Foreign) => {
            let text = "the device's key is registered for another party; make another one";
            return Err(Failure::new(Code::Unprocessable, text).into());
        }
        Claim::No(refusal) => {
            tracing::warn!(invitation = code.id(), %device, ?refusal, "an enrolment was refused");
            return Err(Unenrolled {
                failure: refused(why(refusal)),
                is_wrong_code: refusal == Refusal::Unknown,
            });
        }
    };
    let author = registered(node, &invitation, *device)?;
    let new = NewApiKey {
        party: Some(invitation.party.clone()),
        // Of its own blocks only: a stolen key uploads nobody else's.
        roles: BTreeSet::from([Role::Device]),
        label: invitation.label.clone(),
        expires_ms: None,
        scope: Scope {
            mandate: None,
            device: Some(device.to_string()),
        },
    };
    let opens = node.store().enrolled_key(&key, new, node.world());
    if !opens.map_err(Failure::internal)? {
        return Err(refused("the API key that belongs to it was taken back").into());
    }
    tracing::info!(invitation = invitation.id, %device, api_key = key.id(), "a device enrolled");
    Ok(Enrolled {
        author,
        id: key.id().to_owned(),
        key: key.reveal(),
        network,
    })
}

/// The device's registration: as it stands, where this was asked before.
fn registered(node: &Node, invitation: &Invitation, key: KeyId) -> Result<Author, Failure> {
    let wanted = NewDevice {
        key,
        party: invitation.party.clone(),
        label: invitation.label.clone(),
        role: match invitation.role {
            Role::Device => tangle::Role::Device,
            _ => tangle::Role::Gateway,
        },
        attributes: invitation.attributes.clone(),
    };
    let known = |node: &Node| node.fold().registry().author(&key).cloned();
    let stands = known(node).filter(|it| {
        (&it.organisation, &it.label) == (&wanted.party, &wanted.label)
            && (it.role, &it.attributes) == (wanted.role, &wanted.attributes)
    });
    if let Some(author) = stands {
        return Ok(author);
    }
    node.register_device(wanted)?;
    known(node).ok_or_else(|| Failure::internal("a registered device is not known"))
}

fn refused(text: &str) -> Failure {
    Failure::new(Code::EnrolmentRefused, text)
}

/// Whoever has the right code may know what became of it.
fn why(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Unknown => "there is no such code",
        Refusal::Ended => "the code has ended; ask for another",
        Refusal::Revoked => "the code was taken back; ask for another",
        Refusal::Used => "the code was used by another device key; ask for another",
        Refusal::Foreign => "the device's key is another party's",
    }
}

impl Node {
    /// Makes an invitation and its code, by whoever has the public id `by`.
    ///
    /// # Errors
    /// `unprocessable` for a party that is not registered, a label or attributes that a
    /// registration cannot hold, a role of no device or a time out of bounds; `conflict` when
    /// there are too many.
    pub fn invite_device(&self, by: &str, wish: Wish) -> Result<(String, Invitation), Failure> {
        check(self, &wish).map_err(|text| Failure::new(Code::Unprocessable, text))?;
        let new = NewInvitation {
            party: wish.party,
            label: wish.label,
            role: wish.role,
            attributes: wish.attributes,
            by: by.to_owned(),
            valid_ms: i64::from(wish.valid_s) * 1_000,
        };
        let made = self.store().invite(new, self.world());
        let (code, invitation) = made.map_err(Failure::internal)?.ok_or_else(|| {
            let text = "there are too many invitations; they are forgotten 30 days after their end";
            Failure::new(Code::Conflict, text)
        })?;
        Ok((code.reveal(), invitation))
    }

    /// Takes an invitation back.
    ///
    /// # Errors
    /// `not_found`.
    pub fn revoke_invitation(&self, id: &str) -> Result<(), Failure> {
        let id = id.to_ascii_uppercase();
        let found = self.store().revoke_invitation(&id, self.world().now_ms());
        if found.map_err(Failure::internal)? {
            return Ok(());
        }
        Err(Failure::not_found("invitation"))
    }
}

fn check(node: &Node, wish: &Wish) -> Result<(), String> {
    use tangle::limits::{ATTRIBUTE_BYTES_MAX, ATTRIBUTES_MAX, LABEL_BYTES_MAX};
    let gln = Gln::parse(&wish.party).map_err(|error| format!("reading the GLN: {error}"))?;
    if node.fold().registry().organisation(gln.as_str()).is_none() {
        return Err(format!("the party {gln} is not registered with this node"));
    }
    if !matches!(wish.role, Role::Gateway | Role::Device) {
        return Err(format!("{} is no role of a device", wish.role));
    }
    if !(1..=LABEL_BYTES_MAX).contains(&wish.label.len()) {
        return Err(format!("a label has 1 to {LABEL_BYTES_MAX} bytes"));
    }
    let texts = wish
        .attributes
        .iter()
        .flat_map(|(name, value)| [name, value]);
    if wish.attributes.len() > ATTRIBUTES_MAX
        || texts
            .into_iter()
            .any(|text| text.len() > ATTRIBUTE_BYTES_MAX)
    {
        return Err(format!(
            "a registration has {ATTRIBUTES_MAX} attributes of {ATTRIBUTE_BYTES_MAX} bytes at most"
        ));
    }
    if !INVITATION_S.contains(&wish.valid_s) {
        let (first, last) = (INVITATION_S.start(), INVITATION_S.end());
        return Err(format!("valid_s is between {first} and {last}"));
    }
    Ok(())
}
