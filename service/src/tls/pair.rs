//! A certificate and its key as files: read, held against each other and against the clock, and
//! what a certificate says of itself: the hash of its public key and its validity. The bytes of a
//! key are overwritten as soon as the signer has been made of them.
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use sha2::{Digest as _, Sha256};
use x509_cert::der::{Decode as _, Encode as _};
use zeroize::{Zeroize as _, Zeroizing};

use crate::config::TlsConfig;

/// Longest certificate or key file that is read, bytes.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Why files cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum PairError {
    /// One setting is there and the other it needs is not.
    #[error("tls.certificate and tls.key go together, and tls.client_ca needs both")]
    Incomplete,
    /// Certificates of clients are required and nobody is named who may issue them.
    #[error("tls.require_client_certificate needs tls.client_ca")]
    NoAuthority,
    /// A file cannot be read.
    #[error("reading {}", .0.display())]
    File(PathBuf, #[source] std::io::Error),
    /// A file holds nothing of the kind.
    #[error("{} holds no {what} in PEM", file.display())]
    Pem {
        /// Which.
        file: PathBuf,
        /// What was looked for.
        what: &'static str,
    },
    /// A certificate or a key that cannot be used.
    #[error("using {}", file.display())]
    Unfit {
        /// Which.
        file: PathBuf,
        /// Why.
        source: rustls::Error,
    },
    /// The key is that of another certificate.
    #[error("the key {} is not that of the certificate", .0.display())]
    Apart(PathBuf),
    /// The clock is outside the certificate's validity.
    #[error("the certificate {} is valid from {from} until {until}", file.display())]
    Time {
        /// Which.
        file: PathBuf,
        /// Its beginning, RFC 3339.
        from: String,
        /// Its end, RFC 3339.
        until: String,
    },
    /// The authority for clients cannot be used.
    #[error("the authority {} cannot be used: {}", .0.display(), .1)]
    Authority(PathBuf, String),
    /// TLS itself cannot be set up.
    #[error("setting up TLS")]
    Tls(#[source] rustls::Error),
}

/// A file at a moment: whether it is the same file with the same content can be told by it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Stamp(Option<(u64, u64, i64, i64)>);

/// The stamps of all files that the settings name.
pub(super) fn stamps(config: &TlsConfig) -> Vec<Stamp> {
    let files = [&config.certificate, &config.key, &config.client_ca];
    let stamp = |file: &PathBuf| {
        let seen = fs::metadata(file).ok();
        Stamp(seen.map(|it| (it.ino(), it.len(), it.mtime(), it.mtime_nsec())))
    };
    files.into_iter().flatten().map(stamp).collect()
}

/// Reads a pair and holds it against itself and the clock; also its end, Unix milliseconds.
pub(super) fn read(
    certificate: &Path,
    key: &Path,
    provider: &Arc<CryptoProvider>,
    now_ms: i64,
) -> Result<(CertifiedKey, i64), PairError> {
    let chain = certificates(certificate)?;
    let first = chain.first().ok_or_else(|| no_certificate(certificate))?;
    let about = Certificate::of(first).ok_or_else(|| no_certificate(certificate))?;
    if !about.is_valid_at(now_ms) {
        return Err(PairError::Time {
            file: certificate.to_path_buf(),
            from: crate::app::time_text(about.begins_ms),
            until: crate::app::time_text(about.ends_ms),
        });
    }
    let unfit = |source| PairError::Unfit {
        file: key.to_path_buf(),
        source,
    };
    let bytes = Zeroizing::new(bytes_of(key)?);
    let mut secret = PrivateKeyDer::from_pem_slice(&bytes).map_err(|_| PairError::Pem {
        file: key.to_path_buf(),
        what: "private key",
    })?;
    let signer = provider.key_provider.load_private_key(secret.clone_key());
    secret.zeroize();
    let pair = CertifiedKey::new(chain, signer.map_err(unfit)?);
    pair.keys_match()
        .map_err(|_| PairError::Apart(key.to_path_buf()))?;
    Ok((pair, about.ends_ms))
}

fn no_certificate(file: &Path) -> PairError {
    PairError::Pem {
        file: file.to_path_buf(),
        what: "certificate",
    }
}

/// The certificates of a PEM file, at least one.
pub(super) fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, PairError> {
    let bytes = bytes_of(file)?;
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    match all {
        Ok(all) if !all.is_empty() => Ok(all),
        _ => Err(no_certificate(file)),
    }
}

fn bytes_of(file: &Path) -> Result<Vec<u8>, PairError> {
    let failed = |error| PairError::File(file.to_path_buf(), error);
    let size = fs::metadata(file).map_err(failed)?.len();
    if size > FILE_BYTES_MAX {
        return Err(failed(std::io::Error::other("too large for a PEM file")));
    }
    fs::read(file).map_err(failed)
}

/// What a certificate says of itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Certificate {
    /// SHA-256 of its `SubjectPublicKeyInfo` in DER (as in RFC 7469, 2.4).
    pub spki: [u8; 32],
    /// When it begins, Unix milliseconds.
    pub begins_ms: i64,
    /// When it ends, Unix milliseconds.
    pub ends_ms: i64,
}

impl Certificate {
    /// Reads DER; `None` for what is no certificate.
    pub fn of(der: &[u8]) -> Option<Self> {
        let read = x509_cert::Certificate::from_der(der).ok()?;
        let tbs = read.tbs_certificate();
        let spki = tbs.subject_public_key_info().to_der().ok()?;
        let ms = |time: x509_cert::time::Time| {
            i64::try_from(time.to_unix_duration().as_millis()).unwrap_or(i64::MAX)
        };
        let validity = tbs.validity();
        Some(Self {
            spki: Sha256::digest(&spki).into(),
            begins_ms: ms(validity.not_before),
            ends_ms: ms(validity.not_after),
        })
    }

    /// Reads the first certificate of a PEM text.
    pub fn of_pem(text: &[u8]) -> Option<Self> {
        let first = CertificateDer::from_pem_slice(text).ok()?;
        Self::of(&first)
    }

    /// Whether a moment lies in its validity, both ends included (RFC 5280, 4.1.2.5).
    pub fn is_valid_at(&self, now_ms: i64) -> bool {
        (self.begins_ms..=self.ends_ms).contains(&now_ms)
    }
}
