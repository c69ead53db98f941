//! `theriac keys bind` and `unbind`: client certificates that stand for API keys.
use std::path::PathBuf;

use anyhow::anyhow;
use chrono::{DateTime, FixedOffset};
use clap::Args;
use serde_json::json;
use service::app::keys::Given;

use super::super::exit::{Exit, Failure};
use super::super::files;
use super::super::out::{self, Format, text};
use super::{Place, check_id, open, refused, time};

/// A certificate is a few kilobytes.
const CERTIFICATE_BYTES_MAX: u64 = 1 << 20;

#[derive(Args, Debug)]
pub(super) struct Bind {
    /// Public id of the key: the 8 hex digits that `keys list` shows
    #[arg(value_name = "ID")]
    id: String,
    /// The client's certificate, PEM
    #[arg(long, value_name = "FILE")]
    certificate: PathBuf,
    /// When the binding ends, RFC 3339; with the key without
    #[arg(long, value_name = "TIME", value_parser = time)]
    expires: Option<DateTime<FixedOffset>>,
    #[command(flatten)]
    place: Place,
}

#[derive(Args, Debug)]
pub(super) struct Unbind {
    /// Public id of the key: the 8 hex digits that `keys list` shows
    #[arg(value_name = "ID")]
    id: String,
    /// Hash of the certificate's public key: the 64 hex digits that `keys bind` printed
    #[arg(value_name = "HASH")]
    spki: String,
    #[command(flatten)]
    place: Place,
}

pub(super) fn bind(command: &Bind, format: Format) -> Result<Exit, Failure> {
    check_id(&command.id)?;
    let pem = files::read(&command.certificate, CERTIFICATE_BYTES_MAX)?;
    let pem = String::from_utf8_lossy(&pem).into_owned();
    let made = if let Some(data) = &command.place.data {
        let expires_ms = command.expires.map(|end| end.timestamp_millis());
        let node = open(data)?;
        let bound = node.bind_certificate(&command.id, &Given::Certificate(pem), expires_ms);
        node.close().map_err(Failure::usage)?;
        json!({ "id": command.id, "spki_sha256": bound.map_err(refused)? })
    } else {
        let path = format!("/api/v1/keys/{}/certificates", command.id);
        let end = command.expires.map(|end| end.to_rfc3339());
        let body = json!({ "certificate": pem, "expires_at": end });
        command.place.connection.client()?.post(&path, &body)?
    };
    match format {
        Format::Json => out::json(&made),
        Format::Text => out::line(&format!(
            "{} stands for {}",
            text(&made, "/spki_sha256"),
            command.id
        )),
    }
    Ok(Exit::Ok)
}

pub(super) fn unbind(command: &Unbind, format: Format) -> Result<Exit, Failure> {
    check_id(&command.id)?;
    if command.spki.len() != 64 || !command.spki.bytes().all(|c| c.is_ascii_hexdigit()) {
        let error = anyhow!("{:?} is not the hash of a public key", command.spki);
        return Err(Failure::usage(error).advise("`theriac keys list --format json` shows them"));
    }
    if let Some(data) = &command.place.data {
        let node = open(data)?;
        let done = node.unbind_certificate(&command.id, &command.spki);
        node.close().map_err(Failure::usage)?;
        done.map_err(refused)?;
    } else {
        let path = format!("/api/v1/keys/{}/certificates/{}", command.id, command.spki);
        command.place.connection.client()?.delete(&path)?;
    }
    match format {
        Format::Json => out::json(&json!({ "id": command.id, "unbound": command.spki })),
        Format::Text => out::line(&format!("{} opens nothing any more", command.spki)),
    }
    Ok(Exit::Ok)
}
