//! LLRP over TLS between the two halves of this crate: certificates made here, `reader-sim`'s
//! server, the bridge's connection. What must not connect does not.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

#[path = "common/authority.rs"]
mod authority;

use std::time::Duration;

use authority::Authority;
use rfid_bridge::llrp::session::{Lost, Notice, Session, SessionConfig};
use rfid_bridge::reader::clock::Clock;
use rfid_bridge::reader::tcp::{self, Target, What};
use rfid_bridge::reader::tls::{Identity, Tls, acceptor};
use rfid_bridge::sim::door::{Door, DoorConfig, generated_epcs};
use rfid_bridge::sim::reader::SimReader;
use rfid_bridge::sim::server;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};

fn identity(pair: &(String, String)) -> Identity<'_> {
    Identity {
        chain: pair.0.as_bytes(),
        key: pair.1.as_bytes(),
    }
}

/// A reader of 30 tags that shows `pair` and wants to see certificates of `clients`.
async fn reader(pair: &(String, String), clients: Option<&Authority>) -> String {
    let clients = clients.map(|authority| authority.pem.as_bytes());
    let acceptor = acceptor(identity(pair), clients).unwrap();
    let door = Door::new(DoorConfig {
        epcs: generated_epcs(30).unwrap(),
        dwell_ms: 300,
        interval_ms: 50,
        antennas: 4,
        read_percent: 60,
        pause_ms: None,
        seed: 1,
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let sim = SimReader::new(door, 0);
    tokio::spawn(server::serve(listener, Some(acceptor), sim, false));
    address
}

/// What the first news of a connection is: reads, or its loss.
async fn meets(address: String, tls: Option<Tls>) -> bool {
    let target = Target {
        reader: 0,
        address,
        tls,
    };
    let (to, mut from) = mpsc::channel(64);
    let (_stop, stopped) = watch::channel(false);
    let config = SessionConfig {
        response_ms_max: 2_000,
        ..SessionConfig::default()
    };
    tokio::spawn(tcp::run(
        target,
        Session::new(config),
        Clock::start(),
        to,
        stopped,
    ));
    loop {
        let told = tokio::time::timeout(Duration::from_secs(20), from.recv()).await;
        match told.expect("news in time").expect("a session").what {
            What::Reads(_) => return true,
            What::Notice(Notice::Lost(Lost::Closed | Lost::NoAnswer(_) | Lost::Frame(_))) => {
                return false;
            }
            What::Notice(_) => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_are_read_over_tls_from_whom_the_site_vouches_for_only() {
    let (site, stranger) = (Authority::new(), Authority::new());
    let address = reader(&site.vouch("reader.dock.example"), None).await;
    let tls = |anchor: &Authority, name| Tls::new(anchor.pem.as_bytes(), name, None).unwrap();
    let name = "reader.dock.example";
    assert!(meets(address.clone(), Some(tls(&site, name))).await);
    assert!(
        !meets(address.clone(), Some(tls(&stranger, name))).await,
        "another authority"
    );
    assert!(
        !meets(address.clone(), Some(tls(&site, "other.example"))).await,
        "another name"
    );
    assert!(!meets(address, None).await, "no encryption");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_may_ask_for_our_certificate() {
    let (site, gateways) = (Authority::new(), Authority::new());
    let address = reader(&site.vouch("localhost"), Some(&gateways)).await;
    let tls = |identity: Option<Identity<'_>>| {
        Tls::new(site.pem.as_bytes(), "localhost", identity).unwrap()
    };
    let ours = gateways.vouch("gateway.example");
    assert!(meets(address.clone(), Some(tls(Some(identity(&ours))))).await);
    let others = site.vouch("gateway.example");
    assert!(!meets(address.clone(), Some(tls(Some(identity(&others))))).await);
    assert!(!meets(address, Some(tls(None))).await);
}

#[test]
fn what_is_no_certificate_is_told() {
    let fault = |anchors: &str, name, pair: Option<&(String, String)>| {
        let tls = Tls::new(anchors.as_bytes(), name, pair.map(identity));
        tls.unwrap_err().to_string()
    };
    let site = Authority::new();
    assert_eq!(
        fault("", "a.example", None),
        "trust anchors: no usable PEM item"
    );
    assert_eq!(
        fault(&site.pem, "not a name", None),
        "not a server name: not a name"
    );
    let (chain, _) = site.vouch("a.example");
    let pair = (chain, String::from("no key"));
    assert_eq!(
        fault(&site.pem, "a.example", Some(&pair)),
        "key: no usable PEM item"
    );
}
