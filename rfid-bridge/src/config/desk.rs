//! The part of the configuration about desk readers: feeds whose packs are laid on a reader at a
//! counter.
//!
//! ```toml
//! [[feed]]
//! name = "counter-1"
//! read_point = "https://id.gs1.org/414/9521321000018/254/counter-1"
//! biz_step = "inspecting"          # unless set
//! [feed.desk]
//! kind = "mfrc522"                 # on an SPI bus; the bus moves the select line
//! device = "/dev/spidev0.0"
//!
//! [[feed]]
//! name = "counter-2"
//! read_point = "https://id.gs1.org/414/9521321000018/254/counter-2"
//! [feed.desk]
//! kind = "mfrc522-rfid-rs"         # the same chip by another library
//! device = "/dev/spidev0.1"
//! select_chip = "/dev/gpiochip0"   # its select line is wired to a GPIO
//! select_line = 25
//! ```
//!
//! `kind = "pcsc"` is for USB readers: all that PC/SC knows, or those whose names begin with one of
//! `readers`. Each kind is a feature of the build (`mfrc522`, `mfrc522-rfid-rs`, `pcsc`).

use std::path::PathBuf;

use serde::Deserialize;

use super::{Config, ConfigError};
use crate::reader::clock::Clock;
use crate::source::desk::{Desk, Open};

/// `[feed.desk]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeskEntry {
    /// Which reader, by which library.
    pub kind: Kind,
    /// The SPI device, for the MFRC522.
    pub device: Option<PathBuf>,
    /// GPIO chip of the select line, for `mfrc522-rfid-rs`.
    pub select_chip: Option<PathBuf>,
    /// Line of that chip.
    pub select_line: Option<u32>,
    /// Beginnings of names of PC/SC readers; all of them unless set.
    #[serde(default)]
    pub readers: Vec<String>,
}

/// Kinds of desk readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// MFRC522 by the crate `mfrc522`.
    Mfrc522,
    /// MFRC522 by the crate `rfid-rs`.
    #[serde(rename = "mfrc522-rfid-rs")]
    Mfrc522RfidRs,
    /// USB readers by PC/SC.
    Pcsc,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Mfrc522 => "mfrc522",
            Self::Mfrc522RfidRs => "mfrc522-rfid-rs",
            Self::Pcsc => "pcsc",
        }
    }

    /// Whether this build has it.
    fn is_built(self) -> bool {
        match self {
            Self::Mfrc522 => cfg!(feature = "mfrc522"),
            Self::Mfrc522RfidRs => cfg!(feature = "mfrc522-rfid-rs"),
            Self::Pcsc => cfg!(feature = "pcsc"),
        }
    }
}

impl DeskEntry {
    /// What is wrong with it.
    pub(super) fn fault(&self) -> Option<(&'static str, String)> {
        let kind = self.kind.word();
        let select = (self.select_chip.is_some(), self.select_line.is_some());
        if !self.kind.is_built() {
            let why = format!("this build is without {kind}: build it with --features {kind}");
            return Some(("kind", why));
        }
        let faults = match self.kind {
            Kind::Pcsc => [
                (self.device.is_some(), "device", "is for the MFRC522"),
                (
                    select != (false, false),
                    "select_chip",
                    "is for mfrc522-rfid-rs",
                ),
            ],
            Kind::Mfrc522 => [
                (self.device.is_none(), "device", "is needed"),
                (
                    select != (false, false),
                    "select_chip",
                    "is for mfrc522-rfid-rs",
                ),
            ],
            Kind::Mfrc522RfidRs => [
                (self.device.is_none(), "device", "is needed"),
                (
                    select != (true, true),
                    "select_chip",
                    "and select_line are needed",
                ),
            ],
        };
        let named = (self.kind != Kind::Pcsc && !self.readers.is_empty()).then_some((
            true,
            "readers",
            "are for pcsc",
        ));
        let first = faults.into_iter().chain(named).find(|fault| fault.0);
        first.map(|(_, field, why)| (field, why.to_owned()))
    }

