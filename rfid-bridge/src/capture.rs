//! From observations to EPCIS events. Tags that pass a door together become one ObjectEvent
//! (`action` OBSERVE) with the door's read point, location and business step; a tag whose EPC is
//! not a GS1 key we can read stays in the event as its raw bits, because a strange tag on a pallet
//! is exactly what somebody will ask about.

use std::collections::{BTreeMap, BTreeSet};

use gs1::epcis::{Action, Event};
use gs1::{BizStep, Epc, epc_binary};
use serde_json::json;
use thiserror::Error;

use crate::expect::{Matched, UNEXPECTED_MAX};
use crate::llrp::parameter::EpcBits;
use crate::smooth::{Observation, Suppressed};
use crate::timekeeping::{self, Gateway};

/// Where a reader stands and what happens there.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// The reader's name in the configuration.
    pub name: String,
    /// `readPoint`.
    pub read_point: Epc,
    /// `bizLocation`: where the goods are afterwards.
    pub biz_location: Option<Epc>,
    /// `bizStep`.
    pub biz_step: BizStep,
    /// `in` or `out`, for one way through a door.
    pub direction: Option<&'static str>,
}

/// When a batch of observations becomes an event. Times in milliseconds.
#[derive(Debug, Clone)]
pub struct BatchConfig {
    /// A batch to which nothing was added for this long is a passage that is over.
    pub quiet_ms: u64,
    /// A batch is closed at this age even when tags keep coming.
    pub age_ms_max: u64,
    /// Tags in one event.
    pub tags_max: usize,
}

impl Default for BatchConfig {
    fn default() -> Self {
        Self {
            quiet_ms: 500,
            age_ms_max: 5_000,
            tags_max: 1_000,
        }
    }
}

/// An event could not be made: a fault of the configuration or of this program.
#[derive(Debug, Error)]
#[error("cannot make an event of {tags} tags read by {reader}")]
pub struct CaptureError {
    /// The reader's name.
    pub reader: String,
    /// Tags in the batch.
    pub tags: usize,
    /// What is wrong with the event.
    pub source: gs1::epcis::ParseError,
}

/// Collects observations into batches, one per place at a time.
#[derive(Debug)]
pub struct Batcher {
    config: BatchConfig,
    /// What its times are multiplied by.
    pace: u64,
    open: BTreeMap<usize, Batch>,
}

#[derive(Debug)]
struct Batch {
    opened_at: u64,
    added_at: u64,
    observations: Vec<Observation>,
}

impl Batcher {
    /// No batches yet.
    pub fn new(config: BatchConfig) -> Self {
        Self {
            config,
            pace: 1,
            open: BTreeMap::new(),
        }
    }

    /// From now on batches are collected `factor` times as long.
    pub fn pace(&mut self, factor: u64) {
        self.pace = factor;
    }

    /// Adds an observation at monotonic time `now_ms`; returns the batch it made full.
    pub fn add(&mut self, observation: Observation, now_ms: u64) -> Option<Vec<Observation>> {
        let place = observation.place;
        let batch = self.open.entry(place).or_insert_with(|| Batch {
            opened_at: now_ms,
            added_at: now_ms,
            observations: Vec::new(),
        });
        batch.added_at = now_ms;
        batch.observations.push(observation);
        let full = batch.observations.len() >= self.config.tags_max.max(1);
        full.then(|| self.open.remove(&place).map(|batch| batch.observations))
            .flatten()
    }

    /// The batches that are complete at monotonic time `now_ms`.
    pub fn due(&mut self, now_ms: u64) -> Vec<Vec<Observation>> {
        let quiet_ms = self.config.quiet_ms.saturating_mul(self.pace);
        let age_ms = self.config.age_ms_max.saturating_mul(self.pace);
        let due = |batch: &Batch| {
            batch.added_at.saturating_add(quiet_ms) <= now_ms
                || batch.opened_at.saturating_add(age_ms) <= now_ms
        };
        let places: Vec<usize> = self
            .open
            .iter()
            .filter(|(_, batch)| due(batch))
            .map(|(place, _)| *place)
            .collect();
        places
            .iter()
            .filter_map(|place| self.open.remove(place))
            .map(|batch| batch.observations)
            .collect()
    }

