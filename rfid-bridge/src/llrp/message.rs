//! Messages: ten bytes of header and a body. What an inventory needs is typed (LLRP 1.0.1 and the
//! same messages of 1.1); every other message of the standard is a tree ([`super::tree`]), and one
//! of no standard is framed and named as unsupported, so that a session can step over it.
//!
//! ```text
//!  0               2                               6                              10
//! +---+---+--------+-------------------------------+-------------------------------+----
//! |rsv|ver|  type  |  length, header included      |  message id                   | body
//! | 3 | 3 |  10    |  32                           |  32                           |
//! +---+---+--------+-------------------------------+-------------------------------+----
//! ```

use std::fmt;

use thiserror::Error;

use super::event::EventNotification;
use super::frame::{Frame, HEADER_BYTES};
use super::parameter::{Tlv, tlv};
use super::rospec::RoSpec;
use super::schema;
use super::settings::{Capabilities, ConfigParameter, ConfigRequest};
use super::status::LlrpStatus;
use super::tag::{TAG_REPORT_DATA, TagReport};
use super::tree::{Element, Misfit, Node, Value};
use super::wire::{Cursor, Malformed, TooLong, Writer};

/// Version number of LLRP 1.0.1 in a header.
pub const VERSION_1_0_1: u8 = 1;
/// Version number of LLRP 1.1 in a header.
pub const VERSION_1_1: u8 = 2;

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Protocol version of the header: 1 is 1.0.1, 2 is 1.1.
    pub version: u8,
    /// Chosen by the sender; a response repeats the id of its request.
    pub id: u32,
    /// The rest.
    pub body: Body,
}

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// 46.
    GetSupportedVersion,
    /// 56.
    GetSupportedVersionResponse {
        /// Version in use.
        current: u8,
        /// Highest version the reader speaks.
        supported: u8,
        /// Outcome.
        status: LlrpStatus,
    },
    /// 47: the version to use from now on.
    SetProtocolVersion(u8),
    /// 1.
    GetReaderCapabilities {
        /// 0 for everything, otherwise which part.
        requested: u8,
        /// Custom parameters.
        custom: Vec<Tlv>,
    },
    /// 11.
    GetReaderCapabilitiesResponse(Capabilities),
    /// 2.
    GetReaderConfig(ConfigRequest),
    /// 3.
    SetReaderConfig {
        /// Start from the factory's settings.
        reset: bool,
        /// What to set.
        parameters: Vec<ConfigParameter>,
    },
    /// 20.
    AddRoSpec(RoSpec),
    /// 21 to 25 and 41 to 43: a command on one spec by its id (0 for all).
    SpecCommand {
        /// `DELETE_ROSPEC`, `START_ROSPEC`, `STOP_ROSPEC`, `ENABLE_ROSPEC`, `DISABLE_ROSPEC`,
        /// `DELETE_ACCESSSPEC`, `ENABLE_ACCESSSPEC` or `DISABLE_ACCESSSPEC`.
        command: MessageType,
        /// `ROSpecID` or `AccessSpecID`.
        id: u32,
    },
    /// Every response that is a status and perhaps parameters.
    Response {
        /// Type of the response.
        kind: MessageType,
        /// Outcome.
        status: LlrpStatus,
        /// Configuration, for `GET_READER_CONFIG_RESPONSE`; the specs, for those that ask for them.
        parameters: Vec<Tlv>,
    },
    /// 64.
    EnableEventsAndReports,
    /// 60.
    GetReport,
    /// 61.
    RoAccessReport {
        /// One per tag (and antenna, when the reader separates them).
        tags: Vec<TagReport>,
        /// `RFSurveyReportData` and custom parameters.
        others: Vec<Tlv>,
    },
    /// 63.
    EventNotification(EventNotification),
    /// 62.
    Keepalive,
    /// 72.
    KeepaliveAck,
    /// 14.
    CloseConnection,
    /// Every other message of the standard.
    Other(Node),
}

/// A message that was framed but not understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// Broken.
    #[error("{kind}: {cause}")]
    Malformed {
        /// Type of the message.
        kind: MessageType,
        /// Where and why.
        cause: Malformed,
    },
    /// Not one of the messages of LLRP 1.1.
    #[error("unsupported llrp message {0}")]
    Unsupported(MessageType),
}

/// A 10-bit message type; types that are not named survive as numbers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MessageType(pub u16);

macro_rules! message_types {
    ($($name:ident = $value:literal,)*) => {
        #[allow(missing_docs, reason = "the names are those of the standard, LLRP 1.1 17.1.1")]
        impl MessageType {
            $(pub const $name: Self = Self($value);)*
            fn name(self) -> Option<&'static str> {
                match self { $(Self::$name => Some(stringify!($name)),)* _ => None }
            }
        }
    };
}

