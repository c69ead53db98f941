//! TLS of the node from outside: who gets in with which certificate, what is spoken, and files
//! that change while connections are open. The authorities are made by the test.

mod authority;
mod reload;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use serde_json::json;
use service::auth::Role;
use service::client::{Client, ClientError, Trust};
use service::config::TlsConfig;
use service::store::NewApiKey;
use service::{Config, NewParty, Server, World};
use tempfile::TempDir;

use authority::{Authority, Issued, LIFE, wire, wire_as};

const PARTY: &str = "9506000100029";
/// 2026-11-21T08:00:00Z.
const NOW_MS: i64 = 1_795_248_000_000;
const WAIT: Duration = Duration::from_secs(30);

/// A node that speaks TLS, its authority and that of its clients.
struct House {
    dir: TempDir,
    world: World,
    servers: Authority,
    clients: Authority,
    admin: String,
    server: Server,
}

impl House {
    fn new(required: bool) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let world = World::manual(NOW_MS, 7);
        let data = dir.path().join("node");
        let admin = service::init(&data, "example.com/tls", &world)
            .unwrap()
            .admin_key;
        let servers = Authority::new("servers");
        let clients = Authority::new("clients");
        servers.issue("127.0.0.1", LIFE).write(dir.path(), "server");
        std::fs::write(dir.path().join("clients.pem"), clients.pem()).unwrap();
        let mut config = Config::for_testing(&data);
        config.tls = settings(dir.path(), required);
        let server = service::serve(&config, world.clone()).unwrap();
        let party = NewParty {
            gln: PARTY.to_owned(),
            name: "The wholesaler".to_owned(),
            role: Role::Wholesaler,
        };
        server.node.register_party(&party).unwrap();
        Self {
            dir,
            world,
            servers,
            clients,
            admin,
            server,
        }
    }

    /// An API key of a gateway; returns its id.
    fn gateway(&self) -> String {
        self.key_of(Role::Gateway)
    }

    /// An API key of the party; returns its id.
    fn key_of(&self, role: Role) -> String {
        let new = NewApiKey {
            party: Some(PARTY.to_owned()),
            roles: BTreeSet::from([role]),
            label: "dock 1".to_owned(),
            expires_ms: None,
            scope: service::auth::Scope::default(),
        };
        self.server.node.create_api_key(new).unwrap().id
    }

    fn client(&self, key: Option<&str>, own: Option<&Issued>) -> Client {
        let trust = Trust {
            authorities: Some(self.servers.pem().into_bytes()),
            certificate: own.map(Issued::pems),
        };
        let key = key.map(str::to_owned);
        Client::with_trust(&self.server.url(), key, WAIT, &trust).unwrap()
    }

    fn admin(&self) -> Client {
        self.client(Some(&self.admin), None)
    }

    /// Status of `/api/v1/me` with a certificate alone; 0 when there is no connection.
    fn status(&self, own: Option<&Issued>) -> u16 {
        status(&self.client(None, own))
    }
}

fn settings(dir: &Path, required: bool) -> TlsConfig {
    TlsConfig {
        certificate: Some(dir.join("server.pem")),
        key: Some(dir.join("server.key")),
        client_ca: Some(dir.join("clients.pem")),
        require_client_certificate: required,
        reload_every_s: 0,
    }
}

