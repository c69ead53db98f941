//! From what sources say to events on disk. Everything one turn of the loop takes goes into one
//! commit: rows of what is open, events of what is over, names of the letters; then the letters
//! are acknowledged.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::advices::Advices;
use super::losses::Losses;
use super::passages::{Passages, Passed};
use super::rows::{self, What};
use super::{Dropped, Letters, Once, RunError, Summary, TICK};
use crate::board::{Board, LineFigures};
use crate::config::Config;
use crate::config::feed::FeedEntry;
use crate::courier::{Done, Orders};
use crate::payload::Format;
use crate::reader::boot::Timekeeper;
use crate::reader::clock::Clock;
use crate::reload::{Control, Reread, Trial, Verdict};
use crate::samples::{SampleBatcher, Sensor, Sequences};
use crate::source::Told;
use crate::spool::Spool;
use crate::spool::keep::Change;

mod letters;
mod restored;
mod taking;

mod play;

/// Items taken in one turn; what comes while one turn is being committed waits for the next.
const TURN_MAX: usize = 256;
/// How long a change of an open passage may wait for a commit, ms; its beginning never does.
const CHANGED_MS_MAX: u64 = 1_000;
/// How often it is noted that the bridge listens, ms.
const LISTENING_MS: u64 = 5_000;
/// How long sources may take to say good-bye, ms.
const GOODBYE_MS_MAX: u64 = 6_000;

/// From raw events to spooled events.
#[derive(Debug)]
pub(super) struct Line {
    passages: Passages,
    advices: Option<Advices>,
    formats: Vec<Option<Format>>,
    sensors: BTreeMap<String, Sensor>,
    /// What is known of all others: nothing.
    unknown: Sensor,
    device: [u8; 32],
    clock: Clock,
    timekeeper: Timekeeper,
    spool: Arc<Spool>,
    orders: Arc<Orders>,
    board: Arc<Board>,
    samples: SampleBatcher,
    sequences: Sequences,
    losses: Losses,
    /// Readers that are heard.
    listening: BTreeSet<usize>,
    /// What the next commit writes.
    change: Change,
    /// In it is something that somebody should know of at once.
    urgent: bool,
    /// In it is a passage.
    passed: bool,
    changed_at: u64,
    listened_at: u64,
    events: u64,
    sampled: u64,
    letters: Letters,
    dropped: Dropped,
    /// Names of sources that say that they can be heard.
    heard: BTreeSet<String>,
    /// Those of them that could be heard before they were told to stop, by this line or, if they
    /// have not come back since, by the one before.
    was_heard: BTreeSet<String>,
    trial: Option<Trial>,
    /// Another line of this process was before it.
    goes_on: bool,
    /// Passages that it left open: their rows are ours already.
    taken_over: BTreeSet<u64>,
    /// When the last read or letter arrived, monotonic ms.
    heard_until: u64,
    from: mpsc::Receiver<Told>,
}

/// Why the work stopped.
pub(super) enum Turn {
    /// It is over.
    Over,
    /// The configuration was read again.
    Asked(Reread),
    /// All sources of the trial are heard.
    CameUp,
    /// These were not in time.
    Silent(Vec<String>),
}

impl Line {
    pub(super) fn new(
        config: &Config,
        (device, clock): ([u8; 32], Clock),
        (spool, orders, board): (Arc<Spool>, Arc<Orders>, Arc<Board>),
        from: mpsc::Receiver<Told>,
    ) -> Result<Self, RunError> {
        let readers = config.reader.iter().map(|_| Ok(None));
        let feeds = config.feed.iter().map(FeedEntry::format);
        Ok(Self {
            passages: Passages::new(config, device)?,
            advices: config.expected.as_ref().map(|it| Advices::new(&it.folder)),
            formats: readers.chain(feeds).collect::<Result<_, _>>()?,
            sensors: config.sensors()?,
            unknown: Sensor::default(),
            device,
            clock,
            timekeeper: Timekeeper::new(clock, config.device.clock_file.as_deref()),
            spool,
            orders,
            board,
            samples: SampleBatcher::new(config.sample_age_ms()),
            sequences: Sequences::default(),
            losses: Losses::default(),
            listening: BTreeSet::new(),
            change: Change::default(),
            urgent: false,
            passed: false,
            changed_at: 0,
            listened_at: 0,
            events: 0,
            sampled: 0,
            letters: Letters::default(),
            dropped: Dropped::default(),
            heard: BTreeSet::new(),
            was_heard: BTreeSet::new(),
            trial: None,
            goes_on: false,
            taken_over: BTreeSet::new(),
            heard_until: 0,
            from,
        })
    }

