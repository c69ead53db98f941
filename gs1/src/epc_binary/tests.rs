//! Tags: known ones, the limits of every field, what no tag may say, and data appended to an EPC.

use super::*;
use crate::key::{Gtin, Serial};
use crate::key::{Sgtin, Sscc};
use proptest::prelude::*;

fn error(hex: &str) -> String {
    from_hex(hex).unwrap_err().to_string()
}

#[test]
fn a_tag_and_its_spellings() {
    let tag = from_hex("3066C4409047E140075BCD15").unwrap();
    assert_eq!(
        tag.tag_uri().unwrap(),
        "urn:epc:tag:sgtin-96:3.95060001343.05.123456789"
    );
    assert_eq!(
        (tag.scheme, tag.filter, tag.gcp_len),
        (Scheme::Sgtin96, Some(3), Some(11))
    );
    let link = "https://id.gs1.org/01/09506000134352/21/123456789";
    assert_eq!(tag.epc.canonical(), link);
    assert_eq!(tag.digital_link().as_deref(), Some(link));
    let view = serde_json::to_value(describe("0x35FEE7A1699181B23C0EEA66").unwrap()).unwrap();
    let expected = serde_json::json!({
        "scheme": "gid-96",
        "urn": "urn:epc:id:gid:267287062.10033179.9597545062",
        "tag_uri": "urn:epc:tag:gid-96:267287062.10033179.9597545062",
        "filter": null, "element_string": null, "digital_link": null,
    });
    assert_eq!(view, expected);
}

const WRONG: &[(&str, &str)] = &[
    ("", "tag holds no bits"),
    (
        "000000000000000000000000",
        "header 00 at bit 0 is an unprogrammed tag",
    ),
    (
        "E2003411B802011383257C3D",
        "header e2 at bit 0 is the tag identifier of a chip",
    ),
    (
        "FE0000000000000000000000",
        "header fe at bit 0 is not assigned",
    ),
    ("FF", "reserved for longer headers"),
    (
        "3074257BF7194E400000",
        "serial number at bit 58 takes 38 bits, the tag has 22 left",
    ),
    (
        "3074257BF7194E4000001A850001",
        "sgtin-96 ends at bit 96, 16 more bits follow",
    ),
    (
        "307C00000000000000000000",
        "partition 7 at bit 11 is reserved",
    ),
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
    (
        "3674257BF7194E40000000000000000000000000000000000000",
        "serial number at bit 58 is empty",
    ),
    (
        "3674257BF7194E60808400000000000000000000000000000000",
        "bits after the end of the text at bit 72 must be zero",
    ),
    (
        "3674257BF7194E51800000000000000000000000000000000000",
        "holds 0x23",
    ),
    (
        "3666C4409047E159B2C2BF100000000000000000000000000001",
        "filling after the epc at bit 207 must be zero",
    ),
    (
        "3F76451FD612640000031FA7",
        "serial number at bit 55 does not begin with the digit 1",
    ),
    (
        "3F76451FD612640000000001",
        "serial number at bit 55 is empty",
    ),
    (
        "F709506000134352A0000",
        "(01): value at bit 64 holds a, no decimal digit",
    ),
    (
        "F73795211411234548566CB0AFC4",
        "(01) at bit 12: value has check digit 4",
    ),
    ("F7379521141123453C200000", "reserved encoding indicator 6"),
    (
        "F73795211411234539566000",
        "value at bit 71 has length indicator 21, at most 20",
    ),
    (
        "FB372CDE79521141123453015000",
        "date type at bit 12 is 7, which is reserved",
    ),
    (
        "FB342DA179521141123453015000",
        "date at bit 16 is 221301, which is not in the calendar",
    ),
    ("FB34345E79521141123453015000", "date at bit 16 is 260230"),
    ("F9009520123456789123A", "(00): value at bit 80 holds a"),
    ("zz", "not hexadecimal at offset 0"),
];

