//! Recorded and generated messages of independent implementations, and properties over all bytes.
//! The recordings live outside the repository (see `theriac_fixtures`); without them the test
//! says so and the properties still run.

use std::collections::BTreeMap;
use std::path::PathBuf;

use proptest::prelude::*;

use super::frame::{Frame, FrameError, Framer, MESSAGE_BYTES_MAX};
use super::message::{Body, DecodeError, Message, MessageType};
use super::parameter::{EpcBits, Parameter, Tlv, Tv};
use super::rospec::RoSpec;
use super::tag::TagReport;

/// Where the shared recordings are: `THERIAC_FIXTURES`, or `../shared/fixtures` beside the
/// workspace.
fn theriac_fixtures() -> PathBuf {
    std::env::var_os("THERIAC_FIXTURES").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures"),
        PathBuf::from,
    )
}

fn frame(bytes: &[u8]) -> Frame {
    let mut framer = Framer::new();
    framer.push(bytes);
    framer.next_frame().unwrap().expect("a whole message")
}

/// Name of the file, rows, round-tripped byte for byte, unsupported.
fn recording(name: &str, rows: usize, same: usize, unsupported: usize) {
    let path = theriac_fixtures().join("rfid").join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("SKIPPED: {} is absent", path.display());
        return;
    };
    let mut seen = (0, 0, 0);
    let mut unknown: BTreeMap<String, usize> = BTreeMap::new();
    for line in text.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let bytes = hex::decode(row["hex"].as_str().unwrap()).unwrap();
        seen.0 += 1;
        match Message::decode(&frame(&bytes)) {
            Ok(message) => {
                let again = message.encode().unwrap();
                assert_eq!(hex::encode(&bytes), hex::encode(&again), "{row}");
                seen.1 += 1;
            }
            Err(DecodeError::Unsupported(kind)) => {
                *unknown.entry(kind.to_string()).or_default() += 1;
                seen.2 += 1;
            }
            Err(error) => panic!("{error}: {row}"),
        }
    }
    println!("{name}: {seen:?} rows, identical, unsupported; {unknown:?}");
    assert_eq!(seen, (rows, same, unsupported));
}

#[test]
fn captured_messages_round_trip() {
    recording("llrp_captures.jsonl", 29, 29, 0);
}

#[test]
fn generated_messages_round_trip() {
    recording("llrp_generated_llrpjs.jsonl", 400, 400, 0);
}

#[test]
fn impinj_messages_round_trip() {
    recording("llrp_impinj_pyllrp.jsonl", 41, 41, 0);
}

#[test]
fn tag_reports_say_what_independent_decoders_read() {
    let path = theriac_fixtures().join("rfid/llrp_generated_llrpjs.jsonl");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("SKIPPED: {} is absent", path.display());
        return;
    };
    let mut tags_checked = 0;
    for line in text.lines().filter(|line| line.contains("TagReportData")) {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let bytes = hex::decode(row["hex"].as_str().unwrap()).unwrap();
        let Body::RoAccessReport { tags, .. } = Message::decode(&frame(&bytes)).unwrap().body
        else {
            panic!("not a report: {row}")
        };
        let expected = &row["json"]["data"]["TagReportData"];
        let expected = expected
            .as_array()
            .cloned()
            .unwrap_or_else(|| vec![expected.clone()]);
        assert_eq!(tags.len(), expected.len());
        for (tag, expected) in tags.iter().zip(&expected) {
            let epc = tag.epc().expect("an epc");
            let told = expected["EPC_96"]["EPC"]
                .as_str()
                .or(expected["EPCData"]["EPC"].as_str());
            assert_eq!(hex::encode_upper(&epc.bytes), told.expect("an epc"));
            assert_eq!(
                tag.antenna().map(u64::from),
                expected["AntennaID"]["AntennaID"].as_u64()
            );
            assert_eq!(
                tag.peak_rssi().map(i64::from),
                expected["PeakRSSI"]["PeakRSSI"].as_i64()
            );
            let count = expected["TagSeenCount"]["TagCount"].as_u64();
            assert_eq!(u64::from(tag.seen_count()), count.unwrap_or(1).max(1));
            tags_checked += 1;
        }
    }
    assert!(tags_checked > 64, "only {tags_checked} tags");
}

