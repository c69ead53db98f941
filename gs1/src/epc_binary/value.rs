//! Values of application identifiers in bits: the methods of TDS 2.3, section 14.5. Which one an
//! identifier takes is in the table next door.

use super::bits::{Reader, Writer, decimal_bits, length_bits};
use super::error::BinaryError;
use super::{calendar, text};

/// A method of section 14.5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// 14.5.4: so many digits of four bits.
    Digits(usize),
    /// 14.5.2: so many digits as one number.
    Number(usize),
    /// 14.5.13: a length and up to so many digits as one number.
    Numeric(usize),
    /// 14.5.6: encoding indicator, length, up to so many characters.
    Text(usize),
    /// 14.5.5: digits of four bits, a terminator, or a delimiter and text; 30 characters in all.
    Delimited,
    /// 14.5.8: `YYMMDD`.
    Date,
    /// 14.5.9: `YYMMDDhhmm`.
    DateTime,
    /// 14.5.10: one date or two.
    DateRange,
    /// 14.5.11: a date, or a date with a time of one to three parts.
    DatePrecise,
    /// 14.5.12: two capital letters of six bits.
    Country,
    /// 14.5.7: 0 or 1.
    Flag,
    /// 14.5.14: nothing or `-`.
    Minus,
    /// 14.5.15: `n/m`.
    Sequence,
}

/// The most characters of a GIAI, a CPI or a GRAI's group (AI 8004, 8010, 7023).
const DELIMITED_MAX: usize = 30;
/// Four bits that end the digits and begin text.
const DELIMITER: u8 = 0xe;
/// Four bits that end a value of digits.
const TERMINATOR: u8 = 0xf;

impl Kind {
    /// Reads one component.
    pub(super) fn read(
        self,
        bits: &mut Reader<'_>,
        field: &'static str,
    ) -> Result<String, BinaryError> {
        match self {
            Self::Digits(count) => read_digits(bits, field, count),
            Self::Number(count) => bits.decimal(field, decimal_bits(count), count),
            Self::Numeric(max) => {
                let count = read_length(bits, field, max)?;
                bits.decimal(field, decimal_bits(count), count)
            }
            Self::Text(max) => text::read(bits, field, max),
            Self::Delimited => read_delimited(bits, field),
            Self::Date => calendar::read(bits, field, 3),
            Self::DateTime => calendar::read(bits, field, 5),
            Self::DateRange => {
                let two = bits.take(field, 1)? == 1;
                let mut value = calendar::read(bits, field, 3)?;
                if two {
                    value.push_str(&calendar::read(bits, field, 3)?);
                }
                Ok(value)
            }
            Self::DatePrecise => match bits.take(field, 2)? {
                0 => calendar::read(bits, field, 4),
                1 => calendar::read(bits, field, 5),
                2 => calendar::read(bits, field, 6),
                _ => calendar::read(bits, field, 3),
            },
            Self::Country => text::read_letters(bits, field),
            Self::Flag => Ok(bits.take(field, 1)?.to_string()),
            Self::Minus => {
                let negative = bits.take(field, 1)? == 1;
                Ok(if negative {
                    "-".to_owned()
                } else {
                    String::new()
                })
            }
            Self::Sequence => {
                let (first, bit) = (read_digits(bits, field, 1)?, bits.at());
                let second = read_digits(bits, field, 1)?;
                if first == "0" || second == "0" {
                    return Err(problem(field, bit, "counts from 1"));
                }
                Ok(format!("{first}/{second}"))
            }
        }
    }

    /// How many characters of a value are this component; `last` takes all of them.
    pub(super) fn share(self, value: &str, last: bool) -> usize {
        match self {
            _ if last => value.len(),
            Self::Digits(count) | Self::Number(count) => count.min(value.len()),
            _ => value.len(),
        }
    }

