//! A shipment: a logistic unit, or everything that goes under one despatch advice or shipment
//! number. What is in it by aggregation, the ways it went, how warm it was, and what has arrived of
//! what was sent. A paper is told by the journeys that went under it, whatever became of the goods
//! later; a unit by its whole life, and its receipt by its latest journey.
use std::collections::{BTreeMap, BTreeSet};

use gs1::Epc;
use rules::views::shipment::{Content, ShipmentView};
use rules::{ColdChainView, Engine};

use crate::app::failure::{Code, Failure};
use crate::app::identify;
use crate::app::visible::{Subject, visible};
use crate::auth::{Permit, actions};
use crate::limits::SHIPMENT_LISTED_MAX;
use crate::node::despatch::{Leg, Line, paper_id};
use crate::node::{Fold, Node, View};

/// A shipment.
#[derive(Clone, Debug)]
pub struct Shipment {
    /// `unit` or `paper`.
    pub kind: &'static str,
    /// Contents, ways, devices and cold chain; of several units those of all of them.
    pub view: ShipmentView,
    /// Its logistic units, and packs that travel on their own.
    pub units: Vec<String>,
    /// Despatch advices, shipment numbers and orders it goes under.
    pub papers: Vec<String>,
    /// Packs that were sent, canonical and sorted; of a unit on its latest journey.
    pub sent: Vec<String>,
    /// Expected against received.
    pub receipt: Receipt,
}

/// Expected against received.
#[derive(Clone, Debug, Default)]
pub struct Receipt {
    /// `packed`, `in_transit`, `partly_received` or `received`.
    pub state: &'static str,
    /// Packs that were sent.
    pub expected: usize,
    /// Of these, packs that were read on their own at receipt.
    pub scanned: usize,
    /// Of these, packs that came with a container that was received.
    pub inferred: usize,
    /// Packs that were sent and have not arrived although others have, at most
    /// [`SHIPMENT_LISTED_MAX`].
    pub missing: Vec<String>,
    /// How many those are.
    pub missing_count: usize,
    /// What was received with it and was not sent, at most [`SHIPMENT_LISTED_MAX`].
    pub extra: Vec<String>,
    /// How many those are.
    pub extra_count: usize,
}

/// One row of the list of shipments.
#[derive(Clone, Debug)]
pub struct Row {
    /// Id by which it is asked for.
    pub id: String,
    /// When its last event was, Unix milliseconds.
    pub at_ms: i64,
    /// `in_transit`, `received` or `void`: what its last event says.
    pub state: &'static str,
    /// Units and loose packs it names.
    pub units: usize,
}

/// A page of shipments.
#[derive(Clone, Debug)]
pub struct Rows {
    /// The latest first.
    pub rows: Vec<Row>,
    /// Cursor of the next page.
    pub next: Option<String>,
}

/// A shipment by SSCC (or whatever id its container has), by shipment number (GSIN), or by despatch
/// advice: its URI, or the number on it where only one is visible.
///
/// # Errors
/// `not_found` when no record names it or the principal took no part in it.
pub fn shipment(
    node: &Node,
    permit: &Permit<actions::Query>,
    id: &str,
) -> Result<Shipment, Failure> {
    let fold = node.fold();
    let principal = permit.principal();
    let sees = |epc: &Epc| visible(&fold, principal, Subject::Thing(epc));
    of_id(&fold, &sees, id)
}

/// Whether a thing may be shown to who asks.
pub(super) type Sees<'a> = &'a dyn Fn(&Epc) -> bool;

/// A shipment as [`shipment`], of what `sees` shows.
pub(super) fn of_id(fold: &View<'_>, sees: Sees<'_>, id: &str) -> Result<Shipment, Failure> {
    match named(fold, sees, id)? {
        Named::Unit(epc) => {
            let view = fold.engine.shipment(&epc);
            let view = view.ok_or_else(|| Failure::not_found("shipment"))?;
            Ok(of_unit(fold, &epc, view))
        }
        Named::Paper(paper) => Ok(of_paper(fold, sees, paper)),
    }
}

/// What an id names.
pub(super) enum Named<'a> {
    /// A logistic unit, or a pack that travels on its own.
    Unit(Epc),
    /// All that goes under a paper.
    Paper(&'a str),
}

/// What an id names of that which `sees` shows.
pub(super) fn named<'a>(
    fold: &'a View<'_>,
    sees: Sees<'_>,
    id: &str,
) -> Result<Named<'a>, Failure> {
    let epc = identify(id).or_else(|| Epc::parse(id).ok());
    let unit = epc.filter(|epc| !matches!(epc, Epc::Gsin(_) | Epc::Ginc(_) | Epc::Gdti(_)));
    if let Some(epc) = unit.filter(|epc| sees(epc) && fold.engine.knows(epc)) {
        return Ok(Named::Unit(epc));
    }
    let papers = fold.despatches.papers(id).into_iter();
    let mut papers = papers.filter(|paper| sees_paper(fold, sees, paper));
    match (papers.next(), papers.next()) {
        (Some(paper), None) => Ok(Named::Paper(paper)),
        (Some(_), Some(_)) => Err(Failure::new(
            Code::Conflict,
            "several papers bear this number; ask for one by its whole identifier",
        )),
        (None, _) => Err(Failure::not_found("shipment")),
    }
}

