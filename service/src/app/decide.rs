//! Decisions people are accountable for: recalling a lot, releasing or rejecting after quality
//! review. Signed for the party, recorded, and in effect before the answer.
use rules::{Decision, Fact, Revocable};
use tangle::{BlockId, Kind, Media};

use crate::app::failure::{Code, Failure};
use crate::app::master::item;
use crate::auth::{Permit, actions};
use crate::limits::TEXT_CHARS_MAX;
use crate::node::Node;
use crate::node::entitled::{Speaker, entitled};

/// Records a decision; returns its block.
///
/// # Errors
/// `forbidden` when the product is somebody else's, `unprocessable` for an overlong or empty
/// reason, `not_found` and `conflict` for an undo that has nothing to take back.
pub fn decide(
    node: &Node,
    permit: &Permit<actions::Decide>,
    decision: &Decision,
) -> Result<BlockId, Failure> {
    let Some(party) = permit.principal().party.as_deref() else {
        return Err(Failure::new(Code::Forbidden, "the key speaks for no party"));
    };
    fit_reason(decision.reason())?;
    takes_back(node, party, decision)?;
    entitled(
        &node.fold(),
        Speaker::Party(party),
        &Fact::Decision(decision.clone()),
    )
    .map_err(|why| Failure::new(Code::Forbidden, why.to_string()))?;
    let items = vec![item(node, Media::DECISION, decision)?];
    let made = node.author(node.signer(Some(party))?, Kind::Decision, vec![items])?;
    made.first()
        .copied()
        .ok_or_else(|| Failure::internal("no block was made"))
}

/// Whether an undo has something to take back: others' decisions are not told from none.
fn takes_back(node: &Node, party: &str, decision: &Decision) -> Result<(), Failure> {
    let Decision::Undo { decision, .. } = decision.bare() else {
        return Ok(());
    };
    match node.fold().engine.revocable(*decision, party) {
        Some(Revocable::Yes) => Ok(()),
        Some(Revocable::Done) => {
            let text = "this decision was taken back before";
            Err(Failure::new(Code::Conflict, text))
        }
        Some(Revocable::Never) => {
            let text = "a recall or a withdrawal is not taken back";
            Err(Failure::new(Code::Conflict, text))
        }
        None => Err(Failure::not_found("decision of this party in that record")),
    }
}

/// A reason is said, and is no essay.
pub(crate) fn fit_reason(reason: &str) -> Result<(), Failure> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > TEXT_CHARS_MAX {
        let text = format!("a decision needs a reason of 1 to {TEXT_CHARS_MAX} characters");
        return Err(Failure::new(Code::Unprocessable, text));
    }
    Ok(())
}
