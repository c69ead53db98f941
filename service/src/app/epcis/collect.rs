//! The top-level resources of EPCIS: event types, things, steps, places and dispositions. Each is a
//! list of what may be asked for and a way to its events. Words of the CBV are known to everybody;
//! things, places and words of somebody's own are shown to those who see an event with them.
use gs1::cbv::{BIZ_STEPS, DISPOSITIONS};
use gs1::epcis::translate::EpcFormat;
use gs1::query::Query;
use gs1::{BizStep, Disposition, Epc};
use serde_json::json;

use super::search;
use super::token::Mark;
use crate::app::failure::Failure;
use crate::app::visible::{Subject, visible};
use crate::auth::Principal;
use crate::limits::{SHOWN_EVENTS_MAX, THINGS_MAX};
use crate::node::Node;
use crate::node::catalog::{Field, Kind};

/// Names of the event types.
const EVENT_TYPES: [&str; 5] = [
    "AggregationEvent",
    "AssociationEvent",
    "ObjectEvent",
    "TransactionEvent",
    "TransformationEvent",
];
/// Things looked up at a time.
const THINGS: usize = 512;

/// A top-level resource.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Collection {
    /// `eventTypes`.
    EventTypes,
    /// `epcs`.
    Epcs,
    /// `bizSteps`.
    BizSteps,
    /// `bizLocations`.
    BizLocations,
    /// `readPoints`.
    ReadPoints,
    /// `dispositions`.
    Dispositions,
}

/// Which elements, and how to write them.
#[derive(Clone, Debug)]
pub struct Part {
    /// After or from which.
    pub mark: Option<Mark>,
    /// How many at most.
    pub wanted: usize,
    /// Spelling of identifiers.
    pub epc: EpcFormat,
}

impl Collection {
    /// What the path of an element asks for: a parameter of the query language and its value.
    ///
    /// # Errors
    /// `not_found` for what is no element, or none that the principal sees.
    pub fn parameter(
        self,
        node: &Node,
        principal: &Principal,
        text: &str,
    ) -> Result<(&'static str, String), Failure> {
        let missing = || Failure::not_found(self.what());
        let (name, value, shown) = self.element(text).ok_or_else(missing)?;
        if shown || self.is_shown(node, principal, name, &value)? {
            return Ok((name, value));
        }
        Err(missing())
    }

    /// A page of the elements, and the mark of the next.
    ///
    /// # Errors
    /// The ledger's.
    pub fn list(
        self,
        node: &Node,
        principal: &Principal,
        page: &Part,
    ) -> Result<(Vec<String>, Option<Mark>), Failure> {
        let (mark, wanted, epc) = (page.mark.clone(), page.wanted, page.epc);
        if self == Self::Epcs {
            let from = match mark {
                Some(Mark::Number(from)) => from,
                _ => 0,
            };
            return Ok(things(node, principal, from, page));
        }
        let after = match mark {
            Some(Mark::After(text)) => Some(text),
            _ => None,
        };
        let mut found = Vec::new();
        for term in self.terms(node, after.as_deref()) {
            let known = self.element(&term);
            let Some((name, value, shown)) = known else {
                continue;
            };
            if !shown && !self.is_shown(node, principal, name, &value)? {
                continue;
            }
            if found.len() == wanted {
                return Ok((
                    spelled(node, self, &found, epc),
                    found.pop().map(Mark::After),
                ));
            }
            found.push(term);
        }
        Ok((spelled(node, self, &found, epc), None))
    }

    /// Name and value of the parameter for an element, and whether everybody may know of it.
    fn element(self, text: &str) -> Option<(&'static str, String, bool)> {
        // In a value of a URL that sign parts a list.
        if text.contains('|') {
            return None;
        }
        Some(match self {
            Self::EventTypes => {
                Kind::parse(text)?;
                ("eventType", text.to_owned(), true)
            }
            Self::Epcs => {
                let epc = Epc::parse(text).ok()?;
                let name = match epc {
                    Epc::Gtin(_) | Epc::Lgtin { .. } => "MATCH_anyEPCClass",
                    _ => "MATCH_anyEPC",
                };
                (name, epc.canonical(), false)
            }
            Self::BizSteps => {
                let step = BizStep::parse(text).ok()?;
                let word = BIZ_STEPS.word(step.as_str()).is_some();
                ("EQ_bizStep", step.uri(), word)
            }
            Self::Dispositions => {
                let disposition = Disposition::parse(text).ok()?;
                let word = DISPOSITIONS.word(disposition.as_str()).is_some();
                ("EQ_disposition", disposition.uri(), word)
            }
            Self::BizLocations => ("EQ_bizLocation", Epc::parse(text).ok()?.canonical(), false),
            Self::ReadPoints => ("EQ_readPoint", Epc::parse(text).ok()?.canonical(), false),
        })
    }

