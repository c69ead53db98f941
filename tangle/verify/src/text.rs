//! Reading and writing text without the machinery for patterns and formatting, which would be a
//! tenth of the verifier in a browser each; and the words for people, which a small verifier
//! leaves out (feature `words`).

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

/// The text before the first `separator` (an ASCII character), and what follows it if there is
/// one.
pub(crate) fn split(text: &str, separator: u8) -> (&str, Option<&str>) {
    let at = text.bytes().position(|byte| byte == separator);
    match at.and_then(|at| text.split_at_checked(at)) {
        Some((before, after)) => (before, after.get(1..)),
        None => (text, None),
    }
}

/// The lines of a text; one more than it has newlines.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    core::iter::from_fn(move || {
        let (line, more) = split(rest?, b'\n');
        rest = more;
        Some(line)
    })
}

/// The texts before and after the first empty line, or the last one.
pub(crate) fn at_empty_line(text: &str, last: bool) -> Option<(&str, &str)> {
    let mut pairs = text.as_bytes().windows(2);
    let at = if last {
        pairs.rposition(|pair| pair == b"\n\n")
    } else {
        pairs.position(|pair| pair == b"\n\n")
    };
    let (before, after) = text.split_at_checked(at?)?;
    Some((before, after.get(2..)?))
}

/// A text for people: lower case, no full stop. Without the feature `words` it is nothing.
#[cfg(feature = "words")]
pub type Said = String;

/// A text for people, of which nothing is said without the feature `words`.
#[cfg(not(feature = "words"))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said;

#[cfg(not(feature = "words"))]
impl core::ops::Deref for Said {
    type Target = str;

    fn deref(&self) -> &'static str {
        ""
    }
}

/// Makes a [`Said`].
macro_rules! say {
    ($($words:tt)*) => {{
        #[cfg(feature = "words")]
        let said = ::alloc::format!($($words)*);
        #[cfg(not(feature = "words"))]
        let said = $crate::text::Said;
        said
    }};
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::*;

    #[test]
    fn texts_are_split_as_the_library_does() {
        for text in [
            "",
            "a",
            "\n",
            "a\nb",
            "\u{e4}\n\n\n\u{2014} b\n",
            "a\n\nb\n\nc\n\n",
            "\n\n",
        ] {
            assert_eq!(
                at_empty_line(text, false),
                text.split_once("\n\n"),
                "{text:?}"
            );
            assert_eq!(
                at_empty_line(text, true),
                text.rsplit_once("\n\n"),
                "{text:?}"
            );
            assert!(lines(text).eq(text.split('\n')), "{text:?}");
            let halves = text
                .split_once('b')
                .map_or((text, None), |(l, r)| (l, Some(r)));
            assert_eq!(split(text, b'b'), halves, "{text:?}");
        }
    }

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
