//! People who sign in, and their sessions. What the identity provider says of a person becomes a
//! session of this node, which from then on needs the provider no more.
use crate::app::failure::{Code, Failure};
use crate::auth::oidc::{Begun, Identity, Returned, SignIn, SignInError};
use crate::auth::{Permit, Principal, actions};
use crate::limits::RETURN_TO_CHARS_MAX;
use crate::node::Node;
use crate::store::{NewSession, SessionInfo};

/// Somebody signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// What the browser keeps.
    pub cookie: String,
    /// Who it is.
    pub principal: Principal,
    /// Path of this node that the person wanted.
    pub return_to: String,
}

/// Begins a sign-in that leads back to a path of this node.
///
/// # Errors
/// `not_found` without an identity provider, `sign_in_unavailable` while it is down,
/// `query_parameter` for a path that is not of this node.
pub fn begin(node: &Node, sign_in: &SignIn, return_to: Option<&str>) -> Result<Begun, Failure> {
    let return_to = return_to.unwrap_or("/");
    if !is_own_path(return_to) {
        let text = "return_to must be a path of this node";
        return Err(Failure::new(Code::QueryParameter, text));
    }
    Ok(sign_in.begin(node.world(), return_to)?)
}

/// Ends a sign-in with a session.
///
/// # Errors
/// `sign_in_refused` for what cannot be trusted, `forbidden` for who is nobody here,
/// `sign_in_unavailable` while the identity provider is down.
pub fn finish(node: &Node, sign_in: &SignIn, back: &Returned) -> Result<SignedIn, Failure> {
    let settings = sign_in.settings().ok_or(SignInError::Off)?;
    let (identity, return_to) = sign_in.finish(node.world(), back)?;
    is_registered(node, &identity)?;
    let (idle_ms, max_ms) = settings.session_ms();
    let new = NewSession {
        identity,
        idle_ms,
        max_ms,
    };
    let now_ms = node.world().now_ms();
    let cookie = node.store().begin_session(new, node.world());
    let cookie = cookie.map_err(Failure::internal)?;
    let begun = node.store().session(&cookie, now_ms);
    let (principal, _) = begun.ok_or_else(|| Failure::internal("a new session has ended"))?;
    Ok(SignedIn {
        cookie,
        principal,
        return_to,
    })
}

fn is_registered(node: &Node, identity: &Identity) -> Result<(), Failure> {
    let Some(gln) = identity.party.as_deref() else {
        return Ok(());
    };
    if node.fold().registry().organisation(gln).is_some() {
        return Ok(());
    }
    let text = format!("the party {gln} is not registered with this node");
    Err(Failure::new(Code::Forbidden, text))
}

/// Every session that lasts.
pub fn sessions(node: &Node, _permit: &Permit<actions::ManageKeys>) -> Vec<SessionInfo> {
    node.store().list_sessions(node.world().now_ms())
}

/// Ends a session: from now on its cookie opens nothing.
///
/// # Errors
/// `not_found`
pub fn end_session(
    node: &Node,
    _permit: &Permit<actions::ManageKeys>,
    id: &str,
) -> Result<(), Failure> {
    let ended = node.store().end_session(id).map_err(Failure::internal)?;
    ended
        .then_some(())
        .ok_or_else(|| Failure::not_found("session"))
}

/// Whether a text is a path that no browser takes for another site.
fn is_own_path(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"\\\"<>".contains(&byte);
    text.starts_with('/')
        && !text.starts_with("//")
        && text.len() <= RETURN_TO_CHARS_MAX
        && text.bytes().all(plain)
}

impl From<SignInError> for Failure {
    fn from(error: SignInError) -> Self {
        let text = error.to_string();
        match error {
            SignInError::Off => Self::not_found("sign-in"),
            SignInError::Unavailable(cause) => {
                tracing::warn!(error = %cause, "the identity provider cannot be used");
                let text = "the identity provider cannot be reached; API keys and sessions go on";
                Self::new(Code::SignInUnavailable, text)
            }
            SignInError::Refused(_) => Self::new(Code::SignInRefused, text),
            SignInError::Nobody(_) => Self::new(Code::Forbidden, text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_leads_back_to_this_node_only() {
        for own in ["/", "/packs/1?x=%2F", "/a//b"] {
            assert!(is_own_path(own), "{own}");
        }
        let long = format!("/{}", "a".repeat(RETURN_TO_CHARS_MAX));
        for other in [
            "",
            "a",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nSet-X: 1",
            "/\t/evil.example",
            "/\"><script>",
            "javascript:alert(1)",
            &long,
        ] {
            assert!(!is_own_path(other), "{other}");
        }
    }
}