    /// Writes one component, whose value fits its application identifier. False when it does not
    /// fit this method.
    pub(super) fn write(self, out: &mut Writer, value: &str) -> bool {
        match self {
            Self::Digits(count) => value.len() == count && write_digits(out, value),
            Self::Number(count) => {
                value.len() == count
                    && all_digits(value)
                    && out.push_decimal(value, decimal_bits(count))
            }
            Self::Numeric(max) => {
                let count = value.len();
                let fits = count <= max && all_digits(value);
                write_length(out, count, max);
                fits && (count == 0 || out.push_decimal(value, decimal_bits(count)))
            }
            Self::Text(max) => text::write(out, value, max),
            Self::Delimited => write_delimited(out, value),
            Self::Date => value.len() == 6 && calendar::write(out, value),
            Self::DateTime => value.len() == 10 && calendar::write(out, value),
            Self::DateRange => {
                let (first, second) = value.split_at_checked(6).unwrap_or((value, ""));
                out.push(u64::from(!second.is_empty()), 1);
                let fits = first.len() == 6 && matches!(second.len(), 0 | 6);
                fits && calendar::write(out, first)
                    && (second.is_empty() || calendar::write(out, second))
            }
            Self::DatePrecise => {
                let form = match value.len() {
                    8 => 0,
                    10 => 1,
                    12 => 2,
                    6 => 3,
                    _ => return false,
                };
                out.push(form, 2);
                calendar::write(out, value)
            }
            Self::Country => text::write_letters(out, value),
            Self::Flag => write_flag(out, value, "0", "1"),
            Self::Minus => write_flag(out, value, "", "-"),
            Self::Sequence => match value.split_once('/') {
                Some((first, second)) => {
                    let digit = |part: &str| part.len() == 1 && part != "0";
                    digit(first)
                        && digit(second)
                        && write_digits(out, first)
                        && write_digits(out, second)
                }
                None => false,
            },
        }
    }
}

fn write_flag(out: &mut Writer, value: &str, unset: &str, set: &str) -> bool {
    out.push(u64::from(value == set), 1);
    value == set || value == unset
}

/// Digits of four bits each.
fn read_digits(
    bits: &mut Reader<'_>,
    field: &'static str,
    count: usize,
) -> Result<String, BinaryError> {
    let mut text = String::with_capacity(count);
    for _ in 0..count {
        let bit = bits.at();
        let nibble = bits.take_u8(field, 4)?;
        if nibble > 9 {
            return Err(problem(
                field,
                bit,
                &format!("holds {nibble:x}, no decimal digit"),
            ));
        }
        text.push(char::from(b'0' + nibble));
    }
    Ok(text)
}

fn write_digits(out: &mut Writer, value: &str) -> bool {
    value.bytes().for_each(|b| out.push(u64::from(b & 0x0f), 4));
    all_digits(value)
}

fn read_delimited(bits: &mut Reader<'_>, field: &'static str) -> Result<String, BinaryError> {
    let start = bits.at();
    let mut value = String::new();
    while value.len() <= DELIMITED_MAX {
        let bit = bits.at();
        match bits.take_u8(field, 4)? {
            TERMINATOR if value.is_empty() => break,
            TERMINATOR => return Ok(value),
            DELIMITER => {
                let bit = bits.at();
                let rest = text::read(bits, field, DELIMITED_MAX)?;
                if rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_digit()) {
                    let fault = "begins its text with a digit, or with nothing";
                    return Err(problem(field, bit, fault));
                }
                value.push_str(&rest);
                if value.len() > DELIMITED_MAX {
                    break;
                }
                return Ok(value);
            }
            digit @ 0..=9 => value.push(char::from(b'0' + digit)),
            other => {
                let fault = format!("holds {other:x}, neither digit, delimiter nor terminator");
                return Err(problem(field, bit, &fault));
            }
        }
    }
    let fault = format!("is not of 1 to {DELIMITED_MAX} characters");
    Err(problem(field, start, &fault))
}

fn write_delimited(out: &mut Writer, value: &str) -> bool {
    let digits = value.bytes().take_while(u8::is_ascii_digit).count();
    let Some((head, rest)) = value.split_at_checked(digits) else {
        return false;
    };
    write_digits(out, head);
    if value.is_empty() || value.len() > DELIMITED_MAX {
        return false;
    }
    if rest.is_empty() {
        out.push(u64::from(TERMINATOR), 4);
        return true;
    }
    out.push(u64::from(DELIMITER), 4);
    text::write(out, rest, DELIMITED_MAX)
}

/// A length indicator; there is none where only one length is possible.
pub(super) fn read_length(
    bits: &mut Reader<'_>,
    field: &'static str,
    max: usize,
) -> Result<usize, BinaryError> {
    let bit = bits.at();
    let count = usize::from(bits.take_u8(field, length_bits(max))?);
    if count > max {
        let fault = format!("has length indicator {count}, at most {max}");
        return Err(problem(field, bit, &fault));
    }
    Ok(count)
}

pub(super) fn write_length(out: &mut Writer, count: usize, max: usize) {
    out.push(u64::try_from(count).unwrap_or(u64::MAX), length_bits(max));
}

pub(super) fn all_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

pub(super) fn problem(field: &'static str, bit: u32, problem: &str) -> BinaryError {
    BinaryError::Field {
        field,
        bit,
        problem: problem.to_owned(),
    }
}
