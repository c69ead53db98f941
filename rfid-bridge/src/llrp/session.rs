//! A client's conversation with one reader as a function: inputs and the time go in, outputs come
//! out, and no socket is known here. The run-loop law: feed one [`Input`] (a closing connection is
//! one too), then call [`Session::poll`] until it answers [`Output::WakeAt`]; sleep until then or
//! until something happens.
//!
//! ```text
//! Offline --Connect--> Greeting --event--> Arming(steps) -----> Reading
//!    ^                     |                   |                   |
//!    +------ back-off -----+--- refused, malformed, silent, closed-+
//! ```
//!
//! Requests go one at a time; a response is matched by id *and* type, and anything unasked
//! (reports, keepalives, events) may stand between the two. Two clocks are kept apart: timers run
//! on the gateway's monotonic clock, observations get the gateway's wall clock, and the reader's
//! own times are carried along untouched ([`super::tag::ReaderTime`]).

use std::collections::VecDeque;

use super::event::{CONNECTION_SUCCESS, EventNotification, ReaderEvent};
use super::frame::{Frame, FrameError, Framer};
use super::message::{Body, DecodeError, Message, MessageType, VERSION_1_0_1};
use super::settings::GeneralDeviceCapabilities;
use super::status::LlrpStatus;
use super::tag::TagReport;

mod arming;
mod clock;
mod config;
mod pause;

use arming::{Met, Step};
use clock::ReaderClock;
pub use clock::{More, Read};
pub use config::SessionConfig;
use pause::Pause;

/// A moment on both of the gateway's clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Milliseconds of a clock that never steps; its zero means nothing.
    pub mono_ms: u64,
    /// Milliseconds since the Unix epoch by the wall clock, which may step.
    pub unix_ms: i64,
}

/// What may happen to a session.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    /// The connection asked for by [`Output::Connect`] stands.
    Connected,
    /// Bytes came.
    Bytes(&'a [u8]),
    /// The connection ended, or could not be made.
    Closed,
    /// The time of [`Output::WakeAt`] has come (or any other time).
    Wake,
    /// Pause the inventory, or let it go on.
    Hold(bool),
    /// Say good-bye to the reader and do not come back.
    Stop,
}

/// What a session wants.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Open a connection; answer with `Connected` or `Closed`.
    Connect,
    /// Write these bytes.
    Send(Vec<u8>),
    /// Tags were read.
    Report(Vec<Read>),
    /// Something to log or to count.
    Notice(Notice),
    /// Close the connection; no `Closed` is expected.
    Close,
    /// Nothing more now. Feed `Wake` at this monotonic time; `None` means only other inputs count.
    WakeAt(Option<u64>),
    /// The session has ended after `Stop`.
    Stopped,
}

/// What an operator should be able to see.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// The reader accepted us and described itself.
    Device(GeneralDeviceCapabilities),
    /// The inventory runs.
    Armed,
    /// The inventory was paused as asked for, or goes on.
    Paused(bool),
    /// The reader refused the connection: status of the `ConnectionAttemptEvent`.
    Refused(u16),
    /// An event of the reader.
    Event(ReaderEvent),
    /// A request failed and the session goes on without it.
    Tolerated(MessageType, LlrpStatus),
    /// A message was not understood or not expected, and was stepped over.
    Skipped(DecodeError),
    /// A response nobody asked for: type and id.
    Stray(MessageType, u32),
    /// The connection is given up.
    Lost(Lost),
}

/// Why a connection was given up.
#[derive(Debug, Clone, PartialEq)]
pub enum Lost {
    /// The other side closed it, or it could not be made.
    Closed,
    /// The stream is not LLRP.
    Frame(FrameError),
    /// No answer within the time allowed: what was waited for.
    NoAnswer(&'static str),
    /// Nothing at all for three keepalive periods.
    Silent,
    /// A request without which there is no inventory was refused.
    Failed(MessageType, LlrpStatus),
    /// The answer to a request could not be understood.
    Unreadable(MessageType),
}

/// Where the conversation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// No connection; one is asked for at this time.
    Offline { connect_at: u64 },
    /// A connection is being made.
    Connecting { until: u64 },
    /// Connected; the reader speaks first.
    Greeting { until: u64 },
    /// Requests are being made, one at a time.
    Arming { step: Step, id: u32, until: u64 },
    /// The inventory runs.
    Reading,
    /// `DELETE_ROSPEC` was sent, then (`closing`) `CLOSE_CONNECTION`.
    Leaving { closing: bool, id: u32, until: u64 },
    /// Ended.
    Stopped,
}

