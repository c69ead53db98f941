//! Asking witnesses (C2SP `tlog-witness`): after each checkpoint a thread of its own sends it to
//! every configured witness with the proof that it continues what that witness has seen, and
//! hands the cosignatures to the writer, which keeps them. Recording never waits for a witness.
//! One that cannot be reached is asked again later, more and more seldom; one that refuses,
//! because it has seen another history of this log, is told to the operator at every turn.
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tangle::VerifierKey;
use tangle::verify::checkpoint::{Note, NoteSignature, parse_decimal};
use tangle::witness::AddCheckpoint;
use tokio::sync::oneshot;
use ureq::Agent;

use super::shared::{Shared, SignedCheckpoint};
use super::writer::Request;
use crate::config::WitnessesConfig;
use crate::world::World;

/// An answer of a witness is a few signature lines.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;
/// Wait after the first failure; doubled after each further one.
const WAIT_FIRST: Duration = Duration::from_secs(1);
/// Longest wait after a failure.
const WAIT_MAX: Duration = Duration::from_mins(2);

/// How it stands with one witness.
#[derive(Clone, Debug)]
pub struct WitnessState {
    /// Where it is asked.
    pub url: String,
    /// Its key (C2SP vkey).
    pub key: VerifierKey,
    /// Leaves of the checkpoint that it co-signed last, since this node runs.
    pub size: Option<u64>,
    /// When it did, seconds since the Unix epoch by its own clock.
    pub time_s: Option<u64>,
    /// Why the last request failed; `None` when it did not.
    pub problem: Option<String>,
    /// Whether it refused because it has seen another history of this log.
    pub refused: bool,
}

/// The witnesses as the last round left them.
#[derive(Clone, Debug, Default)]
pub(super) struct Board(Arc<Mutex<Vec<WitnessState>>>);

impl Board {
    pub(super) fn states(&self) -> Vec<WitnessState> {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<WitnessState>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where requests to the writer go; `None` once the node closes.
pub(super) type Queue = Arc<Mutex<Option<SyncSender<Request>>>>;

/// Reads the configured witnesses, or says which of them is not usable.
pub(super) fn board(config: &WitnessesConfig) -> Result<Board, String> {
    let mut states: Vec<WitnessState> = Vec::new();
    for peer in &config.ask {
        let key: VerifierKey = peer
            .key
            .trim()
            .parse()
            .map_err(|error| format!("the key of the witness {}: {error}", peer.url))?;
        if !key.is_witness() {
            return Err(format!("{key} is the key of a log, not of a witness"));
        }
        if states.iter().any(|known| known.key == key) {
            return Err(format!("the witness {} is configured twice", key.name()));
        }
        let url = peer.url.trim().trim_end_matches('/').to_owned();
        if !(url.starts_with("http://") || url.starts_with("https://")) {
            return Err(format!("{url:?} is not an http:// or https:// URL"));
        }
        states.push(WitnessState {
            url,
            key,
            size: None,
            time_s: None,
            problem: None,
            refused: false,
        });
    }
    Ok(Board(Arc::new(Mutex::new(states))))
}

/// Starts asking. The thread ends when the sender is dropped or the queue is taken away.
pub(super) fn start(
    config: &WitnessesConfig,
    board: &Board,
    shared: &Arc<Shared>,
    queue: &Queue,
    world: &World,
) -> std::io::Result<SyncSender<()>> {
    let timeout = Duration::from_secs(config.timeout_s.max(1));
    let agent = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(timeout))
        .max_redirects(0)
        .user_agent(concat!("theriac/", env!("CARGO_PKG_VERSION")))
        .build();
    let peers = board.states().into_iter().map(|state| Peer {
        state,
        seen: None,
        failures: 0,
        not_before: Duration::ZERO,
    });
    let asker = Asker {
        peers: peers.collect(),
        board: board.clone(),
        shared: Arc::downgrade(shared),
        queue: Arc::clone(queue),
        world: world.clone(),
        agent: agent.into(),
        enough: config.quorum,
    };
    let (wake, woken) = sync_channel(1);
    std::thread::Builder::new()
        .name("witnesses".to_owned())
        .spawn(move || asker.run(&woken))?;
    Ok(wake)
}

struct Asker {
    peers: Vec<Peer>,
    board: Board,
    shared: Weak<Shared>,
    queue: Queue,
    world: World,
    agent: Agent,
    enough: usize,
}

struct Peer {
    state: WitnessState,
    /// Leaves that it told to have seen.
    seen: Option<u64>,
    failures: u32,
    not_before: Duration,
}

/// Why a witness did not co-sign.
struct Trouble {
    text: String,
    refused: bool,
}

impl From<String> for Trouble {
    fn from(text: String) -> Self {
        Self {
            text,
            refused: false,
        }
    }
}

impl Asker {
    fn run(mut self, woken: &Receiver<()>) {
        loop {
            match woken.recv_timeout(self.wait()) {
                Ok(()) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if self.sender().is_none() {
                return;
            }
            self.round();
        }
    }

    /// Until the next witness that failed is asked again.
    fn wait(&self) -> Duration {
        let now = self.world.elapsed();
        let failed = self.peers.iter().filter(|peer| peer.failures > 0);
        let next = failed.map(|peer| peer.not_before.saturating_sub(now)).min();
        next.unwrap_or(WAIT_MAX).max(Duration::from_millis(50))
    }

    fn sender(&self) -> Option<SyncSender<Request>> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.clone()
    }

