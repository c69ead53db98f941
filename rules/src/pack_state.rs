//! The states of a pack in the European system and the lawful ways between them, as one table.
//!
//! Sources: Delegated Regulation (EU) 2016/161, articles 13, 16 to 30 and 40; the states are those
//! that the national systems show their users. A batch is *recalled*, a product *withdrawn*, and an
//! expiry date simply passes: these three lie over the state of the pack (see [`BatchState`]), are
//! never undone, and are not in the table.
//!
//! The table answers what a *lawful* operation does. A record that asks for something refused is
//! still on the ledger; it leaves the state as it was, and a rule (C06, C09, C10) speaks.

use serde::{Deserialize, Serialize};

/// The state of one pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PackState {
    /// Nobody has uploaded it. An end may still be recorded first: uploads come late.
    Unknown,
    /// May be supplied.
    Active,
    /// Decommissioned because it was supplied to the public, or without a reason given.
    Supplied,
    /// Decommissioned because it leaves the Union.
    Exported,
    /// Decommissioned as a sample for an authority.
    Sample,
    /// Decommissioned as a free sample of the manufacturer.
    FreeSample,
    /// Taken over by a parallel distributor, who puts it into a pack of its own.
    CheckedOut,
    /// Blocked while somebody investigates.
    Locked,
    /// Reported stolen.
    Stolen,
    /// Destroyed, or intended for destruction.
    Destroyed,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// Commissioning.
    Upload,
    /// Supply to the public; also a decommissioning without a reason.
    Supply,
    /// Decommission for export.
    Export,
    /// Decommission as a sample.
    Sample,
    /// Decommission as a free sample.
    FreeSample,
    /// Check out for repackaging.
    CheckOut,
    /// Block.
    Lock,
    /// Report as stolen.
    ReportStolen,
    /// Decommission for destruction.
    Destroy,
    /// Back to active.
    Undo,
}

/// What becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The pack gets this state.
    Becomes(PackState),
    /// It has that state already; nothing changes.
    AlreadySet,
    /// Active again, if article 13 is kept, its ten days included.
    UndoInTime,
    /// Active again at any time, the other conditions of article 13 kept.
    UndoAnyTime,
    /// Nothing changes.
    Refused,
}

/// What lies over the states of all packs of a batch or a product; none of it can be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BatchState {
    /// The batch is recalled.
    Recalled,
    /// The product is withdrawn.
    Withdrawn,
    /// The last day of use is over.
    Expired,
}

impl PackState {
    /// All states, in the order of the table.
    pub const ALL: [Self; 10] = [
        Self::Unknown,
        Self::Active,
        Self::Supplied,
        Self::Exported,
        Self::Sample,
        Self::FreeSample,
        Self::CheckedOut,
        Self::Locked,
        Self::Stolen,
        Self::Destroyed,
    ];

    /// Whether the pack may no longer move in the supply chain.
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Unknown | Self::Active | Self::Locked)
    }

    /// What an operation does to a pack in this state.
    pub fn answer(self, operation: Operation) -> Answer {
        use Answer::{AlreadySet, Becomes, Refused, UndoAnyTime, UndoInTime};
        use Operation as Op;
        match (self, operation) {
            // Before the upload an end may be reported; afterwards everything is open.
            (Self::Unknown, Op::Upload) => Becomes(Self::Active),
            (Self::Unknown | Self::Active, Op::Undo) | (Self::Active, Op::Upload) => AlreadySet,
            (Self::Unknown | Self::Active, _) => Becomes(operation.state()),
            // A state set twice.
            (_, _) if operation != Op::Upload && operation.state() == self => AlreadySet,
            // Theft and destruction are facts of the world and follow any end but destruction.
            (Self::Destroyed, _) | (Self::Stolen, Op::Undo) => Refused,
            (_, Op::Destroy) => Becomes(Self::Destroyed),
            (Self::Stolen, _) => Refused,
            (_, Op::ReportStolen) => Becomes(Self::Stolen),
            (Self::Locked, Op::Undo) => UndoAnyTime,
            (_, Op::Undo) => UndoInTime,
            (_, _) => Refused,
        }
    }

    /// The state in the words of the European system.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Active => "active",
            Self::Supplied => "supplied",
            Self::Exported => "exported",
            Self::Sample => "sample",
            Self::FreeSample => "free_sample",
            Self::CheckedOut => "checked_out",
            Self::Locked => "locked",
            Self::Stolen => "stolen",
            Self::Destroyed => "destroyed",
        }
    }
}

