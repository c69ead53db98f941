//! When was a tag seen? A reader stamps its reads with a clock that nobody has set, or only with
//! its uptime, and it may hand over reads it has held for a while. Every notification tells the
//! reader's time and arrives at a known gateway time, so the difference of the two turns a reader
//! time into a gateway time; what cannot be believed is replaced by the time of arrival. The
//! reader's own times stay in the [`Read`] for whoever wants to judge.

use super::Now;
use crate::llrp::access::{OP_TID, OP_USER, OpResult};
use crate::llrp::impinj::Extra;
use crate::llrp::parameter::{EpcBits, Parameter, Tv};
use crate::llrp::tag::{ReaderTime, TagReport};

/// One tag report, in the bridge's terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// The EPC bank's content; zero bits when the reader gave none.
    pub epc: EpcBits,
    /// Antenna port; 0 when not told.
    pub antenna: u16,
    /// Strongest signal in dBm, when told.
    pub rssi_dbm: Option<i8>,
    /// Sightings this report stands for, at least 1.
    pub count: u16,
    /// First sighting by the reader's clock.
    pub reader_first: Option<ReaderTime>,
    /// Last sighting by the reader's clock.
    pub reader_last: Option<ReaderTime>,
    /// First sighting by the gateway's wall clock, ms since the Unix epoch.
    pub first_ms: i64,
    /// Last sighting by the gateway's wall clock, ms since the Unix epoch.
    pub last_ms: i64,
    /// Arrival by both clocks of the gateway.
    pub arrived: Now,
    /// What only some readers tell; `None` when there is none of it.
    pub more: Option<Box<More>>,
}

/// What only some readers tell of a tag, or only when asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct More {
    /// Protocol control word: length of the EPC, whether it is one (T bit).
    pub pc: Option<u16>,
    /// Tag identification, from memory or as the reader serialised it.
    pub tid: Option<Vec<u8>>,
    /// USER memory, as far as asked for.
    pub user: Option<Vec<u8>>,
    /// Readings of memory that failed: operation and result code.
    pub failed: Vec<(u16, u8)>,
    /// Signal in 1/100 dBm.
    pub rssi_cdbm: Option<i16>,
    /// Phase, 4,096 steps to the turn.
    pub phase: Option<u16>,
    /// Doppler shift, 1/16 Hz.
    pub doppler: Option<i16>,
    /// Index in the reader's table of frequencies.
    pub channel: Option<u16>,
}

impl More {
    fn of(tag: &TagReport) -> Option<Box<Self>> {
        let mut more: Option<Box<Self>> = None;
        for parameter in &tag.parameters {
            match parameter {
                Parameter::Tv(Tv::C1g2Pc(pc)) => more.get_or_insert_default().pc = Some(*pc),
                Parameter::Tv(Tv::ChannelIndex(channel)) => {
                    more.get_or_insert_default().channel = Some(*channel);
                }
                Parameter::Other(_) => {
                    if let Some(result) = OpResult::of(parameter) {
                        more.get_or_insert_default().memory(result);
                    } else if let Some(extra) = Extra::of(parameter) {
                        more.get_or_insert_default().extra(extra);
                    }
                }
                _ => {}
            }
        }
        more
    }

    fn memory(&mut self, result: OpResult) {
        match (result.result, result.op) {
            (0, OP_TID) => self.tid = Some(result.data),
            (0, OP_USER) => self.user = Some(result.data),
            (0, _) => {}
            (code, op) => self.failed.push((op, code)),
        }
    }

    fn extra(&mut self, extra: Extra) {
        match extra {
            // A reading we asked for is the better witness.
            Extra::Tid(tid) => self.tid = self.tid.take().or(Some(tid)),
            Extra::Phase(phase) => self.phase = Some(phase),
            Extra::Rssi(rssi) => self.rssi_cdbm = Some(rssi),
            Extra::Doppler(doppler) => self.doppler = Some(doppler),
        }
    }
}

/// How far back a held report may reach; a reader time that claims more is a wrong clock.
const HELD_MS_MAX: i64 = 600_000;

/// Differences "gateway minus reader" in milliseconds, as far as known.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ReaderClock {
    utc_offset_ms: Option<i64>,
    uptime_offset_ms: Option<i64>,
}

impl ReaderClock {
    /// Learns from a time told at `now`. The delay of the network is within the answer.
    pub(super) fn heard(&mut self, at: ReaderTime, now: Now) {
        let (us, offset) = match at {
            ReaderTime::Utc(us) => (us, &mut self.utc_offset_ms),
            ReaderTime::Uptime(us) => (us, &mut self.uptime_offset_ms),
        };
        if let Some(reader_ms) = milliseconds(us) {
            *offset = Some(now.unix_ms.saturating_sub(reader_ms));
        }
    }

    /// Places one report on the gateway's clock.
    pub(super) fn read(&self, tag: &TagReport, now: Now) -> Read {
        let (first, last) = (tag.first_seen(), tag.last_seen());
        let last_ms = self.place(last.or(first), now);
        let first_ms = self.place(first.or(last), now).min(last_ms);
        Read {
            epc: tag.epc().unwrap_or(EpcBits {
                bits: 0,
                bytes: Vec::new(),
            }),
            antenna: tag.antenna().unwrap_or(0),
            rssi_dbm: tag.peak_rssi(),
            count: tag.seen_count(),
            reader_first: first,
            reader_last: last,
            first_ms,
            last_ms,
            arrived: now,
            more: More::of(tag),
        }
    }

    fn place(&self, at: Option<ReaderTime>, now: Now) -> i64 {
        let (us, offset) = match at {
            Some(ReaderTime::Utc(us)) => (us, self.utc_offset_ms),
            Some(ReaderTime::Uptime(us)) => (us, self.uptime_offset_ms),
            None => return now.unix_ms,
        };
        let placed = milliseconds(us)
            .zip(offset)
            .map(|(ms, offset)| ms.saturating_add(offset));
        let believable = now.unix_ms.saturating_sub(HELD_MS_MAX)..=now.unix_ms;
        placed
            .filter(|ms| believable.contains(ms))
            .unwrap_or(now.unix_ms)
    }
}

fn milliseconds(us: u64) -> Option<i64> {
    i64::try_from(us / 1000).ok()
}
