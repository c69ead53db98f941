//! Expiry dates as packs carry them: two digits of year, and a day that may be missing.

use chrono::{Datelike as _, NaiveDate};

/// An expiry date, either as printed (AI 17, `YYMMDD`) or as an ISO 8601 date.
///
/// The century of a printed date depends on the year in which it is read (GS1 General
/// Specifications 7.12), so resolving takes that year instead of guessing it here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExpiryDate(Form);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Form {
    Printed { year: u8, month: u8, day: u8 },
    Full(NaiveDate),
}

/// Why a text is no date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// Not six digits, or not `yyyy-mm-dd`.
    #[error("date {text:?} is not written as {expected}")]
    Form {
        /// The text given.
        text: String,
        /// The form expected.
        expected: &'static str,
    },
    /// Month, or day of that month, outside the calendar.
    #[error("date {text:?} is not in the calendar")]
    Calendar {
        /// The text given.
        text: String,
    },
}

impl ExpiryDate {
    /// Reads AI 17: `YYMMDD`, where day `00` means the last day of the month.
    ///
    /// 29 February is accepted for any `YY` that is a leap year in 19YY, 20YY or 21YY; whether
    /// the resolved year has that day is checked by [`ExpiryDate::resolve`].
    ///
    /// # Errors
    /// [`DateError`] unless six digits that name a day.
    pub fn parse_yymmdd(text: &str) -> Result<Self, DateError> {
        let expected = "YYMMDD";
        let form = || DateError::Form {
            text: text.to_owned(),
            expected,
        };
        if text.len() != 6 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(form());
        }
        let number = |range: std::ops::Range<usize>| {
            text.get(range)
                .and_then(|digits| digits.parse::<u8>().ok())
                .ok_or_else(form)
        };
        let (year, month, day) = (number(0..2)?, number(2..4)?, number(4..6)?);
        let possible = [1900, 2000, 2100]
            .iter()
            .any(|century| calendar(century + i32::from(year), month, day).is_some());
        if possible {
            Ok(Self(Form::Printed { year, month, day }))
        } else {
            Err(DateError::Calendar {
                text: text.to_owned(),
            })
        }
    }

    /// Reads AI 17 and fixes its century at once, see [`ExpiryDate::resolve`].
    ///
    /// # Errors
    /// [`DateError`] unless six digits that name a day of the resolved year.
    pub fn from_yymmdd(text: &str, reference_year: i32) -> Result<Self, DateError> {
        let parsed = Self::parse_yymmdd(text)?;
        let Form::Printed { year, month, day } = parsed.0 else {
            return Ok(parsed);
        };
        calendar(full_year(year, reference_year), month, day)
            .map(|date| Self(Form::Full(date)))
            .ok_or_else(|| DateError::Calendar {
                text: text.to_owned(),
            })
    }

    /// Reads `yyyy-mm-dd`.
    ///
    /// # Errors
    /// [`DateError`] for another form or a day outside the calendar.
    pub fn from_iso(text: &str) -> Result<Self, DateError> {
        let digits_at = |at: usize| !matches!(at, 4 | 7);
        let fits = text.len() == 10
            && text.bytes().enumerate().all(|(at, b)| {
                if digits_at(at) {
                    b.is_ascii_digit()
                } else {
                    b == b'-'
                }
            });
        if !fits {
            return Err(DateError::Form {
                text: text.to_owned(),
                expected: "yyyy-mm-dd",
            });
        }
        NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .map(|date| Self(Form::Full(date)))
            .map_err(|_| DateError::Calendar {
                text: text.to_owned(),
            })
    }

    /// The last day on which the product may be used.
    ///
    /// A printed year is put into the century that brings it within -49..=+50 years of
    /// `reference_year` (GS1 General Specifications 7.12). Should 29 February not exist in that
    /// year, the last day of February is meant.
    pub fn resolve(&self, reference_year: i32) -> NaiveDate {
        match self.0 {
            Form::Full(date) => date,
            Form::Printed { year, month, day } => {
                let year = full_year(year, reference_year);
                calendar(year, month, day)
                    .or_else(|| calendar(year, month, 0))
                    .unwrap_or(NaiveDate::MIN)
            }
        }
    }

    /// The six digits of AI 17 as printed; for a full date its last two digits of year.
    pub fn yymmdd(&self) -> String {
        match self.0 {
            Form::Printed { year, month, day } => format!("{year:02}{month:02}{day:02}"),
            Form::Full(date) => {
                format!(
                    "{:02}{:02}{:02}",
                    date.year().rem_euclid(100),
                    date.month(),
                    date.day()
                )
            }
        }
    }
}

impl From<NaiveDate> for ExpiryDate {
    fn from(date: NaiveDate) -> Self {
        Self(Form::Full(date))
    }
}

/// A day of the calendar; day 0 is the last of the month.
fn calendar(year: i32, month: u8, day: u8) -> Option<NaiveDate> {
    let first = NaiveDate::from_ymd_opt(year, u32::from(month), 1)?;
    if day > 0 {
        return first.with_day(u32::from(day));
    }
    first.checked_add_months(chrono::Months::new(1))?.pred_opt()
}

/// General Specifications 7.12: subtract the two-digit years; 51..=99 is the previous century,
/// -99..=-50 the next one, the rest the current one.
fn full_year(printed: u8, reference_year: i32) -> i32 {
    let reference_year = reference_year.clamp(1000, 9000);
    let century = reference_year.div_euclid(100) * 100;
    let difference = i32::from(printed) - reference_year.rem_euclid(100);
    let shift = match difference {
        51.. => -100,
        ..=-50 => 100,
        _ => 0,
    };
    century + shift + i32::from(printed)
}

#[cfg(test)]
mod tests {
    use super::ExpiryDate;

    #[test]
    fn printed_dates_resolve_in_the_century_window() {
        let rows = [
            ("251231", 2026, "2025-12-31"),
            ("260200", 2026, "2026-02-28"),
            ("280200", 2026, "2028-02-29"),
            ("760101", 2026, "2076-01-01"),
            ("770101", 2026, "1977-01-01"),
            ("010101", 2060, "2101-01-01"),
            ("100101", 2060, "2110-01-01"),
            ("110101", 2060, "2011-01-01"),
            ("490101", 1999, "2049-01-01"),
            ("500101", 1999, "1950-01-01"),
            ("000229", 2026, "2000-02-29"),
        ];
        for (text, year, expected) in rows {
            let date = ExpiryDate::parse_yymmdd(text).unwrap().resolve(year);
            assert_eq!(date.to_string(), expected, "{text} read in {year}");
            let fixed = ExpiryDate::from_yymmdd(text, year).unwrap();
            assert_eq!(fixed.resolve(1900), date);
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "25123",
            "2512311",
            "251301",
            "250001",
            "250230",
            "25x231",
            "\u{661}51231",
        ] {
            assert!(ExpiryDate::parse_yymmdd(text).is_err(), "{text}");
        }
        for text in [
            "2025-2-01",
            "2025-02-30",
            "20250201",
            "2025-02-01T00:00:00Z",
            "+025-01-01",
        ] {
            assert!(ExpiryDate::from_iso(text).is_err(), "{text}");
        }
        assert_eq!(
            ExpiryDate::from_iso("2031-06-30").unwrap().yymmdd(),
            "310630"
        );
    }
}
