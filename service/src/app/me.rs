//! Who am I to this node: what a client asks first.
use std::collections::BTreeSet;

use tangle::Author;

use crate::auth::{Permit, Role, actions};
use crate::node::Node;

/// The caller and the node.
#[derive(Clone, Debug)]
pub struct Me {
    /// GLN and name of the key's party.
    pub party: Option<(String, Option<String>)>,
    /// What the key may be used for.
    pub roles: BTreeSet<Role>,
    /// The network, hex.
    pub network: String,
    /// Name of the log; the first part of `log_key`.
    pub log: String,
    /// Verifies checkpoints and proofs.
    pub log_key: String,
    /// The registration of the one device whose blocks the key uploads.
    pub device: Option<Author>,
}

/// Who the permit's key stands for.
pub fn me(node: &Node, permit: &Permit<actions::ReadPublic>) -> Me {
    let principal = permit.principal();
    let name = |gln: &str| {
        let fold = node.fold();
        let party = fold.engine.party(gln).map(|party| party.name.clone());
        party.or_else(|| fold.registry().organisation(gln).map(|it| it.name.clone()))
    };
    Me {
        party: principal.party.as_ref().map(|gln| (gln.clone(), name(gln))),
        roles: principal.roles.clone(),
        network: node.network().to_string(),
        log: node.log_key().name().to_owned(),
        log_key: node.log_key().to_string(),
        device: principal.scope.device.as_ref().and_then(|key| {
            let key = key.parse().ok()?;
            node.fold().registry().author(&key).cloned()
        }),
    }
}
