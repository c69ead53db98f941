//! Exactness of decimals: reading, printing, order, and conversion to thousandths.

use super::Decimal;
use proptest::prelude::*;

fn decimal(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

#[test]
fn numbers_print_as_short_json() {
    let rows = [
        ("0", "0"),
        ("-0.00", "0"),
        ("1.50", "1.5"),
        ("100", "100"),
        ("1e2", "100"),
        ("-12.5e-1", "-1.25"),
        ("0.000001", "0.000001"),
        ("1e-9", "1e-9"),
        ("123456789012345678", "123456789012345678"),
        ("1e21", "1e21"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("0.05", "0.05"),
    ];
    for (text, printed) in rows {
        assert_eq!(decimal(text).to_string(), printed, "{text}");
        assert_eq!(decimal(printed), decimal(text));
    }
    for text in [
        "", "-", ".5", "5.", "01", "1e", "+1", "1,5", "0x1", "NaN", "1e+-2", "\u{661}",
    ] {
        assert!(Decimal::parse(text).is_err(), "{text}");
    }
    for text in [
        "9223372036854775808",
        "12345678901234567891",
        "1e401",
        "1e99999999999999999999",
    ] {
        assert!(Decimal::parse(text).is_err(), "{text}");
    }
}

#[test]
fn thousandths_round_half_away_from_zero() {
    let rows = [
        ("2.0005", 2001),
        ("-2.0005", -2001),
        ("2.00049999", 2000),
        ("0.0005", 1),
        ("0.00049999999999", 0),
        ("-0.0005", -1),
        ("1e-300", 0),
        ("7", 7000),
    ];
    for (text, milli) in rows {
        assert_eq!(decimal(text).milli(), Some(milli), "{text}");
    }
    assert_eq!(decimal("1e18").milli(), None);
    assert_eq!(decimal("-1e300").milli(), None);
}

#[test]
fn temperatures_convert_exactly() {
    let rows = [
        ("8.1", "CEL", 8100),
        ("-0.0005", "CEL", -1),
        ("32", "FAH", 0),
        ("46.4", "FAH", 8000),
        ("46.41", "FAH", 8006),
        ("0", "FAH", -17_778),
        ("31.9991", "FAH", -1),
        ("31.9992", "FAH", 0),
        ("273.15", "KEL", 0),
        ("281.15", "KEL", 8000),
        ("0", "KEL", -273_150),
        ("273.1495", "KEL", -1),
        ("1e-40", "KEL", -273_150),
    ];
    for (text, uom, milli) in rows {
        assert_eq!(
            decimal(text).milli_celsius(uom),
            Some(milli),
            "{text} {uom}"
        );
    }
    assert_eq!(decimal("1").milli_celsius("P1"), None);
    assert_eq!(decimal("3000000").milli_celsius("CEL"), None);
}

proptest! {
    #[test]
    fn order_is_that_of_the_numbers(
        a in -10_000_i64..10_000, b in -10_000_i64..10_000, p in 0_usize..4, q in 0_usize..4,
    ) {
        let text = |n: i64, places: usize| {
            let digits = format!("{:0>5}", n.unsigned_abs());
            let (whole, fraction) = digits.split_at(digits.len() - places);
            let whole = whole.trim_start_matches('0');
            let whole = if whole.is_empty() { "0" } else { whole };
            let sign = if n < 0 { "-" } else { "" };
            if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
        };
        let scaled = |n: i64, places: usize| n * 10_i64.pow(4 - u32::try_from(places).unwrap());
        let (x, y) = (decimal(&text(a, p)), decimal(&text(b, q)));
        prop_assert_eq!(x.cmp(&y), scaled(a, p).cmp(&scaled(b, q)));
        prop_assert_eq!(x == y, scaled(a, p) == scaled(b, q));
    }

    #[test]
    fn reading_never_panics_and_printing_reads_back(
        text in "\\PC{0,24}", n in any::<i64>(), e in -320_i32..320,
    ) {
        drop(Decimal::parse(&text));
        if let Ok(number) = Decimal::parse(&format!("{n}e{e}")) {
            prop_assert_eq!(Decimal::parse(&number.to_string()), Ok(number));
            let _milli = (number.milli(), number.milli_celsius("FAH"), number.milli_celsius("KEL"));
        }
    }
}