/// A keepalive whose length field is replaced.
fn with_length(length: u32) -> Result<Option<Frame>, FrameError> {
    let mut bytes = Message::new(7, Body::Keepalive).encode().unwrap();
    bytes[2..6].copy_from_slice(&length.to_be_bytes());
    let mut framer = Framer::new();
    framer.push(&bytes);
    framer.next_frame()
}

#[test]
fn lengths_that_cannot_be_are_refused_at_once() {
    let max = u32::try_from(MESSAGE_BYTES_MAX).unwrap();
    assert_eq!(with_length(9), Err(FrameError::TooShort(9)));
    assert_eq!(with_length(0), Err(FrameError::TooShort(0)));
    assert_eq!(with_length(max + 1), Err(FrameError::TooLong(max + 1)));
    assert_eq!(with_length(u32::MAX), Err(FrameError::TooLong(u32::MAX)));
    assert_eq!(with_length(max), Ok(None), "waits for the rest");
}

#[test]
fn what_may_be_unknown_and_what_may_not() {
    // A tag report with the body given, then decoded.
    let report = |body: &str| {
        let body = hex::decode(body).unwrap();
        let mut message = hex::decode("043d00000000000000070000f0").unwrap();
        message.truncate(10);
        message.extend([0, 240]);
        message.extend(u16::try_from(body.len() + 4).unwrap().to_be_bytes());
        message.extend(&body);
        let len = u32::try_from(message.len()).unwrap();
        message[2..6].copy_from_slice(&len.to_be_bytes());
        Message::decode(&frame(&message))
    };
    let rows = [
        ("810001", "ok"),
        // Unknown TLV 999, kept; a custom parameter cut by its holder; a length below its header.
        ("03e7000501810001", "ok"),
        (
            "03ff000e0000",
            "parameter longer than what holds it at byte 18",
        ),
        (
            "03e70003",
            "parameter length below its own header at byte 14",
        ),
        // Unknown TV 21 and 127, cut TV, TV 0.
        ("950001", "unknown TV parameter at byte 14"),
        ("ff", "unknown TV parameter at byte 14"),
        ("8100", "AntennaID at byte 15"),
        ("80", "unknown TV parameter at byte 14"),
        // EPCData: no bits, padding that is not zero, bits missing, bytes too many.
        ("00f100060000", "ok"),
        ("00f100070001ff", "ok"),
        ("00f100060010", "bits of EPCData at byte 20"),
        (
            "00f100080008abcd",
            "bytes after the bits of EPCData at byte 21",
        ),
    ];
    for (body, expected) in rows {
        let said = match report(body) {
            Ok(_) => "ok".to_owned(),
            Err(error) => {
                let DecodeError::Malformed { cause, .. } = error else {
                    panic!("{error}")
                };
                cause.to_string().replace("malformed llrp: ", "")
            }
        };
        assert_eq!(said, expected, "{body}");
    }
    let Body::RoAccessReport { tags, .. } = report("00f100070001ff").unwrap().body else {
        panic!("not a report")
    };
    assert_eq!(
        tags[0].epc(),
        Some(EpcBits {
            bits: 1,
            bytes: vec![0x80]
        })
    );
}

#[test]
fn a_nested_value_that_does_not_fit_its_length_is_refused_not_cut() {
    let long = Tlv {
        kind: 999,
        body: vec![0; 65_532],
    };
    let message = Message::new(
        1,
        Body::RoAccessReport {
            tags: vec![],
            others: vec![long],
        },
    );
    assert_eq!(message.encode().unwrap_err().what, "parameter");
    let many = RoSpec::inventory(1, &vec![1; 65_536], 1);
    assert!(Message::new(1, Body::AddRoSpec(many)).encode().is_err());
}

