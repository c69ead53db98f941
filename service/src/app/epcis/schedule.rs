//! When a standing query is asked: a moment whose second, minute, hour, day and month (UTC) are all
//! among those given (EPCIS 2.0, 8.2.5.3). A field that is not given takes any value, except that
//! fields finer than the finest one given are 0: `hour: 1` is one o'clock, once.
//!
//! A field is a list of numbers and ranges, `1,5,[10-20]`; also `10-20`, `*`, and as in the
//! standard's own example `0/30`: from 0 on every 30.
use chrono::{DateTime, Datelike as _, Duration, TimeZone as _, Timelike as _, Utc};
use serde::{Deserialize, Serialize};

/// The fields as the client gave them.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Fields {
    /// 0 to 59.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second: Option<String>,
    /// 0 to 59.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minute: Option<String>,
    /// 0 to 23.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hour: Option<String>,
    /// 1 to 31.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day_of_month: Option<String>,
    /// 1 to 12.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub month: Option<String>,
    /// 1 (Monday) to 7 (Sunday).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day_of_week: Option<String>,
}

/// A schedule that can be kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Schedule {
    seconds: u64,
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    weekdays: u64,
}

/// How far ahead a moment is looked for, days: a 29 February comes within eight years.
const DAYS_MAX: i64 = 366 * 9;

impl Fields {
    /// Whether nothing is given.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Reads the fields.
    ///
    /// # Errors
    /// In words, for what is out of range, no list, or never comes.
    pub fn read(&self) -> Result<Schedule, String> {
        if self.is_empty() {
            return Err("schedule names no field".to_owned());
        }
        let field = |name: &str, text: &Option<String>, range: (u32, u32), coarser: bool| {
            let Some(text) = text else {
                // Any value, or 0 below the finest field that is given.
                let any = bits(range.0, range.1, 1);
                return Ok(if coarser { any } else { 1 });
            };
            values(text, range).map_err(|why| format!("{name} {why}"))
        };
        let second = self.second.is_some();
        let minute = second || self.minute.is_some();
        let schedule = Schedule {
            seconds: field("second", &self.second, (0, 59), false)?,
            minutes: field("minute", &self.minute, (0, 59), second)?,
            hours: field("hour", &self.hour, (0, 23), minute)?,
            days: field("dayOfMonth", &self.day_of_month, (1, 31), true)?,
            months: field("month", &self.month, (1, 12), true)?,
            weekdays: field("dayOfWeek", &self.day_of_week, (1, 7), true)?,
        };
        match schedule.next_after(0) {
            Some(_) => Ok(schedule),
            None => Err("schedule names a day that never comes".to_owned()),
        }
    }
}

impl Schedule {
    /// The first moment after `ms` (Unix milliseconds), in whole seconds.
    pub fn next_after(&self, ms: i64) -> Option<i64> {
        let from = Utc
            .timestamp_opt(ms.div_euclid(1_000).saturating_add(1), 0)
            .single()?;
        let mut day = from.date_naive();
        for _ in 0..DAYS_MAX {
            let fits = has(self.days, day.day())
                && has(self.months, day.month())
                && has(self.weekdays, day.weekday().number_from_monday());
            if fits && let Some(time) = self.time_on(day, &from) {
                return Some(time.timestamp_millis());
            }
            day = day.succ_opt()?;
        }
        None
    }

    /// The first moment of a day that is not before `from`.
    fn time_on(&self, day: chrono::NaiveDate, from: &DateTime<Utc>) -> Option<DateTime<Utc>> {
        let midnight = day.and_hms_opt(0, 0, 0)?.and_utc();
        let floor = if midnight < *from { *from } else { midnight };
        let (hour, minute) = (floor.hour(), floor.minute());
        for h in (hour..24).filter(|h| has(self.hours, *h)) {
            let first = if h == hour { minute } else { 0 };
            for m in (first..60).filter(|m| has(self.minutes, *m)) {
                let same = h == hour && m == minute;
                let first = if same { floor.second() } else { 0 };
                if let Some(s) = (first..60).find(|s| has(self.seconds, *s)) {
                    let seconds = i64::from(h * 3_600 + m * 60 + s);
                    return midnight.checked_add_signed(Duration::seconds(seconds));
                }
            }
        }
        None
    }
}

fn has(bits: u64, value: u32) -> bool {
    bits & (1_u64 << value.min(63)) != 0
}

fn bits(from: u32, to: u32, step: u32) -> u64 {
    let step = usize::try_from(step.max(1)).unwrap_or(1);
    (from..=to)
        .step_by(step)
        .fold(0, |bits, value| bits | 1 << value.min(63))
}

