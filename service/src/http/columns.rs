//! Writes readings by and by, so that a million of them are never one text in memory: as JSON of
//! columns, or as rows of CSV.
use std::convert::Infallible;
use std::fmt::Write as _;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;
use rules::cold_chain::Sample;
use rules::views::readings::ReadingSeries;

use crate::app::readings::Readings;
use crate::app::time_text;

/// Bytes that are sent at a time, about.
const CHUNK_BYTES: usize = 64 * 1024;
/// Readings that are written between two looks at how long the text has become.
const READINGS_AT_ONCE: usize = 512;

/// How readings are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    /// A JSON object of columns, the schema `Readings`.
    Json,
    /// A CSV table (RFC 4180) with one row for each.
    Csv,
}

impl Form {
    pub(super) const fn media(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8; header=present",
        }
    }
}

/// Something that can be told from another answer by its hash, in hex.
pub(super) fn hash(readings: &Readings, form: Form) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut text = |text: &str| {
        hasher.update(&text.len().to_le_bytes());
        hasher.update(text.as_bytes());
    };
    text(form.media());
    text(&readings.id);
    for series in &readings.series {
        text(series.device.as_deref().unwrap_or("\0"));
        text(&series.shipment);
        text(&series.readings.len().to_string());
    }
    for sample in readings.series.iter().flat_map(|series| &series.readings) {
        hasher.update(&sample.t_ms.to_le_bytes());
        hasher.update(&sample.mc.to_le_bytes());
    }
    hasher
        .finalize()
        .to_hex()
        .as_str()
        .get(..32)
        .unwrap_or_default()
        .to_owned()
}

/// What comes next.
#[derive(Clone, Copy, Debug)]
enum Next {
    Head,
    /// The head of a series.
    Series(usize),
    /// Rows of a series, or its times, from a reading on.
    Times(usize, usize),
    /// Its temperatures, from a reading on.
    Values(usize, usize),
    Tail,
    Nothing,
}

/// Readings on their way to a client.
#[derive(Debug)]
pub(super) struct Columns {
    readings: Readings,
    form: Form,
    next: Next,
}

impl Columns {
    pub(super) fn new(readings: Readings, form: Form) -> Self {
        let next = Next::Head;
        Self {
            readings,
            form,
            next,
        }
    }

    fn series(&self, at: usize) -> Option<&ReadingSeries> {
        self.readings.series.get(at)
    }

    /// Some of the readings of a series, with the one before them, and where it goes on.
    fn some(&self, series: usize, from: usize) -> (Option<Sample>, &[Sample], Option<usize>) {
        let all = self.series(series).map_or(&[][..], |it| &it.readings);
        let to = from.saturating_add(READINGS_AT_ONCE).min(all.len());
        let before = from.checked_sub(1).and_then(|at| all.get(at)).copied();
        let rest = (to < all.len()).then_some(to);
        (before, all.get(from..to).unwrap_or_default(), rest)
    }

    fn step(&self, out: &mut String) -> Next {
        match self.form {
            Form::Json => self.step_json(out),
            Form::Csv => self.step_csv(out),
        }
    }

    fn step_json(&self, out: &mut String) -> Next {
        match self.next {
            Next::Head => {
                let id = json_text(&self.readings.id);
                let count = self.readings.count();
                out.extend(["{\"id\":", &id, ",\"count\":", &count.to_string()]);
                out.push_str(",\"series\":[");
                Next::Series(0)
            }
            Next::Series(at) => {
                let Some(series) = self.series(at) else {
                    return Next::Tail;
                };
                let device = series.device.as_deref();
                let device = device.map_or_else(|| "null".to_owned(), json_text);
                let shipment = json_text(&series.shipment);
                let begin = if at == 0 { "" } else { "," };
                out.extend([begin, "{\"device\":", &device, ",\"shipment\":", &shipment]);
                let first = series.readings.first().map_or(0, |it| it.t_ms);
                out.extend([",\"from_ms\":", &first.to_string(), ",\"steps_ms\":["]);
                Next::Times(at, 0)
            }
            Next::Times(at, from) => {
                let (before, some, rest) = self.some(at, from);
                let mut last = before.or_else(|| some.first().copied());
                for sample in some {
                    let step = last.map_or(0, |last| sample.t_ms.saturating_sub(last.t_ms));
                    last = Some(*sample);
                    number(out, step);
                }
                end(out, rest, "],\"milli_celsius\":[");
                rest.map_or(Next::Values(at, 0), |rest| Next::Times(at, rest))
            }
            Next::Values(at, from) => {
                let (_, some, rest) = self.some(at, from);
                for sample in some {
                    number(out, i64::from(sample.mc));
                }
                end(out, rest, "]}");
                rest.map_or(Next::Series(at + 1), |rest| Next::Values(at, rest))
            }
            Next::Tail => {
                out.push_str("]}");
                Next::Nothing
            }
            Next::Nothing => Next::Nothing,
        }
    }

    fn step_csv(&self, out: &mut String) -> Next {
        match self.next {
            Next::Head => {
                out.push_str("time_utc,celsius,device,shipment\r\n");
                Next::Series(0)
            }
            Next::Series(at) if self.series(at).is_none() => Next::Nothing,
            Next::Series(at) => Next::Times(at, 0),
            Next::Times(at, from) | Next::Values(at, from) => {
                let (_, some, rest) = self.some(at, from);
                let series = self.series(at);
                let device = series.and_then(|it| it.device.as_deref());
                let device = cell(device.unwrap_or_default());
                let shipment = cell(series.map_or("", |it| &it.shipment));
                for Sample { t_ms, mc } in some {
                    let (time, celsius) = (time_text(*t_ms), f64::from(*mc) / 1000.0);
                    // A text takes every write.
                    let _ = write!(out, "{time},{celsius},{device},{shipment}\r\n");
                }
                rest.map_or(Next::Series(at + 1), |rest| Next::Times(at, rest))
            }
            Next::Tail | Next::Nothing => Next::Nothing,
        }
    }
}

