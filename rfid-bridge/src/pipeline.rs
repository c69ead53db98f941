//! The bridge at work: one task per source, one loop from what they say to events on disk, one
//! thread from the disk to the service. The loop owns smoother and batchers; whatever it takes is
//! on disk before it is acknowledged, and what is still open (a passage, a value that waits for
//! its event) is there as a row that the next process takes up.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tangle::SigningKey;
use thiserror::Error;
use tokio::net::TcpListener;

use crate::board::Board;
use crate::capture::CaptureError;
use crate::config::{Config, ConfigError};
use crate::courier::{Courier, Orders};
use crate::health::Health;
use crate::reader::clock::Clock;
use crate::recording::RecordingError;
use crate::recording::record::Recorder;
use crate::reload::{Control, Loaded};
use crate::smooth::Totals;
use crate::source::Driver;
use crate::source::folder::Folder;
use crate::source::llrp::Llrp;
use crate::source::mqtt::Mqtt;
use crate::source::push::Push;
use crate::spool::{Broken, Spool};
use crate::uplink::Uplink;

mod advices;
mod life;
mod line;
mod losses;
mod passages;
pub mod play;
mod rows;
mod together;

pub(crate) use advices::check as check_advices;
use life::{Base, Site};

/// When a run that is to end by itself ends. Times in milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct Once {
    /// The sources are done when nothing was heard for this long.
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
    /// Values measured by sensors.
    pub samples: u64,
    /// Events written to the spool.
    pub events: u64,
    /// What became of the letters of brokers and clients.
    pub letters: Letters,
    /// What there was no room for.
    pub dropped: Dropped,
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

/// What became of letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Letters {
    /// Taken.
    pub kept: u64,
    /// Had been taken before.
    pub known: u64,
    /// Not of their feed's format.
    pub unreadable: u64,
    /// Items in them of a kind we have no use for.
    pub skipped: u64,
    /// Left with their senders, because the spool was nearly full.
    pub later: u64,
}

/// What was dropped because the spool was full. All of it is told by gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Dropped {
    /// Sightings of tags; they are not among the `reads`.
    pub reads: u64,
    /// Measured values.
    pub values: u64,
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
    /// A recording cannot be begun.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// An address to listen on cannot be had.
    #[error("listening on {address}")]
    Listen {
        /// Which.
        address: String,
        /// Why.
        source: std::io::Error,
    },
    /// A thread or task ended by a fault of ours.
    #[error("{0} ended unexpectedly")]
    Ended(&'static str),
}

/// Messages between sources and loop; a full channel pushes back on the sources.
const CHANNEL: usize = 256;
/// How often passages and batches are looked at.
const TICK: Duration = Duration::from_millis(50);

/// Runs until it is told to stop or, with `once`, until the sources are quiet and everything is
/// delivered. Takes other configurations meanwhile.
///
/// # Errors
/// [`RunError`]; what was spooled stays spooled.
pub async fn run(
    first: Loaded,
    key: SigningKey,
    once: Option<Once>,
    control: Control,
) -> Result<Summary, RunError> {
    let clock = Clock::start();
    let config = first.config.clone();
    let spool = Arc::new(Spool::open_capped(
        &config.spool.path,
        config.spool.bytes_max(),
    )?);
    let orders = Arc::new(Orders::default());
    let board = Arc::new(Board::new(config.source_kinds()));
    let base = Base {
        spool: Arc::clone(&spool),
        orders: Arc::clone(&orders),
        board: Arc::clone(&board),
        recorder: config.record.as_ref().map(Recorder::begin).transpose()?,
        device: *key.key_id().as_bytes(),
        clock,
    };
    let courier = Courier {
        spool,
        key,
        uplink: Uplink::new(
            &config.uplink.url,
            &config.api_key()?,
            config.uplink.tls_files()?,
        )?,
        clock,
        config: config.courier(),
        board,
    };
    show(&config, &base, &control).await?;
    let mut site = Site::start(first, base, control).await?;
    let courier_orders = Arc::clone(&orders);
    let mut courier = tokio::task::spawn_blocking(move || courier.run(&courier_orders));
    let (worked, ended) = tokio::select! {
        worked = site.work(once) => (worked, None),
        ended = &mut courier => (Ok(()), Some(ended)),
    };
    // Whatever happened, what is in the air is brought down before the verdict.
    let (line, landed) = site.land().await;
    let deliver_ms = once.map_or(0, |once| once.deliver_ms);
    orders.finish(clock.now().mono_ms + deliver_ms);
    let ended = match ended {
        Some(ended) => ended,
        None => courier.await,
    };
    let done = ended.map_err(|_| RunError::Ended("the courier"))??;
    worked?;
    landed?;
    match line {
        Some(line) => line.summary(done),
        None => Err(RunError::Ended("the sources")),
    }
}

/// Starts the bridge's own page, where the configuration wants one.
async fn show(config: &Config, base: &Base, control: &Control) -> Result<(), RunError> {
    let Some(entry) = &config.health else {
        return Ok(());
    };
    let health = Health {
        board: Arc::clone(&base.board),
        spool: Arc::clone(&base.spool),
        active: control.active.subscribe(),
        device: hex::encode(base.device),
        label: config.device.label.clone(),
        service: config.uplink.url.clone(),
    };
    let listener = listen(&entry.listen).await?;
    tokio::spawn(health.serve(listener, control.stop.clone()));
    Ok(())
}

async fn listen(address: &str) -> Result<TcpListener, RunError> {
    let listener = TcpListener::bind(address).await;
    listener.map_err(|source| RunError::Listen {
        address: address.to_owned(),
        source,
    })
}

/// A driver for each source of the configuration, or for several that come by one connection.
async fn drivers(config: &Config, clock: Clock) -> Result<Vec<Box<dyn Driver>>, RunError> {
    let mut drivers: Vec<Box<dyn Driver>> = Vec::new();
    for (source, reader) in config.reader.iter().enumerate() {
        drivers.push(Box::new(Llrp {
            source,
            name: reader.name.clone(),
            address: reader.address.clone(),
            tls: reader.tls()?,
            session: reader.session(),
            clock,
        }));
    }
    let first = config.reader.len();
    for (source, path) in config.folders(first) {
        drivers.push(Box::new(Folder {
            source,
            path,
            clock,
        }));
    }
    for desk in config.desks(first, clock)? {
        drivers.push(Box::new(desk));
    }
    for broker in config.brokers(first)? {
        drivers.push(Box::new(Mqtt { broker, clock }));
    }
    if let Some(push) = &config.push {
        drivers.push(Box::new(Push {
            listener: listen(&push.listen).await?,
            token: push.token()?,
            paths: config.paths(first),
            clock,
        }));
    }
    Ok(drivers)
}
