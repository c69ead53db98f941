//! Where in an area a tag is. Antennas of neighbouring doors and shelves hear the same tag; the
//! strongest read alone would throw it back and forth. A tag is moved only when its mean signal at
//! another place exceeds that at the present one by an offset, which is large while the present
//! place still hears it and sinks with every moment that it does not. (The idea of the location
//! model in the RFID inventory service of `EdgeX`; here in integers.)
//!
//! Where each tag is, outlives the process ([`Locator::changed`]); the signals do not: until the
//! present place has been heard again, only silence moves a tag.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::llrp::parameter::EpcBits;

/// When a tag is moved. Signals in hundredths of a dB, times in milliseconds.
#[derive(Debug, Clone)]
pub struct LocateConfig {
    /// Offset while the present place hears the tag.
    pub threshold_cdb: i64,
    /// For this long after the last read there the offset stays.
    pub hold_ms: u64,
    /// By how much it sinks in a second after that.
    pub slope_cdb_per_s: i64,
    /// A tag unheard for this long is forgotten.
    pub forget_ms: u64,
}

impl Default for LocateConfig {
    fn default() -> Self {
        Self {
            threshold_cdb: 600,
            hold_ms: 500,
            slope_cdb_per_s: 800,
            forget_ms: 600_000,
        }
    }
}

/// Signals of one tag at one place that the mean is taken over.
const SIGNALS_MAX: usize = 20;
/// Tags remembered; beyond it those unheard for longest are forgotten.
const TAGS_MAX: usize = 200_000;

/// Follows tags through areas.
#[derive(Debug)]
pub struct Locator {
    config: LocateConfig,
    tags: BTreeMap<(usize, EpcBits), Tag>,
    moves: u64,
    /// Tags that came, moved or were forgotten since this was last asked for.
    changed: BTreeSet<(usize, EpcBits)>,
}

#[derive(Debug)]
struct Tag {
    place: usize,
    heard_at: u64,
    cells: BTreeMap<usize, Cell>,
}

#[derive(Debug, Default)]
struct Cell {
    signals: VecDeque<i32>,
    heard_at: u64,
}

impl Locator {
    /// No tags yet.
    pub fn new(config: LocateConfig) -> Self {
        Self {
            config,
            tags: BTreeMap::new(),
            moves: 0,
            changed: BTreeSet::new(),
        }
    }

    /// Takes a read of a tag at `heard` (a place of the area) at monotonic time `now_ms`; the place
    /// where the tag is.
    pub fn locate(
        &mut self,
        area: usize,
        epc: &EpcBits,
        (heard, rssi_cdbm): (usize, Option<i32>),
        now_ms: u64,
    ) -> usize {
        if self.tags.len() >= TAGS_MAX {
            self.forget(now_ms, self.config.forget_ms / 10);
        }
        let key = (area, epc.clone());
        let mut is_changed = false;
        let tag = self.tags.entry(key.clone()).or_insert_with(|| {
            is_changed = true;
            Tag {
                place: heard,
                heard_at: now_ms,
                cells: BTreeMap::new(),
            }
        });
        tag.heard_at = tag.heard_at.max(now_ms);
        let cell = tag.cells.entry(heard).or_default();
        cell.heard_at = cell.heard_at.max(now_ms);
        cell.signals.extend(rssi_cdbm);
        while cell.signals.len() > SIGNALS_MAX {
            cell.signals.pop_front();
        }
        if tag.place != heard && tag.is_nearer(heard, &self.config, now_ms) {
            tag.place = heard;
            self.moves += 1;
            is_changed = true;
        }
        let place = tag.place;
        if is_changed {
            self.changed.insert(key);
        }
        place
    }

    /// Takes up where a tag was when an earlier process died.
    pub fn restore(&mut self, area: usize, epc: EpcBits, place: usize, now_ms: u64) {
        let heard = Cell {
            signals: VecDeque::new(),
            heard_at: now_ms,
        };
        let tag = Tag {
            place,
            heard_at: now_ms,
            cells: BTreeMap::from([(place, heard)]),
        };
        self.tags.insert((area, epc), tag);
    }

    /// Tags that came or moved since this was last asked, with their area and place; those that
    /// were forgotten have none.
    pub fn changed(&mut self) -> Vec<((usize, EpcBits), Option<usize>)> {
        let changed = std::mem::take(&mut self.changed).into_iter();
        changed
            .map(|key| {
                let place = self.tags.get(&key).map(|tag| tag.place);
                (key, place)
            })
            .collect()
    }

    /// Forgets tags that were not heard for long.
    pub fn tick(&mut self, now_ms: u64) {
        self.forget(now_ms, self.config.forget_ms);
    }

    fn forget(&mut self, now_ms: u64, after_ms: u64) {
        let changed = &mut self.changed;
        self.tags.retain(|key, tag| {
            let stays = tag.heard_at + after_ms > now_ms;
            if !stays {
                changed.insert(key.clone());
            }
            stays
        });
    }

    /// How often tags were moved.
    pub fn moves(&self) -> u64 {
        self.moves
    }

    /// Tags remembered.
    pub fn len(&self) -> usize {
        self.tags.len()
    }

    /// Whether no tag is remembered.
    pub fn is_empty(&self) -> bool {
        self.tags.is_empty()
    }
}

