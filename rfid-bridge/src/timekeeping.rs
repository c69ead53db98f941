//! What times are worth. Events carry the gateway's wall clock as it was, never rewritten; where
//! that clock follows no reference, nobody can tell whether it does, or a reader's is off, the
//! event says so, with what somebody later needs to place it anew: the gateway's wall clock beside
//! its time since boot, and how far the reader's clock is from it, with the reader's own times.

use serde::Serialize;
use serde_json::{Value, json};

use crate::llrp::tag::ReaderTime;
use crate::smooth::Observation;
use crate::source::Sample;

/// Whether a clock follows a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Quality {
    /// It does.
    Synchronised,
    /// It does not, or not yet.
    Unsynchronised,
    /// Nobody on this machine can tell.
    #[default]
    Unknown,
}

/// The gateway's clocks at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gateway {
    /// Of the wall clock.
    pub quality: Quality,
    /// Wall clock, ms since the Unix epoch.
    pub unix_ms: i64,
    /// Since the machine was started, ms; never steps.
    pub boot_ms: Option<u64>,
    /// Which start of the machine that was.
    pub boot_id: Option<String>,
}

/// A reader's own clock, as its reads show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReaderClock {
    /// Gateway minus reader in ms, and how much it may be more or less; none for a reader that
    /// only knows how long it has been running.
    pub offset_ms: Option<(i64, i64)>,
    /// First and last of the reader's times, microseconds.
    pub bounds_us: (u64, u64),
}

/// A reader's clock that differs by more is off, ms: networks and reports take less.
const OFF_MS: u64 = 1_000;

/// The reader's clock as a batch shows it; none when the reader tells no times.
pub fn reader(batch: &[Observation]) -> Option<ReaderClock> {
    let told = || {
        batch.iter().flat_map(|it| {
            let first = it.reader_first.map(|at| (at, it.first_ms));
            let last = it.reader_last.map(|at| (at, it.last_ms));
            [first, last].into_iter().flatten()
        })
    };
    let utc: Vec<(u64, i64)> = told()
        .filter_map(|(at, gateway_ms)| match at {
            ReaderTime::Utc(us) => Some((us, gateway_ms)),
            ReaderTime::Uptime(_) => None,
        })
        .collect();
    let offset = |(us, gateway_ms): &(u64, i64)| {
        let reader_ms = i64::try_from(us / 1_000).unwrap_or(i64::MAX);
        gateway_ms.saturating_sub(reader_ms)
    };
    let offsets = utc.iter().map(offset);
    if let (Some(low), Some(high)) = (offsets.clone().min(), offsets.max()) {
        let spread = high.saturating_sub(low);
        let times = utc.iter().map(|(us, _)| *us);
        return Some(ReaderClock {
            // Times are of whole milliseconds.
            offset_ms: Some((low.saturating_add(spread / 2), spread / 2 + 1)),
            bounds_us: (times.clone().min()?, times.max()?),
        });
    }
    let times = told().map(|(at, _)| match at {
        ReaderTime::Utc(us) | ReaderTime::Uptime(us) => us,
    });
    Some(ReaderClock {
        offset_ms: None,
        bounds_us: (times.clone().min()?, times.max()?),
    })
}

impl ReaderClock {
    /// Whether its times are not those of the gateway.
    fn is_off(&self) -> bool {
        self.offset_ms
            .is_none_or(|(offset, _)| offset.unsigned_abs() > OFF_MS)
    }

    fn told(&self) -> Value {
        let (first_us, last_us) = self.bounds_us;
        match self.offset_ms {
            Some((offset_ms, uncertainty_ms)) => json!({
                "clock": "utc",
                "offset_ms": offset_ms,
                "uncertainty_ms": uncertainty_ms,
                "first_us": first_us,
                "last_us": last_us,
            }),
            None => json!({ "clock": "uptime", "first_us": first_us, "last_us": last_us }),
        }
    }
}

/// `clock` beside an event; none when the gateway's clock is known to be right and the reader's is
/// not known to be wrong.
pub fn mark(gateway: &Gateway, reader: Option<ReaderClock>) -> Option<Value> {
    let is_right = gateway.quality == Quality::Synchronised;
    if is_right && !reader.is_some_and(|reader| reader.is_off()) {
        return None;
    }
    let mut told = of_gateway(gateway);
    if let Some(told) = told.as_object_mut() {
        told.extend(reader.map(|reader| ("reader".to_owned(), reader.told())));
    }
    Some(told)
}

/// The same beside an event of measured values, which keep their own times: those of them that
/// came at quite another time are counted, with both times.
pub fn of_samples<'a>(
    gateway: &Gateway,
    samples: impl Iterator<Item = &'a Sample>,
) -> Option<Value> {
    let both = |it: &Sample| Some((it.at_ms, it.arrived_ms?));
    let (own, arrived): (Vec<i64>, Vec<i64>) = samples.filter_map(both).unzip();
    let bounds = |times: &[i64]| Some((*times.iter().min()?, *times.iter().max()?));
    let (Some((first_ms, last_ms)), Some((arrived_first_ms, arrived_last_ms))) =
        (bounds(&own), bounds(&arrived))
    else {
        return mark(gateway, None);
    };
    let mut told = of_gateway(gateway);
    if let Some(told) = told.as_object_mut() {
        let sensor = json!({
            "readings": own.len(),
            "first_ms": first_ms,
            "last_ms": last_ms,
            "arrived_first_ms": arrived_first_ms,
            "arrived_last_ms": arrived_last_ms,
        });
        told.insert("sensor".to_owned(), sensor);
    }
    Some(told)
}

