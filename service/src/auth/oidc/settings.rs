//! The settings of the sign-in, checked once when the node starts: what would be found out by a
//! person who cannot sign in is told to the operator instead.
use std::path::PathBuf;
use std::time::Duration;

use openidconnect::core::CoreJwsSigningAlgorithm;
use openidconnect::url::{Host, Url};
use openidconnect::{ClientId, ClientSecret, IssuerUrl, RedirectUrl, Scope};
use zeroize::Zeroize as _;

use super::claims::Mapping;
use crate::auth::passkey::RelyingParty;
use crate::config::OidcConfig;

/// Path to which the provider sends browsers back.
pub const CALLBACK: &str = "/auth/callback";

/// Settings that can be used.
#[derive(Clone, Debug)]
pub struct Settings {
    pub(super) issuer: IssuerUrl,
    pub(super) client_id: ClientId,
    pub(super) secret: Option<ClientSecret>,
    pub(super) redirect: RedirectUrl,
    pub(super) scopes: Vec<Scope>,
    pub(super) algorithms: Vec<CoreJwsSigningAlgorithm>,
    pub(super) authorities: Option<Vec<u8>>,
    pub(super) timeout: Duration,
    mapping: Mapping,
    origin: String,
    host: Option<String>,
    secure: bool,
    idle_ms: i64,
    max_ms: i64,
}

/// Why `[oidc]` cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A setting is missing or cannot be.
    #[error("oidc.{0} {1}")]
    Unfit(&'static str, String),
    /// A file cannot be read.
    #[error("reading oidc.{0} {path}", path = .1.display())]
    File(&'static str, PathBuf, #[source] std::io::Error),
}

impl Settings {
    /// Checks the settings; none without an issuer.
    ///
    /// # Errors
    /// [`SettingsError`] with the name of the setting.
    pub fn check(config: &OidcConfig) -> Result<Option<Self>, SettingsError> {
        let Some(issuer) = &config.issuer else {
            return Ok(None);
        };
        let unfit = |name: &'static str, text: &str| SettingsError::Unfit(name, text.to_owned());
        guarded("issuer", issuer)?;
        let issuer = IssuerUrl::new(issuer.clone());
        let issuer = issuer.map_err(|_| unfit("issuer", "must be a URL"))?;
        if config.client_id.is_empty() {
            return Err(unfit("client_id", "must not be empty"));
        }
        let base = config.redirect_base.as_deref();
        let base = base.ok_or_else(|| unfit("redirect_base", "is needed with an issuer"))?;
        let base = guarded("redirect_base", base)?;
        let bare = base.path() == "/" && base.query().is_none() && base.fragment().is_none();
        if !bare || !base.username().is_empty() || base.password().is_some() {
            let text = "must be a scheme, a host and a port, without a path";
            return Err(unfit("redirect_base", text));
        }
        let origin = base.origin().ascii_serialization();
        let redirect = RedirectUrl::new(format!("{origin}{CALLBACK}"));
        let redirect = redirect.map_err(|_| unfit("redirect_base", "must be a URL"))?;
        if config.grants.iter().any(|it| it.value.is_empty()) {
            return Err(unfit("grants", "must each have a value"));
        }
        if config.grants.iter().any(|it| it.roles.is_empty()) {
            return Err(unfit("grants", "must each have a role"));
        }
        for gln in config.grants.iter().filter_map(|it| it.party.as_deref()) {
            gs1::Gln::parse(gln)
                .map_err(|why| unfit("grants", &format!("name the party {gln:?}: {why}")))?;
        }
        if config.session_idle_s == 0 || config.session_max_s < config.session_idle_s {
            let text = "must not be 0 or more than session_max_s";
            return Err(unfit("session_idle_s", text));
        }
        let scopes = config.scopes.iter().filter(|it| *it != "openid");
        Ok(Some(Self {
            issuer,
            client_id: ClientId::new(config.client_id.clone()),
            secret: secret(config)?,
            redirect,
            scopes: scopes.cloned().map(Scope::new).collect(),
            algorithms: algorithms(&config.signing_algorithms)?,
            authorities: authorities(config)?,
            timeout: Duration::from_secs(config.timeout_s.clamp(1, 60)),
            mapping: Mapping::new(config),
            host: base.domain().map(str::to_owned),
            secure: base.scheme() == "https",
            origin,
            idle_ms: i64::from(config.session_idle_s) * 1_000,
            max_ms: i64::from(config.session_max_s) * 1_000,
        }))
    }

    /// The provider's issuer identifier.
    pub fn issuer(&self) -> &str {
        self.issuer.as_str()
    }

    /// The node's name at the provider.
    pub fn client_id(&self) -> &str {
        self.client_id.as_str()
    }

    /// Where the provider sends browsers back to.
    pub fn redirect_uri(&self) -> &str {
        self.redirect.as_str()
    }

    /// Whether an address is one with which a provider may be asked: https, or on this machine.
    pub fn is_guarded(url: &str) -> bool {
        Url::parse(url).is_ok_and(|url| is_guarded(&url))
    }

    /// Origin (RFC 6454) of the node's pages.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// For whom passkeys are made: they need the name of a host, an address will not do (Web
    /// Authentication, 5.1.2).
    pub(super) fn relying_party(&self) -> Option<RelyingParty> {
        Some(RelyingParty {
            id: self.host.clone()?,
            origin: self.origin.clone(),
        })
    }

    /// Whether browsers reach the node by https, which `__Host-` cookies need.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// Milliseconds without a request after which a session has ended, and after which it has in
    /// any case.
    pub fn session_ms(&self) -> (i64, i64) {
        (self.idle_ms, self.max_ms)
    }

    pub(super) fn mapping(&self) -> &Mapping {
        &self.mapping
    }
}

/// A URL with https, or with http on this machine.
fn guarded(name: &'static str, text: &str) -> Result<Url, SettingsError> {
    let unfit = |text: &str| SettingsError::Unfit(name, text.to_owned());
    let url = Url::parse(text).map_err(|_| unfit("must be a URL"))?;
    if !is_guarded(&url) {
        return Err(unfit("must begin with https:// (http:// on loopback only)"));
    }
    Ok(url)
}

/// Whether nobody on the way can read or change what goes to this address.
pub(super) fn is_guarded(url: &Url) -> bool {
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && here)
}

