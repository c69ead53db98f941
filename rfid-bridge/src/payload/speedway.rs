//! Impinj Speedway Connect over HTTP: flat reads, alone or under `tag_reads` of an envelope with
//! the reader's name, and heartbeats among them.

use serde_json::Value;

use super::json::{cdbm, epc, hex_bytes, time_ms, whole};
use super::{Decoded, PayloadError, Step};
use crate::llrp::tag::ReaderTime;
use crate::source::{Raw, TagRead};

pub(super) fn read(step: Step<'_>, decoded: &mut Decoded) -> Result<(), PayloadError> {
    match step.item.get("tag_reads") {
        Some(Value::Array(reads)) => {
            for read in reads {
                one(Step { item: read, ..step }, decoded)?;
            }
            Ok(())
        }
        Some(_) => Err(step.wrong("tag_reads", "is no array")),
        None => one(step, decoded),
    }
}

fn one(step: Step<'_>, decoded: &mut Decoded) -> Result<(), PayloadError> {
    let item = step.item;
    if is_true(item.get("isHeartBeat")) {
        decoded.skipped += 1;
        return Ok(());
    }
    let Some(id) = item.get("epc").and_then(Value::as_str) else {
        return Err(step.wrong("epc", "is missing"));
    };
    let bytes = hex_bytes(id).ok_or_else(|| step.wrong("epc", "is not hex"))?;
    let tid = match item.get("tid").and_then(Value::as_str) {
        Some(text) => hex_bytes(text).ok_or_else(|| step.wrong("tid", "is not hex"))?,
        None => Vec::new(),
    };
    let time = item.get("firstSeenTimestamp").and_then(time_ms);
    let at_ms = step.place(time);
    let stamp = time.and_then(|ms| u64::try_from(ms).ok());
    let stamp = stamp.map(|ms| ReaderTime::Utc(ms.saturating_mul(1000)));
    decoded.raws.push(Raw::Tags(vec![TagRead {
        epc: epc(&bytes).ok_or_else(|| step.wrong("epc", "is too long"))?,
        tid,
        antenna: item.get("antennaPort").and_then(whole).unwrap_or(0),
        rssi_cdbm: item.get("peakRssi").and_then(cdbm),
        count: 1,
        reader_first: stamp,
        reader_last: stamp,
        first_ms: at_ms,
        last_ms: at_ms,
        arrived: step.message.at,
    }]));
    Ok(())
}

/// `true`, or the text of it.
fn is_true(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(it)) => *it,
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}
