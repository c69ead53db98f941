//! Tags: known ones, the limits of every field, and what no tag may say.

use super::{BinaryError, Scheme, decode, encode_sgtin96, encode_sscc96};
use crate::epc::Epc;
use crate::key::{Gtin, Serial, Sgtin, Sscc};
use proptest::prelude::*;

fn bytes(text: &str) -> Vec<u8> {
    hex::decode(text).unwrap()
}

#[test]
fn a_tag_and_its_uri() {
    let tag = decode(&bytes("3066C4409047E140075BCD15")).unwrap();
    assert_eq!(
        tag.tag_uri(),
        "urn:epc:tag:sgtin-96:3.95060001343.05.123456789"
    );
    assert_eq!(
        (tag.scheme, tag.filter, tag.gcp_len),
        (Scheme::Sgtin96, 3, 11)
    );
    assert_eq!(
        tag.epc.canonical(),
        "https://id.gs1.org/01/09506000134352/21/123456789"
    );
    let tag = decode(&bytes("311BA1B300CE0A6A83000000")).unwrap();
    assert_eq!(tag.tag_uri(), "urn:epc:tag:sscc-96:0.952012.03456789123");
}

#[test]
fn wrong_tags_are_refused_by_field() {
    let rows = [
        ("", "tag holds 0 bytes"),
        (
            "000000000000000000000000",
            "header 00 at bit 0 is an unprogrammed tag",
        ),
        (
            "E2003411B802011383257C3D",
            "header e2 at bit 0 is the tag identifier",
        ),
        (
            "FE0000000000000000000000",
            "header fe at bit 0 is not assigned",
        ),
        (
            "36FEDCBA9876543210FEDCBA",
            "header 36 at bit 0 is sgtin-198",
        ),
        ("3074257BF7194E400000", "tag holds 10 bytes"),
        ("3074257BF7194E4000001A850001", "tag holds 14 bytes"),
        ("307C00000000000000000000", "partition 7 at bit 11"),
        (
            "3063A3529440000000000001",
            "company prefix at bit 14 is 1000000000000",
        ),
        ("306058881208FFC000000001", "item reference at bit 54 is 15"),
        (
            "307A57BF6625A00000000001",
            "item reference at bit 34 is 10000000",
        ),
        (
            "3114257BF6540BE400000000",
            "serial reference at bit 38 is 10000000000",
        ),
    ];
    for (hex, part) in rows {
        let error = decode(&bytes(hex)).unwrap_err().to_string();
        assert!(error.contains(part), "{hex}: {error}");
    }
}

#[test]
fn reserved_bits_of_an_sscc_are_told() {
    let tag = decode(&bytes("3114257BF4499602D2000001")).unwrap();
    assert_eq!(
        (tag.reserved, tag.epc.to_urn(7).unwrap().as_str()),
        (1, "urn:epc:id:sscc:0614141.1234567890")
    );
}

#[test]
fn serials_that_do_not_fit_96_bits_are_refused() {
    let gtin = Gtin::parse("09506000134352").unwrap();
    let encode = |serial: &str, prefix, filter| {
        encode_sgtin96(
            &Sgtin::new(gtin.clone(), Serial::parse(serial).unwrap()),
            prefix,
            filter,
        )
    };
    for serial in ["0", "7", "274877906943"] {
        assert!(encode(serial, 7, 0).is_ok(), "{serial}");
    }
    for serial in [
        "00",
        "07",
        "274877906944",
        "99999999999999999999",
        "1A",
        "+1",
        "-1",
        "1.0",
    ] {
        assert_eq!(
            encode(serial, 7, 0),
            Err(BinaryError::Serial {
                serial: serial.to_owned()
            })
        );
    }
    assert_eq!(encode("1", 5, 0), Err(BinaryError::PrefixLength { got: 5 }));
    assert_eq!(
        encode("1", 13, 0),
        Err(BinaryError::PrefixLength { got: 13 })
    );
    assert_eq!(encode("1", 7, 8), Err(BinaryError::Filter { got: 8 }));
}

proptest! {
    #[test]
    fn every_tag_that_decodes_encodes_back(
        header in 0x30_u8..=0x31, mut rest in prop::array::uniform11(any::<u8>()),
    ) {
        if header == 0x31 {
            rest[8..].fill(0);
        }
        let tag = [&[header][..], &rest].concat();
        if let Ok(read) = decode(&tag) {
            let written = match &read.epc {
                Epc::Sgtin(sgtin) => encode_sgtin96(sgtin, read.gcp_len, read.filter),
                Epc::Sscc(sscc) => encode_sscc96(sscc, read.gcp_len, read.filter),
                other => panic!("{other:?}"),
            };
            prop_assert_eq!(written.unwrap().to_vec(), tag);
        }
    }

    #[test]
    fn every_key_that_encodes_decodes_back(
        item in "[0-9]{13}", serial in 0_u64..1 << 38, prefix in 6_u8..=12, filter in 0_u8..8,
        unit in "[0-9]{17}",
    ) {
        let check = crate::check_digit::of(item.as_bytes());
        let gtin = Gtin::parse(&format!("{item}{check}")).unwrap();
        let pack = Sgtin::new(gtin, Serial::parse(&serial.to_string()).unwrap());
        let tag = decode(&encode_sgtin96(&pack, prefix, filter).unwrap()).unwrap();
        prop_assert_eq!((tag.epc, tag.filter, tag.gcp_len), (Epc::from(pack), filter, prefix));

        let check = crate::check_digit::of(unit.as_bytes());
        let unit = Sscc::parse(&format!("{unit}{check}")).unwrap();
        let tag = decode(&encode_sscc96(&unit, prefix, filter).unwrap()).unwrap();
        prop_assert_eq!((tag.epc, tag.filter, tag.gcp_len), (Epc::from(unit), filter, prefix));
    }

    #[test]
    fn decoding_never_panics(tag in prop::collection::vec(any::<u8>(), 0..40)) {
        drop(decode(&tag));
    }
}
