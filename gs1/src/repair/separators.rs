//! Group separators: keyboards cannot type them, so scanners send something else for them, or
//! nothing. Where they are gone, an element of variable length runs into the next one; they are
//! put back wherever what follows reads as another element of a medicine pack.

use super::Cause;
use crate::ai;
use crate::charset;
use crate::element_string::{Element, FNC1};

/// Words and signs that scanners and people put for a group separator, though they may stand in
/// values too: F8 and the number of the character are what scanners send through Alt and function
/// keys.
const WORDS: [&str; 16] = [
    "\\x1d", "\\x1D", "\\u001d", "\\u001D", "[GS]", "<FNC1>", "[FNC1]", "{FNC1}", "FNC1", "~1",
    "F8", "0029", "029", "%1D", "\\F", "_",
];
/// Elements that stand after another on medicine packs.
const FOLLOWING: [&str; 13] = [
    "10", "11", "15", "17", "21", "01", "240", "710", "711", "712", "713", "714", "715",
];
/// Most places of one word of which each is tried as a separator and as part of a value.
const PLACES_MAX: usize = 4;
/// Most readings of one text.
const READINGS_MAX: usize = 2_000;

/// Texts in which stand-ins of the group separator are group separators again.
pub(super) fn undo_stand_ins(text: &str) -> Vec<(String, Cause)> {
    let mut out = Vec::new();
    let mut add = |text: String| out.push((text, Cause::GroupSeparatorReplaced));
    // No value holds these characters at all.
    let (mark, rest) = match text.strip_prefix(']') {
        Some(_) => text.split_at_checked(3).unwrap_or((text, "")),
        None => ("", text),
    };
    let outside = |c: char| c != FNC1 && !charset::is_82(c);
    // What stands at the end separates nothing.
    let inner = rest.trim_end_matches(outside);
    if inner.chars().any(outside) {
        let mut undone = mark.to_owned();
        let mut separated = false;
        for c in inner.chars() {
            let separator = outside(c) || c == FNC1;
            if !separator {
                undone.push(c);
            } else if !separated {
                undone.push(FNC1);
            }
            separated = separator;
        }
        undone.push_str(rest.strip_prefix(inner).unwrap_or_default());
        add(undone);
    }
    for word in WORDS {
        for other in replaced(rest, word) {
            add(format!("{mark}{other}"));
        }
    }
    out
}

/// A text with a word exchanged for the group separator: everywhere, and, as a value may hold the
/// word too, in every choice of a few of its places.
fn replaced(text: &str, word: &str) -> Vec<String> {
    let places: Vec<usize> = text.match_indices(word).map(|(at, _)| at).collect();
    if places.is_empty() {
        return Vec::new();
    }
    let mut out = vec![text.replace(word, "\u{1d}")];
    if !(2..=PLACES_MAX).contains(&places.len()) {
        return out;
    }
    let all = (1_u32 << places.len()) - 1;
    for chosen in 1..all {
        let (mut other, mut rest_at) = (String::new(), 0);
        for (number, at) in places.iter().enumerate() {
            if chosen & (1 << number) != 0 {
                other.push_str(text.get(rest_at..*at).unwrap_or_default());
                other.push('\u{1d}');
                rest_at = at + word.len();
            }
        }
        other.push_str(text.get(rest_at..).unwrap_or_default());
        out.push(other);
    }
    out
}

/// Every way of cutting a text into elements with at least one separator put back. None when there
/// are too many to try, so that nothing may be concluded from those that were.
pub(super) fn put_back(text: &str) -> Option<Vec<Vec<Element>>> {
    let text = match text.strip_prefix(']') {
        Some(_) => text.get(3..).unwrap_or_default(),
        None => text,
    };
    let chars: Vec<char> = text.chars().collect();
    let rest = match chars.split_first() {
        Some((&FNC1, rest)) => rest,
        _ => chars.as_slice(),
    };
    let mut cuts = Cuts {
        out: Vec::new(),
        steps: READINGS_MAX,
    };
    cuts.cut(rest, &mut Vec::new(), false);
    (cuts.steps > 0).then_some(cuts.out)
}

struct Cuts {
    out: Vec<Vec<Element>>,
    /// Elements that may still be tried.
    steps: usize,
}

impl Cuts {
    fn cut(&mut self, rest: &[char], elements: &mut Vec<Element>, put_back: bool) {
        if rest.is_empty() {
            if put_back {
                self.out.push(elements.clone());
            }
            return;
        }
        let head: String = rest.iter().take(4).collect();
        let digits: String = head.chars().take_while(char::is_ascii_digit).collect();
        let Some((ai, rule)) = ai::leading(&digits) else {
            return;
        };
        if elements.iter().any(|(earlier, _)| earlier == ai) {
            return;
        }
        let body = rest.get(ai.len()..).unwrap_or_default();
        let end = body.iter().position(|c| *c == FNC1).unwrap_or(body.len());
        let lengths = if ai::has_predefined_length(ai) {
            rule.max_len()..=rule.max_len()
        } else {
            rule.min_len().max(1)..=rule.max_len().min(end)
        };
        for len in lengths {
            let Some((value, after)) = body.split_at_checked(len) else {
                break;
            };
            let (next, lost) = match after.split_first() {
                Some((&FNC1, after)) => (after, false),
                Some(_) => (after, !ai::has_predefined_length(ai)),
                None => (after, false),
            };
            if lost && !begins_an_element(next) {
                continue;
            }
            let value: String = value.iter().collect();
            if rule.check(&value).is_err() {
                continue;
            }
            if self.steps == 0 {
                return;
            }
            self.steps -= 1;
            elements.push((ai.to_owned(), value));
            self.cut(next, elements, put_back || lost);
            elements.pop();
        }
    }
}

/// Whether an element of medicine packs begins here.
fn begins_an_element(rest: &[char]) -> bool {
    let head: String = rest.iter().take(3).collect();
    FOLLOWING.iter().any(|ai| head.starts_with(ai))
}
