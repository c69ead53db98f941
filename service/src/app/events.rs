//! What several use cases need of events: whose they are.
use tangle::VerifiedBlock;

use crate::node::Node;

/// The organisation that recorded a block.
pub(crate) fn owner(node: &Node, block: &VerifiedBlock) -> Option<String> {
    node.fold()
        .registry()
        .organisation_of(&block.header().kid)
        .map(ToOwned::to_owned)
}