    /// Places with a batch.
    pub fn places(&self) -> Vec<usize> {
        self.open.keys().copied().collect()
    }

    /// Batches to whose places nothing more will be added soon.
    pub fn complete(&mut self, is_empty: impl Fn(usize) -> bool) -> Vec<Vec<Observation>> {
        let mut places = self.places();
        places.retain(|place| is_empty(*place));
        places
            .iter()
            .filter_map(|place| self.close(*place))
            .collect()
    }

    /// The batches of places that go over to another batcher, by their numbers there; returns the
    /// numbers of their observations.
    pub fn take_over(&mut self, before: &mut Self, places: &BTreeMap<usize, usize>) -> Vec<u64> {
        let mut numbers = Vec::new();
        for (from, to) in places {
            let Some(mut batch) = before.open.remove(from) else {
                continue;
            };
            for observation in &mut batch.observations {
                observation.place = *to;
                numbers.push(observation.number);
            }
            self.open.insert(*to, batch);
        }
        numbers
    }

    /// The batch of a place waits as if it had been begun at `now_ms`.
    pub fn touch(&mut self, place: usize, now_ms: u64) {
        if let Some(batch) = self.open.get_mut(&place) {
            (batch.opened_at, batch.added_at) = (now_ms, now_ms);
        }
    }

    /// The batch of a place, complete or not.
    pub fn close(&mut self, place: usize) -> Option<Vec<Observation>> {
        self.open.remove(&place).map(|batch| batch.observations)
    }

    /// All batches, complete or not.
    pub fn flush(&mut self) -> Vec<Vec<Observation>> {
        std::mem::take(&mut self.open)
            .into_values()
            .map(|batch| batch.observations)
            .collect()
    }
}

/// The identity in a tag: a GS1 key when the bits are one, otherwise the raw URI of the EPC Tag
/// Data Standard, `urn:epc:raw:<bits>.x<HEX>`.
pub fn identify(epc: &EpcBits) -> Epc {
    if usize::from(epc.bits) == epc.bytes.len() * 8
        && let Ok(tag) = epc_binary::decode(&epc.bytes)
    {
        return tag.epc;
    }
    Epc::Other(format!(
        "urn:epc:raw:{}.x{}",
        epc.bits,
        hex::encode_upper(&epc.bytes)
    ))
}

/// What an event says beside its tags.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Beside {
    /// Sightings suppressed at the place since its last event.
    pub suppressed: Suppressed,
    /// The shipment it belongs to.
    pub matched: Option<Matched>,
    /// The gateway's clocks when it was made.
    pub gateway: Gateway,
}

/// `expected`: how far a shipment has come.
fn of_match(matched: &Matched) -> serde_json::Value {
    let named: Vec<&String> = matched.unexpected.iter().take(UNEXPECTED_MAX).collect();
    json!({
        "expected": matched.expected,
        "seen": matched.seen,
        "missing": matched.expected - matched.seen,
        "unexpected": matched.unexpected.len(),
        "unexpected_epcs": named,
    })
}

