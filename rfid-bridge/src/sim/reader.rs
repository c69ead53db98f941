//! The reader's side of LLRP: requests in, responses, reports and keepalives out. Same law as the
//! client's session: feed one [`Input`], then [`SimReader::poll`] until it says when to wake it.
//! `ROSpec`s belong to the reader, not to the connection: they survive a client that vanishes.

use std::collections::{BTreeMap, VecDeque};

use super::door::{Door, Sighting};
use super::profile;

use crate::llrp::event::{CONNECTION_SUCCESS, CONNECTION_TAKEN, EventNotification, ReaderEvent};
use crate::llrp::frame::{Frame, Framer};
use crate::llrp::message::{Body, DecodeError, Message, MessageType, VERSION_1_0_1, VERSION_1_1};
use crate::llrp::parameter::{EpcBits, Parameter, Tlv, Tv};
use crate::llrp::rospec::{ContentSelector, RoReportSpec, RoSpec};
use crate::llrp::session::Now;
use crate::llrp::settings::{ConfigParameter, KeepaliveSpec};
use crate::llrp::status::LlrpStatus;
use crate::llrp::tag::{ReaderTime, TagReport};
use crate::llrp::wire::TooLong;

mod specs;

/// `ROSpec`s a client may leave on the reader.
pub const ROSPECS_MAX: usize = 32;
/// Reports held for a client that does not fetch them; above, the buffer overflows.
const HELD_MAX: usize = 100_000;
/// Tags in one report message, whatever the client asked for.
const REPORT_TAGS_MAX: usize = 500;
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

/// A reader with one door.
#[derive(Debug)]
pub struct SimReader {
    door: Door,
    clock_offset_ms: i64,
    specs: BTreeMap<u32, RoSpec>,
    active: Option<Active>,
    held: Vec<TagReport>,
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
}

impl SimReader {
    /// A reader before its door; its clock is `clock_offset_ms` ahead of the truth.
    pub fn new(door: Door, clock_offset_ms: i64) -> Self {
        Self {
            door,
            clock_offset_ms,
            specs: BTreeMap::new(),
            active: None,
            held: Vec::new(),
            client: None,
            outputs: VecDeque::new(),
            next_id: FIRST_UNASKED_ID,
        }
    }

    /// Passages that were read to their end.
    pub fn passages(&self) -> u64 {
        self.door.passages()
    }

    /// The message that turns a second client away.
    pub fn refusal(&self, now: Now) -> Result<Vec<u8>, TooLong> {
        let event = self.attempt(CONNECTION_TAKEN, now);
        Message::new(FIRST_UNASKED_ID, Body::EventNotification(event)).encode()
    }

