//! `rfid-bridge enrol`: from a one-time code to a gateway that may deliver. Makes the device key
//! where there is none, proves to the service that it has the private one, and keeps the API key
//! that comes back. The code is bound to the device key by the service, so that whatever breaks
//! on the way the same command can be given again and leads to the same API key.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde_json::json;
use tangle::SigningKey;

use crate::api::{Answer, Api, ApiError};
use crate::config::Config;
use crate::keyfile::{self, Secret};
use crate::uplink::tls::TlsFiles;

/// The service said no.
const EXIT_REFUSED: u8 = 4;
/// The service did not answer, or not now.
const EXIT_UNREACHABLE: u8 = 5;
/// HTTP status of an address that asks too often.
const TOO_MANY: u16 = 429;
/// How often a request is made again that heard no answer.
const TRIES: u32 = 3;
/// Between two of them.
const PAUSE: Duration = Duration::from_secs(1);

/// What `enrol` is told.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Scheme, host and port of the service; that of the configuration unless given.
    #[arg(long)]
    url: Option<String>,
    /// The one-time code; `-` reads it from standard input, where no process list shows it.
    #[arg(long)]
    code: String,
    /// Configuration file that names the key files.
    #[arg(long, required_unless_present_all = ["key_out", "api_key_out", "url"])]
    config: Option<PathBuf>,
    /// File of the device key, made when it is absent; that of the configuration unless given.
    #[arg(long)]
    key_out: Option<PathBuf>,
    /// File to write the API key to; that of the configuration unless given.
    #[arg(long)]
    api_key_out: Option<PathBuf>,
    /// Have this machine's TPM seal a device key that is made; needs tpm2-tools.
    #[arg(long)]
    seal_tpm: bool,
    /// PEM file of the authority that vouches for the service; that of the configuration unless
    /// given, or the public ones.
    #[arg(long)]
    ca_file: Option<PathBuf>,
    /// PEM file of the gateway's certificate, for a service that asks for one; likewise.
    #[arg(long, requires = "client_key_file")]
    client_cert_file: Option<PathBuf>,
    /// PEM file of that certificate's key.
    #[arg(long, requires = "client_cert_file")]
    client_key_file: Option<PathBuf>,
}

