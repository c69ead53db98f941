//! A small HTTP client with a key, whose answers keep status and body whatever the status is.

use serde_json::Value;

/// A server's address and the key to use there.
#[derive(Clone, Debug)]
pub struct Client {
    base: String,
    key: Option<String>,
    agent: ureq::Agent,
}

/// Status, headers that tests look at, and body.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Location` header.
    pub location: Option<String>,
    /// `Content-Type` header.
    pub content_type: Option<String>,
    /// Body as received.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("not JSON ({error}): {}", self.text()))
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// This answer, which must have this status.
    #[must_use]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }
}

impl Client {
    /// A client for `base` (such as `http://127.0.0.1:8080`) without a key.
    #[must_use]
    pub fn new(base: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build();
        Self {
            base: base.trim_end_matches('/').into(),
            key: None,
            agent: config.into(),
        }
    }

    /// The server's address without a trailing slash.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The key, if there is one.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// The same server with a key.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Self {
        Self {
            key: Some(key.into()),
            ..self.clone()
        }
    }

    /// GET of a path.
    #[must_use]
    pub fn get(&self, path: &str) -> Answer {
        let mut request = self.agent.get(format!("{}{path}", self.base));
        if let Some(key) = &self.key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        answer(request.call())
    }

    /// GET of a path with further headers.
    #[must_use]
    pub fn get_as(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.agent.get(format!("{}{path}", self.base));
        if let Some(key) = &self.key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        answer(request.call())
    }

    /// POST of a JSON body.
    #[must_use]
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_bytes(path, "application/json", body.to_string().as_bytes())
    }

    /// POST of a JSON body to a server that may end meanwhile; `None` without an answer.
    #[must_use]
    pub fn try_post(&self, path: &str, body: &Value) -> Option<Answer> {
        let mut request = self
            .agent
            .post(format!("{}{path}", self.base))
            .header("content-type", "application/json");
        if let Some(key) = &self.key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        let mut got = request.send(body.to_string().as_bytes()).ok()?;
        let status = got.status().as_u16();
        let body = got.body_mut().read_to_vec().ok()?;
        Some(Answer {
            status,
            location: None,
            content_type: None,
            body,
        })
    }

    /// POST of any body.
    #[must_use]
    pub fn post_bytes(&self, path: &str, media: &str, body: &[u8]) -> Answer {
        let mut request = self
            .agent
            .post(format!("{}{path}", self.base))
            .header("content-type", media);
        if let Some(key) = &self.key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        answer(request.send(body))
    }
}

fn answer(got: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
    let mut got = got.unwrap_or_else(|error| panic!("no answer: {error}"));
    let header = |name: &str| {
        got.headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    let (location, content_type) = (header("location"), header("content-type"));
    let status = got.status().as_u16();
    let body = got
        .body_mut()
        .with_config()
        .limit(256 << 20)
        .read_to_vec()
        .expect("a whole body");
    Answer {
        status,
        location,
        content_type,
        body,
    }
}

/// Percent-encodes everything but unreserved characters (RFC 3986 2.3), for one path segment.
#[must_use]
pub fn segment(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("a string takes it");
        }
        out
    })
}
