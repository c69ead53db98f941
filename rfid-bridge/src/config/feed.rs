//! The part of the configuration about sources other than LLRP readers: feeds, the brokers and
//! the listener they come by, and what is known of sensors.
//!
//! ```toml
//! [[broker]]
//! name = "site"
//! address = "192.0.2.5:1883"       # MQTT 3.1.1
//! client_id = "bridge-dock-1"      # names the durable session: never change it, never share it
//! user = "bridge"                  # with password_file
//! password_file = "broker.password"
//! # ca_file = "broker-ca.pem"      # TLS; with cert_file and key_file also our certificate
//!
//! [push]
//! listen = "127.0.0.1:8085"        # HTTP
//! token_file = "push.token"        # Authorization: Bearer ...
//!
//! [[feed]]
//! name = "dock-2"
//! read_point = "https://id.gs1.org/414/9521321000018/254/dock-2"
//! biz_step = "shipping"            # for tags; sensors report with sensor_reporting
//! format = "impinj"                # zebra, speedway, chirpstack, tive, ruuvi or [feed.mapping]
//! broker = "site"                  # with topic, or path of [push]
//! topic = "impinj/dock-2/#"
//!
//! [[feed]]
//! name = "cold-1"
//! read_point = "https://id.gs1.org/414/9521321000018/254/cold-1"
//! format = "berlinger"             # hobo, or [feed.table] (see sensor::table)
//! # date_order = "dmy"             # of hobo files within one day; mdy, ymd
//! folder = "loggers"               # files go to its done/ or refused/ when they were read
//!
//! [[sensor]]
//! device = "0102030405060708"      # as it names itself
//! device_id = "https://id.gs1.org/8004/9521321000018probe7"
//! certificate = "DKD-2026-118"
//! calibrated_until = "2027-03-01"
//! min_c = "2.0"                    # beyond these it is an alarm
//! max_c = "8.0"
//! battery_min_v = "3.3"            # below it its battery is low
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use gs1::{Decimal, Epc};
use serde::Deserialize;

use super::desk::DeskEntry;
use super::{Config, ConfigError, place, read_text};
use crate::capture::Place;
use crate::payload::{Format, Mapping};
use crate::samples::Sensor;
use crate::sensor::berlinger::RootKey;
use crate::sensor::hobo::DateOrder;
use crate::sensor::table::TableFormat;
use crate::source::mqtt::{Broker, BrokerTls};

/// `[[feed]]`: a source that sends messages.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeedEntry {
    /// Unique among readers and feeds.
    pub name: String,
    /// Where the antennas or sensors are: an SGLN.
    pub read_point: String,
    /// Where the goods are after passing; none when that depends.
    pub biz_location: Option<String>,
    /// CBV business step of tags; `inspecting` unless set.
    pub biz_step: Option<String>,
    /// Whose JSON; or `mapping`.
    pub format: Option<String>,
    /// Where things are in any other JSON.
    pub mapping: Option<Mapping>,
    /// A broker's name, with `topic`.
    pub broker: Option<String>,
    /// MQTT topic filter.
    pub topic: Option<String>,
    /// Path at the listener of `[push]`.
    pub path: Option<String>,
    /// Folder that logger files are put into.
    pub folder: Option<PathBuf>,
    /// How a table of another logger is read.
    pub table: Option<TableFormat>,
    /// A reader on a desk, in place of messages and files.
    pub desk: Option<DeskEntry>,
    /// For `hobo`: order of the dates' parts, `dmy`, `mdy` or `ymd`, where the file does not tell.
    pub date_order: Option<DateOrder>,
    /// For `berlinger`: the key that certifies loggers, SEC1 in hex, in place of the built-in one.
    pub root_key: Option<String>,
}

/// `[[broker]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrokerEntry {
    /// What feeds call it.
    pub name: String,
    /// Host and port.
    pub address: String,
    /// Names the durable session.
    pub client_id: String,
    /// User, with `password_file`.
    pub user: Option<String>,
    /// File with the password.
    pub password_file: Option<PathBuf>,
    /// PEM file with the authority of the broker's certificate: speak TLS.
    pub ca_file: Option<PathBuf>,
    /// PEM file with our certificate, with `key_file`.
    pub cert_file: Option<PathBuf>,
    /// PEM file with its key.
    pub key_file: Option<PathBuf>,
}

/// `[push]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PushEntry {
    /// Address and port to listen on.
    pub listen: String,
    /// File with the token that clients must show.
    pub token_file: PathBuf,
}

