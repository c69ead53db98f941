//! Bracketed element strings, as people read and type them.

use std::borrow::Cow;

use super::{Element, ElementError, Known, add};
use crate::ai::{self, Rule, ValueError};
use crate::charset;

/// Most characters of a value of an AI that is not in the table.
const UNKNOWN_MAX: usize = 90;

pub(super) fn parse(text: &str, known: Known) -> Result<Vec<Element>, ElementError> {
    let mut list = Vec::new();
    let (mut rest, mut met) = (text.trim_matches(' '), 0);
    // Characters before `rest`, which may hold what no element may.
    let mut at = text.len() - text.trim_start_matches(' ').len();
    while !rest.is_empty() {
        let Some(ai) = opening(rest) else {
            return Err(ElementError::Bracket { at });
        };
        let rule = ai::rule(ai);
        if rule.is_none() && (known == Known::Only || !ai::may_be_unknown(ai)) {
            let found = ai.to_owned();
            return Err(ElementError::UnknownAi { at: at + 1, found });
        }
        let body = rest.get(ai.len() + 2..).unwrap_or_default();
        let end = end_of_value(body);
        let (given, after) = body.split_at_checked(end).unwrap_or((body, ""));
        let value = given.trim_matches(' ');
        let spaces = given.len() - given.trim_start_matches(' ').len();
        let value_at = at + ai.len() + 2 + spaces;
        let value = if value.contains('\\') {
            Cow::Owned(value.replace("\\(", "("))
        } else {
            Cow::Borrowed(value)
        };
        check(rule, &value).map_err(|source| ElementError::Value {
            ai: ai.to_owned(),
            at: value_at,
            source,
        })?;
        add(&mut list, (ai, &value, value_at), met)?;
        met += 1;
        at += ai.len() + 2 + given.chars().count();
        rest = after;
    }
    Ok(list)
}

fn check(rule: Option<&Rule>, value: &str) -> Result<(), ValueError> {
    if let Some(rule) = rule {
        return rule.check(value);
    }
    let outside = value.chars().enumerate().find(|(_, c)| !charset::is_82(*c));
    if let Some((at, found)) = outside {
        let expected = "a character of set 82";
        return Err(ValueError::Character {
            at,
            found,
            expected,
        });
    }
    let (min, max, got) = (1, UNKNOWN_MAX, value.len());
    if (min..=max).contains(&got) {
        return Ok(());
    }
    Err(ValueError::Length { min, max, got })
}

/// Where the next element opens.
fn end_of_value(body: &str) -> usize {
    let mut from = 0;
    while let Some(found) = body.get(from..).and_then(|rest| rest.find('(')) {
        let bracket = from + found;
        let escaped = body.get(..bracket).is_some_and(|head| head.ends_with('\\'));
        if !escaped && body.get(bracket..).and_then(opening).is_some() {
            return bracket;
        }
        from = bracket + 1;
    }
    body.len()
}

/// The digits of `(` + two to four digits + `)` at the head of `text`.
fn opening(text: &str) -> Option<&str> {
    let rest = text.strip_prefix('(')?;
    let end = rest.bytes().take(5).position(|byte| byte == b')')?;
    let digits = rest.get(..end)?;
    let fits = digits.len() >= 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
    fits.then_some(digits)
}

pub(super) fn write(elements: &[Element]) -> String {
    let mut out = String::new();
    for (ai, value) in elements {
        out.extend(["(", ai, ")"]);
        let mut rest = value.as_str();
        while let Some(bracket) = rest.find('(') {
            let (head, tail) = rest.split_at_checked(bracket).unwrap_or((rest, ""));
            out.push_str(head);
            if opening(tail).is_some() {
                out.push('\\');
            }
            out.push('(');
            rest = tail.get(1..).unwrap_or_default();
        }
        out.push_str(rest);
    }
    out
}
