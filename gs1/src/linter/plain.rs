//! Rules that need no list: character sets, check digits, numbers.

use super::fault::{Fault, FaultKind};
use super::lists;
use crate::charset;

/// Fewest digits of a GS1 company prefix.
const COMPANY_PREFIX_MIN: usize = 4;

pub(super) fn set(data: &[u8], is_in: fn(char) -> bool, kind: FaultKind) -> Result<(), Fault> {
    match data.iter().position(|byte| !is_in(char::from(*byte))) {
        Some(at) => Err(Fault::one(kind, at)),
        None => Ok(()),
    }
}

pub(super) fn digits(data: &[u8]) -> Result<(), Fault> {
    match data.iter().position(|byte| !byte.is_ascii_digit()) {
        Some(at) => Err(Fault::one(FaultKind::NotADigit, at)),
        None => Ok(()),
    }
}

/// At most two padding signs, and those only where the whole has a multiple of three characters,
/// as the dictionary's own rule asks.
pub(super) fn base64(data: &[u8]) -> Result<(), Fault> {
    let padding = data.iter().rev().take_while(|byte| **byte == b'=').count();
    let body = data.len() - padding;
    if padding > 2 || padding > 0 && !data.len().is_multiple_of(3) {
        return Err(Fault::span(FaultKind::Padding, body, padding));
    }
    let letter = |c: char| charset::is_64(c) && c != '=';
    set(
        data.get(..body).unwrap_or_default(),
        letter,
        FaultKind::OutsideSet64,
    )
}

pub(super) fn check_digit(data: &[u8]) -> Result<(), Fault> {
    let Some((last, payload)) = data.split_last() else {
        return Err(Fault::whole(FaultKind::TooShort, data));
    };
    digits(data)?;
    if b'0' + crate::check_digit::of(payload) == *last {
        return Ok(());
    }
    Err(Fault::one(FaultKind::CheckDigit, payload.len()))
}

/// The check character pair (General Specifications 7.9.5): values of set 82 weighted by the
/// primes from right to left, modulo 1021, written as two characters of a set of 32.
pub(super) fn check_pair(data: &[u8]) -> Result<(), Fault> {
    const SET_32: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    if data.len() > PRIMES.len() + 2 {
        return Err(Fault::whole(FaultKind::TooLong, data));
    }
    let Some(len) = data.len().checked_sub(2) else {
        return Err(Fault::whole(FaultKind::TooShort, data));
    };
    let (payload, pair) = data.split_at_checked(len).unwrap_or_default();
    set(payload, charset::is_82, FaultKind::OutsideSet82)?;
    let weighted = payload.iter().rev().zip(PRIMES);
    let sum: u32 = weighted.map(|(byte, prime)| value_82(*byte) * prime).sum();
    let sum = usize::try_from(sum % 1021).unwrap_or(0);
    let expected = [SET_32.get(sum >> 5), SET_32.get(sum & 31)];
    if pair.iter().map(Some).eq(expected) {
        return Ok(());
    }
    Err(Fault::span(FaultKind::CheckPair, len, 2))
}

/// The place of a character in set 82, from 0.
fn value_82(byte: u8) -> u32 {
    let below = (0..byte).filter(|other| charset::is_82(char::from(*other)));
    u32::try_from(below.count()).unwrap_or(0)
}

const PRIMES: [u32; 97] = primes();

const fn primes() -> [u32; 97] {
    let mut list = [2; 97];
    let (mut found, mut candidate) = (1, 3_u32);
    while found < list.len() {
        let mut divisor = 2;
        while divisor * divisor <= candidate && !candidate.is_multiple_of(divisor) {
            divisor += 1;
        }
        if divisor * divisor > candidate {
            #[expect(
                clippy::indexing_slicing,
                reason = "evaluated when compiling, in bounds"
            )]
            {
                list[found] = candidate;
            }
            found += 1;
        }
        candidate += 1;
    }
    list
}

/// Digits where a company prefix begins, after `skip` characters.
pub(super) fn company_prefix(data: &[u8], skip: usize) -> Result<(), Fault> {
    let Some(prefix) = data.get(skip..skip + COMPANY_PREFIX_MIN) else {
        let (at, len) = match data.len().checked_sub(skip) {
            Some(len @ 1..) => (skip, len),
            _ => (0, 0),
        };
        return Err(Fault::span(FaultKind::TooShort, at, len));
    };
    match prefix.iter().position(|byte| !byte.is_ascii_digit()) {
        Some(at) => Err(Fault::one(FaultKind::CompanyPrefix, skip + at)),
        None => Ok(()),
    }
}

pub(super) fn has_non_digit(data: &[u8]) -> Result<(), Fault> {
    if data.iter().any(|byte| !byte.is_ascii_digit()) {
        return Ok(());
    }
    Err(Fault::whole(FaultKind::DigitsOnly, data))
}

/// One or more of one character.
pub(super) fn only(data: &[u8], byte: u8, kind: FaultKind) -> Result<(), Fault> {
    if !data.is_empty() && data.iter().all(|other| *other == byte) {
        return Ok(());
    }
    Err(Fault::whole(kind, data))
}

