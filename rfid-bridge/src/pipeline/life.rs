//! One configuration at work after another. The spool, the courier and the counts stay; sources are
//! stopped in good order and started anew, and what they said until then is on disk first. A pallet
//! in a door that is the same before and after stays one passage: what is open there goes over, and
//! waits for its source. A configuration that does not start, or whose sources are not heard again
//! in time, is taken back.

use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::line::{Line, Turn};
use super::{CHANNEL, Once, RunError, drivers};
use crate::board::Board;
use crate::causes;
use crate::config::Config;
use crate::courier::Orders;
use crate::reader::clock::Clock;
use crate::recording::record::Recorder;
use crate::reload::{Active, Control, Loaded, Trial};
use crate::source::Outlet;
use crate::spool::Spool;

/// What stays while configurations come and go.
#[derive(Debug, Clone)]
pub(super) struct Base {
    pub(super) spool: Arc<Spool>,
    pub(super) orders: Arc<Orders>,
    pub(super) board: Arc<Board>,
    /// Writes down what the sources tell, whichever configuration they are of.
    pub(super) recorder: Option<Recorder>,
    pub(super) device: [u8; 32],
    pub(super) clock: Clock,
}

/// Sources at work, and the line from them to the spool.
struct Life {
    line: Line,
    sources: JoinSet<()>,
    stop: watch::Sender<bool>,
}

impl Life {
    /// Starts the sources of a configuration, going on from the line before.
    async fn start(
        config: &Config,
        base: &Base,
        before: Option<&mut Line>,
    ) -> Result<Self, RunError> {
        let drivers = drivers(config, base.clock).await?;
        let (outlet, from) = Outlet::bounded(CHANNEL);
        let outlet = outlet.noted_on(Arc::clone(&base.board));
        let outlet = outlet.before(base.spool.stages());
        let from = match &base.recorder {
            Some(recorder) => recorder.tap(config.source_list(), base.clock, from),
            None => from,
        };
        base.board.follow(config.source_kinds());
        let held = (
            Arc::clone(&base.spool),
            Arc::clone(&base.orders),
            Arc::clone(&base.board),
        );
        let mut line = Line::new(config, (base.device, base.clock), held, from)?;
        if let Some(before) = before {
            let until = base.clock.now().mono_ms + config.come_up_ms();
            line.go_on_from(before, until).await?;
        }
        line.restore()?;
        let (stop, stopped) = watch::channel(false);
        let mut sources = JoinSet::new();
        for driver in drivers {
            let caps = driver.caps();
            tracing::debug!(caps.kind, caps.acknowledges, "source starts");
            sources.spawn(driver.run(outlet.clone(), stopped.clone()));
        }
        Ok(Self {
            line,
            sources,
            stop,
        })
    }

    /// Stops the sources; what they said is on disk then, and what is open stays open.
    async fn rest(mut self) -> (Line, Result<(), RunError>) {
        // Nobody listens any more when all sources have ended.
        let _nobody = self.stop.send(true);
        let rests = self.line.rest(self.sources).await;
        (self.line, rests)
    }
}

/// The bridge's sources under their configuration.
pub(super) struct Site {
    base: Base,
    control: Control,
    /// The configuration at work.
    current: Loaded,
    /// The one before it, while it is on trial.
    proven: Option<Loaded>,
    /// None while one is changed for another, and after a fault that ends the run.
    life: Option<Life>,
    /// The line of the configuration before, while nothing runs.
    resting: Option<Line>,
    active: Active,
}

impl Site {
    /// Starts with a configuration.
    pub(super) async fn start(
        first: Loaded,
        base: Base,
        control: Control,
    ) -> Result<Self, RunError> {
        let life = Life::start(&first.config, &base, None).await?;
        let active = control.active.borrow().clone();
        let mut site = Self {
            base,
            active,
            control,
            current: first,
            proven: None,
            life: Some(life),
            resting: None,
        };
        site.took();
        Ok(site)
    }

