//! `TagReportData` (240): what a reader says about one tag. The parameters stay in the order in
//! which they came, so that a report is written again byte for byte; the questions a bridge asks
//! (which tag, where, how strong, when) are methods over them.

use super::parameter::{EpcBits, Parameter, Tv};
use super::wire::{Cursor, Malformed, Writer};

/// A point in time on the reader's own clock, which nobody has set. Microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReaderTime {
    /// Since the Unix epoch, if the reader's clock is right.
    Utc(u64),
    /// Since the reader was started.
    Uptime(u64),
}

/// One tag of an `RO_ACCESS_REPORT`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TagReport {
    /// All parameters, in the order of the report.
    pub parameters: Vec<Parameter>,
}

/// Type of `TagReportData`.
pub(super) const TAG_REPORT_DATA: u16 = 240;

impl TagReport {
    pub(super) fn decode(body: &mut Cursor<'_>) -> Result<Self, Malformed> {
        // A report in the wild carries six to ten parameters of about seven bytes.
        let mut parameters = Vec::with_capacity(body.remaining().div_ceil(6).min(16));
        while !body.is_empty() {
            parameters.push(Parameter::decode(body)?);
        }
        Ok(Self { parameters })
    }

    pub(super) fn encode(&self, to: &mut Writer) {
        to.tlv(TAG_REPORT_DATA, "TagReportData", |to| {
            for parameter in &self.parameters {
                parameter.encode(to);
            }
        });
    }

    /// The EPC; empty bits for a tag whose EPC bank is empty, `None` when the report has none.
    pub fn epc(&self) -> Option<EpcBits> {
        self.parameters
            .iter()
            .find_map(|parameter| match parameter {
                Parameter::Tv(Tv::Epc96(epc)) => Some(EpcBits {
                    bits: 96,
                    bytes: epc.to_vec(),
                }),
                Parameter::Epc(epc) => Some(epc.clone()),
                Parameter::Tv(_) | Parameter::Other(_) => None,
            })
    }

    /// Antenna port, from 1.
    pub fn antenna(&self) -> Option<u16> {
        self.find(|tv| {
            if let Tv::AntennaId(id) = tv {
                Some(id)
            } else {
                None
            }
        })
    }

    /// Strongest signal in dBm.
    pub fn peak_rssi(&self) -> Option<i8> {
        self.find(|tv| {
            if let Tv::PeakRssi(dbm) = tv {
                Some(dbm)
            } else {
                None
            }
        })
    }

    /// How many sightings this report stands for; at least 1.
    pub fn seen_count(&self) -> u16 {
        self.find(|tv| {
            if let Tv::TagSeenCount(count) = tv {
                Some(count)
            } else {
                None
            }
        })
        .unwrap_or(1)
        .max(1)
    }

    /// First sighting by the reader's clock; UTC is preferred to uptime.
    pub fn first_seen(&self) -> Option<ReaderTime> {
        let utc = self.find(|tv| {
            if let Tv::FirstSeenUtc(us) = tv {
                Some(us)
            } else {
                None
            }
        });
        let uptime = self.find(|tv| {
            if let Tv::FirstSeenUptime(us) = tv {
                Some(us)
            } else {
                None
            }
        });
        utc.map(ReaderTime::Utc).or(uptime.map(ReaderTime::Uptime))
    }

    /// Last sighting by the reader's clock; UTC is preferred to uptime.
    pub fn last_seen(&self) -> Option<ReaderTime> {
        let utc = self.find(|tv| {
            if let Tv::LastSeenUtc(us) = tv {
                Some(us)
            } else {
                None
            }
        });
        let uptime = self.find(|tv| {
            if let Tv::LastSeenUptime(us) = tv {
                Some(us)
            } else {
                None
            }
        });
        utc.map(ReaderTime::Utc).or(uptime.map(ReaderTime::Uptime))
    }

    fn find<T>(&self, pick: impl Fn(Tv) -> Option<T>) -> Option<T> {
        self.parameters
            .iter()
            .find_map(|parameter| match parameter {
                Parameter::Tv(tv) => pick(*tv),
                Parameter::Epc(_) | Parameter::Other(_) => None,
            })
    }
}