fn secret(config: &OidcConfig) -> Result<Option<ClientSecret>, SettingsError> {
    let name = "client_secret_file";
    let Some(path) = &config.client_secret_file else {
        return Ok(None);
    };
    let mut text = std::fs::read_to_string(path)
        .map_err(|error| SettingsError::File(name, path.clone(), error))?;
    let secret = text.trim().to_owned();
    text.zeroize();
    if secret.is_empty() {
        return Err(SettingsError::Unfit(name, "must not be empty".to_owned()));
    }
    Ok(Some(ClientSecret::new(secret)))
}

fn authorities(config: &OidcConfig) -> Result<Option<Vec<u8>>, SettingsError> {
    let Some(path) = &config.ca_file else {
        return Ok(None);
    };
    let name = "ca_file";
    let pem =
        std::fs::read(path).map_err(|error| SettingsError::File(name, path.clone(), error))?;
    if super::provider::certificates(&pem).is_empty() {
        let text = "must hold a certificate in PEM".to_owned();
        return Err(SettingsError::Unfit(name, text));
    }
    Ok(Some(pem))
}

/// Signatures that only the provider can make: no `none`, and no shared secret, with which
/// whoever knows a public key or the client's secret could sign.
fn algorithms(names: &[String]) -> Result<Vec<CoreJwsSigningAlgorithm>, SettingsError> {
    use CoreJwsSigningAlgorithm as Alg;
    let read = |name: &String| match name.as_str() {
        "RS256" => Ok(Alg::RsaSsaPkcs1V15Sha256),
        "RS384" => Ok(Alg::RsaSsaPkcs1V15Sha384),
        "RS512" => Ok(Alg::RsaSsaPkcs1V15Sha512),
        "PS256" => Ok(Alg::RsaSsaPssSha256),
        "PS384" => Ok(Alg::RsaSsaPssSha384),
        "PS512" => Ok(Alg::RsaSsaPssSha512),
        "ES256" => Ok(Alg::EcdsaP256Sha256),
        "ES384" => Ok(Alg::EcdsaP384Sha384),
        "EdDSA" => Ok(Alg::EdDsa),
        other => Err(SettingsError::Unfit(
            "signing_algorithms",
            format!("must be RS, PS or ES algorithms or EdDSA, not {other:?}"),
        )),
    };
    if names.is_empty() {
        let text = "must name at least one".to_owned();
        return Err(SettingsError::Unfit("signing_algorithms", text));
    }
    names.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::auth::Role;
    use crate::config::OidcGrant;

    fn usable() -> OidcConfig {
        OidcConfig {
            issuer: Some("https://login.example.com/realms/pharma".to_owned()),
            redirect_base: Some("https://node.example.com:8443/".to_owned()),
            ..OidcConfig::default()
        }
    }

    fn refused(change: impl FnOnce(&mut OidcConfig)) -> String {
        let mut config = usable();
        change(&mut config);
        Settings::check(&config).unwrap_err().to_string()
    }

    #[test]
    fn usable_settings_are_taken() {
        let settings = Settings::check(&usable()).unwrap().unwrap();
        assert_eq!(settings.origin(), "https://node.example.com:8443");
        assert!(settings.is_secure());
        assert_eq!(
            settings.redirect.as_str(),
            "https://node.example.com:8443/auth/callback"
        );
        let mut local = usable();
        local.redirect_base = Some("http://127.0.0.1:8080".to_owned());
        assert!(!Settings::check(&local).unwrap().unwrap().is_secure());
        assert!(Settings::check(&OidcConfig::default()).unwrap().is_none());
    }

    #[test]
    fn what_cannot_be_is_refused_by_name() {
        let some = |text: &str| Some(text.to_owned());
        for (error, name) in [
            (
                refused(|it| it.issuer = some("login.example.com")),
                "oidc.issuer",
            ),
            (
                refused(|it| it.issuer = some("http://login.example.com")),
                "oidc.issuer",
            ),
            (refused(|it| it.redirect_base = None), "oidc.redirect_base"),
            (
                refused(|it| it.redirect_base = some("http://n.example")),
                "oidc.redirect_base",
            ),
            (
                refused(|it| it.redirect_base = some("https://n/x")),
                "oidc.redirect_base",
            ),
            (refused(|it| it.client_id = String::new()), "oidc.client_id"),
            (
                refused(|it| it.signing_algorithms = vec!["none".to_owned()]),
                "signing_alg",
            ),
            (
                refused(|it| it.signing_algorithms = vec!["HS256".to_owned()]),
                "signing_alg",
            ),
            (
                refused(|it| it.signing_algorithms = Vec::new()),
                "signing_alg",
            ),
            (refused(|it| it.session_idle_s = 0), "session_idle_s"),
            (refused(|it| it.session_max_s = 60), "session_idle_s"),
            (
                refused(|it| it.client_secret_file = Some("/nonexistent".into())),
                "client_secret",
            ),
            (
                refused(|it| it.ca_file = Some("/nonexistent".into())),
                "ca_file",
            ),
            (
                refused(|it| it.grants = vec![OidcGrant::default()]),
                "oidc.grants",
            ),
            (
                refused(|it| {
                    it.grants = vec![OidcGrant {
                        value: "x".to_owned(),
                        roles: BTreeSet::from([Role::Pharmacy]),
                        party: some("9506000100037"),
                    }];
                }),
                "oidc.grants",
            ),
        ] {
            assert!(error.contains(name), "{name}: {error}");
        }
    }

    #[test]
    fn the_secret_is_of_a_file_and_does_not_show() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret");
        std::fs::write(&path, "s3cret-of-the-client\n").unwrap();
        let mut config = usable();
        config.client_secret_file = Some(path.clone());
        let settings = Settings::check(&config).unwrap().unwrap();
        assert_eq!(
            settings.secret.as_ref().unwrap().secret(),
            "s3cret-of-the-client"
        );
        assert!(!format!("{settings:?}").contains("s3cret"));
        std::fs::write(&path, "\n").unwrap();
        assert!(Settings::check(&config).is_err());
    }
}
