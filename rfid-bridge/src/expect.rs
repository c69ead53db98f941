//! What should pass: despatch advices (ASN) of expected shipments. Tags that pass together are
//! matched against them, so that the event says which shipment it was, what is still missing and
//! what does not belong. A weak read of something that nobody expects, beside a shipment that
//! somebody does, is most likely a neighbour: it may be suppressed, and is counted.
//!
//! How far each shipment has come outlives the process: what an event adds to it is a row
//! ([`Progress`]) that is written with the event.

use std::collections::{BTreeMap, BTreeSet};

use gs1::Epc;
use serde::{Deserialize, Serialize};

use crate::capture::identify;
use crate::smooth::Observation;

/// A despatch advice as it lies in the folder, JSON.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdviceFile {
    /// Its number as a business transaction (CBV 8.5), such as
    /// `urn:epcglobal:cbv:bt:9521321000018:ASN-17`.
    pub id: String,
    /// What is coming, as EPC URNs or Digital Links.
    pub epcs: Vec<String>,
    /// Name of the reader, feed or zone it comes by; anywhere when absent.
    #[serde(default)]
    pub place: Option<String>,
}

/// Things in one advice.
const EPCS_MAX: usize = 100_000;
/// Unexpected things named in an event; more are only counted.
pub const UNEXPECTED_MAX: usize = 50;

/// What one event added to a shipment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The advice's number.
    pub shipment: String,
    /// Things of it that were not seen before.
    pub epcs: Vec<String>,
    /// When, gateway's wall clock, ms since the Unix epoch.
    pub at_ms: i64,
}

/// The shipments that are expected.
#[derive(Debug, Clone, Default)]
pub struct Expected {
    shipments: BTreeMap<String, Shipment>,
    /// Seen before this process, of advices that were not read yet.
    before: BTreeMap<String, BTreeSet<String>>,
    /// Numbers of each shipment's rows.
    rows: BTreeMap<String, Vec<u64>>,
    next_row: u64,
    fresh: Vec<(u64, Progress)>,
    gone: Vec<u64>,
    /// Signal below which an unexpected tag is a stray, dBm.
    stray_dbm: Option<i8>,
}

#[derive(Debug, Clone)]
struct Shipment {
    place: Option<String>,
    epcs: BTreeSet<String>,
    seen: BTreeSet<String>,
}

/// What a batch of tags has to do with a shipment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched {
    /// The advice's number.
    pub id: String,
    /// Things it announces.
    pub expected: usize,
    /// Of those, seen until now.
    pub seen: usize,
    /// Things in the batch that it does not announce.
    pub unexpected: Vec<String>,
}

