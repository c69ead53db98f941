//! Cookies of people's browsers. A cookie is named `__Host-...` (RFC 6265bis, 4.1.3.2): sent over
//! https only, to this host only, and no other host of the domain can set it. Browsers take that
//! prefix over https alone; where the node is reached by plain HTTP, which the settings allow on
//! loopback only, the name has no prefix and the cookie no `Secure`.
//!
//! The session's cookie is `SameSite=Strict`: no other site's page or link makes a browser send it.
//! The cookie of a sign-in that is under way must come along when the identity provider sends the
//! browser back, which is a link from another site, and so is `Lax`. The page to which a sign-in
//! leads is the same for everybody and asks for its data itself: that is when the session's cookie
//! is first sent.
use actix_web::http::header;
use actix_web::{HttpRequest, web};

use super::error::Problem;
use super::origin;
use crate::auth::Principal;
use crate::auth::oidc::{Settings, SignIn};
use crate::limits::SIGN_IN_MS;
use crate::node::Node;
use crate::store::SessionInfo;

/// The two cookies.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Cookie {
    /// Of a session.
    Session,
    /// Of a sign-in under way.
    SignIn,
}

impl Cookie {
    fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Session, true) => "__Host-theriac",
            (Self::Session, false) => "theriac",
            (Self::SignIn, true) => "__Host-theriac-sign-in",
            (Self::SignIn, false) => "theriac-sign-in",
        }
    }

    /// `Set-Cookie` that makes a browser keep it.
    pub(crate) fn set(self, settings: &Settings, value: &str) -> String {
        let until = match self {
            // As long as the browser runs: counters share machines.
            Self::Session => String::new(),
            Self::SignIn => format!("; Max-Age={}", SIGN_IN_MS / 1_000),
        };
        self.write(settings, value, &until)
    }

    /// `Set-Cookie` that makes a browser forget it.
    pub(crate) fn forget(self, settings: &Settings) -> String {
        self.write(settings, "", "; Max-Age=0")
    }

    fn write(self, settings: &Settings, value: &str, until: &str) -> String {
        let secure = settings.is_secure();
        let site = match self {
            Self::Session => "Strict",
            Self::SignIn => "Lax",
        };
        let name = self.name(secure);
        let only = if secure { "; Secure" } else { "" };
        format!("{name}={value}; Path=/{only}; HttpOnly; SameSite={site}{until}")
    }

    /// Its value; none when it comes twice, because then one of them was set by somebody else.
    pub(crate) fn of(self, request: &HttpRequest, settings: &Settings) -> Option<String> {
        let name = self.name(settings.is_secure());
        let lines = request.headers().get_all(header::COOKIE);
        let texts = lines.filter_map(|line| line.to_str().ok());
        let pairs = texts.flat_map(|line| line.split(';'));
        let mut found = pairs.filter_map(|pair| {
            let (given, value) = pair.trim().split_once('=')?;
            (given == name).then_some(value)
        });
        let first = found.next()?;
        found.next().is_none().then(|| first.to_owned())
    }
}

/// What a request's cookie of a session holds.
pub(super) fn value(request: &HttpRequest) -> Option<String> {
    let settings = request.app_data::<web::Data<SignIn>>()?.settings()?;
    Cookie::Session.of(request, settings)
}

/// Whose session a request says it is, if it says so at all.
///
/// # Errors
/// `forbidden` for a request that changes something, or opens a connection, and is not of the
/// node's own pages.
pub(super) fn session(
    request: &HttpRequest,
    node: &Node,
    now_ms: i64,
) -> Result<Option<(Principal, SessionInfo)>, Problem> {
    let sign_in = request.app_data::<web::Data<SignIn>>();
    let Some(settings) = sign_in.and_then(|it| it.settings()) else {
        return Ok(None);
    };
    let Some(value) = Cookie::Session.of(request, settings) else {
        return Ok(None);
    };
    origin::of_page(request, settings.origin())?;
    Ok(node.store().session(&value, now_ms))
}