message_types! {
    GET_READER_CAPABILITIES = 1, GET_READER_CONFIG = 2, SET_READER_CONFIG = 3,
    CLOSE_CONNECTION_RESPONSE = 4, GET_READER_CAPABILITIES_RESPONSE = 11,
    GET_READER_CONFIG_RESPONSE = 12, SET_READER_CONFIG_RESPONSE = 13, CLOSE_CONNECTION = 14,
    ADD_ROSPEC = 20, DELETE_ROSPEC = 21, START_ROSPEC = 22, STOP_ROSPEC = 23, ENABLE_ROSPEC = 24,
    DISABLE_ROSPEC = 25, GET_ROSPECS = 26, ADD_ROSPEC_RESPONSE = 30, DELETE_ROSPEC_RESPONSE = 31,
    START_ROSPEC_RESPONSE = 32, STOP_ROSPEC_RESPONSE = 33, ENABLE_ROSPEC_RESPONSE = 34,
    DISABLE_ROSPEC_RESPONSE = 35, GET_ROSPECS_RESPONSE = 36, ADD_ACCESSSPEC = 40,
    DELETE_ACCESSSPEC = 41, ENABLE_ACCESSSPEC = 42, DISABLE_ACCESSSPEC = 43, GET_ACCESSSPECS = 44,
    CLIENT_REQUEST_OP = 45,
    GET_SUPPORTED_VERSION = 46, SET_PROTOCOL_VERSION = 47, ADD_ACCESSSPEC_RESPONSE = 50,
    DELETE_ACCESSSPEC_RESPONSE = 51, ENABLE_ACCESSSPEC_RESPONSE = 52,
    DISABLE_ACCESSSPEC_RESPONSE = 53, GET_ACCESSSPECS_RESPONSE = 54,
    CLIENT_REQUEST_OP_RESPONSE = 55,
    GET_SUPPORTED_VERSION_RESPONSE = 56, SET_PROTOCOL_VERSION_RESPONSE = 57, GET_REPORT = 60,
    RO_ACCESS_REPORT = 61, KEEPALIVE = 62, READER_EVENT_NOTIFICATION = 63,
    ENABLE_EVENTS_AND_REPORTS = 64, KEEPALIVE_ACK = 72, ERROR_MESSAGE = 100, CUSTOM_MESSAGE = 1023,
}

impl MessageType {
    /// The response a request of this type is answered with, when it is answered at all.
    pub fn response(self) -> Option<Self> {
        Some(match self {
            Self::GET_READER_CAPABILITIES
            | Self::GET_READER_CONFIG
            | Self::SET_READER_CONFIG
            | Self::ADD_ROSPEC
            | Self::DELETE_ROSPEC
            | Self::START_ROSPEC
            | Self::STOP_ROSPEC
            | Self::ENABLE_ROSPEC
            | Self::DISABLE_ROSPEC
            | Self::GET_ROSPECS
            | Self::ADD_ACCESSSPEC
            | Self::DELETE_ACCESSSPEC
            | Self::ENABLE_ACCESSSPEC
            | Self::DISABLE_ACCESSSPEC
            | Self::GET_ACCESSSPECS
            | Self::GET_SUPPORTED_VERSION
            | Self::SET_PROTOCOL_VERSION => Self(self.0 + 10),
            Self::CLOSE_CONNECTION => Self::CLOSE_CONNECTION_RESPONSE,
            Self::CUSTOM_MESSAGE => Self::CUSTOM_MESSAGE,
            _ => return None,
        })
    }

    fn is_plain_response(self) -> bool {
        matches!(
            self,
            Self::SET_READER_CONFIG_RESPONSE
                | Self::GET_READER_CONFIG_RESPONSE
                | Self::CLOSE_CONNECTION_RESPONSE
                | Self::ADD_ROSPEC_RESPONSE
                | Self::DELETE_ROSPEC_RESPONSE
                | Self::START_ROSPEC_RESPONSE
                | Self::STOP_ROSPEC_RESPONSE
                | Self::ENABLE_ROSPEC_RESPONSE
                | Self::DISABLE_ROSPEC_RESPONSE
                | Self::GET_ROSPECS_RESPONSE
                | Self::ADD_ACCESSSPEC_RESPONSE
                | Self::DELETE_ACCESSSPEC_RESPONSE
                | Self::ENABLE_ACCESSSPEC_RESPONSE
                | Self::DISABLE_ACCESSSPEC_RESPONSE
                | Self::GET_ACCESSSPECS_RESPONSE
                | Self::SET_PROTOCOL_VERSION_RESPONSE
                | Self::ERROR_MESSAGE
        )
    }

