//! A broker that speaks TLS and asks for our certificate.

use std::path::Path;

use super::authority::Authority;
use super::common::{Process, Service};
use super::{
    EPC, broker, configure, feed, free_port, on_broker, publish, run, subscribe_first, summary,
};

/// An authority's certificate, and certificates with keys that it vouches for: PEM files.
pub(super) fn certificates(folder: &Path, names: &[&str]) {
    let authority = Authority::new();
    std::fs::write(folder.join("ca.pem"), &authority.pem).unwrap();
    for name in names {
        let (certificate, key) = authority.vouch("127.0.0.1");
        std::fs::write(folder.join(format!("{name}.pem")), certificate).unwrap();
        std::fs::write(folder.join(format!("{name}.key")), key).unwrap();
    }
}

/// A broker that is found without TLS at one port, and at another with it and a certificate of
/// `ca.pem` (`bridge.pem` is one).
pub(super) struct Encrypted {
    _running: Process,
    pub(super) plain: u16,
    pub(super) port: u16,
}

/// Starts it; `None` without a broker on this machine.
pub(super) fn encrypted(folder: &Path) -> Option<Encrypted> {
    certificates(folder, &["broker", "bridge"]);
    let port = free_port();
    let at = folder.display();
    let more = format!(
        "user root\nlistener {port} 127.0.0.1\ncafile {at}/ca.pem\ncertfile {at}/broker.pem\n\
         keyfile {at}/broker.key\nrequire_certificate true"
    );
    let (running, plain) = broker(folder, &more)?;
    Some(Encrypted {
        _running: running,
        plain,
        port,
    })
}

#[test]
fn a_broker_is_met_over_tls_with_our_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let Some(site) = encrypted(path) else {
        return;
    };
    let service = Service::start();
    let feed = feed(
        "dock-2",
        "format = \"zebra\"\nbroker = \"site\"\ntopic = \"zebra\"",
    );
    subscribe_first(site.plain, &["zebra"]);
    let read = format!(r#"{{"type":"SIMPLE","data":{{"idHex":"{EPC}"}}}}"#);
    publish(site.plain, [("zebra".to_owned(), read)].into_iter());
    let ours = "cert_file = \"bridge.pem\"\nkey_file = \"bridge.key\"\n";
    for (files, kept) in [("", 0), (ours, 1)] {
        let broker = on_broker(site.port) + "ca_file = \"ca.pem\"\n" + files;
        configure(path, &service.url, &(broker + &feed));
        let output = run(path, &["--once", "--first-ms", "1500"])
            .output()
            .unwrap();
        let done = summary(&output);
        assert_eq!(done["letters"]["kept"], kept, "{files}: {done}");
    }
}
