//! Codings since TDS 2.0 (14.6, 15.3): toggle bit, filter, the key as whole element strings, for
//! the `++` codings a host name, and after it any other element strings (`+AIDC` data).

use super::aidc;
use super::bits::{Reader, Writer};
use super::error::BinaryError;
use super::value::Kind;
use crate::ai;
use crate::element_string::Element;
use crate::limits::SCAN_ELEMENTS_MAX;

/// Date types of DSGTIN+ (14.5.3): the index is the type.
const DATES: [&str; 7] = ["11", "13", "15", "16", "17", "7006", "7007"];
/// An SSCC after its eight bits of header: fewer bits cannot hold one (15.3).
const SSCC_BITS: u32 = 72;

/// What the bits after the header say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plus {
    pub(super) toggle: bool,
    pub(super) filter: u8,
    /// Key, serial, date, then what was appended.
    pub(super) elements: Vec<Element>,
    /// How many elements were appended.
    pub(super) appended: usize,
    pub(super) host: Option<String>,
}

/// Reads all of it up to the bits that fill the last word.
pub(super) fn read(
    bits: &mut Reader<'_>,
    (dated, ais, host): (bool, &'static [&'static str], bool),
) -> Result<Plus, BinaryError> {
    let mut out = Plus {
        toggle: bits.take("toggle bit", 1)? == 1,
        filter: bits.take_u8("filter", 3)?,
        ..Plus::default()
    };
    let date = if dated { Some(read_date(bits)?) } else { None };
    for ai in ais {
        let element = read_element(bits, ai)?;
        // Extension 0 stands for the place itself (TDS 6.3.3).
        if element.0 != "254" || element.1 != "0" {
            out.elements.push(element);
        }
    }
    out.elements.extend(date);
    if host {
        out.host = Some(super::host::read(bits)?);
    }
    while bits.left() >= 8 && bits.first_set().is_some() {
        if bits.peek(8) == 0 && bits.left() < 8 + SSCC_BITS {
            break;
        }
        let bit = bits.at();
        let ai = read_ai(bits)?;
        let element = read_element(bits, &ai)?;
        if out.elements.iter().any(|(other, _)| *other == element.0) {
            return Err(problem(bit, format!("repeat ({})", element.0)));
        }
        if out.elements.len() >= SCAN_ELEMENTS_MAX {
            return Err(problem(
                bit,
                format!("are more than {SCAN_ELEMENTS_MAX} elements"),
            ));
        }
        out.elements.push(element);
        out.appended += 1;
    }
    Ok(out)
}

fn problem(bit: u32, problem: String) -> BinaryError {
    BinaryError::Field {
        field: "appended data",
        bit,
        problem,
    }
}

fn read_date(bits: &mut Reader<'_>) -> Result<Element, BinaryError> {
    let bit = bits.at();
    let kind = bits.take_u8("date type", 4)?;
    let Some(ai) = DATES.get(usize::from(kind)) else {
        return Err(BinaryError::Field {
            field: "date type",
            bit,
            problem: format!("is {kind}, which is reserved"),
        });
    };
    Ok(((*ai).to_owned(), Kind::Date.read(bits, "date")?))
}

/// The digits of an application identifier of two to four digits (table K).
fn read_ai(bits: &mut Reader<'_>) -> Result<String, BinaryError> {
    let bit = bits.at();
    let head = bits.take_u8("application identifier", 8)?;
    let unknown = |found: String| BinaryError::UnknownAi { bit, found };
    let len = aidc::ai_len(head).ok_or_else(|| unknown(format!("{head:02x}")))?;
    let rest = bits.take("application identifier", (len - 2) * 4)?;
    let number = u64::from(head) << ((len - 2) * 4) | rest;
    let width = usize::try_from(len).unwrap_or(4);
    let found = format!("{number:0width$x}");
    if aidc::components(&found).is_some() && ai::rule(&found).is_some() {
        Ok(found)
    } else {
        Err(unknown(found))
    }
}

