//! What stands around a code or in the wrong width: symbology identifiers typed as text, prefixes
//! and suffixes that scanners are set to, a bar code scanned along, digits that are not there.

use super::Cause;
use crate::ai;
use crate::element_string::{Element, FNC1};
use crate::key::Gtin;

/// Longest prefix a scanner is expected to be set to, in characters.
const PREFIX_MAX: usize = 8;
/// Letters and digits of symbology identifiers that pack codes come with.
const SYMBOLOGIES: [&str; 8] = ["d2", "d1", "C1", "Q3", "Q1", "e0", "J1", "d8"];
/// Lengths of retail codes.
const RETAIL: [usize; 4] = [14, 13, 12, 8];

/// Undoes one thing around the code.
pub(super) fn undo(text: &str) -> Vec<(String, Cause)> {
    let mut out = Vec::new();
    symbology(text, &mut out);
    prefix(text, &mut out);
    suffix(text, &mut out);
    bar_code(text, &mut out);
    doubled(text, &mut out);
    out
}

/// `d2` at the head, with another character than `]` before it or none.
fn symbology(text: &str, out: &mut Vec<(String, Cause)>) {
    let mut chars = text.chars();
    let bare = text;
    chars.next();
    for rest in [bare, chars.as_str()] {
        let known = SYMBOLOGIES.iter().find_map(|name| rest.strip_prefix(name));
        if let Some(rest) = known {
            out.push((rest.to_owned(), Cause::SymbologyPrefix));
        }
    }
}

/// A few characters before a product number with a right check digit.
fn prefix(text: &str, out: &mut Vec<(String, Cause)>) {
    for (at, _) in text.char_indices().skip(1).take(PREFIX_MAX) {
        let rest = text.get(at..).unwrap_or_default();
        let number = rest
            .strip_prefix("(01)")
            .or_else(|| rest.strip_prefix("01"));
        let digits = number.and_then(|number| number.get(..14));
        if digits.is_some_and(|digits| Gtin::parse(digits).is_ok()) {
            out.push((rest.to_owned(), Cause::ScannerPrefix));
        }
    }
}

/// Signs at the end. Letters and digits are never taken off: they may be the pack's own.
fn suffix(text: &str, out: &mut Vec<(String, Cause)>) {
    let rest = text.trim_end_matches(|c: char| !c.is_alphanumeric() && c != FNC1);
    let mut chars = text.chars();
    chars.next_back();
    for rest in [rest, chars.as_str()] {
        let taken = text.strip_prefix(rest).unwrap_or_default();
        if !taken.is_empty() && taken.chars().all(|c| !c.is_alphanumeric()) {
            out.push((rest.to_owned(), Cause::ScannerSuffix));
        }
    }
}

/// A retail code after or before the square one, on a line of its own or not, or its add-on.
fn bar_code(text: &str, out: &mut Vec<(String, Cause)>) {
    let lone = text.bytes().all(|b| b.is_ascii_digit());
    for len in RETAIL {
        let tail_at = text.len().saturating_sub(len);
        let tail = text.split_at_checked(tail_at);
        if let Some((head, tail)) = tail
            && !head.is_empty()
            && is_retail(tail)
        {
            out.push((head.trim_end().to_owned(), Cause::EanAppended));
        }
        if let Some((head, tail)) = text.split_at_checked(len)
            && !tail.is_empty()
            && is_retail(head)
        {
            out.push((tail.trim_start().to_owned(), Cause::EanAppended));
            if lone && matches!(tail.len(), 2 | 5) {
                out.push((head.to_owned(), Cause::EanAppended));
            }
        }
    }
}

fn is_retail(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit()) && Gtin::parse(text).is_ok()
}

/// The same text twice, with nothing, a line break or a separator between.
fn doubled(text: &str, out: &mut Vec<(String, Cause)>) {
    for between in 0..=2 {
        let Some(len) = text
            .len()
            .checked_sub(between)
            .filter(|len| len.is_multiple_of(2))
        else {
            continue;
        };
        let first = text.get(..len / 2);
        let second = text.get(len / 2 + between..);
        let gap = text.get(len / 2..len / 2 + between).unwrap_or("-");
        let apart = gap.chars().all(|c| !c.is_alphanumeric());
        if let (Some(first), Some(second)) = (first, second)
            && !first.is_empty()
            && first == second
            && apart
        {
            out.push((first.to_owned(), Cause::Doubled));
        }
    }
}

