//! Names of the rows in which the pipeline keeps what is not an event yet, and what is in them. A
//! row names its place by the source's name, because a place's number is only the order of a
//! configuration file.
//!
//! ```text
//! 'p' number(8)            an open passage
//! 's' number(8)            a measured value that waits for its event
//! 'q' hash(16)             where a sensor's own counting stands
//! 'a' hash(16)             when the bridge last listened to a reader
//! 'd' hash(16)             what was dropped and not told
//! 'x' number(8)            what an event added to a shipment
//! 'w' hash(16)             where in its area a tag is
//! ```

use serde::{Deserialize, Serialize};

use super::losses::Lost;
use crate::expect::Progress;
use crate::llrp::parameter::EpcBits;
use crate::samples::{Counted, KeptSample};
use crate::smooth::kept::KeptPassage;

/// What a row says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Row {
    /// The place's name.
    pub(super) place: String,
    /// The rest.
    #[serde(flatten)]
    pub(super) what: What,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum What {
    Passage(KeptPassage),
    Sample(KeptSample),
    Counted { device: String, counted: Counted },
    Listening { at_ms: i64 },
    Dropped { device: Option<String>, lost: Lost },
    Progress(Progress),
    Located { epc: String, bits: u16 },
}

/// A row as it is written.
pub(super) fn encode(place: &str, what: What) -> Vec<u8> {
    let row = Row {
        place: place.to_owned(),
        what,
    };
    // Rows are made of texts and numbers: there is nothing to fail.
    serde_json::to_vec(&row).unwrap_or_default()
}

pub(super) fn passage(number: u64) -> Vec<u8> {
    numbered(b'p', number)
}

pub(super) fn sample(number: u64) -> Vec<u8> {
    numbered(b's', number)
}

pub(super) fn progress(number: u64) -> Vec<u8> {
    numbered(b'x', number)
}

/// Where a tag is: one row for each area, which has the name of its first place.
pub(super) fn located(area: &str, epc: &EpcBits) -> Vec<u8> {
    let epc = format!("{}:{}", epc.bits, hex::encode(&epc.bytes));
    named(b'w', area, &epc)
}

fn numbered(kind: u8, number: u64) -> Vec<u8> {
    let mut key = vec![kind];
    key.extend(number.to_be_bytes());
    key
}

/// The number in a row's key.
pub(super) fn number(key: &[u8]) -> u64 {
    let bytes = key.get(1..).and_then(|rest| rest.first_chunk::<8>());
    bytes.map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

pub(super) fn counted(place: &str, device: &str) -> Vec<u8> {
    named(b'q', place, device)
}

pub(super) fn listening(place: &str) -> Vec<u8> {
    named(b'a', place, "")
}

pub(super) fn dropped(place: &str, device: &str) -> Vec<u8> {
    named(b'd', place, device)
}

fn named(kind: u8, place: &str, device: &str) -> Vec<u8> {
    let mut hasher = blake3::Hasher::new_derive_key("theriac rfid-bridge counter row v1");
    for text in [place, device] {
        hasher.update(&u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(text.as_bytes());
    }
    let mut key = vec![kind];
    key.extend(hasher.finalize().as_bytes().iter().take(16));
    key
}

#[cfg(test)]
mod tests {
    use gs1::Decimal;

    use super::*;
    use crate::llrp::parameter::EpcBits;
    use crate::llrp::session::Now;
    use crate::smooth::{SmoothConfig, Smoother};
    use crate::source::{Measure, Sample, TagRead};

    #[test]
    fn rows_are_read_as_they_were_written() {
        let mut smoother = Smoother::new(SmoothConfig::default());
        let at = Now {
            mono_ms: 0,
            unix_ms: 7,
        };
        let read = TagRead {
            epc: EpcBits::from_bytes(&[0x30, 0x74]).unwrap(),
            tid: vec![0xe2],
            antenna: 3,
            rssi_cdbm: Some(-5_025),
            count: 2,
            reader_first: None,
            reader_last: None,
            first_ms: 5,
            last_ms: 7,
            arrived: at,
        };
        smoother.read(0, &read);
        let passage = smoother.changed(true).remove(0).1;
        let value = Decimal::parse("-18.25").unwrap();
        let sample = KeptSample {
            place: 0,
            device: "a".to_owned(),
            sample: Sample::new(Measure::TEMPERATURE_CEL, value, 9),
            loose: true,
        };
        let counted = Counted {
            sequence: u64::MAX,
            at_ms: -1,
        };
        let device = "a".to_owned();
        for what in [
            What::Passage(passage),
            What::Sample(sample),
            What::Counted { device, counted },
            What::Listening { at_ms: 9 },
            What::Dropped {
                device: None,
                lost: Lost {
                    count: 7,
                    from_ms: 1,
                    to_ms: 2,
                },
            },
            What::Progress(Progress {
                shipment: "urn:x:1".to_owned(),
                epcs: vec!["urn:x:2".to_owned()],
                at_ms: 3,
            }),
            What::Located {
                epc: "3074".to_owned(),
                bits: 16,
            },
        ] {
            let row = Row {
                place: "dock".to_owned(),
                what,
            };
            let text = serde_json::to_vec(&row).unwrap();
            assert_eq!(serde_json::from_slice::<Row>(&text).unwrap(), row);
        }
        assert_eq!(number(&sample_key()), 77);
        assert_ne!(counted_key("a", "bc"), counted_key("ab", "c"));
    }

    fn sample_key() -> Vec<u8> {
        sample(77)
    }

    fn counted_key(place: &str, device: &str) -> Vec<u8> {
        counted(place, device)
    }
}
