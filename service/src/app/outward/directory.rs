//! Who answers for which products: the directory of the settings, checked once when the node opens,
//! and how each of them is doing.
use std::fmt;
use std::time::Duration;

use gs1::{Gln, Gtin};
use zeroize::{Zeroize as _, Zeroizing};

use super::breaker::{Breaker, Patience};
use crate::app::epcis::webhook::{Address, guarded_agent};
use crate::config::{ResponderConfig, VrsConfig};

/// The most one question may take: a counter has a second, and the answer must still be judged.
const TIMEOUT_MAX: Duration = Duration::from_millis(900);
/// Shortest company prefix, digits (GS1 General Specifications, 1.4.4).
const PREFIX_DIGITS_MIN: usize = 4;
/// Longest, digits.
const PREFIX_DIGITS_MAX: usize = 12;

/// All responders of a node.
#[derive(Debug)]
pub struct Directory {
    responders: Vec<Responder>,
    pub(super) agent: ureq::Agent,
    pub(super) patience: Patience,
    /// For one question.
    pub(super) timeout: Duration,
    /// For all of a batch.
    pub(super) batch_timeout: Duration,
}

/// A responder.
#[derive(Debug)]
pub struct Responder {
    products: Products,
    pub(super) url: String,
    /// GLN of the party that may ask it.
    party: Option<String>,
    /// GLN that must stand in its answers.
    pub(super) gln: Option<String>,
    pub(super) key: Option<Secret>,
    pub(super) breaker: Breaker,
}

