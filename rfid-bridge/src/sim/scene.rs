//! What a simulated reader stands before: a door of one pallet, or a stage with a script.

use super::door::{Door, Round};
use super::script::Cue;
use super::stage::Stage;

/// Either of them.
#[derive(Debug)]
pub enum Scene {
    /// Tags pass each time the inventory starts.
    Door(Door),
    /// A script is played.
    Stage(Stage),
}

impl Scene {
    pub(super) fn antennas(&self) -> u16 {
        match self {
            Self::Door(door) => door.antennas(),
            Self::Stage(stage) => stage.antennas(),
        }
    }

    pub(super) fn passages(&self) -> u64 {
        match self {
            Self::Door(door) => door.passages(),
            Self::Stage(stage) => stage.passages(),
        }
    }

    /// An `ROSpec` was enabled.
    pub(super) fn begin(&mut self, now_ms: u64) {
        if let Self::Stage(stage) = self {
            stage.begin(now_ms);
        }
    }

    /// An `ROSpec` runs now.
    pub(super) fn start(&mut self, now_ms: u64) {
        if let Self::Door(door) = self {
            door.start(now_ms);
        }
    }

    /// It does not any more.
    pub(super) fn stop(&mut self) {
        if let Self::Door(door) = self {
            door.stop();
        }
    }

    pub(super) fn round_at(&self) -> Option<u64> {
        match self {
            Self::Door(door) => door.round_at(),
            Self::Stage(stage) => stage.round_at(),
        }
    }

    pub(super) fn due_at(&self) -> Option<u64> {
        match self {
            Self::Door(_) => None,
            Self::Stage(stage) => stage.due_at(),
        }
    }

    pub(super) fn cues(&mut self, now_ms: u64) -> Vec<Cue> {
        match self {
            Self::Door(_) => Vec::new(),
            Self::Stage(stage) => stage.cues(now_ms),
        }
    }

    pub(super) fn round(&mut self, ports: &[u16], now_ms: u64) -> Round {
        match self {
            Self::Door(door) => door.round(ports, now_ms),
            Self::Stage(stage) => stage.round(ports, now_ms),
        }
    }
}
