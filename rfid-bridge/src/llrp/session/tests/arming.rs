//! What is asked of which reader before it reads: versions, memory, a vendor's additions, and
//! what is left running after the connection was cut.

use super::*;
use crate::llrp::access::{MemoryRead, OpResult};
use crate::llrp::impinj::{self, Extensions, Extra};
use crate::llrp::message::VERSION_1_1;
use crate::llrp::parameter::Tlv;
use crate::llrp::rospec::RoSpec;
use crate::llrp::settings::GeneralDeviceCapabilities;
use crate::llrp::status::Text;
use crate::llrp::tree::{Element, Node};
use crate::llrp::wire::{Cursor, Writer};

/// A reader that answers everything and remembers the specs it was given.
struct Reader {
    /// Highest version; 1 knows no messages of 1.1.
    version: u8,
    manufacturer: u32,
    holds: bool,
    /// Types of requests it refuses.
    refuses: Vec<MessageType>,
    ro_specs: Vec<Tlv>,
    access_specs: Vec<Tlv>,
    /// What it was asked, with the version of the header.
    asked: Vec<(u8, MessageType)>,
}

impl Reader {
    fn new(version: u8) -> Self {
        Self {
            version,
            manufacturer: 7,
            holds: false,
            refuses: Vec::new(),
            ro_specs: Vec::new(),
            access_specs: Vec::new(),
            asked: Vec::new(),
        }
    }

    /// Plays until nothing more is asked.
    fn serve(&mut self, play: &mut Play) {
        loop {
            let mut answers = Vec::new();
            loop {
                match play.session.poll(play.now) {
                    Output::Send(bytes) => answers.extend(self.answer(&bytes)),
                    Output::Report(reads) => play.reads.extend(reads),
                    Output::Connect => play.session.handle(Input::Connected, play.now),
                    Output::Notice(_) => {}
                    Output::WakeAt(_) | Output::Stopped | Output::Close => break,
                }
            }
            if answers.is_empty() {
                return;
            }
            let bytes: Vec<u8> = answers.iter().flat_map(|it| it.encode().unwrap()).collect();
            play.session.handle(Input::Bytes(&bytes), play.now);
        }
    }

    fn answer(&mut self, bytes: &[u8]) -> Option<Message> {
        let mut framer = Framer::new();
        framer.push(bytes);
        let frame = framer.next_frame().unwrap().unwrap();
        let request = Message::decode(&frame).unwrap();
        self.asked.push((request.version, frame.kind));
        let id = request.id;
        if self.version < request.version {
            let status = LlrpStatus::new(LlrpStatus::UNSUPPORTED_VERSION, "");
            return Some(Message::response(id, MessageType::ERROR_MESSAGE, status));
        }
        let response = frame.kind.response()?;
        if self.refuses.contains(&frame.kind) {
            let status = LlrpStatus::new(LlrpStatus::FIELD_ERROR, "");
            return Some(Message::response(id, response, status));
        }
        let inner = || Tlv::decode(&mut Cursor::new(&frame.body, 10)).unwrap();
        let status = LlrpStatus::success();
        let mut parameters = Vec::new();
        match frame.kind {
            MessageType::GET_READER_CAPABILITIES => return Some(self.capabilities(id)),
            MessageType::GET_SUPPORTED_VERSION => {
                let body = Body::GetSupportedVersionResponse {
                    current: 1,
                    supported: self.version,
                    status,
                };
                return Some(Message::new(id, body));
            }
            MessageType::CUSTOM_MESSAGE => {
                let status = vec![1, 31, 0, 8, 0, 0, 0, 0];
                let body = impinj::message(impinj::ENABLE_EXTENSIONS_RESPONSE, status).unwrap();
                return Some(Message::new(id, body));
            }
            MessageType::ADD_ROSPEC => self.ro_specs.push(inner()),
            MessageType::ADD_ACCESSSPEC => self.access_specs.push(inner()),
            MessageType::DELETE_ROSPEC => self.ro_specs.clear(),
            MessageType::DELETE_ACCESSSPEC => self.access_specs.clear(),
            MessageType::ENABLE_ROSPEC => self.ro_specs[0].body[5] = 2,
            MessageType::ENABLE_ACCESSSPEC => self.access_specs[0].body[7] |= 0x80,
            MessageType::GET_ROSPECS => parameters.clone_from(&self.ro_specs),
            MessageType::GET_ACCESSSPECS => parameters.clone_from(&self.access_specs),
            _ => {}
        }
        let kind = response;
        Some(Message::new(
            id,
            Body::Response {
                kind,
                status,
                parameters,
            },
        ))
    }

