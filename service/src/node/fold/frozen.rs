//! The folded state in parts: as it was at a moment, to be written down while the writer goes on,
//! and back from what was written. Each part stands for itself, so that several threads read them.
use std::collections::BTreeMap;
use std::io;

use rules::Engine;
use serde::{Deserialize, Serialize};
use tangle::{BlockId, Outcome};

use super::{Fold, nobody};
use crate::node::catalog::Catalog;
use crate::node::claims::Claims;
use crate::node::comments::Comments;
use crate::node::despatch::Despatches;
use crate::node::fleet::Fleet;
use crate::node::grants::Grants;
use crate::node::plain;
use crate::node::prefixes::Prefixes;
use crate::node::vocabulary::Vocabularies;

/// How many parts there are.
pub(in crate::node) const PARTS: usize = rules::Frozen::PARTS + 2;

const CATALOG: usize = rules::Frozen::PARTS;

/// The state as it was at a moment.
#[derive(Debug)]
pub(in crate::node) struct Frozen {
    engine: rules::Frozen,
    catalog: Catalog,
    rest: Rest,
}

/// What is small.
#[derive(Debug, Deserialize, Serialize)]
pub(in crate::node) struct Rest {
    despatches: Despatches,
    #[serde(with = "plain::registrations")]
    registrations: Vec<(u32, BlockId)>,
    vocabularies: Vocabularies,
    grants: Grants,
    comments: Comments,
    fleet: Fleet,
    prefixes: Prefixes,
    claims: Claims,
    #[serde(with = "plain::outcomes")]
    outcomes: BTreeMap<BlockId, Outcome>,
    items: u64,
    milestones: u32,
    findings: u64,
}

/// One part that was written down.
#[derive(Debug)]
pub(in crate::node) enum Part {
    Engine(Box<rules::Part>),
    Catalog(Box<Catalog>),
    Rest(Box<Rest>),
}

/// A part cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[error("a part of the state is not what it should be")]
pub(in crate::node) struct Unlike;

impl Frozen {
    /// Writes a part, by its number.
    pub(in crate::node) fn write(&self, part: usize, to: impl io::Write) -> Result<(), Unlike> {
        let written = match part {
            0..CATALOG => return self.engine.write(part, to).map_err(|_| Unlike),
            CATALOG => postcard::to_io(&self.catalog, to).map(drop),
            _ => postcard::to_io(&self.rest, to).map(drop),
        };
        written.map_err(|_| Unlike)
    }
}

impl Part {
    /// Reads the part of a number as [`Frozen::write`] wrote it.
    pub(in crate::node) fn read(part: usize, bytes: &[u8]) -> Result<Self, Unlike> {
        match part {
            0..CATALOG => rules::Part::read(part, bytes)
                .map(|it| Self::Engine(Box::new(it)))
                .map_err(|_| Unlike),
            CATALOG => whole(bytes).map(Self::Catalog),
            _ => whole(bytes).map(Self::Rest),
        }
    }
}

impl Fold {
    /// The state at this moment. What is large is shared and not copied.
    pub(in crate::node) fn frozen(&self) -> Frozen {
        Frozen {
            engine: self.engine.frozen(),
            catalog: self.catalog.clone(),
            rest: Rest {
                despatches: self.despatches.clone(),
                registrations: self.registrations.clone(),
                vocabularies: self.vocabularies.clone(),
                grants: self.grants.clone(),
                comments: self.comments.clone(),
                fleet: self.fleet.clone(),
                prefixes: self.prefixes.clone(),
                claims: self.claims.clone(),
                outcomes: self.outcomes.clone(),
                items: self.items,
                milestones: self.milestones,
                findings: self.findings,
            },
        }
    }

    /// The state that all parts together are; whose word counts in it is still to be judged
    /// ([`Fold::authorise`]).
    pub(in crate::node) fn thawed(parts: impl IntoIterator<Item = Part>) -> Result<Self, Unlike> {
        let (mut engine, mut catalog, mut rest) = (Vec::new(), None, None);
        for part in parts {
            match part {
                Part::Engine(it) => engine.push(*it),
                Part::Catalog(it) => catalog = Some(*it),
                Part::Rest(it) => rest = Some(*it),
            }
        }
        let (Some(catalog), Some(rest)) = (catalog, rest) else {
            return Err(Unlike);
        };
        Ok(Self {
            engine: Engine::thawed(engine).map_err(|_| Unlike)?,
            catalog,
            despatches: rest.despatches,
            authority: nobody(),
            registrations: rest.registrations,
            vocabularies: rest.vocabularies,
            grants: rest.grants,
            comments: rest.comments,
            fleet: rest.fleet,
            prefixes: rest.prefixes,
            claims: rest.claims,
            outcomes: rest.outcomes,
            items: rest.items,
            milestones: rest.milestones,
            findings: rest.findings,
        })
    }
}

fn whole<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Unlike> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        _ => Err(Unlike),
    }
}
