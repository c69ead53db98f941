//! The deterministic profile: one encoding per value, everything else refused by name.

use std::vec::Vec;
use std::{format, vec};

use proptest::prelude::*;

use super::*;

fn reader(bytes: &[u8]) -> Reader<'_> {
    Reader::new(bytes, 1024, "sample").unwrap()
}

/// Reads one unsigned integer and nothing else.
fn uint(bytes: &[u8]) -> Result<u64, Fault> {
    let mut reader = reader(bytes);
    let value = reader.uint(u64::MAX).map_err(|error| error.fault)?;
    reader.finish().map_err(|error| error.fault)?;
    Ok(value)
}

#[test]
fn integers_take_their_shortest_form_only() {
    for (value, bytes) in [
        (0, &[0x00][..]),
        (23, &[0x17]),
        (24, &[0x18, 24]),
        (255, &[0x18, 255]),
        (256, &[0x19, 1, 0]),
        (65_535, &[0x19, 255, 255]),
        (65_536, &[0x1a, 0, 1, 0, 0]),
        (0xffff_ffff, &[0x1a, 255, 255, 255, 255]),
        (0x1_0000_0000, &[0x1b, 0, 0, 0, 1, 0, 0, 0, 0]),
        (u64::MAX, &[0x1b, 255, 255, 255, 255, 255, 255, 255, 255]),
    ] {
        assert_eq!(uint(bytes), Ok(value));
        let mut out = Writer::new();
        out.uint(value);
        assert_eq!(out.into_vec(), bytes);
    }
    for long in [
        &[0x18, 23][..],
        &[0x19, 0, 255],
        &[0x1a, 0, 0, 255, 255],
        &[0x1b, 0, 0, 0, 0, 255, 255, 255, 255],
    ] {
        assert_eq!(uint(long), Err(Fault::NotShortest), "{long:02x?}");
    }
}

#[test]
fn what_is_outside_the_profile_is_refused_by_name() {
    for (bytes, fault) in [
        (&[][..], Fault::End),
        (&[0x18], Fault::End),
        (&[0x1b, 1, 2, 3], Fault::End),
        (&[0x1c], Fault::Expected("an unsigned integer")),
        (&[0x1f], Fault::Indefinite),
        (&[0x20], Fault::Expected("an unsigned integer")),
        (&[0xf9, 0, 0], Fault::Expected("an unsigned integer")),
        (&[0x00, 0x00], Fault::Trailing),
    ] {
        assert_eq!(uint(bytes), Err(fault), "{bytes:02x?}");
    }
    let read = |bytes: &[u8]| {
        reader(bytes)
            .bytes(4)
            .map(<[u8]>::to_vec)
            .map_err(|e| e.fault)
    };
    assert_eq!(read(&[0x42, 1, 2]), Ok(vec![1, 2]));
    assert_eq!(read(&[0x42, 1]), Err(Fault::End));
    assert_eq!(
        read(&[0x45, 1, 2, 3, 4, 5]),
        Err(Fault::TooLarge { max: 4 })
    );
    assert_eq!(read(&[0x5f, 0x41, 1, 0xff]), Err(Fault::Indefinite));
    assert_eq!(read(&[0x58, 1, 1]), Err(Fault::NotShortest));
    assert_eq!(
        read(&[0x5b, 255, 255, 255, 255, 255, 255, 255, 255]),
        Err(Fault::TooLarge { max: 4 })
    );
    let text = |bytes: &[u8]| reader(bytes).text(9).map(Into::into).map_err(|e| e.fault);
    assert_eq!(text(&[0x62, 0xc3, 0xa4]), Ok::<String, _>("\u{e4}".into()));
    assert_eq!(text(&[0x61, 0xc3]), Err(Fault::NotUtf8));
    assert!(Reader::new(&[0; 9], 8, "sample").is_err());
}

