//! What the running bridge knows of itself, in one place that everybody may read: counters and
//! latest states, written by the sources' outlet, the line and the courier, shown by the health
//! page. Nothing is decided by what stands here.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::courier::Done;
use crate::pipeline::Letters;
use crate::reader::clock;
use crate::source::{Heard, Raw, Status};

/// The board.
#[derive(Debug)]
pub struct Board(Mutex<Figures>);

/// All that stands on it. Times are wall clock, ms since the Unix epoch.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// When the bridge started.
    pub started_ms: i64,
    /// Sources, in the order of the configuration.
    pub sources: Vec<Heardness>,
    /// What the line has done.
    pub line: LineFigures,
    /// What the courier has done.
    pub done: Done,
    /// Whether the latest word with the service was a good one; none before the first.
    pub service: Option<Result<(), String>>,
    /// When that was.
    pub service_ms: Option<i64>,
    /// When a block got its receipt last.
    pub delivered_ms: Option<i64>,
}

/// How it stands with one source.
#[derive(Debug, Clone, Default)]
pub struct Heardness {
    /// Its name.
    pub name: String,
    /// Its kind: `reader` or `feed`.
    pub kind: &'static str,
    /// What it or its connection says of itself; none for those that say nothing.
    pub state: Option<Result<String, String>>,
    /// When it was heard last.
    pub heard_ms: Option<i64>,
    /// Reports of tags.
    pub reads: u64,
    /// Messages and files.
    pub letters: u64,
    /// Times in which something may have been missed.
    pub gaps: u64,
    /// Antennas that it says are not connected.
    pub antennas_lost: BTreeSet<u16>,
}

/// What the line has done since the start.
#[derive(Debug, Clone, Copy, Default)]
pub struct LineFigures {
    /// Sightings of tags.
    pub reads: u64,
    /// Passages of tags.
    pub observations: u64,
    /// Values of sensors.
    pub samples: u64,
    /// Events put into the spool.
    pub events: u64,
    /// Messages and files.
    pub letters: Letters,
}

impl Board {
    /// A board for these sources: names and kinds, in the order of the configuration.
    pub fn new(sources: impl IntoIterator<Item = (String, &'static str)>) -> Self {
        let board = Self(Mutex::new(Figures {
            started_ms: clock::unix_ms(),
            ..Figures::default()
        }));
        board.follow(sources);
        board
    }

    /// From now on these are the sources; what is known of those that stay stays.
    pub fn follow(&self, sources: impl IntoIterator<Item = (String, &'static str)>) {
        let mut figures = self.lock();
        let mut before = std::mem::take(&mut figures.sources);
        for (name, kind) in sources {
            let known = before
                .iter()
                .position(|it| it.name == name && it.kind == kind);
            let source = known.map_or_else(
                || Heardness {
                    name,
                    kind,
                    ..Heardness::default()
                },
                |at| before.swap_remove(at),
            );
            figures.sources.push(source);
        }
    }

    /// Everything, as it is now.
    pub fn read(&self) -> Figures {
        self.lock().clone()
    }

    /// A source said something.
    pub fn heard(&self, source: usize, heard: &Heard) {
        let mut figures = self.lock();
        let Some(at) = figures.sources.get_mut(source) else {
            return;
        };
        match heard {
            Heard::Letter(_) => at.letters += 1,
            Heard::Raw(Raw::Tags(tags)) => {
                at.reads += u64::try_from(tags.len()).unwrap_or(u64::MAX);
            }
            Heard::Raw(Raw::Gap(_)) => {
                at.gaps += 1;
                return;
            }
            Heard::Raw(Raw::Status(Status::Down(why) | Status::Resting(why))) => {
                at.state = Some(Err(why.clone()));
                return;
            }
            Heard::Raw(Raw::Status(Status::Up(how))) => at.state = Some(Ok(how.clone())),
            Heard::Raw(Raw::Status(Status::Antenna { port, connected })) => {
                if *connected {
                    at.antennas_lost.remove(port);
                } else {
                    at.antennas_lost.insert(*port);
                }
            }
            Heard::Raw(_) => {}
        }
        at.heard_ms = Some(clock::unix_ms());
    }

    /// What the line has done so far.
    pub fn line(&self, done: LineFigures) {
        self.lock().line = done;
    }

    /// What the courier has done so far.
    pub fn courier(&self, done: Done) {
        let mut figures = self.lock();
        if done.delivered > figures.done.delivered {
            figures.delivered_ms = Some(clock::unix_ms());
        }
        figures.done = done;
    }

    /// The service answered, or why not.
    pub fn service(&self, word: Result<(), String>) {
        let mut figures = self.lock();
        figures.service = Some(word);
        figures.service_ms = Some(clock::unix_ms());
    }

    fn lock(&self) -> MutexGuard<'_, Figures> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Gap, GapCause};

    #[test]
    fn a_source_is_what_it_said_last() {
        let board = Board::new([("dock-1".to_owned(), "reader")]);
        let says = |raw| board.heard(0, &Heard::Raw(raw));
        says(Raw::Status(Status::Down("refused".to_owned())));
        assert_eq!(
            board.read().sources[0].heard_ms,
            None,
            "that was no word of it"
        );
        says(Raw::Status(Status::Up("inventory runs".to_owned())));
        says(Raw::Tags(Vec::new()));
        for (port, connected) in [(1, false), (2, false), (1, true)] {
            says(Raw::Status(Status::Antenna { port, connected }));
        }
        says(Raw::Gap(Gap {
            cause: GapCause::Overflow,
            from_ms: 0,
            to_ms: 0,
            lost: None,
            device: None,
        }));
        board.heard(7, &Heard::Raw(Raw::Tags(Vec::new())));
        let figures = board.read();
        let source = &figures.sources[0];
        assert_eq!(source.state, Some(Ok("inventory runs".to_owned())));
        assert_eq!((source.gaps, source.antennas_lost.clone()), (1, [2].into()));
        assert!(source.heard_ms.is_some());
        let names = ["cold-1", "dock-1"].map(|name| (name.to_owned(), "reader"));
        board.follow(names);
        let sources = board.read().sources;
        assert_eq!(
            (sources[0].gaps, sources[1].gaps),
            (0, 1),
            "what stays stays"
        );
        board.courier(Done {
            delivered: 1,
            ..Done::default()
        });
        assert!(board.read().delivered_ms.is_some());
    }
}
