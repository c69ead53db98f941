//! TLS to a reader (LLRP over TLS has port 5085 of IANA). Readers carry certificates of their own
//! or of the site's authority, so the anchor is named in the configuration; there is no list of
//! public authorities behind it. A reader may ask the gateway for a certificate, too.

use std::fmt;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// A connection, encrypted or not.
pub trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// Certificates or keys that cannot be used.
#[derive(Debug, Error)]
pub enum TlsError {
    /// Not PEM, or nothing of the kind in it.
    #[error("{0}: no usable PEM item")]
    Pem(&'static str),
    /// Not a host name or address.
    #[error("not a server name: {0}")]
    Name(String),
    /// Refused by the library.
    #[error(transparent)]
    Tls(#[from] rustls::Error),
}

/// How to connect to one reader.
#[derive(Clone)]
pub struct Tls {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

/// A certificate chain with its key, PEM.
#[derive(Debug, Clone, Copy)]
pub struct Identity<'a> {
    /// The certificate, then those that signed it.
    pub chain: &'a [u8],
    /// Its key.
    pub key: &'a [u8],
}

impl Tls {
    /// Trusts the certificates of `anchors` (PEM) and the name `server`, shows `identity` when
    /// asked to.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn new(
        anchors: &[u8],
        server: &str,
        identity: Option<Identity<'_>>,
    ) -> Result<Self, TlsError> {
        let name = ServerName::try_from(server.to_owned())
            .map_err(|_| TlsError::Name(server.to_owned()))?;
        let mut roots = RootCertStore::empty();
        for anchor in certificates(anchors, "trust anchors")? {
            roots.add(anchor)?;
        }
        let builder = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots);
        let config = match identity {
            Some(identity) => {
                let (chain, key) = identity.read()?;
                builder.with_client_auth_cert(chain, key)?
            }
            None => builder.with_no_client_auth(),
        };
        Ok(Self {
            config: Arc::new(config),
            name,
        })
    }

    /// Shakes hands.
    ///
    /// # Errors
    /// What the library says of the other side.
    pub async fn connect(&self, stream: TcpStream) -> std::io::Result<Box<dyn Wire>> {
        let connector = TlsConnector::from(Arc::clone(&self.config));
        let stream = connector.connect(self.name.clone(), stream).await?;
        Ok(Box::new(stream))
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Identity<'_> {
    fn read(&self) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), TlsError> {
        let chain = certificates(self.chain, "certificate")?;
        let key = PrivateKeyDer::from_pem_slice(self.key).map_err(|_| TlsError::Pem("key"))?;
        Ok((chain, key))
    }
}

/// The other side, for the simulated reader: shows `identity`, and asks clients for a certificate
/// of `clients` (PEM) when that is given.
///
/// # Errors
/// [`TlsError`].
pub fn acceptor(identity: Identity<'_>, clients: Option<&[u8]>) -> Result<TlsAcceptor, TlsError> {
    let (chain, key) = identity.read()?;
    let builder =
        ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?;
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(anchors) => {
            let mut roots = RootCertStore::empty();
            for anchor in certificates(anchors, "client anchors")? {
                roots.add(anchor)?;
            }
            let verifier = rustls::server::WebPkiClientVerifier::builder_with_provider(
                Arc::new(roots),
                provider(),
            );
            let verifier = verifier
                .build()
                .map_err(|_| TlsError::Pem("client anchors"))?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    Ok(TlsAcceptor::from(Arc::new(
        builder.with_single_cert(chain, key)?,
    )))
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn certificates(pem: &[u8], what: &'static str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let all = all.map_err(|_| TlsError::Pem(what))?;
    if all.is_empty() {
        return Err(TlsError::Pem(what));
    }
    Ok(all)
}
