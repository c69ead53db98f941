//! Web addresses, as far as a Digital Link needs them: host, path and query.

use crate::uri;

/// Whether a URI scheme is one that Digital Links have.
pub(crate) fn is_web_scheme(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")
}

pub(super) struct Address<'a> {
    pub(super) host: &'a str,
    pub(super) path: &'a str,
    pub(super) query: &'a str,
}

impl<'a> Address<'a> {
    /// Splits a web address; `None` for another URI or an impossible host.
    pub(super) fn split(text: &'a str, mixed_case: bool) -> Option<Self> {
        let (scheme, rest) = uri::split(text)?;
        let usual = matches!(scheme, "https" | "http" | "HTTPS" | "HTTP");
        let fits = usual || mixed_case && is_web_scheme(scheme);
        let rest = fits.then_some(rest)?;
        let rest = rest.strip_prefix("//")?;
        let rest = rest.split_once('#').map_or(rest, |(before, _)| before);
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let slash = rest.find('/')?;
        let (host, path) = rest.split_at_checked(slash)?;
        let host_fits = !host.is_empty()
            && host.bytes().all(|b| {
                b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':' | b'[' | b']')
            });
        host_fits.then_some(Self { host, path, query })
    }

    pub(super) fn is_resolver(&self) -> bool {
        self.host.eq_ignore_ascii_case("id.gs1.org")
    }
}