impl Expected {
    /// None yet; unexpected tags weaker than `stray_dbm` are strays.
    pub fn new(stray_dbm: Option<i8>) -> Self {
        Self {
            stray_dbm,
            ..Self::default()
        }
    }

    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.shipments.is_empty()
    }

    /// What is still to be seen of a shipment that is whole at a place: all of that is there. The
    /// first by its id; none that was seen whole before.
    pub fn whole(&self, place: &str, is_there: impl Fn(&String) -> bool) -> Option<Vec<&String>> {
        let here = |it: &&Shipment| it.place.as_deref().is_none_or(|wanted| wanted == place);
        let open = |shipment: &Shipment| shipment.seen.len() < shipment.epcs.len();
        let mut shipments = self.shipments.values().filter(here);
        let whole = shipments.find(|it| {
            let mut rest = it.epcs.difference(&it.seen);
            open(it) && rest.all(&is_there)
        })?;
        Some(whole.epcs.difference(&whole.seen).collect())
    }

    /// Takes over what was expected and seen under another configuration.
    pub fn go_on_from(&mut self, before: &mut Self) {
        self.shipments = std::mem::take(&mut before.shipments);
    }

    /// Takes up a row of an earlier process.
    pub fn restore(&mut self, number: u64, progress: Progress) {
        self.next_row = self.next_row.max(number + 1);
        let rows = self.rows.entry(progress.shipment.clone()).or_default();
        rows.push(number);
        let seen = self.before.entry(progress.shipment).or_default();
        seen.extend(progress.epcs);
    }

    /// Rows that came of the batches since this was last asked, with their numbers.
    pub fn fresh(&mut self) -> Vec<(u64, Progress)> {
        std::mem::take(&mut self.fresh)
    }

    /// Numbers of rows of shipments that are expected no more, likewise.
    pub fn gone(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.gone)
    }

    /// Takes the advices as they are now; what was seen of those that stay is kept.
    ///
    /// # Errors
    /// A sentence about the first that cannot be; then nothing has changed.
    pub fn replace(&mut self, advices: Vec<AdviceFile>) -> Result<(), String> {
        let mut shipments = BTreeMap::new();
        for advice in advices {
            if advice.epcs.len() > EPCS_MAX || !advice.id.contains(':') {
                return Err(format!(
                    "{}: too many things, or the id is no URI",
                    advice.id
                ));
            }
            let mut epcs = BTreeSet::new();
            for text in &advice.epcs {
                let epc = Epc::parse(text).map_err(|error| format!("{text:?}: {error}"))?;
                epcs.insert(epc.canonical());
            }
            let known = self.shipments.get(&advice.id).map(|it| &it.seen);
            let known = known.into_iter().chain(self.before.get(&advice.id));
            let seen = known.flatten().filter(|it| epcs.contains(*it)).cloned();
            let shipment = Shipment {
                place: advice.place,
                seen: seen.collect(),
                epcs,
            };
            shipments.insert(advice.id, shipment);
        }
        for id in shipments.keys() {
            self.before.remove(id);
        }
        // An advice that was read and is there no more: the shipment is done.
        for id in self
            .shipments
            .keys()
            .filter(|id| !shipments.contains_key(*id))
        {
            self.gone.extend(self.rows.remove(id).unwrap_or_default());
        }
        self.shipments = shipments;
        Ok(())
    }

    /// The shipment that a batch at a place belongs to: the one that announces most of it. Takes
    /// the strays out of the batch and returns them.
    pub fn matches(
        &mut self,
        place: &str,
        batch: &mut Vec<Observation>,
    ) -> (Option<Matched>, Vec<Observation>) {
        let name = |it: &Observation| identify(&it.epc).canonical();
        let names: BTreeSet<String> = batch.iter().map(name).collect();
        let here = |it: &Shipment| it.place.as_deref().is_none_or(|wanted| wanted == place);
        let best = self
            .shipments
            .iter_mut()
            .filter(|(_, shipment)| here(shipment))
            .map(|(id, shipment)| (shipment.epcs.intersection(&names).count(), id, shipment))
            .filter(|(count, _, _)| *count > 0)
            // Among equals the first by name.
            .max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(a.1)));
        let Some((_, id, shipment)) = best else {
            return (None, Vec::new());
        };
        let floor = self.stray_dbm.map(|dbm| i32::from(dbm) * 100);
        let is_stray = |it: &Observation| {
            let is_weak = floor
                .zip(it.rssi_cdbm)
                .is_some_and(|(floor, rssi)| rssi < floor);
            is_weak && !shipment.epcs.contains(&name(it))
        };
        let (strays, rest): (Vec<_>, Vec<_>) = batch.drain(..).partition(is_stray);
        *batch = rest;
        let names: BTreeSet<String> = batch.iter().map(name).collect();
        let here = names.intersection(&shipment.epcs);
        let new: Vec<String> = here
            .filter(|it| !shipment.seen.contains(*it))
            .cloned()
            .collect();
        if !new.is_empty() {
            shipment.seen.extend(new.iter().cloned());
            self.rows.entry(id.clone()).or_default().push(self.next_row);
            let progress = Progress {
                shipment: id.clone(),
                epcs: new,
                at_ms: batch.iter().map(|it| it.last_ms).max().unwrap_or(0),
            };
            self.fresh.push((self.next_row, progress));
            self.next_row += 1;
        }
        let matched = Matched {
            id: id.clone(),
            expected: shipment.epcs.len(),
            seen: shipment.seen.len(),
            unexpected: names.difference(&shipment.epcs).cloned().collect(),
        };
        (Some(matched), strays)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llrp::parameter::EpcBits;

    /// Serial numbers and signals in dBm.
    type Reads<'a> = &'a [(u8, i32)];

    fn seen(serial: u8, rssi_dbm: i32) -> Observation {
        let mut bytes = hex::decode("3066c4409047e140075bcd00").unwrap();
        bytes[11] = serial;
        Observation {
            number: u64::from(serial),
            place: 0,
            epc: EpcBits::from_bytes(&bytes).unwrap(),
            tids: Vec::new(),
            antenna: 1,
            antennas: Vec::new(),
            rssi_cdbm: Some(rssi_dbm * 100),
            reads: 1,
            first_ms: 0,
            last_ms: 0,
            reader_first: None,
            reader_last: None,
        }
    }

    fn advice(id: &str, serials: &[u8], place: Option<&str>) -> AdviceFile {
        let name = |serial: &u8| identify(&seen(*serial, 0).epc).canonical();
        AdviceFile {
            id: format!("urn:epcglobal:cbv:bt:9521321000018:{id}"),
            epcs: serials.iter().map(name).collect(),
            place: place.map(ToOwned::to_owned),
        }
    }

    fn told(expected: &mut Expected, place: &str, serials: &[(u8, i32)]) -> String {
        let mut batch = serials.iter().map(|(it, rssi)| seen(*it, *rssi)).collect();
        let (matched, strays) = expected.matches(place, &mut batch);
        let strays: Vec<u64> = strays.iter().map(|it| it.number).collect();
        match matched {
            Some(it) => format!(
                "{} {}/{} unexpected {} left {} strays {strays:?}",
                it.id.rsplit(':').next().unwrap(),
                it.seen,
                it.expected,
                it.unexpected.len(),
                batch.len()
            ),
            None => format!("none left {}", batch.len()),
        }
    }

    #[test]
    fn a_batch_belongs_to_the_shipment_that_announces_most_of_it() {
        let mut expected = Expected::new(Some(-60));
        let advices = vec![
            advice("B", &[3, 4], None),
            advice("A", &[1, 2, 3], None),
            advice("C", &[1, 2, 3, 4], Some("dock-9")),
        ];
        expected.replace(advices.clone()).unwrap();
        let rows: [(&str, Reads<'_>, &str); 6] = [
            (
                "dock-1",
                &[(1, -50), (3, -50)],
                "A 2/3 unexpected 0 left 2 strays []",
            ),
            // One strong stranger is told, a weak one suppressed; weak ones that belong stay.
            (
                "dock-1",
                &[(2, -70), (8, -50), (9, -61)],
                "A 3/3 unexpected 1 left 2 strays [9]",
            ),
            ("dock-1", &[(3, -50)], "A 3/3 unexpected 0 left 1 strays []"),
            ("dock-1", &[(4, -50)], "B 1/2 unexpected 0 left 1 strays []"),
            (
                "dock-9",
                &[(1, -50), (4, -50)],
                "C 2/4 unexpected 0 left 2 strays []",
            ),
            // Nothing is expected of it: nothing is suppressed.
            ("dock-1", &[(9, -90)], "none left 1"),
        ];
        for (place, serials, wanted) in rows {
            assert_eq!(told(&mut expected, place, serials), wanted);
        }
        // Read again, the advices know what was seen of them.
        expected.replace(advices).unwrap();
        assert!(told(&mut expected, "dock-1", &[(1, -50)]).starts_with("A 3/3"));
    }

    #[test]
    fn progress_outlives_the_process_until_the_advice_goes() {
        let advices = vec![advice("A", &[1, 2, 3, 4], None), advice("B", &[7], None)];
        let mut expected = Expected::new(None);
        expected.replace(advices.clone()).unwrap();
        told(&mut expected, "x", &[(1, 0), (2, 0)]);
        told(&mut expected, "x", &[(1, 0), (3, 0), (9, 0)]);
        assert_eq!(
            told(&mut expected, "x", &[(3, 0)]).split(' ').nth(1),
            Some("3/4")
        );
        let rows = expected.fresh();
        let sizes: Vec<(u64, usize)> = rows.iter().map(|(at, it)| (*at, it.epcs.len())).collect();
        assert_eq!(sizes, [(0, 2), (1, 1)], "what was new, once");
        assert!(expected.fresh().is_empty());

        let mut expected = Expected::new(None);
        for (number, progress) in rows {
            expected.restore(number, progress);
        }
        // The folder may be there later than the bridge.
        expected.replace(Vec::new()).unwrap();
        assert!(expected.gone().is_empty());
        expected.replace(advices).unwrap();
        assert!(told(&mut expected, "x", &[(4, 0)]).starts_with("A 4/4"));
        assert_eq!(expected.fresh()[0].0, 2);
        expected.replace(vec![advice("B", &[7], None)]).unwrap();
        assert_eq!(expected.gone(), [0, 1, 2]);
    }

    #[test]
    fn an_advice_that_cannot_be_changes_nothing() {
        let mut expected = Expected::new(None);
        expected.replace(vec![advice("A", &[1], None)]).unwrap();
        let mut wrong = advice("B", &[2], None);
        wrong.epcs.push("nothing".to_owned());
        assert!(
            expected
                .replace(vec![wrong])
                .unwrap_err()
                .contains("nothing")
        );
        assert!(told(&mut expected, "x", &[(1, 0)]).starts_with("A 1/1"));
        let unnamed = AdviceFile {
            id: "17".to_owned(),
            epcs: Vec::new(),
            place: None,
        };
        assert!(expected.replace(vec![unnamed]).is_err());
    }
}