#[test]
fn wrong_tags_are_refused_by_field_and_bit() {
    for (hex, part) in WRONG.iter().copied() {
        let error = error(hex);
        assert!(error.contains(part), "{hex}: {error}");
    }
    let long = "0".repeat(126);
    assert!(error(&long).contains("504 bits, at most 496"));
    assert!(decode_bits(&[0x30], 96).is_err());
    assert!(decode(&vec![0x30; 100_000]).is_err());
}

#[test]
fn reserved_bits_of_an_sscc_are_told() {
    let tag = from_hex("3114257BF4499602D2000001").unwrap();
    assert_eq!(
        (tag.reserved, tag.epc.to_urn(7).unwrap().as_str()),
        (1, "urn:epc:id:sscc:0614141.1234567890")
    );
}

const UNFIT: &[(&str, &str)] = &[
    (
        "urn:epc:id:sgtin:0614141.812345.1",
        "does not begin with urn:epc:tag:",
    ),
    (
        "urn:epc:tag:sgtin-97:3.0614141.812345.1",
        "its coding is not known",
    ),
    ("urn:epc:tag:sgtin+:3.0614141.812345.1", "no tag uri"),
    (
        "urn:epc:tag:sgtin-96:3.0614141.812345",
        "it has 2 parts, expected 3",
    ),
    (
        "urn:epc:tag:sgtin-96:8.0614141.812345.1",
        "filter 8, expected 0 to 7",
    ),
    (
        "urn:epc:tag:sgtin-96:03.0614141.812345.1",
        "its filter is no number",
    ),
    (
        "urn:epc:tag:sgtin-96:3.06141.812345.1",
        "company prefix of 5 digits",
    ),
    (
        "urn:epc:tag:sgtin-96:3.0614141.81234.1",
        "is not of 6 digits",
    ),
    (
        "urn:epc:tag:sgtin-96:3.0614141.812345.01",
        "without leading zeros",
    ),
    (
        "urn:epc:tag:sgtin-96:3.0614141.812345.274877906944",
        "does not fit 38 bits",
    ),
    (
        "urn:epc:tag:sgtin-96:3.0614141.812345.",
        "without leading zeros",
    ),
    (
        "urn:epc:tag:sgtin-198:3.0614141.812345.a/b",
        "not escaped rightly",
    ),
    (
        "urn:epc:tag:sgtin-198:3.0614141.812345.a%2",
        "not escaped rightly",
    ),
    (
        "urn:epc:tag:sgtin-198:3.0614141.812345.a%23",
        "outside set 82",
    ),
    (
        "urn:epc:tag:sgtin-198:3.0614141.812345.123456789012345678901",
        "1 to 20 characters",
    ),
    (
        "urn:epc:tag:sgcn-96:3.9521141.67890.1234567890123",
        "1 to 12 digits",
    ),
    (
        "urn:epc:tag:giai-202:3.952114112345.1234567890123456789",
        "1 to 18 characters",
    ),
    ("urn:epc:tag:usdod-96:3.ABOUT.1", "without I and O"),
    ("urn:epc:tag:adi-var:3.W81X9C.3%23.1", "outside its set"),
];

#[test]
fn what_does_not_fit_is_not_written() {
    for (uri, part) in UNFIT.iter().copied() {
        let error = encode(uri).unwrap_err().to_string();
        assert!(error.contains(part), "{uri}: {error}");
    }
    assert!(encode(&format!("urn:epc:tag:sgtin-198:{}", "1".repeat(5000))).is_err());
}

#[test]
fn codings_without_vectors_come_back() {
    for uri in [
        "urn:epc:tag:usdod-96:3.CB0CV.68719476735",
        "urn:epc:tag:usdod-96:15.W81X9C.1",
        "urn:epc:tag:adi-var:63.W81X9C.3KL984PX1.2WMA52",
        "urn:epc:tag:adi-var:1.CB0CV..%23A-%2F1",
        "urn:epc:tag:gdti-113:1.0614141.12345.006847",
        "urn:epc:tag:gdti-113:1.0614141.12345.12345678901234567",
        "urn:epc:tag:cpi-var:3.952114.%23-%2FA.999999999999",
        "urn:epc:tag:gid-96:0.0.0",
    ] {
        let hex = encode(uri).unwrap();
        assert_eq!(
            describe(&hex).unwrap().tag_uri.as_deref(),
            Some(uri),
            "{hex}"
        );
    }
}