/// The value of one application identifier, checked against its format.
fn read_element(bits: &mut Reader<'_>, ai: &str) -> Result<Element, BinaryError> {
    let bit = bits.at();
    let mut value = String::new();
    for kind in aidc::components(ai).unwrap_or_default() {
        let part = kind
            .read(bits, "value")
            .map_err(|error| BinaryError::Element {
                ai: ai.to_owned(),
                source: Box::new(error),
            })?;
        value.push_str(&part);
    }
    if let Some(rule) = ai::rule(ai) {
        rule.check(&value).map_err(|source| BinaryError::Value {
            ai: ai.to_owned(),
            bit,
            source,
        })?;
    }
    Ok((ai.to_owned(), value))
}

/// Writes everything after the header: elements of the key where the coding has them, all others
/// as appended data, in their order.
pub(super) fn write(
    out: &mut Writer,
    (dated, ais): (bool, &'static [&'static str]),
    filter: u8,
    elements: &[Element],
    host: Option<&str>,
) -> Result<(), BinaryError> {
    if filter > 7 {
        return Err(BinaryError::Filter {
            got: filter,
            max: 7,
        });
    }
    let find = |wanted: &str| elements.iter().find(|(ai, _)| ai == wanted);
    let date = if dated {
        let known = |ai: &str| DATES.iter().position(|date| *date == ai);
        let found = elements
            .iter()
            .find_map(|(ai, value)| Some((known(ai)?, ai, value)));
        Some(found.ok_or_else(|| unfit("date", "", "is missing"))?)
    } else {
        None
    };
    let placed = |ai: &str| ais.contains(&ai) || date.is_some_and(|(_, date, _)| date == ai);
    let appended: Vec<&Element> = elements.iter().filter(|(ai, _)| !placed(ai)).collect();
    out.push(u64::from(!appended.is_empty()), 1);
    out.push(u64::from(filter), 3);
    if let Some((kind, ai, value)) = date {
        out.push(u64::try_from(kind).unwrap_or(u64::MAX), 4);
        if !Kind::Date.write(out, value) {
            return Err(unfit(ai, value, "is no date of six digits"));
        }
    }
    for ai in ais {
        match find(ai) {
            Some((ai, value)) => write_value(out, ai, value)?,
            None if *ai == "254" => write_value(out, ai, "0")?,
            None => return Err(unfit(ai, "", "is missing")),
        }
    }
    if let Some(name) = host
        && !super::host::write(out, name)
    {
        return Err(unfit(
            "host name",
            name,
            "is no host name that fits 63 codes",
        ));
    }
    for (ai, value) in appended {
        for digit in ai.bytes() {
            out.push(u64::from(digit & 0x0f), 4);
        }
        write_value(out, ai, value)?;
    }
    Ok(())
}

fn write_value(out: &mut Writer, ai: &str, value: &str) -> Result<(), BinaryError> {
    let Some(kinds) = aidc::components(ai) else {
        return Err(unfit(ai, value, "has no form in a tag"));
    };
    if let Some(rule) = ai::rule(ai) {
        let check = rule.check(value);
        check.map_err(|error| unfit(ai, value, &format!("is wrong: {error}")))?;
    }
    let mut rest = value;
    for (at, kind) in kinds.iter().enumerate() {
        let share = kind.share(rest, at + 1 == kinds.len());
        let (part, tail) = rest.split_at_checked(share).unwrap_or((rest, ""));
        if !kind.write(out, part) {
            return Err(unfit(ai, value, "does not fit its form in a tag"));
        }
        rest = tail;
    }
    Ok(())
}

fn unfit(field: &str, value: &str, problem: &str) -> BinaryError {
    BinaryError::Unfit {
        field: field.to_owned(),
        value: value.chars().take(80).collect(),
        problem: problem.to_owned(),
    }
}
