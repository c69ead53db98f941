//! Passkeys of people who signed in, and electronic signatures with them. A machine with an API key
//! signs nothing this way: what it records is signed with its party's key, as ever.
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rules::{Decision, Meaning, Signature};

use crate::app::failure::{Code, Failure};
use crate::auth::oidc::SignIn;
use crate::auth::passkey::ceremony::challenge_of;
use crate::auth::passkey::{Asked, Assertion, Known, Passkeys, Statement, Untrusted, word};
use crate::auth::{Permit, Person, Principal, actions};
use crate::limits::{
    FRESH_SIGN_IN_MS, PASSKEYS_OF_PERSON_MAX, SIGNATURES_PAGE_MAX, TEXT_CHARS_MAX,
};
use crate::node::Node;
use crate::store::passkeys::{Added, Passkey, SignatureRecord};
use crate::store::{SessionInfo, StoreError};

/// What a browser needs to make a passkey.
#[derive(Clone, Debug)]
pub struct Creation {
    /// Random bytes.
    pub challenge: [u8; 32],
    /// Host name of the node.
    pub rp_id: String,
    /// Public id of the person.
    pub person_id: String,
    /// Name of the person.
    pub name: String,
    /// Ids of the passkeys that the person has.
    pub has: Vec<String>,
}

/// What a browser needs to sign.
#[derive(Clone, Debug)]
pub struct Signing {
    /// Made of what is signed.
    pub challenge: [u8; 32],
    /// Host name of the node.
    pub rp_id: String,
    /// Ids of the passkeys that the person has.
    pub has: Vec<String>,
}

/// An answer to [`Creation`].
#[derive(Clone, Debug)]
pub struct NewPasskey {
    /// What the person calls it.
    pub label: String,
    /// `clientDataJSON`.
    pub client_data: Vec<u8>,
    /// `attestationObject`.
    pub attestation: Vec<u8>,
}

/// A request that may have to be signed, with the signature that came along.
#[derive(Clone, Debug)]
pub struct Offered {
    /// Method and path with query.
    pub request: String,
    /// SHA-256 of the body.
    pub sha256: [u8; 32],
    /// The passkey's answer.
    pub assertion: Option<Assertion>,
}

/// A signature that was made.
#[derive(Clone, Debug)]
pub struct Signed {
    /// The record, which is kept.
    pub record: SignatureRecord,
    /// What it means.
    pub meaning: Meaning,
}

impl Signed {
    /// A decision with this signature.
    ///
    /// # Errors
    /// `unprocessable` when the decision says that somebody else signs it, or that it means
    /// something else.
    pub fn on(&self, decision: Decision) -> Result<Decision, Failure> {
        let bare = match decision {
            Decision::Signed {
                decision,
                signature,
            } => {
                self.fits(&signature.signer, signature.meaning)?;
                decision
            }
            bare => Box::new(bare),
        };
        Ok(Decision::Signed {
            decision: bare,
            signature: Signature {
                signer: self.record.signer.clone(),
                signed_at_ms: self.record.at_ms,
                meaning: self.meaning,
            },
        })
    }

    /// Whether a body names the same signer and meaning.
    ///
    /// # Errors
    /// `unprocessable`
    pub fn fits(&self, signer: &str, meaning: Meaning) -> Result<(), Failure> {
        if signer == self.record.signer && meaning == self.meaning {
            return Ok(());
        }
        let text = "the body names another signer or meaning than the passkey's signature";
        Err(Failure::new(Code::Unprocessable, text))
    }
}

/// Who asks, when it is a person.
///
/// # Errors
/// `unprocessable` for an API key.
pub fn person(principal: &Principal) -> Result<&Person, Failure> {
    principal.person.as_ref().ok_or_else(|| {
        let text = "passkeys belong to people who have signed in, not to API keys";
        Failure::new(Code::Unprocessable, text)
    })
}

fn passkeys(sign_in: &SignIn) -> Result<&Passkeys, Failure> {
    sign_in.passkeys().ok_or_else(|| {
        let text = "passkeys need a host name in oidc.redirect_base, and this node has none";
        Failure::new(Code::Unprocessable, text)
    })
}

