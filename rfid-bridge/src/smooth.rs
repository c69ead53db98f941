//! From reads to observations. A tag in a door is read tens or hundreds of times; what the ledger
//! wants is one sentence: this tag passed here, between then and then, best seen by that antenna.
//! A passage begins with the first read of a tag at a reader and ends when the tag has not been
//! read for the idle time. Nothing is dropped silently: every read is either counted in an
//! observation or counted among the suppressed, and the two add up to all reads.
//!
//! Windows run on the monotonic clock (a step of the wall clock must not close them), observations
//! carry the wall clock.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::direction::Direction;
use crate::llrp::parameter::EpcBits;
use crate::llrp::tag::ReaderTime;
use crate::source::TagRead;

/// When a passage ends and what counts as one. Times in milliseconds.
#[derive(Debug, Clone)]
pub struct SmoothConfig {
    /// A tag that was not read for this long has passed.
    pub idle_ms: u64,
    /// A tag that stays is told after this long, and then not again until it has been away.
    pub passage_ms_max: u64,
    /// Reads weaker than this are strays.
    pub rssi_floor_dbm: Option<i8>,
    /// Passages of fewer reads are strays.
    pub reads_min: u32,
}

impl Default for SmoothConfig {
    fn default() -> Self {
        Self {
            idle_ms: 2_000,
            passage_ms_max: 30_000,
            rssi_floor_dbm: None,
            reads_min: 1,
        }
    }
}

/// One tag's passage at one reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// Number of the passage: none is given twice.
    pub number: u64,
    /// Where, by its place in the configuration.
    pub place: usize,
    /// The tag.
    pub epc: EpcBits,
    /// TID memories read with that EPC, at most [`TIDS_MAX`]; more than one is two tags with one
    /// EPC.
    pub tids: Vec<Vec<u8>>,
    /// The port with the strongest read; between equals the one with more reads.
    pub antenna: u16,
    /// When each antenna first and last heard it.
    pub antennas: Vec<AntennaSeen>,
    /// The strongest read in hundredths of a dBm, when told.
    pub rssi_cdbm: Option<i32>,
    /// Sightings, at least 1.
    pub reads: u32,
    /// First sighting, gateway's wall clock, ms since the Unix epoch.
    pub first_ms: i64,
    /// Last sighting, gateway's wall clock, ms since the Unix epoch.
    pub last_ms: i64,
    /// First sighting by the reader's own clock.
    pub reader_first: Option<ReaderTime>,
    /// Last sighting by the reader's own clock.
    pub reader_last: Option<ReaderTime>,
}

/// What one antenna heard of a passage. Gateway's wall clock, ms since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AntennaSeen {
    /// Port.
    pub port: u16,
    /// First sighting.
    pub first_ms: i64,
    /// Last sighting.
    pub last_ms: i64,
}

/// Sightings that are in no observation, by the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Suppressed {
    /// Tags without an EPC.
    pub no_epc: u64,
    /// Below the signal floor.
    pub weak: u64,
    /// Of passages with too few.
    pub few: u64,
    /// Of tags that stayed after they had been told.
    pub parked: u64,
    /// Of passages while nothing went through the door.
    pub still: u64,
    /// Weak, and expected by nobody.
    pub unexpected: u64,
}

impl Suppressed {
    /// Both together.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self {
            no_epc: self.no_epc + other.no_epc,
            weak: self.weak + other.weak,
            few: self.few + other.few,
            parked: self.parked + other.parked,
            still: self.still + other.still,
            unexpected: self.unexpected + other.unexpected,
        }
    }
}

/// What became of the reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Totals {
    /// Sightings that came in.
    pub reads: u64,
    /// Observations that went out.
    pub observations: u64,
    /// Sightings counted in those.
    pub observed: u64,
    /// Sightings of tags without an EPC.
    pub suppressed_no_epc: u64,
    /// Sightings below the signal floor.
    pub suppressed_weak: u64,
    /// Sightings of passages with too few.
    pub suppressed_few: u64,
    /// Sightings of tags that stayed after they had been told.
    pub suppressed_parked: u64,
    /// Sightings of passages while nothing went through the door.
    pub suppressed_still: u64,
    /// Weak sightings of what nobody expected.
    pub suppressed_unexpected: u64,
}

/// Why an observation is a stray after all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stray {
    /// Nothing went through the door.
    Still,
    /// It was told when it went through, and is still there.
    Parked,
    /// Weak, and expected by nobody.
    Unexpected,
}