impl Tag {
    fn is_nearer(&self, other: usize, config: &LocateConfig, now_ms: u64) -> bool {
        let present = self.cells.get(&self.place);
        let age = present.map_or(u64::MAX, |cell| now_ms.saturating_sub(cell.heard_at));
        let beyond = age.saturating_sub(config.hold_ms);
        let beyond = i64::try_from(beyond).unwrap_or(i64::MAX / 2);
        let sunk = config.slope_cdb_per_s.saturating_mul(beyond) / 1000;
        let offset = config.threshold_cdb.saturating_sub(sunk);
        let mean = |cell: Option<&Cell>| cell.and_then(Cell::mean);
        match (mean(self.cells.get(&other)), mean(present)) {
            (Some(new), Some(old)) => new > old.saturating_add(offset),
            // Without signals only silence moves a tag.
            _ => offset < 0,
        }
    }
}

impl Cell {
    fn mean(&self) -> Option<i64> {
        let count = i64::try_from(self.signals.len())
            .ok()
            .filter(|it| *it > 0)?;
        let sum: i64 = self.signals.iter().map(|it| i64::from(*it)).sum();
        Some(sum / count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays `time place rssi` rows; where the tag is after each.
    fn play(rows: &str) -> Vec<usize> {
        let epc = EpcBits::from_bytes(&[1]).unwrap();
        let mut locator = Locator::new(LocateConfig::default());
        rows.lines()
            .map(|row| {
                let field: Vec<&str> = row.split_whitespace().collect();
                let place = field[1].parse().unwrap();
                let rssi = field[2].parse::<i32>().ok().map(|dbm| dbm * 100);
                locator.locate(0, &epc, (place, rssi), field[0].parse().unwrap())
            })
            .collect()
    }

    #[test]
    fn a_tag_stays_until_another_place_is_clearly_nearer() {
        // 5 dB more are not enough while the first place hears it, 7 dB are.
        assert_eq!(
            play("0 1 -60\n100 2 -55\n200 1 -60\n300 2 -55"),
            [1, 1, 1, 1]
        );
        assert_eq!(play("0 1 -60\n100 2 -53"), [1, 2]);
        // Where it has been moved it stays as well.
        assert_eq!(play("0 1 -60\n100 2 -53\n200 1 -58"), [1, 2, 2]);
    }

    #[test]
    fn silence_lets_it_go() {
        // The offset is 6 dB until 500 ms, 0 dB at 1,250 ms, then negative.
        assert_eq!(play("0 1 -60\n500 2 -55\n900 2 -55"), [1, 1, 2]);
        assert_eq!(play("0 1 -60\n1200 2 -60\n1300 2 -60"), [1, 1, 2]);
        assert_eq!(
            play("0 1 -60\n60000 2 -80"),
            [1, 2],
            "it is heard nowhere else"
        );
    }

    #[test]
    fn one_loud_read_among_many_moves_nothing() {
        let weak: Vec<String> = (1..10).map(|at| format!("{at} 2 -66")).collect();
        let rows = format!("0 1 -60\n{}\n20 1 -60\n21 2 -40", weak.join("\n"));
        assert_eq!(*play(&rows).last().unwrap(), 1);
    }

    #[test]
    fn without_signals_only_silence_moves_it() {
        assert_eq!(play("0 1 -\n100 2 -\n1250 2 -\n1400 2 -"), [1, 1, 1, 2]);
    }

    #[test]
    fn where_a_tag_is_outlives_the_process() {
        let epc = EpcBits::from_bytes(&[1]).unwrap();
        let mut locator = Locator::new(LocateConfig::default());
        locator.locate(0, &epc, (1, Some(-6_000)), 0);
        let key = (0, epc.clone());
        assert_eq!(locator.changed(), [(key.clone(), Some(1))]);
        locator.locate(0, &epc, (2, Some(-5_800)), 10);
        assert_eq!(locator.changed(), [], "heard elsewhere, but not moved");
        // The next process: the loud neighbour alone does not move it, silence does.
        let mut next = Locator::new(LocateConfig::default());
        next.restore(0, epc.clone(), 1, 0);
        assert_eq!(next.changed(), [], "it is on disk already");
        assert_eq!(next.locate(0, &epc, (2, Some(-4_000)), 100), 1);
        assert_eq!(next.locate(0, &epc, (1, Some(-6_000)), 150), 1);
        assert_eq!(next.locate(0, &epc, (2, Some(-4_000)), 200), 2);
        assert_eq!(next.changed(), [(key.clone(), Some(2))]);
        next.tick(600_300);
        assert_eq!(next.changed(), [(key, None)]);
    }

    #[test]
    fn areas_and_tags_do_not_mix_and_are_forgotten() {
        let mut locator = Locator::new(LocateConfig::default());
        let (a, b) = (
            EpcBits::from_bytes(&[1]).unwrap(),
            EpcBits::from_bytes(&[2]).unwrap(),
        );
        locator.locate(0, &a, (1, Some(-5_000)), 0);
        assert_eq!(locator.locate(1, &a, (7, Some(-9_000)), 1), 7);
        assert_eq!(locator.locate(0, &b, (2, Some(-9_000)), 1), 2);
        assert_eq!(locator.len(), 3);
        locator.locate(0, &a, (1, None), 599_000);
        locator.tick(600_001);
        assert_eq!((locator.len(), locator.moves()), (1, 0));
        locator.tick(2_000_000);
        assert!(locator.is_empty());
    }
}
