//! Known faults of scanners: what a garbled code would have been. A repair counts only when it
//! leads to exactly one pack that was really made, so a forger gains nothing by imitating a bad
//! scanner: the answer is "read again", never "genuine".

use crate::say::lot::Fault;

/// Undoes one fault.
type Repair = fn(&str) -> String;

/// Faults and their names, the most common first.
const REPAIRS: [(fn() -> Fault, Repair); 6] = [
    (|| Fault::CapsLock, swap_case),
    (|| Fault::AllCapitals, str::to_ascii_lowercase),
    (|| Fault::AllSmall, str::to_ascii_uppercase),
    (layout, swap_yz),
    (layout, swap_yz_and_case),
    (|| Fault::LookAlike, o_to_zero),
];

/// Texts that a fault could have turned into `seen`, with the fault's name.
pub(crate) fn candidates(seen: &str) -> impl Iterator<Item = (Fault, String)> + '_ {
    let all = REPAIRS
        .iter()
        .map(move |(fault, repair)| (fault(), repair(seen)));
    all.filter(move |(_, text)| text != seen)
}

/// The fault that would explain why `seen` was read where `known` is printed.
pub(crate) fn explains(seen: &str, known: &str) -> Option<Fault> {
    if let Some((fault, _)) = candidates(seen).find(|(_, text)| text == known) {
        return Some(fault);
    }
    if seen.eq_ignore_ascii_case(known) {
        return Some(Fault::WrongCase);
    }
    let tail = seen
        .strip_prefix(known)
        .or_else(|| seen.strip_suffix(known));
    tail.filter(|tail| looks_like_element(tail))
        .map(|_| Fault::GroupSeparatorLost)
}

/// Whether a leftover begins like an element that follows in a pharma code.
fn looks_like_element(text: &str) -> bool {
    ["17", "10", "21", "11", "71"]
        .iter()
        .any(|ai| text.starts_with(ai))
        && text.len() > 2
}

fn layout() -> Fault {
    Fault::KeyboardLayout("Y/Z".to_owned())
}

fn swap_case(text: &str) -> String {
    let swap = |c: char| {
        if c.is_ascii_lowercase() {
            c.to_ascii_uppercase()
        } else {
            c.to_ascii_lowercase()
        }
    };
    text.chars().map(swap).collect()
}

fn swap_yz(text: &str) -> String {
    let swap = |c| match c {
        'y' => 'z',
        'z' => 'y',
        'Y' => 'Z',
        'Z' => 'Y',
        other => other,
    };
    text.chars().map(swap).collect()
}

fn swap_yz_and_case(text: &str) -> String {
    swap_case(&swap_yz(text))
}

fn o_to_zero(text: &str) -> String {
    text.replace(['O', 'o'], "0")
}