    /// Takes one input.
    pub fn handle(&mut self, input: Input<'_>, now: Now) {
        match input {
            Input::Connected => {
                self.client = Some(Client {
                    framer: Framer::new(),
                    version: VERSION_1_0_1,
                    keepalive: None,
                    keepalive_at: None,
                });
                let event = self.attempt(CONNECTION_SUCCESS, now);
                self.tell(Body::EventNotification(event));
            }
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
        let stop = self.active.as_ref().and_then(|active| active.stop_at);
        // Nobody listens: the door stands still until a client is back.
        let round = self.client.as_ref().and(self.door.round_at());
        [keepalive, stop, round].into_iter().flatten().min()
    }

    fn attempt(&self, status: u16, now: Now) -> EventNotification {
        let events = vec![ReaderEvent::ConnectionAttempt(status)];
        EventNotification {
            at: ReaderTime::Utc(self.clock_us(now)),
            events,
        }
    }

    fn clock_us(&self, now: Now) -> u64 {
        let ms = now.unix_ms.saturating_add(self.clock_offset_ms);
        u64::try_from(ms).unwrap_or(0).saturating_mul(1000)
    }

    fn wake(&mut self, now: Now) {
        if let Some(client) = &mut self.client
            && let (Some(at), Some(spec)) = (client.keepalive_at, client.keepalive)
            && at <= now.mono_ms
        {
            client.keepalive_at = Some(now.mono_ms + u64::from(spec.period_ms).max(1));
            self.tell(Body::Keepalive);
        }
        if self.client.is_some() {
            self.round(now);
        }
        let stops = self.active.as_ref().and_then(|active| active.stop_at);
        if stops.is_some_and(|at| at <= now.mono_ms) {
            self.deactivate(specs::INACTIVE);
        }
    }

    fn round(&mut self, now: Now) {
        let Some(active) = &self.active else { return };
        let (ports, report) = (active.ports.clone(), active.report.clone());
        let round = self.door.round(&ports, now.mono_ms);
        let at = self.clock_us(now);
        for sighting in round.sightings {
            let tag = self.tag_report(sighting, &report.content, at);
            self.held.push(tag);
        }
        if self.held.len() > HELD_MAX {
            self.held.truncate(HELD_MAX);
            let at = ReaderTime::Utc(at);
            let events = vec![ReaderEvent::BufferOverflow];
            self.tell(Body::EventNotification(EventNotification { at, events }));
        }
        let enough = report.every_n > 0 && self.held.len() >= usize::from(report.every_n);
        if report.trigger != 0 && (enough || round.last) {
            self.report(&report);
        }
    }

    fn tag_report(&self, sighting: Sighting, content: &ContentSelector, us: u64) -> TagReport {
        let epc = self
            .door
            .epcs()
            .get(sighting.tag)
            .cloned()
            .unwrap_or_default();
        let mut parameters = vec![match <[u8; 12]>::try_from(epc.as_slice()) {
            Ok(epc) => Parameter::Tv(Tv::Epc96(epc)),
            Err(_) => Parameter::Epc(EpcBits::from_bytes(&epc).unwrap_or(EpcBits {
                bits: 0,
                bytes: Vec::new(),
            })),
        }];
        let id = self.active.as_ref().map_or(0, |active| active.id);
        let optional = [
            (ContentSelector::ROSPEC_ID, Tv::RoSpecId(id)),
            (ContentSelector::SPEC_INDEX, Tv::SpecIndex(1)),
            (
                ContentSelector::INVENTORY_PARAMETER_SPEC_ID,
                Tv::InventoryParameterSpecId(1),
            ),
            (ContentSelector::ANTENNA_ID, Tv::AntennaId(sighting.antenna)),
            (ContentSelector::PEAK_RSSI, Tv::PeakRssi(sighting.rssi_dbm)),
            (ContentSelector::CHANNEL_INDEX, Tv::ChannelIndex(1)),
            (ContentSelector::FIRST_SEEN, Tv::FirstSeenUtc(us)),
            (ContentSelector::LAST_SEEN, Tv::LastSeenUtc(us)),
            (ContentSelector::SEEN_COUNT, Tv::TagSeenCount(1)),
            (ContentSelector::ACCESS_SPEC_ID, Tv::AccessSpecId(0)),
        ];
        let wanted = optional
            .into_iter()
            .filter(|(flag, _)| content.wants(*flag));
        parameters.extend(wanted.map(|(_, tv)| Parameter::Tv(tv)));
        TagReport { parameters }
    }

    /// Sends what is held, in messages of as many tags as were asked for.
    fn report(&mut self, spec: &RoReportSpec) {
        let per = match usize::from(spec.every_n) {
            0 => REPORT_TAGS_MAX,
            n => n.min(REPORT_TAGS_MAX),
        };
        let held = std::mem::take(&mut self.held);
        for tags in held.chunks(per) {
            self.tell(Body::RoAccessReport {
                tags: tags.to_vec(),
                others: Vec::new(),
            });
        }
    }

    fn bytes(&mut self, bytes: &[u8], now: Now) {
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

    fn frame(&mut self, frame: &Frame, now: Now) {
        if !(VERSION_1_0_1..=VERSION_1_1).contains(&frame.version) {
            let status = LlrpStatus::new(LlrpStatus::UNSUPPORTED_VERSION, "1.0.1 and 1.1 only");
            self.answer(frame.id, MessageType::ERROR_MESSAGE, status);
            return;
        }
        match Message::decode(frame) {
            Ok(message) => {
                if let Err(error) = self.request(message, now) {
                    let status = LlrpStatus::new(LlrpStatus::FIELD_ERROR, &error.to_string());
                    self.answer(frame.id, MessageType::ERROR_MESSAGE, status);
                }
            }
            Err(error @ DecodeError::Unsupported(_)) => {
                let status = LlrpStatus::new(LlrpStatus::UNSUPPORTED_MESSAGE, &error.to_string());
                self.answer(frame.id, MessageType::ERROR_MESSAGE, status);
            }
            Err(error @ DecodeError::Malformed { kind, .. }) => {
                let status = LlrpStatus::new(LlrpStatus::PARAMETER_ERROR, &error.to_string());
                // A response that is only a status can carry the error; the others cannot.
                let kind = match kind {
                    MessageType::GET_READER_CAPABILITIES | MessageType::GET_SUPPORTED_VERSION => {
                        None
                    }
                    _ => kind.response(),
                };
                self.answer(frame.id, kind.unwrap_or(MessageType::ERROR_MESSAGE), status);
            }
        }
    }

    fn request(&mut self, message: Message, now: Now) -> Result<(), TooLong> {
        let id = message.id;
        let kind = message.body.kind();
        match message.body {
            Body::GetReaderCapabilities { requested, .. } => {
                let capabilities = profile::capabilities(self.door.antennas(), requested)?;
                self.say(id, Body::GetReaderCapabilitiesResponse(capabilities));
            }
            Body::GetReaderConfig(_) => {
                let keepalive = self.client.as_ref().and_then(|client| client.keepalive);
                let parameters = profile::configuration(self.door.antennas(), keepalive)?;
                let kind = MessageType::GET_READER_CONFIG_RESPONSE;
                self.say(
                    id,
                    Body::Response {
                        kind,
                        status: LlrpStatus::success(),
                        parameters,
                    },
                );
            }
            Body::SetReaderConfig { reset, parameters } => {
                self.configure(reset, &parameters, now);
                self.answer(
                    id,
                    MessageType::SET_READER_CONFIG_RESPONSE,
                    LlrpStatus::success(),
                );
            }
            Body::GetSupportedVersion => self.supported_version(id),
            Body::SetProtocolVersion(version) => self.set_version(id, version),
            Body::AddRoSpec(spec) => {
                let status = self.add(spec);
                self.answer(id, MessageType::ADD_ROSPEC_RESPONSE, status);
            }
            Body::SpecCommand { command, id: spec } => self.command(id, command, spec, now),
            Body::GetReport => {
                let every_n = 0;
                let content = ContentSelector::default();
                let custom = Vec::new();
                self.report(&RoReportSpec {
                    trigger: 0,
                    every_n,
                    content,
                    custom,
                });
            }
            Body::CloseConnection => {
                self.answer(
                    id,
                    MessageType::CLOSE_CONNECTION_RESPONSE,
                    LlrpStatus::success(),
                );
                self.leave();
            }
            Body::KeepaliveAck | Body::EnableEventsAndReports => {}
            _ => {
                let text = format!("{kind} is not a request");
                let status = LlrpStatus::new(LlrpStatus::UNSUPPORTED_MESSAGE, &text);
                self.answer(id, MessageType::ERROR_MESSAGE, status);
            }
        }
        Ok(())
    }

    fn configure(&mut self, reset: bool, parameters: &[ConfigParameter], now: Now) {
        let Some(client) = &mut self.client else {
            return;
        };
        if reset {
            client.keepalive = None;
            client.keepalive_at = None;
        }
        for parameter in parameters {
            if let ConfigParameter::Keepalive(spec) = parameter {
                let periodic = spec.trigger == 1 && spec.period_ms > 0;
                client.keepalive = periodic.then_some(*spec);
                client.keepalive_at = periodic.then(|| now.mono_ms + u64::from(spec.period_ms));
            }
        }
    }

    fn supported_version(&mut self, id: u32) {
        let current = self
            .client
            .as_ref()
            .map_or(VERSION_1_0_1, |client| client.version);
        let body = Body::GetSupportedVersionResponse {
            current,
            supported: VERSION_1_1,
            status: LlrpStatus::success(),
        };
        // This answer is a message of 1.1 whatever version is in use (LLRP 1.1, 10.1).
        self.send(&Message {
            version: VERSION_1_1,
            id,
            body,
        });
    }

    fn set_version(&mut self, id: u32, version: u8) {
        let known = (VERSION_1_0_1..=VERSION_1_1).contains(&version);
        let status = if known {
            LlrpStatus::success()
        } else {
            LlrpStatus::new(LlrpStatus::UNSUPPORTED_VERSION, "1.0.1 and 1.1 only")
        };
        let kind = MessageType::SET_PROTOCOL_VERSION_RESPONSE;
        let body = Body::Response {
            kind,
            status,
            parameters: Vec::new(),
        };
        self.send(&Message {
            version: VERSION_1_1,
            id,
            body,
        });
        if let Some(client) = self.client.as_mut().filter(|_| known) {
            client.version = version;
        }
    }

    fn answer(&mut self, id: u32, kind: MessageType, status: LlrpStatus) {
        self.say(
            id,
            Body::Response {
                kind,
                status,
                parameters: Vec::<Tlv>::new(),
            },
        );
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
