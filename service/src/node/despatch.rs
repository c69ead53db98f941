//! Shipments by the papers that go with them: which logistic units were shipped and received, and
//! under which despatch advice, shipment number (GSIN) or order. Folded from the events in order,
//! so that it is the same on every node and needs no record of its own.
use std::collections::{BTreeMap, BTreeSet};

use gs1::epcis::Event;
use gs1::{BizStep, Epc};
use serde::{Deserialize, Serialize};

use super::plain;

/// What an event says of a shipment.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Leg {
    /// It left.
    Shipped,
    /// It arrived.
    Received,
    /// The shipment was called off.
    Voided,
}

/// One event of a shipment.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Line {
    /// Place of the event in the order, counted over items.
    pub position: u64,
    /// When, Unix milliseconds.
    pub time_ms: i64,
    /// What it says.
    pub leg: Leg,
    /// What it names: containers, or packs that travel on their own.
    #[serde(with = "plain::epcs")]
    pub epcs: Vec<Epc>,
}

/// All shipments.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Despatches {
    lines: Vec<Line>,
    /// Lines by the paper's id: an EPC in canonical form, else the URI as written.
    papers: BTreeMap<String, Vec<u32>>,
    /// Papers by their last part, which is the number people read.
    numbers: BTreeMap<String, BTreeSet<String>>,
    /// Lines by logistic unit, canonical.
    units: BTreeMap<String, Vec<u32>>,
    /// Papers of a logistic unit.
    papers_of: BTreeMap<String, BTreeSet<String>>,
}

impl Despatches {
    /// Takes in an event at its place in the order.
    pub fn take(&mut self, position: u64, event: &Event) {
        let leg = match &event.biz_step {
            Some(BizStep::Shipping | BizStep::Departing | BizStep::Consigning) => Leg::Shipped,
            Some(BizStep::Receiving | BizStep::Accepting) => Leg::Received,
            Some(BizStep::VoidShipping) => Leg::Voided,
            _ => return,
        };
        if event.error_declaration.is_some() {
            return;
        }
        let Ok(row) = u32::try_from(self.lines.len()) else {
            return;
        };
        let epcs: Vec<Epc> = event.epcs().into_iter().cloned().collect();
        let papers: BTreeSet<String> = event
            .biz_transactions
            .iter()
            .map(|paper| paper_id(&paper.id))
            .collect();
        for paper in &papers {
            self.papers.entry(paper.clone()).or_default().push(row);
            let number = number_of(paper).to_owned();
            self.numbers
                .entry(number)
                .or_default()
                .insert(paper.clone());
        }
        for unit in epcs.iter().filter(|epc| !matches!(epc, Epc::Sgtin(_))) {
            let unit = unit.canonical();
            self.units.entry(unit.clone()).or_default().push(row);
            self.papers_of
                .entry(unit)
                .or_default()
                .extend(papers.iter().cloned());
        }
        self.lines.push(Line {
            position,
            time_ms: event.event_time_ms,
            leg,
            epcs,
        });
    }

    /// Papers that a text may mean: the id itself, or the number on it.
    pub fn papers(&self, text: &str) -> Vec<&str> {
        let id = paper_id(text);
        if let Some((known, _)) = self.papers.get_key_value(&id) {
            return vec![known];
        }
        let found = self.numbers.get(text).into_iter().flatten();
        found.map(String::as_str).collect()
    }

    /// Events under a paper, in ledger order.
    pub fn of_paper(&self, paper: &str) -> Vec<&Line> {
        self.lines_of(self.papers.get(paper))
    }

    /// Events that name a logistic unit, in ledger order.
    pub fn of_unit(&self, unit: &str) -> Vec<&Line> {
        self.lines_of(self.units.get(unit))
    }

    /// Papers of a logistic unit.
    pub fn papers_of(&self, unit: &str) -> Vec<String> {
        let papers = self.papers_of.get(unit).into_iter().flatten();
        papers.cloned().collect()
    }

    /// Every paper and every unit without one, with the place of its last event in the order,
    /// the latest first.
    pub fn latest(&self) -> Vec<(u64, &str)> {
        let last = |rows: &Vec<u32>| {
            let row = rows.last().copied()?;
            Some(self.line(row)?.position)
        };
        let alone = self.units.iter().filter(|(unit, _)| {
            let papers = self.papers_of.get(*unit);
            papers.is_none_or(BTreeSet::is_empty)
        });
        let all = self.papers.iter().chain(alone);
        let mut all: Vec<(u64, &str)> = all
            .filter_map(|(id, rows)| Some((last(rows)?, id.as_str())))
            .collect();
        all.sort_by(|a, b| b.cmp(a));
        all
    }

    fn lines_of(&self, rows: Option<&Vec<u32>>) -> Vec<&Line> {
        let rows = rows.into_iter().flatten();
        rows.filter_map(|row| self.line(*row)).collect()
    }

    fn line(&self, row: u32) -> Option<&Line> {
        self.lines.get(usize::try_from(row).ok()?)
    }
}

/// One spelling of a paper's id.
pub fn paper_id(text: &str) -> String {
    match Epc::parse(text) {
        Ok(epc @ (Epc::Gsin(_) | Epc::Ginc(_) | Epc::Gdti(_))) => epc.canonical(),
        _ => text.to_owned(),
    }
}

/// The number that people read: the last part of the id.
fn number_of(paper: &str) -> &str {
    paper.rsplit([':', '/']).next().unwrap_or(paper)
}
