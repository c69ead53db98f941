//! Another configuration for a running bridge. SIGHUP has the file read again; what cannot be used
//! is refused and the bridge goes on as it was, what can be used is tried and taken back when it
//! does not come up (see [`crate::pipeline`]). A configuration that has come up may be kept in a
//! file of its own, for a start after a bad edit.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, watch};

use crate::config::{Config, ConfigError};

/// A configuration as it was read.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// What it says.
    pub config: Config,
    /// The file's text.
    text: String,
    /// Names it: the first 16 hexadecimal digits of the text's BLAKE3 hash.
    pub version: String,
}

impl Loaded {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        Self::copied(path, path)
    }

    /// Reads and checks a copy of the file at `path`: what it names lies where the file lies.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn copied(copy: &Path, path: &Path) -> Result<Self, ConfigError> {
        let text = crate::config::read_text(copy)?;
        Ok(Self {
            config: Config::of_text(&text, path)?,
            version: version(&text),
            text,
        })
    }

    /// What only a new start can change, and differs from `other`; none when a reload will do.
    pub fn needs_restart(&self, other: &Self) -> Option<&'static str> {
        let (ours, theirs) = (&self.config, &other.config);
        let differs = |ours: &dyn std::fmt::Debug, theirs: &dyn std::fmt::Debug| {
            format!("{ours:?}") != format!("{theirs:?}")
        };
        let courier = |config: &Config| {
            let blocks = &config.blocks;
            (
                blocks.events_max,
                blocks.age_ms_max,
                blocks.passage_age_ms_max,
            )
        };
        [
            (differs(&ours.device, &theirs.device), "[device]"),
            (differs(&ours.spool, &theirs.spool), "[spool]"),
            (differs(&ours.uplink, &theirs.uplink), "[uplink]"),
            (differs(&ours.health, &theirs.health), "[health]"),
            (
                courier(ours) != courier(theirs),
                "events_max, age_ms_max and passage_age_ms_max of [blocks]",
            ),
        ]
        .into_iter()
        .find_map(|(differs, what)| differs.then_some(what))
    }

    /// Keeps the text in a file, whole or not at all.
    ///
    /// # Errors
    /// Those of the file system; then an older copy is as it was.
    pub fn keep(&self, path: &Path) -> io::Result<()> {
        let mut unfinished = path.as_os_str().to_owned();
        unfinished.push(".new");
        let mut file = File::create(&unfinished)?;
        file.write_all(self.text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&unfinished, path)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        File::open(Path::new(".").join(folder))?.sync_all()
    }
}

fn version(text: &str) -> String {
    let hash = blake3::hash(text.as_bytes()).to_hex();
    hash.chars().take(16).collect()
}

/// The configuration at work, for logs and the health page.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Active {
    /// Its name, see [`Loaded::version`]; empty before the first one works.
    pub version: String,
    /// Since when it works, ms since the Unix epoch.
    pub since_ms: i64,
    /// It is the copy of an earlier one, because the file could not be used at the start.
    pub is_fallback: bool,
    /// It is being tried: it is taken back unless its sources are heard soon.
    pub is_on_trial: bool,
    /// Reloads that were applied.
    pub reloads: u32,
    /// Why the latest reload was not applied; none when it was.
    pub refused: Option<String>,
}

/// What the file said when it was read again, or why it cannot be used.
pub type Reread = Result<Box<Loaded>, String>;

/// How others steer a running bridge.
#[derive(Debug)]
pub struct Control {
    /// True ends the run.
    pub stop: watch::Receiver<bool>,
    /// Configurations to apply.
    pub reloads: mpsc::Receiver<Reread>,
    /// Where the one at work is told.
    pub active: watch::Sender<Active>,
    /// Where those that came up are kept.
    pub last_good: Option<PathBuf>,
}

/// Reads the file again at each SIGHUP, until nobody listens.
///
/// # Errors
/// The signal cannot be had.
pub fn at_hangup(path: PathBuf) -> io::Result<mpsc::Receiver<Reread>> {
    let mut hangups = signal(SignalKind::hangup())?;
    let (to, reloads) = mpsc::channel(1);
    tokio::spawn(async move {
        while hangups.recv().await.is_some() {
            let path = path.clone();
            let read = tokio::task::spawn_blocking(move || Loaded::read(&path)).await;
            let reread = match read {
                Ok(read) => read.map(Box::new).map_err(|error| crate::causes(&error)),
                Err(error) => Err(error.to_string()),
            };
            if to.send(reread).await.is_err() {
                return;
            }
        }
    });
    Ok(reloads)
}

