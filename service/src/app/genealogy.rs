//! The genealogy of a thing: what it was made from and what was made from it, through the
//! transformation events that name it, step by step in both directions. Steps and things are
//! bounded; a step whose events the principal may not see is not gone through.
//!
//! Events that share a `transformationID` are one transformation (EPCIS 2.0, 7.4.6): what went
//! into any of them may have gone into whatever came out of any.
use std::collections::BTreeSet;

use gs1::Epc;
use gs1::epcis::{Event, EventKind, TransformationEvent};
use gs1::query::Query;
use serde_json::{Value, json};

use crate::app::epcis::search;
use crate::app::failure::{Code, Failure};
use crate::app::identify;
use crate::app::visible::{Subject, visible};
use crate::auth::{Permit, Principal, actions};
use crate::limits::{GENEALOGY_DEPTH_MAX, GENEALOGY_EVENTS_MAX, GENEALOGY_THINGS_MAX};
use crate::node::Node;

/// What is known of where a thing comes from and what became of it.
#[derive(Clone, Debug)]
pub struct Genealogy {
    /// The thing, canonical.
    pub id: String,
    /// What it was made from, nearest first.
    pub ancestors: Vec<Relative>,
    /// What was made from it, nearest first.
    pub descendants: Vec<Relative>,
    /// Whether there may be more than is told: a bound was reached.
    pub truncated: bool,
}

/// A thing that another was made from, or that was made from it.
#[derive(Clone, Debug)]
pub struct Relative {
    /// The thing, or the class of things where only a quantity was told; canonical.
    pub id: String,
    /// How many transformations away, from 1 on.
    pub steps: usize,
    /// The thing one step nearer; canonical.
    pub via: String,
    /// Id of the event that tells it.
    pub event: String,
    /// When it happened, Unix milliseconds.
    pub time_ms: i64,
}

/// A direction to go in.
#[derive(Clone, Copy, Eq, PartialEq)]
enum To {
    Ancestors,
    Descendants,
}

impl To {
    /// The parameters that find transformations with a thing at this end.
    fn parameters(self) -> [&'static str; 2] {
        match self {
            Self::Ancestors => ["MATCH_outputEPC", "MATCH_outputEPCClass"],
            Self::Descendants => ["MATCH_inputEPC", "MATCH_inputEPCClass"],
        }
    }

    /// The things at the other end.
    fn others(self, event: &TransformationEvent) -> Vec<&Epc> {
        let (list, quantities) = match self {
            Self::Ancestors => (&event.input_epc_list, &event.input_quantity_list),
            Self::Descendants => (&event.output_epc_list, &event.output_quantity_list),
        };
        let classes = quantities.iter().map(|it| &it.epc_class);
        list.iter().chain(classes).collect()
    }
}

/// The genealogy of a thing, by any form of its identifier, at most `depth` steps each way.
///
/// # Errors
/// `not_found` when no record names it or the principal took no part in it, `query_parameter` for
/// a depth that is not followed.
pub fn genealogy(
    node: &Node,
    permit: &Permit<actions::Query>,
    id: &str,
    depth: usize,
) -> Result<Genealogy, Failure> {
    if !(1..=GENEALOGY_DEPTH_MAX).contains(&depth) {
        let text = format!("depth is 1 to {GENEALOGY_DEPTH_MAX}");
        return Err(Failure::new(Code::QueryParameter, text));
    }
    let missing = || Failure::not_found("thing");
    let epc = identify(id).ok_or_else(missing)?;
    let known = {
        let fold = node.fold();
        visible(&fold, permit.principal(), Subject::Thing(&epc))
            && !fold.engine.history(&epc).is_empty()
    };
    let mut walk = Walk {
        node,
        principal: permit.principal(),
        truncated: false,
    };
    let ancestors = walk.go(&epc, To::Ancestors, depth)?;
    let descendants = walk.go(&epc, To::Descendants, depth)?;
    // Classes have no history of their own; who sees a transformation of one knows it.
    if !known && ancestors.is_empty() && descendants.is_empty() {
        return Err(missing());
    }
    Ok(Genealogy {
        id: epc.canonical(),
        ancestors,
        descendants,
        truncated: walk.truncated,
    })
}

struct Walk<'a> {
    node: &'a Node,
    principal: &'a Principal,
    truncated: bool,
}

impl Walk<'_> {
    fn go(&mut self, from: &Epc, to: To, depth: usize) -> Result<Vec<Relative>, Failure> {
        let mut found: Vec<Relative> = Vec::new();
        let mut seen = BTreeSet::from([from.canonical()]);
        let mut edge = vec![from.canonical()];
        for steps in 1..=depth {
            let mut next = Vec::new();
            for near in edge {
                for event in self.transformations(&near, to)? {
                    let EventKind::Transformation(own) = &event.kind else {
                        continue;
                    };
                    for other in to.others(own) {
                        let id = other.canonical();
                        if !seen.insert(id.clone()) {
                            continue;
                        }
                        if found.len() == GENEALOGY_THINGS_MAX {
                            self.truncated = true;
                            return Ok(found);
                        }
                        next.push(id.clone());
                        found.push(Relative {
                            id,
                            steps,
                            via: near.clone(),
                            event: event.event_id_or_hash(),
                            time_ms: event.event_time_ms,
                        });
                    }
                }
            }
            edge = next;
        }
        // Whether anything lies beyond the last step is asked for, not guessed.
        for near in edge {
            self.truncated |= !self.transformations(&near, to)?.is_empty();
        }
        Ok(found)
    }

    /// Transformations with a thing at the near end, those of the same `transformationID` among
    /// them.
    fn transformations(&mut self, near: &str, to: To) -> Result<Vec<Event>, Failure> {
        let (mut events, mut ids) = (Vec::new(), BTreeSet::new());
        for parameter in to.parameters() {
            self.find(&json!({ parameter: [near] }), &mut events)?;
        }
        for event in &events {
            if let EventKind::Transformation(own) = &event.kind {
                ids.extend(own.transformation_id.clone());
            }
        }
        for id in ids {
            self.find(&json!({ "EQ_transformationID": [id] }), &mut events)?;
        }
        Ok(events)
    }

    fn find(&mut self, query: &Value, events: &mut Vec<Event>) -> Result<(), Failure> {
        // What cannot be asked for is named by no transformation.
        let Ok(query) = Query::from_json(query) else {
            return Ok(());
        };
        let (hits, _) = search::since(self.node, self.principal, &query, 0, GENEALOGY_EVENTS_MAX)?;
        self.truncated |= hits.len() == GENEALOGY_EVENTS_MAX;
        events.extend(hits.into_iter().map(|hit| hit.event));
        Ok(())
    }
}
