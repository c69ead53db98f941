//! Conversions known from standards, and properties of comparing across units.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{Quantity, Reading, Unit, compare, table};
use crate::decimal::Decimal;

fn order(left: (&str, &str), right: (&str, &str), reading: Reading) -> Option<Ordering> {
    let side =
        |(value, unit): (&str, &str)| (Decimal::parse(value).unwrap(), Unit::of(unit).unwrap());
    let ((a, a_unit), (b, b_unit)) = (side(left), side(right));
    compare((a, &a_unit), (b, &b_unit), reading)
}

#[test]
fn equal_values_in_different_units() {
    let rows = [
        (("0", "CEL"), ("32", "FAH")),
        (("-40", "CEL"), ("-40", "FAH")),
        (("8", "CEL"), ("281.15", "KEL")),
        (("46.4", "FAH"), ("8", "CEL")),
        (("-459.67", "FAH"), ("0", "KEL")),
        (("671.67", "A48"), ("100", "CEL")),
        (("1", "INH"), ("25.4", "MMT")),
        (("1", "NMI"), ("1.852", "KMT")),
        (("3937", "M51"), ("1200", "MTR")),
        (("16", "ONZ"), ("1", "LBR")),
        (("1", "TNE"), ("1000000", "GRM")),
        (("1", "ATM"), ("760", "UA")),
        (("1013.25", "A97"), ("1", "ATM")),
        (("3.6", "KMH"), ("1", "MTS")),
        (("1", "KNT"), ("1852", "M60")),
        (("1", "K40"), ("9.80665", "MSK")),
        (("1", "LTR"), ("1000", "MLT")),
        (("231", "INQ"), ("1", "GLL")),
        (("50", "P1"), ("0.5", "C62")),
        (("1", "DAY"), ("24", "HUR")),
        (("1", "GJ"), ("1", "23")),
        (("360", "DD"), ("1", "M44")),
        (("1", "AD"), ("8", "A99")),
        (("1e300", "KMT"), ("1e303", "MTR")),
        (("1e-300", "KMT"), ("1e-297", "MTR")),
    ];
    for (left, right) in rows {
        assert_eq!(
            order(left, right, Reading::Point),
            Some(Ordering::Equal),
            "{left:?} {right:?}"
        );
    }
}

#[test]
fn the_next_digit_decides() {
    use Ordering::{Greater, Less};
    let rows = [
        (("8.000000000000001", "CEL"), ("281.15", "KEL"), Greater),
        (("7.999999999999999", "CEL"), ("46.4", "FAH"), Less),
        (("-0.1", "CEL"), ("32", "FAH"), Less),
        (("1e-300", "CEL"), ("32", "FAH"), Greater),
        (("1", "LBR"), ("453.59237000000001", "GRM"), Less),
        (("1e300", "MTR"), ("1", "C45"), Greater),
        (("-1e300", "MTR"), ("1e-300", "C45"), Less),
        (("57.2957795", "DD"), ("1", "C81"), Less),
        (("57.2957796", "DD"), ("1", "C81"), Greater),
    ];
    for (left, right, expected) in rows {
        assert_eq!(
            order(left, right, Reading::Point),
            Some(expected),
            "{left:?} {right:?}"
        );
    }
}

#[test]
fn a_span_has_no_zero_point() {
    let rows = [
        (("5", "CEL"), ("9", "FAH")),
        (("1", "CEL"), ("1", "KEL")),
        (("0", "CEL"), ("0", "FAH")),
    ];
    for (left, right) in rows {
        assert_eq!(
            order(left, right, Reading::Span),
            Some(Ordering::Equal),
            "{left:?} {right:?}"
        );
    }
}

#[test]
fn other_quantities_are_not_compared() {
    assert_eq!(order(("1", "CEL"), ("1", "MTR"), Reading::Point), None);
    assert_eq!(Unit::of("cel"), None);
    assert_eq!(Unit::of(""), None);
    assert_eq!(
        Unit::of("CEL").map(|unit| unit.quantity()),
        Some(Quantity::Temperature)
    );
    assert_eq!(Unit::of("CEL").map(|unit| unit.code()), Some("CEL"));
}

#[test]
fn every_code_stands_once_and_has_a_size() {
    let mut seen = BTreeSet::new();
    for (quantity, units) in table::UNITS {
        for (code, number, _, divisor) in *units {
            assert!(seen.insert(code), "{code} stands twice");
            assert!(*number > 0 && *divisor > 0, "{quantity:?} {code}");
            assert!((2..=4).contains(&code.len()), "{code}");
        }
    }
    assert!(seen.len() > 300, "{}", seen.len());
}

fn temperatures() -> impl Strategy<Value = (Decimal, Unit)> {
    let units = prop::sample::select(&["CEL", "KEL", "FAH", "A48"][..]);
    (any::<i32>(), units)
        .prop_map(|(milli, unit)| (Decimal::from_milli(milli.into()), Unit::of(unit).unwrap()))
}

proptest! {
    #[test]
    fn the_order_is_one(a in temperatures(), b in temperatures(), c in temperatures()) {
        let order = |x: &(Decimal, Unit), y: &(Decimal, Unit)| {
            compare((x.0, &x.1), (y.0, &y.1), Reading::Point).unwrap()
        };
        prop_assert_eq!(order(&a, &b), order(&b, &a).reverse());
        if order(&a, &b) != Ordering::Greater && order(&b, &c) != Ordering::Greater {
            prop_assert_ne!(order(&a, &c), Ordering::Greater);
        }
    }

    #[test]
    fn celsius_and_kelvin_differ_by_a_constant(milli in -300_000_i64..300_000) {
        let (celsius, kelvin) = (Decimal::from_milli(milli), Decimal::from_milli(milli + 273_150));
        let units = (Unit::of("CEL").unwrap(), Unit::of("KEL").unwrap());
        let order = compare((celsius, &units.0), (kelvin, &units.1), Reading::Point);
        prop_assert_eq!(order, Some(Ordering::Equal));
    }

    #[test]
    fn any_two_units_compare_without_fault(
        a in any::<(i64, i8)>(), b in any::<(i64, i8)>(), left in 0_usize..40, right in 0_usize..40,
    ) {
        let number = |(digits, exponent): (i64, i8)| {
            Decimal::parse(&format!("{digits}e{exponent}")).unwrap()
        };
        let unit = |at: usize| {
            let (_, units) = table::UNITS[at % table::UNITS.len()];
            Unit::of(units[at % units.len()].0).unwrap()
        };
        let (left, right) = (unit(left), unit(right));
        let order = compare((number(a), &left), (number(b), &right), Reading::Point);
        prop_assert_eq!(order.is_some(), left.quantity() == right.quantity());
    }
}
