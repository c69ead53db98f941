//! What of a finding is shown to whom. One that is about several things is shown with those that
//! the asker may see; and whoever only holds a pack in its hand, and has no part in it, is told
//! which rule speaks against the pack and how gravely, not where it was seen, beside what, or what
//! people wrote about it.
use gs1::Epc;
use rules::say::Say;
use rules::{FindingView, Lang};

use crate::app::visible::{Subject, visible};
use crate::auth::Principal;
use crate::node::View;

/// A finding as far as `principal` may see it; `None` when it is about nothing that it sees.
pub(crate) fn shown(
    view: &View<'_>,
    principal: &Principal,
    mut finding: FindingView,
) -> Option<FindingView> {
    if principal.sees_all() {
        return Some(finding);
    }
    let sees = |epc: &Epc| visible(view, principal, Subject::Thing(epc));
    let mut any = false;
    finding.subjects.retain(|id| match Epc::parse(id) {
        Ok(epc) if sees(&epc) => {
            any = true;
            true
        }
        // Somebody else's goods.
        Ok(Epc::Sgtin(_) | Epc::Sscc(_) | Epc::Lgtin { .. }) => false,
        _ => true,
    });
    any.then_some(finding)
}

/// What a stranger is told of a finding about the pack that it verified: the rule, how grave it
/// is, how it stands; in the words `say`, which everybody hears who verifies the pack.
pub(crate) fn outline(finding: &mut FindingView, pack: &Epc, say: &Say) {
    finding.subjects = vec![pack.canonical()];
    finding.say = say.clone();
    finding.sentence = say.text(Lang::En);
    finding.evidence.clear();
    finding.facts.clear();
    finding.resolved_by = None;
    let alert = &mut finding.alert;
    (alert.assigned_to, alert.reason, alert.by) = (None, None, None);
    alert.signature = None;
    alert.records.clear();
}
