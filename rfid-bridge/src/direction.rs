//! Which way something went through a door. Two light barriers say it best: the order in which
//! they are broken and cleared again. Without them the antennas on either side do: a tag that
//! comes in is heard outside first and inside last. Where neither is clear, nothing is said.

use std::collections::{BTreeSet, VecDeque};

use crate::smooth::{AntennaSeen, Observation};

/// Into the building, or out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// From outside to inside.
    In,
    /// From inside to outside.
    Out,
}

impl Direction {
    /// The word of the event.
    pub fn word(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

/// What of a door's equipment is on which side. Times in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DoorConfig {
    /// Antennas inside.
    pub inner_antennas: BTreeSet<u16>,
    /// Antennas outside.
    pub outer_antennas: BTreeSet<u16>,
    /// Inputs of the barriers inside and outside.
    pub barriers: Option<(u16, u16)>,
    /// A barrier that is broken is high; otherwise low.
    pub broken_is_high: bool,
    /// Passages without a crossing of the barriers are strays.
    pub crossing_required: bool,
    /// A tag that was heard during a crossing has passed when it was not heard for this long;
    /// after the idle time of the smoothing, like all others, unless set.
    pub crossed_idle_ms: Option<u64>,
}

/// What a change of an input means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// Something begins to go through.
    Begins,
    /// Something went through, between these times of the wall clock, ms.
    Through(i64, i64, Direction),
}

/// From the first break to the last clearing a crossing takes no longer than this, ms.
const CROSSING_MS_MAX: i64 = 15_000;
/// Tags are heard before and after they are between the barriers, ms.
const AROUND_MS: i64 = 3_000;
/// Shorter differences between two sides say nothing, ms.
const CLEAR_MS: i64 = 100;
/// Crossings remembered.
const CROSSINGS_MAX: usize = 64;

/// A door and what has gone through its barriers.
#[derive(Debug)]
pub struct Door {
    config: DoorConfig,
    broken: BTreeSet<u16>,
    begun: Option<Begun>,
    crossings: VecDeque<Crossing>,
}

/// A crossing that is not over.
#[derive(Debug, Clone, Copy)]
struct Begun {
    first: u16,
    at_ms: i64,
    both: bool,
}

#[derive(Debug, Clone, Copy)]
struct Crossing {
    from_ms: i64,
    to_ms: i64,
    /// None when it turned back.
    direction: Option<Direction>,
}

impl Door {
    /// Nothing has gone through.
    pub fn new(config: DoorConfig) -> Self {
        Self {
            config,
            broken: BTreeSet::new(),
            begun: None,
            crossings: VecDeque::new(),
        }
    }

    /// An input changed.
    pub fn input(&mut self, port: u16, high: bool, at_ms: i64) -> Option<Moved> {
        let (inner, outer) = self.config.barriers?;
        if port != inner && port != outer {
            return None;
        }
        let is_broken = high == self.config.broken_is_high;
        let was_broken = self.broken.contains(&port);
        if is_broken == was_broken {
            return None;
        }
        if is_broken {
            self.broken.insert(port);
            let is_late = |it: &Begun| at_ms - it.at_ms > CROSSING_MS_MAX;
            if let Some(begun) = self.begun.as_mut().filter(|it| !is_late(it)) {
                begun.both |= port != begun.first;
                return None;
            }
            self.begun = Some(Begun {
                first: port,
                at_ms,
                both: false,
            });
            return Some(Moved::Begins);
        }
        self.broken.remove(&port);
        let begun = self.begun.filter(|it| it.both && self.broken.is_empty())?;
        self.begun = None;
        // Who clears the barrier last that he broke first has turned back.
        let direction = (port != begun.first).then_some(if begun.first == outer {
            Direction::In
        } else {
            Direction::Out
        });
        if self.crossings.len() >= CROSSINGS_MAX {
            self.crossings.pop_front();
        }
        self.crossings.push_back(Crossing {
            from_ms: begun.at_ms,
            to_ms: at_ms,
            direction,
        });
        direction.map(|direction| Moved::Through(begun.at_ms, at_ms, direction))
    }

