//! A gateway from its one-time code to its first recorded blocks, with the real programs: invited
//! with `theriac`, enrolled and run with `rfid-bridge`, through a connection that breaks.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use tests::process::{Finished, Running, finish};
use tests::site::Site;

const PARTY: &str = "9506000100029";

fn invite(site: &Site, label: &str) -> String {
    let party = json!({ "gln": PARTY, "name": "Wholesaler", "role": "wholesaler" });
    let made = site.admin.post("/api/v1/parties", &party);
    assert_eq!(made.status, 201);
    let run = theriac(
        site,
        &["devices", "invite", "--party", PARTY, "--label", label],
    );
    let made: Value = serde_json::from_str(&run.out).expect("JSON");
    made["code"].as_str().expect("a code").to_owned()
}

fn theriac(site: &Site, words: &[&str]) -> Finished {
    let key = site.admin.key().expect("a key");
    let ends = [
        "--server",
        site.admin.base(),
        "--key",
        key,
        "--format",
        "json",
    ];
    let run = finish("theriac", &[words, &ends].concat());
    assert_eq!(run.code, 0, "{words:?}: {}", run.err);
    run
}

fn configure(folder: &Path, reader: &str, url: &str) -> String {
    std::fs::create_dir_all(folder).unwrap();
    let text = format!(
        r#"
        [device]
        key_file = "device.key"
        [[reader]]
        address = "{reader}"
        name = "dock-1"
        read_point = "https://id.gs1.org/414/9506000100029/254/dock-1"
        biz_step = "receiving"
        [uplink]
        url = "{url}"
        api_key_file = "api.key"
        backoff_ms_max = 200
        [spool]
        path = "spool.redb"
        [smoothing]
        idle_ms = 700
        [blocks]
        passage_quiet_ms = 100
        age_ms_max = 200
        "#
    );
    let file = folder.join("bridge.toml");
    std::fs::write(&file, text).unwrap();
    file.to_string_lossy().into_owned()
}

fn enrol(config: &str, url: &str, code: &str) -> Finished {
    let words = ["enrol", "--config", config, "--url", url, "--code", code];
    finish("rfid-bridge", &words)
}

/// A way to the node on which every answer to an enrolment is lost.
fn lossy(node: &str) -> (String, Arc<AtomicUsize>) {
    let node = node.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let lost = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&lost);
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let (node, count) = (node.clone(), Arc::clone(&count));
            std::thread::spawn(move || carry(client, &node, &count));
        }
    });
    (url, lost)
}

/// Carries request and answer in turn until the answer that gets lost.
fn carry(mut client: TcpStream, node: &str, lost: &AtomicUsize) {
    let mut server = TcpStream::connect(node).unwrap();
    loop {
        let Some(request) = message(&mut client) else {
            return;
        };
        server.write_all(&request).unwrap();
        let Some(answer) = message(&mut server) else {
            return;
        };
        if request.starts_with(b"POST /api/v1/devices/enrolment HTTP") {
            lost.fetch_add(1, Ordering::SeqCst);
            client.shutdown(Shutdown::Both).ok();
            return;
        }
        client.write_all(&answer).unwrap();
    }
}

/// One HTTP message with a `Content-Length`.
fn message(from: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        from.read_exact(&mut byte).ok()?;
        bytes.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&bytes).to_lowercase();
    let length = head.split("content-length:").nth(1);
    let length = length.and_then(|it| it.lines().next()?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    from.read_exact(&mut body).ok()?;
    bytes.extend(body);
    Some(bytes)
}

#[test]
fn an_invited_gateway_enrols_and_its_blocks_are_recorded() {
    let site = Site::fresh();
    let code = invite(&site, "dock-1");
    let mut door = Running::start(
        "reader-sim",
        &[
            "--listen",
            "127.0.0.1:0",
            "--tags",
            "20",
            "--dwell-ms",
            "300",
        ],
    );
    let reader = door.wait_for("listening on");
    let folder = site.beside("gateway");
    let config = configure(&folder, &reader, site.admin.base());

    // The answer gets lost, again and again; then the way is good and the same command works.
    let (bad_way, lost) = lossy(site.admin.base());
    let run = enrol(&config, &bad_way, &code);
    assert_eq!(run.code, 5, "{}", run.err);
    assert!(lost.load(Ordering::SeqCst) > 0, "{}", run.err);
    assert!(!folder.join("api.key").exists());
    let device = std::fs::read(folder.join("device.key")).unwrap();
    let run = enrol(&config, site.admin.base(), &code);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("dock-1"), "{}", run.out);
    let api_key = std::fs::read_to_string(folder.join("api.key")).unwrap();
    assert!(!run.out.contains(api_key.trim()), "{}", run.out);
    let mode = std::fs::metadata(folder.join("api.key"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let run = enrol(&config, site.admin.base(), &code.to_lowercase());
    assert_eq!(run.code, 0, "the same again: {}", run.err);
    assert_eq!(
        std::fs::read_to_string(folder.join("api.key")).unwrap(),
        api_key
    );
    assert_eq!(std::fs::read(folder.join("device.key")).unwrap(), device);
    let keys = site.admin.get("/api/v1/keys").json();
    let made = keys["keys"].as_array().unwrap().iter();
    assert_eq!(made.filter(|it| it["label"] == "dock-1").count(), 1);

    let run = finish("rfid-bridge", &["run", "--once", "--config", &config]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    let done: Value = serde_json::from_str(&run.out).unwrap();
    assert!(done["delivered"].as_u64() > Some(0), "{done}");
    assert_eq!(
        (&done["refused"], &done["undelivered"]),
        (&json!(0), &json!(0))
    );
    let events = site.admin.get("/epcis/events?EQ_bizStep=receiving").json();
    let seen = events["epcisBody"]["queryResults"]["resultsBody"]["eventList"].clone();
    let epcs: usize = seen
        .as_array()
        .expect("events")
        .iter()
        .filter_map(|event| Some(event["epcList"].as_array()?.len()))
        .sum();
    assert_eq!(epcs, 20, "{seen:#}");

    others_are_refused(&site, &reader, &code);
}

/// Another gateway with the same code, then with none that is good.
fn others_are_refused(site: &Site, reader: &str, code: &str) {
    let other = configure(&site.beside("other"), reader, site.admin.base());
    let run = enrol(&other, site.admin.base(), code);
    assert_eq!(run.code, 4, "{}", run.err);
    assert!(run.err.contains("another device key"), "{}", run.err);
    assert!(!site.beside("other").join("api.key").exists());
    let run = enrol(&other, site.admin.base(), "0000-0000-0000-0000-0000");
    assert_eq!(run.code, 4, "{}", run.err);
    assert!(run.err.contains("no such code"), "{}", run.err);
    let run = enrol(&other, site.admin.base(), "0000-0000-0000-0000-0001");
    assert!(run.err.contains("mistyped"), "{}", run.err);
    let unused = invite(site, "dock-2");
    theriac(site, &["devices", "revoke", &unused[..3]]);
    let run = enrol(&other, site.admin.base(), &unused);
    assert_eq!(run.code, 4, "{}", run.err);
    assert!(run.err.contains("taken back"), "{}", run.err);
    let listed = theriac(site, &["devices", "invitations"]).out;
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let states: Vec<_> = listed["invitations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["label"].as_str().unwrap(), it["state"].as_str().unwrap()))
        .collect();
    assert_eq!(states, [("dock-2", "revoked"), ("dock-1", "used")]);
}
