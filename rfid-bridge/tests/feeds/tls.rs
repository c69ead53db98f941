//! A broker that speaks TLS and asks for our certificate.

use std::path::Path;

use super::authority::Authority;
use super::common::Service;
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

#[test]
fn a_broker_is_met_over_tls_with_our_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    certificates(path, &["broker", "bridge"]);
    let port = free_port();
    let at = path.display();
    let more = format!(
        "user root\nlistener {port} 127.0.0.1\ncafile {at}/ca.pem\ncertfile {at}/broker.pem\n\
         keyfile {at}/broker.key\nrequire_certificate true"
    );
    let Some((_broker, plain)) = broker(path, &more) else {
        return;
    };
    let service = Service::start();
    let feed = feed(
        "dock-2",
        "format = \"zebra\"\nbroker = \"site\"\ntopic = \"zebra\"",
    );
    subscribe_first(plain, &["zebra"]);
    let read = format!(r#"{{"type":"SIMPLE","data":{{"idHex":"{EPC}"}}}}"#);
    publish(plain, [("zebra".to_owned(), read)].into_iter());
    let ours = "cert_file = \"bridge.pem\"\nkey_file = \"bridge.key\"\n";
    for (files, kept) in [("", 0), (ours, 1)] {
        let broker = on_broker(port) + "ca_file = \"ca.pem\"\n" + files;
        configure(path, &service.url, &(broker + &feed));
        let output = run(path, &["--once", "--first-ms", "1500"])
            .output()
            .unwrap();
        let done = summary(&output);
        assert_eq!(done["letters"]["kept"], kept, "{files}: {done}");
    }
}
