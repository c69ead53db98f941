//! The device key on disk, readable by its owner alone: 64 hex digits of an Ed25519 seed and a
//! newline, or the seed sealed by this machine's TPM ([`crate::tpm`]) as a line of JSON. A file
//! that others could read is made private and reported, because the device must keep recording;
//! whoever runs it should replace such a key.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use tangle::SigningKey;
use thiserror::Error;

use crate::tpm::{Sealed, TpmError};

/// A key file cannot be used.
#[derive(Debug, Error)]
pub enum KeyFileError {
    /// It cannot be opened, read, made or protected.
    #[error("device key file {}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The operating system gives no random bytes.
    #[error("drawing a key: {0}")]
    Entropy(getrandom::Error),
    /// The TPM does not seal the key, or give it out.
    #[error("device key file {}", path.display())]
    Tpm {
        /// Which.
        path: PathBuf,
        /// Why.
        source: TpmError,
    },
    /// It does not hold a key.
    #[error("device key file {} does not hold 64 hex digits", path.display())]
    NotAKey {
        /// Which.
        path: PathBuf,
    },
}

/// A loaded key and whether its file had been readable by others.
#[derive(Debug)]
pub struct Loaded {
    /// The key.
    pub key: SigningKey,
    /// Other users could read the file until now.
    pub was_exposed: bool,
}

/// Owner reads and writes, nobody else.
const PRIVATE: u32 = 0o600;
/// Longest key file that is read, bytes: a sealed key; the digits are fewer.
const KEY_FILE_BYTES_MAX: u64 = 8_192;

/// Writes a new key; never over an existing file.
///
/// # Errors
/// [`KeyFileError::File`], also when the file exists.
pub fn create(path: &Path, seed: [u8; 32]) -> Result<SigningKey, KeyFileError> {
    let failed = |source| KeyFileError::File {
        path: path.to_owned(),
        source,
    };
    write_new(path, &hex::encode(seed)).map_err(failed)?;
    Ok(SigningKey::from_seed(seed))
}

/// Writes a new key that only this machine's TPM gives out; never over an existing file.
///
/// # Errors
/// [`KeyFileError`].
pub fn create_sealed(path: &Path, seed: [u8; 32]) -> Result<SigningKey, KeyFileError> {
    let key = SigningKey::from_seed(seed);
    let sealed = Sealed::of(&seed, &key.key_id().to_string()).and_then(|sealed| {
        // What cannot be opened again is found before anybody relies on it.
        if sealed.open()? != seed {
            return Err(TpmError::Damaged);
        }
        serde_json::to_string(&sealed).map_err(|_| TpmError::Damaged)
    });
    let text = sealed.map_err(|source| KeyFileError::Tpm {
        path: path.to_owned(),
        source,
    })?;
    write_new(path, &text).map_err(|source| KeyFileError::File {
        path: path.to_owned(),
        source,
    })?;
    Ok(key)
}

fn write_new(path: &Path, line: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(PRIVATE)
        .open(path)?;
    writeln!(file, "{line}")?;
    file.sync_all()
}

/// Random bytes for a new key.
///
/// # Errors
/// [`KeyFileError::Entropy`].
pub fn fresh_seed() -> Result<[u8; 32], KeyFileError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(KeyFileError::Entropy)?;
    Ok(seed)
}

/// A file for a secret that is not there yet. It is made beside its place, so that a folder in
/// which nothing can be written is found before the secret is asked for, and a crash leaves the
/// file as it was.
#[derive(Debug)]
pub struct Secret {
    file: File,
    beside: PathBuf,
    path: PathBuf,
}

