//! Both spellings, their errors, and that each undoes the other.

use super::{Known, elements, parse_bracketed, parse_bracketed_with, parse_raw};
use super::{to_bracketed, to_raw};
use proptest::prelude::*;

#[test]
fn brackets_that_belong_to_a_value_stay_in_it() {
    let rows = [
        (r"(10)12345\(11)991225", "1012345(11)991225"),
        (r"(10)12345\(", "1012345("),
        ("(254)3/Z(k", "2543/Z(k"),
        ("(21)a(1)b(12345)c", "21a(1)b(12345)c"),
        (" (01)09506000134352 (10) A ", "010950600013435210A"),
    ];
    for (text, raw) in rows {
        let list = parse_bracketed(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(to_raw(&list), raw, "{text}");
        assert_eq!(parse_bracketed(&to_bracketed(&list)), Ok(list), "{text}");
    }
}

#[test]
fn what_cannot_be_read_says_where() {
    let rows = [
        ("(10)(11)991225", "(10) at offset 4: value has 0 characters"),
        (
            "(1A)12345",
            "no bracketed application identifier at offset 0",
        ),
        ("12345", "no bracketed application identifier at offset 0"),
        ("(10)A(9999)1", "\"9999\" at offset 6"),
        ("(01)123456789012312(10)1", "(01) at offset 4"),
        ("(17)9(90)217", "(17) at offset 4"),
        ("(10)A(10)B", "(10) at offset 9 contradicts"),
        ("(4307)XX", "not a country code (rule iso3166alpha2)"),
    ];
    for (text, part) in rows {
        let error = parse_bracketed(text).unwrap_err().to_string();
        assert!(error.contains(part), "{text}: {error}");
    }
    for (text, part) in [
        ("01095060001343525", "\"5\" at offset 16"),
        ("10A\u{1d}10B", "(10) at offset 6 contradicts"),
        ("21\u{e9}", "holds '\u{e9}' at offset 0"),
        ("1727123\u{e9}", "holds '\u{e9}' at offset 5"),
    ] {
        let error = parse_raw(text).unwrap_err().to_string();
        assert!(error.contains(part), "{text}: {error}");
    }
    let many = "99A\u{1d}".repeat(65);
    assert!(parse_raw(&many).is_err());
    assert!(parse_raw(many.get(4..).unwrap()).is_ok());
}

#[test]
fn unknown_identifiers_are_read_in_brackets_when_asked() {
    let list = parse_bracketed_with("(89)ABC(01)09506000134352", Known::OrUnknown).unwrap();
    assert_eq!(to_bracketed(&list), "(89)ABC(01)09506000134352");
    for text in ["(3338)1(9999)A", "(89)", "(89)A~", "(010)1"] {
        assert!(
            parse_bracketed_with(text, Known::OrUnknown).is_err(),
            "{text}"
        );
    }
    assert!(parse_bracketed("(89)ABC").is_err());
}

#[test]
fn elements_are_lent_as_they_stand() {
    let text = "\u{1d}010950600013435217271231102A\u{1d}21S1";
    let list: Vec<_> = elements(text)
        .map(|one| one.map(|one| (one.ai, one.value, one.at)))
        .collect();
    let expected = [
        ("01", "09506000134352", 3),
        ("17", "271231", 19),
        ("10", "2A", 27),
        ("21", "S1", 32),
    ];
    assert_eq!(list, expected.map(Ok));
    assert_eq!(elements("99").count(), 1);
}

proptest! {
    #[test]
    fn each_spelling_undoes_the_other(
        serial in "[!\"%-?A-Z_a-z]{1,20}", lot in "[!\"%-?A-Z_a-z]{0,9}\\([0-9]{1,5}\\)[a-z]{0,4}",
    ) {
        let list = vec![("21".to_owned(), serial), ("10".to_owned(), lot)];
        prop_assert_eq!(parse_raw(&to_raw(&list)), Ok(list.clone()));
        prop_assert_eq!(parse_bracketed(&to_bracketed(&list)), Ok(list));
    }

    #[test]
    fn reading_never_panics(text in prop_oneof![
        "\\PC{0,40}", "(\\(?[0-9]{1,4}\\)?[!-~\u{1d} \u{e9}]{0,20}){0,5}",
    ]) {
        for list in [parse_raw(&text), parse_bracketed(&text)].into_iter().flatten() {
            prop_assert_eq!(parse_raw(&to_raw(&list)), Ok(list));
        }
    }
}