/// Enrols, tells what came of it, and answers with the exit status.
///
/// # Errors
/// Wrong arguments, files that cannot be read or written, an answer that is none.
pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let places = Places::of(options)?;
    let code = plain(&code(&options.code)?);
    let key = device_key(&places.key, options.seal_tpm)?;
    // A disk on which the API key cannot be kept is found before the code is used.
    let file = Secret::begin(&places.api_key)?;
    let api = Api::new(&places.url, &places.tls)?;
    let answer = match persist(|| enrol(&api, &key, &code)) {
        Ok(answer) => answer,
        Err(error) => {
            tracing::error!("{:#}", anyhow::Error::from(error));
            tracing::error!("give the same command again: the code is still this device's");
            return Ok(ExitCode::from(EXIT_UNREACHABLE));
        }
    };
    if answer.status == TOO_MANY {
        tracing::error!(
            "the service is busy with this address: {}",
            answer.problem()
        );
        tracing::error!("give the same command again in a while");
        return Ok(ExitCode::from(EXIT_UNREACHABLE));
    }
    if answer.status != 200 {
        tracing::error!("the service refused: {}", answer.problem());
        return Ok(ExitCode::from(EXIT_REFUSED));
    }
    let api_key = answer.text("api_key");
    if answer.text("device") != key.key_id().to_string() || api_key.is_empty() {
        bail!("{} gave an answer that is no enrolment", places.url);
    }
    file.keep(api_key)?;
    for (word, text) in [
        ("device", answer.text("device")),
        ("label", answer.text("label")),
        ("party", answer.text("party")),
        ("network", answer.text("network")),
        ("api key", &places.api_key.display().to_string()),
    ] {
        crate::print(&format!("{word:<8} {text}"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Where things are.
struct Places {
    url: String,
    key: PathBuf,
    api_key: PathBuf,
    tls: TlsFiles,
}

impl Places {
    fn of(options: &Options) -> anyhow::Result<Self> {
        let config = options.config.as_deref().map(Config::load).transpose()?;
        let known = config.as_ref();
        let pick = |given: &Option<PathBuf>, of: Option<&PathBuf>, what: &str| {
            let found = given.as_ref().or(of).cloned();
            found.with_context(|| format!("{what} is needed without --config"))
        };
        let url = options.url.clone();
        let url = url.or_else(|| known.map(|it| it.uplink.url.clone()));
        let url = url.context("--url is needed without --config")?;
        if !url.starts_with("https://") && !url.starts_with("http://") {
            bail!("--url begins with https:// or http://");
        }
        let is_near = ["http://127.0.0.1", "http://[::1]", "http://localhost"]
            .iter()
            .any(|near| url.starts_with(near));
        if url.starts_with("http://") && !is_near {
            tracing::warn!(
                url,
                "whoever is on the way can read the code and the API key"
            );
        }
        let mut tls = match known {
            Some(config) => config.uplink.tls_files()?,
            None => TlsFiles::default(),
        };
        tls.ca = options.ca_file.clone().or(tls.ca);
        let pair = options.client_cert_file.clone();
        tls.client = pair.zip(options.client_key_file.clone()).or(tls.client);
        Ok(Self {
            url,
            tls,
            key: pick(
                &options.key_out,
                known.map(|it| &it.device.key_file),
                "--key-out",
            )?,
            api_key: pick(
                &options.api_key_out,
                known.map(|it| &it.uplink.api_key_file),
                "--api-key-out",
            )?,
        })
    }
}

fn code(given: &str) -> anyhow::Result<String> {
    if given != "-" {
        return Ok(given.to_owned());
    }
    let mut line = String::new();
    let read = std::io::stdin().read_line(&mut line);
    read.context("reading the code from standard input")?;
    Ok(line.trim().to_owned())
}

/// A code as the service spells it: capitals without hyphens, `O` is `0`, `I` and `L` are `1`.
fn plain(typed: &str) -> String {
    let symbols = typed.chars().filter(|it| !matches!(it, '-' | ' '));
    symbols
        .map(|symbol| match symbol.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

fn device_key(path: &Path, seal_tpm: bool) -> anyhow::Result<SigningKey> {
    if path.exists() {
        let loaded = keyfile::load(path)?;
        if loaded.was_exposed {
            let file = path.display();
            tracing::warn!(%file, "other users could read the device key; made private");
        }
        return Ok(loaded.key);
    }
    let seed = keyfile::fresh_seed()?;
    Ok(if seal_tpm {
        keyfile::create_sealed(path, seed)?
    } else {
        keyfile::create(path, seed)?
    })
}

/// One attempt: a challenge, and the answer to it.
fn enrol(api: &Api, key: &SigningKey, code: &str) -> Result<Answer, ApiError> {
    let device = key.key_id().to_string();
    let begun = api.post(
        "/api/v1/devices/enrolment/challenge",
        &json!({ "key": device }),
    )?;
    if begun.status != 200 {
        return Ok(begun);
    }
    let (network, challenge) = (begun.text("network"), begun.text("challenge"));
    let lines = [
        "theriac device enrolment v1",
        network,
        &device,
        challenge,
        code,
    ];
    let said: String = lines.map(|line| format!("{line}\n")).concat();
    api.post(
        "/api/v1/devices/enrolment",
        &json!({
            "code": code,
            "key": device,
            "challenge": challenge,
            "signature": hex::encode(key.sign(said.as_bytes())),
        }),
    )
}

/// Asks again when no answer came.
fn persist(ask: impl Fn() -> Result<Answer, ApiError>) -> Result<Answer, ApiError> {
    let mut tries = 1;
    loop {
        match ask() {
            Err(_) if tries < TRIES => {
                tries += 1;
                std::thread::sleep(PAUSE);
            }
            other => return other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_spelt_as_the_service_does() {
        assert_eq!(plain("oil0-zZ 9k"), "0110ZZ9K");
    }
}
