//! Exact decimal numbers. Sensor values decide about excursions, so no binary fraction stands
//! between what a logger wrote and what a rule compares.

#[cfg(test)]
mod tests;

use std::cmp::Ordering;

/// A decimal number: a 64-bit coefficient times a power of ten.
///
/// Numbers are kept without trailing zeros, so `1.50` and `1.5` are equal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Decimal {
    coefficient: i64,
    exponent: i16,
}

/// Why a text is no [`Decimal`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// Not a number as JSON writes it.
    #[error("{text:?} is not a decimal number")]
    Form {
        /// The text given.
        text: String,
    },
    /// More significant digits than 64 bits hold, or an exponent outside +-400.
    #[error("{text:?} has more digits than are kept")]
    Range {
        /// The text given.
        text: String,
    },
}

impl Decimal {
    /// A whole number of thousandths.
    pub fn from_milli(milli: i64) -> Self {
        Self::reduced(milli, -3)
    }

    /// Reads a number in the grammar of JSON (RFC 8259, section 6).
    ///
    /// # Errors
    /// [`DecimalError`] for another form or too many digits.
    pub fn parse(text: &str) -> Result<Self, DecimalError> {
        let form = || DecimalError::Form {
            text: text.to_owned(),
        };
        let range = || DecimalError::Range {
            text: text.to_owned(),
        };
        let (negative, rest) = text
            .strip_prefix('-')
            .map_or((false, text), |rest| (true, rest));
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent_of(exponent).ok_or_else(form)?),
            None => (rest, 0),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((_, "")) => return Err(form()),
            Some(parts) => parts,
            None => (mantissa, ""),
        };
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        let leading_zero = whole.len() > 1 && whole.starts_with('0');
        if whole.is_empty() || leading_zero || !digits(whole) || !digits(fraction) {
            return Err(form());
        }
        let all = format!("{whole}{fraction}");
        let kept = all.trim_start_matches('0').trim_end_matches('0');
        if kept.is_empty() {
            return Ok(Self::default());
        }
        let trailing = all.len() - all.trim_end_matches('0').len();
        let shift = i32::try_from(trailing).map_err(|_| range())?
            - i32::try_from(fraction.len()).map_err(|_| range())?;
        let exponent = exponent.checked_add(shift).ok_or_else(range)?;
        if kept.len() > 19 || !(-400..=400).contains(&exponent) {
            return Err(range());
        }
        let size: i128 = kept.parse().map_err(|_| range())?;
        let signed = if negative { -size } else { size };
        Ok(Self {
            coefficient: i64::try_from(signed).map_err(|_| range())?,
            exponent: i16::try_from(exponent).map_err(|_| range())?,
        })
    }

    /// The number as JSON. The text is exact; a reader that uses binary fractions rounds it.
    pub fn to_json(self) -> Option<serde_json::Number> {
        serde_json::from_str(&self.to_string()).ok()
    }

    /// The number where it is whole and fits 64 bits.
    pub fn whole(self) -> Option<i64> {
        let exponent = u32::try_from(self.exponent).ok()?;
        self.coefficient.checked_mul(10_i64.checked_pow(exponent)?)
    }

    /// The number in thousandths, rounded half away from zero. None beyond 64 bits.
    pub fn milli(self) -> Option<i64> {
        self.affine(1000, 0, 1)
    }

    /// Thousandths of a degree Celsius, rounded half away from zero, for a temperature in UN/ECE
    /// Rec. 20 units `CEL`, `FAH` or `KEL`. None for another unit or beyond 32 bits.
    pub fn milli_celsius(self, uom: &str) -> Option<i32> {
        let milli = match uom {
            "CEL" => self.affine(1000, 0, 1),
            "KEL" => self.affine(1000, -273_150, 1),
            "FAH" => self.affine(5000, -160_000, 9),
            _ => None,
        };
        milli.and_then(|milli| i32::try_from(milli).ok())
    }

    /// `(self * factor + offset) / divisor`, rounded half away from zero.
    fn affine(self, factor: i128, offset: i128, divisor: i128) -> Option<i64> {
        // A number with a smaller exponent is below 10^-12: it cannot reach the next boundary of
        // rounding, and counts as nothing. All others are computed exactly.
        let (coefficient, exponent) = match self.exponent {
            ..-30 => (0, 0),
            34.. if self.coefficient != 0 => return None,
            exponent => (i128::from(self.coefficient), i32::from(exponent)),
        };
        let power = |exponent: u32| 10_i128.checked_pow(exponent);
        let (numerator, denominator) = if let Ok(up) = u32::try_from(exponent) {
            let value = coefficient.checked_mul(power(up)?)?;
            (value.checked_mul(factor)?.checked_add(offset)?, divisor)
        } else {
            let scale = power(exponent.unsigned_abs())?;
            let offset = offset.checked_mul(scale)?;
            (
                coefficient.checked_mul(factor)?.checked_add(offset)?,
                divisor.checked_mul(scale)?,
            )
        };
        let quotient = numerator / denominator;
        let remainder = (numerator % denominator).abs();
        let away = if remainder >= denominator - remainder {
            numerator.signum()
        } else {
            0
        };
        i64::try_from(quotient + away).ok()
    }

    /// Coefficient and exponent: the number is `coefficient * 10^exponent`.
    pub(crate) fn parts(self) -> (i64, i16) {
        (self.coefficient, self.exponent)
    }

    fn reduced(mut coefficient: i64, mut exponent: i16) -> Self {
        if coefficient == 0 {
            return Self::default();
        }
        while coefficient % 10 == 0 {
            coefficient /= 10;
            exponent += 1;
        }
        Self {
            coefficient,
            exponent,
        }
    }

    /// Decimal digits of the coefficient.
    fn digits(self) -> i32 {
        self.coefficient
            .unsigned_abs()
            .checked_ilog10()
            .map_or(0, |log| log.cast_signed() + 1)
    }
}

