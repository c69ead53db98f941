//! What taking a decision back would do, before anybody records it: an undo that changes nothing
//! is no record worth signing. The rules themselves take in any, and heed it where it counts.

use crate::engine::Engine;
use crate::finding::EvidenceRef;
use crate::state::decided::Decided;

/// What taking a decision back would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revocable {
    /// It would no longer count.
    Yes,
    /// It was taken back before.
    Done,
    /// Nothing takes it back: a recall or a withdrawal.
    Never,
}

impl Engine {
    /// What taking back a decision of a party would do; `None` where it made none in that record.
    pub fn revocable(&self, record: EvidenceRef, gln: &str) -> Option<Revocable> {
        let state = &self.state;
        let by = Some(state.names.find(gln)?);
        let rulings = state.decisions.rulings.values().flatten();
        let alerts = state.decisions.alerts.values().flatten();
        let lots = state.lots.values();
        let extensions = lots.filter_map(|lot| Some(&lot.extension.as_ref()?.decided));
        let own = |it: &&Decided| it.record.record == record && it.by == by;
        let mut all = rulings
            .map(|it| &it.decided)
            .chain(alerts.map(|it| &it.decided))
            .chain(extensions)
            .filter(own);
        if let Some(decided) = all.next() {
            let open = decided.undone.is_none();
            return Some(if open {
                Revocable::Yes
            } else {
                Revocable::Done
            });
        }
        let recalls = state.lots.values().filter_map(|lot| lot.recall.as_ref());
        let mut stops = recalls.chain(state.decisions.withdrawals.values());
        stops
            .any(|it| it.record.record == record && it.by == by)
            .then_some(Revocable::Never)
    }
}
