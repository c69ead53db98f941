//! The ways of all packs of a lot, laid on top of each other: packs that came to the same lane by
//! the same event are one stay, those that went from one stay to another in the same container one
//! movement. So what is kept grows with the events of the lot and not with its packs. Knows
//! nothing of the state: lanes, events and containers are numbers.

use std::collections::BTreeMap;

use super::TraceSum;

/// Where a pack was, one stay after the other, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Way {
    /// At least one.
    pub(super) stays: Vec<Stay>,
    pub(super) end: End,
}

/// One pack at one lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stay {
    pub(super) lane: u32,
    /// The event by which it came.
    pub(super) event: u32,
    pub(super) from_ms: i64,
    /// When it left, or was last heard of there.
    pub(super) last_ms: i64,
    /// How it came; `None` where the way begins.
    pub(super) came: Option<Came>,
}

/// A movement that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Came {
    pub(super) left_ms: i64,
    pub(super) unit: Option<u32>,
    pub(super) steps: [Option<&'static str>; 2],
}

/// How a way ends for now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct End {
    pub(super) status: &'static str,
    pub(super) over: bool,
    pub(super) held: bool,
    /// When it got that status.
    pub(super) at_ms: i64,
    pub(super) leaves: Option<Leaves>,
}

/// A movement that has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Leaves {
    pub(super) lane: Option<u32>,
    pub(super) left_ms: i64,
    pub(super) unit: Option<u32>,
    pub(super) step: Option<&'static str>,
}

impl Stay {
    pub(super) fn new(lane: u32, event: u32, from_ms: i64) -> Self {
        Self {
            lane,
            event,
            from_ms,
            last_ms: from_ms,
            came: None,
        }
    }
}

/// Packs that came to a lane by one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stood {
    pub(super) lane: u32,
    pub(super) from_ms: i64,
    pub(super) last_ms: i64,
    pub(super) packs: usize,
    pub(super) made: usize,
}

/// Packs that went from one stay to another, or are on their way to a lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Moved {
    pub(super) from: u32,
    pub(super) to: Target,
    pub(super) unit: Option<u32>,
    pub(super) packs: usize,
    pub(super) left_ms: i64,
    pub(super) came_ms: Option<i64>,
    pub(super) steps: [Option<&'static str>; 2],
}

/// Where a movement goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    /// It ended in this stay.
    Stay(u32),
    /// It has not ended; the lane it goes to, where it is known.
    Lane(Option<u32>),
}

/// Packs of one stay that went no further.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ended {
    pub(super) stay: u32,
    pub(super) status: &'static str,
    pub(super) over: bool,
    pub(super) packs: usize,
    pub(super) first_ms: i64,
    pub(super) last_ms: i64,
}

/// All ways of a lot.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) sum: TraceSum,
    pub(super) stays: Vec<Stood>,
    pub(super) moves: Vec<Moved>,
    pub(super) ends: Vec<Ended>,
    stay_of: Rows<(u32, u32)>,
    move_of: Rows<(u32, Target, Option<u32>)>,
    end_of: Rows<(u32, &'static str)>,
}

/// Rows by key; packs stand beside others of the same way, so the last row is mostly the next.
#[derive(Debug)]
struct Rows<K> {
    rows: BTreeMap<K, u32>,
    last: Option<(K, u32)>,
}

impl<K> Default for Rows<K> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
            last: None,
        }
    }
}

impl<K: Copy + Ord> Rows<K> {
    /// The row of a key, and whether it is new: then it is `next`.
    fn row(&mut self, key: K, next: usize) -> (u32, bool) {
        if let Some((_, row)) = self.last.filter(|(last, _)| *last == key) {
            return (row, false);
        }
        let next = crate::state::number(next);
        let row = *self.rows.entry(key).or_insert(next);
        self.last = Some((key, row));
        (row, row == next)
    }

    fn find(&self, key: &K) -> Option<u32> {
        self.rows.get(key).copied()
    }
}

impl Gathered {
    /// Adds the way of one pack.
    pub(super) fn add(&mut self, way: &Way) {
        let mut before: Option<u32> = None;
        for stay in &way.stays {
            let row = self.stand(stay);
            if let (Some(from), Some(came)) = (before, stay.came) {
                self.move_on(Moved {
                    from,
                    to: Target::Stay(row),
                    unit: came.unit,
                    packs: 1,
                    left_ms: came.left_ms,
                    came_ms: Some(stay.from_ms),
                    steps: came.steps,
                });
            }
            before = Some(row);
        }
        let Some(stay) = before else { return };
        self.count(&way.end);
        self.end(stay, &way.end);
        if let Some(leaves) = way.end.leaves {
            self.move_on(Moved {
                from: stay,
                to: Target::Lane(leaves.lane),
                unit: leaves.unit,
                packs: 1,
                left_ms: leaves.left_ms,
                came_ms: None,
                steps: [leaves.step, None],
            });
        }
    }

    /// The row of a stay that was added.
    pub(super) fn row_of(&self, stay: &Stay) -> Option<u32> {
        self.stay_of.find(&(stay.lane, stay.event))
    }

    fn count(&mut self, end: &End) {
        let sum = &mut self.sum;
        sum.made += 1;
        match (end.over, end.held) {
            (true, _) => sum.terminal += 1,
            (false, true) => sum.located += 1,
            (false, false) => sum.unknown += 1,
        }
        match sum.by_status.get_mut(end.status) {
            Some(count) => *count += 1,
            None => {
                sum.by_status.insert(end.status.to_owned(), 1);
            }
        }
    }

    fn stand(&mut self, stay: &Stay) -> u32 {
        let (row, new) = self.stay_of.row((stay.lane, stay.event), self.stays.len());
        if new {
            self.stays.push(Stood {
                lane: stay.lane,
                from_ms: stay.from_ms,
                last_ms: stay.last_ms,
                packs: 0,
                made: 0,
            });
        }
        if let Some(known) = self.stays.get_mut(crate::state::index(row)) {
            known.packs += 1;
            known.made += usize::from(stay.came.is_none());
            known.from_ms = known.from_ms.min(stay.from_ms);
            known.last_ms = known.last_ms.max(stay.last_ms);
        }
        row
    }

    fn move_on(&mut self, moved: Moved) {
        let key = (moved.from, moved.to, moved.unit);
        let (row, new) = self.move_of.row(key, self.moves.len());
        if new {
            self.moves.push(moved);
            return;
        }
        if let Some(known) = self.moves.get_mut(crate::state::index(row)) {
            known.packs += 1;
            known.left_ms = known.left_ms.min(moved.left_ms);
            known.came_ms = known.came_ms.max(moved.came_ms);
        }
    }

    fn end(&mut self, stay: u32, end: &End) {
        let (row, new) = self.end_of.row((stay, end.status), self.ends.len());
        if new {
            self.ends.push(Ended {
                stay,
                status: end.status,
                over: end.over,
                packs: 0,
                first_ms: end.at_ms,
                last_ms: end.at_ms,
            });
        }
        if let Some(known) = self.ends.get_mut(crate::state::index(row)) {
            known.packs += 1;
            known.first_ms = known.first_ms.min(end.at_ms);
            known.last_ms = known.last_ms.max(end.at_ms);
        }
    }
}
