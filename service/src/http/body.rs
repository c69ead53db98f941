//! Reading bodies within a bound, and answering JSON. Media types are checked, compressed bodies
//! are refused by `frame`, and what cannot be read says where.
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::Problem;
use crate::app::failure::Code;

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
    match payload.to_bytes_limited(max).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(Problem::new(Code::Malformed, "the body ended early")),
        Err(_) => Err(too_large()),
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
    serde_json::from_slice(bytes)
        .map_err(|error| Problem::new(Code::Malformed, format!("reading the JSON body: {error}")))
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
