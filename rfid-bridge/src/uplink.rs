//! The way to the service: where the device's next block attaches (`GET /api/v1/tips`) and the
//! blocks themselves (`POST /api/v1/blocks`). Sending a block twice is harmless, because a block
//! is its own idempotency key: the service answers `known`. What is retried and what is not is
//! told by the error; when to retry is [`Backoff`], a function of time.

use std::io::Read as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use tangle::KeyId;
use thiserror::Error;
use ureq::Agent;

use crate::config::ConfigError;
use crate::sign::Chain;

pub mod tls;

use tls::{Stamp, TlsFiles};

/// Blocks in one upload.
pub const UPLOAD_BLOCKS_MAX: usize = 64;
/// Bytes in one upload, unless one block alone is larger.
pub const UPLOAD_BYTES_MAX: usize = 4 << 20;
/// Longest answer that is read, bytes.
const ANSWER_BYTES_MAX: u64 = 1 << 20;
/// How long one request may take.
const REQUEST_MAX: Duration = Duration::from_secs(20);
/// How long a connection may take.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// Characters of an answer that are quoted in an error.
const QUOTE_MAX: usize = 300;

/// A request that gave nothing to act on.
#[derive(Debug, Error)]
pub enum UplinkError {
    /// The service could not be reached; try again later.
    #[error("cannot reach {url}")]
    Unreachable {
        /// What was asked.
        url: String,
        /// Why.
        source: Box<ureq::Error>,
    },
    /// It answered with an error.
    #[error("{url} answered {status}: {text}")]
    Refused {
        /// What was asked.
        url: String,
        /// HTTP status.
        status: u16,
        /// Beginning of the answer.
        text: String,
    },
    /// The answer is not what the API promises.
    #[error("{url} gave an answer that cannot be understood: {why}")]
    Answer {
        /// What was asked.
        url: String,
        /// What is wrong.
        why: String,
    },
}

/// What became of one uploaded block.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Receipt {
    /// Block id, hex.
    pub id: String,
    /// `recorded`, `known`, `waiting` or `rejected`.
    pub status: String,
    /// Why, for `rejected`.
    #[serde(default)]
    pub reason: Option<String>,
    /// Stable number of the reason, for `rejected`.
    #[serde(default)]
    pub code: Option<u16>,
    /// Whether the same bytes may be taken later, for `rejected`.
    #[serde(default)]
    pub retry: Option<bool>,
}

impl Receipt {
    /// The service has the block on its disk.
    pub fn is_delivered(&self) -> bool {
        matches!(self.status.as_str(), "recorded" | "known")
    }

    /// The service will never take the block.
    pub fn is_rejected(&self) -> bool {
        self.status == "rejected" && self.retry != Some(true)
    }
}

/// A service and the right to speak to it.
#[derive(Debug)]
pub struct Uplink {
    agent: Mutex<(Agent, Stamp)>,
    files: TlsFiles,
    url: String,
    authorization: String,
}

#[derive(Deserialize)]
struct Receipts {
    receipts: Vec<Receipt>,
}

impl Uplink {
    /// The service at `url` (scheme and authority, perhaps a path before `/api`), met with the
    /// certificates in `files`.
    ///
    /// # Errors
    /// [`ConfigError`] that names the file that cannot be used.
    pub fn new(url: &str, api_key: &str, files: TlsFiles) -> Result<Self, ConfigError> {
        let stamp = files.stamp();
        let agent = agent(&files)?;
        Ok(Self {
            agent: Mutex::new((agent, stamp)),
            files,
            url: url.trim_end_matches('/').to_owned(),
            authorization: format!("Bearer {api_key}"),
        })
    }

    /// The HTTP client, made anew when its certificates have changed.
    fn agent(&self) -> Agent {
        let mut held = self.agent.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = self.files.stamp();
        if stamp != held.1 {
            match agent(&self.files) {
                Ok(agent) => {
                    tracing::info!("certificates of the uplink read again");
                    held.0 = agent;
                }
                Err(error) => {
                    let error = crate::causes(&error);
                    tracing::warn!(error, "certificates of the uplink are as before");
                }
            }
            held.1 = stamp;
        }
        held.0.clone()
    }

    /// Where the next block of `author` attaches.
    ///
    /// # Errors
    /// [`UplinkError`].
    pub fn tips(&self, author: &KeyId) -> Result<Chain, UplinkError> {
        let url = format!("{}/api/v1/tips?author={author}", self.url);
        let answer = self
            .agent()
            .get(&url)
            .header("Authorization", &self.authorization)
            .call();
        understand(url, answer)
    }

