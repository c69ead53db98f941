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
        ("8010", "ABC#-/1", true),
        ("8010", "abc", false),
        ("423", "528528", true),
        ("423", "52852", false),
        ("3103", "000195", true),
        ("3103", "00195", false),
        ("21", "\u{e9}", false),
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
