//! TLS of the node's own server: version 1.3 only, certificates of clients where an authority for
//! them is named, and files that are read again when they change. The connection asks this module
//! at each handshake, so that a new pair serves the next connection while open ones go on. A pair
//! that cannot serve is refused with a line in the log, and the old one stays.
//!
//! A client's certificate proves here only that an authority vouched for its key; whose key it is
//! says `node.redb` (`store::certificates`).
pub mod pair;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{
    ClientHello, NoServerSessionStorage, ResolvesServerCert, WebPkiClientVerifier,
};
use rustls::sign::CertifiedKey;
use rustls::time_provider::TimeProvider;
use rustls::{
    DigitallySignedStruct, DistinguishedName, RootCertStore, ServerConfig, SignatureScheme,
};

use crate::config::TlsConfig;
use crate::world::World;
use pair::{PairError, Stamp};

/// What a connection is served with; shared by all of them.
#[derive(Clone, Debug)]
pub struct Tls(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: TlsConfig,
    world: World,
    provider: Arc<CryptoProvider>,
    current: ArcSwap<Current>,
}

/// What the files held when they were read.
#[derive(Debug)]
struct Current {
    pair: Arc<CertifiedKey>,
    clients: Option<Arc<dyn ClientCertVerifier>>,
    ends_ms: i64,
    stamps: Vec<Stamp>,
}

/// What became of a wish to read the files again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reloaded {
    /// They are as they were.
    Unchanged,
    /// The next connection is served with what they hold now.
    Yes,
}

impl Tls {
    /// Reads the files that the settings name; `None` when they name none.
    ///
    /// # Errors
    /// [`PairError`] when one cannot be read or used, or one is named without the other.
    pub fn open(config: &TlsConfig, world: &World) -> Result<Option<Self>, PairError> {
        if config.certificate.is_none() && config.key.is_none() && config.client_ca.is_none() {
            return Ok(None);
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let current = ArcSwap::from_pointee(read(config, world, &provider)?);
        Ok(Some(Self(Arc::new(Inner {
            config: config.clone(),
            world: world.clone(),
            provider,
            current,
        }))))
    }

    /// Reads the files again. After an error everything is as it was.
    ///
    /// # Errors
    /// As [`Tls::open`].
    pub fn reload(&self) -> Result<Reloaded, PairError> {
        let Inner {
            config,
            world,
            provider,
            current,
        } = &*self.0;
        let fresh = read(config, world, provider)?;
        let unchanged = fresh.stamps == current.load().stamps;
        let ends_ms = fresh.ends_ms;
        current.store(Arc::new(fresh));
        if unchanged {
            return Ok(Reloaded::Unchanged);
        }
        tracing::info!(ends = %crate::app::time_text(ends_ms), "a new certificate serves");
        Ok(Reloaded::Yes)
    }

    /// [`Tls::reload`] when a file is another than at the last reading; says in the log what
    /// cannot be used.
    pub fn refresh(&self) {
        let stamps = pair::stamps(&self.0.config);
        if stamps != self.0.current.load().stamps {
            self.reload_or_say();
        }
    }

    /// [`Tls::reload`]; what cannot be used is said in the log.
    pub fn reload_or_say(&self) {
        if let Err(error) = self.reload() {
            tracing::error!(
                error = %crate::chain(&error),
                "the certificate on disk cannot be used; the one in use stays"
            );
        }
    }

    /// How often [`Tls::refresh`] is due; `None` for never.
    pub fn refresh_every(&self) -> Option<Duration> {
        let seconds = self.0.config.reload_every_s;
        (seconds > 0).then(|| Duration::from_secs(seconds))
    }

    /// End of the certificate in use, Unix milliseconds.
    pub fn ends_ms(&self) -> i64 {
        self.0.current.load().ends_ms
    }

    /// For the server. Sessions are not resumed: each connection proves itself anew, against the
    /// authority of the day.
    ///
    /// # Errors
    /// [`PairError::Tls`] when the provider has no suite of TLS 1.3.
    pub fn server_config(&self) -> Result<ServerConfig, PairError> {
        let time = Arc::new(WorldTime(self.0.world.clone()));
        let builder = ServerConfig::builder_with_details(Arc::clone(&self.0.provider), time);
        let builder = builder
            .with_protocol_versions(&[&rustls::version::TLS13])
            .map_err(PairError::Tls)?;
        let mut config = builder
            .with_client_cert_verifier(Arc::new(self.clone()))
            .with_cert_resolver(Arc::new(self.clone()));
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(config)
    }
}

fn read(
    config: &TlsConfig,
    world: &World,
    provider: &Arc<CryptoProvider>,
) -> Result<Current, PairError> {
    // Taken before the contents: a change in between is seen at the next look.
    let stamps = pair::stamps(config);
    let (Some(certificate), Some(key)) = (&config.certificate, &config.key) else {
        return Err(PairError::Incomplete);
    };
    let (pair, ends_ms) = pair::read(certificate, key, provider, world.now_ms())?;
    let clients = match &config.client_ca {
        Some(file) => Some(verifier(file, config.require_client_certificate, provider)?),
        None if config.require_client_certificate => return Err(PairError::NoAuthority),
        None => None,
    };
    Ok(Current {
        pair: Arc::new(pair),
        clients,
        ends_ms,
        stamps,
    })
}

fn verifier(
    file: &Path,
    required: bool,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, PairError> {
    let mut roots = RootCertStore::empty();
    for certificate in pair::certificates(file)? {
        roots.add(certificate).map_err(|source| PairError::Unfit {
            file: file.to_path_buf(),
            source,
        })?;
    }
    let builder =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
    let builder = if required {
        builder
    } else {
        builder.allow_unauthenticated()
    };
    builder
        .build()
        .map_err(|error| PairError::Authority(file.to_path_buf(), error.to_string()))
}

/// The world's clock for handshakes.
#[derive(Debug)]
struct WorldTime(World);

impl TimeProvider for WorldTime {
    fn current_time(&self) -> Option<UnixTime> {
        let ms = self.0.now_unsigned_ms();
        Some(UnixTime::since_unix_epoch(Duration::from_millis(ms)))
    }
}

impl ResolvesServerCert for Tls {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.current.load().pair))
    }
}

impl ClientCertVerifier for Tls {
    fn offer_client_auth(&self) -> bool {
        self.0.current.load().clients.is_some()
    }

    fn client_auth_mandatory(&self) -> bool {
        self.0.config.require_client_certificate
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        // The list may change while a handshake borrows it; a client needs no hint.
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        let current = self.0.current.load();
        let Some(clients) = &current.clients else {
            let refused = rustls::CertificateError::UnknownIssuer;
            return Err(rustls::Error::InvalidCertificate(refused));
        };
        clients.verify_client_cert(end_entity, intermediates, now)
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let refused = rustls::PeerIncompatible::ServerDoesNotSupportTls12Or13;
        Err(rustls::Error::PeerIncompatible(refused))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.0.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}