    /// Whether the principal sees an event with an element.
    fn is_shown(
        self,
        node: &Node,
        principal: &Principal,
        name: &str,
        value: &str,
    ) -> Result<bool, Failure> {
        let body = json!({ name: [value] });
        let query = Query::from_json(&body).map_err(|_| Failure::not_found(self.what()))?;
        search::any(node, principal, &query, SHOWN_EVENTS_MAX)
    }

    /// Every element after `after`, in alphabetical order.
    fn terms(self, node: &Node, after: Option<&str>) -> Vec<String> {
        let fold = node.fold();
        let of = |field| fold.catalog.terms(field, None).map(ToOwned::to_owned);
        let words = |all: &[&str]| {
            all.iter()
                .map(|word| (*word).to_owned())
                .collect::<Vec<_>>()
        };
        let own = |uri: String, word: Option<String>| word.unwrap_or(uri);
        let mut terms: Vec<String> = match self {
            Self::EventTypes => words(&EVENT_TYPES),
            Self::Epcs => Vec::new(),
            Self::BizSteps => {
                let step = |uri: String| {
                    let word = BizStep::parse(&uri).ok().map(|it| it.as_str().to_owned());
                    own(uri, word)
                };
                let standard = words(BIZ_STEPS.words());
                standard
                    .into_iter()
                    .chain(of(Field::BizStep).map(step))
                    .collect()
            }
            Self::Dispositions => {
                let word = |uri: String| {
                    let word = Disposition::parse(&uri).ok();
                    own(uri, word.map(|it| it.as_str().to_owned()))
                };
                let standard = words(DISPOSITIONS.words());
                standard
                    .into_iter()
                    .chain(of(Field::Disposition).map(word))
                    .collect()
            }
            Self::BizLocations => of(Field::BizLocation).collect(),
            Self::ReadPoints => of(Field::ReadPoint).collect(),
        };
        terms.sort_unstable();
        terms.dedup();
        terms.retain(|term| after.is_none_or(|after| term.as_str() > after));
        terms
    }

    /// What an element is called in a refusal.
    fn what(self) -> &'static str {
        match self {
            Self::EventTypes => "event type",
            Self::Epcs => "epc",
            Self::BizSteps => "business step",
            Self::BizLocations => "business location",
            Self::ReadPoints => "read point",
            Self::Dispositions => "disposition",
        }
    }
}

/// Places in the spelling asked for; words as they are.
fn spelled(node: &Node, kind: Collection, terms: &[String], format: EpcFormat) -> Vec<String> {
    let places = matches!(kind, Collection::BizLocations | Collection::ReadPoints);
    let spell = |term: &String| match Epc::parse(term) {
        Ok(epc) if places => written(node, &epc, format),
        _ => term.clone(),
    };
    terms.iter().map(spell).collect()
}

/// Things that the principal sees, in the order in which the ledger first named them.
fn things(
    node: &Node,
    principal: &Principal,
    from: u64,
    page: &Part,
) -> (Vec<String>, Option<Mark>) {
    let (wanted, format) = (page.wanted, page.epc);
    let number = |at: usize| Some(Mark::Number(u64::try_from(at).unwrap_or(u64::MAX)));
    let start = usize::try_from(from).unwrap_or(usize::MAX);
    let mut at = start;
    let mut found: Vec<Epc> = Vec::new();
    let mut next = None;
    'chunks: while next.is_none() {
        let fold = node.fold();
        let chunk = fold.engine.things(at, THINGS);
        if chunk.is_empty() {
            break;
        }
        for (row, epc) in chunk {
            at = row.saturating_add(1);
            if !visible(&fold, principal, Subject::Thing(&epc)) {
                continue;
            }
            if found.len() == wanted {
                next = number(row);
                break 'chunks;
            }
            found.push(epc);
        }
        if at.saturating_sub(start) >= THINGS_MAX {
            next = number(at);
        }
    }
    let texts = found.iter().map(|epc| written(node, epc, format)).collect();
    (texts, next)
}

/// An identifier in the spelling asked for.
fn written(node: &Node, epc: &Epc, format: EpcFormat) -> String {
    let urn = || {
        let length = node.fold().prefixes.length_of(epc)?;
        epc.to_urn(length)
    };
    match format {
        EpcFormat::AlwaysUrn => urn().unwrap_or_else(|| epc.canonical()),
        _ => epc.canonical(),
    }
}
