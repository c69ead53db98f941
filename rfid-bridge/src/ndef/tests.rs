//! Memories as tags have them, and as they should not.

use super::*;

const LINK: &str = "id.gs1.org/01/09506000134352/10/ABC1/21/S0001?17=281231";

/// A short URI record with `https://` before the text; flags beside SR and the format.
fn record(flags: u8, text: &str) -> Vec<u8> {
    let mut out = vec![
        flags | 0x11,
        1,
        u8::try_from(text.len() + 1).unwrap(),
        b'U',
        4,
    ];
    out.extend(text.bytes());
    out
}

fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    if let Ok(short @ 0..=0xfe) = u8::try_from(value.len()) {
        out.push(short);
    } else {
        out.push(0xff);
        out.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
    }
    out.extend(value);
    out
}

/// The URIs of a whole area of `size` bytes.
fn uris(mut blocks: Vec<u8>, size: usize) -> Result<Vec<String>, NdefError> {
    blocks.resize(size, 0);
    let area = area(&blocks, size)?;
    assert!(area.is_whole);
    let all = area.messages.iter().map(|message| uris_of(message));
    Ok(all.collect::<Result<Vec<_>, _>>()?.concat())
}

fn link() -> Vec<String> {
    vec![format!("https://{LINK}")]
}

#[test]
fn the_capability_container_bounds_the_area() {
    let head = |cc: [u8; 4]| {
        let mut head = [0; HEAD_BYTES];
        head[12..].copy_from_slice(&cc);
        head
    };
    assert_eq!(area_bytes(&head([0xe1, 0x10, 0x12, 0])), Ok(144), "NTAG213");
    assert_eq!(area_bytes(&head([0xe1, 0x11, 0x6d, 0])), Ok(872), "NTAG216");
    assert_eq!(area_bytes(&head([0xe1, 0x10, 0xff, 0])), Ok(AREA_BYTES_MAX));
    let blank = area_bytes(&head([0; 4]));
    assert_eq!(blank, Err(NdefError::NotNdef(0)));
    let newer = area_bytes(&head([0xe1, 0x20, 0x12, 0]));
    assert_eq!(newer, Err(NdefError::Version(0x20)));
}

#[test]
fn a_uri_is_found_behind_whatever_stands_before_it() {
    let message = tlv(3, &record(0xc0, LINK));
    let cases = [
        vec![],
        vec![0, 0, 0],
        // As NTAG213 leaves the factory: lock bytes behind the area.
        vec![1, 3, 0xa0, 0x0c, 0x34],
        // Another maker's block, an empty message.
        [tlv(0xfd, &[9; 5]), tlv(3, &[])].concat(),
    ];
    for before in cases {
        let told = format!("{before:02x?}");
        let blocks = [before, message.clone(), vec![0xfe]].concat();
        assert_eq!(uris(blocks, 144).unwrap(), link(), "{told}");
    }
    // No end block: filled to the last byte, or followed by nothing.
    assert_eq!(uris(message.clone(), message.len()).unwrap(), link());
    assert_eq!(uris(message, 144).unwrap(), link());
}

#[test]
fn reserved_bytes_in_the_middle_are_no_data() {
    let value = record(0xc0, LINK);
    let control = tlv(2, &[0x80, 4, 0x02]); // page 8 of 4 bytes: byte 16 of the area
    let mut blocks = [control, tlv(3, &value), vec![0xfe]].concat();
    blocks.splice(16..16, [0xaa; 4]);
    assert_eq!(uris(blocks, 144).unwrap(), link());
    let many = tlv(1, &[0xf0, 1, 0x04]).repeat(9);
    assert_eq!(uris(many, 144), Err(NdefError::Reserved));
}

