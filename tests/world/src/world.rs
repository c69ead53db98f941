//! The world itself: what is planned, what is on its way, and the loop that lets it happen.

use std::collections::BTreeMap;

use gs1::epcis::{Action, Event, EventBuilder};
use gs1::{BizStep, Epc, Gln, Sscc};
use rules::{Fact, Purpose, Record, Stamp, Verification};

use crate::agenda::Agenda;
use crate::atlas::{Atlas, SiteId, with_check_digit};
use crate::cheats::{Attempt, Cheats};
use crate::faults::scanner::ScannerFault;
use crate::goods::Goods;
use crate::honest::{Crossing, Pallet, Tote};
use crate::kind::{Kind, Planted};
use crate::post::Posted;
use crate::seeded::Seeded;

/// How big, and how bad.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Params {
    /// Everything follows from it.
    pub seed: u64,
    /// Packs made, rounded to whole lots.
    pub packs: u32,
    /// Distribution centres.
    pub centres: usize,
    /// Pharmacies.
    pub pharmacies: usize,
    /// Probability that a record is never received, the making of packs excepted.
    pub loss: f64,
    /// Share of scans that a scanner garbles.
    pub scanner_faults: f64,
    /// Plants nothing but what honest people do.
    pub honest: bool,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            seed: 1,
            packs: 60_000,
            centres: 12,
            pharmacies: 3_000,
            loss: 0.01,
            scanner_faults: 0.005,
            honest: false,
        }
    }
}

/// What a node learns next.
#[derive(Debug)]
pub enum Step {
    /// A record.
    Record(Record),
    /// Somebody scans a pack and waits for an answer: [`World::answer`].
    Visit(Visit),
}

/// Who really stands behind a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    /// A pack that nothing is wrong with.
    Genuine,
    /// A genuine pack whose identifier or container has been abused, or that was harmed.
    Marked(Kind),
    /// Planted goods.
    Planted(Kind),
}

/// A scan at a counter.
#[derive(Debug)]
pub struct Visit {
    /// When, ms since the Unix epoch.
    pub at_ms: i64,
    /// Where.
    pub site: SiteId,
    /// What the scanner sends.
    pub text: String,
    /// What it would send without a fault.
    pub clean: String,
    /// What garbled it.
    pub fault: Option<ScannerFault>,
    /// Whose pack it really is.
    pub truth: Truth,
    /// Canonical id printed on it.
    pub subject: String,
    /// Nobody can be asked: it is dispensed unchecked.
    pub offline: bool,
    /// A question only: nothing is dispensed.
    pub asks_only: bool,
    /// What is recorded when the pack is dispensed.
    pub(crate) then: Option<Posted>,
}

/// Something planned.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "few are alive at a time")]
pub(crate) enum Task {
    Make(usize),
    ShipPallet(Pallet),
    PalletArrives(Crossing<Pallet>),
    PickTote(Tote),
    ToteArrives(Crossing<Tote>),
    Sell { pack: u32, at: SiteId },
    Return { pack: u32, from: SiteId, to: SiteId },
    Attempt(Attempt),
    Undo { pack: u32, at: SiteId },
    Deliver(Posted),
    Recall(usize),
}

/// The world.
#[derive(Debug)]
pub struct World {
    /// How big, and how bad.
    pub params: Params,
    /// Its places.
    pub atlas: Atlas,
    pub(crate) goods: Goods,
    pub(crate) agenda: Agenda<Task>,
    pub(crate) dice: Seeded,
    pub(crate) post_dice: Seeded,
    pub(crate) scan_dice: Seeded,
    pub(crate) cheats: Cheats,
    /// Packs whose identifier is marked by something planted.
    pub(crate) marks: BTreeMap<u32, Kind>,
    /// Symbols written to chips so far, by pack.
    pub(crate) tails: BTreeMap<u32, u32>,
    planted: Vec<Planted>,
    position: u64,
    sscc: u64,
    events: u64,
}

impl World {
    /// The world of a seed. Its first steps are master data.
    pub fn new(params: Params) -> Self {
        let seed = params.seed;
        let mut world = Self {
            atlas: Atlas::new(seed, params.centres, params.pharmacies),
            goods: Goods::new(seed, params.packs),
            agenda: Agenda::new(),
            dice: Seeded::new(seed, "honest"),
            post_dice: Seeded::new(seed, "post"),
            scan_dice: Seeded::new(seed, "scanner"),
            cheats: Cheats::new(seed),
            marks: BTreeMap::new(),
            tails: BTreeMap::new(),
            planted: Vec::new(),
            position: 0,
            sscc: 0,
            events: 0,
            params,
        };
        world.set_up();
        for lot in 0..world.goods.lots.len() {
            let made_ms = world.goods.lots[lot].made_ms;
            world.agenda.plan(made_ms, Task::Make(lot));
        }
        if !world.params.honest {
            world.plan_cheats();
        }
        world
    }

