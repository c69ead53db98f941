//! Chips: with and without a serial number, and memory that breaks off.

use super::{Extended, Tid, TidError, parse};
use proptest::prelude::*;

fn tid(hex: &str) -> Result<Tid, TidError> {
    parse(&hex::decode(hex).unwrap())
}

#[test]
fn chips_are_taken_apart() {
    // A chip without extension, and one with 48 bits of serial number.
    let short = tid("E2003412").unwrap();
    assert_eq!((short.designer, short.model), (3, 0x412));
    assert_eq!((short.stid(), &short.extended), (None, &None));
    let chip = tid("E28011052000789A12345678").unwrap();
    assert_eq!(
        (chip.designer, chip.model, chip.security),
        (1, 0x105, false)
    );
    let extended = chip.extended.clone().unwrap();
    assert_eq!(extended.serial, hex::decode("789A12345678").unwrap());
    assert_eq!(chip.stid().unwrap(), "urn:epc:stid:x801.x105.x789A12345678");
    assert_eq!(chip.same_chip(&chip), Some(true));
    assert_eq!(
        chip.same_chip(&tid("E28011052000789A12345679").unwrap()),
        Some(false)
    );
    assert_eq!(chip.same_chip(&short), None);
}

#[test]
fn segments_follow_in_the_order_of_the_header() {
    let all = tid("E2E01105BE00\
         000102030405060708090A0B0C0D\
         1234\
         0102030405060708\
         00040010\
         003F\
         FFFF");
    // Header 0xbe00: 112 bits of serial number and every segment.
    let all = all.unwrap();
    assert!(all.security && all.files);
    assert_eq!(
        all.extended.unwrap(),
        Extended {
            serial: (0..14).collect(),
            commands: Some(0x1234),
            blocks: Some(0x0102_0304_0506_0708),
            user_memory: Some((16, 4)),
            locks: Some(0x3f),
        }
    );
    let none = tid("E28011050000").unwrap();
    assert_eq!(
        (none.extended.clone(), none.stid()),
        (Some(Extended::default()), None)
    );
}

#[test]
fn what_is_no_tid_is_refused_by_field() {
    for (hex, part) in [
        ("", "mask designer and model at bit 0"),
        ("E2801105", "extended header at bit 32"),
        ("E28011052000789A", "serial number at bit 48"),
        ("E28011051000", "optional command support at bit 48"),
        ("E28011050001", "reserved bits"),
        ("E0040100", "allocation class e0"),
        ("3066C4409047E140075BCD15", "allocation class 30"),
    ] {
        let error = tid(hex).unwrap_err().to_string();
        assert!(error.contains(part), "{hex}: {error}");
    }
    assert!(parse(&[0xe2; 65]).is_err());
}

proptest! {
    #[test]
    fn reading_never_panics(mut bytes in prop::collection::vec(any::<u8>(), 0..70)) {
        drop(parse(&bytes));
        if let Some(first) = bytes.first_mut() {
            *first = 0xe2;
            if let Ok(tid) = parse(&bytes) {
                prop_assert_eq!(tid.stid().is_some(), tid.same_chip(&tid) == Some(true));
            }
        }
    }
}