    fn is_spec_command(self) -> bool {
        matches!(
            self,
            Self::DELETE_ROSPEC
                | Self::START_ROSPEC
                | Self::STOP_ROSPEC
                | Self::ENABLE_ROSPEC
                | Self::DISABLE_ROSPEC
                | Self::DELETE_ACCESSSPEC
                | Self::ENABLE_ACCESSSPEC
                | Self::DISABLE_ACCESSSPEC
        )
    }
}

impl fmt::Display for MessageType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "type {}", self.0),
        }
    }
}

impl fmt::Debug for MessageType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Message {
    /// A message of LLRP 1.0.1.
    pub fn new(id: u32, body: Body) -> Self {
        Self {
            version: VERSION_1_0_1,
            id,
            body,
        }
    }

    /// A response of LLRP 1.0.1 that is only a status.
    pub fn response(id: u32, kind: MessageType, status: LlrpStatus) -> Self {
        Self::new(
            id,
            Body::Response {
                kind,
                status,
                parameters: Vec::new(),
            },
        )
    }

    /// Understands a frame.
    ///
    /// # Errors
    /// [`DecodeError::Unsupported`] for a message of no standard, otherwise
    /// [`DecodeError::Malformed`] with the offset from the start of the message.
    pub fn decode(frame: &Frame) -> Result<Self, DecodeError> {
        let mut from = Cursor::new(&frame.body, HEADER_BYTES);
        let body = Body::decode(frame.kind, &mut from)
            .map_err(|cause| DecodeError::Malformed {
                kind: frame.kind,
                cause,
            })?
            .ok_or(DecodeError::Unsupported(frame.kind))?;
        from.finish("bytes after the message")
            .map_err(|cause| DecodeError::Malformed {
                kind: frame.kind,
                cause,
            })?;
        Ok(Self {
            version: frame.version,
            id: frame.id,
            body,
        })
    }

    /// The bytes on the wire.
    ///
    /// # Errors
    /// When a length does not fit its field.
    pub fn encode(&self) -> Result<Vec<u8>, TooLong> {
        let mut to = Writer::new();
        to.u16(u16::from(self.version & 0x07) << 10 | (self.body.kind().0 & 0x03ff));
        to.u32(0);
        to.u32(self.id);
        self.body.encode(&mut to);
        let len = u32::try_from(to.len()).map_err(|_| TooLong { what: "message" })?;
        to.patch(2, &len.to_be_bytes());
        to.finish()
    }
}

impl Body {
    /// A message of the standard as a tree.
    ///
    /// # Errors
    /// When the values are not those of its fields, or no message has this type.
    pub fn tree(
        kind: MessageType,
        values: Vec<Value>,
        parameters: Vec<Element>,
    ) -> Result<Self, Misfit> {
        let definition = schema::message(kind.0).ok_or(Misfit("a message of the standard"))?;
        Node::new(definition, values, parameters).map(Self::Other)
    }

    /// The message type of the header.
    pub fn kind(&self) -> MessageType {
        match self {
            Self::GetSupportedVersion => MessageType::GET_SUPPORTED_VERSION,
            Self::GetSupportedVersionResponse { .. } => MessageType::GET_SUPPORTED_VERSION_RESPONSE,
            Self::SetProtocolVersion(_) => MessageType::SET_PROTOCOL_VERSION,
            Self::GetReaderCapabilities { .. } => MessageType::GET_READER_CAPABILITIES,
            Self::GetReaderCapabilitiesResponse(_) => MessageType::GET_READER_CAPABILITIES_RESPONSE,
            Self::GetReaderConfig(_) => MessageType::GET_READER_CONFIG,
            Self::SetReaderConfig { .. } => MessageType::SET_READER_CONFIG,
            Self::AddRoSpec(_) => MessageType::ADD_ROSPEC,
            Self::SpecCommand { command, .. } => *command,
            Self::Response { kind, .. } => *kind,
            Self::EnableEventsAndReports => MessageType::ENABLE_EVENTS_AND_REPORTS,
            Self::GetReport => MessageType::GET_REPORT,
            Self::RoAccessReport { .. } => MessageType::RO_ACCESS_REPORT,
            Self::EventNotification(_) => MessageType::READER_EVENT_NOTIFICATION,
            Self::Keepalive => MessageType::KEEPALIVE,
            Self::KeepaliveAck => MessageType::KEEPALIVE_ACK,
            Self::CloseConnection => MessageType::CLOSE_CONNECTION,
            Self::Other(node) => MessageType(node.definition().kind),
        }
    }

    /// The status, when this is a response.
    pub fn status(&self) -> Option<&LlrpStatus> {
        match self {
            Self::Response { status, .. } | Self::GetSupportedVersionResponse { status, .. } => {
                Some(status)
            }
            Self::GetReaderCapabilitiesResponse(capabilities) => Some(&capabilities.status),
            _ => None,
        }
    }