/// Keepalive periods of silence after which a reader is taken for dead.
const SILENT_PERIODS: u64 = 3;

/// The client's side of LLRP with one reader.
#[derive(Debug)]
pub struct Session {
    config: SessionConfig,
    state: State,
    framer: Framer,
    outputs: VecDeque<Output>,
    clock: ReaderClock,
    next_id: u32,
    backoff_ms: u64,
    keepalive: bool,
    heard_at: u64,
    /// In use on this connection.
    version: u8,
    met: Met,
    /// The reader did not understand, or did not survive, the question for its version.
    knows_no_versions: bool,
    /// The reader refused all but the plainest inventory.
    plain: bool,
    pause: Pause,
}

impl Session {
    /// A session that will ask for a connection at once.
    pub fn new(config: SessionConfig) -> Self {
        Self {
            backoff_ms: config.backoff_ms_min,
            config,
            state: State::Offline { connect_at: 0 },
            framer: Framer::new(),
            outputs: VecDeque::new(),
            clock: ReaderClock::default(),
            next_id: 1,
            keepalive: false,
            heard_at: 0,
            version: VERSION_1_0_1,
            met: Met::default(),
            knows_no_versions: false,
            plain: false,
            pause: Pause::default(),
        }
    }

    /// Takes one input.
    pub fn handle(&mut self, input: Input<'_>, now: Now) {
        match input {
            Input::Connected => {
                if matches!(self.state, State::Connecting { .. }) {
                    self.framer = Framer::new();
                    self.clock = ReaderClock::default();
                    self.heard_at = now.mono_ms;
                    self.keepalive = false;
                    self.version = VERSION_1_0_1;
                    self.state = State::Greeting {
                        until: self.deadline(now),
                    };
                }
            }
            Input::Bytes(bytes) => self.bytes(bytes, now),
            Input::Closed => self.closed(now),
            Input::Wake => self.wake(now),
            Input::Hold(hold) => self.hold(hold, now),
            Input::Stop => self.stop(now),
        }
    }

    /// What to do next; call until it is [`Output::WakeAt`] or [`Output::Stopped`].
    pub fn poll(&mut self, now: Now) -> Output {
        if let Some(output) = self.outputs.pop_front() {
            return output;
        }
        match self.state {
            State::Offline { connect_at } if connect_at <= now.mono_ms => {
                self.state = State::Connecting {
                    until: self.deadline(now),
                };
                Output::Connect
            }
            State::Stopped => Output::Stopped,
            _ => Output::WakeAt(self.wake_at()),
        }
    }

    /// The version of the protocol that was agreed on: 1 is 1.0.1, 2 is 1.1.
    pub fn version(&self) -> u8 {
        self.version
    }

    /// Whether the inventory runs.
    pub fn is_reading(&self) -> bool {
        self.state == State::Reading
    }

    fn wake_at(&self) -> Option<u64> {
        let silence = self.keepalive.then(|| self.silent_at());
        match self.state {
            State::Offline { connect_at } => Some(connect_at),
            State::Connecting { until }
            | State::Greeting { until }
            | State::Leaving { until, .. } => Some(until),
            State::Arming { until, .. } => Some(silence.map_or(until, |at| at.min(until))),
            State::Reading => [silence, self.pause.until()].into_iter().flatten().min(),
            State::Stopped => None,
        }
    }

    fn silent_at(&self) -> u64 {
        self.heard_at + u64::from(self.config.keepalive_ms) * SILENT_PERIODS
    }

