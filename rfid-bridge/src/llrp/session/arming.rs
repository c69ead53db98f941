//! The requests that make a reader read, one at a time. Which are made depends on what the reader
//! is and on what it still does: one that runs our `ROSpec` from before the connection was cut is
//! left running, so that what it held meanwhile is not thrown away.
//!
//! ```text
//! version -> capabilities -> extensions -> keepalive -> events -> holding -> what runs there?
//!    ours: go on reading; anything else: delete all, add ours, enable it
//! ```

use super::{Lost, Notice, Now, Session, State};
use crate::llrp::access;
use crate::llrp::impinj::{self, Extensions};
use crate::llrp::message::{Body, Message, MessageType, VERSION_1_0_1, VERSION_1_1};
use crate::llrp::parameter::Tlv;
use crate::llrp::rospec::RoSpec;
use crate::llrp::settings::{Capabilities, ConfigParameter, KeepaliveSpec};
use crate::llrp::status::LlrpStatus;
use crate::llrp::tree::Element;
use crate::llrp::wire::{Cursor, TooLong, Writer};

/// The one `ROSpec` this client keeps on a reader.
pub(super) const ROSPEC_ID: u32 = 1;
/// The one `AccessSpec`.
const ACCESSSPEC_ID: u32 = 1;
/// Types of event a bridge wants: inputs, the fill of the buffer, exceptions, antennas.
const EVENT_TYPES: [u16; 4] = [1, 3, 4, 8];

/// The requests that make a reader read, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Version,
    SetVersion,
    Capabilities,
    Extensions,
    Keepalive,
    Events,
    Hold,
    RoSpecs,
    AccessSpecs,
    DeleteAccess,
    DeleteAll,
    Add,
    AddAccess,
    EnableAccess,
    Enable,
}

const STEPS: [Step; 15] = [
    Step::Version,
    Step::SetVersion,
    Step::Capabilities,
    Step::Extensions,
    Step::Keepalive,
    Step::Events,
    Step::Hold,
    Step::RoSpecs,
    Step::AccessSpecs,
    Step::DeleteAccess,
    Step::DeleteAll,
    Step::Add,
    Step::AddAccess,
    Step::EnableAccess,
    Step::Enable,
];

impl Step {
    /// Without these two there are no reads; a reader that refuses the others still reads.
    fn is_needed(self) -> bool {
        matches!(self, Self::Add | Self::Enable)
    }
}

/// What the reader turned out to be on this connection.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Met {
    /// To be set, when it differs from the version in use.
    wanted: Option<u8>,
    manufacturer: u32,
    /// It can hold reports for a client that is away.
    holds: bool,
    /// Our `ROSpec` runs there already.
    runs: bool,
    access_refused: bool,
}

impl Session {
    /// The first request of a connection.
    pub(super) fn arm(&mut self, now: Now) {
        self.met = Met::default();
        self.ask_from(0, now);
    }

    fn ask_after(&mut self, step: Step, now: Now) {
        let at = STEPS.iter().position(|other| *other == step);
        self.ask_from(at.map_or(STEPS.len(), |at| at + 1), now);
    }

    fn ask_from(&mut self, at: usize, now: Now) {
        let rest = STEPS.get(at..).unwrap_or_default();
        match rest.iter().find(|step| self.takes(**step)) {
            Some(step) => self.ask(*step, now),
            None => self.armed(now),
        }
    }

    /// Whether a request is to be made.
    fn takes(&self, step: Step) -> bool {
        let reads_memory = !self.config.memory.is_empty() && !self.met.access_refused;
        match step {
            Step::Version => self.config.version_max >= VERSION_1_1 && !self.knows_no_versions,
            Step::SetVersion => self.met.wanted.is_some(),
            Step::Extensions => {
                self.config.impinj.is_some() && self.met.manufacturer == impinj::VENDOR
            }
            Step::Hold => self.met.holds,
            Step::AccessSpecs => self.met.runs && reads_memory,
            Step::Capabilities | Step::Keepalive | Step::Events | Step::RoSpecs => true,
            Step::DeleteAccess | Step::DeleteAll | Step::Add | Step::Enable => !self.met.runs,
            Step::AddAccess | Step::EnableAccess => !self.met.runs && reads_memory,
        }
    }

