//! The bridge at work: one task per source, one loop from reads to events on disk, one thread
//! from the disk to the service. The loop owns smoother and batcher; everything it says goes into
//! the spool before it reads on, so that only what is still in the air (an open passage) can be
//! lost with the process.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tangle::SigningKey;
use thiserror::Error;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::capture::{self, Batcher, CaptureError, Place};
use crate::config::{Config, ConfigError};
use crate::courier::{Courier, Done, Orders};
use crate::gap;
use crate::reader::clock::Clock;
use crate::smooth::{Observation, Smoother, Totals};
use crate::source::llrp::Llrp;
use crate::source::{Driver, InputChange, Outlet, Raw, Status, Told};
use crate::spool::{Broken, Spool};
use crate::uplink::Uplink;

/// When a run that is to end by itself ends. Times in milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct Once {
    /// The readers are done when nothing was read for this long.
    pub quiet_ms: u64,
    /// The first read must come within this time.
    pub first_ms: u64,
    /// The delivery must be done within this time after the last read.
    pub deliver_ms: u64,
}

impl Default for Once {
    fn default() -> Self {
        Self {
            quiet_ms: 1_500,
            first_ms: 30_000,
            deliver_ms: 60_000,
        }
    }
}

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Sightings of tags.
    pub reads: u64,
    /// Passages of tags.
    pub observations: u64,
    /// Events written to the spool.
    pub events: u64,
    /// Blocks signed, also of events of an earlier run.
    pub blocks: u64,
    /// Blocks the service has on its disk, also of an earlier run.
    pub delivered: u64,
    /// Blocks the service refused.
    pub refused: u64,
    /// Events and blocks still in the spool.
    pub undelivered: u64,
    /// What became of the sightings.
    pub sightings: Totals,
}

/// The bridge cannot go on.
#[derive(Debug, Error)]
pub enum RunError {
    /// The configuration or a file it names.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The spool.
    #[error(transparent)]
    Spool(#[from] Broken),
    /// An event that cannot be made.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// A thread or task ended by a fault of ours.
    #[error("{0} ended unexpectedly")]
    Ended(&'static str),
}

/// Messages between sources and loop; a full channel pushes back on the sources.
const CHANNEL: usize = 256;
/// How often passages and batches are looked at.
const TICK: Duration = Duration::from_millis(50);
/// How long sources may take to say good-bye, ms.
const GOODBYE_MS_MAX: u64 = 6_000;

/// Runs until `stop` turns true or, with `once`, until the readers are quiet and everything is
/// delivered.
///
/// # Errors
/// [`RunError`]; what was spooled stays spooled.
pub async fn run(
    config: &Config,
    key: SigningKey,
    once: Option<Once>,
    stop: watch::Receiver<bool>,
) -> Result<Summary, RunError> {
    let clock = Clock::start();
    let spool = Arc::new(Spool::open(&config.spool.path)?);
    let orders = Arc::new(Orders::default());
    let device = *key.key_id().as_bytes();
    let courier = Courier {
        spool: Arc::clone(&spool),
        key,
        uplink: Uplink::new(&config.uplink.url, &config.api_key()?),
        clock,
        config: config.courier(),
    };
    let courier_orders = Arc::clone(&orders);
    let mut courier = tokio::task::spawn_blocking(move || courier.run(&courier_orders));

    let (outlet, from) = Outlet::bounded(CHANNEL);
    let (stop_sources, sources_stop) = watch::channel(false);
    let mut sources = JoinSet::new();
    for driver in drivers(config, clock) {
        let kind = driver.caps().kind;
        tracing::debug!(kind, "source starts");
        sources.spawn(driver.run(outlet.clone(), sources_stop.clone()));
    }
    drop(outlet);
    let mut line = Line {
        places: config.places()?,
        device,
        clock,
        spool: Arc::clone(&spool),
        orders: Arc::clone(&orders),
        smoother: Smoother::new(config.smoothing()),
        batcher: Batcher::new(config.batches()),
        events: 0,
        from,
    };
    let (worked, ended) = tokio::select! {
        worked = line.work(once, stop) => (worked, None),
        ended = &mut courier => (Ok(()), Some(ended)),
    };
    // Whatever happened, what is in the air is brought down before the verdict.
    // Nobody listens any more when all sources have ended.
    let _nobody = stop_sources.send(true);
    let landed = line.land(sources).await;
    let deliver_ms = once.map_or(0, |once| once.deliver_ms);
    orders.finish(clock.now().mono_ms + deliver_ms);
    let ended = match ended {
        Some(ended) => ended,
        None => courier.await,
    };
    let done = ended.map_err(|_| RunError::Ended("the courier"))??;
    worked?;
    landed?;
    line.summary(done)
}

/// From reads to spooled events.
struct Line {
    places: Vec<Place>,
    device: [u8; 32],
    clock: Clock,
    spool: Arc<Spool>,
    orders: Arc<Orders>,
    smoother: Smoother,
    batcher: Batcher,
    events: u64,
    from: mpsc::Receiver<Told>,
}

impl Line {
    async fn work(
        &mut self,
        once: Option<Once>,
        mut stop: watch::Receiver<bool>,
    ) -> Result<(), RunError> {
        let began = self.clock.now().mono_ms;
        let mut last_read = None;
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                told = self.from.recv() => {
                    let Some(told) = told else { return Err(RunError::Ended("all sources")) };
                    if self.take(told).await? {
                        last_read = Some(self.clock.now().mono_ms);
                    }
                }
                _ = tick.tick() => {
                    let now = self.clock.now().mono_ms;
                    self.tick(now).await?;
                    let over = once.is_some_and(|once| match last_read {
                        Some(at) => at + once.quiet_ms <= now,
                        None => began + once.first_ms <= now,
                    });
                    if over {
                        return Ok(());
                    }
                }
                _ = stop.wait_for(|stop| *stop) => return Ok(()),
            }
        }
    }

