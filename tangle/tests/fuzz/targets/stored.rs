//! What lies in files: segments, pages of the index, bundles, the records of erasures, the marker
//! of a clean close.

use std::io::Cursor;

use tangle::testing::raw;
use tangle::testing::world::World;
use tangle::{BundleError, Genesis, ReceiptStatus, read_bundle};

use super::Row;

const GENESIS: &[u8] = include_bytes!("../../../../fixtures/store/1/genesis.cbor");
const SEGMENT: &[u8] = include_bytes!("../../../../fixtures/store/1/log/000000.seg");

pub(super) fn rows() -> Vec<Row> {
    let entries: Vec<u8> = (0..26).collect();
    let pages = vec![
        raw::sealed_page(16 << 56, &entries),
        raw::sealed_page(1 << 56 | 7, &[0; 96]),
    ];
    let erasure = [
        &[0x83, 1, 5, 0x81, 0x83, 0x58, 32][..],
        &[7; 32],
        &[0x82, 0, 3, 0x42, 0x81, 0],
    ];
    let clean = "theriac clean 1\nlog 0 4096 9\n";
    vec![
        (
            "segment",
            vec![SEGMENT.to_vec()],
            &["TNGF", "TNGLSEG1"],
            segment,
        ),
        ("index_page", pages, &[], page),
        ("bundle", vec![bundle_seed()], &["TNGLBNDL"], bundle),
        ("erasure", vec![erasure.concat()], &[], erased),
        (
            "clean_marker",
            vec![clean_seed(clean)],
            &["theriac clean 1\n", "none"],
            clean_marker,
        ),
    ]
}

fn segment(input: &[u8]) -> bool {
    let genesis = Genesis::from_bytes(GENESIS).expect("a fixture");
    let Some((frames, bytes)) = raw::segment(input, genesis.network_id()) else {
        return false;
    };
    assert!(bytes <= input.len() && frames <= input.len() / 32);
    true
}

fn page(input: &[u8]) -> bool {
    raw::page(input).is_some()
}

fn bundle(input: &[u8]) -> bool {
    let world = World::new();
    let network = world.genesis().network_id();
    let mut taken = 0;
    let read = read_bundle(&mut Cursor::new(input), &network, 1, |blocks| {
        taken += blocks.len() as u64;
        let receipts = blocks.iter().map(|block| tangle::Receipt {
            id: *block.id(),
            status: ReceiptStatus::Recorded,
        });
        Ok::<_, BundleError>(receipts.collect())
    });
    let Ok(imported) = read else {
        assert_eq!(taken, 0, "nothing of a damaged bundle is handed over");
        return false;
    };
    assert_eq!(imported.recorded, taken);
    true
}

fn erased(input: &[u8]) -> bool {
    raw::erasure(input).is_some()
}

fn clean_marker(input: &[u8]) -> bool {
    raw::clean(input)
}

fn bundle_seed() -> Vec<u8> {
    let world = World::new();
    let block = world.founding(&["d0"]);
    let mut bytes = b"TNGLBNDL\x01\0\0\0".to_vec();
    for chunk in [&world.genesis().to_bytes()[..], block.bytes()] {
        let length = u32::try_from(chunk.len()).expect("a short chunk");
        bytes.extend(length.to_le_bytes());
        bytes.extend(chunk);
    }
    bytes.extend([0; 4]);
    bytes.extend(1_u64.to_le_bytes());
    let sum = blake3::hash(&bytes);
    bytes.extend(sum.as_bytes());
    bytes
}

fn clean_seed(head: &str) -> Vec<u8> {
    let hash = "ab".repeat(32);
    let text = format!(
        "{head}index.redb 12 {hash}\ncheckpoint none\ncheckpoint.keys none\ngenesis.cbor 5 {hash}\n"
    );
    let sum = blake3::hash(text.as_bytes()).to_hex();
    format!("{text}sum {sum}\n").into_bytes()
}
