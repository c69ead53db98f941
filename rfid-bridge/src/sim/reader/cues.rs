//! What a script does to the reader: inputs and antennas change, its clock errs, the connection
//! breaks, another client is faster, the reader falls silent or starts anew.

use super::{SimReader, specs};
use crate::llrp::event::{EventNotification, ReaderEvent};
use crate::llrp::message::{Body, MessageType};
use crate::llrp::session::Now;
use crate::llrp::status::Text;
use crate::sim::script::Cue;

/// `EventType` of an event that is always told.
const ALWAYS: u16 = u16::MAX;
/// `GPI_Event`.
const GPI: u16 = 1;
/// `ROSpec_Event`.
const ROSPEC: u16 = 2;
/// `Report_Buffer_Fill_Warning`.
pub(super) const BUFFER: u16 = 3;
/// `Reader_Exception_Event`.
const EXCEPTION: u16 = 4;
/// `Antenna_Event`.
const ANTENNA: u16 = 8;

impl SimReader {
    pub(super) fn cue(&mut self, cue: Cue, now: Now) {
        let until = |ms: u64| now.mono_ms + ms;
        match cue {
            Cue::Gpi { port, high } => self.input(port, high, now),
            Cue::Antenna { port, connected } => {
                let id = port;
                self.event(ANTENNA, ReaderEvent::Antenna { connected, id }, now);
            }
            Cue::Cut(ms) => {
                self.down_until = until(ms);
                self.leave();
            }
            Cue::Taken(ms) => {
                self.taken_until = until(ms);
                self.leave();
            }
            Cue::Mute(ms) => self.mute_until = until(ms),
            Cue::Overflow => {
                self.held.clear();
                self.overflow(now);
            }
            Cue::Exception(words) => {
                let message = Text::from(words.as_str());
                let context = Vec::new();
                self.event(EXCEPTION, ReaderEvent::Exception { message, context }, now);
            }
            Cue::Clock(ms) => self.clock_offset_ms = self.clock_offset_ms.saturating_add(ms),
            Cue::Uptime(only) => self.uptime_only = only,
            Cue::Restart => self.restart(),
        }
    }

    /// Tells that reports were lost; a client that is not there hears of it when it is back.
    pub(super) fn overflow(&mut self, now: Now) {
        self.overflowed = self.client.is_none();
        self.event(ALWAYS, ReaderEvent::BufferOverflow, now);
    }

    /// Tells an event, if the client wants to hear of its type.
    pub(super) fn event(&mut self, kind: u16, event: ReaderEvent, now: Now) {
        let waits = self.client.as_ref().is_some_and(|client| client.waits);
        let wanted = kind == ALWAYS || self.notify.contains(&kind);
        if wanted && !waits && now.mono_ms >= self.mute_until {
            let at = self.clock(now);
            let events = vec![event];
            self.tell(Body::EventNotification(EventNotification { at, events }));
        }
    }

    /// Tells that an `ROSpec` started (0) or ended (1).
    pub(super) fn spec_event(&mut self, kind: u8, id: u32, now: Now) {
        let preempting = 0;
        let event = ReaderEvent::RoSpec {
            kind,
            id,
            preempting,
        };
        self.event(ROSPEC, event, now);
    }

    /// An input changes; it may start an `ROSpec`, or end the one that runs.
    fn input(&mut self, port: u16, state: bool, now: Now) {
        let at = usize::from(port).checked_sub(1);
        let Some(input) = at.and_then(|at| self.inputs.get_mut(at)) else {
            return;
        };
        *input = state;
        self.event(GPI, ReaderEvent::Gpi { port, state }, now);
        let ends = self.active.as_ref().and_then(|active| {
            let spec = self.specs.get(&active.id)?;
            let fits = specs::is_trigger(&spec.stop.values, port, state);
            (spec.stop.kind == specs::STOP_BY_GPI && fits).then_some(active.id)
        });
        if let Some(id) = ends {
            self.deactivate(specs::INACTIVE);
            self.spec_event(1, id, now);
        }
        let starts = self.specs.values().find(|spec| {
            let fits = specs::is_trigger(&spec.start.values, port, state);
            spec.start.kind == specs::START_BY_GPI && spec.state == specs::INACTIVE && fits
        });
        if let Some(id) = starts.map(|spec| spec.id) {
            self.begin_spec(MessageType::START_ROSPEC, id, now);
        }
    }

    fn restart(&mut self) {
        self.deactivate(specs::INACTIVE);
        self.specs.clear();
        self.access.clear();
        self.held.clear();
        self.holds = false;
        self.notify.clear();
        self.leave();
    }
}
