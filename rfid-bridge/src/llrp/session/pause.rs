//! Pausing a running inventory. A bridge whose spool is nearly full has no use for reads; the
//! reader is told so (`DISABLE_ROSPEC`) and goes on when there is room (`ENABLE_ROSPEC`, by which
//! an inventory that starts at once does). What is asked for may change while a request is under
//! way, and a connection that broke off begins anew with an inventory that runs.

use super::arming::ROSPEC_ID;
use super::{Body, Lost, MessageType, Notice, Now, Session, State};
use crate::llrp::status::LlrpStatus;

/// Whether the inventory is paused, and whether it should be.
#[derive(Debug, Default)]
pub(super) struct Pause {
    wanted: bool,
    is_paused: bool,
    /// The reader knows no pause: it reads on.
    refused: bool,
    /// Id of the request under way, what it is for, and when it is given up.
    asked: Option<(u32, bool, u64)>,
}

fn command(pause: bool) -> MessageType {
    if pause {
        MessageType::DISABLE_ROSPEC
    } else {
        MessageType::ENABLE_ROSPEC
    }
}

impl Pause {
    /// A new connection: the inventory runs.
    pub(super) fn forget(&mut self) {
        *self = Self {
            wanted: self.wanted,
            ..Self::default()
        };
    }

    /// When the request under way is given up.
    pub(super) fn until(&self) -> Option<u64> {
        self.asked.map(|(.., until)| until)
    }

    /// Whether a message answers the request under way.
    pub(super) fn is_answer(&self, kind: MessageType, id: u32) -> bool {
        self.asked.is_some_and(|(asked, pause, _)| {
            let expected = command(pause).response();
            asked == id && (Some(kind) == expected || kind == MessageType::ERROR_MESSAGE)
        })
    }
}

impl Session {
    /// Wants the inventory paused, or not.
    pub(super) fn hold(&mut self, hold: bool, now: Now) {
        self.pause.wanted = hold;
        self.follow(now);
    }

    /// Asks for what is wanted, when nothing else is being asked.
    pub(super) fn follow(&mut self, now: Now) {
        let Pause {
            wanted, is_paused, ..
        } = self.pause;
        let may_ask = self.state == State::Reading && self.pause.asked.is_none();
        if !may_ask || wanted == is_paused || (wanted && self.pause.refused) {
            return;
        }
        self.pause.asked = Some((self.next_id, wanted, self.deadline(now)));
        let body = Body::SpecCommand {
            command: command(wanted),
            id: ROSPEC_ID,
        };
        self.request_only(body, now);
    }

    /// Takes the answer.
    pub(super) fn held(&mut self, body: &Body, now: Now) {
        let Some((_, pause, _)) = self.pause.asked.take() else {
            return;
        };
        let refusal = body.status().filter(|status| !status.is_success());
        match refusal.cloned() {
            None => {
                self.pause.is_paused = pause;
                self.notice(Notice::Paused(pause));
            }
            Some(status) if pause => {
                self.pause.refused = true;
                self.notice(Notice::Tolerated(command(pause), status));
            }
            // It would stay dumb: begin anew.
            Some(status) => self.lose_paused(status, now),
        }
        self.follow(now);
    }

    fn lose_paused(&mut self, status: LlrpStatus, now: Now) {
        self.lose(Lost::Failed(command(false), status), now);
    }
}