fn number(out: &mut String, number: i64) {
    // A text takes every write.
    let _ = write!(out, "{number},");
}

/// After the last of a column its comma goes.
fn end(out: &mut String, rest: Option<usize>, with: &str) {
    if rest.is_none() {
        if out.ends_with(',') {
            out.pop();
        }
        out.push_str(with);
    }
}

fn json_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A cell of text. One that a spreadsheet would run as a formula is disarmed with an apostrophe.
fn cell(text: &str) -> String {
    let runs = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let safe = format!("{}{text}", if runs { "'" } else { "" });
    if safe.contains(['"', ',', '\r', '\n']) {
        return format!("\"{}\"", safe.replace('"', "\"\""));
    }
    safe
}

impl Iterator for Columns {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let mut out = String::new();
        while out.len() < CHUNK_BYTES && !matches!(self.next, Next::Nothing) {
            self.next = self.step(&mut out);
        }
        (!out.is_empty()).then_some(out)
    }
}

impl MessageBody for Columns {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        Poll::Ready(self.get_mut().next().map(|text| Ok(Bytes::from(text))))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn series(device: Option<&str>, readings: impl Iterator<Item = (i64, i32)>) -> ReadingSeries {
        ReadingSeries {
            device: device.map(ToOwned::to_owned),
            shipment: "https://id.example/00/1".to_owned(),
            readings: readings.map(|(t_ms, mc)| Sample { t_ms, mc }).collect(),
        }
    }

    fn written(series: Vec<ReadingSeries>, form: Form) -> (String, usize) {
        let id = "https://id.example/00/1".to_owned();
        let chunks: Vec<String> = Columns::new(
            Readings {
                asked: id.clone(),
                id,
                series,
            },
            form,
        )
        .collect();
        (chunks.concat(), chunks.len())
    }

    #[test]
    fn columns_are_json_in_pieces_of_which_none_is_long() {
        let many =
            || (0..20_000).map(|at| (1_700_000_000_000 + i64::from(at) * 7_919, at - 10_000));
        let all = vec![
            series(Some("a\"b"), many()),
            series(None, [(-5, 1), (-5, 2)].into_iter()),
            series(Some("silent"), std::iter::empty()),
        ];
        let (text, chunks) = written(all, Form::Json);
        assert!(
            chunks > 2 && text.len() / chunks < 2 * CHUNK_BYTES,
            "{chunks}"
        );
        let told: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(told["count"], json!(20_002));
        let first = &told["series"][0];
        assert_eq!(first["device"], json!("a\"b"));
        let steps = first["steps_ms"].as_array().unwrap();
        let values = first["milli_celsius"].as_array().unwrap();
        let mut at = first["from_ms"].as_i64().unwrap();
        for ((step, mc), expected) in steps.iter().zip(values).zip(many()) {
            at += step.as_i64().unwrap();
            assert_eq!(
                (at, mc.as_i64().unwrap()),
                (expected.0, i64::from(expected.1))
            );
        }
        assert_eq!((steps.len(), values.len()), (20_000, 20_000));
        let shipment = "https://id.example/00/1";
        let second = json!({ "device": null, "shipment": shipment, "from_ms": -5,
            "steps_ms": [0, 0], "milli_celsius": [1, 2] });
        let third = json!({ "device": "silent", "shipment": shipment, "from_ms": 0,
            "steps_ms": [], "milli_celsius": [] });
        assert_eq!((&told["series"][1], &told["series"][2]), (&second, &third));
        assert_eq!(
            written(vec![], Form::Json)
                .0
                .matches("\"series\":[]")
                .count(),
            1
        );
    }

    #[test]
    fn rows_are_csv_that_no_spreadsheet_runs() {
        let all = vec![
            series(
                Some("=1+1,\"x\""),
                [(0, -1_500), (1_000, 5_000)].into_iter(),
            ),
            series(None, (0..5_000).map(|at| (at, 8_125))),
        ];
        let (text, chunks) = written(all, Form::Csv);
        assert!(chunks > 2);
        let rows: Vec<&str> = text.split("\r\n").collect();
        assert_eq!(rows.len(), 1 + 2 + 5_000 + 1);
        assert_eq!(rows[0], "time_utc,celsius,device,shipment");
        let device = "\"'=1+1,\"\"x\"\"\"";
        let shipment = "https://id.example/00/1";
        assert_eq!(
            rows[1],
            format!("1970-01-01T00:00:00.000Z,-1.5,{device},{shipment}")
        );
        assert_eq!(
            rows[2],
            format!("1970-01-01T00:00:01.000Z,5,{device},{shipment}")
        );
        assert_eq!(
            rows[5_002],
            format!("1970-01-01T00:00:04.999Z,8.125,,{shipment}")
        );
    }

    #[test]
    fn another_answer_has_another_hash() {
        let of = |mc: i32, device: Option<&str>, form: Form| {
            let series = vec![series(device, [(0, mc)].into_iter())];
            hash(
                &Readings {
                    asked: String::new(),
                    id: String::new(),
                    series,
                },
                form,
            )
        };
        let first = of(1, None, Form::Json);
        assert_eq!(of(1, None, Form::Json), first);
        let others = [
            of(2, None, Form::Json),
            of(1, Some(""), Form::Json),
            of(1, None, Form::Csv),
        ];
        assert!(!others.contains(&first));
    }
}
