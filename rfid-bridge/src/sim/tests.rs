//! The bridge's session and the simulated reader talk to each other without a socket: two pure
//! machines, one clock that the test turns. What one sends is cut into pieces before the other
//! hears it.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::door::{Door, DoorConfig, generated_epcs};
use super::reader::{Input as ReaderInput, Output as ReaderOutput, SimReader};
use crate::capture;
use crate::llrp::frame::Framer;
use crate::llrp::message::{Body, Message, MessageType};
use crate::llrp::parameter::EpcBits;
use crate::llrp::session::{Input, Notice, Now, Output, Read, Session, SessionConfig};
use crate::llrp::status::LlrpStatus;
use crate::llrp::tag::ReaderTime;

mod scripts;

fn config(tags: usize, seed: u64) -> DoorConfig {
    DoorConfig {
        epcs: generated_epcs(tags).unwrap(),
        dwell_ms: 1_000,
        interval_ms: 100,
        antennas: 4,
        read_percent: 30,
        pause_ms: None,
        seed,
    }
}

/// What a session heard in `for_ms` of simulated time, and the notices.
fn converse(
    door: DoorConfig,
    session: SessionConfig,
    cut: usize,
    for_ms: u64,
) -> (Vec<Read>, Vec<Notice>) {
    let mut reader = SimReader::new(Door::new(door), -7_200_000);
    let mut session = Session::new(session);
    let (mut reads, mut notices) = (Vec::new(), Vec::new());
    let at = |mono_ms: u64| Now {
        mono_ms,
        unix_ms: 1_790_000_000_000 + i64::try_from(mono_ms).unwrap(),
    };
    let mut now = at(0);
    while now.mono_ms < for_ms {
        let (mut to_reader, mut to_session) = (Vec::new(), Vec::new());
        let mut wake = Vec::new();
        loop {
            match session.poll(now) {
                Output::Connect => {
                    session.handle(Input::Connected, now);
                    reader.handle(ReaderInput::Connected, now);
                }
                Output::Send(bytes) => to_reader.extend(bytes),
                Output::Report(more) => reads.extend(more),
                Output::Notice(notice) => notices.push(notice),
                Output::Close => panic!("{notices:?}"),
                Output::Stopped => return (reads, notices),
                Output::WakeAt(at) => {
                    wake.extend(at);
                    break;
                }
            }
        }
        loop {
            match reader.poll() {
                ReaderOutput::Send(bytes) => to_session.extend(bytes),
                ReaderOutput::Close => panic!("the reader hangs up"),
                ReaderOutput::WakeAt(at) => {
                    wake.extend(at);
                    break;
                }
            }
        }
        for piece in to_reader.chunks(cut) {
            reader.handle(ReaderInput::Bytes(piece), now);
        }
        for piece in to_session.chunks(cut) {
            session.handle(Input::Bytes(piece), now);
        }
        if to_reader.is_empty() && to_session.is_empty() {
            now = at(wake.into_iter().min().unwrap_or(for_ms).max(now.mono_ms));
            session.handle(Input::Wake, now);
            reader.handle(ReaderInput::Wake, now);
        }
    }
    (reads, notices)
}

fn distinct(reads: &[Read]) -> BTreeSet<&EpcBits> {
    reads.iter().map(|read| &read.epc).collect()
}

#[test]
fn every_tag_is_read_and_the_keepalives_hold_the_line() {
    let (reads, notices) = converse(config(200, 1), SessionConfig::default(), 1_400, 60_000);
    assert_eq!(distinct(&reads).len(), 200);
    assert!(reads.len() > 400, "{} reads", reads.len());
    let armed = notices
        .iter()
        .filter(|notice| **notice == Notice::Armed)
        .count();
    assert_eq!(armed, 1, "one connection for a minute: {notices:?}");
    // The reader's clock is two hours slow; the gateway's times are right all the same.
    assert!(
        reads
            .iter()
            .all(|read| read.last_ms == read.arrived.unix_ms)
    );
    assert!(reads.iter().all(|read| (1..=4).contains(&read.antenna)));
}

#[test]
fn generated_tags_are_packs() {
    let epcs = generated_epcs(3).unwrap();
    let ids: Vec<String> = epcs
        .iter()
        .map(|epc| capture::identify(&EpcBits::from_bytes(epc).unwrap()).canonical())
        .collect();
    assert_eq!(
        ids,
        [
            "https://id.gs1.org/01/09521321000018/21/1000000001",
            "https://id.gs1.org/01/09521321000018/21/1000000002",
            "https://id.gs1.org/01/09521321000018/21/1000000003",
        ]
    );
}

#[test]
fn the_same_seed_plays_the_same_passage() {
    let play = |seed| converse(config(20, seed), SessionConfig::default(), 999, 3_000).0;
    assert_eq!(play(5), play(5));
    assert_ne!(play(5), play(6));
}

#[test]
fn tags_come_again_after_a_pause() {
    let door = DoorConfig {
        pause_ms: Some(5_000),
        ..config(10, 1)
    };
    let (reads, _) = converse(door, SessionConfig::default(), 1_400, 20_000);
    let seconds: BTreeSet<u64> = reads
        .iter()
        .map(|read| read.arrived.mono_ms / 6_000)
        .collect();
    assert_eq!(seconds, BTreeSet::from([0, 1, 2, 3]));
}