impl Secret {
    /// Makes room for it.
    ///
    /// # Errors
    /// [`KeyFileError::File`].
    pub fn begin(path: &Path) -> Result<Self, KeyFileError> {
        let mut beside = path.as_os_str().to_owned();
        beside.push(".new");
        let beside = PathBuf::from(beside);
        let failed = |source| KeyFileError::File {
            path: beside.clone(),
            source,
        };
        // One that an interrupted run left.
        match std::fs::remove_file(&beside) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(failed(error));
            }
            _ => {}
        }
        let mut options = OpenOptions::new();
        let file = options
            .write(true)
            .create_new(true)
            .mode(PRIVATE)
            .open(&beside);
        Ok(Self {
            file: file.map_err(failed)?,
            beside,
            path: path.to_owned(),
        })
    }

    /// Writes it as one line, readable by its owner alone, in place of what was there.
    ///
    /// # Errors
    /// [`KeyFileError::File`].
    pub fn keep(mut self, secret: &str) -> Result<(), KeyFileError> {
        let failed = |source| KeyFileError::File {
            path: self.path.clone(),
            source,
        };
        let folder = self.path.parent().filter(|it| !it.as_os_str().is_empty());
        writeln!(self.file, "{secret}")
            .and_then(|()| self.file.sync_all())
            .and_then(|()| std::fs::rename(&self.beside, &self.path))
            .and_then(|()| File::open(folder.unwrap_or(Path::new(".")))?.sync_all())
            .map_err(failed)
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        // Gone already when the secret was kept.
        let _gone = std::fs::remove_file(&self.beside);
    }
}

/// What a key file looks like from outside.
#[derive(Debug)]
pub struct Seen {
    /// The key's public half.
    pub id: tangle::KeyId,
    /// Other users can read it.
    pub is_exposed: bool,
    /// This machine's TPM has sealed it.
    pub is_sealed: bool,
}

/// Looks at a key file and leaves it as it is.
///
/// # Errors
/// [`KeyFileError`].
pub fn look(path: &Path) -> Result<Seen, KeyFileError> {
    let failed = |source| KeyFileError::File {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(failed)?;
    let mode = file.metadata().map_err(failed)?.permissions().mode();
    let (id, is_sealed) = match read(file, path)? {
        Content::Seed(seed) => (SigningKey::from_seed(seed).key_id(), false),
        Content::Sealed(sealed) => {
            let id = sealed.key.parse().map_err(|_| KeyFileError::NotAKey {
                path: path.to_owned(),
            })?;
            (id, true)
        }
    };
    Ok(Seen {
        id,
        is_exposed: mode & 0o077 != 0,
        is_sealed,
    })
}

/// Reads a key.
///
/// # Errors
/// [`KeyFileError`].
pub fn load(path: &Path) -> Result<Loaded, KeyFileError> {
    let failed = |source| KeyFileError::File {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(failed)?;
    let mode = file.metadata().map_err(failed)?.permissions().mode();
    let was_exposed = mode & 0o077 != 0;
    if was_exposed {
        let private = std::fs::Permissions::from_mode(PRIVATE);
        file.set_permissions(private).map_err(failed)?;
    }
    let key = match read(file, path)? {
        Content::Seed(seed) => SigningKey::from_seed(seed),
        Content::Sealed(sealed) => {
            let seed = sealed.open().map_err(|source| KeyFileError::Tpm {
                path: path.to_owned(),
                source,
            })?;
            SigningKey::from_seed(seed)
        }
    };
    Ok(Loaded { key, was_exposed })
}

/// What a key file holds.
enum Content {
    Seed([u8; 32]),
    Sealed(Sealed),
}

fn read(file: File, path: &Path) -> Result<Content, KeyFileError> {
    let mut text = String::new();
    file.take(KEY_FILE_BYTES_MAX)
        .read_to_string(&mut text)
        .map_err(|source| KeyFileError::File {
            path: path.to_owned(),
            source,
        })?;
    if let Ok(sealed) = serde_json::from_str(&text) {
        return Ok(Content::Sealed(sealed));
    }
    let mut seed = [0; 32];
    hex::decode_to_slice(text.trim(), &mut seed).map_err(|_| KeyFileError::NotAKey {
        path: path.to_owned(),
    })?;
    Ok(Content::Seed(seed))
}

#[cfg(test)]
mod tests;
