//! All 46 messages, with all parameters, there and back.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rfid_bridge::llrp::frame::{Frame, Framer, HEADER_BYTES};
use rfid_bridge::llrp::message::Message;
use rfid_bridge::llrp::schema;
use rfid_bridge::llrp::tree::Node;
use rfid_bridge::llrp::wire::Cursor;

use super::sample::{self, Random};

fn frame(bytes: &[u8]) -> Frame {
    let mut framer = Framer::new();
    framer.push(bytes);
    framer.next_frame().unwrap().expect("a whole message")
}

fn tree(frame: &Frame) -> Node {
    let mut body = Cursor::new(&frame.body, HEADER_BYTES);
    Node::decode_message(frame.kind.0, &mut body)
        .unwrap()
        .expect("a message of the standard")
}

/// Names of all parameters in a tree.
fn names(node: &Node, into: &mut BTreeSet<&'static str>) {
    for inner in node.nodes() {
        into.insert(inner.definition().name);
        names(inner, into);
    }
}

#[test]
fn every_message_and_parameter_goes_there_and_back() {
    let mut random = Random(7);
    let mut met = BTreeSet::new();
    for definition in schema::messages() {
        for _ in 0..200 {
            let message = sample::message(definition, &mut random);
            let bytes = message.encode().unwrap();
            let frame = frame(&bytes);
            // The generic codec, field for field; then the one that a session uses, bit for bit.
            let again = tree(&frame);
            let rfid_bridge::llrp::message::Body::Other(made) = &message.body else {
                panic!("a tree")
            };
            assert_eq!(made, &again);
            assert_eq!(again.check(), Ok(()));
            names(&again, &mut met);
            let typed = Message::decode(&frame).unwrap();
            assert_eq!(hex::encode(typed.encode().unwrap()), hex::encode(&bytes));
        }
    }
    // Every parameter stands in some message.
    let missed: Vec<&str> = schema::parameters()
        .map(|definition| definition.name)
        .filter(|name| !met.contains(name))
        .collect();
    assert_eq!(missed, Vec::<&str>::new());
}

proptest! {
    #[test]
    fn no_change_of_a_message_makes_a_decoder_panic(
        seed in any::<u64>(),
        kind in 0_usize..46,
        changes in proptest::collection::vec((any::<u16>(), any::<u8>()), 0..4),
        cut in any::<u16>(),
    ) {
        let definition = schema::messages().nth(kind).unwrap();
        let bytes = sample::message(definition, &mut Random(seed)).encode().unwrap();
        let mut frame = frame(&bytes);
        for (at, with) in changes {
            let len = frame.body.len().max(1);
            if let Some(byte) = frame.body.get_mut(usize::from(at) % len) {
                *byte = with;
            }
        }
        if cut % 3 == 0 {
            frame.body.truncate(usize::from(cut) % (frame.body.len() + 1));
        }
        let mut body = Cursor::new(&frame.body, HEADER_BYTES);
        if let Ok(Some(node)) = Node::decode_message(frame.kind.0, &mut body) {
            let _checked = node.check();
        }
        if let Ok(message) = Message::decode(&frame) {
            // What was understood can be said again, and means the same.
            let again = self::frame(&message.encode().unwrap());
            prop_assert_eq!(Message::decode(&again).unwrap(), message);
        }
    }
}
