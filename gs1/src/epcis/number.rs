//! Numbers of JSON: which can be kept exactly, the one form they have inside, and how RFC 8785
//! writes them. A decimal of up to 15 significant digits survives being a double, so most numbers
//! are judged and written from their own digits.

use serde_json::{Number, Value};

use crate::decimal::{Decimal, DecimalError};

/// Whether the double nearest to a number has the number's own digits.
pub(super) fn is_exact(text: &str) -> bool {
    // Up to 15 digits without exponent: no further look is needed.
    if text.len() <= 15 && !text.contains(['e', 'E']) {
        return true;
    }
    let Ok(double) = text.parse::<f64>() else {
        return false;
    };
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let significant = digits.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return true;
    }
    if significant.len() > 17 || !double.is_finite() {
        return false;
    }
    let printed = format!("{double:.*e}", significant.len() - 1);
    let printed = printed.split('e').next().unwrap_or_default();
    printed
        .chars()
        .filter(char::is_ascii_digit)
        .eq(significant.chars())
}

/// One form per number: whole numbers up to 2^53 are integers, all others doubles.
pub(super) fn to_json(text: &str) -> Value {
    const WHOLE_MAX: i64 = 1 << 53;
    // Only a short decimal text names a whole number exactly; no float arithmetic is needed.
    let whole = text
        .parse()
        .ok()
        .or_else(|| Decimal::parse(text).ok()?.whole());
    match whole {
        Some(whole) if (-WHOLE_MAX..=WHOLE_MAX).contains(&whole) => Value::from(whole),
        _ => {
            let double = text.parse().ok().and_then(Number::from_f64);
            double.map_or(Value::Null, Value::Number)
        }
    }
}

/// A number as exact decimal: its own digits, or those of the double it is kept as.
pub(super) fn to_decimal(text: &str) -> Result<Decimal, DecimalError> {
    if text.len() <= 15 {
        return Decimal::parse(text);
    }
    let mut canonical = Vec::with_capacity(24);
    write(text, &mut canonical);
    Decimal::parse(std::str::from_utf8(&canonical).unwrap_or_default())
}

/// Writes a number as RFC 8785 (and ECMAScript) does.
pub(super) fn write(text: &str, out: &mut Vec<u8>) {
    let plain = text.len() <= 15 && text.bytes().all(|b| b.is_ascii_digit());
    if plain {
        return out.extend_from_slice(text.as_bytes());
    }
    let double: f64 = text.parse().unwrap_or_default();
    if double == 0.0 {
        return out.push(b'0');
    }
    if double.is_sign_negative() {
        out.push(b'-');
    }
    // The shortest digits that name the double, `d.ddde+-x`.
    let shortest = format!("{:e}", double.abs());
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).collect();
    let point = exponent.parse::<i32>().unwrap_or_default() + 1;
    lay_out(&digits, point, out);
}

/// ECMAScript `Number::toString`: `digits` with the decimal point after `point` of them.
fn lay_out(digits: &[u8], point: i32, out: &mut Vec<u8>) {
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let zeros = |many: i32| std::iter::repeat_n(b'0', usize::try_from(many).unwrap_or_default());
    let split = |at: i32| {
        digits
            .split_at_checked(usize::try_from(at).unwrap_or_default())
            .unwrap_or((digits, &[]))
    };
    if (count..=21).contains(&point) {
        out.extend_from_slice(digits);
        out.extend(zeros(point - count));
    } else if (1..=21).contains(&point) {
        let (whole, fraction) = split(point);
        out.extend_from_slice(whole);
        out.push(b'.');
        out.extend_from_slice(fraction);
    } else if (-5..=0).contains(&point) {
        out.extend_from_slice(b"0.");
        out.extend(zeros(-point));
        out.extend_from_slice(digits);
    } else {
        let (first, rest) = split(1);
        out.extend_from_slice(first);
        if !rest.is_empty() {
            out.push(b'.');
            out.extend_from_slice(rest);
        }
        out.push(b'e');
        let exponent = point - 1;
        out.extend_from_slice(format!("{exponent:+}").as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    fn written(text: &str) -> String {
        let mut out = Vec::new();
        super::write(text, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_are_written_as_ecmascript_does() {
        let rows = [
            ("0", "0"),
            ("-0.0", "0"),
            ("1.0", "1"),
            ("1e2", "100"),
            ("-26.20", "-26.2"),
            ("1e20", "100000000000000000000"),
            ("1e21", "1e+21"),
            ("1.5e300", "1.5e+300"),
            ("0.000001", "0.000001"),
            ("0.0000001", "1e-7"),
            ("1.25e-7", "1.25e-7"),
            ("5e-324", "5e-324"),
            ("9007199254740992", "9007199254740992"),
            ("333333333.33333329", "333333333.3333333"),
        ];
        for (text, wanted) in rows {
            assert_eq!(written(text), wanted, "{text}");
        }
    }

    proptest! {
        #[test]
        fn numbers_are_written_as_another_canonicaliser_does(
            bits in any::<u64>(), small in any::<i32>(),
        ) {
            let double = f64::from_bits(bits);
            for number in [double, f64::from(small), f64::from(small) / 1000.0] {
                if number.is_finite() {
                    let text = format!("{number:?}");
                    let wanted = serde_json_canonicalizer::to_string(&number).unwrap();
                    prop_assert_eq!(written(&text), wanted);
                }
            }
        }
    }
}