/// Tags that may be in all fields at once; beyond it passages are closed early, not dropped.
pub const TAGS_OPEN_MAX: usize = 200_000;

/// Collects reads into observations.
#[derive(Debug)]
pub struct Smoother {
    config: SmoothConfig,
    /// What its times are multiplied by.
    pace: u64,
    open: BTreeMap<(usize, EpcBits), Passage>,
    totals: Totals,
    /// Since the last event of each place.
    suppressed: BTreeMap<usize, Suppressed>,
    next: u64,
    /// Passages that began since they were last asked for.
    begun: Vec<(usize, EpcBits)>,
    /// Others that changed, likewise.
    changed: Vec<(usize, EpcBits)>,
    /// Passages that ended without an observation, likewise.
    ended: Vec<u64>,
    /// Passages of an earlier process that a later one of the same tag has followed.
    over: Vec<((usize, EpcBits), Passage)>,
    /// Idle times of those that have crossed a door, by its place.
    doors: BTreeMap<usize, u64>,
    /// Passages of what had been told on its way through a door before, by number.
    after: BTreeMap<u64, Direction>,
    /// Until when a place whose source is deaf keeps its passages open, monotonic ms.
    held: BTreeMap<usize, u64>,
}

/// TID memories told for one EPC.
pub const TIDS_MAX: usize = 4;

#[derive(Debug)]
struct Passage {
    number: u64,
    /// It is among the changed.
    dirty: bool,
    tids: Vec<Vec<u8>>,
    began_at: u64,
    heard_at: u64,
    told: bool,
    way: Way,
    reads: u32,
    antennas: BTreeMap<u16, Antenna>,
    first_ms: i64,
    last_ms: i64,
    reader_first: Option<ReaderTime>,
    reader_last: Option<ReaderTime>,
}

/// What one antenna heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Antenna {
    /// Strongest signal.
    rssi_cdbm: Option<i32>,
    /// Sightings.
    reads: u32,
    first_ms: i64,
    last_ms: i64,
}

impl Smoother {
    /// An empty smoother.
    pub fn new(config: SmoothConfig) -> Self {
        Self {
            config,
            pace: 1,
            open: BTreeMap::new(),
            totals: Totals::default(),
            suppressed: BTreeMap::new(),
            next: 0,
            begun: Vec::new(),
            changed: Vec::new(),
            ended: Vec::new(),
            over: Vec::new(),
            doors: BTreeMap::new(),
            after: BTreeMap::new(),
            held: BTreeMap::new(),
        }
    }

    /// Counts on from these totals.
    pub fn count_from(&mut self, totals: Totals) {
        self.totals = totals;
    }

    /// From now on passages are collected `factor` times as long.
    pub fn pace(&mut self, factor: u64) {
        self.pace = factor;
    }

    fn idle_ms(&self) -> u64 {
        self.config.idle_ms.saturating_mul(self.pace)
    }

    /// Takes one read at a place; returns what had to be closed early to stay within
    /// [`TAGS_OPEN_MAX`], normally nothing.
    pub fn read(&mut self, place: usize, read: &TagRead) -> Vec<Observation> {
        let count = u64::from(read.count);
        self.totals.reads += count;
        if read.epc.bits == 0 {
            self.totals.suppressed_no_epc += count;
            self.suppressed.entry(place).or_default().no_epc += count;
            return Vec::new();
        }
        let floor = self.config.rssi_floor_dbm;
        if floor
            .zip(read.rssi_cdbm)
            .is_some_and(|(floor, rssi)| rssi < i32::from(floor) * 100)
        {
            self.totals.suppressed_weak += count;
            self.suppressed.entry(place).or_default().weak += count;
            return Vec::new();
        }
        let now = read.arrived.mono_ms;
        let mut early = if self.open.len() >= TAGS_OPEN_MAX {
            self.flush()
        } else {
            Vec::new()
        };
        let key = (place, read.epc.clone());
        if self
            .open
            .get(&key)
            .is_some_and(|it| it.is_before(read, self.idle_ms()))
        {
            early.extend(self.close(&key));
        }
        self.begin_again(&key);
        let next = &mut self.next;
        let passage = self.open.entry(key.clone()).or_insert_with(|| {
            *next += 1;
            Passage::begin(read, *next - 1)
        });
        passage.heard_at = passage.heard_at.max(now);
        if passage.told {
            self.totals.suppressed_parked += count;
            self.suppressed.entry(place).or_default().parked += count;
            return early;
        }
        passage.add(read);
        if !passage.dirty {
            passage.dirty = true;
            let is_new = passage.reads == read.count;
            let list = if is_new {
                &mut self.begun
            } else {
                &mut self.changed
            };
            list.push(key);
        }
        early
    }