impl Operation {
    /// All operations, in the order of the table.
    pub const ALL: [Self; 10] = [
        Self::Upload,
        Self::Supply,
        Self::Export,
        Self::Sample,
        Self::FreeSample,
        Self::CheckOut,
        Self::Lock,
        Self::ReportStolen,
        Self::Destroy,
        Self::Undo,
    ];

    /// The state it aims at.
    pub(crate) fn state(self) -> PackState {
        match self {
            Self::Upload | Self::Undo => PackState::Active,
            Self::Supply => PackState::Supplied,
            Self::Export => PackState::Exported,
            Self::Sample => PackState::Sample,
            Self::FreeSample => PackState::FreeSample,
            Self::CheckOut => PackState::CheckedOut,
            Self::Lock => PackState::Locked,
            Self::ReportStolen => PackState::Stolen,
            Self::Destroy => PackState::Destroyed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One letter a cell: the first letter of the new state (`E`xported, `s`ample, `f`ree sample,
    /// `C`hecked out, `L`ocked, `T` stolen, `D`estroyed, `S`upplied, `A`ctive), `=` already set,
    /// `u` undo within ten days, `U` undo at any time, `.` refused. Columns in the order of
    /// [`Operation::ALL`].
    const TABLE: [(PackState, &str); 10] = [
        (PackState::Unknown, "ASEsfCLTD="),
        (PackState::Active, "=SEsfCLTD="),
        (PackState::Supplied, ".=.....TDu"),
        (PackState::Exported, "..=....TDu"),
        (PackState::Sample, "...=...TDu"),
        (PackState::FreeSample, "....=..TDu"),
        (PackState::CheckedOut, ".....=.TDu"),
        (PackState::Locked, "......=TDU"),
        (PackState::Stolen, ".......=D."),
        (PackState::Destroyed, "........=."),
    ];

    fn letter(answer: Answer) -> char {
        match answer {
            Answer::AlreadySet => '=',
            Answer::UndoInTime => 'u',
            Answer::UndoAnyTime => 'U',
            Answer::Refused => '.',
            Answer::Becomes(state) => match state {
                PackState::Unknown => '?',
                PackState::Active => 'A',
                PackState::Supplied => 'S',
                PackState::Exported => 'E',
                PackState::Sample => 's',
                PackState::FreeSample => 'f',
                PackState::CheckedOut => 'C',
                PackState::Locked => 'L',
                PackState::Stolen => 'T',
                PackState::Destroyed => 'D',
            },
        }
    }

    #[test]
    fn every_transition_is_the_one_of_the_table() {
        for (state, row) in TABLE {
            let got: String = Operation::ALL
                .iter()
                .map(|op| letter(state.answer(*op)))
                .collect();
            assert_eq!(got, row, "{state:?}");
        }
        let states: Vec<PackState> = TABLE.iter().map(|(state, _)| *state).collect();
        assert_eq!(states, PackState::ALL, "every state has a row");
    }

    #[test]
    fn nothing_leads_back_to_unknown_and_only_undo_leads_back_to_active() {
        for state in PackState::ALL {
            for operation in Operation::ALL {
                if let Answer::Becomes(next) = state.answer(operation) {
                    assert_ne!(next, PackState::Unknown);
                    assert!(next != PackState::Active || operation == Operation::Upload);
                    assert!(next > state || next.is_over(), "{state:?} to {next:?}");
                }
            }
        }
        let words: std::collections::BTreeSet<_> = PackState::ALL.map(PackState::word).into();
        assert_eq!(words.len(), PackState::ALL.len());
    }
}
