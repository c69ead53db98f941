//! The identity provider at the other end of the network: its discovery document and keys, the
//! address to which browsers are sent, the exchange of a code for an ID token, and the checks of
//! that token (OpenID Connect Core 1.0, 3.1.3.7). What it told is kept for a minute; after a
//! failure it is left alone for some seconds, so that people who try again do not pile up.
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreClientAuthMethod, CoreErrorResponseType, CoreGenderClaim,
    CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreResponseType,
    CoreRevocableToken, CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::url::Url;
use openidconnect::{
    AdditionalClaims, AuthType, AuthenticationFlow, AuthorizationCode, ClaimsVerificationError,
    Client, CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    HttpRequest, HttpResponse, IdToken, IdTokenFields, IssuerUrl, LogoutRequest, Nonce,
    PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl, ProviderMetadataWithLogout,
    RequestTokenError, SignatureVerificationError, StandardErrorResponse, StandardTokenResponse,
    TokenResponse as _,
};
use serde::{Deserialize, Serialize};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig};

use super::SignInError;
use super::claims::Claims;
use super::pending::Attempt;
use super::settings::{Settings, is_guarded};
use crate::limits::PROVIDER_ANSWER_BYTES_MAX;

/// How long what the provider told of itself is taken as its word, milliseconds.
const FRESH_MS: i64 = 60_000;
/// How long it is left alone after a failure, milliseconds.
const REST_MS: i64 = 3_000;
/// How far the provider's clock may be ahead, milliseconds.
const AHEAD_MS: i64 = 60_000;

/// All claims of a token, beside those that the library knows.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Rest(Claims);

impl AdditionalClaims for Rest {}

type Encryption = CoreJweContentEncryptionAlgorithm;
type Token = IdToken<Rest, CoreGenderClaim, Encryption, CoreJwsSigningAlgorithm>;
type Fields = IdTokenFields<
    Rest,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    Encryption,
    CoreJwsSigningAlgorithm,
>;
pub(super) type Known = Client<
    Rest,
    CoreAuthDisplay,
    CoreGenderClaim,
    Encryption,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<Fields, CoreTokenType>,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What the provider tells of itself, with its keys.
pub(super) type Metadata = ProviderMetadataWithLogout;

/// The provider.
#[derive(Debug)]
pub(super) struct Provider {
    issuer: IssuerUrl,
    agent: ureq::Agent,
    kept: Mutex<Kept>,
    asking: Mutex<()>,
}

#[derive(Debug, Default)]
struct Kept {
    told: Option<(Arc<Metadata>, i64)>,
    failed_ms: Option<i64>,
}

impl Provider {
    pub(super) fn new(settings: &Settings) -> Self {
        let mut tls = TlsConfig::builder();
        if let Some(pem) = &settings.authorities {
            tls = tls.root_certs(RootCerts::new_with_certs(&certificates(pem)));
        }
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(settings.timeout))
            .max_redirects(0)
            .tls_config(tls.build())
            .build()
            .into();
        Self {
            issuer: settings.issuer.clone(),
            agent,
            kept: Mutex::default(),
            asking: Mutex::default(),
        }
    }

    /// What the provider tells of itself, at most a minute old.
    pub(super) fn metadata(&self, now_ms: i64) -> Result<Arc<Metadata>, SignInError> {
        if let Some(known) = self.known(now_ms) {
            return known;
        }
        let _one_asks = lock(&self.asking);
        // Who waited finds what the one before was told.
        self.known(now_ms).unwrap_or_else(|| self.ask(now_ms))
    }

    fn known(&self, now_ms: i64) -> Option<Result<Arc<Metadata>, SignInError>> {
        let kept = lock(&self.kept);
        let is_within = |since: i64, most: i64| (0..most).contains(&now_ms.saturating_sub(since));
        if let Some((told, _)) = kept.told.as_ref().filter(|it| is_within(it.1, FRESH_MS)) {
            return Some(Ok(Arc::clone(told)));
        }
        let resting = kept
            .failed_ms
            .is_some_and(|since| is_within(since, REST_MS));
        resting.then(|| Err(unavailable("it failed a moment ago")))
    }

    fn ask(&self, now_ms: i64) -> Result<Arc<Metadata>, SignInError> {
        let asked = Metadata::discover(&self.issuer, &|request| self.call(request));
        let mut kept = lock(&self.kept);
        match asked {
            Ok(told) => {
                let told = Arc::new(told);
                kept.told = Some((Arc::clone(&told), now_ms));
                kept.failed_ms = None;
                Ok(told)
            }
            Err(error) => {
                kept.failed_ms = Some(now_ms);
                Err(unavailable(crate::chain(&error)))
            }
        }
    }

    /// The address at which a person signs in.
    pub(super) fn address(
        settings: &Settings,
        metadata: &Metadata,
        attempt: &Attempt,
    ) -> Result<String, SignInError> {
        let known = known(settings, metadata);
        if !is_guarded(known.auth_uri().url()) {
            return Err(unavailable("its authorization endpoint is not https"));
        }
        let (state, nonce) = (attempt.state.clone(), attempt.nonce.clone());
        let verifier = PkceCodeVerifier::new(attempt.verifier.clone());
        let (url, _, _) = known
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .add_scopes(settings.scopes.iter().cloned())
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok(url.into())
    }

    /// Redeems a code; returns the claims of the ID token, all checks passed.
    pub(super) fn exchange(
        &self,
        settings: &Settings,
        code: String,
        attempt: &Attempt,
        now_ms: i64,
    ) -> Result<Claims, SignInError> {
        let metadata = self.metadata(now_ms)?;
        let client = known(settings, &metadata);
        let request = client.exchange_code(AuthorizationCode::new(code));
        let request = request.map_err(|_| unavailable("it has no token endpoint"))?;
        let verifier = PkceCodeVerifier::new(attempt.verifier.clone());
        let answer = request
            .set_pkce_verifier(verifier)
            .request(&|request| self.call(request))
            .map_err(|error| match error {
                RequestTokenError::ServerResponse(said) => {
                    tracing::warn!(error = %said, "the identity provider gave no token");
                    refused("the identity provider does not take the code")
                }
                other => unavailable(crate::chain(&other)),
            })?;
        let token = answer.id_token();
        let token = token.ok_or_else(|| refused("the identity provider gave no ID token"))?;
        let nonce = Nonce::new(attempt.nonce.clone());
        let checked = check(settings, &client, (token, &nonce), now_ms);
        let checked = match checked {
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            )) => {
                // The provider may have changed its keys within the last minute.
                let _one_asks = lock(&self.asking);
                let client = known(settings, &*self.ask(now_ms)?);
                check(settings, &client, (token, &nonce), now_ms)
            }
            other => other,
        };
        checked.map_err(|error| {
            tracing::warn!(error = %crate::chain(&error), "an ID token was not taken");
            refused("the ID token is not one that can be trusted; the node's log says why")
        })
    }

    /// Where the provider ends its own session, as far as it has told.
    pub(super) fn end_url(&self, settings: &Settings) -> Option<String> {
        let told = Arc::clone(&lock(&self.kept).told.as_ref()?.0);
        let end = told.additional_metadata().end_session_endpoint.clone()?;
        let back = PostLogoutRedirectUrl::new(format!("{}/", settings.origin())).ok()?;
        let request = LogoutRequest::from(end)
            .set_client_id(settings.client_id.clone())
            .set_post_logout_redirect_uri(back);
        Some(request.http_get_url().into())
    }

    pub(super) fn call(&self, request: HttpRequest) -> Result<HttpResponse, CallError> {
        let url = request.uri().to_string();
        if !Url::parse(&url).is_ok_and(|url| is_guarded(&url)) {
            return Err(CallError::Bare(url));
        }
        let failed = |error| CallError::Http(url.clone(), Box::new(error));
        let answer = self.agent.run(request).map_err(failed)?;
        let (parts, mut body) = answer.into_parts();
        if parts.status.is_server_error() {
            return Err(CallError::Status(url, parts.status.as_u16()));
        }
        let body = body.with_config().limit(PROVIDER_ANSWER_BYTES_MAX);
        let body = body.read_to_vec().map_err(failed)?;
        Ok(HttpResponse::from_parts(parts, body))
    }
}