/// A key that does not show.
pub(super) struct Secret(pub(super) Zeroizing<String>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

#[derive(Debug)]
enum Products {
    One(Gtin),
    Prefix(String),
}

impl Directory {
    /// Reads the directory of the settings.
    ///
    /// # Errors
    /// In words, with the responder that cannot be used.
    pub fn open(config: &VrsConfig) -> Result<Self, String> {
        let read = |it: &ResponderConfig| {
            Responder::read(it, config.allow_private)
                .map_err(|why| format!("vrs.responders {:?}: {why}", it.url))
        };
        let timeout = Duration::from_millis(config.timeout_ms.max(1)).min(TIMEOUT_MAX);
        Ok(Self {
            responders: config
                .responders
                .iter()
                .map(read)
                .collect::<Result<_, _>>()?,
            agent: guarded_agent(config.allow_private, timeout),
            patience: Patience {
                failures_max: config.failures_max,
                rest: Duration::from_secs(config.rest_s),
            },
            timeout,
            batch_timeout: Duration::from_millis(config.batch_timeout_ms).max(timeout),
        })
    }

    /// Who answers for a product, where this party may ask.
    pub fn responder(&self, gtin: &Gtin, party: &str) -> Option<&Responder> {
        let fits = |it: &&Responder| it.party.as_deref().is_none_or(|only| only == party);
        let all = self.responders.iter().filter(fits);
        let ranked = all.filter_map(|it| Some((it.products.rank(gtin)?, it)));
        // The first of equals, as the settings have them.
        let best = ranked.rev().max_by_key(|(rank, _)| *rank);
        best.map(|(_, it)| it)
    }

    /// All of them.
    pub fn all(&self) -> &[Responder] {
        &self.responders
    }
}

impl Responder {
    fn read(config: &ResponderConfig, private: bool) -> Result<Self, String> {
        Address::parse(&config.url, private).map_err(|why| format!("the address {why}"))?;
        if !private && !config.url.starts_with("https://") {
            return Err("the address is not https".to_owned());
        }
        if config.url.contains(['?', '#']) {
            return Err("the address has a query".to_owned());
        }
        let gln = |gln: &Option<String>| match gln {
            Some(text) => Gln::parse(text)
                .map(|gln| Some(gln.to_string()))
                .map_err(|why| format!("{text:?} is no GLN: {why}")),
            None => Ok(None),
        };
        Ok(Self {
            products: Products::read(config)?,
            url: config.url.trim_end_matches('/').to_owned(),
            party: gln(&config.party)?,
            gln: gln(&config.responder)?,
            key: key(config)?,
            breaker: Breaker::default(),
        })
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// GLN of the only party that may ask it.
    pub fn party(&self) -> Option<&str> {
        self.party.as_deref()
    }

    /// A product for which it answers, or might.
    pub fn some_product(&self) -> Option<Gtin> {
        match &self.products {
            Products::One(gtin) => Some(gtin.clone()),
            Products::Prefix(prefix) => {
                let with = |check: u32| Gtin::parse(&format!("0{prefix:0<12}{check}")).ok();
                (0..10).find_map(with)
            }
        }
    }
}

impl Products {
    fn read(config: &ResponderConfig) -> Result<Self, String> {
        match (&config.gtin, &config.prefix) {
            (Some(gtin), None) => Gtin::parse(gtin)
                .map(Self::One)
                .map_err(|why| format!("{gtin:?} is no GTIN: {why}")),
            (None, Some(prefix)) => {
                let digits = prefix.bytes().all(|byte| byte.is_ascii_digit());
                let length = PREFIX_DIGITS_MIN..=PREFIX_DIGITS_MAX;
                if digits && length.contains(&prefix.len()) {
                    Ok(Self::Prefix(prefix.clone()))
                } else {
                    Err(format!("{prefix:?} is no company prefix of 4 to 12 digits"))
                }
            }
            _ => Err("name either a gtin or a prefix".to_owned()),
        }
    }

    /// How closely it names a product; none where it does not.
    fn rank(&self, gtin: &Gtin) -> Option<usize> {
        match self {
            Self::One(one) => (one == gtin).then_some(PREFIX_DIGITS_MAX + 1),
            Self::Prefix(prefix) => {
                // Behind the indicator digit.
                let text = gtin.to_string();
                let after = text.get(1..).unwrap_or_default();
                after.starts_with(prefix.as_str()).then_some(prefix.len())
            }
        }
    }
}

fn key(config: &ResponderConfig) -> Result<Option<Secret>, String> {
    let Some(path) = &config.key_file else {
        return Ok(None);
    };
    let mut text = std::fs::read_to_string(path)
        .map_err(|error| format!("reading the key {}: {error}", path.display()))?;
    let key = Zeroizing::new(text.trim().to_owned());
    text.zeroize();
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(format!("{} holds no key", path.display()));
    }
    Ok(Some(Secret(key)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(change: impl FnOnce(&mut ResponderConfig)) -> ResponderConfig {
        let mut config = ResponderConfig {
            prefix: Some("9506000".to_owned()),
            url: "https://vrs.example.com/vrs".to_owned(),
            ..ResponderConfig::default()
        };
        change(&mut config);
        config
    }

    fn open(responders: Vec<ResponderConfig>) -> Result<Directory, String> {
        Directory::open(&VrsConfig {
            responders,
            ..VrsConfig::default()
        })
    }

    #[test]
    fn a_product_goes_before_a_longer_prefix_before_a_shorter() {
        let some = |text: &str| Some(text.to_owned());
        let directory = open(vec![
            one(|it| it.prefix = some("9506")),
            one(|it| it.url = "https://longer.example.com".to_owned()),
            one(|it| {
                (it.prefix, it.gtin) = (None, some("09506000134352"));
                it.url = "https://one.example.com".to_owned();
            }),
            one(|it| {
                it.url = "https://own.example.com".to_owned();
                (it.prefix, it.party) = (some("95060001"), some("9506000100036"));
            }),
        ])
        .unwrap();
        let who = |gtin: &str, party: &str| {
            let gtin = Gtin::parse(gtin).unwrap();
            directory.responder(&gtin, party).map(|it| it.url.clone())
        };
        for (gtin, party, url) in [
            ("09506000134352", "", "https://one.example.com"),
            ("09506000134369", "", "https://longer.example.com"),
            ("09506000134369", "9506000100036", "https://own.example.com"),
            ("19506000134366", "", "https://longer.example.com"),
        ] {
            assert_eq!(who(gtin, party).as_deref(), Some(url), "{gtin} {party}");
        }
        assert_eq!(who("00614141999996", ""), None);
        for it in directory.all() {
            assert!(it.some_product().is_some(), "{}", it.url());
        }
    }

    #[test]
    fn what_cannot_be_asked_is_refused_by_name() {
        let some = |text: &str| Some(text.to_owned());
        for (config, words) in [
            (
                one(|it| it.url = "http://vrs.example.com".to_owned()),
                "not https",
            ),
            (
                one(|it| it.url = "https://10.0.0.1/vrs".to_owned()),
                "public internet",
            ),
            (
                one(|it| it.url = "https://localhost/vrs".to_owned()),
                "public internet",
            ),
            (
                one(|it| it.url = "https://a.example/?x=".to_owned()),
                "query",
            ),
            (one(|it| it.prefix = None), "either"),
            (one(|it| it.gtin = some("09506000134352")), "either"),
            (one(|it| it.prefix = some("950")), "company prefix"),
            (one(|it| it.prefix = some("95o6000")), "company prefix"),
            (one(|it| it.party = some("9506000100037")), "no GLN"),
            (one(|it| it.responder = some("1")), "no GLN"),
            (
                one(|it| it.key_file = Some("/nonexistent".into())),
                "the key",
            ),
        ] {
            let error = open(vec![config]).unwrap_err();
            assert!(error.contains(words), "{words}: {error}");
        }
    }

    #[test]
    fn a_key_does_not_show() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        std::fs::write(&path, "thr_abc_very-secret\n").unwrap();
        let directory = open(vec![one(|it| it.key_file = Some(path.clone()))]).unwrap();
        let shown = format!("{directory:?}");
        assert!(!shown.contains("very-secret"), "{shown}");
        std::fs::write(&path, "a b").unwrap();
        assert!(open(vec![one(|it| it.key_file = Some(path.clone()))]).is_err());
    }
}
