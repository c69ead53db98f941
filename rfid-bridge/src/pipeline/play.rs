//! The pipeline without sources and courier: what `replay` and `import` run. A replay has its
//! spool in memory and its time from the recording; an import writes into the real one, which the
//! daemon then delivers.

use std::sync::Arc;

use thiserror::Error;
use tokio::sync::mpsc;

use super::line::Line;
use super::{CHANNEL, RunError};
use crate::board::{Board, LineFigures};
use crate::config::Config;
use crate::courier::Orders;
use crate::reader::clock::Clock;
use crate::recording::{Item, RecordingError};
use crate::samples::Sensor;
use crate::source::Outcome;
use crate::spool::{Broken, Spool};

/// A recording cannot be played.
#[derive(Debug, Error)]
pub enum PlayError {
    /// It cannot be read.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// It tells of a source that the configuration does not have.
    #[error("the recording tells of {0:?}, which is no reader or feed of the configuration")]
    Source(String),
    /// Something in it makes no sense.
    #[error("what {0:?} told at {1} ms: {2}")]
    Item(String, u64, String),
    /// The pipeline.
    #[error(transparent)]
    Run(#[from] RunError),
    /// Nobody takes the events.
    #[error("printing events")]
    Print(#[source] std::io::Error),
}

/// Plays a recording through the pipeline of a configuration and hands out each event, canonical,
/// in the order in which the bridge `device` would have spooled them.
///
/// # Errors
/// [`PlayError`]; what was handed out before stays right.
pub async fn replay(
    config: &Config,
    device: [u8; 32],
    recording: impl Iterator<Item = Result<Item, RecordingError>>,
    mut hand: impl FnMut(&[u8]) -> std::io::Result<()>,
) -> Result<LineFigures, PlayError> {
    let (clock, played) = Clock::played();
    let spool = Arc::new(Spool::in_memory().map_err(RunError::from)?);
    let mut line = line(config, (device, clock), Arc::clone(&spool))?;
    let names = config.source_list();
    let mut has_begun = false;
    let mut drain = |spool: &Spool| -> Result<(), PlayError> {
        for event in spool.drain().map_err(RunError::from)? {
            hand(&event).map_err(PlayError::Print)?;
        }
        Ok(())
    };
    for item in recording {
        let item = item?;
        let (at, name) = (item.at(), item.source.clone());
        let source = names.iter().position(|it| *it == name);
        let source = source.ok_or_else(|| PlayError::Source(name.clone()))?;
        if !has_begun {
            has_begun = true;
            played.set(at);
        }
        let told = item.told(source);
        let told = told.map_err(|why| PlayError::Item(name, at.mono_ms, why))?;
        if let Some(told) = told {
            line.play(told, at, played).await?;
            drain(&spool)?;
        }
    }
    let figures = line.close().await?;
    drain(&spool)?;
    Ok(figures)
}

/// Puts files of loggers into the spool as what feed number `source` heard.
#[derive(Debug)]
pub struct Import {
    line: Line,
    source: usize,
}

impl Import {
    /// Opens the spool of a bridge that does not run.
    ///
    /// # Errors
    /// [`RunError`]; [`Broken::is_in_use`] tells that the bridge runs.
    pub fn begin(config: &Config, device: [u8; 32], source: usize) -> Result<Self, RunError> {
        let spool: Result<Spool, Broken> =
            Spool::open_capped(&config.spool.path, config.spool.bytes_max());
        let spool = Arc::new(spool?);
        Ok(Self {
            line: line(config, (device, Clock::start()), spool)?,
            source,
        })
    }

    /// Takes one file; what it says is on disk when this returns.
    ///
    /// # Errors
    /// [`RunError`].
    pub async fn take(
        &mut self,
        file: (String, Vec<u8>),
        sensor: Option<&Sensor>,
    ) -> Result<Outcome, RunError> {
        self.line.take_file(self.source, file, sensor).await
    }
}

/// A line that no source speaks to.
fn line(
    config: &Config,
    (device, clock): ([u8; 32], Clock),
    spool: Arc<Spool>,
) -> Result<Line, RunError> {
    let (_nobody, from) = mpsc::channel(CHANNEL);
    let shared = (
        spool,
        Arc::new(Orders::default()),
        Arc::new(Board::new(config.source_kinds())),
    );
    Line::new(config, (device, clock), shared, from)
}
