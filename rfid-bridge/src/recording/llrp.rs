//! A raw capture of what an LLRP reader sent as a recording: the bytes of its messages one after
//! the other, or lines with one message in hex each (alone, or as `"hex"` of a JSON object). There
//! is no other clock than the reader's: reports are told at the time of their latest sighting, and
//! what has no time of its own at that of what came before.

use serde_json::Value;

use super::{Item, RecordingError, wrong};
use crate::llrp::frame::Framer;
use crate::llrp::message::{Body, Message};
use crate::llrp::session::Now;
use crate::llrp::tag::{ReaderTime, TagReport};
use crate::source::llrp::of_event;
use crate::source::{Heard, Raw, TagRead};

/// The items of a capture, told by `source`.
///
/// # Errors
/// [`RecordingError::Line`] for hex that is none and for bytes that are no LLRP messages; the
/// number is that of the line, or of the message.
pub fn read(bytes: &[u8], source: &str) -> Result<Vec<Item>, RecordingError> {
    let stream = match std::str::from_utf8(bytes) {
        Ok(text) if looks_like_text(text) => of_lines(text)?,
        _ => bytes.to_vec(),
    };
    let mut framer = Framer::new();
    framer.push(&stream);
    let mut player = Player {
        source,
        first_us: None,
        now: Now {
            mono_ms: 0,
            unix_ms: 0,
        },
        items: Vec::new(),
    };
    let mut number = 0;
    while let Some(frame) = framer.next_frame().map_err(|it| wrong(number + 1, &it))? {
        number += 1;
        let message = Message::decode(&frame).map_err(|error| wrong(number, &error))?;
        player.take(message.body);
    }
    Ok(player.items)
}

fn looks_like_text(text: &str) -> bool {
    let first = text.trim_start().bytes().next();
    first.is_some_and(|byte| byte == b'{' || byte.is_ascii_hexdigit())
}

fn of_lines(text: &str) -> Result<Vec<u8>, RecordingError> {
    let mut stream = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let object = serde_json::from_str::<Value>(line).unwrap_or_default();
        let digits = object.get("hex").and_then(Value::as_str).unwrap_or(line);
        stream.extend(hex::decode(digits).map_err(|error| wrong(number, &error))?);
    }
    Ok(stream)
}

/// Tells messages at the reader's own time.
struct Player<'a> {
    source: &'a str,
    first_us: Option<u64>,
    now: Now,
    items: Vec<Item>,
}

impl Player<'_> {
    fn take(&mut self, body: Body) {
        match body {
            Body::RoAccessReport { tags, .. } => {
                let times = tags
                    .iter()
                    .filter_map(|tag| tag.last_seen().or(tag.first_seen()));
                if let Some(latest) = times.max_by_key(|time| micros(*time)) {
                    self.advance(latest);
                }
                let reads: Vec<TagRead> = tags.iter().filter_map(|tag| self.tag(tag)).collect();
                if !reads.is_empty() {
                    self.tell(Raw::Tags(reads));
                }
            }
            Body::EventNotification(notification) => {
                self.advance(notification.at);
                let raws = notification.events.iter();
                let raws: Vec<Raw> = raws.filter_map(|event| of_event(event, self.now)).collect();
                for raw in raws {
                    self.tell(raw);
                }
            }
            _ => {}
        }
    }

    /// A reader's clock may step back; ours does not.
    fn advance(&mut self, to: ReaderTime) {
        let us = micros(to);
        let first = *self.first_us.get_or_insert(us);
        let mono_ms = us.saturating_sub(first) / 1_000;
        let unix_ms = i64::try_from(us / 1_000).unwrap_or(i64::MAX);
        self.now = Now {
            mono_ms: self.now.mono_ms.max(mono_ms),
            unix_ms: self.now.unix_ms.max(unix_ms),
        };
    }

    fn tag(&self, tag: &TagReport) -> Option<TagRead> {
        let ms = |time: Option<ReaderTime>| {
            let ms = time.map(|time| i64::try_from(micros(time) / 1_000).unwrap_or(i64::MAX));
            ms.unwrap_or(self.now.unix_ms)
        };
        let (first, last) = (tag.first_seen(), tag.last_seen());
        let last_ms = ms(last.or(first));
        Some(TagRead {
            epc: tag.epc()?,
            tid: Vec::new(),
            antenna: tag.antenna().unwrap_or(0),
            rssi_cdbm: tag.peak_rssi().map(|dbm| i32::from(dbm) * 100),
            count: u32::from(tag.seen_count()),
            reader_first: first,
            reader_last: last,
            first_ms: first.map_or(last_ms, |first| ms(Some(first)).min(last_ms)),
            last_ms,
            arrived: self.now,
        })
    }

    fn tell(&mut self, raw: Raw) {
        let item = Item::of(self.source, &Heard::Raw(raw), self.now);
        self.items.push(item);
    }
}

fn micros(time: ReaderTime) -> u64 {
    match time {
        ReaderTime::Utc(us) | ReaderTime::Uptime(us) => us,
    }
}