    /// How to reach the reader; none when this build cannot.
    fn open(&self, clock: Clock) -> Option<Open> {
        #[cfg(feature = "pcsc")]
        if self.kind == Kind::Pcsc {
            return Some(crate::source::desk::pcsc::open(self.readers.clone()));
        }
        #[cfg(feature = "mfrc522")]
        if self.kind == Kind::Mfrc522 {
            let device = self.device.clone()?;
            return Some(crate::source::desk::linux::mfrc522(device, clock));
        }
        #[cfg(feature = "mfrc522-rfid-rs")]
        if self.kind == Kind::Mfrc522RfidRs {
            let select = (self.select_chip.clone()?, self.select_line?);
            let device = self.device.clone()?;
            return Some(crate::source::desk::linux::rfid_rs(device, select, clock));
        }
        // Said by `fault` before; the clock is for the readers of other builds.
        let _: Clock = clock;
        None
    }
}

impl Config {
    /// The desk readers; `first` is the first feed's source.
    ///
    /// # Errors
    /// [`ConfigError::Value`] for a kind this build is without.
    pub fn desks(&self, first: usize, clock: Clock) -> Result<Vec<Desk>, ConfigError> {
        let mut desks = Vec::new();
        for (source, feed) in (first..).zip(&self.feed) {
            let Some(entry) = &feed.desk else {
                continue;
            };
            let open = entry.open(clock).ok_or_else(|| ConfigError::Value {
                field: format!("feed {:?}, desk", feed.name),
                why: "cannot be had".to_owned(),
            })?;
            desks.push(Desk {
                source,
                name: feed.name.clone(),
                kind: entry.kind.word(),
                open,
                clock,
            });
        }
        Ok(desks)
    }
}

#[cfg(test)]
mod tests {
    use crate::config::tests::{documented, load};
    use crate::reader::clock::Clock;

    const GOOD: &str = r#"
        [device]
        key_file = "device.key"
        [uplink]
        url = "https://theriac.example.org"
        api_key_file = "api.key"
        [spool]
        path = "spool.redb"
    "#;

    #[test]
    fn the_documented_desks_are_sources() {
        let config = load(&format!("{GOOD}{}", documented(include_str!("desk.rs")))).unwrap();
        let desks = config.desks(3, Clock::start()).unwrap();
        let told: Vec<_> = desks
            .iter()
            .map(|it| (it.source, it.name.as_str(), it.kind))
            .collect();
        assert_eq!(
            told,
            [
                (3, "counter-1", "mfrc522"),
                (4, "counter-2", "mfrc522-rfid-rs")
            ]
        );
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        let documented = documented(include_str!("desk.rs"));
        for (from, to, expected) in [
            (
                "kind = \"mfrc522\" ",
                "kind = \"rc522\" ",
                "unknown variant",
            ),
            ("device = \"/dev/spidev0.0\"", "", "device: is needed"),
            (
                "device = \"/dev/spidev0.0\"",
                "path = \"/x\"",
                "unknown field",
            ),
            ("select_line = 25", "", "select_line are needed"),
            (
                "select_line = 25",
                "select_line = 25\nreaders = [\"A\"]",
                "are for pcsc",
            ),
            ("[feed.desk]", "path = \"/x\"\n[feed.desk]", "either"),
            (
                "[feed.desk]",
                "format = \"zebra\"\n[feed.desk]",
                "goes without",
            ),
        ] {
            assert!(documented.contains(from), "{from}");
            let text = format!("{GOOD}{}", documented.replacen(from, to, 1));
            let error = load(&text).expect_err(expected);
            assert!(error.contains(expected), "{error} is not {expected}");
        }
    }

    #[test]
    #[cfg(not(feature = "pcsc"))]
    fn a_kind_this_build_is_without_is_told() {
        let feed = r#"
            [[feed]]
            name = "counter-1"
            read_point = "https://id.gs1.org/414/9521321000018/254/counter-1"
            [feed.desk]
            kind = "pcsc"
        "#;
        let error = load(&format!("{GOOD}{feed}")).unwrap_err();
        assert!(error.contains("--features pcsc"), "{error}");
    }
}
