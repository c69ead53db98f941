//! Small parts of sentences: times, temperatures, who and where, as each language writes them.
//! Times are UTC and say so.

use chrono::{DateTime, Datelike, Days, NaiveDate};

use super::{Lang, Name, pick};

/// How a language writes a day.
fn day_format(lang: Lang) -> &'static str {
    pick(lang, ["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d/%m/%Y"])
}

/// `2026-03-05 05:00 UTC`, `05.03.2026 05:00 UTC`; a time beyond the calendar is given in ms.
pub(crate) fn time(lang: Lang, ms: i64) -> String {
    let format = format!("{} %H:%M UTC", day_format(lang));
    DateTime::from_timestamp_millis(ms).map_or_else(
        || format!("{ms} ms (1970-01-01)"),
        |time| time.format(&format).to_string(),
    )
}

/// `2026-03-05`, `05.03.2026` of a day counted from 1970-01-01.
pub(crate) fn day(lang: Lang, days: i64) -> String {
    date(days).map_or_else(
        || format!("{days} d (1970-01-01)"),
        |date| date.format(day_format(lang)).to_string(),
    )
}

/// `2026-03-05` of a day counted from 1970-01-01, for machines.
pub(crate) fn iso_day(days: i64) -> String {
    day(Lang::En, days)
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

/// `8.30 °C`, `8,30 °C` of thousandths.
pub(crate) fn degrees(lang: Lang, mc: i32) -> String {
    let sign = if mc < 0 { "-" } else { "" };
    let (whole, part) = (mc.unsigned_abs() / 1000, mc.unsigned_abs() % 1000);
    let mark = pick(lang, [".", ",", ",", ","]);
    format!("{sign}{whole}{mark}{:02} °C", part / 10)
}

/// `1 h 05 min`: the same in every language.
pub(crate) fn duration(ms: i64) -> String {
    let minutes = ms.max(0) / 60_000;
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{} s", ms.max(0) / 1000),
        (0, minutes) => format!("{minutes} min"),
        (hours, minutes) => format!("{hours} h {minutes:02} min"),
    }
}

/// A party as the subject of a sentence.
pub(crate) fn party(lang: Lang, name: &Name) -> String {
    let unknown = [
        "an unknown party",
        "Unbekannt",
        "un inconnu",
        "un desconocido",
    ];
    name.clone()
        .unwrap_or_else(|| pick(lang, unknown).to_owned())
}

/// By whom.
pub(crate) fn by(lang: Lang, name: &Name) -> String {
    let word = pick(lang, ["by", "von", "par", "por"]);
    format!("{word} {}", party(lang, name))
}

/// Where.
pub(crate) fn at(lang: Lang, place: &Name) -> String {
    let unknown = [
        "at an unknown place",
        "an einem unbekannten Ort",
        "dans un lieu inconnu",
        "en un lugar desconocido",
    ];
    match place {
        Some(name) => format!("{} {name}", pick(lang, ["at", "bei", "chez", "en"])),
        None => pick(lang, unknown).to_owned(),
    }
}

/// A reason somebody typed, without its full stop.
pub(crate) fn reason(text: &str) -> &str {
    text.trim().trim_end_matches('.')
}