    fn ask(&mut self, step: Step, now: Now) {
        let body = match self.request(step) {
            Ok(body) => body,
            Err(error) => {
                let status = LlrpStatus::new(LlrpStatus::PARAMETER_ERROR, error.what);
                self.notice(Notice::Tolerated(kind(step), status));
                self.ask_after(step, now);
                return;
            }
        };
        let id = self.fresh_id();
        self.state = State::Arming {
            step,
            id,
            until: self.deadline(now),
        };
        // These two belong to 1.1 and say so, whatever version is in use (LLRP 1.1, 10.1).
        let version = match step {
            Step::Version | Step::SetVersion => VERSION_1_1,
            _ => self.version,
        };
        self.send(&Message { version, id, body }, now);
    }

    /// Takes the answer to the pending request; `body` is a response of its type, or an
    /// `ERROR_MESSAGE`.
    pub(super) fn answer(&mut self, step: Step, body: &Body, now: Now) {
        let status = match body {
            Body::Other(node) => impinj::outcome(node),
            _ => body.status().cloned(),
        };
        if let Some(status) = status.filter(|status| !status.is_success()) {
            self.refused(step, status, now);
            return;
        }
        match (step, body) {
            (
                Step::Version,
                Body::GetSupportedVersionResponse {
                    current, supported, ..
                },
            ) => {
                let wanted = (*supported).min(self.config.version_max).min(VERSION_1_1);
                self.version = *current;
                self.met.wanted = (wanted != *current).then_some(wanted);
            }
            (Step::SetVersion, _) => self.version = self.met.wanted.unwrap_or(self.version),
            (Step::Capabilities, Body::GetReaderCapabilitiesResponse(capabilities)) => {
                self.meet(capabilities);
            }
            (Step::Keepalive, _) => self.keepalive = self.config.keepalive_ms > 0,
            (Step::RoSpecs, Body::Response { parameters, .. }) => {
                let ours = self.ro_spec().and_then(|spec| {
                    let mut to = Writer::new();
                    spec.encode(&mut to);
                    parameter(to)
                });
                self.met.runs = ours.is_ok_and(|ours| runs(parameters, &ours, 5, 0xff));
            }
            (Step::AccessSpecs, Body::Response { parameters, .. }) => {
                let ours = self.access_spec().and_then(|spec| {
                    let mut to = Writer::new();
                    spec.encode(&mut to);
                    parameter(to)
                });
                self.met.runs = ours.is_ok_and(|ours| runs(parameters, &ours, 7, 0x80));
            }
            _ => {}
        }
        self.ask_after(step, now);
    }

    fn refused(&mut self, step: Step, status: LlrpStatus, now: Now) {
        let request = kind(step);
        let may_be_plainer = step == Step::Add && !self.plain;
        if step.is_needed() && !may_be_plainer {
            self.lose(Lost::Failed(request, status), now);
            return;
        }
        match step {
            // A reader of 1.0.1 answers that it knows no such message or version.
            Step::Version | Step::SetVersion => {
                self.knows_no_versions |= step == Step::Version;
                self.met.wanted = None;
            }
            Step::AccessSpecs => self.met.runs = false,
            Step::AddAccess | Step::EnableAccess => self.met.access_refused = true,
            _ => {}
        }
        self.notice(Notice::Tolerated(request, status));
        if may_be_plainer {
            self.plain = true;
            self.ask(step, now);
        } else {
            self.ask_after(step, now);
        }
    }

    fn meet(&mut self, capabilities: &Capabilities) {
        if let Some(general) = &capabilities.general {
            self.met.manufacturer = general.manufacturer;
            self.notice(Notice::Device(general.clone()));
        }
        for other in capabilities.others.iter().filter(|other| other.kind == 142) {
            if let Ok(Element::Known(node)) = Element::of(other) {
                self.met.holds = node.number("SupportsEventAndReportHolding") == Some(1);
            }
        }
    }

    /// The inventory; the plain one leaves out what a reader may refuse.
    fn ro_spec(&self) -> Result<RoSpec, TooLong> {
        let every_n = self.config.report_every_n;
        let mut spec = RoSpec::inventory(ROSPEC_ID, &self.config.antennas, every_n);
        if self.plain {
            return Ok(spec);
        }
        let extensions = self.config.impinj.as_ref();
        let extensions = extensions.filter(|_| self.met.manufacturer == impinj::VENDOR);
        if let Some(report) = &mut spec.report {
            // PC bits tell whether an EPC is one at all (the T bit).
            let selector = Tlv::build(348, |to| to.u8(0x40))?;
            report.content.parameters.push(selector);
            report.custom.extend(extensions.map(Extensions::selector));
        }
        if let Some(antennas) = extensions.map(Extensions::antenna_configuration) {
            let antennas = antennas?;
            let mut to = Writer::new();
            if let Some(element) = antennas {
                element.encode(&mut to);
                spec.tune(&parameter(to)?);
            }
        }
        Ok(spec)
    }