/// The event of one batch: seen when the last of its tags was last read. Its id follows from its
/// content and the device, so that making it twice makes the same event.
///
/// # Errors
/// [`CaptureError`] when the parts make no valid event.
pub fn event(
    place: &Place,
    device: &[u8; 32],
    batch: &[Observation],
    beside: &Beside,
) -> Result<Event, CaptureError> {
    let epcs: BTreeSet<Epc> = batch
        .iter()
        .map(|observation| identify(&observation.epc))
        .collect();
    let first_ms = batch
        .iter()
        .map(|observation| observation.first_ms)
        .min()
        .unwrap_or(0);
    let last_ms = batch
        .iter()
        .map(|observation| observation.last_ms)
        .max()
        .unwrap_or(0);
    let reads: u64 = batch
        .iter()
        .map(|observation| u64::from(observation.reads))
        .sum();
    let id = event_id(place, device, (first_ms, last_ms), &epcs);
    let mut summary = json!({
        "reader": place.name,
        "reads": reads,
        "first_ms": first_ms,
        "last_ms": last_ms,
    });
    if let Some(summary) = summary.as_object_mut() {
        let way = place.direction;
        summary.extend(way.map(|it| ("direction".to_owned(), json!(it))));
        if beside.suppressed != Suppressed::default() {
            summary.insert("suppressed".to_owned(), json!(beside.suppressed));
        }
    }
    let mut event = Event::object(Action::Observe, epcs, last_ms, place.biz_step.clone())
        .with_event_id(&id)
        .with_read_point(&place.read_point)
        .with_extension(EXTENSION_PREFIX, EXTENSION_NAMESPACE, "rfid", summary);
    if let Some(mark) = timekeeping::mark(&beside.gateway, timekeeping::reader(batch)) {
        event = event.with_extension(EXTENSION_PREFIX, EXTENSION_NAMESPACE, "clock", mark);
    }
    let tags = tags(batch);
    if !tags.is_empty() {
        event = event.with_extension(EXTENSION_PREFIX, EXTENSION_NAMESPACE, "tags", json!(tags));
    }
    if let Some(matched) = &beside.matched {
        event = event
            .with_biz_transaction(Some("desadv"), &matched.id)
            .with_extension(
                EXTENSION_PREFIX,
                EXTENSION_NAMESPACE,
                "expected",
                of_match(matched),
            );
    }
    if let Some(location) = &place.biz_location {
        event = event.with_biz_location(location);
    }
    event.build().map_err(|source| CaptureError {
        reader: place.name.clone(),
        tags: batch.len(),
        source,
    })
}

/// Which chip each EPC was on, for those whose TID memory was read: an EPC can be copied onto any
/// tag, the chip's own number cannot. An EPC on two chips makes two entries.
fn tags(batch: &[Observation]) -> Vec<serde_json::Value> {
    let pairs: BTreeSet<(String, String)> = batch
        .iter()
        .flat_map(|observation| {
            let epc = identify(&observation.epc).canonical();
            let tids = observation.tids.iter().map(hex::encode_upper);
            tids.map(move |tid| (epc.clone(), tid))
        })
        .collect();
    pairs
        .into_iter()
        .map(|(epc, tid)| json!({ "epc": epc, "tid": tid }))
        .collect()
}

/// Prefix of what we add to an event.
pub(crate) const EXTENSION_PREFIX: &str = "theriac";
/// What the prefix stands for.
pub(crate) const EXTENSION_NAMESPACE: &str = "urn:theriac:epcis:";

/// A UUID of version 8 (RFC 9562 5.8) from the BLAKE3 hash of what makes the event this event.
fn event_id(
    place: &Place,
    device: &[u8; 32],
    (first_ms, last_ms): (i64, i64),
    epcs: &BTreeSet<Epc>,
) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("theriac rfid-bridge event id v1");
    hasher.update(device);
    for text in [place.name.clone(), place.read_point.canonical()]
        .into_iter()
        .chain(epcs.iter().map(Epc::canonical))
    {
        // A length before each text: no two lists of texts give the same bytes.
        hasher.update(&u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.update(&first_ms.to_be_bytes());
    hasher.update(&last_ms.to_be_bytes());
    uuid_urn(hasher.finalize().as_bytes())
}

/// The first 16 bytes as `urn:uuid:` with version 8 and the RFC 9562 variant.
pub(crate) fn uuid_urn(hash: &[u8; 32]) -> String {
    let mut number = hash
        .iter()
        .take(16)
        .fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    number = number & !(0xf << 76) | 8 << 76;
    number = number & !(0x3 << 62) | 2 << 62;
    let text = format!("{number:032x}");
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    format!(
        "urn:uuid:{}-{}-{}-{}-{}",
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32)
    )
}

#[cfg(test)]
mod tests;
