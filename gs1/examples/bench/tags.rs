//! Decoding EPC binary, beside reading the same bytes as one number.

use gs1::epc_binary::{self, Scheme};
use gs1::{Gtin, Serial, Sgtin};

use crate::measure::{Bench, Figure, Seeded, Yardstick};

const TAGS: usize = 1000;

pub(crate) fn bench(bench: &mut Bench) {
    let mut random = Seeded(3);
    let gtin = Gtin::parse("09506000134352").expect("a valid gtin");
    let tags: Vec<[u8; 12]> = (0..TAGS)
        .map(|_| {
            let serial = Serial::parse(&random.below(1 << 38).to_string()).expect("digits");
            epc_binary::encode_sgtin96(&Sgtin::new(gtin.clone(), serial), 7, 3).expect("it fits")
        })
        .collect();
    let sum = || {
        tags.iter()
            .flatten()
            .fold(0_u64, |sum, byte| sum.rotate_left(8) ^ u64::from(*byte))
    };
    let yardstick = Yardstick {
        name: "bytes_folded",
        units: TAGS,
        call: &sum,
    };
    let figure = Figure {
        name: "sgtin96_decode",
        unit: "tags/s",
        units: TAGS,
    };
    bench.run(
        &figure,
        || {
            let packs = tags.iter().filter_map(epc_binary::decode_sgtin96);
            packs.fold(0, |sum, pack| sum ^ pack.gtin() ^ pack.serial())
        },
        &yardstick,
    );
    let figure = Figure {
        name: "epc_decode_to_urn",
        ..figure
    };
    bench.run(
        &figure,
        || {
            let packs = tags.iter().filter_map(|tag| epc_binary::decode(tag).ok());
            packs
                .filter_map(|tag| tag.urn())
                .map(|urn| urn.len())
                .sum::<usize>()
        },
        &yardstick,
    );
    let plus: Vec<Vec<u8>> = (0..TAGS).map(|_| pharma_tag(&mut random)).collect();
    let figure = Figure {
        name: "dsgtin_plus_with_lot_decode",
        ..figure
    };
    bench.run(
        &figure,
        || {
            plus.iter()
                .filter(|tag| epc_binary::decode(tag).is_ok())
                .count()
        },
        &yardstick,
    );
}

/// A pack with expiry before the key and the lot appended.
fn pharma_tag(random: &mut Seeded) -> Vec<u8> {
    let elements = [
        ("01", "09506000134352".to_owned()),
        ("21", format!("S{}", random.below(1 << 38))),
        ("17", "291231".to_owned()),
        ("10", format!("LOT{}", random.below(100_000))),
    ];
    let elements = elements.map(|(ai, value)| (ai.to_owned(), value));
    epc_binary::encode_elements(Scheme::DsgtinPlus, 1, &elements, None).expect("it fits")
}
