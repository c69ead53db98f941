//! API keys as their holders use them: three ways to send one, an end, and no way back after a
//! revocation.

use std::process::Command;

use serde_json::json;
use tests::process::finish;
use tests::site::Site;

/// The status of a request with curl's own way to send credentials.
fn status(args: &[&str]) -> String {
    let run = Command::new("curl")
        .args(["-s", "-o", "/dev/null", "-w", "%{http_code}"])
        .args(args)
        .output()
        .expect("curl runs");
    String::from_utf8_lossy(&run.stdout).into_owned()
}

#[test]
fn a_key_opens_by_three_headers_until_it_is_revoked() {
    let site = Site::fresh();
    let made = site
        .admin
        .post("/api/v1/keys", &json!({ "roles": ["regulator"] }));
    let made = made.expect(201).json();
    let (id, key) = (made["id"].as_str().unwrap(), made["key"].as_str().unwrap());
    let url = format!("{}/api/v1/me", site.admin.base());
    let bearer = format!("Authorization: Bearer {key}");
    let header = format!("X-API-Key: {key}");
    let basic = format!("epcis-client:{key}");
    let ways = [["-H", &bearer], ["-H", &header], ["-u", &basic]];
    for way in ways {
        assert_eq!(status(&[way[0], way[1], &url]), "200", "{}", way[0]);
    }
    assert_eq!(
        status(&["-u", &format!("{key}:"), &url]),
        "401",
        "not as the user"
    );

    let admin = site.admin.key().expect("a key").to_owned();
    let server = site.admin.base().to_owned();
    let revoke = |id: &str| {
        finish(
            "theriac",
            &["keys", "revoke", id, "--server", &server, "--key", &admin],
        )
    };
    let run = revoke(id);
    assert_eq!(run.code, 0, "{}", run.err);
    for way in ways {
        assert_eq!(status(&[way[0], way[1], &url]), "401", "{}", way[0]);
    }
    assert_eq!(revoke(id).code, 0, "twice is as once");
    assert_eq!(revoke("00000000").code, 3);
    assert_eq!(revoke("../parties").code, 2);
    let own = admin.split('_').nth(1).expect("an id").to_owned();
    let last = revoke(&own);
    assert_ne!(last.code, 0);
    assert!(last.err.contains("last key"), "{}", last.err);
    let listed = site.admin.get("/api/v1/keys").json().to_string();
    assert!(listed.contains("revoked_at"), "{listed}");
}

#[test]
fn a_key_is_made_with_an_end() {
    let site = Site::fresh();
    let admin = site.admin.key().expect("a key").to_owned();
    let server = site.admin.base().to_owned();
    let create = |end: &str| {
        let words = [
            "keys",
            "create",
            "--role",
            "regulator",
            "--expires",
            end,
            "--format",
            "json",
        ];
        finish(
            "theriac",
            &[&words[..], &["--server", &server, "--key", &admin]].concat(),
        )
    };
    let ended = create("2020-01-01T00:00:00Z");
    assert_eq!(ended.code, 0, "{}", ended.err);
    let made: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    let url = format!("{server}/api/v1/me");
    let bearer = format!("Authorization: Bearer {}", made["key"].as_str().unwrap());
    assert_eq!(status(&["-H", &bearer, &url]), "401");
    assert_eq!(create("tomorrow").code, 2);
}

#[test]
fn who_asks_too_often_waits_and_nobody_else_does() {
    let holder = tempfile::tempdir().expect("a temporary folder");
    let config = holder.path().join("limits.toml");
    let toml = "[limits]\nkey_per_s = 1\nkey_burst = 5\nstranger_per_s = 1\nstranger_burst = 3\n";
    std::fs::write(&config, toml).expect("settings");
    let site = Site::fresh_with(&["--config", &config.to_string_lossy()]);
    let made = site
        .admin
        .post("/api/v1/keys", &json!({ "roles": ["regulator"] }));
    let other = made.expect(201).json()["key"]
        .as_str()
        .expect("a key")
        .to_owned();
    let url = format!("{}/api/v1/me", site.admin.base());
    let admin = format!("X-API-Key: {}", site.admin.key().expect("a key"));
    let asked: Vec<String> = (0..12).map(|_| status(&["-H", &admin, &url])).collect();
    assert!(
        asked.iter().any(|it| it == "200") && asked.contains(&"429".to_owned()),
        "{asked:?}"
    );
    assert_eq!(status(&["-H", &format!("X-API-Key: {other}"), &url]), "200");

    let guesses: Vec<String> = (0..12)
        .map(|_| status(&["-H", "X-API-Key: thr_x", &url]))
        .collect();
    assert_eq!(
        guesses.first().map(String::as_str),
        Some("401"),
        "{guesses:?}"
    );
    assert!(guesses.contains(&"429".to_owned()), "{guesses:?}");
    assert_eq!(
        status(&["-H", &format!("X-API-Key: {other}"), &url]),
        "200",
        "a key still opens"
    );
}