    /// Ends a passage.
    fn close(&mut self, key: &(usize, EpcBits)) -> Option<Observation> {
        let passage = self.open.remove(key)?;
        if passage.told {
            return None;
        }
        let reads_min = self.config.reads_min;
        let told = passage.tell(key, reads_min, &mut self.totals);
        if told.is_none() {
            self.few(key.0, passage.number, passage.reads);
        }
        told
    }

    fn few(&mut self, place: usize, number: u64, reads: u32) {
        self.ended.push(number);
        self.after.remove(&number);
        self.suppressed.entry(place).or_default().few += u64::from(reads);
    }

    /// Takes an observation back as a stray.
    pub fn take_back(&mut self, observation: &Observation, why: Stray) {
        let reads = u64::from(observation.reads);
        self.totals.observations -= 1;
        self.totals.observed -= reads;
        self.ended.push(observation.number);
        let here = self.suppressed.entry(observation.place).or_default();
        match why {
            Stray::Still => {
                here.still += reads;
                self.totals.suppressed_still += reads;
            }
            Stray::Parked => {
                here.parked += reads;
                self.totals.suppressed_parked += reads;
            }
            Stray::Unexpected => {
                here.unexpected += reads;
                self.totals.suppressed_unexpected += reads;
            }
        }
    }

    /// What was suppressed at a place since this was last asked.
    pub fn suppressed(&mut self, place: usize) -> Suppressed {
        self.suppressed.remove(&place).unwrap_or_default()
    }

    /// The passages that are over, and those that have lasted long enough to be told.
    pub fn due(&mut self, now_ms: u64) -> Vec<Observation> {
        let mut out = self.overtaken();
        let (idle_ms, reads_min) = (self.idle_ms(), self.config.reads_min);
        let stay_ms = self.config.passage_ms_max.saturating_mul(self.pace);
        let (totals, mut few) = (&mut self.totals, Vec::new());
        let (doors, held, pace) = (&self.doors, &self.held, self.pace);
        self.open.retain(|key, passage| {
            if held.get(&key.0).is_some_and(|until| now_ms < *until) {
                return true;
            }
            let over = passage.heard_at.saturating_add(idle_ms) <= now_ms;
            let long = passage.began_at.saturating_add(stay_ms) <= now_ms;
            let crossed_ms = doors.get(&key.0).map(|ms| ms.saturating_mul(pace));
            let through = passage.is_through(crossed_ms, now_ms);
            if (over || long || through) && !passage.told {
                passage.told = true;
                passage.way.was_told(through && !over);
                match passage.tell(key, reads_min, totals) {
                    Some(observation) => out.push(observation),
                    None => few.push((key.0, passage.number, passage.reads)),
                }
            }
            !over
        });
        for (place, number, reads) in few {
            self.few(place, number, reads);
        }
        out
    }

    /// Whether a tag at a place is yet to be told.
    pub fn is_waiting(&self, place: usize) -> bool {
        let first = EpcBits {
            bits: 0,
            bytes: Vec::new(),
        };
        let mut here = self
            .open
            .range((place, first)..)
            .take_while(|(key, _)| key.0 == place);
        here.any(|(_, passage)| !passage.told)
    }

    /// Whether a tag is in the field of a place.
    pub fn is_open(&self, place: usize, epc: &EpcBits) -> bool {
        self.open.contains_key(&(place, epc.clone()))
    }

    /// Whether a tag there is yet to be told, and was read often enough.
    pub fn is_ready(&self, place: usize, epc: &EpcBits) -> bool {
        let passage = self.open.get(&(place, epc.clone()));
        passage.is_some_and(|it| !it.told && it.reads >= self.config.reads_min)
    }

    /// Tells the passages at a place that were read often enough, as if they had lasted long; what
    /// stays is not told again until it has been away.
    pub fn tell_at(&mut self, place: usize) -> Vec<Observation> {
        let mut out = Vec::new();
        let reads_min = self.config.reads_min;
        for (key, passage) in &mut self.open {
            if key.0 == place && !passage.told && passage.reads >= reads_min {
                passage.told = true;
                out.extend(passage.tell(key, reads_min, &mut self.totals));
            }
        }
        out
    }