/// `[[sensor]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SensorEntry {
    /// As it names itself.
    pub device: String,
    /// Its identity as a URI.
    pub device_id: Option<String>,
    /// What it measures, as EPC or Digital Link.
    pub subject: Option<String>,
    /// Its calibration certificate.
    pub certificate: Option<String>,
    /// Last day of its calibration, `YYYY-MM-DD`.
    pub calibrated_until: Option<String>,
    /// Lowest temperature that is no alarm, degrees Celsius as text.
    pub min_c: Option<String>,
    /// Highest.
    pub max_c: Option<String>,
    /// Lowest voltage of a battery that is not low, volts as text.
    pub battery_min_v: Option<String>,
}

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

fn wrong(field: String, why: &dyn std::fmt::Display) -> ConfigError {
    ConfigError::Value {
        field,
        why: why.to_string(),
    }
}

impl FeedEntry {
    /// Where it is.
    pub(super) fn place(&self) -> Result<Place, ConfigError> {
        let step = self.biz_step.as_deref().unwrap_or("inspecting");
        place(
            &format!("feed {:?}", self.name),
            &self.name,
            (&self.read_point, self.biz_location.as_deref(), step),
        )
    }

    /// How its messages are read; none for a desk reader, which sends none.
    ///
    /// # Errors
    /// [`ConfigError::Value`].
    pub fn format(&self) -> Result<Option<Format>, ConfigError> {
        let field = |name: &str| format!("feed {:?}, {name}", self.name);
        if let Some(desk) = &self.desk {
            if let Some((name, why)) = desk.fault() {
                return Err(wrong(field(&format!("desk.{name}")), &why));
            }
            if self.format.is_some() || self.mapping.is_some() || self.table.is_some() {
                return Err(wrong(field("desk"), &"goes without format"));
            }
            return Ok(None);
        }
        self.message_format().map(Some)
    }

    fn message_format(&self) -> Result<Format, ConfigError> {
        let field = |name: &str| format!("feed {:?}, {name}", self.name);
        if self.root_key.is_some() && self.format.as_deref() != Some("berlinger") {
            return Err(wrong(
                field("root_key"),
                &"goes with format = \"berlinger\"",
            ));
        }
        if self.date_order.is_some() && self.format.as_deref() != Some("hobo") {
            return Err(wrong(field("date_order"), &"goes with format = \"hobo\""));
        }
        match (&self.format, &self.mapping, &self.table) {
            (Some(name), None, None) if name == "hobo" => Ok(Format::Hobo(self.date_order)),
            (Some(name), None, None) if name == "berlinger" => {
                let root = match &self.root_key {
                    Some(text) => text.parse(),
                    None => RootKey::pinned(),
                };
                let root = root.map_err(|error| wrong(field("root_key"), &error))?;
                Ok(Format::Berlinger(Box::new(root)))
            }
            (Some(name), None, None) => Format::by_name(name)
                .ok_or_else(|| wrong(field("format"), &format!("{name:?} is none we know"))),
            (None, Some(mapping), None) => match mapping.fault() {
                Some(why) => Err(wrong(field("mapping"), &why)),
                None => Ok(Format::Mapped(Box::new(mapping.clone()))),
            },
            (None, None, Some(table)) => match table.fault() {
                Some(why) => Err(wrong(field("table"), &why)),
                None => Ok(Format::Table(Box::new(table.clone()))),
            },
            _ => {
                let why = "one of format, mapping and table is needed";
                Err(wrong(field("format"), &why))
            }
        }
    }

    /// Whether it is of whole files of loggers.
    ///
    /// # Errors
    /// As [`FeedEntry::format`].
    pub fn reads_files(&self) -> Result<bool, ConfigError> {
        Ok(self.format()?.is_some_and(|format| format.is_file()))
    }

