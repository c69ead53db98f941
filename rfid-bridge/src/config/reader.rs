//! The part of the configuration about LLRP readers: where they are, what is asked of them, and how
//! the way to them is encrypted.

use std::path::PathBuf;

use serde::Deserialize;

use super::{ConfigError, place, read_text};
use crate::capture::Place;
use crate::llrp::access::MemoryRead;
use crate::llrp::impinj::Extensions;
use crate::llrp::message::VERSION_1_0_1;
use crate::llrp::session::SessionConfig;
use crate::reader::tls::{Identity, Tls};

/// `[[reader]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reader {
    /// Host and port.
    pub address: String,
    /// Unique name.
    pub name: String,
    /// Where the antennas are: an SGLN, as Digital Link or EPC URN.
    pub read_point: String,
    /// Where the goods are after passing; none when that depends.
    pub biz_location: Option<String>,
    /// CBV business step.
    pub biz_step: String,
    /// Antenna ports to use; all when empty.
    #[serde(default)]
    pub antennas: Vec<u16>,
    /// Keepalive period asked of the reader, ms; 0 for none. 5,000 unless set.
    pub keepalive_ms: Option<u32>,
    /// Tags per report. 1 (unless set) reports at once.
    pub report_every_n: Option<u16>,
    /// Words of the TID to read of each tag, 0 for all; none are read unless set. 6 brings the
    /// chip's serial number.
    pub tid_words: Option<u16>,
    /// Words of USER memory to read of each tag, 0 for all; none are read unless set.
    pub user_words: Option<u16>,
    /// Use Impinj's additions where the reader is one of theirs: TID with the inventory, phase,
    /// signal in 1/100 dBm. False unless set.
    #[serde(default)]
    pub impinj: bool,
    /// TLS, usually on port 5085; plain TCP unless set.
    pub tls: Option<ReaderTls>,
    /// Highest version of LLRP to agree on, "1.0.1" or "1.1" (unless set).
    pub llrp_version: Option<String>,
}

/// `[reader.tls]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReaderTls {
    /// PEM file of the certificates that vouch for the reader; its own, if it signed it itself.
    pub ca_file: PathBuf,
    /// Name or address in the reader's certificate; the host of `address` unless set.
    pub server_name: Option<String>,
    /// PEM file of the gateway's certificate, for readers that ask for one.
    pub cert_file: Option<PathBuf>,
    /// PEM file of its key.
    pub key_file: Option<PathBuf>,
}

impl Reader {
    pub(super) fn place(&self) -> Result<Place, ConfigError> {
        let field = format!("reader {:?}", self.name);
        let location = self.biz_location.as_deref();
        place(
            &field,
            &self.name,
            (&self.read_point, location, &self.biz_step),
        )
    }

    /// How to encrypt, if at all.
    ///
    /// # Errors
    /// Files that cannot be read or used.
    pub fn tls(&self) -> Result<Option<Tls>, ConfigError> {
        let Some(set) = &self.tls else {
            return Ok(None);
        };
        let host = self
            .address
            .rsplit_once(':')
            .map_or(self.address.as_str(), |it| it.0);
        let host = host.trim_matches(['[', ']']);
        let name = set.server_name.as_deref().unwrap_or(host);
        let anchors = read_text(&set.ca_file)?;
        let wrong = |why: &dyn std::fmt::Display| ConfigError::Value {
            field: format!("reader {:?}, tls", self.name),
            why: why.to_string(),
        };
        let identity = match (&set.cert_file, &set.key_file) {
            (None, None) => None,
            (Some(cert), Some(key)) => Some((read_text(cert)?, read_text(key)?)),
            _ => return Err(wrong(&"cert_file and key_file go together")),
        };
        let identity = identity.as_ref().map(|(chain, key)| Identity {
            chain: chain.as_bytes(),
            key: key.as_bytes(),
        });
        let tls = Tls::new(anchors.as_bytes(), name, identity);
        tls.map(Some).map_err(|error| wrong(&error))
    }

    /// Settings of the LLRP session.
    pub fn session(&self) -> SessionConfig {
        let default = SessionConfig::default();
        SessionConfig {
            antennas: self.antennas.clone(),
            report_every_n: self.report_every_n.unwrap_or(default.report_every_n),
            keepalive_ms: self.keepalive_ms.unwrap_or(default.keepalive_ms),
            version_max: match self.llrp_version.as_deref() {
                Some("1.0.1") => VERSION_1_0_1,
                _ => default.version_max,
            },
            memory: self
                .tid_words
                .map(MemoryRead::tid)
                .into_iter()
                .chain(self.user_words.map(MemoryRead::user))
                .collect(),
            impinj: self.impinj.then_some(Extensions {
                tid: true,
                phase: true,
                rssi: true,
                search_mode: None,
            }),
            ..default
        }
    }
}
