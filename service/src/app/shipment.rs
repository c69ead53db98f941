//! A shipment: what is in a logistic unit, the ways it went, how warm it was.
use rules::ShipmentView;

use crate::app::failure::Failure;
use crate::app::identify;
use crate::app::visible::{Subject, visible};
use crate::auth::{Permit, actions};
use crate::node::Node;

/// A logistic unit by any form of its identifier.
///
/// # Errors
/// `not_found` when no record names it or the principal took no part in it.
pub fn shipment(
    node: &Node,
    permit: &Permit<actions::Query>,
    id: &str,
) -> Result<ShipmentView, Failure> {
    let missing = || Failure::not_found("shipment");
    let epc = identify(id)
        .or_else(|| gs1::Epc::parse(id).ok())
        .ok_or_else(missing)?;
    let fold = node.fold();
    if !visible(&fold, permit.principal(), Subject::Thing(&epc)) {
        return Err(missing());
    }
    fold.engine.shipment(&epc).ok_or_else(missing)
}
