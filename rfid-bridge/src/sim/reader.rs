//! The reader's side of LLRP: requests in, responses, reports and keepalives out. Same law as the
//! client's session: feed one [`Input`], then [`SimReader::poll`] until it says when to wake it.
//! `ROSpec`s belong to the reader, not to the connection: they survive a client that vanishes,
//! and when a client has asked for it, so do the reports.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::door::Door;
use super::profile::Profile;
use super::scene::Scene;
use super::tag::Tag;

use crate::llrp::event::{CONNECTION_SUCCESS, CONNECTION_TAKEN, EventNotification, ReaderEvent};
use crate::llrp::frame::Framer;
use crate::llrp::message::{Body, Message, MessageType, VERSION_1_0_1};
use crate::llrp::parameter::Tlv;
use crate::llrp::rospec::{RoReportSpec, RoSpec};
use crate::llrp::session::Now;
use crate::llrp::settings::KeepaliveSpec;
use crate::llrp::status::LlrpStatus;
use crate::llrp::tag::{ReaderTime, TagReport};
use crate::llrp::tree::Node;
use crate::llrp::wire::TooLong;

mod access;
mod cues;
mod report;
mod requests;
mod specs;

/// `ROSpec`s a client may leave on the reader.
pub const ROSPECS_MAX: usize = 32;
/// `AccessSpec`s a client may leave on the reader.
pub const ACCESSSPECS_MAX: usize = 32;
/// Ids of unasked messages start here, clear of the ids clients choose for requests.
const FIRST_UNASKED_ID: u32 = 0x4000_0000;

/// What may happen to the reader.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    /// A client connected.
    Connected,
    /// Bytes from the client.
    Bytes(&'a [u8]),
    /// The client is gone.
    Closed,
    /// Time passed.
    Wake,
}

/// What the reader wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Write these bytes.
    Send(Vec<u8>),
    /// Close the connection.
    Close,
    /// Nothing more now; wake at this monotonic time.
    WakeAt(Option<u64>),
}

/// A reader with what it stands before.
#[derive(Debug)]
pub struct SimReader {
    scene: Scene,
    tags: Vec<Tag>,
    profile: Profile,
    clock_offset_ms: i64,
    /// Stamps with its uptime instead of UTC.
    uptime_only: bool,
    specs: BTreeMap<u32, RoSpec>,
    access: BTreeMap<u32, Node>,
    active: Option<Active>,
    held: Vec<TagReport>,
    /// Some of what was held was lost, and no client was there to be told.
    overflowed: bool,
    /// Set by a client: what is found while nobody is connected waits for the next one.
    holds: bool,
    /// Types of event a client wants to hear of.
    notify: BTreeSet<u16>,
    /// State of the inputs, from port 1.
    inputs: [bool; 4],
    /// Connections break, or are refused, until this time.
    down_until: u64,
    taken_until: u64,
    /// Nothing is said or heard until this time.
    mute_until: u64,
    client: Option<Client>,
    outputs: VecDeque<Output>,
    next_id: u32,
}

/// The `ROSpec` that runs.
#[derive(Debug)]
struct Active {
    id: u32,
    ports: Vec<u16>,
    report: RoReportSpec,
    stop_at: Option<u64>,
}

/// The connection.
#[derive(Debug)]
struct Client {
    framer: Framer,
    version: u8,
    keepalive: Option<KeepaliveSpec>,
    keepalive_at: Option<u64>,
    /// Waits for `ENABLE_EVENTS_AND_REPORTS`.
    waits: bool,
    /// A vendor's additions were turned on.
    extended: bool,
}

impl SimReader {
    /// A reader before a door; its clock is `clock_offset_ms` ahead of the truth.
    pub fn new(door: Door, clock_offset_ms: i64) -> Self {
        let tags = (1..)
            .zip(door.epcs())
            .map(|(number, epc)| Tag::new(epc.clone(), number))
            .collect();
        Self::before(Scene::Door(door), tags, clock_offset_ms)
    }

    /// A reader before a scene; sightings name the tags by their index.
    pub fn before(scene: Scene, tags: Vec<Tag>, clock_offset_ms: i64) -> Self {
        Self {
            scene,
            tags,
            profile: Profile::default(),
            clock_offset_ms,
            uptime_only: false,
            specs: BTreeMap::new(),
            access: BTreeMap::new(),
            active: None,
            held: Vec::new(),
            overflowed: false,
            holds: false,
            notify: BTreeSet::new(),
            inputs: [false; 4],
            down_until: 0,
            taken_until: 0,
            mute_until: 0,
            client: None,
            outputs: VecDeque::new(),
            next_id: FIRST_UNASKED_ID,
        }
    }

    /// The same reader of another make or with other limits.
    #[must_use]
    pub fn with_profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Its tags, in the order of their numbers.
    pub fn tags(&self) -> &[Tag] {
        &self.tags
    }

    /// Passages that were read to their end.
    pub fn passages(&self) -> u64 {
        self.scene.passages()
    }