    /// Ends all passages: the reader or the bridge stops.
    pub fn flush(&mut self) -> Vec<Observation> {
        let keys: Vec<(usize, EpcBits)> = self.open.keys().cloned().collect();
        let mut out = self.overtaken();
        out.extend(keys.iter().filter_map(|key| self.close(key)));
        out
    }

    fn overtaken(&mut self) -> Vec<Observation> {
        let mut out = Vec::new();
        for (key, passage) in std::mem::take(&mut self.over) {
            match passage.tell(&key, self.config.reads_min, &mut self.totals) {
                Some(observation) => out.push(observation),
                None => self.few(key.0, passage.number, passage.reads),
            }
        }
        out
    }

    /// Tags in a field now.
    pub fn open(&self) -> usize {
        self.open.len()
    }

    /// What became of the reads so far; those of open passages are in `reads` only.
    pub fn totals(&self) -> Totals {
        self.totals
    }
}

impl Passage {
    /// By the reader's own clock the tag was away for longer than the idle time, although both
    /// reads came together: they were held somewhere on the way.
    fn is_before(&self, read: &TagRead, idle_ms: u64) -> bool {
        let (Some(ReaderTime::Utc(last)), Some(ReaderTime::Utc(first))) =
            (self.reader_last, read.reader_first)
        else {
            return false;
        };
        first.saturating_sub(last) > idle_ms.saturating_mul(1000)
    }

    fn begin(read: &TagRead, number: u64) -> Self {
        Self {
            number,
            dirty: false,
            tids: Vec::new(),
            began_at: read.arrived.mono_ms,
            heard_at: read.arrived.mono_ms,
            told: false,
            way: Way::default(),
            reads: 0,
            antennas: BTreeMap::new(),
            first_ms: read.first_ms,
            last_ms: read.last_ms,
            reader_first: read.reader_first,
            reader_last: read.reader_last,
        }
    }

    fn add(&mut self, read: &TagRead) {
        let count = read.count;
        let is_new = !read.tid.is_empty() && !self.tids.contains(&read.tid);
        if is_new && self.tids.len() < TIDS_MAX {
            self.tids.push(read.tid.clone());
        }
        self.reads = self.reads.saturating_add(count);
        let antenna = self.antennas.entry(read.antenna).or_insert(Antenna {
            rssi_cdbm: None,
            reads: 0,
            first_ms: read.first_ms,
            last_ms: read.last_ms,
        });
        antenna.rssi_cdbm = antenna.rssi_cdbm.max(read.rssi_cdbm);
        antenna.reads = antenna.reads.saturating_add(count);
        antenna.first_ms = antenna.first_ms.min(read.first_ms);
        antenna.last_ms = antenna.last_ms.max(read.last_ms);
        if read.first_ms < self.first_ms {
            self.first_ms = read.first_ms;
            self.reader_first = read.reader_first;
        }
        if read.last_ms >= self.last_ms {
            self.last_ms = read.last_ms;
            self.reader_last = read.reader_last;
        }
    }

    fn tell(
        &self,
        (place, epc): &(usize, EpcBits),
        reads_min: u32,
        totals: &mut Totals,
    ) -> Option<Observation> {
        if self.reads < reads_min {
            totals.suppressed_few += u64::from(self.reads);
            return None;
        }
        let best = self
            .antennas
            .iter()
            .max_by_key(|(port, it)| (it.rssi_cdbm, it.reads, std::cmp::Reverse(**port)));
        let (antenna, rssi_cdbm) = best.map_or((0, None), |(port, it)| (*port, it.rssi_cdbm));
        let antennas = self.antennas.iter().map(|(port, it)| AntennaSeen {
            port: *port,
            first_ms: it.first_ms,
            last_ms: it.last_ms,
        });
        totals.observations += 1;
        totals.observed += u64::from(self.reads);
        Some(Observation {
            number: self.number,
            place: *place,
            epc: epc.clone(),
            tids: self.tids.clone(),
            antenna,
            antennas: antennas.collect(),
            rssi_cdbm,
            reads: self.reads,
            first_ms: self.first_ms,
            last_ms: self.last_ms,
            reader_first: self.reader_first,
            reader_last: self.reader_last,
        })
    }
}

mod crossed;
pub mod kept;
mod over;

use crossed::Way;

#[cfg(test)]
mod tests;
