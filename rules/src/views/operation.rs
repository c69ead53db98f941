//! What an operation on a pack would do before anybody records it: the table of
//! [`crate::pack_state`], the conditions of article 13 for an undo, and what lies over a batch. A
//! party that is told beforehand does not put a refused change on the ledger.

use gs1::{Epc, Sgtin};

use crate::chain::undo;
use crate::engine::Engine;
use crate::finding::Resolution;
use crate::judge_thing::Case;
use crate::pack_state::{Answer, BatchState, Operation, PackState};
use crate::say::Say;
use crate::say::Way;
use crate::say::way::Breach;
use crate::state::decided::Ruling;
use crate::state::intern::premises;
use crate::state::{EventRec, State};
use crate::verdict::Counter;

/// What an operation would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Foreseen {
    /// The pack gets this state.
    Becomes(PackState),
    /// It has this state already; nothing changes.
    AlreadySet(PackState),
    /// The table has no such way from this state.
    Refused(PackState),
    /// An undo that breaks article 13.
    Unlawful {
        /// The state of the pack, which it keeps.
        state: PackState,
        /// The clause.
        clause: Breach,
        /// The clause in words.
        say: Say,
    },
    /// The batch, the product or the date forbids it.
    Barred {
        /// The state of the pack, which it keeps.
        state: PackState,
        /// What lies over it.
        by: BatchState,
    },
}

/// Why quality assurance keeps goods back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withheld {
    /// It looked and rejects.
    Rejected,
    /// It will look.
    Held,
}

impl Foreseen {
    /// The state of the pack after the operation.
    pub fn state(&self) -> PackState {
        match self {
            Self::Becomes(state)
            | Self::AlreadySet(state)
            | Self::Refused(state)
            | Self::Unlawful { state, .. }
            | Self::Barred { state, .. } => *state,
        }
    }
}

impl Engine {
    /// The state of a pack in the European system; unknown when it was never made.
    pub fn pack_state(&self, sgtin: &Sgtin) -> PackState {
        let id = self.state.find(&Epc::Sgtin(sgtin.clone()));
        let case = id.and_then(|id| Case::of(&self.state, id));
        case.map_or(PackState::Unknown, |case| case.now.life.state())
    }

    /// What lies over a pack because of its batch, its product or the date, gravest first. Days
    /// are counted in UTC; the last day of use is a whole day.
    pub fn batch_state(&self, sgtin: &Sgtin, now_ms: i64) -> Option<BatchState> {
        let at = Counter {
            now_ms,
            party: None,
            location: None,
        };
        self.batch_state_at(sgtin, &at)
    }

    /// The same with the days of the place, as the verdict counts them.
    fn batch_state_at(&self, sgtin: &Sgtin, at: &Counter) -> Option<BatchState> {
        let state = &self.state;
        if state.decisions.withdrawals.contains_key(&sgtin.gtin) {
            return Some(BatchState::Withdrawn);
        }
        let id = state.find(&Epc::Sgtin(sgtin.clone()))?;
        let case = Case::of(state, id)?;
        let birth = case.birth()?;
        let lot = birth.told().lot.map(|lot| state.names.text(lot));
        if lot.is_some_and(|lot| state.recall_of(&sgtin.gtin, lot).is_some()) {
            return Some(BatchState::Recalled);
        }
        let last_day = state.last_day_of(id, birth.told().expiry).map(i64::from);
        let over = last_day.is_some_and(|last_day| state.today(at) > last_day);
        over.then_some(BatchState::Expired)
    }

    /// The last day of use of a pack as its lot was extended, `None` where it was not.
    pub fn extended_to(&self, sgtin: &Sgtin) -> Option<String> {
        let id = self.state.find(&Epc::Sgtin(sgtin.clone()))?;
        let born = Case::of(&self.state, id)?.birth()?.told().expiry;
        let extended = self
            .state
            .extension_of(id)
            .filter(|day| Some(*day) > born)?;
        Some(crate::say::words::iso_day(extended.into()))
    }

    /// The last day of use that a pack was made with, whatever its lot was extended to.
    pub fn made_to_last_until(&self, sgtin: &Sgtin) -> Option<String> {
        let id = self.state.find(&Epc::Sgtin(sgtin.clone()))?;
        let born = Case::of(&self.state, id)?.birth()?.told().expiry?;
        Some(crate::say::words::iso_day(born.into()))
    }

