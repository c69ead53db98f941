//! The configuration file, TOML. Every field is documented here; unknown fields are errors,
//! because a misspelt limit that is silently ignored is worse than a bridge that does not start.
//! Relative paths are relative to the file's folder.
//!
//! ```toml
//! [device]
//! key_file = "device.key"          # made by `rfid-bridge keygen --out device.key`
//! label = "dock-1"
//!
//! [[reader]]
//! address = "192.0.2.17:5084"      # LLRP over TCP
//! name = "dock-1"
//! read_point = "https://id.gs1.org/414/9521321000018/254/dock-1"
//! biz_location = "https://id.gs1.org/414/9521321000018"
//! biz_step = "receiving"
//!
//! [uplink]
//! url = "https://theriac.example.org"
//! api_key_file = "api.key"
//!
//! [spool]
//! path = "spool.redb"
//!
//! [health]                         # the bridge's own page; none without
//! listen = "127.0.0.1:9180"        # /, /healthz, /readyz, /metrics
//! ```
//!
//! Sources other than LLRP readers (MQTT, HTTP push, sensors) are described in [`feed`],
//! readers on desks in [`desk`], zones, doors and expected shipments in [`door`], the taking of
//! another configuration in [`reload`].

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use gs1::{BizStep, Epc};
use serde::Deserialize;
use thiserror::Error;

use crate::capture::{BatchConfig, Place};
use crate::courier::CourierConfig;
use crate::health::HealthEntry;
use crate::recording::RecordEntry;
use crate::sign::BLOCK_EVENTS_MAX;
use crate::smooth::SmoothConfig;
use crate::spool::{BYTES_MAX, BYTES_MAX_MIN};
use crate::uplink::tls::TlsFiles;

pub mod desk;
pub mod door;
pub mod feed;
mod reader;
pub mod reload;
mod sources;

use door::{AreaEntry, DoorEntry, ExpectedEntry, ZoneEntry};
use feed::{BrokerEntry, FeedEntry, PushEntry, SensorEntry};
pub use reader::{Reader, ReaderTls};
use reload::ReloadEntry;

/// The whole file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Who signs.
    pub device: Device,
    /// LLRP readers; at least one of these or of the feeds.
    #[serde(default)]
    pub reader: Vec<Reader>,
    /// Sources that send messages.
    #[serde(default)]
    pub feed: Vec<FeedEntry>,
    /// MQTT brokers that feeds come by.
    #[serde(default)]
    pub broker: Vec<BrokerEntry>,
    /// HTTP listener that feeds come by.
    pub push: Option<PushEntry>,
    /// What is known of sensors.
    #[serde(default)]
    pub sensor: Vec<SensorEntry>,
    /// Antennas that are elsewhere than their source.
    #[serde(default)]
    pub zone: Vec<ZoneEntry>,
    /// Sources that hear the same tags.
    #[serde(default)]
    pub area: Vec<AreaEntry>,
    /// Doors with two sides.
    #[serde(default)]
    pub door: Vec<DoorEntry>,
    /// What is expected to pass.
    pub expected: Option<ExpectedEntry>,
    /// Where blocks go.
    pub uplink: Uplink,
    /// Where they wait.
    pub spool: Spool,
    /// From reads to observations.
    #[serde(default)]
    pub smoothing: Smoothing,
    /// From observations to events and blocks.
    #[serde(default)]
    pub blocks: Blocks,
    /// The bridge's own page; none unless set.
    pub health: Option<HealthEntry>,
    /// Write down what the sources tell; not unless set.
    pub record: Option<RecordEntry>,
    /// Another configuration for the running bridge.
    #[serde(default)]
    pub reload: ReloadEntry,
}

/// `[device]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// File with the device key, in clear or sealed by a TPM (`keygen --seal-tpm`).
    pub key_file: PathBuf,
    /// What people call the device; logs only.
    #[serde(default)]
    pub label: String,
    /// File that exists while the gateway's clock follows a reference; unless set, time services
    /// are asked ([`crate::reader::reference`]). Events say when it does not.
    pub clock_file: Option<PathBuf>,
}

/// `[uplink]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Uplink {
    /// Scheme, host and port of the service.
    pub url: String,
    /// File with the gateway's API key.
    pub api_key_file: PathBuf,
    /// Longest wait between two attempts, ms. 60,000 unless set.
    pub backoff_ms_max: Option<u64>,
    /// PEM file of the certificates that vouch for the service; the public authorities unless set.
    pub ca_file: Option<PathBuf>,
    /// PEM file of the gateway's certificate, for a service that asks for one.
    pub client_cert_file: Option<PathBuf>,
    /// PEM file of its key.
    pub client_key_file: Option<PathBuf>,
}

/// `[spool]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spool {
    /// The spool file; made when absent.
    pub path: PathBuf,
    /// What it may hold, bytes, at least 16 MiB; 1 GiB unless set ([`crate::spool::pressure`]).
    pub bytes_max: Option<u64>,
}