    fn deadline(&self, now: Now) -> u64 {
        now.mono_ms + self.config.response_ms_max
    }

    fn bytes(&mut self, bytes: &[u8], now: Now) {
        if !self.is_connected() {
            return;
        }
        self.heard_at = now.mono_ms;
        self.framer.push(bytes);
        while self.is_connected() {
            match self.framer.next_frame() {
                Ok(Some(frame)) => self.frame(&frame, now),
                Ok(None) => break,
                Err(error) => self.lose(Lost::Frame(error), now),
            }
        }
    }

    fn is_connected(&self) -> bool {
        matches!(
            self.state,
            State::Greeting { .. } | State::Arming { .. } | State::Reading | State::Leaving { .. }
        )
    }

    fn frame(&mut self, frame: &Frame, now: Now) {
        match Message::decode(frame) {
            Ok(message) => self.message(message, now),
            Err(error) => {
                self.notice(Notice::Skipped(error));
                if self.answers(frame.kind, frame.id) {
                    self.lose(Lost::Unreadable(frame.kind), now);
                }
            }
        }
    }

    fn message(&mut self, message: Message, now: Now) {
        let kind = message.body.kind();
        match message.body {
            Body::Keepalive => {
                let (version, id) = (self.version, message.id);
                let body = Body::KeepaliveAck;
                self.send(&Message { version, id, body }, now);
            }
            Body::RoAccessReport { tags, .. } => self.report(&tags, now),
            Body::EventNotification(notification) => self.event(notification, now),
            body if self.pause.is_answer(kind, message.id) => self.held(&body, now),
            body if self.answers(kind, message.id) => match self.state {
                State::Arming { step, .. } => self.answer(step, &body, now),
                State::Leaving { closing: false, .. } => self.say_good_bye(now),
                _ => self.end(),
            },
            body if body.status().is_some() => self.notice(Notice::Stray(kind, message.id)),
            _ => self.notice(Notice::Skipped(DecodeError::Unsupported(kind))),
        }
    }

    /// Whether a message of this type and id is what is being waited for. `ERROR_MESSAGE` answers
    /// any request whose id it bears.
    fn answers(&self, kind: MessageType, id: u32) -> bool {
        let (pending, expected) = match self.state {
            State::Arming { step, id, .. } => (id, arming::kind(step).response()),
            State::Leaving {
                id, closing: false, ..
            } => (id, Some(MessageType::DELETE_ROSPEC_RESPONSE)),
            State::Leaving { id, .. } => (id, Some(MessageType::CLOSE_CONNECTION_RESPONSE)),
            _ => return false,
        };
        id == pending && (Some(kind) == expected || kind == MessageType::ERROR_MESSAGE)
    }

    fn armed(&mut self, now: Now) {
        self.state = State::Reading;
        self.backoff_ms = self.config.backoff_ms_min;
        self.notice(Notice::Armed);
        // Releases what a reader held back for a client that left (EventsAndReports, 226).
        self.request_only(Body::EnableEventsAndReports, now);
        self.pause.forget();
        self.follow(now);
    }

    fn report(&mut self, tags: &[TagReport], now: Now) {
        if tags.is_empty() {
            return;
        }
        let reads = tags.iter().map(|tag| self.clock.read(tag, now)).collect();
        self.outputs.push_back(Output::Report(reads));
    }

    fn event(&mut self, notification: EventNotification, now: Now) {
        self.clock.heard(notification.at, now);
        let attempt = notification.connection_attempt();
        let others = notification
            .events
            .into_iter()
            .filter(|event| !matches!(event, ReaderEvent::ConnectionAttempt(_)));
        let others: Vec<_> = others
            .map(|event| Output::Notice(Notice::Event(event)))
            .collect();
        self.outputs.extend(others);
        match attempt {
            Some(CONNECTION_SUCCESS) if matches!(self.state, State::Greeting { .. }) => {
                self.arm(now);
            }
            Some(status) if status != CONNECTION_SUCCESS => {
                self.notice(Notice::Refused(status));
                if matches!(self.state, State::Greeting { .. }) {
                    self.drop_connection(now);
                }
            }
            _ => {}
        }
    }