    /// What quality assurance said of a pack, where it is not free to go on.
    pub fn withheld(&self, sgtin: &Sgtin) -> Option<Withheld> {
        let id = self.state.find(&Epc::Sgtin(sgtin.clone()))?;
        match self.state.ruling_on(id)?.ruling {
            Ruling::Reject => Some(Withheld::Rejected),
            Ruling::Hold => Some(Withheld::Held),
            Ruling::Release => None,
        }
    }

    /// Whether a pack was opened to give out a part of it: no distributor may sell it again (EU
    /// guidelines on good distribution practice 2013/C 343/01, 6.3).
    pub fn is_opened(&self, sgtin: &Sgtin) -> bool {
        let id = self.state.find(&Epc::Sgtin(sgtin.clone()));
        let case = id.and_then(|id| Case::of(&self.state, id));
        case.is_some_and(|case| case.now.opened.is_some())
    }

    /// What an operation on a pack would do at a counter. Whether the asker may ask for it is not
    /// decided here.
    pub fn foresee(&self, sgtin: &Sgtin, operation: Operation, at: &Counter) -> Foreseen {
        let state = &self.state;
        let id = state.find(&Epc::Sgtin(sgtin.clone()));
        let Some(case) = id.and_then(|id| Case::of(state, id)) else {
            return foreseen(PackState::Unknown, operation);
        };
        let now = case.now.life.state();
        if operation == Operation::Undo {
            return self.foresee_undo(&case, sgtin, at);
        }
        let moves = matches!(
            operation,
            Operation::Supply | Operation::Export | Operation::FreeSample | Operation::CheckOut
        );
        match foreseen(now, operation) {
            Foreseen::Becomes(next) => match self.batch_state_at(sgtin, at).filter(|_| moves) {
                Some(by) => Foreseen::Barred { state: now, by },
                None => Foreseen::Becomes(next),
            },
            other => other,
        }
    }

    fn foresee_undo(&self, case: &Case<'_>, sgtin: &Sgtin, at: &Counter) -> Foreseen {
        let state = case.now.life.state();
        if self.state.decisions.withdrawals.contains_key(&sgtin.gtin) && state.is_over() {
            let by = BatchState::Withdrawn;
            return Foreseen::Barred { state, by };
        }
        match self.state.foreseen_breach(case, at) {
            None => Foreseen::Becomes(PackState::Active),
            Some(breach) => Foreseen::Unlawful {
                state,
                clause: breach,
                say: Way::IllegalUndo {
                    breach,
                    place: at.location.as_ref().map(Epc::canonical),
                    at_ms: at.now_ms,
                }
                .into(),
            },
        }
    }
}

fn foreseen(state: PackState, operation: Operation) -> Foreseen {
    match state.answer(operation) {
        Answer::Becomes(next) => Foreseen::Becomes(next),
        Answer::AlreadySet => Foreseen::AlreadySet(state),
        Answer::UndoInTime | Answer::UndoAnyTime => Foreseen::Becomes(PackState::Active),
        Answer::Refused => Foreseen::Refused(state),
    }
}

impl State {
    /// The clause that an undo recorded now would break.
    fn foreseen_breach(&self, case: &Case<'_>, at: &Counter) -> Option<Breach> {
        let end = case.now.end.and_then(|id| case.event(id));
        let Some(end) = end else {
            return match case.now.life.state().answer(Operation::Undo) {
                Answer::Refused => Some(Breach::Irrevocable),
                _ => Some(Breach::NothingToUndo),
            };
        };
        let party = at.party.as_deref().map(|gln| self.names.find(gln));
        let place = at.location.as_ref().map(|epc| self.places.find(epc));
        let undo = EventRec {
            actor: party.flatten(),
            biz_location: place.flatten(),
            read_point: None,
            time_ms: at.now_ms,
            zone_min: 0,
            record: Resolution {
                at_ms: at.now_ms,
                ..end.record.clone()
            },
            ..end.clone()
        };
        let first = undo::breach(self, case.id, &case.now, &undo, at.now_ms);
        // A party or a place that no record has named is not the one that decommissioned.
        let stranger = party == Some(None) && self.party_of(end).is_some();
        let there = end.place().and_then(|place| self.places.epc(place));
        let elsewhere = place == Some(None)
            && matches!((&at.location, there), (Some(a), Some(b)) if premises(a) != premises(b));
        match first {
            Some(Breach::Irrevocable | Breach::NothingToUndo) => first,
            _ if stranger => Some(Breach::OtherParty),
            Some(Breach::OtherParty) => first,
            _ if elsewhere => Some(Breach::OtherPremises),
            other => other,
        }
    }
}