fn status(client: &Client) -> u16 {
    match client.get("/api/v1/me") {
        Ok(_) => 200,
        Err(ClientError::Refused { problem, .. }) => problem.status,
        Err(ClientError::Unreachable { .. }) => 0,
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_bound_certificate_needs_no_key_and_nothing_else_stands_for_one() {
    let house = House::new(false);
    let id = house.gateway();
    let own = house.clients.issue("dock-1", LIFE);
    assert_eq!(house.status(Some(&own)), 401, "nobody bound it yet");
    assert_eq!(house.status(None), 401, "no certificate and no key");

    let path = format!("/api/v1/keys/{id}/certificates");
    let pem = String::from_utf8(own.pems().0).unwrap();
    let bound = house.admin().post(&path, &json!({ "certificate": pem }));
    let bound = bound.unwrap();
    assert_eq!(house.status(Some(&own)), 200);
    let me = house.client(None, Some(&own)).get("/api/v1/me").unwrap();
    assert_eq!(me["roles"], json!(["gateway"]));
    assert_eq!(me["party"]["gln"], PARTY);
    let keys = house.client(None, Some(&own)).get("/api/v1/keys");
    assert!(
        matches!(keys, Err(ClientError::Refused { problem, .. }) if problem.status == 403),
        "a gateway's certificate may what its key may"
    );

    // The same key in a renewed certificate stays bound; another key of the authority is nobody.
    assert_eq!(house.status(Some(&house.clients.renew(&own, LIFE))), 200);
    let stranger = house.clients.issue("dock-1", LIFE);
    assert_eq!(house.status(Some(&stranger)), 401);
    // Who shows the right key in a certificate of another authority does not get a connection.
    let forged = Authority::new("clients").renew(&own, LIFE);
    assert_eq!(house.status(Some(&forged)), 0);
    let ended = house.clients.renew(&own, (2020, 2026));
    assert_eq!(house.status(Some(&ended)), 0, "a certificate of the past");

    // A key that is said comes first, and a wrong one is not forgiven for the certificate.
    let with = |key: &str| status(&house.client(Some(key), Some(&own)));
    assert_eq!(with(&house.admin), 200);
    assert_eq!(with("thr_00000000_nothing"), 401);

    let spki = bound["spki_sha256"].as_str().unwrap();
    let open = house.client(None, Some(&own));
    assert_eq!(status(&open), 200);
    house.admin().delete(&format!("{path}/{spki}")).unwrap();
    assert_eq!(status(&open), 401, "also on a connection that is open");
    let again = house.admin().post(&path, &json!({ "spki_sha256": spki }));
    assert!(matches!(again, Err(ClientError::Refused { problem, .. }) if problem.status == 409));
    house.server.stop().unwrap();
}

#[test]
fn a_binding_its_key_and_its_certificate_end_while_the_connection_is_open() {
    let house = House::new(false);
    let path = |id: &str| format!("/api/v1/keys/{id}/certificates");
    let bind = |own: &Issued, end: Option<&str>| {
        let id = house.gateway();
        let pem = String::from_utf8(own.pems().0).unwrap();
        let body = json!({ "certificate": pem, "expires_at": end });
        house.admin().post(&path(&id), &body).unwrap();
        id
    };
    let own = house.clients.issue("dock-1", LIFE);
    let brief = house.clients.issue("dock-2", LIFE);
    let ending = house.clients.issue("dock-3", (2020, 2027));
    let id = bind(&own, None);
    bind(&brief, Some("2026-11-22T00:00:00Z"));
    bind(&ending, None);
    let open = [&own, &brief, &ending].map(|own| house.client(None, Some(own)));
    assert_eq!(open.each_ref().map(status), [200, 200, 200]);
    house.world.advance(86_400_000);
    assert_eq!(open.each_ref().map(status), [200, 401, 200]);
    house.world.advance(60 * 86_400_000);
    assert_eq!(open.each_ref().map(status), [200, 401, 401]);
    house.server.node.revoke_api_key(&id).unwrap();
    assert_eq!(open.each_ref().map(status), [401, 401, 401]);
    house.server.stop().unwrap();
}

/// Streams of news that certificates opened, one whose binding ends and one that ends itself.
#[test]
fn a_stream_of_news_ends_with_the_certificate_that_opened_it() {
    let house = House::new(false);
    let stream = |own: &Issued, end: Option<&str>| {
        let id = house.key_of(Role::Wholesaler);
        let pem = String::from_utf8(own.pems().0).unwrap();
        let body = json!({ "certificate": pem, "expires_at": end });
        let path = format!("/api/v1/keys/{id}/certificates");
        house.admin().post(&path, &body).unwrap();
        let with = (&house.servers, Some(own));
        let mut wire = wire_as(house.server.addr, with, &rustls::version::TLS13).unwrap();
        let head = wire.ask("GET", "/api/v1/stream", "").unwrap();
        assert!(head.contains(" 200 "), "{head}");
        wire
    };
    let brief = house.clients.issue("till-1", LIFE);
    let ending = house.clients.issue("till-2", (2020, 2027));
    let mut brief = stream(&brief, Some("2026-11-22T00:00:00Z"));
    let mut ending = stream(&ending, None);
    let ends = |wire: &mut authority::Wire| {
        let told = wire.until(["0\r\n\r\n", "\n: \n"]).unwrap();
        assert!(!told.contains("\n: \n"), "it goes on: {told}");
    };
    house.world.advance(86_400_000);
    ends(&mut brief);
    house.world.advance(60 * 86_400_000);
    ends(&mut ending);
    house.server.stop().unwrap();
}

#[test]
fn where_a_certificate_is_required_nobody_gets_a_connection_without() {
    let house = House::new(true);
    assert_eq!(status(&house.admin()), 0, "not even with a key");
    let own = house.clients.issue("dock-1", LIFE);
    assert_eq!(status(&house.client(Some(&house.admin), Some(&own))), 200);
    house.server.stop().unwrap();
}

#[test]
fn only_version_1_3_is_spoken_and_strangers_to_the_authority_are_not_talked_to() {
    let house = House::new(false);
    let addr = house.server.addr;
    let version = |version| wire(addr, &house.servers, version).map(drop);
    version(&rustls::version::TLS13).unwrap();
    let refused = version(&rustls::version::TLS12).unwrap_err().to_string();
    assert!(refused.contains("ProtocolVersion"), "{refused}");
    let plain = Client::new(&format!("http://{addr}"), None, WAIT).unwrap();
    assert!(plain.get("/healthz").is_err(), "no plain HTTP on its port");
    let other = Authority::new("servers");
    assert!(wire(addr, &other, &rustls::version::TLS13).is_err());
    house.server.stop().unwrap();
}

#[test]
fn a_page_of_another_site_cannot_use_a_browsers_certificate() {
    let house = House::new(false);
    let id = house.gateway();
    let own = house.clients.issue("dock-1", LIFE);
    let pem = String::from_utf8(own.pems().0).unwrap();
    let path = format!("/api/v1/keys/{id}/certificates");
    let body = json!({ "certificate": pem });
    house.admin().post(&path, &body).unwrap();
    let ours = house.server.url();
    for (origin, refused) in [
        ("https://evil.example", true),
        ("null", true),
        (&ours, false),
    ] {
        let mut line = wire_as(
            house.server.addr,
            (&house.servers, Some(&own)),
            &rustls::version::TLS13,
        )
        .unwrap();
        let head = format!("Origin: {origin}\r\nContent-Type: application/cbor\r\n");
        let answer = line.ask("POST", "/api/v1/blocks", &head).unwrap();
        assert_eq!(answer.contains(" 403 "), refused, "{origin}: {answer}");
        assert!(!answer.contains(" 401 "), "{answer}");
    }
    house.server.stop().unwrap();
}