    /// The message that turns a second client away.
    pub fn refusal(&self, now: Now) -> Result<Vec<u8>, TooLong> {
        let event = self.attempt(CONNECTION_TAKEN, now);
        Message::new(FIRST_UNASKED_ID, Body::EventNotification(event)).encode()
    }

    /// Takes one input.
    pub fn handle(&mut self, input: Input<'_>, now: Now) {
        match input {
            Input::Connected => self.connected(now),
            Input::Bytes(bytes) => self.bytes(bytes, now),
            Input::Closed => self.client = None,
            Input::Wake => self.wake(now),
        }
    }

    /// What to do next; call until it is [`Output::WakeAt`].
    pub fn poll(&mut self) -> Output {
        self.outputs
            .pop_front()
            .unwrap_or_else(|| Output::WakeAt(self.wake_at()))
    }

    fn wake_at(&self) -> Option<u64> {
        let keepalive = self.client.as_ref().and_then(|client| client.keepalive_at);
        let active = self.active.as_ref();
        let stop = active.and_then(|active| active.stop_at);
        // Nobody listens: the door stands still until a client is back.
        let heard = self.client.is_some() || self.holds;
        let round = active.filter(|_| heard).and(self.scene.round_at());
        let times = [keepalive, stop, round, self.scene.due_at()];
        times.into_iter().flatten().min()
    }

    fn connected(&mut self, now: Now) {
        if now.mono_ms < self.down_until {
            self.outputs.push_back(Output::Close);
            return;
        }
        self.client = Some(Client {
            framer: Framer::new(),
            version: VERSION_1_0_1,
            keepalive: None,
            keepalive_at: None,
            waits: self.holds,
            extended: false,
        });
        let taken = now.mono_ms < self.taken_until;
        let status = if taken {
            CONNECTION_TAKEN
        } else {
            CONNECTION_SUCCESS
        };
        let event = self.attempt(status, now);
        self.tell(Body::EventNotification(event));
        if taken {
            self.leave();
        }
    }

    fn attempt(&self, status: u16, now: Now) -> EventNotification {
        let events = vec![ReaderEvent::ConnectionAttempt(status)];
        let at = self.clock(now);
        EventNotification { at, events }
    }

    /// The reader's time.
    fn clock(&self, now: Now) -> ReaderTime {
        if self.uptime_only {
            return ReaderTime::Uptime(now.mono_ms.saturating_mul(1000));
        }
        let ms = now.unix_ms.saturating_add(self.clock_offset_ms);
        ReaderTime::Utc(u64::try_from(ms).unwrap_or(0).saturating_mul(1000))
    }

    fn wake(&mut self, now: Now) {
        for cue in self.scene.cues(now.mono_ms) {
            self.cue(cue, now);
        }
        if let Some(client) = &mut self.client
            && let (Some(at), Some(spec)) = (client.keepalive_at, client.keepalive)
            && at <= now.mono_ms
        {
            client.keepalive_at = Some(now.mono_ms + u64::from(spec.period_ms).max(1));
            if now.mono_ms >= self.mute_until {
                self.tell(Body::Keepalive);
            }
        }
        if self.client.is_some() || self.holds {
            self.round(now);
        }
        let stops = self.active.as_ref().and_then(|active| active.stop_at);
        if stops.is_some_and(|at| at <= now.mono_ms) {
            self.deactivate(specs::INACTIVE);
        }
    }

    fn bytes(&mut self, bytes: &[u8], now: Now) {
        if now.mono_ms < self.mute_until {
            return;
        }
        if let Some(client) = &mut self.client {
            client.framer.push(bytes);
        }
        while let Some(client) = &mut self.client {
            match client.framer.next_frame() {
                Ok(Some(frame)) => self.frame(&frame, now),
                Ok(None) => break,
                Err(_) => self.leave(),
            }
        }
    }

    fn leave(&mut self) {
        self.outputs.push_back(Output::Close);
        self.client = None;
    }

    fn answer(&mut self, id: u32, kind: MessageType, status: LlrpStatus) {
        self.list(id, kind, status, Vec::new());
    }

    /// Answers with a status and parameters.
    fn list(&mut self, id: u32, kind: MessageType, status: LlrpStatus, parameters: Vec<Tlv>) {
        let body = Body::Response {
            kind,
            status,
            parameters,
        };
        self.say(id, body);
    }

    fn say(&mut self, id: u32, body: Body) {
        let version = self
            .client
            .as_ref()
            .map_or(VERSION_1_0_1, |client| client.version);
        self.send(&Message { version, id, body });
    }

    fn tell(&mut self, body: Body) {
        let id = self.next_id;
        self.next_id = id.checked_add(1).unwrap_or(FIRST_UNASKED_ID);
        self.say(id, body);
    }

    fn send(&mut self, message: &Message) {
        // Everything we say is shorter than its length fields: reports are cut to size.
        if let (Some(_), Ok(bytes)) = (&self.client, message.encode()) {
            self.outputs.push_back(Output::Send(bytes));
        }
    }
}