/// `[smoothing]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smoothing {
    /// A tag not read for this long has passed, ms. 2,000 unless set.
    pub idle_ms: Option<u64>,
    /// A tag that stays is told after this long, ms. 30,000 unless set.
    pub passage_ms_max: Option<u64>,
    /// Reads weaker than this are strays, dBm. None unless set.
    pub rssi_floor_dbm: Option<i8>,
    /// Passages of fewer reads are strays. 1 unless set.
    pub reads_min: Option<u32>,
}

/// `[blocks]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blocks {
    /// A passage is over when no tag was added for this long, ms. 500 unless set.
    pub passage_quiet_ms: Option<u64>,
    /// Tags in one event. 1,000 unless set.
    pub event_tags_max: Option<usize>,
    /// Events in one block, 1..=1,000. 1,000 unless set.
    pub events_max: Option<usize>,
    /// Age at which fewer events make a block, ms. 5,000 unless set.
    pub age_ms_max: Option<u64>,
    /// The same for events of passages while the service answers, ms. 200 unless set.
    pub passage_age_ms_max: Option<u64>,
    /// Age at which a sensor's values become an event, ms; alarms at once. 5,000 unless set.
    pub sample_age_ms_max: Option<u64>,
}

/// A configuration that cannot be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file or a file it names cannot be read.
    #[error("reading {}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Not TOML, or not these fields.
    #[error("configuration {}", path.display())]
    Syntax {
        /// Which file.
        path: PathBuf,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
    /// A value that makes no sense.
    #[error("{field}: {why}")]
    Value {
        /// Which.
        field: String,
        /// Why.
        why: String,
    },
}

/// Longest configuration or key file that is read, bytes.
const FILE_BYTES_MAX: u64 = 1 << 20;

impl Config {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        Self::of_text(&read_text(path)?, path)
    }

    /// Checks the text of the file at `path`.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn of_text(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let mut config = Self::parse(text).map_err(|source| ConfigError::Syntax {
            path: path.to_owned(),
            source: Box::new(source),
        })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for file in [
            &mut config.device.key_file,
            &mut config.uplink.api_key_file,
            &mut config.spool.path,
        ] {
            *file = folder.join(&*file);
        }
        let uplink = &mut config.uplink;
        let tls = [
            &mut uplink.ca_file,
            &mut uplink.client_cert_file,
            &mut uplink.client_key_file,
        ];
        let clock = &mut config.device.clock_file;
        for file in tls.into_iter().chain([clock]).flatten() {
            *file = folder.join(&*file);
        }
        if let Some(record) = &mut config.record {
            record.file = folder.join(&record.file);
        }
        for file in config.feed_files() {
            *file = folder.join(&*file);
        }
        for tls in config
            .reader
            .iter_mut()
            .filter_map(|reader| reader.tls.as_mut())
        {
            tls.ca_file = folder.join(&tls.ca_file);
            for file in [&mut tls.cert_file, &mut tls.key_file]
                .into_iter()
                .flatten()
            {
                *file = folder.join(&*file);
            }
        }
        config.check()?;
        Ok(config)
    }

    /// Reads TOML.
    ///
    /// # Errors
    /// Syntax, with its place.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let fail = |field: &str, why: &str| {
            Err(ConfigError::Value {
                field: field.to_owned(),
                why: why.to_owned(),
            })
        };
        let names = self.reader.iter().map(|reader| &reader.name);
        let names: Vec<&String> = names
            .chain(self.feed.iter().map(|feed| &feed.name))
            .collect();
        if names.is_empty() {
            return fail("reader", "at least one [[reader]] or [[feed]] is needed");
        }
        for (at, name) in names.iter().enumerate() {
            if names.iter().take(at).any(|other| other == name) {
                return fail("reader.name", &format!("{name:?} is used twice"));
            }
        }
        let versions = [None, Some("1.0.1"), Some("1.1")];
        for reader in &self.reader {
            if !versions.contains(&reader.llrp_version.as_deref()) {
                return fail("reader.llrp_version", "is \"1.0.1\" or \"1.1\"");
            }
        }
        if !self.uplink.url.starts_with("http://") && !self.uplink.url.starts_with("https://") {
            return fail("uplink.url", "begins with http:// or https://");
        }
        self.uplink.tls_files()?;
        if self.spool.bytes_max() < BYTES_MAX_MIN {
            return fail("spool.bytes_max", "is at least 16777216");
        }
        if self
            .blocks
            .events_max
            .is_some_and(|max| !(1..=BLOCK_EVENTS_MAX).contains(&max))
        {
            return fail("blocks.events_max", "is between 1 and 1000");
        }
        if self
            .blocks
            .event_tags_max
            .is_some_and(|max| !(1..=10_000).contains(&max))
        {
            return fail("blocks.event_tags_max", "is between 1 and 10000");
        }
        self.check_feeds()?;
        self.layout().map(|_| ())
    }

    /// Where each source stands: readers first, then feeds, in the order of the file.
    ///
    /// # Errors
    /// [`ConfigError::Value`] for an identifier or a business step that is none.
    pub fn places(&self) -> Result<Vec<Place>, ConfigError> {
        let readers = self.reader.iter().map(Reader::place);
        readers
            .chain(self.feed.iter().map(FeedEntry::place))
            .collect()
    }

    /// Names of readers and feeds.
    pub fn source_names(&self) -> BTreeSet<&String> {
        let readers = self.reader.iter().map(|reader| &reader.name);
        readers
            .chain(self.feed.iter().map(|feed| &feed.name))
            .collect()
    }

    /// The API key: the first line of its file.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn api_key(&self) -> Result<String, ConfigError> {
        let text = read_text(&self.uplink.api_key_file)?;
        let key = text.trim();
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            let why = "holds no API key".to_owned();
            let field = self.uplink.api_key_file.display().to_string();
            return Err(ConfigError::Value { field, why });
        }
        Ok(key.to_owned())
    }

    /// Settings of the smoother.
    pub fn smoothing(&self) -> SmoothConfig {
        let default = SmoothConfig::default();
        let set = &self.smoothing;
        SmoothConfig {
            idle_ms: set.idle_ms.unwrap_or(default.idle_ms),
            passage_ms_max: set.passage_ms_max.unwrap_or(default.passage_ms_max),
            rssi_floor_dbm: set.rssi_floor_dbm,
            reads_min: set.reads_min.unwrap_or(default.reads_min),
        }
    }

    /// Settings of the batcher.
    pub fn batches(&self) -> BatchConfig {
        let default = BatchConfig::default();
        BatchConfig {
            quiet_ms: self.blocks.passage_quiet_ms.unwrap_or(default.quiet_ms),
            tags_max: self.blocks.event_tags_max.unwrap_or(default.tags_max),
            ..default
        }
    }

    /// How long a sensor's values wait for others, ms.
    pub fn sample_age_ms(&self) -> u64 {
        self.blocks.sample_age_ms_max.unwrap_or(5_000)
    }

    /// Settings of the courier.
    pub fn courier(&self) -> CourierConfig {
        let default = CourierConfig::default();
        let (backoff_ms_min, backoff_ms_max) = default.backoff_ms;
        let backoff_ms_max = self.uplink.backoff_ms_max.unwrap_or(backoff_ms_max);
        CourierConfig {
            block_events_max: self.blocks.events_max.unwrap_or(default.block_events_max),
            block_age_ms_max: self.blocks.age_ms_max.unwrap_or(default.block_age_ms_max),
            passage_age_ms_max: {
                let set = self.blocks.passage_age_ms_max;
                set.unwrap_or(default.passage_age_ms_max)
            },
            backoff_ms: (backoff_ms_min.min(backoff_ms_max), backoff_ms_max),
        }
    }
}

