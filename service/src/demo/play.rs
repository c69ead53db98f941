//! Plays a story against a running node, over HTTP and with each party's own key. What the node
//! acknowledged is written down as it comes, so that a test can pull the plug and compare.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use super::cast::Actor;
use super::logger::{Logger, UploadError};
use super::setup::Cast;
use super::story::{Arrival, Step, Story};
use crate::client::{Client, ClientError};
use crate::world::World;

/// How often a capture job is asked for, and how long in all: two minutes.
const JOB_POLL: Duration = Duration::from_millis(20);
const JOB_POLLS_MAX: u32 = 6_000;

/// The node, and everybody's keys.
#[derive(Debug)]
pub struct Stage {
    clients: BTreeMap<Actor, Client>,
    admin: Client,
    gateway: Client,
    loggers: Vec<Logger>,
    clock: World,
    acknowledged: Acknowledged,
}

/// What the player tells while it plays.
#[derive(Clone, Copy, Debug)]
pub enum Progress {
    /// A chapter with this many steps begins.
    Chapter(&'static str, usize),
    /// A step of it is done.
    Step,
}

/// Why the story could not be played to its end.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// The node did not answer, or refused.
    #[error("playing '{chapter}'")]
    Client {
        /// In which chapter.
        chapter: &'static str,
        /// What happened.
        source: ClientError,
    },
    /// Readings were not recorded.
    #[error("playing '{chapter}'")]
    Upload {
        /// In which chapter.
        chapter: &'static str,
        /// What happened.
        source: UploadError,
    },
    /// A capture job failed.
    #[error("playing '{chapter}': the capture job ended without success: {errors}")]
    Job {
        /// In which chapter.
        chapter: &'static str,
        /// What the job says.
        errors: String,
    },
    /// The list of acknowledgements could not be written.
    #[error("writing {}", file.display())]
    Acknowledged {
        /// Which file.
        file: PathBuf,
        /// What happened.
        source: std::io::Error,
    },
    /// The story names somebody who is not on the stage.
    #[error("playing '{chapter}': nobody plays {who}")]
    Nobody {
        /// In which chapter.
        chapter: &'static str,
        /// Who is missing.
        who: String,
    },
}

/// The file of what the node acknowledged, a line each: `event <event id>` or `block <block id>`.
#[derive(Debug, Default)]
pub struct Acknowledged(Option<(PathBuf, File)>);

impl Acknowledged {
    /// Appends to this file from now on.
    ///
    /// # Errors
    /// When it cannot be opened for appending.
    pub fn in_file(file: &Path) -> Result<Self, PlayError> {
        let opened = File::options().create(true).append(true).open(file);
        let failed = |source| PlayError::Acknowledged {
            file: file.to_owned(),
            source,
        };
        Ok(Self(Some((file.to_owned(), opened.map_err(failed)?))))
    }

    fn write(&mut self, kind: &str, ids: &[String]) -> Result<(), PlayError> {
        let Some((path, file)) = &mut self.0 else {
            return Ok(());
        };
        let mut lines = String::new();
        for id in ids {
            lines.extend([kind, " ", id, "\n"]);
        }
        let failed = |source| PlayError::Acknowledged {
            file: path.clone(),
            source,
        };
        file.write_all(lines.as_bytes()).map_err(failed)
    }
}

impl Stage {
    /// A stage on the node that `client` speaks to, where this cast is registered. What the node
    /// acknowledges is written to `acknowledged`.
    pub fn new(client: &Client, cast: Cast, clock: World, acknowledged: Acknowledged) -> Self {
        let clients = cast
            .keys
            .iter()
            .map(|(actor, key)| (*actor, client.with_key(key)))
            .collect();
        Self {
            clients,
            admin: client.with_key(&cast.admin),
            gateway: client.with_key(&cast.gateway),
            loggers: cast.loggers,
            clock,
            acknowledged,
        }
    }

