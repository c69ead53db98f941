//! `READER_EVENT_NOTIFICATION`: what a reader says unasked. The bridge lives on three of them
//! (the connection attempt, the overflow of the report buffer, the reader's own closing); the
//! others are named so that a log line can name them.

use super::parameter::{Parameter, Tlv, tlv};
use super::status::Text;
use super::tag::ReaderTime;
use super::wire::{Cursor, Malformed, Writer};

/// `ReaderEventNotificationData` (246).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventNotification {
    /// When, by the reader's clock.
    pub at: ReaderTime,
    /// What happened, in the order told.
    pub events: Vec<ReaderEvent>,
}

/// One event of a notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReaderEvent {
    /// 248: an input changed.
    Gpi {
        /// Port, from 1.
        port: u16,
        /// High or low.
        state: bool,
    },
    /// 249: an `ROSpec` started (0), ended (1) or was preempted (2).
    RoSpec {
        /// Kind of event.
        kind: u8,
        /// Which.
        id: u32,
        /// By which, for kind 2.
        preempting: u32,
    },
    /// 250: the report buffer fills; percent.
    BufferWarning(u8),
    /// 251: reports were lost in the reader.
    BufferOverflow,
    /// 252: trouble inside the reader.
    Exception {
        /// The reader's words.
        message: Text,
        /// `ROSpecID`, `AntennaID` and others that say where.
        context: Vec<Parameter>,
    },
    /// 255: an antenna was connected or lost.
    Antenna {
        /// Whether it is connected now.
        connected: bool,
        /// Port, from 1.
        id: u16,
    },
    /// 256: answer to the TCP connection; 0 success, 1 another reader-initiated connection,
    /// 2 another client-initiated connection, 3 other reason, 4 another connection attempted.
    ConnectionAttempt(u16),
    /// 257: the reader is about to close.
    ConnectionClose,
    /// Hopping, survey, inventory events and those of vendors.
    Other(Tlv),
}

/// `ConnectionAttemptEvent` status: this client may go on.
pub const CONNECTION_SUCCESS: u16 = 0;
/// `ConnectionAttemptEvent` status: another client holds the reader.
pub const CONNECTION_TAKEN: u16 = 2;

const EVENT_DATA: u16 = 246;
const UTC_TIMESTAMP: u16 = 128;
const UPTIME: u16 = 129;

impl EventNotification {
    pub(super) fn decode(from: &mut Cursor<'_>) -> Result<Self, Malformed> {
        let (kind, mut body) = tlv(from)?;
        if kind != EVENT_DATA {
            return Err(body.malformed("ReaderEventNotificationData expected"));
        }
        from.finish("bytes after ReaderEventNotificationData")?;
        let start = body.malformed("ReaderEventNotificationData without a timestamp");
        let mut at = None;
        let mut events = Vec::new();
        while !body.is_empty() {
            let (kind, mut event) = tlv(&mut body)?;
            match kind {
                UTC_TIMESTAMP if at.is_none() => {
                    at = Some(ReaderTime::Utc(event.u64("UTCTimestamp")?));
                }
                UPTIME if at.is_none() => at = Some(ReaderTime::Uptime(event.u64("Uptime")?)),
                _ => events.push(ReaderEvent::decode(kind, &mut event)?),
            }
            event.finish("bytes after an event")?;
        }
        Ok(Self {
            at: at.ok_or(start)?,
            events,
        })
    }

    pub(super) fn encode(&self, to: &mut Writer) {
        to.tlv(EVENT_DATA, "ReaderEventNotificationData", |to| {
            match self.at {
                ReaderTime::Utc(us) => to.tlv(UTC_TIMESTAMP, "UTCTimestamp", |to| to.u64(us)),
                ReaderTime::Uptime(us) => to.tlv(UPTIME, "Uptime", |to| to.u64(us)),
            }
            for event in &self.events {
                event.encode(to);
            }
        });
    }

    /// Status of the connection attempt, when this is the answer to one.
    pub fn connection_attempt(&self) -> Option<u16> {
        self.events.iter().find_map(|event| match event {
            ReaderEvent::ConnectionAttempt(status) => Some(*status),
            _ => None,
        })
    }
}

impl ReaderEvent {
    fn decode(kind: u16, body: &mut Cursor<'_>) -> Result<Self, Malformed> {
        Ok(match kind {
            248 => Self::Gpi {
                port: body.u16("GPIPortNumber")?,
                state: body.u8("GPIEvent")? & 0x80 != 0,
            },
            249 => Self::RoSpec {
                kind: body.u8("ROSpecEvent")?,
                id: body.u32("ROSpecID")?,
                preempting: body.u32("PreemptingROSpecID")?,
            },
            250 => Self::BufferWarning(body.u8("ReportBufferPercentageFull")?),
            251 => Self::BufferOverflow,
            252 => {
                let message = Text(body.bytes_u16("Message of ReaderExceptionEvent")?.to_vec());
                let mut context = Vec::new();
                while !body.is_empty() {
                    context.push(Parameter::decode(body)?);
                }
                Self::Exception { message, context }
            }
            // An event type of no standard is kept below, as bytes.
            255 if matches!(body.peek(), Some(0 | 1)) => Self::Antenna {
                connected: body.u8("AntennaEvent")? == 1,
                id: body.u16("AntennaID")?,
            },
            256 => Self::ConnectionAttempt(body.u16("ConnectionAttemptEvent")?),
            257 => Self::ConnectionClose,
            _ => Self::Other(Tlv {
                kind,
                body: body.take_rest().to_vec(),
            }),
        })
    }

    fn encode(&self, to: &mut Writer) {
        match self {
            Self::Gpi { port, state } => to.tlv(248, "GPIEvent", |to| {
                to.u16(*port);
                to.flag(*state);
            }),
            Self::RoSpec {
                kind,
                id,
                preempting,
            } => to.tlv(249, "ROSpecEvent", |to| {
                to.u8(*kind);
                to.u32(*id);
                to.u32(*preempting);
            }),
            Self::BufferWarning(percent) => {
                to.tlv(250, "ReportBufferLevelWarningEvent", |to| to.u8(*percent));
            }
            Self::BufferOverflow => to.tlv(251, "ReportBufferOverflowErrorEvent", |_| ()),
            Self::Exception { message, context } => to.tlv(252, "ReaderExceptionEvent", |to| {
                to.bytes_u16(&message.0, "Message of ReaderExceptionEvent");
                for parameter in context {
                    parameter.encode(to);
                }
            }),
            Self::Antenna { connected, id } => to.tlv(255, "AntennaEvent", |to| {
                to.u8(u8::from(*connected));
                to.u16(*id);
            }),
            Self::ConnectionAttempt(status) => {
                to.tlv(256, "ConnectionAttemptEvent", |to| to.u16(*status));
            }
            Self::ConnectionClose => to.tlv(257, "ConnectionCloseEvent", |_| ()),
            Self::Other(tlv) => tlv.encode(to),
        }
    }
}
