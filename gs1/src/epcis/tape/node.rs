//! One value of a JSON text, as a place on the tape.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{Span, Tape, Token, number, unescape};
use crate::epcis::problem::Path;

/// A value of a text that was taken apart.
#[derive(Debug, Clone, Copy)]
pub(in crate::epcis) struct Node<'t> {
    tape: &'t Tape<'t>,
    at: usize,
}

impl<'t> Node<'t> {
    pub(super) fn new(tape: &'t Tape<'t>, at: usize) -> Self {
        Self { tape, at }
    }

    fn token(self) -> Option<Token<'t>> {
        self.tape.tokens.get(self.at).copied()
    }

    fn span(self) -> Option<Span> {
        match self.token() {
            Some(Token::Array(span) | Token::Object(span)) => Some(span),
            _ => None,
        }
    }

    /// The token after this value.
    fn next(self) -> usize {
        self.span().map_or(self.at + 1, |span| span.next as usize)
    }

    pub(in crate::epcis) fn text(self) -> Option<Cow<'t, str>> {
        self.token().and_then(text_of)
    }

    /// A string as it is written between its quotes, and whether that is also what it says.
    pub(in crate::epcis) fn written(self) -> Option<(&'t str, bool)> {
        match self.token() {
            Some(Token::Plain(text)) => Some((text, true)),
            Some(Token::Escaped(text)) => Some((text, false)),
            _ => None,
        }
    }

    /// A number as it is written.
    pub(in crate::epcis) fn number(self) -> Option<&'t str> {
        match self.token() {
            Some(Token::Number(text)) => Some(text),
            _ => None,
        }
    }

    pub(in crate::epcis) fn boolean(self) -> Option<bool> {
        match self.token() {
            Some(Token::True) => Some(true),
            Some(Token::False) => Some(false),
            _ => None,
        }
    }

    /// What sort of value it is, in words.
    pub(in crate::epcis) fn sort(self) -> &'static str {
        match self.token() {
            None | Some(Token::Null) => "null",
            Some(Token::True | Token::False) => "true or false",
            Some(Token::Number(_)) => "a number",
            Some(Token::Plain(_) | Token::Escaped(_) | Token::Shadowed(_)) => "a string",
            Some(Token::Array(_)) => "an array",
            Some(Token::Object(_)) => "an object",
        }
    }

    /// The items of an array.
    pub(in crate::epcis) fn items(self) -> Option<Items<'t>> {
        let Some(Token::Array(span)) = self.token() else {
            return None;
        };
        Some(Items {
            next: Self::new(self.tape, self.at + 1),
            end: span.next as usize,
        })
    }

    /// Whether this is an array with something in it.
    pub(in crate::epcis) fn has_items(self) -> bool {
        self.items().is_some_and(|mut items| items.next().is_some())
    }

    /// The members of an object, in document order, each name once.
    pub(in crate::epcis) fn members(self) -> Option<Members<'t>> {
        let Some(Token::Object(span)) = self.token() else {
            return None;
        };
        Some(Members {
            tape: self.tape,
            at: self.at + 1,
            end: span.next as usize,
        })
    }

    /// The member of this name, if this is an object that has one.
    pub(in crate::epcis) fn get(self, name: &str) -> Option<Self> {
        self.members()?
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }

    pub(in crate::epcis) fn has(self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The value as it is written. Strings come with their quotes.
    pub(in crate::epcis) fn write_source(self, out: &mut String) {
        match self.token() {
            None | Some(Token::Null) => out.push_str("null"),
            Some(Token::True) => out.push_str("true"),
            Some(Token::False) => out.push_str("false"),
            Some(Token::Number(text)) => out.push_str(text),
            Some(Token::Plain(text) | Token::Escaped(text) | Token::Shadowed(text)) => {
                out.push('"');
                out.push_str(text);
                out.push('"');
            }
            Some(Token::Array(_) | Token::Object(_)) => out.push_str(self.source()),
        }
    }

    /// The text of an array or object.
    pub(in crate::epcis) fn source(self) -> &'t str {
        let span = self.span();
        span.and_then(|span| self.tape.source.get(span.start as usize..span.end as usize))
            .unwrap_or_default()
    }

    /// The value as a tree of its own, numbers in their one form.
    pub(in crate::epcis) fn to_value(self) -> Value {
        match self.token() {
            None | Some(Token::Null) => Value::Null,
            Some(Token::True) => Value::Bool(true),
            Some(Token::False) => Value::Bool(false),
            Some(Token::Number(text)) => number::to_json(text),
            Some(token @ (Token::Plain(_) | Token::Escaped(_) | Token::Shadowed(_))) => {
                Value::String(text_of(token).unwrap_or_default().into_owned())
            }
            Some(Token::Array(_)) => Value::Array(
                self.items()
                    .into_iter()
                    .flatten()
                    .map(Self::to_value)
                    .collect(),
            ),
            Some(Token::Object(_)) => Value::Object(self.to_map()),
        }
    }

    /// The members of an object; none of anything else.
    pub(in crate::epcis) fn to_map(self) -> Map<String, Value> {
        self.members()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.into_owned(), value.to_value()))
            .collect()
    }

    /// Tells where the token `at`, a value or a member's name, stands.
    pub(super) fn locate(self, at: usize, path: &Path<'_>, tell: &mut dyn FnMut(&Path<'_>)) {
        if at == self.at {
            return tell(path);
        }
        for (index, item) in self.items().into_iter().flatten().enumerate() {
            if (item.at..item.next()).contains(&at) {
                return item.locate(at, &path.index(index), tell);
            }
        }
        for (name, value) in self.members().into_iter().flatten() {
            if at + 1 == value.at {
                return tell(&path.key(&name));
            }
            if (value.at..value.next()).contains(&at) {
                return value.locate(at, &path.key(&name), tell);
            }
        }
    }
}

fn text_of(token: Token<'_>) -> Option<Cow<'_, str>> {
    match token {
        Token::Plain(text) => Some(Cow::Borrowed(text)),
        // That the escapes are valid was found out when the text was read.
        Token::Escaped(text) => Some(Cow::Owned(unescape(text).unwrap_or_default())),
        _ => None,
    }
}

/// Iterates over the items of an array.
#[derive(Debug)]
pub(in crate::epcis) struct Items<'t> {
    next: Node<'t>,
    end: usize,
}

impl Items<'_> {
    /// How many items there are, counted no further than `most`.
    pub(in crate::epcis) fn count_up_to(&self, most: usize) -> usize {
        let rest = Self {
            next: self.next,
            end: self.end,
        };
        rest.take(most).count()
    }
}

impl<'t> Iterator for Items<'t> {
    type Item = Node<'t>;

    fn next(&mut self) -> Option<Node<'t>> {
        if self.next.at >= self.end {
            return None;
        }
        let item = self.next;
        self.next.at = item.next();
        Some(item)
    }
}

/// Iterates over the members of an object.
#[derive(Debug)]
pub(in crate::epcis) struct Members<'t> {
    tape: &'t Tape<'t>,
    at: usize,
    end: usize,
}

impl<'t> Iterator for Members<'t> {
    type Item = (Cow<'t, str>, Node<'t>);

    fn next(&mut self) -> Option<Self::Item> {
        while self.at < self.end {
            let name = self.tape.tokens.get(self.at).copied()?;
            let value = Node::new(self.tape, self.at + 1);
            self.at = value.next();
            // A name that a later one overrides has no text.
            if let Some(name) = text_of(name) {
                return Some((name, value));
            }
        }
        None
    }
}