    /// Which way a passage went. Where nothing stands in the door's field (that is when
    /// `crossed_idle_ms` is set) a crossing while the tag was heard says more than one around it.
    pub fn direction(&self, passage: &Observation) -> Option<Direction> {
        let is_empty = self.config.crossed_idle_ms.is_some();
        let meanwhile = is_empty.then(|| self.meanwhile(passage)).flatten();
        let crossed = meanwhile.or_else(|| self.crossed(passage, AROUND_MS));
        // In and out at one time: the antennas may still know.
        crossed.or_else(|| by_antennas(&self.config, &passage.antennas))
    }

    /// The one way of all crossings while a tag was heard.
    pub fn meanwhile(&self, passage: &Observation) -> Option<Direction> {
        self.crossed(passage, 0)
    }

    /// The one way of all crossings around a passage.
    fn crossed(&self, passage: &Observation, around_ms: i64) -> Option<Direction> {
        let ways: BTreeSet<Direction> = self
            .crossings_of(passage, around_ms)
            .filter_map(|crossing| crossing.direction)
            .collect();
        ways.first().copied().filter(|_| ways.len() == 1)
    }

    /// Whether a passage is a stray, because nothing went through the barriers meanwhile.
    pub fn is_stray(&self, passage: &Observation) -> bool {
        let mut crossings = self.crossings_of(passage, AROUND_MS);
        self.config.crossing_required && crossings.next().is_none()
    }

    fn crossings_of(
        &self,
        passage: &Observation,
        around_ms: i64,
    ) -> impl Iterator<Item = &Crossing> {
        let (first, last) = (passage.first_ms - around_ms, passage.last_ms + around_ms);
        self.crossings
            .iter()
            .filter(move |it| it.from_ms <= last && it.to_ms >= first)
    }
}