fn id_of(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Begins to make a passkey.
///
/// # Errors
/// `forbidden` when the session is not of the last minutes: a browser left open is no passkey.
pub fn begin(
    node: &Node,
    sign_in: &SignIn,
    principal: &Principal,
    session: &SessionInfo,
) -> Result<Creation, Failure> {
    let name = person(principal)?.name.clone();
    is_fresh(node, session)?;
    let passkeys = passkeys(sign_in)?;
    Ok(Creation {
        challenge: passkeys
            .ceremonies
            .register(node.world(), &principal.key_id),
        rp_id: passkeys.party.id.clone(),
        person_id: principal.key_id.clone(),
        name,
        has: ids(node, principal)?,
    })
}

fn is_fresh(node: &Node, session: &SessionInfo) -> Result<(), Failure> {
    let age_ms = node.world().now_ms().saturating_sub(session.began_ms);
    if age_ms < FRESH_SIGN_IN_MS {
        return Ok(());
    }
    let minutes = FRESH_SIGN_IN_MS / 60_000;
    let text = format!("sign in again: a passkey is made within {minutes} minutes of it");
    Err(Failure::new(Code::Forbidden, text))
}

fn ids(node: &Node, principal: &Principal) -> Result<Vec<String>, Failure> {
    let own = node.store().passkeys_of(&principal.key_id);
    let own = own.map_err(Failure::internal)?;
    Ok(own.into_iter().map(|it| it.id).collect())
}

/// Keeps a passkey that was made.
///
/// # Errors
/// `signature_refused` for one that cannot be trusted, `conflict` for one that is there already.
pub fn add(
    node: &Node,
    sign_in: &SignIn,
    principal: &Principal,
    new: &NewPasskey,
) -> Result<Passkey, Failure> {
    person(principal)?;
    if new.label.chars().count() > TEXT_CHARS_MAX {
        let text = format!("a label may have {TEXT_CHARS_MAX} characters");
        return Err(Failure::new(Code::Unprocessable, text));
    }
    let passkeys = passkeys(sign_in)?;
    let now_ms = node.world().now_ms();
    let challenge = challenge_of(&new.client_data).ok_or(UNASKED)?;
    let asked = passkeys.ceremonies.take(&challenge, now_ms);
    let own = Asked::Register {
        person: principal.key_id.clone(),
    };
    if asked != Some(own) {
        return Err(UNASKED.into());
    }
    let party = &passkeys.party;
    let made = party.registered(&challenge, &new.client_data, &new.attestation)?;
    let passkey = Passkey {
        id: id_of(&made.id),
        person: principal.key_id.clone(),
        label: new.label.clone(),
        key: id_of(&made.key),
        counter: made.counter,
        backed_up: made.backed_up,
        made_ms: now_ms,
        used_ms: None,
    };
    let added = node.store().add_passkey(&passkey, PASSKEYS_OF_PERSON_MAX);
    let conflict = |text: String| Failure::new(Code::Conflict, text);
    match added.map_err(Failure::internal)? {
        Added::Yes => Ok(passkey),
        Added::Taken => Err(conflict("this passkey is registered already".to_owned())),
        Added::TooMany => Err(conflict(format!(
            "a person may have {PASSKEYS_OF_PERSON_MAX} passkeys"
        ))),
    }
}

/// A person's own passkeys.
///
/// # Errors
/// `unprocessable` for an API key.
pub fn list(node: &Node, principal: &Principal) -> Result<Vec<Passkey>, Failure> {
    person(principal)?;
    let own = node.store().passkeys_of(&principal.key_id);
    own.map_err(Failure::internal)
}

/// Takes a passkey of one's own away: it signs nothing any more.
///
/// # Errors
/// `not_found`
pub fn remove(node: &Node, principal: &Principal, id: &str) -> Result<(), Failure> {
    person(principal)?;
    let removed = node.store().remove_passkey(&principal.key_id, id);
    if removed.map_err(Failure::internal)? {
        return Ok(());
    }
    Err(Failure::not_found("passkey"))
}

/// Begins to sign a request.
///
/// # Errors
/// `conflict` when the person has no passkey.
pub fn ask(
    node: &Node,
    sign_in: &SignIn,
    principal: &Principal,
    (request, sha256, meaning): (&str, [u8; 32], Meaning),
) -> Result<Signing, Failure> {
    person(principal)?;
    let passkeys = passkeys(sign_in)?;
    let has = ids(node, principal)?;
    if has.is_empty() {
        let text = "make a passkey first: POST /auth/passkeys/challenge";
        return Err(Failure::new(Code::Conflict, text));
    }
    let statement = Statement {
        person: principal.key_id.clone(),
        request: request.to_owned(),
        sha256,
        meaning,
    };
    Ok(Signing {
        challenge: passkeys.ceremonies.sign(node.world(), statement),
        rp_id: passkeys.party.id.clone(),
        has,
    })
}

/// The signature of a request: needed when a person asks, none of a machine.
///
/// # Errors
/// `signature_required`, `signature_refused`
pub fn signed(
    node: &Node,
    sign_in: &SignIn,
    principal: &Principal,
    offered: &Offered,
) -> Result<Option<Signed>, Failure> {
    let Some(person) = &principal.person else {
        return Ok(None);
    };
    let given = offered.assertion.as_ref().ok_or_else(|| {
        let text = "sign this request with a passkey: POST /auth/signatures/challenge, and send \
            what the passkey answers in the header Theriac-Signature";
        Failure::new(Code::SignatureRequired, text)
    })?;
    let passkeys = passkeys(sign_in)?;
    let now_ms = node.world().now_ms();
    let challenge = challenge_of(&given.client_data).ok_or(UNASKED)?;
    let asked = passkeys.ceremonies.take(&challenge, now_ms);
    let Some(Asked::Sign { statement, nonce }) = asked else {
        return Err(UNASKED.into());
    };
    // What is before us, and not what was announced, must make the challenge that was signed.
    let actual = Statement {
        person: principal.key_id.clone(),
        request: offered.request.clone(),
        sha256: offered.sha256,
        meaning: statement.meaning,
    };
    if actual.challenge(&nonce) != challenge {
        return Err(Untrusted("it signs another request, or another body").into());
    }
    let credential = id_of(&given.credential);
    let checked = |found: Option<Passkey>| {
        let found = found.filter(|it| it.person == principal.key_id);
        let mut passkey = found.ok_or(Untrusted("the passkey is not yours"))?;
        let key = URL_SAFE_NO_PAD.decode(&passkey.key).unwrap_or_default();
        let known = Known {
            key: &key,
            counter: passkey.counter,
        };
        let asserted = passkeys.party.asserted(&challenge, known, given);
        passkey.counter = asserted?;
        passkey.used_ms = Some(now_ms);
        let record = SignatureRecord {
            id: node.world().uuid().to_string(),
            at_ms: now_ms,
            signer: principal.key_id.clone(),
            person: person.clone(),
            party: principal.party.clone(),
            meaning: word(actual.meaning).to_owned(),
            request: actual.request.clone(),
            sha256: hex::encode(actual.sha256),
            nonce: hex::encode(nonce),
            passkey: passkey.id.clone(),
            key: passkey.key.clone(),
            client_data: id_of(&given.client_data),
            authenticator_data: id_of(&given.authenticator_data),
            signature: id_of(&given.signature),
        };
        Ok::<_, Failure>((passkey, record))
    };
    let record = node.store().use_passkey(&credential, checked)?;
    Ok(Some(Signed {
        record,
        meaning: statement.meaning,
    }))
}

/// A page of signatures, the oldest first, and where the next begins.
#[derive(Clone, Debug)]
pub struct Page {
    /// Signatures.
    pub signatures: Vec<SignatureRecord>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// What people signed.
///
/// # Errors
/// `query_parameter` for a size that cannot be.
pub fn signatures(
    node: &Node,
    _permit: &Permit<actions::ReadAccesses>,
    after: Option<&str>,
    count: usize,
) -> Result<Page, Failure> {
    if !(1..=SIGNATURES_PAGE_MAX).contains(&count) {
        let text = format!("per_page must be 1 to {SIGNATURES_PAGE_MAX}");
        return Err(Failure::new(Code::QueryParameter, text));
    }
    let found = node.store().signatures(after, count);
    let found = found.map_err(Failure::internal)?;
    let full = found.len() == count;
    Ok(Page {
        next: found.last().filter(|_| full).map(|(key, _)| key.clone()),
        signatures: found.into_iter().map(|(_, record)| record).collect(),
    })
}

const UNASKED: Untrusted =
    Untrusted("it answers nothing that was asked here, was used before, or took too long");

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::internal(error)
    }
}

impl From<Untrusted> for Failure {
    fn from(error: Untrusted) -> Self {
        Self::new(Code::SignatureRefused, error.to_string())
    }
}