    /// Goes on where another line rests. What is open at places that are the same waits until
    /// their sources are heard again, at most until `until`; the rest of it becomes events.
    pub(super) async fn go_on_from(
        &mut self,
        before: &mut Self,
        until: u64,
    ) -> Result<(), RunError> {
        self.goes_on = true;
        self.taken_over = self.passages.take_over(&mut before.passages);
        for name in &before.was_heard {
            let places = &self.passages.layout.places;
            if let Some(source) = places.iter().position(|it| it.name == *name) {
                self.passages.hold(source, until);
            }
        }
        self.was_heard.append(&mut before.was_heard);
        before.end().await?;
        self.passages.go_on_from(&mut before.passages);
        (self.events, self.sampled) = (before.events, before.sampled);
        (self.letters, self.dropped) = (before.letters, before.dropped);
        Ok(())
    }

    /// Names of the sources that can be heard.
    pub(super) fn heard(&self) -> &BTreeSet<String> {
        &self.heard
    }

    /// Sources that must be heard, or none.
    pub(super) fn set_trial(&mut self, trial: Option<Trial>) {
        self.trial = trial;
    }

    pub(super) async fn work(
        &mut self,
        once: Option<Once>,
        control: &mut Control,
    ) -> Result<Turn, RunError> {
        let began = self.clock.now().mono_ms;
        let mut last_heard = None;
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut told = Vec::new();
        loop {
            tokio::select! {
                count = self.from.recv_many(&mut told, TURN_MAX) => {
                    if count == 0 {
                        return Err(RunError::Ended("all sources"));
                    }
                    if self.take(std::mem::take(&mut told)).await? {
                        last_heard = Some(self.clock.now().mono_ms);
                    }
                }
                _ = tick.tick() => {
                    if self.look().await? {
                        last_heard = Some(self.clock.now().mono_ms);
                    }
                    let now = self.clock.now().mono_ms;
                    let over = once.is_some_and(|once| match last_heard {
                        Some(at) => at + once.quiet_ms <= now,
                        None => began + once.first_ms <= now,
                    });
                    if over {
                        return Ok(Turn::Over);
                    }
                    let verdict = self.trial.as_ref().and_then(|it| it.verdict(&self.heard, now));
                    if let Some(verdict) = verdict {
                        self.trial = None;
                        return Ok(match verdict {
                            Verdict::Good => Turn::CameUp,
                            Verdict::Bad(missing) => Turn::Silent(missing),
                        });
                    }
                }
                _ = control.stop.wait_for(|stop| *stop) => return Ok(Turn::Over),
                Some(asked) = control.reloads.recv() => return Ok(Turn::Asked(asked)),
            }
        }
    }

    /// Takes what waits here, and what is due then; true when tags or values were among it. A
    /// commit may last longer than a tag has to be away, and its reads lie here meanwhile.
    async fn look(&mut self) -> Result<bool, RunError> {
        let mut now = self.clock.now().mono_ms;
        let mut left = self.from.len();
        // Behind a full channel more may wait, and nobody knows of when: what was heard is known
        // up to the last that was taken.
        let is_full = left >= self.from.max_capacity();
        let (mut told, mut heard) = (Vec::new(), false);
        while left > 0 {
            let count = self.from.recv_many(&mut told, left.min(TURN_MAX)).await;
            heard |= self.take(std::mem::take(&mut told)).await?;
            left = left.saturating_sub(count.max(1));
        }
        if is_full {
            now = now.min(self.heard_until);
        }
        self.tick(now).await?;
        Ok(heard)
    }

    async fn tick(&mut self, now: u64) -> Result<(), RunError> {
        if let Some(advices) = self.advices.as_mut() {
            advices.look(&mut self.passages, now);
        }
        self.keep_pace();
        let passed = self.passages.due(now, false)?;
        self.pass(passed);
        self.due_samples(now, false);
        self.tell_losses(false)?;
        self.board.line(self.figures());
        let all = self.changed_at + CHANGED_MS_MAX <= now;
        if !self.change.is_empty() || self.passages.smoother.has_begun() || all {
            self.commit(all).await?;
        }
        Ok(())
    }