    /// Uploads wire envelopes; one receipt for each, in order.
    ///
    /// # Errors
    /// [`UplinkError`]; also when the number of receipts is not that of the blocks.
    pub fn post<'a>(
        &self,
        envelopes: impl ExactSizeIterator<Item = &'a [u8]>,
    ) -> Result<Vec<Receipt>, UplinkError> {
        let url = format!("{}/api/v1/blocks", self.url);
        let count = envelopes.len();
        let body = array(envelopes);
        let answer = self
            .agent()
            .post(&url)
            .header("Authorization", &self.authorization)
            .content_type("application/cbor")
            .send(body.as_slice());
        let Receipts { receipts } = understand(url.clone(), answer)?;
        if receipts.len() != count {
            let why = format!("{} receipts for {count} blocks", receipts.len());
            return Err(UplinkError::Answer { url, why });
        }
        Ok(receipts)
    }
}

fn agent(files: &TlsFiles) -> Result<Agent, ConfigError> {
    let config = Agent::config_builder()
        .timeout_global(Some(REQUEST_MAX))
        .timeout_connect(Some(CONNECT_MAX))
        .http_status_as_error(false)
        .max_redirects(0)
        .user_agent(concat!("rfid-bridge/", env!("CARGO_PKG_VERSION")))
        .tls_config(files.load()?)
        .build();
    Ok(Agent::new_with_config(config))
}

/// A CBOR array of already encoded items (RFC 8949, major type 4, shortest length).
fn array<'a>(items: impl ExactSizeIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut out = Vec::new();
    match (u8::try_from(items.len()), u16::try_from(items.len())) {
        (Ok(len @ 0..24), _) => out.push(0x80 | len),
        (Ok(len), _) => out.extend([0x98, len]),
        (_, len) => {
            // Uploads are of at most UPLOAD_BLOCKS_MAX blocks.
            out.push(0x99);
            out.extend(len.unwrap_or(u16::MAX).to_be_bytes());
        }
    }
    for item in items {
        out.extend_from_slice(item);
    }
    out
}

fn understand<T: serde::de::DeserializeOwned>(
    url: String,
    answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
) -> Result<T, UplinkError> {
    let mut answer = match answer {
        Ok(answer) => answer,
        Err(source) => {
            return Err(UplinkError::Unreachable {
                url,
                source: Box::new(source),
            });
        }
    };
    let mut text = Vec::new();
    let body = answer.body_mut().as_reader().take(ANSWER_BYTES_MAX);
    if let Err(error) = { body }.read_to_end(&mut text) {
        return Err(UplinkError::Answer {
            url,
            why: error.to_string(),
        });
    }
    let status = answer.status().as_u16();
    if status != 200 {
        let text = String::from_utf8_lossy(&text)
            .chars()
            .take(QUOTE_MAX)
            .collect();
        return Err(UplinkError::Refused { url, status, text });
    }
    serde_json::from_slice(&text).map_err(|error| UplinkError::Answer {
        url,
        why: error.to_string(),
    })
}

/// Waits that double from `min_ms` to `max_ms` with each failure in a row.
#[derive(Debug, Clone)]
pub struct Backoff {
    min_ms: u64,
    max_ms: u64,
    wait_ms: u64,
    failed_at: u64,
    until: u64,
}

impl Backoff {
    /// No failure yet.
    pub fn new(min_ms: u64, max_ms: u64) -> Self {
        Self {
            min_ms,
            max_ms,
            wait_ms: min_ms,
            failed_at: 0,
            until: 0,
        }
    }

    /// Whether an attempt may be made at monotonic time `now_ms`.
    pub fn may_try(&self, now_ms: u64) -> bool {
        self.until <= now_ms
    }

    /// When an attempt may be made.
    pub fn until(&self) -> u64 {
        self.until
    }

    /// Something urgent waits: the next attempt may come as soon as after a first failure.
    pub fn hurry(&mut self) {
        self.until = self.until.min(self.failed_at + self.min_ms);
    }

    /// An attempt failed.
    pub fn failed(&mut self, now_ms: u64) {
        self.failed_at = now_ms;
        self.until = now_ms + self.wait_ms;
        self.wait_ms = (self.wait_ms * 2).min(self.max_ms);
    }

    /// An attempt succeeded.
    pub fn succeeded(&mut self) {
        self.until = 0;
        self.wait_ms = self.min_ms;
    }
}

#[cfg(test)]
mod tests;