    /// What a node learns next; `None` when nothing is on its way any more.
    pub fn advance(&mut self) -> Option<Step> {
        loop {
            let (now, task) = self.agenda.next()?;
            match task {
                Task::Make(lot) => self.make(lot, now),
                Task::ShipPallet(pallet) => self.ship_pallet(pallet, now),
                Task::PalletArrives(pallet) => self.pallet_arrives(&pallet, now),
                Task::PickTote(tote) => self.pick_tote(tote, now),
                Task::ToteArrives(tote) => self.tote_arrives(&tote, now),
                Task::Return { pack, from, to } => self.take_back(pack, from, to, now),
                Task::Recall(lot) => self.recall(lot, now),
                Task::Undo { pack, at } => self.undo(pack, at, now),
                Task::Deliver(posted) => return Some(Step::Record(self.record(now, posted))),
                Task::Sell { pack, at } => return Some(Step::Visit(self.sell(pack, at, now))),
                Task::Attempt(attempt) => {
                    return Some(Step::Visit(self.attempt(attempt, now)));
                }
            }
        }
    }

    /// The answer to the last visit: whether the pack was dispensed.
    pub fn answer(&mut self, mut visit: Visit, dispensed: bool) {
        if let Some(posted) = visit.then.take().filter(|_| dispensed) {
            self.hand_in(&posted);
        }
    }

    /// The record of a question that a counter has been answered.
    pub fn asked(&mut self, visit: &Visit, text: &str, answer: &str) -> Record {
        let site = &self.atlas.sites[visit.site];
        let asked = Verification {
            scan: text.to_owned(),
            at_ms: visit.at_ms,
            location: Some(site.place.clone()),
            answer: Some(answer.to_owned()),
            purpose: Purpose::Dispense,
            maker: None,
        };
        let actor = Some(site.party.clone());
        self.record(visit.at_ms, Posted::new(actor, Fact::Verification(asked)))
    }

    /// Everything planted so far.
    pub fn planted(&self) -> &[Planted] {
        &self.planted
    }

    pub(crate) fn plant(&mut self, kind: Kind, subject: &Epc, at_ms: i64, site: SiteId) {
        self.planted.push(Planted {
            kind,
            subject: subject.canonical(),
            at_ms,
            place: self.atlas.sites[site].name.clone(),
        });
    }

    /// Plants something that no goods are the subject of.
    pub(crate) fn plant_on_party(&mut self, kind: Kind, at_ms: i64, site: SiteId) {
        let party = Gln::parse(&self.atlas.sites[site].party).expect("a gln");
        self.plant(kind, &Epc::Pgln(party), at_ms, site);
    }

    /// Marks a pack, the gravest kind first come.
    pub(crate) fn mark(&mut self, kind: Kind, pack: u32, at_ms: i64, site: SiteId) {
        let epc = self.goods.epc(pack);
        self.plant(kind, &epc, at_ms, site);
        self.marks.entry(pack).or_insert(kind);
    }

    /// A new logistic unit.
    pub(crate) fn unit(&mut self) -> Epc {
        self.sscc += 1;
        let digits = with_check_digit(&format!("09506000{:09}", self.sscc));
        Epc::Sscc(Sscc::parse(&digits).expect("an sscc"))
    }

    /// An event about things at a place, by the clock of that place.
    pub(crate) fn object(
        &mut self,
        action: Action,
        epcs: Vec<Epc>,
        at_ms: i64,
        step: &str,
        site: SiteId,
    ) -> EventBuilder {
        let step = BizStep::parse(step).expect("a business step");
        let at_ms = self.clock(site, at_ms);
        self.placed(Event::object(action, epcs, at_ms, step), site)
    }

    /// An event about things and what they are in.
    pub(crate) fn aggregation(
        &mut self,
        action: Action,
        parent: &Epc,
        children: Vec<Epc>,
        at_ms: i64,
        site: SiteId,
    ) -> EventBuilder {
        let step = match action {
            Action::Delete => "unpacking",
            _ => "packing",
        };
        let step = BizStep::parse(step).expect("a business step");
        let at_ms = self.clock(site, at_ms);
        self.placed(
            Event::aggregation(action, parent, children, at_ms, step),
            site,
        )
    }

    fn placed(&mut self, event: EventBuilder, site: SiteId) -> EventBuilder {
        self.events += 1;
        let (high, low) = (self.params.seed as u32, self.events);
        let id = format!("urn:uuid:{high:08x}-0000-4000-8000-{low:012x}");
        let place = &self.atlas.sites[site].place;
        event
            .with_event_id(&id)
            .with_time_zone_offset("+01:00")
            .with_read_point(place)
            .with_biz_location(place)
    }

    fn record(&mut self, now: i64, posted: Posted) -> Record {
        let position = self.position;
        self.position += 1;
        let mut block = [0; 32];
        block[..8].copy_from_slice(&position.to_be_bytes());
        Record {
            stamp: Stamp {
                position,
                block,
                item: 0,
                recorded_ms: now,
                actor: posted.actor,
                device: posted.device,
            },
            fact: posted.fact,
        }
    }

    /// A fact that no event is: master data and decisions are never lost.
    pub(crate) fn state(&mut self, at_ms: i64, site: Option<SiteId>, fact: Fact) {
        let actor = site.map(|site| self.atlas.sites[site].party.clone());
        let posted = Posted::new(actor, fact);
        self.agenda.plan(at_ms, Task::Deliver(posted));
    }
}

impl Visit {
    /// A visit that is what it seems.
    pub(crate) fn plain(at_ms: i64, site: SiteId, subject: String, clean: String) -> Self {
        Self {
            at_ms,
            site,
            text: clean.clone(),
            clean,
            fault: None,
            truth: Truth::Genuine,
            subject,
            offline: false,
            asks_only: false,
            then: None,
        }
    }
}
