//! An authority of the test's own, what it issues, and a bare TLS connection that shows what the
//! other end presents.
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion,
};

/// From the first year's beginning to the second's.
pub(super) type Years = (i32, i32);
pub(super) const LIFE: Years = (2020, 2040);

pub(super) struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate with its key.
pub(super) struct Issued {
    pem: String,
    key: KeyPair,
    name: String,
}

impl Authority {
    pub(super) fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        let issuer = Issuer::new(params, key);
        Self { pem, issuer }
    }

    pub(super) fn pem(&self) -> String {
        self.pem.clone()
    }

    pub(super) fn issue(&self, name: &str, years: Years) -> Issued {
        self.certify(name, KeyPair::generate().unwrap(), years)
    }

    /// Another certificate for the same key.
    pub(super) fn renew(&self, old: &Issued, years: Years) -> Issued {
        let key = KeyPair::from_pem(&old.key.serialize_pem()).unwrap();
        self.certify(&old.name, key, years)
    }

    fn certify(&self, name: &str, key: KeyPair, (from, until): Years) -> Issued {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(from, 1, 1);
        params.not_after = rcgen::date_time_ymd(until, 1, 1);
        params.distinguished_name.push(DnType::CommonName, name);
        let pem = params.signed_by(&key, &self.issuer).unwrap().pem();
        let name = name.to_owned();
        Issued { pem, key, name }
    }
}

impl Issued {
    pub(super) fn pems(&self) -> (Vec<u8>, Vec<u8>) {
        let key = self.key.serialize_pem();
        (self.pem.clone().into_bytes(), key.into_bytes())
    }

    /// Writes `NAME.pem` and `NAME.key`.
    pub(super) fn write(&self, dir: &Path, name: &str) {
        let (pem, key) = self.pems();
        std::fs::write(dir.join(format!("{name}.pem")), pem).unwrap();
        std::fs::write(dir.join(format!("{name}.key")), key).unwrap();
    }

    pub(super) fn der(&self) -> Vec<u8> {
        CertificateDer::from_pem_slice(self.pem.as_bytes())
            .unwrap()
            .to_vec()
    }
}

/// A connection that stays open between requests.
pub(super) struct Wire(StreamOwned<ClientConnection, TcpStream>);

pub(super) fn wire(
    addr: SocketAddr,
    authority: &Authority,
    version: &'static SupportedProtocolVersion,
) -> io::Result<Wire> {
    wire_as(addr, (authority, None), version)
}

/// A connection with a certificate of one's own.
pub(super) fn wire_as(
    addr: SocketAddr,
    (authority, own): (&Authority, Option<&Issued>),
    version: &'static SupportedProtocolVersion,
) -> io::Result<Wire> {
    let mut roots = RootCertStore::empty();
    let root = CertificateDer::from_pem_slice(authority.pem.as_bytes()).unwrap();
    roots.add(root).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots);
    let config = match own {
        None => config.with_no_client_auth(),
        Some(own) => {
            let (pem, key) = own.pems();
            let chain = vec![CertificateDer::from_pem_slice(&pem).unwrap()];
            let key = PrivateKeyDer::from_pem_slice(&key).unwrap();
            config.with_client_auth_cert(chain, key).unwrap()
        }
    };
    let name = ServerName::from(addr.ip());
    let session = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut wire = Wire(StreamOwned::new(session, TcpStream::connect(addr)?));
    while wire.0.conn.is_handshaking() {
        wire.0.conn.complete_io(&mut wire.0.sock)?;
    }
    Ok(wire)
}

impl Wire {
    /// What the other end presented.
    pub(super) fn shown(&self) -> Vec<u8> {
        self.0.conn.peer_certificates().unwrap()[0].to_vec()
    }

    /// Sends a request without a body; returns the head of the answer and what came with it.
    pub(super) fn ask(&mut self, method: &str, path: &str, head: &str) -> io::Result<String> {
        let host = self.0.sock.peer_addr()?;
        write!(
            self.0,
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n{head}\r\n"
        )?;
        self.0.flush()?;
        let mut answer = Vec::new();
        let mut some = [0; 4_096];
        while !answer.windows(4).any(|four| four == b"\r\n\r\n") {
            let count = self.0.read(&mut some)?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            answer.extend_from_slice(&some[..count]);
        }
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }

    /// Reads on until what came holds one of these texts; gives it back.
    pub(super) fn until(&mut self, wanted: [&str; 2]) -> io::Result<String> {
        let mut text = String::new();
        let mut some = [0; 4_096];
        while !wanted.iter().any(|it| text.contains(it)) {
            let count = self.0.read(&mut some)?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            text.push_str(&String::from_utf8_lossy(&some[..count]));
        }
        Ok(text)
    }
}
