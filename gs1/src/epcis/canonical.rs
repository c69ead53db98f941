//! JSON Canonicalization Scheme (RFC 8785): the bytes that signatures cover. Written straight from
//! the tape, so no tree is built; members are sorted by UTF-16 code units as the RFC asks.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::Value;

use super::number;
use super::tape::{Node, Tape};

/// A member whose value is a node, or canonical bytes already.
enum Part<'t> {
    Node(Node<'t>),
    Ready(&'t [u8]),
}

/// An event: its members but for those in `aside`, with this `@context`.
pub(super) fn event(node: Node<'_>, context: &[u8], aside: &[&str], out: &mut Vec<u8>) {
    let mut members: Vec<(Cow<'_, str>, Part<'_>)> = Vec::with_capacity(24);
    members.push((Cow::Borrowed("@context"), Part::Ready(context)));
    for (name, value) in node.members().into_iter().flatten() {
        if name != "@context" && !aside.contains(&&*name) {
            members.push((name, Part::Node(value)));
        }
    }
    sorted(members, out);
}

/// Any value that has a text.
pub(super) fn of_value(value: &Value) -> Vec<u8> {
    let text = value.to_string();
    let mut out = Vec::with_capacity(text.len());
    // What serde_json writes is JSON; only a bound can stand in the way.
    if let Ok(tape) = Tape::read(text.as_bytes()) {
        write(tape.root(), &mut out);
    }
    out
}

/// Writes one value.
pub(super) fn write(node: Node<'_>, out: &mut Vec<u8>) {
    if let Some((text, plain)) = node.written() {
        if plain {
            quoted(text, out);
        } else {
            escaped(&node.text().unwrap_or_default(), out);
        }
    } else if let Some(number) = node.number() {
        number::write(number, out);
    } else if let Some(items) = node.items() {
        out.push(b'[');
        for (index, item) in items.enumerate() {
            if index > 0 {
                out.push(b',');
            }
            write(item, out);
        }
        out.push(b']');
    } else if let Some(members) = node.members() {
        sorted(
            members
                .map(|(name, value)| (name, Part::Node(value)))
                .collect(),
            out,
        );
    } else {
        out.extend_from_slice(match node.boolean() {
            Some(true) => b"true",
            Some(false) => b"false",
            None => b"null",
        });
    }
}

fn sorted(mut members: Vec<(Cow<'_, str>, Part<'_>)>, out: &mut Vec<u8>) {
    members.sort_unstable_by(|(one, _), (other, _)| order(one, other));
    out.push(b'{');
    for (index, (name, value)) in members.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        match name {
            Cow::Borrowed(name) => quoted(name, out),
            Cow::Owned(name) => escaped(&name, out),
        }
        out.push(b':');
        match value {
            Part::Node(node) => write(node, out),
            Part::Ready(bytes) => out.extend_from_slice(bytes),
        }
    }
    out.push(b'}');
}

/// By UTF-16 code units. These and the bytes differ only beyond the surrogates.
fn order(one: &str, other: &str) -> Ordering {
    if one.is_ascii() || other.is_ascii() {
        return one.cmp(other);
    }
    one.encode_utf16().cmp(other.encode_utf16())
}

/// A text that needs no escapes.
fn quoted(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

fn escaped(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for byte in text.bytes() {
        let short = match byte {
            b'"' | b'\\' => byte,
            0x08 => b'b',
            b'\t' => b't',
            b'\n' => b'n',
            0x0c => b'f',
            b'\r' => b'r',
            ..0x20 => {
                out.extend_from_slice(format!("\\u{byte:04x}").as_bytes());
                continue;
            }
            plain => {
                out.push(plain);
                continue;
            }
        };
        out.extend_from_slice(&[b'\\', short]);
    }
    out.push(b'"');
}
