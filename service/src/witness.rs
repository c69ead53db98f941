//! A witness: who watches the logs of other nodes and co-signs their checkpoints as long as each
//! continues the one before (C2SP `tlog-witness`). The rules are [`tangle::witness`]'s; here are
//! its key, its list of logs and its memory on disk.
//!
//! ```text
//! witness.toml     name, and the keys of the logs it watches
//! witness.seed     its secret key, 64 hex digits, mode 0600
//! seen/            per log the checkpoint it co-signed last, and evidence against the log
//! ```
use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tangle::witness::{AddCheckpoint, Answer, Evidence, Refused, Witness};
use tangle::{SigningKey, VerifierKey, WitnessFiles};

use crate::keys::{make_private_dir, write_private};
use crate::world::World;

const CONFIG: &str = "witness.toml";
const SEED: &str = "witness.seed";
const SEEN: &str = "seen";

/// Why a witness cannot be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// The directory holds a witness.
    #[error("{0} already holds a witness")]
    Exists(String),
    /// The directory holds none.
    #[error("{0} holds no witness; `theriac witness init` makes one")]
    Missing(String),
    /// Another process has it open.
    #[error("the witness in {0} is running in another process")]
    InUse(String),
    /// A file cannot be read or written.
    #[error("using {file} of the witness")]
    Io {
        /// The file.
        file: String,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// witness.toml is not usable.
    #[error("reading witness.toml: {0}")]
    Config(String),
    /// witness.seed does not hold a key.
    #[error("witness.seed does not hold 64 hex digits")]
    Seed,
    /// A key of a log is not usable.
    #[error("the log {text:?} of the witness: {why}")]
    Log {
        /// What stands there.
        text: String,
        /// What is wrong with it.
        why: String,
    },
    /// The name cannot stand in a signature.
    #[error("the name {0:?} is not usable: it has 1 to 256 letters, no spaces, no +")]
    Name(String),
}

/// What witness.toml says.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WitnessToml {
    name: String,
    #[serde(default)]
    logs: Vec<String>,
}

/// An open witness.
#[derive(Debug)]
pub struct Watch {
    witness: Mutex<Witness<WitnessFiles>>,
    logs: Vec<VerifierKey>,
    key: VerifierKey,
    world: World,
}

/// What a witness knows of a log.
#[derive(Clone, Debug)]
pub struct Watched {
    /// The log's keys.
    pub keys: Vec<VerifierKey>,
    /// The checkpoint that was co-signed last, if there is one.
    pub note: Option<String>,
    /// Evidence against the log.
    pub evidence: Vec<Evidence>,
}

/// Makes a witness in `dir`; the answer is its key. Can be repeated when it was interrupted.
///
/// # Errors
/// [`WitnessError`].
pub fn init(
    dir: &Path,
    name: &str,
    logs: &[String],
    world: &World,
) -> Result<VerifierKey, WitnessError> {
    if dir.join(CONFIG).exists() {
        return Err(WitnessError::Exists(dir.display().to_string()));
    }
    make_private_dir(dir).map_err(|error| io_error(".", error))?;
    let logs: Vec<String> = logs.iter().map(|log| log.trim().to_owned()).collect();
    parse_logs(&logs)?;
    let seed = if let Some(seed) = read_seed(dir)? {
        seed
    } else {
        let seed = world.entropy();
        let text = format!("{}\n", hex::encode(seed));
        write_private(dir, SEED, text.as_bytes()).map_err(|error| io_error(SEED, error))?;
        seed
    };
    let key = VerifierKey::witness(name, SigningKey::from_seed(seed).key_id())
        .map_err(|_| WitnessError::Name(name.to_owned()))?;
    let config = WitnessToml {
        name: name.to_owned(),
        logs,
    };
    let text = toml::to_string(&config).map_err(|error| WitnessError::Config(error.to_string()))?;
    write_private(dir, CONFIG, text.as_bytes()).map_err(|error| io_error(CONFIG, error))?;
    Ok(key)
}