/// Undoes wrong digits: letters where an element holds digits only, a GTIN without its zeros.
pub(super) fn undo_numbers(text: &str) -> Vec<(String, Cause)> {
    let mut out = Vec::new();
    if let Some(text) = letters_for_digits(text) {
        out.push((text, Cause::LetterForDigit));
    }
    for (mark, bracket) in [("(01)", true), ("01", false)] {
        let head = text
            .find(mark)
            .filter(|at| *at <= 3 && (bracket || !text.contains("(01)")));
        let Some((head, rest)) = head.and_then(|at| text.split_at_checked(at + mark.len())) else {
            continue;
        };
        // One text in ten reads as a whole GTIN by chance, with a digit of what follows.
        for len in [13, 12, 8] {
            let short = rest
                .split_at_checked(len)
                .filter(|(digits, _)| is_retail(digits));
            if let Some((digits, rest)) = short {
                out.push((format!("{head}{digits:0>14}{rest}"), Cause::ShortGtin));
            }
        }
    }
    out
}

/// O and I where digits must stand: in the leading elements of predefined length.
fn letters_for_digits(text: &str) -> Option<String> {
    let digit = |c: char| match c {
        'O' | 'o' | 'Q' => '0',
        'I' | 'l' | '|' => '1',
        other => other,
    };
    let start = if text.starts_with(']') { 3 } else { 0 };
    let chars: Vec<char> = text.chars().collect();
    let mut out: Vec<char> = chars.get(..start)?.to_vec();
    let mut at = start;
    while at < chars.len() {
        let head: String = chars
            .get(at..)
            .unwrap_or_default()
            .iter()
            .take(4)
            .copied()
            .collect();
        let head: String = head
            .chars()
            .map(digit)
            .take_while(char::is_ascii_digit)
            .collect();
        let Some((ai, rule)) = ai::leading(&head) else {
            break;
        };
        out.extend(ai.chars());
        at += ai.len();
        let rest = chars.get(at..).unwrap_or_default();
        let fixed = ai::has_predefined_length(ai);
        let end = rest.iter().position(|c| *c == FNC1).unwrap_or(rest.len());
        let len = if fixed { rule.max_len().min(end) } else { end };
        let value = rest.get(..len).unwrap_or_default();
        out.extend(value.iter().map(|c| if fixed { digit(*c) } else { *c }));
        at += len;
        if chars.get(at) == Some(&FNC1) {
            out.push(FNC1);
            at += 1;
        }
    }
    out.extend(chars.get(at..).unwrap_or_default());
    let out: String = out.into_iter().collect();
    (out != text).then_some(out)
}

/// Serial number and lot, each or both, with characters that look alike exchanged throughout.
pub(super) fn undo_look_alikes(elements: &[Element]) -> Vec<Vec<Element>> {
    const PAIRS: [(&[char], &str); 5] = [
        (&['O', 'o'], "0"),
        (&['0'], "O"),
        (&['I', 'l'], "1"),
        (&['1'], "I"),
        (&['O', 'o', 'I', 'l'], ""),
    ];
    let mut out = Vec::new();
    for (seen, meant) in PAIRS {
        let undo = |value: &str| {
            if meant.is_empty() {
                value.replace(['O', 'o'], "0").replace(['I', 'l'], "1")
            } else {
                value.replace(seen, meant)
            }
        };
        for ais in [&["21"][..], &["10"], &["21", "10"]] {
            let changed = elements.iter().map(|(ai, value)| {
                let meant = ais.contains(&ai.as_str());
                (ai.clone(), if meant { undo(value) } else { value.clone() })
            });
            let changed: Vec<Element> = changed.collect();
            if changed != elements && !out.contains(&changed) {
                out.push(changed);
            }
        }
    }
    out
}

/// Most letters of one serial number of which each is tried as the digit it looks like.
const LETTERS_MAX: usize = 8;

/// Serial numbers in which some of the letters O and I were digits and others are letters.
pub(super) fn undo_some_look_alikes(elements: &[Element]) -> Vec<Vec<Element>> {
    let digit = |c: char| match c {
        'O' | 'o' => Some('0'),
        'I' | 'l' => Some('1'),
        _ => None,
    };
    let Some(at) = elements.iter().position(|(ai, _)| ai == "21") else {
        return Vec::new();
    };
    let serial = elements.get(at).map_or("", |(_, value)| value.as_str());
    let letters = serial.chars().filter(|c| digit(*c).is_some()).count();
    if !(2..=LETTERS_MAX).contains(&letters) {
        return Vec::new();
    }
    let whole = (1_u32 << letters) - 1;
    let exchanged = |which: u32| {
        let mut letter = 0;
        let value: String = serial
            .chars()
            .map(|c| match digit(c) {
                Some(digit) => {
                    let meant = which & (1 << letter) != 0;
                    letter += 1;
                    if meant { digit } else { c }
                }
                None => c,
            })
            .collect();
        let mut changed = elements.to_vec();
        if let Some(element) = changed.get_mut(at) {
            element.1 = value;
        }
        changed
    };
    (1..whole).map(exchanged).collect()
}
