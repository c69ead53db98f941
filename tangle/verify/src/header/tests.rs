//! Rules of the header, clocks and parents.

use std::vec;
use std::vec::Vec;

use super::*;
use crate::samples::{chained_header, first_header};

fn id(fill: u8) -> BlockId {
    BlockId::new([fill; 32])
}

/// Reads the header back from its own bytes.
fn read(header: &Header) -> Result<Header, Malformed> {
    let bytes = header.to_bytes();
    Header::read(Reader::new(&bytes, limits::HEADER_BYTES_MAX, "test")?)
}

#[test]
fn good_headers_survive_their_bytes() {
    let sample = chained_header();
    for header in [
        first_header(),
        sample.clone(),
        Header {
            parents: Parents::default(),
            anchor: None,
            ..sample.clone()
        },
        Header {
            seq: 0,
            prev: None,
            ..sample.clone()
        },
        Header {
            kind: Kind::Opaque(0x8000),
            seq: u64::MAX,
            epoch: u32::MAX,
            ..sample.clone()
        },
        Header {
            kind: Kind::Opaque(0xffff),
            hlc: Hlc(u64::MAX),
            ..sample.clone()
        },
        Header {
            parents: Parents::from_unsorted((0..7).map(id)).unwrap(),
            ..sample.clone()
        },
        Header {
            seq: 0,
            prev: None,
            parents: Parents::from_unsorted((0..8).map(id)).unwrap(),
            ..sample
        },
    ] {
        assert_eq!(header.check(), Ok(()), "{header:?}");
        assert_eq!(read(&header), Ok(header));
    }
}

#[test]
fn headers_that_break_a_rule_are_refused_written_or_read() {
    let sample = chained_header();
    for bad in [
        Header {
            version: 2,
            ..sample.clone()
        },
        Header {
            version: 0,
            ..sample.clone()
        },
        Header {
            kind: Kind::Opaque(0x7fff),
            ..sample.clone()
        },
        Header {
            kind: Kind::Opaque(1),
            ..sample.clone()
        },
        Header {
            kind: Kind::Opaque(0),
            ..sample.clone()
        },
        Header {
            seq: 0,
            ..sample.clone()
        },
        Header {
            prev: None,
            ..sample.clone()
        },
        Header {
            prev: Some(id(0x22)),
            ..sample.clone()
        },
        Header {
            parents: Parents::from_unsorted((0..8).map(id)).unwrap(),
            ..sample.clone()
        },
        Header {
            anchor: Some(Anchor {
                size: 0,
                root: [0; 32],
            }),
            ..sample
        },
    ] {
        assert!(bad.check().is_err(), "{bad:?}");
        // An opaque kind with an assigned code is written like that kind, and read as it.
        let disguised = Kind::from_code(bad.kind.code()).is_some_and(|kind| kind != bad.kind);
        assert!(disguised || read(&bad).is_err(), "{bad:?}");
    }
    let bytes = Header {
        seq: 0,
        ..chained_header()
    }
    .to_bytes();
    let mut string = Writer::new();
    string.bytes(&bytes);
    let string = string.into_vec();
    let mut outer = Reader::new(&string, 1024, "test").unwrap();
    let error = Header::read(outer.nested(1024).unwrap()).unwrap_err();
    assert_eq!(
        error.at,
        string.len() - bytes.len(),
        "where the header starts"
    );
}

#[test]
fn parents_ascend_and_none_comes_twice() {
    assert_eq!(
        Parents::new(vec![id(1), id(2)]).unwrap().as_slice(),
        [id(1), id(2)]
    );
    for bad in [vec![id(2), id(1)], vec![id(1), id(1)]] {
        assert_eq!(Parents::new(bad).unwrap_err().fault, Fault::Order);
    }
    let nine: Vec<_> = (0..9).map(id).collect();
    assert_eq!(
        Parents::new(nine).unwrap_err().fault,
        Fault::TooLarge { max: 8 }
    );
    let mixed = Parents::from_unsorted([id(3), id(1), id(3)]).unwrap();
    assert_eq!(mixed.as_slice(), [id(1), id(3)]);
    assert!(mixed.contains(&id(3)) && !mixed.contains(&id(2)));
    assert_eq!((mixed.len(), Parents::default().is_empty()), (2, true));
}

#[test]
fn what_a_block_approves_starts_with_its_prev() {
    let header = chained_header();
    let approved: Vec<_> = header.approved().copied().collect();
    assert_eq!(approved, [header.prev.unwrap(), id(0x22), id(0x33)]);
    assert!(!header.stands_on_genesis());
    assert!(first_header().stands_on_genesis());
}

#[test]
fn the_clock_is_above_everything_approved_and_never_wraps() {
    let at = |ms: u64, counter: u64| Hlc(ms << 16 | counter);
    for (now, approved, next) in [
        (5, vec![], at(5, 0)),
        (5, vec![at(4, 9)], at(5, 0)),
        (5, vec![at(5, 0)], at(5, 1)),
        (5, vec![at(3, 0), at(7, 3), at(6, 9)], at(7, 4)),
        (5, vec![at(7, 0xffff)], at(8, 0)),
        (limits::TIME_MS_MAX, vec![], at(limits::TIME_MS_MAX, 0)),
        (u64::MAX, vec![], at(limits::TIME_MS_MAX, 0)),
        (5, vec![Hlc(u64::MAX)], Hlc(u64::MAX)),
    ] {
        assert_eq!(Hlc::next(now, &approved), next, "{now} after {approved:?}");
    }
    assert_eq!((at(7, 3).ms(), at(7, 3).counter()), (7, 3));
}

#[test]
fn kinds_and_their_numbers() {
    for code in 0..=u16::MAX {
        let kind = Kind::from_code(code);
        assert_eq!(
            kind.is_some(),
            (1..=7).contains(&code) || code >= 0x8000,
            "{code}"
        );
        assert!(kind.is_none_or(|kind| kind.code() == code));
    }
}
