//! Settings of the sign-in of people (`[oidc]`): which identity provider vouches for them, and what
//! the groups it tells mean here. Names follow OpenID Connect, so that whoever has connected
//! another application to Keycloak or Entra ID finds the same words.
use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::auth::Role;

/// Sign-in of people by OpenID Connect; nobody signs in without an `issuer`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct OidcConfig {
    /// Issuer identifier, letter by letter as the provider's discovery document has it.
    pub issuer: Option<String>,
    /// The node's name at the provider.
    pub client_id: String,
    /// File that holds the client's secret; a public client (PKCE only) without.
    pub client_secret_file: Option<PathBuf>,
    /// Where browsers reach this node: scheme, host and port. The provider sends them back to
    /// `/auth/callback` below it.
    pub redirect_base: Option<String>,
    /// Authorities that may vouch for the provider's certificate, PEM; the public ones without.
    pub ca_file: Option<PathBuf>,
    /// Scopes to ask for beside `openid`.
    pub scopes: Vec<String>,
    /// Algorithms (RFC 7518) with which the provider may sign; never one with a shared secret.
    pub signing_algorithms: Vec<String>,
    /// Claim with the person's name.
    pub name_claim: String,
    /// Claim with groups or roles; dots lead into objects (`realm_access.roles`).
    pub roles_claim: String,
    /// Claim with the GLN of the person's party, for grants that name none.
    pub party_claim: Option<String>,
    /// What values of `roles_claim` mean here.
    pub grants: Vec<OidcGrant>,
    /// Seconds without a request after which a session has ended.
    pub session_idle_s: u32,
    /// Seconds after which a session has ended in any case.
    pub session_max_s: u32,
    /// Seconds the provider may take to answer.
    pub timeout_s: u64,
}

/// What one value of the claim means.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OidcGrant {
    /// The group or role, as the provider tells it.
    pub value: String,
    /// Roles at this node.
    pub roles: BTreeSet<Role>,
    /// GLN of the party for which the person acts.
    pub party: Option<String>,
}

impl Default for OidcConfig {
    fn default() -> Self {
        let words = |list: &[&str]| list.iter().map(|it| (*it).to_owned()).collect();
        Self {
            issuer: None,
            client_id: "theriac".to_owned(),
            client_secret_file: None,
            redirect_base: None,
            ca_file: None,
            scopes: words(&["profile"]),
            signing_algorithms: words(&["RS256", "PS256", "ES256"]),
            name_claim: "name".to_owned(),
            roles_claim: "roles".to_owned(),
            party_claim: None,
            grants: Vec::new(),
            session_idle_s: 30 * 60,
            session_max_s: 12 * 3_600,
            timeout_s: 5,
        }
    }
}
