//! `theriac init`: a data directory from nothing. Keys first, then the first API
//! key, then the ledger, which marks the directory as a node: interrupted, it can be run again.
use std::collections::BTreeSet;
use std::path::Path;

use tangle::{Genesis, NetworkId, Options, Tangle, VerifierKey};

use crate::auth::{Role, Scope};
use crate::config::{Config, NodeConfig};
use crate::keys::{DataDir, KeyStore, Secret, make_private_dir};
use crate::node::{Node, OpenError};
use crate::store::{NewApiKey, Store};
use crate::world::World;

/// What `init` made. The admin key is shown once and stored nowhere.
#[derive(Clone, Debug)]
pub struct InitReport {
    /// The network.
    pub network: NetworkId,
    /// Verifies this node's checkpoints; give it to those who shall verify proofs.
    pub log_key: VerifierKey,
    /// First API key, with the role admin.
    pub admin_key: String,
}

/// Makes a node in `data_dir` (which may exist, but must not hold one). `name` names the network
/// and its log: no spaces and no `+`, for example `example.com/theriac`.
///
/// # Errors
/// [`OpenError::AlreadyInitialised`], or what went wrong with keys, database or ledger.
pub fn init(data_dir: &Path, name: &str, world: &World) -> Result<InitReport, OpenError> {
    let data = DataDir::new(data_dir);
    if data.ledger().join("genesis.cbor").exists() {
        return Err(OpenError::AlreadyInitialised(
            data.root().display().to_string(),
        ));
    }
    make_private_dir(data.root()).map_err(OpenError::Directory)?;
    let keys = KeyStore::open(&data)?;
    let root = keys.signing(&Secret::Root, world)?;
    keys.signing(&Secret::Node, world)?;
    let note = keys.signing(&Secret::Note, world)?;
    let log_key =
        tangle::verifier_key(name, &note).map_err(|error| OpenError::Name(error.to_string()))?;
    let store = Store::open(&data.store(), keys.hash_key(world)?)?;
    let admin = NewApiKey {
        party: None,
        roles: BTreeSet::from([Role::Admin]),
        label: "first key".to_owned(),
        expires_ms: None,
        scope: Scope::default(),
    };
    let admin_key = store.create_key(admin, world)?.reveal();
    drop(store);

    let genesis = Genesis {
        name: name.to_owned(),
        created_ms: world.now_unsigned_ms(),
        root: root.key_id(),
    };
    Tangle::create(&data.ledger(), &genesis, &Options::default())?;
    let config = Config {
        node: NodeConfig {
            data_dir: data_dir.to_path_buf(),
        },
        ..Config::default()
    };
    Node::open(&config, world.clone())?
        .close()
        .map_err(OpenError::Operator)?;
    Ok(InitReport {
        network: genesis.network_id(),
        log_key,
        admin_key,
    })
}
