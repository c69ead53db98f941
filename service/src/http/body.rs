//! Reading bodies within bounds of size, depth and time, and answering JSON. Media types are
//! checked, compressed bodies are refused by `frame`, and what cannot be read says where.
use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::Problem;
use crate::app::failure::Code;
use crate::config::HttpConfig;
use crate::limits::JSON_DEPTH_MAX;

/// How long a client may take over a body: some seconds, and more as the body is longer, so that a
/// connection cannot be held by sending a byte now and then.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    first: Duration,
    bytes_per_s: u64,
}

impl Patience {
    /// The patience of the settings.
    pub(crate) fn new(config: &HttpConfig) -> Self {
        Self {
            first: Duration::from_secs(config.body_timeout_s),
            bytes_per_s: config.body_bytes_per_s_min.max(1),
        }
    }

    /// With a body of this length.
    fn with(self, bytes: usize) -> Duration {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.first
            .saturating_add(Duration::from_secs(bytes / self.bytes_per_s))
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self::new(&HttpConfig::default())
    }
}

/// Reads a body of at most `max` bytes whose media type is one of `media`.
pub async fn read(
    request: &HttpRequest,
    payload: web::Payload,
    media: &[&str],
    max: usize,
) -> Result<web::Bytes, Problem> {
    media_type(request, media)?;
    let too_large = || Problem::new(Code::TooLarge, format!("the body may have {max} bytes"));
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|bytes| bytes > max) {
        return Err(too_large());
    }
    let patience = request.app_data::<web::Data<Patience>>();
    let patience = patience.map_or_else(Patience::default, |it| ***it);
    let patience = patience.with(announced.unwrap_or(max));
    let body = payload.to_bytes_limited(max);
    match actix_web::rt::time::timeout(patience, body).await {
        Ok(Ok(Ok(bytes))) => Ok(bytes),
        Ok(Ok(Err(_))) => Err(Problem::new(Code::Malformed, "the body ended early")),
        Ok(Err(_)) => Err(too_large()),
        Err(_) => Err(Problem::new(
            Code::RequestTimeout,
            format!("the body did not come within {} s", patience.as_secs()),
        )),
    }
}

/// Reads a small JSON body.
pub async fn json<T: DeserializeOwned>(
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<(T, web::Bytes), Problem> {
    let max = crate::limits::SMALL_BODY_BYTES;
    let bytes = read(request, payload, &["application/json"], max).await?;
    let value = parse(&bytes)?;
    Ok((value, bytes))
}

/// Reads JSON; the problem names line and column.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if is_deeper(bytes, JSON_DEPTH_MAX) {
        let text = format!("the JSON body is nested deeper than {JSON_DEPTH_MAX}");
        return Err(Problem::new(Code::Malformed, text));
    }
    serde_json::from_slice(bytes)
        .map_err(|error| Problem::new(Code::Malformed, format!("reading the JSON body: {error}")))
}

/// Whether arrays and objects of a JSON text (RFC 8259) lie deeper in each other than `most`. Of a
/// text that is no JSON it may say either.
fn is_deeper(bytes: &[u8], most: usize) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > most {
            return true;
        }
    }
    false
}

fn media_type(request: &HttpRequest, media: &[&str]) -> Result<(), Problem> {
    let given = request.headers().get(header::CONTENT_TYPE);
    let given = given
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if media.iter().any(|it| essence.eq_ignore_ascii_case(it)) {
        return Ok(());
    }
    let text = format!("the body must be {}, not {essence:?}", media.join(" or "));
    Err(Problem::new(Code::MediaType, text))
}

/// A JSON answer.
pub fn answer<T: Serialize>(value: &T) -> HttpResponse {
    HttpResponse::Ok().json(value)
}

/// Runs a use case that may wait for disk or the writer away from the server's threads.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, crate::Failure> + Send + 'static,
) -> Result<T, Problem> {
    match web::block(work).await {
        Ok(done) => done.map_err(Problem),
        Err(_) => Err(Problem::new(
            Code::ShuttingDown,
            "the node is shutting down",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_counted_outside_strings_only() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        let rows = [
            (nested(64), false),
            (nested(65), true),
            ("{\"a\":".repeat(65) + "1", true),
            (format!("[{}]", vec!["{}"; 200].join(",")), false),
            (format!("\"{}\"", "[".repeat(200)), false),
            (format!("\"\\\"{}\"", "[".repeat(200)), false),
            (format!("\"\\\\\"{}", "[".repeat(200)), true),
        ];
        for (text, deeper) in rows {
            assert_eq!(is_deeper(text.as_bytes(), 64), deeper, "{text}");
        }
    }

    #[test]
    fn a_longer_body_may_take_longer() {
        let patience = Patience {
            first: Duration::from_secs(20),
            bytes_per_s: 1_000,
        };
        for (bytes, seconds) in [
            (0, 20),
            (999, 20),
            (5_000, 25),
            (usize::MAX, u64::MAX / 1_000),
        ] {
            assert!(patience.with(bytes).as_secs() >= seconds, "{bytes}");
        }
        assert_eq!(patience.with(5_000), Duration::from_secs(25));
    }
}
