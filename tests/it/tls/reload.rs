//! Files of TLS that change: a renewed certificate serves the next connection while open ones go
//! on, and one that cannot serve leaves everything as it was. Also what `theriac doctor` sees.
use std::process::Command;

use rustls::version::TLS13;
use serde_json::Value;
use service::tls::Reloaded;
use tests::process::{Running, finish};

use super::authority::{Authority, LIFE, wire};
use super::{House, status};

#[test]
fn a_new_pair_serves_the_next_connection_and_a_broken_one_none() {
    let house = House::new(false);
    let (addr, dir) = (house.server.addr, house.dir.path());
    let tls = house.server.tls.clone().unwrap();
    let connect = || wire(addr, &house.servers, &TLS13).unwrap();
    let mut old = connect();
    assert!(old.ask("GET", "/healthz", "").unwrap().contains(" 200 "));
    assert_eq!(tls.reload().unwrap(), Reloaded::Unchanged);

    let renewed = house.servers.issue("127.0.0.1", LIFE);
    renewed.write(dir, "server");
    tls.refresh();
    assert_eq!(connect().shown(), renewed.der());
    assert_ne!(old.shown(), renewed.der());
    let answer = old.ask("GET", "/healthz", "").unwrap();
    assert!(answer.contains(" 200 "), "the open connection goes on");

    let another = house.servers.issue("127.0.0.1", LIFE);
    let ended = house.servers.issue("127.0.0.1", (2020, 2026));
    let (_, other_key) = another.pems();
    let broken: [(&str, &[u8]); 3] = [
        ("server.key", &other_key),
        ("server.pem", b"-----BEGIN CERTIFICATE-----\nnothing"),
        ("clients.pem", b""),
    ];
    for (file, bytes) in broken {
        let whole = std::fs::read(dir.join(file)).unwrap();
        std::fs::write(dir.join(file), bytes).unwrap();
        tls.reload().unwrap_err();
        assert_eq!(connect().shown(), renewed.der(), "{file}");
        std::fs::write(dir.join(file), whole).unwrap();
    }
    ended.write(dir, "server");
    let error = tls.reload().unwrap_err().to_string();
    assert!(error.contains("valid from"), "{error}");
    assert_eq!(connect().shown(), renewed.der());
    house.server.stop().unwrap();
}

#[test]
fn another_authority_for_clients_is_asked_at_the_next_connection() {
    let house = House::new(true);
    let tls = house.server.tls.clone().unwrap();
    let others = Authority::new("others");
    let own = others.issue("dock-9", LIFE);
    assert_eq!(house.status(Some(&own)), 0);
    std::fs::write(house.dir.path().join("clients.pem"), others.pem()).unwrap();
    assert_eq!(tls.reload().unwrap(), Reloaded::Yes);
    assert_eq!(house.status(Some(&own)), 401);
    let former = house.clients.issue("dock-1", LIFE);
    assert_eq!(status(&house.client(Some(&house.admin), Some(&former))), 0);
    house.server.stop().unwrap();
}

#[test]
fn the_program_reads_its_certificate_again_at_sighup_and_doctor_looks_at_it() {
    let holder = tempfile::tempdir().unwrap();
    let at = |name: &str| holder.path().join(name).to_string_lossy().into_owned();
    let servers = Authority::new("servers");
    servers
        .issue("127.0.0.1", LIFE)
        .write(holder.path(), "server");
    assert_eq!(finish("theriac", &["init", "--data", &at("node")]).code, 0);
    let settings = format!(
        "[tls]\ncertificate = {:?}\nkey = {:?}\nreload_every_s = 0\n",
        at("server.pem"),
        at("server.key")
    );
    std::fs::write(at("node.toml"), settings).unwrap();
    let (data, config) = (at("node"), at("node.toml"));
    let place = [
        "--data",
        &data,
        "--listen",
        "127.0.0.1:0",
        "--config",
        &config,
    ];
    let mut running = Running::start("theriac", &[&["serve"], &place[..]].concat());
    let url = running.wait_for("listening on");
    let addr = url.strip_prefix("https://").unwrap().parse().unwrap();
    let mut open = wire(addr, &servers, &TLS13).unwrap();
    assert!(open.ask("GET", "/healthz", "").unwrap().contains(" 200 "));

    let renewed = servers.issue("127.0.0.1", LIFE);
    renewed.write(holder.path(), "server");
    let id = running.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-HUP", &id])
            .status()
            .unwrap()
            .success()
    );
    let served = || wire(addr, &servers, &TLS13).unwrap().shown();
    while served() != renewed.der() {
        assert!(running.is_running());
        std::thread::yield_now();
    }
    assert!(open.ask("GET", "/healthz", "").unwrap().contains(" 200 "));
    assert!(running.stop().success());

    let look = |subject: &str| -> (String, String) {
        let doctor = [&["doctor", "--format", "json"], &place[..]].concat();
        let answer: Value = serde_json::from_str(&finish("theriac", &doctor).out).unwrap();
        let looks = answer["looks"].as_array().unwrap().clone();
        let found = looks.into_iter().find(|it| it["subject"] == subject);
        let text = |it: &Value, field: &str| it[field].as_str().unwrap().to_owned();
        let found = found.unwrap_or_else(|| panic!("{subject}: {answer}"));
        (text(&found, "health"), text(&found, "seen"))
    };
    let (health, seen) = look("certificate");
    assert!(health == "ok" && seen.contains("2040-01-01"), "{seen}");
    assert_eq!(look("certificate key").0, "failure", "others may read it");
    let key = std::path::PathBuf::from(at("server.key"));
    let owner = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&key, owner).unwrap();
    assert_eq!(look("certificate key").0, "ok");
    let other = servers.issue("127.0.0.1", LIFE).pems().1;
    std::fs::write(key, other).unwrap();
    let (health, seen) = look("certificate");
    assert!(
        health == "failure" && seen.contains("is not that of"),
        "{seen}"
    );
}
