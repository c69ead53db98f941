//! Feeds, brokers and sensors that are taken, and that are not.

use super::*;
use crate::config::tests::{documented, load};

const GOOD: &str = r#"
[device]
key_file = "device.key"
[uplink]
url = "https://theriac.example.org"
api_key_file = "api.key"
[spool]
path = "spool.redb"
[[broker]]
name = "site"
address = "[2001:db8::5]:1883"
client_id = "bridge-dock-1"
[push]
listen = "127.0.0.1:0"
token_file = "push.token"
[[feed]]
name = "dock-2"
read_point = "https://id.gs1.org/414/9521321000018/254/dock-2"
biz_step = "shipping"
format = "impinj"
broker = "site"
topic = "impinj/+/#"
[[feed]]
name = "dock-3"
read_point = "https://id.gs1.org/414/9521321000018/254/dock-3"
format = "zebra"
path = "/dock-3"
[[feed]]
name = "cold-1"
read_point = "https://id.gs1.org/414/9521321000018/254/cold-1"
format = "berlinger"
folder = "loggers"
[[sensor]]
device = "probe"
device_id = "https://id.gs1.org/8004/9521321000018probe7"
calibrated_until = "2027-03-01"
min_c = "-18.5"
"#;

#[test]
fn sources_are_numbered_in_the_order_of_the_file() {
    let config = load(GOOD).unwrap();
    let brokers = config.brokers(4).unwrap();
    assert_eq!(
        (brokers[0].host.as_str(), brokers[0].port),
        ("2001:db8::5", 1883)
    );
    assert_eq!(brokers[0].topics, [("impinj/+/#".to_owned(), 4)]);
    assert_eq!(config.paths(4), BTreeMap::from([("/dock-3".to_owned(), 5)]));
    let folders = config.folders(4);
    assert_eq!(folders[0].0, 6);
    assert!(folders[0].1.is_absolute(), "relative to the file");
    let sensors = config.sensors().unwrap();
    let probe = &sensors["probe"];
    // The last day counts whole.
    assert_eq!(probe.calibrated_until_ms, Some(1_803_945_599_999));
    assert_eq!(probe.limits_milli_c, (Some(-18_500), None));
    let places = config.places().unwrap();
    assert_eq!(places[1].biz_step, gs1::BizStep::Inspecting);
}

#[test]
fn the_examples_in_the_documentation_are_good() {
    let (head, _) = GOOD.split_once("[[broker]]").unwrap();
    let config = load(&format!("{head}{}", documented(include_str!("../feed.rs")))).unwrap();
    assert_eq!((config.feed.len(), config.sensor.len()), (2, 1));
    for source in [
        include_str!("../../payload/generic.rs"),
        include_str!("../../sensor/table.rs"),
    ] {
        let example = documented(source);
        let feed = if example.contains("[feed.table]") {
            "folder = \"x\"\n"
        } else {
            "path = \"/x\"\n"
        };
        let text = format!(
            "{head}[push]\nlisten = \"127.0.0.1:0\"\ntoken_file = \"t\"\n[[feed]]\nname = \"x\"\n\
             read_point = \"https://id.gs1.org/414/9521321000018\"\n{feed}{example}"
        );
        load(&text).unwrap();
    }
}

#[test]
fn what_makes_no_sense_is_named() {
    let rows = [
        ("format = \"impinj\"", "format = \"epson\"", "none we know"),
        ("format = \"impinj\"", "", "one of format"),
        ("broker = \"site\"\n", "", "either broker and topic"),
        ("broker = \"site\"", "broker = \"other\"", "no [[broker]]"),
        ("impinj/+/#", "impinj/#/x", "topic filter"),
        ("\"/dock-3\"", "\"dock-3\"", "begins with /"),
        (
            "path = \"/dock-3\"",
            "path = \"/x\"\nfolder = \"y\"",
            "either",
        ),
        (
            "format = \"berlinger\"",
            "format = \"impinj\"",
            "files of loggers",
        ),
        ("name = \"dock-3\"", "name = \"dock-2\"", "used twice"),
        ("]:1883", "]", "host:port"),
        (
            "client_id = \"bridge-dock-1\"",
            "client_id = \"\"",
            "client_id",
        ),
        ("client_id", "user = \"u\"\nclient_id", "password_file"),
        ("client_id", "cert_file = \"c\"\nclient_id", "key_file"),
        ("2027-03-01", "2027-02-30", "calibrated_until"),
        ("\"-18.5\"", "\"cold\"", "no temperature"),
        ("\"-18.5\"", "\"-18.5\"\nmax_c = \"-18.6\"", "above max_c"),
        ("\"https://id.gs1.org/8004", "\"id", "no URI"),
        (
            "format = \"berlinger\"",
            "format = \"berlinger\"\ndate_order = \"dmy\"",
            "date_order",
        ),
        (
            "format = \"zebra\"",
            "format = \"zebra\"\nroot_key = \"04\"",
            "root_key",
        ),
        (
            "format = \"berlinger\"",
            "format = \"berlinger\"\nroot_key = \"04\"",
            "P-256",
        ),
    ];
    for (from, to, expected) in rows {
        assert!(GOOD.contains(from), "{from}");
        let error = load(&GOOD.replace(from, to)).expect_err(expected);
        assert!(error.contains(expected), "{error} is not {expected}");
    }
    let (without, _) = GOOD.split_once("[push]").unwrap();
    let (_, rest) = GOOD.split_once("push.token\"").unwrap();
    let error = load(&format!("{without}{rest}")).unwrap_err();
    assert!(error.contains("[push] is needed"), "{error}");
}

#[test]
fn a_token_is_long_enough() {
    let folder = tempfile::tempdir().unwrap();
    let token_file = folder.path().join("push.token");
    let push = PushEntry {
        listen: String::new(),
        token_file: token_file.clone(),
    };
    for (text, good) in [
        ("0123456789abcdef\n", true),
        ("short", false),
        ("0123456789 abcdef", false),
    ] {
        std::fs::write(&token_file, text).unwrap();
        assert_eq!(push.token().is_ok(), good, "{text}");
    }
}
