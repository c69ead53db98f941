//! The life of `ROSpec`s on the simulated reader: added disabled, enabled, started by their trigger
//! or on demand, ended by their stop trigger, a command or their deletion. One runs at a time.

use super::{Active, ROSPECS_MAX, SimReader};
use crate::llrp::message::MessageType;
use crate::llrp::parameter::Tlv;
use crate::llrp::rospec::{ContentSelector, RoReportSpec, RoSpec, Spec};
use crate::llrp::session::Now;
use crate::llrp::status::LlrpStatus;

/// `CurrentState`: does nothing until it is enabled.
const DISABLED: u8 = 0;
/// `CurrentState`: waits for its start trigger.
pub(super) const INACTIVE: u8 = 1;
/// `CurrentState`: runs.
const ACTIVE: u8 = 2;
/// Start trigger: an input.
pub(super) const START_BY_GPI: u8 = 3;
/// Stop trigger: an input, or a timeout.
pub(super) const STOP_BY_GPI: u8 = 2;

/// Whether a `GPITriggerValue` (181) among the values of a trigger is this input's.
pub(super) fn is_trigger(values: &[Tlv], port: u16, state: bool) -> bool {
    values
        .iter()
        .filter(|value| value.kind == 181)
        .any(|value| {
            let [p0, p1, event, ..] = *value.body.as_slice() else {
                return false;
            };
            u16::from_be_bytes([p0, p1]) == port && (event & 0x80 != 0) == state
        })
}

impl SimReader {
    pub(super) fn add(&mut self, mut spec: RoSpec) -> LlrpStatus {
        let fault = if spec.id == 0 {
            "ROSpecID 0 is reserved"
        } else if self.specs.contains_key(&spec.id) {
            "an ROSpec with this id exists"
        } else if self.specs.len() >= ROSPECS_MAX {
            "too many ROSpecs"
        } else if spec.state != DISABLED {
            "an ROSpec is added disabled"
        } else if !spec
            .specs
            .iter()
            .any(|spec| matches!(spec, Spec::Antennas(_)))
        {
            "an ROSpec needs an AISpec"
        } else {
            spec.state = DISABLED;
            self.specs.insert(spec.id, spec);
            return LlrpStatus::success();
        };
        LlrpStatus::new(LlrpStatus::FIELD_ERROR, fault)
    }

    pub(super) fn command(&mut self, id: u32, command: MessageType, spec: u32, now: Now) {
        let response = command.response().unwrap_or(MessageType::ERROR_MESSAGE);
        if matches!(
            command,
            MessageType::DELETE_ACCESSSPEC
                | MessageType::ENABLE_ACCESSSPEC
                | MessageType::DISABLE_ACCESSSPEC
        ) {
            let status = self.access_command(command, spec);
            self.answer(id, response, status);
            return;
        }
        let ids: Vec<u32> = match spec {
            0 => self.specs.keys().copied().collect(),
            one if self.specs.contains_key(&one) => vec![one],
            _ => {
                let status = LlrpStatus::new(LlrpStatus::FIELD_ERROR, "no such ROSpec");
                self.answer(id, response, status);
                return;
            }
        };
        let status = match command {
            MessageType::START_ROSPEC if spec == 0 || !self.may_start(spec) => {
                LlrpStatus::new(LlrpStatus::FIELD_ERROR, "the ROSpec is not enabled")
            }
            _ => LlrpStatus::success(),
        };
        let carried_out = status.is_success();
        // What an ending ROSpec still holds is reported before its end is answered.
        if carried_out && command != MessageType::ENABLE_ROSPEC {
            for id in &ids {
                self.end_spec(command, *id);
            }
        }
        self.answer(id, response, status);
        if carried_out {
            for id in &ids {
                self.begin_spec(command, *id, now);
            }
        }
    }

    fn may_start(&self, id: u32) -> bool {
        self.specs
            .get(&id)
            .is_some_and(|spec| spec.state != DISABLED)
    }

    fn end_spec(&mut self, command: MessageType, id: u32) {
        let is_active = self.active.as_ref().is_some_and(|active| active.id == id);
        match command {
            MessageType::STOP_ROSPEC if is_active => self.deactivate(INACTIVE),
            MessageType::DISABLE_ROSPEC if is_active => self.deactivate(DISABLED),
            MessageType::DISABLE_ROSPEC => {
                if let Some(spec) = self.specs.get_mut(&id) {
                    spec.state = DISABLED;
                }
            }
            MessageType::DELETE_ROSPEC => {
                if is_active {
                    self.deactivate(DISABLED);
                }
                self.specs.remove(&id);
            }
            _ => {}
        }
    }

    pub(super) fn begin_spec(&mut self, command: MessageType, id: u32, now: Now) {
        let Some(spec) = self.specs.get_mut(&id) else {
            return;
        };
        let starts = match command {
            MessageType::ENABLE_ROSPEC if spec.state == DISABLED => {
                spec.state = INACTIVE;
                self.scene.begin(now.mono_ms);
                // Immediate; a periodic trigger's first start is taken as immediate too.
                matches!(spec.start.kind, 1 | 2)
            }
            MessageType::START_ROSPEC => spec.state == INACTIVE,
            _ => false,
        };
        if !starts || self.active.is_some() {
            return;
        }
        spec.state = ACTIVE;
        let ports: Vec<u16> = spec
            .specs
            .iter()
            .filter_map(|spec| match spec {
                Spec::Antennas(spec) => Some(spec.antennas.clone()),
                Spec::Other(_) => None,
            })
            .flatten()
            .collect();
        let all = ports.is_empty() || ports.contains(&0);
        let report = spec.report.clone().unwrap_or_else(default_report);
        let stop_at = (spec.stop.kind == 1).then(|| now.mono_ms + u64::from(spec.stop.duration_ms));
        let ports = if all { Vec::new() } else { ports };
        self.active = Some(Active {
            id,
            ports,
            report,
            stop_at,
        });
        self.scene.start(now.mono_ms);
        self.spec_event(0, id, now);
    }

    pub(super) fn deactivate(&mut self, state: u8) {
        let Some(active) = self.active.take() else {
            return;
        };
        self.scene.stop();
        if let Some(spec) = self.specs.get_mut(&active.id) {
            spec.state = state;
        }
        if active.report.trigger != 0 {
            self.report(&active.report);
        }
    }
}

/// What a reader reports when a client says nothing: everything, at the end.
fn default_report() -> RoReportSpec {
    let content = ContentSelector {
        flags: 0xffc0,
        parameters: Vec::new(),
    };
    RoReportSpec {
        trigger: 2,
        every_n: 0,
        content,
        custom: Vec::new(),
    }
}
