//! The tables against themselves, and what the generic codec must refuse.

use super::super::frame::{Frame, Framer};
use super::super::message::{Body, Message};
use super::*;

#[test]
fn the_tables_are_those_of_the_standard() {
    // The LTK's definition of LLRP 1.1 has 44 messages and 118 parameters; it leaves out the two
    // messages and three parameters of a client's own operations, MaximumReceiveSensitivity and
    // RFSurveyFrequencyCapabilities (and gives LoopSpec
    // another number and width, and BlockMask two counts).
    assert_eq!(schema::messages().count(), 46);
    assert_eq!(schema::parameters().count(), 123);
    for definition in schema::messages().chain(schema::parameters()) {
        assert!(field::is_aligned(definition), "{}", definition.name);
        for name in definition.children.iter().flat_map(|place| place.names) {
            assert!(schema::parameter(name).is_some(), "{name}");
        }
        let found = match definition.form {
            Form::Message => schema::message(definition.kind),
            Form::Tlv => schema::tlv(definition.kind),
            Form::Tv => schema::tv(definition.kind),
        };
        assert_eq!(found, Some(definition), "the tables are in order");
    }
}

fn decode(message: &str) -> Result<Message, String> {
    let mut framer = Framer::new();
    framer.push(&hex::decode(message).unwrap());
    let frame: Frame = framer.next_frame().unwrap().unwrap();
    Message::decode(&frame).map_err(|error| error.to_string())
}

#[test]
fn an_unknown_tlv_is_kept_and_an_unknown_tv_ends_the_message() {
    let get = "040100000013000000010003e70008c0ffee00";
    let message = decode(get).unwrap();
    assert_eq!(hex::encode(message.encode().unwrap()), get);
    // GET_ROSPECS_RESPONSE and ADD_ACCESSSPEC are trees; inside, the same holds.
    let add = "0428000000120000000100cf000895ffffff";
    assert_eq!(
        decode(add).unwrap_err(),
        "ADD_ACCESSSPEC: malformed llrp: AntennaID at byte 18"
    );
    let add = "04280000001a0000000100d1001003e70005aa9500000000";
    let add = format!("{add}0000");
    assert_eq!(
        decode(&add).unwrap_err(),
        "ADD_ACCESSSPEC: malformed llrp: unknown TV parameter at byte 19"
    );
}

#[test]
fn nesting_has_a_bound() {
    // ParameterError in ParameterError, as deep as its length allows.
    let mut inner = Vec::new();
    for _ in 0..40 {
        let len = u16::try_from(inner.len() + 8).unwrap();
        let mut outer = vec![1, 33];
        outer.extend(len.to_be_bytes());
        outer.extend([0, 0, 0, 0]);
        outer.extend(&inner);
        inner = outer;
    }
    let tlv = Tlv {
        kind: 289,
        body: inner[4..].to_vec(),
    };
    assert_eq!(
        Element::of(&tlv).unwrap_err().what,
        "parameters nested deeper than any of the standard"
    );
}

#[test]
fn values_must_fit_their_fields() {
    let new = |values| Element::new("GPIEvent", values, vec![]).is_ok();
    assert!(new(vec![Value::Number(65_535), Value::Number(1)]));
    assert!(!new(vec![Value::Number(65_536), Value::Number(1)]));
    assert!(!new(vec![Value::Number(1), Value::Number(2)]));
    assert!(!new(vec![Value::Number(1)]));
    assert!(!new(vec![Value::Number(1), Value::Signed(1)]));
    let epc = |bytes, bits| Value::Bits(EpcBits { bits, bytes });
    let data = |value| Element::new("EPCData", vec![value], vec![]).is_ok();
    assert!(data(epc(vec![0x80], 1)));
    assert!(!data(epc(vec![0xc0], 1)));
    assert!(!data(epc(vec![0x80, 0], 1)));
    assert!(Element::new("NoSuch", vec![], vec![]).is_err());
}

#[test]
fn a_check_tells_what_is_missing_and_what_is_out_of_place() {
    let number = Value::Number;
    let stop = Element::new("AccessSpecStopTrigger", vec![number(0), number(0)], vec![]).unwrap();
    let target = |name| {
        let mask = Value::Bits(EpcBits {
            bits: 0,
            bytes: vec![],
        });
        let values = vec![number(1), number(1), number(0), mask.clone(), mask];
        Element::new(
            name,
            vec![],
            vec![Element::new("C1G2TargetTag", values, vec![]).unwrap()],
        )
        .unwrap()
    };
    let read = Element::new("C1G2Kill", vec![number(1), number(0)], vec![]).unwrap();
    let spec = |parameters| {
        let values = [1, 0, 1, 0, 0].map(number).to_vec();
        match Element::new("AccessSpec", values, parameters).unwrap() {
            Element::Known(node) => node.check().map_err(|fault| fault.to_string()),
            Element::Unknown(_) => panic!("defined"),
        }
    };
    let command = |parameters| Element::new("AccessCommand", vec![], parameters).unwrap();
    let good = command(vec![target("C1G2TagSpec"), read]);
    assert_eq!(spec(vec![stop.clone(), good.clone()]), Ok(()));
    let rows = [
        (vec![stop.clone()], "AccessSpec lacks AccessCommand"),
        (
            vec![good.clone(), stop.clone()],
            "AccessSpec lacks AccessSpecStopTrigger",
        ),
        (
            vec![stop.clone(), good.clone(), good],
            "AccessCommand is out of place in AccessSpec",
        ),
        (
            vec![stop, command(vec![target("C1G2TagSpec")])],
            "AccessCommand lacks C1G2Read",
        ),
    ];
    for (parameters, fault) in rows {
        assert_eq!(spec(parameters), Err(fault.to_owned()));
    }
}

#[test]
fn what_is_not_typed_is_a_tree() {
    let Body::Other(custom) = decode("07ff00000013000000010000651a1500000000")
        .unwrap()
        .body
    else {
        panic!("typed")
    };
    assert_eq!(custom.number("VendorIdentifier"), Some(25_882));
    assert_eq!(custom.number("MessageSubtype"), Some(21));
    assert_eq!(
        format!("{custom:?}"),
        "CUSTOM_MESSAGE { VendorIdentifier: Number(25882), MessageSubtype: Number(21), \
         Data: Octets([0, 0, 0, 0]) }"
    );
}
