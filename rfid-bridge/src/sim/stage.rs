//! A [`Script`] being played: which tags answer in which inventory round, and which cues are due.
//! Time is an argument; what the script leaves open (who answers when, on which of several
//! antennas) comes from a seed.

use super::door::{Random, Round, Sighting};
use super::script::{Cue, Event, Group, Script, What};

/// A script and how far it is.
#[derive(Debug)]
pub struct Stage {
    script: Script,
    interval_ms: u64,
    antennas: u16,
    random: Random,
    /// Zero of the script on the clock; moves on with each repetition.
    zero: Option<u64>,
    /// Index of the next event.
    next: usize,
    groups: Vec<Present>,
    round_at: u64,
    passages: u64,
}

/// A group in the field.
#[derive(Debug)]
struct Present {
    group: Group,
    since: u64,
    unread: Vec<bool>,
}

impl Stage {
    /// A stage before its script begins.
    pub fn new(script: Script, interval_ms: u64, antennas: u16, seed: u64) -> Self {
        Self {
            script,
            interval_ms: interval_ms.max(1),
            antennas: antennas.max(1),
            random: Random::new(seed),
            zero: None,
            next: 0,
            groups: Vec::new(),
            round_at: 0,
            passages: 0,
        }
    }

    /// Antenna ports.
    pub fn antennas(&self) -> u16 {
        self.antennas
    }

    /// Groups that came and went.
    pub fn passages(&self) -> u64 {
        self.passages
    }

    /// The script begins, unless it has.
    pub fn begin(&mut self, now_ms: u64) {
        self.zero.get_or_insert(now_ms);
    }

    /// When something is due on the stage, whoever looks.
    pub fn due_at(&self) -> Option<u64> {
        let zero = self.zero?;
        let event = self.script.events.get(self.next);
        let again = self.script.again_ms.filter(|_| event.is_none());
        event.map(|event| event.at_ms).or(again).map(|at| zero + at)
    }

    /// When the next inventory round would find somebody.
    pub fn round_at(&self) -> Option<u64> {
        (!self.groups.is_empty()).then_some(self.round_at)
    }

    /// Lets happen what is due; returns the cues for the reader.
    pub fn cues(&mut self, now_ms: u64) -> Vec<Cue> {
        let mut cues = Vec::new();
        while let (Some(zero), Some(due)) = (self.zero, self.due_at()) {
            if due > now_ms {
                break;
            }
            let Some(Event { what, .. }) = self.script.events.get(self.next).cloned() else {
                self.zero = Some(zero + self.script.again_ms.unwrap_or(0));
                self.next = 0;
                continue;
            };
            self.next += 1;
            match what {
                What::Cue(cue) => cues.push(cue),
                What::Group(group) => self.enter(group, due),
            }
        }
        cues
    }

    fn enter(&mut self, group: Group, at: u64) {
        if self.groups.is_empty() {
            self.round_at = at;
        }
        let unread = vec![group.sure; group.tags.clone().count()];
        self.groups.push(Present {
            group,
            since: at,
            unread,
        });
    }

    /// Makes the inventory round that is due, on the given ports (empty for all).
    pub fn round(&mut self, ports: &[u16], now_ms: u64) -> Round {
        if self.groups.is_empty() || self.round_at > now_ms {
            return Round::default();
        }
        let interval = self.interval_ms;
        let mut sightings = Vec::new();
        for present in &mut self.groups {
            present.round(&mut self.random, ports, (now_ms, interval), &mut sightings);
        }
        let before = self.groups.len();
        let over = |present: &Present| present.since + present.group.for_ms < now_ms + interval;
        self.groups.retain(|present| !over(present));
        let gone = before - self.groups.len();
        self.passages += u64::try_from(gone).unwrap_or(0);
        self.round_at = now_ms + interval;
        Round {
            sightings,
            last: gone > 0,
        }
    }
}

impl Present {
    fn round(
        &mut self,
        random: &mut Random,
        ports: &[u16],
        (now, interval): (u64, u64),
        into: &mut Vec<Sighting>,
    ) {
        let group = &self.group;
        let (age, stay) = (now.saturating_sub(self.since), group.for_ms.max(1));
        let last = age + interval > stay;
        let share = 1_000 * age.min(stay) / stay;
        for (at, unread) in self.unread.iter_mut().enumerate() {
            let set = if random.below(1_000) < share {
                &group.to
            } else {
                &group.from
            };
            let heard: Vec<u16> = set
                .iter()
                .copied()
                .filter(|port| ports.is_empty() || ports.contains(port))
                .collect();
            let answers = random.below(100) < u64::from(group.percent);
            let pick = random.below(u64::try_from(heard.len().max(1)).unwrap_or(1));
            let noise = random.below(4);
            let must = last && *unread;
            if !(answers || must) {
                continue;
            }
            let antenna = usize::try_from(pick).ok().and_then(|at| heard.get(at));
            // Out of reach of the antennas in use: not even the last round finds it.
            let Some(antenna) = antenna else { continue };
            *unread = false;
            into.push(Sighting {
                tag: group.tags.start() - 1 + at,
                antenna: *antenna,
                rssi_dbm: signal(group.rssi, age, stay, noise),
            });
        }
    }
}

/// Strongest in the middle of the stay, weakest at its ends.
fn signal((low, high): (i8, i8), age: u64, stay: u64, noise: u64) -> i8 {
    let span = u64::from(high.abs_diff(low));
    let from_middle = (2 * age).abs_diff(stay).min(stay);
    let loss = (span * from_middle / stay + noise).min(span);
    i8::try_from(loss).map_or(low, |loss| high.saturating_sub(loss))
}