#[test]
fn lot_and_expiry_are_appended_to_a_pack() {
    let elements = crate::element_string::parse_bracketed(
        "(01)09506000134352(21)S1/x(17)271231(10)LE850(8003)09521141123454A(3103)000750",
    )
    .unwrap();
    let bytes = encode_elements(Scheme::SgtinPlus, 1, &elements, None).unwrap();
    let tag = decode(&bytes).unwrap();
    assert_eq!(
        (tag.elements.clone(), tag.appended, tag.toggle),
        (elements.clone(), 4, true)
    );
    assert_eq!(
        tag.digital_link().unwrap(),
        "https://id.gs1.org/01/09506000134352/10/LE850/21/S1%2Fx\
         ?17=271231&8003=09521141123454A&3103=000750"
    );
    assert_eq!(tag.filter_meaning(), Some("point of sale trade item"));
    assert_eq!(
        tag.epc.canonical(),
        "https://id.gs1.org/01/09506000134352/21/S1%2Fx"
    );
    // DSGTIN+ has a place for the date.
    let bytes = encode_elements(Scheme::DsgtinPlus, 1, &elements, None).unwrap();
    let tag = decode(&bytes).unwrap();
    assert_eq!((tag.appended, tag.elements.len()), (3, 6));
    assert!(encode_elements(Scheme::SgtinPlusPlus, 1, &elements, None).is_err());
    let bytes = encode_elements(Scheme::SgtinPlusPlus, 1, &elements[..2], Some("a.de")).unwrap();
    assert_eq!(
        decode(&bytes).unwrap().digital_link().unwrap(),
        "https://a.de/01/09506000134352/21/S1%2Fx"
    );
}

#[test]
fn memory_says_what_it_holds() {
    let memory = |hex: &str| Memory::parse(&hex::decode(hex).unwrap());
    let sgtin = memory("30003066C4409047E140075BCD15ABCD").unwrap();
    assert_eq!(sgtin.decode().unwrap().scheme, Scheme::Sgtin96);
    let sensor = memory("32000A013066C4409047E140075BCD15").unwrap();
    let xpc = sensor.xpc.unwrap();
    assert!(xpc.sensor_alarm() && xpc.hazardous() && !xpc.battery() && xpc.w2.is_none());
    assert_eq!(
        sensor.raw_uri(),
        "urn:epc:raw:[xpc-w1=x0A01]:96.x3066C4409047E140075BCD15"
    );
    let iso = memory("15A20123ABCD").unwrap();
    assert_eq!(iso.decode(), Err(MemoryError::Iso { afi: 0xa2 }));
    assert_eq!(iso.raw_uri(), "urn:epc:raw:[umi=1]:32.xA2.x0123ABCD");
    assert_eq!(
        memory("0000").unwrap().decode(),
        Err(MemoryError::Unwritten)
    );
    assert_eq!(
        memory("3000AB"),
        Err(MemoryError::Short { need: 14, got: 3 })
    );
    assert!(memory("30").is_err() && memory("3200").is_err() && memory("32008000").is_err());
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
    assert_eq!(
        encode("1", 7, 8),
        Err(BinaryError::Filter { got: 8, max: 7 })
    );
}