impl Spool {
    /// What the spool's rows may weigh, bytes.
    pub fn bytes_max(&self) -> u64 {
        self.bytes_max.unwrap_or(BYTES_MAX)
    }
}

impl Uplink {
    /// Certificates and keys of the way to the service.
    ///
    /// # Errors
    /// [`ConfigError::Value`] for a certificate without its key, or certificates for plain HTTP.
    pub fn tls_files(&self) -> Result<TlsFiles, ConfigError> {
        let wrong = |why: &str| ConfigError::Value {
            field: "uplink".to_owned(),
            why: why.to_owned(),
        };
        let client = match (&self.client_cert_file, &self.client_key_file) {
            (None, None) => None,
            (Some(chain), Some(key)) => Some((chain.clone(), key.clone())),
            _ => return Err(wrong("client_cert_file and client_key_file go together")),
        };
        let ca = self.ca_file.clone();
        if (ca.is_some() || client.is_some()) && !self.url.starts_with("https://") {
            return Err(wrong(
                "certificates are for an url that begins with https://",
            ));
        }
        Ok(TlsFiles { ca, client })
    }
}

/// A place of its texts: read point, location, step. `whose` is named in errors.
fn place(
    whose: &str,
    name: &str,
    (read_point, biz_location, biz_step): (&str, Option<&str>, &str),
) -> Result<Place, ConfigError> {
    let wrong = |field: &str, why: &dyn std::fmt::Display| ConfigError::Value {
        field: format!("{whose}, {field}"),
        why: why.to_string(),
    };
    let epc = |field: &str, text: &str| Epc::parse(text).map_err(|error| wrong(field, &error));
    Ok(Place {
        name: name.to_owned(),
        read_point: epc("read_point", read_point)?,
        biz_location: biz_location
            .map(|text| epc("biz_location", text))
            .transpose()?,
        biz_step: BizStep::parse(biz_step).map_err(|error| wrong("biz_step", &error))?,
        direction: None,
    })
}

pub(crate) fn read_text(path: &Path) -> Result<String, ConfigError> {
    let failed = |source| ConfigError::File {
        path: path.to_owned(),
        source,
    };
    let size = std::fs::metadata(path).map_err(failed)?.len();
    if size > FILE_BYTES_MAX {
        let why = format!("is larger than {FILE_BYTES_MAX} bytes");
        return Err(ConfigError::Value {
            field: path.display().to_string(),
            why,
        });
    }
    std::fs::read_to_string(path).map_err(failed)
}

#[cfg(test)]
mod tests;
