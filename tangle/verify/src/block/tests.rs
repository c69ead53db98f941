//! Blocks under attack: changed bits, second spellings, other networks, too much of everything.

use std::string::{String, ToString};
use std::vec;
use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::header::{Algorithm, Anchor, Hlc, Kind, Parents, VERSION};
use crate::item::Media;
use crate::samples::{
    author, chained, chained_block, chained_header, first_block, first_header, genesis, item,
    network, signed_milestone,
};

mod spellings;

/// Decodes and verifies; the error as text.
fn accept(bytes: &[u8]) -> Result<VerifiedBlock, String> {
    let signed = SignedBlock::decode(bytes).map_err(|error| error.to_string())?;
    signed.verify(&network()).map_err(|error| error.to_string())
}

/// The envelope around a statement and slots that are already encoded.
fn envelope(statement: &[u8], slots: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Writer::new();
    out.array(2).bytes(statement).array(slots.len());
    let mut bytes = out.into_vec();
    bytes.extend(slots.concat());
    bytes
}

/// A block by author 1 with any protected header and payload bytes, properly signed.
fn forge(protected: &[u8], payload: &[u8], slots: &[Vec<u8>]) -> Vec<u8> {
    let signed = cose::sig_structure(protected, &network(), PURPOSE, payload);
    let statement = cose::write_sign1(protected, payload, &author(1).sign(&signed));
    envelope(&statement, slots)
}

fn slot(item: &Item) -> Vec<u8> {
    let mut out = Writer::new();
    item.write(&mut out);
    out.into_vec()
}

#[test]
fn blocks_have_the_frozen_bytes() {
    for (block, frozen, id) in [
        (
            first_block(),
            include_str!("../../../../fixtures/blocks/first.hex"),
            "2fa1be4a851145ba6af32b51b07690762bab921d8b39a3accb6687b8b2a92327",
        ),
        (
            chained_block(),
            include_str!("../../../../fixtures/blocks/chained.hex"),
            "26d17456502d81407a2ff670f8020e24177ffcbfe6c8a9f6156efdd60e96b810",
        ),
    ] {
        let bytes = hex::decode(frozen.trim()).unwrap();
        assert_eq!(
            hex::encode(block.bytes()),
            frozen.trim(),
            "the format has changed"
        );
        let verified = accept(&bytes).unwrap();
        assert_eq!(verified.id().to_string(), id);
        assert_eq!(verified.id(), &block.id(&network()));
        assert_eq!(
            (verified.header(), verified.bytes()),
            (block.header(), block.bytes())
        );
    }
    let frozen = include_str!("../../../../fixtures/blocks/erased.hex").trim();
    let erased = chained().erase(&[1]);
    assert_eq!(hex::encode(erased.bytes()), frozen);
    let frozen = include_str!("../../../../fixtures/blocks/genesis.hex").trim();
    assert_eq!(hex::encode(genesis().to_bytes()), frozen);
    assert_eq!(
        network().to_string(),
        "903d6b6ceeb9e81219ed2b2646ae36c5b988597f36f2ae662e95f47e7a923913"
    );
    let frozen = include_str!("../../../../fixtures/blocks/milestone.hex").trim();
    assert_eq!(hex::encode(signed_milestone().to_bytes()), frozen);
}

#[test]
fn every_changed_bit_is_refused() {
    let whole = chained();
    for block in [
        accept(first_block().bytes()).unwrap(),
        whole.erase(&[0, 2]),
        whole,
    ] {
        let bytes = block.bytes();
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut bad = bytes.to_vec();
                bad[at] ^= 1 << bit;
                assert!(
                    accept(&bad).is_err(),
                    "byte {at} bit {bit} of {}",
                    hex::encode(bytes)
                );
            }
            assert!(accept(&bytes[..at]).is_err(), "cut at {at}");
            let mut longer = bytes.to_vec();
            longer.insert(at, bytes[at]);
            assert!(accept(&longer).is_err(), "byte {at} twice");
        }
        assert!(accept(&[bytes, &[0]].concat()).is_err(), "one byte more");
    }
}

#[test]
fn an_erased_item_leaves_id_and_proofs_as_they_were() {
    let whole = chained();
    let erased = whole.erase(&[1, 7]);
    assert!(whole.is_whole() && !erased.is_whole());
    assert_eq!(erased.slots()[1], Slot::Erased(whole.slots()[1].leaf()));
    assert_eq!(
        erased.items().map(|(index, _)| index).collect::<Vec<_>>(),
        [0, 2]
    );
    let body = b"a body that will be erased";
    assert!(whole.bytes().windows(body.len()).any(|part| part == body));
    assert!(!erased.bytes().windows(body.len()).any(|part| part == body));
    let again = accept(erased.bytes()).unwrap();
    assert_eq!(
        (again.id(), again.statement()),
        (whole.id(), whole.statement())
    );
    assert_eq!(again, erased);
    for index in 0..4 {
        let path = whole.items_tree().inclusion_path(index);
        assert_eq!(path.is_some(), index < 3);
        assert_eq!(path, erased.items_tree().inclusion_path(index));
    }
    assert!(accept(whole.erase(&[0, 1, 2]).bytes()).is_ok());
}

