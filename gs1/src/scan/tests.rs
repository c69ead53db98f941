//! Scans as they come from scanners, keyboards and web addresses.

use super::{Scan, ScanError, as_it_is, parse, undone};
use crate::element_string::{parse_bracketed, parse_raw, to_bracketed, to_raw};
use proptest::prelude::*;

const PACK: &str = "(01)09506000134352(21)S1/x(17)271200(10)LE850";

fn bracketed(text: &str) -> String {
    to_bracketed(&parse(text).unwrap().elements)
}

#[test]
fn one_pack_in_every_form() {
    for text in [
        PACK,
        "(01) 09506000134352 (21) S1/x (17) 271200 (10) LE850",
        "]d2010950600013435221S1/x\u{1d}1727120010LE850",
        "]d2\u{1d}010950600013435221S1/x\u{1d}1727120010LE850\u{1d}",
        "]C1010950600013435221S1/x\u{1d}1727120010LE850\r\n",
        "]Q3010950600013435221S1/x\u{1d}1727120010LE850",
        "]d1(01)09506000134352(21)S1/x(17)271200(10)LE850",
        "\u{feff}010950600013435221S1/x^1727120010LE850",
        "010950600013435221S1/x{GS}1727120010LE850",
        "\t010950600013435221S1/x\u{241d}1727120010LE850\n",
        "0109506000134352\u{1d}21S1/x\u{1d}17271200\u{1d}10LE850",
    ] {
        let scan = parse(text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        assert_eq!(to_bracketed(&scan.elements), PACK, "{text:?}");
        assert_eq!(
            scan.expiry.clone().unwrap().resolve(2026).to_string(),
            "2027-12-31"
        );
        assert_eq!(scan.lot.as_ref().unwrap().as_str(), "LE850");
        let id = scan.epc().unwrap().canonical();
        assert_eq!(
            id, "https://id.gs1.org/01/09506000134352/21/S1%2Fx",
            "{text:?}"
        );
    }
}

#[test]
fn addresses_urns_and_other_keys() {
    let rows = [
        (
            "https://id.gs1.org/01/09506000134352/10/A/21/1?17=251231",
            "(01)09506000134352(10)A(21)1(17)251231",
        ),
        (
            "]Q1HTTPS://example.com/01/09506000134352?99=TEST",
            "(01)09506000134352(99)TEST",
        ),
        (
            "urn:epc:id:sgtin:9506000.013435.7",
            "(01)09506000134352(21)7",
        ),
        (
            "urn:epc:id:sscc:952012.03456789123",
            "(00)095201234567891235",
        ),
        (
            "urn:epc:id:sgln:9520123.45678.D1",
            "(414)9520123456788(254)D1",
        ),
        (
            "urn:epc:class:lgtin:9506000.013435.A",
            "(01)09506000134352(10)A",
        ),
        ("]e000095201234567891235", "(00)095201234567891235"),
        ("9506000134352", "(01)09506000134352"),
        ("9506000134353", "(95)06000134353"),
        ("]E09506000134352", "(01)09506000134352"),
        ("]E402345673", "(01)00000002345673"),
        ("4006381333931", "(01)04006381333931"),
        ("(21)A(B)C(10)x(", "(21)A(B)C(10)x("),
        ("(400)ABC(99)DEF(400)ABC", "(400)ABC(99)DEF"),
    ];
    for (text, expected) in rows {
        assert_eq!(bracketed(text), expected, "{text}");
    }
}

/// Tags as readers print them (TDS 2.1, 14.2 and 12): the same pack as its barcode.
#[test]
fn a_tag_is_read_in_hexadecimal_and_as_tag_uri() {
    let pack = "(01)80614141123458(21)6789";
    let unit = "(00)106141412345678908";
    for (text, same) in [
        ("3074257BF7194E4000001A85", pack),
        ("0x3074257bf7194e4000001a85\r\n", pack),
        ("urn:epc:tag:sgtin-96:3.0614141.812345.6789", pack),
        ("3174257BF4499602D2000000", unit),
        ("urn:epc:tag:sscc-96:3.0614141.1234567890", unit),
    ] {
        let elements = parse(same).unwrap().elements;
        assert_eq!(parse(text).unwrap().elements, elements, "{text}");
    }
    // Cut short, of no coding, of a place's coding that cannot be, and a URI of none.
    for text in [
        "3074257BF7194E400000",
        "0074257BF7194E4000001A85",
        "30FFFFFFFFFFFFFFFFFFFFFF",
        "urn:epc:tag:sgtin-96:3.0614141.812345",
    ] {
        assert!(parse(text).is_err(), "{text}");
    }
}

#[test]
fn what_is_identified_is_the_finest_thing_named() {
    let rows = [
        (
            "(01)09506000134352(21)1(10)A",
            Some("https://id.gs1.org/01/09506000134352/21/1"),
        ),
        (
            "(01)09506000134352(10)A",
            Some("https://id.gs1.org/01/09506000134352/10/A"),
        ),
        (
            "(01)09506000134352",
            Some("https://id.gs1.org/01/09506000134352"),
        ),
        (
            "(00)095201234567891235(02)09506000134352(37)4",
            Some("https://id.gs1.org/00/095201234567891235"),
        ),
        (
            "(414)9520123456788(254)D",
            Some("https://id.gs1.org/414/9520123456788/254/D"),
        ),
        ("(21)1(10)A", None),
    ];
    for (text, expected) in rows {
        let epc = parse(text).unwrap().epc().map(|epc| epc.canonical());
        assert_eq!(epc.as_deref(), expected, "{text}");
    }
}

#[test]
fn german_packs_and_macros() {
    let pack = "(01)04150037528643(17)271231(10)1A2B3C(21)12345ABCDEF";
    for text in [
        "[)>\u{1e}06\u{1d}9N110375286414\u{1d}D271231\u{1d}1T1A2B3C\u{1d}S12345ABCDEF\u{1e}\u{4}",
        "]d1[)>\u{1e}06\u{1d}9N110375286414\u{1d}D271231\u{1d}1T1A2B3C\u{1d}S12345ABCDEF\u{1e}\u{4}\r",
        "[)>{RS}06{GS}9N110375286414{GS}D271231{GS}1T1A2B3C{GS}S12345ABCDEF{RS}{EOT}",
        "[)>06\u{241d}9N110375286414^D271231^1T1A2B3C^S12345ABCDEF",
        "9N110375286414\u{1d}D271231\u{1d}1T1A2B3C\u{1d}S12345ABCDEF",
        "[)>\u{1e}05\u{1d}01041500375286431727123110\
         1A2B3C\u{1d}2112345ABCDEF\u{1e}\u{4}",
        "]d2[)>\u{1e}05\u{1d}01041500375286431727123110\
         1A2B3C\u{1d}2112345ABCDEF\u{1e}\u{4}",
    ] {
        let scan = parse(text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        assert_eq!(to_bracketed(&scan.elements), pack, "{text:?}");
        let ppn = scan.ppn.as_ref().map(super::Ppn::number);
        assert_eq!(ppn, text.contains("9N").then_some("03752864"), "{text:?}");
        assert_eq!(
            scan.data_identifiers.len(),
            if ppn.is_some() { 4 } else { 0 }
        );
    }
    // A GTIN beside the PPN is the product; what has no application identifier is kept.
    let scan = parse(
        "[)>\u{1e}06\u{1d}S1\u{1d}8P9506000134352\u{1d}9N110375286414\u{1d}16D20260131\
                      \u{1d}27Q1.50\u{1e}\u{4}",
    );
    let scan = scan.unwrap();
    assert_eq!(
        to_bracketed(&scan.elements),
        "(01)09506000134352(21)1(11)260131"
    );
    assert_eq!(scan.data_identifiers.last().unwrap().0, "27Q");
}

#[test]
fn wrong_messages_say_what_and_where() {
    for (text, part, at) in [
        (
            "[)>\u{1e}07\u{1d}x\u{1e}\u{4}",
            "format \"07\" at offset 4",
            Some(4),
        ),
        (
            "[)>\u{1e}06\u{1d}9N110375286415\u{1e}\u{4}",
            "check digits 15, expected 14",
            Some(9),
        ),
        (
            "[)>\u{1e}06\u{1d}x\u{1e}\u{4}",
            "no data identifier at offset 7",
            Some(7),
        ),
        (
            "[)>\u{1e}06\u{1d}1234S1\u{1e}\u{4}",
            "no data identifier at offset 7",
            Some(7),
        ),
        (
            "[)>\u{1e}06\u{1d}D271331\u{1e}\u{4}",
            "data identifier D at offset 8",
            Some(8),
        ),
        (
            "[)>\u{1e}06\u{1d}S1\u{1d}S2\u{1e}\u{4}",
            "identifier S at offset 11 contradicts",
            Some(11),
        ),
        (
            "[)>\u{1e}05\u{1d}0109506000134353\u{1e}\u{4}",
            "(01)",
            Some(9),
        ),
        ("9N110375286415", "check digits", Some(2)),
    ] {
        let error = parse(text).unwrap_err();
        assert!(error.to_string().contains(part), "{text:?}: {error}");
        assert_eq!((error.code(), error.at()), ("MESSAGE", at), "{text:?}");
    }
}

#[test]
fn every_symbology_says_what_it_holds() {
    for (text, expected) in [
        ("]d80109506000134352", Some("(01)09506000134352")),
        ("]Q40109506000134352", Some("(01)09506000134352")),
        ("]e10109506000134352", Some("(01)09506000134352")),
        ("]E3950600013435212", Some("(01)09506000134352")),
        ("]E3950600013435212345", Some("(01)09506000134352")),
        ("]E112", None),
        ("]I009506000134352", Some("(01)09506000134352")),
        ("]X0(01)09506000134352", Some("(01)09506000134352")),
        ("]C09506000134352", Some("(01)09506000134352")),
        ("]I19506000134352", None),
        ("]X1(01)09506000134352", None),
        ("]", None),
    ] {
        let read = parse(text).ok().map(|scan| to_bracketed(&scan.elements));
        assert_eq!(read.as_deref(), expected, "{text}");
    }
}

#[test]
fn a_bad_scan_says_what_and_where() {
    let rows = [
        ("", "EMPTY", None, None),
        (" \r\n", "EMPTY", None, None),
        ("]d2", "EMPTY", None, None),
        ("]X9123", "SYMBOLOGY", None, None),
        ("]E09506000134353", "RETAIL_CODE", None, None),
        (
            "]d2010950600013435321A",
            "ELEMENT_VALUE",
            Some("01"),
            Some(5),
        ),
        ("01095060001343522", "UNKNOWN_AI", None, Some(16)),
        (
            "0109506000134352\u{1d}\u{1d}21A",
            "UNKNOWN_AI",
            None,
            Some(17),
        ),
        ("(01)09506000134352(55)1", "UNKNOWN_AI", None, Some(19)),
        (
            "(01)09506000134352(21)",
            "ELEMENT_VALUE",
            Some("21"),
            Some(22),
        ),
        ("(17)251332", "ELEMENT_VALUE", Some("17"), Some(4)),
        ("(10)A(10)B", "ELEMENT_CONFLICT", Some("10"), Some(9)),
        ("(10", "BRACKET", None, Some(0)),
        (
            "{GS}0109506000134352{gs}21\u{e9}",
            "ELEMENT_VALUE",
            Some("21"),
            Some(26),
        ),
        ("https://example.com/about", "NOT_GS1", None, None),
        (
            "urn:uuid:4bdbf090-d48d-49f3-9436-6c219c3ecb54",
            "NOT_GS1",
            None,
            None,
        ),
        (
            "https://id.gs1.org/01/09506000134353",
            "IDENTIFIER",
            Some("01"),
            None,
        ),
        ("hello world", "UNKNOWN_AI", None, Some(0)),
        ("\u{1f48a}", "UNKNOWN_AI", None, Some(0)),
    ];
    for (text, code, ai, at) in rows {
        let error = parse(text).unwrap_err();
        assert_eq!(
            (error.code(), error.ai(), error.at()),
            (code, ai, at),
            "{text:?}: {error}"
        );
    }
    assert!(matches!(
        parse(&"9".repeat(9000)),
        Err(ScanError::TooLong { .. })
    ));
    let many: String = (0..65).map(|_| "(99)A").collect();
    assert_eq!(parse(&many).unwrap_err().code(), "TOO_MANY_ELEMENTS");
}

proptest! {
    #[test]
    fn parsing_never_panics(text in prop_oneof![
        "\\PC{0,80}",
        "[\\]\\[dCQe0-9(){GS}^\u{1d}A-Za-z:/?=&.%-]{0,60}",
        "(\\([0-9]{2,4}\\)[!-~]{0,12}){0,6}",
    ]) {
        drop(parse(&text));
    }

    #[test]
    fn raw_and_bracketed_spell_the_same_elements(
        serial in "[!\"%-'*-?A-Z_a-z]{1,20}", lot in "[A-Z0-9]{1,20}", day in 0_u8..=28,
        first in any::<bool>(),
    ) {
        let gtin = ("01".to_owned(), "09506000134352".to_owned());
        let pair = [("21".to_owned(), serial), ("10".to_owned(), lot)];
        let date = ("17".to_owned(), format!("2712{day:02}"));
        let [a, b] = pair;
        let elements = if first { vec![gtin, a, b, date] } else { vec![b, gtin, date, a] };
        let read: Scan = parse(&to_raw(&elements)).unwrap();
        prop_assert_eq!(&read.elements, &elements);
        prop_assert_eq!(&parse_raw(&to_raw(&elements)).unwrap(), &elements);
        prop_assert_eq!(parse_bracketed(&to_bracketed(&elements)).unwrap(), elements);
    }
}

/// What is read in place is read as it would be with everything undone.
fn assert_same(text: &str) -> bool {
    let at_once = as_it_is(text);
    if let Some(scan) = &at_once {
        assert_eq!(Ok(scan), undone(text).as_ref(), "{text:?}");
    }
    at_once.is_some()
}

#[test]
fn what_most_scanners_send_is_read_in_place() {
    for (text, at_once) in [
        (PACK, true),
        ("(01) 09506000134352 (21) S1/x \r\n", true),
        (
            "]d2\u{1d}010950600013435221S1/x\u{1d}1727120010LE850\u{1d}",
            true,
        ),
        ("]C1010950600013435221S1/x", true),
        ("010950600013435221S1/x:urn", true),
        // A product alone may be a retail code; the others need something undone.
        ("09506000134352", false),
        ("010950600013435221S1/x^1727120010LE850", false),
        ("]d1(01)09506000134352(21)S1/x", false),
        ("urn:epc:id:sgtin:9506000.013435.7", false),
        ("[)>\u{1e}05\u{1d}010950600013435221S1\u{1e}\u{4}", false),
        ("(01)09506000134353(21)S1", false),
        ("(01)09506000134352(21)\u{e9}", false),
    ] {
        assert_eq!(assert_same(text), at_once, "{text:?}");
    }
}

proptest! {
    #[test]
    fn reading_in_place_never_differs(
        head in "(\\](d2|C1|d1|E0|zz)|\\[\\)>\u{1e}05|urn:|)[ \t\u{1d}]{0,2}",
        parts in proptest::collection::vec(
            prop_oneof![
                "(\\(01\\)|01|)09506000134352",
                "(\\(21\\)|21)[A-Z0-9(/:^{<\\\\]{0,6}",
                "\\((17|10|99)\\)[0-9]{6}",
                "[\u{1d} ]",
            ],
            0..5,
        ),
        tail in "[\r\n\u{1d} ]{0,2}",
    ) {
        assert_same(&format!("{head}{}{tail}", parts.concat()));
    }
}