proptest! {
    #[test]
    fn every_classic_tag_that_decodes_encodes_back(
        header in 0x2c_u8..=0x41, words in prop::collection::vec(any::<u8>(), 31),
        zeros in 0_usize..31, partition in 0_u8..7,
    ) {
        let mut tag = [&[header][..], &words].concat();
        tag[1] = tag[1] & 0xe3 | partition << 2;
        let keep = tag.len() - zeros;
        tag[keep..].fill(0);
        for len in [96, 112, 176, 208, 224, 256] {
            if let Ok(read) = decode(&tag[..len / 8]) {
                let written = encode_bytes(&read.tag_uri().unwrap()).unwrap();
                if read.reserved == 0 {
                    prop_assert_eq!(&written[..], &tag[..written.len()]);
                }
                prop_assert!(!matches!(read.epc, Epc::Other(_)) || read.urn().is_some());
            }
        }
    }

    #[test]
    fn the_fast_path_agrees(mut tag in prop::array::uniform12(any::<u8>()), partition in 0_u8..8) {
        tag[0] = 0x30;
        tag[1] = tag[1] & 0xe3 | partition << 2;
        let slow = decode(&tag).ok();
        let fast = decode_sgtin96(&tag);
        prop_assert_eq!(
            fast.map(|f| (Some(f.filter()), Some(f.gcp_len()), f.sgtin().map(Epc::from))),
            slow.map(|s| (s.filter, s.gcp_len, Some(s.epc)))
        );
        tag[0] = 0x31;
        prop_assert_eq!(decode_sgtin96(&tag), None);
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
        prop_assert_eq!((tag.filter, tag.gcp_len), (Some(filter), Some(prefix)));
        prop_assert_eq!(tag.epc, pack.into());

        let check = crate::check_digit::of(unit.as_bytes());
        let unit = Sscc::parse(&format!("{unit}{check}")).unwrap();
        let tag = decode(&encode_sscc96(&unit, prefix, filter).unwrap()).unwrap();
        prop_assert_eq!((tag.filter, tag.gcp_len), (Some(filter), Some(prefix)));
        prop_assert_eq!(tag.epc, unit.into());
    }

    #[test]
    fn packs_with_appended_data_come_back(
        serial in "[!-\"%-?A-Z_a-z]{1,20}", lot in "[0-9]{1,20}|[A-F0-9]{1,20}|[a-z-]{1,20}|[A-Z.:]{1,20}",
        year in 0_u8..100, month in 1_u8..=12, day in 0_u8..=28, filter in 0_u8..8, dated: bool,
        asset in "[0-9]{4,12}|[0-9]{4,12}[A-Z/]{1,18}", extras in 0_usize..4,
    ) {
        let mut elements: Vec<Element> = vec![
            ("01".to_owned(), "09506000134352".to_owned()),
            ("21".to_owned(), serial),
            ("17".to_owned(), format!("{year:02}{month:02}{day:02}")),
        ];
        let more = [("10", lot), ("8004", asset), ("7007", "260101260131".to_owned())];
        let more = more.into_iter().take(extras);
        elements.extend(more.map(|(ai, value)| (ai.to_owned(), value)));
        let scheme = if dated { Scheme::DsgtinPlus } else { Scheme::SgtinPlus };
        match encode_elements(scheme, filter, &elements, None) {
            Ok(bytes) => prop_assert_eq!(decode(&bytes).unwrap().elements, elements),
            Err(error) => prop_assert!(matches!(error, BinaryError::TooLong { .. }), "{}", error),
        }
    }

    #[test]
    fn decoding_never_panics(
        header in prop::sample::select(vec![
            0x3d, 0x3b, 0xe6, 0xea, 0xf0, 0xf6, 0xf7, 0xfa, 0xfb, 0xfc,
        ]),
        tag in prop::collection::vec(any::<u8>(), 0..70), bits in 0_u32..600,
    ) {
        drop(decode(&tag));
        let tag = [&[header][..], &tag].concat();
        drop(decode_bits(&tag, bits));
        drop(Memory::parse(&tag).map(|memory| (memory.decode(), memory.raw_uri())));
        if let Ok(read) = decode(&tag) {
            drop((TagView::from(&read), read.filter_meaning()));
        }
    }

    #[test]
    fn encoding_never_panics(text in "urn:epc:tag:[a-z]{3,5}-(96|var|198):[ -~]{0,60}") {
        drop(encode(&text));
    }
}