    fn capabilities(&self, id: u32) -> Message {
        let mut flags = vec![u8::from(self.holds) << 3, 1, 0, 0];
        flags.extend([0; 20]);
        let body = Capabilities {
            status: LlrpStatus::success(),
            general: Some(GeneralDeviceCapabilities {
                antennas_max: 4,
                flags: 0,
                manufacturer: self.manufacturer,
                model: 1,
                firmware: Text::from("1"),
                parameters: Vec::new(),
            }),
            others: vec![Tlv {
                kind: 142,
                body: flags,
            }],
        };
        Message::new(id, Body::GetReaderCapabilitiesResponse(body))
    }

    fn kinds(&mut self) -> Vec<MessageType> {
        let asked = std::mem::take(&mut self.asked);
        asked.into_iter().map(|(_, kind)| kind).collect()
    }
}

/// What befell a reader.
type Change = fn(&mut Reader);

/// Connects `play` to `reader` and arms it.
fn meet(play: &mut Play, reader: &mut Reader) {
    reader.serve(play);
    let greeting = greeting(CONNECTION_SUCCESS).encode().unwrap();
    play.session.handle(Input::Bytes(&greeting), play.now);
    reader.serve(play);
}

#[test]
fn the_highest_common_version_is_agreed_on() {
    // What the reader knows, what we want, what comes of it, and the version of later requests.
    for (knows, wants, agreed) in [(1, 2, 1), (2, 2, 2), (3, 2, 2), (2, 1, 1), (1, 1, 1)] {
        let mut reader = Reader::new(knows);
        let mut play = Play::with(SessionConfig {
            version_max: wants,
            ..SessionConfig::default()
        });
        meet(&mut play, &mut reader);
        assert!(play.session.is_reading(), "{knows} {wants}");
        assert_eq!(play.session.version(), agreed, "{knows} {wants}");
        let later: Vec<u8> = reader
            .asked
            .iter()
            .filter(|(_, kind)| !matches!(kind.0, 46 | 47))
            .map(|(version, _)| *version)
            .collect();
        assert!(later.iter().all(|version| *version == agreed), "{later:?}");
    }
}

#[test]
fn a_reader_that_dies_of_the_version_question_is_not_asked_again() {
    let mut play = Play::with(SessionConfig::default());
    play.heed();
    play.feed(Input::Connected);
    assert_eq!(
        play.say(&[greeting(0)]),
        "GET_SUPPORTED_VERSION#1 | wait 5000"
    );
    assert_eq!(play.feed(Input::Closed), "lost Closed | wait 500");
    play.pass(500);
    assert_eq!(play.heed(), "connect | wait 5000");
    play.feed(Input::Connected);
    assert_eq!(
        play.say(&[greeting(0)]),
        "GET_READER_CAPABILITIES#2 | wait 5000"
    );
}

fn with_memory() -> SessionConfig {
    SessionConfig {
        memory: vec![MemoryRead::tid(6), MemoryRead::user(4)],
        ..SessionConfig::default()
    }
}

#[test]
fn memory_is_asked_for_and_comes_with_the_read() {
    let mut reader = Reader::new(VERSION_1_1);
    let mut play = Play::with(with_memory());
    meet(&mut play, &mut reader);
    let Ok(Element::Known(spec)) = Element::of(&reader.access_specs[0]) else {
        panic!("an AccessSpec")
    };
    assert_eq!(spec.check(), Ok(()));
    let reads: Vec<_> = spec
        .all("AccessCommand")
        .flat_map(Node::nodes)
        .filter(|node| node.definition().name == "C1G2Read")
        .map(|read| ["OpSpecID", "MB", "WordPointer", "WordCount"].map(|it| read.number(it)))
        .collect();
    assert_eq!(
        reads,
        [
            [Some(1), Some(2), Some(0), Some(6)],
            [Some(2), Some(3), Some(0), Some(4)]
        ]
    );
    let result = |op, result, data| OpResult { op, result, data }.parameter();
    let epc = Parameter::Tv(Tv::Epc96([1; 12]));
    let pc = Parameter::Tv(Tv::C1g2Pc(0x3000));
    let tid = result(1, 0, vec![0xe2, 0x80, 1, 2]);
    play.say(&[report(vec![epc, pc, tid, result(2, 4, vec![])])]);
    let more = play.reads.pop().unwrap().more.unwrap();
    assert_eq!(more.pc, Some(0x3000));
    assert_eq!(more.tid, Some(vec![0xe2, 0x80, 1, 2]));
    assert_eq!((more.user, more.failed), (None, vec![(2, 4)]));
}

#[test]
fn a_reader_without_access_specs_reads_all_the_same() {
    let mut reader = Reader::new(VERSION_1_1);
    reader.refuses = vec![MessageType::ADD_ACCESSSPEC];
    let mut play = Play::with(with_memory());
    meet(&mut play, &mut reader);
    assert!(play.session.is_reading());
    assert!(!reader.kinds().contains(&MessageType::ENABLE_ACCESSSPEC));
}

