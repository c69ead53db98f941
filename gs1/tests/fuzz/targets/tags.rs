//! EPC memory, tag URIs and the identity of chips: what is read is written back bit by bit.

use gs1::epc_binary::{self, Memory, TagView};
use gs1::{Epc, tid};

use super::text;
use fuzz_frame::Target;

pub(crate) const TARGETS: &[Target] = &[
    Target {
        name: "epc_binary",
        seeds: &[
            b"\x30\x66\xC4\x40\x90\x47\xE1\x40\x07\x5B\xCD\x15",
            b"\x31\x1B\xA1\xB3\x00\xCE\x0A\x6A\x83\0\0\0",
            b"\xF7\x37\x95\x21\x14\x11\x23\x45\x38\x56\x6C\xB0\xAF\xC4",
            b"\xFA\x39\x52\x11\x41\x32\xE8\x3C\x2B\xF1\0\0",
            b"\xEA\x39\x52\x11\x41\x12\x34\x54\x04\x58\xBA\x4A\x0C\xBE\x30\xED\xE1\xB3\x2D\xB0",
            b"\x3D\x76\x45\x1F\xD7\x54\x11\xDE\xF6\xB4\xCC\0\0\0\x03\x03\x90\0",
        ],
        dictionary: &[],
        run: binary,
    },
    Target {
        name: "epc_memory",
        seeds: &[
            b"\x30\0\x30\x66\xC4\x40\x90\x47\xE1\x40\x07\x5B\xCD\x15",
            b"\x32\0\x0A\x01\x30\x66\xC4\x40\x90\x47\xE1\x40\x07\x5B\xCD\x15",
        ],
        dictionary: &[],
        run: memory,
    },
    Target {
        name: "epc_tag_uri",
        seeds: &[
            b"urn:epc:tag:sgtin-96:3.0614141.812345.6789",
            b"urn:epc:tag:sgtin-198:3.0614141.812345.a%2Fb",
            b"urn:epc:tag:adi-var:1.CB0CV..%23A-%2F1",
        ],
        dictionary: &[
            "urn:epc:tag:",
            "giai-202",
            "cpi-var",
            "itip-110",
            "usdod-96",
            ".",
            "%25",
        ],
        run: tag_uri,
    },
    Target {
        name: "tid",
        seeds: &[
            b"\xE2\x00\x34\x12",
            b"\xE2\x80\x11\x05\x20\x00\x78\x9A\x12\x34\x56\x78",
        ],
        dictionary: &[],
        run: chip,
    },
];

fn binary(input: &[u8]) -> bool {
    if let Ok(twelve) = <&[u8; 12]>::try_from(input)
        && let Some(fast) = epc_binary::decode_sgtin96(twelve)
    {
        let slow = epc_binary::decode(input).expect("what the fast path reads is a tag");
        assert_eq!(fast.sgtin().map(Epc::from), Some(slow.epc));
    }
    let Ok(tag) = epc_binary::decode(input) else {
        return false;
    };
    let view = TagView::from(&tag);
    if let Some(uri) = &view.tag_uri {
        let written = epc_binary::encode_bytes(uri).expect("what was read is written");
        let again = epc_binary::decode(&written).expect("what was written is read");
        assert_eq!(again.tag_uri().as_ref(), Some(uri));
        assert!(!matches!(tag.epc, Epc::Other(_)), "{uri}");
        return true;
    }
    let filter = tag.filter.expect("codings since 2.0 have a filter");
    let host = tag.host.as_deref();
    let written = epc_binary::encode_elements(tag.scheme, filter, &tag.elements, host);
    // A less frugal spelling may have been read than is written, never a shorter one.
    let written = written.expect("what was read is written");
    assert!(written.len() <= input.len() + 1);
    assert_eq!(
        epc_binary::decode(&written).expect("it is read").elements,
        tag.elements
    );
    true
}

fn memory(input: &[u8]) -> bool {
    let Ok(memory) = Memory::parse(input) else {
        return false;
    };
    let _tag = memory.decode();
    assert!(memory.raw_uri().starts_with("urn:epc:raw:"));
    true
}

fn tag_uri(input: &[u8]) -> bool {
    let text = text(input);
    let Ok(hex) = epc_binary::encode(&text) else {
        return false;
    };
    let view = epc_binary::describe(&hex).expect("what was written is read");
    let again = view.tag_uri.expect("a classic coding");
    assert_eq!(epc_binary::encode(&again), Ok(hex));
    true
}

fn chip(input: &[u8]) -> bool {
    let Ok(tid) = tid::parse(input) else {
        return false;
    };
    assert_eq!(tid.stid().is_some(), tid.same_chip(&tid) == Some(true));
    true
}
