//! What a scanner sends for a symbol, the other way round from reading it: for simulators of
//! scanners, and for whoever prints symbols and tests what will come back.

use crate::check_digit;
use crate::element_string::{self, Element};

/// Symbols that carry GS1 data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Symbol {
    /// QR Code, with FNC1 in first position when it carries elements.
    QrCode,
    /// Data Matrix, likewise.
    DataMatrix,
    /// `DotCode`, likewise.
    DotCode,
    /// GS1-128.
    Gs1128,
    /// GS1 `DataBar` Expanded.
    DataBarExpanded,
    /// GS1 `DataBar` Limited: a GTIN-14 whose indicator is 0 or 1.
    DataBarLimited,
    /// The other members of the `DataBar` family: a GTIN-14.
    DataBar,
    /// EAN-13.
    Ean13,
    /// EAN-8.
    Ean8,
    /// UPC-A, or UPC-E written out: sent as EAN-13.
    Upc,
}

/// What a symbol holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content<'a> {
    /// Text that is no element string: a Digital Link, or the digits of a retail code.
    Text(&'a str),
    /// An element string.
    Elements(&'a [Element]),
}

/// Why a symbol cannot hold a content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransmitError {
    /// A retail code or `DataBar` needs digits, and so many.
    #[error("symbol holds {expected} digits with their check digit")]
    Digits {
        /// How many.
        expected: usize,
    },
    /// `DataBarLimited` has no room for other indicators.
    #[error("databar limited holds indicator 0 or 1 only")]
    Indicator,
    /// There is nothing to be held.
    #[error("content is empty")]
    Empty,
    /// Elements in a symbol of digits, text in one of elements.
    #[error("symbol cannot hold this sort of content")]
    Sort,
    /// A composite component beside a symbol that can have none.
    #[error("symbol has no composite component")]
    Composite,
}

/// The messages a scanner sends for a symbol, each with its symbology identifier (ISO/IEC 15424;
/// GS1 General Specifications 7.8): one, or two for a retail code with a composite component.
/// `composite` holds the elements of that component, empty without one.
///
/// # Errors
/// [`TransmitError`] when the symbol cannot hold that.
pub fn transmit(
    symbol: Symbol,
    content: Content<'_>,
    composite: &[Element],
) -> Result<Vec<String>, TransmitError> {
    let (plain, marked) = match symbol {
        Symbol::QrCode => ("]Q1", "]Q3"),
        Symbol::DataMatrix => ("]d1", "]d2"),
        Symbol::DotCode => ("]J0", "]J1"),
        Symbol::Gs1128 | Symbol::DataBarExpanded | Symbol::DataBarLimited | Symbol::DataBar => {
            return linear(symbol, content, composite).map(|message| vec![message]);
        }
        Symbol::Ean13 | Symbol::Ean8 | Symbol::Upc => return retail(symbol, content, composite),
    };
    if !composite.is_empty() {
        return Err(TransmitError::Composite);
    }
    match content {
        Content::Text("") | Content::Elements([]) => Err(TransmitError::Empty),
        Content::Text(text) => Ok(vec![format!("{plain}{text}")]),
        Content::Elements(list) => Ok(vec![format!("{marked}{}", element_string::to_raw(list))]),
    }
}

/// GS1-128 and the `DataBar` family: with a composite component both are one element string.
fn linear(
    symbol: Symbol,
    content: Content<'_>,
    composite: &[Element],
) -> Result<String, TransmitError> {
    let mut list = match (symbol, content) {
        (_, Content::Elements([])) => return Err(TransmitError::Empty),
        (Symbol::Gs1128 | Symbol::DataBarExpanded, Content::Elements(list)) => list.to_vec(),
        (Symbol::DataBar | Symbol::DataBarLimited, Content::Text(gtin)) => {
            let gtin = digits(gtin, 14)?;
            if symbol == Symbol::DataBarLimited && !gtin.starts_with(['0', '1']) {
                return Err(TransmitError::Indicator);
            }
            vec![("01".to_owned(), gtin.to_owned())]
        }
        _ => return Err(TransmitError::Sort),
    };
    let alone = symbol == Symbol::Gs1128 && composite.is_empty();
    list.extend_from_slice(composite);
    let identifier = if alone { "]C1" } else { "]e0" };
    Ok(format!("{identifier}{}", element_string::to_raw(&list)))
}

