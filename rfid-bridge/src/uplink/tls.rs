//! TLS to the service: whom the bridge trusts and which certificate it shows (mTLS). Only TLS 1.3
//! is spoken. The files are looked at before each request and read again when they have changed,
//! so that a renewed certificate needs no restart; files that cannot be used then leave those
//! before them at work, because a renewal that went wrong must not cut a gateway off.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig, TlsProvider};

use crate::config::{ConfigError, read_text};

/// PEM files of the way to the service; none of them is needed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TlsFiles {
    /// Certificates that vouch for the service; the public authorities without.
    pub ca: Option<PathBuf>,
    /// The gateway's certificate (then those that signed it) and its key.
    pub client: Option<(PathBuf, PathBuf)>,
}

/// How the files looked when they were read: inode, length, time of change.
pub(super) type Stamp = Vec<Option<(u64, u64, Option<SystemTime>)>>;

impl TlsFiles {
    fn paths(&self) -> impl Iterator<Item = &Path> {
        let client = self.client.iter().flat_map(|(chain, key)| [chain, key]);
        self.ca.iter().chain(client).map(PathBuf::as_path)
    }

    /// How the files look now.
    pub(super) fn stamp(&self) -> Stamp {
        use std::os::unix::fs::MetadataExt as _;
        let look = |path: &Path| {
            let metadata = std::fs::metadata(path).ok()?;
            Some((metadata.ino(), metadata.len(), metadata.modified().ok()))
        };
        self.paths().map(look).collect()
    }

    /// Reads and checks the files.
    ///
    /// # Errors
    /// [`ConfigError`] that names the file.
    pub(crate) fn load(&self) -> Result<TlsConfig, ConfigError> {
        let provider = Arc::new(provider());
        let mut builder = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(Arc::clone(&provider));
        if let Some(path) = &self.ca {
            let mut roots = RootCertStore::empty();
            let anchors = certificates(path)?;
            for anchor in &anchors {
                roots.add(anchor.clone()).map_err(|why| bad(path, &why))?;
            }
            let anchors = anchors
                .iter()
                .map(|it| Certificate::from_der(it).to_owned());
            builder = builder.root_certs(RootCerts::new_with_certs(&anchors.collect::<Vec<_>>()));
        }
        if let Some((chain_path, key_path)) = &self.client {
            let chain = certificates(chain_path)?;
            let pem = read_text(key_path)?;
            let no_key = || bad(key_path, &"holds no private key in PEM");
            let key = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| no_key())?;
            // Whether the two belong together; the HTTP library would not ask.
            ClientConfig::builder_with_provider(provider)
                .with_protocol_versions(&[&rustls::version::TLS13])
                .map_err(|why| bad(chain_path, &why))?
                .with_root_certificates(RootCertStore::empty())
                .with_client_auth_cert(chain.clone(), key)
                .map_err(|why| {
                    let chain = chain_path.display();
                    bad(
                        key_path,
                        &format!("no key of the certificate in {chain}: {why}"),
                    )
                })?;
            let chain = chain.iter().map(|it| Certificate::from_der(it).to_owned());
            let key = PrivateKey::from_pem(pem.as_bytes()).map_err(|_| no_key())?;
            let client = ClientCert::new_with_certs(&chain.collect::<Vec<_>>(), key);
            builder = builder.client_cert(Some(client));
        }
        Ok(builder.build())
    }
}

/// The library's cryptography without the suites of TLS 1.2, which is then not offered.
fn provider() -> CryptoProvider {
    let mut provider = ring::default_provider();
    provider
        .cipher_suites
        .retain(|suite| suite.tls13().is_some());
    provider
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, ConfigError> {
    let text = read_text(path)?;
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
    let all = all.map_err(|_| bad(path, &"is not PEM"))?;
    if all.is_empty() {
        return Err(bad(path, &"holds no certificate in PEM"));
    }
    Ok(all)
}

fn bad(path: &Path, why: &dyn std::fmt::Display) -> ConfigError {
    ConfigError::Value {
        field: path.display().to_string(),
        why: why.to_string(),
    }
}
