//! What goes to standard output: JSON for programs, plain text for people, colour only where a
//! terminal shows it and nobody asked for none (`NO_COLOR`). A reader that closes the pipe early is
//! not an error.

use std::io::{self, IsTerminal, Write};

use clap::ValueEnum;
use serde_json::Value;

/// The form of the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs: one JSON document.
    Json,
}

/// Prints a line.
pub(crate) fn line(text: &str) {
    // A closed pipe (`theriac trace ... | head`) ends the output, not the command.
    let _closed = writeln!(io::stdout().lock(), "{text}");
}

/// Prints a text as it is.
pub(crate) fn bytes(text: &[u8]) {
    let _closed = io::stdout().lock().write_all(text);
}

/// Prints a JSON document over several lines.
pub(crate) fn json(document: &Value) {
    line(&format!("{document:#}"));
}

/// Prints a JSON document on one line.
pub(crate) fn json_line(document: &Value) {
    line(&document.to_string());
}

/// Prints a line on standard error.
pub(crate) fn note(text: &str) {
    let _closed = writeln!(io::stderr().lock(), "{text}");
}

/// A colour, and the word that carries the meaning where there is none.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Colour {
    Green,
    Amber,
    Red,
    Blue,
    Grey,
}

/// The text in bold and colour, if standard output is a terminal that wants it.
pub(crate) fn painted(text: &str, colour: Colour) -> String {
    if !io::stdout().is_terminal()
        || std::env::var_os("NO_COLOR").is_some_and(|set| !set.is_empty())
    {
        return text.to_owned();
    }
    let code = match colour {
        Colour::Green => 32,
        Colour::Amber => 33,
        Colour::Red => 31,
        Colour::Blue => 34,
        Colour::Grey => 90,
    };
    format!("\u{1b}[1;{code}m{text}\u{1b}[0m")
}

/// A text field of a document, empty where there is none, without control characters.
pub(crate) fn text(document: &Value, pointer: &str) -> String {
    match document.pointer(pointer) {
        Some(Value::String(text)) => super::exit::one_line(text),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

/// The items of a list in a document.
pub(crate) fn list<'a>(document: &'a Value, pointer: &str) -> &'a [Value] {
    document
        .pointer(pointer)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}
