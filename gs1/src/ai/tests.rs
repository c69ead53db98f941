//! Formats of application identifiers, valid and broken.

use super::{has_predefined_length, leading, rule};

#[test]
fn values_fit_or_do_not() {
    let rows = [
        ("01", "09506000134352", true),
        ("01", "09506000134353", false),
        ("01", "9506000134352", false),
        ("00", "095201234567891235", true),
        ("17", "251200", true),
        ("17", "251332", false),
        ("7003", "2512312359", true),
        ("7003", "2512312400", false),
        ("7003", "2512002359", false),
        ("7007", "251231", true),
        ("7007", "251231260101", true),
        ("7007", "25123126010", false),
        ("8008", "25123123", true),
        ("8008", "251231235959", true),
        ("8008", "2512312360", false),
        ("10", "ABC/1", true),
        ("10", "", false),
        ("10", "ABC 1", false),
        ("10", "123456789012345678901", false),
        ("253", "9526064000028", true),
        ("253", "9526064000028000001", true),
        ("8003", "02112345678900ABCDEFGHIJKLMNOP", true),
        ("8003", "12112345678900", false),
        ("8010", "9521ABC#-/1", true),
        ("8010", "abc", false),
        ("423", "528528", true),
        ("423", "52852", false),
        ("3103", "000195", true),
        ("3103", "00195", false),
        ("21", "\u{e9}", false),
        ("21", "12345678901234567890\u{e9}", false),
        ("8004", "95x1", false),
        ("7040", "1ABC", true),
        ("7040", "1AB=", false),
        ("4309", "02790858483015297971", true),
        ("7258", "1/3", true),
        ("7258", "3/1", false),
        ("8007", "GB82WEST12345698765432", true),
        ("8013", "1987654Ad4X4bL5ttr2310c2K", true),
        ("8030", "ab=", true),
        ("8030", "a=b", false),
    ];
    for (ai, value, fits) in rows {
        assert_eq!(
            rule(ai).unwrap().check(value).is_ok(),
            fits,
            "({ai}){value}"
        );
    }
}

#[test]
fn an_application_identifier_is_found_at_the_head_of_digits() {
    for (digits, ai) in [
        ("0109", "01"),
        ("310312", "3103"),
        ("4149", "414"),
        ("99", "99"),
    ] {
        assert_eq!(leading(digits).unwrap().0, ai, "{digits}");
    }
    for digits in [
        "",
        "0",
        "04",
        "05",
        "14",
        "19",
        "3106",
        "3999",
        "55",
        "418",
        "7xx",
        "\u{663}\u{661}",
    ] {
        assert!(leading(digits).is_none(), "{digits}");
    }
}

#[test]
fn no_application_identifier_begins_another_and_predefined_ones_have_one_length() {
    let known: Vec<String> = (2..=4_usize)
        .flat_map(|width| {
            (0..10_u32.pow(u32::try_from(width).unwrap())).map(move |n| format!("{n:0width$}"))
        })
        .filter(|ai| rule(ai).is_some())
        .collect();
    assert!(known.len() > 500);
    for ai in &known {
        assert!(
            (2..ai.len()).all(|width| rule(ai.get(..width).unwrap()).is_none()),
            "{ai}"
        );
        if has_predefined_length(ai) {
            assert_eq!(
                rule(ai).unwrap().min_len(),
                rule(ai).unwrap().max_len(),
                "{ai}"
            );
        }
    }
}

#[test]
fn what_stands_together_must_fit_together() {
    let rows = [
        ("(01)09506000134352(10)A(17)271231(21)S", None),
        (
            "(01)09506000134352(02)09506000134352",
            Some("(02) may not stand beside (01)"),
        ),
        (
            "(10)A",
            Some("(10) needs one of (01), (02), (03), (8006), (8026) beside it"),
        ),
        (
            "(02)09506000134352(37)5",
            Some("(37) needs one of (00)+(02), (00)+(8026)"),
        ),
        ("(00)006141411234567890(02)09506000134352(37)5", None),
        (
            "(01)09506000134352(250)A",
            Some("(250) needs one of (01)+(21)"),
        ),
        (
            "(01)09506000134352(3100)000001(3101)000001",
            Some("(3100) may not stand beside (3101)"),
        ),
        (
            "(255)9521141123454(8030)AB",
            Some("serial component of (255)"),
        ),
        ("(255)95211411234547(8030)AB", None),
    ];
    for (text, expected) in rows {
        let list = crate::element_string::parse_bracketed(text).unwrap();
        let got = super::check_associations(&list)
            .err()
            .map(|error| error.to_string());
        match expected {
            None => assert_eq!(got, None, "{text}"),
            Some(part) => assert!(
                got.as_ref().is_some_and(|got| got.contains(part)),
                "{got:?}"
            ),
        }
    }
}