/// One character of a few.
pub(super) fn one_of(data: &[u8], allowed: &[u8], kind: FaultKind) -> Result<(), Fault> {
    match data {
        [byte] if allowed.contains(byte) => Ok(()),
        _ => Err(Fault::whole(kind, data)),
    }
}

/// ISO 13616: country, two check digits, account; modulo 97 of the whole must be 1.
pub(super) fn iban(data: &[u8]) -> Result<(), Fault> {
    const MIN: usize = 10;
    const MAX: usize = 34;
    let Some((head, account)) = data.split_at_checked(4) else {
        return Err(Fault::whole(FaultKind::TooShort, data));
    };
    if lists::country_letters(head.get(..2).unwrap_or_default()).is_err() {
        return Err(Fault::span(FaultKind::AccountCountry, 0, 2));
    }
    if data.len() > MAX {
        return Err(Fault::whole(FaultKind::TooLong, data));
    }
    if data.len() <= MIN {
        return Err(Fault::whole(FaultKind::TooShort, data));
    }
    let places = (4..data.len()).chain(0..4);
    let mut rest = 0;
    for (byte, at) in account.iter().chain(head).zip(places) {
        rest = match byte {
            b'0'..=b'9' => rest * 10 + u32::from(byte - b'0'),
            b'A'..=b'Z' => rest * 100 + u32::from(byte - b'A') + 10,
            _ => return Err(Fault::one(FaultKind::AccountCharacter, at)),
        } % 97;
    }
    if rest == 1 {
        return Ok(());
    }
    Err(Fault::span(FaultKind::AccountCheck, 2, 2))
}

pub(super) fn importer_index(data: &[u8]) -> Result<(), Fault> {
    match data {
        [byte] if *byte != b'=' && charset::is_64(char::from(*byte)) => Ok(()),
        [_] => Err(Fault::whole(FaultKind::ImporterIndex, data)),
        _ => Err(Fault::whole(FaultKind::Length, data)),
    }
}

/// Ten digits up to `max`, ten-millionths of a degree from the south pole or the date line.
pub(super) fn degrees(data: &[u8], max: u64) -> Result<(), Fault> {
    if data.len() != 10 {
        return Err(Fault::whole(FaultKind::Length, data));
    }
    digits(data)?;
    let value = data
        .iter()
        .fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'));
    if value > max {
        return Err(Fault::whole(FaultKind::Degrees, data));
    }
    Ok(())
}

pub(super) fn non_zero(data: &[u8]) -> Result<(), Fault> {
    digits(data)?;
    if data.iter().all(|byte| *byte == b'0') {
        return Err(Fault::whole(FaultKind::ZeroValue, data));
    }
    Ok(())
}

pub(super) fn no_zero_prefix(data: &[u8]) -> Result<(), Fault> {
    if data.first() == Some(&b'0') {
        return Err(Fault::one(FaultKind::ZeroPrefix, 0));
    }
    digits(data)
}

pub(super) fn percent(data: &[u8]) -> Result<(), Fault> {
    let mut at = 0;
    while let Some(found) = data.iter().skip(at).position(|byte| *byte == b'%') {
        let start = at + found;
        let escape = data.get(start..).unwrap_or_default();
        match escape {
            [_, high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {}
            _ => {
                let len = escape.len().min(3);
                return Err(Fault::span(FaultKind::PercentEscape, start, len));
            }
        }
        at = start + 3;
    }
    Ok(())
}

pub(super) fn piece_of_total(data: &[u8]) -> Result<(), Fault> {
    digits(data)?;
    let half = data.len() / 2;
    if half == 0 || !data.len().is_multiple_of(2) {
        return Err(Fault::whole(FaultKind::Length, data));
    }
    let (piece, total) = data.split_at_checked(half).unwrap_or_default();
    let zero = |number: &[u8]| number.iter().all(|byte| *byte == b'0');
    if zero(piece) {
        return Err(Fault::span(FaultKind::ZeroPiece, 0, half));
    }
    if zero(total) {
        return Err(Fault::span(FaultKind::ZeroTotal, half, half));
    }
    if piece > total {
        return Err(Fault::whole(FaultKind::PieceBeyondTotal, data));
    }
    Ok(())
}

pub(super) fn position(data: &[u8]) -> Result<(), Fault> {
    let malformed = || Fault::whole(FaultKind::Position, data);
    let slash = data
        .iter()
        .position(|byte| *byte == b'/')
        .ok_or_else(malformed)?;
    let (position, rest) = data.split_at_checked(slash).unwrap_or_default();
    let end = rest.get(1..).unwrap_or_default();
    for number in [position, end] {
        if number.is_empty() || digits(number).is_err() {
            return Err(malformed());
        }
    }
    if position.starts_with(b"0") {
        return Err(Fault::span(FaultKind::ZeroPrefix, 0, slash));
    }
    if end.starts_with(b"0") {
        return Err(Fault::span(FaultKind::ZeroPrefix, slash + 1, end.len()));
    }
    if (position.len(), position) > (end.len(), end) {
        return Err(Fault::whole(FaultKind::PositionBeyondEnd, data));
    }
    Ok(())
}
