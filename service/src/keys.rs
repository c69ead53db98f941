//! Secrets on disk: one file per key under `keys/`, readable by its owner only, written whole or
//! not at all. The ledger never sees a seed, only `SigningKey`s made from them here.
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tangle::SigningKey;

use crate::world::World;

/// Paths of one node's data directory.
///
/// ```text
/// ledger/    the tangle: log, index, checkpoint
/// keys/      seeds, mode 0600 in a directory of mode 0700
/// node.redb  API keys and remembered answers
/// access/    the access log, chained lines
/// ```
#[derive(Clone, Debug)]
pub struct DataDir(PathBuf);

impl DataDir {
    /// Paths under `root`; nothing is touched.
    pub fn new(root: &Path) -> Self {
        Self(root.to_path_buf())
    }

    /// The directory itself.
    pub fn root(&self) -> &Path {
        &self.0
    }

    /// The tangle's directory.
    pub fn ledger(&self) -> PathBuf {
        self.0.join("ledger")
    }

    /// The directory of seeds.
    pub fn keys(&self) -> PathBuf {
        self.0.join("keys")
    }

    /// The access log.
    pub fn accesses(&self) -> PathBuf {
        self.0.join("access")
    }

    /// The folded state, kept so that opening need not fold it anew.
    pub fn state(&self) -> PathBuf {
        self.0.join("state.snapshot")
    }

    /// The database of API keys.
    pub fn store(&self) -> PathBuf {
        self.0.join("node.redb")
    }
}

/// Which secret. The name is the file's.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Secret {
    /// The network's root: founds organisations.
    Root,
    /// The node's author key: cuts milestones, records what the operator publishes.
    Node,
    /// Signs checkpoints.
    Note,
    /// Key of the hash under which API keys are stored.
    ApiKeyHash,
    /// An organisation's own key: registers its authors. Operator or GLN.
    Organisation(String),
    /// The key with which this node records for a party. GLN.
    Author(String),
}

impl Secret {
    fn file_name(&self) -> String {
        match self {
            Self::Root => "root.seed".to_owned(),
            Self::Node => "node.seed".to_owned(),
            Self::Note => "note.seed".to_owned(),
            Self::ApiKeyHash => "api-key-hash.seed".to_owned(),
            Self::Organisation(id) => format!("organisation-{id}.seed"),
            Self::Author(id) => format!("author-{id}.seed"),
        }
    }
}

/// A key file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// Reading or writing failed.
    #[error("using the key file {file}")]
    Io {
        /// Name below `keys/`.
        file: String,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// It is another key than the one that was used before.
    #[error("the key file {file} is missing or not the one that was used before")]
    Other {
        /// Name below `keys/`.
        file: String,
    },
    /// The file does not hold 64 hex digits.
    #[error("the key file {file} does not hold 64 hex digits")]
    Content {
        /// Name below `keys/`.
        file: String,
    },
}

/// The seeds of one node.
#[derive(Clone, Debug)]
pub struct KeyStore(PathBuf);

impl KeyStore {
    /// The store in `dir`; makes the directory when it is missing.
    pub fn open(data: &DataDir) -> Result<Self, KeyFileError> {
        let dir = data.keys();
        make_private_dir(&dir).map_err(|source| io_error("keys", source))?;
        Ok(Self(dir))
    }

