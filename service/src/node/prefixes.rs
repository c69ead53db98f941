//! How long the GS1 company prefixes are, as the EPC URNs of captured events have shown: a Digital
//! Link does not tell, and no URN can be written without. Folded from the order, so every node
//! that knows the same events writes the same URNs.
use std::collections::BTreeSet;

use chrono::{DateTime, Datelike as _, NaiveDate};
use gs1::Epc;
use gs1::company_prefix::CompanyPrefixes;
use serde::{Deserialize, Serialize};

/// The beginnings of URNs whose first component is a company prefix.
const URNS: [&str; 2] = ["\"urn:epc:id:", "\"urn:epc:class:"];

/// What is known of company prefixes.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(from = "Kept", into = "Kept")]
pub struct Prefixes {
    table: CompanyPrefixes,
    /// Schemes with first components that were looked at.
    seen: BTreeSet<String>,
}

/// The same on disk.
#[derive(Deserialize, Serialize)]
struct Kept {
    /// Prefixes with the day since when each is known, in days of our era.
    known: Vec<(String, i32)>,
    seen: BTreeSet<String>,
}

impl From<Prefixes> for Kept {
    fn from(prefixes: Prefixes) -> Self {
        let known = prefixes.table.iter();
        Self {
            known: known
                .map(|(prefix, day)| (prefix.to_owned(), day.num_days_from_ce()))
                .collect(),
            seen: prefixes.seen,
        }
    }
}

impl From<Kept> for Prefixes {
    fn from(kept: Kept) -> Self {
        let mut table = CompanyPrefixes::new();
        for (prefix, days) in kept.known {
            let day = NaiveDate::from_num_days_from_ce_opt(days).unwrap_or(NaiveDate::MIN);
            // They were together in one table, so none contradicts another.
            drop(table.add(&prefix, day));
        }
        Self {
            table,
            seen: kept.seen,
        }
    }
}

impl Prefixes {
    /// Learns from the URNs of an event's JSON text.
    pub(super) fn learn_from(&mut self, json: &[u8], recorded_ms: i64) {
        let Ok(text) = std::str::from_utf8(json) else {
            return;
        };
        for start in URNS {
            for (at, _) in text.match_indices(start) {
                let urn = text.get(at.saturating_add(1)..).unwrap_or_default();
                let urn = urn.split('"').next().unwrap_or_default();
                self.learn(urn, recorded_ms);
            }
        }
    }

    /// The length of the company prefix of a key, in digits.
    pub fn length_of(&self, epc: &Epc) -> Option<u8> {
        self.table.length_of(epc).map(|(length, _)| length)
    }

    fn learn(&mut self, urn: &str, recorded_ms: i64) {
        let Some((head, _)) = urn.split_once('.') else {
            return;
        };
        if self.seen.contains(head) {
            return;
        }
        self.seen.insert(head.to_owned());
        let day = DateTime::from_timestamp_millis(recorded_ms)
            .map_or(NaiveDate::MIN, |time| time.date_naive());
        // One that contradicts what is known is not believed.
        drop(self.table.learn(urn, day));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_urn_in_an_event_tells_the_prefix_of_digital_links() {
        let mut prefixes = Prefixes::default();
        let pack = Epc::parse("https://id.gs1.org/01/09506000134352/21/7").unwrap();
        assert_eq!(prefixes.length_of(&pack), None);
        let json = br#"{"epcList":["urn:epc:id:sgtin:9506000.013435.1","urn:uuid:x"],"a":1}"#;
        prefixes.learn_from(json, 1_795_248_000_000);
        assert_eq!(prefixes.length_of(&pack), Some(7));
    }
}
