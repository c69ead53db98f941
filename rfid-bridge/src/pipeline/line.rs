//! From what sources say to events on disk. Everything one turn of the loop takes goes into one
//! commit: rows of what is open, events of what is over, names of the letters; then the letters
//! are acknowledged.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gs1::epcis::Event;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::advices::Advices;
use super::passages::{Passages, Passed};
use super::rows::{self, Row, What};
use super::{Letters, Once, RunError, Summary, TICK};
use crate::board::{Board, LineFigures};
use crate::capture::CaptureError;
use crate::config::Config;
use crate::config::feed::FeedEntry;
use crate::courier::{Done, Orders};
use crate::gap;
use crate::payload::Format;
use crate::reader::clock::Clock;
use crate::reload::{Control, Reread, Trial, Verdict};
use crate::samples::{self, KeptSample, SampleBatcher, Sensor, Sequences, Where};
use crate::scan;
use crate::sensor::log::LogFile;
use crate::source::{Gap, GapCause, Heard, Outcome, Raw, Report, Status, Told, outage};
use crate::spool::Spool;
use crate::spool::keep::Change;

mod letters;

use letters::Opened;

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
    device: [u8; 32],
    clock: Clock,
    spool: Arc<Spool>,
    orders: Arc<Orders>,
    board: Arc<Board>,
    samples: SampleBatcher,
    sequences: Sequences,
    /// What the next commit writes.
    change: Change,
    /// In it is something that somebody should know of at once.
    urgent: bool,
    changed_at: u64,
    listened_at: u64,
    events: u64,
    sampled: u64,
    letters: Letters,
    /// Names of sources that say that they can be heard.
    heard: BTreeSet<String>,
    trial: Option<Trial>,
    /// Another line of this process was before it.
    goes_on: bool,
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
            device,
            clock,
            spool,
            orders,
            board,
            samples: SampleBatcher::new(config.sample_age_ms()),
            sequences: Sequences::default(),
            change: Change::default(),
            urgent: false,
            changed_at: 0,
            listened_at: 0,
            events: 0,
            sampled: 0,
            letters: Letters::default(),
            heard: BTreeSet::new(),
            trial: None,
            goes_on: false,
            from,
        })
    }

    /// Goes on counting where another line has landed.
    pub(super) fn go_on_from(&mut self, before: &mut Self) {
        (self.events, self.sampled) = (before.events, before.sampled);
        self.letters = before.letters;
        self.goes_on = true;
        self.passages.go_on_from(&mut before.passages);
    }

    /// Names of the sources that can be heard.
    pub(super) fn heard(&self) -> &BTreeSet<String> {
        &self.heard
    }

    /// Sources that must be heard, or none.
    pub(super) fn set_trial(&mut self, trial: Option<Trial>) {
        self.trial = trial;
    }

    /// Takes up what an earlier process left open.
    pub(super) fn restore(&mut self) -> Result<(), RunError> {
        let now = self.clock.now().mono_ms;
        for (key, row) in self.spool.kept()? {
            let Ok(Row { place, what }) = serde_json::from_slice(&row) else {
                tracing::warn!(row = hex::encode(&key), "a row of the spool cannot be read");
                continue;
            };
            let places = &self.passages.layout.places;
            let Some(at) = places.iter().position(|it| it.name == place) else {
                tracing::warn!(
                    place,
                    "the spool has rows of a source that is configured no more"
                );
                continue;
            };
            let number = rows::number(&key);
            match what {
                What::Passage(mut passage) => {
                    passage.place = at;
                    self.passages.smoother.restore(number, &passage, now);
                }
                What::Sample(mut sample) => {
                    sample.place = at;
                    let unknown = Sensor::default();
                    let sensor = self.sensors.get(&sample.device).unwrap_or(&unknown);
                    let urgent = sensor.is_urgent(&sample.sample);
                    self.samples.restore(number, sample, urgent, now);
                }
                What::Counted { device, counted } => self.sequences.restore(at, device, counted),
                What::Listening { at_ms } => self.was_deaf(at, at_ms)?,
            }
        }
        Ok(())
    }

    /// Nobody listened to a reader from `since_ms` until now, and nobody kept what it said.
    fn was_deaf(&mut self, source: usize, since_ms: i64) -> Result<(), RunError> {
        let now_ms = self.clock.now().unix_ms;
        if since_ms + outage::SHORT_MS >= now_ms || !matches!(self.formats.get(source), Some(None))
        {
            return Ok(());
        }
        let gap = Gap {
            cause: if self.goes_on {
                GapCause::Disconnected
            } else {
                GapCause::Stopped
            },
            from_ms: since_ms,
            to_ms: now_ms,
            lost: None,
            device: None,
        };
        self.lose(source, &gap)
    }

    /// Notes that the bridge listens to its readers.
    fn listening(&mut self) {
        let now = self.clock.now();
        self.listened_at = now.mono_ms;
        let readers = self.formats.iter().zip(&self.passages.layout.places);
        for (_, place) in readers.filter(|(format, _)| format.is_none()) {
            let at_ms = now.unix_ms;
            let row = encode(&place.name, What::Listening { at_ms });
            self.change.put.push((rows::listening(&place.name), row));
        }
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
                    let now = self.clock.now().mono_ms;
                    self.tick(now).await?;
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

    /// True when tags or values were among it.
    async fn take(&mut self, told: Vec<Told>) -> Result<bool, RunError> {
        let mut heard = false;
        let mut opened: Vec<Opened> = Vec::new();
        let mut rest = Vec::new();
        for Told { source, heard } in told {
            match heard {
                Heard::Raw(raw) => rest.push((source, raw)),
                Heard::Letter(letter) => opened.push(self.open(source, letter)),
            }
        }
        for (source, raw) in rest {
            heard |= self.hear(source, raw)?;
        }
        let known = self.known(&opened).await?;
        let mut receipts = Vec::with_capacity(opened.len());
        let mut now_seen = BTreeSet::new();
        for (source, receipt, read, is_sure) in opened {
            let outcome = match read {
                Err(why) => {
                    self.letters.unreadable += 1;
                    Outcome::Unreadable(why)
                }
                Ok((name, _)) if is_sure && (known.contains(&name) || now_seen.contains(&name)) => {
                    self.letters.known += 1;
                    Outcome::Known
                }
                Ok((name, decoded)) => {
                    self.letters.kept += 1;
                    self.letters.skipped += u64::from(decoded.skipped);
                    for raw in decoded.raws {
                        heard |= self.hear(source, raw)?;
                    }
                    now_seen.insert(name);
                    self.change.seen.push(name);
                    Outcome::Kept
                }
            };
            receipts.push((receipt, outcome));
        }
        let now = self.clock.now().mono_ms;
        self.due_samples(now, false)?;
        if !receipts.is_empty() || !self.change.events.is_empty() {
            self.commit(!receipts.is_empty()).await?;
        }
        for (receipt, outcome) in receipts {
            receipt.give(outcome);
        }
        Ok(heard)
    }

    /// Takes one raw event; true when it was tags or values.
    fn hear(&mut self, source: usize, raw: Raw) -> Result<bool, RunError> {
        let Some(place) = self.passages.place(source) else {
            return Ok(false);
        };
        match raw {
            Raw::Tags(reads) => {
                let now = self.clock.now().mono_ms;
                for read in &reads {
                    let early = self.passages.read(source, read, now)?;
                    self.pass(early);
                }
                return Ok(true);
            }
            Raw::Sensor(report) => {
                self.measure(source, report)?;
                return Ok(true);
            }
            Raw::Input(change) => {
                let (port, high) = (change.port, change.high);
                tracing::info!(source = place.name, port, high, "input changed");
                self.passages.input(source, change);
            }
            Raw::Status(status) => {
                log(&place.name, &status);
                match status {
                    Status::Up(_) => _ = self.heard.insert(place.name.clone()),
                    Status::Down(_) => _ = self.heard.remove(&place.name),
                    Status::Antenna { .. } => {}
                }
            }
            Raw::Gap(lost) => self.lose(source, &lost)?,
            Raw::Log(file) => {
                self.log_file(source, &file)?;
                return Ok(true);
            }
            Raw::Scan(scan) => {
                let event = scan::event(place, &self.device, &scan)?;
                self.change.events.push(event.canonical_json());
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn lose(&mut self, source: usize, lost: &Gap) -> Result<(), RunError> {
        let Some(place) = self.passages.place(source) else {
            return Ok(());
        };
        let event = gap::event(place, &self.device, lost)?;
        let cause = lost.cause.word();
        tracing::warn!(source = place.name, cause, lost = lost.lost, "data gap");
        self.change.events.push(event.canonical_json());
        Ok(())
    }

    fn log_file(&mut self, source: usize, file: &LogFile) -> Result<(), RunError> {
        let Some(place) = self.passages.place(source) else {
            return Ok(());
        };
        let unknown = Sensor::default();
        let sensor = self.sensors.get(file.device()).unwrap_or(&unknown);
        let events = file.events(Some(&place.read_point), sensor);
        let events = events.map_err(|source| CaptureError {
            reader: place.name.clone(),
            tags: 0,
            source,
        })?;
        self.sampled += u64::try_from(file.readings()).unwrap_or(0);
        self.urgent |= events.iter().any(is_alarm);
        let (device, signature) = (file.device(), file.signature());
        tracing::info!(source = place.name, device, signature, "logger file read");
        self.change
            .events
            .extend(events.iter().map(Event::canonical_json));
        Ok(())
    }

    fn measure(&mut self, source: usize, report: Report) -> Result<(), RunError> {
        if let Some(lost) = self.sequences.heard(source, &report) {
            self.lose(source, &lost)?;
        }
        let now = self.clock.now().mono_ms;
        let place = self
            .passages
            .place(source)
            .map_or("", |place| place.name.as_str());
        if let Some(counted) = self.sequences.get(source, &report.device) {
            let device = report.device.clone();
            let key = rows::counted(place, &device);
            let row = encode(place, What::Counted { device, counted });
            self.change.put.push((key, row));
        }
        let unknown = Sensor::default();
        let sensor = self.sensors.get(&report.device).unwrap_or(&unknown);
        for sample in report.samples {
            self.sampled += 1;
            let urgent = sensor.is_urgent(&sample);
            let kept = KeptSample {
                place: source,
                device: report.device.clone(),
                sample,
            };
            let row = encode(place, What::Sample(kept.clone()));
            let number = self.samples.add(kept, urgent, now);
            self.change.put.push((rows::sample(number), row));
        }
        Ok(())
    }

    async fn tick(&mut self, now: u64) -> Result<(), RunError> {
        if let Some(advices) = self.advices.as_mut() {
            advices.look(&mut self.passages, now);
        }
        let passed = self.passages.due(now, false)?;
        self.pass(passed);
        self.due_samples(now, false)?;
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
        } in passed
        {
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

    /// Makes events of measured values.
    fn due_samples(&mut self, now: u64, flush: bool) -> Result<(), RunError> {
        let unknown = Sensor::default();
        for batch in self.samples.due(now, flush) {
            let Some(place) = self.passages.place(batch.place) else {
                continue;
            };
            let at = Where {
                feed: &place.name,
                read_point: &place.read_point,
                bridge: &self.device,
            };
            let sensor = self.sensors.get(&batch.device).unwrap_or(&unknown);
            self.urgent |= batch.samples.iter().any(|(_, it)| sensor.is_urgent(it));
            let event = samples::event(at, &batch, sensor).map_err(|source| CaptureError {
                reader: place.name.clone(),
                tags: 0,
                source,
            })?;
            self.change.events.push(event.canonical_json());
            let done = batch
                .samples
                .iter()
                .map(|(number, _)| rows::sample(*number));
            self.change.remove.extend(done);
        }
        Ok(())
    }

    /// Puts everything on disk; with `all` also what has only changed.
    async fn commit(&mut self, all: bool) -> Result<(), RunError> {
        for (number, passage) in self.passages.smoother.changed(all) {
            let place = self
                .passages
                .place(passage.place)
                .map_or("", |place| place.name.as_str());
            let row = encode(place, What::Passage(passage));
            self.change.put.push((rows::passage(number), row));
        }
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
                self.listening();
            }
        }
        if self.change.is_empty() {
            return Ok(());
        }
        let change = std::mem::take(&mut self.change);
        let events = change.events.len();
        let spool = Arc::clone(&self.spool);
        tokio::task::spawn_blocking(move || spool.apply(&change))
            .await
            .map_err(|_| RunError::Ended("a write to the spool"))??;
        if events > 0 {
            self.events += u64::try_from(events).unwrap_or(0);
            if std::mem::take(&mut self.urgent) {
                self.orders.urgent();
            } else {
                self.orders.news();
            }
        }
        Ok(())
    }

    /// Waits for the sources to end, takes what they still say, and closes all passages.
    pub(super) async fn land(&mut self, mut sources: JoinSet<()>) -> Result<(), RunError> {
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
        let passed = self.passages.due(now, true)?;
        self.pass(passed);
        self.due_samples(now, true)?;
        self.listening();
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
            blocks: done.sealed,
            delivered: done.delivered,
            refused: done.refused,
            undelivered: stock.events + stock.blocks,
            sightings,
        })
    }
}

/// Whether an event tells of a value out of its limits, or of a broken sensor.
fn is_alarm(event: &Event) -> bool {
    let reports = event.sensor_elements.iter().flat_map(|it| &it.reports);
    reports.into_iter().any(|it| it.exception.is_some())
}

fn encode(place: &str, what: What) -> Vec<u8> {
    let row = Row {
        place: place.to_owned(),
        what,
    };
    // Rows are made of texts and numbers: there is nothing to fail.
    serde_json::to_vec(&row).unwrap_or_default()
}

fn log(source: &str, status: &Status) {
    match status {
        Status::Up(how) => tracing::info!(source, how, "source is heard"),
        Status::Down(why) => tracing::warn!(source, why, "source is not heard"),
        Status::Antenna { port, connected } => {
            tracing::warn!(source, port, connected, "antenna changed");
        }
    }
}
