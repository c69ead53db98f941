//! What a thing was made from, and what was made from it.
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::genealogy::{Genealogy, Relative};
use crate::app::time_text;

/// The genealogy of a thing.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Genealogy)]
pub struct GenealogyDto {
    /// Canonical identifier.
    pub id: String,
    /// What it was made from, nearest first.
    pub ancestors: Vec<RelativeDto>,
    /// What was made from it, nearest first.
    pub descendants: Vec<RelativeDto>,
    /// Whether there may be more than is told.
    pub truncated: bool,
}

/// A thing that another was made from, or that was made from it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Relative)]
pub struct RelativeDto {
    /// Canonical identifier of the thing, or of its class where only a quantity was told.
    pub id: String,
    /// How many transformations away, from 1 on.
    pub steps: usize,
    /// The thing one step nearer.
    pub via: String,
    /// Id of the event that tells it.
    pub event: String,
    /// When it happened.
    pub event_time: String,
}

impl From<Genealogy> for GenealogyDto {
    fn from(it: Genealogy) -> Self {
        let relative = |it: Relative| RelativeDto {
            id: it.id,
            steps: it.steps,
            via: it.via,
            event: it.event,
            event_time: time_text(it.time_ms),
        };
        Self {
            id: it.id,
            ancestors: it.ancestors.into_iter().map(relative).collect(),
            descendants: it.descendants.into_iter().map(relative).collect(),
            truncated: it.truncated,
        }
    }
}
