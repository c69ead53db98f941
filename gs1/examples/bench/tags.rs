//! Decoding EPC binary, beside reading the same bytes as one number.

use gs1::epc_binary;
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
            tags.iter()
                .filter(|tag| epc_binary::decode(*tag).is_ok())
                .count()
        },
        &yardstick,
    );
}
