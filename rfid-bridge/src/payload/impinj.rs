//! Impinj IoT device interface: one object an event, told apart by `eventType`. `epc` is base64,
//! `epcHex` hex; either may be absent. The reader's own buffer may run over while nobody fetches,
//! which it says in an `overflow` event: that is a gap with a count. An empty batch of a webhook
//! is a sign of life.

use serde_json::Value;

use super::json::{base64_bytes, epc, hex_bytes, time_ms, whole};
use super::{Decoded, PayloadError, Step};
use crate::llrp::tag::ReaderTime;
use crate::source::{Gap, GapCause, InputChange, Raw, Status, TagRead};

pub(super) fn read(step: Step<'_>, decoded: &mut Decoded) -> Result<(), PayloadError> {
    let kind = step.item.get("eventType").and_then(Value::as_str);
    let Some(kind) = kind else {
        return Err(step.wrong("eventType", "is missing"));
    };
    let body = step.item.get(format!("{kind}Event"));
    let time = step.item.get("timestamp").and_then(time_ms);
    let raw = match (kind, body) {
        ("tagInventory", Some(body)) => tag(step, body, time)?,
        ("overflow", Some(body)) => overflow(step, body, time),
        ("antennaConnected" | "antennaDisconnected", Some(body)) => {
            let port = body.get("antennaPort").and_then(whole);
            Raw::Status(Status::Antenna {
                port: port.ok_or_else(|| step.wrong("antennaPort", "is no port"))?,
                connected: kind == "antennaConnected",
            })
        }
        ("inventoryStatus", Some(body)) => {
            let word = body.get("inventoryStatus").and_then(Value::as_str);
            let word = word.unwrap_or("unknown").to_owned();
            Raw::Status(match word.as_str() {
                "running" | "armed" => Status::Up(word),
                _ => Status::Down(word),
            })
        }
        ("gpiTransition", Some(body)) => {
            let port = body.get("gpi").and_then(whole);
            let transition = body.get("transition").and_then(Value::as_str);
            Raw::Input(InputChange {
                port: port.ok_or_else(|| step.wrong("gpi", "is no port"))?,
                high: match transition {
                    Some("low-to-high") => true,
                    Some("high-to-low") => false,
                    _ => return Err(step.wrong("transition", "is neither up nor down")),
                },
                at_ms: step.place(time),
            })
        }
        _ => {
            decoded.skipped += 1;
            return Ok(());
        }
    };
    decoded.raws.push(raw);
    Ok(())
}

fn tag(step: Step<'_>, body: &Value, time: Option<i64>) -> Result<Raw, PayloadError> {
    let bytes = |hex: &'static str, base64: &'static str| {
        if let Some(text) = body.get(hex).and_then(Value::as_str) {
            return hex_bytes(text)
                .ok_or_else(|| step.wrong(hex, "is not hex"))
                .map(Some);
        }
        let Some(text) = body.get(base64).and_then(Value::as_str) else {
            return Ok(None);
        };
        base64_bytes(text)
            .ok_or_else(|| step.wrong(base64, "is not base64"))
            .map(Some)
    };
    let told = bytes("epcHex", "epc")?.unwrap_or_default();
    let tid = bytes("tidHex", "tid")?.unwrap_or_default();
    let last = body.get("lastSeenTime").and_then(time_ms).or(time);
    let at_ms = step.place(last);
    let stamp = last.and_then(|ms| u64::try_from(ms).ok());
    let stamp = stamp.map(|ms| ReaderTime::Utc(ms.saturating_mul(1000)));
    Ok(Raw::Tags(vec![TagRead {
        epc: epc(&told).ok_or_else(|| step.wrong("epcHex", "is too long"))?,
        tid,
        antenna: body.get("antennaPort").and_then(whole).unwrap_or(0),
        rssi_cdbm: body.get("peakRssiCdbm").and_then(whole),
        count: 1,
        reader_first: stamp,
        reader_last: stamp,
        first_ms: at_ms,
        last_ms: at_ms,
        arrived: step.message.at,
    }]))
}

fn overflow(step: Step<'_>, body: &Value, time: Option<i64>) -> Raw {
    let bound = |name| step.place(body.get(name).and_then(time_ms).or(time));
    let (from_ms, to_ms) = (bound("firstEventTimestamp"), bound("lastEventTimestamp"));
    Raw::Gap(Gap {
        cause: GapCause::Overflow,
        from_ms,
        to_ms: to_ms.max(from_ms),
        lost: body.get("eventsPurged").and_then(whole),
        device: None,
    })
}