    /// Asks the witnesses that have not co-signed the latest checkpoint.
    fn round(&mut self) {
        let Some((signed, note)) = self.latest() else {
            return;
        };
        let size = signed.checkpoint.size;
        let now = self.world.elapsed();
        let (agent, shared) = (&self.agent, &self.shared);
        let answers: Vec<_> = std::thread::scope(|scope| {
            let due = |peer: &&mut Peer| peer.state.size < Some(size) && peer.not_before <= now;
            let asked = self.peers.iter_mut().filter(due);
            let asked = asked.map(|peer| {
                let note = &note;
                scope.spawn(move || {
                    let answer = peer.ask(agent, shared, note, size);
                    (peer, answer)
                })
            });
            let threads: Vec<_> = asked.collect();
            let joined = threads.into_iter().filter_map(|thread| thread.join().ok());
            joined
                .filter_map(|(peer, answer)| peer.note(answer, size, now))
                .collect()
        });
        *self.board.lock() = self.peers.iter().map(|peer| peer.state.clone()).collect();
        if !answers.is_empty() {
            self.keep(note.to_text(), answers);
        }
    }

    /// The latest checkpoint, and its note with the log's own signature only.
    fn latest(&self) -> Option<(Arc<SignedCheckpoint>, Note)> {
        let shared = self.shared.upgrade()?;
        let signed = shared.checkpoint()?;
        let mut note = Note::parse(&signed.note).ok()?;
        note.signatures.retain(|line| line.is_by(&shared.log_key));
        Some((signed, note))
    }

