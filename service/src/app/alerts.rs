//! The list of findings, newest first, as far as the principal may see what they are about.
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use gs1::Epc;
use rules::{FindingStatus, FindingView};

use crate::app::failure::{Code, Failure};
use crate::app::findings::shown;
use crate::auth::{Permit, actions};
use crate::limits::ALERTS_PAGE_MAX;
use crate::node::Node;

/// One page of alerts.
#[derive(Clone, Debug)]
pub struct AlertsPage {
    /// The findings.
    pub alerts: Vec<FindingView>,
    /// Cursor of the next page.
    pub next: Option<String>,
}

/// Alerts with this status (all, when none is given), after `cursor`.
///
/// # Errors
/// `query_parameter` for a word that is no status or a cursor that names no finding.
pub fn alerts(
    node: &Node,
    permit: &Permit<actions::Query>,
    status: Option<&str>,
    cursor: Option<&str>,
) -> Result<AlertsPage, Failure> {
    let status = status.map(status_of).transpose()?;
    let fits = |finding: &FindingView| status.is_none_or(|status| finding.status == status);
    page(node, permit, fits, (cursor, ALERTS_PAGE_MAX))
}

/// Alerts that fit, newest first: those after a cursor, and how many at most.
///
/// # Errors
/// `query_parameter` for a cursor that names no finding.
pub fn page(
    node: &Node,
    permit: &Permit<actions::Query>,
    fits: impl Fn(&FindingView) -> bool,
    (cursor, most): (Option<&str>, usize),
) -> Result<AlertsPage, Failure> {
    let fold = node.fold();
    let seen = |finding| shown(&fold, permit.principal(), finding);
    let mut all = fold.engine.findings();
    if let Some(cursor) = cursor {
        let found = all.by_ref().find(|finding| finding.id == cursor);
        let found = found.and_then(seen).is_some();
        if !found {
            return Err(Failure::new(
                Code::QueryParameter,
                "cursor is not one this node gave",
            ));
        }
    }
    let mut page: Vec<FindingView> = all
        .filter(fits)
        .filter_map(seen)
        .take(most.saturating_add(1))
        .collect();
    let more = page.len() > most;
    page.truncate(most);
    let next = page
        .last()
        .filter(|_| more)
        .map(|finding| finding.id.clone());
    Ok(AlertsPage { alerts: page, next })
}

/// Every finding that names a thing, a lot, a party or a place as what it is about, newest first,
/// as far as the principal may see it.
pub fn about(node: &Node, permit: &Permit<actions::Query>, epc: &Epc) -> Vec<FindingView> {
    let fold = node.fold();
    let engine = &fold.engine;
    let own = engine.findings_for(epc).into_iter();
    let own = own
        .chain(engine.findings_apart(epc))
        .map(|finding| finding.id);
    let ids: BTreeSet<String> = own.collect();
    let subject = epc.canonical();
    let found = ids.iter().filter_map(|id| {
        let mut digest = [0; 16];
        hex::decode_to_slice(id, &mut digest).ok()?;
        let finding = engine.finding(&digest)?;
        let seen = shown(&fold, permit.principal(), engine.shown_finding(finding)?)?;
        let about = seen.subjects.contains(&subject);
        about.then_some((finding.position, seen))
    });
    let mut found: Vec<(u64, FindingView)> = found.collect();
    found.sort_by(|(a, one), (b, other)| (b, &other.id).cmp(&(a, &one.id)));
    found.into_iter().map(|(_, finding)| finding).collect()
}

fn status_of(word: &str) -> Result<FindingStatus, Failure> {
    match word {
        "open" => Ok(FindingStatus::Open),
        "resolved" => Ok(FindingStatus::Resolved),
        "released" => Ok(FindingStatus::Released),
        "closed" => Ok(FindingStatus::Closed),
        _ => Err(Failure::new(
            Code::QueryParameter,
            "status must be open, resolved, released or closed",
        )),
    }
}

/// Up to where a client has the alerts, in the order they changed: all that changed with a record,
/// or up to a finding of it where one record changed more. Written `138` or `138.` and the id of
/// the finding.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Place {
    position: u64,
    finding: Option<String>,
}

impl Place {
    /// Whether a finding that changed at a position comes after it.
    fn is_before(&self, position: u64, id: &str) -> bool {
        let same = position == self.position;
        let further = self.finding.as_deref().is_some_and(|last| id > last);
        position > self.position || (same && further)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.finding {
            Some(finding) => write!(f, "{}.{finding}", self.position),
            None => write!(f, "{}", self.position),
        }
    }
}

/// A text that is no place.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("no place of an alert")]
pub struct NoPlace;

impl FromStr for Place {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        let (position, finding) = match text.split_once('.') {
            Some((position, finding)) => (position, Some(finding)),
            None => (text, None),
        };
        let is_id = |id: &str| {
            let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            id.len() == 32 && id.bytes().all(digit)
        };
        if !finding.is_none_or(is_id) {
            return Err(NoPlace);
        }
        Ok(Self {
            position: position.parse().map_err(|_| NoPlace)?,
            finding: finding.map(ToOwned::to_owned),
        })
    }
}

/// Place of the latest change of a finding: nothing has come after it.
pub fn newest(node: &Node) -> Place {
    Place {
        position: node.fold().engine.last_finding(),
        finding: None,
    }
}

/// Findings that changed after a place, as far as the principal may see them, in the order they
/// changed, each with its own place. The last of a record has the record's whole place.
pub fn since(
    node: &Node,
    permit: &Permit<actions::Query>,
    after: &Place,
) -> Vec<(Place, FindingView)> {
    let fold = node.fold();
    let before = after.position.saturating_sub(1);
    let changed = fold.engine.findings_since(before).into_iter();
    let mut seen = changed
        .filter(|(position, finding)| after.is_before(*position, &finding.id))
        .filter_map(|(position, finding)| {
            Some((position, shown(&fold, permit.principal(), finding)?))
        })
        .peekable();
    let mut found = Vec::new();
    while let Some((position, finding)) = seen.next() {
        let more = seen.peek().is_some_and(|(next, _)| *next == position);
        let place = Place {
            position,
            finding: more.then(|| finding.id.clone()),
        };
        found.push((place, finding));
    }
    found
}

/// One finding.
///
/// # Errors
/// `not_found` when there is none with this id, or it is about nothing that the principal may see.
pub fn one(node: &Node, permit: &Permit<actions::Query>, id: &str) -> Result<FindingView, Failure> {
    let missing = || Failure::not_found("finding");
    let mut digest = [0; 16];
    hex::decode_to_slice(id, &mut digest).map_err(|_| missing())?;
    let fold = node.fold();
    let finding = fold.engine.finding(&digest).ok_or_else(missing)?;
    let found = fold.engine.shown_finding(finding);
    let seen = found.and_then(|finding| shown(&fold, permit.principal(), finding));
    seen.ok_or_else(missing)
}
