//! Every sentence people read, in one place, each a function of its facts: another language is
//! another file with the same functions. Times are UTC and say so.

use chrono::{DateTime, Datelike, Days, NaiveDate};

use crate::cold_chain::{Excursion, Side, Span, StorageProfile};
use crate::item::Life;

/// `2026-03-05 05:00 UTC`; a time beyond the calendar is given in ms.
pub(crate) fn time(ms: i64) -> String {
    DateTime::from_timestamp_millis(ms).map_or_else(
        || format!("{ms} ms after 1970"),
        |time| time.format("%Y-%m-%d %H:%M UTC").to_string(),
    )
}

/// `2026-03-05` of a day counted from 1970-01-01.
pub(crate) fn day(days: i64) -> String {
    date(days).map_or_else(|| format!("day {days}"), |date| date.to_string())
}

pub(crate) fn date(days: i64) -> Option<NaiveDate> {
    let from = NaiveDate::from_ymd_opt(1970, 1, 1)?;
    let step = Days::new(days.unsigned_abs());
    if days < 0 {
        from.checked_sub_days(step)
    } else {
        from.checked_add_days(step)
    }
}

/// Days from 1970-01-01 to a date.
pub(crate) fn days(date: NaiveDate) -> i32 {
    date.num_days_from_ce() - 719_163
}

/// `8.3 degrees C` of thousandths.
pub(crate) fn degrees(mc: i32) -> String {
    let sign = if mc < 0 { "-" } else { "" };
    let (whole, part) = (mc.unsigned_abs() / 1000, mc.unsigned_abs() % 1000);
    format!("{sign}{whole}.{:02} degrees C", part / 10)
}

/// `1 h 05 min`.
pub(crate) fn duration(ms: i64) -> String {
    let minutes = ms.max(0) / 60_000;
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{} s", ms.max(0) / 1000),
        (0, minutes) => format!("{minutes} min"),
        (hours, minutes) => format!("{hours} h {minutes:02} min"),
    }
}

/// What happened to a pack whose life is over.
pub(crate) fn ended(life: Life) -> &'static str {
    match life {
        Life::Dispensed => "dispensed",
        Life::Destroyed => "destroyed",
        Life::Stolen => "reported stolen",
        Life::Decommissioned => "taken off the books",
        Life::Unborn | Life::Active | Life::InTransit | Life::Damaged => "ended",
    }
}

pub(crate) fn unknown_serial(serial: &str, place: &str, at_ms: i64) -> String {
    format!(
        "Serial number {serial} was handled at {place} on {}, but the manufacturer never \
         commissioned it.",
        time(at_ms)
    )
}

pub(crate) fn commissioned_twice(first: &str, at_ms: i64, second: &str, again_ms: i64) -> String {
    format!(
        "Commissioned by {first} on {} and again by {second} on {}.",
        time(at_ms),
        time(again_ms)
    )
}

pub(crate) fn after_the_end(
    life: Life,
    there: &str,
    at_ms: i64,
    here: &str,
    again_ms: i64,
) -> String {
    format!(
        "The pack was {} at {there} on {}, yet it was handled at {here} on {}.",
        ended(life),
        time(at_ms),
        time(again_ms)
    )
}

pub(crate) fn moved_after_expiry(place: &str, at_ms: i64, last_day: i64) -> String {
    format!(
        "Handled at {place} on {} although it expired on {}.",
        time(at_ms),
        day(last_day)
    )
}

pub(crate) fn moved_after_recall(place: &str, at_ms: i64, recalled_ms: i64) -> String {
    format!(
        "Handled at {place} on {} although its lot was recalled on {}.",
        time(at_ms),
        time(recalled_ms)
    )
}

pub(crate) fn impossible_travel(from: &str, to: &str, km: f64, ms: i64) -> String {
    format!(
        "Seen at {from} and {} later at {to}, {km:.0} km away: no pack travels that fast.",
        duration(ms)
    )
}

pub(crate) fn shipped_by_non_holder(shipper: &str, at_ms: i64, holder: &str) -> String {
    format!(
        "Shipped by {shipper} on {}, while {holder} held it.",
        time(at_ms)
    )
}

pub(crate) fn excursion(stay: &Excursion, storage: &StorageProfile) -> String {
    let (reached, side, limit) = match stay.side {
        Side::Above => ("rose to", "above", storage.high_mc),
        Side::Below => ("fell to", "below", storage.low_mc),
    };
    let how_long = match (stay.certain_ms, stay.open) {
        (0, _) => "for an unknown time".to_owned(),
        (ms, true) => format!("for at least {}", duration(ms)),
        (ms, false) => format!("for {}", duration(ms)),
    };
    format!(
        "The temperature {reached} {}, {side} {}, {how_long} from {}.",
        degrees(stay.peak_mc),
        degrees(limit),
        time(stay.from_ms)
    )
}

pub(crate) fn kinetic(celsius: f64, window_ms: i64, limit: f64) -> String {
    format!(
        "The mean kinetic temperature over {} reached {celsius:.2} degrees C, above {limit:.2}.",
        duration(window_ms)
    )
}

pub(crate) fn gap(span: Span) -> String {
    format!(
        "Nobody measured the temperature for {} from {} to {}.",
        duration(span.length_ms()),
        time(span.from_ms),
        time(span.to_ms)
    )
}

/// What an event did, for the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doing {
    Commissioned,
    Packed,
    Unpacked,
    Shipped,
    Received,
    ShipmentVoided,
    Dispensed,
    Decommissioned,
    Destroyed,
    Measured,
    SentBack,
    Seen,
}

pub(crate) fn happened(doing: Doing, place: &str, party: Option<&str>) -> String {
    let verb = match doing {
        Doing::Commissioned => "Commissioned",
        Doing::Packed => "Packed",
        Doing::Unpacked => "Unpacked",
        Doing::Shipped => "Shipped",
        Doing::Received => "Received",
        Doing::ShipmentVoided => "Shipment called off",
        Doing::Dispensed => "Dispensed",
        Doing::Decommissioned => "Taken off the books",
        Doing::Destroyed => "Destroyed",
        Doing::Measured => "Temperature measured",
        Doing::SentBack => "Sent back or set aside for return",
        Doing::Seen => "Seen",
    };
    match party {
        Some(party) => format!("{verb} at {place} by {party}."),
        None => format!("{verb} at {place}."),
    }
}
