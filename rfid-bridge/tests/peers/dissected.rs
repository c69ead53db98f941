//! `tshark` on every frame: a conversation of our client with our reader in which everything is
//! said that either can say, and one of each message of the standard. Its dissector (4.0) calls
//! malformed what it reads wrongly itself: `Identification` (218) and `ImpinjSerializedTID`, whose
//! counts it takes for octets where they are of other things, and, of 1.1, `SET_PROTOCOL_VERSION`,
//! whose one octet it does not count as read. Nothing else may be.

use std::path::Path;
use std::process::Command;

use rfid_bridge::llrp::access::MemoryRead;
use rfid_bridge::llrp::frame::Framer;
use rfid_bridge::llrp::impinj::{self, Extensions};
use rfid_bridge::llrp::message::{Body, Message};
use rfid_bridge::llrp::schema;
use rfid_bridge::llrp::session::{Input, Now, Output, Session, SessionConfig};
use rfid_bridge::llrp::settings::ConfigRequest;
use rfid_bridge::sim::door::generated_epcs;
use rfid_bridge::sim::profile::Profile;
use rfid_bridge::sim::reader::{self, SimReader};
use rfid_bridge::sim::scene::Scene;
use rfid_bridge::sim::script::Script;
use rfid_bridge::sim::stage::Stage;
use rfid_bridge::sim::tag::Tag;

use super::pcap::Capture;
use super::sample::{self, Random};

/// Types of message that `tshark` saw, and the numbers of the frames it calls malformed.
fn dissect(capture: Capture) -> Option<(Vec<u16>, Vec<String>)> {
    let found = Command::new("tshark").arg("--version").output();
    if !found.is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: no tshark here; see the head of peers.rs");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("llrp.pcap");
    std::fs::write(&file, capture.into_bytes()).unwrap();
    let types = tshark(&file, &["-Y", "llrp", "-T", "fields", "-e", "llrp.type"]);
    let types = types
        .split([',', '\n'])
        .filter(|word| !word.is_empty())
        .map(|word| word.parse().unwrap())
        .collect();
    let malformed = tshark(
        &file,
        &["-Y", "_ws.malformed", "-T", "fields", "-e", "llrp.type"],
    );
    Some((types, malformed.lines().map(str::to_owned).collect()))
}

fn tshark(file: &Path, arguments: &[&str]) -> String {
    let output = Command::new("tshark")
        .arg("-r")
        .arg(file)
        .args(arguments)
        .output()
        .unwrap();
    let wrong = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{wrong}");
    String::from_utf8(output.stdout).unwrap()
}

/// Types of the messages in a stream.
fn types(bytes: &[u8]) -> Vec<u16> {
    let (mut framer, mut types) = (Framer::new(), Vec::new());
    framer.push(bytes);
    while let Some(frame) = framer.next_frame().unwrap() {
        types.push(frame.kind.0);
    }
    types
}

/// A conversation, each message a segment of its own; also what was said, in order.
fn converse(profile: Profile, version_max: u8) -> (Capture, Vec<u16>) {
    let script = "0 gpi 1 high\n100 pass 1-40 from 1,2 to 3,4 for 1500\n1700 antenna 2 lost\n\
                  1800 overflow\n1900 exception fan failed\n2000 gpi 1 low";
    let stage = Stage::new(Script::parse(script).unwrap(), 100, 4, 1);
    let epcs = generated_epcs(40).unwrap();
    let tags = (1..)
        .zip(epcs)
        .map(|(number, epc)| Tag::new(epc, number))
        .collect();
    let mut reader = SimReader::before(Scene::Stage(stage), tags, 0).with_profile(profile);
    let mut session = Session::new(SessionConfig {
        memory: vec![MemoryRead::tid(6), MemoryRead::user(4)],
        impinj: Some(Extensions {
            tid: true,
            phase: true,
            rssi: true,
            search_mode: Some(2),
        }),
        keepalive_ms: 700,
        version_max,
        ..SessionConfig::default()
    });
    let (mut capture, mut said) = (Capture::new(), Vec::new());
    for mono_ms in 0..4_000 {
        let unix_ms = 1_790_000_000_000 + i64::try_from(mono_ms).unwrap();
        let now = Now { mono_ms, unix_ms };
        session.handle(Input::Wake, now);
        reader.handle(reader::Input::Wake, now);
        if mono_ms == 3_000 {
            session.handle(Input::Stop, now);
        }
        loop {
            let mut quiet = true;
            while let reader::Output::Send(bytes) = reader.poll() {
                quiet = false;
                said.extend(types(&bytes));
                capture.sent(false, &bytes);
                session.handle(Input::Bytes(&bytes), now);
            }
            loop {
                match session.poll(now) {
                    Output::Send(bytes) => {
                        quiet = false;
                        said.extend(types(&bytes));
                        capture.sent(true, &bytes);
                        reader.handle(reader::Input::Bytes(&bytes), now);
                    }
                    Output::Connect => {
                        session.handle(Input::Connected, now);
                        reader.handle(reader::Input::Connected, now);
                        quiet = false;
                    }
                    Output::WakeAt(_) | Output::Stopped => break,
                    _ => {}
                }
            }
            if quiet {
                break;
            }
        }
    }
    (capture, said)
}

#[test]
fn tshark_understands_every_frame_of_a_session() {
    for version in [1, 2] {
        let (capture, said) = converse(Profile::default(), version);
        let kinds = [1, 3, 26, 41, 21, 20, 40, 42, 24, 64, 61, 62, 72, 63, 14, 4];
        for kind in kinds {
            assert!(said.contains(&kind), "message {kind} is not said");
        }
        let Some((seen, malformed)) = dissect(capture) else {
            return;
        };
        assert_eq!(seen, said);
        let wrongly: &[&str] = if version == 1 { &[] } else { &["47"] };
        assert_eq!(malformed, wrongly, "1.{}", version - 1);
    }
}

#[test]
fn tshark_calls_malformed_only_reports_with_impinjs_tid() {
    let profile = Profile {
        manufacturer: impinj::VENDOR,
        ..Profile::default()
    };
    let (capture, said) = converse(profile, 1);
    assert!(said.contains(&1023));
    let Some((_, malformed)) = dissect(capture) else {
        return;
    };
    assert!(malformed.iter().all(|kind| kind == "61"), "{malformed:?}");
}

#[test]
fn tshark_knows_each_message_by_our_writing() {
    let mut random = Random(3);
    let (mut capture, mut said) = (Capture::new(), Vec::new());
    // What its dissector reads wrongly, and BlockRange, which it takes for one octet.
    let mut excused = vec![String::from("47")];
    let mut add = |message: &Message| {
        let told = format!("{:?}", message.body);
        if told.contains("Identification {") || told.contains("C1G2GetBlockPermalockStatus {") {
            excused.push(message.body.kind().0.to_string());
        }
        let bytes = message.encode().unwrap();
        said.extend(types(&bytes));
        capture.sent(true, &bytes);
    };
    for definition in schema::messages() {
        // Custom parameters of strangers, made up, mean nothing to anybody.
        if definition.kind != 1023 {
            add(&sample::message(definition, &mut random));
        }
    }
    let request = ConfigRequest {
        antenna_id: 0,
        requested: 0,
        gpi_port: 0,
        gpo_port: 0,
        custom: Vec::new(),
    };
    add(&Message::new(1, Body::GetReaderConfig(request)));
    let Some((seen, malformed)) = dissect(capture) else {
        return;
    };
    assert_eq!(seen, said);
    assert!(
        malformed.iter().all(|kind| excused.contains(kind)),
        "{malformed:?} {excused:?}"
    );
}