/// Why the provider did not answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum CallError {
    #[error("{0} is not https")]
    Bare(String),
    #[error("asking {0}")]
    Http(String, #[source] Box<ureq::Error>),
    #[error("{0} answered {1}")]
    Status(String, u16),
}

pub(super) fn known(settings: &Settings, metadata: &Metadata) -> Known {
    use CoreClientAuthMethod::{ClientSecretBasic, ClientSecretPost};
    let ways = metadata.token_endpoint_auth_methods_supported();
    let in_body =
        ways.is_some_and(|it| it.contains(&ClientSecretPost) && !it.contains(&ClientSecretBasic));
    let client = Client::from_provider_metadata(
        metadata.clone(),
        settings.client_id.clone(),
        settings.secret.clone(),
    );
    let client = if in_body {
        client.set_auth_type(AuthType::RequestBody)
    } else {
        client
    };
    client.set_redirect_uri(settings.redirect.clone())
}

/// Signature by a key of the provider and an algorithm of ours, `iss`, `aud`, `azp`, `exp`, `iat`
/// and `nonce`.
fn check(
    settings: &Settings,
    client: &Known,
    (token, nonce): (&Token, &Nonce),
    now_ms: i64,
) -> Result<Claims, ClaimsVerificationError> {
    let instant = |ms: i64| chrono::DateTime::from_timestamp_millis(ms).unwrap_or_default();
    let latest = instant(now_ms.saturating_add(AHEAD_MS));
    let verifier = client
        .id_token_verifier()
        .set_allowed_algs(settings.algorithms.iter().cloned())
        .set_time_fn(move || instant(now_ms))
        .set_issue_time_verifier_fn(move |issued| {
            let fits = issued <= latest;
            fits.then_some(())
                .ok_or_else(|| format!("issued at {issued}, which is to come"))
        });
    let claims = token.claims(&verifier, nonce)?;
    let other = claims
        .authorized_party()
        .filter(|it| **it != settings.client_id);
    if let Some(other) = other {
        let text = format!("authorized party is `{}`", other.as_str());
        return Err(ClaimsVerificationError::InvalidAudience(text));
    }
    let Ok(serde_json::Value::Object(all)) = serde_json::to_value(claims) else {
        let text = "the claims are not an object".to_owned();
        return Err(ClaimsVerificationError::Other(text));
    };
    Ok(all)
}

/// The certificates of a text in PEM.
pub(super) fn certificates(pem: &[u8]) -> Vec<Certificate<'static>> {
    let items = ureq::tls::parse_pem(pem);
    let certificate = |item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(certificate),
        _ => None,
    };
    items.filter_map(certificate).collect()
}

fn unavailable(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> SignInError {
    SignInError::Unavailable(why.into())
}

fn refused(text: &str) -> SignInError {
    SignInError::Refused(text.to_owned())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