fn any_parameter() -> impl Strategy<Value = Parameter> {
    prop_oneof![
        any::<u16>().prop_map(|v| Parameter::Tv(Tv::AntennaId(v))),
        any::<u64>().prop_map(|v| Parameter::Tv(Tv::FirstSeenUtc(v))),
        any::<u64>().prop_map(|v| Parameter::Tv(Tv::LastSeenUptime(v))),
        any::<i8>().prop_map(|v| Parameter::Tv(Tv::PeakRssi(v))),
        any::<u32>().prop_map(|v| Parameter::Tv(Tv::AccessSpecId(v))),
        any::<[u8; 12]>().prop_map(|v| Parameter::Tv(Tv::Epc96(v))),
        any::<(u16, u16)>().prop_map(|(a, b)| Parameter::Tv(Tv::C1g2SingulationDetails(a, b))),
        proptest::collection::vec(any::<u8>(), 0..40)
            .prop_map(|v| Parameter::Epc(EpcBits::from_bytes(&v).unwrap())),
        (0_u16..0x400, proptest::collection::vec(any::<u8>(), 0..40))
            .prop_filter("EPCData has a variant of its own", |(kind, _)| *kind != 241)
            .prop_map(|(kind, body)| Parameter::Other(Tlv { kind, body })),
    ]
}

proptest! {
    #[test]
    fn reports_survive_encoding(
        tags in proptest::collection::vec(proptest::collection::vec(any_parameter(), 0..12), 0..8),
        id in any::<u32>(),
        version in 1_u8..=2,
    ) {
        let tags = tags.into_iter().map(|parameters| TagReport { parameters }).collect();
        let message = Message { version, id, body: Body::RoAccessReport { tags, others: vec![] } };
        let bytes = message.encode().unwrap();
        prop_assert_eq!(Message::decode(&frame(&bytes)).unwrap(), message);
    }

    #[test]
    fn no_body_makes_the_decoder_panic(
        kind in 0_u16..0x400,
        body in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let frame = Frame { version: 1, kind: MessageType(kind), id: 1, body };
        if let Ok(message) = Message::decode(&frame) {
            // What was understood can be said again, and means the same.
            let bytes = message.encode().unwrap();
            prop_assert_eq!(Message::decode(&self::frame(&bytes)).unwrap(), message);
        }
    }

    #[test]
    fn no_known_message_with_changed_bytes_makes_the_decoder_panic(
        at in 0_usize..400,
        with in any::<u8>(),
        cut in 0_usize..400,
    ) {
        let add = Message::new(1, Body::AddRoSpec(RoSpec::inventory(1, &[1, 2], 1)));
        let mut bytes = add.encode().unwrap();
        let place = 10 + at % (bytes.len() - 10);
        bytes[place] = with;
        bytes.truncate(10 + cut % (bytes.len() - 9));
        let frame = Frame {
            version: 1,
            kind: MessageType::ADD_ROSPEC,
            id: 1,
            body: bytes[10..].to_vec(),
        };
        let _said = Message::decode(&frame);
    }

    #[test]
    fn a_stream_may_be_cut_anywhere(cuts in proptest::collection::vec(1_usize..30, 1..40)) {
        let messages = [
            Message::new(1, Body::Keepalive),
            Message::new(2, Body::AddRoSpec(RoSpec::inventory(1, &[1, 2, 3], 1))),
            Message::new(3, Body::CloseConnection),
        ];
        let stream: Vec<u8> =
            messages.iter().flat_map(|message| message.encode().unwrap()).collect();
        let (mut framer, mut rest, mut got) = (Framer::new(), stream.as_slice(), vec![]);
        for cut in cuts.iter().cycle() {
            if rest.is_empty() { break }
            let (head, tail) = rest.split_at((*cut).min(rest.len()));
            framer.push(head);
            while let Some(frame) = framer.next_frame().unwrap() {
                got.push(Message::decode(&frame).unwrap());
            }
            rest = tail;
        }
        prop_assert_eq!(got, messages);
    }
}
