//! Who may speak: parties, their API keys and the keys of their devices, made in the node itself
//! before it serves. Everything else of the demo goes over HTTP.

use std::collections::{BTreeMap, BTreeSet};

use tangle::registry::Role as DeviceRole;

use super::cast::{self, Actor};
use super::logger::Logger;
use super::story::{Story, logger_id};
use crate::app::failure::Failure;
use crate::auth::{Role, Scope};
use crate::node::{NewDevice, NewParty, Node};
use crate::store::NewApiKey;

/// Everybody's secrets.
#[derive(Debug)]
pub struct Cast {
    /// API key of each actor.
    pub keys: BTreeMap<Actor, String>,
    /// API key with the role admin.
    pub admin: String,
    /// API key of the wholesaler's gateway.
    pub gateway: String,
    /// The loggers, in the order of the story.
    pub loggers: Vec<Logger>,
    /// Seed of the dock door's device key.
    pub dock_seed: [u8; 32],
}

impl Cast {
    /// Registers everybody in this node.
    ///
    /// # Errors
    /// The node's.
    pub fn register(node: &Node, story: &Story, admin: String) -> Result<Self, Failure> {
        let world = node.world();
        let mut keys = BTreeMap::new();
        for actor in Actor::ALL {
            let name = actor.name().to_owned();
            node.register_party(&NewParty {
                gln: actor.gln(),
                name,
                role: role(actor),
            })?;
            keys.insert(actor, api_key(node, actor, role(actor), actor.name())?);
        }
        let gateway = api_key(
            node,
            Actor::Wholesaler,
            Role::Gateway,
            "gateway of dock door 1",
        )?;
        let mut loggers = Vec::with_capacity(story.loggers);
        for at in 0..story.loggers {
            let logger = Logger::from_seed(world.entropy());
            device(
                node,
                Actor::Manufacturer,
                &logger,
                DeviceRole::Device,
                &logger_id(at),
            )?;
            loggers.push(logger);
        }
        let dock_seed = world.entropy();
        let door = Logger::from_seed(dock_seed);
        device(
            node,
            Actor::Wholesaler,
            &door,
            DeviceRole::Gateway,
            &cast::dock_door_device(),
        )?;
        Ok(Self {
            keys,
            admin,
            gateway,
            loggers,
            dock_seed,
        })
    }

    /// The keys by the names of `demo.json`.
    pub fn named_keys(&self) -> BTreeMap<String, String> {
        let own = [("admin", &self.admin), ("gateway", &self.gateway)];
        let own = own
            .into_iter()
            .map(|(name, key)| (name.to_owned(), key.clone()));
        let actors = self
            .keys
            .iter()
            .map(|(actor, key)| (actor.key_name().to_owned(), key.clone()));
        actors.chain(own).collect()
    }
}

const fn role(actor: Actor) -> Role {
    match actor {
        Actor::Manufacturer => Role::Manufacturer,
        Actor::Wholesaler => Role::Wholesaler,
        Actor::PharmacyA | Actor::PharmacyB => Role::Pharmacy,
        Actor::Regulator => Role::Regulator,
    }
}

fn api_key(node: &Node, actor: Actor, role: Role, label: &str) -> Result<String, Failure> {
    let made = node.create_api_key(NewApiKey {
        party: Some(actor.gln()),
        roles: BTreeSet::from([role]),
        label: label.to_owned(),
        expires_ms: None,
        scope: Scope::default(),
    })?;
    Ok(made.key)
}

fn device(
    node: &Node,
    actor: Actor,
    signer: &Logger,
    role: DeviceRole,
    label: &str,
) -> Result<(), Failure> {
    let device = NewDevice {
        key: signer.key_id(),
        party: actor.gln(),
        label: label.to_owned(),
        role,
        attributes: BTreeMap::new(),
    };
    node.register_device(device).map(drop)
}