/// The configuration to start with: the file's, or else the copy of the last good one. True when
/// it is the copy.
///
/// # Errors
/// [`ConfigError`] of the file, when there is no copy that can be used.
pub fn to_start(path: &Path, last_good: Option<&Path>) -> Result<(Loaded, bool), ConfigError> {
    let error = match Loaded::read(path) {
        Ok(loaded) => return Ok((loaded, false)),
        Err(error) => error,
    };
    let copy = last_good.and_then(|copy| Loaded::copied(copy, path).ok());
    let Some(loaded) = copy else {
        return Err(error);
    };
    tracing::error!(
        error = crate::causes(&error),
        config.version = loaded.version,
        "the configuration cannot be used: starting with the last good one"
    );
    Ok((loaded, true))
}

/// Sources that must be heard again after a change, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// Names of those that were heard before it.
    pub wanted: BTreeSet<String>,
    /// Monotonic time, ms.
    pub until: u64,
}

/// What has become of a trial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// All are heard.
    Good,
    /// Time is up, and these are not.
    Bad(Vec<String>),
}

impl Trial {
    /// The verdict at monotonic time `now_ms`, when there is one.
    pub fn verdict(&self, heard: &BTreeSet<String>, now_ms: u64) -> Option<Verdict> {
        let missing: Vec<String> = self.wanted.difference(heard).cloned().collect();
        if missing.is_empty() {
            return Some(Verdict::Good);
        }
        (self.until <= now_ms).then_some(Verdict::Bad(missing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        [device]
        key_file = "device.key"
        [[reader]]
        address = "192.0.2.17:5084"
        name = "dock-1"
        read_point = "https://id.gs1.org/414/9521321000018/254/dock-1"
        biz_step = "receiving"
        [uplink]
        url = "https://theriac.example.org"
        api_key_file = "api.key"
        [spool]
        path = "spool.redb"
    "#;

    #[test]
    fn a_bad_file_falls_back_to_the_last_good_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("etc/bridge.toml");
        let copy = folder.path().join("var/good.toml");
        for file in [&path, &copy] {
            fs::create_dir(file.parent().unwrap()).unwrap();
        }
        fs::write(&path, GOOD).unwrap();
        let (first, is_copy) = to_start(&path, Some(&copy)).unwrap();
        assert!(!is_copy && first.version.len() == 16);
        first.keep(&copy).unwrap();
        fs::write(&path, GOOD.replace("biz_step", "biz_stop")).unwrap();
        let (again, is_copy) = to_start(&path, Some(&copy)).unwrap();
        assert!(is_copy);
        assert_eq!(again.version, first.version);
        // What the copy names lies where the file lies, not where the copy lies.
        assert_eq!(
            again.config.spool.path,
            folder.path().join("etc/spool.redb")
        );
        assert!(to_start(&path, None).is_err());
        fs::write(&copy, "also bad").unwrap();
        assert!(to_start(&path, Some(&copy)).is_err());
    }

    #[test]
    fn what_needs_a_restart_is_named() {
        let read = |text: &str| {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("bridge.toml");
            fs::write(&path, text).unwrap();
            // Paths are those of one folder in both.
            Loaded::copied(&path, Path::new("/etc/bridge.toml")).unwrap()
        };
        let old = read(GOOD);
        for (from, to, what) in [
            ("192.0.2.17", "192.0.2.18", None),
            ("device.key", "other.key", Some("[device]")),
            ("spool.redb", "other.redb", Some("[spool]")),
            ("example.org", "example.com", Some("[uplink]")),
        ] {
            let new = read(&GOOD.replace(from, to));
            assert_ne!(new.version, old.version);
            assert_eq!(new.needs_restart(&old), what, "{from}");
        }
        let new = read(&format!("{GOOD}[blocks]\nage_ms_max = 1"));
        assert!(new.needs_restart(&old).is_some());
    }

    #[test]
    fn a_trial_ends_when_all_are_heard_or_time_is_up() {
        let names = |all: &[&str]| all.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
        let trial = Trial {
            wanted: names(&["a", "b"]),
            until: 100,
        };
        assert_eq!(trial.verdict(&names(&["a"]), 99), None);
        let missing = vec!["b".to_owned()];
        assert_eq!(
            trial.verdict(&names(&["a", "c"]), 100),
            Some(Verdict::Bad(missing))
        );
        assert_eq!(trial.verdict(&names(&["b", "a"]), 100), Some(Verdict::Good));
    }
}
