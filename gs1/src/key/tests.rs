//! Keys: what is accepted, in which one form, and which message a wrong one gets.

use super::{Gln, Gtin, KeyError, Lot, Serial, Sgln, Sscc};
use proptest::prelude::*;

#[test]
fn gtins_of_every_length_are_one_value_of_14_digits() {
    let rows = [
        ("09506000134352", "09506000134352"),
        ("9506000134352", "09506000134352"),
        ("2345673", ""),
        ("02345673", "00000002345673"),
        ("416000336108", "00416000336108"),
        ("00000000000000", "00000000000000"),
    ];
    for (text, expected) in rows {
        let got = Gtin::parse(text);
        assert_eq!(
            got.as_ref().map(Gtin::as_str).unwrap_or_default(),
            expected,
            "{text}"
        );
    }
}

#[test]
fn a_wrong_key_is_told_apart_by_what_is_wrong() {
    let rows = [
        (
            Gtin::parse("").unwrap_err(),
            "GTIN has 0 characters, expected 8, 12, 13 or 14",
        ),
        (
            Gtin::parse("0950600013435x").unwrap_err(),
            "GTIN holds 'x' at offset 13, expected a digit",
        ),
        (
            Gtin::parse("09506000134353").unwrap_err(),
            "GTIN ends in check digit 3, expected 2",
        ),
        (
            Gtin::parse("\u{661}9506000134352").unwrap_err(),
            "GTIN holds '\u{661}' at offset 0, expected a digit",
        ),
        (
            Sscc::parse("09520123456789123").unwrap_err(),
            "SSCC has 17 characters, expected 18",
        ),
        (
            Gln::parse("9520123456787").unwrap_err(),
            "GLN ends in check digit 7, expected 8",
        ),
        (
            Serial::parse("a b").unwrap_err(),
            "serial number holds ' ' at offset 1, which is outside GS1 character set 82",
        ),
        (
            Lot::parse("").unwrap_err(),
            "lot number has 0 characters, expected 1 to 20",
        ),
    ];
    for (error, text) in rows {
        assert_eq!(error.to_string(), text);
    }
    assert_eq!(
        Serial::parse(&"x".repeat(21)).unwrap_err(),
        KeyError::Length {
            key: "serial number",
            expected: "1 to 20",
            got: 21
        }
    );
}

#[test]
fn an_extension_of_zero_is_the_location_itself() {
    let gln = Gln::parse("9520123456788").unwrap();
    assert_eq!(
        Sgln::new(gln.clone(), Some("0")),
        Ok(Sgln::from(gln.clone()))
    );
    let door = Sgln::new(gln, Some("DOCK/1")).unwrap();
    assert_eq!(
        door.to_string(),
        "https://id.gs1.org/414/9520123456788/254/DOCK%2F1"
    );
    assert_eq!(door.to_string().parse(), Ok(door));
}

#[test]
fn keys_are_json_strings() {
    let gtin: Gtin = serde_json::from_str("\"9506000134352\"").unwrap();
    assert_eq!(serde_json::to_string(&gtin).unwrap(), "\"09506000134352\"");
    assert!(serde_json::from_str::<Gtin>("\"1\"").is_err());
}

proptest! {
    #[test]
    fn parsing_never_panics(text in "\\PC{0,24}") {
        drop((Gtin::parse(&text), Sscc::parse(&text), Gln::parse(&text)));
        drop((Serial::parse(&text), Lot::parse(&text)));
    }

    #[test]
    fn a_key_of_a_company_prefix_splits_and_joins(digits in "[0-9]{17}", prefix in 6_u8..=12) {
        let check = crate::check_digit::of(digits.as_bytes());
        let sscc = Sscc::parse(&format!("{digits}{check}")).unwrap();
        let (company, serial) = sscc.to_epc_parts(prefix).unwrap();
        prop_assert_eq!(company.len(), usize::from(prefix));
        prop_assert_eq!(Sscc::from_epc_parts(&company, &serial), Some(sscc.clone()));
        prop_assert_eq!(sscc.to_epc_parts(13), None);
        prop_assert_eq!(sscc.to_epc_parts(5), None);
    }
}
