//! The uplink against a TLS server that wants to see certificates: who gets through, what is said
//! of files that cannot be used, and a renewal while the bridge runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{ProtocolVersion, RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use super::*;
use authority::Authority;

#[path = "../../../tests/common/authority.rs"]
mod authority;

/// A service that talks to holders of certificates of `clients` and answers 418 to all they ask.
/// Tells of each connection the version that was agreed on, or nothing when it came to nothing.
fn service(
    site: &Authority,
    clients: &Authority,
) -> (String, mpsc::Receiver<Option<ProtocolVersion>>) {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    let pem = CertificateDer::from_pem_slice(clients.pem.as_bytes());
    roots.add(pem.unwrap()).unwrap();
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .unwrap();
    let (chain, key) = site.vouch("localhost");
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(chain.as_bytes()).unwrap()],
            PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap(),
        )
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!(
        "https://localhost:{}",
        listener.local_addr().unwrap().port()
    );
    let (told, heard) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut tls = StreamOwned::new(connection, stream.unwrap());
            let mut asked = [0; 2_048];
            let version = tls
                .read(&mut asked)
                .is_ok_and(|count| count > 0)
                .then(|| tls.conn.protocol_version().unwrap());
            let answer = "HTTP/1.1 418 I am a teapot\r\nContent-Length: 0\r\n\
                          Connection: close\r\n\r\n";
            // Who was not let in hears nothing.
            let _written = tls.write_all(answer.as_bytes());
            tls.conn.send_close_notify();
            let _flushed = tls.flush();
            if told.send(version).is_err() {
                return;
            }
        }
    });
    (url, heard)
}

/// Whether a request got an answer.
fn is_answered(uplink: &Uplink) -> bool {
    let author = SigningKey::from_seed([1; 32]).key_id();
    match uplink.tips(&author) {
        Err(UplinkError::Refused { status: 418, .. }) => true,
        Err(UplinkError::Unreachable { .. }) => false,
        other => panic!("{other:?}"),
    }
}

fn put(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn the_service_sees_our_certificate_and_we_see_its() {
    let folder = tempfile::tempdir().unwrap();
    let (site, gateways) = (Authority::new(), Authority::new());
    let (url, heard) = service(&site, &gateways);
    let ca = put(folder.path(), "ca.pem", &site.pem);
    let other_ca = put(folder.path(), "other-ca.pem", &gateways.pem);
    let identity = |name: &str, (chain, key): &(String, String)| {
        let chain = put(folder.path(), &format!("{name}.pem"), chain);
        (chain, put(folder.path(), &format!("{name}.key"), key))
    };
    let ours = identity("ours", &gateways.vouch("gateway"));
    let strange = identity("strange", &site.vouch("gateway"));
    let rows = [
        (Some(&ca), Some(&ours), true),
        (Some(&ca), Some(&strange), false),
        (Some(&ca), None, false),
        (Some(&other_ca), Some(&ours), false),
        // The public authorities do not vouch for it.
        (None, Some(&ours), false),
    ];
    for (at, (ca, client, wanted)) in rows.into_iter().enumerate() {
        let files = TlsFiles {
            ca: ca.cloned(),
            client: client.cloned(),
        };
        let uplink = Uplink::new(&url, "k", files).unwrap();
        assert_eq!(is_answered(&uplink), wanted, "row {at}");
        let version = heard.recv().unwrap();
        assert_eq!(version.is_some(), wanted, "row {at}");
        assert!(version.is_none_or(|it| it == ProtocolVersion::TLSv1_3));
    }
}

#[test]
fn a_renewed_certificate_is_used_and_a_broken_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let (site, gateways) = (Authority::new(), Authority::new());
    let (url, _heard) = service(&site, &gateways);
    let write = |(chain, key): &(String, String)| {
        let chain = put(folder.path(), "gateway.pem", chain);
        (chain, put(folder.path(), "gateway.key", key))
    };
    // Of another authority first: it is not let in.
    let client = write(&site.vouch("gateway"));
    let files = TlsFiles {
        ca: Some(put(folder.path(), "ca.pem", &site.pem)),
        client: Some(client),
    };
    let uplink = Uplink::new(&url, "k", files).unwrap();
    assert!(!is_answered(&uplink));
    write(&gateways.vouch("gateway-with-a-longer-name"));
    assert!(is_answered(&uplink), "renewed");
    put(folder.path(), "gateway.pem", "half a certifi");
    assert!(is_answered(&uplink), "the one before stays at work");
    write(&site.vouch("gateway"));
    assert!(!is_answered(&uplink), "read again when it is whole");
}

#[test]
fn files_that_cannot_be_used_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let site = Authority::new();
    let (chain, key) = site.vouch("gateway");
    let (_, other_key) = site.vouch("gateway");
    let good = put(folder.path(), "good.pem", &chain);
    let good_key = put(folder.path(), "good.key", &key);
    let other = put(folder.path(), "other.key", &other_key);
    let junk = put(folder.path(), "junk.pem", "junk");
    let absent = folder.path().join("absent.pem");
    let rows = [
        (Some(&absent), None, "absent.pem"),
        (Some(&junk), None, "junk.pem: holds no certificate"),
        (None, Some((&junk, &good_key)), "junk.pem: holds no cert"),
        (None, Some((&good, &junk)), "junk.pem: holds no private key"),
        (None, Some((&good, &absent)), "absent.pem"),
        (None, Some((&good, &other)), "other.key: no key of the cert"),
    ];
    for (ca, client, wanted) in rows {
        let files = TlsFiles {
            ca: ca.cloned(),
            client: client.map(|(chain, key)| (chain.clone(), key.clone())),
        };
        let error = Uplink::new("https://localhost", "k", files).unwrap_err();
        assert!(error.to_string().contains(wanted), "{error}");
    }
}
