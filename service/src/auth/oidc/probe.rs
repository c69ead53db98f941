//! Questions to the identity provider that nobody signs in with: what an operator wants to know
//! before the first person stands before a closed door. They change nothing there; the provider's
//! own log may show a code that it never gave, and who asked for it.
use openidconnect::core::CoreErrorResponseType;
use openidconnect::{AuthorizationCode, HttpRequest, HttpResponse, RequestTokenError};
use serde_json::Value;
use ureq::http::{Method, Request};

use super::pending::Attempt;
use super::provider::{Metadata, Provider, known};
use super::settings::Settings;
use crate::world::World;

/// Where a provider tells of itself (OpenID Connect Discovery 1.0, 4).
const DISCOVERY: &str = ".well-known/openid-configuration";
/// A code that no provider has given.
const NO_CODE: &str = "theriac-doctor-has-no-code";

/// Asks one provider.
#[derive(Debug)]
pub struct Probe {
    settings: Settings,
    provider: Provider,
}

/// What the provider said when it was asked as this node's client.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Client {
    /// It knows the client, and its secret is right.
    Known,
    /// It does not: another secret, or no such client.
    Unknown,
    /// It said something else.
    Unclear(String),
}

/// A JSON document, with what the server's clock was, Unix milliseconds.
pub type Told = (Value, Option<i64>);

impl Probe {
    /// To ask the provider of these settings.
    pub fn new(settings: Settings) -> Self {
        let provider = Provider::new(&settings);
        Self { settings, provider }
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What the provider tells of itself.
    ///
    /// # Errors
    /// In words.
    pub fn discovery(&self) -> Result<Told, String> {
        let issuer = self.settings.issuer();
        self.json(&format!("{}/{DISCOVERY}", issuer.trim_end_matches('/')))
    }

    /// A document at an address that the provider told.
    ///
    /// # Errors
    /// In words.
    pub fn json(&self, url: &str) -> Result<Told, String> {
        let answer = self.get(url)?;
        let status = answer.status().as_u16();
        if status != 200 {
            return Err(format!("{url} answered {status}"));
        }
        let date = answer.headers().get("date").and_then(|it| it.to_str().ok());
        let date = date.and_then(|it| chrono::DateTime::parse_from_rfc2822(it).ok());
        let body = serde_json::from_slice(answer.body());
        let body = body.map_err(|_| format!("{url} does not answer in JSON"))?;
        Ok((body, date.map(|it| it.timestamp_millis())))
    }

    /// The status with which the provider answers a browser that begins to sign in.
    ///
    /// # Errors
    /// In words.
    pub fn begin(&self, world: &World) -> Result<u16, String> {
        let metadata = self.metadata(world)?;
        let attempt = Attempt::new(world, "/");
        let url = Provider::address(&self.settings, &metadata, &attempt);
        let url = url.map_err(|error| crate::chain(&error))?;
        Ok(self.get(&url)?.status().as_u16())
    }

    /// Redeems a code that was never given: a provider says whether it knows the client first.
    ///
    /// # Errors
    /// In words, when there is no answer.
    pub fn client(&self, world: &World) -> Result<Client, String> {
        let metadata = self.metadata(world)?;
        let client = known(&self.settings, &metadata);
        let request = client.exchange_code(AuthorizationCode::new(NO_CODE.to_owned()));
        let request = request.map_err(|_| "it has no token endpoint".to_owned())?;
        match request.request(&|request| self.provider.call(request)) {
            Err(RequestTokenError::ServerResponse(said)) => Ok(match said.error() {
                CoreErrorResponseType::InvalidGrant | CoreErrorResponseType::InvalidRequest => {
                    Client::Known
                }
                CoreErrorResponseType::InvalidClient
                | CoreErrorResponseType::UnauthorizedClient => Client::Unknown,
                other => Client::Unclear(other.as_ref().to_owned()),
            }),
            Err(other) => Err(crate::chain(&other)),
            Ok(_) => Ok(Client::Unclear(
                "it took a code that it never gave".to_owned(),
            )),
        }
    }

    fn metadata(&self, world: &World) -> Result<std::sync::Arc<Metadata>, String> {
        let told = self.provider.metadata(world.now_ms());
        told.map_err(|error| crate::chain(&error))
    }

    fn get(&self, url: &str) -> Result<HttpResponse, String> {
        let request: Result<HttpRequest, _> = Request::builder()
            .method(Method::GET)
            .uri(url)
            .header("accept", "application/json, text/html")
            .body(Vec::new());
        let request = request.map_err(|_| format!("{url} is no address"))?;
        self.provider
            .call(request)
            .map_err(|error| crate::chain(&error))
    }
}