/// Shipments that the principal may see, the latest first: those after a cursor, and how many at
/// most.
///
/// # Errors
/// `query_parameter` for a cursor that is none.
pub fn shipments(
    node: &Node,
    permit: &Permit<actions::Query>,
    (cursor, most): (Option<&str>, usize),
) -> Result<Rows, Failure> {
    let before = match cursor {
        None => u64::MAX,
        Some(text) => {
            let position = text.strip_prefix('s').and_then(|it| it.parse().ok());
            position.ok_or_else(|| {
                Failure::new(Code::QueryParameter, "cursor is not one this node gave")
            })?
        }
    };
    let fold = node.fold();
    let principal = permit.principal();
    let sees = |epc: &Epc| visible(&fold, principal, Subject::Thing(epc));
    let seen = |(_, id): &(u64, &str)| {
        let unit = Epc::parse(id).ok();
        sees_paper(&fold, &sees, id) || unit.is_some_and(|epc| sees(&epc))
    };
    let latest = fold.despatches.latest().into_iter();
    let mut page: Vec<(u64, &str)> = latest
        .filter(|(position, _)| *position < before)
        .filter(seen)
        .take(most.saturating_add(1))
        .collect();
    let more = page.len() > most;
    page.truncate(most);
    let next = page.last().filter(|_| more);
    let next = next.map(|(position, _)| format!("s{position}"));
    let rows = page.into_iter().filter_map(|(_, id)| row(&fold, id));
    Ok(Rows {
        rows: rows.collect(),
        next,
    })
}

fn row(fold: &Fold, id: &str) -> Option<Row> {
    let mut lines = fold.despatches.of_paper(id);
    if lines.is_empty() {
        lines = fold.despatches.of_unit(id);
    }
    let last = lines.last()?;
    let units: BTreeSet<&Epc> = lines.iter().flat_map(|line| &line.epcs).collect();
    Some(Row {
        id: id.to_owned(),
        at_ms: last.time_ms,
        state: match last.leg {
            Leg::Shipped => "in_transit",
            Leg::Received => "received",
            Leg::Voided => "void",
        },
        units: units.len(),
    })
}

/// A paper is seen by whoever may see something that goes under it.
fn sees_paper(fold: &Fold, sees: Sees<'_>, paper: &str) -> bool {
    let lines = fold.despatches.of_paper(paper);
    let mut epcs = lines.iter().flat_map(|line| &line.epcs);
    epcs.any(sees)
}

fn of_unit(fold: &Fold, epc: &Epc, view: ShipmentView) -> Shipment {
    let last_ms = fold.engine.last_shipped(epc);
    let loaded = last_ms.and_then(|at_ms| fold.engine.loaded(epc, &[at_ms]));
    let contents = loaded.as_ref().unwrap_or(&view.contents);
    let at_ms = last_ms.unwrap_or(i64::MIN);
    let expected: Expected = packs_in(contents).map(|id| (id, at_ms)).collect();
    let lines = fold.despatches.of_unit(&view.id);
    let of_journey = lines.iter().filter(|line| line.time_ms >= at_ms);
    let of_journey: Vec<&Line> = of_journey.copied().collect();
    let sent: BTreeSet<String> = of_journey
        .iter()
        .filter(|line| line.leg == Leg::Shipped)
        .flat_map(|line| line.epcs.iter().map(Epc::canonical))
        .chain(expected.keys().cloned())
        .collect();
    // Another container in the same delivery is a shipment of its own.
    let loose = |epc: &&Epc| matches!(epc, Epc::Sgtin(_));
    let came = received(&of_journey).into_iter().filter(loose);
    let extra = came.map(Epc::canonical).filter(|id| !sent.contains(id));
    let (extra, receipts) = (extra.collect(), BTreeSet::new());
    Shipment {
        kind: "unit",
        units: vec![view.id.clone()],
        papers: fold.despatches.papers_of(&view.id),
        receipt: receipt(&fold.engine, last_ms, (&expected, &receipts), extra),
        sent: expected.into_keys().collect(),
        view,
    }
}

fn of_paper(fold: &View<'_>, sees: Sees<'_>, paper: &str) -> Shipment {
    let engine = &fold.engine;
    let lines = fold.despatches.of_paper(paper);
    let sent = sent_under(fold, sees, paper);
    let sees = |epc: &&Epc| sees(epc);
    let mut view = ShipmentView {
        id: paper_id(paper),
        contents: Vec::new(),
        packs: 0,
        legs: Vec::new(),
        devices: Vec::new(),
        cold_chain: engine.cold_chain_of(&Epc::Other(String::new())),
    };
    let mut expected = Expected::new();
    for (epc, times) in &sent {
        add_journey(engine, (&mut view, &mut expected), epc, times);
    }
    view.legs.sort();
    view.legs.dedup();
    view.devices.sort();
    view.devices.dedup();
    let known: BTreeSet<String> = sent
        .keys()
        .map(|epc| epc.canonical())
        .chain(all_ids(&view.contents))
        .collect();
    let came = received(&lines).into_iter().filter(sees);
    let extra = came.map(Epc::canonical).filter(|id| !known.contains(id));
    let receipts = lines.iter().filter(|line| line.leg == Leg::Received);
    let receipts = receipts.map(|line| line.position).collect();
    let last_ms = sent.values().flatten().max().copied();
    let receipt = receipt(engine, last_ms, (&expected, &receipts), extra.collect());
    Shipment {
        kind: "paper",
        units: sent.keys().map(|epc| epc.canonical()).collect(),
        papers: vec![paper.to_owned()],
        sent: expected.into_keys().collect(),
        view,
        receipt,
    }
}

