//! NFC tags from a stranger: a tag's memory from its first page, and one NDEF message.

use fuzz_frame::Target;
use rfid_bridge::ndef::{self, AREA_BYTES_MAX, HEAD_BYTES, URIS_MAX};
use rfid_bridge::scan;

pub(crate) const TARGETS: &[Target] = &[
    Target {
        name: "nfc-memory",
        seeds: MEMORIES,
        dictionary: &["\u{3}", "\u{1}\u{3}", "\u{2}\u{3}"],
        run: memory,
    },
    Target {
        name: "ndef-message",
        seeds: MESSAGES,
        dictionary: &["U", "Sp", "id.gs1.org/", "urn:epc:tag:"],
        run: message,
    },
];

/// An NTAG213 with a Digital Link, one with reserved bytes, an empty one; all ours.
const MEMORIES: &[&[u8]] = &[
    b"\x04\xa1\xb2\x9f\xc3\xd4\xe5\x80\x72\x48\0\0\xe1\x10\x12\0\x01\x03\xa0\x0c\x34\x03\x27\xd1\
      \x01\x23\x55\x04id.gs1.org/01/09506000134352/21/S1\xfe",
    b"\x04\xa1\xb2\x9f\xc3\xd4\xe5\x80\x72\x48\0\0\xe1\x10\x6d\0\x02\x03\x80\x04\x02\x03\xff\0\x09\
      \xd1\x01\x05\0\0\0\0U\x03a.b/\xfe",
    b"\x04\xa1\xb2\x9f\xc3\xd4\xe5\x80\x72\x48\0\0\xe1\x10\x12\0\x03\0\xfe",
];

/// A URI, a chunked one, a smart poster, an absolute URI.
const MESSAGES: &[&[u8]] = &[
    b"\xd1\x01\x23\x55\x04id.gs1.org/01/09506000134352/21/S1",
    b"\xb1\x01\x0c\x55\x04id.gs1.org/\x36\0\x08eh302DB3\x56\0\x04\x31\x39\x42\x34",
    b"\xd1\x02\x0eSp\xd1\x01\x0a\x55\x04gs1.org/x",
    b"\xd3\x0e\0urn:example:17",
];

fn memory(input: &[u8]) -> bool {
    let Some((head, known)) = input.split_first_chunk::<HEAD_BYTES>() else {
        return false;
    };
    let Ok(whole) = ndef::area_bytes(head) else {
        return false;
    };
    assert!(whole <= AREA_BYTES_MAX);
    let known = known.get(..whole).unwrap_or(known);
    let Ok(area) = ndef::area(known, whole) else {
        return false;
    };
    let bytes: usize = area.messages.iter().map(Vec::len).sum();
    assert!(bytes <= known.len(), "a message is part of the memory");
    // What is whole says the same when more is known.
    if area.is_whole {
        let mut more = known.to_vec();
        more.resize(whole, 0xa5);
        assert_eq!(ndef::area(&more, whole).as_ref(), Ok(&area));
    }
    for text in &area.messages {
        message(text);
    }
    true
}

fn message(input: &[u8]) -> bool {
    let Ok(uris) = ndef::uris_of(input) else {
        return false;
    };
    assert!(uris.len() <= URIS_MAX);
    for uri in uris {
        // What names goods can be written, and names the same goods then.
        if let Ok(item) = scan::item(&uri) {
            let again = gs1::Epc::parse(&item.epc.canonical());
            assert_eq!(again.as_ref(), Ok(&item.epc), "{uri}");
        }
    }
    true
}
