//! `rfid-bridge doctor` before a real broker: what it sees of passwords and certificates, and that
//! it neither takes the bridge's session nor a message of it.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use super::common::{Service, bridge};
use super::tls::{certificates, encrypted};
use super::{
    EPC, broker, configure, feed, free_port, on_broker, publish, run, subscribe_first, summary,
};

/// Health of the broker, and what is said of it.
fn examined(folder: &Path) -> (String, String) {
    let config = folder.join("bridge.toml");
    let run = bridge(&["doctor", "--format", "json", "--config"])
        .arg(config)
        .output()
        .unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&run.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&run.stderr)));
    let looks = answer["looks"].as_array().unwrap();
    let look = looks.iter().find(|look| look["subject"] == "broker site");
    let text = |name: &str| look.expect("the broker")[name].as_str().unwrap().to_owned();
    (
        text("health"),
        format!("{} -> {}", text("seen"), text("remedy")),
    )
}

fn dock() -> String {
    feed(
        "dock-2",
        "format = \"zebra\"\nbroker = \"site\"\ntopic = \"zebra\"",
    )
}

#[test]
fn the_doctor_asks_a_broker_and_leaves_the_bridges_session_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let Some((first, port)) = broker(path, "") else {
        return;
    };
    let service = Service::start();
    configure(path, &service.url, &(on_broker(port) + &dock()));
    subscribe_first(port, &["zebra"]);
    let read = format!(r#"{{"type":"SIMPLE","data":{{"idHex":"{EPC}"}}}}"#);
    publish(port, [("zebra".to_owned(), read)].into_iter());
    for _ in 0..2 {
        let (health, said) = examined(path);
        assert_eq!(health, "ok", "{said}");
        assert!(said.contains("answers"), "{said}");
    }
    // What waited for the bridge waits yet.
    let output = run(path, &["--once", "--first-ms", "5000"])
        .output()
        .unwrap();
    assert_eq!(summary(&output)["letters"]["kept"], 1);
    drop(first);
    let (health, said) = examined(path);
    assert!(
        health == "failure" && said.contains("check address"),
        "{said}"
    );
    // Somebody listens there, and is no broker.
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    let mute = mute.local_addr().unwrap().port();
    configure(path, &service.url, &(on_broker(mute) + &dock()));
    let (health, said) = examined(path);
    assert_eq!(health, "failure", "{said}");
}

#[test]
fn the_doctor_tells_a_wrong_password_from_a_right_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let passwords = path.join("passwords");
    let made = Command::new("mosquitto_passwd")
        .args(["-b", "-c"])
        .arg(&passwords)
        .args(["bridge", "right"])
        .stderr(Stdio::null())
        .status();
    if !made.is_ok_and(|status| status.success()) {
        eprintln!("SKIPPED: mosquitto_passwd is not installed");
        return;
    }
    let port = free_port();
    let more = format!(
        "user root\nlistener {port} 127.0.0.1\n\
         allow_anonymous false\npassword_file {}",
        passwords.display()
    );
    let Some((_broker, _)) = broker(path, &more) else {
        return;
    };
    let login = "user = \"bridge\"\npassword_file = \"broker.password\"\n";
    for (login, password, expected, word) in [
        ("", "", "failure", "refuses the connection"),
        (login, "wrong", "failure", "refuses the connection"),
        (login, "right", "ok", "answers"),
    ] {
        std::fs::write(path.join("broker.password"), password).unwrap();
        let sources = on_broker(port) + login + &dock();
        configure(path, "http://127.0.0.1:9", &sources);
        let (health, said) = examined(path);
        assert_eq!(health, expected, "{password}: {said}");
        assert!(said.contains(word), "{password}: {said}");
        assert!(!said.contains("wrong") && !said.contains("right"), "{said}");
    }
}

#[test]
fn the_doctor_sees_a_brokers_certificate_and_shows_ours() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let other = path.join("other");
    std::fs::create_dir(&other).unwrap();
    certificates(&other, &["bridge"]);
    let Some(broker) = encrypted(path) else {
        return;
    };
    let ours = "cert_file = \"bridge.pem\"\nkey_file = \"bridge.key\"\n";
    let anothers = "cert_file = \"other/bridge.pem\"\nkey_file = \"other/bridge.key\"\n";
    for (authority, certificate, expected) in [
        ("ca.pem", ours, "ok"),
        ("ca.pem", anothers, "failure"),
        ("ca.pem", "", "failure"),
        ("other/ca.pem", ours, "failure"),
    ] {
        let tls = format!("ca_file = \"{authority}\"\n{certificate}");
        let sources = on_broker(broker.port) + &tls + &dock();
        configure(path, "http://127.0.0.1:9", &sources);
        let (health, said) = examined(path);
        assert_eq!(health, expected, "{authority} {certificate}: {said}");
    }
}
