//! The files under `deploy/` against the real node: settings that it reads, units that systemd
//! accepts, dashboards and alarms that name metrics which exist.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rfid_bridge::config::Config;
use serde_json::Value;
use tests::process::finish;
use tests::site::Site;

fn deploy(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../deploy")
        .join(name)
}

fn read(name: &str) -> String {
    let path = deploy(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every `theriac_...` word, with the bucket it is asked for.
fn metrics_in(text: &str) -> Vec<(String, Option<String>)> {
    let starts = text.match_indices("theriac_").map(|(at, _)| &text[at..]);
    let word = |text: &str| -> String {
        let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        text[..end.unwrap_or(text.len())].to_owned()
    };
    starts
        .map(|rest| {
            let name = word(rest);
            let label = rest[name.len()..].strip_prefix("{le=\"");
            let le = label
                .and_then(|label| label.split('"').next())
                .map(ToOwned::to_owned);
            (name, le)
        })
        .collect()
}

#[test]
fn dashboards_and_alarms_name_metrics_that_exist() {
    let site = Site::fresh();
    // A first answer and a first verdict, so that their families have a row.
    let verify = serde_json::json!({ "scan": "0109506000134352211ABC" });
    drop(site.admin.post("/api/v1/verify", &verify));
    let metrics = site.admin.get("/metrics").text();
    let dashboard: Value = serde_json::from_str(&read("grafana.json")).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    let targets = panels
        .iter()
        .flat_map(|panel| panel["targets"].as_array().expect("targets"));
    let asked: Vec<&str> = targets
        .map(|target| target["expr"].as_str().expect("text"))
        .collect();
    let alerts = read("alerts.yml");
    let named = asked
        .iter()
        .copied()
        .chain([alerts.as_str()])
        .flat_map(metrics_in);
    let mut seen = 0;
    for (name, le) in named {
        let row = match &le {
            Some(le) => format!("\n{name}{{le=\"{le}\"}} "),
            None => format!("\n{name}"),
        };
        assert!(metrics.contains(&row), "{name} {le:?} is not in\n{metrics}");
        seen += 1;
    }
    assert!(seen > 15, "{seen} names");
}

#[test]
fn the_node_reads_the_settings() {
    let config = deploy("theriac.toml").to_string_lossy().into_owned();
    let run = finish(
        "theriac",
        &["doctor", "--config", &config, "--format", "json"],
    );
    let answer: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}", run.err));
    let seen = answer.to_string();
    assert!(seen.contains("/var/lib/theriac"), "{seen}");
}

#[test]
fn the_bridge_reads_its_settings() {
    let (path, text) = (deploy("rfid-bridge.toml"), read("rfid-bridge.toml"));
    let config = Config::of_text(&text, &path).unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!(config.reader.len(), 1);
    assert_eq!(config.come_up_ms(), 20_000);
    // What is commented out is right as well: taken in, it is understood field by field.
    let is_setting = |line: &str| {
        let key = line.split(" = ").next().unwrap_or_default();
        let is_key = |it: &str| it.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        line.starts_with('[') || (line.contains(" = ") && is_key(key))
    };
    let all: String = text
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(rest) if is_setting(rest) => format!("{rest}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    let all = Config::parse(&all).unwrap_or_else(|error| panic!("{error}\n{all}"));
    assert_eq!(
        (all.feed.len(), all.broker.len(), all.door.len()),
        (2, 1, 1)
    );
    assert!(all.expected.is_some() && all.uplink.ca_file.is_some());
    assert!(all.feed.iter().any(|feed| feed.desk.is_some()));
}

#[test]
fn the_unit_of_the_bridge_reloads_and_keeps_what_it_should() {
    let unit = read("rfid-bridge.service");
    for line in [
        "ExecReload=/bin/kill -HUP $MAINPID",
        "ProtectSystem=strict",
        "CapabilityBoundingSet=",
    ] {
        assert!(unit.lines().any(|it| it == line), "{line}");
    }
    let config = Config::parse(&read("rfid-bridge.toml")).expect("settings");
    // Whatever it writes lies where the unit lets it write.
    let state = Path::new("/var/lib/rfid-bridge");
    assert!(config.spool.path.starts_with(state));
    assert!(config.device.key_file.starts_with(state));
    assert!(unit.contains("StateDirectory=rfid-bridge"));
    assert!(unit.contains("--last-good /var/lib/rfid-bridge/"));
}

#[test]
fn systemd_accepts_the_units() {
    for unit in [
        "theriac.service",
        "rfid-bridge.service",
        "theriac-backup.service",
        "theriac-backup.timer",
    ] {
        let run = Command::new("systemd-analyze")
            .arg("verify")
            .arg(deploy(unit))
            .output();
        let Ok(run) = run else {
            eprintln!("SKIPPED: no systemd-analyze on this machine");
            return;
        };
        let said = String::from_utf8_lossy(&run.stderr);
        // The binary is not installed here, and nobody is called theriac.
        let faults = said
            .lines()
            .filter(|line| line.contains(unit) && !line.contains("not executable"));
        assert_eq!(faults.collect::<Vec<_>>(), Vec::<&str>::new(), "{said}");
    }
}
