//! Zebra IoT Connector: `{type, timestamp, data}`, alone or in arrays. Tag data come under several
//! types (`SIMPLE`, `INVENTORY`, `CUSTOM`, ...) and are known by their `idHex`; inputs come as
//! `GPI`. With retention a reader sends old events again under the same `eventNum`.

use serde_json::Value;

use super::json::{cdbm, epc, hex_bytes, time_ms, whole};
use super::{Decoded, PayloadError, Step};
use crate::llrp::tag::ReaderTime;
use crate::source::{InputChange, Raw, TagRead};

pub(super) fn read(step: Step<'_>, decoded: &mut Decoded) -> Result<(), PayloadError> {
    let item = step.item;
    if !item.is_object() {
        return Err(step.wrong("item", "is no object"));
    }
    let time = item.get("timestamp").and_then(time_ms);
    // Inputs come at the top or, in management events, one level down.
    let data = item.get("data").unwrap_or(item);
    if item.get("type").and_then(Value::as_str) == Some("GPI") {
        decoded.raws.push(input(step, data, time)?);
        return Ok(());
    }
    let Some(id) = data.get("idHex").and_then(Value::as_str) else {
        decoded.skipped += 1;
        return Ok(());
    };
    let bytes = hex_bytes(id).ok_or_else(|| step.wrong("idHex", "is not hex"))?;
    let tid = match data.get("TID").and_then(Value::as_str) {
        Some(text) => hex_bytes(text).ok_or_else(|| step.wrong("TID", "is not hex"))?,
        None => Vec::new(),
    };
    let at_ms = step.place(time);
    let stamp = time.and_then(|ms| u64::try_from(ms).ok());
    let stamp = stamp.map(|ms| ReaderTime::Utc(ms.saturating_mul(1000)));
    decoded.raws.push(Raw::Tags(vec![TagRead {
        epc: epc(&bytes).ok_or_else(|| step.wrong("idHex", "is too long"))?,
        tid,
        antenna: data.get("antenna").and_then(whole).unwrap_or(0),
        rssi_cdbm: data.get("peakRssi").and_then(cdbm),
        count: data.get("reads").and_then(whole).unwrap_or(1).max(1),
        reader_first: stamp,
        reader_last: stamp,
        first_ms: at_ms,
        last_ms: at_ms,
        arrived: step.message.at,
    }]));
    Ok(())
}

fn input(step: Step<'_>, data: &Value, time: Option<i64>) -> Result<Raw, PayloadError> {
    let port = data.get("pin").and_then(whole);
    let high = match data.get("state").and_then(Value::as_str) {
        Some("HIGH") => true,
        Some("LOW") => false,
        _ => return Err(step.wrong("state", "is neither HIGH nor LOW")),
    };
    Ok(Raw::Input(InputChange {
        port: port.ok_or_else(|| step.wrong("pin", "is no port"))?,
        high,
        at_ms: step.place(time),
    }))
}