    /// One way to come by, and one that fits.
    fn check_way(&self, config: &Config) -> Result<(), ConfigError> {
        let field = |name: &str| format!("feed {:?}, {name}", self.name);
        let format = self.format()?;
        match (&self.broker, &self.topic, &self.path, &self.folder) {
            (None, None, None, None) if self.desk.is_some() => {}
            _ if self.desk.is_some() => {
                return Err(wrong(field("desk"), &"either a desk or another way"));
            }
            (Some(broker), Some(topic), None, None) => {
                if !config.broker.iter().any(|it| it.name == *broker) {
                    return Err(wrong(field("broker"), &format!("no [[broker]] {broker:?}")));
                }
                if !rumqttc::valid_filter(topic) {
                    return Err(wrong(field("topic"), &"is no MQTT topic filter"));
                }
            }
            (None, None, Some(path), None) => {
                if config.push.is_none() {
                    return Err(wrong(field("path"), &"[push] is needed"));
                }
                if !path.starts_with('/') {
                    return Err(wrong(field("path"), &"begins with /"));
                }
            }
            (None, None, None, Some(_)) => {
                if !format.is_some_and(|format| format.is_file()) {
                    return Err(wrong(field("folder"), &"is for files of loggers"));
                }
            }
            _ => {
                let why = "either broker and topic, or path, or folder";
                return Err(wrong(field("broker"), &why));
            }
        }
        Ok(())
    }
}

impl Config {
    /// Checks everything about feeds.
    pub(super) fn check_feeds(&self) -> Result<(), ConfigError> {
        for feed in &self.feed {
            feed.check_way(self)?;
        }
        let mut taken = BTreeSet::new();
        for feed in self.feed.iter().filter(|feed| feed.path.is_some()) {
            if !taken.insert(&feed.path) {
                return Err(wrong("feed.path".to_owned(), &"is used twice"));
            }
        }
        let mut sessions = BTreeSet::new();
        for broker in &self.broker {
            let field = |name: &str| format!("broker {:?}, {name}", broker.name);
            host_port(&broker.address)
                .ok_or_else(|| wrong(field("address"), &"is not host:port"))?;
            if broker.client_id.is_empty() || broker.client_id.starts_with(' ') {
                return Err(wrong(field("client_id"), &"is empty"));
            }
            if !sessions.insert((&broker.address, &broker.client_id)) {
                return Err(wrong(
                    field("client_id"),
                    &"names two sessions of one broker",
                ));
            }
            if broker.user.is_some() != broker.password_file.is_some() {
                return Err(wrong(field("user"), &"goes with password_file"));
            }
            let pair = (broker.cert_file.is_some(), broker.key_file.is_some());
            let is_whole = match pair {
                (true, true) => broker.ca_file.is_some(),
                (false, false) => true,
                _ => false,
            };
            if !is_whole {
                return Err(wrong(field("cert_file"), &"goes with key_file and ca_file"));
            }
        }
        self.sensors().map(|_| ())
    }

    /// Files that are relative to the configuration's folder.
    pub(super) fn feed_files(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let brokers = self.broker.iter_mut().flat_map(|broker| {
            [
                &mut broker.password_file,
                &mut broker.ca_file,
                &mut broker.cert_file,
                &mut broker.key_file,
            ]
        });
        let push = self.push.iter_mut().map(|push| &mut push.token_file);
        let folders = self.feed.iter_mut().filter_map(|feed| feed.folder.as_mut());
        let expected = self.expected.iter_mut().map(|it| &mut it.folder);
        brokers.flatten().chain(push).chain(folders).chain(expected)
    }

    /// The brokers with the feeds that come by them; `first` is the first feed's source.
    ///
    /// # Errors
    /// [`ConfigError`] when a file cannot be read.
    pub fn brokers(&self, first: usize) -> Result<Vec<Broker>, ConfigError> {
        let mut out = Vec::new();
        for entry in &self.broker {
            let topics: Vec<(String, usize)> = (first..)
                .zip(&self.feed)
                .filter(|(_, feed)| feed.broker.as_ref() == Some(&entry.name))
                .filter_map(|(source, feed)| Some((feed.topic.clone()?, source)))
                .collect();
            if topics.is_empty() {
                continue;
            }
            let (host, port) = host_port(&entry.address)
                .ok_or_else(|| wrong("broker.address".to_owned(), &"is not host:port"))?;
            out.push(Broker {
                name: entry.name.clone(),
                host,
                port,
                client_id: entry.client_id.clone(),
                login: entry.login()?,
                tls: entry.tls()?,
                topics,
            });
        }
        Ok(out)
    }

    /// The paths of the listener; `first` is the first feed's source.
    pub fn paths(&self, first: usize) -> BTreeMap<String, usize> {
        (first..)
            .zip(&self.feed)
            .filter_map(|(source, feed)| Some((feed.path.clone()?, source)))
            .collect()
    }

    /// The folders of logger files; `first` is the first feed's source.
    pub fn folders(&self, first: usize) -> Vec<(usize, PathBuf)> {
        (first..)
            .zip(&self.feed)
            .filter_map(|(source, feed)| Some((source, feed.folder.clone()?)))
            .collect()
    }

