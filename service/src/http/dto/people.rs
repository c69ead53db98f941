//! People who sign in, and their sessions.
use std::collections::BTreeSet;

use serde::Serialize;
use utoipa::ToSchema;

use crate::app::time_text;
use crate::auth::Role;
use crate::store::SessionInfo;

/// Who is signed in at this browser, and where people sign in.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = SignedIn)]
pub struct SignedInDto {
    /// Path at which people sign in; null when this node has no identity provider.
    pub sign_in: Option<&'static str>,
    /// Who is signed in; null for nobody.
    pub session: Option<SessionDto>,
}

/// A session.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionDto {
    /// Public id of the session: 16 hex digits.
    pub id: String,
    /// Public id of the person: `person-` and 20 hex digits.
    pub person: String,
    /// Name of the person, as the identity provider tells it.
    pub name: String,
    /// Id of the person there (`sub`).
    pub subject: String,
    /// GLN of the party for which the person acts.
    pub party: Option<String>,
    /// What the person may be asked for.
    pub roles: BTreeSet<Role>,
    /// When it began.
    pub began_at: String,
    /// When it was last used.
    pub seen_at: String,
    /// When it ends unless it is used before.
    pub idle_until: String,
    /// When it ends in any case.
    pub expires_at: String,
}

/// All sessions that last.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Sessions)]
pub struct SessionsDto {
    /// The latest first.
    pub sessions: Vec<SessionDto>,
}

/// A session that was ended.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = SignedOut)]
pub struct SignedOutDto {
    /// Address at which the identity provider ends its own session, so that the next person at this
    /// browser must sign in there; null when it has told none.
    pub end_session_url: Option<String>,
}

impl From<SessionInfo> for SessionDto {
    fn from(it: SessionInfo) -> Self {
        Self {
            id: it.id,
            person: it.person_id,
            name: it.person.name,
            subject: it.person.subject,
            party: it.party,
            roles: it.roles,
            began_at: time_text(it.began_ms),
            seen_at: time_text(it.seen_ms),
            idle_until: time_text(it.idle_until_ms),
            expires_at: time_text(it.expires_ms),
        }
    }
}