impl From<i64> for Decimal {
    fn from(whole: i64) -> Self {
        Self::reduced(whole, 0)
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let signs = self.coefficient.signum().cmp(&other.coefficient.signum());
        if signs != Ordering::Equal || self.coefficient == 0 {
            return signs;
        }
        let magnitude = |number: &Self| number.digits() + i32::from(number.exponent);
        let size = magnitude(self).cmp(&magnitude(other)).then_with(|| {
            // Equal magnitude: the exponents differ by no more than the digits do, 18 at most.
            let low = self.exponent.min(other.exponent);
            let aligned = |number: &Self| {
                let shift = u32::from(number.exponent.abs_diff(low)).min(18);
                i128::from(number.coefficient.unsigned_abs()) * 10_i128.pow(shift)
            };
            aligned(self).cmp(&aligned(other))
        });
        if self.coefficient < 0 {
            size.reverse()
        } else {
            size
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Plain notation where it is short, else with an exponent; always a JSON number.
impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.coefficient < 0 { "-" } else { "" };
        let digits = self.coefficient.unsigned_abs().to_string();
        let point = self.digits() + i32::from(self.exponent);
        match (usize::try_from(point), usize::try_from(self.exponent)) {
            (Ok(point), Ok(_)) if point <= 21 => write!(f, "{sign}{digits:0<point$}"),
            (Ok(point), Err(_)) if point > 0 => {
                let (whole, fraction) = digits.split_at_checked(point).unwrap_or((&digits, "0"));
                write!(f, "{sign}{whole}.{fraction}")
            }
            _ if (-6..=0).contains(&point) => {
                let zeros = usize::try_from(-point).unwrap_or_default();
                write!(f, "{sign}0.{:0<zeros$}{digits}", "")
            }
            _ => write!(f, "{sign}{digits}e{}", self.exponent),
        }
    }
}

impl std::fmt::Debug for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Decimal({self})")
    }
}

impl std::str::FromStr for Decimal {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

crate::key::serde_as_text!(Decimal);

/// An exponent of JSON; anything beyond six digits is treated as that large.
fn exponent_of(text: &str) -> Option<i32> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let size: i32 = digits.trim_start_matches('0').get(..6).map_or_else(
        || digits.trim_start_matches('0').parse().unwrap_or(0),
        |_| 999_999,
    );
    Some(if negative { -size } else { size })
}
