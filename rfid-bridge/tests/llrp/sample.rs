//! Messages made up from a seed, after the tables of the standard: any field has any value it
//! can hold, any parameter that may stand somewhere stands there sometimes.

use rfid_bridge::llrp::message::{Body, Message};
use rfid_bridge::llrp::parameter::EpcBits;
use rfid_bridge::llrp::schema::{self, Definition, Repeat, Width};
use rfid_bridge::llrp::tree::{Element, Node, Value};

/// `SplitMix64` (Steele, Lea, Flood 2014).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next().to_be_bytes()[0]).collect()
    }
}

/// A message of a type, of LLRP 1.1. The tree is kept whole even where the codec has a type.
pub(crate) fn message(definition: &'static Definition, random: &mut Random) -> Message {
    Message {
        version: 2,
        id: u32::try_from(random.below(1 << 32)).unwrap(),
        body: Body::Other(node(definition, random, 0)),
    }
}

fn node(definition: &'static Definition, random: &mut Random, depth: u32) -> Node {
    let told = definition
        .fields
        .iter()
        .filter(|field| !matches!(field.width, Width::Reserved(_)));
    let values = told.map(|field| value(field.width, random)).collect();
    let mut parameters = Vec::new();
    for place in definition.children {
        // ParameterError stands in itself; elsewhere, deeper means rarer.
        let may = u64::from(depth < 6);
        let count = match place.repeat {
            Repeat::One => 1,
            Repeat::Maybe => random.below(2) * may,
            Repeat::Any => random.below(3) * may,
            Repeat::Some => 1 + random.below(2) * may,
        };
        for _ in 0..count {
            let pick = usize::try_from(random.below(place.names.len() as u64)).unwrap();
            let child = schema::parameter(place.names[pick]).unwrap();
            let child = node(child, random, depth + 1);
            parameters.push(Element::Known(child));
        }
    }
    Node::new(definition, values, parameters).unwrap()
}

fn value(width: Width, random: &mut Random) -> Value {
    let some = usize::try_from(random.below(5)).unwrap();
    match width {
        Width::Unsigned(64) => Value::Number(random.next()),
        Width::Unsigned(bits) => Value::Number(random.below(1 << bits)),
        Width::Signed(8) => Value::Signed(i16::from(random.next().to_be_bytes()[0].cast_signed())),
        Width::Signed(_) => {
            let [a, b, ..] = random.next().to_be_bytes();
            Value::Signed(i16::from_be_bytes([a, b]))
        }
        Width::Octets(len) => Value::Octets(random.bytes(usize::from(len))),
        // Whole words, so that tshark's reading of vendors' words as octets stays in bounds.
        Width::OctetVector | Width::Rest => Value::Octets(random.bytes(2 * some)),
        Width::WordVector => Value::Words((0..some).map(|_| half(random)).collect()),
        Width::LongVector => {
            let longs = (0..some).map(|_| u32::from(half(random)) << 8);
            Value::Longs(longs.collect())
        }
        Width::BitArray => {
            let bits = u16::try_from(random.below(130)).unwrap();
            let mut bytes = random.bytes(usize::from(bits).div_ceil(8));
            if let Some(last) = bytes.last_mut() {
                *last &= 0xff << ((8 - bits % 8) % 8);
            }
            Value::Bits(EpcBits { bits, bytes })
        }
        Width::Reserved(_) => panic!("carries nothing"),
    }
}

fn half(random: &mut Random) -> u16 {
    let [a, b, ..] = random.next().to_be_bytes();
    u16::from_be_bytes([a, b])
}