    /// Reads a seed; `None` when it was never made.
    pub fn seed(&self, secret: &Secret) -> Result<Option<[u8; 32]>, KeyFileError> {
        let file = secret.file_name();
        let text = match fs::read_to_string(self.0.join(&file)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io_error(&file, error)),
        };
        let mut seed = [0_u8; 32];
        hex::decode_to_slice(text.trim_end(), &mut seed)
            .map_err(|_| KeyFileError::Content { file })?;
        Ok(Some(seed))
    }

    /// Reads a seed, making it from `world`'s entropy the first time.
    pub fn seed_or_new(&self, secret: &Secret, world: &World) -> Result<[u8; 32], KeyFileError> {
        if let Some(seed) = self.seed(secret)? {
            return Ok(seed);
        }
        let seed = world.entropy();
        let file = secret.file_name();
        write_private(
            &self.0,
            &file,
            format!("{}\n", hex::encode(seed)).as_bytes(),
        )
        .map_err(|source| io_error(&file, source))?;
        Ok(seed)
    }

    /// The key of the hash under which API keys are stored, made the first time. What it is like is
    /// noted beside it, for a key that is merely another one makes every API key unknown.
    ///
    /// # Errors
    /// [`KeyFileError`] for a file that cannot be used or is not the one that was noted.
    pub fn hash_key(&self, world: &World) -> Result<[u8; 32], KeyFileError> {
        let file = Secret::ApiKeyHash.file_name();
        let noted = self.0.join(HASH_KEY_NOTE).exists();
        if noted && !self.is_hash_key_own()? {
            return Err(KeyFileError::Other { file });
        }
        let seed = self.seed_or_new(&Secret::ApiKeyHash, world)?;
        if !noted {
            let note = format!("{}\n", hash_key_note(&seed));
            write_private(&self.0, HASH_KEY_NOTE, note.as_bytes())
                .map_err(|source| io_error(HASH_KEY_NOTE, source))?;
        }
        Ok(seed)
    }

    /// Whether the key of that hash is the one that was noted; one that is missing is not. Nothing
    /// is noted before [`KeyStore::hash_key`].
    ///
    /// # Errors
    /// [`KeyFileError`] for a file that cannot be read.
    pub fn is_hash_key_own(&self) -> Result<bool, KeyFileError> {
        let noted = match fs::read_to_string(self.0.join(HASH_KEY_NOTE)) {
            Ok(noted) => noted,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
            Err(error) => return Err(io_error(HASH_KEY_NOTE, error)),
        };
        let seed = self.seed(&Secret::ApiKeyHash)?;
        Ok(seed.is_some_and(|seed| hash_key_note(&seed) == noted.trim_end()))
    }

    /// The signing key of a secret, made the first time.
    pub fn signing(&self, secret: &Secret, world: &World) -> Result<SigningKey, KeyFileError> {
        self.seed_or_new(secret, world).map(SigningKey::from_seed)
    }

    /// The signing key of a secret that must exist.
    pub fn existing(&self, secret: &Secret) -> Result<SigningKey, KeyFileError> {
        let missing = || io_error(&secret.file_name(), io::ErrorKind::NotFound.into());
        self.seed(secret)?
            .map(SigningKey::from_seed)
            .ok_or_else(missing)
    }
}

/// What the key of the hash is like, not the key.
const HASH_KEY_NOTE: &str = "api-key-hash.note";

fn hash_key_note(seed: &[u8; 32]) -> String {
    hex::encode(blake3::derive_key("theriac API key hash, noted v1", seed))
}

fn io_error(file: &str, source: io::Error) -> KeyFileError {
    KeyFileError::Io {
        file: file.to_owned(),
        source,
    }
}

/// Makes a directory and its parents that only the owner can enter. Their names are durable on
/// return, whoever made them: what is put into a directory without a name is lost with the power.
pub fn make_private_dir(dir: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    let missing = dir.ancestors().take_while(|it| !it.exists()).count();
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)?;
    let made = dir.ancestors().skip(1).take(missing.max(1));
    for parent in made {
        let here = parent.as_os_str().is_empty();
        let parent = if here { Path::new(".") } else { parent };
        fs::File::open(parent)?.sync_all()?;
    }
    Ok(())
}

/// Writes a file for its owner only: under a temporary name, synced, then renamed, then the
/// directory synced, so that a crash leaves the old state or the new one.
pub(crate) fn write_private(dir: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let temporary = dir.join(format!("{name}.new"));
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, dir.join(name))?;
    fs::File::open(dir)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_seed_is_made_once_kept_and_private() {
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::new(dir.path());
        let keys = KeyStore::open(&data).unwrap();
        let world = World::manual(0, 1);
        let author = Secret::Author("9521321000017".to_owned());
        assert!(keys.seed(&author).unwrap().is_none() && keys.existing(&author).is_err());
        let made = keys.seed_or_new(&author, &world).unwrap();
        assert_eq!(keys.seed_or_new(&author, &world).unwrap(), made);
        assert_eq!(
            KeyStore::open(&data).unwrap().seed(&author).unwrap(),
            Some(made)
        );

        let file = data.keys().join("author-9521321000017.seed");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&file), mode(&data.keys())), (0o600, 0o700));
    }

    #[test]
    fn a_damaged_key_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::new(dir.path());
        let keys = KeyStore::open(&data).unwrap();
        fs::write(data.keys().join("node.seed"), "12").unwrap();
        let error = keys.existing(&Secret::Node).unwrap_err();
        assert!(error.to_string().contains("node.seed"), "{error}");
    }
}
