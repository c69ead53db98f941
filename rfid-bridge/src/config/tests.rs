//! Configurations that are taken and that are not.

use super::*;

const GOOD: &str = r#"
[device]
key_file = "device.key"
label = "dock-1"
[[reader]]
address = "192.0.2.17:5084"
name = "dock-1"
read_point = "urn:epc:id:sgln:9521321.00001.dock-1"
biz_location = "https://id.gs1.org/414/9521321000018"
biz_step = "receiving"
[uplink]
url = "https://theriac.example.org"
api_key_file = "/etc/theriac/api.key"
[spool]
path = "spool.redb"
"#;

/// Reads a configuration as the bridge does: from a file.
pub(super) fn load(text: &str) -> Result<Config, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bridge.toml");
    std::fs::write(&path, text).unwrap();
    Config::load(&path).map_err(|error| {
        let source = std::error::Error::source(&error).map(ToString::to_string);
        format!("{error} {}", source.unwrap_or_default())
    })
}

/// The example in the documentation at the head of a source file.
pub(super) fn documented(source: &str) -> String {
    source
        .lines()
        .skip_while(|line| !line.starts_with("//! ```toml"))
        .skip(1)
        .take_while(|line| !line.starts_with("//! ```"))
        .fold(String::new(), |all, line| {
            all + line.trim_start_matches("//!") + "\n"
        })
}

#[test]
fn defaults_are_those_of_the_parts() {
    let config = load(GOOD).unwrap();
    assert!(config.spool.path.is_absolute(), "relative to the file");
    assert_eq!(
        config.uplink.api_key_file,
        Path::new("/etc/theriac/api.key")
    );
    assert_eq!(config.smoothing().idle_ms, 2_000);
    assert_eq!(config.courier().block_events_max, 1_000);
    assert_eq!(config.batches().quiet_ms, 500);
    assert_eq!(config.reader[0].session().keepalive_ms, 5_000);
    let places = config.places().unwrap();
    assert_eq!(
        places[0].read_point.canonical(),
        "https://id.gs1.org/414/9521321000018/254/dock-1"
    );
    assert_eq!(places[0].biz_step, BizStep::Receiving);
}

#[test]
fn the_example_in_the_documentation_is_good() {
    load(&documented(include_str!("../config.rs"))).unwrap();
}

#[test]
fn what_makes_no_sense_is_named() {
    let (_, from_reader) = GOOD.split_once("[[reader]]").unwrap();
    let (reader, _) = from_reader.split_once("[uplink]").unwrap();
    let twice = format!("{GOOD}[[reader]]{reader}");
    let rows = [
        (GOOD.replace("label", "lable"), "unknown field `lable`"),
        (GOOD.replace("[spool]", "[spol]"), "unknown field `spol`"),
        (
            GOOD.replace("sgln:9521321.00001.dock-1", "sgln:95213.1"),
            "read_point",
        ),
        (
            GOOD.replace("9521321000018", "9521321000019"),
            "biz_location",
        ),
        (GOOD.replace("\"receiving\"", "\"recieving\""), "biz_step"),
        (
            GOOD.replace("https://theriac", "ftp://theriac"),
            "uplink.url",
        ),
        (
            GOOD.replace("[spool]", "[blocks]\nevents_max = 0\n[spool]"),
            "blocks.events_max",
        ),
        (
            GOOD.replace("[spool]", "[blocks]\nevents_max = 1001\n[spool]"),
            "blocks.events_max",
        ),
        (
            GOOD.replace("spool.redb\"", "spool.redb\"\nbytes_max = 16_777_215"),
            "spool.bytes_max",
        ),
        (
            GOOD.replace("[spool]", "client_cert_file = \"gateway.pem\"\n[spool]"),
            "go together",
        ),
        (
            GOOD.replace("https://theriac", "http://theriac")
                .replace("[spool]", "ca_file = \"ca.pem\"\n[spool]"),
            "begins with https://",
        ),
        (
            GOOD.replace("name = \"dock-1\"", ""),
            "missing field `name`",
        ),
        (twice, "used twice"),
        ("[device".to_owned(), "configuration"),
        (String::new(), "missing field"),
    ];
    for (text, expected) in rows {
        let error = load(&text).expect_err(expected);
        assert!(error.contains(expected), "{error}");
    }
    assert!(Config::load(Path::new("/nonexistent/bridge.toml")).is_err());
}

#[test]
fn an_api_key_is_one_word() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("api.key");
    let mut config = load(GOOD).unwrap();
    config.uplink.api_key_file.clone_from(&file);
    for (text, key) in [
        ("thr_1_x\n", Some("thr_1_x")),
        ("", None),
        ("a b", None),
        ("a\nb", None),
    ] {
        std::fs::write(&file, text).unwrap();
        assert_eq!(config.api_key().ok().as_deref(), key, "{text:?}");
    }
}