impl Watch {
    /// Opens the witness in `dir`, which no other process may have open, for the logs of
    /// witness.toml and `more` of them.
    ///
    /// # Errors
    /// [`WitnessError`].
    pub fn open(dir: &Path, more: &[String], world: World) -> Result<Self, WitnessError> {
        let missing = || WitnessError::Missing(dir.display().to_string());
        let text = match fs::read_to_string(dir.join(CONFIG)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(missing()),
            read => read.map_err(|error| io_error(CONFIG, error))?,
        };
        let config: WitnessToml = toml::from_str(&text)
            .map_err(|error| WitnessError::Config(error.to_string().trim().to_owned()))?;
        let seed = read_seed(dir)?.ok_or(WitnessError::Seed)?;
        let mut logs = parse_logs(&config.logs)?;
        logs.extend(parse_logs(more)?);
        let store = WitnessFiles::open(&dir.join(SEEN)).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => WitnessError::InUse(dir.display().to_string()),
            _ => io_error(SEEN, error),
        })?;
        let key = SigningKey::from_seed(seed);
        let witness = Witness::new(&config.name, key, logs.clone(), store)
            .map_err(|_| WitnessError::Name(config.name.clone()))?;
        Ok(Self {
            key: witness.verifier_key().clone(),
            witness: Mutex::new(witness),
            logs,
            world,
        })
    }

    /// The key that verifies its cosignatures.
    pub fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// What it knows of each log, by origin.
    ///
    /// # Errors
    /// When its memory cannot be read, or does not carry its own signature.
    pub fn watched(&self) -> io::Result<Vec<(String, Watched)>> {
        let witness = self.lock();
        let watched = witness.origins().map(|origin| {
            let of_log = |key: &&VerifierKey| key.name() == origin;
            let keys: Vec<_> = self.logs.iter().filter(of_log).cloned().collect();
            let hash = tangle::verify::checkpoint::origin_hash(origin);
            let note = witness.checkpoint(&hash)?;
            let evidence = witness.store().evidence(origin, &keys)?;
            let watched = Watched {
                keys,
                note,
                evidence,
            };
            Ok((origin.to_owned(), watched))
        });
        watched.collect()
    }

    /// Answers a request of `add-checkpoint`. What was co-signed, and evidence, is durable.
    pub fn add_checkpoint(&self, body: &[u8]) -> Answer {
        let unreadable = Refused::Request("the body cannot be read");
        let Some(request) = AddCheckpoint::parse(body) else {
            return unreadable.answer();
        };
        let origin = request.note.checkpoint().map(|it| it.origin);
        let origin = origin.unwrap_or_default();
        let answered = self.lock().cosign(&request, self.world.now_unsigned_ms());
        match answered {
            Ok(line) => {
                tracing::info!(%origin, "co-signed a checkpoint");
                Answer {
                    status: 200,
                    content_type: "text/plain; charset=utf-8",
                    body: line,
                }
            }
            Err(refused) => {
                let status = refused.status();
                match &refused {
                    Refused::Inconsistent { proven: true, .. } => {
                        tracing::error!(%origin, %refused, "FORK: the log signed two histories");
                    }
                    Refused::Inconsistent { .. } | Refused::Store(_) => {
                        tracing::error!(%origin, %refused, status, "refused a checkpoint");
                    }
                    _ => tracing::warn!(%origin, %refused, status, "refused a checkpoint"),
                }
                refused.answer()
            }
        }
    }

    /// The checkpoint that monitors are given (`GET /<hash>/checkpoint`).
    ///
    /// # Errors
    /// As [`Watch::watched`].
    pub fn checkpoint(&self, origin_hash: &str) -> io::Result<Option<String>> {
        self.lock().checkpoint(origin_hash)
    }

    fn lock(&self) -> MutexGuard<'_, Witness<WitnessFiles>> {
        self.witness.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn parse_logs(texts: &[String]) -> Result<Vec<VerifierKey>, WitnessError> {
    let parse = |text: &String| {
        let wrong = |why: String| WitnessError::Log {
            text: text.clone(),
            why,
        };
        let key: VerifierKey = text
            .trim()
            .parse()
            .map_err(|error| wrong(format!("{error}")))?;
        if key.is_witness() {
            return Err(wrong("it is the key of a witness, not of a log".to_owned()));
        }
        Ok(key)
    };
    texts.iter().map(parse).collect()
}

fn read_seed(dir: &Path) -> Result<Option<[u8; 32]>, WitnessError> {
    let text = match fs::read_to_string(dir.join(SEED)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        read => read.map_err(|error| io_error(SEED, error))?,
    };
    let mut seed = [0; 32];
    hex::decode_to_slice(text.trim_end(), &mut seed).map_err(|_| WitnessError::Seed)?;
    Ok(Some(seed))
}

fn io_error(file: &str, source: io::Error) -> WitnessError {
    WitnessError::Io {
        file: file.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn log_key() -> String {
        let key = SigningKey::from_seed([3; 32]);
        tangle::verifier_key("log.example", &key)
            .unwrap()
            .to_string()
    }

    #[test]
    fn a_witness_is_made_once_with_a_private_key_and_kept_by_one_process() {
        let dir = tempfile::tempdir().unwrap();
        let world = World::manual(0, 1);
        assert!(matches!(
            Watch::open(dir.path(), &[], world.clone()),
            Err(WitnessError::Missing(_))
        ));
        let made = init(dir.path(), "w.example", &[log_key()], &world).unwrap();
        assert!(made.is_witness());
        let mode = fs::metadata(dir.path().join(SEED))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        let again = init(dir.path(), "w.example", &[], &world);
        assert!(matches!(again, Err(WitnessError::Exists(_))));
        let open = Watch::open(dir.path(), &[], world.clone()).unwrap();
        assert_eq!(open.key(), &made);
        assert_eq!(open.watched().unwrap()[0].0, "log.example");
        let second = Watch::open(dir.path(), &[], world);
        assert!(matches!(second, Err(WitnessError::InUse(_))));
    }

    #[test]
    fn what_is_wrong_with_its_files_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let world = World::manual(0, 1);
        let name = init(dir.path(), "two words", &[], &world).unwrap_err();
        assert!(name.to_string().contains("two words"), "{name}");
        let own = init(dir.path(), "w.example", &["garbled".to_owned()], &world);
        assert!(own.unwrap_err().to_string().contains("garbled"));
        let key = init(dir.path(), "w.example", &[], &world).unwrap();
        let as_log = Watch::open(dir.path(), &[key.to_string()], world.clone()).unwrap_err();
        assert!(as_log.to_string().contains("of a witness"), "{as_log}");
        fs::write(dir.path().join(CONFIG), "nme = \"w\"").unwrap();
        let wrong = Watch::open(dir.path(), &[], world.clone()).unwrap_err();
        assert!(wrong.to_string().contains("nme"), "{wrong}");
        fs::write(dir.path().join(CONFIG), "name = \"w\"").unwrap();
        fs::write(dir.path().join(SEED), "12").unwrap();
        let seed = Watch::open(dir.path(), &[], world).unwrap_err();
        assert!(matches!(seed, WitnessError::Seed));
    }
}