    /// Works until it is over.
    pub(super) async fn work(&mut self, once: Option<Once>) -> Result<(), RunError> {
        loop {
            let Some(life) = &mut self.life else {
                return Err(RunError::Ended("the sources"));
            };
            match life.line.work(once, &mut self.control).await? {
                Turn::Over => return Ok(()),
                Turn::Asked(Ok(loaded)) => self.take(*loaded).await?,
                Turn::Asked(Err(why)) => self.refuse(&why),
                Turn::CameUp => {
                    self.proven = None;
                    self.active.reloads += 1;
                    self.active.is_fallback = false;
                    self.active.refused = None;
                    self.took();
                }
                Turn::Silent(missing) => {
                    let why = format!("not heard in time: {}", missing.join(", "));
                    if let Some(proven) = self.proven.take() {
                        self.active.is_on_trial = false;
                        self.change(proven, None).await?;
                        self.took();
                    }
                    self.refuse(&why);
                }
            }
        }
    }

    /// Ends the work: what is open becomes events.
    pub(super) async fn land(&mut self) -> (Option<Line>, Result<(), RunError>) {
        match self.life.take() {
            Some(life) => {
                let (mut line, mut landed) = life.rest().await;
                if landed.is_ok() {
                    landed = line.end().await;
                }
                (Some(line), landed)
            }
            None => (None, Ok(())),
        }
    }

    /// Tries another configuration.
    async fn take(&mut self, loaded: Loaded) -> Result<(), RunError> {
        if let Some(what) = loaded.needs_restart(&self.current) {
            self.refuse(&format!("{what} differs: that needs a restart"));
            return Ok(());
        }
        let version = &loaded.version;
        tracing::info!(config.version = version, "trying another configuration");
        let come_up_ms = loaded.config.come_up_ms();
        let names = loaded.config.source_names();
        let heard = self.life.iter().flat_map(|life| life.line.heard());
        let wanted = heard.filter(|name| names.contains(*name)).cloned();
        let trial = Trial {
            wanted: wanted.collect(),
            until: self.base.clock.now().mono_ms + come_up_ms,
        };
        let before = self.current.clone();
        match self.change(loaded, Some(trial)).await {
            Ok(()) => {
                // One that is replaced while on trial was never proven.
                self.proven.get_or_insert(before);
                self.active.is_on_trial = true;
                self.tell();
                Ok(())
            }
            Err(error @ (RunError::Config(_) | RunError::Listen { .. })) => {
                self.change(before, None).await?;
                self.refuse(&causes(&error));
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Stops the sources and starts those of another configuration. After an error of the
    /// configuration nothing runs, and the line before waits to be gone on from.
    async fn change(&mut self, to: Loaded, trial: Option<Trial>) -> Result<(), RunError> {
        if let Some(life) = self.life.take() {
            let (line, rests) = life.rest().await;
            self.resting = Some(line);
            rests?;
        }
        let before = self.resting.as_mut();
        let mut life = Life::start(&to.config, &self.base, before).await?;
        life.line.set_trial(trial);
        self.resting = None;
        self.life = Some(life);
        self.current = to;
        Ok(())
    }

    /// The current configuration is the good one.
    fn took(&mut self) {
        self.active.since_ms = self.base.clock.now().unix_ms;
        self.active.is_on_trial = false;
        self.tell();
        if let Some(path) = &self.control.last_good
            && let Err(error) = self.current.keep(path)
        {
            let path = path.display();
            tracing::warn!(%path, %error, "the good configuration cannot be kept");
        }
        // Last: whoever reads this may end the bridge, and has the copy.
        let version = &self.active.version;
        tracing::info!(config.version = version, "configuration works");
    }

    fn refuse(&mut self, why: &str) {
        let version = &self.current.version;
        tracing::error!(
            why,
            config.version = version,
            "reload refused: the configuration before it stays"
        );
        self.active.refused = Some(why.to_owned());
        self.tell();
    }

    fn tell(&mut self) {
        self.active.version.clone_from(&self.current.version);
        self.control.active.send_replace(self.active.clone());
    }
}
