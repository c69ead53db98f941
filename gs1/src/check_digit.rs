//! The modulo-10 check digit that ends every numeric GS1 key.
//!
//! GS1 General Specifications 7.9.1: from the right, the digits before the check digit weigh
//! 3, 1, 3, 1 ...; the check digit makes the weighted sum a multiple of ten.

/// The check digit (0..=9) of `payload`, the ASCII digits before it. Bytes other than digits count
/// as zero: callers check the digits first and say where a wrong one stands.
pub fn of(payload: &[u8]) -> u8 {
    // Pairs from the right: the last digit of each weighs 3, the other 1.
    let mut sum = 0;
    for pair in payload.rchunks(2) {
        sum += match *pair {
            [single, triple] => u32::from(value(single)) + 3 * u32::from(value(triple)),
            [triple] => 3 * u32::from(value(triple)),
            _ => 0,
        };
    }
    let digit = (10 - sum % 10) % 10;
    u8::try_from(digit).unwrap_or(0)
}

/// Whether the last digit of `digits` is the check digit of those before it. False when empty.
pub fn holds(digits: &[u8]) -> bool {
    digits
        .split_last()
        .is_some_and(|(last, payload)| of(payload) == value(*last))
}

fn value(digit: u8) -> u8 {
    if digit.is_ascii_digit() {
        digit - b'0'
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::{holds, of};

    #[test]
    fn known_keys_carry_their_check_digit() {
        for key in [
            "09506000134352",
            "095201234567891235",
            "9520123456788",
            "2112345678900",
        ] {
            assert!(holds(key.as_bytes()), "{key}");
        }
        assert_eq!(of(b"0950600013435"), 2);
        assert!(!holds(b"09506000134353"));
        assert!(!holds(b""));
    }

    #[test]
    fn every_single_digit_error_is_caught() {
        let key = b"09506000134352".to_vec();
        for at in 0..key.len() {
            for digit in b'0'..=b'9' {
                let mut wrong = key.clone();
                wrong[at] = digit;
                assert_eq!(holds(&wrong), wrong == key, "{at} {digit}");
            }
        }
    }
}
