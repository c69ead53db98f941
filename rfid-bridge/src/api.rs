//! Small questions to the service, for commands that people run (`enrol`, `doctor`): JSON there
//! and back, each bounded in size and time. The daemon's own way is [`crate::uplink`].

use std::io::Read as _;
use std::time::Duration;

use serde_json::Value;
use thiserror::Error;
use ureq::Agent;

use crate::config::ConfigError;
use crate::uplink::tls::TlsFiles;

/// Longest answer that is read, bytes.
const ANSWER_BYTES_MAX: u64 = 1 << 20;
/// How long one request may take.
const REQUEST_MAX: Duration = Duration::from_secs(20);
/// How long a connection may take.
const CONNECT_MAX: Duration = Duration::from_secs(5);

/// No answer.
#[derive(Debug, Error)]
pub enum ApiError {
    /// Nothing came back, or nobody is there.
    #[error("cannot reach {url}")]
    Unreachable {
        /// What was asked.
        url: String,
        /// Why.
        source: Box<ureq::Error>,
    },
}

/// A service.
#[derive(Debug)]
pub struct Api {
    agent: Agent,
    url: String,
    authorization: Option<String>,
}

/// An answer of any status.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The body; null when it is not JSON.
    pub body: Value,
    /// The service's clock, ms since the Unix epoch, to the second; when it said so.
    pub date_ms: Option<i64>,
}

impl Answer {
    /// A text of the body; empty where there is none.
    pub fn text(&self, field: &str) -> &str {
        self.body
            .get(field)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// What a problem says, or the status.
    pub fn problem(&self) -> String {
        match self.text("detail") {
            "" => format!("status {}", self.status),
            detail => format!("{detail} (status {})", self.status),
        }
    }
}

impl Api {
    /// The service at `url` (scheme and authority, perhaps a path before `/api`).
    ///
    /// # Errors
    /// [`ConfigError`] of a file that is not what it should be.
    pub fn new(url: &str, tls: &TlsFiles) -> Result<Self, ConfigError> {
        let config = Agent::config_builder()
            .timeout_global(Some(REQUEST_MAX))
            .timeout_connect(Some(CONNECT_MAX))
            .http_status_as_error(false)
            .max_redirects(0)
            .tls_config(tls.load()?)
            .user_agent(concat!("rfid-bridge/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self {
            agent: Agent::new_with_config(config),
            url: url.trim_end_matches('/').to_owned(),
            authorization: None,
        })
    }

    /// The same with an API key.
    #[must_use]
    pub fn with_key(mut self, api_key: &str) -> Self {
        self.authorization = Some(format!("Bearer {api_key}"));
        self
    }

    /// Asks; `path` begins with a slash.
    ///
    /// # Errors
    /// [`ApiError::Unreachable`].
    pub fn get(&self, path: &str) -> Result<Answer, ApiError> {
        let url = format!("{}{path}", self.url);
        let mut request = self.agent.get(&url);
        if let Some(authorization) = &self.authorization {
            request = request.header("Authorization", authorization);
        }
        answered(&url, request.call())
    }

    /// Sends JSON.
    ///
    /// # Errors
    /// [`ApiError::Unreachable`].
    pub fn post(&self, path: &str, body: &Value) -> Result<Answer, ApiError> {
        let url = format!("{}{path}", self.url);
        let request = self.agent.post(&url).content_type("application/json");
        answered(&url, request.send(body.to_string().as_bytes()))
    }
}

fn answered(
    url: &str,
    answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
) -> Result<Answer, ApiError> {
    let unreachable = |source: ureq::Error| ApiError::Unreachable {
        url: url.to_owned(),
        source: Box::new(source),
    };
    let mut answer = answer.map_err(unreachable)?;
    let date = answer.headers().get("date");
    let date_ms = date.and_then(|value| {
        let date = chrono::DateTime::parse_from_rfc2822(value.to_str().ok()?).ok()?;
        Some(date.timestamp_millis())
    });
    let mut text = Vec::new();
    let body = answer.body_mut().as_reader().take(ANSWER_BYTES_MAX);
    { body }
        .read_to_end(&mut text)
        .map_err(|error| unreachable(ureq::Error::Io(error)))?;
    Ok(Answer {
        status: answer.status().as_u16(),
        body: serde_json::from_slice(&text).unwrap_or_default(),
        date_ms,
    })
}
