//! The device key on disk: 64 hex digits of an Ed25519 seed and a newline, readable by its owner
//! alone. A file that others could read is made private and reported, because the device must
//! keep recording; whoever runs it should replace such a key.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use tangle::SigningKey;
use thiserror::Error;

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
/// Longest key file that is read, bytes: the digits and some white space.
const KEY_FILE_BYTES_MAX: u64 = 80;

/// Writes a new key; never over an existing file.
///
/// # Errors
/// [`KeyFileError::File`], also when the file exists.
pub fn create(path: &Path, seed: [u8; 32]) -> Result<SigningKey, KeyFileError> {
    let failed = |source| KeyFileError::File {
        path: path.to_owned(),
        source,
    };
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(PRIVATE)
        .open(path)
        .map_err(failed)?;
    writeln!(file, "{}", hex::encode(seed)).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    Ok(SigningKey::from_seed(seed))
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
    let mut text = String::new();
    file.take(KEY_FILE_BYTES_MAX)
        .read_to_string(&mut text)
        .map_err(failed)?;
    let mut seed = [0; 32];
    hex::decode_to_slice(text.trim(), &mut seed).map_err(|_| KeyFileError::NotAKey {
        path: path.to_owned(),
    })?;
    Ok(Loaded {
        key: SigningKey::from_seed(seed),
        was_exposed,
    })
}

#[cfg(test)]
mod tests;