#[test]
fn negative_integers_and_labels() {
    for (value, bytes) in [
        (-1i64, &[0x20][..]),
        (-8, &[0x27]),
        (-65_537, &[0x3a, 0, 1, 0, 0]),
        (i64::MIN, &[0x3b, 0x7f, 255, 255, 255, 255, 255, 255, 255]),
        (i64::MAX, &[0x1b, 0x7f, 255, 255, 255, 255, 255, 255, 255]),
    ] {
        let mut out = Writer::new();
        out.int(value);
        assert_eq!(out.into_vec(), bytes);
        assert_eq!(reader(bytes).exactly(value, "it"), Ok(()));
        let other = if value == i64::MAX {
            value - 1
        } else {
            value + 1
        };
        let fault = reader(bytes).exactly(other, "it").unwrap_err().fault;
        assert_eq!(fault, Fault::Expected("it"));
    }
}

#[test]
fn errors_say_where_counted_from_the_outermost_byte() {
    let mut out = Writer::new();
    out.array(2).uint(1000).bytes(&[0x82, 0x01, 0x18, 0x05]);
    let bytes = out.into_vec();
    let mut outer = reader(&bytes);
    outer.array_of(2, "two").unwrap();
    outer.uint(1000).unwrap();
    let mut inner = outer.nested(16).unwrap();
    inner.array_of(2, "two").unwrap();
    inner.uint(9).unwrap();
    let error = inner.uint(9).unwrap_err();
    assert_eq!(
        error,
        Malformed {
            what: "sample",
            at: 7,
            fault: Fault::NotShortest
        }
    );
    assert_eq!(bytes[error.at..], [0x18, 0x05]);
    assert_eq!(
        format!("{error}"),
        "cannot read sample at byte 7: a number or length is not in its shortest form",
    );
}

#[test]
fn text_maps_have_one_order_and_no_key_twice() {
    let map = BTreeMap::from([
        ("b".into(), "1".into()),
        ("aa".into(), "2".into()),
        ("\u{e4}".into(), "3".into()),
    ]);
    let mut out = Writer::new();
    out.text_map(&map);
    let bytes = out.into_vec();
    assert_eq!(bytes, *b"\xa3\x61b\x611\x62aa\x612\x62\xc3\xa4\x613");
    assert_eq!(reader(&bytes).text_map(3, 2), Ok(map));
    let fault = |bytes: &[u8]| reader(bytes).text_map(3, 2).unwrap_err().fault;
    assert_eq!(fault(b"\xa2\x61b\x611\x61a\x612"), Fault::Order);
    assert_eq!(fault(b"\xa2\x61a\x611\x61a\x612"), Fault::Order);
    assert_eq!(fault(b"\xa2\x62aa\x611\x61b\x612"), Fault::Order);
    assert_eq!(fault(b"\xa4"), Fault::TooLarge { max: 3 });
    assert_eq!(fault(b"\xbf\xff"), Fault::Indefinite);
}

/// Reads whatever comes next and writes it again; says whether something was accepted.
fn read_any(reader: &mut Reader<'_>, out: &mut Writer) -> bool {
    let start = reader.clone();
    if let Ok(value) = reader.uint(u64::MAX) {
        out.uint(value);
        return true;
    }
    *reader = start.clone();
    if let Ok(value) = reader.bytes(40) {
        out.bytes(value);
        return true;
    }
    *reader = start.clone();
    if let Ok(value) = reader.text(40) {
        out.text(value);
        return true;
    }
    *reader = start.clone();
    if let Ok(count) = reader.array(usize::MAX) {
        out.array(count);
        return true;
    }
    *reader = start;
    let null = reader.null();
    if null {
        out.null();
    }
    null
}

proptest! {
    #[test]
    fn what_is_read_writes_the_same_bytes(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let mut reader = reader(&bytes);
        let mut out = Writer::new();
        while read_any(&mut reader, &mut out) {}
        let written: Vec<u8> = out.into_vec();
        prop_assert_eq!(&written[..], &bytes[..reader.position()]);
    }
}