/// Retail codes: their digits, and the composite component as a message of its own.
fn retail(
    symbol: Symbol,
    content: Content<'_>,
    composite: &[Element],
) -> Result<Vec<String>, TransmitError> {
    let Content::Text(text) = content else {
        return Err(TransmitError::Sort);
    };
    let first = match symbol {
        Symbol::Ean8 => format!("]E4{}", digits(text, 8)?),
        Symbol::Upc => format!("]E00{}", digits(text, 12)?),
        _ => format!("]E0{}", digits(text, 13)?),
    };
    let mut messages = vec![first];
    if !composite.is_empty() {
        messages.push(format!("]e0{}", element_string::to_raw(composite)));
    }
    Ok(messages)
}

fn digits(text: &str, expected: usize) -> Result<&str, TransmitError> {
    let all = text.len() == expected && text.bytes().all(|byte| byte.is_ascii_digit());
    if all && check_digit::holds(text.as_bytes()) {
        return Ok(text);
    }
    Err(TransmitError::Digits { expected })
}

#[cfg(test)]
mod tests {
    use super::{Content, Symbol, TransmitError, transmit};
    use crate::element_string::parse_bracketed;
    use crate::scan;

    #[test]
    fn what_is_sent_is_read_as_what_was_held() {
        let pack = parse_bracketed("(01)09506000134352(10)L1(17)271231(21)S1").unwrap();
        for symbol in [
            Symbol::QrCode,
            Symbol::DataMatrix,
            Symbol::DotCode,
            Symbol::Gs1128,
        ] {
            let sent = transmit(symbol, Content::Elements(&pack), &[]).unwrap();
            let [message] = sent.as_slice() else {
                panic!("{sent:?}");
            };
            let read = scan::parse(message).unwrap();
            assert_eq!(read.elements, pack, "{symbol:?} {message}");
        }
        for (symbol, text, message) in [
            (Symbol::Ean13, "9506000134352", "]E09506000134352"),
            (Symbol::Ean8, "95060002", "]E495060002"),
            (Symbol::Upc, "614141000036", "]E00614141000036"),
            (Symbol::DataBar, "09506000134352", "]e00109506000134352"),
            (
                Symbol::QrCode,
                "https://a.example/x",
                "]Q1https://a.example/x",
            ),
        ] {
            let sent = transmit(symbol, Content::Text(text), &[]);
            assert_eq!(sent.unwrap(), [message], "{symbol:?}");
        }
    }

    #[test]
    fn a_composite_component_is_joined_or_sent_apart() {
        let held = parse_bracketed("(01)09506000134352(10)L1").unwrap();
        let more = parse_bracketed("(21)S1").unwrap();
        let joined = transmit(Symbol::Gs1128, Content::Elements(&held), &more).unwrap();
        assert_eq!(joined, ["]e0010950600013435210L1\u{1d}21S1"]);
        let apart = transmit(Symbol::Ean13, Content::Text("9506000134352"), &more).unwrap();
        assert_eq!(apart, ["]E09506000134352", "]e021S1"]);
    }

    #[test]
    fn what_a_symbol_cannot_hold_is_refused() {
        let pack = parse_bracketed("(01)09506000134352").unwrap();
        let rows = [
            (
                Symbol::Ean13,
                Content::Text("9506000134353"),
                TransmitError::Digits { expected: 13 },
            ),
            (
                Symbol::Upc,
                Content::Text("61414100003"),
                TransmitError::Digits { expected: 12 },
            ),
            (
                Symbol::DataBarLimited,
                Content::Text("20000000000004"),
                TransmitError::Indicator,
            ),
            (Symbol::QrCode, Content::Text(""), TransmitError::Empty),
            (Symbol::Gs1128, Content::Elements(&[]), TransmitError::Empty),
            (Symbol::Gs1128, Content::Text("x"), TransmitError::Sort),
            (Symbol::Ean8, Content::Elements(&pack), TransmitError::Sort),
        ];
        for (symbol, content, error) in rows {
            assert_eq!(
                transmit(symbol, content, &[]),
                Err(error),
                "{symbol:?} {content:?}"
            );
        }
        let refused = transmit(Symbol::DataMatrix, Content::Elements(&pack), &pack);
        assert_eq!(refused, Err(TransmitError::Composite));
    }
}
