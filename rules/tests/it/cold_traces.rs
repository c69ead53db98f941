//! Real traces of loggers as samples: the readings only, the files' own readers are elsewhere.

use rules::cold_chain::Sample;

use super::corpus::fixtures;

fn samples_of(rows: impl Iterator<Item = (String, String)>) -> Vec<Sample> {
    rows.map(|(time, value)| {
        let time = time.trim_end_matches('Z').replace('T', " ");
        let time = if time.len() == 16 {
            format!("{time}:00")
        } else {
            time
        };
        let time = chrono::NaiveDateTime::parse_from_str(&time, "%Y-%m-%d %H:%M:%S").unwrap();
        let value: gs1::Decimal = value.trim_start_matches('+').parse().unwrap();
        Sample {
            t_ms: time.and_utc().timestamp_millis(),
            mc: i32::try_from(value.milli().unwrap()).unwrap(),
        }
    })
    .collect()
}

pub(crate) fn biovoice() -> Option<Vec<Sample>> {
    let text = std::fs::read_to_string(fixtures()?.join("rfid/traces/biovoice_2622930045.csv"));
    let rows = text.unwrap();
    let rows = rows.lines().skip(1).map(|line| {
        let (time, value) = line.split_once(',').unwrap();
        (time.to_owned(), value.to_owned())
    });
    Some(samples_of(rows))
}

/// The table of readings of a Berlinger file.
pub(crate) fn berlinger(name: &str) -> Option<Vec<Sample>> {
    let text = std::fs::read_to_string(fixtures()?.join("rfid/berlinger").join(name)).unwrap();
    let table = text.split("\nData:").nth(1).unwrap();
    let rows = table.lines().filter_map(|line| {
        let mut cells = line.trim().split('\t');
        let (time, value) = (cells.next()?, cells.next()?);
        time.starts_with("20")
            .then(|| (time.to_owned(), value.to_owned()))
    });
    Some(samples_of(rows))
}
