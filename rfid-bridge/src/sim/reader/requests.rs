//! What a client may ask, and how it is answered. A message the reader cannot understand is
//! answered with what is wrong with it; one that only a reader may send, with an error message.

use super::SimReader;
use crate::llrp::frame::Frame;
use crate::llrp::impinj;
use crate::llrp::message::{Body, DecodeError, Message, MessageType, VERSION_1_0_1, VERSION_1_1};
use crate::llrp::parameter::Tlv;
use crate::llrp::rospec::{ContentSelector, RoReportSpec, RoSpec};
use crate::llrp::session::Now;
use crate::llrp::settings::ConfigParameter;
use crate::llrp::status::LlrpStatus;
use crate::llrp::tree::{Element, Node};
use crate::llrp::wire::{Cursor, TooLong, Writer};
use crate::sim::profile::Profile;

/// Bytes of an `LLRPStatus` of success.
const STATUS_OK: [u8; 8] = [0x01, 0x1f, 0x00, 0x08, 0, 0, 0, 0];

impl SimReader {
    pub(super) fn frame(&mut self, frame: &Frame, now: Now) {
        let highest = self.profile.version_max;
        if !(VERSION_1_0_1..=highest).contains(&frame.version) {
            let status = LlrpStatus::new(LlrpStatus::UNSUPPORTED_VERSION, "not of this reader");
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
                    MessageType::GET_READER_CAPABILITIES
                    | MessageType::GET_SUPPORTED_VERSION
                    | MessageType::CUSTOM_MESSAGE => None,
                    _ => kind.response(),
                };
                self.answer(frame.id, kind.unwrap_or(MessageType::ERROR_MESSAGE), status);
            }
        }
    }

    fn request(&mut self, message: Message, now: Now) -> Result<(), TooLong> {
        let id = message.id;
        let kind = message.body.kind();
        let success = LlrpStatus::success;
        match message.body {
            Body::GetReaderCapabilities { requested, .. } => {
                let antennas = self.scene.antennas();
                let capabilities = self.profile.capabilities(antennas, requested)?;
                self.say(id, Body::GetReaderCapabilitiesResponse(capabilities));
            }
            Body::GetReaderConfig(_) => {
                let keepalive = self.client.as_ref().and_then(|client| client.keepalive);
                let antennas = self.scene.antennas();
                let inputs = &self.inputs;
                let all = Profile::configuration(antennas, keepalive, (inputs, self.holds))?;
                self.list(id, MessageType::GET_READER_CONFIG_RESPONSE, success(), all);
            }
            Body::SetReaderConfig { reset, parameters } => {
                self.configure(reset, &parameters, now);
                self.answer(id, MessageType::SET_READER_CONFIG_RESPONSE, success());
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
                self.answer(id, MessageType::CLOSE_CONNECTION_RESPONSE, success());
                self.leave();
            }
            Body::KeepaliveAck => {}
            Body::EnableEventsAndReports => self.release(now),
            Body::Other(node) => self.other(id, kind, &node),
            _ => self.no_request(id, kind),
        }
        Ok(())
    }

    /// Requests that are not typed.
    fn other(&mut self, id: u32, kind: MessageType, node: &Node) {
        match kind {
            MessageType::ADD_ACCESSSPEC => {
                let status = self.add_access(node);
                self.answer(id, MessageType::ADD_ACCESSSPEC_RESPONSE, status);
            }
            MessageType::GET_ACCESSSPECS => {
                let specs = self.access_specs();
                let kind = MessageType::GET_ACCESSSPECS_RESPONSE;
                self.list(id, kind, LlrpStatus::success(), specs);
            }
            MessageType::GET_ROSPECS => {
                let specs = self.specs.values().filter_map(ro_spec).collect();
                let kind = MessageType::GET_ROSPECS_RESPONSE;
                self.list(id, kind, LlrpStatus::success(), specs);
            }
            MessageType::CUSTOM_MESSAGE => self.custom(id, node),
            _ => self.no_request(id, kind),
        }
    }

    /// Vendors' messages: a reader of that make turns its additions on, others know of nothing.
    fn custom(&mut self, id: u32, node: &Node) {
        let known = self.profile.manufacturer == impinj::VENDOR;
        let enables = matches!(
            impinj::subtype(node),
            Some((impinj::ENABLE_EXTENSIONS, _)) if known
        );
        let response = impinj::message(impinj::ENABLE_EXTENSIONS_RESPONSE, STATUS_OK.to_vec());
        match (enables, response, &mut self.client) {
            (true, Ok(body), Some(client)) => {
                client.extended = true;
                self.say(id, body);
            }
            _ => self.no_request(id, MessageType::CUSTOM_MESSAGE),
        }
    }

    fn no_request(&mut self, id: u32, kind: MessageType) {
        let text = format!("{kind} is not a request to this reader");
        let status = LlrpStatus::new(LlrpStatus::UNSUPPORTED_MESSAGE, &text);
        self.answer(id, MessageType::ERROR_MESSAGE, status);
    }

    fn configure(&mut self, reset: bool, parameters: &[ConfigParameter], now: Now) {
        let Some(client) = &mut self.client else {
            return;
        };
        if reset {
            client.keepalive = None;
            client.keepalive_at = None;
            self.holds = false;
            self.notify.clear();
        }
        for parameter in parameters {
            match parameter {
                ConfigParameter::Keepalive(spec) => {
                    let periodic = spec.trigger == 1 && spec.period_ms > 0;
                    client.keepalive = periodic.then_some(*spec);
                    client.keepalive_at = periodic.then(|| now.mono_ms + u64::from(spec.period_ms));
                }
                ConfigParameter::Other(other) => match Element::of(other) {
                    Ok(Element::Known(node)) if other.kind == 226 => {
                        self.holds = node.number("HoldEventsAndReportsUponReconnect") == Some(1);
                    }
                    Ok(Element::Known(node)) if other.kind == 244 => {
                        for state in node.all("EventNotificationState") {
                            let kind = state.number("EventType").unwrap_or_default();
                            let kind = u16::try_from(kind).unwrap_or(u16::MAX);
                            if state.number("NotificationState") == Some(1) {
                                self.notify.insert(kind);
                            } else {
                                self.notify.remove(&kind);
                            }
                        }
                    }
                    _ => {}
                },
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
}

fn ro_spec(spec: &RoSpec) -> Option<Tlv> {
    let mut to = Writer::new();
    spec.encode(&mut to);
    let bytes = to.finish().ok()?;
    Tlv::decode(&mut Cursor::new(&bytes, 0)).ok()
}