#[test]
fn a_block_belongs_to_one_network() {
    let other = crate::Genesis {
        created_ms: 1,
        ..genesis()
    }
    .network_id();
    let block = SignedBlock::decode(chained_block().bytes()).unwrap();
    assert_ne!(block.id(&other), block.id(&network()));
    assert_eq!(block.verify(&other), Err(Rejected::Signature));
}

#[test]
fn a_stored_block_is_known_by_its_id() {
    let (id, stored) = (*chained().id(), chained_block());
    assert_eq!(stored.clone().verify_stored(&network(), &id), Ok(chained()));
    let other = BlockId::new([1; 32]);
    assert_eq!(stored.verify_stored(&network(), &other), Err(Rejected::Id));
    let mut bad = chained_block().bytes().to_vec();
    let last = bad.len() - 1;
    bad[last] ^= 1;
    let found = SignedBlock::decode(&bad)
        .unwrap()
        .verify_stored(&network(), &id);
    assert_eq!(found, Err(Rejected::ItemsRoot));
}

#[test]
fn a_stored_block_says_its_id() {
    let stored = SignedBlock::decode(chained_block().bytes()).unwrap();
    assert_eq!(stored.into_stored(&network()), Ok(chained()));
    let erased = SignedBlock::decode(chained().erase(&[1]).bytes()).unwrap();
    let erased = erased.into_stored(&network()).unwrap();
    assert_eq!(erased.id(), chained().id());
    let bytes = chained_block().bytes().to_vec();
    for at in 0..bytes.len() {
        let mut bad = bytes.clone();
        bad[at] ^= 1;
        let Ok(block) = SignedBlock::decode(&bad) else {
            continue;
        };
        let id = block.id(&network());
        if let Ok(found) = block.clone().into_stored(&network()) {
            assert_eq!(found.id(), &id, "byte {at}");
            let signature = block.statement.signature != chained_block().statement.signature;
            assert!(id != *chained().id() || signature, "byte {at}");
        }
        assert_eq!(
            block.clone().into_stored(&network()),
            block.verify_stored(&network(), &id),
            "byte {at}"
        );
    }
}