fn by_antennas(config: &DoorConfig, antennas: &[AntennaSeen]) -> Option<Direction> {
    let side = |ports: &BTreeSet<u16>| {
        let seen = || antennas.iter().filter(|it| ports.contains(&it.port));
        let first = seen().map(|it| it.first_ms).min()?;
        Some((first, seen().map(|it| it.last_ms).max()?))
    };
    let (inner_first, inner_last) = side(&config.inner_antennas)?;
    let (outer_first, outer_last) = side(&config.outer_antennas)?;
    let (first, last) = (inner_first - outer_first, inner_last - outer_last);
    if first >= CLEAR_MS && last >= CLEAR_MS {
        Some(Direction::In)
    } else if first <= -CLEAR_MS && last <= -CLEAR_MS {
        Some(Direction::Out)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llrp::parameter::EpcBits;

    fn door() -> Door {
        Door::new(DoorConfig {
            inner_antennas: BTreeSet::from([1, 2]),
            outer_antennas: BTreeSet::from([3]),
            barriers: Some((1, 2)),
            broken_is_high: false,
            crossing_required: true,
            crossed_idle_ms: None,
        })
    }

    /// A passage by antennas `port first last`.
    fn passage(antennas: &[(u16, i64, i64)]) -> Observation {
        let seen = |(port, first_ms, last_ms): &(u16, i64, i64)| AntennaSeen {
            port: *port,
            first_ms: *first_ms,
            last_ms: *last_ms,
        };
        Observation {
            number: 0,
            place: 0,
            epc: EpcBits::from_bytes(&[1]).unwrap(),
            tids: Vec::new(),
            antenna: 1,
            antennas: antennas.iter().map(seen).collect(),
            rssi_cdbm: None,
            reads: 1,
            first_ms: antennas.iter().map(|it| it.1).min().unwrap(),
            last_ms: antennas.iter().map(|it| it.2).max().unwrap(),
            reader_first: None,
            reader_last: None,
        }
    }

    /// Plays inputs: `2-` breaks barrier 2, `2+` clears it, a second apart from 10 s on.
    fn play(door: &mut Door, inputs: &str) {
        for (input, at) in inputs.split_whitespace().zip((10_000..).step_by(1_000)) {
            let (port, sign) = input.split_at(1);
            door.input(port.parse().unwrap(), sign == "+", at);
        }
    }

    #[test]
    fn barriers_tell_the_way_by_their_order() {
        let tag = passage(&[(1, 11_000, 12_000)]);
        for (inputs, expected, stray) in [
            ("2- 1- 2+ 1+", Some(Direction::In), false),
            ("1- 2- 1+ 2+", Some(Direction::Out), false),
            // Barriers that are too far apart to be broken at once.
            ("2- 2+ 1- 1+", Some(Direction::In), false),
            // Turned back, only reached in, and never finished.
            ("2- 1- 1+ 2+", None, false),
            ("2- 2+", None, true),
            ("2- 1-", None, true),
            ("", None, true),
            // The same state twice, and an input that is no barrier.
            ("2- 2- 7- 1- 2+ 2+ 1+", Some(Direction::In), false),
            // Two forklifts, one each way: nobody knows which had the tag.
            ("2- 1- 2+ 1+ 1- 2- 1+ 2+", None, false),
        ] {
            let mut door = door();
            play(&mut door, inputs);
            assert_eq!(door.direction(&tag), expected, "{inputs}");
            assert_eq!(door.is_stray(&tag), stray, "{inputs}");
        }
    }

    #[test]
    fn a_crossing_of_another_time_says_nothing() {
        let mut door = door();
        play(&mut door, "2- 1- 2+ 1+");
        assert!(!door.is_stray(&passage(&[(1, 16_000, 17_000)])));
        assert!(door.is_stray(&passage(&[(1, 16_001, 17_000)])));
        assert!(door.is_stray(&passage(&[(1, 0, 6_999)])));
        // One who stands in the first barrier for long begins anew.
        let mut slow = self::door();
        let inputs = [
            (2, false, 0),
            (2, true, 1),
            (1, false, 20_000),
            (1, true, 20_001),
        ];
        let told = inputs.map(|(port, high, at)| slow.input(port, high, at));
        let begins = Some(Moved::Begins);
        assert_eq!(told, [begins, None, begins, None]);
        assert!(slow.is_stray(&passage(&[(1, 20_000, 20_000)])));
    }

    #[test]
    fn where_nothing_stands_in_the_field_the_crossing_meanwhile_says_which_way() {
        let mut door = door();
        play(&mut door, "2- 1- 2+ 1+ 1- 2- 1+ 2+");
        let tag = passage(&[(1, 11_000, 12_000)]);
        assert_eq!(door.direction(&tag), None);
        door.config.crossed_idle_ms = Some(300);
        assert_eq!(door.direction(&tag), Some(Direction::In));
        let both = passage(&[(1, 11_000, 15_000)]);
        assert_eq!(door.direction(&both), None);
    }

    #[test]
    fn antennas_tell_the_way_when_they_agree() {
        for (antennas, expected) in [
            (vec![(3, 0, 500), (1, 300, 900)], Some(Direction::In)),
            (vec![(1, 0, 500), (3, 300, 900)], Some(Direction::Out)),
            (vec![(3, 0, 500), (1, 300, 550)], None),
            (vec![(3, 0, 900), (1, 300, 500)], None),
            (vec![(3, 0, 500)], None),
            (
                vec![(2, 100, 700), (1, 300, 900), (3, 0, 600)],
                Some(Direction::In),
            ),
        ] {
            assert_eq!(
                door().direction(&passage(&antennas)),
                expected,
                "{antennas:?}"
            );
        }
    }

    #[test]
    fn a_door_without_barriers_knows_no_strays() {
        let mut door = Door::new(DoorConfig::default());
        door.input(1, false, 0);
        assert!(!door.is_stray(&passage(&[(1, 0, 0)])));
    }
}