/// Packs that were sent, with when they were last.
type Expected = BTreeMap<String, i64>;

/// What goes under a paper, of that which `sees` shows, with the times at which it was shipped.
pub(super) fn sent_under<'a>(
    fold: &'a Fold,
    sees: Sees<'_>,
    paper: &str,
) -> BTreeMap<&'a Epc, Vec<i64>> {
    let mut sent: BTreeMap<&Epc, Vec<i64>> = BTreeMap::new();
    for line in fold.despatches.of_paper(paper) {
        match line.leg {
            Leg::Shipped => line.epcs.iter().filter(|epc| sees(epc)).for_each(|epc| {
                sent.entry(epc).or_default().push(line.time_ms);
            }),
            Leg::Voided => line.epcs.iter().for_each(|epc| {
                sent.remove(epc);
            }),
            Leg::Received => {}
        }
    }
    sent
}

/// Adds what one unit, or one loose pack, brings on the journey it was shipped on at these times.
fn add_journey(
    engine: &Engine,
    (view, expected): (&mut ShipmentView, &mut Expected),
    epc: &Epc,
    times: &[i64],
) {
    let id = epc.canonical();
    let Some(unit) = engine.journey(epc, times) else {
        return;
    };
    let last_ms = times.iter().max().copied().unwrap_or(i64::MIN);
    let loose = matches!(epc, Epc::Sgtin(_));
    if loose {
        expected.insert(id.clone(), last_ms);
    } else {
        expected.extend(packs_in(&unit.contents).map(|id| (id, last_ms)));
    }
    view.packs += if loose { 1 } else { unit.packs };
    view.contents.push(Content {
        id,
        kind: if loose { "pack" } else { "logistic_unit" }.to_owned(),
        children: unit.contents,
    });
    view.legs.extend(unit.legs);
    view.devices.extend(unit.devices);
    if gravity(&unit.cold_chain) > gravity(&view.cold_chain) {
        view.cold_chain = unit.cold_chain;
    }
}

/// Of several units the worst is told.
pub(super) fn gravity(view: &ColdChainView) -> u8 {
    match view.status.as_str() {
        "excursion" => 3,
        "indeterminate" => 2,
        "within" => 1,
        _ => 0,
    }
}

fn packs_in(contents: &[Content]) -> impl Iterator<Item = String> {
    let mut packs = Vec::new();
    let mut open: Vec<&Content> = contents.iter().collect();
    while let Some(node) = open.pop() {
        if node.kind == "pack" {
            packs.push(node.id.clone());
        }
        open.extend(&node.children);
    }
    packs.into_iter()
}

fn all_ids(contents: &[Content]) -> Vec<String> {
    let mut ids = Vec::new();
    let mut open: Vec<&Content> = contents.iter().collect();
    while let Some(node) = open.pop() {
        ids.push(node.id.clone());
        open.extend(&node.children);
    }
    ids
}

fn received<'a>(lines: &[&'a Line]) -> BTreeSet<&'a Epc> {
    let receipts = lines.iter().filter(|line| line.leg == Leg::Received);
    receipts.flat_map(|line| &line.epcs).collect()
}

/// What came of what was sent, by the receipts of each pack's journey and those under the paper.
fn receipt(
    engine: &Engine,
    last_shipped_ms: Option<i64>,
    (expected, receipts): (&Expected, &BTreeSet<u64>),
    extra: BTreeSet<String>,
) -> Receipt {
    let mut told = Receipt {
        expected: expected.len(),
        extra_count: extra.len(),
        extra: extra.into_iter().take(SHIPMENT_LISTED_MAX).collect(),
        ..Receipt::default()
    };
    let mut missing = Vec::new();
    for (id, sent_ms) in expected {
        let epc = Epc::parse(id).ok();
        match epc.and_then(|epc| engine.arrival(&epc, *sent_ms, receipts)) {
            Some(true) => told.scanned += 1,
            Some(false) => told.inferred += 1,
            None => missing.push(id.clone()),
        }
    }
    let arrived = told.scanned + told.inferred > 0;
    told.state = match (last_shipped_ms, arrived, missing.is_empty()) {
        (None, ..) => "packed",
        (Some(_), false, _) => "in_transit",
        (Some(_), true, false) => "partly_received",
        (Some(_), true, true) => "received",
    };
    if arrived {
        told.missing_count = missing.len();
        missing.truncate(SHIPMENT_LISTED_MAX);
        told.missing = missing;
    }
    told
}