fn values(text: &str, (least, most): (u32, u32)) -> Result<u64, String> {
    let wrong = || {
        let shown: String = text.chars().take(40).collect();
        format!("has {shown:?}, expected numbers and [from-to] ranges of {least} to {most}")
    };
    let number = |text: &str| {
        let digits = !text.is_empty() && text.len() <= 2;
        let number = text
            .parse::<u32>()
            .ok()
            .filter(|_| digits)
            .ok_or_else(wrong)?;
        Ok::<_, String>(number).and_then(|number| {
            let fits = (least..=most).contains(&number);
            fits.then_some(number).ok_or_else(wrong)
        })
    };
    let mut found = 0;
    for part in text.split(',').map(str::trim) {
        let inner = part
            .strip_prefix('[')
            .and_then(|part| part.strip_suffix(']'));
        let part = inner.unwrap_or(part);
        found |= if part == "*" {
            bits(least, most, 1)
        } else if let Some((from, step)) = part.split_once('/') {
            let from = if from == "*" { least } else { number(from)? };
            let step = step
                .parse::<u32>()
                .ok()
                .filter(|step| (1..=59).contains(step));
            bits(from, most, step.ok_or_else(wrong)?)
        } else if let Some((from, to)) = part.split_once('-') {
            let (from, to) = (number(from.trim())?, number(to.trim())?);
            if from > to {
                return Err(wrong());
            }
            bits(from, to, 1)
        } else {
            let one = number(part)?;
            bits(one, one, 1)
        };
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(fields: &[(&str, &str)], from: &str) -> String {
        let mut given = Fields::default();
        for (name, text) in fields {
            let text = Some((*text).to_owned());
            match *name {
                "second" => given.second = text,
                "minute" => given.minute = text,
                "hour" => given.hour = text,
                "dayOfMonth" => given.day_of_month = text,
                "month" => given.month = text,
                _ => given.day_of_week = text,
            }
        }
        let Ok(schedule) = given.read() else {
            return "refused".to_owned();
        };
        let from = DateTime::parse_from_rfc3339(from)
            .unwrap()
            .timestamp_millis();
        crate::app::time_text(schedule.next_after(from).unwrap())
    }

    #[test]
    fn the_next_moment_is_the_first_that_fits_every_field() {
        for (fields, from, expected) in [
            (
                vec![("hour", "1"), ("minute", "5")],
                "2026-11-21T08:00:00Z",
                "2026-11-22T01:05:00",
            ),
            (
                vec![("hour", "1")],
                "2026-11-21T00:59:59.999Z",
                "2026-11-21T01:00:00",
            ),
            (
                vec![("hour", "1")],
                "2026-11-21T01:00:00Z",
                "2026-11-22T01:00:00",
            ),
            (
                vec![("second", "0/30")],
                "2026-11-21T08:00:00Z",
                "2026-11-21T08:00:30",
            ),
            (
                vec![("second", "0/30")],
                "2026-11-21T08:00:30Z",
                "2026-11-21T08:01:00",
            ),
            (
                vec![("minute", "[10-12],40")],
                "2026-11-21T08:12:00Z",
                "2026-11-21T08:40:00",
            ),
            (
                vec![("dayOfWeek", "1")],
                "2026-11-21T08:00:00Z",
                "2026-11-23T00:00:00",
            ),
            (
                vec![("dayOfMonth", "31"), ("hour", "6")],
                "2026-11-21T08:00:00Z",
                "2026-12-31T06:00:00",
            ),
            (
                vec![("month", "2"), ("dayOfMonth", "29")],
                "2026-11-21T08:00:00Z",
                "2028-02-29T00:00:00",
            ),
            (
                vec![("second", "*")],
                "2026-11-21T08:00:00.500Z",
                "2026-11-21T08:00:01",
            ),
        ] {
            assert_eq!(
                next(&fields, from),
                format!("{expected}.000Z"),
                "{fields:?} after {from}"
            );
        }
    }

    #[test]
    fn what_cannot_be_kept_is_refused() {
        for fields in [
            vec![],
            vec![("second", "60")],
            vec![("hour", "24")],
            vec![("dayOfMonth", "0")],
            vec![("dayOfWeek", "8")],
            vec![("minute", "")],
            vec![("minute", "5-1")],
            vec![("minute", "five")],
            vec![("minute", "-1")],
            vec![("second", "0/0")],
            vec![("month", "2"), ("dayOfMonth", "30")],
        ] {
            assert_eq!(
                next(&fields, "2026-11-21T08:00:00Z"),
                "refused",
                "{fields:?}"
            );
        }
    }
}