#[test]
fn long_chunked_named_and_nested_records_are_read() {
    let text = format!("{LINK}&{}", "x".repeat(300));
    let mut long = vec![0xc1, 1];
    long.extend(u32::try_from(text.len() + 1).unwrap().to_be_bytes());
    long.extend([b'U', 4]);
    long.extend(text.bytes());
    assert_eq!(
        uris(tlv(3, &long), 504).unwrap(),
        [format!("https://{text}")]
    );

    let (first, rest) = LINK.split_at(20);
    let (second, third) = rest.split_at(7);
    let chunk = |flags: u8, text: &str| {
        let mut out = vec![flags | 0x16, 0, u8::try_from(text.len()).unwrap()];
        out.extend(text.bytes());
        out
    };
    let chunks = [record(0xa0, first), chunk(0x20, second), chunk(0x40, third)].concat();
    assert_eq!(uris(tlv(3, &chunks), 144).unwrap(), link());

    let mut named = vec![
        0xd9,
        1,
        u8::try_from(LINK.len() + 1).unwrap(),
        2,
        b'U',
        b'i',
        b'd',
        4,
    ];
    named.extend(LINK.bytes());
    assert_eq!(uris(tlv(3, &named), 144).unwrap(), link());

    let inner = record(0xc0, LINK);
    let mut poster = vec![0xd1, 2, u8::try_from(inner.len()).unwrap(), b'S', b'p'];
    poster.extend(inner);
    assert_eq!(uris(tlv(3, &poster), 144).unwrap(), link());

    let text = [vec![0x91, 1, 3, b'T', 2, b'e', b'n'], record(0x40, LINK)].concat();
    assert_eq!(
        uris(tlv(3, &text), 144).unwrap(),
        link(),
        "a text before it"
    );

    let absolute = [vec![0xd3, 14, 0], b"urn:example:17".to_vec()].concat();
    assert_eq!(uris(tlv(3, &absolute), 144).unwrap(), ["urn:example:17"]);
}

#[test]
fn an_area_is_read_no_further_than_its_end_block() {
    let blocks = [tlv(3, &record(0xc0, LINK)), vec![0xfe]].concat();
    for known in 0..blocks.len() {
        let part = area(&blocks[..known], 144).unwrap();
        assert!(!part.is_whole, "{known} bytes of {}", blocks.len());
    }
    assert!(area(&blocks, 144).unwrap().is_whole);
}

#[test]
fn wrong_lengths_are_errors_and_never_read_on() {
    // The block is longer than the tag: known after its head alone.
    let huge = [3, 0xff, 0xff, 0xff];
    let error = area(&huge, 144).unwrap_err();
    assert!(
        matches!(error, NdefError::Truncated { at: 0, .. }),
        "{error}"
    );
    let cut = area(&[0, 3, 9, 1], 4).unwrap_err();
    assert!(matches!(cut, NdefError::Truncated { at: 1, .. }), "{cut}");
    let good = record(0xc0, LINK);
    for cut in 0..good.len() {
        assert!(uris_of(&good[..cut]).is_err(), "{cut} bytes");
    }
    for (flags, why) in [
        (0x40, "first"),
        (0xe0, "another chunk"),
        (0xc0 | 0x06, "type name format"),
    ] {
        let mut wrong = good.clone();
        wrong[0] = flags | 0x11;
        let error = uris_of(&wrong).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
    let middle = [vec![0x96, 0, 0], record(0x40, LINK)].concat();
    assert!(uris_of(&middle).unwrap_err().to_string().contains("none"));
    let mut huge = vec![0xc1, 1, 0xff, 0xff, 0xff, 0xff, b'U'];
    huge.extend(good);
    assert!(matches!(uris_of(&huge), Err(NdefError::Truncated { .. })));
    // No UTF-8, a prefix of another edition, nothing at all: no URI, and no error.
    for payload in [&[4, 0xff, 0xfe][..], &[0x24, b'a'], &[]] {
        let mut record = vec![0xd1, 1, u8::try_from(payload.len()).unwrap(), b'U'];
        record.extend(payload);
        assert_eq!(uris_of(&record), Ok(Vec::new()), "{payload:02x?}");
    }
}