    /// What is known of sensors, by the name they give themselves.
    ///
    /// # Errors
    /// [`ConfigError::Value`].
    pub fn sensors(&self) -> Result<BTreeMap<String, Sensor>, ConfigError> {
        let mut out = BTreeMap::new();
        for entry in &self.sensor {
            if out.insert(entry.device.clone(), entry.sensor()?).is_some() {
                let why = format!("{:?} is there twice", entry.device);
                return Err(wrong("sensor.device".to_owned(), &why));
            }
        }
        Ok(out)
    }
}

impl BrokerEntry {
    fn login(&self) -> Result<Option<(String, String)>, ConfigError> {
        let (Some(user), Some(file)) = (&self.user, &self.password_file) else {
            return Ok(None);
        };
        let password = read_text(file)?.trim_end_matches(['\r', '\n']).to_owned();
        Ok(Some((user.clone(), password)))
    }

    fn tls(&self) -> Result<Option<BrokerTls>, ConfigError> {
        let read = |path: &Path| read_text(path).map(String::into_bytes);
        let Some(ca_file) = &self.ca_file else {
            return Ok(None);
        };
        let client = match (&self.cert_file, &self.key_file) {
            (Some(cert), Some(key)) => Some((read(cert)?, read(key)?)),
            _ => None,
        };
        Ok(Some(BrokerTls {
            authority: read(ca_file)?,
            client,
        }))
    }
}

impl SensorEntry {
    fn sensor(&self) -> Result<Sensor, ConfigError> {
        let field = |name: &str| format!("sensor {:?}, {name}", self.device);
        let subject = self.subject.as_deref().map(Epc::parse).transpose();
        let milli = |name: &str, text: &Option<String>| {
            text.as_deref()
                .map(|text| {
                    Decimal::parse(text)
                        .ok()
                        .and_then(|value| value.milli_celsius("CEL"))
                        .ok_or_else(|| wrong(field(name), &"is no temperature"))
                })
                .transpose()
        };
        let battery = self.battery_min_v.as_deref().map(|text| {
            let volts = Decimal::parse(text).ok().and_then(Decimal::milli);
            let volts = volts.filter(|milli| *milli > 0);
            volts.ok_or_else(|| wrong(field("battery_min_v"), &"is no voltage"))
        });
        let until = self.calibrated_until.as_deref().map(|text| {
            let day = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d");
            day.map(|day| day.and_time(chrono::NaiveTime::MIN).and_utc())
                // The whole day counts.
                .map(|start| start.timestamp_millis() + DAY_MS - 1)
                .map_err(|error| wrong(field("calibrated_until"), &error))
        });
        let limits = (milli("min_c", &self.min_c)?, milli("max_c", &self.max_c)?);
        if let (Some(low), Some(high)) = limits
            && low > high
        {
            return Err(wrong(field("min_c"), &"is above max_c"));
        }
        if let Some(uri) = self.device_id.as_deref().filter(|uri| !uri.contains(':')) {
            return Err(wrong(field("device_id"), &format!("{uri:?} is no URI")));
        }
        Ok(Sensor {
            device_id: self.device_id.clone(),
            subject: subject.map_err(|error| wrong(field("subject"), &error))?,
            is_apart: false,
            certificate: self.certificate.clone(),
            calibrated_until_ms: until.transpose()?,
            limits_milli_c: limits,
            battery_min_milli_v: battery.transpose()?,
        })
    }
}

impl PushEntry {
    /// The token.
    ///
    /// # Errors
    /// [`ConfigError`] when the file cannot be read or holds no token of 16 characters or more.
    pub fn token(&self) -> Result<String, ConfigError> {
        let token = read_text(&self.token_file)?.trim().to_owned();
        let is_token = token.len() >= 16 && token.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_token {
            let why = "holds no token of at least 16 characters";
            return Err(wrong(self.token_file.display().to_string(), &why));
        }
        Ok(token)
    }
}

/// Host and port; an IPv6 address in brackets.
fn host_port(address: &str) -> Option<(String, u16)> {
    let (host, port) = address.rsplit_once(':')?;
    let host = host
        .strip_prefix('[')
        .map_or(Some(host), |it| it.strip_suffix(']'))?;
    (!host.is_empty()).then_some((host.to_owned(), port.parse().ok()?))
}

#[cfg(test)]
mod tests;