    fn access_spec(&self) -> Result<Element, TooLong> {
        access::spec(ACCESSSPEC_ID, ROSPEC_ID, &self.config.memory).map_err(TooLong::from)
    }

    fn request(&self, step: Step) -> Result<Body, TooLong> {
        let set = |parameters| Body::SetReaderConfig {
            reset: false,
            parameters,
        };
        let all = |id| Body::SpecCommand {
            command: kind(step),
            id,
        };
        Ok(match step {
            Step::Version => Body::GetSupportedVersion,
            Step::SetVersion => Body::SetProtocolVersion(self.met.wanted.unwrap_or(VERSION_1_0_1)),
            Step::Capabilities => Body::GetReaderCapabilities {
                requested: 0,
                custom: Vec::new(),
            },
            Step::Extensions => impinj::enable()?,
            Step::Keepalive => {
                let period_ms = self.config.keepalive_ms;
                let trigger = u8::from(period_ms > 0);
                let keepalive = KeepaliveSpec { trigger, period_ms };
                set(vec![ConfigParameter::Keepalive(keepalive)])
            }
            Step::Events => set(vec![ConfigParameter::Other(events()?)]),
            Step::Hold => {
                let hold = Tlv::build(226, |to| to.flag(true))?;
                set(vec![ConfigParameter::Other(hold)])
            }
            Step::RoSpecs | Step::AccessSpecs => Body::tree(kind(step), Vec::new(), Vec::new())?,
            Step::DeleteAccess | Step::DeleteAll => all(0),
            Step::Enable => all(ROSPEC_ID),
            Step::EnableAccess => all(ACCESSSPEC_ID),
            Step::Add => Body::AddRoSpec(self.ro_spec()?),
            Step::AddAccess => Body::tree(kind(step), Vec::new(), vec![self.access_spec()?])?,
        })
    }
}

/// Ends our inventory.
pub(super) fn delete_ours() -> Body {
    Body::SpecCommand {
        command: MessageType::DELETE_ROSPEC,
        id: ROSPEC_ID,
    }
}

/// The type of a step's request.
pub(super) fn kind(step: Step) -> MessageType {
    match step {
        Step::Version => MessageType::GET_SUPPORTED_VERSION,
        Step::SetVersion => MessageType::SET_PROTOCOL_VERSION,
        Step::Capabilities => MessageType::GET_READER_CAPABILITIES,
        Step::Extensions => MessageType::CUSTOM_MESSAGE,
        Step::Keepalive | Step::Events | Step::Hold => MessageType::SET_READER_CONFIG,
        Step::RoSpecs => MessageType::GET_ROSPECS,
        Step::AccessSpecs => MessageType::GET_ACCESSSPECS,
        Step::DeleteAccess => MessageType::DELETE_ACCESSSPEC,
        Step::DeleteAll => MessageType::DELETE_ROSPEC,
        Step::Add => MessageType::ADD_ROSPEC,
        Step::AddAccess => MessageType::ADD_ACCESSSPEC,
        Step::EnableAccess => MessageType::ENABLE_ACCESSSPEC,
        Step::Enable => MessageType::ENABLE_ROSPEC,
    }
}

/// `ReaderEventNotificationSpec` (244) of the events a bridge wants.
fn events() -> Result<Tlv, TooLong> {
    Tlv::build(244, |to| {
        for kind in EVENT_TYPES {
            to.tlv(245, "EventNotificationState", |to| {
                to.u16(kind);
                to.flag(true);
            });
        }
    })
}

/// The one parameter that was written.
fn parameter(written: Writer) -> Result<Tlv, TooLong> {
    let bytes = written.finish()?;
    Tlv::decode(&mut Cursor::new(&bytes, 0)).map_err(|error| TooLong { what: error.what })
}

/// Whether our spec is the only one of its kind there, enabled and otherwise the same. Its state
/// is the octet at `state_at` of its body, of which `mask` counts.
fn runs(there: &[Tlv], ours: &Tlv, state_at: usize, mask: u8) -> bool {
    let [one] = there else { return false };
    let same = |at: usize, (a, b): (&u8, &u8)| a == b || at == state_at;
    one.kind == ours.kind
        && one.body.len() == ours.body.len()
        && one
            .body
            .get(state_at)
            .is_some_and(|state| state & mask != 0)
        && one
            .body
            .iter()
            .zip(&ours.body)
            .enumerate()
            .all(|(at, pair)| same(at, pair))
}
