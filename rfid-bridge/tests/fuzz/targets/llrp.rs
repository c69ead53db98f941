//! LLRP from a stranger: a stream of messages, a client's session that hears it, a reader that is
//! asked it.

use fuzz_frame::Target;
use rfid_bridge::llrp::frame::{Framer, HEADER_BYTES};
use rfid_bridge::llrp::message::Message;
use rfid_bridge::llrp::session::{Input, Now, Output, Session, SessionConfig};
use rfid_bridge::llrp::tree::Node;
use rfid_bridge::llrp::wire::{Cursor, Writer};
use rfid_bridge::sim::door::{Door, DoorConfig};
use rfid_bridge::sim::reader::{self, SimReader};

pub(crate) const TARGETS: &[Target] = &[
    Target {
        name: "llrp-message",
        seeds: SEEDS,
        dictionary: &[],
        run: message,
    },
    Target {
        name: "llrp-session",
        seeds: SEEDS,
        dictionary: &[],
        run: session,
    },
    Target {
        name: "llrp-reader",
        seeds: SEEDS,
        dictionary: &[],
        run: simulated,
    },
];

/// A greeting, a keepalive, a report with a TV, a TLV and a custom parameter, a response, an
/// `ADD_ROSPEC` and an `ADD_ACCESSSPEC`; all ours.
const SEEDS: &[&[u8]] = &[
    b"\x04\x3f\0\0\0\x20\0\0\0\x01\0\xf6\0\x16\0\x80\0\x0c\0\x05\x0f\x3c\0\0\0\0\x01\0\0\x06\0\0",
    b"\x04\x3e\0\0\0\x0a\0\0\0\x09",
    b"\x04\x3d\0\0\0\x2e\0\0\0\x07\0\xf0\0\x24\0\xf1\0\x08\0\x10\xab\xcd\x81\0\x01\x86\xc4\
      \x03\xff\0\x10\0\0\x65\x1a\0\0\0\x39\xff\xff\xec\x78\x88\0\x02",
    b"\x04\x0b\0\0\0\x12\0\0\0\x01\x01\x1f\0\x08\0\0\0\0",
    b"\x04\x14\0\0\0\x4b\0\0\0\x04\0\xb1\0\x41\0\0\0\x01\0\0\0\xb2\0\x12\0\xb3\0\x05\x01\
      \0\xb6\0\x09\0\0\0\0\0\0\xb7\0\x18\0\x01\0\0\0\xb8\0\x09\0\0\0\0\0\0\xba\0\x07\0\x01\x01\
      \0\xed\0\x0d\x01\0\x01\0\xee\0\x06\x17\x80",
    b"\x04\x28\0\0\0\x43\0\0\0\x05\0\xcf\0\x39\0\0\0\x01\0\0\x01\0\0\0\0\0\0\xd0\0\x07\0\0\0\
      \0\xd1\0\x22\x01\x52\0\x0f\x01\x53\0\x0b\x60\0\0\0\0\0\0\x01\x55\0\x0f\0\x01\0\0\0\0\
      \x80\0\0\0\x06",
];

const NOW: Now = Now {
    mono_ms: 1_000,
    unix_ms: 1_790_000_000_000,
};

fn message(input: &[u8]) -> bool {
    let mut framer = Framer::new();
    framer.push(input);
    let mut accepted = false;
    while let Ok(Some(frame)) = framer.next_frame() {
        let mut body = Cursor::new(&frame.body, HEADER_BYTES);
        if let Ok(Some(node)) = Node::decode_message(frame.kind.0, &mut body) {
            let mut to = Writer::new();
            node.encode_body(&mut to);
            let bytes = to.finish().expect("what was read fits");
            let mut body = Cursor::new(&bytes, HEADER_BYTES);
            let again = Node::decode_message(frame.kind.0, &mut body).expect("our own writing");
            assert_eq!(
                Some(node),
                again,
                "a tree means the same when it is written again"
            );
        }
        if let Ok(message) = Message::decode(&frame) {
            accepted = true;
            let bytes = message.encode().expect("what was read fits");
            let mut framer = Framer::new();
            framer.push(&bytes);
            let frame = framer.next_frame().expect("a frame").expect("whole");
            assert_eq!(Message::decode(&frame), Ok(message));
        }
    }
    accepted
}

/// What a session says until it waits.
fn heed(session: &mut Session) -> Vec<Output> {
    let mut said = Vec::new();
    loop {
        match session.poll(NOW) {
            Output::WakeAt(_) | Output::Stopped | Output::Connect => return said,
            other => said.push(other),
        }
    }
}

fn session(input: &[u8]) -> bool {
    let told = |pieces: &[&[u8]]| {
        let mut session = Session::new(SessionConfig::default());
        let mut said = heed(&mut session);
        session.handle(Input::Connected, NOW);
        for piece in pieces {
            session.handle(Input::Bytes(piece), NOW);
            said.extend(heed(&mut session));
        }
        said
    };
    let (head, tail) = input.split_at(input.len() / 2);
    let whole = told(&[input]);
    assert_eq!(
        whole,
        told(&[head, tail]),
        "where a segment ends means nothing"
    );
    !whole.is_empty() || input.is_empty()
}

fn simulated(input: &[u8]) -> bool {
    let door = Door::new(DoorConfig {
        epcs: vec![vec![0x30; 12]],
        dwell_ms: 1_000,
        interval_ms: 100,
        antennas: 4,
        read_percent: 50,
        pause_ms: None,
        seed: 1,
    });
    let mut reader = SimReader::new(door, 0);
    reader.handle(reader::Input::Connected, NOW);
    reader.handle(reader::Input::Bytes(input), NOW);
    let later = Now {
        mono_ms: 60_000,
        ..NOW
    };
    reader.handle(reader::Input::Wake, later);
    let mut said = 0;
    while !matches!(reader.poll(), reader::Output::WakeAt(_)) {
        said += 1;
    }
    // The greeting is always said.
    said > 1
}
