//! Raw element strings, cut without copying: this runs for every pack that is scanned.

use super::{ElementError, ElementRef, FNC1};
use crate::ai;

const FNC1_BYTE: u8 = 0x1d;

/// Reads a raw element string element by element; ends after the first error. Repetitions are
/// given as often as they stand there.
pub fn elements(text: &str) -> Elements<'_> {
    let rest = text.strip_prefix(FNC1).unwrap_or(text);
    Elements {
        at: text.len() - rest.len(),
        rest,
    }
}

/// Elements of a raw element string, see [`elements`].
#[derive(Debug, Clone)]
pub struct Elements<'a> {
    rest: &'a str,
    at: usize,
}

impl<'a> Elements<'a> {
    fn cut(&mut self) -> Result<ElementRef<'a>, ElementError> {
        let known = ai::leading(self.rest);
        let Some((ai, rule)) = known else {
            return Err(ElementError::UnknownAi {
                at: self.at,
                found: self.rest.chars().take(4).collect(),
            });
        };
        let at = self.at + ai.len();
        let body = self.rest.get(ai.len()..).unwrap_or_default();
        let end = body.bytes().position(|byte| byte == FNC1_BYTE);
        let end = end.unwrap_or(body.len());
        let len = if rule.has_predefined_length() {
            end.min(rule.max_len())
        } else {
            end
        };
        // A cut inside a character leaves the character in the value, where it is refused.
        let (value, after) = body.split_at_checked(len).unwrap_or((body, ""));
        rule.check(value).map_err(|source| ElementError::Value {
            ai: ai.to_owned(),
            at,
            source,
        })?;
        self.rest = after.strip_prefix(FNC1).unwrap_or(after);
        self.at = at + body.len() - self.rest.len();
        Ok(ElementRef {
            ai,
            value,
            rule,
            at,
        })
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = Result<ElementRef<'a>, ElementError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let element = self.cut();
        if element.is_err() {
            self.rest = "";
        }
        Some(element)
    }
}
