//! Tags in a dock door. A pallet enters, stays for the dwell time and leaves; once per interval
//! the reader makes an inventory round in which each tag answers with some probability. A real
//! door misses a tag now and then; this one does not: the last round of a passage finds every tag
//! that has not answered yet, because a test must know what is to be found. What it does vary, by
//! a seed, is when, on which antenna and how strongly a tag is read, and how often.

use gs1::epc_binary::encode_sgtin96;
use gs1::{Gtin, Serial, Sgtin};

/// What passes the door and how.
#[derive(Debug, Clone)]
pub struct DoorConfig {
    /// EPC banks of the tags, whole 16-bit words or not.
    pub epcs: Vec<Vec<u8>>,
    /// How long the tags stay in the field, ms.
    pub dwell_ms: u64,
    /// Time between two inventory rounds, ms, at least 1.
    pub interval_ms: u64,
    /// Antenna ports, 1..=antennas.
    pub antennas: u16,
    /// Probability in percent that a tag answers in a round, 1..=100.
    pub read_percent: u8,
    /// Pause until the tags come again, ms; `None` for one passage each time the door is started.
    pub pause_ms: Option<u64>,
    /// Seed of everything that varies.
    pub seed: u64,
}

/// One answer of a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sighting {
    /// Index in [`DoorConfig::epcs`].
    pub tag: usize,
    /// Port from 1.
    pub antenna: u16,
    /// Signal in dBm.
    pub rssi_dbm: i8,
}

/// What an inventory round found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Round {
    /// Answers, in the order of the tags.
    pub sightings: Vec<Sighting>,
    /// Whether the passage ended with this round.
    pub last: bool,
}

/// A door and what is in it.
#[derive(Debug)]
pub struct Door {
    config: DoorConfig,
    random: Random,
    passage: Option<Passage>,
    passages: u64,
}

/// One passage under way or to come.
#[derive(Debug)]
struct Passage {
    starts_at: u64,
    round_at: u64,
    unread: Vec<bool>,
}

/// First serial of generated tags: ten digits, so that generated packs look like packs.
const FIRST_SERIAL: u64 = 1_000_000_001;
/// A GTIN of the GS1 company prefix that GS1 uses in its examples (952...).
const GTIN: &str = "09521321000018";
/// Digits of that company prefix.
const PREFIX_DIGITS: u8 = 7;
/// Filter value 1, "point of sale trade item" (TDS, SGTIN filter values).
const FILTER_PACK: u8 = 1;

/// SGTIN-96 EPCs of `count` distinct packs of one product, the same ones each time.
///
/// # Errors
/// When the serial numbers outgrow SGTIN-96, beyond some 270,000,000,000 tags.
pub fn generated_epcs(count: usize) -> Result<Vec<Vec<u8>>, String> {
    let gtin = Gtin::parse(GTIN).map_err(|error| error.to_string())?;
    (FIRST_SERIAL..)
        .take(count)
        .map(|number| {
            let serial = Serial::parse(&number.to_string()).map_err(|error| error.to_string())?;
            encode_sgtin96(
                &Sgtin::new(gtin.clone(), serial),
                PREFIX_DIGITS,
                FILTER_PACK,
            )
            .map(|epc| epc.to_vec())
            .map_err(|error| error.to_string())
        })
        .collect()
}

impl Door {
    /// An empty door.
    pub fn new(config: DoorConfig) -> Self {
        let random = Random(config.seed);
        Self {
            config,
            random,
            passage: None,
            passages: 0,
        }
    }

    /// The tags' EPC banks.
    pub fn epcs(&self) -> &[Vec<u8>] {
        &self.config.epcs
    }

    /// Number of antenna ports.
    pub fn antennas(&self) -> u16 {
        self.config.antennas.max(1)
    }

    /// Passages that were read to their end.
    pub fn passages(&self) -> u64 {
        self.passages
    }

    /// The inventory begins: the tags enter now.
    pub fn start(&mut self, now_ms: u64) {
        self.enter(now_ms);
    }

    /// The inventory ends.
    pub fn stop(&mut self) {
        self.passage = None;
    }

    /// When the next inventory round is due; `None` while nothing moves.
    pub fn round_at(&self) -> Option<u64> {
        self.passage.as_ref().map(|passage| passage.round_at)
    }

    /// Makes the inventory round that is due, on the given ports (empty for all).
    pub fn round(&mut self, ports: &[u16], now_ms: u64) -> Round {
        let Some(mut passage) = self.passage.take_if(|passage| passage.round_at <= now_ms) else {
            return Round::default();
        };
        let interval = self.config.interval_ms.max(1);
        let age = now_ms - passage.starts_at;
        let last = age + interval > self.config.dwell_ms;
        let mut sightings = Vec::new();
        for (tag, unread) in passage.unread.iter_mut().enumerate() {
            let answers = self.random.below(100) < u64::from(self.config.read_percent);
            if answers || (last && *unread) {
                *unread = false;
                sightings.push(self.sighting(tag, age, ports));
            }
        }
        if last {
            self.passages += 1;
            if let Some(pause) = self.config.pause_ms {
                self.enter(now_ms + pause.max(interval));
            }
        } else {
            passage.round_at = now_ms + interval;
            self.passage = Some(passage);
        }
        Round { sightings, last }
    }

    fn enter(&mut self, at: u64) {
        let unread = vec![true; self.config.epcs.len()];
        self.passage = Some(Passage {
            starts_at: at,
            round_at: at,
            unread,
        });
    }

    /// Strongest in the middle of the passage: -45 dBm there, 20 dB less at its ends, some noise.
    fn sighting(&mut self, tag: usize, age: u64, ports: &[u16]) -> Sighting {
        let dwell = self.config.dwell_ms.max(1);
        let from_middle = (2 * age).abs_diff(dwell).min(dwell);
        let loss = 20 * from_middle / dwell + self.random.below(6);
        let rssi_dbm = i8::try_from(loss).map_or(i8::MIN, |loss| (-45_i8).saturating_sub(loss));
        let antenna = if ports.is_empty() {
            let port = self.random.below(u64::from(self.antennas()));
            u16::try_from(port).unwrap_or(0) + 1
        } else {
            let count = u64::try_from(ports.len()).unwrap_or(1);
            let pick = usize::try_from(self.random.below(count)).unwrap_or(0);
            ports.get(pick).copied().unwrap_or(1)
        };
        Sighting {
            tag,
            antenna,
            rssi_dbm,
        }
    }
}

/// `SplitMix64` (Steele, Lea, Flood 2014): small, seeded, good enough for noise.
#[derive(Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`; the bias is far below what noise needs.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }
}
