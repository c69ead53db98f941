//! Lines of the access log.
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::accesses::Page;
use crate::app::time_text;
use crate::audit::Line;

/// A page of the access log.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Accesses)]
pub struct AccessesDto {
    /// Lines, newest first.
    pub accesses: Vec<AccessDto>,
    /// Send it as `cursor` for the next page.
    pub next: Option<u64>,
}

/// Who did what, when, why, by which rule, and how it ended.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Access)]
pub struct AccessDto {
    /// Number of the line.
    pub seq: u64,
    /// When it was answered.
    pub at: String,
    /// Public id of the API key, or of the person who signed in.
    pub key: Option<String>,
    /// GLN of the key's party.
    pub party: Option<String>,
    /// Who signed in: name and subject; null behind an API key.
    pub person: Option<String>,
    /// What was signed with a passkey: meaning, SHA-256 of the body, id of the signature.
    pub signature: Option<String>,
    /// Action of the policy that was asked for.
    pub action: Option<String>,
    /// Ids of the policies that decided, parted by commas.
    pub policy: Option<String>,
    /// HTTP method.
    pub method: String,
    /// Pattern of the route.
    pub route: String,
    /// Path and query.
    pub target: String,
    /// Why, as the caller said in `X-Purpose`.
    pub why: Option<String>,
    /// HTTP status of the answer.
    pub status: u16,
    /// Id of the request.
    pub request: String,
    /// Hash of the line before, hex.
    pub prev: String,
    /// Hash of this line, hex.
    pub hash: String,
}

impl From<Line> for AccessDto {
    fn from(line: Line) -> Self {
        let it = line.access;
        Self {
            seq: line.seq,
            at: time_text(it.at_ms),
            key: it.key,
            party: it.party,
            person: it.person,
            signature: it.signature,
            action: it.action,
            policy: it.policy,
            method: it.method,
            route: it.route,
            target: it.target,
            why: it.why,
            status: it.status,
            request: it.request,
            prev: line.prev,
            hash: line.hash,
        }
    }
}

impl From<Page> for AccessesDto {
    fn from(page: Page) -> Self {
        Self {
            accesses: page.lines.into_iter().map(AccessDto::from).collect(),
            next: page.next,
        }
    }
}