    /// True when it was reads.
    async fn take(&mut self, told: Told) -> Result<bool, RunError> {
        let Some(place) = self.places.get(told.source) else {
            return Ok(false);
        };
        let reads = match told.raw {
            Raw::Tags(reads) => reads,
            Raw::Input(InputChange { port, high, .. }) => {
                tracing::info!(source = place.name, port, high, "input changed");
                return Ok(false);
            }
            Raw::Status(status) => {
                log(&place.name, &status);
                return Ok(false);
            }
            Raw::Gap(lost) => {
                let event = gap::event(place, &self.device, &lost)?;
                let cause = lost.cause.word();
                tracing::warn!(source = place.name, cause, "data gap");
                self.store(vec![event.canonical_json()]).await?;
                return Ok(false);
            }
        };
        let now = self.clock.now().mono_ms;
        let mut early = Vec::new();
        for read in &reads {
            early.extend(self.smoother.read(told.source, read));
        }
        self.add(early, now).await?;
        Ok(true)
    }

    async fn tick(&mut self, now: u64) -> Result<(), RunError> {
        let due = self.smoother.due(now);
        self.add(due, now).await?;
        let batches = self.batcher.due(now);
        self.record(batches).await
    }

    async fn add(&mut self, observations: Vec<Observation>, now: u64) -> Result<(), RunError> {
        let mut full = Vec::new();
        for observation in observations {
            full.extend(self.batcher.add(observation, now));
        }
        self.record(full).await
    }

    /// Makes events and puts them into the spool, all in one commit.
    async fn record(&mut self, batches: Vec<Vec<Observation>>) -> Result<(), RunError> {
        let mut events = Vec::new();
        for batch in batches {
            let reader = batch.first().map_or(0, |observation| observation.reader);
            let Some(place) = self.places.get(reader) else {
                continue;
            };
            let event = capture::event(place, &self.device, &batch)?;
            tracing::info!(
                reader = place.name,
                tags = batch.len(),
                event.id = event.event_id_or_hash(),
                "tags passed"
            );
            events.push(event.canonical_json());
        }
        self.store(events).await
    }

    /// Puts events into the spool; they are on disk when it returns.
    async fn store(&mut self, events: Vec<Vec<u8>>) -> Result<(), RunError> {
        if events.is_empty() {
            return Ok(());
        }
        self.events += u64::try_from(events.len()).unwrap_or(0);
        let spool = Arc::clone(&self.spool);
        tokio::task::spawn_blocking(move || spool.add_events(&events))
            .await
            .map_err(|_| RunError::Ended("a write to the spool"))??;
        self.orders.news();
        Ok(())
    }

    /// Waits for the sources to end, takes what they still say, and closes all passages.
    async fn land(&mut self, mut sources: JoinSet<()>) -> Result<(), RunError> {
        let until = self
            .clock
            .instant(self.clock.now().mono_ms + GOODBYE_MS_MAX);
        let mut landed = Ok(());
        while let Ok(Some(told)) = tokio::time::timeout_at(until, self.from.recv()).await {
            landed = landed.and(self.take(told).await.map(|_| ()));
        }
        sources.shutdown().await;
        landed?;
        let now = self.clock.now().mono_ms;
        let observations = self.smoother.flush();
        self.add(observations, now).await?;
        let batches = self.batcher.flush();
        self.record(batches).await
    }

    fn summary(&self, done: Done) -> Result<Summary, RunError> {
        let stock = self.spool.stock()?;
        let sightings = self.smoother.totals();
        Ok(Summary {
            reads: sightings.reads,
            observations: sightings.observations,
            events: self.events,
            blocks: done.sealed,
            delivered: done.delivered,
            refused: done.refused,
            undelivered: stock.events + stock.blocks,
            sightings,
        })
    }
}

/// A driver for each source of the configuration, in its order.
fn drivers(config: &Config, clock: Clock) -> Vec<Box<dyn Driver>> {
    let readers = config.reader.iter().enumerate().map(|(source, reader)| {
        let driver: Box<dyn Driver> = Box::new(Llrp {
            source,
            name: reader.name.clone(),
            address: reader.address.clone(),
            session: reader.session(),
            clock,
        });
        driver
    });
    readers.collect()
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
