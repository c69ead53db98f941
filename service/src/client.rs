//! The node's HTTP API from the outside: what the command line and the demo speak. Small and
//! blocking; every failure says whether the node could not be reached, did not accept the key,
//! does not know the thing, or refused the request, because the exit code depends on it.

use std::time::Duration;

use serde_json::Value;
use ureq::http::Response;
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig};
use ureq::{Agent, Body};

/// An answer is at most this long: a page of history or a proof, never an endless stream.
const ANSWER_BYTES_MAX: u64 = 64 << 20;

/// A node, and the key by which it knows us.
#[derive(Clone, Debug)]
pub struct Client {
    agent: Agent,
    server: String,
    key: Option<Secret>,
}

/// Text that is not printed by accident.
#[derive(Clone)]
struct Secret(String);

/// How the client and the node prove themselves over TLS, as texts in PEM.
#[derive(Clone, Default)]
pub struct Trust {
    /// Authorities that may vouch for the node, in place of the public ones.
    pub authorities: Option<Vec<u8>>,
    /// The client's certificate chain and private key.
    pub certificate: Option<(Vec<u8>, Vec<u8>)>,
}

impl std::fmt::Debug for Trust {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let own = self.certificate.is_some();
        write!(
            out,
            "Trust(authorities: {}, own: {own})",
            self.authorities.is_some()
        )
    }
}

impl Trust {
    fn config(&self) -> Result<TlsConfig, ClientError> {
        let mut config = TlsConfig::builder();
        if let Some(pem) = &self.authorities {
            config = config.root_certs(RootCerts::new_with_certs(&certificates(pem)?));
        }
        if let Some((pem, key)) = &self.certificate {
            let key = PrivateKey::from_pem(key).map_err(|_| ClientError::Pem("private key"))?;
            let own = ClientCert::new_with_certs(&certificates(pem)?, key);
            config = config.client_cert(Some(own));
        }
        Ok(config.build())
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate<'static>>, ClientError> {
    let found: Vec<_> = ureq::tls::parse_pem(pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if found.is_empty() {
        return Err(ClientError::Pem("certificate"));
    }
    Ok(found)
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The address is not one.
    #[error("the server address '{server}' is not an http:// or https:// URL")]
    Address {
        /// What was given.
        server: String,
    },
    /// A text in PEM does not hold what it should.
    #[error("there is no {0} in PEM where one should be")]
    Pem(&'static str),
    /// No answer from the node, or none in time.
    #[error("cannot reach the node at {url}")]
    Unreachable {
        /// The URL that was asked.
        url: String,
        /// What the network said.
        source: Box<ureq::Error>,
    },
    /// The node answered with a problem (RFC 9457).
    #[error("the node refused {url}: {problem}")]
    Refused {
        /// The URL that was asked.
        url: String,
        /// What it said.
        problem: Problem,
    },
    /// The node answered with something that is not what was asked for.
    #[error("the answer of {url} is not {expected}")]
    Unexpected {
        /// The URL that was asked.
        url: String,
        /// What was expected.
        expected: &'static str,
    },
}

/// What the node says when it refuses (RFC 9457).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problem {
    /// HTTP status.
    pub status: u16,
    /// The stable code, if the node gave one.
    pub code: String,
    /// In short.
    pub title: String,
    /// In particular.
    pub detail: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}", self.status)?;
        for part in [&self.title, &self.detail]
            .into_iter()
            .filter(|part| !part.is_empty())
        {
            write!(out, ": {part}")?;
        }
        if !self.code.is_empty() {
            write!(out, " [{}]", self.code)?;
        }
        Ok(())
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("(secret)")
    }
}

impl Client {
    /// A client of the node at `server` (`http://host:port`, a trailing slash is ignored), with an
    /// API key if there is one. `timeout` bounds each request as a whole.
    pub fn new(server: &str, key: Option<String>, timeout: Duration) -> Result<Self, ClientError> {
        Self::with_trust(server, key, timeout, &Trust::default())
    }