fn of_gateway(gateway: &Gateway) -> Value {
    let mut told = json!({
        "time_quality": gateway.quality,
        "gateway": { "unix_ms": gateway.unix_ms },
    });
    if let Some(clocks) = told.get_mut("gateway").and_then(Value::as_object_mut) {
        clocks.extend(gateway.boot_ms.map(|ms| ("boot_ms".to_owned(), json!(ms))));
        let id = gateway.boot_id.as_deref();
        clocks.extend(id.map(|id| ("boot_id".to_owned(), json!(id))));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llrp::parameter::EpcBits;

    /// Quality, what the reader is behind, its offset and uncertainty, whether there is a mark.
    type Row<'a> = (Quality, &'a [(i64, i64)], Option<(i64, i64)>, bool);

    const NOW_MS: i64 = 1_790_000_000_000;

    /// Observations a second long; the reader's clock is so many ms behind at first and last.
    fn batch(behind: &[(i64, i64)]) -> Vec<Observation> {
        let reader = |ms: i64| Some(ReaderTime::Utc(u64::try_from(ms).unwrap() * 1_000 + 7));
        let one = |(first, last): &(i64, i64)| Observation {
            number: 0,
            place: 0,
            epc: EpcBits::from_bytes(&[1]).unwrap(),
            tids: Vec::new(),
            antenna: 1,
            antennas: Vec::new(),
            rssi_cdbm: None,
            reads: 1,
            first_ms: NOW_MS,
            last_ms: NOW_MS + 1_000,
            reader_first: reader(NOW_MS - first),
            reader_last: reader(NOW_MS + 1_000 - last),
        };
        behind.iter().map(one).collect()
    }

    #[test]
    fn clocks_that_are_right_are_not_mentioned_and_others_are() {
        use Quality::{Synchronised, Unknown, Unsynchronised};
        let hour = 3_600_000;
        let rows: [Row<'_>; 9] = [
            (Synchronised, &[], None, false),
            (Synchronised, &[(0, 3)], Some((1, 2)), false),
            (Synchronised, &[(1_000, 1_000)], Some((1_000, 1)), false),
            (Synchronised, &[(1_001, 1_001)], Some((1_001, 1)), true),
            (
                Synchronised,
                &[(-hour, -hour), (-hour, 10 - hour)],
                Some((5 - hour, 6)),
                true,
            ),
            (Unsynchronised, &[], None, true),
            (Unsynchronised, &[(20, 40)], Some((30, 11)), true),
            (Unknown, &[], None, true),
            (Unknown, &[(0, 0)], Some((0, 1)), true),
        ];
        for (quality, behind, offset, is_marked) in rows {
            let gateway = Gateway {
                quality,
                unix_ms: NOW_MS,
                boot_ms: Some(5_000),
                boot_id: Some("b".to_owned()),
            };
            let reader = reader(&batch(behind));
            assert_eq!(reader.and_then(|it| it.offset_ms), offset, "{behind:?}");
            let mark = mark(&gateway, reader);
            assert_eq!(mark.is_some(), is_marked, "{quality:?} {behind:?}");
            let Some(mark) = mark else { continue };
            assert_eq!(mark["time_quality"], json!(quality));
            let clocks = json!({ "unix_ms": NOW_MS, "boot_ms": 5_000, "boot_id": "b" });
            assert_eq!(mark["gateway"], clocks);
            let told = mark.get("reader");
            assert_eq!(told.is_some(), !behind.is_empty());
            if let (Some(told), Some((offset_ms, uncertainty_ms))) = (told, offset) {
                assert_eq!(told["offset_ms"], offset_ms);
                assert_eq!(told["uncertainty_ms"], uncertainty_ms);
            }
        }
    }

    #[test]
    fn a_reader_keeps_its_own_times() {
        let mut seen = batch(&[(hour_behind(), hour_behind())]);
        let told = reader(&seen).unwrap();
        let us = u64::try_from(NOW_MS - hour_behind()).unwrap() * 1_000 + 7;
        assert_eq!(told.bounds_us, (us, us + 1_000_000), "to the microsecond");
        seen[0].reader_first = Some(ReaderTime::Uptime(55));
        seen[0].reader_last = Some(ReaderTime::Uptime(77));
        let gateway = Gateway {
            quality: Quality::Synchronised,
            ..Gateway::default()
        };
        let mark = mark(&gateway, reader(&seen)).expect("it knows no time of day");
        let wanted = json!({ "clock": "uptime", "first_us": 55, "last_us": 77 });
        assert_eq!(mark["reader"], wanted);
        assert_eq!(mark["gateway"], json!({ "unix_ms": 0 }));
    }

    fn hour_behind() -> i64 {
        3_600_000
    }
}
