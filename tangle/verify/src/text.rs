//! Writing text without the formatting machinery, which would be a tenth of the verifier in a
//! browser; and the words for people, which a small verifier leaves out (feature `words`).

use alloc::string::String;

/// Appends a decimal number.
pub(crate) fn decimal(out: &mut String, value: u64) {
    let mut digits = [0; 20];
    let (mut rest, mut count) = (value, 0);
    for digit in &mut digits {
        *digit = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
        count += 1;
        if rest == 0 {
            break;
        }
    }
    out.extend(
        digits
            .iter()
            .take(count)
            .rev()
            .map(|digit| char::from(*digit)),
    );
}

/// A text for people; empty without the feature `words`.
macro_rules! say {
    ($($words:tt)*) => {{
        #[cfg(feature = "words")]
        let said = ::alloc::format!($($words)*);
        #[cfg(not(feature = "words"))]
        let said = ::alloc::string::String::new();
        said
    }};
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::*;

    #[test]
    fn decimals_are_those_of_the_library() {
        let powers = (0..20).map(|power| 10_u64.pow(power));
        let near = powers.flat_map(|it| [it - 1, it, it + 1]);
        for value in near.chain([u64::MAX, 1_763_704_800_000]) {
            let mut out = String::from("x");
            decimal(&mut out, value);
            assert_eq!(out, String::from("x") + &value.to_string());
        }
    }
}