    /// As [`Client::new`], with authorities and a certificate of one's own.
    ///
    /// # Errors
    /// Also [`ClientError::Pem`].
    pub fn with_trust(
        server: &str,
        key: Option<String>,
        timeout: Duration,
        trust: &Trust,
    ) -> Result<Self, ClientError> {
        let server = server.trim().trim_end_matches('/').to_owned();
        let host = server
            .strip_prefix("http://")
            .or_else(|| server.strip_prefix("https://"));
        if host.is_none_or(|host| host.is_empty() || host.contains(char::is_whitespace)) {
            return Err(ClientError::Address { server });
        }
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(timeout))
            .max_redirects(0)
            .tls_config(trust.config()?)
            .user_agent(concat!("theriac/", env!("CARGO_PKG_VERSION")))
            .build();
        let key = key
            .map(|key| Secret(key.trim().to_owned()))
            .filter(|key| !key.0.is_empty());
        Ok(Self {
            agent: config.into(),
            server,
            key,
        })
    }

    /// The same node with another key.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Self {
        Self {
            key: Some(Secret(key.trim().to_owned())),
            ..self.clone()
        }
    }

    /// The node's address without a trailing slash.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// `GET` a JSON document. `path` begins with a slash and is already percent-encoded.
    pub fn get(&self, path: &str) -> Result<Value, ClientError> {
        let bytes = self.get_bytes(path)?;
        self.json(path, &bytes)
    }

    /// `GET` the bytes of an answer.
    pub fn get_bytes(&self, path: &str) -> Result<Vec<u8>, ClientError> {
        let url = self.url(path);
        let mut request = self.agent.get(&url);
        if let Some(key) = &self.key {
            request = request.header("authorization", format!("Bearer {}", key.0));
        }
        answer(url, request.call()).map(|(_, bytes)| bytes)
    }

    /// `DELETE` what a path names.
    pub fn delete(&self, path: &str) -> Result<(), ClientError> {
        let url = self.url(path);
        let mut request = self.agent.delete(&url);
        if let Some(key) = &self.key {
            request = request.header("authorization", format!("Bearer {}", key.0));
        }
        answer(url, request.call()).map(|_| ())
    }

    /// `POST` a JSON document; the answer is JSON.
    pub fn post(&self, path: &str, body: &Value) -> Result<Value, ClientError> {
        let (_, bytes) = self.post_bytes(path, "application/json", body.to_string().as_bytes())?;
        self.json(path, &bytes)
    }

    /// `POST` bytes of a media type; the answer is its `Location` header, if any, and its bytes.
    pub fn post_bytes(
        &self,
        path: &str,
        media_type: &str,
        body: &[u8],
    ) -> Result<(Option<String>, Vec<u8>), ClientError> {
        let url = self.url(path);
        let mut request = self.agent.post(&url).header("content-type", media_type);
        if let Some(key) = &self.key {
            request = request.header("authorization", format!("Bearer {}", key.0));
        }
        answer(url, request.send(body))
    }

    /// The path of a `Location`, which may be absolute.
    pub fn path_of<'a>(&self, location: &'a str) -> &'a str {
        let path = location.strip_prefix(&self.server).unwrap_or(location);
        let Some((_, rest)) = path.split_once("://") else {
            return path;
        };
        rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/")
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.server)
    }

    fn json(&self, path: &str, bytes: &[u8]) -> Result<Value, ClientError> {
        serde_json::from_slice(bytes).map_err(|_| ClientError::Unexpected {
            url: self.url(path),
            expected: "JSON",
        })
    }
}

/// The `Location` header and the body of a good answer.
fn answer(
    url: String,
    answer: Result<Response<Body>, ureq::Error>,
) -> Result<(Option<String>, Vec<u8>), ClientError> {
    let unreachable = |url: &str, source| {
        Err(ClientError::Unreachable {
            url: url.to_owned(),
            source: Box::new(source),
        })
    };
    let mut response = match answer {
        Ok(response) => response,
        Err(source) => return unreachable(&url, source),
    };
    let status = response.status().as_u16();
    let location = response
        .headers()
        .get("location")
        .and_then(|value| value.to_str().ok());
    let location = location.map(str::to_owned);
    let read = response
        .body_mut()
        .with_config()
        .limit(ANSWER_BYTES_MAX)
        .read_to_vec();
    match read {
        Ok(bytes) if (200..300).contains(&status) => Ok((location, bytes)),
        Ok(bytes) => Err(ClientError::Refused {
            url,
            problem: problem(status, &bytes),
        }),
        Err(source) => unreachable(&url, source),
    }
}

/// A problem document, or what can be said without one.
fn problem(status: u16, bytes: &[u8]) -> Problem {
    let document: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let text = |field| {
        let text = document
            .get(field)
            .and_then(Value::as_str)
            .unwrap_or_default();
        text.chars()
            .filter(|letter| !letter.is_control())
            .take(1_000)
            .collect()
    };
    Problem {
        status,
        code: text("code"),
        title: text("title"),
        detail: text("detail"),
    }
}

/// A path segment: everything but unreserved characters is percent-encoded (RFC 3986 2.3).
pub fn segment(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let (high, low) = (byte >> 4, byte & 15);
            encoded.extend(['%', hex_digit(high), hex_digit(low)]);
        }
    }
    encoded
}

fn hex_digit(value: u8) -> char {
    char::from_digit(u32::from(value), 16)
        .unwrap_or('0')
        .to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAIT: Duration = Duration::from_secs(2);

    #[test]
    fn an_address_without_scheme_or_host_is_refused_before_the_network() {
        for server in ["", "localhost:8080", "http://", "ftp://x", "http://a b"] {
            let refused = Client::new(server, None, WAIT);
            assert!(
                matches!(refused, Err(ClientError::Address { .. })),
                "{server}"
            );
        }
        let client = Client::new(" http://localhost:8080/ ", None, WAIT).unwrap();
        assert_eq!(client.server(), "http://localhost:8080");
    }

    #[test]
    fn a_location_may_be_absolute_or_a_path() {
        let client = Client::new("http://localhost:1", None, WAIT).unwrap();
        for location in ["/epcis/capture/1", "http://localhost:1/epcis/capture/1"] {
            assert_eq!(client.path_of(location), "/epcis/capture/1");
        }
        assert_eq!(
            client.path_of("https://proxy.example/epcis/capture/1"),
            "/epcis/capture/1"
        );
        assert_eq!(client.path_of("http://proxy.example"), "/");
    }

    #[test]
    fn a_key_is_not_printed() {
        let client = Client::new("http://localhost", Some("thr_secret".into()), WAIT).unwrap();
        assert!(!format!("{client:?}").contains("thr_secret"));
    }

    #[test]
    fn a_problem_is_one_line_whatever_the_node_sends() {
        let told = problem(
            404,
            br#"{"title":"Not\nFound","detail":"no pack","code":"X"}"#,
        );
        assert_eq!(told.to_string(), "404: NotFound: no pack [X]");
        assert_eq!(problem(502, b"<html>").to_string(), "502");
    }

    #[test]
    fn segments_are_escaped_to_the_letter() {
        assert_eq!(
            segment("https://id.gs1.org/01/1"),
            "https%3A%2F%2Fid.gs1.org%2F01%2F1"
        );
        assert_eq!(segment("a b%\u{1d}"), "a%20b%25%1D");
    }
}