    /// Plays every chapter in order; returns when the node has recorded everything.
    pub fn play(&mut self, story: &Story, tell: &mut dyn FnMut(Progress)) -> Result<(), PlayError> {
        for chapter in &story.chapters {
            tell(Progress::Chapter(chapter.title, chapter.steps.len()));
            for step in &chapter.steps {
                self.step(chapter.title, step)?;
                tell(Progress::Step);
            }
        }
        Ok(())
    }

    /// Uploads what the logger of the arriving pallet measured until now.
    pub fn arrive(&mut self, arrival: &Arrival) -> Result<(), PlayError> {
        let readings = arrival.readings(self.clock.now_ms());
        self.step("a pallet arrives at the dock door", &readings)
    }

    fn step(&mut self, chapter: &'static str, step: &Step) -> Result<(), PlayError> {
        match step {
            Step::Capture {
                actor,
                document,
                event_ids,
            } => {
                let body = document.to_string();
                self.capture(chapter, *actor, body.as_bytes(), event_ids)
            }
            Step::MasterData { records } => {
                let records = Value::Array(records.clone());
                let answer = self.admin.post("/api/v1/master-data", &records);
                let answer = answer.map_err(|source| PlayError::Client { chapter, source })?;
                self.acknowledge_block(&answer)
            }
            Step::Readings { logger, events } => self.readings(chapter, *logger, events),
            Step::Decision { actor, body } => {
                let answer = self
                    .client(chapter, *actor)?
                    .post("/api/v1/decisions", body);
                let answer = answer.map_err(|source| PlayError::Client { chapter, source })?;
                self.acknowledge_block(&answer)
            }
        }
    }

    fn capture(
        &mut self,
        chapter: &'static str,
        actor: Actor,
        document: &[u8],
        event_ids: &[String],
    ) -> Result<(), PlayError> {
        let failed = |source| PlayError::Client { chapter, source };
        let client = self.client(chapter, actor)?.clone();
        let posted = client.post_bytes("/epcis/capture", "application/json", document);
        let (location, _) = posted.map_err(failed)?;
        self.acknowledged.write("event", event_ids)?;
        let Some(location) = location else {
            return Ok(());
        };
        for _ in 0..JOB_POLLS_MAX {
            let job = client.get(client.path_of(&location)).map_err(failed)?;
            if job.get("running").and_then(Value::as_bool) == Some(true) {
                std::thread::sleep(JOB_POLL);
                continue;
            }
            if job.get("success").and_then(Value::as_bool) == Some(true) {
                return Ok(());
            }
            let errors = job.get("errors").map_or_else(String::new, Value::to_string);
            return Err(PlayError::Job { chapter, errors });
        }
        Err(PlayError::Job {
            chapter,
            errors: "it is still running".into(),
        })
    }

    fn readings(
        &mut self,
        chapter: &'static str,
        logger: usize,
        events: &[Value],
    ) -> Result<(), PlayError> {
        let nobody = || PlayError::Nobody {
            chapter,
            who: format!("logger {logger}"),
        };
        let player = self.loggers.get(logger).ok_or_else(nobody)?;
        let block = player
            .upload(&self.gateway, &self.clock, events)
            .map_err(|source| PlayError::Upload { chapter, source })?;
        self.acknowledged.write("block", &[block.to_string()])
    }

    fn acknowledge_block(&mut self, answer: &Value) -> Result<(), PlayError> {
        match answer.get("block").and_then(Value::as_str) {
            Some(block) => self.acknowledged.write("block", &[block.to_owned()]),
            None => Ok(()),
        }
    }

    fn client(&self, chapter: &'static str, actor: Actor) -> Result<&Client, PlayError> {
        let nobody = || PlayError::Nobody {
            chapter,
            who: actor.key_name().to_owned(),
        };
        self.clients.get(&actor).ok_or_else(nobody)
    }
}