#[test]
fn what_runs_from_before_the_cut_is_left_running() {
    let mut reader = Reader::new(VERSION_1_1);
    reader.holds = true;
    let mut play = Play::with(with_memory());
    meet(&mut play, &mut reader);
    assert!(reader.kinds().contains(&MessageType::ADD_ROSPEC));
    play.feed(Input::Closed);
    play.pass(500);
    meet(&mut play, &mut reader);
    assert!(play.session.is_reading());
    let asked = reader.kinds();
    for gone in [
        MessageType::DELETE_ROSPEC,
        MessageType::ADD_ROSPEC,
        MessageType::ADD_ACCESSSPEC,
    ] {
        assert!(!asked.contains(&gone), "{asked:?}");
    }
    // Held reports are released by the last request, after the connection is settled.
    assert_eq!(asked.last(), Some(&MessageType::ENABLE_EVENTS_AND_REPORTS));

    // Armed anew: after the reader was restarted, or another client was there meanwhile.
    let rows: [(&str, Change); 4] = [
        ("restarted", |reader| reader.ro_specs.clear()),
        ("disabled", |reader| reader.ro_specs[0].body[5] = 0),
        ("another spec beside ours", |reader| {
            let mut to = Writer::new();
            RoSpec::inventory(9, &[], 1).encode(&mut to);
            let bytes = to.finish().unwrap();
            let other = Tlv::decode(&mut Cursor::new(&bytes, 0)).unwrap();
            reader.ro_specs.push(other);
        }),
        ("no memory is read", |reader| reader.access_specs.clear()),
    ];
    for (name, change) in rows {
        change(&mut reader);
        play.feed(Input::Closed);
        play.pass(500);
        meet(&mut play, &mut reader);
        assert!(play.session.is_reading(), "{name}");
        assert!(reader.kinds().contains(&MessageType::ADD_ROSPEC), "{name}");
        assert_eq!(
            (reader.ro_specs.len(), reader.access_specs.len()),
            (1, 1),
            "{name}"
        );
    }
}

#[test]
fn impinjs_additions_are_asked_of_impinjs_readers_only() {
    let everything = Extensions {
        tid: true,
        phase: true,
        rssi: true,
        search_mode: Some(2),
    };
    let config = SessionConfig {
        impinj: Some(everything.clone()),
        ..SessionConfig::default()
    };
    let mut other = Reader::new(1);
    meet(&mut Play::with(config.clone()), &mut other);
    assert!(!other.kinds().contains(&MessageType::CUSTOM_MESSAGE));

    let mut reader = Reader::new(1);
    reader.manufacturer = impinj::VENDOR;
    let mut play = Play::with(config);
    meet(&mut play, &mut reader);
    assert!(reader.kinds().contains(&MessageType::CUSTOM_MESSAGE));
    let Ok(Element::Known(spec)) = Element::of(&reader.ro_specs[0]) else {
        panic!("an ROSpec")
    };
    assert_eq!(spec.check(), Ok(()));
    assert!(
        format!("{spec:?}").contains("ParameterSubtype: Number(23)"),
        "{spec:?}"
    );
    let mut to = Writer::new();
    let selector = spec.all("ROReportSpec").flat_map(Node::parameters).last();
    selector.unwrap().encode(&mut to);
    let selector = Tlv::decode(&mut Cursor::new(&to.finish().unwrap(), 0)).unwrap();
    let asked = impinj::selected(&selector).unwrap().unwrap();
    assert_eq!(
        asked,
        Extensions {
            search_mode: None,
            ..everything
        }
    );

    let extras = [
        Extra::Tid(vec![0xe2, 0x80]),
        Extra::Phase(4_095),
        Extra::Rssi(-5_432),
        Extra::Doppler(-16),
    ];
    let mut parameters = vec![Parameter::Tv(Tv::Epc96([1; 12]))];
    parameters.extend(extras.iter().map(Extra::parameter));
    play.say(&[report(parameters)]);
    let more = play.reads.pop().unwrap().more.unwrap();
    assert_eq!(more.tid, Some(vec![0xe2, 0x80]));
    assert_eq!(more.phase, Some(4_095));
    assert_eq!((more.rssi_cdbm, more.doppler), (Some(-5_432), Some(-16)));
}

#[test]
fn a_reader_that_refuses_additions_is_armed_with_the_plain_inventory() {
    let mut play = Play::with(SessionConfig::default());
    let mut reader = Reader::new(1);
    reader.refuses = vec![MessageType::ADD_ROSPEC];
    reader.serve(&mut play);
    play.session
        .handle(Input::Bytes(&greeting(0).encode().unwrap()), play.now);
    reader.serve(&mut play);
    let adds = reader
        .kinds()
        .into_iter()
        .filter(|kind| *kind == MessageType::ADD_ROSPEC);
    assert_eq!(adds.count(), 2);
}