    fn decode(kind: MessageType, from: &mut Cursor<'_>) -> Result<Option<Self>, Malformed> {
        Ok(Some(match kind {
            MessageType::RO_ACCESS_REPORT => Self::decode_report(from)?,
            MessageType::KEEPALIVE => Self::Keepalive,
            MessageType::KEEPALIVE_ACK => Self::KeepaliveAck,
            MessageType::READER_EVENT_NOTIFICATION => {
                Self::EventNotification(EventNotification::decode(from)?)
            }
            MessageType::GET_SUPPORTED_VERSION => Self::GetSupportedVersion,
            MessageType::GET_SUPPORTED_VERSION_RESPONSE => Self::GetSupportedVersionResponse {
                current: from.u8("CurrentVersion")?,
                supported: from.u8("SupportedVersion")?,
                status: LlrpStatus::decode(from)?,
            },
            MessageType::SET_PROTOCOL_VERSION => {
                Self::SetProtocolVersion(from.u8("ProtocolVersion")?)
            }
            MessageType::GET_READER_CAPABILITIES => Self::GetReaderCapabilities {
                requested: from.u8("RequestedData")?,
                custom: Tlv::decode_all(from)?,
            },
            MessageType::GET_READER_CAPABILITIES_RESPONSE => {
                Self::GetReaderCapabilitiesResponse(Capabilities::decode(from)?)
            }
            MessageType::GET_READER_CONFIG => Self::GetReaderConfig(ConfigRequest::decode(from)?),
            MessageType::SET_READER_CONFIG => {
                let reset = from.u8("ResetToFactoryDefault")? & 0x80 != 0;
                let mut parameters = Vec::new();
                while !from.is_empty() {
                    parameters.push(ConfigParameter::decode(from)?);
                }
                Self::SetReaderConfig { reset, parameters }
            }
            MessageType::ADD_ROSPEC => Self::AddRoSpec(RoSpec::decode(from)?),
            MessageType::ENABLE_EVENTS_AND_REPORTS => Self::EnableEventsAndReports,
            MessageType::GET_REPORT => Self::GetReport,
            MessageType::CLOSE_CONNECTION => Self::CloseConnection,
            command if command.is_spec_command() => Self::SpecCommand {
                command,
                id: from.u32("ROSpecID or AccessSpecID")?,
            },
            kind if kind.is_plain_response() => Self::Response {
                kind,
                status: LlrpStatus::decode(from)?,
                parameters: Tlv::decode_all(from)?,
            },
            kind => return Ok(Node::decode_message(kind.0, from)?.map(Self::Other)),
        }))
    }

    fn decode_report(from: &mut Cursor<'_>) -> Result<Self, Malformed> {
        let (mut tags, mut others) = (Vec::new(), Vec::new());
        while !from.is_empty() {
            let (kind, mut body) = tlv(from)?;
            if kind == TAG_REPORT_DATA {
                tags.push(TagReport::decode(&mut body)?);
            } else {
                others.push(Tlv {
                    kind,
                    body: body.take_rest().to_vec(),
                });
            }
        }
        Ok(Self::RoAccessReport { tags, others })
    }

    fn encode(&self, to: &mut Writer) {
        match self {
            Self::GetSupportedVersion
            | Self::EnableEventsAndReports
            | Self::GetReport
            | Self::Keepalive
            | Self::KeepaliveAck
            | Self::CloseConnection => {}
            Self::GetSupportedVersionResponse {
                current,
                supported,
                status,
            } => {
                to.u8(*current);
                to.u8(*supported);
                status.encode(to);
            }
            Self::SetProtocolVersion(version) => to.u8(*version),
            Self::GetReaderCapabilities { requested, custom } => {
                to.u8(*requested);
                for custom in custom {
                    custom.encode(to);
                }
            }
            Self::GetReaderCapabilitiesResponse(capabilities) => capabilities.encode(to),
            Self::GetReaderConfig(request) => request.encode(to),
            Self::SetReaderConfig { reset, parameters } => {
                to.flag(*reset);
                for parameter in parameters {
                    parameter.encode(to);
                }
            }
            Self::AddRoSpec(spec) => spec.encode(to),
            Self::SpecCommand { id, .. } => to.u32(*id),
            Self::Response {
                status, parameters, ..
            } => {
                status.encode(to);
                for parameter in parameters {
                    parameter.encode(to);
                }
            }
            Self::RoAccessReport { tags, others } => {
                for tag in tags {
                    tag.encode(to);
                }
                for other in others {
                    other.encode(to);
                }
            }
            Self::EventNotification(notification) => notification.encode(to),
            Self::Other(node) => node.encode_body(to),
        }
    }
}