    fn wake(&mut self, now: Now) {
        let over = |until: u64| until <= now.mono_ms;
        match self.state {
            State::Connecting { until } if over(until) => {
                self.lose(Lost::NoAnswer("connection"), now);
            }
            State::Greeting { until } if over(until) => {
                self.lose(Lost::NoAnswer("connection attempt event"), now);
            }
            State::Arming { until, .. } if over(until) => {
                self.lose(Lost::NoAnswer("response"), now);
            }
            State::Leaving { until, .. } if over(until) => self.end(),
            State::Reading if self.pause.until().is_some_and(over) => {
                self.lose(Lost::NoAnswer("response"), now);
            }
            State::Arming { .. } | State::Reading if self.keepalive && over(self.silent_at()) => {
                self.lose(Lost::Silent, now);
            }
            _ => {}
        }
    }

    fn closed(&mut self, now: Now) {
        match self.state {
            State::Leaving { .. } => self.state = State::Stopped,
            State::Offline { .. } | State::Stopped => {}
            _ => {
                self.notice(Notice::Lost(Lost::Closed));
                self.back_off(now);
            }
        }
    }

    fn stop(&mut self, now: Now) {
        match self.state {
            // The radio stops with us. A bridge that dies instead leaves it running, and finds
            // what was held meanwhile.
            State::Reading => {
                self.state = State::Leaving {
                    closing: false,
                    id: self.next_id,
                    until: self.deadline(now),
                };
                self.request_only(arming::delete_ours(), now);
            }
            State::Greeting { .. } | State::Arming { .. } => self.say_good_bye(now),
            State::Connecting { .. } => self.end(),
            State::Offline { .. } => self.state = State::Stopped,
            State::Leaving { .. } | State::Stopped => {}
        }
    }

    fn say_good_bye(&mut self, now: Now) {
        self.state = State::Leaving {
            closing: true,
            id: self.next_id,
            until: self.deadline(now),
        };
        self.request_only(Body::CloseConnection, now);
    }

    fn end(&mut self) {
        self.outputs.push_back(Output::Close);
        self.state = State::Stopped;
    }

    fn lose(&mut self, why: Lost, now: Now) {
        self.notice(Notice::Lost(why));
        self.drop_connection(now);
    }

    fn drop_connection(&mut self, now: Now) {
        self.outputs.push_back(Output::Close);
        if matches!(self.state, State::Leaving { .. }) {
            self.state = State::Stopped;
        } else {
            self.back_off(now);
        }
    }

    fn back_off(&mut self, now: Now) {
        let step = match self.state {
            State::Arming { step, .. } => Some(step),
            _ => None,
        };
        // Old readers hang up on, or are mute to, a message they do not know.
        self.knows_no_versions |= step == Some(Step::Version);
        self.state = State::Offline {
            connect_at: now.mono_ms + self.backoff_ms,
        };
        self.backoff_ms = (self.backoff_ms * 2).min(self.config.backoff_ms_max);
    }

    /// Sends a request whose answer, if any, is looked for elsewhere.
    fn request_only(&mut self, body: Body, now: Now) {
        let (version, id) = (self.version, self.fresh_id());
        self.send(&Message { version, id, body }, now);
    }

    fn send(&mut self, message: &Message, now: Now) {
        match message.encode() {
            Ok(bytes) => self.outputs.push_back(Output::Send(bytes)),
            // Only an antenna list of absurd length can bring us here.
            Err(_) => self.lose(Lost::NoAnswer("encoding of our own request"), now),
        }
    }

    fn notice(&mut self, notice: Notice) {
        self.outputs.push_back(Output::Notice(notice));
    }

    fn fresh_id(&mut self) -> u32 {
        let id = self.next_id;
        // Ids of requests stay clear of the high half, where readers number what is unasked.
        self.next_id = if id >= 0x3fff_ffff { 1 } else { id + 1 };
        id
    }
}

#[cfg(test)]
mod tests;
