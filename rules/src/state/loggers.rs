//! What is known of loggers beyond their master data: every calibration certificate ever told, the
//! batches in which a device sent its readings, and hashes of stretches of readings by which a
//! replay is recognised. All of it follows from the records, and the memory of hashes is bounded.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use gs1::Epc;
use serde::{Deserialize, Serialize};

use super::{EventId, NameId, Names, ThingId};
use crate::cold_chain::Span;
use crate::record::Device;

/// Most calibration certificates kept of one device; the oldest go first.
const CERTIFICATES_MAX: usize = 64;
/// Most stretches remembered under one hash.
const SAME_HASH_MAX: usize = 4;

/// What is known of all loggers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Loggers {
    /// Validity of the certificates, by the device's id, in time order.
    calibrations: BTreeMap<String, Vec<Span>>,
    /// Events that brought readings of a device, in ledger order.
    batches: BTreeMap<NameId, Vec<EventId>>,
    /// Things a device was read on.
    things: BTreeMap<NameId, BTreeSet<ThingId>>,
    prints: BTreeMap<u64, Vec<Place>>,
    /// Hashes in the order they were first remembered.
    oldest: VecDeque<u64>,
}

/// Where a stretch of readings begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) thing: ThingId,
    pub(crate) device: Option<NameId>,
    pub(crate) t_ms: i64,
}

impl Loggers {
    /// Remembers a device's calibration certificate beside the earlier ones.
    pub(crate) fn certify(&mut self, device: &Device) {
        let Some(to_ms) = device.calibrated_until_ms else {
            return;
        };
        let from_ms = device
            .sensor
            .as_ref()
            .and_then(|sensor| sensor.calibrated_from_ms)
            .unwrap_or(i64::MIN);
        let spans = self.calibrations.entry(device.id.clone()).or_default();
        let span = Span { from_ms, to_ms };
        if let Err(at) = spans.binary_search(&span) {
            spans.insert(at, span);
        }
        if spans.len() > CERTIFICATES_MAX {
            spans.remove(0);
        }
    }

    /// Validity of a device's certificates, in time order.
    pub(crate) fn calibrations(&self, device: &str) -> &[Span] {
        self.calibrations.get(device).map_or(&[], Vec::as_slice)
    }

    /// Notes that an event brought readings of a device taken on some things.
    pub(crate) fn note(&mut self, device: NameId, event: EventId, things: &[ThingId]) {
        self.batches.entry(device).or_default().push(event);
        self.things
            .entry(device)
            .or_default()
            .extend(things.iter().copied());
    }

    /// Events that brought readings of a device, in ledger order.
    pub(crate) fn batches(&self, device: NameId) -> &[EventId] {
        self.batches.get(&device).map_or(&[], Vec::as_slice)
    }

    /// Things a device was read on.
    pub(crate) fn things(&self, device: NameId) -> impl Iterator<Item = ThingId> {
        self.things.get(&device).into_iter().flatten().copied()
    }

    /// The devices of this identifier, however events spell it.
    pub(crate) fn named(&self, epc: &Epc, names: &Names) -> Vec<NameId> {
        let is = |device: &&NameId| Epc::parse(names.text(**device)).as_ref() == Ok(epc);
        self.things.keys().filter(is).copied().collect()
    }

    /// Stretches remembered under a hash.
    pub(crate) fn seen(&self, hash: u64) -> &[Place] {
        self.prints.get(&hash).map_or(&[], Vec::as_slice)
    }

    /// Remembers where a stretch of readings begins, at most `memory` hashes in all.
    pub(crate) fn remember(&mut self, hash: u64, place: Place, memory: usize) {
        let known = self.prints.entry(hash).or_default();
        if known.is_empty() {
            self.oldest.push_back(hash);
        }
        if known.len() < SAME_HASH_MAX && !known.contains(&place) {
            known.push(place);
        }
        while self.oldest.len() > memory {
            if let Some(oldest) = self.oldest.pop_front() {
                self.prints.remove(&oldest);
            }
        }
    }
}