    /// Takes events of passages into the next commit, and their rows out.
    fn pass(&mut self, passed: Vec<Passed>) {
        for Passed {
            place,
            event,
            numbers,
            urgent,
        } in passed
        {
            self.urgent |= urgent;
            self.passed = true;
            let source = self
                .passages
                .place(place)
                .map_or("", |place| place.name.as_str());
            let (tags, id) = (numbers.len(), event.event_id_or_hash());
            tracing::info!(source, tags, event.id = id, "tags passed");
            self.change.events.push(event.canonical_json());
            let done = numbers.into_iter().map(rows::passage);
            self.change.remove.extend(done);
        }
    }

    /// Puts everything on disk; with `all` also what has only changed.
    async fn commit(&mut self, all: bool) -> Result<(), RunError> {
        for (number, passage) in self.passages.smoother.changed(all) {
            let place = self
                .passages
                .place(passage.place)
                .map_or("", |place| place.name.as_str());
            let row = rows::encode(place, What::Passage(passage));
            self.change.put.push((rows::passage(number), row));
        }
        self.progress();
        let ended = self
            .passages
            .smoother
            .ended()
            .into_iter()
            .map(rows::passage);
        self.change.remove.extend(ended);
        if all {
            self.changed_at = self.clock.now().mono_ms;
            if self.changed_at >= self.listened_at + LISTENING_MS {
                self.note_listening();
            }
            self.note_losses();
        }
        if self.change.is_empty() {
            return Ok(());
        }
        self.note_places();
        let change = std::mem::take(&mut self.change);
        let events = change.events.len();
        let spool = Arc::clone(&self.spool);
        tokio::task::spawn_blocking(move || spool.apply(&change))
            .await
            .map_err(|_| RunError::Ended("a write to the spool"))??;
        if events > 0 {
            self.events += u64::try_from(events).unwrap_or(0);
            let passed = std::mem::take(&mut self.passed);
            if std::mem::take(&mut self.urgent) {
                self.orders.urgent();
            } else if passed {
                self.orders.passed();
            } else {
                self.orders.news();
            }
        }
        Ok(())
    }

    /// Waits for the sources to end, and takes what they still say. Passages stay open.
    pub(super) async fn rest(&mut self, mut sources: JoinSet<()>) -> Result<(), RunError> {
        self.was_heard.extend(self.heard.iter().cloned());
        let until = self
            .clock
            .instant(self.clock.now().mono_ms + GOODBYE_MS_MAX);
        let mut landed = Ok(());
        while let Ok(Some(told)) = tokio::time::timeout_at(until, self.from.recv()).await {
            landed = landed.and(self.take(vec![told]).await.map(|_| ()));
        }
        sources.shutdown().await;
        landed?;
        let now = self.clock.now().mono_ms;
        self.due_samples(now, true);
        self.tell_losses(true)?;
        self.note_listening();
        self.commit(true).await
    }

    /// Closes all passages.
    pub(super) async fn end(&mut self) -> Result<(), RunError> {
        let passed = self.passages.due(self.clock.now().mono_ms, true)?;
        self.pass(passed);
        self.commit(true).await
    }

    fn figures(&self) -> LineFigures {
        let totals = self.passages.smoother.totals();
        LineFigures {
            reads: totals.reads,
            observations: totals.observations,
            samples: self.sampled,
            events: self.events,
            letters: self.letters,
        }
    }

    pub(super) fn summary(&self, done: Done) -> Result<Summary, RunError> {
        let stock = self.spool.stock()?;
        let sightings = self.passages.smoother.totals();
        Ok(Summary {
            reads: sightings.reads,
            observations: sightings.observations,
            samples: self.sampled,
            events: self.events,
            letters: self.letters,
            dropped: self.dropped,
            blocks: done.sealed,
            delivered: done.delivered,
            refused: done.refused,
            undelivered: stock.events + stock.blocks,
            sightings,
        })
    }
}

#[cfg(test)]
mod tests;
