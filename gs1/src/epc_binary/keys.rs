//! From the parts of a URN to the element strings of the same key: the check digit comes back, and
//! the parts stand where an element string has them (TDS 2.3, section 7).

use super::table::Key;
use crate::check_digit;
use crate::element_string::Element;

/// The elements of a key. None where the parts are not those of the key.
pub(super) fn elements(key: Key, parts: &[String]) -> Option<Vec<Element>> {
    let part = |at: usize| parts.get(at).map(String::as_str);
    let (prefix, reference) = (part(0)?, part(1)?);
    let element = |ai: &str, value: String| (ai.to_owned(), value);
    Some(match key {
        Key::Sgtin => vec![
            element("01", leading(prefix, reference)?),
            element("21", part(2)?.to_owned()),
        ],
        Key::Sscc => vec![element("00", leading(prefix, reference)?)],
        Key::Sgln => {
            let place = element("414", plain(prefix, reference));
            // Extension 0 stands for the place itself (TDS 6.3.3).
            match part(2)? {
                "0" => vec![place],
                extension => vec![place, element("254", extension.to_owned())],
            }
        }
        Key::Grai => vec![element(
            "8003",
            format!("0{}{}", plain(prefix, reference), part(2)?),
        )],
        Key::Giai => vec![element("8004", format!("{prefix}{reference}"))],
        Key::Gsrn => vec![element("8018", plain(prefix, reference))],
        Key::Gsrnp => vec![element("8017", plain(prefix, reference))],
        Key::Gdti => vec![element(
            "253",
            format!("{}{}", plain(prefix, reference), part(2)?),
        )],
        Key::Sgcn => vec![element(
            "255",
            format!("{}{}", plain(prefix, reference), part(2)?),
        )],
        Key::Cpi => vec![
            element("8010", format!("{prefix}{reference}")),
            element("8011", part(2)?.to_owned()),
        ],
        Key::Itip => vec![
            element(
                "8006",
                format!("{}{}{}", leading(prefix, reference)?, part(2)?, part(3)?),
            ),
            element("21", part(4)?.to_owned()),
        ],
    })
}

/// Prefix and reference in their order, with the check digit.
fn plain(prefix: &str, reference: &str) -> String {
    checked(format!("{prefix}{reference}"))
}

/// The first digit of the reference stands before the prefix.
fn leading(prefix: &str, reference: &str) -> Option<String> {
    let (first, rest) = reference.split_at_checked(1)?;
    Some(checked(format!("{first}{prefix}{rest}")))
}

fn checked(mut digits: String) -> String {
    digits.push(char::from(b'0' + check_digit::of(digits.as_bytes())));
    digits
}

/// Elements as a Digital Link on `host`: the key and its qualifiers in the path, in the order of
/// the standard, everything else as attributes.
pub(super) fn digital_link(host: &str, elements: &[Element]) -> Option<String> {
    let (key, _) = elements.first()?;
    let qualifiers: &[&str] = match key.as_str() {
        "01" | "8006" => &["22", "10", "21"],
        "414" => &["254"],
        "8010" => &["8011"],
        "8017" | "8018" => &["8019"],
        _ => &[],
    };
    let mut link = format!("https://{host}");
    let mut add = |before: char, between: char, (ai, value): &Element| {
        link.extend([before]);
        link.push_str(ai);
        link.push(between);
        link.push_str(&crate::uri::encode_component(value));
    };
    let find = |wanted: &str| elements.iter().find(|(ai, _)| ai == wanted);
    let path = std::iter::once(key.as_str()).chain(qualifiers.iter().copied());
    path.filter_map(find)
        .for_each(|element| add('/', '/', element));
    let others = elements
        .iter()
        .filter(|(ai, _)| ai != key && !qualifiers.contains(&ai.as_str()));
    let mut before = '?';
    for element in others {
        add(before, '=', element);
        before = '&';
    }
    Some(link)
}