    fn keep(&self, note: String, cosignatures: Vec<(NoteSignature, VerifierKey)>) {
        let (reply, kept) = oneshot::channel();
        let request = Request::Witnessed {
            note,
            cosignatures,
            enough: self.enough,
            reply,
        };
        let sent = self.sender().is_some_and(|to| to.send(request).is_ok());
        if sent && let Ok(Err(error)) = kept.blocking_recv() {
            tracing::error!(%error, "cosignatures could not be kept");
        }
    }
}

impl Peer {
    /// Asks for a cosignature; starts again from the size that the witness has seen.
    fn ask(
        &mut self,
        agent: &Agent,
        shared: &Weak<Shared>,
        note: &Note,
        size: u64,
    ) -> Result<NoteSignature, Trouble> {
        for _ in 0..3 {
            let old = self.seen.unwrap_or(0);
            if old > size {
                return Err(Trouble {
                    text: format!(
                        "it has co-signed {old} leaves and this log has {size}: the log was rolled \
                         back or forked"
                    ),
                    refused: true,
                });
            }
            let path = if old == 0 || old == size {
                Vec::new()
            } else {
                consistency(shared, old, size)?
            };
            let body = AddCheckpoint {
                old,
                path,
                note: note.clone(),
            };
            let (status, answer) = self.post(agent, &body.to_text())?;
            match status {
                200 => {
                    let line = self.own_line(&answer, note)?;
                    self.seen = Some(size);
                    return Ok(line);
                }
                409 => {
                    let seen = parse_decimal(answer.trim_end_matches('\n'));
                    let told = || format!("it answered 409 without the size it has seen: {answer}");
                    self.seen = Some(seen.ok_or_else(told)?);
                }
                422 => {
                    return Err(Trouble {
                        text: format!("it has seen another history of this log: {answer}"),
                        refused: true,
                    });
                }
                status => return Err(format!("it answered {status}: {answer}").into()),
            }
        }
        Err("it contradicts itself about the size it has seen"
            .to_owned()
            .into())
    }

    fn post(&self, agent: &Agent, body: &str) -> Result<(u16, String), String> {
        let url = format!("{}/add-checkpoint", self.state.url);
        let mut answer = agent
            .post(&url)
            .header("content-type", "text/plain; charset=utf-8")
            .send(body)
            .map_err(|error| format!("cannot reach {url}: {error}"))?;
        let status = answer.status().as_u16();
        let text = answer
            .body_mut()
            .with_config()
            .limit(ANSWER_BYTES_MAX)
            .read_to_string()
            .map_err(|error| format!("reading the answer of {url}: {error}"))?;
        Ok((status, text))
    }

    /// The witness's own signature among the lines it answered.
    fn own_line(&self, answer: &str, note: &Note) -> Result<NoteSignature, String> {
        let key = &self.state.key;
        let lines = answer
            .lines()
            .filter_map(|it| NoteSignature::parse(it).ok());
        let own = lines.filter(|line| line.is_by(key));
        own.into_iter()
            .find(|line| line.check(key, &note.text).is_ok())
            .ok_or_else(|| format!("its answer has no signature that the key {key} verifies"))
    }

    /// Takes an answer down; the cosignature with its key, if there is one.
    fn note(
        &mut self,
        answer: Result<NoteSignature, Trouble>,
        size: u64,
        now: Duration,
    ) -> Option<(NoteSignature, VerifierKey)> {
        match answer {
            Ok(line) => {
                self.failures = 0;
                self.not_before = Duration::ZERO;
                self.state.size = Some(size);
                self.state.time_s = line.time_s();
                self.state.problem = None;
                self.state.refused = false;
                Some((line, self.state.key.clone()))
            }
            Err(trouble) => {
                let text = trouble.text.trim_end().to_owned();
                let wait = WAIT_FIRST.saturating_mul(1 << self.failures.min(10));
                self.failures = self.failures.saturating_add(1);
                self.not_before = now.saturating_add(wait.min(WAIT_MAX));
                let (witness, problem) = (self.state.key.name(), &text);
                if trouble.refused {
                    tracing::error!(%witness, %problem, "a witness refuses this log's checkpoint");
                } else if self.state.problem.is_none() {
                    tracing::warn!(%witness, %problem, "a witness did not co-sign");
                }
                self.state.problem = Some(text);
                self.state.refused = trouble.refused;
                None
            }
        }
    }
}

fn consistency(shared: &Weak<Shared>, from: u64, to: u64) -> Result<Vec<[u8; 32]>, String> {
    let closing = || "the node is closing".to_owned();
    let shared = shared.upgrade().ok_or_else(closing)?;
    let path = shared.with_reader(|reader| reader.consistency(from, to));
    path.ok_or_else(closing)?
        .map_err(|error| crate::chain(&error))
}