#[test]
fn signatures_have_no_second_form() {
    let block = chained_block();
    let statement = &block.statement;
    let mut order = hex::decode("edd3f55c1a631258d69cf7a2def9de14").unwrap();
    order.resize(31, 0);
    order.push(0x10);
    let mut malleated = statement.signature;
    let mut carry = 0;
    for (byte, order) in malleated[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    let bad = Statement {
        signature: malleated,
        ..statement.clone()
    };
    assert_eq!(bad.verify(&network()), Err(Rejected::Signature));
    assert!(statement.verify(&network()).is_ok());
    let weak = Header {
        kid: crate::KeyId::new([0; 32]),
        ..first_header()
    };
    let bad = Statement {
        header: weak,
        ..statement.clone()
    };
    assert_eq!(bad.verify(&network()), Err(Rejected::Key));
}

#[test]
fn bounds_hold_when_signing_and_when_reading() {
    let full = limits::ITEMS_BYTES_MAX - ITEM_BYTES_MIN;
    let of = |body: usize| Item {
        salt: [1; 16],
        media: Media(9),
        body: vec![7; body],
    };
    let block = author(1).block(first_header(), vec![of(full)]);
    assert!(accept(block.bytes()).is_ok());
    let too_large = UnsignedBlock::new(first_header(), vec![of(full + 1)]).unwrap_err();
    assert_eq!(
        too_large.fault,
        Fault::TooLarge {
            max: limits::ITEMS_BYTES_MAX as u64
        }
    );

    let many = vec![of(0); limits::ITEMS_MAX];
    let block = author(1).block(first_header(), many.clone());
    let verified = accept(block.bytes()).unwrap();
    let all: Vec<u16> = (0..4096).collect();
    let erased = verified.erase(&all);
    assert!(erased.bytes().len() > verified.bytes().len());
    assert!(
        accept(erased.bytes()).is_ok(),
        "all items erased still fit the envelope's bound"
    );
    let too_many = UnsignedBlock::new(first_header(), [many, vec![of(0)]].concat()).unwrap_err();
    assert_eq!(
        too_many.fault,
        Fault::TooLarge {
            max: limits::ITEMS_MAX as u64
        }
    );
}

#[test]
fn what_claims_to_be_larger_is_refused_before_it_is_read() {
    let header = first_header().to_bytes();
    let root = |count: u64, len: u64| {
        let mut out = Writer::new();
        out.array(3).bytes(&[0; 32]).uint(count).uint(len);
        out.into_vec()
    };
    for (what, protected, payload) in [
        ("too many items", header.clone(), root(4097, 4097 * 18)),
        ("a count beyond 16 bits", header.clone(), root(65_537, 18)),
        (
            "items too long",
            header.clone(),
            root(1, limits::ITEMS_BYTES_MAX as u64 + 1),
        ),
        ("a length beyond 32 bits", header.clone(), root(1, 1 << 40)),
        (
            "a header too long",
            vec![0; limits::HEADER_BYTES_MAX + 1],
            root(0, 0),
        ),
        (
            "a payload too long",
            header,
            vec![0; limits::PAYLOAD_BYTES_MAX + 1],
        ),
    ] {
        let error = accept(&forge(&protected, &payload, &[])).unwrap_err();
        assert!(error.contains("allowed"), "{what}: {error}");
    }
    let huge = vec![0; limits::ENVELOPE_BYTES_MAX + 1];
    assert_eq!(SignedBlock::decode(&huge).unwrap_err().at, 0);
    // Lengths that promise more than there is cost nothing.
    for bomb in [
        "825bffffffffffffffff",
        "829bffffffffffffffff",
        "9bffffffffffffffff",
        "825a7fffffff",
    ] {
        assert!(
            SignedBlock::decode(&hex::decode(bomb).unwrap()).is_err(),
            "{bomb}"
        );
    }
}

#[test]
fn a_block_without_items_is_a_block() {
    let block = author(1).block(first_header(), vec![]);
    let verified = accept(block.bytes()).unwrap();
    assert_eq!(verified.payload().items_root, merkle::empty_root());
    assert!(verified.is_whole() && verified.items().next().is_none());
}

prop_compose! {
    fn any_header()(
        kid in 1u8..9, code in prop_oneof![1u16..8, 0x8000u16..], epoch in any::<u32>(),
        seq in any::<u64>(), prev in any::<[u8; 32]>(),
        parents in prop::collection::vec(any::<[u8; 32]>(), 0..8),
        hlc in any::<u64>(), anchor in prop::option::of((1u64.., any::<[u8; 32]>())),
    ) -> Header {
        Header {
            alg: Algorithm::EdDsa,
            kid: author(kid).kid(),
            version: VERSION,
            kind: Kind::from_code(code).unwrap(),
            epoch,
            seq,
            prev: (seq > 0).then(|| BlockId::new(prev)),
            parents: Parents::from_unsorted(parents.into_iter().map(BlockId::new)).unwrap(),
            hlc: Hlc(hlc),
            anchor: anchor.map(|(size, root)| Anchor { size, root }),
        }
    }
}

fn any_items() -> impl Strategy<Value = Vec<Item>> {
    let item = (
        any::<[u8; 16]>(),
        any::<u16>(),
        prop::collection::vec(any::<u8>(), 0..300),
    )
        .prop_map(|(salt, media, body)| Item {
            salt,
            media: Media(media),
            body,
        });
    prop::collection::vec(item, 0..20)
}

proptest! {
    #[test]
    fn what_is_encoded_decodes_to_itself(
        header in any_header(), items in any_items(), drop in prop::collection::vec(0u16..20, 0..5)
    ) {
        let block = UnsignedBlock::new(header.clone(), items.clone()).unwrap()
            .with_signature([5; 64]);
        let read = SignedBlock::decode(block.bytes()).unwrap();
        prop_assert_eq!(&read, &block);
        prop_assert_eq!(read.header(), &header);
        let whole = read.with_id(BlockId::new([0; 32])).unwrap();
        prop_assert!(whole.items().map(|(_, item)| item).eq(&items));
        let erased = whole.erase(&drop);
        let read = SignedBlock::decode(erased.bytes()).unwrap();
        prop_assert_eq!(read.with_id(BlockId::new([0; 32])).unwrap(), erased);
    }

    #[test]
    fn what_decodes_encodes_to_itself(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..4), 0..4)
    ) {
        let mut bytes = chained().erase(&[1]).bytes().to_vec();
        for (at, value, how) in edits {
            let at = at.index(bytes.len());
            match how {
                0 => { bytes.remove(at); }
                1 => bytes.insert(at, value),
                _ => bytes[at] = value,
            }
        }
        if let Ok(read) = SignedBlock::decode(&bytes) {
            let again = SignedBlock::assemble(read.statement.clone(), read.slots.clone());
            prop_assert_eq!(again.bytes(), &bytes[..]);
            prop_assert!(Statement::decode(&read.statement.to_bytes()) == Ok(read.statement));
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(accept(&bytes).is_err());
        prop_assert!(Statement::decode(&bytes).is_err());
    }
}

#[test]
fn headers_by_the_wrong_author_are_refused() {
    let unsigned = UnsignedBlock::new(chained_header(), vec![]).unwrap();
    let signature = author(2).sign(&unsigned.to_be_signed(&network()));
    let found = unsigned.with_signature(signature).verify(&network());
    assert_eq!(found, Err(Rejected::Signature));
}