#[test]
fn only_the_antennas_asked_for_report_and_in_batches() {
    let session = SessionConfig {
        antennas: vec![3],
        report_every_n: 64,
        ..SessionConfig::default()
    };
    let (reads, _) = converse(config(50, 1), session, 1_400, 3_000);
    assert_eq!(
        distinct(&reads).len(),
        50,
        "the rest comes when the passage is over"
    );
    assert!(reads.iter().all(|read| read.antenna == 3));
}

/// One request to a connected reader; what it answers.
fn ask(reader: &mut SimReader, message: &Message) -> Vec<Message> {
    let now = Now {
        mono_ms: 0,
        unix_ms: 0,
    };
    reader.handle(ReaderInput::Bytes(&message.encode().unwrap()), now);
    let (mut framer, mut answers) = (Framer::new(), Vec::new());
    while let ReaderOutput::Send(bytes) = reader.poll() {
        framer.push(&bytes);
        while let Some(frame) = framer.next_frame().unwrap() {
            answers.push(Message::decode(&frame).unwrap());
        }
    }
    answers
}

fn connected() -> SimReader {
    let mut reader = SimReader::new(Door::new(config(1, 1)), 0);
    reader.handle(
        ReaderInput::Connected,
        Now {
            mono_ms: 0,
            unix_ms: 0,
        },
    );
    let ReaderOutput::Send(_) = reader.poll() else {
        panic!("no greeting")
    };
    reader
}

#[test]
fn the_reader_answers_requests_it_cannot_meet() {
    let mut reader = connected();
    let command = |command, id| Message::new(9, Body::SpecCommand { command, id });
    let rows = [
        (
            command(MessageType::ENABLE_ROSPEC, 5),
            MessageType::ENABLE_ROSPEC_RESPONSE,
            101,
        ),
        (
            command(MessageType::START_ROSPEC, 0),
            MessageType::START_ROSPEC_RESPONSE,
            101,
        ),
        (
            command(MessageType::DELETE_ROSPEC, 0),
            MessageType::DELETE_ROSPEC_RESPONSE,
            0,
        ),
        (
            command(MessageType::DELETE_ACCESSSPEC, 0),
            MessageType::DELETE_ACCESSSPEC_RESPONSE,
            0,
        ),
        (
            Message::new(9, Body::Keepalive),
            MessageType::ERROR_MESSAGE,
            109,
        ),
        (
            Message::new(9, Body::SetProtocolVersion(2)),
            MessageType::SET_PROTOCOL_VERSION_RESPONSE,
            0,
        ),
        (
            Message::new(9, Body::SetProtocolVersion(7)),
            MessageType::SET_PROTOCOL_VERSION_RESPONSE,
            LlrpStatus::UNSUPPORTED_VERSION,
        ),
        (
            Message {
                version: 5,
                id: 9,
                body: Body::GetReport,
            },
            MessageType::ERROR_MESSAGE,
            LlrpStatus::UNSUPPORTED_VERSION,
        ),
        (
            Message {
                version: 2,
                id: 9,
                body: Body::GetSupportedVersion,
            },
            MessageType::GET_SUPPORTED_VERSION_RESPONSE,
            0,
        ),
    ];
    for (request, kind, code) in rows {
        let answers = ask(&mut reader, &request);
        let [answer] = answers.as_slice() else {
            panic!("{request:?}: {answers:?}")
        };
        assert_eq!((answer.body.kind(), answer.id), (kind, 9), "{request:?}");
        assert_eq!(
            answer.body.status().map(|status| status.code),
            Some(code),
            "{request:?}"
        );
    }
}

#[test]
fn reports_are_kept_for_a_client_that_asks() {
    use crate::llrp::rospec::RoSpec;
    let mut spec = RoSpec::inventory(8, &[], 1);
    spec.report.as_mut().unwrap().trigger = 0;
    let mut reader = connected();
    ask(&mut reader, &Message::new(1, Body::AddRoSpec(spec)));
    let enable = Body::SpecCommand {
        command: MessageType::ENABLE_ROSPEC,
        id: 8,
    };
    assert_eq!(ask(&mut reader, &Message::new(2, enable)).len(), 1);
    for at in (0..2_000).step_by(100) {
        reader.handle(
            ReaderInput::Wake,
            Now {
                mono_ms: at,
                unix_ms: 0,
            },
        );
        assert_eq!(reader.poll(), reader.poll(), "nothing is sent unasked");
    }
    let answers = ask(&mut reader, &Message::new(3, Body::GetReport));
    let Some(Body::RoAccessReport { tags, .. }) = answers.first().map(|it| &it.body) else {
        panic!("{answers:?}")
    };
    assert!(!tags.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn pieces_of_any_size_lose_nothing(cut in 1_usize..200, seed in any::<u64>()) {
        let (reads, _) = converse(config(15, seed), SessionConfig::default(), cut, 3_000);
        prop_assert_eq!(distinct(&reads).len(), 15);
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut reader = connected();
        reader.handle(ReaderInput::Bytes(&bytes), Now { mono_ms: 0, unix_ms: 0 });
        while !matches!(reader.poll(), ReaderOutput::WakeAt(_)) {}
    }
}
